//! What can be read of the nodes.

use crate::hash::PublicKey;
use crate::nodes::{MAX_OBSERVERS, MAX_VALIDATORS, Node};
use crate::state::{StateFault, View};
use crate::tables::{ALL, NODES};

/// All nodes of the list, in order of name: those that may connect.
pub fn nodes(view: &dyn View) -> Result<Vec<Node>, StateFault> {
    nodes_in(view)
}

pub(crate) fn nodes_in(view: &(impl View + ?Sized)) -> Result<Vec<Node>, StateFault> {
    let most = MAX_VALIDATORS.saturating_add(MAX_OBSERVERS);
    let entries = NODES.scan(view, ALL, &[], most)?;
    Ok(entries.into_iter().map(|(_, node)| node).collect())
}

/// The consensus keys and weights of those that vote, ascending by key.
pub fn voters(view: &dyn View) -> Result<Vec<(PublicKey, u64)>, StateFault> {
    let mut voters: Vec<_> = nodes_in(view)?.iter().filter_map(Node::vote).collect();
    voters.sort_unstable();
    Ok(voters)
}
