//! Transactions from the command line: written down first, sent once, and told as they end.

use crate::fake::{FakeNode, GENESIS, Home, Reply, accepted, error, final_at};
use allonge_contracts::calls::{CallIndex, InstrumentRef};
use allonge_contracts::{Call, Code};
use serde_json::json;
use std::path::Path;

#[test]
fn the_id_is_on_disk_before_the_transaction_is_sent() {
    let home = Home::new();
    let (usual, log) = (home.usual(), home.sent_log());
    let node = FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| {
            let id = asked.transaction().body.id().to_string();
            let written = std::fs::read_to_string(&log).unwrap_or_default();
            assert!(written.contains(&id), "{id} is not in {written}");
            accepted(asked)
        })
    });
    let args = [
        "cash",
        "send",
        "bob",
        "1,000.50",
        "--for",
        "invoice 118",
        "--output",
        "json",
    ];
    let ran = home.run(&node.url, &args);
    assert_eq!(ran.code, 0, "{ran:?}");
    let posts = node.posts();
    assert_eq!(posts.len(), 1);
    let body = posts[0].transaction().body;
    assert_eq!((body.genesis, body.actor.as_str()), (GENESIS, "acme"));
    let [Call::Transfer(transfer)] = body.calls.as_slice() else {
        panic!("{body:?}");
    };
    assert_eq!(transfer.money.minor, 100_050);
    assert_eq!(transfer.purpose.as_str(), "invoice 118");
    let json = ran.json();
    assert_eq!(json["schema"], "allonge.transaction/1");
    assert_eq!(json["id"], body.id().to_string());
    assert_eq!(
        (&json["status"], &json["block_height"]),
        (&json!("final"), &json!("42"))
    );
}

