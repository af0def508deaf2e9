//! Bytes and JSON of calls and events: stable, canonical, and read back as they were.

#![allow(
    clippy::disallowed_methods,
    reason = "a test reads and writes its vectors"
)]

#[path = "support/sample_events.rs"]
mod sample_events;
#[path = "support/samples.rs"]
mod samples;
mod support;

use allonge_contracts::bills::{BillKind, Circulation, Dishonour, HandKind, RefusalCode, Status};
use allonge_contracts::calls::RecordPaper;
use allonge_contracts::{Call, Code, Event};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::fmt::Debug;
use std::path::PathBuf;

fn round_trip<T>(value: &T) -> Value
where
    T: Serialize + DeserializeOwned + BorshSerialize + BorshDeserialize + PartialEq + Debug,
{
    let bytes = borsh::to_vec(value).unwrap();
    assert_eq!(&borsh::from_slice::<T>(&bytes).unwrap(), value);
    let json = serde_json::to_value(value).unwrap();
    assert_eq!(&serde_json::from_value::<T>(json.clone()).unwrap(), value);
    // Neither cut off nor with more behind.
    for end in 0..bytes.len() {
        assert!(
            borsh::from_slice::<T>(&bytes[..end]).is_err(),
            "cut at {end}: {json}"
        );
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(borsh::from_slice::<T>(&longer).is_err());
    json!({ "json": json, "bytes": hex(&bytes) })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn every_call_and_event_has_a_sample() {
    let names: Vec<&str> = samples::calls().iter().map(Call::name).collect();
    let all: Vec<&str> = Call::NAMES.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(names, all);
    let names: Vec<&str> = sample_events::events().iter().map(Event::name).collect();
    let all: Vec<&str> = Event::NAMES.iter().map(|(_, _, name)| *name).collect();
    assert_eq!(names, all);
}

#[test]
fn the_vectors_hold() {
    let calls: Vec<Value> = samples::calls().iter().map(round_trip).collect();
    let events: Vec<Value> = sample_events::events().iter().map(round_trip).collect();
    let codes: Vec<Value> = Code::ALL
        .iter()
        .map(|code| json!([code.number(), code.name()]))
        .collect();
    let made = json!({ "calls": calls, "events": events, "codes": codes });
    let path: PathBuf = [
        env!("CARGO_MANIFEST_DIR"),
        "..",
        "tests",
        "vectors",
        "calls.json",
    ]
    .iter()
    .collect();
    if std::env::var_os("ALLONGE_WRITE_VECTORS").is_some() {
        let text = serde_json::to_string_pretty(&made).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let written: Value = serde_json::from_str(&text).unwrap();
    // A code may be added, but one that was given out stays as it is.
    for code in written["codes"].as_array().unwrap() {
        let known = made["codes"].as_array().unwrap().contains(code);
        assert!(known, "{code} has changed");
    }
    for part in ["calls", "events"] {
        let (made, written) = (made[part].as_array(), written[part].as_array());
        let (made, written) = (made.unwrap(), written.unwrap());
        for (made, written) in made.iter().zip(written) {
            assert_eq!(
                made, written,
                "ALLONGE_WRITE_VECTORS=1 writes the file anew"
            );
        }
        assert_eq!(made.len(), written.len(), "{part}");
    }
}

#[test]
fn every_kind_of_paper_is_read_back() {
    for paper in samples::papers() {
        let made = round_trip(&Call::from(RecordPaper {
            paper: paper.clone(),
        }));
        let kind = paper.kind().replace(' ', "_");
        assert_eq!(made["json"]["args"]["paper"]["kind"], json!(kind));
    }
}

#[test]
fn what_is_unknown_or_malformed_is_refused() {
    for text in [
        r#"{"call":"cash.steal","args":{}}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":"1.00","currency":"CNY"},"more":1}}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":"1.00","currency":"CNY"}},"more":1}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":"1.234","currency":"CNY"}}}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":"-1","currency":"CNY"}}}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":"184467440737095516.16","currency":"CNY"}}}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":1,"currency":"CNY"}}}"#,
        r#"{"call":"cash.redeem","args":{"money":{"amount":"1","currency":"XXX9"}}}"#,
        r#"{"call":"bills.revoke","args":{"bill":"510210009999620270105000000012"}}"#,
        r#"{"call":"bills.revoke","args":{"bill":{"call":0,"more":1}}}"#,
        r#"{"call":"clock.advance","args":{"to":"2027-02-29"}}"#,
        r#"{"call":"members.suspend","args":{"member":"Core","reason":""}}"#,
        r#"{"call":"members.suspend","args":{"member":"core","reason":"two\nlines"}}"#,
    ] {
        assert!(serde_json::from_str::<Call>(text).is_err(), "{text}");
    }
    // Unknown numbers, and a length that is not there.
    for bytes in [
        &[9u8, 1, 0][..],
        &[1, 99, 0],
        &[1, 2, 0, 255, 255, 255, 255],
    ] {
        assert!(borsh::from_slice::<Call>(bytes).is_err());
    }
}

#[test]
fn defaults_may_be_left_out_of_json() {
    let text = r#"{"call":"cash.redeem","args":{"money":{"amount":"1,000.5","currency":"CNY"}}}"#;
    let call: Call = serde_json::from_str(text).unwrap();
    assert_eq!(call.name(), "cash.redeem");
}

#[test]
fn words_are_read_back() {
    fn check<T: Copy + PartialEq + Debug>(
        all: &[T],
        word: fn(T) -> &'static str,
        read: fn(&str) -> Option<T>,
    ) {
        for value in all {
            assert_eq!(read(word(*value)), Some(*value));
        }
    }
    check(BillKind::ALL, BillKind::as_str, BillKind::from_word);
    check(Status::ALL, Status::as_str, Status::from_word);
    check(
        Circulation::ALL,
        Circulation::as_str,
        Circulation::from_word,
    );
    check(Dishonour::ALL, Dishonour::as_str, Dishonour::from_word);
    check(
        RefusalCode::ALL,
        RefusalCode::as_str,
        RefusalCode::from_word,
    );
    check(HandKind::ALL, HandKind::as_str, HandKind::from_word);
}
