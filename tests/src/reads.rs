//! What several nodes say, compared.

use crate::{Api, until_for};
use allonge_contracts::Hash;
use allonge_ledger::{Certificate, Receipt, ValidatorSet};
use allonge_node::api::types::{BlockView, TransactionState};
use std::time::Duration;

/// The height that a node has.
///
/// # Panics
/// It does not answer.
pub async fn tip(api: &Api) -> u64 {
    match api.status().await {
        Ok(status) => status.height,
        Err(error) => panic!("{}: {error}", api.base()),
    }
}

/// The receipt of a final transaction, with its height and index.
///
/// # Errors
/// It is not final on this node.
pub async fn final_of(api: &Api, id: &Hash) -> Result<(u64, u32, Receipt), String> {
    match api.transaction(id).await?.map(|view| view.status) {
        Some(TransactionState::Final {
            block_height,
            index,
            receipt,
            ..
        }) => Ok((block_height, index, receipt)),
        other => Err(format!("{id} is {other:?}")),
    }
}

/// Waits until all nodes have the height that the furthest has now, then compares every block of the
/// chain on every node: hash, header (and so the state root), receipts' codes; and checks on the way
/// that the hashes are those of the headers, that each block names its parent, and that each
/// certificate holds. Returns the chain as the first node has it.
///
/// # Panics
/// Anything is not the same everywhere.
pub async fn everything_agrees(
    apis: &[Api],
    genesis: Hash,
    validators: &ValidatorSet,
) -> Vec<BlockView> {
    let mut height = 0;
    for api in apis {
        height = height.max(tip(api).await);
    }
    for api in apis {
        until_for(
            Duration::from_secs(60),
            "all nodes at one height",
            || async {
                let at = tip(api).await;
                if at >= height {
                    Ok(())
                } else {
                    Err(format!("{} is at {at} of {height}", api.base()))
                }
            },
        )
        .await;
    }
    let mut chain: Vec<BlockView> = Vec::new();
    let mut parent = genesis;
    for at in 1..=height {
        let mut first: Option<BlockView> = None;
        for api in apis {
            let block = api.block(at).await.unwrap_or_else(|e| panic!("{e}"));
            check_block(&block, at, parent, genesis, validators);
            if let Some(first) = &first {
                assert_eq!(block.hash, first.hash, "block {at} of {}", api.base());
                assert_eq!(
                    block.header.state_root,
                    first.header.state_root,
                    "state root {at} of {}",
                    api.base()
                );
                assert_eq!(
                    block.transactions, first.transactions,
                    "transactions of {at}"
                );
                assert_eq!(block.system, first.system, "the clock's acts of {at}");
            } else {
                first = Some(block);
            }
        }
        let block = first.expect("at least one node");
        parent = block.hash;
        chain.push(block);
    }
    chain
}

fn check_block(block: &BlockView, height: u64, parent: Hash, genesis: Hash, set: &ValidatorSet) {
    assert_eq!(block.header.height, height);
    assert_eq!(
        block.header.hash(),
        block.hash,
        "the hash of block {height}"
    );
    assert_eq!(block.header.parent, parent, "the parent of block {height}");
    let certificate = Certificate {
        height,
        round: block.certificate.round,
        block: block.hash,
        signatures: block
            .certificate
            .signatures
            .iter()
            .map(|s| (s.validator, s.signature))
            .collect(),
    };
    certificate
        .verify(&genesis, set)
        .unwrap_or_else(|e| panic!("the certificate of block {height}: {e}"));
}
