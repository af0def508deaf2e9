//! Peers that are none: strangers, and whoever sends garbage, too much, or without end to the ports on
//! which nodes talk to each other. The network goes on as if nothing were.

use crate::world::{World, send};
use libp2p::futures::StreamExt;
use libp2p::swarm::SwarmEvent;
use libp2p::{Multiaddr, SwarmBuilder, noise, ping, tcp, yamux};
use std::time::{Duration, Instant};
use tests::{Chance, Network, until_for};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// What a node may grow by while it is sent nonsense.
const GROWTH: u64 = 96 * 1024 * 1024;
/// How much an endless sender sends if it is not stopped.
const ENDLESS: usize = 64 * 1024 * 1024;

/// A length-prefixed line of multistream-select.
fn line(text: &str) -> Vec<u8> {
    let mut bytes = vec![u8::try_from(text.len() + 1).unwrap()];
    bytes.extend_from_slice(text.as_bytes());
    bytes.push(b'\n');
    bytes
}

fn messages(chance: &mut Chance) -> Vec<(&'static str, Vec<u8>)> {
    let noise: Vec<u8> = (0..8 * 1024)
        .flat_map(|_| chance.draw().to_le_bytes())
        .collect();
    let greeting = [line("/multistream/1.0.0"), line("/noise")].concat();
    let mut huge = vec![0xff; 9];
    huge.push(0x01);
    huge.extend_from_slice(&noise);
    vec![
        ("random bytes", noise.clone()),
        (
            "a request over HTTP",
            b"GET / HTTP/1.1\r\nhost: x\r\n\r\n".to_vec(),
        ),
        (
            "a greeting and then random bytes",
            [greeting.clone(), noise.clone()].concat(),
        ),
        ("a message that promises 2^63 bytes", huge.clone()),
        (
            "a greeting and a noise frame of 64 KiB",
            [greeting.clone(), vec![0xff, 0xff], vec![7; 65_535]].concat(),
        ),
        ("a greeting and silence", greeting),
        (
            "an unknown protocol a thousand times",
            [
                line("/multistream/1.0.0"),
                line("/allonge/never/1").repeat(1_000),
            ]
            .concat(),
        ),
        ("nothing", Vec::new()),
    ]
}

fn ports(network: &mut Network, node: usize) -> Vec<(&'static str, String)> {
    let entry = &network.cluster().manifest().nodes[node];
    vec![
        ("consensus", entry.consensus.clone()),
        ("gossip", entry.gossip.clone()),
    ]
}

/// Sends, and then looks whether the node hangs up; how many bytes it took.
async fn throw(address: &str, bytes: &[u8]) -> Result<bool, String> {
    let mut stream = TcpStream::connect(address)
        .await
        .map_err(|e| format!("{address}: {e}"))?;
    for part in bytes.chunks(4096) {
        if stream.write_all(part).await.is_err() {
            return Ok(true);
        }
    }
    let mut answer = [0; 4096];
    let deadline = Instant::now() + Duration::from_millis(500);
    loop {
        let left = deadline.saturating_duration_since(Instant::now());
        match tokio::time::timeout(left, stream.read(&mut answer)).await {
            Ok(Ok(0) | Err(_)) => return Ok(true),
            Ok(Ok(_)) => {}
            // It listens on, which is its right for a while.
            Err(_) => return Ok(false),
        }
    }
}

