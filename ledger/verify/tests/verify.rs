//! The program as its users meet it: two files in, an answer and an exit code out.

use serde_json::Value;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

fn vector(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../tests/vectors")
        .join(name)
}

/// The genesis of the vectors, as its network would hand it out.
fn genesis(folder: &Path) -> PathBuf {
    let text = fs::read(vector("genesis.json")).unwrap();
    let vector: Value = serde_json::from_slice(&text).unwrap();
    let file = folder.join("genesis.json");
    fs::write(&file, vector["json"].to_string()).unwrap();
    file
}

fn verify(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_allonge-verify"))
        .args(arguments)
        .output()
        .unwrap()
}

fn words(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (
        output.status.code(),
        text(&output.stdout),
        text(&output.stderr),
    )
}

#[test]
fn every_kind_of_proof_is_told_in_words_and_in_json() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = genesis(folder.path());
    let genesis = genesis.to_str().unwrap();
    for (file, kind, says) in [
        ("proof-bill.json", "bill", "matures"),
        ("proof-certificate.json", "certificate", "certificate "),
        (
            "proof-clock.json",
            "clock",
            "the clock at the start of the block",
        ),
        ("proof-transaction.json", "transaction", "by "),
    ] {
        let path = vector(file);
        let path = path.to_str().unwrap();
        let (exit, out, err) = words(&verify(&[path, "--genesis", genesis]));
        assert_eq!((exit, err.as_str()), (Some(0), ""), "{file}");
        assert!(
            out.starts_with("proved\n") && out.contains(says),
            "{file}: {out}"
        );
        let (exit, out, err) = words(&verify(&[path, "--output=json", "--genesis", genesis]));
        assert_eq!((exit, err.as_str()), (Some(0), ""), "{file}");
        let answer: Value = serde_json::from_str(&out).unwrap();
        assert_eq!(answer["schema"], "allonge.verified/1", "{file}");
        assert_eq!(answer["fact"]["kind"], kind, "{file}");
    }
}

/// Changes one thing in a proof that holds.
fn forged(folder: &Path, change: impl FnOnce(&mut Value)) -> PathBuf {
    let mut proof: Value =
        serde_json::from_slice(&fs::read(vector("proof-bill.json")).unwrap()).unwrap();
    change(&mut proof);
    let file = folder.join("forged.json");
    fs::write(&file, proof.to_string()).unwrap();
    file
}

#[test]
fn a_proof_that_was_touched_proves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = genesis(folder.path());
    let genesis = genesis.to_str().unwrap();
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 4] = [
        ("height", |p| p["header"]["height"] = "7".into()),
        ("time", |p| p["header"]["time_ms"] = "1799028006001".into()),
        ("signatures", |p| {
            p["certificate"]["signatures"]
                .as_array_mut()
                .unwrap()
                .truncate(1);
        }),
        ("network", |p| p["genesis"] = "00".repeat(32).into()),
    ];
    for (what, change) in changes {
        let file = forged(folder.path(), change);
        let (exit, out, err) = words(&verify(&[file.to_str().unwrap(), "--genesis", genesis]));
        assert_eq!((exit, out.as_str()), (Some(1), ""), "{what}: {err}");
        assert!(
            err.contains("proves nothing") && err.contains("[PROOF_FAILED]"),
            "{what}: {err}"
        );
    }
}

#[test]
fn wrong_input_is_named_and_ends_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let genesis = genesis(folder.path());
    let genesis = genesis.to_str().unwrap();
    let proof = vector("proof-bill.json");
    let proof = proof.to_str().unwrap();
    let junk = folder.path().join("junk");
    fs::write(&junk, b"{\"version\": 1").unwrap();
    let junk = junk.to_str().unwrap();
    let missing = folder.path().join("missing");
    let missing = missing.to_str().unwrap();
    let rows: [(&[&str], &str, &str); 10] = [
        (&[], "USAGE", "which proof file?"),
        (&[proof], "USAGE", "--genesis"),
        (&[proof, "--genesis"], "USAGE", "needs a value"),
        (
            &[proof, proof, "--genesis", genesis],
            "USAGE",
            "one file at a time",
        ),
        (
            &[proof, "--genesis", genesis, "--output", "xml"],
            "USAGE",
            "not xml",
        ),
        (&["--node", "x"], "USAGE", "no option --node"),
        (&[missing, "--genesis", genesis], "FILE", missing),
        (&[junk, "--genesis", genesis], "NOT_A_PROOF", junk),
        (&[proof, "--genesis", junk], "NOT_A_GENESIS", junk),
        (&[genesis, "--genesis", genesis], "NOT_A_PROOF", genesis),
    ];
    for (arguments, code, says) in rows {
        let (exit, out, err) = words(&verify(arguments));
        assert_eq!((exit, out.as_str()), (Some(2), ""), "{arguments:?}: {err}");
        assert!(
            err.contains(&format!("[{code}]")) && err.contains(says),
            "{arguments:?}: {err}"
        );
    }
    let (exit, out, err) = words(&verify(&[
        missing,
        "--output",
        "json",
        "--genesis",
        genesis,
    ]));
    assert_eq!((exit, out.as_str()), (Some(2), ""));
    let error: Value = serde_json::from_str(&err).unwrap();
    assert_eq!(error["error"]["code"], "FILE");
}
