//! How organisations found a network though none of them trusts another with its keys: each makes its own and
//! hands out a public file, one of them puts the files together, and all compare the hash. See docs/network.md.

mod assemble;
mod error;
mod identity;
mod spec;
mod warnings;

pub use assemble::{Named, assemble};
pub use error::FoundingError;
pub use identity::{IDENTITY_FILE, Identity, NodeIdentity, Organisation, Signers, check_address};
pub use spec::NetworkSpec;
pub(crate) use warnings::is_loopback;
pub use warnings::warnings;
