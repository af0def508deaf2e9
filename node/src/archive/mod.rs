//! What a node hands on: a backup of its chain, or a snapshot of the ledger from which another node starts.
//!
//! Both are one sequence of parts, each in a frame of its own with a checksum: the head, the changes of the
//! validator set, the headers and ids of the replay window as far as their blocks are not there, the blocks,
//! and the entries of the state after the last block. A snapshot has one block, the last; a backup has all
//! that the node keeps. A file is such a sequence between a first line and an end that seals all of it; over
//! HTTP the same frames come in pieces.
//!
//! Nothing in it is trusted. [`Verifier`] goes by the genesis alone: the validator sets follow from it, every
//! block is certified by its set and names the one before, transactions and receipts lead to the roots in its
//! header, the ids to the chained hash there, and the entries to its state root. No private key is in it.

mod export;
mod frame;
mod install;
mod part;
mod verify;

pub use export::{
    ExportError, Progress, What, block_part, entry_bytes, head_part, set_change_parts, state_part,
    write,
};
pub use frame::{Reader, Writer, decode_frames, encode_frame};
pub use install::{Installed, Installer, RestoreError, RestoredHome};
pub use part::{BlockPart, End, Head, Part};
pub use verify::{ArchiveError, Chain, Step, Verifier};
