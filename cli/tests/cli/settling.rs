//! Every act of netting and of settlement instructions as it is typed, and the call that goes out for it.

use crate::fake::{FakeNode, Home, Ran, Reply, accepted, at, error};
use crate::reads::{BILL, bill};
use allonge_contracts::Code;
use allonge_contracts::settlement::Instruction;
use allonge_node::api::types::InstructionView;
use serde_json::{Value, json};

const ID: &str = "0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091";
const OTHER: &str = "5d7f90911b3d5f70c8e0a1b30f3c5a7e";

fn money(amount: &str, currency: &str) -> Value {
    json!({ "amount": amount, "currency": currency })
}

fn obligation() -> Value {
    json!({
        "id": ID, "payer": "acme", "payee": "bob", "money": money("120.00", "CNY"), "priority": 3,
        "place": "7", "not_before": "2027-01-06", "deadline": "2027-01-08", "purpose": "invoice 118",
        "reference": "", "waits": "behind another"
    })
}

fn queue() -> Value {
    json!({
        "payer": "acme", "currency": "CNY", "obligations": [obligation()], "next": null,
        "limits": {
            "waiting": 1, "multilateral": money("500.00", "CNY"), "reserve": money("10.00", "CNY"),
            "bilateral": [
                { "member": "bob", "limit": money("200.00", "CNY") },
                { "member": "cord", "limit": money("90.00", "CNY") }
            ]
        }
    })
}

fn netting() -> Value {
    let cycle = |number: &str, by: Value, gross: &str, net: &str| {
        json!({
            "currency": "CNY", "number": number, "date": "2027-01-05", "height": "30", "by": by,
            "waiting": 4, "eligible": 4, "settled": 3, "gross": gross, "net": net
        })
    };
    json!({
        "netting": { "currency": "CNY", "places": "9", "waiting": 1, "cycles": "2", "cycle_on": "2027-01-05" },
        "cycles": [
            cycle("2", json!("central-bank"), "20000", "300"),
            cycle("1", Value::Null, "30000", "0")
        ],
        "next": null
    })
}

fn instruction() -> InstructionView {
    let instruction: Instruction = serde_json::from_value(json!({
        "id": ID, "by": "motor", "deadline": "2027-01-08", "reference": "trade 7", "proposed_on": "2027-01-05",
        "legs": [
            {
                "leg": "lot", "instrument": BILL, "lot": { "start": "20001", "end": "60000" },
                "part": money("300.00", "CNY"), "from": "acme", "to": "motor", "purpose": ""
            },
            { "leg": "cash", "from": "motor", "to": "acme", "money": money("295.00", "CNY"), "purpose": "paper" }
        ],
        "affirmations": [
            { "member": "acme", "affirmed": false }, { "member": "motor", "affirmed": true }
        ]
    }))
    .unwrap();
    instruction.into()
}

fn node(home: &Home) -> FakeNode {
    let usual = home.usual();
    FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| match asked.target.as_str() {
            _ if asked.is_post() => accepted(asked),
            target if target == format!("/v1/bills/{BILL}") => Reply::Json(200, bill()),
            target if target.starts_with("/v1/netting/queue?payer=acme&currency=CNY") => {
                Reply::Json(200, at(queue()))
            }
            target if target.starts_with("/v1/netting?currency=CNY") => {
                Reply::Json(200, at(netting()))
            }
            target if target == format!("/v1/netting/obligations/{ID}") => {
                Reply::Json(200, at(json!({ "obligation": obligation() })))
            }
            target if target == format!("/v1/instructions/{ID}") => {
                Reply::Json(200, at(instruction()))
            }
            "/v1/instructions?member=acme" => Reply::Json(
                200,
                at(json!({ "member": "acme", "instructions": [instruction()], "next": null })),
            ),
            target if target.starts_with("/v1/instructions/") => {
                Reply::Json(404, error(Code::NoSuchInstruction))
            }
            _ => Reply::Json(404, error(Code::NotFound)),
        })
    })
}

