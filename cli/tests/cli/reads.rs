//! Reading bills, and finding the lot or request that is meant.

use crate::fake::{FakeNode, Home, Reply, accepted, at, error};
use allonge_contracts::requests::Request;
use allonge_contracts::{Call, Code, Money};
use allonge_node::api::types::{BillBody, RequestView};
use serde_json::{Value, json};

pub const BILL: &str = "510210009999620270105000000011";

pub fn lot(start: u64, end: u64, holder: &str, circulation: &str) -> Value {
    json!({
        "range": { "start": start.to_string(), "end": end.to_string() },
        "holder": holder, "status": "received", "circulation": circulation,
        "not_transferable_by": null, "discounted": false, "dishonour": "none", "refused": null,
        "frozen": "no", "hand": "0", "request": null, "presented_in_time": null,
        "presented_late": null, "splittable": true, "limits": null, "pledge": null, "repo": null,
        "claim": null, "receivable": null
    })
}

pub fn request(id: u8, start: u64, end: u64, from: &str, to: &str, terms: Value) -> RequestView {
    let request: Request = serde_json::from_value(json!({
        "id": format!("{id:02x}").repeat(16), "instrument": BILL,
        "range": { "start": start.to_string(), "end": end.to_string() },
        "from": from, "to": to, "terms": terms, "answer_by": null, "asked_on": "2027-01-05",
        "before": "circulable"
    }))
    .unwrap();
    RequestView {
        terms_hash: request.terms_hash(),
        money: Money::new("CNY".parse().unwrap(), end - start + 1),
        request,
    }
}

/// A bill of 1,000.00 in four lots, on which acme must answer two presentments and holds two lots.
pub fn bill() -> Value {
    let presentment = json!({ "act": "presentment", "explanation": "" });
    let body: BillBody = serde_json::from_value(json!({
        "bill": {
            "number": BILL, "kind": "bank", "sum": { "amount": "1000.00", "currency": "CNY" },
            "drawer": "motor", "acceptor": "acme", "payee": "parts", "issue_date": "2027-01-05",
            "maturity": "2027-04-03", "splittable": true, "trade_background": [],
            "window_end": "2027-04-13", "payable_on": "2027-04-06", "hands": "2",
            "profile": "prc", "disclosed_on": null, "accepted": "100000"
        },
        "lots": [
            lot(1, 10_000, "parts", "collecting"), lot(10_001, 20_000, "maker", "collecting"),
            lot(20_001, 60_000, "acme", "circulable"), lot(60_001, 100_000, "acme", "circulable")
        ],
        "requests": [
            request(1, 1, 10_000, "parts", "acme", presentment.clone()),
            request(2, 10_001, 20_000, "maker", "acme", presentment)
        ],
        "hands": [{
            "number": "0", "parent": null, "kind": "registered",
            "range": { "start": "1", "end": "100000" }, "from": "motor", "to": null,
            "date": "2027-01-05", "height": "3", "price": null, "not_transferable": false,
            "refusal": null, "text": "", "ward": null, "without_liability": false, "sale": null,
            "settlement": "dvp"
        }],
        "next": null
    }))
    .unwrap();
    at(body)
}

fn node(home: &Home) -> FakeNode {
    let usual = home.usual();
    FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| match asked.is_post() {
            true => accepted(asked),
            false if asked.target == format!("/v1/bills/{BILL}") => Reply::Json(200, bill()),
            false => Reply::Json(404, error(Code::NoSuchBill)),
        })
    })
}

