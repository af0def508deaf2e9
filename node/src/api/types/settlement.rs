//! What the API says of settlement instructions.

use allonge_contracts::settlement::Instruction;
use allonge_contracts::{Hash, MemberId};
use serde::{Deserialize, Serialize};

/// `GET /v1/instructions/{id}`: an instruction that waits, with what an affirmation must name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstructionView {
    /// The instruction.
    pub instruction: Instruction,
    /// The hash of its terms, which an affirmation must name.
    pub terms_hash: Hash,
    /// Who has yet to affirm, in order of name.
    pub waits_for: Vec<MemberId>,
}

impl From<Instruction> for InstructionView {
    fn from(instruction: Instruction) -> Self {
        InstructionView {
            terms_hash: instruction.terms_hash(),
            waits_for: instruction.waits_for(),
            instruction,
        }
    }
}

/// `GET /v1/instructions?member=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct InstructionsBody {
    /// Whose.
    pub member: MemberId,
    /// Instructions that wait and have it among their parties, in order of id.
    pub instructions: Vec<InstructionView>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}
