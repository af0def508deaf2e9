//! What happened: one event per change that somebody may want to know of.

use crate::bills::{InstrumentNumber, LotRange, RefusalCode};
use crate::coded::{coded_enum, coded_structs};
use crate::date::Date;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::params::ParamName;
use crate::requests::Request;
use crate::text::Text;

mod bills;
mod gov;
mod netting;
mod pools;
mod receivables;
mod settlement;
mod trade;

pub use bills::*;
pub use gov::*;
pub use netting::*;
pub use pools::*;
pub use receivables::*;
pub use settlement::*;
pub use trade::*;

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
        3 . 10 "lot.split" => LotSplit,
        3 . 11 "lot.rejoined" => LotRejoined,
        3 . 12 "bill.returned_unused" => BillReturned,
        3 . 13 "bill.unmarked" => BillUnmarked,
        3 . 14 "bill.guaranteed" => BillGuaranteed,
        3 . 15 "bill.discounted" => BillDiscounted,
        3 . 16 "bill.redeemed" => BillRedeemed,
        3 . 17 "bill.repo_lapsed" => BillRepoLapsed,
        3 . 18 "lot.pledged" => LotPledged,
        3 . 19 "lot.released" => LotReleased,
        3 . 20 "bill.disclosed" => BillDisclosed,
        3 . 21 "bill.narrowed" => BillNarrowed,
        3 . 22 "lot.proceeds_held" => ProceedsHeld,
        3 . 23 "lot.proceeds_paid" => ProceedsPaid,
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
        11 . 1 "trade.recorded" => PaperRecorded,
        11 . 2 "trade.drawn" => BackingDrawn,
        11 . 3 "trade.freed" => BackingFreed,
        11 . 4 "trade.over_backed" => PaperOverBacked,
        11 . 5 "trade.backing_short" => BackingShort,
        11 . 6 "trade.attested" => PaperAttested,
        11 . 7 "trade.invoice_claimed" => InvoiceClaimed,
        11 . 8 "trade.claim_released" => ClaimReleased,
        11 . 9 "trade.condition_set" => ConditionSet,
        11 . 10 "trade.condition_fulfilled" => ConditionFulfilled,
        11 . 11 "trade.condition_lapsed" => ConditionLapsed,
        11 . 12 "trade.escrowed" => Escrowed,
        11 . 13 "trade.escrow_agreed" => EscrowAgreed,
        11 . 14 "trade.escrow_failed" => EscrowFailed,
        12 . 1 "settlement.proposed" => InstructionProposed,
        12 . 2 "settlement.affirmed" => InstructionAffirmed,
        12 . 3 "settlement.settled" => InstructionSettled,
        12 . 4 "settlement.cancelled" => InstructionCancelled,
        12 . 5 "settlement.ended" => InstructionEnded,
        13 . 1 "netting.queued" => ObligationQueued,
        13 . 2 "netting.reordered" => ObligationReordered,
        13 . 3 "netting.cancelled" => ObligationCancelled,
        13 . 4 "netting.limited" => LimitsSet,
        13 . 5 "netting.settled" => ObligationSettled,
        13 . 6 "netting.ended" => ObligationEnded,
        13 . 7 "netting.run" => CycleRun,
        14 . 1 "line.granted" => LineGranted,
        14 . 2 "line.changed" => LineChanged,
        14 . 3 "certificate.opened" => CertificateOpened,
        14 . 4 "certificate.confirmed" => CertificateConfirmed,
        14 . 5 "certificate.signed" => CertificateSigned,
        14 . 6 "certificate.ended" => CertificateEnded,
        14 . 7 "lot.transferred" => LotTransferred,
        14 . 8 "lot.financed" => LotFinanced,
        14 . 9 "quotes.asked" => QuotesAsked,
        14 . 10 "quotes.given" => QuoteGiven,
        14 . 11 "quotes.ended" => QuotesEnded,
        14 . 12 "lot.disputed" => LotDisputed,
        14 . 13 "lot.dispute_settled" => DisputeSettled,
        14 . 20 "certificate.redeemed" => CertificateRedeemed,
        14 . 21 "certificate.overdue" => CertificateOverdue,
        14 . 22 "certificate.asked_back" => CertificateAskedBack,
        14 . 23 "pool.redeemed" => PoolRedeemed,
        15 . 1 "gov.proposed" => GovProposed,
        15 . 2 "gov.voted" => GovVoted,
        15 . 3 "gov.withdrawn" => GovWithdrawn,
        15 . 4 "gov.carried" => GovCarried,
        15 . 5 "gov.ended" => GovEnded,
        15 . 6 "member.roles_changed" => RolesChanged,
        15 . 7 "member.recovered" => MemberRecovered,
        15 . 8 "cash.corrected" => CashCorrected,
        15 . 9 "lot.corrected" => LotCorrected,
        15 . 10 "node.listed" => NodeListed,
        15 . 11 "node.delisted" => NodeDelisted,
        15 . 12 "validators.scheduled" => ValidatorsScheduled,
        15 . 13 "validators.changed" => ValidatorsChanged,
        15 . 14 "protocol.scheduled" => ProtocolScheduled,
        15 . 15 "protocol.activated" => ProtocolActivated,
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
        pub request: RequestId, /// The instrument.
        pub instrument: InstrumentNumber, /// Its lot.
        pub lot: LotRange, /// By whom.
        pub by: MemberId, /// Why.
        pub code: RefusalCode, /// In words.
        pub text: Text<256> }
    /// A request was taken back.
    pub struct RequestWithdrawn { /// The request.
        pub request: RequestId, /// The instrument.
        pub instrument: InstrumentNumber, /// Its lot.
        pub lot: LotRange, /// By whom.
        pub by: MemberId }
    /// Nobody answered in time.
    pub struct RequestLapsed { /// The request.
        pub request: RequestId, /// The instrument.
        pub instrument: InstrumentNumber, /// Its lot.
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
