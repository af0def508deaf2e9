//! What may not be in a block, one row for each way to be wrong.

mod common;

use allonge_contracts::calls::{Reinstate, RotateKeys, Suspend};
use allonge_contracts::{Code, Hash, Outcome, Signature};
use allonge_ledger::{
    Body, CheckedTransaction, ExecuteError, InvalidBlock, LedgerState, LeftOut, MAX_ANNEXES,
    MAX_CALLS, MAX_SIGNATURES, MAX_TRANSACTION_BYTES, MAX_TRANSACTION_JSON_BYTES, NoKeyCache,
    Transaction, transaction_root,
};
use common::*;
use serde_json::{Value, json};

/// A block may not hold it, and building leaves it out with the code; the state stays as it was.
fn assert_barred(chain: &Chain, transaction: &CheckedTransaction, time_ms: u64, code: Code) {
    let state = &chain.state;
    assert_eq!(state.admit(transaction, time_ms).unwrap(), Err(code));
    let slot = chain.slot_at(time_ms);
    let (block, left_out) = state
        .build(slot, std::slice::from_ref(transaction))
        .unwrap();
    let id = *transaction.id();
    let left = LeftOut {
        id,
        code: Some(code),
    };
    assert_eq!(left_out, [left]);
    let (empty, _) = state.build(slot, &[]).unwrap();
    assert_eq!(block.hash, empty.hash);
    let with = vec![transaction.clone()];
    let mut header = (*block.header).clone();
    header.transaction_root = transaction_root(&with);
    let verdict = state.execute(&header, with).err();
    assert_eq!(
        verdict,
        Some(ExecuteError::Invalid(InvalidBlock::Transaction {
            index: 0,
            id,
            code
        }))
    );
}

fn now(chain: &Chain) -> u64 {
    chain.slot().time_ms
}

#[test]
fn a_transaction_lives_from_now_to_its_end_but_not_longer_than_a_day() {
    let mut chain = Chain::new();
    let time = now(&chain);
    let life = chain.state.genesis.limits.transaction_life_ms;
    for (valid_until, verdict) in [
        (0, Err(Code::Expired)),
        (time - 1, Err(Code::Expired)),
        (time, Ok(())),
        (time + life, Ok(())),
        (time + life + 1, Err(Code::TooFarAhead)),
        (u64::MAX, Err(Code::TooFarAhead)),
    ] {
        let mut body = chain.body("t-0", vec![transfer("t-1", 1)]);
        body.valid_until = valid_until;
        let transaction = chain.check(&sign(body, &[key("t-0")]));
        assert_eq!(chain.state.admit(&transaction, time).unwrap(), verdict);
        if let Err(code) = verdict {
            assert_barred(&chain, &transaction, time, code);
        }
    }
}

#[test]
fn who_may_not_act() {
    let mut chain = Chain::new();
    let duo = duo_keys();
    for (actor, keys, code) in [
        ("nobody", vec![key("nobody")], Code::UnknownMember),
        ("barred", vec![key("barred")], Code::MemberSuspended),
        ("t-0", vec![key("t-1")], Code::UnknownKey),
        ("t-0", vec![key("t-0"), key("t-1")], Code::UnknownKey),
        ("duo", vec![duo[0].clone()], Code::TooFewApprovals),
        ("duo", vec![duo[0].clone(), key("t-0")], Code::UnknownKey),
    ] {
        let body = chain.body(actor, vec![transfer("t-2", 1)]);
        let transaction = chain.check(&sign(body, &keys));
        assert_barred(&chain, &transaction, now(&chain), code);
    }
    for keys in [&duo[..2], &duo[1..], &duo[..]] {
        let body = chain.body("duo", vec![transfer("t-2", 1)]);
        let transaction = chain.check(&sign(body, keys));
        assert_eq!(chain.append(&[transaction]).transactions.len(), 1);
    }
}

#[test]
fn authority_is_that_of_the_parent_and_changes_hold_from_the_next_block() {
    let mut chain = Chain::new();
    let reason = || "because".parse().unwrap();
    let suspend = Suspend {
        member: id("t-0"),
        reason: reason(),
    };
    let suspend = chain.tx("regulator", vec![suspend.into()]);
    let same_block = chain.tx("t-0", vec![transfer("t-1", 1)]);
    let next_block = chain.tx("t-0", vec![transfer("t-1", 1)]);
    let block = chain.append(&[suspend, same_block]);
    assert_eq!(block.transactions.len(), 2);
    assert_barred(&chain, &next_block, now(&chain), Code::MemberSuspended);
    let reinstate = Reinstate {
        member: id("t-0"),
        reason: reason(),
    };
    let reinstate = chain.tx("regulator", vec![reinstate.into()]);
    chain.append(&[reinstate]);
    let rotate = RotateKeys {
        keys: vec![public(&key("t-0 new"))],
        threshold: 1,
    };
    let rotate = chain.tx("t-0", vec![rotate.into()]);
    chain.append(&[next_block, rotate]);
    let old = chain.tx("t-0", vec![transfer("t-1", 1)]);
    assert_barred(&chain, &old, now(&chain), Code::UnknownKey);
    let body = chain.body("t-0", vec![transfer("t-1", 1)]);
    let new = chain.check(&sign(body, &[key("t-0 new")]));
    chain.append(&[new]);
}

