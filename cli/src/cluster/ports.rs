//! Ports for nodes on this machine.

use super::error::ClusterError;
use std::net::{Ipv4Addr, TcpListener};

/// How many ports a node needs: HTTP, consensus, transaction gossip.
pub(super) const PORTS_PER_NODE: usize = 3;
/// What each is for, in order.
const USES: [&str; PORTS_PER_NODE] = ["HTTP", "consensus", "gossip"];
/// Between the first ports of two nodes when they follow a base port.
const STEP: u16 = 10;
/// Free ports are sought from here on.
const LOWEST: u16 = 10_000;
/// Where outgoing connections begin if the system does not say (the Linux default).
const EPHEMERAL: u16 = 32_768;
/// How many ports are tried before giving up.
const TRIES: usize = 20_000;

/// Where nodes listen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ports {
    /// On any free ports.
    Free,
    /// Node `i` on this port + 10 i (HTTP), + 1 (consensus) and + 2 (gossip).
    Base(u16),
}

/// The ports of one node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NodePorts {
    pub http: u16,
    pub consensus: u16,
    pub gossip: u16,
}

impl Ports {
    /// Ports for so many nodes, all free at this moment.
    pub(super) fn choose(self, nodes: usize) -> Result<Vec<NodePorts>, ClusterError> {
        // Held until all are found, so that none is given out twice.
        let mut held = Vec::new();
        let mut ports = Vec::new();
        match self {
            Ports::Base(base) => {
                for node in 0..nodes {
                    for (offset, using) in USES.iter().enumerate() {
                        let port = base_port(base, node, offset)
                            .ok_or(ClusterError::BasePort { base, nodes })?;
                        let listener = bind(port).map_err(|source| ClusterError::PortTaken {
                            port,
                            using,
                            node: format!("node-{node}"),
                            source,
                        })?;
                        held.push(listener);
                        ports.push(port);
                    }
                }
            }
            Ports::Free => ports = free_ports(nodes.saturating_mul(PORTS_PER_NODE), &[])?,
        }
        let chosen: Vec<NodePorts> = ports
            .chunks_exact(PORTS_PER_NODE)
            .filter_map(|chunk| match chunk {
                [http, consensus, gossip] => Some(NodePorts {
                    http: *http,
                    consensus: *consensus,
                    gossip: *gossip,
                }),
                _ => None,
            })
            .collect();
        if chosen.len() == nodes {
            Ok(chosen)
        } else {
            Err(ClusterError::NoFreePorts {
                need: nodes * PORTS_PER_NODE,
            })
        }
    }
}

/// So many free ports besides those to be avoided.
///
/// # Errors
/// There are not so many.
pub fn free_ports(count: usize, avoid: &[u16]) -> Result<Vec<u16>, ClusterError> {
    // Below the range of outgoing connections: else such a connection may sit on a node's port while the
    // node is down, even a peer's own attempt to reach it.
    let below = ephemeral_start()
        .filter(|start| *start > LOWEST + 2_000)
        .unwrap_or(EPHEMERAL);
    let span = below.saturating_sub(LOWEST).max(1);
    let mut next = random_u16()? % span;
    // Held until all are found, so that none is given out twice.
    let mut held = Vec::new();
    let mut ports = Vec::new();
    for _ in 0..TRIES {
        if ports.len() == count {
            return Ok(ports);
        }
        let port = LOWEST.saturating_add(next);
        next = next.wrapping_add(1) % span;
        if avoid.contains(&port) {
            continue;
        }
        if let Ok(listener) = bind(port) {
            held.push(listener);
            ports.push(port);
        }
    }
    Err(ClusterError::NoFreePorts { need: count })
}

fn base_port(base: u16, node: usize, offset: usize) -> Option<u16> {
    let node = u16::try_from(node).ok()?.checked_mul(STEP)?;
    let port = base
        .checked_add(node)?
        .checked_add(u16::try_from(offset).ok()?)?;
    (base > 0).then_some(port)
}

fn bind(port: u16) -> std::io::Result<TcpListener> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, port))
}

fn ephemeral_start() -> Option<u16> {
    let text = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").ok()?;
    text.split_whitespace().next()?.parse().ok()
}

fn random_u16() -> Result<u16, ClusterError> {
    let mut bytes = [0u8; 2];
    getrandom::fill(&mut bytes).map_err(|e| ClusterError::Random(e.to_string()))?;
    Ok(u16::from_le_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn free_ports_are_different_and_lie_below_outgoing_connections() {
        let chosen = Ports::Free.choose(5).unwrap();
        let all: BTreeSet<u16> = chosen
            .iter()
            .flat_map(|p| [p.http, p.consensus, p.gossip])
            .collect();
        assert_eq!(all.len(), 15);
        let outgoing = ephemeral_start().unwrap_or(EPHEMERAL);
        assert!(outgoing <= LOWEST + 2_000 || all.iter().all(|port| *port < outgoing));
    }

    #[test]
    fn a_base_port_that_is_taken_is_named_with_its_use() {
        let free = Ports::Free.choose(1).unwrap()[0];
        let taken = bind(free.consensus).unwrap();
        let port = taken.local_addr().unwrap().port();
        match Ports::Base(port - 1).choose(1) {
            Err(ClusterError::PortTaken {
                port: named,
                using,
                node,
                ..
            }) => {
                assert!(
                    (named, using) == (port, "consensus") || named == port - 1,
                    "{named} {using}"
                );
                assert_eq!(node, "node-0");
            }
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn base_ports_follow_the_rule_and_end_at_the_last_port() {
        assert_eq!(base_port(7000, 3, 2), Some(7032));
        assert_eq!(base_port(65_530, 1, 0), None);
        assert!(matches!(
            Ports::Base(65_530).choose(2),
            Err(ClusterError::BasePort {
                base: 65_530,
                nodes: 2
            } | ClusterError::PortTaken { .. })
        ));
        assert!(matches!(
            Ports::Base(0).choose(1),
            Err(ClusterError::BasePort { base: 0, .. })
        ));
    }
}
