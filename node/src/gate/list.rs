//! Who may connect: the nodes that the ledger lists, as it lists them now.

use crate::config::PeerAddresses;
use allonge_contracts::PublicKey;
use allonge_contracts::nodes::Node;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A node of the list, other than this one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listed {
    /// Its name there.
    pub name: String,
    /// Where its consensus listens, `host:port`; empty where it is not to be dialled.
    pub consensus: String,
    /// Where its transaction gossip listens, `host:port`; empty where it is not to be dialled.
    pub gossip: String,
}

/// All others, by their node keys.
pub type PeerList = Arc<BTreeMap<PublicKey, Listed>>;

/// The list without this node itself; addresses that the settings give go before those of the ledger.
pub fn listed(
    nodes: &[Node],
    own: &PublicKey,
    settings: &BTreeMap<String, PeerAddresses>,
) -> PeerList {
    let others = nodes.iter().filter(|node| node.peer_key != *own);
    let others = others.map(|node| {
        let given = settings.get(node.name.as_str());
        let address = |given: Option<&String>, on_ledger: &str| {
            given.map_or(on_ledger, String::as_str).to_owned()
        };
        let listed = Listed {
            name: node.name.to_string(),
            consensus: address(
                given.and_then(|g| g.consensus.as_ref()),
                node.consensus_address.as_str(),
            ),
            gossip: address(
                given.and_then(|g| g.gossip.as_ref()),
                node.gossip_address.as_str(),
            ),
        };
        (node.peer_key, listed)
    });
    Arc::new(others.collect())
}
