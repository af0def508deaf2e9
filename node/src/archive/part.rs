//! What an archive is made of.

use crate::store::WindowEntry;
use allonge_contracts::Hash;
use allonge_ledger::{Certificate, Header, Receipts, SetChange, Validator};
use borsh::{BorshDeserialize, BorshSerialize};
use std::sync::Arc;

/// What stands at the beginning.
#[derive(Clone, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct Head {
    /// The genesis document in JSON.
    pub genesis: Vec<u8>,
    /// The last height: the state is the one after it.
    pub height: u64,
    /// The hash of its block.
    pub block: Hash,
    /// The first height of which there is a header.
    pub first: u64,
    /// The first height of which there is a block.
    pub blocks_from: u64,
    /// Entries of the state.
    pub entries: u64,
}

/// A final block with what proves it and what came of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockPart {
    /// What makes it final.
    pub certificate: Certificate,
    /// The encoded block.
    pub bytes: Arc<[u8]>,
    /// What came of it.
    pub receipts: Arc<Receipts>,
}

/// What stands at the end of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
pub struct End {
    /// How many frames come before it.
    pub frames: u64,
    /// The checksums of all of them, chained.
    pub digest: Hash,
}

/// A part of an archive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Part {
    /// First.
    Head(Head),
    /// A change of the validator set; all of them up to the last height, in order.
    SetChange(Box<SetChange>),
    /// Headers and ids of heights whose blocks are not there, in order.
    Window(Vec<WindowEntry>),
    /// A block, in order of height.
    Block(Box<BlockPart>),
    /// Entries of the state, in order of key over all parts.
    State(Vec<(Vec<u8>, Vec<u8>)>),
    /// Last in a file.
    End(End),
}

impl Part {
    /// The number that leads a frame.
    pub fn kind(&self) -> u8 {
        match self {
            Part::Head(_) => 1,
            Part::SetChange(_) => 2,
            Part::Window(_) => 3,
            Part::Block(_) => 4,
            Part::State(_) => 5,
            Part::End(_) => 6,
        }
    }

    pub(super) fn to_bytes(&self) -> Vec<u8> {
        let bytes = match self {
            Part::Head(head) => borsh::to_vec(head),
            Part::SetChange(change) => {
                borsh::to_vec(&(&change.header, &change.certificate, &change.validators))
            }
            Part::Window(entries) => borsh::to_vec(entries),
            Part::Block(block) => {
                borsh::to_vec(&(&block.certificate, &*block.receipts, &*block.bytes))
            }
            Part::State(entries) => borsh::to_vec(entries),
            Part::End(end) => borsh::to_vec(end),
        };
        // Writing into memory cannot fail.
        bytes.unwrap_or_default()
    }

    pub(super) fn from_bytes(kind: u8, bytes: &[u8]) -> Result<Self, String> {
        let words = |error: std::io::Error| error.to_string();
        Ok(match kind {
            1 => Part::Head(borsh::from_slice(bytes).map_err(words)?),
            2 => {
                let (header, certificate, validators): (Header, Certificate, Vec<Validator>) =
                    borsh::from_slice(bytes).map_err(words)?;
                Part::SetChange(Box::new(SetChange {
                    header,
                    certificate,
                    validators,
                }))
            }
            3 => Part::Window(borsh::from_slice(bytes).map_err(words)?),
            4 => {
                let (certificate, receipts, bytes): (Certificate, Receipts, Vec<u8>) =
                    borsh::from_slice(bytes).map_err(words)?;
                Part::Block(Box::new(BlockPart {
                    certificate,
                    bytes: bytes.into(),
                    receipts: Arc::new(receipts),
                }))
            }
            5 => Part::State(borsh::from_slice(bytes).map_err(words)?),
            6 => Part::End(borsh::from_slice(bytes).map_err(words)?),
            kind => return Err(format!("a part of unknown kind {kind}")),
        })
    }
}
