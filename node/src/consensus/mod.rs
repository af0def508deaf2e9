//! How the nodes agree: the Malachite engine, and the seam through which it drives this node.
//!
//! This is the only folder that names Malachite.

mod app;
#[cfg(feature = "byzantine")]
pub mod byzantine;
mod codec;
mod config;
mod context;
mod convert;
mod driver;
mod engine;
mod last_words;
mod log_file;
mod parts;
mod peers;
pub mod probe;
mod proposals;
mod signing;
mod status;
mod tips;
mod wire;

pub use app::{
    App, AppStopped, Judgement, MAX_BLOCK_BYTES, MAX_RANGE_BYTES, Origin, Proposal, ProposedBlock,
    StartHeight, Timeouts,
};
pub use codec::CodecError;
pub use config::{EngineConfig, Seat};
pub use driver::Stop;
pub use engine::{EngineError, EngineHandle, start};
pub use last_words::LastWords;
pub use log_file::{LogContent, check_log};
pub use peers::{Peer, PeerError, peer_id, tcp_multiaddr};
pub use status::{EngineStatus, metrics_text};

/// For whoever drives the engine's core by itself, without its actors: this ledger's types in the engine's shape, and
/// what stands between the two here.
pub mod core {
    pub use super::context::{
        Address, Block, Context, Head, Height, Part, ProposalMessage, Validators, Vote, linear,
    };
    pub use super::convert::{certificate, decided_value, evidence, height_params, proposed_value};
    pub use super::parts::split;
    pub use super::proposals::{Proposals, Stand};
    pub use super::signing::{Ed25519Signer, Ed25519Verifier};
}
