//! The book: what is written down, in which form, and how anybody can check it.
//!
//! Pure like the law below it: whoever holds a proof file and the genesis can verify it with this
//! crate alone.

#![deny(
    clippy::disallowed_types,
    clippy::disallowed_methods,
    clippy::float_arithmetic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]
#![cfg_attr(
    not(test),
    deny(clippy::arithmetic_side_effects, clippy::indexing_slicing)
)]

mod block;
mod bytes;
mod certificate;
mod certificate_json;
mod evidence;
mod execute;
mod genesis;
mod header_rules;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "places in a level of the tree, below its length"
)]
pub mod merkle;
mod proof;
mod recent;
mod run;
mod state;
mod transaction;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "places of bits, below the bounded length of a key"
)]
pub mod trie;
#[allow(
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    reason = "a set has 1 to 128 validators with bounded power"
)]
mod validators;
mod verify;
mod vote;

pub use block::{BLOCK_VERSION, Block, BlockDecodeError, Header, Receipt, Receipts, SystemReceipt};
pub use bytes::HexBytes;
pub use certificate::{Certificate, CertificateError};
pub use evidence::{Evidence, EvidenceError, EvidenceKind, Statement};
pub use execute::{ExecuteError, ExecutedBlock, InvalidBlock, LeftOut, Slot, transaction_root};
pub use genesis::{GENESIS_VERSION, Genesis, GenesisObserver, GenesisValidator, Limits};
pub use proof::{
    Claim, MAX_PROOF_BYTES, MAX_SET_CHANGES, NoProof, PROOF_VERSION, ProofFile, ProofReadError,
    SetChange,
};
pub use recent::RecentIds;
pub use state::{LedgerState, PROTOCOL_VERSION, RestoreError, UnknownProtocol};
pub use transaction::{
    Approval, Body, CheckedTransaction, Inadmissible, KeyCache, MAX_ANNEXES, MAX_CALLS,
    MAX_SIGNATURES, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_JSON_BYTES, NoKeyCache, Salt,
    Transaction, transaction_leaf,
};
pub use validators::{MAX_TOTAL_POWER, MAX_VALIDATORS, Validator, ValidatorSet, ValidatorSetError};
pub use verify::{Fact, Verified, VerifyError, verify};
pub use vote::{
    VoteKind, peer_sign_bytes, proposal_sign_bytes, stream_sign_bytes, vote_sign_bytes,
};
