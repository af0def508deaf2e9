//! How the nodes agree: the Malachite engine, and the seam through which it drives this node.
//!
//! This is the only folder that names Malachite.

mod app;

pub use app::{
    App, AppStopped, Evidence, EvidenceKind, Judgement, MAX_BLOCK_BYTES, MAX_RANGE_BYTES, Origin,
    Proposal, ProposedBlock, StartHeight, Statement, Timeouts,
};
