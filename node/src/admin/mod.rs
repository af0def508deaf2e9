//! What the operator of a node asks it on the machine itself: a unix socket in its home, for its owner
//! alone. One request a connection, a line of JSON each way; see docs/operations.md.

mod client;
mod server;
mod socket;

pub use client::{AskError, ask};
pub use server::Admin;
pub use socket::{BoundSocket, SocketError, bind};

use allonge_contracts::Hash;
use serde::{Deserialize, Serialize};

/// The socket's name in a node's home.
pub const SOCKET: &str = "admin.sock";

/// The most bytes of a request or an answer.
const MAX_LINE_BYTES: usize = 16 * 1024;

/// What can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "call", rename_all = "snake_case", deny_unknown_fields)]
pub enum Request {
    /// How the node is.
    Status {},
    /// Write a checkpoint of the last height, and answer when it is on disk.
    Checkpoint {},
    /// Log by this filter from now on.
    Log {
        /// As the setting `log`.
        filter: String,
    },
    /// Stop as on SIGTERM.
    Stop {},
}

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Answer {
    /// To [`Request::Status`].
    Status(Box<Status>),
    /// To [`Request::Checkpoint`].
    Checkpoint(Written),
    /// To [`Request::Log`].
    Log(Filters),
    /// To [`Request::Stop`]: it has begun to stop.
    Stop(Stopping),
    /// It was not done.
    Error(Problem),
}

/// How a node is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// Its process.
    pub pid: u32,
    /// Its program's version.
    pub version: String,
    /// The network.
    pub genesis: Hash,
    /// Where its API listens.
    pub http: String,
    /// Its last height.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// The round of the height under way.
    pub round: u32,
    /// The height of the last checkpoint on disk; 0 if there is none.
    #[serde(with = "allonge_contracts::json::string")]
    pub checkpoint_height: u64,
    /// The first height whose block is kept.
    #[serde(with = "allonge_contracts::json::string")]
    pub history_start: u64,
    /// Peers connected on the consensus network.
    pub peers: u32,
    /// The highest height that a peer says it has.
    #[serde(with = "allonge_contracts::json::string")]
    pub best_peer_height: u64,
    /// Transactions waiting.
    #[serde(with = "allonge_contracts::json::string")]
    pub waiting: u64,
    /// Milliseconds since the last commit.
    #[serde(with = "allonge_contracts::json::string")]
    pub since_last_block_ms: u64,
    /// What is logged.
    pub log: String,
    /// Why it cannot be used now.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub not_ready: Option<String>,
}

/// A checkpoint that is on disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// Its height.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
}

/// What is logged, and was.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Filters {
    /// From now on.
    pub filter: String,
    /// Until now.
    pub before: String,
}

/// A node that stops.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopping {
    /// Its process.
    pub pid: u32,
}

/// Why something was not done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Problem {
    /// The stable name.
    pub code: ProblemCode,
    /// What was wrong, with the value.
    pub message: String,
}

/// The stable names of problems.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum ProblemCode {
    /// The request cannot be read, is too long or too slow.
    BadRequest,
    /// The filter cannot be read, or this process has no log that can be changed.
    LogFilter,
    /// There is no block yet of which a checkpoint could be written.
    NoBlockYet,
    /// The checkpoint was not written in time; it may be later.
    Timeout,
    /// The node is stopping.
    NotReady,
}

impl Problem {
    fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Problem {
            code,
            message: message.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_read_as_they_are_documented() {
        for (text, request) in [
            (r#"{"call":"status"}"#, Request::Status {}),
            (r#"{"call":"checkpoint"}"#, Request::Checkpoint {}),
            (
                r#"{"call":"log","filter":"info"}"#,
                Request::Log {
                    filter: "info".to_owned(),
                },
            ),
            (r#"{"call":"stop"}"#, Request::Stop {}),
        ] {
            assert_eq!(serde_json::from_str::<Request>(text).unwrap(), request);
            assert_eq!(serde_json::to_string(&request).unwrap(), text);
        }
        for wrong in [
            "",
            "{}",
            r#"{"call":"halt"}"#,
            r#"{"call":"log"}"#,
            r#"{"call":"stop","now":true}"#,
        ] {
            assert!(serde_json::from_str::<Request>(wrong).is_err(), "{wrong}");
        }
    }
}