#[test]
fn an_id_counts_once_as_long_as_it_is_valid_whoever_signed() {
    let mut chain = Chain::new();
    let keys = duo_keys();
    let body = chain.body("duo", vec![transfer("t-0", 1)]);
    let first = chain.check(&sign(body.clone(), &keys[..2]));
    let other_signers = chain.check(&sign(body.clone(), &keys[1..]));
    assert_eq!(first.id(), other_signers.id());
    assert_ne!(first.leaf(), other_signers.leaf());
    chain.append(std::slice::from_ref(&first));
    for again in [&first, &other_signers] {
        // At the very end of its life too, and one millisecond later it is expired.
        assert_barred(&chain, again, now(&chain), Code::Duplicate);
        assert_barred(&chain, again, body.valid_until, Code::Duplicate);
        assert_barred(&chain, again, body.valid_until + 1, Code::Expired);
    }
    let (last, _) = chain
        .state
        .build(chain.slot_at(body.valid_until), &[])
        .unwrap();
    chain.commit(last);
    assert!(chain.state.recent.contains(first.id()));
    assert_barred(&chain, &first, body.valid_until, Code::Duplicate);
    chain.append(&[]);
    assert!(chain.state.recent.is_empty());
}

#[test]
fn a_failed_transaction_cannot_be_repeated_either() {
    let mut chain = Chain::new();
    let poor = chain.tx("t-0", vec![transfer("t-1", 5_000_000)]);
    let block = chain.append(std::slice::from_ref(&poor));
    assert!(matches!(
        block.receipts.transactions[0].outcome,
        Outcome::Rejected(_)
    ));
    assert_barred(&chain, &poor, now(&chain), Code::Duplicate);
}

#[test]
fn the_first_reason_in_order_of_code_is_given() {
    let mut chain = Chain::new();
    let mut body = chain.body("nobody", vec![transfer("t-1", 1)]);
    body.valid_until = 1;
    let transaction = chain.check(&sign(body, &[key("t-1")]));
    assert_barred(&chain, &transaction, now(&chain), Code::Expired);
}

fn check(state: &LedgerState, bytes: &[u8]) -> Result<CheckedTransaction, (Code, String)> {
    CheckedTransaction::check(bytes.into(), &state.genesis_hash, &NoKeyCache)
        .map_err(|wrong| (wrong.code, wrong.detail))
}