#[test]
fn a_rejected_transaction_is_shown_and_ends_with_1() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| {
            let outcome = json!({ "rejected": {
                "code": "INSUFFICIENT_FUNDS", "call": 0,
                "facts": [{ "what": "available", "value": { "money": { "amount": "3.00", "currency": "CNY" } } }]
            }});
            Reply::Json(200, final_at(42, asked, outcome))
        })
    });
    let ran = home.run(&node.url, &["cash", "send", "bob", "5", "--output", "json"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert_eq!(
        ran.json()["receipt"]["outcome"]["rejected"]["code"],
        "INSUFFICIENT_FUNDS"
    );
    let error = &ran.error()["error"];
    assert_eq!(
        (&error["code"], &error["number"]),
        (&json!("INSUFFICIENT_FUNDS"), &json!(2330))
    );
    assert_eq!(error["transaction"], ran.json()["id"]);

    let ran = home.run(&node.url, &["cash", "send", "bob", "5"]);
    assert_eq!(ran.code, 1);
    for part in [
        "available 3.00 CNY",
        "[INSUFFICIENT_FUNDS]",
        "next: fund the account",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
}

#[test]
fn refusals_end_with_1_and_silence_with_3() {
    let home = Home::new();
    for (status, code, exit) in [
        (403, Code::MemberSuspended, 1),
        (403, Code::BadSignature, 1),
        (422, Code::Expired, 1),
        (503, Code::NotReady, 3),
        (429, Code::MempoolFull, 3),
        (429, Code::RateLimited, 3),
        (504, Code::Timeout, 3),
        (500, Code::Internal, 3),
        (415, Code::UnsupportedMediaType, 2),
    ] {
        let usual = home.usual();
        let node = FakeNode::start(move |asked, _| {
            usual(asked).unwrap_or_else(|| Reply::Later(status, error(code), 0))
        });
        let args = [
            "cash",
            "send",
            "bob",
            "5",
            "--timeout",
            "300ms",
            "--output",
            "json",
        ];
        let ran = home.run(&node.url, &args);
        assert_eq!(ran.code, exit, "{code}: {ran:?}");
        let error = ran.error();
        let posts = node.posts();
        assert_eq!(
            error["error"]["transaction"],
            posts[0].transaction().body.id().to_string(),
            "{code}"
        );
        assert_eq!(error["error"]["code"], code.name(), "{code}");
    }
}

#[test]
fn asking_again_sends_the_very_same_transaction() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or(Reply::Drop));
    let ran = home.run(&node.url, &["cash", "send", "bob", "5", "--output", "json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let id = ran.error()["error"]["transaction"]
        .as_str()
        .unwrap()
        .to_owned();
    assert!(
        ran.error()["error"]["hint"]
            .as_str()
            .unwrap()
            .contains(&format!("allonge tx wait {id}"))
    );
    let first = node.posts()[0].body.clone();

    let node = FakeNode::start(|asked, _| match asked.is_post() {
        true => accepted(asked),
        false => Reply::Json(404, error(Code::NotFound)),
    });
    let ran = home.run(&node.url, &["tx", "wait", &id, "--output", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["id"], id);
    assert_eq!(node.posts()[0].body, first);

    // Another home cannot send what it has not signed; it only asks.
    let stranger = Home::new();
    let node = FakeNode::start(|_, _| Reply::Json(404, error(Code::NotFound)));
    let ran = stranger.run(&node.url, &["tx", "wait", &id, "--timeout", "200ms"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    assert!(ran.err.contains(&id) && node.posts().is_empty());
    assert_eq!(stranger.run(&node.url, &["tx", "show", &id]).code, 2);
}

#[test]
fn without_waiting_the_id_is_the_result() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| {
            let id = asked.transaction().body.id();
            Reply::Json(
                202,
                json!({ "height": "41", "id": id, "status": "waiting" }),
            )
        })
    });
    let ran = home.run(
        &node.url,
        &["cash", "send", "bob", "5", "--no-wait", "--output", "json"],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(ran.json()["status"], "waiting");
    assert_eq!(node.posts()[0].target, "/v1/transactions");
}

#[test]
fn a_home_that_cannot_be_written_sends_nothing() {
    let home = Home::new();
    std::fs::create_dir(home.sent_log()).unwrap();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or(Reply::Drop));
    let ran = home.run(&node.url, &["cash", "send", "bob", "5"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("it was not sent"), "{}", ran.err);
    assert!(node.posts().is_empty());
}

#[test]
fn an_invoice_gives_sum_currency_maturity_and_its_hash() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or_else(|| accepted(asked)));
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/fixtures/invoice-ubl.xml");
    let args = [
        "bill",
        "issue",
        "--acceptor",
        "bank-a",
        "--payee",
        "parts-1",
        "--invoice",
    ];
    let ran = home.run(&node.url, &[&args[..], &[file.to_str().unwrap()]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let body = node.posts()[0].transaction().body;
    let [Call::Register(register), Call::RequestAcceptance(ask)] = body.calls.as_slice() else {
        panic!("{body:?}");
    };
    assert_eq!(register.sum.to_string(), "1,000,000.00 CNY");
    assert_eq!(register.maturity.to_string(), "2027-04-07");
    assert_eq!(ask.bill, InstrumentRef::Call(CallIndex { call: 0 }));
    // As `sha256sum` gives it.
    let output = std::process::Command::new("sha256sum")
        .arg(&file)
        .output()
        .unwrap();
    let sum = String::from_utf8(output.stdout).unwrap();
    assert_eq!(register.trade_background[0].to_string(), sum[..64]);

    let other = home.run(
        &node.url,
        &[&args[..], &[file.to_str().unwrap(), "--currency", "EUR"]].concat(),
    );
    assert_eq!(other.code, 2, "{other:?}");
    let bomb = file.with_file_name("bad-invoices").join("entity-bomb.xml");
    let bad = home.run(&node.url, &[&args[..], &[bomb.to_str().unwrap()]].concat());
    assert_eq!(bad.code, 2, "{bad:?}");
    assert!(bad.err.contains("[INVOICE_DOCTYPE]"), "{}", bad.err);

    let args = [
        "bill",
        "issue",
        "--acceptor",
        "bank-a",
        "--payee",
        "parts-1",
        "--amount",
        "5",
        "--maturity",
        "90d",
    ];
    let ran = home.run(&node.url, &[&args[..], &["--register-only"]].concat());
    assert_eq!(ran.code, 0, "{ran:?}");
    let body = node.posts()[1].transaction().body;
    let [Call::Register(register)] = body.calls.as_slice() else {
        panic!("{body:?}");
    };
    assert_eq!(register.maturity.to_string(), "2027-04-05");
}
