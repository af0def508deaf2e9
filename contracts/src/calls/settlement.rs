//! The calls of settlement instructions (rule book 4).

use crate::calls::RequestRef;
use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::Hash;
use crate::settlement::Leg;
use crate::text::Text;

coded_structs! {
    /// A party proposes an instruction: legs that settle together or not at all.
    pub struct Propose {
        /// What moves, 1 to 32; the acting member is a party of one of them.
        pub legs: Vec<Leg>,
        /// Unsettled, it ends at the close of this day.
        pub deadline: Date,
        /// The proposer's reference.
        #[serde(default)]
        pub reference: Text<64>,
    }

    /// A payer, deliverer or receiver agrees to an instruction; what it pays and delivers is set aside. The last one
    /// settles it.
    pub struct Affirm {
        /// The instruction.
        pub instruction: RequestRef,
        /// The hash of the terms that are affirmed.
        pub terms: Hash,
    }

    /// A party ends an instruction before it settles; everything set aside is free again.
    pub struct CancelInstruction {
        /// The instruction.
        pub instruction: RequestRef,
    }
}
