//! Disks that are slow, or that fail: every sync of one node takes long, or is refused. It needs `strace`, which makes
//! the system do so to a process; where that is missing or not allowed the tests say so and try nothing.

use crate::disk::ended;
use crate::payers::Payers;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tests::{Network, Setup, tip};

/// The node whose disk it is.
const NODE: usize = 3;

/// A process whose syncs are tampered with, until this is dropped.
struct Tampered(Child);

impl Tampered {
    fn with(
        network: &mut Network,
        calls: &str,
        how: &str,
        file: Option<&Path>,
    ) -> Option<Tampered> {
        let pid = network.cluster().pid(NODE).unwrap().to_string();
        let trace = format!("trace={calls}");
        let inject = format!("inject={calls}:{how}");
        let mut command = Command::new("strace");
        command.args(["-f", "-qq", "-o", "/dev/null", "-e", &trace, "-e", &inject]);
        if let Some(file) = file {
            command.arg("-P").arg(file);
        }
        command.args(["-p", &pid]);
        command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null());
        let status = format!("/proc/{pid}/status");
        let mut tampered = command.spawn().ok().map(Tampered);
        // It holds the process, or has refused to; or the process has ended of it already.
        while let Some(Tampered(child)) = &mut tampered {
            let held = std::fs::read_to_string(&status).unwrap_or_default();
            let tracer = held
                .lines()
                .find_map(|line| line.strip_prefix("TracerPid:"));
            if tracer.is_some_and(|pid| pid.trim() != "0") {
                break;
            }
            match child.try_wait() {
                Ok(None) => std::thread::sleep(Duration::from_millis(10)),
                Ok(Some(ended)) if ended.success() => break,
                _ => tampered = None,
            }
        }
        if tampered.is_none() {
            println!("no process can be tampered with here: not tried");
        }
        tampered
    }
}

impl Drop for Tampered {
    fn drop(&mut self) {
        // The system lets go of the process it held.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

const SYNCS: &str = "fsync,fdatasync";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_slow_disk_holds_nobody_up() {
    let mut network = Setup::new("slow-disk").start().await;
    let payers = Payers::start(&mut network).await;
    let Some(slow) = Tampered::with(&mut network, SYNCS, "delay_enter=400000", None) else {
        return;
    };
    payers.pay(40).await;
    let (others, own) = (tip(network.api(0)).await, tip(network.api(NODE)).await);
    drop(slow);
    network.reach(&[NODE], others).await;
    let paid = payers.all_settled(&network).await;
    println!(
        "slow disk: the others at {others}, it at {own}; {paid} payments, none failed or lost"
    );
}

/// A disk that fails in this way stops the node, which names the file and goes on when the disk is well again.
async fn fails(
    name: &'static str,
    calls: &str,
    error: &str,
    file: Option<&str>,
    says: &str,
    code: &str,
) {
    let mut network = Setup::new(name).start().await;
    let payers = Payers::start(&mut network).await;
    let home = network.home(NODE);
    let file = file.map(|file| home.join(file));
    let how = format!("error={error}");
    let Some(failing) = Tampered::with(&mut network, calls, &how, file.as_deref()) else {
        return;
    };
    let last = ended(&mut network, NODE).await;
    drop(failing);
    let place = file.unwrap_or(home);
    println!("{name}: {last}");
    assert!(last.contains(says), "it says what the system said: {last}");
    assert!(last.contains(code), "{last}");
    assert!(
        last.contains(place.to_str().unwrap()),
        "it names the file: {last}"
    );
    assert!(
        !last.contains("damaged") && !last.contains("by itself"),
        "{last}"
    );
    payers.pay(10).await;
    network.restart(NODE).await;
    payers.all_settled(&network).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_disk_that_fails_stops_the_node_and_is_named() {
    fails(
        "failing-disk",
        SYNCS,
        "EIO",
        None,
        "Input/output error",
        "NODE_",
    )
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_votes_that_cannot_be_written_is_named() {
    let log = Some("wal/consensus.wal");
    fails(
        "full-log",
        "write",
        "ENOSPC",
        log,
        "No space left on device",
        "NODE_LOG",
    )
    .await;
}
