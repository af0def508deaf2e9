//! SHA-256 with a domain tag for every use, and the 32-byte values the ledger is made of.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use std::fmt;
use std::str::FromStr;

/// A text that should have been a fixed number of bytes in lower-case hex.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not {bytes} bytes in hex")]
pub struct HexError {
    /// What was given, shortened to 80 characters.
    pub text: String,
    /// How many bytes were expected.
    pub bytes: usize,
}

macro_rules! hex_bytes {
    ($(#[$doc:meta])* $name:ident, $len:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
        pub struct $name(pub [u8; $len]);

        impl $name {
            /// The bytes.
            pub const fn as_bytes(&self) -> &[u8; $len] {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&hex::encode(self.0))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), hex::encode(self.0))
            }
        }

        impl FromStr for $name {
            type Err = HexError;
            fn from_str(text: &str) -> Result<Self, HexError> {
                let mut bytes = [0u8; $len];
                hex::decode_to_slice(text, &mut bytes).map_err(|_| HexError {
                    text: text.chars().take(80).collect(),
                    bytes: $len,
                })?;
                Ok(Self(bytes))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                <String as Deserialize>::deserialize(d)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

hex_bytes!(
    /// A SHA-256 digest: of a block, a body, a tree, or a document.
    Hash,
    32
);
hex_bytes!(
    /// The bytes of an ed25519 public key; not yet checked to be a point on the curve.
    PublicKey,
    32
);
hex_bytes!(
    /// The bytes of an ed25519 signature.
    Signature,
    64
);
hex_bytes!(
    /// Names one request of the request-and-answer mechanism:
    /// the first 16 bytes of `allonge/request/1` over transaction id and call index.
    RequestId,
    16
);

impl Hash {
    /// Thirty-two zero bytes: the parent of the first block, the root of an empty tree.
    pub const ZERO: Hash = Hash([0; 32]);
}

/// SHA-256 over a domain tag, its length first, and then the parts one after the other.
///
/// The tag (`allonge/header/1`, …) names the use and its version, so that bytes hashed for one
/// purpose never stand for another. Parts are not separated: give at most one of variable length,
/// as the last, or length-prefixed encodings.
pub fn tagged_hash(tag: &str, parts: &[&[u8]]) -> Hash {
    let mut hasher = Sha256::new();
    hasher.update([tag.len() as u8]);
    hasher.update(tag.as_bytes());
    for part in parts {
        hasher.update(part);
    }
    Hash(hasher.finalize().into())
}
