use crate::client::{Answer, get, post, send};
use crate::serve;
use crate::world::{KEYS, signed, transfer};
use allonge_contracts::{Code, MemberId};
use allonge_ledger::{MAX_TRANSACTION_BYTES, Transaction};
use allonge_node::handle::Refused;
use serde_json::{Value, json};
use std::net::SocketAddr;

const BYTES: &str = "application/octet-stream";

async fn submit(address: SocketAddr, query: &str, transaction: &Transaction) -> Answer {
    post(
        address,
        &format!("/v1/transactions{query}"),
        BYTES,
        &transaction.to_bytes(),
    )
    .await
}

#[tokio::test]
async fn a_transaction_goes_from_waiting_to_final() {
    let (world, address, _server) = serve(false).await;
    let transaction = signed(&world.genesis, "bank", 1, vec![transfer(250)]);
    let id = transaction.body.id();
    let path = format!("/v1/transactions/{id}");
    let unknown = get(address, &path).await;
    assert_eq!(
        (unknown.status, unknown.code().as_str()),
        (404, "NOT_FOUND")
    );

    let json = serde_json::to_vec(&transaction).unwrap();
    let answer = post(
        address,
        "/v1/transactions",
        "application/json; charset=utf-8",
        &json,
    )
    .await;
    assert_eq!(answer.status, 202);
    assert_eq!(
        answer.json(),
        json!({"height": "0", "id": id.to_string(), "status": "waiting"})
    );
    assert_eq!(get(address, &path).await.json()["status"], "waiting");
    let asked = get(address, &format!("{path}/proof")).await;
    assert_eq!(asked.code(), "NO_PROOF_YET");

    world.seal();
    let shown = get(address, &path).await;
    assert_eq!(shown.status, 200);
    let view = shown.json();
    assert_eq!(view["height"], "1");
    assert_eq!(view["status"], "final");
    assert_eq!(view["block_height"], "1");
    assert_eq!(view["index"], 0);
    assert_eq!(view["receipt"]["outcome"], json!({"accepted": ["done"]}));
    assert_eq!(view["receipt"]["events"][0]["event"], "cash.transferred");
    assert_eq!(view["rejection"], Value::Null);

    // Sent again, in either form, it is answered with the first result.
    let again = submit(address, "", &transaction).await;
    assert_eq!((again.status, again.json()), (200, view.clone()));
    let again = post(
        address,
        "/v1/transactions?wait=final",
        "application/json",
        &json,
    )
    .await;
    assert_eq!((again.status, again.json()), (200, view));
    assert_eq!(world.waiting_count(), 0);
}

#[tokio::test]
async fn waiting_for_finality_ends_with_the_receipt_a_drop_or_the_time() {
    let (world, address, _server) = serve(false).await;
    let waiting = |salt, amount, timeout: &'static str| {
        let transaction = signed(&world.genesis, "bank", salt, vec![transfer(amount)]);
        tokio::spawn(async move {
            submit(
                address,
                &format!("?wait=final&timeout={timeout}"),
                &transaction,
            )
            .await
        })
    };
    let good = waiting(1, 250, "30s");
    let too_much = waiting(2, 1_000_001, "30s");
    while world.waiting_count() < 2 {
        tokio::task::yield_now().await;
    }
    world.seal();
    assert_eq!(good.await.unwrap().json()["status"], "final");
    let refused = too_much.await.unwrap();
    // Rejected by a rule it is final all the same: the ledger keeps the evidence.
    assert_eq!(refused.status, 200);
    let refused = refused.json();
    assert_eq!(
        refused["receipt"]["outcome"]["rejected"]["code"],
        "INSUFFICIENT_FUNDS"
    );
    assert_eq!(refused["rejection"]["number"], 2330);
    assert_eq!(refused["rejection"]["retry"], true);

    let dropped = waiting(3, 1, "30s");
    while world.waiting_count() == 0 {
        tokio::task::yield_now().await;
    }
    world.drop_all(Code::Expired);
    assert_eq!(dropped.await.unwrap().code(), "EXPIRED");

    let slow = waiting(4, 1, "50ms").await.unwrap();
    assert_eq!((slow.status, slow.code().as_str()), (504, "TIMEOUT"));
    assert_eq!(world.waiting_count(), 1, "it still waits");
}

