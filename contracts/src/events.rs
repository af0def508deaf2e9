//! What happened: one event per change that somebody may want to know of.

use crate::bills::{Bill, BillNumber, LotRange, RefusalCode};
use crate::coded::{coded_enum, coded_structs};
use crate::date::Date;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::requests::Request;
use crate::text::Text;

coded_enum! {
    /// An event. In JSON `{"event": "bill.endorsed", "data": {…}}`. Its id is height/slot/call/event.
    pub enum Event tag "event" content "data" {
        1 . 1 "member.admitted" => MemberAdmitted,
        1 . 2 "member.suspended" => MemberSuspended,
        1 . 3 "member.reinstated" => MemberReinstated,
        1 . 4 "member.keys_rotated" => KeysRotated,
        2 . 1 "cash.minted" => CashMinted,
        2 . 2 "cash.redeemed" => CashRedeemed,
        2 . 3 "cash.transferred" => CashTransferred,
        2 . 4 "cash.held" => CashHeld,
        2 . 5 "cash.released" => CashReleased,
        3 . 1 "bill.registered" => BillRegistered,
        3 . 2 "bill.accepted" => BillAccepted,
        3 . 3 "bill.delivered" => BillDelivered,
        3 . 4 "bill.endorsed" => BillEndorsed,
        3 . 5 "bill.revoked" => BillRevoked,
        3 . 6 "bill.presented" => BillPresented,
        3 . 7 "bill.paid" => BillPaid,
        3 . 8 "bill.dishonoured" => BillDishonoured,
        3 . 9 "bill.terminated" => BillTerminated,
        3 . 10 "bill.split" => BillSplit,
        3 . 11 "bill.rejoined" => BillRejoined,
        4 . 1 "request.made" => RequestMade,
        4 . 2 "request.refused" => RequestRefused,
        4 . 3 "request.withdrawn" => RequestWithdrawn,
        4 . 4 "request.lapsed" => RequestLapsed,
        5 . 1 "clock.day_began" => DayBegan,
        5 . 2 "clock.day_closed" => DayClosed,
        5 . 3 "clock.advanced" => ClockAdvanced,
        6 . 1 "calendar.changed" => CalendarChanged,
    }
}

