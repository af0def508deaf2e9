//! What happened: one event per change that somebody may want to know of.

use crate::bills::{BillNumber, LotRange, RefusalCode};
use crate::coded::{coded_enum, coded_structs};
use crate::date::Date;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::params::ParamName;
use crate::requests::Request;
use crate::text::Text;

mod bills;

pub use bills::*;

coded_enum! {
    /// An event. In JSON `{"event": "bill.endorsed", "data": {…}}`. Its id is height/slot/call/event.
    pub enum Event tag "event" content "data" {
        1 . 1 "member.admitted" => MemberAdmitted,
        1 . 2 "member.suspended" => MemberSuspended,
        1 . 3 "member.reinstated" => MemberReinstated,
        1 . 4 "member.keys_rotated" => KeysRotated,
        1 . 5 "member.declared" => MemberDeclared,
        1 . 6 "member.insolvency_recorded" => InsolvencyRecorded,
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
        3 . 12 "bill.returned_unused" => BillReturned,
        3 . 13 "bill.unmarked" => BillUnmarked,
        3 . 14 "bill.guaranteed" => BillGuaranteed,
        3 . 15 "bill.discounted" => BillDiscounted,
        3 . 16 "bill.redeemed" => BillRedeemed,
        3 . 17 "bill.repo_lapsed" => BillRepoLapsed,
        3 . 18 "bill.pledged" => BillPledged,
        3 . 19 "bill.released" => BillReleased,
        3 . 20 "bill.disclosed" => BillDisclosed,
        3 . 21 "bill.narrowed" => BillNarrowed,
        3 . 22 "bill.proceeds_held" => ProceedsHeld,
        3 . 23 "bill.proceeds_paid" => ProceedsPaid,
        4 . 1 "request.made" => RequestMade,
        4 . 2 "request.refused" => RequestRefused,
        4 . 3 "request.withdrawn" => RequestWithdrawn,
        4 . 4 "request.lapsed" => RequestLapsed,
        5 . 1 "clock.day_began" => DayBegan,
        5 . 2 "clock.day_closed" => DayClosed,
        5 . 3 "clock.advanced" => ClockAdvanced,
        6 . 1 "calendar.changed" => CalendarChanged,
        7 . 1 "recourse.noticed" => RecourseNoticed,
        7 . 2 "recourse.settled" => RecourseSettled,
        8 . 1 "court.measured" => CourtMeasured,
        8 . 2 "court.transferred" => CourtTransferred,
        9 . 1 "params.set" => ParamSet,
        9 . 2 "params.changed" => ParamChanged,
        10 . 1 "gates.overdue" => AcceptorOverdue,
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
    /// A bank declared its figures.
    pub struct MemberDeclared { /// Who.
        pub member: MemberId, /// Total assets.
        pub assets: Money, /// Total deposits.
        pub deposits: Money, /// Margins held.
        pub margin: Money }
    /// A member's insolvency was recorded, or the record taken back.
    pub struct InsolvencyRecorded { /// Who.
        pub member: MemberId, /// By whom.
        pub by: MemberId, /// The order's number.
        pub order: Text<64>, /// Taken back.
        pub lifted: bool }
    /// A parameter will have a new value.
    pub struct ParamSet { /// By whom.
        pub by: MemberId, /// Which.
        pub name: ParamName, /// In the parameter's unit.
        #[serde(with = "crate::json::string")]
        pub value: u64, /// From this day on.
        pub from: Date }
    /// A parameter has a new value.
    pub struct ParamChanged { /// Which.
        pub name: ParamName, /// In the parameter's unit.
        #[serde(with = "crate::json::string")]
        pub value: u64 }
    /// A month's end found an acceptor overdue (rule book 2.5, gates).
    pub struct AcceptorOverdue { /// Who.
        pub acceptor: MemberId, /// It may not accept up to this day.
        pub until: Date, /// Persistently: its paper is not discounted, pledged or guaranteed either.
        pub persistently: bool }
}
