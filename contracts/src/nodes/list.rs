//! The list of nodes: observers come and go, and any node can be found elsewhere.

use crate::codes::Code;
use crate::events::{NodeDelisted, NodeListed};
use crate::gov::{AddObserver, MoveNode, RemoveObserver};
use crate::members::named;
use crate::nodes::change::{check_key, check_text};
use crate::nodes::read::{listed_in, nodes_in, pending_in};
use crate::nodes::{MAX_OBSERVERS, Node, NodeKind};
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{ALL, NODES, node_suffix};
use crate::text::Text;

pub(super) fn put(run: &mut Run<'_, '_>, node: &Node) -> Result<(), StateFault> {
    NODES.put(run.state, ALL, &node_suffix(&node.name), node)
}

pub(super) fn node_named(run: &Run<'_, '_>, name: &Text<32>) -> Result<Node, Failure> {
    NODES
        .get(run.state, ALL, &node_suffix(name))?
        .ok_or_else(|| Failure::of(Code::NoSuchNode).fact("node", name.as_str()))
}

/// Refuses a name, key or address that another node of the list has.
pub(super) fn check_new(run: &Run<'_, '_>, new: &Node) -> Result<(), Failure> {
    for node in listed_in(run.state)? {
        let same = |a: &Text<128>, b: &Text<128>| a == b && !a.is_empty();
        let field = if node.name == new.name {
            "name"
        } else if node.peer_key == new.peer_key {
            "peer_key"
        } else if node.consensus_key.is_some() && node.consensus_key == new.consensus_key {
            "consensus_key"
        } else if same(&node.consensus_address, &new.consensus_address) {
            "consensus_address"
        } else if same(&node.gossip_address, &new.gossip_address) {
            "gossip_address"
        } else {
            continue;
        };
        return Err(Failure::of(Code::NodeKnown)
            .fact("field", field)
            .fact("node", node.name.as_str()));
    }
    Ok(())
}

impl AddObserver {
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        check_key("peer_key", &self.peer_key)?;
        check_text("name", self.name.as_str())
    }

    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        if let Some(member) = &self.member {
            named(run.state, member)?;
        }
        let node = Node {
            name: self.name.clone(),
            kind: NodeKind::Observer,
            member: self.member.clone(),
            consensus_key: None,
            peer_key: self.peer_key,
            consensus_address: self.consensus_address.clone(),
            gossip_address: self.gossip_address.clone(),
            power: 0,
        };
        check_new(run, &node)?;
        let nodes = nodes_in(run.state)?;
        let observers = nodes.iter().filter(|n| n.kind == NodeKind::Observer);
        if observers.count() >= MAX_OBSERVERS {
            let most = u64::try_from(MAX_OBSERVERS).unwrap_or(u64::MAX);
            return Err(Failure::argument("name").fact("most", most));
        }
        put(run, &node)?;
        run.emit(NodeListed { node });
        Ok(())
    }
}

impl RemoveObserver {
    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let node = node_named(run, &self.name)?;
        if node.kind != NodeKind::Observer {
            return Err(Failure::of(Code::NoSuchNode).fact("validator", self.name.as_str()));
        }
        NODES.remove(run.state, ALL, &node_suffix(&self.name));
        run.emit(NodeDelisted {
            name: self.name.clone(),
        });
        Ok(())
    }
}

impl MoveNode {
    pub(crate) fn check_form(&self) -> Result<(), Failure> {
        match &self.peer_key {
            Some(key) => check_key("peer_key", key),
            None => Ok(()),
        }
    }

    pub(crate) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        let node = node_named(run, &self.name)?;
        if let Some(pending) = pending_in(run.state)?.filter(|c| c.name == self.name) {
            return Err(Failure::of(Code::ChangePending)
                .fact("node", pending.name.as_str())
                .fact("height", pending.height));
        }
        let moved = Node {
            peer_key: self.peer_key.unwrap_or(node.peer_key),
            consensus_address: self
                .consensus_address
                .clone()
                .unwrap_or_else(|| node.consensus_address.clone()),
            gossip_address: self
                .gossip_address
                .clone()
                .unwrap_or_else(|| node.gossip_address.clone()),
            ..node.clone()
        };
        if moved == node {
            return Err(Failure::of(Code::NodeKnown).fact("node", self.name.as_str()));
        }
        NODES.remove(run.state, ALL, &node_suffix(&self.name));
        check_new(run, &moved)?;
        put(run, &moved)?;
        run.emit(NodeListed { node: moved });
        Ok(())
    }
}
