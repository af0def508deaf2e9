//! What goes over the simulated network.

use allonge_ledger::Certificate;
use allonge_node::consensus::core::{Context, Part};
use arc_malachitebft_app_channel::app::streaming::StreamMessage;
use arc_malachitebft_app_channel::app::types::core::{
    PolkaCertificate, RoundCertificate, SignedProposal, SignedVote,
};
use std::sync::Arc;

/// A message from one node to another.
#[derive(Clone)]
pub enum Message {
    /// A prevote or precommit.
    Vote(SignedVote<Context>),
    /// A proposal; the block travels in parts.
    Proposal(SignedProposal<Context>),
    /// A part of a block, and the node that published it.
    Part(usize, StreamMessage<Part>),
    /// A quorum of prevotes.
    Polka(PolkaCertificate<Context>),
    /// Why a round was left.
    Round(RoundCertificate<Context>),
    /// Transactions that clients gave to a node.
    Transactions(Vec<Arc<[u8]>>),
    /// How far a node is.
    Tip(u64),
    /// Asks for decided blocks: the question's number, first and last height.
    Ask(u64, u64, u64),
    /// Decided blocks, for the question with this number.
    Blocks(u64, Vec<(Certificate, Arc<[u8]>)>),
}

impl Message {
    /// A few words for the trace.
    pub fn describe(&self) -> String {
        match self {
            Message::Vote(vote) => format!(
                "{:?} {}/{} {}",
                vote.message.kind,
                vote.message.height,
                vote.message.round,
                short(vote.message.block())
            ),
            Message::Proposal(proposal) => format!(
                "proposal {}/{} {} pol {}",
                proposal.message.height,
                proposal.message.round,
                short(Some(proposal.message.value.0)),
                proposal.message.pol_round
            ),
            Message::Part(_, part) => format!("part {}", part.sequence),
            Message::Polka(polka) => format!("polka {}/{}", polka.height, polka.round),
            Message::Round(round) => format!("round certificate {}/{}", round.height, round.round),
            Message::Transactions(all) => format!("{} transactions", all.len()),
            Message::Tip(height) => format!("tip {height}"),
            Message::Ask(number, from, to) => format!("asks {number} for {from} to {to}"),
            Message::Blocks(number, blocks) => format!("answers {number} with {}", blocks.len()),
        }
    }
}

/// The beginning of a hash.
pub fn short(hash: Option<allonge_contracts::Hash>) -> String {
    hash.map_or_else(
        || "nil".to_owned(),
        |hash| hex::encode(&hash.as_bytes()[..4]),
    )
}
