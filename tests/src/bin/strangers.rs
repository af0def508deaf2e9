//! What strangers cost a validator: a network of four, and 200 that redial one of its ports every second, with a key that is
//! on nobody's list, or saying nothing. Prints the processor time of that node, quiet and beset.
//!
//! `cargo run -p tests --release --bin strangers -- --seconds 20 --strangers 200`

use allonge_cli::cluster::proc_stat;
use ed25519_dalek::{Signer, SigningKey};
use rustix::param::clock_ticks_per_second;
use std::process::ExitCode;
use std::time::Duration;
use tests::{Network, Setup, until};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::task::JoinSet;
use tokio::time::{Instant, MissedTickBehavior, interval, sleep};

/// A stranger dials so often.
const REDIAL: Duration = Duration::from_secs(1);

fn number(name: &str, default: u64) -> u64 {
    let mut words = std::env::args().skip_while(|word| word != name).skip(1);
    words
        .next()
        .map_or(default, |word| word.parse().expect("a whole number"))
}

fn main() -> ExitCode {
    let (seconds, strangers) = (number("--seconds", 20), number("--strangers", 200));
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(measure(Duration::from_secs(seconds), strangers));
    ExitCode::SUCCESS
}

async fn peers(network: &Network) -> u64 {
    let status = network.api(0).status().await.expect("a status");
    u64::from(status.body.peers)
}

async fn measure(time: Duration, strangers: u64) {
    let mut network = Setup::new("strangers").start().await;
    until("three peers", || async {
        match peers(&network).await {
            3 => Ok(()),
            found => Err(format!("{found}")),
        }
    })
    .await;
    let address = network.cluster().manifest().nodes[0].consensus.clone();
    let quiet = cores(&mut network, time).await;
    println!("quiet: {:.2} % of a core", quiet * 100.0);
    for (what, speaks) in [("with a key of nobody", true), ("saying nothing", false)] {
        let mut crowd = JoinSet::new();
        let made = std::sync::Arc::new(std::sync::atomic::AtomicU64::new(0));
        for stranger in 0..strangers {
            crowd.spawn(redial(address.clone(), stranger, speaks, made.clone()));
        }
        let beset = cores(&mut network, time).await;
        let count = made.load(std::sync::atomic::Ordering::Relaxed);
        println!(
            "{strangers} strangers {what}, {count} connections in {} s: {:.2} % of a core more; {} peers connected",
            time.as_secs(),
            (beset - quiet) * 100.0,
            peers(&network).await,
        );
        crowd.shutdown().await;
    }
}

/// How many cores a node uses, over some time.
async fn cores(network: &mut Network, time: Duration) -> f64 {
    let pid = network.cluster().pid(0).expect("a running node");
    let used = || proc_stat(pid).expect("the node's times").cpu_ticks;
    let (begin, before) = (Instant::now(), used());
    sleep(time).await;
    let seconds = (used() - before) as f64 / clock_ticks_per_second() as f64;
    seconds / begin.elapsed().as_secs_f64()
}

async fn redial(
    address: String,
    stranger: u64,
    speaks: bool,
    made: std::sync::Arc<std::sync::atomic::AtomicU64>,
) {
    let mut secret = [9; 32];
    secret[..8].copy_from_slice(&stranger.to_le_bytes());
    let key = SigningKey::from_bytes(&secret);
    // Not all in the same instant.
    sleep(REDIAL.mul_f64(f64::from(stranger as u32 % 200) / 200.0)).await;
    let mut ticks = interval(REDIAL);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut held = None;
    loop {
        ticks.tick().await;
        drop(held.take());
        let Ok(mut stream) = TcpStream::connect(&address).await else {
            continue;
        };
        made.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        if speaks {
            let mut said = key.verifying_key().as_bytes().to_vec();
            said.extend_from_slice(&key.sign(b"whatever").to_bytes());
            // The gate may have closed it already.
            let _ = stream.write_all(&said).await;
            let _ = stream.read_to_end(&mut Vec::new()).await;
        } else {
            held = Some(stream);
        }
    }
}