#[test]
fn bytes_that_are_no_transaction() {
    let mut chain = Chain::new();
    let body = chain.body("t-0", vec![transfer("t-1", 1)]);
    let good = sign(body.clone(), &[key("t-0")]);
    let bytes = good.to_bytes();
    assert_eq!(check(&chain.state, &bytes).unwrap().transaction(), &good);
    for end in 0..bytes.len() {
        let (code, detail) = check(&chain.state, &bytes[..end]).unwrap_err();
        assert_eq!(code, Code::Undecodable, "cut at {end}: {detail}");
    }
    let signed = |body: Body| sign(body, &[key("t-0")]);
    let many_signers: Vec<_> = (0..17).map(|i| key(&format!("key-{i}"))).collect();
    let unsorted = {
        let mut transaction = sign(body.clone(), &duo_keys());
        transaction.signatures.reverse();
        transaction
    };
    let twice = {
        let mut transaction = good.clone();
        transaction
            .signatures
            .push(transaction.signatures[0].clone());
        transaction
    };
    let huge = "0".repeat(MAX_TRANSACTION_BYTES + 1).into_bytes();
    let with = |at: usize, byte: u8| {
        let mut bytes = bytes.clone();
        bytes[at] = byte;
        bytes
    };
    // Version, genesis, length and name of the actor, number of calls, then the first call's module.
    let call_at = 1 + 32 + 4 + 3 + 4;
    assert_eq!(bytes[call_at..call_at + 3], [2, 3, 0]);
    let rows: Vec<(&str, Vec<u8>, Code, &str)> = vec![
        (
            "trailing",
            [bytes.clone(), vec![0]].concat(),
            Code::Undecodable,
            "1 bytes follow after byte",
        ),
        (
            "unknown version",
            with(0, 2),
            Code::Undecodable,
            "version 2 at byte 0, this node reads version 1",
        ),
        (
            "unknown module",
            with(call_at, 99),
            Code::Undecodable,
            "unknown Call 99.3",
        ),
        (
            "unknown call",
            with(call_at + 1, 77),
            Code::Undecodable,
            "unknown Call 2.77",
        ),
        ("endless list", with(40 + 3, 255), Code::Undecodable, ""),
        (
            "name in capitals",
            with(37, b'T'),
            Code::Undecodable,
            "not a member name",
        ),
        (
            "too large",
            huge,
            Code::TooLarge,
            "262145 bytes, at most 262144",
        ),
        (
            "no calls",
            signed(Body {
                calls: vec![],
                ..body.clone()
            })
            .to_bytes(),
            Code::Undecodable,
            "0 calls, 1 to 64 are allowed",
        ),
        (
            "too many calls",
            signed(Body {
                calls: vec![transfer("t-1", 1); MAX_CALLS + 1],
                ..body.clone()
            })
            .to_bytes(),
            Code::Undecodable,
            "65 calls",
        ),
        (
            "too many annexes",
            signed(Body {
                annexes: vec![Hash::ZERO; MAX_ANNEXES + 1],
                ..body.clone()
            })
            .to_bytes(),
            Code::Undecodable,
            "17 annexes",
        ),
        (
            "no signature",
            sign(body.clone(), &[]).to_bytes(),
            Code::Undecodable,
            "0 signatures, 1 to 16 are allowed",
        ),
        (
            "too many signatures",
            sign(body.clone(), &many_signers).to_bytes(),
            Code::Undecodable,
            "17 signatures",
        ),
        (
            "unsorted signatures",
            unsorted.to_bytes(),
            Code::Undecodable,
            "ascending order of key",
        ),
        (
            "a key twice",
            twice.to_bytes(),
            Code::Undecodable,
            "a key stands twice",
        ),
        (
            "another chain",
            signed(Body {
                genesis: Hash([7; 32]),
                ..body.clone()
            })
            .to_bytes(),
            Code::WrongChain,
            "made for genesis 0707",
        ),
    ];
    assert_eq!(many_signers.len(), MAX_SIGNATURES + 1);
    for (row, bytes, code, detail) in rows {
        let (found, said) = check(&chain.state, &bytes).unwrap_err();
        assert_eq!(found, code, "{row}: {said}");
        assert!(said.contains(detail), "{row}: {said}");
    }
}

