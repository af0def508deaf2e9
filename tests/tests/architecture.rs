//! The house keeps its shape: who may depend on whom, what may be named where, how long a file may be.

use cargo_metadata::MetadataCommand;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("..")
        .canonicalize()
        .unwrap()
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                files.push(path);
            }
        }
    }
    assert!(
        !files.is_empty(),
        "no Rust files under {}",
        folder.display()
    );
    files
}

#[test]
fn the_rooms_depend_in_one_direction() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let allowed: BTreeMap<&str, &[&str]> = BTreeMap::from([
        ("allonge-contracts", &[] as &[&str]),
        ("allonge-ledger", &["allonge-contracts"]),
        ("allonge-verify", &["allonge-contracts", "allonge-ledger"]),
        ("allonge-node", &["allonge-contracts", "allonge-ledger"]),
        (
            "allonge-cli",
            &["allonge-contracts", "allonge-ledger", "allonge-node"],
        ),
        (
            "tests",
            &[
                "allonge-contracts",
                "allonge-ledger",
                "allonge-node",
                "allonge-cli",
                "allonge-storm",
            ],
        ),
        (
            "allonge-storm",
            &["allonge-contracts", "allonge-ledger", "allonge-node"],
        ),
        ("allonge-model", &[]),
        ("allonge-plays", &["allonge-contracts", "allonge-model"]),
        (
            "allonge-fuzz",
            &[
                "allonge-contracts",
                "allonge-ledger",
                "allonge-node",
                "allonge-cli",
            ],
        ),
    ]);
    let names: BTreeSet<String> = metadata
        .packages
        .iter()
        .map(|p| p.name.to_string())
        .collect();
    assert_eq!(
        names,
        allowed.keys().map(|n| n.to_string()).collect(),
        "the rooms"
    );
    for package in &metadata.packages {
        for dependency in package
            .dependencies
            .iter()
            .filter(|d| names.contains(&d.name))
        {
            assert!(
                allowed[package.name.as_str()].contains(&dependency.name.as_str()),
                "{} must not depend on {}",
                package.name,
                dependency.name
            );
        }
    }
}

/// What the contracts are compared with must not share a line with them, nor with anything else.
#[test]
fn the_model_stands_alone() {
    let metadata = MetadataCommand::new()
        .manifest_path(root().join("Cargo.toml"))
        .no_deps()
        .exec()
        .unwrap();
    let mut packages = metadata.packages.iter();
    let model = packages.find(|p| p.name.as_str() == "allonge-model");
    let model = model.expect("the model is a package");
    assert!(
        model.dependencies.is_empty(),
        "it depends on {:?}",
        model.dependencies
    );
    let source = model.manifest_path.parent().unwrap().join("src");
    for file in rust_files(source.as_std_path()) {
        let text = fs::read_to_string(&file).unwrap();
        for word in ["#[path", "include!(", "allonge_contracts"] {
            assert!(!text.contains(word), "{} names `{word}`", file.display());
        }
    }
}

/// Everything that a crate pulls in on this machine, tests and build scripts aside.
fn closure(name: &str) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args([
            "tree",
            "--locked",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--package",
            name,
        ])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    String::from_utf8(output.stdout)
        .unwrap()
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(str::to_owned)
        .collect()
}

#[test]
fn the_law_and_the_book_reach_no_clock_no_network_and_no_chance() {
    for room in ["allonge-contracts", "allonge-ledger", "allonge-verify"] {
        let closure = closure(room);
        assert!(closure.contains("borsh"), "the closure of {room} was read");
        for banned in [
            "tokio",
            "libp2p",
            "sled",
            "rand",
            "getrandom",
            "rayon",
            "crossbeam",
            "axum",
            "reqwest",
            "arc-malachitebft-app-channel",
            "async-trait",
            "futures",
            "iana-time-zone",
            "tracing",
        ] {
            assert!(!closure.contains(banned), "{room} must not reach {banned}");
        }
    }
    assert!(
        closure("allonge-node").contains("tokio"),
        "the check sees what is there"
    );
}

/// Whoever trusts nobody has to read what the verifier is made of.
#[test]
fn the_verifier_stays_small() {
    let closure = closure("allonge-verify");
    assert!(closure.contains("ed25519-dalek"));
    assert!(closure.len() <= 65, "{} crates: {closure:?}", closure.len());
    for banned in ["clap", "tracing", "crossbeam", "getrandom"] {
        assert!(
            !closure.contains(banned),
            "the verifier must not reach {banned}"
        );
    }
}

#[test]
fn each_library_of_the_node_is_named_in_one_folder() {
    let source = root().join("node/src");
    for (word, folders) in [
        ("malachitebft", &["consensus"] as &[&str]),
        ("sled::", &["store"]),
        ("axum::", &["api"]),
        ("libp2p::", &["gossip", "consensus"]),
    ] {
        let mut found = 0;
        for file in rust_files(&source) {
            if !fs::read_to_string(&file).unwrap().contains(word) {
                continue;
            }
            found += 1;
            let inside = folders
                .iter()
                .any(|folder| file.starts_with(source.join(folder)));
            assert!(
                inside,
                "{} names `{word}`: only {folders:?} may",
                file.display()
            );
        }
        assert!(
            found > 0,
            "nothing names `{word}`: has the check gone blind?"
        );
    }
    for room in ["contracts/src", "ledger/src"] {
        for file in rust_files(&root().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            for word in [
                "std::fs",
                "std::net",
                "std::thread",
                "std::time",
                "HashMap",
                "HashSet",
                "f64",
                "f32",
            ] {
                assert!(!text.contains(word), "{} names `{word}`", file.display());
            }
        }
    }
}

#[test]
fn files_stay_short_and_nothing_is_left_unfinished() {
    // Put together here so that this file does not find itself.
    let unfinished = ["todo", "unimplemented", "dbg"]
        .map(|m| format!("{m}!("))
        .into_iter()
        .chain(["#[ign".to_owned() + "ore"]);
    let unfinished: Vec<String> = unfinished.collect();
    for room in ["contracts", "ledger", "node", "cli", "tests"] {
        for file in rust_files(&root().join(room)) {
            let text = fs::read_to_string(&file).unwrap();
            let lines = text.lines().count();
            assert!(
                lines <= 700,
                "{} has {lines} lines, at most 700",
                file.display()
            );
            for word in &unfinished {
                assert!(!text.contains(word), "{} holds `{word}`", file.display());
            }
        }
    }
}