#[tokio::test]
async fn a_dry_run_tells_the_outcome_and_submits_nothing() {
    let (world, address, _server) = serve(false).await;
    for (amount, outcome) in [(1, "accepted"), (1_000_001, "rejected")] {
        let transaction = signed(&world.genesis, "bank", 1, vec![transfer(amount)]);
        let answer = submit(address, "?dry_run=true", &transaction).await;
        assert_eq!(answer.status, 200);
        let view = answer.json();
        assert_eq!(view["status"], "dry_run");
        assert!(view["receipt"]["outcome"].get(outcome).is_some(), "{view}");
        assert_eq!(view["rejection"].is_null(), amount == 1);
    }
    let mut stranger = signed(&world.genesis, "bank", 1, vec![transfer(1)]);
    stranger.body.actor = "nobody".parse::<MemberId>().unwrap();
    let stranger = resigned(stranger);
    let answer = submit(address, "?dry_run=true", &stranger).await;
    assert_eq!(answer.code(), "UNKNOWN_MEMBER");
    assert_eq!(world.waiting_count(), 0);
}

fn resigned(mut transaction: Transaction) -> Transaction {
    use ed25519_dalek::Signer;
    let key = crate::world::key(KEYS[0].1);
    let id = transaction.body.id();
    let signature = key.sign(&allonge_ledger::Body::sign_bytes(&id));
    transaction.signatures[0].signature = allonge_contracts::Signature(signature.to_bytes());
    transaction
}

#[tokio::test]
async fn bad_submissions_are_named_and_change_nothing() {
    let (world, address, _server) = serve(true).await;
    let root = |world: &crate::World| {
        use allonge_node::handle::NodeHandle;
        world.snapshot().state.trie.root()
    };
    let before = root(&world);
    let good = signed(&world.genesis, "bank", 1, vec![transfer(1)]);
    let bytes = good.to_bytes();
    let value = serde_json::to_value(&good).unwrap();
    let changed = |pointer: &str, new: Value| {
        let mut value = value.clone();
        *value.pointer_mut(pointer).unwrap() = new;
        serde_json::to_vec(&value).unwrap()
    };
    let with = |change: fn(&mut Transaction)| {
        let mut transaction = good.clone();
        change(&mut transaction);
        resigned(transaction).to_bytes()
    };
    let mut extra = value.clone();
    extra["body"]["surprise"] = json!(1);
    let json_rows: Vec<(&str, Vec<u8>, &str, &str)> = vec![
        ("not JSON", b"{".to_vec(), "UNDECODABLE", "line 1"),
        (
            "unknown field",
            serde_json::to_vec(&extra).unwrap(),
            "UNDECODABLE",
            "surprise",
        ),
        (
            "unknown call",
            changed("/body/calls/0/call", json!("cash.steal")),
            "UNDECODABLE",
            "cash.steal",
        ),
        (
            "a number for an amount",
            changed("/body/calls/0/args/money/amount", json!(1)),
            "UNDECODABLE",
            "string",
        ),
        (
            "negative",
            changed("/body/calls/0/args/money/amount", json!("-1")),
            "UNDECODABLE",
            "negative",
        ),
        (
            "three decimals",
            changed("/body/calls/0/args/money/amount", json!("0.001")),
            "UNDECODABLE",
            "decimals",
        ),
        (
            "over 64 bits",
            changed(
                "/body/calls/0/args/money/amount",
                json!("184467440737095516.16"),
            ),
            "UNDECODABLE",
            "too large",
        ),
        (
            "no calls",
            changed("/body/calls", json!([])),
            "UNDECODABLE",
            "0 calls",
        ),
        (
            "no signature",
            changed("/signatures", json!([])),
            "UNDECODABLE",
            "0 signatures",
        ),
        (
            "wrong signature",
            changed("/signatures/0/signature", json!("00".repeat(64))),
            "BAD_SIGNATURE",
            "key",
        ),
        (
            "another body",
            changed("/body/memo", json!("x")),
            "BAD_SIGNATURE",
            "key",
        ),
        (
            "deep",
            [b"[".repeat(100_000), b"]".repeat(100_000)].concat(),
            "UNDECODABLE",
            "JSON",
        ),
    ];
    for (name, body, code, says) in json_rows {
        let answer = post(address, "/v1/transactions", "application/json", &body).await;
        assert_eq!(answer.code(), code, "{name}");
        assert!(
            answer.message().contains(says),
            "{name}: {}",
            answer.message()
        );
    }
    let other = allonge_contracts::Hash([9; 32]);
    let mut version = bytes.clone();
    version[0] = 2;
    let byte_rows: Vec<(&str, Vec<u8>, &str)> = vec![
        ("empty", vec![], "UNDECODABLE"),
        (
            "truncated",
            bytes[..bytes.len() - 1].to_vec(),
            "UNDECODABLE",
        ),
        ("trailing", [bytes.as_slice(), b"x"].concat(), "UNDECODABLE"),
        ("version", version, "UNDECODABLE"),
        (
            "too large",
            vec![1; MAX_TRANSACTION_BYTES + 1],
            "BODY_TOO_LARGE",
        ),
        (
            "other chain",
            signed(&other, "bank", 1, vec![transfer(1)]).to_bytes(),
            "WRONG_CHAIN",
        ),
        ("expired", with(|t| t.body.valid_until = 1), "EXPIRED"),
        (
            "too far ahead",
            with(|t| t.body.valid_until += 48 * 3_600_000),
            "TOO_FAR_AHEAD",
        ),
        (
            "another's name",
            with(|t| t.body.actor = "core".parse().unwrap()),
            "UNKNOWN_KEY",
        ),
    ];
    for (name, body, code) in byte_rows {
        let answer = post(address, "/v1/transactions", BYTES, &body).await;
        assert_eq!(answer.code(), code, "{name}");
    }
    let big = vec![b' '; 4 * MAX_TRANSACTION_BYTES + 1];
    let answer = post(address, "/v1/transactions", "application/json", &big).await;
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (413, "BODY_TOO_LARGE")
    );
    // Without a length said in advance the same bound holds.
    let mut chunked = b"POST /v1/transactions HTTP/1.1\r\nhost: x\r\ncontent-type: application/octet-stream\r\ntransfer-encoding: chunked\r\n\r\n".to_vec();
    chunked.extend_from_slice(format!("{:x}\r\n", MAX_TRANSACTION_BYTES + 1).as_bytes());
    chunked.extend_from_slice(&vec![1; MAX_TRANSACTION_BYTES + 1]);
    chunked.extend_from_slice(b"\r\n0\r\n\r\n");
    assert_eq!(send(address, chunked).await.code(), "BODY_TOO_LARGE");

    for (media_type, code) in [
        ("text/plain", "UNSUPPORTED_MEDIA_TYPE"),
        (
            "application/x-www-form-urlencoded",
            "UNSUPPORTED_MEDIA_TYPE",
        ),
    ] {
        let answer = post(address, "/v1/transactions", media_type, &bytes).await;
        assert_eq!((answer.status, answer.code().as_str()), (415, code));
    }
    for (query, says) in [
        ("?wait=maybe", "wait"),
        ("?wait=final&timeout=61s", "60s"),
        ("?wait=final&timeout=soon", "soon"),
        ("?timeout=1s", "wait=final"),
        ("?dry_run=maybe", "dry_run"),
        ("?dry_run=true&wait=final", "dry run"),
        ("?waitt=final", "waitt"),
        ("?wait=final&wait=final", "wait"),
    ] {
        let answer = submit(address, query, &good).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (400, "BAD_REQUEST"),
            "{query}"
        );
        assert!(
            answer.message().contains(says),
            "{query}: {}",
            answer.message()
        );
    }
    assert_eq!(root(&world), before);
    assert_eq!(
        submit(address, "?wait=final", &good).await.json()["status"],
        "final"
    );
    assert_ne!(root(&world), before);
}

