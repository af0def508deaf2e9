//! How a node says who it is before anything else: a number from the one that listens, a signature over it from the
//! one that connects. It costs a stranger's victim no more than a look into a list.
//!
//! | from | bytes | |
//! |---|---|---|
//! | listener | 5 | `ALLG` and the version, 1 |
//! | listener | 32 | random |
//! | dialer | 32 | its node key |
//! | dialer | 64 | its signature over `allonge/knock/1` of genesis, network (1 byte), the listener's key, the random bytes |
//!
//! What follows is the network's own protocol, whose handshake proves both identities once more.

use super::Network;
use allonge_contracts::{Hash, PublicKey, tagged_hash};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use std::io;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const HELLO: [u8; 5] = *b"ALLG\x01";

/// Why a knock failed.
#[derive(Debug, thiserror::Error)]
pub enum KnockError {
    /// The connection broke, or was closed.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// No random bytes from the operating system.
    #[error("the operating system gives no random bytes")]
    Random,
    /// What listens is no node, or one of another version.
    #[error("what answers is no node of this version")]
    NoNode,
    /// Not on the list.
    #[error("{0} is not on the network's list of nodes")]
    Stranger(PublicKey),
    /// A key that is listed, without its signature.
    #[error("{0} did not prove that it is who it says")]
    Unproven(PublicKey),
}

fn statement(genesis: &Hash, network: Network, listener: &PublicKey, random: &[u8]) -> Hash {
    let network = [network as u8];
    let parts: [&[u8]; 4] = [genesis.as_bytes(), &network, listener.as_bytes(), random];
    tagged_hash("allonge/knock/1", &parts)
}

/// The side that listens: who is it? Only keys that are `listed` are looked at any further.
pub async fn ask(
    stream: &mut TcpStream,
    genesis: &Hash,
    network: Network,
    own: &PublicKey,
    listed: impl Fn(&PublicKey) -> bool,
) -> Result<PublicKey, KnockError> {
    let mut hello = [0; 37];
    let (greeting, random) = hello.split_at_mut(HELLO.len());
    greeting.copy_from_slice(&HELLO);
    getrandom::fill(random).map_err(|_| KnockError::Random)?;
    stream.write_all(&hello).await?;
    let mut key = [0; 32];
    stream.read_exact(&mut key).await?;
    let key = PublicKey(key);
    if !listed(&key) {
        return Err(KnockError::Stranger(key));
    }
    let mut signature = [0; 64];
    stream.read_exact(&mut signature).await?;
    let statement = statement(genesis, network, own, &hello[HELLO.len()..]);
    let signature = Signature::from_bytes(&signature);
    let proven = VerifyingKey::from_bytes(key.as_bytes())
        .is_ok_and(|k| k.verify_strict(statement.as_bytes(), &signature).is_ok());
    match proven {
        true => Ok(key),
        false => Err(KnockError::Unproven(key)),
    }
}

/// The side that connects: says who it is.
pub async fn answer(
    stream: &mut TcpStream,
    genesis: &Hash,
    network: Network,
    listener: &PublicKey,
    key: &SigningKey,
) -> Result<(), KnockError> {
    let mut hello = [0; 37];
    stream.read_exact(&mut hello).await?;
    let (greeting, random) = hello.split_at(HELLO.len());
    if greeting != HELLO {
        return Err(KnockError::NoNode);
    }
    let statement = statement(genesis, network, listener, random);
    let mut said = [0; 96];
    said[..32].copy_from_slice(key.verifying_key().as_bytes());
    said[32..].copy_from_slice(&key.sign(statement.as_bytes()).to_bytes());
    stream.write_all(&said).await?;
    Ok(())
}
