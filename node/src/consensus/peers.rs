//! Who the other nodes are on the network, and where.

use allonge_contracts::PublicKey;
use libp2p::identity::{self, ed25519};
use libp2p::multiaddr::Protocol;
use libp2p::{Multiaddr, PeerId};
use std::net::IpAddr;

/// Why a peer cannot be addressed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PeerError {
    /// The key is no point on the curve.
    #[error("node key {0} is not an ed25519 public key")]
    BadKey(PublicKey),
    /// Not `host:port`.
    #[error("`{0}` is not an address; write host:port, as in 10.0.0.1:26656 or node.example:26656")]
    BadAddress(String),
}

/// A peer: its node key and the `host:port` where it listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Peer {
    /// The ed25519 key with which it authenticates its connections.
    pub key: PublicKey,
    /// IP address or DNS name, and TCP port.
    pub address: String,
}

impl Peer {
    /// The address together with the identity that must answer there.
    ///
    /// # Errors
    /// A key that is none, an address that is none.
    pub fn multiaddr(&self) -> Result<Multiaddr, PeerError> {
        let address = tcp_multiaddr(&self.address)?;
        Ok(address.with(Protocol::P2p(peer_id(&self.key)?)))
    }
}

/// The network identity that belongs to a node key.
///
/// # Errors
/// A key that is none.
pub fn peer_id(key: &PublicKey) -> Result<PeerId, PeerError> {
    let key =
        ed25519::PublicKey::try_from_bytes(key.as_bytes()).map_err(|_| PeerError::BadKey(*key))?;
    Ok(identity::PublicKey::from(key).to_peer_id())
}

/// `host:port` as libp2p writes it; the host an IPv4 address, an IPv6 address in brackets, or a
/// DNS name.
///
/// # Errors
/// Anything else.
pub fn tcp_multiaddr(address: &str) -> Result<Multiaddr, PeerError> {
    let bad = || PeerError::BadAddress(address.chars().take(80).collect());
    let (host, port) = address.rsplit_once(':').ok_or_else(bad)?;
    let port: u16 = port.parse().map_err(|_| bad())?;
    let bare = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    let host = match (bare, host.parse()) {
        (Some(bare), _) => Protocol::Ip6(bare.parse().map_err(|_| bad())?),
        (None, Ok(IpAddr::V4(ip))) => Protocol::Ip4(ip),
        (None, Ok(IpAddr::V6(_))) => return Err(bad()),
        (None, Err(_)) => {
            let letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
            if host.is_empty() || host.len() > 253 || !host.chars().all(letter) {
                return Err(bad());
            }
            Protocol::Dns(host.to_owned().into())
        }
    };
    Ok(Multiaddr::empty().with(host).with(Protocol::Tcp(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_become_multiaddresses() {
        for (address, expected) in [
            ("127.0.0.1:26656", "/ip4/127.0.0.1/tcp/26656"),
            ("[::1]:1", "/ip6/::1/tcp/1"),
            ("node-1.example:65535", "/dns/node-1.example/tcp/65535"),
        ] {
            assert_eq!(tcp_multiaddr(address).unwrap().to_string(), expected);
        }
        for bad in [
            "",
            ":",
            "host",
            ":1",
            "host:",
            "host:65536",
            "::1:1",
            "a b:1",
            "a/b:1",
            "[::1:1",
        ] {
            assert_eq!(
                tcp_multiaddr(bad),
                Err(PeerError::BadAddress(bad.into())),
                "{bad}"
            );
        }
    }

    #[test]
    fn a_peer_address_names_the_identity_of_its_key() {
        let secret = ed25519_dalek::SigningKey::from_bytes(&[5; 32]);
        let key = PublicKey(secret.verifying_key().to_bytes());
        let keypair = identity::Keypair::ed25519_from_bytes([5; 32]).unwrap();
        assert_eq!(peer_id(&key).unwrap(), keypair.public().to_peer_id());
        let peer = Peer {
            key,
            address: "127.0.0.1:7".into(),
        };
        assert_eq!(
            peer.multiaddr().unwrap().to_string(),
            format!("/ip4/127.0.0.1/tcp/7/p2p/{}", keypair.public().to_peer_id())
        );
        let mut none = [0; 32];
        none[0] = 2;
        assert_eq!(
            peer_id(&PublicKey(none)),
            Err(PeerError::BadKey(PublicKey(none)))
        );
    }
}
