//! Proof files: what a node hands out so that anybody with the genesis can check a fact offline.

use crate::block::{Block, Header, Receipts};
use crate::bytes::HexBytes;
use crate::certificate::Certificate;
use crate::merkle::{self, MerklePath};
use crate::state::LedgerState;
use crate::transaction::transaction_leaf;
use crate::trie::{MAX_RANGE_ENTRIES, Proof, RangeProof, TooMany};
use crate::validators::Validator;
use allonge_contracts::bills::{self, InstrumentNumber};
use allonge_contracts::{Currency, Hash, MemberId, cash, members, receivables};
use serde::{Deserialize, Serialize};

/// The version of proof files.
pub const PROOF_VERSION: u8 = 1;

/// The most bytes of a proof file in JSON.
pub const MAX_PROOF_BYTES: usize = 64 * 1024 * 1024;

/// The most changes of the validator set in a proof file.
pub const MAX_SET_CHANGES: usize = 1024;

/// A fact of the ledger with all that shows it. A JSON file; check it with [`verify`](crate::verify).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProofFile {
    /// Format version, 1.
    pub version: u8,
    /// The network.
    pub genesis: Hash,
    /// The header of the block that the fact is true at.
    pub header: Header,
    /// What makes that block final.
    pub certificate: Certificate,
    /// Every change of the validator set from genesis up to that block, in order.
    #[serde(default)]
    pub set_changes: Vec<SetChange>,
    /// The fact.
    pub claim: Claim,
}

/// A block after which other validators vote.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SetChange {
    /// Its header, whose `next_validators` differs from its `validators`.
    pub header: Header,
    /// What makes it final, by the validators before.
    pub certificate: Certificate,
    /// The validators from the next height on.
    pub validators: Vec<Validator>,
}

/// A fact, and the way from it to a root in the header.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Claim {
    /// A transaction is in the block, and this came of it.
    Transaction {
        /// Its place among the block's transactions, from 0; its receipt's slot is one more.
        index: u32,
        /// How many transactions the block has.
        count: u32,
        /// Its canonical bytes.
        transaction: HexBytes,
        /// From it to the transaction root.
        path: MerklePath,
        /// The receipt in borsh.
        receipt: HexBytes,
        /// From the receipt to the receipt root.
        receipt_path: MerklePath,
    },
    /// The clock did this at the start of the block (slot 0): payments at maturity, lapses.
    Clock {
        /// How many transactions the block has.
        count: u32,
        /// The system receipt in borsh.
        receipt: HexBytes,
        /// From it to the receipt root.
        receipt_path: MerklePath,
    },
    /// A bill as the state has it after the block, with all its lots.
    Bill {
        /// Its number.
        number: InstrumentNumber,
        /// The bill's own entry.
        bill: Proof,
        /// All of its lots, and that there are no others.
        lots: RangeProof,
    },
    /// A receivable certificate as the state has it after the block, with all its lots.
    Certificate {
        /// Its number.
        number: InstrumentNumber,
        /// The certificate's own entry.
        certificate: Proof,
        /// All of its lots, and that there are no others.
        lots: RangeProof,
    },
    /// A member as the state has it after the block.
    Member {
        /// Its name.
        member: MemberId,
        /// Its entry, or that there is none.
        proof: Proof,
    },
    /// A member's cash of one currency as the state has it after the block.
    Balance {
        /// Whose.
        member: MemberId,
        /// The currency.
        currency: Currency,
        /// Its entry, or that there is none.
        proof: Proof,
    },
}

/// Why there is no proof.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// State proofs need a block.
    #[error("the ledger has no block yet")]
    NoBlock,
    /// There is no such transaction in the block.
    #[error("block {height} has no transaction {index}: it has {count}")]
    NoTransaction {
        /// The block.
        height: u64,
        /// The place asked for, from 0.
        index: u32,
        /// How many there are.
        count: usize,
    },
    /// There is no such bill.
    #[error("there is no bill {0}")]
    NoBill(InstrumentNumber),
    /// There is no such certificate.
    #[error("there is no certificate {0}")]
    NoCertificate(InstrumentNumber),
    /// More lots than a proof may hold.
    #[error(transparent)]
    TooMany(#[from] TooMany),
}

/// What was written is not what a proof file looks like.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ProofReadError {
    /// Longer than any proof file.
    #[error("the file has {0} bytes; a proof file has at most {MAX_PROOF_BYTES}")]
    TooLarge(usize),
    /// Not JSON, or not of a proof file's form.
    #[error("the file is not a proof: {0}")]
    Malformed(String),
}

