//! What the program reads: invoices, scenarios, instructions, command lines, answers of nodes.

use super::chain::{chain, file, files};
use super::texts::deep_toml;
use super::{Form, Target};
use allonge_cli::client::{
    At, CashBody, EventView, MembersBody, RequestsBody, StatusBody, TransactionView,
};
use allonge_cli::cluster::{MANIFEST_FILE, Manifest};
use allonge_cli::invoice;
use allonge_cli::parse::{AmountArg, DayArg, LotArg, day_count, duration, role};
use allonge_cli::{Cli, readers};
use allonge_contracts::receivables::Quoted;
use allonge_contracts::{DayCount, Hash, Money, Rate};
use clap::Parser;
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::sync::OnceLock;

pub fn targets() -> Vec<Target> {
    let text = |name, read, seeds| Target {
        name,
        form: Form::Text,
        most: 64 * 1024,
        read,
        seeds,
    };
    let json = |name, read, seeds| Target {
        form: Form::Json,
        ..text(name, read, seeds)
    };
    vec![
        text("invoice", invoice, invoice_seeds),
        text("scenario", scenario, scenario_seeds),
        text("instruction", instruction, instruction_seeds),
        text("arguments", arguments, argument_seeds),
        text("command_line", command_line, command_line_seeds),
        text("event_stream", event_stream, event_stream_seeds),
        json("answers", answers, answer_seeds),
        json("quote", readers::quote, quote_seeds),
        json("manifest", manifest, manifest_seeds),
    ]
}

fn invoice(bytes: &[u8]) -> bool {
    let read = invoice::read(bytes);
    let owed = invoice::read_invoice(bytes);
    match (&read, &owed) {
        (Ok(document), Ok(invoice)) => assert_eq!(*document, invoice.document),
        (Err(_), Ok(_)) => panic!("an invoice that is no document"),
        _ => {}
    }
    if let Err(error) = &read {
        let text = error.to_string();
        assert!(text.len() < 8_192, "a refusal that repeats the file");
        assert!(
            !text.chars().any(|c| c.is_control() && c != '\n'),
            "a refusal with control characters: {text:?}"
        );
    }
    read.is_ok()
}

fn invoice_seeds() -> Vec<Vec<u8>> {
    let mut seeds = files("fixtures/invoices");
    seeds.extend(files("fixtures/bad-invoices"));
    seeds.push(file("fixtures/invoice-ubl.xml"));
    seeds
}

fn scenario(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes).is_ok_and(|text| readers::scenario(text).is_ok())
}

fn scenario_seeds() -> Vec<Vec<u8>> {
    let mut seeds = files("scenarios");
    seeds.push(deep_toml());
    seeds
}

fn instruction(bytes: &[u8]) -> bool {
    std::str::from_utf8(bytes)
        .is_ok_and(|text| readers::instruction(text).is_ok_and(|legs| legs > 0))
}

fn instruction_seeds() -> Vec<Vec<u8>> {
    let lot = "510210009999620270105000000011:1-100000";
    vec![
        format!(
            "deadline = 2027-01-08\nreference = \"trade 7\"\n[[leg]]\nlot = \"{lot}\"\namount = \"600.00\"\n\
             from = \"acme\"\nto = \"bolt\"\n[[leg]]\ncash = \"590.00 EUR\"\nfrom = \"bolt\"\nto = \"acme\"\n\
             for = \"paper\"\n"
        )
        .into_bytes(),
    ]
}

fn arguments(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let today = "2027-01-05".parse().unwrap();
    let read = [
        text.parse::<LotArg>()
            .is_ok_and(|lot| lot.to_string().parse() == Ok(lot)),
        text.parse::<AmountArg>().is_ok_and(|amount| {
            let _ = amount.money("JPY".parse().unwrap());
            let _ = amount.money_in("KWD".parse().unwrap());
            true
        }),
        text.parse::<DayArg>()
            .is_ok_and(|day| day.from_day(today).is_ok()),
        duration(text).is_ok(),
        day_count(text).is_ok(),
        role(text).is_ok(),
    ];
    read.contains(&true)
}

