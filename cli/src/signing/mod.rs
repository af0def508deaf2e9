//! A process that holds keys and signs for others on this machine, over a Unix socket; and the way to ask it.
//!
//! One JSON object a line each way, one request a connection; see "Signers" in docs/protocol.md.

mod remote;
mod server;

pub use remote::RemoteSigner;
pub use server::{Event, ServeError, Service, Told};

use allonge_contracts::{PublicKey, Signature};
use allonge_ledger::{Body, MAX_TRANSACTION_JSON_BYTES};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The version that is spoken.
pub const VERSION: u8 = 1;
/// The longest request or answer in bytes: a transaction and a little more.
pub const MAX_LINE_BYTES: usize = MAX_TRANSACTION_JSON_BYTES + 64 * 1024;
/// How long a line may take on its way.
pub const LINE_TIME: Duration = Duration::from_secs(10);
/// How long a signature may take: a person may have to agree.
pub const SIGN_TIME: Duration = Duration::from_secs(120);

/// What is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// Which keys there are.
    Keys,
    /// A signature by one of them under a transaction.
    Sign,
}

/// A request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Request {
    /// [`VERSION`].
    pub version: u8,
    /// What is asked.
    pub ask: Asked,
    /// Whose signature.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<PublicKey>,
    /// The whole body, so that the signer knows what it signs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<Body>,
}

/// A key that a signer holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HeldKey {
    /// What its owner calls it.
    pub name: String,
    /// Its public half.
    pub public_key: PublicKey,
}

/// An answer: one of the three.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Answer {
    /// [`VERSION`].
    pub version: u8,
    /// To `keys`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub keys: Option<Vec<HeldKey>>,
    /// To `sign`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<Signature>,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub refused: Option<String>,
}
