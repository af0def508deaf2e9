//! Why a network cannot be founded like this.

use allonge_contracts::{Currency, Date, MemberId, PublicKey};
use std::path::PathBuf;

/// Why a network cannot be founded like this.
#[derive(Debug, thiserror::Error)]
pub enum FoundingError {
    /// A file that is no identity, or breaks one of its rules.
    #[error("{file}: {what}")]
    Identity {
        /// The file.
        file: PathBuf,
        /// What is wrong.
        what: String,
    },
    /// A key that has not signed what stands in the file.
    #[error("{file}: the key {key} has not signed this identity, or it was changed since")]
    Signature {
        /// The file.
        file: PathBuf,
        /// The key.
        key: PublicKey,
    },
    /// An address at which others cannot reach a node.
    #[error("`{address}` is no address for others to reach {what} at: {why}")]
    Address {
        /// What it is of.
        what: &'static str,
        /// What was given.
        address: String,
        /// What is wrong with it.
        why: String,
    },
    /// The spec cannot be read.
    #[error("{file}:{line}: {what}")]
    Spec {
        /// The file.
        file: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// Two identities have the same of what only one can have.
    #[error("{first} and {second} have the same {what}, {value}")]
    Twice {
        /// What.
        what: &'static str,
        /// Its value.
        value: String,
        /// One file.
        first: PathBuf,
        /// The other.
        second: PathBuf,
    },
    /// Nobody would make blocks.
    #[error("none of the identities has a validator: nobody would make blocks")]
    NoValidator,
    /// The spec names somebody of whom there is no identity.
    #[error(
        "the spec gives {what} to `{name}`, but no identity is of that name; there are {known}"
    )]
    Unknown {
        /// What it gives.
        what: &'static str,
        /// The name.
        name: String,
        /// The names that there are.
        known: String,
    },
    /// A currency would be issued by somebody who is no central bank.
    #[error("{currency} is to be issued by {issuer}, which has not the role central-bank")]
    Issuer {
        /// The currency.
        currency: Currency,
        /// Who.
        issuer: MemberId,
    },
    /// The network's clock would be ahead of everybody's.
    #[error("business_date is {0}, and that day has not begun")]
    Ahead(Date),
    /// Genesis breaks a rule of the ledger.
    #[error("the ledger does not take such a genesis: {0}")]
    Rules(String),
}

impl FoundingError {
    /// The stable name.
    pub const fn code(&self) -> &'static str {
        match self {
            FoundingError::Identity { .. } => "NOT_AN_IDENTITY",
            FoundingError::Signature { .. } => "IDENTITY_SIGNATURE",
            FoundingError::Address { .. } => "NODE_ADDRESS",
            FoundingError::Spec { .. } => "NETWORK_SPEC",
            FoundingError::Twice { .. } => "IDENTITY_TWICE",
            FoundingError::NoValidator => "NO_VALIDATOR",
            FoundingError::Unknown { .. } => "NO_SUCH_IDENTITY",
            FoundingError::Issuer { .. } => "NOT_AN_ISSUER",
            FoundingError::Ahead(_) => "DATE_AHEAD",
            FoundingError::Rules(_) => "GENESIS_RULES",
        }
    }

    /// What to do next.
    pub const fn hint(&self) -> &'static str {
        match self {
            FoundingError::Identity { .. } => {
                "give the file that `allonge identity new` wrote; see docs/network.md"
            }
            FoundingError::Signature { .. } => {
                "ask the organisation for the file again, over a way on which nobody can change it"
            }
            FoundingError::Address { .. } => {
                "write it like node.bank-a.example:26656 or 192.0.2.7:26656"
            }
            FoundingError::Spec { .. } => "correct the line that is named; see docs/network.md",
            FoundingError::Twice { .. } => {
                "give each file once; where two organisations share a key, one of them has to make its identity anew"
            }
            FoundingError::NoValidator => {
                "let at least one organisation make its identity without --observer and --no-node; four bear the loss of one"
            }
            FoundingError::Unknown { .. } => {
                "correct the name, or give that organisation's identity file as well"
            }
            FoundingError::Issuer { .. } => {
                "name a member with the role central-bank under [currencies]"
            }
            FoundingError::Ahead(_) => "found the network on that day, or leave business_date out",
            FoundingError::Rules(_) => {
                "correct what is named in the spec, or ask for another identity file"
            }
        }
    }
}
