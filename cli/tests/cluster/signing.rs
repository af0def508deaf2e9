//! A member of two keys on a network of real nodes: one person makes a payment, another reads and signs it.

use super::{Folder, PATIENCE, PROGRAM};
use allonge_cli::cluster::{Cluster, Spec, names};
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Command, Output, Stdio};

const SECRET: &str = "correct horse";

fn run(home: &Path, node: &str, args: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    for name in ["ALLONGE_SIGNER", "ALLONGE_PASSPHRASE_FILE", "ALLONGE_CA"] {
        command.env_remove(name);
    }
    command
        .args(args)
        .args(["--as", names::CENTRAL_BANK, "--node", node])
        .args(["--output", "json", "--timeout", "60s", "--home"])
        .arg(home)
        .env("ALLONGE_PASSPHRASE", SECRET)
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

fn done(home: &Path, node: &str, args: &[&str]) -> Value {
    let output = run(home, node, args);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{args:?}: {stderr}");
    serde_json::from_slice(&output.stdout).unwrap_or_else(|e| panic!("{args:?}: {e}: {stderr}"))
}

fn refused(home: &Path, node: &str, args: &[&str]) -> String {
    let output = run(home, node, args);
    assert!(!output.status.success(), "{args:?} was done");
    let stderr = String::from_utf8_lossy(&output.stderr);
    let last: Value = serde_json::from_str(stderr.lines().last().unwrap()).unwrap();
    last["error"]["code"].as_str().unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_one_makes_and_another_signs_becomes_final_and_so_does_a_new_key() {
    let folder = Folder::new();
    let mut spec = Spec::standard(folder.0.join("net")).unwrap();
    spec.binary = Some(PROGRAM.into());
    let cluster = Cluster::up(&spec).await.unwrap();
    let node = cluster.client_of_all(0, PATIENCE).unwrap().node();
    let (maker, checker) = (folder.0.join("maker"), folder.0.join("checker"));
    let file = folder.0.join("pay.json");
    let (file, node) = (file.to_str().unwrap(), node.as_str());

    // Both keys are encrypted, each under a roof of its own.
    let own = folder.0.join("net/keys/central-bank.pem");
    let import = ["key", "import", own.to_str().unwrap()];
    done(&maker, node, &import);
    let pass = ["--passphrase-env", "ALLONGE_PASSPHRASE"];
    done(
        &maker,
        node,
        &[&["key", "encrypt", "central-bank"], &pass[..]].concat(),
    );
    let second = done(
        &checker,
        node,
        &[&["key", "new", "second"], &pass[..]].concat(),
    );
    let first = done(&maker, node, &["key", "show", "central-bank"]);
    let mut keys = [&first["public_key"], &second["public_key"]];
    keys.sort_by_key(|key| key.as_str().map(str::to_owned));
    let calls = folder.0.join("calls.json");
    let call = json!([{ "call": "members.rotate_keys", "args": { "keys": keys, "threshold": 2 } }]);
    fs::write(&calls, call.to_string()).unwrap();
    done(&maker, node, &["tx", "sign", calls.to_str().unwrap()]);

    let mint = ["cash", "mint", names::CORE, "1,000"];
    assert_eq!(refused(&maker, node, &mint), "KEY_MISSING");
    let prepared = done(&maker, node, &[&mint[..], &["--prepare", file]].concat());
    assert_eq!(prepared["threshold"], 2);
    // The ledger's own rule, not the tool's, keeps one signature from being enough.
    assert_eq!(
        refused(&maker, node, &["tx", "submit", file]),
        "TOO_FEW_APPROVALS"
    );
    let read = done(&checker, node, &["tx", "read", file]);
    assert_eq!(
        read["calls"][0]["does"],
        format!("mint 1,000.00 CNY to {}", names::CORE)
    );
    assert_eq!(read["needed"]["may_sign"], json!([second["public_key"]]));
    let signed = done(&checker, node, &["tx", "cosign", file]);
    assert_eq!(signed["needed"]["missing"], 0);
    let sent = done(&checker, node, &["tx", "submit", file]);
    assert_eq!(sent["id"], prepared["id"]);
    assert_eq!(sent["status"], "final");

    // The maker replaces its key: made here, agreed to by the other, taken into use once it is final.
    let rotation = folder.0.join("rotate.json");
    let rotation = rotation.to_str().unwrap();
    let rotate = ["key", "rotate", "central-bank"];
    done(
        &maker,
        node,
        &[&rotate[..], &["--prepare", rotation]].concat(),
    );
    done(&checker, node, &["tx", "cosign", rotation]);
    done(&checker, node, &["tx", "submit", rotation]);
    let rotated = done(&maker, node, &rotate);
    assert_eq!(rotated["retired_key"], first["public_key"]);
    assert_eq!(
        done(&maker, node, &["key", "list"])["keys"][0]["encrypted"],
        true
    );
    let again = folder.0.join("again.json");
    let again = again.to_str().unwrap();
    let by_new = done(&maker, node, &[&mint[..], &["--prepare", again]].concat());
    assert_eq!(by_new["signed_by"], json!([rotated["public_key"]]));
    done(&checker, node, &["tx", "cosign", again]);
    assert_eq!(
        done(&maker, node, &["tx", "submit", again])["status"],
        "final"
    );
}
