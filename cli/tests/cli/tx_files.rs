//! Transactions as files: half signed by one, read and signed by another, and sent.

use crate::fake::{FakeNode, GENESIS, Home, Ran, Reply, accepted};
use allonge_cli::keystore::Keystore;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

const NOWHERE: &str = "http://127.0.0.1:1";

/// A member of two keys that must both sign, each in a home of its own.
struct Two {
    maker: Home,
    checker: Home,
    node: FakeNode,
}

impl Two {
    fn new() -> Self {
        let (mut maker, checker) = (Home::new(), Home::new());
        let key = |home: &Home| {
            Keystore::of_home(home.path())
                .load("acme")
                .unwrap()
                .public()
                .to_string()
        };
        let mut keys = vec![key(&maker), key(&checker)];
        keys.sort();
        maker.member["member"]["keys"] = json!(keys);
        maker.member["member"]["threshold"] = json!(2);
        let usual = maker.usual();
        let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or_else(|| accepted(asked)));
        Two {
            maker,
            checker,
            node,
        }
    }

    fn prepare(&self, file: &Path) -> Value {
        let args = [
            "cash",
            "send",
            "bob",
            "1,000.50",
            "--for",
            "invoice 118",
            "--prepare",
        ];
        done(json_of(
            &self.maker,
            &self.node.url,
            &[&args[..], &[text(file)]].concat(),
        ))
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn json_of(home: &Home, node: &str, args: &[&str]) -> Ran {
    home.run(node, &[args, &["--output", "json"]].concat())
}

fn done(ran: Ran) -> Value {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.json()
}

fn refused(ran: &Ran, code: &str) {
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.error()["error"]["code"], code, "{ran:?}");
}

#[test]
fn two_people_sign_one_file_and_either_sends_it() {
    let two = Two::new();
    let file = two.maker.path().join("pay.json");
    // Alone the maker cannot act, and is told how both can.
    let alone = json_of(&two.maker, &two.node.url, &["cash", "send", "bob", "5"]);
    refused(&alone, "KEY_MISSING");
    assert!(alone.err.contains("--prepare"), "{alone:?}");

    let prepared = two.prepare(&file);
    assert_eq!(prepared["schema"], "allonge.prepared/1");
    assert_eq!(prepared["threshold"], 2);
    assert!(two.node.posts().is_empty() && !two.maker.sent_log().exists());
    let there = json_of(
        &two.maker,
        &two.node.url,
        &["cash", "send", "bob", "5", "--prepare", text(&file)],
    );
    refused(&there, "FILE");

    let read = done(json_of(
        &two.checker,
        &two.node.url,
        &["tx", "read", text(&file)],
    ));
    assert_eq!(read["id"], prepared["id"]);
    assert_eq!(
        read["calls"][0]["does"],
        "pay 1,000.50 CNY to bob, for \"invoice 118\""
    );
    assert_eq!(read["needed"]["missing"], 1);
    assert_eq!(read["signatures"][0]["of_member"], true);
    assert_eq!(read["expired"], false);
    let words = two.checker.run(&two.node.url, &["tx", "read", text(&file)]);
    for part in [
        "pay 1,000.50 CNY to bob",
        "money: 1,000.50 CNY",
        "1 more must sign",
        "UTC",
    ] {
        assert!(words.out.contains(part), "`{part}`: {}", words.out);
    }

    // No node is needed to sign with a key that is named.
    let both = two.checker.path().join("both.json");
    let cosign = [
        "tx",
        "cosign",
        text(&file),
        "--key",
        "acme",
        "--out",
        text(&both),
    ];
    let signed = done(json_of(&two.checker, NOWHERE, &cosign));
    assert_eq!(signed["signatures"].as_array().unwrap().len(), 2);
    assert!(signed.get("needed").is_none());
    refused(
        &json_of(
            &two.checker,
            NOWHERE,
            &["tx", "cosign", text(&both), "--key", "acme"],
        ),
        "NOTHING_TO_SIGN",
    );
    // And with one, the right key is found, and the file itself is signed.
    let found = done(json_of(
        &two.checker,
        &two.node.url,
        &["tx", "cosign", text(&file)],
    ));
    assert_eq!(found["needed"]["missing"], 0);
    assert_eq!(fs::read(&file).unwrap(), fs::read(&both).unwrap());

    let sent = done(json_of(
        &two.maker,
        &two.node.url,
        &["tx", "submit", text(&both)],
    ));
    assert_eq!(sent["id"], prepared["id"]);
    let posts = two.node.posts();
    assert_eq!(posts.len(), 1);
    let transaction = posts[0].transaction();
    assert_eq!(transaction.signatures.len(), 2);
    assert_eq!(transaction.body.genesis, GENESIS);
    assert!(two.maker.sent_log().exists());
}

