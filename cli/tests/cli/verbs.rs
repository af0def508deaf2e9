//! Every act of a bill as it is typed, and the call that goes out for it.

use crate::fake::{FakeNode, Home, Ran, Reply, accepted, at, error};
use crate::reads::{BILL, bill, lot, request};
use allonge_contracts::Code;
use serde_json::{Value, json};

/// The bill of the reading tests, cut so that acme has one lot for every act.
fn body() -> Value {
    let with = |mut lot: Value, name: &str, value: Value| {
        lot[name] = value;
        lot
    };
    let pledge = |to: &str| json!({ "pledgee": to, "debt": { "amount": "50.00", "currency": "CNY" }, "debt_due": "2027-05-01", "hand": "0" });
    let repo = json!({
        "seller": "motor", "discounted_before": false,
        "dates": { "open_from": "2027-02-01", "cut_off": "2027-03-01" }
    });
    let limits =
        json!({ "holders": [], "roles": ["bank"], "from": null, "until": null, "purpose": "" });
    let claim = json!({
        "base": "10000", "interest_from": "2027-04-03", "costs": "150", "since": "2027-04-06",
        "again": false, "late": false, "noticed": []
    });
    let offer = |units: &str| json!({ "act": "offer", "units": units, "money": { "amount": "99.00", "currency": "CNY" } });
    let sale = json!({
        "act": "discount", "market": "discount", "rate": "3.9%", "day_count": "ACT/360", "repo": null,
        "settlement": "dvp", "without_liability": false, "papers": []
    });
    let mut body = bill();
    body["lots"] = json!([
        with(
            lot(1, 10_000, "acme", "circulable"),
            "limits",
            limits.clone()
        ),
        with(
            lot(10_001, 20_000, "acme", "awaiting redemption"),
            "repo",
            repo
        ),
        with(
            lot(20_001, 30_000, "maker", "pledged"),
            "pledge",
            pledge("acme")
        ),
        with(
            lot(30_001, 40_000, "acme", "not transferable"),
            "not_transferable_by",
            json!("motor")
        ),
        with(
            lot(40_001, 50_000, "acme", "ended"),
            "pledge",
            pledge("bank-b")
        ),
        with(
            lot(50_001, 60_000, "maker", "ended"),
            "pledge",
            pledge("acme")
        ),
        with(
            lot(60_001, 70_000, "maker", "circulable"),
            "frozen",
            json!("frozen")
        ),
        with(lot(70_001, 80_000, "maker", "in recourse"), "claim", claim),
        lot(80_001, 100_000, "maker", "locked"),
    ]);
    body["requests"] = json!([
        request(3, 70_001, 80_000, "parts", "acme", offer("10000")),
        request(4, 70_001, 80_000, "motor", "acme", offer("5000")),
        request(5, 80_001, 100_000, "maker", "acme", sale),
    ]);
    body
}

fn node(home: &Home) -> FakeNode {
    let usual = home.usual();
    FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| {
            let one = format!("/v1/requests/{}", "04".repeat(16));
            let drawn = format!("/v1/requests/{}", "06".repeat(16));
            let asked_to_accept = request(
                6,
                1,
                100_000,
                "motor",
                "acme",
                json!({ "act": "acceptance" }),
            );
            match asked.target.as_str() {
                _ if asked.is_post() => accepted(asked),
                target if target == format!("/v1/bills/{BILL}") => Reply::Json(200, body()),
                target if target == one => {
                    Reply::Json(200, at(json!({ "request": body()["requests"][1] })))
                }
                target if target == drawn => {
                    Reply::Json(200, at(json!({ "request": asked_to_accept })))
                }
                _ => Reply::Json(404, error(Code::NotFound)),
            }
        })
    })
}

fn typed(home: &Home, node: &FakeNode, line: &str) -> Ran {
    let line = line.replace("{bill}", BILL);
    home.run(&node.url, &line.split_whitespace().collect::<Vec<_>>())
}