fn argument_seeds() -> Vec<Vec<u8>> {
    [
        "510210009999620270105000000011:101–12200",
        "1,000,000.00 CNY",
        "90d",
        "6m",
        "2027-03-01",
        "500ms",
        "ACT/360",
        "finance-company",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn command_line(bytes: &[u8]) -> bool {
    let text = String::from_utf8_lossy(bytes);
    let words = text.split('\n').take(64);
    Cli::try_parse_from(std::iter::once("allonge").chain(words)).is_ok()
}

fn command_line_seeds() -> Vec<Vec<u8>> {
    [
        "status\n--output\njson",
        "bill\nshow\n510210009999620270105000000011",
        "bill\ntransfer\n510210009999620270105000000011:1-100\n--to\nacme\n--as\nbolt",
        "cash\ntransfer\n--to\nacme\n--amount\n5.00\n--as\nbolt",
        "cluster\nup\n--nodes\n4",
        "settle\npropose\n--leg\n5 CNY from a to b\n--as\na",
        "member\nlist\n--output=json",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}

fn event_stream(bytes: &[u8]) -> bool {
    readers::events(bytes).is_ok_and(|messages| messages > 0)
}

fn event_stream_seeds() -> Vec<Vec<u8>> {
    vec![
        b": hello\n\nid: 3/1/0\nevent: event\ndata: {\"a\":\ndata: 1}\r\n\r\nid:4\ndata:x\n\n"
            .to_vec(),
        b"event: error\ndata: {}\n\n".to_vec(),
    ]
}

/// What a node may answer with: it is not trusted.
fn answers(bytes: &[u8]) -> bool {
    fn one<T: Serialize + DeserializeOwned>(bytes: &[u8]) -> bool {
        let Ok(read) = serde_json::from_slice::<T>(bytes) else {
            return false;
        };
        let again = serde_json::to_vec(&read).expect("what was read can be written");
        assert!(
            serde_json::from_slice::<T>(&again).is_ok(),
            "written and not read again"
        );
        true
    }
    let read = [
        one::<StatusBody>(bytes),
        one::<At<TransactionView>>(bytes),
        one::<At<MembersBody>>(bytes),
        one::<At<CashBody>>(bytes),
        one::<At<RequestsBody>>(bytes),
        one::<EventView>(bytes),
    ];
    read.contains(&true)
}

fn answer_seeds() -> Vec<Vec<u8>> {
    let block = &chain().blocks[3];
    let receipt = serde_json::to_value(&block.receipts().transactions[0]).unwrap();
    let at = |body: serde_json::Value| {
        let mut value = serde_json::json!({"height": "4"});
        let fields = value.as_object_mut().unwrap();
        fields.extend(body.as_object().unwrap().clone());
        serde_json::to_vec(&value).unwrap()
    };
    vec![
        at(serde_json::json!({
            "id": receipt["transaction"], "status": "final", "block_height": "4",
            "block": hex::encode([1; 32]), "time_ms": "5", "index": 0, "receipt": receipt, "rejection": null
        })),
        at(serde_json::json!({"id": receipt["transaction"], "status": "waiting"})),
        at(serde_json::json!({"members": [], "next": null})),
        at(serde_json::json!({"member": "bank", "balances": [], "holds": [], "next": null})),
    ]
}

fn quote_seeds() -> Vec<Vec<u8>> {
    let quoted = Quoted {
        rate: Rate(38_500),
        day_count: DayCount::Act360,
        advance: Money::new("CNY".parse().unwrap(), 20_000_000),
        recourse: true,
        salt: Hash([7; 32]),
    };
    vec![serde_json::to_vec(&quoted).unwrap()]
}

fn manifest(bytes: &[u8]) -> bool {
    static FOLDER: OnceLock<tempfile::TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path();
    let _ = std::fs::remove_file(folder.join(MANIFEST_FILE));
    std::fs::write(folder.join(MANIFEST_FILE), bytes).unwrap();
    Manifest::read(folder).is_ok()
}

fn manifest_seeds() -> Vec<Vec<u8>> {
    vec![
        serde_json::to_vec(&serde_json::json!({
            "version": 1, "network": "dev", "genesis": hex::encode([1; 32]), "genesis_file": "genesis.json",
            "keys": "keys", "currencies": ["CNY"], "authority": "central", "members": [], "nodes": [{
                "name": "node-0", "validator": hex::encode([2; 32]), "home": "node-0", "log": "log",
                "url": "http://127.0.0.1:8080", "consensus": "127.0.0.1:1", "gossip": "127.0.0.1:2"
            }]
        }))
        .unwrap(),
    ]
}
