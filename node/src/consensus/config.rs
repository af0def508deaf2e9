//! What the engine needs to know, and what it is told.

use super::codec::MAX_SYNC_BLOCKS;
use super::peers::{Peer, PeerError, tcp_multiaddr};
use crate::guard::Guard;
use allonge_contracts::Hash;
use arc_malachitebft_app_channel::app::config::{
    ConsensusConfig, NodeConfig, PubSubProtocol, ValuePayload, ValueSyncConfig,
};
use ed25519_dalek::SigningKey;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// How often peers tell each other how far they are, and so how soon a lagging one notices.
const STATUS_INTERVAL: Duration = Duration::from_secs(1);

/// How long a peer may take to answer a request for blocks.
const SYNC_TIMEOUT: Duration = Duration::from_secs(5);

/// Whether a node votes.
#[derive(Clone)]
pub enum Seat {
    /// With this key, at the heights at which it is a validator's.
    Voter {
        /// The validator key, which signs votes and proposals.
        key: Box<SigningKey>,
        /// What keeps the key from contradicting itself; none where that is shown in another way.
        guard: Option<Arc<Guard>>,
    },
    /// It follows what others decide.
    Follower,
}

/// What the engine needs to know.
#[derive(Clone)]
pub struct EngineConfig {
    /// The hash of the genesis; part of everything that is signed, and of the protocol names.
    pub genesis: Hash,
    /// A name for logs and metrics.
    pub name: String,
    /// Whether it votes.
    pub seat: Seat,
    /// The node key, which authenticates connections; its peer id is what others list.
    pub node_key: SigningKey,
    /// `host:port` to listen on.
    pub listen: String,
    /// The other nodes of the network, to begin with. Nobody else may connect.
    pub peers: Vec<Peer>,
    /// How many of them vote: a quorum of these is waited for before the first height.
    pub voting_peers: usize,
    /// The file of the write-ahead log. Votes in it must not be lost: a validator that forgets
    /// them may contradict itself.
    pub wal: PathBuf,
    /// How long to wait for a quorum of peers before the first height.
    pub peers_wait: Duration,
}

/// The engine's own configuration.
pub struct Config {
    name: String,
    consensus: ConsensusConfig,
    sync: ValueSyncConfig,
}

impl NodeConfig for Config {
    fn moniker(&self) -> &str {
        &self.name
    }

    fn consensus(&self) -> &ConsensusConfig {
        &self.consensus
    }

    fn consensus_mut(&mut self) -> &mut ConsensusConfig {
        &mut self.consensus
    }

    fn value_sync(&self) -> &ValueSyncConfig {
        &self.sync
    }

    fn value_sync_mut(&mut self) -> &mut ValueSyncConfig {
        &mut self.sync
    }
}

/// The engine's configuration for ours: a closed network of the configured peers.
pub fn configure(config: &EngineConfig) -> Result<Config, PeerError> {
    let mut consensus = ConsensusConfig {
        enabled: true,
        value_payload: ValuePayload::ProposalAndParts,
        ..ConsensusConfig::default()
    };
    let p2p = &mut consensus.p2p;
    p2p.listen_addr = tcp_multiaddr(&config.listen)?;
    p2p.persistent_peers = config
        .peers
        .iter()
        .map(Peer::multiaddr)
        .collect::<Result<_, _>>()?;
    p2p.persistent_peers_only = true;
    p2p.protocol = PubSubProtocol::Broadcast;
    // All come from the gate, which bounds how many each node may have; the list of nodes may grow.
    let connections = 8 * (allonge_ledger::MAX_VALIDATORS + 8);
    p2p.discovery.enabled = false;
    p2p.discovery.max_connections_per_ip = connections;
    p2p.discovery.num_inbound_peers = connections;
    p2p.discovery.num_outbound_peers = connections;
    p2p.discovery.ip_throttle_duration = Duration::ZERO;
    // Another network's nodes do not even share a protocol with us.
    let network: String = config.genesis.to_string().chars().take(16).collect();
    let name = |protocol: &str| format!("/allonge/{network}/{protocol}/1");
    p2p.protocol_names.consensus = name("consensus");
    p2p.protocol_names.discovery_kad = name("discovery-kad");
    p2p.protocol_names.discovery_regres = name("discovery");
    p2p.protocol_names.sync = name("sync");
    p2p.protocol_names.validator_proof = name("validator");
    let sync = ValueSyncConfig {
        enabled: true,
        status_update_interval: STATUS_INTERVAL,
        request_timeout: SYNC_TIMEOUT,
        batch_size: MAX_SYNC_BLOCKS / 4,
        ..ValueSyncConfig::default()
    };
    Ok(Config {
        name: config.name.clone(),
        consensus,
        sync,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::PublicKey;

    fn config(peers: Vec<Peer>) -> EngineConfig {
        EngineConfig {
            genesis: Hash([7; 32]),
            name: "n".into(),
            seat: Seat::Voter {
                key: Box::new(SigningKey::from_bytes(&[1; 32])),
                guard: None,
            },
            node_key: SigningKey::from_bytes(&[1; 32]),
            listen: "127.0.0.1:26656".into(),
            voting_peers: peers.len(),
            peers,
            wal: "wal".into(),
            peers_wait: Duration::ZERO,
        }
    }

    #[test]
    fn only_the_configured_peers_may_connect() {
        let key = PublicKey(SigningKey::from_bytes(&[2; 32]).verifying_key().to_bytes());
        let peer = Peer {
            key,
            address: "127.0.0.1:9".into(),
        };
        let configured = configure(&config(vec![peer.clone()])).unwrap();
        let p2p = &configured.consensus.p2p;
        assert!(p2p.persistent_peers_only);
        assert!(!p2p.discovery.enabled);
        assert_eq!(p2p.persistent_peers, [peer.multiaddr().unwrap()]);
        assert_eq!(p2p.protocol, PubSubProtocol::Broadcast);
        assert_eq!(
            configured.sync.status_update_interval,
            Duration::from_secs(1)
        );

        // The largest block and certificate fit into what sync can send.
        let block = super::super::app::MAX_BLOCK_BYTES + 200 * allonge_ledger::MAX_VALIDATORS;
        assert!((block as u64) < configured.sync.max_response_size.as_u64());
        assert!((super::super::app::MAX_RANGE_BYTES as u64) < p2p.rpc_max_size.as_u64());
        assert!((super::super::wire::PART_BYTES as u64) < p2p.pubsub_max_size.as_u64());
    }

    #[test]
    fn another_genesis_speaks_other_protocols() {
        let here = configure(&config(vec![])).unwrap();
        let there = configure(&EngineConfig {
            genesis: Hash([8; 32]),
            ..config(vec![])
        })
        .unwrap();
        let (here, there) = (
            here.consensus.p2p.protocol_names,
            there.consensus.p2p.protocol_names,
        );
        assert_ne!(here.consensus, there.consensus);
        assert_ne!(here.sync, there.sync);
        assert_ne!(here.validator_proof, there.validator_proof);
    }
}
