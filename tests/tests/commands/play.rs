//! `allonge play`: every scenario of this repository, on networks made for them; and what a surprise looks like.

use serde_json::Value;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::{MachineLock, Ran, Shell};

fn scenarios() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios");
    let mut files: Vec<PathBuf> = std::fs::read_dir(folder)
        .expect("a folder of scenarios")
        .map(|entry| entry.expect("a scenario").path())
        .collect();
    files.sort();
    assert!(
        files
            .iter()
            .all(|f| f.extension().is_some_and(|e| e == "toml"))
    );
    files
}

fn play(folder: &Path, file: &Path, more: &[&str]) -> Ran {
    let mut shell = Shell::new(folder, None).json();
    shell.patience = Duration::from_secs(180);
    let mut args = vec!["play", file.to_str().expect("a path")];
    args.extend(more);
    shell.runs(&args)
}

fn steps(report: &Value) -> &Vec<Value> {
    report["lines"].as_array().expect("lines")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_scenario_comes_out_as_it_says() {
    let _lock = MachineLock::take().await;
    let folder = tempfile::tempdir().unwrap();
    let files = scenarios();
    assert!(files.len() >= 4, "{files:?}");
    for file in files {
        let report = play(folder.path(), &file, &["--fresh"]).exits(0).json();
        assert_eq!(report["schema"], "allonge.play/1");
        assert_eq!(report["ok"], true, "{report:#}");
        let lines = steps(&report);
        assert_eq!(lines.len() as u64, report["of"].as_u64().unwrap());
        let checked = lines.iter().filter(|line| {
            line["act"].as_str().unwrap().starts_with("check ") && line["result"] == "ok"
        });
        assert!(checked.count() > 0, "{} checks nothing", file.display());
        println!(
            "{}: {} lines, {} ms",
            file.display(),
            lines.len(),
            report["milliseconds"]
        );
    }
}

/// The plain life with one line changed.
fn changed(folder: &Path, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join("scenarios/plain-life.toml"),
    )
    .unwrap();
    assert_eq!(text.matches(from).count(), 1, "{from}");
    let file = folder.join("changed.toml");
    std::fs::write(&file, text.replace(from, to)).unwrap();
    file
}

fn line_of(file: &Path, text: &str) -> usize {
    let all = std::fs::read_to_string(file).unwrap();
    let before = all.find(text).expect("the text");
    all[..before].matches('\n').count() + 1
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_surprise_stops_it_and_names_its_line() {
    let _lock = MachineLock::take().await;
    let folder = tempfile::tempdir().unwrap();
    // From, to, the text whose line is named, what is said, code of the error.
    let cases = [
        (
            "amount = \"280000.01\" }\nexpect = \"PART_TOO_LARGE\"",
            "amount = \"280000.01\" } # here",
            "[[step]]\nas = \"supplier-2\"\ndo = \"bill.endorse\"\nwith = { bill = \"${b.number}\", to = \"supplier-3\", amount = \"280000.01\"",
            "expected ok, but it was refused with PART_TOO_LARGE",
            "SURPRISE",
        ),
        (
            "with = { bill = \"${b.number}\", to = \"second-bank\", amount = \"160000.00\" }",
            "with = { bill = \"${b.number}\", to = \"second-bank\", amount = \"160000.00\" }\nexpect = [\"FROZEN\", \"NOT_HOLDER\"]",
            "[[step]]\nas = \"supplier-1\"\ndo = \"bill.endorse\"\nwith = { bill = \"${b.number}\", to = \"second-bank\"",
            "expected FROZEN or NOT_HOLDER, but it was accepted",
            "SURPRISE",
        ),
        (
            "equals = \"360000.00\"",
            "equals = \"360000.01\"",
            "equals = \"360000.01\"",
            "supplier-1 has 360,000.00 CNY in all, not 360,000.01 CNY",
            "CHECK_FAILED",
        ),
        (
            "{ range = \"9600001-28000000\", holder = \"supplier-2\" }",
            "{ range = \"9600001-28000000\", holder = \"supplier-3\" }",
            "{ range = \"9600001-28000000\", holder = \"supplier-3\" }",
            "`holder` is supplier-2, not supplier-3",
            "CHECK_FAILED",
        ),
    ];
    for (from, to, at, said, code) in cases {
        let file = changed(folder.path(), from, to);
        let ran = play(folder.path(), &file, &["--fresh"]).exits(1);
        let report = ran.json();
        let place = format!("changed.toml:{}: ", line_of(&file, at));
        let error: Value = serde_json::from_str(&ran.err).expect("an error as JSON");
        for stopped in [&report["stopped"], &error["error"]] {
            let message = stopped["message"].as_str().unwrap();
            assert!(message.contains(&place), "{message} lacks {place}");
            assert!(message.contains(said), "{message} lacks {said}");
            assert_eq!(stopped["code"], code);
            assert!(!stopped["hint"].as_str().unwrap().is_empty());
        }
        assert_eq!(report["ok"], false);
        let lines = steps(&report);
        assert!((lines.len() as u64) < report["of"].as_u64().unwrap());
        let unexpected: Vec<usize> = lines
            .iter()
            .enumerate()
            .filter_map(|(i, line)| (line["expected"] == false).then_some(i))
            .collect();
        assert_eq!(unexpected, [lines.len() - 1], "only the last line");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_is_wrong_and_a_node_that_is_not_there_have_codes_of_their_own() {
    let folder = tempfile::tempdir().unwrap();
    let file = changed(
        folder.path(),
        "start = \"2027-01-04\"",
        "strat = \"2027-01-04\"",
    );
    play(folder.path(), &file, &["--fresh"])
        .exits(2)
        .says("`start`");
    let file = changed(folder.path(), "version = 1", "version = 9");
    play(folder.path(), &file, &["--fresh"])
        .exits(2)
        .says("changed.toml:3: this is version 9");
    let file = changed(folder.path(), "version = 1", "version = 1 ");
    play(
        folder.path(),
        &file,
        &["--node", "http://127.0.0.1:9", "--timeout", "1s"],
    )
    .exits(3)
    .says("NO_NODE");
    play(folder.path(), Path::new("nowhere.toml"), &[])
        .exits(2)
        .says("nowhere.toml");
}
