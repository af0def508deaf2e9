//! The ledger at a height: what the next block is executed on.

use crate::block::{BLOCK_VERSION, Header, Receipt};
use crate::genesis::Genesis;
use crate::recent::RecentIds;
use crate::run::BlockRun;
use crate::transaction::CheckedTransaction;
use crate::trie::Trie;
use crate::validators::{Validator, ValidatorSet};
use allonge_contracts::state::{EmptyView, Overlay, StateFault};
use allonge_contracts::{
    BlockContext, Code, Date, Hash, authorise, clock, genesis, gov, nodes, tagged_hash,
    write_genesis, write_nodes,
};
use std::sync::Arc;

/// The latest version of the protocol by which this program can execute blocks; it knows all before it.
pub const PROTOCOL_VERSION: u32 = gov::LATEST_PROTOCOL;

/// The next block is to be executed by a version of the protocol that this program does not know.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "block {height} is made by version {version} of the protocol, and this program knows versions up to {known}: \
     install a later version of allonge and start the node again"
)]
pub struct UnknownProtocol {
    /// The block's height.
    pub height: u64,
    /// The version that it needs.
    pub version: u32,
    /// The latest version that this program knows.
    pub known: u32,
}

/// The ledger after a block: everything that the next block is executed on. Cheap to clone.
#[derive(Clone)]
pub struct LedgerState {
    /// The genesis document.
    pub genesis: Arc<Genesis>,
    /// Its hash.
    pub genesis_hash: Hash,
    /// The last block's header; `None` before the first.
    pub header: Option<Arc<Header>>,
    /// The state.
    pub trie: Trie,
    /// The ids that a replay is recognised by.
    pub recent: RecentIds,
    /// The validators of the next height.
    pub validators: Arc<ValidatorSet>,
}

/// A checkpoint that does not belong to its header.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the {what} has the hash {found}, the header says {expected}")]
pub struct RestoreError {
    /// Which part of it.
    pub what: &'static str,
    /// What it is.
    pub found: Hash,
    /// What it should be.
    pub expected: Hash,
}

impl LedgerState {
    /// The ledger before its first block.
    ///
    /// # Errors
    /// The rule of genesis that is broken.
    pub fn genesis(genesis: Genesis) -> Result<Self, String> {
        genesis.check()?;
        let validators = genesis.validator_set().map_err(|e| e.to_string())?;
        let mut overlay = Overlay::new(&EmptyView);
        write_genesis(&genesis.rules, genesis.time_ms, &mut overlay)?;
        write_nodes(&genesis.nodes(), &mut overlay)?;
        let trie = Trie::new()
            .apply(&overlay.into_changes())
            .map_err(|e| e.to_string())?;
        Ok(LedgerState {
            genesis_hash: genesis.hash(),
            genesis: Arc::new(genesis),
            header: None,
            trie,
            recent: RecentIds::new(),
            validators: Arc::new(validators),
        })
    }

    /// The ledger at a height from a checkpoint's parts, each compared with the header.
    ///
    /// # Errors
    /// The first part that is not what the header says.
    pub fn restore(
        genesis: Arc<Genesis>,
        header: Arc<Header>,
        trie: Trie,
        recent: RecentIds,
        validators: Arc<ValidatorSet>,
    ) -> Result<Self, RestoreError> {
        let genesis_hash = genesis.hash();
        for (what, found, expected) in [
            ("genesis", genesis_hash, header.genesis),
            ("state", trie.root(), header.state_root),
            ("list of recent ids", recent.root(), header.recent_ids_root),
            (
                "set of validators",
                validators.hash(),
                header.next_validators,
            ),
        ] {
            if found != expected {
                return Err(RestoreError {
                    what,
                    found,
                    expected,
                });
            }
        }
        Ok(LedgerState {
            genesis,
            genesis_hash,
            header: Some(header),
            trie,
            recent,
            validators,
        })
    }

    /// The height of the last block, 0 before the first.
    pub fn height(&self) -> u64 {
        self.header.as_ref().map_or(0, |header| header.height)
    }

    /// The hash that the next block names as its parent.
    pub fn tip(&self) -> Hash {
        self.header
            .as_ref()
            .map_or(self.genesis_hash, |header| header.hash())
    }

    /// The time of the last block, that of genesis before the first: UTC milliseconds.
    pub fn time_ms(&self) -> u64 {
        self.header
            .as_ref()
            .map_or(self.genesis.time_ms, |header| header.time_ms)
    }

