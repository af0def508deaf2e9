//! What happened in netting.

use crate::calls::BilateralLimit;
use crate::coded::coded_structs;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::netting::{Cycle, Obligation, Wait};
use crate::text::Text;

coded_structs! {
    /// An obligation waits for a cycle.
    pub struct ObligationQueued { /// The obligation.
        pub obligation: Obligation }
    /// An obligation moved within its queue.
    pub struct ObligationReordered { /// The obligation.
        pub obligation: RequestId, /// Whose queue.
        pub payer: MemberId, /// Its priority now.
        pub priority: u8, /// It stands right before this one; at the end of its priority where absent.
        pub before: Option<RequestId> }
    /// An obligation was taken out of its queue.
    pub struct ObligationCancelled { /// The obligation.
        pub obligation: RequestId, /// Who owed.
        pub payer: MemberId, /// Who was owed.
        pub payee: MemberId, /// How much.
        pub money: Money }
    /// An obligation was settled: gross, with all others of its cycle at once.
    pub struct ObligationSettled { /// The obligation.
        pub obligation: RequestId, /// Who paid.
        pub payer: MemberId, /// Who was paid.
        pub payee: MemberId, /// How much.
        pub money: Money, /// The number of the cycle in its currency.
        #[serde(with = "crate::json::string")]
        pub cycle: u64, /// What for.
        pub purpose: Text<64>, /// The payer's reference.
        pub reference: Text<64> }
    /// The deadline of an obligation passed before a cycle settled it.
    pub struct ObligationEnded { /// The obligation.
        pub obligation: RequestId, /// Who owes.
        pub payer: MemberId, /// Who is owed.
        pub payee: MemberId, /// How much.
        pub money: Money, /// Why the last cycle did not settle it.
        pub waits: Wait }
    /// A member set its limits.
    pub struct LimitsSet { /// Who.
        pub member: MemberId, /// In which currency.
        pub currency: Currency, /// The most that a cycle may cost in all.
        pub multilateral: Option<Money>, /// Toward one member.
        pub bilateral: Vec<BilateralLimit>, /// For priority 0 only.
        pub reserve: Option<Money> }
    /// A cycle ran.
    pub struct CycleRun { /// What it did.
        pub cycle: Cycle }
}
