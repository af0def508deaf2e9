//! The book: what is written down, in which form, and how anybody can check it.
//!
//! Pure like the law below it: whoever holds a proof file and the genesis can verify it with this
//! crate alone.

mod certificate;
mod validators;
mod vote;

pub use certificate::{Certificate, CertificateError};
pub use validators::{MAX_TOTAL_POWER, MAX_VALIDATORS, Validator, ValidatorSet, ValidatorSetError};
pub use vote::{
    VoteKind, peer_sign_bytes, proposal_sign_bytes, stream_sign_bytes, vote_sign_bytes,
};
