//! Who is not on the list, and comes all the same.

use super::{PATIENCE, QUICK, payment, peers_are};
use allonge_contracts::{Hash, PublicKey, tagged_hash};
use allonge_node::keyfile;
use ed25519_dalek::{Signer, SigningKey};
use std::io::{Read, Write};
use std::net::TcpStream;
use tests::{Network, Setup, public, until_for};

/// What the gate says first.
const HELLO: usize = 37;
/// As docs/protocol.md numbers the two networks.
const NETWORKS: [(u8, &str); 2] = [(1, "consensus"), (2, "gossip")];

fn address(network: &mut Network, which: &str, node: usize) -> String {
    let entry = &network.cluster().manifest().nodes[node];
    match which {
        "consensus" => entry.consensus.clone(),
        _ => entry.gossip.clone(),
    }
}

/// Connects, says what `answer` makes of the random bytes, and tells how many bytes came after the greeting until the
/// connection was closed.
fn knock(address: &str, answer: impl FnOnce(&[u8]) -> Vec<u8>) -> usize {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut hello = [0; HELLO];
    stream.read_exact(&mut hello).unwrap();
    assert_eq!(&hello[..5], b"ALLG\x01");
    stream.write_all(&answer(&hello[5..])).unwrap();
    let mut rest = Vec::new();
    // A reset is as good as an end.
    let _ = stream.read_to_end(&mut rest);
    rest.len()
}

fn proof(
    genesis: &Hash,
    network: u8,
    listener: &PublicKey,
    random: &[u8],
    key: &SigningKey,
) -> Vec<u8> {
    let parts: [&[u8]; 4] = [genesis.as_bytes(), &[network], listener.as_bytes(), random];
    let statement = tagged_hash("allonge/knock/1", &parts);
    let mut said = key.verifying_key().as_bytes().to_vec();
    said.extend_from_slice(&key.sign(statement.as_bytes()).to_bytes());
    said
}

async fn refused(network: &Network, which: &str) -> u64 {
    let metrics = network.api(0).get("/metrics").await.unwrap().text;
    let name = format!("allonge_gate_refused_total{{network=\"{which}\"}} ");
    let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
    line.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn strangers_get_no_further_than_the_gate_and_take_nobodys_place() {
    let mut network = Setup::new("strangers").config(QUICK).start().await;
    let bank = network.party("first-bank");
    peers_are(&network, 0, 3).await;
    let genesis = network.genesis_hash;
    let key = |network: &Network, node: usize| {
        keyfile::read(&network.home(node).join("node_key")).unwrap()
    };
    let listener = public(&key(&network, 0));
    let member = key(&network, 1);
    let stranger = SigningKey::from_bytes(&[77; 32]);
    for (number, which) in NETWORKS {
        let address = address(&mut network, which, 0);
        let before = refused(&network, which).await;
        for (what, answer) in [
            (
                "a stranger that proves to be one",
                proof(&genesis, number, &listener, &[0; 32], &stranger),
            ),
            (
                "a proof over other random bytes",
                proof(&genesis, number, &listener, &[0; 32], &member),
            ),
            ("noise", vec![7; 96]),
        ] {
            assert_eq!(knock(&address, |_| answer), 0, "{which}: {what}");
        }
        for (what, network, asked) in [
            ("a proof for the other network", 3 - number, listener),
            ("a proof for another node", number, public(&member)),
        ] {
            let answer = |random: &[u8]| proof(&genesis, network, &asked, random, &member);
            assert_eq!(knock(&address, answer), 0, "{which}: {what}");
        }
        let other = Hash([9; 32]);
        let answer = |random: &[u8]| proof(&other, number, &listener, random, &member);
        assert_eq!(
            knock(&address, answer),
            0,
            "{which}: a proof for another ledger"
        );
        // Whoever is listed and proves it is let in as far as the handshake, where it says nothing right.
        let answer = |random: &[u8]| {
            let mut said = proof(&genesis, number, &listener, random, &member);
            said.extend_from_slice(b"\x13/multistream/1.0.0\n\xff\xff\xff\xff");
            said
        };
        assert!(
            knock(&address, answer) > 0,
            "{which}: the handshake's first words"
        );
        until_for(PATIENCE, "six refusals to be counted", || async {
            match refused(&network, which).await - before {
                6.. => Ok(()),
                few => Err(format!("{few}")),
            }
        })
        .await;
    }

    // Many that come and say nothing do not keep a validator out that comes back.
    let crowd: Vec<TcpStream> = NETWORKS
        .into_iter()
        .flat_map(|(_, which)| {
            let address = address(&mut network, which, 0);
            (0..300).map(move |_| TcpStream::connect(&address).unwrap())
        })
        .collect();
    network.stop(1);
    network.restart(1).await;
    peers_are(&network, 0, 3).await;
    network.accept(1, &payment(&bank)).await;
    drop(crowd);
}
