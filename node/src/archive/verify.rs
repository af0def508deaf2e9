//! Checks an archive with nothing but the genesis.

use super::part::{BlockPart, Head, Part};
use crate::machine::Opened;
use crate::store::WindowEntry;
use allonge_contracts::Hash;
use allonge_ledger::trie::TrieBuilder;
use allonge_ledger::{
    Certificate, Genesis, Header, LedgerState, RecentIds, SetChange, ValidatorSet,
};
use std::io;
use std::sync::Arc;

/// Why an archive is not used.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// It cannot be read or written.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Something else.
    #[error("it is no archive of this program")]
    NoArchive,
    /// Of a version that this program does not know.
    #[error("its version is unknown; this program reads archives of version 1")]
    Version,
    /// Bytes are missing at the end.
    #[error("it is cut off in part {frame}")]
    CutOff {
        /// The part, from 0.
        frame: u64,
    },
    /// A part is not as it was written.
    #[error("part {frame} is damaged: {what}")]
    Damaged {
        /// The part, from 0.
        frame: u64,
        /// What is wrong with it.
        what: String,
    },
    /// The parts do not come as they must.
    #[error("{0}")]
    Order(&'static str),
    /// It is of another network.
    #[error("it is of the network with genesis {found}, this is {expected}")]
    Network {
        /// The genesis that it names.
        found: Hash,
        /// The genesis given.
        expected: Hash,
    },
    /// The genesis given or in it cannot be used.
    #[error("genesis: {0}")]
    Genesis(String),
    /// A header or a block is not what the chain makes it.
    #[error("height {height}: {what}")]
    Block {
        /// The height.
        height: u64,
        /// What does not hold.
        what: String,
    },
    /// Ids are missing by which replays would be recognised.
    #[error(
        "its headers begin at height {first}, too late to know all transactions that could be replayed after {height}"
    )]
    Window {
        /// The first header.
        first: u64,
        /// The last height.
        height: u64,
    },
    /// The state is not the one that the last header names.
    #[error("the state: {0}")]
    State(String),
}

fn at(height: u64, what: impl ToString) -> ArchiveError {
    ArchiveError::Block {
        height,
        what: what.to_string(),
    }
}

/// Follows a chain upwards: who may certify which height, and whether each header names the one before.
pub struct Chain {
    genesis: Hash,
    /// The validator sets, each with the first height that it certifies.
    sets: Vec<(u64, ValidatorSet)>,
    last: Option<Header>,
}

impl Chain {
    /// Before the first block.
    ///
    /// # Errors
    /// Genesis names no valid set of validators.
    pub fn new(genesis: &Genesis) -> Result<Self, ArchiveError> {
        let set = genesis.validator_set();
        let set = set.map_err(|error| ArchiveError::Genesis(error.to_string()))?;
        Ok(Self::of(genesis.hash(), set))
    }

    /// Before the first block of a network with this genesis hash and these first validators.
    pub fn of(genesis: Hash, first: ValidatorSet) -> Self {
        Chain {
            genesis,
            sets: vec![(1, first)],
            last: None,
        }
    }

    /// The validators of a height.
    pub fn validators(&self, height: u64) -> Option<&ValidatorSet> {
        let sets = self.sets.iter().rev();
        let mut sets = sets.skip_while(|(from, _)| *from > height);
        sets.next().map(|(_, set)| set)
    }

    /// The last header seen.
    pub fn last(&self) -> Option<&Header> {
        self.last.as_ref()
    }

    fn certified(&self, header: &Header, certificate: &Certificate) -> Result<(), ArchiveError> {
        let height = header.height;
        let set = self.validators(height);
        let set = set.ok_or_else(|| at(height, "there is no such height"))?;
        if header.genesis != self.genesis {
            return Err(ArchiveError::Network {
                found: header.genesis,
                expected: self.genesis,
            });
        }
        if header.validators != set.hash() {
            return Err(at(
                height,
                "its header names other validators than genesis and the changes lead to",
            ));
        }
        for (what, same) in [
            ("height", certificate.height == height),
            ("block", certificate.block == header.hash()),
            ("round", certificate.round >= header.round),
        ] {
            if !same {
                return Err(at(height, format!("its certificate is of another {what}")));
            }
        }
        certificate
            .verify(&self.genesis, set)
            .map_err(|error| at(height, format!("its certificate: {error}")))
    }

    /// Takes note of a change of the validator set.
    ///
    /// # Errors
    /// It is out of order, or the validators before it have not certified it.
    pub fn set_change(&mut self, change: &SetChange) -> Result<(), ArchiveError> {
        let height = change.header.height;
        let from = height.saturating_add(1);
        if self.sets.last().is_some_and(|(last, _)| from <= *last) {
            return Err(at(height, "a change of the validators is out of order"));
        }
        self.certified(&change.header, &change.certificate)?;
        let set = ValidatorSet::new(change.validators.clone())
            .map_err(|error| at(height, format!("the next validators: {error}")))?;
        if set.hash() != change.header.next_validators {
            return Err(at(height, "its header names other next validators"));
        }
        self.sets.push((from, set));
        Ok(())
    }