#[test]
fn a_bill_reads_like_the_paper() {
    let home = Home::new();
    let node = node(&home);
    let ran = home.run(&node.url, &["bill", "show", BILL]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = "\
BANK-ACCEPTED BILL 510210009999620270105000000011
sum         1,000.00 CNY
drawer      motor
acceptor    acme
payee       parts
issued      2027-01-05
matures     2027-04-03, payable 2027-04-06, to be presented by 2027-04-13
splittable  yes

LOTS
LOT                    HOLDER  STATUS    STATE
1–10000 (100.00)       parts   received  collecting
10001–20000 (100.00)   maker   received  collecting
20001–60000 (400.00)   acme    received  circulable
60001–100000 (400.00)  acme    received  circulable

WAITING FOR AN ANSWER
ACT          LOT                   ASKS   ANSWERS  BY
presentment  1–10000 (100.00)      parts  acme
presentment  10001–20000 (100.00)  maker  acme

BACK
NO  DATE        ACT         LOT                  BY     TO
 0  2027-01-05  registered  1–100000 (1,000.00)  motor
";
    assert_eq!(ran.out, expected);
    let json = home
        .run(&node.url, &["bill", "show", BILL, "--output", "json"])
        .json();
    assert_eq!(json["schema"], "allonge.bill/1");
    assert_eq!(json["height"], "41");
    assert_eq!(json["bill"]["sum"]["amount"], "1000.00");
}

#[test]
fn a_tree_is_text_or_data_or_a_picture_in_a_file() {
    let home = Home::new();
    let node = node(&home);
    let ran = home.run(&node.url, &["bill", "tree", BILL]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let expected = "\
510210009999620270105000000011 1,000.00 CNY, motor on acme, matures 2027-04-03
registered 2027-01-05, motor
├─ lot 1–10000 (100.00) parts, received, collecting
├─ lot 10001–20000 (100.00) maker, received, collecting
├─ lot 20001–60000 (400.00) acme, received, circulable
└─ lot 60001–100000 (400.00) acme, received, circulable

HOLDERS
HOLDER  LOTS  AMOUNT
acme       2  800.00
maker      1  100.00
parts      1  100.00
";
    assert_eq!(ran.out, expected);

    let json = home
        .run(&node.url, &["bill", "tree", BILL, "--output", "json"])
        .json();
    assert_eq!(json["schema"], "allonge.bill_tree/1");
    assert_eq!(json["height"], "41");
    assert_eq!(
        json["nodes"][0],
        json!({
            "parent": null, "node": "package", "range": { "start": "1", "end": "100000" },
            "amount": { "amount": "1000.00", "currency": "CNY" }
        })
    );
    assert_eq!(json["nodes"][1]["act"], "registered");
    assert_eq!(json["nodes"][5]["parent"], 1);
    assert_eq!(json["nodes"][5]["holder"], "acme");
    assert_eq!(json["holders"][0]["amount"]["amount"], "800.00");

    let file = home.path().join("bill.svg");
    let shown = file.to_str().unwrap();
    let ran = home.run(&node.url, &["bill", "tree", BILL, "--svg", shown]);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{ran:?}");
    assert!(ran.err.contains("4 lots and 1 hand in"), "{ran:?}");
    let drawn = std::fs::read_to_string(&file).unwrap();
    assert!(drawn.starts_with("<?xml") && drawn.ends_with("</svg>\n"));
    let ran = home.run(
        &node.url,
        &["bill", "tree", BILL, "--svg", shown, "--output", "json"],
    );
    assert_eq!(ran.json()["schema"], "allonge.bill_tree/1");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), drawn);

    let nowhere = home.path().join("missing/bill.svg");
    let args = [
        "bill",
        "tree",
        BILL,
        "--svg",
        nowhere.to_str().unwrap(),
        "--output",
        "json",
    ];
    let ran = home.run(&node.url, &args);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.error()["error"]["code"], "FILE");
}

#[test]
fn a_tree_too_large_to_draw_is_refused_with_what_it_takes() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| {
            let mut bill = bill();
            let lots = (0..2_001).map(|n| lot(n * 49 + 1, (n + 1) * 49, "acme", "circulable"));
            bill["lots"] = Value::Array(lots.collect());
            bill["requests"] = json!([]);
            Reply::Json(200, bill)
        })
    });
    let file = home.path().join("bill.svg");
    let args = [
        "bill",
        "tree",
        BILL,
        "--svg",
        file.to_str().unwrap(),
        "--output",
        "json",
    ];
    let ran = home.run(&node.url, &args);
    assert_eq!(ran.code, 2, "{ran:?}");
    let error = &ran.error()["error"];
    assert_eq!(error["code"], "TREE_TOO_LARGE");
    assert!(
        error["message"]
            .as_str()
            .unwrap()
            .contains("takes 2001 rows"),
        "{error}"
    );
    assert!(!file.exists());
    let ran = home.run(&node.url, &["bill", "tree", BILL]);
    assert_eq!(ran.code, 0);
    assert_eq!(ran.out.matches(" lot ").count(), 2_001);
}

