//! Disks that take nothing more. The node stops, says which file and what the system said, and loses nothing.

use crate::mount::Mount;
use crate::payers::Payers;
use std::path::Path;
use std::time::Duration;
use tests::{Network, Setup, Shell};

const PATIENCE: Duration = Duration::from_secs(60);
/// The node whose disk it is.
const NODE: usize = 3;

/// Waits until a node has ended by itself; the last that it said.
pub async fn ended(network: &mut Network, node: usize) -> String {
    for _ in 0..PATIENCE.as_millis() / 100 {
        if !network.cluster().is_running(node) {
            let log = network.log(node);
            return log
                .rfind("\nerror: ")
                .map_or(log.clone(), |at| log[at..].to_owned());
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the node goes on: {}", network.log(node));
}

fn run(home: &Path) -> tests::Ran {
    let mut shell = Shell::new(Path::new("/nowhere"), None);
    shell.patience = PATIENCE;
    shell.runs(&["node", "run", "--home", home.to_str().unwrap()])
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_under_the_store_is_named() {
    let mut network = Setup::new("full-store").make().await;
    let place = network.home(NODE).join("store");
    let Some(disk) = Mount::over(&place, 40_000) else {
        return;
    };
    network.start_all().await;
    let payers = Payers::start(&mut network).await;
    payers.pay(10).await;
    disk.fill();
    let last = ended(&mut network, NODE).await;
    assert!(last.contains("NODE_STOPPED"), "{last}");
    assert!(
        last.contains("No space left on device"),
        "it says what the system said: {last}"
    );
    assert!(
        last.contains(place.to_str().unwrap()),
        "it names the place: {last}"
    );
    assert!(!last.contains("damaged"), "{last}");
    println!("full store: {last}");
    payers.pay(10).await;
    disk.make_room();
    network.restart(NODE).await;
    payers.pay(10).await;
    let paid = payers.all_settled(&network).await;
    println!("full store: {paid} payments, none failed or lost");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_read_only_disk_is_named_and_nothing_is_changed() {
    let mut network = Setup::new("read-only").make().await;
    let home = network.home(NODE);
    let Some(disk) = Mount::over(&home, 100_000) else {
        return;
    };
    network.start_all().await;
    let payers = Payers::start(&mut network).await;
    payers.pay(10).await;
    network.stop(NODE);
    disk.set_read_only(true);
    let ran = run(&home).exits(2).says("Read-only file system");
    assert!(ran.err.contains(home.to_str().unwrap()), "{}", ran.err);
    assert!(!ran.err.contains("damaged"), "{}", ran.err);
    println!("read-only: {}", ran.err);
    disk.set_read_only(false);
    network.restart(NODE).await;
    payers.pay(10).await;
    payers.all_settled(&network).await;
}
