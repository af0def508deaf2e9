//! Which format a store has, and the way from an older one.
//!
//! A node opens only the format that its program writes. A newer one is refused, so that an old program
//! cannot harm what it does not know; an older one is changed by `allonge node migrate`, never by a start,
//! so that going back to the old program stays possible until the operator decides.

use super::keys;
use super::records::Records;
use super::sealed;
use super::{Batch, Store, StoreError};
use allonge_contracts::Hash;
use allonge_ledger::{Block, ValidatorSet};

/// The format that this program reads and writes.
///
/// 1: blocks, decisions, proposals, checkpoints, index.
/// 2: also where the history begins, changes of the validator set, and headers without their blocks.
pub const FORMAT: u8 = 2;
/// The oldest format that can be migrated.
pub const OLDEST_FORMAT: u8 = 1;

/// What a migration does, or would do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Migration {
    /// The format found.
    pub from: u8,
    /// The format that this program reads.
    pub to: u8,
    /// The last decided height.
    pub height: u64,
    /// What is done, step by step, in words; empty if there is nothing to do.
    pub steps: Vec<&'static str>,
}

fn foreign(store: &dyn Store, what: String) -> StoreError {
    StoreError::Foreign {
        place: store.place(),
        what,
    }
}

/// The format and the genesis hash that a store names; `None` of an empty one.
fn read(store: &dyn Store) -> Result<Option<(u8, Hash)>, StoreError> {
    let Some(bytes) = sealed::get(store, keys::FORMAT)? else {
        return Ok(None);
    };
    let parts = bytes.split_first();
    let found = parts.and_then(|(version, hash)| Some((*version, Hash(hash.try_into().ok()?))));
    found
        .map(Some)
        .ok_or_else(|| sealed::damaged(store, keys::FORMAT, "it names no format and network"))
}

fn of_network(store: &dyn Store, found: &Hash, genesis: &Hash) -> Result<(), StoreError> {
    if found == genesis {
        return Ok(());
    }
    Err(foreign(
        store,
        format!(
            "it belongs to the network with genesis {found}, this is {genesis}; give this node another home"
        ),
    ))
}

fn newer(store: &dyn Store, version: u8) -> StoreError {
    foreign(
        store,
        format!(
            "it has format {version}, this program reads format {FORMAT}: start it with the program that wrote it, \
             or with a later one"
        ),
    )
}

fn put(batch: &mut Batch, genesis: &Hash) {
    let mut value = vec![FORMAT];
    value.extend_from_slice(genesis.as_bytes());
    sealed::put(batch, keys::FORMAT.to_vec(), &value);
}

/// Checks that a store is of this network and format; an empty one becomes so.
pub(super) fn claim(store: &dyn Store, genesis: &Hash) -> Result<(), StoreError> {
    match read(store)? {
        Some((version, _)) if version > FORMAT => Err(newer(store, version)),
        Some((_, found)) if found != *genesis => of_network(store, &found, genesis),
        Some((FORMAT, _)) => Ok(()),
        Some((found, _)) => Err(StoreError::OldFormat {
            place: store.place(),
            found,
        }),
        None => {
            let mut batch = Batch::default();
            put(&mut batch, genesis);
            store.apply(batch)?;
            store.flush()
        }
    }
}

/// Brings the store of the network with this genesis hash and these first validators to the format that this
/// program reads, in one batch: it is of the old or of the new format, whenever the machine fails. Of a dry run
/// nothing is written.
///
/// # Errors
/// The store fails, is damaged, of another network, or of a format that cannot be migrated.
pub fn migrate(
    store: &dyn Store,
    genesis: &Hash,
    validators: &ValidatorSet,
    dry: bool,
) -> Result<Migration, StoreError> {
    let Some((from, found)) = read(store)? else {
        return Err(foreign(
            store,
            "it is empty; there is nothing to migrate".to_owned(),
        ));
    };
    if from > FORMAT {
        return Err(newer(store, from));
    }
    of_network(store, &found, genesis)?;
    if from < OLDEST_FORMAT {
        return Err(foreign(store, format!("format {from} cannot be migrated")));
    }
    let height = Records::last_decided(store)?;
    let mut migration = Migration {
        from,
        to: FORMAT,
        height,
        steps: Vec::new(),
    };
    if from == FORMAT {
        return Ok(migration);
    }
    one_validator_set(store, &validators.hash(), height)?;
    migration.steps = vec![
        "note that the history begins with the first block",
        "note the new format",
    ];
    if !dry {
        let mut batch = Batch::default();
        super::history::put_start(&mut batch, 1);
        put(&mut batch, genesis);
        store.apply(batch)?;
        store.flush()?;
    }
    Ok(migration)
}

/// Format 1 kept no changes of the validator set: where there were any, they cannot be made up.
fn one_validator_set(store: &dyn Store, first: &Hash, tip: u64) -> Result<(), StoreError> {
    if tip == 0 {
        return Ok(());
    }
    let key = keys::decided(tip);
    let wrong = |what: &str| sealed::damaged(store, &key, what);
    let record = Records::read_decided(store, tip)?.ok_or_else(|| wrong("it is not there"))?;
    let bytes = sealed::get_long(store, &keys::body(tip, &record.certificate.block))?
        .ok_or_else(|| wrong("its block is not there"))?;
    let header = Block::from_bytes(&bytes)
        .map_err(|error| wrong(&error.to_string()))?
        .header;
    if header.validators == *first && header.next_validators == *first {
        return Ok(());
    }
    Err(foreign(
        store,
        "its validators have changed, which format 1 does not record: move the folder `store` out of the node's \
         home and let it fetch the chain anew"
            .to_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::MemoryStore;

    #[test]
    fn a_later_format_is_refused() {
        let (store, genesis) = (MemoryStore::new(), Hash([7; 32]));
        claim(&store, &genesis).unwrap();
        claim(&store, &genesis).unwrap();
        let mut batch = Batch::default();
        let later = [&[FORMAT + 1], genesis.as_bytes().as_slice()].concat();
        sealed::put(&mut batch, keys::FORMAT.to_vec(), &later);
        store.apply(batch).unwrap();
        let words = format!("format {}, this program reads format {FORMAT}", FORMAT + 1);
        let error = claim(&store, &genesis).unwrap_err();
        assert!(matches!(error, StoreError::Foreign { .. }));
        assert!(error.to_string().contains(&words), "{error}");
    }
}