/// What is typed, the call's name, and what its arguments say.
fn rows() -> Vec<(&'static str, &'static str, Value)> {
    let money = |amount: &str| json!({ "amount": amount, "currency": "CNY" });
    let lot = |start: u64, end: u64| json!({ "start": start.to_string(), "end": end.to_string() });
    let hash = "ab".repeat(32);
    let limits = |holders: Value, roles: Value, until: Value| json!({ "holders": holders, "roles": roles, "from": null, "until": until, "purpose": "" });
    vec![
        (
            "bill issue --kind commercial --profile geneva --acceptor acme --payee parts --amount 5 --maturity 2027-04-03 \
             --unsplittable --not-transferable --paper HASH --only-to maker --only-to bank-b --only-role bank --until 30d \
             --register-only",
            "bills.register",
            json!({
                "kind": "commercial", "profile": "geneva", "splittable": false, "not_transferable": true,
                "trade_background": [hash], "sum": money("5.00"),
                "limits": limits(json!(["bank-b", "maker"]), json!(["bank"]), json!("2027-02-04"))
            }),
        ),
        (
            "bill return {bill} --answer-by 2027-01-09",
            "bills.request_unused_return",
            json!({ "bill": BILL, "answer_by": "2027-01-09" }),
        ),
        (
            "bill disclose {bill}",
            "bills.disclose",
            json!({ "bill": BILL }),
        ),
        (
            "bill endorse {bill}:1-10000 --to bank-b --purpose wages",
            "bills.request_endorsement",
            json!({ "lot": lot(1, 10_000), "purpose": "wages", "part": null }),
        ),
        (
            "bill unmark {bill} --amount 12.50",
            "bills.request_unmark",
            json!({ "lot": lot(30_001, 40_000), "part": money("12.50"), "answer_by": null }),
        ),
        (
            "bill guarantee {bill}:1-10000 --by surety --ward motor",
            "bills.request_guarantee",
            json!({ "lot": lot(1, 10_000), "guarantor": "surety", "ward": "motor" }),
        ),
        (
            "bill discount {bill}:1-10000 --to bank-b --rate 3.9% --day-count act/365 --paper HASH --free --amount 60",
            "bills.request_discount",
            json!({
                "market": "discount", "rate": "3.9%", "day_count": "ACT/365", "repo": null, "settlement": "free",
                "papers": [hash], "part": money("60.00"), "without_liability": false
            }),
        ),
        (
            "bill discount {bill}:1-10000 --to bank-b --rate 2.4% --repo-open 2027-02-01 --repo-until 60d",
            "bills.request_discount",
            json!({
                "repo": { "open_from": "2027-02-01", "cut_off": "2027-03-06" }, "settlement": "dvp", "day_count": "ACT/360"
            }),
        ),
        (
            "bill interbank-discount {bill}:1-10000 --to bank-b --rate 2% --without-liability",
            "bills.request_discount",
            json!({ "market": "interbank", "without_liability": true }),
        ),
        (
            "bill rediscount {bill}:1-10000 --to pboc --rate 1.75%",
            "bills.request_discount",
            json!({ "market": "rediscount", "rate": "1.75%" }),
        ),
        (
            "bill redeem {bill}",
            "bills.request_redemption",
            json!({ "lot": lot(10_001, 20_000), "settlement": "dvp", "part": null }),
        ),
        (
            "bill pledge {bill}:1-10000 --to bank-b --debt 80 --debt-due 60d",
            "lots.request_pledge",
            json!({ "to": "bank-b", "debt": money("80.00"), "debt_due": "2027-03-06" }),
        ),
        (
            "bill release {bill} --price 50 --amount 70",
            "lots.request_release",
            json!({ "lot": lot(20_001, 30_000), "price": money("50.00"), "part": money("70.00") }),
        ),
        (
            "bill apply-proceeds {bill}",
            "lots.apply_proceeds",
            json!({ "lot": lot(40_001, 50_000) }),
        ),
        (
            "bill release-proceeds {bill}",
            "lots.release_proceeds",
            json!({ "lot": lot(50_001, 60_000) }),
        ),
        // What holds already stays where nothing else is said.
        (
            "bill narrow {bill}:1-10000 --until 2027-03-01 --unsplittable",
            "bills.narrow",
            json!({ "unsplittable": true, "limits": limits(json!([]), json!(["bank"]), json!("2027-03-01")) }),
        ),
        (
            "bill narrow {bill}:1-10000 --unsplittable",
            "bills.narrow",
            json!({ "unsplittable": true, "limits": null }),
        ),
        (
            "bill present {bill}:20001-30000 --amount 40",
            "bills.present",
            json!({ "lot": lot(20_001, 30_000), "part": money("40.00") }),
        ),
        (
            "bill pay {bill}",
            "requests.agree",
            json!({ "request": "05".repeat(16) }),
        ),
        (
            "bill sign {bill}:80001-100000",
            "requests.agree",
            json!({ "request": "05".repeat(16) }),
        ),
        (
            "bill sign --request 04040404040404040404040404040404",
            "requests.agree",
            json!({ "request": "04".repeat(16) }),
        ),
        (
            "bill accept {bill} --request 03030303030303030303030303030303",
            "requests.agree",
            json!({ "request": "03".repeat(16) }),
        ),
        (
            "bill accept --request 06060606060606060606060606060606 --amount 600",
            "bills.accept_part",
            json!({ "request": "06".repeat(16), "part": money("600.00") }),
        ),
        (
            "recourse accept {bill} --request 03030303030303030303030303030303",
            "requests.agree",
            json!({ "request": "03".repeat(16) }),
        ),
        (
            "recourse refuse --request 04040404040404040404040404040404 --code other --text low",
            "requests.refuse",
            json!({ "request": "04".repeat(16), "code": "other", "text": "low" }),
        ),
        (
            "recourse notify {bill}:70001-80000 --to parts --to motor --costs 1.50 --text soon",
            "recourse.notify",
            json!({ "parties": ["motor", "parts"], "costs": money("1.50"), "text": "soon" }),
        ),
        (
            "recourse offer {bill} --amount 50 --sum 49.00",
            "recourse.offer",
            json!({ "lot": lot(70_001, 80_000), "part": money("50.00"), "money": money("49.00") }),
        ),
        (
            "court freeze {bill}:1-10000 --order 7/27 --amount 1",
            "court.freeze",
            json!({ "order": "7/27", "part": money("1.00") }),
        ),
        (
            "court stop {bill}:1-10000 --order 7/27",
            "court.stop",
            json!({ "order": "7/27", "part": null }),
        ),
        (
            "court unfreeze {bill} --order 8/27",
            "court.unfreeze",
            json!({ "lot": lot(60_001, 70_000), "order": "8/27" }),
        ),
        (
            "court transfer {bill}:1-10000 --order 9/27 --to parts",
            "court.transfer",
            json!({ "to": "parts", "order": "9/27" }),
        ),
        (
            "member declare --assets 9,000 --deposits 4,000.50 --margin 3",
            "members.declare",
            json!({ "assets": money("9000.00"), "deposits": money("4000.50"), "margin": money("3.00") }),
        ),
        (
            "member insolvency motor --order 3/27 --lift",
            "members.record_insolvency",
            json!({ "member": "motor", "order": "3/27", "lifted": true }),
        ),
        (
            "params set recourse_rate 3.1% --from 2027-07-01",
            "params.set",
            json!({ "name": "recourse_rate", "value": "31000", "from": "2027-07-01" }),
        ),
        (
            "params set silent-ecds yes --from 30d",
            "params.set",
            json!({ "name": "silent_ecds", "value": "1", "from": "2027-02-04" }),
        ),
    ]
}