    /// Goes on to the next header. Of the first one only what is certified later shows that it belongs here.
    ///
    /// # Errors
    /// It does not follow the one before.
    pub fn link(&mut self, header: &Header) -> Result<(), ArchiveError> {
        let height = header.height;
        if header.genesis != self.genesis {
            return Err(ArchiveError::Network {
                found: header.genesis,
                expected: self.genesis,
            });
        }
        let parent = match &self.last {
            Some(last) if last.height.checked_add(1) != Some(height) => {
                return Err(at(height, format!("it comes after height {}", last.height)));
            }
            Some(last) if last.time_ms > header.time_ms => {
                return Err(at(height, "its time lies before that of its parent"));
            }
            Some(last) => Some(last.hash()),
            None if height == 1 => Some(self.genesis),
            None => None,
        };
        if parent.is_some_and(|parent| parent != header.parent) {
            return Err(at(height, "it names another parent than the block before"));
        }
        self.last = Some(header.clone());
        Ok(())
    }

    /// Goes on to the next block, and checks all that can be checked of it without executing it.
    ///
    /// # Errors
    /// What does not hold.
    pub fn block(&mut self, block: &BlockPart) -> Result<Opened, ArchiveError> {
        let height = block.certificate.height;
        let opened = Opened::new(block.bytes.clone()).map_err(|what| at(height, what))?;
        self.certified(&opened.header, &block.certificate)?;
        self.link(&opened.header)?;
        let receipts = &block.receipts;
        if receipts.transactions.len() != opened.transactions.len()
            || receipts.root() != opened.header.receipt_root
        {
            return Err(at(height, "its receipts are not those of its header"));
        }
        Ok(opened)
    }
}

/// What a part has shown, to be written down.
#[derive(Debug)]
pub enum Step {
    /// The archive is of this network; what it has.
    Head(Head),
    /// A change of the validator set.
    SetChange(Box<SetChange>),
    /// Headers and ids.
    Window(Vec<WindowEntry>),
    /// A block with its hash and the ids in it.
    Block {
        /// The block.
        block: Box<BlockPart>,
        /// The ids of its transactions.
        ids: Vec<Hash>,
    },
    /// Nothing yet: entries of the state are compared with the root at the end.
    State,
}

/// Where the sequence of parts stands.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Stage {
    Begin,
    Sets,
    Window,
    Blocks,
    State,
}

/// Takes the parts of an archive one by one.
pub struct Verifier {
    genesis: Arc<Genesis>,
    chain: Chain,
    stage: Stage,
    head: Option<Head>,
    /// The time of the block before those whose ids are known; `None` if that is genesis.
    before_ms: Option<u64>,
    recent: Option<RecentIds>,
    trie: TrieBuilder,
    entries: u64,
}

impl Verifier {
    /// For the network of a genesis.
    ///
    /// # Errors
    /// Genesis breaks a rule.
    pub fn new(genesis: Arc<Genesis>) -> Result<Self, ArchiveError> {
        genesis.check().map_err(ArchiveError::Genesis)?;
        Ok(Verifier {
            chain: Chain::new(&genesis)?,
            genesis,
            stage: Stage::Begin,
            head: None,
            before_ms: None,
            recent: None,
            trie: TrieBuilder::new(),
            entries: 0,
        })
    }

    /// Takes the next part.
    ///
    /// # Errors
    /// What does not hold. Nothing of the archive may be used then.
    pub fn push(&mut self, part: Part) -> Result<Step, ArchiveError> {
        let stage = match &part {
            Part::Head(_) => Stage::Begin,
            Part::SetChange(_) => Stage::Sets,
            Part::Window(_) => Stage::Window,
            Part::Block(_) => Stage::Blocks,
            Part::State(_) => Stage::State,
            Part::End(_) => return Err(ArchiveError::Order("an end comes in the middle")),
        };
        match &self.head {
            None if stage != Stage::Begin => {
                return Err(ArchiveError::Order("it does not begin with its head"));
            }
            Some(_) if stage == Stage::Begin => {
                return Err(ArchiveError::Order("it has a second head"));
            }
            _ if stage < self.stage => {
                return Err(ArchiveError::Order("its parts are out of order"));
            }
            _ => self.stage = stage,
        }
        match part {
            Part::Head(head) => self.head(head),
            Part::SetChange(change) => {
                self.chain.set_change(&change)?;
                Ok(Step::SetChange(change))
            }
            Part::Window(entries) => {
                for entry in &entries {
                    self.expect_height(entry.header.height)?;
                    self.chain.link(&entry.header)?;
                    self.follow(&entry.header, &entry.ids)?;
                }
                Ok(Step::Window(entries))
            }
            Part::Block(block) => {
                self.expect_height(block.certificate.height)?;
                let opened = self.chain.block(&block)?;
                let receipts = &block.receipts.transactions;
                let ids: Vec<Hash> = receipts.iter().map(|receipt| receipt.transaction).collect();
                self.follow(&opened.header, &ids)?;
                Ok(Step::Block { block, ids })
            }
            Part::State(entries) => {
                for (key, value) in entries {
                    self.trie
                        .push(&key, Arc::from(value))
                        .map_err(|error| ArchiveError::State(error.to_string()))?;
                    self.entries = self.entries.saturating_add(1);
                }
                Ok(Step::State)
            }
            Part::End(_) => Err(ArchiveError::Order("an end comes in the middle")),
        }
    }

