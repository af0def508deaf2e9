//! The calls of netting (rule book 4).

use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::money::{Currency, Money};
use crate::text::Text;

/// The priority of an obligation that names none.
const fn default_priority() -> u8 {
    5
}

coded_structs! {
    /// The acting member puts an obligation into its queue: cash that it owes and a cycle is to settle.
    pub struct Queue {
        /// Who is owed.
        pub to: MemberId,
        /// How much.
        pub money: Money,
        /// Its place in the queue: 0 the most urgent to 9; 5 where absent.
        #[serde(default = "default_priority")]
        pub priority: u8,
        /// No cycle takes it before this day.
        pub not_before: Option<Date>,
        /// Unsettled, it ends at the close of this day, at most `netting_deadline_days` ahead.
        pub deadline: Date,
        /// What for.
        #[serde(default)]
        pub purpose: Text<64>,
        /// The payer's reference.
        #[serde(default)]
        pub reference: Text<64>,
    }

    /// The payer moves an obligation within its queue.
    pub struct Reorder {
        /// The obligation.
        pub obligation: RequestId,
        /// To the end of this priority; at least one of the two is given.
        pub priority: Option<u8>,
        /// Right before this one of the same queue, with its priority; then `priority` is that one's or absent.
        pub before: Option<RequestId>,
    }

    /// The payer takes an obligation out of its queue.
    pub struct CancelObligation {
        /// The obligation.
        pub obligation: RequestId,
    }

    /// The acting member sets what cycles may cost it in a currency; replaces all that was set before.
    pub struct SetLimits {
        /// The currency of every amount here.
        pub currency: Currency,
        /// The most that one cycle may cost it in all, net; without limit where absent.
        pub multilateral: Option<Money>,
        /// The most that one cycle may cost it toward one member, net; at most 64, in order of name.
        #[serde(default)]
        pub bilateral: Vec<BilateralLimit>,
        /// Available cash that only obligations of priority 0 may use; none where absent.
        pub reserve: Option<Money>,
    }

    /// The most that one cycle may cost a member toward one other.
    pub struct BilateralLimit {
        /// The other.
        pub member: MemberId,
        /// What goes to it less what comes from it.
        pub limit: Money,
    }

    /// A cycle settles what can be settled of all that waits in a currency.
    pub struct RunCycle {
        /// The currency.
        pub currency: Currency,
    }
}
