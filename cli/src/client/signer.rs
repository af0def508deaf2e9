//! Who signs: a key of the keystore, or a process that keeps keys elsewhere.

use super::builder::{BuildError, Signed, signed_with};
use allonge_contracts::{PublicKey, Signature};
use allonge_ledger::{Approval, Body};
use std::path::PathBuf;
use std::sync::Arc;

/// What a member's key may be asked to sign; nothing else ever is.
#[derive(Clone, Copy, Debug)]
pub enum Signable<'a> {
    /// A transaction, by its body.
    Transaction(&'a Body),
}

impl Signable<'_> {
    /// The bytes that are signed; each kind begins with a tag of its own.
    pub fn message(&self) -> Vec<u8> {
        match self {
            Signable::Transaction(body) => Body::sign_bytes(&body.id()),
        }
    }
}

/// One key, wherever it is.
pub trait Signer: Send + Sync {
    /// What the user calls it.
    fn name(&self) -> &str;

    /// Its public half.
    fn public(&self) -> PublicKey;

    /// Its signature. May block for as long as a person takes to agree.
    ///
    /// # Errors
    /// Why there is none.
    fn sign(&self, what: &Signable<'_>) -> Result<Signature, SignerError>;
}

/// Keys that sign together.
pub type Signers = Vec<Arc<dyn Signer>>;

/// Why there is no signature.
#[derive(Debug, thiserror::Error)]
pub enum SignerError {
    /// The signing process cannot be reached.
    #[error("the signer at {} does not answer: {what}", .socket.display())]
    Unreachable {
        /// Its socket.
        socket: PathBuf,
        /// What happened.
        what: String,
    },
    /// It said no.
    #[error("the signer at {} refused: {what}", .socket.display())]
    Refused {
        /// Its socket.
        socket: PathBuf,
        /// What it said.
        what: String,
    },
    /// What it answered is no signature by the key.
    #[error("the signer at {} gave no signature that fits: {what}", .socket.display())]
    BadAnswer {
        /// Its socket.
        socket: PathBuf,
        /// What is wrong with it.
        what: String,
    },
    /// `--signer` names no signer.
    #[error("`{0}` is no signer")]
    Address(String),
    /// The transaction cannot be made.
    #[error(transparent)]
    Build(#[from] BuildError),
}

impl SignerError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            SignerError::Unreachable { .. } => "SIGNER_UNREACHABLE",
            SignerError::Refused { .. } => "SIGNER_REFUSED",
            SignerError::BadAnswer { .. } => "SIGNER_ANSWER",
            SignerError::Address(_) => "SIGNER_ADDRESS",
            SignerError::Build(_) => "NOT_A_TRANSACTION",
        }
    }

    /// What to do next.
    pub fn hint(&self) -> &'static str {
        match self {
            SignerError::Unreachable { .. } => {
                "start it with `allonge key serve`, or name another with --signer"
            }
            SignerError::Refused { .. } => "see what the signer was started for",
            SignerError::BadAnswer { .. } => "check that both are of the same version",
            SignerError::Address(_) => "write it like unix:/run/allonge/signer.sock",
            SignerError::Build(_) => "split it into several transactions",
        }
    }
}

/// Signs a body with each key, besides the signatures that are there already.
///
/// # Errors
/// A signer's, or what stands against the transaction.
pub fn sign_with(
    body: Body,
    signers: &[Arc<dyn Signer>],
    there: Vec<Approval>,
) -> Result<Signed, SignerError> {
    let mut approvals = there;
    for signer in signers {
        let key = signer.public();
        if approvals.iter().any(|approval| approval.key == key) {
            continue;
        }
        let signature = signer.sign(&Signable::Transaction(&body))?;
        approvals.push(Approval { key, signature });
    }
    Ok(signed_with(body, approvals)?)
}
