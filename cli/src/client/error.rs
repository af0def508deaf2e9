//! Why a node's answer is not the one hoped for.

use allonge_contracts::{Code, Hash, Rejection};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The error object of the API: `{"error": {code, number, message, hint, retry}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApiError {
    /// The code's name, such as `NOT_FOUND`; kept as text so that a newer node's codes can be shown.
    pub code: String,
    /// Its number.
    #[serde(default)]
    pub number: u16,
    /// What was wrong, with the value.
    pub message: String,
    /// What to do next.
    #[serde(default)]
    pub hint: String,
    /// Whether the same request can succeed later.
    #[serde(default)]
    pub retry: bool,
}

impl ApiError {
    /// The code, where this program knows it.
    pub fn known(&self) -> Option<Code> {
        Code::from_name(&self.code)
    }
}

/// A node that was asked and did not answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Its URL.
    pub node: String,
    /// What happened.
    pub problem: String,
}

/// Why there is no answer to use.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The transaction is on the ledger, refused by a rule and without effect.
    #[error("{}: {rejection}", .rejection.code)]
    Rejected {
        /// The transaction.
        id: Hash,
        /// Its block.
        height: u64,
        /// The rule, the call and the values.
        rejection: Rejection,
    },
    /// The node refused the request.
    #[error("{}: {}", .error.code, .error.message)]
    Refused {
        /// The transaction it was about, if one was sent.
        id: Option<Hash>,
        /// What the node said.
        error: Box<ApiError>,
        /// When it may be asked again.
        retry_after: Option<Duration>,
    },
    /// Nobody answered.
    #[error("no node answered: {}", attempts(.tried))]
    NoNode {
        /// The transaction that was being sent, if one was.
        id: Option<Hash>,
        /// Each node and what happened.
        tried: Vec<Attempt>,
    },
    /// The transaction was sent, but is not known to be final in the time allowed.
    #[error("transaction {id} is not final after {} s{}", .within.as_secs(), last_seen(.last))]
    NotFinal {
        /// Which.
        id: Hash,
        /// How long it was waited for.
        within: Duration,
        /// What was last heard of it.
        last: Option<String>,
    },
    /// The node let the transaction go and says that it can never be final.
    #[error("{code}: transaction {id} was dropped: {}", .code.summary())]
    Dropped {
        /// Which.
        id: Hash,
        /// Why.
        code: Code,
    },
    /// The answer is not one that this program understands.
    #[error("{node} answered what this program cannot read: {what}")]
    BadAnswer {
        /// Who.
        node: String,
        /// What is wrong with it.
        what: String,
    },
    /// A node's address that cannot be used.
    #[error("`{url}` is not a node's address: {what}")]
    BadUrl {
        /// What was given.
        url: String,
        /// What is wrong with it.
        what: String,
    },
    /// The HTTP client could not be set up.
    #[error("the HTTP client cannot be set up: {0}")]
    Setup(String),
}

impl ClientError {
    /// The transaction it is about.
    pub fn transaction(&self) -> Option<Hash> {
        match self {
            ClientError::Rejected { id, .. }
            | ClientError::NotFinal { id, .. }
            | ClientError::Dropped { id, .. } => Some(*id),
            ClientError::Refused { id, .. } | ClientError::NoNode { id, .. } => *id,
            _ => None,
        }
    }

    /// Whether the node said that there is no such thing.
    pub fn is_not_found(&self) -> bool {
        let ClientError::Refused { error, .. } = self else {
            return false;
        };
        matches!(
            error.known(),
            Some(
                Code::NotFound
                    | Code::NoSuchMember
                    | Code::NoSuchBill
                    | Code::NoSuchCertificate
                    | Code::NoSuchPaper
                    | Code::NoSuchClaim
                    | Code::NoSuchCondition
                    | Code::NoSuchInstruction
                    | Code::NoSuchObligation
            )
        )
    }
}

fn attempts(tried: &[Attempt]) -> String {
    let all: Vec<String> = tried
        .iter()
        .map(|attempt| format!("{} ({})", attempt.node, attempt.problem))
        .collect();
    all.join(", ")
}

fn last_seen(last: &Option<String>) -> String {
    last.as_ref()
        .map(|last| format!(" (last heard: {last})"))
        .unwrap_or_default()
}
