//! The calls of governance.

use crate::calls::RequestRef;
use crate::coded::coded_structs;
use crate::date::Date;
use crate::gov::Action;
use crate::hash::Hash;
use crate::text::Text;

coded_structs! {
    /// A member that is entitled to approve one of these changes proposes them, and approves them thereby.
    pub struct ProposeChange {
        /// The changes, 1 to 16, at most one of them of the set of validators; carried out all or none.
        pub actions: Vec<Action>,
        /// Without enough approvals it lapses at the close of this day, at most 366 days ahead.
        pub deadline: Date,
        /// Carried out when this day begins, where enough have approved before; at once where absent.
        pub from: Option<Date>,
        /// Why.
        #[serde(default)]
        pub reason: Text<256>,
        /// The number of the order or resolution behind it.
        #[serde(default)]
        pub order: Text<64>,
    }

    /// A member that is entitled approves a proposal, or speaks against it. A vote stands.
    pub struct VoteOnChange {
        /// The proposal.
        pub proposal: RequestRef,
        /// The hash of the terms that are voted on.
        pub terms: Hash,
        /// For it, or against.
        pub approve: bool,
        /// Why.
        #[serde(default)]
        pub reason: Text<256>,
    }

    /// The proposer takes an open proposal back.
    pub struct WithdrawChange {
        /// The proposal.
        pub proposal: RequestRef,
    }
}
