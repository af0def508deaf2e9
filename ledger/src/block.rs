//! Headers, blocks and receipts.

use crate::merkle;
use allonge_contracts::{Date, Event, Hash, Outcome, PublicKey, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::io;
use std::sync::Arc;

/// The version of headers and blocks.
pub const BLOCK_VERSION: u8 = 1;

/// The version that leads a block's encoded receipts.
const RECEIPTS_VERSION: u8 = 1;

/// What a block says about itself; a certificate over its hash makes all of it final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    /// Format version, 1.
    pub version: u8,
    /// The chain.
    pub genesis: Hash,
    /// The height; the first block has 1.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// The round in which it was built; a certificate's round is this or a later one.
    pub round: u32,
    /// UTC milliseconds; never before the parent's.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// The date of `time_ms` and the development offset (as of the parent) at the ledger's UTC offset.
    pub business_date: Date,
    /// The hash of the header before; of height 1 the genesis hash.
    pub parent: Hash,
    /// The validator selected for (height, round).
    pub proposer: PublicKey,
    /// The validators of this height.
    pub validators: Hash,
    /// The validators of the next height.
    pub next_validators: Hash,
    /// The protocol version by which it was executed.
    pub protocol: u32,
    /// The tree of transactions.
    pub transaction_root: Hash,
    /// The tree of receipts; leaf 0 is the system receipt.
    pub receipt_root: Hash,
    /// The state after this block.
    pub state_root: Hash,
    /// The chained hash of the ids of all transactions so far.
    pub recent_ids_root: Hash,
    /// The block limits and parameters in force.
    pub params: Hash,
}

impl Header {
    /// The block's hash.
    pub fn hash(&self) -> Hash {
        // Writing into memory cannot fail.
        tagged_hash(
            "allonge/header/1",
            &[&borsh::to_vec(self).unwrap_or_default()],
        )
    }
}

/// A header with its transactions, each in canonical bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// What it says about itself.
    pub header: Header,
    /// The transactions, in order.
    pub transactions: Vec<Arc<[u8]>>,
}

/// What came of one transaction.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Receipt {
    /// The transaction's id.
    pub transaction: Hash,
    /// Accepted or rejected.
    pub outcome: Outcome,
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Work units used.
    #[serde(with = "allonge_contracts::json::string")]
    pub work: u64,
}

/// What the clock did at the start of a block: slot 0 of its receipts.
#[derive(
    Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct SystemReceipt {
    /// What happened, in order.
    pub events: Vec<Event>,
    /// Work units used.
    #[serde(with = "allonge_contracts::json::string")]
    pub work: u64,
    /// More was due than fitted.
    pub pending: bool,
}

impl Receipt {
    /// The leaf in the receipt tree: `allonge/receipt/1` over borsh.
    pub fn leaf(&self) -> Hash {
        // Writing into memory cannot fail.
        tagged_hash(
            "allonge/receipt/1",
            &[&borsh::to_vec(self).unwrap_or_default()],
        )
    }
}

impl SystemReceipt {
    /// Leaf 0 of the receipt tree: `allonge/system-receipt/1` over borsh.
    pub fn leaf(&self) -> Hash {
        // Writing into memory cannot fail.
        tagged_hash(
            "allonge/system-receipt/1",
            &[&borsh::to_vec(self).unwrap_or_default()],
        )
    }
}

/// All receipts of a block: slot 0 is the clock's, slot *n* that of transaction *n* − 1.
///
/// An event's id is height/slot/event: the block's height, the slot, and the event's place in the
/// receipt, from 0. Its bytes are a version byte and borsh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipts {
    /// The clock's.
    pub system: SystemReceipt,
    /// One a transaction, in order.
    pub transactions: Vec<Receipt>,
}

impl Receipts {
    /// The leaves of the receipt tree, in order of slot.
    pub fn leaves(&self) -> Vec<Hash> {
        let mut leaves = Vec::with_capacity(self.transactions.len().saturating_add(1));
        leaves.push(self.system.leaf());
        leaves.extend(self.transactions.iter().map(Receipt::leaf));
        leaves
    }

    /// The root of the receipt tree.
    pub fn root(&self) -> Hash {
        merkle::root(&self.leaves())
    }
}

impl BorshSerialize for Receipts {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(&RECEIPTS_VERSION, writer)?;
        BorshSerialize::serialize(&self.system, writer)?;
        BorshSerialize::serialize(&self.transactions, writer)
    }
}

impl BorshDeserialize for Receipts {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let version = <u8 as BorshDeserialize>::deserialize_reader(reader)?;
        if version != RECEIPTS_VERSION {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!(
                    "receipts of version {version}; this program reads version {RECEIPTS_VERSION}"
                ),
            ));
        }
        Ok(Receipts {
            system: BorshDeserialize::deserialize_reader(reader)?,
            transactions: BorshDeserialize::deserialize_reader(reader)?,
        })
    }
}

/// Bytes that are no block.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a block: {0}")]
pub struct BlockDecodeError(pub String);

impl Block {
    /// Bytes of a block without transactions: version, header and count.
    pub const EMPTY_BYTES: u64 = 1 + 349 + 4;

    /// Bytes that a transaction takes in a block beyond its own: its length.
    pub const TRANSACTION_OVERHEAD: u64 = 4;

    /// Version byte, header, count and length-prefixed transactions.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size: usize = self
            .transactions
            .iter()
            .map(|t| t.len().saturating_add(4))
            .sum();
        let mut bytes = Vec::with_capacity(size.saturating_add(512));
        bytes.push(BLOCK_VERSION);
        // Writing into memory cannot fail.
        let _ = BorshSerialize::serialize(&self.header, &mut bytes);
        let _ = BorshSerialize::serialize(&(self.transactions.len() as u32), &mut bytes);
        for transaction in &self.transactions {
            let _ = BorshSerialize::serialize(&(transaction.len() as u32), &mut bytes);
            bytes.extend_from_slice(transaction);
        }
        bytes
    }

    /// Reads a block; the transactions stay undecoded.
    ///
    /// # Errors
    /// Not a block of this version, a length beyond the bytes, or bytes left over.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BlockDecodeError> {
        let wrong = |what: &str| BlockDecodeError(what.to_owned());
        let (version, mut rest) = bytes.split_first().ok_or_else(|| wrong("no bytes"))?;
        if *version != BLOCK_VERSION {
            return Err(BlockDecodeError(format!(
                "version {version}, expected {BLOCK_VERSION}"
            )));
        }
        let header = <Header as BorshDeserialize>::deserialize(&mut rest)
            .map_err(|e| BlockDecodeError(format!("header: {e}")))?;
        let count = <u32 as BorshDeserialize>::deserialize(&mut rest)
            .map_err(|_| wrong("no count of transactions"))? as usize;
        // Every transaction takes at least its length prefix.
        if count > rest.len() / 4 {
            return Err(wrong("more transactions announced than bytes follow"));
        }
        let mut transactions = Vec::with_capacity(count);
        for _ in 0..count {
            let len = <u32 as BorshDeserialize>::deserialize(&mut rest)
                .map_err(|_| wrong("truncated"))? as usize;
            let (one, more) = rest
                .split_at_checked(len)
                .ok_or_else(|| wrong("truncated"))?;
            transactions.push(Arc::from(one));
            rest = more;
        }
        if !rest.is_empty() {
            return Err(wrong("bytes left over"));
        }
        Ok(Block {
            header,
            transactions,
        })
    }
}
