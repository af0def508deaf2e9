//! Every act on trade papers as it is typed, and the call that goes out for it; invoices from their files.

use crate::fake::{FakeNode, Home, Ran, Reply, accepted, at, error};
use allonge_contracts::Code;
use serde_json::{Value, json};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

const ID: &str = "0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091";
const OTHER: &str = "5d7f90911b3d5f70c8e0a1b30f3c5a7e";
/// The commitment of tests/fixtures/invoice-ubl.xml under the key 000102…1f (docs/protocol.md).
const COMMITMENT: &str = "e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e";
/// The seller's legal identifier on it.
const SELLER: &str = "91350100M000100Y43";

fn money(amount: &str) -> Value {
    json!({ "amount": amount, "currency": "CNY" })
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/fixtures")
        .join(name)
}

/// A home with the invoice key of the protocol's example.
fn home() -> Home {
    let home = Home::new();
    let key: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
    let file = home.path().join("invoice.key");
    std::fs::write(&file, key).unwrap();
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o600)).unwrap();
    home
}

fn paper() -> Value {
    json!({
        "id": COMMITMENT, "by": "acme", "recorded_on": "2027-01-08", "height": "9",
        "body": {
            "kind": "invoice", "commitment": COMMITMENT, "seller": "acme", "buyer": "motor",
            "value": money("1000000.00"), "date": "2027-01-07"
        },
        "worth": money("900000.00"), "over_backed": false, "attested": 1, "denied": 0
    })
}

fn view() -> Value {
    json!({
        "paper": paper(),
        "attestations": [{
            "by": "motor", "verdict": "confirmed", "date": "2027-01-08", "height": "11", "document": null,
            "text": ""
        }]
    })
}

fn claim() -> Value {
    json!({
        "id": ID, "paper": COMMITMENT, "kind": "pledge", "from": "acme", "to": "bank-b",
        "money": money("400000.00"), "registry": "", "notice_on": "2027-01-08", "date": "2027-01-08",
        "ended": null
    })
}

fn condition() -> Value {
    json!({
        "id": OTHER, "by": "acme", "statement": "goods received", "attestor": "inspector",
        "deadline": "2027-01-10", "set_on": "2027-01-05", "status": "open", "ended_on": null,
        "document": null, "request": ID, "agreed": true
    })
}

fn node(home: &Home) -> FakeNode {
    let usual = home.usual();
    let mut acme = home.member.clone();
    acme["member"]["legal_id"] = json!(SELLER);
    FakeNode::start(move |asked, _| {
        let target = asked.target.as_str();
        if target == "/v1/members/acme" {
            return Reply::Json(200, acme.clone());
        }
        usual(asked).unwrap_or_else(|| match target {
            _ if asked.is_post() => accepted(asked),
            "/v1/members" => {
                let mut motor = acme["member"].clone();
                motor["id"] = json!("motor");
                motor["legal_id"] = Value::Null;
                let members = json!([acme["member"], motor]);
                Reply::Json(200, at(json!({ "members": members, "next": null })))
            }
            "/v1/trade/papers?member=acme" => Reply::Json(
                200,
                at(json!({ "member": "acme", "papers": [paper()], "next": null })),
            ),
            "/v1/trade/claims?holder=acme" => Reply::Json(
                200,
                at(json!({ "holder": "acme", "claims": [claim()], "next": null })),
            ),
            "/v1/trade/conditions?attestor=acme" => Reply::Json(
                200,
                at(json!({ "attestor": "acme", "conditions": [condition()], "next": null })),
            ),
            _ if target == format!("/v1/trade/papers/{COMMITMENT}") => Reply::Json(200, at(view())),
            _ if target == format!("/v1/trade/claims/{ID}") => Reply::Json(
                200,
                at(json!({
                    "claim": claim(), "rank": "notified", "covered": money("300000.00")
                })),
            ),
            _ if target == format!("/v1/trade/conditions/{OTHER}") => {
                Reply::Json(200, at(json!({ "condition": condition() })))
            }
            _ if target == format!("/v1/trade/check/{COMMITMENT}") => {
                Reply::Json(200, at(json!({ "free": false })))
            }
            _ if target.starts_with(&format!("/v1/trade/check/{COMMITMENT}?amount=5.00")) => {
                Reply::Json(200, at(json!({ "free": true })))
            }
            _ if target.starts_with("/v1/trade/conditions/") => {
                Reply::Json(404, error(Code::NoSuchCondition))
            }
            _ if target.starts_with("/v1/trade/claims/") => {
                Reply::Json(404, error(Code::NoSuchClaim))
            }
            _ if target.starts_with("/v1/trade/papers/") => {
                Reply::Json(404, error(Code::NoSuchPaper))
            }
            _ => Reply::Json(404, error(Code::NotFound)),
        })
    })
}

