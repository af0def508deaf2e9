//! The calls on trade papers, and on conditions for which a request waits (rule book 2.2, 3.3, 3.4).

use crate::calls::{CallIndex, RequestRef};
use crate::coded::coded_structs;
use crate::date::Date;
use crate::hash::{Hash, RequestId};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::text::Text;
use crate::trade::{ClaimEnd, ClaimKind, PaperBody, Verdict};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A condition by its id, or the condition that an earlier call of the same transaction set.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(untagged)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum ConditionRef {
    /// By id.
    Id(RequestId) = 0,
    /// Made by an earlier call.
    Call(CallIndex) = 1,
}

coded_structs! {
    /// A party to a trade puts a paper on record. Of an invoice and a credit note only a commitment goes on the ledger.
    pub struct RecordPaper {
        /// What it says.
        pub paper: PaperBody,
    }

    /// The buyer under a paper, or an attestor, confirms or denies it; in place of what it said of it before.
    pub struct AttestPaper {
        /// The paper.
        pub paper: Hash,
        /// So, or not so.
        pub verdict: Verdict,
        /// The salted hash of a document that shows it.
        pub document: Option<Hash>,
        /// In words; required of a denial.
        #[serde(default)]
        pub text: Text<256>,
    }

    /// The acting member sets a condition that an attestor is to attest.
    pub struct SetCondition {
        /// What is to be attested, in words.
        pub statement: Text<256>,
        /// By whom.
        pub attestor: MemberId,
        /// Unattested, it lapses at the close of this day.
        pub deadline: Date,
    }

    /// The attestor of a condition attests it; what was agreed and waits for it is carried out.
    pub struct FulfilCondition {
        /// The condition.
        pub condition: RequestId,
        /// The salted hash of a document that shows it.
        pub document: Option<Hash>,
    }

    /// The seller pledges or assigns an invoice, or a part of it, that no instrument stands for. The result is a claim.
    pub struct ClaimInvoice {
        /// The invoice's commitment.
        pub paper: Hash,
        /// To whom.
        pub to: MemberId,
        /// A pledge or an assignment.
        pub kind: ClaimKind,
        /// How much of the invoice.
        pub money: Money,
        /// The number under which it is registered; empty where it is not.
        #[serde(default)]
        pub registry: Text<32>,
        /// The buyer is given notice by this record.
        #[serde(default)]
        pub notice: bool,
    }

    /// Who has a claim ends it.
    pub struct ReleaseClaim {
        /// The claim.
        pub claim: RequestId,
        /// Unused, which frees the invoice, or paid, which does not.
        pub how: ClaimEnd,
    }

    /// Who made a request lets it wait for a condition that it has set. The result is the request with its new terms.
    pub struct Escrow {
        /// The request.
        pub request: RequestRef,
        /// The condition, whose deadline is not after the request's last day.
        pub condition: ConditionRef,
    }
}
