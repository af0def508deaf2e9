//! Instructions as the state keeps them.

use crate::date::Date;
use crate::hash::{Hash, RequestId, tagged_hash};
use crate::instruments::{InstrumentNumber, LotRange};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::run::short_id;
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// One thing that moves. In JSON `{"leg": "cash", …}` or `{"leg": "lot", …}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(tag = "leg", rename_all = "snake_case")]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Leg {
    /// Cash.
    Cash(CashLeg) = 0,
    /// A lot of a bill or a certificate.
    Lot(LotLeg) = 1,
}

/// Cash from one member to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct CashLeg {
    /// Who pays.
    pub from: MemberId,
    /// Who is paid.
    pub to: MemberId,
    /// How much.
    pub money: Money,
    /// What for.
    #[serde(default)]
    pub purpose: Text<64>,
}

/// A lot, or the low end of one, from its holder to another member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct LotLeg {
    /// The bill or certificate.
    pub instrument: InstrumentNumber,
    /// The lot, or what an earlier leg of the same deliverer leaves of one.
    pub lot: LotRange,
    /// How much of it moves, cut from the low end when its holder affirms; all of it where absent.
    pub part: Option<Money>,
    /// Who delivers: its holder.
    pub from: MemberId,
    /// Who receives.
    pub to: MemberId,
    /// What for, as the lot's limits may ask.
    #[serde(default)]
    pub purpose: Text<64>,
}

impl Leg {
    /// Who pays or delivers.
    pub const fn from(&self) -> &MemberId {
        match self {
            Leg::Cash(leg) => &leg.from,
            Leg::Lot(leg) => &leg.from,
        }
    }

    /// Who is paid or receives.
    pub const fn to(&self) -> &MemberId {
        match self {
            Leg::Cash(leg) => &leg.to,
            Leg::Lot(leg) => &leg.to,
        }
    }
}

/// A member whose agreement an instruction needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Affirmation {
    /// Who.
    pub member: MemberId,
    /// It has affirmed: its cash is held and its lots are locked.
    pub affirmed: bool,
}

/// Legs that wait to be settled together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Instruction {
    /// Its id.
    pub id: RequestId,
    /// Who proposed it.
    pub by: MemberId,
    /// What moves, counted from 0.
    pub legs: Vec<Leg>,
    /// Unsettled, it ends at the close of this day.
    pub deadline: Date,
    /// The proposer's reference.
    pub reference: Text<64>,
    /// The day it was proposed.
    pub proposed_on: Date,
    /// Whose agreement it needs, in order of name: every payer and deliverer, and every receiver of paper that needs
    /// its signature.
    pub affirmations: Vec<Affirmation>,
}

impl Instruction {
    /// The hash that an affirmation must name, so that nobody signs for other legs than it saw. It stays the same
    /// while the parties affirm.
    pub fn terms_hash(&self) -> Hash {
        let terms = (
            &self.id,
            &self.by,
            &self.legs,
            &self.deadline,
            &self.reference,
        );
        // Serialising these types into memory cannot fail.
        let bytes = borsh::to_vec(&terms).unwrap_or_default();
        tagged_hash("allonge/instruction/1", &[&bytes])
    }

    /// The id of the request that locks the lot of a leg.
    pub fn lock_id(&self, leg: u8) -> RequestId {
        short_id(tagged_hash("allonge/leg/1", &[self.id.as_bytes(), &[leg]]))
    }

    /// The legs with their numbers.
    pub fn numbered(&self) -> impl Iterator<Item = (u8, &Leg)> {
        (0u8..).zip(&self.legs)
    }

    /// Everybody who pays, delivers or receives, and who proposed it, in order of name.
    pub fn parties(&self) -> Vec<MemberId> {
        let mut parties: BTreeSet<&MemberId> = BTreeSet::from([&self.by]);
        for leg in &self.legs {
            parties.insert(leg.from());
            parties.insert(leg.to());
        }
        parties.into_iter().cloned().collect()
    }

    /// Whether a member has affirmed.
    pub fn affirmed_by(&self, member: &MemberId) -> bool {
        self.affirmations
            .iter()
            .any(|one| one.affirmed && one.member == *member)
    }

    /// Whose agreement is still missing, in order of name.
    pub fn waits_for(&self) -> Vec<MemberId> {
        self.affirmations
            .iter()
            .filter(|one| !one.affirmed)
            .map(|one| one.member.clone())
            .collect()
    }
}
