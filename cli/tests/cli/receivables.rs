//! Every act on certificates and lines as it is typed, and the call that goes out for it.

use crate::fake::{FakeNode, Home, Ran, Reply, accepted, at, error};
use allonge_contracts::Code;
use serde_json::{Value, json};

/// A number that passes its check.
const NUMBER: &str = "910210009999620270105000000025";

fn number() -> String {
    let bank = "102100099996".parse().unwrap();
    let day = "2027-01-05".parse().unwrap();
    allonge_contracts::instruments::InstrumentNumber::compose(9, bank, day, 2)
        .unwrap()
        .to_string()
}

fn lot(start: u64, end: u64, holder: &str, status: &str, circulation: &str) -> Value {
    json!({
        "range": { "start": start.to_string(), "end": end.to_string() },
        "holder": holder, "status": status, "circulation": circulation,
        "not_transferable_by": null, "discounted": false, "dishonour": "none", "refused": null,
        "frozen": "no", "hand": "0", "request": null, "presented_in_time": null,
        "presented_late": null, "splittable": true, "limits": null, "pledge": null, "repo": null,
        "claim": null, "receivable": { "tier": 1, "funding": null, "disputed_by": null }
    })
}

/// A certificate of 1,000.00 of which acme holds one lot, and motor another.
fn body() -> Value {
    json!({
        "certificate": {
            "number": number(), "sum": { "amount": "1000.00", "currency": "CNY" },
            "issuer": "motor", "line": "07".repeat(16), "payee": "acme",
            "issue_date": "2027-01-05", "due": "2027-05-05", "payable_on": "2027-05-05",
            "splittable": true, "notice_only": false, "max_tier": 16, "term_reason": "",
            "confirmed_by": null, "hands": "1"
        },
        "lots": [
            lot(1, 40_000, "acme", "held", "circulable"),
            lot(40_001, 100_000, "maker", "overdue", "circulable"),
        ],
        "requests": [],
        "hands": [{
            "number": "0", "parent": null, "kind": "opened",
            "range": { "start": "1", "end": "100000" }, "from": "motor", "to": null,
            "date": "2027-01-05", "height": "3", "price": null, "not_transferable": false,
            "refusal": null, "text": "", "ward": null, "without_liability": false, "sale": null,
            "settlement": "dvp"
        }],
        "next": null
    })
}

fn line() -> Value {
    json!({ "line": {
        "id": "07".repeat(16), "grantor": "acme", "issuer": "motor",
        "limit": { "amount": "5000.00", "currency": "CNY" }, "used": "100000", "until": null
    }})
}

fn node(home: &Home) -> FakeNode {
    let usual = home.usual();
    FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| {
            let number = number();
            match asked.target.as_str() {
                _ if asked.is_post() => accepted(asked),
                target if target == format!("/v1/receivables/{number}") => {
                    Reply::Json(200, at(body()))
                }
                target if target == format!("/v1/lines/{}", "07".repeat(16)) => {
                    Reply::Json(200, at(line()))
                }
                _ => Reply::Json(404, error(Code::NotFound)),
            }
        })
    })
}

fn typed(home: &Home, node: &FakeNode, line: &str) -> Ran {
    let line = line
        .replace("{c}", &number())
        .replace("{line}", &"07".repeat(16))
        .replace("HASH", &"ab".repeat(32));
    home.run(&node.url, &line.split_whitespace().collect::<Vec<_>>())
}

