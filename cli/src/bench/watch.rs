//! The observer: reads every block as it comes and notes when each transaction was seen to be final.

use crate::client::NodeClient;
use crate::error::CliError;
use allonge_contracts::Hash;
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::{Instant, sleep};

/// How often the next block is asked for.
const LOOK: Duration = Duration::from_millis(3);

/// What was seen.
#[derive(Debug, Default)]
pub(super) struct Seen {
    /// When each transaction was seen to be final, by its index.
    pub at: Vec<Option<Instant>>,
    /// Rejections by code.
    pub rejected: BTreeMap<String, u64>,
    /// When each block with transactions was seen, and how many it had.
    pub blocks: Vec<(Instant, usize)>,
}

/// Reads blocks after `height` until all transactions were seen or `stop` says so.
pub(super) async fn observe(
    client: NodeClient,
    height: u64,
    ids: Vec<Hash>,
    mut stop: watch::Receiver<bool>,
) -> Result<Seen, CliError> {
    let mut seen = Seen {
        at: vec![None; ids.len()],
        ..Seen::default()
    };
    let mut left = ids.len();
    let index: HashMap<Hash, usize> = ids.into_iter().enumerate().map(|(i, id)| (id, i)).collect();
    let mut next = height + 1;
    while left > 0 {
        let block = match client.block(Some(next), false).await {
            Ok(block) => block,
            Err(error) if error.is_not_found() => {
                tokio::select! {
                    // An error means that nobody is left to stop it.
                    _ = stop.wait_for(|stop| *stop) => break,
                    () = sleep(LOOK) => continue,
                }
            }
            Err(error) => return Err(error.into()),
        };
        let now = Instant::now();
        next += 1;
        if !block.transactions.is_empty() {
            seen.blocks.push((now, block.transactions.len()));
        }
        for transaction in &block.transactions {
            let Some(slot) = index.get(&transaction.id).and_then(|i| seen.at.get_mut(*i)) else {
                continue;
            };
            if slot.replace(now).is_none() {
                left -= 1;
            }
            if let Some(code) = transaction.rejected {
                *seen.rejected.entry(code.name().to_owned()).or_default() += 1;
            }
        }
    }
    Ok(seen)
}
