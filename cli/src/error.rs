//! What the user sees when something fails, and the exit code that goes with it.

use crate::client::{ApiError, BuildError, ClientError, SentLogError, SignerError};
use crate::cluster::ClusterError;
use crate::founding::FoundingError;
use crate::invoice::{CommitmentError, InvoiceFileError, InvoiceKeyError};
use crate::keystore::KeystoreError;
use allonge_contracts::outcome::Fact;
use allonge_contracts::{Code, Hash, MoneyError, Rejection};
use serde::Serialize;

/// Exit code: rejected by the ledger's rules.
pub const EXIT_REJECTED: u8 = 1;
/// Exit code: wrong usage or input.
pub const EXIT_USAGE: u8 = 2;
/// Exit code: no node, or no answer in time; asking again is safe.
pub const EXIT_NO_ANSWER: u8 = 3;

/// Why a command failed.
#[derive(Debug, thiserror::Error)]
pub enum CliError {
    /// Found out by the program itself.
    #[error("{message}")]
    Own {
        /// The stable name of the problem.
        code: &'static str,
        /// What was wrong, with the value.
        message: String,
        /// What to do next.
        hint: String,
        /// The transaction it is about.
        transaction: Option<Hash>,
        /// The exit code.
        exit: u8,
    },
    /// A node refused, or did not answer, or the ledger rejected.
    #[error(transparent)]
    Client(#[from] ClientError),
    /// A key cannot be used.
    #[error(transparent)]
    Key(#[from] KeystoreError),
    /// An invoice cannot be used.
    #[error(transparent)]
    Invoice(#[from] InvoiceFileError),
    /// There is no commitment to an invoice.
    #[error(transparent)]
    Commitment(#[from] CommitmentError),
    /// The network's invoice key cannot be used.
    #[error(transparent)]
    InvoiceKey(#[from] InvoiceKeyError),
    /// The transaction could not be written down and was not sent.
    #[error(transparent)]
    SentLog(#[from] SentLogError),
    /// The transaction cannot be made.
    #[error(transparent)]
    Build(#[from] BuildError),
    /// There is no signature.
    #[error(transparent)]
    Signer(#[from] SignerError),
    /// A network on this machine.
    #[error(transparent)]
    Cluster(#[from] ClusterError),
    /// A network that is to be founded.
    #[error(transparent)]
    Founding(#[from] FoundingError),
    /// The result could not be written.
    #[error("cannot write the result: {0}")]
    Output(std::io::Error),
}

/// An error as it is printed: in words, or as JSON `{"schema": "allonge.error/1", "error": {…}}`.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The stable name.
    pub code: String,
    /// The stable number of the ledger's and the API's codes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub number: Option<u16>,
    /// What was wrong, with the value.
    pub message: String,
    /// The values that show it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub facts: Vec<Fact>,
    /// What to do next.
    pub hint: String,
    /// Whether the same request can succeed later without being changed.
    pub retry: bool,
    /// The transaction it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Hash>,
    /// The exit code.
    pub exit: u8,
}

impl CliError {
    /// Wrong usage or input.
    pub fn input(code: &'static str, message: impl Into<String>, hint: impl Into<String>) -> Self {
        CliError::Own {
            code,
            message: message.into(),
            hint: hint.into(),
            transaction: None,
            exit: EXIT_USAGE,
        }
    }

    /// Something that was checked does not hold.
    pub fn check_failed(
        code: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        CliError::Own {
            code,
            message: message.into(),
            hint: hint.into(),
            transaction: None,
            exit: EXIT_REJECTED,
        }
    }

    /// A node that answers, but cannot be used now.
    pub fn not_ready(message: impl Into<String>, hint: impl Into<String>) -> Self {
        CliError::Own {
            code: Code::NotReady.name(),
            message: message.into(),
            hint: hint.into(),
            transaction: None,
            exit: EXIT_NO_ANSWER,
        }
    }

    /// What was waited for did not come in time.
    pub fn too_late(
        transaction: Hash,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) -> Self {
        CliError::Own {
            code: Code::Timeout.name(),
            message: message.into(),
            hint: hint.into(),
            transaction: Some(transaction),
            exit: EXIT_NO_ANSWER,
        }
    }

    /// The exit code.
    pub fn exit(&self) -> u8 {
        self.report().exit
    }

    /// All there is to say.
    pub fn report(&self) -> Report {
        let message = self.to_string();
        match self {
            CliError::Own {
                code,
                hint,
                transaction,
                exit,
                ..
            } => Report {
                transaction: *transaction,
                retry: *exit == EXIT_NO_ANSWER,
                exit: *exit,
                ..usage(code, message, hint.clone())
            },
            CliError::Client(error) => client(error, message),
            CliError::Key(error) => usage(error.code(), message, error.hint()),
            CliError::Invoice(error) => usage(error.code(), message, error.hint().to_owned()),
            CliError::Commitment(error) => usage(error.code(), message, error.hint().to_owned()),
            CliError::InvoiceKey(error) => usage("INVOICE_KEY", message, error.hint()),
            CliError::SentLog(_) => usage(
                "SENT_LOG",
                message,
                "make the folder writable, or name another with --home".to_owned(),
            ),
            CliError::Build(_) => usage(
                "NOT_A_TRANSACTION",
                message,
                "split it into several transactions".to_owned(),
            ),
            CliError::Signer(error) => usage(error.code(), message, error.hint().to_owned()),
            CliError::Founding(error) => usage(error.code(), message, error.hint().to_owned()),
            CliError::Cluster(ClusterError::Client(error)) => client(error, message),
            CliError::Cluster(error) => Report {
                exit: match error {
                    ClusterError::NotReady { .. } | ClusterError::Exited { .. } => EXIT_NO_ANSWER,
                    _ => EXIT_USAGE,
                },
                ..usage(error.code(), message, error.hint())
            },
            CliError::Output(_) => usage(
                "OUTPUT",
                message,
                "what was asked for was done; only showing it failed".to_owned(),
            ),
        }
    }
}

impl From<MoneyError> for CliError {
    fn from(error: MoneyError) -> Self {
        CliError::input(
            "AMOUNT",
            error.to_string(),
            "write amounts like 1000000 or 1,000,000.00, with no more decimals than the currency has",
        )
    }
}

impl From<crate::parse::ParseError> for CliError {
    fn from(error: crate::parse::ParseError) -> Self {
        CliError::input("ARGUMENT", error.to_string(), "see --help for an example")
    }
}

fn usage(code: &str, message: String, hint: String) -> Report {
    Report {
        code: code.to_owned(),
        number: None,
        message,
        facts: Vec::new(),
        hint,
        retry: false,
        transaction: None,
        exit: EXIT_USAGE,
    }
}

fn client(error: &ClientError, message: String) -> Report {
    let base = Report {
        transaction: error.transaction(),
        retry: true,
        exit: EXIT_NO_ANSWER,
        ..usage("", message, String::new())
    };
    match error {
        ClientError::Rejected { rejection, .. } => rejected(rejection, base),
        ClientError::Refused { error, .. } => refused(error, base),
        ClientError::Dropped { code, .. } => Report {
            code: code.name().to_owned(),
            number: Some(code.number()),
            hint: code.hint().to_owned(),
            retry: code.retry(),
            exit: EXIT_REJECTED,
            ..base
        },
        ClientError::NoNode { id, .. } => Report {
            code: "NO_NODE".to_owned(),
            hint: ask_again(
                *id,
                "start a node, or name one with --node URL or ALLONGE_NODE",
            ),
            ..base
        },
        ClientError::NotFinal { id, .. } => Report {
            code: Code::Timeout.name().to_owned(),
            number: Some(Code::Timeout.number()),
            hint: ask_again(Some(*id), ""),
            ..base
        },
        ClientError::BadAnswer { .. } => Report {
            code: "BAD_ANSWER".to_owned(),
            hint: "check that the URL is a node's and that node and tool are of the same version"
                .to_owned(),
            retry: false,
            ..base
        },
        ClientError::BadUrl { .. } => Report {
            code: "BAD_URL".to_owned(),
            hint: "name a node like http://127.0.0.1:8080 with --node or ALLONGE_NODE".to_owned(),
            retry: false,
            exit: EXIT_USAGE,
            ..base
        },
        ClientError::Setup(_) => Report {
            code: "SETUP".to_owned(),
            hint: "check the system's certificates, or the file named with --ca".to_owned(),
            retry: false,
            exit: EXIT_USAGE,
            ..base
        },
    }
}

fn rejected(rejection: &Rejection, base: Report) -> Report {
    Report {
        code: rejection.code.name().to_owned(),
        number: Some(rejection.code.number()),
        facts: rejection.facts.clone(),
        hint: rejection.code.hint().to_owned(),
        retry: rejection.code.retry(),
        exit: EXIT_REJECTED,
        ..base
    }
}

fn refused(error: &ApiError, base: Report) -> Report {
    let exit = match error.known() {
        // A rule of the ledger, whether in a block or at a node's door.
        Some(code) if code.layer() != "api" && base.transaction.is_some() => EXIT_REJECTED,
        // The same may succeed later.
        _ if error.retry => EXIT_NO_ANSWER,
        _ => EXIT_USAGE,
    };
    let hint = match base.transaction {
        Some(id) if exit == EXIT_NO_ANSWER => ask_again(Some(id), &error.hint),
        _ => error.hint.clone(),
    };
    Report {
        code: error.code.clone(),
        number: Some(error.number),
        hint,
        retry: error.retry,
        exit,
        ..base
    }
}

fn ask_again(id: Option<Hash>, otherwise: &str) -> String {
    match id {
        Some(id) => format!(
            "run `allonge tx wait {id}`: it asks what became of it, and sends the very same transaction again if no node knows it"
        ),
        None => otherwise.to_owned(),
    }
}