#[test]
fn each_act_goes_out_as_the_call_that_was_meant() {
    let home = Home::new();
    let node = node(&home);
    let hash = "ab".repeat(32);
    let rows = rows();
    for (number, (line, call, wanted)) in rows.iter().enumerate() {
        let ran = typed(&home, &node, &line.replace("HASH", &hash));
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        let posts = node.posts();
        assert_eq!(posts.len(), number + 1, "{line}: {ran:?}");
        let body = posts[number].transaction().body;
        let sent = serde_json::to_value(&body.calls[0]).unwrap();
        assert_eq!(sent["call"], *call, "{line}");
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(sent["args"][name], *value, "{line}: {name} in {sent}");
        }
    }
}

#[test]
fn what_is_meant_must_be_clear_before_anything_is_sent() {
    let home = Home::new();
    let node = node(&home);
    let rows = [
        // Two offers on one lot are told apart by their ids.
        (
            "recourse accept {bill}",
            "SEVERAL_REQUESTS",
            "--request 0303",
        ),
        (
            "recourse accept {bill}:70001-80000",
            "SEVERAL_REQUESTS",
            "motor asks acme",
        ),
        ("recourse withdraw {bill}", "NO_REQUEST", "no offer of acme"),
        (
            "recourse refuse {bill}:1-10000 --code late",
            "NO_REQUEST",
            "no offer on",
        ),
        (
            "bill pay --request 04040404040404040404040404040404",
            "NO_REQUEST",
            "for offer",
        ),
        (
            "bill sign --request 09090909090909090909090909090909",
            "NOT_FOUND",
            "",
        ),
        (
            "bill accept --request 04040404040404040404040404040404 --amount 5",
            "NO_REQUEST",
            "no request for acceptance",
        ),
        (
            "bill accept --request 06060606060606060606060606060606 --amount 5,0",
            "5,0",
            "not an amount",
        ),
        ("member gates", "NOT_FOUND", ""),
        ("bill sign", "required", "<LOT>"),
        ("bill sign --request 12", "16 bytes", "12"),
        ("bill unmark {bill} --amount 5,EUR", "5,EUR", ""),
        (
            "bill discount {bill} --to b --rate 3.9%",
            "SEVERAL_LOTS",
            "acme holds 3 lots",
        ),
        (
            "bill discount {bill} --to b --rate 3.9",
            "is not a rate",
            "3.9",
        ),
        ("bill discount {bill} --to b --rate -1%", "'-1'", ""),
        (
            "bill discount {bill} --to b --rate 101%",
            "is not a rate",
            "101%",
        ),
        (
            "bill discount {bill} --to b --rate 1% --day-count 30/360",
            "30/360",
            "ACT/365",
        ),
        (
            "bill discount {bill} --to b --rate 1% --repo-open 30d",
            "--repo-until",
            "",
        ),
        (
            "bill discount {bill} --to b --rate 1% --market forex",
            "rediscount",
            "forex",
        ),
        ("bill discount {bill} --to b --rate 1% --paper 12", "12", ""),
        ("bill pledge {bill} --to b --debt 5", "--debt-due", ""),
        (
            "bill pledge {bill} --to b --debt five --debt-due 60d",
            "five",
            "",
        ),
        (
            "bill issue --acceptor a --payee b --amount 5 --maturity 90d --profile common",
            "geneva",
            "common",
        ),
        (
            "bill issue --acceptor a --payee b --amount 5 --maturity 90d --only-role king",
            "central-bank",
            "role",
        ),
        ("bill guarantee {bill}", "--guarantor", ""),
        ("court freeze {bill}:1-10000", "--order", ""),
        ("court freeze {bill} --order 7", "SEVERAL_LOTS", "not ended"),
        ("court transfer {bill}:1-10000 --order 7", "--to", ""),
        ("member insolvency motor", "--order", ""),
        ("member declare --assets 5", "--deposits", ""),
        ("member declare --assets 5 --deposits -5", "-5", ""),
        (
            "params set interest 5 --from 30d",
            "no such parameter",
            "recourse_rate",
        ),
        (
            "params set recourse_rate 3.6 --from 30d",
            "PARAM_VALUE",
            "a rate such as 3.6%",
        ),
        (
            "params set silent_ecds 2 --from 30d",
            "PARAM_VALUE",
            "0 (no) or 1 (yes)",
        ),
        (
            "params set silent_days 0 --from 30d",
            "PARAM_VALUE",
            "from 1 to 60",
        ),
        ("params set silent_days 3", "--from", ""),
        ("bill quote --rate 3.9% --days 5", "--amount", ""),
        ("bill quote --amount 5 --days 5", "--rate", ""),
        (
            "bill quote --amount 5 --rate 3.9%",
            "QUOTE_DAYS",
            "how many days",
        ),
        (
            "bill quote --amount 5 --rate 3.9% --from 2027-03-01",
            "QUOTE_DAYS",
            "--until",
        ),
        (
            "bill quote --amount 5 --rate 3.9% --from 2027-03-01 --until 2027-02-01",
            "QUOTE_DAYS",
            "2027-02-01 is before",
        ),
        (
            "bill quote --amount 5 --rate 3.9% --days 5 --until 2027-02-01",
            "--until",
            "--days",
        ),
        (
            "bill quote --amount 0 --rate 3.9% --days 5",
            "RATE_WRONG",
            "lower rate",
        ),
        (
            "bill quote --amount 5 --rate 100% --days 360",
            "RATE_WRONG",
            "5.00 CNY",
        ),
        (
            "bill quote --amount 1.234 --rate 1% --days 5",
            "AMOUNT",
            "1.234",
        ),
        ("bill quote {bill} --rate 1%", "SEVERAL_LOTS", "9 lots"),
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

/// The vectors of rule book 2.4, by figures and without a node.
#[test]
fn a_quote_is_exact_to_the_cent() {
    let home = Home::new();
    let rows = [
        (
            "3,000,000.00 --rate 3.9% --days 118",
            118,
            "38350.00",
            "2961650.00",
        ),
        (
            "1,234,567.89 --rate 1.85% --from 2027-07-15 --until 2027-10-08",
            85,
            "5392.66",
            "1229175.23",
        ),
        (
            "1,234,567.89 --rate 1.85% --from 2027-07-15 --until 85d --day-count ACT/365",
            85,
            "5318.79",
            "1229249.10",
        ),
        ("0.50 --rate 3.6% --days 100", 100, "0.01", "0.49"),
        ("1.00 --rate 3.6% --days 100", 100, "0.01", "0.99"),
        (
            "500,000.00 --rate 2.4% --from 2027-03-01 --until 2027-04-30",
            60,
            "2000.00",
            "498000.00",
        ),
        ("5.00 --rate 0% --days 10", 10, "0.00", "5.00"),
        ("5.00 --rate 3.9% --days 0", 0, "0.00", "5.00"),
    ];
    for (rest, days, interest, price) in rows {
        let line = format!("bill quote --output json --amount {rest}");
        let args: Vec<&str> = line.split_whitespace().collect();
        let ran = home.run("http://127.0.0.1:1", &args);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        let json = ran.json();
        assert_eq!(json["schema"], "allonge.quote/1");
        assert_eq!(json["days"], days, "{line}: {json}");
        assert_eq!(json["interest"]["amount"], interest, "{line}: {json}");
        assert_eq!(json["price"]["amount"], price, "{line}: {json}");
    }
    let args = "bill quote --amount 3,000,000 --rate 3.9% --days 118";
    let args: Vec<&str> = args.split_whitespace().collect();
    assert_eq!(
        home.run("http://127.0.0.1:1", &args).out,
        "amount    3,000,000.00 CNY\nrate      3.9%, ACT/360\ndays      118\ninterest  38,350.00 CNY\npaid      2,961,650.00 CNY\n"
    );
}

#[test]
fn a_bill_shows_what_lies_on_its_lots() {
    let home = Home::new();
    let node = node(&home);
    let ran = typed(&home, &node, "bill show {bill}");
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "awaiting redemption, motor may buy back from 2027-02-01 to 2027-03-01",
        "pledged, pledged to acme for 50.00 CNY due 2027-05-01",
        "circulable, frozen",
        "1–10000 (100.00): may move to any bank",
        "70001–80000 (100.00): claim of 100.00 CNY, interest from 2027-04-03, costs 1.50 CNY",
        "offer by motor: 99.00 CNY for 50.00 CNY of the lot (request 04040404040404040404040404040404)",
        "discount by maker: 3.9% ACT/360 (request 05050505050505050505050505050505)",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
}
