//! What came of a transaction, shown to whoever sent it.

use crate::client::{ClientError, Final, Signed, TransactionState, TransactionView};
use crate::error::CliError;
use crate::output::{Output, Style, describe, utc_text};
use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{CallResult, Hash, Outcome, PublicKey, RequestId};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

/// A transaction that was sent.
pub struct Acted {
    view: TransactionView,
    took: Option<Duration>,
    prepared: Option<Prepared>,
}

/// A transaction that was signed and not sent.
#[derive(Serialize)]
pub struct Prepared {
    id: Hash,
    #[serde(with = "allonge_contracts::json::string")]
    valid_until: u64,
    signed_by: Vec<PublicKey>,
    /// How many signatures it takes, where that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    threshold: Option<u8>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
}

impl Prepared {
    /// What is known of it, and the file that it is in.
    pub fn new(signed: &Signed, threshold: Option<u8>, file: Option<PathBuf>) -> Self {
        let signatures = signed.transaction.signatures.iter();
        Prepared {
            id: signed.id,
            valid_until: signed.transaction.body.valid_until,
            signed_by: signatures.map(|approval| approval.key).collect(),
            threshold,
            file,
        }
    }

    fn text(&self) -> String {
        let place = match &self.file {
            Some(file) => format!("written to {}", file.display()),
            None => "left in the node's inbox".to_owned(),
        };
        let needed = match self.threshold {
            Some(all) => format!("{} of {all} signatures", self.signed_by.len()),
            None => format!("{} signatures", self.signed_by.len()),
        };
        format!(
            "{place}, not sent; {needed}, valid until {}\ntransaction {}\n",
            utc_text(self.valid_until),
            self.id
        )
    }
}

/// `allonge.transaction/1`: what the API says of it, and what it made, at the top for scripts.
#[derive(Serialize)]
struct Shown<'a> {
    #[serde(flatten)]
    view: &'a TransactionView,
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<InstrumentNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    certificate: Option<InstrumentNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    quotes: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    request: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    hold: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    obligation: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    instruction: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    proposal: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    paper: Option<Hash>,
    #[serde(skip_serializing_if = "Option::is_none")]
    claim: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    condition: Option<RequestId>,
    #[serde(skip_serializing_if = "Option::is_none")]
    milliseconds: Option<u64>,
}

impl Acted {
    /// It is final, and took so long from sending to knowing.
    pub fn final_after(done: Final, took: Duration) -> Self {
        Acted {
            took: Some(took),
            ..Acted::taken(view_of(done))
        }
    }

    /// It was signed and put aside.
    pub fn prepared(prepared: Prepared) -> Self {
        Acted {
            view: TransactionView {
                id: prepared.id,
                status: TransactionState::Waiting,
            },
            took: None,
            prepared: Some(prepared),
        }
    }

    /// What a node says of it.
    pub fn taken(view: TransactionView) -> Self {
        Acted {
            view,
            took: None,
            prepared: None,
        }
    }

    /// The bill that it registered.
    pub fn bill(&self) -> Option<InstrumentNumber> {
        self.results().iter().find_map(|result| match result {
            CallResult::Bill(number) => Some(*number),
            _ => None,
        })
    }

    /// The certificate that it opened.
    pub fn certificate(&self) -> Option<InstrumentNumber> {
        self.results().iter().find_map(|result| match result {
            CallResult::Certificate(number) => Some(*number),
            _ => None,
        })
    }

    /// Its id.
    pub fn id(&self) -> Hash {
        self.view.id
    }

    /// The height of its block, once it is final.
    pub fn height(&self) -> Option<u64> {
        match &self.view.status {
            TransactionState::Final { block_height, .. } => Some(*block_height),
            _ => None,
        }
    }

    /// Whether it is final and had its effect.
    pub fn accepted(&self) -> bool {
        matches!(&self.view.status, TransactionState::Final { receipt, .. }
            if matches!(receipt.outcome, Outcome::Accepted(_)))
    }

    /// What each call made; nothing where it is not final or was rejected.
    pub fn results(&self) -> &[CallResult] {
        match &self.view.status {
            TransactionState::Final { receipt, .. } => match &receipt.outcome {
                Outcome::Accepted(results) => results,
                Outcome::Rejected(_) => &[],
            },
            _ => &[],
        }
    }

    /// Prints it. A rejected transaction is printed too, and is then an error for the exit code.
    ///
    /// # Errors
    /// `Rejected`, or standard output cannot be written.
    pub fn finish(self, out: &Output) -> Result<(), CliError> {
        self.show(out)?;
        self.into_result()
    }

