//! What can be read of the nodes.

use crate::hash::PublicKey;
use crate::nodes::change::{ValidatorChange, changed};
use crate::nodes::{MAX_OBSERVERS, MAX_VALIDATORS, Node};
use crate::state::{StateFault, View};
use crate::tables::{ALL, NODES, VALIDATOR_CHANGE, VALIDATOR_SETS};

/// All nodes of the list, in order of name: those that may connect. A validator that is to join is among them, one
/// that is to leave as well.
pub fn nodes(view: &dyn View) -> Result<Vec<Node>, StateFault> {
    listed_in(view)
}

pub(crate) fn listed_in(view: &(impl View + ?Sized)) -> Result<Vec<Node>, StateFault> {
    let mut nodes = nodes_in(view)?;
    if let Some(joining) = pending_in(view)?.and_then(|change| change.node)
        && let Err(at) = nodes.binary_search_by(|node| node.name.cmp(&joining.name))
    {
        nodes.insert(at, joining);
    }
    Ok(nodes)
}

/// The nodes as they stand now, without one that is to join.
pub(crate) fn nodes_in(view: &(impl View + ?Sized)) -> Result<Vec<Node>, StateFault> {
    let most = MAX_VALIDATORS.saturating_add(MAX_OBSERVERS);
    let entries = NODES.scan(view, ALL, &[], most)?;
    Ok(entries.into_iter().map(|(_, node)| node).collect())
}

/// The change of the validators that is decided and waits for its height.
pub fn pending(view: &dyn View) -> Result<Option<ValidatorChange>, StateFault> {
    pending_in(view)
}

pub(crate) fn pending_in(
    view: &(impl View + ?Sized),
) -> Result<Option<ValidatorChange>, StateFault> {
    VALIDATOR_CHANGE.get(view, ALL, &[])
}

/// The consensus keys and weights of those that vote on the block of a height, by what is decided now; ascending by
/// key. It holds for the next two heights, for a later one only if nothing is decided meanwhile.
pub fn voters_at(view: &dyn View, height: u64) -> Result<Vec<(PublicKey, u64)>, StateFault> {
    match pending_in(view)?.filter(|change| change.height <= height) {
        Some(change) => Ok(changed(&nodes_in(view)?, &change)),
        None => voters_in(view),
    }
}

pub(crate) fn voters_in(view: &(impl View + ?Sized)) -> Result<Vec<(PublicKey, u64)>, StateFault> {
    let mut voters: Vec<_> = nodes_in(view)?.iter().filter_map(Node::vote).collect();
    voters.sort_unstable();
    Ok(voters)
}

/// The consensus keys and weights of a set.
pub type Voters = Vec<(PublicKey, u64)>;

/// Every change of the validators so far: the first height of a set and its voters, in order of height.
pub fn set_changes(view: &dyn View) -> Result<Vec<(u64, Voters)>, StateFault> {
    VALIDATOR_SETS
        .scan(view, ALL, &[], usize::MAX)?
        .into_iter()
        .map(|(suffix, voters)| {
            let height = <[u8; 8]>::try_from(suffix.as_slice())
                .map_err(|_| StateFault::new(VALIDATOR_SETS.name(), "a key that is no height"))?;
            Ok((u64::from_be_bytes(height), voters))
        })
        .collect()
}
