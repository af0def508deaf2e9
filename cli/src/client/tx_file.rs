//! A transaction as a file: signed by some of a member's keys or by all that it takes.

use super::builder::Signed;
use allonge_contracts::Hash;
use allonge_ledger::{CheckedTransaction, MAX_TRANSACTION_JSON_BYTES, NoKeyCache, Transaction};
use serde::{Deserialize, Serialize};

/// The format that is written, and the only one that is read.
pub const TX_FILE_SCHEMA: &str = "allonge.transaction-file/1";
/// The most bytes of a file: a transaction, as it may be laid out for reading.
pub const MAX_TX_FILE_BYTES: usize = 2 * MAX_TRANSACTION_JSON_BYTES;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Document {
    schema: String,
    id: Hash,
    transaction: Transaction,
}

#[derive(Deserialize)]
struct Schema {
    schema: Option<String>,
}

/// Why a file is no transaction's.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TxFileError {
    /// Not JSON of this format.
    #[error("it is no transaction file: {0}")]
    Unreadable(String),
    /// Another format, or a later version.
    #[error("it has the schema `{0}`, and {TX_FILE_SCHEMA} is read")]
    Schema(String),
    /// The id is another transaction's: something was changed.
    #[error("it names the transaction {named} and holds {found}; it was changed after it was made")]
    Id {
        /// What stands there.
        named: Hash,
        /// What follows from the content.
        found: Hash,
    },
    /// Breaks the format's bounds, or a signature is wrong.
    #[error("{0}")]
    Inadmissible(String),
}

impl TxFileError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            TxFileError::Unreadable(_) => "TX_FILE",
            TxFileError::Schema(_) => "TX_FILE_SCHEMA",
            TxFileError::Id { .. } => "TX_FILE_ID",
            TxFileError::Inadmissible(_) => "TX_FILE_INVALID",
        }
    }
}

/// A transaction as the text of a file.
pub fn tx_file_text(signed: &Signed) -> String {
    let document = Document {
        schema: TX_FILE_SCHEMA.to_owned(),
        id: signed.id,
        transaction: signed.transaction.clone(),
    };
    // These types have no map with other keys than text, so they always can be written.
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads the text of a file: its bounds hold, its id is that of its content, every signature in it is right. Whether
/// the keys are the member's is for the ledger to say.
///
/// # Errors
/// As [`TxFileError`].
pub fn read_tx_file(text: &[u8]) -> Result<Signed, TxFileError> {
    let unreadable = |e: serde_json::Error| TxFileError::Unreadable(e.to_string());
    let schema: Schema = serde_json::from_slice(text).map_err(unreadable)?;
    let schema = schema
        .schema
        .ok_or_else(|| TxFileError::Unreadable("it names no schema".to_owned()))?;
    if schema != TX_FILE_SCHEMA {
        return Err(TxFileError::Schema(schema));
    }
    let document: Document = serde_json::from_slice(text).map_err(unreadable)?;
    let transaction = document.transaction;
    let found = transaction.body.id();
    if found != document.id {
        return Err(TxFileError::Id {
            named: document.id,
            found,
        });
    }
    checked(transaction)
}

/// A transaction whose bounds hold and whose signatures are right.
///
/// # Errors
/// `Inadmissible`.
pub fn checked(transaction: Transaction) -> Result<Signed, TxFileError> {
    transaction
        .check_bounds()
        .map_err(|e| TxFileError::Inadmissible(e.to_string()))?;
    let bytes = transaction.to_bytes();
    let genesis = transaction.body.genesis;
    let checked = CheckedTransaction::check(bytes.clone().into(), &genesis, &NoKeyCache)
        .map_err(|e| TxFileError::Inadmissible(e.to_string()))?;
    Ok(Signed {
        id: *checked.id(),
        transaction,
        bytes,
    })
}