/// Splits a line as a shell does, with double quotes.
pub fn words(line: &str) -> Vec<String> {
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
    let line = line.replace("{bill}", BILL).replace("{id}", ID);
    let words = words(&line.replace("{other}", OTHER));
    home.run(
        &node.url,
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// What is typed, the call's name, and what its arguments say.
fn rows() -> Vec<(&'static str, &'static str, Value)> {
    let cny = |amount: &str| money(amount, "CNY");
    let toward = |rows: &[(&str, &str)]| -> Value {
        rows.iter()
            .map(|(member, amount)| json!({ "member": member, "limit": cny(amount) }))
            .collect()
    };
    vec![
        (
            "netting queue bob 12,500.00 --deadline 5d",
            "netting.queue",
            json!({
                "to": "bob", "money": cny("12500.00"), "priority": 5, "not_before": null,
                "deadline": "2027-01-10", "purpose": "", "reference": ""
            }),
        ),
        (
            "netting queue bob 5 --currency EUR --deadline 2027-01-08 --priority 0 --not-before 1d --for \"invoice 118\" --reference r",
            "netting.queue",
            json!({
                "money": money("5.00", "EUR"), "priority": 0, "not_before": "2027-01-06",
                "purpose": "invoice 118", "reference": "r"
            }),
        ),
        (
            "netting reorder {id} --priority 9",
            "netting.reorder",
            json!({ "obligation": ID, "priority": 9, "before": null }),
        ),
        (
            "netting reorder {id} --before {other}",
            "netting.reorder",
            json!({ "obligation": ID, "priority": null, "before": OTHER }),
        ),
        (
            "netting cancel {id}",
            "netting.cancel",
            json!({ "obligation": ID }),
        ),
        // What holds already stays where nothing else is said.
        (
            "netting limits --reserve 50",
            "netting.limits",
            json!({
                "currency": "CNY", "multilateral": cny("500.00"), "reserve": cny("50.00"),
                "bilateral": toward(&[("bob", "200.00"), ("cord", "90.00")])
            }),
        ),
        (
            "netting limits --multilateral none --bilateral bob=none --bilateral alum=1,000",
            "netting.limits",
            json!({
                "multilateral": null, "reserve": cny("10.00"),
                "bilateral": toward(&[("alum", "1000.00"), ("cord", "90.00")])
            }),
        ),
        (
            "netting limits --clear --bilateral bob=5",
            "netting.limits",
            json!({ "multilateral": null, "reserve": null, "bilateral": toward(&[("bob", "5.00")]) }),
        ),
        (
            "netting run --currency EUR",
            "netting.run",
            json!({ "currency": "EUR" }),
        ),
        (
            "settle propose --leg \"700.00 CNY from acme to bob\" --leg \"90.00 EUR from bob to acme for yuan\" --deadline 3d",
            "settle.propose",
            json!({
                "deadline": "2027-01-08", "reference": "",
                "legs": [
                    { "leg": "cash", "from": "acme", "to": "bob", "money": cny("700.00"), "purpose": "" },
                    { "leg": "cash", "from": "bob", "to": "acme", "money": money("90.00", "EUR"), "purpose": "yuan" }
                ]
            }),
        ),
        // The one lot that the deliverer holds.
        (
            "settle propose --leg \"5 of {bill} from parts to acme\" --deadline 3d --reference r",
            "settle.propose",
            json!({
                "reference": "r",
                "legs": [{
                    "leg": "lot", "instrument": BILL, "lot": { "start": "1", "end": "10000" },
                    "part": cny("5.00"), "from": "parts", "to": "acme", "purpose": ""
                }]
            }),
        ),
        (
            "settle affirm {id}",
            "settle.affirm",
            json!({ "instruction": ID, "terms": instruction().terms_hash }),
        ),
        (
            "settle cancel {id}",
            "settle.cancel",
            json!({ "instruction": ID }),
        ),
    ]
}

#[test]
fn each_act_goes_out_as_the_call_that_was_meant() {
    let home = Home::new();
    let node = node(&home);
    for (number, (line, call, wanted)) in rows().iter().enumerate() {
        let ran = typed(&home, &node, line);
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
fn an_instruction_is_proposed_from_a_file_and_affirmed_in_one_transaction() {
    let home = Home::new();
    let node = node(&home);
    let file = home.path().join("trade-7.toml");
    std::fs::write(
        &file,
        format!(
            "deadline = \"3d\"\nreference = \"trade 7\"\n\
             [[leg]]\nlot = \"{BILL}:20001-60000\"\namount = \"300.00\"\nfrom = \"acme\"\nto = \"motor\"\n\
             [[leg]]\ncash = \"295.00 CNY\"\nfrom = \"motor\"\nto = \"acme\"\nfor = \"paper\"\n"
        ),
    )
    .unwrap();
    let ran = typed(
        &home,
        &node,
        &format!("settle propose {} --affirm", file.display()),
    );
    assert_eq!(ran.code, 0, "{ran:?}");
    let calls = node.posts()[0].transaction().body.calls;
    let sent = serde_json::to_value(&calls).unwrap();
    assert_eq!(
        sent[0]["args"]["legs"],
        json!(instruction().instruction.legs)
    );
    assert_eq!(sent[0]["args"]["reference"], "trade 7");
    assert_eq!(sent[1]["call"], "settle.affirm");
    assert_eq!(sent[1]["args"]["instruction"], json!({ "call": 0 }));
    // Every leg in words, before anything was signed.
    for part in [
        format!("leg 0: acme gives 300.00 CNY of lot {BILL}:20001-60000 from acme to motor"),
        "leg 1: acme gets 295.00 CNY from motor to acme, for \"paper\"".to_owned(),
    ] {
        assert!(ran.err.contains(&part), "{part}: {}", ran.err);
    }
    std::fs::write(&file, "deadline = \"3d\"\nlegs = 5\n").unwrap();
    let ran = typed(&home, &node, &format!("settle propose {}", file.display()));
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(
        ran.err.contains("trade-7.toml:2: unknown key `legs`"),
        "{}",
        ran.err
    );
}

#[test]
fn an_affirmation_says_every_leg_before_it_signs() {
    let home = Home::new();
    let node = node(&home);
    let ran = typed(&home, &node, "settle affirm {id}");
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "affirming instruction",
        "of motor until 2027-01-08",
        "leg 0: acme gives 300.00 CNY of lot",
        "leg 1: acme gets 295.00 CNY from motor to acme, for \"paper\"",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.err);
    }
}

#[test]
fn what_is_meant_must_be_clear_before_anything_is_sent() {
    let home = Home::new();
    let node = node(&home);
    let rows = [
        ("netting queue bob 5", "--deadline", ""),
        ("netting queue bob five --deadline 5d", "five", ""),
        ("netting queue Bob 5 --deadline 5d", "`Bob`", "member name"),
        (
            "netting queue bob 5 --deadline soon",
            "`soon`",
            "neither a date",
        ),
        (
            "netting queue bob 5 --deadline 5d --priority 10",
            "10",
            "0..=9",
        ),
        ("netting queue bob 1.234 --deadline 5d", "AMOUNT", "1.234"),
        ("netting reorder {id}", "--priority", ""),
        (
            "netting reorder {id} --priority 3 --before {other}",
            "--before",
            "",
        ),
        ("netting reorder 12 --priority 3", "16 bytes in hex", "12"),
        ("netting cancel {bill}", "16 bytes in hex", ""),
        ("netting cancel", "<OBLIGATION>", ""),
        ("netting limits", "required", "--multilateral"),
        (
            "netting limits --bilateral bob",
            "`bob` is no limit",
            "bob=200,000.00",
        ),
        ("netting limits --bilateral bob=much", "much", "none"),
        (
            "netting limits --bilateral bob=5 --bilateral bob=6",
            "LIMIT_TWICE",
            "bob",
        ),
        ("netting limits --reserve \"5 EUR\"", "CURRENCY", "5.00 EUR"),
        ("netting limits --multilateral -5", "-5", ""),
        ("netting run --currency XXX", "XXX", ""),
        ("netting run CNY", "CNY", ""),
        ("netting show --cycles 0", "1..=1000", "0"),
        ("netting show acme --obligation {id}", "--obligation", ""),
        ("netting show --obligation 12", "16 bytes", ""),
        ("netting sort acme", "sort", ""),
        ("netting", "Usage", ""),
        ("settle propose", "<FILE>", ""),
        (
            "settle propose --leg \"5 from acme to bob\"",
            "--deadline",
            "",
        ),
        (
            "settle propose --leg \"5 to bob from acme\" --deadline 3d",
            "is no leg",
            "NUMBER:START-END",
        ),
        (
            "settle propose --leg \"5 XXX from acme to bob\" --deadline 3d",
            "XXX",
            "",
        ),
        (
            "settle propose --leg \"5 of 12 from acme to bob\" --deadline 3d",
            "30 digits",
            "",
        ),
        (
            "settle propose --leg \"{bill} from acme to motor\" --deadline 3d",
            "SEVERAL_LOTS",
            "20001",
        ),
        (
            "settle propose --leg \"{bill} from bob to acme\" --deadline 3d",
            "NOT_HOLDER",
            "bob holds no lot",
        ),
        (
            "settle propose --leg \"5 EUR of {bill} from parts to acme\" --deadline 3d",
            "EUR",
            "CNY",
        ),
        ("settle propose /nowhere.toml", "FILE", "/nowhere.toml"),
        (
            "settle propose x.toml --leg \"5 from acme to bob\" --deadline 3d",
            "--leg",
            "",
        ),
        ("settle affirm", "<INSTRUCTION>", ""),
        ("settle affirm 12", "16 bytes in hex", "12"),
        ("settle affirm {other}", "NO_SUCH_INSTRUCTION", ""),
        ("settle show {other}", "NO_SUCH_INSTRUCTION", ""),
        ("settle cancel {bill}", "16 bytes in hex", ""),
        ("settle list Acme", "`Acme`", "member name"),
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
fn a_queue_is_shown_with_why_it_waits_and_what_cycles_saved() {
    let home = Home::new();
    let node = node(&home);
    let ran = typed(&home, &node, "netting show");
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "NETTING IN CNY",
        "QUEUE OF acme",
        "behind another",
        "not before 2027-01-06, for \"invoice 118\"",
        "500.00 CNY in all, 200.00 CNY toward bob, 90.00 CNY toward cord",
        "kept for priority 0",
        "3 of 4",
        "66.6667",
        "the clock",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let shown = typed(&home, &node, "netting show --output json").json();
    assert_eq!(shown["schema"], "allonge.netting/1");
    assert_eq!(shown["cycles"][0]["saved"], "19700");
    assert_eq!(shown["cycles"][0]["turnover"], "66.6667");
    assert_eq!(shown["cycles"][1]["saved"], "30000");
    assert_eq!(shown["cycles"][1]["turnover"], Value::Null);
    assert_eq!(shown["queue"]["obligations"][0]["waits"], "behind another");
    let one = typed(&home, &node, "netting show --obligation {id} --output json").json();
    assert_eq!(one["schema"], "allonge.obligation/1");
    assert_eq!(one["obligation"]["payee"], "bob");
}

#[test]
fn instructions_are_shown_and_listed() {
    let home = Home::new();
    let node = node(&home);
    let ran = typed(&home, &node, "settle show {id}");
    assert_eq!(ran.code, 0, "{ran:?}");
    for part in [
        "by motor on 2027-01-05",
        "trade 7",
        "0  300.00 CNY of lot",
        "1  295.00 CNY from motor to acme",
        "waited for",
    ] {
        assert!(ran.out.contains(part), "{part}: {}", ran.out);
    }
    let listed = typed(&home, &node, "settle list --waiting --output json").json();
    assert_eq!(listed["schema"], "allonge.instructions/1");
    assert_eq!(listed["instructions"][0]["waits_for"], json!(["acme"]));
    assert_eq!(listed["more"], false);
}