    fn head(&mut self, head: Head) -> Result<Step, ArchiveError> {
        let genesis: Genesis = serde_json::from_slice(&head.genesis)
            .map_err(|error| ArchiveError::Genesis(error.to_string()))?;
        let (found, expected) = (genesis.hash(), self.genesis.hash());
        if found != expected {
            return Err(ArchiveError::Network { found, expected });
        }
        if head.first == 0 || head.first > head.blocks_from || head.blocks_from > head.height {
            return Err(ArchiveError::Order("its head contradicts itself"));
        }
        self.head = Some(head.clone());
        Ok(Step::Head(head))
    }

    /// A height comes when it is its turn, and a header without its block only before the first block.
    fn expect_height(&self, height: u64) -> Result<(), ArchiveError> {
        let Some(head) = &self.head else {
            return Err(ArchiveError::Order("it does not begin with its head"));
        };
        let next = match self.chain.last() {
            Some(last) => last.height.saturating_add(1),
            None => head.first,
        };
        let without_block = height < head.blocks_from;
        if height != next || height > head.height || without_block != (self.stage == Stage::Window)
        {
            return Err(at(height, format!("height {next} was to come")));
        }
        Ok(())
    }

    /// The ids of a block enter the replay window. How long each is valid is not asked: none longer than the
    /// longest life after its block, and who keeps an id too long refuses nothing, for what has expired is
    /// refused in any case.
    fn follow(&mut self, header: &Header, ids: &[Hash]) -> Result<(), ArchiveError> {
        let before = match self.recent.take() {
            Some(recent) => recent,
            None if header.height == 1 => RecentIds::new(),
            // The first header only says from where the chained hash goes on.
            None => {
                self.before_ms = Some(header.time_ms);
                self.recent = Some(RecentIds::restore(header.recent_ids_root, []));
                return Ok(());
            }
        };
        let until = header
            .time_ms
            .saturating_add(self.genesis.limits.transaction_life_ms);
        let ids: Vec<(Hash, u64)> = ids.iter().map(|id| (*id, until)).collect();
        let recent = before.after(header.time_ms, &ids);
        if recent.root() != header.recent_ids_root {
            return Err(at(
                header.height,
                "its ids do not lead to the chained hash in its header",
            ));
        }
        self.recent = Some(recent);
        Ok(())
    }

    /// The ledger after the last block, once all parts have come.
    ///
    /// # Errors
    /// Something is missing, or the state is not that of the last header.
    pub fn finish(self) -> Result<LedgerState, ArchiveError> {
        let missing = || ArchiveError::Order("it ends before its last block");
        let (Some(head), Some(header), Some(recent)) = (self.head, self.chain.last(), self.recent)
        else {
            return Err(missing());
        };
        if header.height != head.height || self.stage < Stage::Blocks {
            return Err(missing());
        }
        if header.hash() != head.block {
            return Err(at(header.height, "it is another block than the head names"));
        }
        let life_ms = self.genesis.limits.transaction_life_ms;
        if let Some(before_ms) = self.before_ms
            && before_ms.saturating_add(life_ms) >= header.time_ms
        {
            return Err(ArchiveError::Window {
                first: head.first,
                height: head.height,
            });
        }
        if self.entries != head.entries {
            return Err(ArchiveError::State(format!(
                "it has {} entries, the head names {}",
                self.entries, head.entries
            )));
        }
        let validators = self.chain.validators(header.height.saturating_add(1));
        let validators = Arc::new(validators.cloned().ok_or_else(missing)?);
        let header = Arc::new(header.clone());
        LedgerState::restore(self.genesis, header, self.trie.finish(), recent, validators)
            .map_err(|error| ArchiveError::State(error.to_string()))
    }
}