#[tokio::test]
async fn a_full_node_says_when_to_come_back() {
    let (world, address, _server) = serve(false).await;
    let transaction = signed(&world.genesis, "bank", 1, vec![transfer(1)]);
    for (code, status) in [
        (Code::MempoolFull, 429),
        (Code::MemberShareFull, 429),
        (Code::NotReady, 503),
    ] {
        world.refuse(Some(Refused {
            code,
            detail: "bank".to_owned(),
            retry_after_ms: Some(2_500),
        }));
        let answer = submit(address, "?wait=final", &transaction).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (status, code.name())
        );
        assert_eq!(answer.header("retry-after"), Some("3"));
        assert!(answer.message().ends_with(": bank"));
    }
    world.refuse(None);
    assert_eq!(submit(address, "", &transaction).await.status, 202);
    let text = String::from_utf8(get(address, "/metrics").await.body).unwrap();
    assert!(
        text.contains("allonge_refused_total{code=\"MEMPOOL_FULL\"} 1"),
        "{text}"
    );
}

#[tokio::test]
async fn a_panic_is_an_answer_and_the_node_goes_on() {
    let (world, address, _server) = serve(false).await;
    world.panic_on_lookup();
    let path = format!("/v1/transactions/{}", world.genesis);
    for _ in 0..3 {
        let answer = get(address, &path).await;
        assert_eq!((answer.status, answer.code().as_str()), (500, "INTERNAL"));
    }
    assert_eq!(get(address, "/v1/status").await.status, 200);
}