#[test]
fn every_changed_byte_is_noticed() {
    let mut chain = Chain::new();
    let mut body = chain.body("t-0", vec![transfer("t-1", 1)]);
    body.memo = "invoice 7".parse().unwrap();
    body.annexes = vec![Hash([3; 32])];
    let bytes = sign(body, &[key("t-0")]).to_bytes();
    for at in 0..bytes.len() {
        for bit in [0, 7] {
            let mut changed = bytes.clone();
            changed[at] ^= 1 << bit;
            let verdict = check(&chain.state, &changed);
            assert!(verdict.is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn signatures_that_do_not_fit() {
    let mut chain = Chain::new();
    let body = chain.body("duo", vec![transfer("t-1", 1)]);
    let keys = duo_keys();
    let good = sign(body.clone(), &keys);
    let bad = |change: &dyn Fn(&mut Transaction)| {
        let mut transaction = good.clone();
        change(&mut transaction);
        let (code, detail) = check(&chain.state, &transaction.to_bytes()).unwrap_err();
        assert_eq!(code, Code::BadSignature, "{detail}");
        detail
    };
    // One of three is enough to spoil it, and it is named.
    let detail = bad(&|t| t.signatures[1].signature.0[3] ^= 1);
    assert!(detail.contains(&public(&keys[1]).to_string()), "{detail}");
    bad(&|t| t.signatures[2].signature = t.signatures[0].signature);
    bad(&|t| t.signatures[0].signature = Signature([0; 64]));
    bad(&|t| t.body.valid_until += 1);
    bad(&|t| t.body.memo = "x".parse().unwrap());
    bad(&|t| t.body.actor = id("t-0"));
    bad(&|t| t.body.salt.0[0] ^= 1);
    // The neutral point is a key of small order: with it a signature could fit any message.
    bad(&|t| {
        t.signatures[0].key.0 = [0; 32];
        t.signatures[0].key.0[0] = 1;
        t.signatures[0].signature.0 = [0; 64];
        t.signatures[0].signature.0[0] = 1;
        t.signatures.sort_by_key(|s| s.key);
    });
    let certified =
        CheckedTransaction::certified(good.to_bytes().into(), &chain.state.genesis_hash);
    assert_eq!(certified.unwrap().id(), &body.id());
}

fn transaction_json() -> Value {
    let mut chain = Chain::new();
    let body = chain.body("t-0", vec![transfer("t-1", 100)]);
    serde_json::from_str(&sign(body, &[key("t-0")]).to_json()).unwrap()
}

#[test]
fn json_comes_back_as_it_was() {
    let value = transaction_json();
    let text = serde_json::to_vec(&value).unwrap();
    let transaction = Transaction::from_json(&text).unwrap();
    let again = Transaction::from_bytes(&transaction.to_bytes()).unwrap();
    assert_eq!(again, transaction);
    assert_eq!(
        serde_json::from_str::<Value>(&again.to_json()).unwrap(),
        value
    );
    assert_eq!(value["body"]["calls"][0]["call"], "cash.transfer");
    assert!(value["body"]["valid_until"].is_string());
}

/// Where in the JSON, what is put there, and what the refusal says.
type Row = (&'static str, Value, &'static str);

#[test]
fn json_that_is_no_transaction() {
    let rows: Vec<Row> = vec![
        ("/extra", json!(1), "unknown field `extra`"),
        ("/body/extra", json!(1), "unknown field `extra`"),
        (
            "/body/calls/0/args/extra",
            json!(1),
            "unknown field `extra`",
        ),
        ("/body/calls/0/extra", json!(1), "extra"),
        (
            "/body/calls/0/call",
            json!("cash.burn"),
            "unknown variant `cash.burn`",
        ),
        ("/body/calls/0/call", json!(7), "expected value at line 1"),
        ("/body/calls", json!([]), "0 calls, 1 to 64 are allowed"),
        ("/body/calls", json!({}), "expected a sequence"),
        (
            "/body/actor",
            json!("Big Co"),
            "`Big Co` is not a member name",
        ),
        ("/body/valid_until", json!(5), "expected a string"),
        (
            "/body/valid_until",
            json!("-5"),
            "`-5` is not a whole number in range",
        ),
        (
            "/body/valid_until",
            json!("18446744073709551616"),
            "is not a whole number in range",
        ),
        ("/body/genesis", json!("12"), "`12` is not 32 bytes in hex"),
        ("/body/salt", json!("zz"), "is not 16 bytes in hex"),
        ("/body/memo", json!("a\nb"), "control character"),
        ("/body/memo", json!("x".repeat(257)), "at most 256"),
        ("/body", Value::Null, "body"),
        (
            "/signatures",
            json!([]),
            "0 signatures, 1 to 16 are allowed",
        ),
        (
            "/signatures/0/signature",
            json!("00"),
            "is not 64 bytes in hex",
        ),
        ("/signatures/0/by", json!("me"), "unknown field `by`"),
    ];
    for (pointer, put, said) in rows {
        let mut value = transaction_json();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        let parent = value.pointer_mut(parent).unwrap();
        match put {
            Value::Null => {
                parent.as_object_mut().unwrap().remove(field);
            }
            put => parent[field] = put,
        }
        let text = serde_json::to_vec(&value).unwrap();
        let wrong = Transaction::from_json(&text).unwrap_err();
        assert_eq!(wrong.code, Code::Undecodable, "{pointer}");
        assert!(wrong.detail.contains(said), "{pointer}: {}", wrong.detail);
    }
    let good = serde_json::to_string(&transaction_json()).unwrap();
    let twice = good.replacen("{\"body\":", "{\"body\":null,\"body\":", 1);
    let deep = "[".repeat(100_000);
    for text in [
        "",
        "{",
        "null",
        "[]",
        "\u{feff}{}",
        &good[1..],
        &twice,
        &deep,
    ] {
        let wrong = Transaction::from_json(text.as_bytes()).unwrap_err();
        assert_eq!(wrong.code, Code::Undecodable, "{}", wrong.detail);
    }
    let trailing = good + "x";
    let wrong = Transaction::from_json(trailing.as_bytes()).unwrap_err();
    assert!(wrong.detail.contains("trailing"), "{}", wrong.detail);
    let wrong = Transaction::from_json(&vec![b' '; MAX_TRANSACTION_JSON_BYTES + 1]).unwrap_err();
    assert_eq!(wrong.code, Code::TooLarge);
}