/// Splits a line as a shell does, with double quotes.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    for (at, part) in line.split('"').enumerate() {
        match at % 2 {
            0 => words.extend(part.split_whitespace().map(str::to_owned)),
            _ => words.push(part.to_owned()),
        }
    }
    words
}

fn typed(home: &Home, node: &FakeNode, line: &str) -> Ran {
    let line = line
        .replace("{id}", ID)
        .replace("{other}", OTHER)
        .replace("{hash}", COMMITMENT)
        .replace("{xml}", &fixture("invoice-ubl.xml").display().to_string());
    let words = words(&line);
    home.run(
        &node.url,
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// What is typed, the call's name, and what its arguments say.
fn rows() -> Vec<(&'static str, &'static str, Value)> {
    let invoice = json!({ "paper": {
        "kind": "invoice", "commitment": COMMITMENT, "seller": "acme", "buyer": "motor",
        "value": money("1000000.00"), "date": "2027-01-07"
    }});
    vec![
        // By its file, and by its facts: the same commitment.
        (
            "trade import {xml} --buyer motor",
            "trade.record",
            invoice.clone(),
        ),
        (
            "trade record invoice --number EX-2027-000118 --buyer motor --amount 1,000,000 --date 2027-01-07",
            "trade.record",
            invoice.clone(),
        ),
        (
            "trade record invoice --number \" EX-2027-000118 \" --legal-id 9135-0100-M000-100Y43 --seller acme --buyer motor --amount 1000000.00 --date 2027-01-07",
            "trade.record",
            invoice.clone(),
        ),
        (
            "trade record invoice --commitment {hash} --buyer motor --amount 1,000,000.00 --date 2027-01-07",
            "trade.record",
            invoice,
        ),
        (
            "trade record credit-note --invoice {hash} --commitment {hash} --amount 5 --date 0d",
            "trade.record",
            json!({ "paper": {
                "kind": "credit_note", "commitment": COMMITMENT, "invoice": COMMITMENT,
                "value": money("5.00"), "date": "2027-01-05"
            }}),
        ),
        (
            "trade record goods --to motor --goods \"brake discs\" --quantity 1200.5 --unit pcs --date 2027-01-04 --price 9,000 --origin Ningbo --grade A",
            "trade.record",
            json!({ "paper": {
                "kind": "goods", "from": "acme", "to": "motor", "goods": "brake discs", "origin": "Ningbo",
                "date": "2027-01-04", "quantity": "1200.5", "unit": "pcs", "price": money("9000.00"),
                "grade": "A"
            }}),
        ),
        (
            "trade record contract --hash {hash} --buyer motor --date 2027-01-04",
            "trade.record",
            json!({ "paper": {
                "kind": "contract", "document": COMMITMENT, "seller": "acme", "buyer": "motor",
                "date": "2027-01-04"
            }}),
        ),
        // printf with 32 zero bytes and `abc`, hashed with sha256sum.
        (
            "trade record document --file {abc} --salt 0000000000000000000000000000000000000000000000000000000000000000",
            "trade.record",
            json!({ "paper": {
                "kind": "document",
                "document": "SALTED"
            }}),
        ),
        (
            "trade attest {hash}",
            "trade.attest",
            json!({ "paper": COMMITMENT, "verdict": "confirmed", "document": null, "text": "" }),
        ),
        (
            "trade attest {hash} --deny --text \"not ours\" --document {hash}",
            "trade.attest",
            json!({ "verdict": "denied", "document": COMMITMENT, "text": "not ours" }),
        ),
        (
            "trade attest {other}",
            "trade.fulfil",
            json!({ "condition": OTHER, "document": null }),
        ),
        (
            "trade condition \"goods received\" --attestor inspector --deadline 20d",
            "trade.condition",
            json!({ "statement": "goods received", "attestor": "inspector", "deadline": "2027-01-25" }),
        ),
        (
            "trade escrow {id} --condition {other}",
            "trade.escrow",
            json!({ "request": ID, "condition": OTHER }),
        ),
        (
            "trade claim {hash} 400,000.00 --to bank-b --notice",
            "trade.claim_invoice",
            json!({
                "paper": COMMITMENT, "to": "bank-b", "kind": "pledge", "money": money("400000.00"),
                "registry": "", "notice": true
            }),
        ),
        (
            "trade claim {hash} 5 --to bank-b --assign --registry ZDW-1",
            "trade.claim_invoice",
            json!({ "kind": "assignment", "registry": "ZDW-1", "notice": false }),
        ),
        (
            "trade release {id} --unused",
            "trade.release_claim",
            json!({ "claim": ID, "how": "unused" }),
        ),
        (
            "trade release {id} --paid",
            "trade.release_claim",
            json!({ "claim": ID, "how": "paid" }),
        ),
    ]
}

#[test]
fn each_act_goes_out_as_the_call_that_was_meant() {
    use sha2::Digest;
    let home = home();
    let node = node(&home);
    let abc = home.path().join("abc");
    std::fs::write(&abc, "abc").unwrap();
    let salted = hex::encode(sha2::Sha256::digest([&[0; 32][..], b"abc"].concat()));
    for (number, (line, call, wanted)) in rows().iter().enumerate() {
        let line = line.replace("{abc}", &abc.display().to_string());
        let wanted = wanted.to_string().replace("SALTED", &salted);
        let wanted: Value = serde_json::from_str(&wanted).unwrap();
        let ran = typed(&home, &node, &line);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        let posts = node.posts();
        assert_eq!(posts.len(), number + 1, "{line}: {ran:?}");
        let body = posts[number].transaction().body;
        let sent = serde_json::to_value(&body.calls[0]).unwrap();
        assert_eq!(sent["call"], *call, "{line}");
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(sent["args"][name], *value, "{line}: {name} in {sent}");
        }
        // The number itself never leaves this computer.
        let bytes = String::from_utf8_lossy(&posts[number].body).into_owned();
        assert!(!bytes.contains("EX-2027"), "{line}");
    }
}

#[test]
fn a_condition_is_set_and_tied_to_its_request_in_one_transaction() {
    let home = home();
    let node = node(&home);
    let line =
        "trade escrow {id} --statement \"goods received\" --attestor inspector --deadline 5d";
    let ran = typed(&home, &node, line);
    assert_eq!(ran.code, 0, "{ran:?}");
    let sent = serde_json::to_value(node.posts()[0].transaction().body.calls).unwrap();
    assert_eq!(sent[0]["call"], "trade.condition");
    assert_eq!(sent[0]["args"]["deadline"], "2027-01-10");
    assert_eq!(sent[1]["call"], "trade.escrow");
    assert_eq!(sent[1]["args"]["condition"], json!({ "call": 0 }));
    assert_eq!(sent[1]["args"]["request"], ID);
}

#[test]
fn what_is_meant_must_be_clear_before_anything_is_sent() {
    let home = home();
    let node = node(&home);
    let rows = [
        ("trade record", "Usage", ""),
        ("trade record receipt", "receipt", ""),
        (
            "trade record invoice --buyer motor --amount 5 --date 0d",
            "--number",
            "",
        ),
        (
            "trade record invoice --number 5 --amount 5 --date 0d",
            "--buyer",
            "",
        ),
        (
            "trade record invoice --number 5 --buyer motor --amount 0 --date 0d",
            "INVOICE_AMOUNT_NOT_POSITIVE",
            "",
        ),
        (
            "trade record invoice --number=--- --buyer motor --amount 5 --date 0d",
            "INVOICE_NO_NUMBER",
            "",
        ),
        (
            "trade record invoice --number 5 --seller motor --buyer acme --amount 5 --date 0d",
            "NOT_FOUND",
            "",
        ),
        (
            "trade record invoice --number 5 --commitment {hash} --buyer motor --amount 5 --date 0d",
            "--commitment",
            "",
        ),
        (
            "trade record invoice --number 5 --buyer motor --amount 5 --date 2027-02-30",
            "2027-02-30",
            "",
        ),
        (
            "trade record invoice --number 5 --buyer motor --amount 5 --date 0d --invoice-key /nowhere",
            "INVOICE_KEY",
            "/nowhere",
        ),
        (
            "trade record credit-note --number 5 --amount 5 --date 0d",
            "--invoice",
            "",
        ),
        (
            "trade record credit-note --invoice 12 --number 5 --amount 5 --date 0d",
            "32 bytes in hex",
            "12",
        ),
        (
            "trade record goods --to motor --goods x --quantity 1.0000001 --unit kg --date 0d",
            "1.0000001",
            "six decimals",
        ),
        (
            "trade record goods --to motor --goods x --quantity 1 --date 0d",
            "--unit",
            "",
        ),
        ("trade record document", "--file", ""),
        (
            "trade record document --file /nowhere.pdf",
            "FILE",
            "/nowhere.pdf",
        ),
        ("trade record document --hash 12", "32 bytes in hex", "12"),
        ("trade import", "<FILE>", ""),
        (
            "trade import /nowhere.xml",
            "INVOICE_UNREADABLE",
            "/nowhere.xml",
        ),
        ("trade import {xml}", "NO_PARTY", "--buyer"),
        ("trade import {xml} --buyer Motor", "`Motor`", "member name"),
        (
            "trade import {xml} --buyer motor --invoice-key {xml}",
            "INVOICE_KEY",
            "",
        ),
        ("trade show 12", "neither the id of a paper", "12"),
        (
            "trade show ffffffffffffffffffffffffffffffff",
            "NOT_FOUND",
            "neither a claim nor a condition",
        ),
        (
            "trade show ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
            "NO_SUCH_PAPER",
            "",
        ),
        ("trade list --claims --conditions", "--conditions", ""),
        ("trade attest {hash} --deny", "--text", ""),
        ("trade attest {other} --text x", "USAGE", "64 digits"),
        ("trade attest", "<ID>", ""),
        (
            "trade condition \" \" --attestor inspector --deadline 5d",
            "the statement is empty",
            "",
        ),
        ("trade condition x --deadline 5d", "--attestor", ""),
        ("trade condition x --attestor inspector", "--deadline", ""),
        ("trade escrow {id}", "--condition", ""),
        (
            "trade escrow {id} --statement x --deadline 5d",
            "--attestor",
            "",
        ),
        (
            "trade escrow {id} --condition {other} --statement x --attestor a --deadline 5d",
            "--condition",
            "",
        ),
        ("trade claim {hash} 5", "--to", ""),
        ("trade claim {hash} --to bank-b", "<AMOUNT>", ""),
        ("trade claim {hash} five --to bank-b", "five", ""),
        ("trade release {id}", "--unused", ""),
        ("trade release {id} --unused --paid", "--paid", ""),
        ("trade check", "<COMMITMENT>", ""),
        ("trade check 12", "32 bytes in hex", "12"),
        (
            "trade check --file /nowhere.xml",
            "INVOICE_UNREADABLE",
            "/nowhere.xml",
        ),
        ("trade check {hash} --amount five", "five", ""),
    ];
    let mut wrong = Vec::new();
    for (line, code, part) in rows {
        let ran = typed(&home, &node, line);
        if ran.code != 2 || !ran.err.contains(code) || !ran.err.contains(part) {
            wrong.push(format!("{line}: 2, {code}, {part}: {ran:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(node.posts().is_empty() && !home.sent_log().exists());
}

#[test]
fn an_invoice_is_read_without_a_node() {
    let home = home();
    let file = fixture("invoice-ubl.xml");
    let ran = home.run(
        "http://127.0.0.1:1",
        &["trade", "import", file.to_str().unwrap(), "--dry-run"],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "INVOICE EX-2027-000118",
        "2027-01-07",
        "1,000,000.00 CNY",
        "legal id 91350100M000100Y43",
        "order PO-2026-7741, contract FC-2026-033",
        "backs up to 1,000,000.00 CNY",
        COMMITMENT,
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let args = [
        "trade",
        "import",
        file.to_str().unwrap(),
        "--dry-run",
        "--output",
        "json",
    ];
    let shown = home.run("http://127.0.0.1:1", &args).json();
    assert_eq!(shown["schema"], "allonge.invoice/1");
    assert_eq!(shown["effect"], "backs");
    assert_eq!(shown["commitment"], COMMITMENT);
    // Without a key it is read all the same.
    std::fs::remove_file(home.path().join("invoice.key")).unwrap();
    let shown = home.run("http://127.0.0.1:1", &args).json();
    assert_eq!(shown["commitment"], Value::Null);
}

#[test]
fn what_has_nothing_payable_backs_nothing() {
    let home = home();
    let node = node(&home);
    let text = std::fs::read_to_string(fixture("invoice-ubl.xml")).unwrap();
    let payable = "currencyID=\"CNY\">1000000.00</cbc:PayableAmount>";
    assert_eq!(text.matches(payable).count(), 1);
    for (amount, says) in [
        ("0.00", "nothing is to be paid on it, so it backs nothing"),
        (
            "-5.00",
            "its payable amount is below zero, so it backs nothing",
        ),
    ] {
        let file = home.path().join("nothing.xml");
        let changed = format!("currencyID=\"CNY\">{amount}</cbc:PayableAmount>");
        std::fs::write(&file, text.replace(payable, &changed)).unwrap();
        let file = file.display().to_string();
        let ran = typed(&home, &node, &format!("trade import {file} --dry-run"));
        assert_eq!(ran.code, 0, "{ran:?}");
        assert!(ran.out.contains(says), "{}", ran.out);
        let ran = typed(&home, &node, &format!("trade import {file} --buyer motor"));
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains(says), "{}", ran.err);
        assert!(
            ran.err.contains("INVOICE_AMOUNT_NOT_POSITIVE"),
            "{}",
            ran.err
        );
    }
    assert!(node.posts().is_empty());
}

/// A credit note names its invoice by number; the commitment is found among those on record.
#[test]
fn a_credit_note_finds_the_invoice_that_it_lowers() {
    let home = home();
    let node = node(&home);
    let note = |number: &str| {
        let file = home.path().join("note.xml");
        let text = std::fs::read_to_string(fixture("invoice-ubl.xml"))
            .unwrap()
            .replace("EX-2027-000118", "CN-7")
            .replace(
                "<cbc:InvoiceTypeCode>380</cbc:InvoiceTypeCode>",
                "<cbc:InvoiceTypeCode>381</cbc:InvoiceTypeCode>",
            )
            .replace(
                "  <cac:ContractDocumentReference>",
                &format!(
                    "  <cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>{number}</cbc:ID>\
                     <cbc:IssueDate>2027-01-07</cbc:IssueDate></cac:InvoiceDocumentReference></cac:BillingReference>\n  \
                     <cac:ContractDocumentReference>"
                ),
            );
        std::fs::write(&file, text).unwrap();
        file.display().to_string()
    };
    let file = note("EX-2027-000118");
    let ran = typed(&home, &node, &format!("trade import {file} --buyer motor"));
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.err
            .contains("lowers invoice EX-2027-000118 of 2027-01-07 by 1,000,000.00 CNY"),
        "{}",
        ran.err
    );
    let sent = serde_json::to_value(&node.posts()[0].transaction().body.calls[0]).unwrap();
    assert_eq!(sent["args"]["paper"]["kind"], "credit_note");
    assert_eq!(sent["args"]["paper"]["invoice"], COMMITMENT);
    let file = note("EX-2027-000119");
    let ran = typed(&home, &node, &format!("trade import {file} --buyer motor"));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("NO_INVOICE"), "{}", ran.err);
    let line = format!("trade import {file} --buyer motor --invoice {COMMITMENT}");
    assert_eq!(typed(&home, &node, &line).code, 0);
}

#[test]
fn papers_claims_and_conditions_are_shown() {
    let home = home();
    let node = node(&home);
    for (line, schema, parts) in [
        (
            "trade show {hash}",
            "allonge.paper/1",
            &["900,000.00 CNY", "confirmed"][..],
        ),
        (
            "trade show {id}",
            "allonge.claim/1",
            &["CLAIM", "pledge", "bank-b", "notified", "300,000.00 CNY"][..],
        ),
        (
            "trade show {other}",
            "allonge.condition/1",
            &["goods received", "inspector", ", agreed"][..],
        ),
        (
            "trade list",
            "allonge.papers/1",
            &["from acme to motor", "worth 900,000.00 CNY"][..],
        ),
        (
            "trade list --claims",
            "allonge.claims/1",
            &["pledge of 400,000.00 CNY"][..],
        ),
        (
            "trade list --conditions",
            "allonge.conditions/1",
            &["\"goods received\", by inspector"][..],
        ),
        (
            "trade check {hash}",
            "allonge.invoice-check/1",
            &["no: "][..],
        ),
        (
            "trade check --file {xml}",
            "allonge.invoice-check/1",
            &["no: ", COMMITMENT][..],
        ),
        (
            "trade check {hash} --amount 5",
            "allonge.invoice-check/1",
            &["yes: "][..],
        ),
    ] {
        let ran = typed(&home, &node, line);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        for part in parts {
            assert!(ran.out.contains(part), "{line}: {part}: {}", ran.out);
        }
        let shown = typed(&home, &node, &format!("{line} --output json")).json();
        assert_eq!(shown["schema"], schema, "{line}");
    }
}