    /// The business date of a block of this time on top of this state: with the development offset as
    /// it stands here, at the ledger's offset from UTC.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn business_date(&self, time_ms: u64) -> Result<Date, StateFault> {
        Ok(clock::read::moment(&self.trie, time_ms)?.date)
    }

    /// What the next header says of the parameters in force: `allonge/params/1` over the limits of
    /// genesis and the contracts' parameters in this state.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn params_hash(&self) -> Result<Hash, StateFault> {
        let params = genesis::settings(&self.trie)?.params;
        // Writing into memory cannot fail.
        let bytes = borsh::to_vec(&(&self.genesis.limits, params)).unwrap_or_default();
        Ok(tagged_hash("allonge/params/1", &[&bytes]))
    }

    /// Every node of the network as the state lists them after this block: those that vote, those that are about to,
    /// and the observers, in order of name. Only these may connect.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn nodes(&self) -> Result<Vec<nodes::Node>, StateFault> {
        nodes::read::nodes(&self.trie)
    }

    /// The validators of the height after the next, as the state has them: what a block decides on them holds
    /// two heights later at the earliest.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn next_validators(&self) -> Result<Arc<ValidatorSet>, StateFault> {
        let height = self.height().saturating_add(2);
        let voters = validators_of(nodes::read::voters_at(&self.trie, height)?);
        // Checking the keys of a set is what costs, and a set seldom changes.
        if voters == self.validators.validators() {
            return Ok(self.validators.clone());
        }
        ValidatorSet::new(voters)
            .map(Arc::new)
            .map_err(|error| StateFault::new("nodes", error.to_string()))
    }

    /// Every change of the validators up to this block, in order: the first height of a set and its validators. The
    /// header that names the set as the next one is that of the height before.
    ///
    /// # Errors
    /// Only a damaged state.
    pub fn set_changes(&self) -> Result<Vec<(u64, Vec<Validator>)>, StateFault> {
        let changes = nodes::read::set_changes(&self.trie)?;
        Ok(changes
            .into_iter()
            .map(|(height, voters)| (height, validators_of(voters)))
            .collect())
    }

    /// The version of the protocol by which the next block is executed.
    ///
    /// # Errors
    /// The inner error is a version that this program does not know, the outer one a damaged state.
    pub fn next_protocol(&self) -> Result<Result<u32, UnknownProtocol>, StateFault> {
        let height = self.height().saturating_add(1);
        let version = gov::read::protocol(&self.trie)?.at(height);
        if version > PROTOCOL_VERSION {
            return Ok(Err(UnknownProtocol {
                height,
                version,
                known: PROTOCOL_VERSION,
            }));
        }
        Ok(Ok(version))
    }

    /// Whether a transaction may be in the next block if that has this time: for this chain, not expired,
    /// not too far ahead, authorised, not a duplicate; of several reasons the first in this order.
    ///
    /// Reads only, so a node may ask for many transactions at once.
    ///
    /// # Errors
    /// The inner error is the admission code, the outer one a damaged state.
    pub fn admit(
        &self,
        transaction: &CheckedTransaction,
        time_ms: u64,
    ) -> Result<Result<(), Code>, StateFault> {
        let body = &transaction.transaction().body;
        let latest = time_ms.saturating_add(self.genesis.limits.transaction_life_ms);
        if body.genesis != self.genesis_hash {
            return Ok(Err(Code::WrongChain));
        }
        if body.valid_until < time_ms {
            return Ok(Err(Code::Expired));
        }
        if body.valid_until > latest {
            return Ok(Err(Code::TooFarAhead));
        }
        if let Err(code) = authorise(&self.trie, &body.actor, &transaction.keys())? {
            return Ok(Err(code));
        }
        #[cfg(plant_4)]
        if allonge_contracts::planted(4) {
            return Ok(Ok(()));
        }
        if self.recent.contains(transaction.id()) {
            return Ok(Err(Code::Duplicate));
        }
        Ok(Ok(()))
    }

    /// What would come of a transaction if it stood first in the next block and that had this time.
    /// Nothing is changed.
    ///
    /// # Errors
    /// The inner error is the admission code, the outer one a damaged state.
    pub fn dry_run(
        &self,
        transaction: &CheckedTransaction,
        time_ms: u64,
    ) -> Result<Result<Receipt, Code>, StateFault> {
        let time_ms = time_ms.max(self.time_ms());
        if let Err(code) = self.admit(transaction, time_ms)? {
            return Ok(Err(code));
        }
        let mut run = self.start(time_ms, true)?;
        let fits = run.transaction(transaction)?;
        let receipt = run.abandon().pop();
        fits.ok().and(receipt).map(Ok).ok_or_else(|| {
            StateFault::new("limits", "the first transaction of a block does not fit")
        })
    }

    /// Begins the next block by running the clock.
    pub(crate) fn start(
        &self,
        time_ms: u64,
        with_transactions: bool,
    ) -> Result<BlockRun<'_>, StateFault> {
        let context = BlockContext {
            height: self.height().saturating_add(1),
            time_ms,
        };
        BlockRun::start(&self.trie, context, &self.genesis.limits, with_transactions)
    }

    /// The next header as far as it follows from this state and from where and when it is built; the
    /// roots are still zero.
    pub(crate) fn frame(&self, round: u32, time_ms: u64) -> Result<Header, StateFault> {
        let height = self.height().saturating_add(1);
        // Whoever drives this asks before; no block is ever made or judged by rules that are not known.
        let protocol = self
            .next_protocol()?
            .map_err(|unknown| StateFault::new("protocol", unknown.to_string()))?;
        Ok(Header {
            version: BLOCK_VERSION,
            genesis: self.genesis_hash,
            height,
            round,
            time_ms,
            business_date: self.business_date(time_ms)?,
            parent: self.tip(),
            proposer: self.validators.proposer(height, round).key,
            validators: self.validators.hash(),
            next_validators: self.next_validators()?.hash(),
            protocol,
            transaction_root: Hash::ZERO,
            receipt_root: Hash::ZERO,
            state_root: Hash::ZERO,
            recent_ids_root: Hash::ZERO,
            params: self.params_hash()?,
        })
    }
}

fn validators_of(voters: nodes::read::Voters) -> Vec<Validator> {
    voters
        .into_iter()
        .map(|(key, power)| Validator { key, power })
        .collect()
}
