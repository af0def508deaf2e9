//! Which bytes are a public key that can sign.

use crate::hash::PublicKey;
use ed25519_dalek::VerifyingKey;

/// Whether the bytes are a point on the curve and not one of small order, for which anybody could sign.
pub fn is_usable_key(key: &PublicKey) -> bool {
    VerifyingKey::from_bytes(key.as_bytes()).is_ok_and(|key| !key.is_weak())
}
