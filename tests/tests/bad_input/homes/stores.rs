//! A store that is damaged, and a disk that is full.

use super::{World, copy, node_run};
use std::fs;
use std::path::Path;
use std::time::Duration;
use tests::{Shell, binary, run, tip};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_damaged_store_is_named_and_rebuilt_from_the_peers() {
    let mut world = World::make("damaged").await;
    let home = world.network.home(0);
    let file = home.join("store/main/db");
    let before = world.checked(&home);
    let bytes = fs::read(&file).unwrap();
    let mut named = 0;
    let mut tries = 0;
    // The file is longer than what is written; some of that is of no consequence, most is.
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    for place in 0..12 {
        let mut damaged = bytes.clone();
        let at = used * place / 12;
        for byte in damaged.iter_mut().skip(at).take(512) {
            *byte ^= 0xff;
        }
        let copied = world.network.own_folder("damaged").join(place.to_string());
        copy(&world.whole, &copied);
        fs::write(copied.join("store/main/db"), &damaged).unwrap();
        tries += 1;
        let shell = Shell::new(Path::new("/nowhere"), None).json();
        let ran = shell.runs(&["node", "check", "--home", copied.to_str().unwrap()]);
        if ran.code == 0 {
            assert_eq!(
                ran.json()["state_root"],
                before["state_root"],
                "either named or of no consequence"
            );
            continue;
        }
        named += 1;
        assert_eq!(ran.code, 1, "{ran:?}");
        assert!(
            ran.err.contains("NODE_DAMAGED")
                && ran.err.contains(copied.join("store").to_str().unwrap()),
            "{ran:?}"
        );
        assert!(ran.err.contains("peers"), "it says how to rebuild: {ran:?}");
        assert!(!ran.err.contains("panicked"), "{ran:?}");
    }
    println!("damaged: {named} of {tries} places named by the check, the others of no consequence");
    assert!(named * 2 > tries, "most damage is found");

    // The same for a node that is to run; then what it says to do is done.
    let mut damaged = bytes;
    for byte in damaged.iter_mut().step_by(97) {
        *byte ^= 0x55;
    }
    fs::write(&file, &damaged).unwrap();
    let ran = node_run(&home);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.err.contains("NODE_DAMAGED") && ran.err.contains(home.join("store").to_str().unwrap()),
        "{ran:?}"
    );
    assert!(ran.err.contains("peers"), "{ran:?}");
    fs::rename(home.join("store"), home.join("store-damaged")).unwrap();
    world.network.start_all().await;
    let height: u64 = before["height"].as_str().unwrap().parse().unwrap();
    world.network.reach(&[0], height).await;
    let validators = world.network.genesis.validator_set().unwrap();
    tests::everything_agrees(
        &world.network.all(),
        world.network.genesis_hash,
        &validators,
    )
    .await;
    println!(
        "damaged: rebuilt from the peers to height {}",
        tip(world.network.api(0)).await
    );
}

/// A disk that takes no more bytes: the node stops and says so, and goes on when there is room again.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_stops_the_node_loudly() {
    let mut world = World::make("full").await;
    let home = world.network.home(0);
    let size = fs::metadata(home.join("store/main/db")).unwrap().len();
    for node in 1..world.network.len() {
        world.network.start(node);
    }
    for node in 1..world.network.len() {
        world.network.ready(node).await;
    }
    let script = format!(
        "trap '' XFSZ; ulimit -f {}; exec {} node run --home {}",
        size / 1024 + 1_600,
        binary().display(),
        home.display()
    );
    let mut command = std::process::Command::new("bash");
    command.args(["-c", &script]);
    command.stdin(std::process::Stdio::null());
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    let node = tokio::task::spawn_blocking(move || {
        run(
            command,
            "node run on a full disk".to_owned(),
            Duration::from_secs(90),
        )
    });
    let bank = world.network.party("first-bank");
    let to = "supplier-1".parse().unwrap();
    while !node.is_finished() {
        world
            .network
            .accept(1, &bank.act(crate::world::send(&to, "0.01")))
            .await;
    }
    let ran = node.await.unwrap();
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(
        ran.err.contains("the node runs"),
        "it ran until then: {}",
        ran.err
    );
    assert!(ran.err.contains("NODE_STOPPED"), "{}", ran.err);
    assert!(
        ran.err.contains(home.join("store").to_str().unwrap()),
        "it names the store: {}",
        ran.err
    );
    assert!(ran.err.contains("next:"), "{}", ran.err);
    println!(
        "full disk: exit {}: {}",
        ran.code,
        ran.err.lines().rev().nth(1).unwrap_or_default()
    );
    world.network.restart(0).await;
    let validators = world.network.genesis.validator_set().unwrap();
    tests::everything_agrees(
        &world.network.all(),
        world.network.genesis_hash,
        &validators,
    )
    .await;
}
