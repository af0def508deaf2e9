//! Proposals as the state keeps them.

use crate::codes::Code;
use crate::date::Date;
use crate::gov::{Action, ActionKind};
use crate::hash::{Hash, RequestId, tagged_hash};
use crate::member_id::MemberId;
use crate::members::Role;
use crate::text::Text;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

words! {
    /// How far a proposal has come.
    pub enum ProposalStatus {
        /// It waits for approvals.
        Open = 0 "open",
        /// Enough have approved; it waits for its day.
        Carried = 1 "carried",
        /// Carried out.
        Applied = 2 "applied",
        /// Enough had approved, but the state did not allow it any more: nothing of it was done.
        Failed = 3 "failed",
        /// So many are against it that it cannot be carried.
        Rejected = 4 "rejected",
        /// Its deadline passed.
        Lapsed = 5 "lapsed",
        /// Its proposer took it back.
        Withdrawn = 6 "withdrawn",
    }
}

/// Whose approval a kind of change in a proposal takes, as the policy had it when it was proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Quorum {
    /// The kind of change.
    pub kind: ActionKind,
    /// Who is entitled, in order of name.
    pub entitled: Vec<MemberId>,
    /// How many of them must approve.
    pub need: u16,
    /// Those of them who must all approve: the members whose position changes.
    pub parties: Vec<MemberId>,
    /// The roles for which others are entitled. Who has lost them counts no more.
    pub roles: Vec<Role>,
    /// Whether the members that run validators are entitled.
    pub operators: bool,
    /// One member of each of these roles must be among those who approve.
    pub with: Vec<Role>,
}

/// A vote that was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Vote {
    /// By whom.
    pub member: MemberId,
    /// For it, or against.
    pub approve: bool,
    /// Why.
    pub reason: Text<256>,
}

/// A proposal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposal {
    /// Its id.
    pub id: RequestId,
    /// Its number, counted from 1.
    #[serde(with = "crate::json::string")]
    pub number: u64,
    /// Who proposed it, and thereby approved.
    pub by: MemberId,
    /// What is done, all or nothing.
    pub actions: Vec<Action>,
    /// Why.
    pub reason: Text<256>,
    /// The number of the order or resolution behind it.
    pub order: Text<64>,
    /// It lapses at the close of this day.
    pub deadline: Date,
    /// It is carried out when this day begins, not at once.
    pub from: Option<Date>,
    /// The day on which it was proposed.
    pub proposed_on: Date,
    /// Whose approval it takes, one entry for each kind of change in it.
    pub quorums: Vec<Quorum>,
    /// Who has voted, in order of time.
    pub votes: Vec<Vote>,
    /// How far it has come.
    pub status: ProposalStatus,
    /// The day on which it ended.
    pub ended_on: Option<Date>,
    /// Why it failed.
    pub failure: Option<Code>,
}

impl Proposal {
    /// The hash that a vote must name, so that nobody approves other changes than it saw. It stays the same while
    /// members vote.
    pub fn terms_hash(&self) -> Hash {
        let terms = (
            &self.id,
            &self.by,
            &self.actions,
            &self.reason,
            &self.order,
            &self.deadline,
            &self.from,
            &self.quorums,
        );
        // Serialising these types into memory cannot fail.
        let bytes = borsh::to_vec(&terms).unwrap_or_default();
        tagged_hash("allonge/proposal/1", &[&bytes])
    }

    /// Everybody who may vote on it, in order of name.
    pub fn entitled(&self) -> BTreeSet<&MemberId> {
        self.quorums.iter().flat_map(|q| &q.entitled).collect()
    }

    /// What a member has said, if it has.
    pub fn vote_of(&self, member: &MemberId) -> Option<bool> {
        let vote = self.votes.iter().find(|vote| vote.member == *member)?;
        Some(vote.approve)
    }

    /// Whether it can still come to something.
    pub const fn is_live(&self) -> bool {
        matches!(self.status, ProposalStatus::Open | ProposalStatus::Carried)
    }
}
