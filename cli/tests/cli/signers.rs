//! Keys in a process of their own: another signs through its socket and never sees them.

use crate::fake::{FakeNode, Home, Ran, accepted};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};

struct Signer {
    child: Child,
    socket: PathBuf,
    said: Value,
}

impl Drop for Signer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Serves the key `acme` of a home, and returns once it listens.
fn serve(home: &Home, variables: &[(&str, &str)]) -> Signer {
    let socket = home.path().join("signer.sock");
    let mut command = home.command("http://127.0.0.1:1", &["key", "serve", "--key", "acme"]);
    command.arg("--socket").arg(&socket);
    command.args(["--output", "json"]);
    command.envs(variables.iter().copied());
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap())
        .read_line(&mut line)
        .unwrap();
    let said = serde_json::from_str(&line).unwrap_or_else(|e| panic!("{e}: {line}"));
    Signer {
        child,
        socket,
        said,
    }
}

fn send(home: &Home, node: &FakeNode, signer: &str) -> Ran {
    let send = ["cash", "send", "bob", "5", "--output", "json"];
    home.run(&node.url, &[&send[..], &["--signer", signer]].concat())
}

fn ask(socket: &Path, line: &[u8]) -> Value {
    let mut stream = UnixStream::connect(socket).unwrap();
    // A request that is too long is answered before all of it is read.
    let _ = stream.write_all(line);
    let _ = stream.shutdown(std::net::Shutdown::Write);
    let mut text = String::new();
    let _ = stream.read_to_string(&mut text);
    serde_json::from_str(&text).unwrap_or(Value::Null)
}

#[test]
fn a_process_without_keys_signs_through_the_socket() {
    let (owner, user) = (Home::new(), Home::new());
    fs::remove_dir_all(user.path().join("keys")).unwrap();
    let encrypt = ["key", "encrypt", "acme", "--passphrase-env", "NEW"];
    let mut command = owner.command("http://127.0.0.1:1", &encrypt);
    assert!(
        command
            .env("NEW", "a secret")
            .output()
            .unwrap()
            .status
            .success()
    );
    let signer = serve(&owner, &[("ALLONGE_PASSPHRASE", "a secret")]);
    assert_eq!(signer.said["schema"], "allonge.signer/1");
    let mode = fs::metadata(&signer.socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);

    let usual = owner.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or_else(|| accepted(asked)));
    let address = format!("unix:{}", signer.socket.display());
    let sent = send(&user, &node, &address);
    assert_eq!(sent.code, 0, "{sent:?}");
    let named = user.run(
        &node.url,
        &[
            "cash", "send", "bob", "5", "--key", "acme", "--signer", &address,
        ],
    );
    assert_eq!(named.code, 0, "{named:?}");
    for post in node.posts() {
        let transaction = post.transaction();
        let held = &signer.said["keys"][0]["public_key"];
        assert_eq!(json!(transaction.signatures[0].key), *held);
        let message = allonge_ledger::Body::sign_bytes(&transaction.body.id());
        let key = transaction.signatures[0].key;
        let key = ed25519_dalek::VerifyingKey::from_bytes(key.as_bytes()).unwrap();
        let signature = transaction.signatures[0].signature;
        let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
        key.verify_strict(&message, &signature).unwrap();
    }
    // A second one does not take the socket away.
    let second = owner
        .command("http://127.0.0.1:1", &["key", "serve", "--key", "acme"])
        .arg("--socket")
        .arg(&signer.socket)
        .env("ALLONGE_PASSPHRASE", "a secret")
        .output()
        .unwrap();
    let second = Ran::from(second);
    assert_eq!(second.code, 2, "{second:?}");
    assert!(second.err.contains("a process listens there"), "{second:?}");

    drop(signer);
    let before = node.posts().len();
    let gone = send(&user, &node, &address);
    assert_eq!(gone.code, 2, "{gone:?}");
    assert_eq!(gone.error()["error"]["code"], "SIGNER_UNREACHABLE");
    assert_eq!(node.posts().len(), before);
}

#[test]
fn what_a_signer_cannot_read_it_refuses_and_goes_on() {
    let owner = Home::new();
    let signer = serve(&owner, &[]);
    let key = signer.said["keys"][0]["public_key"].clone();
    let other = json!("11".repeat(32));
    let rows: Vec<(Vec<u8>, &str)> = vec![
        (b"".to_vec(), "cannot be read"),
        (b"sign this\n".to_vec(), "cannot be read"),
        (b"{\"version\":1}\n".to_vec(), "ask"),
        (
            json!({ "version": 2, "ask": "keys" }).to_string().into(),
            "version 2",
        ),
        (
            json!({ "version": 1, "ask": "export" }).to_string().into(),
            "export",
        ),
        (
            json!({ "version": 1, "ask": "keys", "secret": 1 })
                .to_string()
                .into(),
            "secret",
        ),
        (
            json!({ "version": 1, "ask": "keys", "key": key })
                .to_string()
                .into(),
            "nothing else",
        ),
        (
            json!({ "version": 1, "ask": "sign", "key": key })
                .to_string()
                .into(),
            "a key and a body",
        ),
        (
            json!({ "version": 1, "ask": "sign", "key": other, "body": {} })
                .to_string()
                .into(),
            "genesis",
        ),
    ];
    for (line, says) in rows {
        let answer = ask(&signer.socket, &line);
        let refused = answer["refused"].as_str().unwrap_or_default();
        assert!(
            refused.contains(says),
            "{}: {answer}",
            String::from_utf8_lossy(&line)
        );
        assert!(answer.get("signature").is_none());
    }
    let _ = ask(&signer.socket, &vec![b'x'; 2_000_000]);
    let keys = ask(&signer.socket, b"{\"version\":1,\"ask\":\"keys\"}\n");
    assert_eq!(keys["keys"][0]["public_key"], key);
}

#[test]
fn an_address_that_is_none_is_named() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or_else(|| accepted(asked)));
    for (address, code) in [
        ("tcp:127.0.0.1:1", "SIGNER_ADDRESS"),
        ("unix:", "SIGNER_ADDRESS"),
        ("unix:/nowhere/signer.sock", "SIGNER_UNREACHABLE"),
    ] {
        let ran = send(&home, &node, address);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert_eq!(ran.error()["error"]["code"], code, "{address}");
    }
    assert!(node.posts().is_empty());
}