coded_structs! {
    /// A member was admitted.
    pub struct MemberAdmitted { /// Who.
        pub member: MemberId, /// By whom.
        pub by: MemberId }
    /// A member was suspended.
    pub struct MemberSuspended { /// Who.
        pub member: MemberId, /// By whom.
        pub by: MemberId, /// Why.
        pub reason: Text<256> }
    /// A member was reinstated.
    pub struct MemberReinstated { /// Who.
        pub member: MemberId, /// By whom.
        pub by: MemberId, /// Why.
        pub reason: Text<256> }
    /// A member replaced its keys.
    pub struct KeysRotated { /// Who.
        pub member: MemberId }
    /// Digital cash was issued.
    pub struct CashMinted { /// By whom.
        pub by: MemberId, /// To whom.
        pub to: MemberId, /// How much.
        pub money: Money, /// The issuer's reference.
        pub reference: Text<64> }
    /// Digital cash was taken out of circulation.
    pub struct CashRedeemed { /// By whom.
        pub by: MemberId, /// How much.
        pub money: Money, /// The issuer's reference.
        pub reference: Text<64> }
    /// Cash moved by its holder's act.
    pub struct CashTransferred { /// Payer.
        pub from: MemberId, /// Payee.
        pub to: MemberId, /// How much.
        pub money: Money, /// What for.
        pub purpose: Text<64>, /// The payer's reference.
        pub reference: Text<64> }
    /// Cash was set aside.
    pub struct CashHeld { /// The hold.
        pub hold: RequestId, /// Whose cash.
        pub owner: MemberId, /// How much.
        pub money: Money, /// Ends at the close of this day.
        pub until: Date }
    /// A hold ended.
    pub struct CashReleased { /// The hold.
        pub hold: RequestId, /// Whose cash.
        pub owner: MemberId, /// How much.
        pub money: Money }
    /// A bill was registered.
    pub struct BillRegistered { /// The bill.
        pub bill: Bill }
    /// The drawee accepted.
    pub struct BillAccepted { /// The bill.
        pub bill: BillNumber, /// The acceptor.
        pub acceptor: MemberId, /// The sum.
        pub money: Money }
    /// The payee took delivery.
    pub struct BillDelivered { /// The bill.
        pub bill: BillNumber, /// Drawer.
        pub from: MemberId, /// Payee.
        pub to: MemberId, /// The sum.
        pub money: Money }
    /// A lot changed hands.
    pub struct BillEndorsed { /// The bill.
        pub bill: BillNumber, /// The lot.
        pub lot: LotRange, /// Endorser.
        pub from: MemberId, /// Endorsee.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// Marked not transferable by the endorser.
        pub not_transferable: bool }
    /// The drawer revoked.
    pub struct BillRevoked { /// The bill.
        pub bill: BillNumber, /// The drawer.
        pub by: MemberId }
    /// A lot was presented for payment.
    pub struct BillPresented { /// The bill.
        pub bill: BillNumber, /// The lot.
        pub lot: LotRange, /// The holder.
        pub holder: MemberId, /// The acceptor.
        pub acceptor: MemberId, /// Its amount.
        pub money: Money, /// The request that the acceptor answers.
        pub request: RequestId, /// By the clock, not by hand.
        pub by_clock: bool }
    /// A lot was paid: paper and cash moved in the same instant.
    pub struct BillPaid { /// The bill.
        pub bill: BillNumber, /// The lot.
        pub lot: LotRange, /// Payer.
        pub from: MemberId, /// Holder.
        pub to: MemberId, /// Its amount.
        pub money: Money, /// By the clock, not by hand.
        pub by_clock: bool }
    /// Payment of a lot was refused.
    pub struct BillDishonoured { /// The bill.
        pub bill: BillNumber, /// The lot.
        pub lot: LotRange, /// The holder.
        pub holder: MemberId, /// The acceptor.
        pub acceptor: MemberId, /// Why.
        pub code: RefusalCode, /// In words.
        pub text: Text<256>, /// By the clock, not by hand.
        pub by_clock: bool }
    /// A lot ended without payment.
    pub struct BillTerminated { /// The bill.
        pub bill: BillNumber, /// The lot.
        pub lot: LotRange, /// Why, in a word: `unaccepted`, `undelivered`, `extinguished`.
        pub reason: Text<32> }
    /// A lot was cut in two.
    pub struct BillSplit { /// The bill.
        pub bill: BillNumber, /// The low end, which moves.
        pub moved: LotRange, /// The high end, which stays.
        pub kept: LotRange }
    /// A part whose request came to nothing is one with its neighbour again.
    pub struct BillRejoined { /// The bill.
        pub bill: BillNumber, /// The lot as it now is.
        pub lot: LotRange }
    /// A request waits for an answer.
    pub struct RequestMade { /// The request.
        pub request: Request }
    /// A request was refused.
    pub struct RequestRefused { /// The request.
        pub request: RequestId, /// The bill.
        pub bill: BillNumber, /// Its lot.
        pub lot: LotRange, /// By whom.
        pub by: MemberId, /// Why.
        pub code: RefusalCode, /// In words.
        pub text: Text<256> }
    /// A request was taken back.
    pub struct RequestWithdrawn { /// The request.
        pub request: RequestId, /// The bill.
        pub bill: BillNumber, /// Its lot.
        pub lot: LotRange, /// By whom.
        pub by: MemberId }
    /// Nobody answered in time.
    pub struct RequestLapsed { /// The request.
        pub request: RequestId, /// The bill.
        pub bill: BillNumber, /// Its lot.
        pub lot: LotRange }
    /// The business date moved on.
    pub struct DayBegan { /// The day.
        pub date: Date }
    /// The close of the day was worked off.
    pub struct DayClosed { /// The day.
        pub date: Date }
    /// The development clock was moved.
    pub struct ClockAdvanced { /// By whom.
        pub by: MemberId, /// To the start of this day.
        pub to: Date }
    /// Days were declared closed or open.
    pub struct CalendarChanged { /// By whom.
        pub by: MemberId, /// Holidays.
        pub closed: Vec<Date>, /// Working days.
        pub open: Vec<Date> }
}
