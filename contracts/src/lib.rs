//! The law: what the entries of the ledger mean.
//!
//! Pure rules over a key-value view. Same input, same output, everywhere: no files, sockets,
//! threads, wall clock, randomness, floats or hash-ordered maps.

mod hash;
mod member_id;

pub use hash::{Hash, HexError, PublicKey, RequestId, Signature, tagged_hash};
pub use member_id::{MemberId, MemberIdError};
