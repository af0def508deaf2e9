//! What a client can send that is no good: bytes, JSON, and requests that are no transactions.

use crate::world::{World, send};
use allonge_contracts::calls::Admit;
use allonge_contracts::members::Role;
use allonge_contracts::{Code, Hash};
use allonge_node::api::types::TransactionState;
use serde_json::{Value, json};
use tests::{Answer, now_ms, sign};

const BYTES: &str = "application/octet-stream";
const JSON: &str = "application/json";

struct Row {
    what: &'static str,
    query: &'static str,
    kind: &'static str,
    body: Vec<u8>,
    status: u16,
    code: Code,
    /// What the message must name.
    says: String,
}

fn check(what: &str, answer: &Answer, status: u16, code: Code, says: &str) {
    let error = &answer.json["error"];
    assert_eq!(
        (answer.status, answer.code()),
        (status, code.name()),
        "{what}: {answer:?}"
    );
    assert_eq!(error["number"], code.number(), "{what}");
    assert_eq!(error["hint"], code.hint(), "{what}");
    assert_eq!(error["retry"], code.retry(), "{what}");
    assert!(
        answer.message().contains(says),
        "{what} must name `{says}`: {}",
        answer.message()
    );
}

fn rows(world: &World) -> Vec<Row> {
    let mut rows = Vec::new();
    in_bytes(world, &mut rows);
    in_json(world, &mut rows);
    rows
}

fn row(
    what: &'static str,
    kind: &'static str,
    body: Vec<u8>,
    status: u16,
    code: Code,
    says: impl Into<String>,
) -> Row {
    Row {
        what,
        query: "",
        kind,
        body,
        status,
        code,
        says: says.into(),
    }
}

