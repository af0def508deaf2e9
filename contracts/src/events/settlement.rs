//! What happened to settlement instructions.

use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::settlement::Instruction;
use crate::text::Text;

coded_structs! {
    /// An instruction waits to be affirmed.
    pub struct InstructionProposed { /// The instruction.
        pub instruction: Instruction }
    /// A member affirmed an instruction; what it pays and delivers is set aside.
    pub struct InstructionAffirmed { /// The instruction.
        pub instruction: RequestId, /// Who.
        pub by: MemberId, /// Who has yet to, in order of name; nobody where it settles.
        pub waits_for: Vec<MemberId> }
    /// All legs of an instruction settled at once; what moved has events of its own.
    pub struct InstructionSettled { /// The instruction.
        pub instruction: RequestId, /// All its parties, in order of name.
        pub parties: Vec<MemberId>, /// The proposer's reference.
        pub reference: Text<64> }
    /// A party ended an instruction; everything set aside is free again.
    pub struct InstructionCancelled { /// The instruction.
        pub instruction: RequestId, /// By whom.
        pub by: MemberId, /// All its parties, in order of name.
        pub parties: Vec<MemberId>, /// The proposer's reference.
        pub reference: Text<64> }
    /// The deadline of an instruction passed; everything set aside is free again.
    pub struct InstructionEnded { /// The instruction.
        pub instruction: RequestId, /// The deadline.
        pub deadline: Date, /// All its parties, in order of name.
        pub parties: Vec<MemberId>, /// Who had not affirmed, in order of name.
        pub waited_for: Vec<MemberId>, /// The proposer's reference.
        pub reference: Text<64> }
}