async fn still_serves(world: &World, what: &str) {
    let transfer = world.bank.act(send(&world.second.id, "0.01"));
    let begin = Instant::now();
    world.network.accept(0, &transfer).await;
    assert!(
        begin.elapsed() < Duration::from_secs(15),
        "{what}: {} ms to final",
        begin.elapsed().as_millis()
    );
    let status = world.network.api(0).status().await.unwrap().body;
    assert_eq!(status.peers, 3, "{what}: the true peers are connected");
    assert_eq!(status.not_ready, None, "{what}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn garbage_on_the_ports_of_the_peers() {
    let mut chance = Chance::from_environment("garbage");
    let mut world = World::make("bad-peers").await;
    let (before, _) = world.stand().await;
    let pid = world.network.cluster().pid(0).unwrap();
    let (at_first, _) = allonge_cli::cluster::memory(pid).unwrap();
    let mut rows = 0;
    for (swarm, address) in ports(&mut world.network, 0) {
        for (what, bytes) in messages(&mut chance) {
            let hung_up = throw(&address, &bytes).await.unwrap();
            println!(
                "garbage: {what} to {swarm}: {}",
                if hung_up { "hung up" } else { "left waiting" }
            );
            rows += 1;
        }
        endless(&address).await;
        crowd(&address).await;
        rows += 2;
        assert_eq!(
            world.network.cluster().pid(0),
            Some(pid),
            "the same process"
        );
    }
    assert_eq!(world.stand().await.0, before, "the state is as before");
    still_serves(&world, "after garbage").await;
    let (now, most) = allonge_cli::cluster::memory(pid).unwrap();
    println!(
        "garbage: {rows} rows; memory {} MiB before, {} after, {} at most",
        at_first >> 20,
        now >> 20,
        most >> 20
    );
    assert!(
        most < at_first + GROWTH,
        "it grew from {at_first} to {most} bytes"
    );
}

/// Sends until the node hangs up; it must not keep what it is sent.
async fn endless(address: &str) {
    let mut tasks = Vec::new();
    for _ in 0..4 {
        let address = address.to_owned();
        tasks.push(tokio::spawn(async move {
            let mut stream = TcpStream::connect(&address).await.unwrap();
            let part = vec![0x41; 64 * 1024];
            let mut sent = 0;
            let deadline = Instant::now() + Duration::from_secs(5);
            while sent < ENDLESS {
                let left = deadline.saturating_duration_since(Instant::now());
                match tokio::time::timeout(left, stream.write(&part)).await {
                    Ok(Ok(written)) if written > 0 => sent += written,
                    _ => break,
                }
            }
            sent
        }));
    }
    for task in tasks {
        let sent = task.await.unwrap();
        assert!(
            sent < ENDLESS,
            "somebody listens to {ENDLESS} bytes of nonsense"
        );
    }
}

/// Two hundred who connect and say nothing.
async fn crowd(address: &str) {
    let mut held = Vec::new();
    for _ in 0..200 {
        if let Ok(Ok(stream)) =
            tokio::time::timeout(Duration::from_secs(1), TcpStream::connect(address)).await
        {
            held.push(stream);
        }
    }
    assert!(!held.is_empty(), "the port is there");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stranger_is_shown_the_door() {
    let mut world = World::make("stranger").await;
    let (before, _) = world.stand().await;
    for (swarm, address) in ports(&mut world.network, 0) {
        let mut stranger = SwarmBuilder::with_new_identity()
            .with_tokio()
            .with_tcp(
                tcp::Config::default(),
                noise::Config::new,
                yamux::Config::default,
            )
            .unwrap()
            .with_behaviour(|_| {
                ping::Behaviour::new(ping::Config::new().with_interval(Duration::from_millis(200)))
            })
            .unwrap()
            .with_swarm_config(|config| {
                config.with_idle_connection_timeout(Duration::from_secs(60))
            })
            .build();
        let (host, port) = address.split_once(':').unwrap();
        let target: Multiaddr = format!("/ip4/{host}/tcp/{port}").parse().unwrap();
        stranger.dial(target).unwrap();
        let mut established = false;
        let ended = tokio::time::timeout(Duration::from_secs(20), async {
            loop {
                match stranger.select_next_some().await {
                    SwarmEvent::ConnectionEstablished { .. } => established = true,
                    SwarmEvent::ConnectionClosed { cause, .. } => {
                        return format!("closed: {cause:?}");
                    }
                    SwarmEvent::OutgoingConnectionError { error, .. } => {
                        return format!("refused: {error}");
                    }
                    _ => {}
                }
            }
        })
        .await;
        match ended {
            Ok(how) => println!(
                "stranger: {swarm}, {}{how}",
                if established { "connected, then " } else { "" }
            ),
            Err(_) => panic!("the {swarm} swarm keeps a connection to a stranger"),
        }
    }
    assert_eq!(world.stand().await.0, before);
    still_serves(&world, "after a stranger").await;
    let api = world.network.api(0).clone();
    until_for(
        Duration::from_secs(10),
        "the stranger to be gone",
        || async {
            let peers = api.status().await?.body.peers;
            if peers == 3 {
                Ok(())
            } else {
                Err(format!("{peers} peers"))
            }
        },
    )
    .await;
}
