//! Changes of the validator set: decided in one block, in force two heights later at the earliest, one at a time, and
//! none that reaches a third of the power.

use crate::codes::Code;
use crate::events::{NodeListed, ValidatorsChanged, ValidatorsScheduled};
use crate::gov::height_of;
use crate::gov::{AddValidator, RekeyValidator, RemoveValidator, WeighValidator};
use crate::hash::PublicKey;
use crate::members::named;
use crate::nodes::list::{check_new, node_named, put};
use crate::nodes::read::{pending_in, voters_in};
use crate::nodes::{MAX_TOTAL_POWER, MAX_VALIDATORS, Node, NodeKind, is_usable_key};
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{ALL, NODES, VALIDATOR_CHANGE, VALIDATOR_SETS, node_suffix};
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// A change of the validators that is decided and waits for its height.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct ValidatorChange {
    /// The first height at which it holds.
    #[serde(with = "crate::json::string")]
    pub height: u64,
    /// Whom it is about.
    pub name: Text<32>,
    /// The validator as it will be; none where it leaves.
    pub node: Option<Node>,
}

/// The voters after a change: ascending by key.
pub(crate) fn changed(voters: &[Node], change: &ValidatorChange) -> Vec<(PublicKey, u64)> {
    let mut after: Vec<_> = voters
        .iter()
        .filter(|node| node.name != change.name)
        .chain(&change.node)
        .filter_map(Node::vote)
        .collect();
    after.sort_unstable();
    after
}

/// The power of all.
fn total(voters: &[(PublicKey, u64)]) -> u128 {
    voters.iter().map(|(_, power)| u128::from(*power)).sum()
}

fn validator_named(run: &Run<'_, '_>, name: &Text<32>) -> Result<Node, Failure> {
    let node = node_named(run, name)?;
    if node.kind != NodeKind::Validator {
        return Err(Failure::of(Code::NoSuchNode).fact("observer", name.as_str()));
    }
    Ok(node)
}

/// Schedules a change that touches `touched` of the power, if it is a safe step.
fn schedule(
    run: &mut Run<'_, '_>,
    name: &Text<32>,
    node: Option<Node>,
    touched: u64,
    asked: u64,
) -> Result<(), Failure> {
    if let Some(pending) = pending_in(run.state)? {
        return Err(Failure::of(Code::ChangePending)
            .fact("node", pending.name.as_str())
            .fact("height", pending.height));
    }
    let height = height_of(run, asked)?;
    let nodes = crate::nodes::read::nodes_in(run.state)?;
    let change = ValidatorChange {
        height,
        name: name.clone(),
        node,
    };
    let (before, after) = (voters_in(run.state)?, changed(&nodes, &change));
    let (before, after_total) = (total(&before), total(&after));
    // Those who stay as they are must be a quorum by themselves, whatever becomes of the rest.
    let whole = before.max(after_total);
    if u128::from(touched).saturating_mul(3) >= whole || after.is_empty() {
        return Err(Failure::of(Code::ChangeTooLarge)
            .fact("power", touched)
            .fact("of", u64::try_from(whole).unwrap_or(u64::MAX)));
    }
    if after.len() > MAX_VALIDATORS || after_total > u128::from(MAX_TOTAL_POWER) {
        return Err(Failure::argument("power"));
    }
    VALIDATOR_CHANGE.put(run.state, ALL, &[], &change)?;
    run.emit(ValidatorsScheduled { change });
    Ok(())
}

impl AddValidator {
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        check_power(self.power)?;
        check_key("consensus_key", &self.consensus_key)?;
        check_key("peer_key", &self.peer_key)?;
        check_text("name", self.name.as_str())
    }

    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        if let Some(member) = &self.member {
            named(run.state, member)?;
        }
        let node = Node {
            name: self.name.clone(),
            kind: NodeKind::Validator,
            member: self.member.clone(),
            consensus_key: Some(self.consensus_key),
            peer_key: self.peer_key,
            consensus_address: self.consensus_address.clone(),
            gossip_address: self.gossip_address.clone(),
            power: self.power,
        };
        check_new(run, &node)?;
        schedule(run, &self.name, Some(node.clone()), self.power, self.height)?;
        run.emit(NodeListed { node });
        Ok(())
    }
}

impl RemoveValidator {
    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let node = validator_named(run, &self.name)?;
        schedule(run, &self.name, None, node.power, self.height)
    }
}

impl WeighValidator {
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        check_power(self.power)
    }

    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let node = validator_named(run, &self.name)?;
        let touched = node.power.abs_diff(self.power);
        if touched == 0 {
            return Err(Failure::of(Code::NodeKnown).fact("power", self.power));
        }
        let power = self.power;
        let node = Node { power, ..node };
        schedule(run, &self.name, Some(node), touched, self.height)
    }
}

impl RekeyValidator {
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        check_key("consensus_key", &self.consensus_key)
    }

    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let node = validator_named(run, &self.name)?;
        let key = Some(self.consensus_key);
        let nodes = crate::nodes::read::nodes_in(run.state)?;
        if let Some(other) = nodes.iter().find(|node| node.consensus_key == key) {
            return Err(Failure::of(Code::NodeKnown)
                .fact("field", "consensus_key")
                .fact("node", other.name.as_str()));
        }
        let power = node.power;
        let node = Node {
            consensus_key: key,
            ..node
        };
        schedule(run, &self.name, Some(node), power, self.height)
    }
}

fn check_power(power: u64) -> Result<(), Failure> {
    if power == 0 || power > MAX_TOTAL_POWER {
        return Err(Failure::argument("power"));
    }
    Ok(())
}

/// Refuses bytes that no signature could ever fit, or any would.
pub(super) fn check_key(field: &'static str, key: &PublicKey) -> Result<(), Failure> {
    if is_usable_key(key) {
        Ok(())
    } else {
        Err(Failure::argument(field))
    }
}

pub(super) fn check_text(field: &'static str, text: &str) -> Result<(), Failure> {
    if text.is_empty() {
        return Err(Failure::argument(field));
    }
    Ok(())
}

/// At the start of a block: the change that waits for its height holds.
pub(crate) fn change_due(run: &mut Run<'_, '_>) -> Result<(), StateFault> {
    let Some(change) = pending_in(run.state)?.filter(|c| c.height <= run.block.height) else {
        return Ok(());
    };
    VALIDATOR_CHANGE.remove(run.state, ALL, &[]);
    match &change.node {
        Some(node) => put(run, node)?,
        None => NODES.remove(run.state, ALL, &node_suffix(&change.name)),
    }
    let voters = voters_in(run.state)?;
    VALIDATOR_SETS.put(run.state, ALL, &change.height.to_be_bytes(), &voters)?;
    run.emit(ValidatorsChanged {
        validators: u32::try_from(voters.len()).unwrap_or(u32::MAX),
        power: u64::try_from(total(&voters)).unwrap_or(u64::MAX),
    });
    Ok(())
}
