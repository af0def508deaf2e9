//! What the API says of governance.

use allonge_contracts::gov::{Policy, Proposal, ProposalStatus, ScheduledProtocol};
use allonge_contracts::nodes::{Node, ValidatorChange};
use allonge_contracts::{Hash, MemberId};
use serde::{Deserialize, Serialize};

/// `GET /v1/gov/proposals/{id}`: a proposal, with what a vote must name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposalView {
    /// The proposal.
    pub proposal: Proposal,
    /// The hash of its terms, which a vote must name.
    pub terms_hash: Hash,
    /// Of an open proposal, who may still vote, in order of name.
    pub waits_for: Vec<MemberId>,
}

impl From<Proposal> for ProposalView {
    fn from(proposal: Proposal) -> Self {
        let open = proposal.status == ProposalStatus::Open;
        let waits_for = proposal
            .entitled()
            .into_iter()
            .filter(|member| open && proposal.vote_of(member).is_none())
            .cloned()
            .collect();
        ProposalView {
            terms_hash: proposal.terms_hash(),
            waits_for,
            proposal,
        }
    }
}

/// `GET /v1/gov/proposals`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProposalsBody {
    /// Proposals, the latest first.
    pub proposals: Vec<ProposalView>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/gov/policy`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PolicyBody {
    /// Whose approval each kind of change takes.
    pub policy: Policy,
}

/// `GET /v1/nodes`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NodesBody {
    /// The nodes that may connect, in order of name: validators, one that is about to become one, and observers.
    pub nodes: Vec<Node>,
    /// The change of the validators that is decided and waits for its height.
    pub change: Option<ValidatorChange>,
    /// The version of the protocol of the last block.
    pub protocol: u32,
    /// The version that is decided to come.
    pub scheduled_protocol: Option<ScheduledProtocol>,
}
