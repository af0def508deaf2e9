//! What is done with decoded transactions and blocks: no call, however strange, and no header may break it.

use super::chain::{chain, genesis_hash, sign, transactions};
use super::{Form, Target};
use allonge_ledger::{
    Block, CheckedTransaction, ExecuteError, LedgerState, NoKeyCache, Transaction,
};

pub fn targets() -> Vec<Target> {
    vec![
        Target {
            name: "execute",
            form: Form::Transaction { after: 2 },
            most: 16 * 1024,
            read: execute,
            seeds: execute_seeds,
        },
        Target {
            name: "block_executed",
            form: Form::Bytes,
            most: 16 * 1024,
            read: block_executed,
            seeds: block_seeds,
        },
    ]
}

/// The state that the first two bytes choose, and the rest.
fn state(bytes: &[u8]) -> Option<(&'static LedgerState, &[u8])> {
    let (height, rest) = bytes.split_first_chunk::<2>()?;
    let states = &chain().states;
    let at = usize::from(u16::from_le_bytes(*height)) % states.len();
    Some((&states[at], rest))
}

/// Two bytes for the state, then a transaction; it is signed anew, so that its calls are reached.
fn execute(bytes: &[u8]) -> bool {
    let Some((state, rest)) = state(bytes) else {
        return false;
    };
    let Ok(read) = Transaction::from_bytes(rest) else {
        return false;
    };
    let mut body = read.body;
    let now = state.time_ms().saturating_add(1_000);
    body.genesis = genesis_hash();
    body.valid_until = now.saturating_add(1_000);
    let signed = sign(body).to_bytes();
    let Ok(checked) = CheckedTransaction::check(signed.into(), &genesis_hash(), &NoKeyCache) else {
        return false;
    };
    match state.dry_run(&checked, now).expect("the state is whole") {
        Ok(receipt) => {
            let bytes = borsh::to_vec(&receipt).unwrap();
            assert!(super::ledger::borsh_same::<allonge_ledger::Receipt>(&bytes));
            let json = serde_json::to_vec(&receipt).unwrap();
            let back = super::ledger::json_same::<allonge_ledger::Receipt>(&json);
            assert_eq!(back, Some(receipt), "the receipt as JSON");
            true
        }
        Err(_) => false,
    }
}

fn execute_seeds() -> Vec<Vec<u8>> {
    transactions()
        .into_iter()
        .map(|(before, bytes)| [&before.to_le_bytes()[..], &bytes].concat())
        .collect()
}

/// Two bytes for the state, then a block as a peer proposes it or sync brings it.
fn block_executed(bytes: &[u8]) -> bool {
    let Some((state, rest)) = state(bytes) else {
        return false;
    };
    let Ok(block) = Block::from_bytes(rest) else {
        return false;
    };
    let checked = block
        .transactions
        .iter()
        .map(|bytes| CheckedTransaction::certified(bytes.clone(), &genesis_hash()));
    let Ok(checked) = checked.collect::<Result<Vec<_>, _>>() else {
        return false;
    };
    match state.execute(&block.header, checked) {
        Ok(executed) => {
            assert_eq!(executed.hash, block.header.hash());
            true
        }
        Err(ExecuteError::Invalid(_)) => true,
        Err(other) => panic!("the state is whole, but {other}"),
    }
}

fn block_seeds() -> Vec<Vec<u8>> {
    let blocks = (0u16..).zip(&chain().blocks);
    blocks
        .map(|(before, written)| [&before.to_le_bytes()[..], &written.bytes].concat())
        .filter(|bytes| bytes.len() <= 8 * 1024)
        .collect()
}