    /// Prints it.
    ///
    /// # Errors
    /// Standard output cannot be written.
    pub fn show(&self, out: &Output) -> Result<(), CliError> {
        if let Some(prepared) = &self.prepared {
            return out.show("allonge.prepared/1", prepared, |_| prepared.text());
        }
        let ids =
            |wanted: fn(&CallResult) -> Option<RequestId>| self.results().iter().find_map(wanted);
        let shown = Shown {
            view: &self.view,
            bill: self.bill(),
            certificate: self.certificate(),
            line: ids(|result| match result {
                CallResult::Line(line) => Some(*line),
                _ => None,
            }),
            quotes: ids(|result| match result {
                CallResult::Quotes(ask) => Some(*ask),
                _ => None,
            }),
            request: ids(|result| match result {
                CallResult::Request { request, .. } => Some(*request),
                _ => None,
            }),
            hold: ids(|result| match result {
                CallResult::Hold(hold) => Some(*hold),
                _ => None,
            }),
            obligation: ids(|result| match result {
                CallResult::Obligation(id) => Some(*id),
                _ => None,
            }),
            instruction: ids(|result| match result {
                CallResult::Instruction { instruction, .. } => Some(*instruction),
                _ => None,
            }),
            proposal: ids(|result| match result {
                CallResult::Proposal { proposal, .. } => Some(*proposal),
                _ => None,
            }),
            paper: self.results().iter().find_map(|result| match result {
                CallResult::Paper(id) => Some(*id),
                _ => None,
            }),
            claim: ids(|result| match result {
                CallResult::Claim(id) => Some(*id),
                _ => None,
            }),
            condition: ids(|result| match result {
                CallResult::Condition(id) => Some(*id),
                _ => None,
            }),
            milliseconds: self
                .took
                .and_then(|took| u64::try_from(took.as_millis()).ok()),
        };
        out.show("allonge.transaction/1", &shown, |style| {
            transaction_text(&self.view, self.took, style)
        })
    }

    /// The rejection as an error.
    ///
    /// # Errors
    /// `Rejected`.
    pub fn into_result(self) -> Result<(), CliError> {
        match self.view.status {
            TransactionState::Final {
                block_height,
                receipt,
                ..
            } => match receipt.outcome {
                Outcome::Accepted(_) => Ok(()),
                Outcome::Rejected(rejection) => Err(ClientError::Rejected {
                    id: self.view.id,
                    height: block_height,
                    rejection,
                }
                .into()),
            },
            _ => Ok(()),
        }
    }
}

fn view_of(done: Final) -> TransactionView {
    let rejection = match &done.receipt.outcome {
        Outcome::Accepted(_) => None,
        Outcome::Rejected(rejection) => Some(allonge_node::api::types::Problem {
            code: rejection.code,
            number: rejection.code.number(),
            message: rejection.to_string(),
            hint: rejection.code.hint().to_owned(),
            retry: rejection.code.retry(),
        }),
    };
    TransactionView {
        id: done.id,
        status: TransactionState::Final {
            block_height: done.height,
            block: done.block,
            time_ms: done.time_ms,
            index: done.index,
            receipt: done.receipt,
            rejection,
        },
    }
}

/// A transaction in words: how far it is, and what happened.
fn transaction_text(view: &TransactionView, took: Option<Duration>, style: Style) -> String {
    let id = view.id;
    match &view.status {
        TransactionState::Waiting => format!("taken, waits for a block\ntransaction {id}\n"),
        TransactionState::Dropped { problem, .. } => {
            format!(
                "{} {}\ntransaction {id}\n",
                style.bad("dropped:"),
                problem.message
            )
        }
        TransactionState::DryRun { receipt, .. } => {
            format!("would be {}\n", outcome_word(&receipt.outcome, style))
        }
        TransactionState::Final {
            block_height,
            receipt,
            ..
        } => {
            let took = took
                .map(|took| format!(" after {} ms", took.as_millis()))
                .unwrap_or_default();
            let mut text = format!(
                "{} in block {block_height}{took}\n",
                outcome_word(&receipt.outcome, style)
            );
            for event in &receipt.events {
                text.push_str(&format!("  {}\n", describe(event)));
            }
            text.push_str(&style.dim(&format!("transaction {id}")));
            text
        }
    }
}

fn outcome_word(outcome: &Outcome, style: Style) -> String {
    match outcome {
        Outcome::Accepted(_) => style.good("accepted"),
        Outcome::Rejected(rejection) => style.bad(&format!("rejected ({})", rejection.code)),
    }
}
