//! The list of nodes at height 0.

use crate::members::read::member_in;
use crate::nodes::{MAX_OBSERVERS, MAX_VALIDATORS, Node, NodeKind};
use crate::state::Overlay;
use crate::tables::{ALL, NODES, node_suffix};
use std::collections::BTreeSet;

/// Checks the list that genesis gives and writes it. The error says which rule is broken.
pub(crate) fn write(nodes: &[Node], state: &mut Overlay<'_>) -> Result<(), String> {
    for (kind, most) in [
        (NodeKind::Validator, MAX_VALIDATORS),
        (NodeKind::Observer, MAX_OBSERVERS),
    ] {
        let count = nodes.iter().filter(|node| node.kind == kind).count();
        if count > most {
            return Err(format!("{count} {kind}s; the most is {most}"));
        }
    }
    for (what, value) in [
        ("name", (|n| n.name.to_string()) as fn(&Node) -> String),
        ("peer key", |n| n.peer_key.to_string()),
        ("consensus address", |n| n.consensus_address.to_string()),
        ("gossip address", |n| n.gossip_address.to_string()),
    ] {
        let mut seen = BTreeSet::new();
        for node in nodes {
            let value = value(node);
            if !value.is_empty() && !seen.insert(value.clone()) {
                return Err(format!("two nodes have the {what} `{value}`"));
            }
        }
    }
    for node in nodes {
        let name = &node.name;
        if name.is_empty() {
            return Err(format!("a {} without a name", node.kind));
        }
        if let Some(member) = &node.member {
            member_in(state, member)
                .map_err(|fault| fault.to_string())?
                .ok_or_else(|| {
                    format!(
                        "{} {name}: `{member}` is not a member in genesis",
                        node.kind
                    )
                })?;
        }
        NODES
            .put(state, ALL, &node_suffix(name), node)
            .map_err(|fault| fault.to_string())?;
    }
    Ok(())
}