impl ProofFile {
    /// That a transaction is in a block and what came of it. `set_changes` are all up to the block.
    ///
    /// # Errors
    /// There is no such transaction.
    pub fn transaction(
        block: &Block,
        receipts: &Receipts,
        index: u32,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
    ) -> Result<Self, NoProof> {
        let missing = || NoProof::NoTransaction {
            height: block.header.height,
            index,
            count: block.transactions.len(),
        };
        let at = index as usize;
        let leaves: Vec<Hash> = block
            .transactions
            .iter()
            .map(|bytes| transaction_leaf(bytes))
            .collect();
        let transaction = block.transactions.get(at).ok_or_else(missing)?;
        let receipt = receipts.transactions.get(at).ok_or_else(missing)?;
        let slot = at.saturating_add(1);
        let claim = Claim::Transaction {
            index,
            count: u32::try_from(leaves.len()).unwrap_or(u32::MAX),
            transaction: HexBytes(transaction.to_vec()),
            path: merkle::path(&leaves, at).ok_or_else(missing)?,
            receipt: HexBytes(borsh::to_vec(receipt).unwrap_or_default()),
            receipt_path: merkle::path(&receipts.leaves(), slot).ok_or_else(missing)?,
        };
        Ok(Self::new(&block.header, certificate, set_changes, claim))
    }

    /// What the clock did at the start of a block. `set_changes` are all up to the block.
    pub fn clock(
        header: &Header,
        receipts: &Receipts,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
    ) -> Self {
        let leaves = receipts.leaves();
        let claim = Claim::Clock {
            count: u32::try_from(receipts.transactions.len()).unwrap_or(u32::MAX),
            receipt: HexBytes(borsh::to_vec(&receipts.system).unwrap_or_default()),
            // There always is a leaf 0.
            receipt_path: merkle::path(&leaves, 0).unwrap_or_default(),
        };
        Self::new(header, certificate, set_changes, claim)
    }

    /// A bill and all its lots at the latest block, which `certificate` makes final.
    ///
    /// # Errors
    /// No block yet, no such bill, or too many lots for one proof.
    pub fn bill(
        state: &LedgerState,
        number: &InstrumentNumber,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
    ) -> Result<Self, NoProof> {
        let header = state.header.as_ref().ok_or(NoProof::NoBlock)?;
        let key = bills::read::bill_key(number);
        if state.trie.get(&key).is_none() {
            return Err(NoProof::NoBill(*number));
        }
        let claim = Claim::Bill {
            number: *number,
            bill: state.trie.prove(&key),
            lots: state
                .trie
                .prove_prefix(&bills::read::lots_prefix(number), MAX_RANGE_ENTRIES)?,
        };
        Ok(Self::new(header, certificate, set_changes, claim))
    }

    /// A receivable certificate and all its lots at the latest block, which `certificate` makes final.
    ///
    /// # Errors
    /// No block yet, no such certificate, or too many lots for one proof.
    pub fn receivable(
        state: &LedgerState,
        number: &InstrumentNumber,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
    ) -> Result<Self, NoProof> {
        let header = state.header.as_ref().ok_or(NoProof::NoBlock)?;
        let key = receivables::read::certificate_key(number);
        if state.trie.get(&key).is_none() {
            return Err(NoProof::NoCertificate(*number));
        }
        let claim = Claim::Certificate {
            number: *number,
            certificate: state.trie.prove(&key),
            lots: state
                .trie
                .prove_prefix(&bills::read::lots_prefix(number), MAX_RANGE_ENTRIES)?,
        };
        Ok(Self::new(header, certificate, set_changes, claim))
    }

    /// A member at the latest block, or that there is none of this name.
    ///
    /// # Errors
    /// No block yet.
    pub fn member(
        state: &LedgerState,
        member: &MemberId,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
    ) -> Result<Self, NoProof> {
        let header = state.header.as_ref().ok_or(NoProof::NoBlock)?;
        let claim = Claim::Member {
            member: member.clone(),
            proof: state.trie.prove(&members::read::member_key(member)),
        };
        Ok(Self::new(header, certificate, set_changes, claim))
    }

    /// A member's cash at the latest block, or that it never had any of this currency.
    ///
    /// # Errors
    /// No block yet.
    pub fn balance(
        state: &LedgerState,
        member: &MemberId,
        currency: Currency,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
    ) -> Result<Self, NoProof> {
        let header = state.header.as_ref().ok_or(NoProof::NoBlock)?;
        let claim = Claim::Balance {
            member: member.clone(),
            currency,
            proof: state.trie.prove(&cash::read::balance_key(member, currency)),
        };
        Ok(Self::new(header, certificate, set_changes, claim))
    }

    fn new(
        header: &Header,
        certificate: Certificate,
        set_changes: Vec<SetChange>,
        claim: Claim,
    ) -> Self {
        ProofFile {
            version: PROOF_VERSION,
            genesis: header.genesis,
            header: header.clone(),
            certificate,
            set_changes,
            claim,
        }
    }

    /// As JSON, indented.
    pub fn to_json(&self) -> String {
        // These types have no map with other keys than text, so they always can be written.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// Reads JSON; unknown fields are refused. Nothing is verified yet.
    ///
    /// # Errors
    /// Too long, or not of a proof file's form; with line and column.
    pub fn from_json(text: &[u8]) -> Result<Self, ProofReadError> {
        if text.len() > MAX_PROOF_BYTES {
            return Err(ProofReadError::TooLarge(text.len()));
        }
        serde_json::from_slice(text).map_err(|e| ProofReadError::Malformed(e.to_string()))
    }
}