/// What is typed, the call's name, and what its arguments say.
fn rows() -> Vec<(&'static str, &'static str, Value)> {
    let money = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let lot = |start: u64, end: u64| json!({ "start": start.to_string(), "end": end.to_string() });
    vec![
        (
            "receivable grant-line --to motor --limit 5,000 --until 2027-12-31",
            "receivables.grant_line",
            json!({ "issuer": "motor", "limit": money("5000.00"), "until": "2027-12-31" }),
        ),
        (
            "receivable change-line {line} --limit 0",
            "receivables.change_line",
            json!({ "line": "07".repeat(16), "limit": money("0.00"), "until": null }),
        ),
        (
            "receivable open --line {line} --to parts --amount 1,000 --due 2027-05-05 --backing HASH=600.00 --unsplittable \
             --notice-only --max-tier 3",
            "receivables.open",
            json!({
                "line": "07".repeat(16), "payee": "parts", "sum": money("1000.00"), "due": "2027-05-05",
                "splittable": false, "notice_only": true, "max_tier": 3, "term_reason": "",
                "backing": [{ "paper": "ab".repeat(32), "money": money("600.00") }]
            }),
        ),
        (
            "receivable ask-confirmation {c} --to bank-b --answer-by 2027-01-09",
            "receivables.request_confirmation",
            json!({ "certificate": number(), "to": "bank-b", "answer_by": "2027-01-09" }),
        ),
        (
            "receivable ask-signature {c}",
            "receivables.request_signature",
            json!({ "certificate": number(), "answer_by": null }),
        ),
        (
            "receivable cancel {c}",
            "receivables.cancel",
            json!({ "certificate": number() }),
        ),
        (
            "receivable transfer {c} --to parts --amount 12.50 --purpose steel",
            "receivables.transfer",
            json!({ "lot": lot(1, 40_000), "part": money("12.50"), "to": "parts", "purpose": "steel" }),
        ),
        (
            "receivable finance {c}:1-40000 --to bank-b --rate 4.2% --advance 300 --recourse --registry R-1 --free",
            "receivables.finance",
            json!({
                "lot": lot(1, 40_000), "part": null, "rate": "4.2%", "day_count": "ACT/360",
                "advance": money("300.00"), "recourse": true, "registry": "R-1", "settlement": "free"
            }),
        ),
        (
            "receivable ask-quotes {c} --to factor-1 --to bank-b --until 2d",
            "receivables.ask_quotes",
            json!({ "lot": lot(1, 40_000), "to": ["bank-b", "factor-1"], "until": "2027-01-07" }),
        ),
        (
            "receivable close-quotes {line}",
            "receivables.close_quotes",
            json!({ "ask": "07".repeat(16) }),
        ),
        (
            "receivable pledge {c} --to bank-b --debt 200 --debt-due 2027-03-01 --registry R-2",
            "lots.request_pledge",
            json!({ "instrument": number(), "registry": "R-2", "debt": money("200.00") }),
        ),
        (
            "receivable ask-back {c}:40001-100000 --costs 1.20",
            "receivables.ask_back",
            json!({ "lot": lot(40_001, 100_000), "costs": money("1.20") }),
        ),
        (
            "receivable redeem {c}:40001-100000",
            "receivables.redeem",
            json!({ "lot": lot(40_001, 100_000) }),
        ),
        (
            "receivable dispute {c}:1-40000 --reason late",
            "receivables.dispute",
            json!({ "lot": lot(1, 40_000), "reason": "late" }),
        ),
        (
            "receivable settle-dispute {c}:1-40000",
            "receivables.settle_dispute",
            json!({ "lot": lot(1, 40_000) }),
        ),
    ]
}

#[test]
fn each_act_goes_out_as_the_call_that_was_meant() {
    assert_eq!(number(), NUMBER);
    let home = Home::new();
    let node = node(&home);
    for (count, (line, call, wanted)) in rows().iter().enumerate() {
        let ran = typed(&home, &node, line);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        let posts = node.posts();
        assert_eq!(posts.len(), count + 1, "{line}: {ran:?}");
        let body = posts[count].transaction().body;
        let sent = serde_json::to_value(&body.calls[0]).unwrap();
        assert_eq!(sent["call"], *call, "{line}");
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(sent["args"][name], *value, "{line}: {name} in {sent}");
        }
    }
}

/// Opening asks for what comes next in the same transaction.
#[test]
fn opening_asks_for_the_signature_or_for_the_confirmation() {
    let home = Home::new();
    let node = node(&home);
    let open = "receivable open --line {line} --to parts --amount 1 --due 9m";
    for (more, asked) in [
        ("", Some("receivables.request_signature")),
        (
            " --reason slow --confirm-by bank-b",
            Some("receivables.request_confirmation"),
        ),
        (" --open-only", None),
    ] {
        let ran = typed(&home, &node, &format!("{open}{more}"));
        assert_eq!(ran.code, 0, "{more}: {ran:?}");
        let sent = node.posts().pop().unwrap().transaction().body.calls;
        let second = sent.get(1).map(|call| call.name());
        assert_eq!(second, asked, "{more}");
    }
}

#[test]
fn a_certificate_reads_like_the_paper() {
    let home = Home::new();
    let node = node(&home);
    let ran = typed(&home, &node, "receivable show {c}");
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "RECEIVABLE CERTIFICATE",
        "1–40000 (400.00)",
        "TIER",
        "overdue",
        "opened",
    ] {
        assert!(ran.out.contains(part), "{part} in {}", ran.out);
    }
    let ran = typed(&home, &node, "receivable tree {c}");
    assert!(ran.out.contains("motor to acme"), "{ran:?}");
}

#[test]
fn what_is_wrong_is_named_and_nothing_is_sent() {
    let home = Home::new();
    let node = node(&home);
    for (line, named) in [
        (
            "receivable open --line 12 --to parts --amount 1 --due 9m",
            "12",
        ),
        (
            "receivable open --line {line} --to parts --amount 1 --due 9m --backing 5c=1",
            "COMMITMENT=AMOUNT",
        ),
        (
            "receivable finance {c} --to bank-b --rate 4.2 --registry R",
            "4.2",
        ),
        (
            "receivable finance {c} --to bank-b --rate 4.2%",
            "--registry",
        ),
        ("receivable transfer {c}:40000-1 --to parts", "40000-1"),
        ("receivable transfer {c} --to parts --amount 5 EUR", "EUR"),
        ("receivable quote {line} --rate 3% --valid soon", "soon"),
        ("receivable ask-quotes {c} --until 2d", "--to"),
        ("receivable dispute {c}:1-40000", "--reason"),
        ("receivable list --holder acme --issuer motor", "--issuer"),
    ] {
        let ran = typed(&home, &node, line);
        assert_eq!(ran.code, 2, "{line}: {ran:?}");
        assert!(ran.err.contains(named), "{line}: {}", ran.err);
    }
    assert!(node.posts().is_empty());
}
