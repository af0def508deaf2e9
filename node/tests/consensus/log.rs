//! The write-ahead log with something wrong in it.

use super::Network;
use allonge_node::consensus::{EngineError, check_log};
use std::fs;

/// A log with the votes of a height that is not decided: the tip, the log's path and its bytes.
async fn of_a_height_under_way(network: &mut Network) -> (u64, std::path::PathBuf, Vec<u8>) {
    network.start().await;
    network.reach(2).await;
    network.nodes[1].stop().await;
    let wal = network.nodes[0].votes_of_a_height_under_way().await;
    network.nodes[0].stop().await;
    let tip = *network.nodes[0].app.tip.borrow();
    let bytes = fs::read(&wal).unwrap();
    (tip, wal, bytes)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_flipped_bit_of_a_log_is_found_before_the_engine_opens_it() {
    let mut network = Network::new(2);
    let (tip, wal, bytes) = of_a_height_under_way(&mut network).await;
    let whole = check_log(&wal, tip).unwrap().expect("a log");
    assert_eq!(whole.height, tip + 1);
    assert!(whole.entries > 1, "{whole:?}");
    for at in 0..bytes.len() {
        for bit in [0, 3, 7] {
            let mut damaged = bytes.clone();
            damaged[at] ^= 1 << bit;
            fs::write(&wal, &damaged).unwrap();
            match check_log(&wal, tip) {
                Err(EngineError::Wal { wal: named, .. }) => assert_eq!(named, wal),
                other => panic!("bit {bit} of byte {at}: {other:?}"),
            }
            assert_eq!(fs::read(&wal).unwrap(), damaged, "it is left as it is");
        }
    }
    // A length of four gigabytes is named and not asked for.
    let mut damaged = bytes.clone();
    damaged[12 + 1 + 4] = 0xff;
    fs::write(&wal, &damaged).unwrap();
    let error = check_log(&wal, tip).unwrap_err().to_string();
    assert!(
        error.contains("entry 1 at byte 12: it says that it has"),
        "{error}"
    );

    // What a crash tears off at the end is not damage.
    for length in 12..bytes.len() {
        fs::write(&wal, &bytes[..length]).unwrap();
        let found = check_log(&wal, tip).unwrap().expect("a log");
        assert!(found.entries < whole.entries, "{length} bytes: {found:?}");
    }
    // Nor is a log that was just begun anew, whose old entries a crash has left.
    fs::write(&wal, &bytes).unwrap();
    let mut begun = bytes.clone();
    begun[4..12].copy_from_slice(&(tip + 2).to_be_bytes());
    fs::write(&wal, &begun).unwrap();
    assert_eq!(
        check_log(&wal, tip + 1).unwrap().map(|log| log.height),
        Some(tip + 2)
    );
    fs::remove_file(&wal).unwrap();
    assert_eq!(check_log(&wal, tip).unwrap(), None);
}