#[test]
fn a_file_that_is_no_good_is_named_and_not_sent() {
    let two = Two::new();
    let file = two.maker.path().join("pay.json");
    two.prepare(&file);
    let good: Value = serde_json::from_slice(&fs::read(&file).unwrap()).unwrap();
    let changed = |change: &dyn Fn(&mut Value)| {
        let mut value = good.clone();
        change(&mut value);
        value.to_string().into_bytes()
    };
    let rows: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("empty", Vec::new(), "TX_FILE", "EOF"),
        ("words", b"pay bob".to_vec(), "TX_FILE", "expected"),
        ("list", b"[]".to_vec(), "TX_FILE", ""),
        ("bytes", vec![0xff, 0xfe], "TX_FILE", ""),
        (
            "no-schema",
            changed(&|v| drop(v.as_object_mut().unwrap().remove("schema"))),
            "TX_FILE",
            "schema",
        ),
        (
            "later",
            changed(&|v| v["schema"] = json!("allonge.transaction-file/2")),
            "TX_FILE_SCHEMA",
            "allonge.transaction-file/2",
        ),
        (
            "field",
            changed(&|v| v["extra"] = json!(1)),
            "TX_FILE",
            "extra",
        ),
        (
            "payee",
            changed(&|v| v["transaction"]["body"]["calls"][0]["args"]["to"] = json!("eve")),
            "TX_FILE_ID",
            "changed",
        ),
        (
            "call",
            changed(&|v| v["transaction"]["body"]["calls"][0]["call"] = json!("cash.steal")),
            "TX_FILE",
            "cash.steal",
        ),
        (
            "signature",
            changed(&|v| {
                v["transaction"]["signatures"][0]["signature"] = json!("00".repeat(64));
            }),
            "TX_FILE_INVALID",
            "signature",
        ),
        (
            "unsigned",
            changed(&|v| v["transaction"]["signatures"] = json!([])),
            "TX_FILE_INVALID",
            "0 signatures",
        ),
        ("large", vec![b' '; 3_000_000], "FILE", "bytes"),
    ];
    for (name, bytes, code, says) in rows {
        let path: PathBuf = two.maker.path().join(name);
        fs::write(&path, bytes).unwrap();
        for verb in ["read", "cosign", "submit"] {
            let ran = json_of(&two.checker, &two.node.url, &["tx", verb, text(&path)]);
            refused(&ran, code);
            assert!(ran.err.contains(says), "{name}: {ran:?}");
            assert!(ran.err.contains(name), "{name}: {ran:?}");
        }
    }
    let gone = json_of(&two.checker, &two.node.url, &["tx", "read", "/nowhere"]);
    refused(&gone, "FILE");
    assert!(two.node.posts().is_empty());
}

#[test]
fn a_file_of_another_network_or_member_is_not_signed() {
    let two = Two::new();
    let file = two.maker.path().join("pay.json");
    two.prepare(&file);
    let other = FakeNode::start(|asked, _| match asked.target.as_str() {
        "/v1/status" => {
            let mut status = crate::fake::status();
            status["genesis"] = json!("09".repeat(32));
            Reply::Json(200, status)
        }
        _ => Reply::Drop,
    });
    for verb in ["read", "cosign", "submit"] {
        refused(
            &json_of(&two.checker, &other.url, &["tx", verb, text(&file)]),
            "WRONG_CHAIN",
        );
    }
    let as_bob = ["tx", "cosign", text(&file), "--as", "bob"];
    let mut command = crate::fake::program();
    command.args(["--node", &two.node.url, "--output", "json", "--home"]);
    command.arg(two.checker.path()).args(as_bob);
    refused(&Ran::from(command.output().unwrap()), "WRONG_MEMBER");
    assert!(other.posts().is_empty());
}

#[test]
fn calls_of_another_program_are_signed_as_they_are() {
    let two = Two::new();
    let calls = two.maker.path().join("calls.json");
    let call = json!({ "call": "cash.transfer", "args": {
        "to": "bob", "money": { "amount": "5.00", "currency": "CNY" }
    }});
    fs::write(&calls, json!([call, call]).to_string()).unwrap();
    let out = two.maker.path().join("pay.json");
    let sign = [
        "tx",
        "sign",
        text(&calls),
        "--prepare",
        text(&out),
        "--valid-for",
        "1h",
    ];
    let prepared = done(json_of(&two.maker, &two.node.url, &sign));
    let read = done(json_of(
        &two.checker,
        &two.node.url,
        &["tx", "read", text(&out)],
    ));
    assert_eq!(read["id"], prepared["id"]);
    assert_eq!(read["calls"].as_array().unwrap().len(), 2);
    let left = prepared["valid_until"]
        .as_str()
        .unwrap()
        .parse::<u64>()
        .unwrap()
        - allonge_cli::client::now_ms();
    assert!((3_500_000..=3_600_000).contains(&left), "{left}");
    for (bad, says) in [
        (json!([]), "0 calls"),
        (json!(vec![call.clone(); 65]), "65 calls"),
        (json!([{ "call": "cash.steal", "args": {} }]), "cash.steal"),
        (json!({}), "expected"),
    ] {
        fs::write(&calls, bad.to_string()).unwrap();
        let ran = json_of(&two.maker, &two.node.url, &["tx", "sign", text(&calls)]);
        refused(&ran, "NOT_CALLS");
        assert!(ran.err.contains(says), "{ran:?}");
    }
    assert!(two.node.posts().is_empty());
}
