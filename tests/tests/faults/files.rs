//! Files harmed at places that a seed names, by the command that does so.

use serde_json::Value;
use std::time::Duration;
use tests::{Chance, MachineLock, Shell};

/// Breaks a network so many times with this fault and gives the report.
fn chaos(fault: &str, count: u64, seed: u64) -> Value {
    let mut shell = Shell::new(std::path::Path::new("/nowhere"), None).json();
    shell.patience = Duration::from_secs(300);
    let (count, seed) = (count.to_string(), seed.to_string());
    let line = [
        "cluster", "chaos", "--faults", fault, "--count", &count, "--seed", &seed,
    ];
    let ran = shell.runs(&line).exits(0);
    println!("{}", ran.err);
    let report = ran.json();
    assert_eq!(report["violations"], serde_json::json!([]));
    assert_eq!(
        report["faults"].as_array().map(Vec::len),
        Some(count.parse().unwrap())
    );
    report
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn harmed_files_are_named_and_mended_and_nothing_is_lost() {
    let _turn = MachineLock::take().await;
    let seed = Chance::from_environment("harmed files").draw() >> 1;
    let report = tokio::task::spawn_blocking(move || chaos("damage", 4, seed))
        .await
        .unwrap();
    for fault in report["faults"].as_array().unwrap() {
        let harmed = &fault["harmed"];
        println!("{harmed}");
        assert!(
            harmed["file"].is_string() && harmed["named"].is_boolean(),
            "{harmed}"
        );
    }
}
