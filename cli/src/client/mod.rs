//! The client library: making transactions, sending them so that none is lost or doubled, and
//! reading the ledger over a node's HTTP API.
//!
//! ```no_run
//! # async fn example(call: allonge_contracts::Call, key: ed25519_dalek::SigningKey, home: &std::path::Path)
//! #     -> Result<(), Box<dyn std::error::Error>> {
//! use allonge_cli::client::{NodeClient, SentLog, TransactionBuilder};
//! use std::time::Duration;
//!
//! let client = NodeClient::new(&["http://127.0.0.1:8080"], Duration::from_secs(10))?;
//! let chain = client.chain().await?;
//! let signed = TransactionBuilder::new(&chain, "acme".parse()?).call(call).sign([&key])?;
//! SentLog::of_home(home).append(&signed)?;
//! let done = client.submit_and_wait(&signed, Duration::from_secs(30)).await?;
//! println!("final in block {}: {}", done.height, done.accepted());
//! # Ok(()) }
//! ```

mod builder;
mod error;
mod events;
mod http;
mod node;
mod paper;
mod receivables;
mod sent_log;
mod signer;
mod snapshots;
mod tx_file;
mod types;

pub use builder::{
    BuildError, Chain, DEFAULT_LIFE, Signed, TransactionBuilder, now_ms, random_salt, sign_body,
};
pub use error::{ApiError, Attempt, ClientError};
pub use events::{EventFilter, EventStream, messages_in};
pub use node::{NodeClient, Side, Wait};
pub use paper::{PaperBody, shown_by};
pub use sent_log::{Sent, SentLog, SentLogError};
pub use signer::{Signable, Signer, SignerError, Signers, sign_with};
pub use snapshots::FetchError;
pub use tx_file::{
    MAX_TX_FILE_BYTES, TX_FILE_SCHEMA, TxFileError, checked, read_tx_file, tx_file_text,
};
pub use types::*;