fn in_bytes(world: &World, rows: &mut Vec<Row>) {
    let to = &world.second.id;
    let good = world.first.act(send(to, "1.00"));
    let bytes = good.to_bytes();
    let mut add = |what, body: Vec<u8>, status, code, says: &str| {
        rows.push(row(what, BYTES, body, status, code, says))
    };

    let mut wrong = good.clone();
    wrong.signatures[0].signature.0[7] ^= 1;
    let id = good.body.id().to_string();
    add(
        "a wrong signature",
        wrong.to_bytes(),
        403,
        Code::BadSignature,
        &id,
    );
    let mut others = good.clone();
    others.signatures[0].key = world.second.public_keys()[0];
    add(
        "a signature under another's key",
        others.to_bytes(),
        403,
        Code::BadSignature,
        &id,
    );
    let mut unsigned = good.clone();
    unsigned.signatures.clear();
    add(
        "no signature",
        unsigned.to_bytes(),
        400,
        Code::Undecodable,
        "0 signatures",
    );
    let mut twice = good.clone();
    twice.signatures.push(twice.signatures[0].clone());
    add(
        "a signature twice",
        twice.to_bytes(),
        400,
        Code::Undecodable,
        "ascending order",
    );
    let body = world.careful.body(vec![send(to, "1.00").into()]);
    add(
        "too few approvals",
        sign(body, &world.careful.keys[..1]).to_bytes(),
        403,
        Code::TooFewApprovals,
        "",
    );
    let body = world.first.body(vec![send(to, "1.00").into()]);
    add(
        "a key that is not the member's",
        sign(body, &world.second.keys).to_bytes(),
        403,
        Code::UnknownKey,
        "",
    );
    let nobody = world.network.newcomer("nobody", 1);
    add(
        "an unknown member",
        nobody.act(send(to, "1.00")).to_bytes(),
        403,
        Code::UnknownMember,
        "",
    );
    add(
        "a suspended member",
        world.suspended.act(send(to, "1.00")).to_bytes(),
        403,
        Code::MemberSuspended,
        "",
    );

    let mut body = world.first.body(vec![send(to, "1.00").into()]);
    body.genesis = Hash([7; 32]);
    add(
        "another chain's transaction",
        world.first.sign(body).to_bytes(),
        422,
        Code::WrongChain,
        &Hash([7; 32]).to_string(),
    );
    let mut body = world.first.body(vec![send(to, "1.00").into()]);
    body.valid_until = 1_000_000;
    add(
        "an expired one",
        world.first.sign(body).to_bytes(),
        422,
        Code::Expired,
        "",
    );
    let mut body = world.first.body(vec![send(to, "1.00").into()]);
    body.valid_until = now_ms() + 25 * 3_600_000;
    add(
        "one too far ahead",
        world.first.sign(body).to_bytes(),
        422,
        Code::TooFarAhead,
        "",
    );

    add("no bytes", Vec::new(), 400, Code::Undecodable, "no bytes");
    for cut in [1, 40, bytes.len() / 2, bytes.len() - 1] {
        add(
            "truncated",
            bytes[..cut].to_vec(),
            400,
            Code::Undecodable,
            "byte",
        );
    }
    let mut trailing = bytes.clone();
    trailing.extend_from_slice(&[0, 0]);
    add(
        "trailing bytes",
        trailing,
        400,
        Code::Undecodable,
        "2 bytes follow",
    );
    let mut version = bytes.clone();
    version[0] = 9;
    add(
        "an unknown version",
        version,
        400,
        Code::Undecodable,
        "version 9 at byte 0",
    );
    let mut count = bytes.clone();
    // The count of calls follows version, genesis, and the actor's length and name.
    let at = 1 + 32 + 4 + world.first.id.as_str().len();
    count[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
    add(
        "a length that promises gigabytes",
        count,
        400,
        Code::Undecodable,
        "byte",
    );
    let mut call = bytes.clone();
    call[at + 4] = 99;
    add(
        "an unknown call",
        call,
        400,
        Code::Undecodable,
        "unknown Call 99",
    );
    let none = world.first.acts(Vec::new());
    add(
        "no call at all",
        none.to_bytes(),
        400,
        Code::Undecodable,
        "0 calls",
    );
    let many = world.first.acts(vec![send(to, "1.00").into(); 65]);
    add(
        "65 calls",
        many.to_bytes(),
        400,
        Code::Undecodable,
        "65 calls",
    );
    add(
        "a body over 256 KiB",
        vec![1; 256 * 1024 + 1],
        413,
        Code::BodyTooLarge,
        "",
    );
}

fn in_json(world: &World, rows: &mut Vec<Row>) {
    let to = &world.second.id;
    let with = |pointer: &str, value: Value| {
        let mut changed = world.json(send(to, "1.00"));
        *changed.pointer_mut(pointer).expect("a place in the JSON") = value;
        changed.to_string().into_bytes()
    };
    let and = |pointer: &str, name: &str, value: Value| {
        let mut changed = world.json(send(to, "1.00"));
        changed
            .pointer_mut(pointer)
            .and_then(Value::as_object_mut)
            .expect("an object")
            .insert(name.to_owned(), value);
        changed.to_string().into_bytes()
    };
    let amount = "/body/calls/0/args/money/amount";
    let currency = "/body/calls/0/args/money/currency";
    for (what, body, says) in [
        (
            "an unknown field",
            and("/body", "urgent", json!(true)),
            "urgent",
        ),
        (
            "an unknown field of a call",
            and("/body/calls/0/args", "urgency", json!(1)),
            "urgency",
        ),
        (
            "an unknown field of an amount",
            and("/body/calls/0/args/money", "cents", json!(1)),
            "cents",
        ),
        (
            "an unknown call",
            with("/body/calls/0/call", json!("cash.steal")),
            "cash.steal",
        ),
        (
            "a negative amount",
            with(amount, json!("-1.00")),
            "`-1.00` is negative",
        ),
        (
            "three decimals",
            with(amount, json!("1.001")),
            "more decimals than CNY",
        ),
        (
            "over 64 bits",
            with(amount, json!("184467440737095516.16")),
            "is too large",
        ),
        (
            "an amount with an exponent",
            with(amount, json!("1e3")),
            "`1e3` is not an amount",
        ),
        ("an amount as a number", with(amount, json!(1.5)), "string"),
        (
            "no currency of ISO 4217",
            with(currency, json!("ABC")),
            "`ABC` is not an ISO 4217",
        ),
        (
            "a member's name with capitals",
            with("/body/actor", json!("First-Bank")),
            "First-Bank",
        ),
        (
            "a hash that is too short",
            with("/body/genesis", json!("00ff")),
            "00ff",
        ),
        (
            "a time as a number",
            with("/body/valid_until", json!(5)),
            "string",
        ),
        ("no JSON", b"{\"body\":".to_vec(), "EOF"),
        ("another JSON", b"[]".to_vec(), "JSON"),
        ("JSON nested ten thousand deep", vec![b'['; 10_000], "JSON"),
    ] {
        rows.push(row(what, JSON, body, 400, Code::Undecodable, says));
    }
    let mut keys = world.first.public_keys();
    keys.resize(200, keys[0]);
    let admit = Admit {
        member: "many".parse().unwrap(),
        roles: vec![Role::Enterprise],
        legal_id: None,
        bank_number: None,
        account_bank: None,
        keys,
        threshold: 1,
    };
    let large = world.first.acts(vec![admit.into(); 60]);
    assert!(large.to_bytes().len() > 256 * 1024);
    let text = serde_json::to_vec(&large).unwrap();
    rows.push(row(
        "canonical bytes over 256 KiB",
        JSON,
        text,
        413,
        Code::TooLarge,
        "262144",
    ));
    rows.push(row(
        "JSON over a mebibyte",
        JSON,
        vec![b' '; 1024 * 1024 + 1],
        413,
        Code::BodyTooLarge,
        "",
    ));
    let good = world.first.act(send(to, "1.00")).to_bytes();
    rows.push(row(
        "another content type",
        "text/plain",
        good.clone(),
        415,
        Code::UnsupportedMediaType,
        "text/plain",
    ));
    for (query, says) in [
        ("?wait=maybe", "maybe"),
        ("?patience=10s", "patience"),
        ("?timeout=10s", "wait=final"),
        ("?wait=final&timeout=ten", "`ten`"),
        ("?wait=final&timeout=10h", "`10h`"),
        ("?dry_run=true&wait=final", "dry_run and wait"),
    ] {
        let plain = row(
            "a query that is not understood",
            BYTES,
            good.clone(),
            400,
            Code::BadRequest,
            says,
        );
        rows.push(Row { query, ..plain });
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn over_http() {
    let world = World::make("bad-http").await;
    let before = world.stand().await;
    let all = rows(&world);
    for row in &all {
        let answer = world.post(row.query, row.kind, row.body.clone()).await;
        check(row.what, &answer, row.status, row.code, &row.says);
        assert_eq!(world.stand().await, before, "{}: nothing changed", row.what);
    }
    println!("bad input: {} rows of transactions over HTTP", all.len());
    reads_that_are_no_reads(&world).await;
    assert_eq!(world.stand().await, before);
    the_same_body_with_other_signatures(&world).await;
}

async fn reads_that_are_no_reads(world: &World) {
    let api = world.network.api(0);
    let unknown = "0f".repeat(32);
    let mut count = 0;
    for (path, status, code, says) in [
        ("/v1/nothing".to_owned(), 404, Code::NotFound, "/v1/nothing"),
        (
            "/v1/transactions/xyz".to_owned(),
            400,
            Code::BadRequest,
            "`xyz`",
        ),
        (
            format!("/v1/transactions/{unknown}"),
            404,
            Code::NotFound,
            unknown.as_str(),
        ),
        (
            "/v1/blocks/minus-one".to_owned(),
            400,
            Code::BadRequest,
            "minus-one",
        ),
        (
            "/v1/blocks/99999999".to_owned(),
            404,
            Code::NotFound,
            "99999999",
        ),
        (
            "/v1/members/NOBODY".to_owned(),
            400,
            Code::BadRequest,
            "NOBODY",
        ),
        (
            "/v1/members/nobody".to_owned(),
            404,
            Code::NoSuchMember,
            "nobody",
        ),
        ("/v1/bills/123".to_owned(), 400, Code::BadRequest, "123"),
        ("/v1/bills?cursor=zzz".to_owned(), 400, Code::BadCursor, ""),
        (
            "/v1/bills?holdre=supplier-1".to_owned(),
            400,
            Code::BadRequest,
            "holdre",
        ),
        (
            "/v1/members?limit=0".to_owned(),
            400,
            Code::BadRequest,
            "limit is 0",
        ),
        (
            "/v1/members?limit=100000".to_owned(),
            400,
            Code::BadRequest,
            "limit is 100000",
        ),
    ] {
        let answer = api.get(&path).await.unwrap();
        check(&path, &answer, status, code, says);
        count += 1;
    }
    let answer = api.post("/v1/members", JSON, b"{}".to_vec()).await.unwrap();
    check(
        "POST where there is only GET",
        &answer,
        405,
        Code::MethodNotAllowed,
        "",
    );
    println!("bad input: {} rows of other requests", count + 1);
}

/// The id is the body's: whoever else signs it, it is the same transaction and has the first result.
async fn the_same_body_with_other_signatures(world: &World) {
    let body = world
        .either
        .body(vec![send(&world.second.id, "1.00").into()]);
    let one = sign(body.clone(), &world.either.keys[..1]);
    let other = sign(body, &world.either.keys[1..]);
    assert_ne!(one.to_bytes(), other.to_bytes());
    let first = world.network.accept(0, &one).await;
    let again = world.network.accept(0, &other).await;
    assert_eq!(first.id, again.id);
    let receipt = |status: &TransactionState| match status {
        TransactionState::Final {
            block_height,
            index,
            receipt,
            ..
        } => (*block_height, *index, receipt.clone()),
        other => panic!("{other:?}"),
    };
    assert_eq!(
        receipt(&first.status),
        receipt(&again.status),
        "the first result"
    );
    let cash = world
        .network
        .api(0)
        .cash(&world.either.id)
        .await
        .unwrap()
        .body;
    assert_eq!(cash.balances[0].total, tests::money("999.00"), "paid once");
}