#[test]
fn a_number_alone_is_not_enough_where_several_fit() {
    let home = Home::new();
    let node = node(&home);
    let rows: &[(&[&str], &str, &str)] = &[
        (
            &["bill", "pay", BILL],
            "SEVERAL_REQUESTS",
            "10001–20000 (100.00): maker asks acme",
        ),
        (
            &["bill", "refuse", BILL, "--code", "low-balance"],
            "SEVERAL_REQUESTS",
            "1–10000 (100.00): parts",
        ),
        (
            &["bill", "accept", BILL],
            "NO_REQUEST",
            "no request for acceptance",
        ),
        (
            &["bill", "withdraw", BILL],
            "NO_REQUEST",
            "no request of acme",
        ),
        (
            &["bill", "endorse", BILL, "--to", "bob"],
            "SEVERAL_LOTS",
            "60001–100000 (400.00)",
        ),
        (
            &["bill", "present", BILL],
            "SEVERAL_LOTS",
            "20001–60000 (400.00)",
        ),
        (
            &["bill", "endorse", BILL, "--to", "bob", "--amount", "5 EUR"],
            "SEVERAL_LOTS",
            "",
        ),
        (
            &["bill", "show", "610210009999620270105000000016"],
            "NO_SUCH_BILL",
            "",
        ),
    ];
    for (args, code, part) in rows {
        let ran = home.run(&node.url, args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(
            ran.err.contains(&format!("[{code}]")),
            "{args:?}: {}",
            ran.err
        );
        assert!(ran.err.contains(part), "{args:?}: {}", ran.err);
    }
    assert!(node.posts().is_empty() && !home.sent_log().exists());
}

#[test]
fn the_lot_that_is_named_is_answered_with_the_terms_that_were_shown() {
    let home = Home::new();
    let node = node(&home);
    let ran = home.run(&node.url, &["bill", "pay", &format!("{BILL}:10001–20000")]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.err.contains("agreeing to the presentment"),
        "{}",
        ran.err
    );
    let body = node.posts()[0].transaction().body;
    let [Call::Agree(agree)] = body.calls.as_slice() else {
        panic!("{body:?}");
    };
    let wanted = request(
        2,
        10_001,
        20_000,
        "maker",
        "acme",
        json!({ "act": "presentment", "explanation": "" }),
    );
    assert_eq!(agree.terms, wanted.request.terms_hash());

    let lot = format!("{BILL}:20001-60000");
    let ran = home.run(
        &node.url,
        &["bill", "endorse", &lot, "--to", "bob", "--amount", "121.00"],
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let body = node.posts()[1].transaction().body;
    let [Call::RequestEndorsement(endorse)] = body.calls.as_slice() else {
        panic!("{body:?}");
    };
    assert_eq!(endorse.part.map(|part| part.minor), Some(12_100));
    assert_eq!(endorse.lot.to_string(), "20001-60000");

    let ran = home.run(
        &node.url,
        &["bill", "endorse", &lot, "--to", "bob", "--amount", "5 EUR"],
    );
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("the bill is in CNY"), "{}", ran.err);
}

#[test]
fn nobody_reading_is_no_panic() {
    let event = json!({
        "height": "3", "slot": 0, "index": 0, "time_ms": "1", "business_date": "2027-01-05",
        "happened": { "event": "clock.day_began", "data": { "date": "2027-01-05" } }
    });
    let text = format!("id: 3/0/0\nevent: clock.day_began\ndata: {event}\n\n").repeat(5_000);
    let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
    let node = FakeNode::start(move |_, _| Reply::Raw(format!("{head}{text}").into_bytes()));
    let home = Home::new();
    let mut child = home
        .command(&node.url, &["events", "--output", "json"])
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    let stderr = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), stderr.as_str()), (Some(0), ""));
}

#[test]
fn colours_stay_out_of_pipes() {
    let home = Home::new();
    let ran = home.run(&node(&home).url, &["status"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.out.contains("2027-01-05") && !ran.out.contains('\u{1b}'));
}
