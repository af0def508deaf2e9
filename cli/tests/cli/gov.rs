//! Every act of governance as it is typed, and the call that goes out for it.

use crate::fake::{FakeNode, Home, Ran, Reply, accepted, at, error};
use crate::reads::BILL;
use crate::settling::words;
use allonge_contracts::Code;
use allonge_contracts::gov::{Policy, Proposal};
use allonge_node::api::types::ProposalView;
use serde_json::{Value, json};

const ID: &str = "0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091";
const OTHER: &str = "5d7f90911b3d5f70c8e0a1b30f3c5a7e";
const KEY: &str = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
const PEER: &str = "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c";

fn proposal(status: &str) -> ProposalView {
    let ended = status != "open";
    let proposal: Proposal = serde_json::from_value(json!({
        "id": ID, "number": "7", "by": "regulator", "reason": "session 7", "order": "(2027) 7",
        "deadline": "2027-01-20", "from": null, "proposed_on": "2027-01-05", "status": status,
        "actions": [
            { "action": "member.suspend", "args": { "member": "bob", "reason": "unpaid fees" } },
            { "action": "validator.weigh", "args": { "name": "node-1", "power": "12", "height": "0" } }
        ],
        "quorums": [
            {
                "kind": "suspend", "entitled": ["acme", "regulator"], "need": 2, "parties": [],
                "roles": ["central-bank", "regulator"], "operators": false, "with": ["regulator"]
            },
            {
                "kind": "validators", "entitled": ["regulator"], "need": 1, "parties": [],
                "roles": ["regulator"], "operators": false, "with": []
            }
        ],
        "votes": [{ "member": "regulator", "approve": true, "reason": "" }],
        "ended_on": ended.then_some("2027-01-06"),
        "failure": ended.then_some("WRONG_STATE")
    }))
    .unwrap();
    proposal.into()
}

fn nodes() -> Value {
    let node = |name: &str, kind: &str, power: &str, key: Value| {
        json!({
            "name": name, "kind": kind, "consensus_key": key, "peer_key": PEER, "power": power,
            "consensus_address": "10.0.0.1:1", "gossip_address": "10.0.0.1:2", "member": "acme"
        })
    };
    json!({
        "nodes": [
            node("archive", "observer", "0", Value::Null),
            node("node-0", "validator", "10", json!(KEY))
        ],
        "change": { "height": "1200", "name": "node-9", "node": null },
        "protocol": 1,
        "scheduled_protocol": { "version": 2, "height": "1300" }
    })
}

fn node(home: &Home) -> FakeNode {
    let usual = home.usual();
    FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| match asked.target.as_str() {
            _ if asked.is_post() => accepted(asked),
            target if target == format!("/v1/gov/proposals/{ID}") => {
                Reply::Json(200, at(proposal("open")))
            }
            target if target.starts_with("/v1/gov/proposals/") => {
                Reply::Json(404, error(Code::NoSuchProposal))
            }
            "/v1/gov/proposals" => Reply::Json(
                200,
                at(json!({ "proposals": [proposal("open"), proposal("failed")], "next": null })),
            ),
            "/v1/gov/policy" => Reply::Json(200, at(json!({ "policy": Policy::default() }))),
            "/v1/nodes" => Reply::Json(200, at(nodes())),
            _ => Reply::Json(404, error(Code::NotFound)),
        })
    })
}

fn typed(home: &Home, node: &FakeNode, line: &str) -> Ran {
    let line = line
        .replace("{bill}", BILL)
        .replace("{id}", ID)
        .replace("{other}", OTHER)
        .replace("{key}", KEY)
        .replace("{peer}", PEER);
    let words = words(&line);
    home.run(
        &node.url,
        &words.iter().map(String::as_str).collect::<Vec<_>>(),
    )
}

/// What is typed after `gov propose`, the change's name, and what its arguments say.
fn changes() -> Vec<(&'static str, &'static str, Value)> {
    vec![
        (
            "admit dora --role enterprise --role bank --public-key {key} --bank-number 102100099996",
            "member.admit",
            json!({ "member": "dora", "roles": ["enterprise", "bank"], "keys": [KEY], "threshold": 1,
                "bank_number": "102100099996" }),
        ),
        (
            "suspend bob --reason \"unpaid fees\"",
            "member.suspend",
            json!({ "member": "bob", "reason": "unpaid fees" }),
        ),
        (
            "reinstate bob",
            "member.reinstate",
            json!({ "member": "bob", "reason": "" }),
        ),
        (
            "rotate-keys bob --public-key {key} --public-key {peer} --threshold 2",
            "member.rotate_keys",
            json!({ "member": "bob", "keys": [PEER, KEY], "threshold": 2 }),
        ),
        (
            "change-roles bob --role factor --role enterprise",
            "member.change_roles",
            json!({ "member": "bob", "roles": ["enterprise", "factor"] }),
        ),
        (
            "recover bob --public-key {key} --order \"court 12\"",
            "member.recover",
            json!({ "member": "bob", "keys": [KEY], "order": "court 12" }),
        ),
        (
            "correct-cash 12.50 --holder bob --to acme",
            "correct.cash",
            json!({ "from": "bob", "to": "acme", "money": { "amount": "12.50", "currency": "CNY" } }),
        ),
        (
            "correct-lot {bill}:1-500 --holder bob --to acme",
            "correct.lot",
            json!({ "instrument": BILL, "lot": { "start": "1", "end": "500" }, "from": "bob", "to": "acme" }),
        ),
        (
            "add-validator node-4 --member acme --consensus-key {key} --peer-key {peer} --consensus-address a:1 --gossip-address a:2 --power 10 --height 1300",
            "validator.add",
            json!({ "name": "node-4", "member": "acme", "consensus_key": KEY, "peer_key": PEER,
                "consensus_address": "a:1", "gossip_address": "a:2", "power": "10", "height": "1300" }),
        ),
        (
            "remove-validator node-3",
            "validator.remove",
            json!({ "name": "node-3", "height": "0" }),
        ),
        (
            "weigh-validator node-3 --power 12",
            "validator.weigh",
            json!({ "name": "node-3", "power": "12" }),
        ),
        (
            "rekey-validator node-3 --consensus-key {key}",
            "validator.rekey",
            json!({ "name": "node-3", "consensus_key": KEY }),
        ),
        (
            "move-node node-3 --gossip-address b:2",
            "node.move",
            json!({ "name": "node-3", "peer_key": null, "consensus_address": null, "gossip_address": "b:2" }),
        ),
        (
            "add-observer archive --peer-key {peer}",
            "observer.add",
            json!({ "name": "archive", "member": null, "peer_key": PEER, "consensus_address": "" }),
        ),
        (
            "remove-observer archive",
            "observer.remove",
            json!({ "name": "archive" }),
        ),
        (
            "set-param recourse-rate 3.1% --since 2027-07-01",
            "params.set",
            json!({ "name": "recourse_rate", "value": "31000", "from": "2027-07-01" }),
        ),
        (
            "protocol 2 --height 2000",
            "protocol.activate",
            json!({ "version": 2, "height": "2000" }),
        ),
    ]
}

#[test]
fn each_change_goes_out_as_it_was_meant() {
    let home = Home::new();
    let node = node(&home);
    for (number, (line, action, wanted)) in changes().iter().enumerate() {
        let line = format!("gov propose {line} --deadline 10d");
        let ran = typed(&home, &node, &line);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        let posts = node.posts();
        assert_eq!(posts.len(), number + 1, "{line}: {ran:?}");
        let body = posts[number].transaction().body;
        let sent = serde_json::to_value(&body.calls[0]).unwrap();
        assert_eq!(sent["call"], "gov.propose", "{line}");
        assert_eq!(sent["args"]["deadline"], "2027-01-15", "{line}");
        assert_eq!(sent["args"]["actions"][0]["action"], *action, "{line}");
        let args = &sent["args"]["actions"][0]["args"];
        for (name, value) in wanted.as_object().unwrap() {
            assert_eq!(args[name], *value, "{line}: {name} in {sent}");
        }
    }
    let all = allonge_contracts::gov::Action::NAMES.len();
    assert_eq!(changes().len(), all, "every change has its line");
}

#[test]
fn a_proposal_comes_from_a_file_with_its_day_and_its_order() {
    let home = Home::new();
    let node = node(&home);
    let file = home.path().join("changes.json");
    let actions = json!([
        { "action": "member.suspend", "args": { "member": "bob", "reason": "unpaid fees" } },
        { "action": "observer.remove", "args": { "name": "archive" } }
    ]);
    let text = json!({ "actions": actions, "reason": "session 7" }).to_string();
    std::fs::write(&file, text).unwrap();
    let line = format!(
        "gov propose file {} --on 20d --order \"(2027) 7\"",
        file.display()
    );
    let ran = typed(&home, &node, &line);
    assert_eq!(ran.code, 0, "{ran:?}");
    let call = node.posts()[0].transaction().body.calls.remove(0);
    let args = serde_json::to_value(&call).unwrap()["args"].clone();
    assert_eq!(args["actions"], actions);
    assert_eq!(args["deadline"], "2027-01-19");
    assert_eq!(args["from"], "2027-01-25");
    assert_eq!(args["reason"], "session 7");
    assert_eq!(args["order"], "(2027) 7");
    std::fs::write(&file, "{\n\"actions\": [7]}").unwrap();
    let ran = typed(&home, &node, &line);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("changes.json"), "{}", ran.err);
    assert!(ran.err.contains("line 2"), "{}", ran.err);
}

#[test]
fn a_vote_says_every_change_before_it_signs_for_exactly_these() {
    let home = Home::new();
    let node = node(&home);
    for (word, approve) in [("approve", true), ("reject", false)] {
        let ran = typed(&home, &node, &format!("gov vote {{id}} {word} --reason so"));
        assert_eq!(ran.code, 0, "{ran:?}");
        for part in [
            "proposal 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 of regulator:",
            "suspend bob, reason \"unpaid fees\"",
            "let validator node-1 vote with 12 as soon as may be",
        ] {
            assert!(ran.err.contains(part), "{part}: {}", ran.err);
        }
        let posts = node.posts();
        let call = posts.last().unwrap().transaction().body.calls.remove(0);
        let sent = serde_json::to_value(&call).unwrap();
        assert_eq!(sent["call"], "gov.vote");
        assert_eq!(sent["args"]["approve"], approve);
        assert_eq!(sent["args"]["terms"], json!(proposal("open").terms_hash));
        assert_eq!(sent["args"]["reason"], "so");
    }
    let ran = typed(&home, &node, "gov withdraw {id}");
    assert_eq!(ran.code, 0, "{ran:?}");
    let posts = node.posts();
    let call = posts.last().unwrap().transaction().body.calls.remove(0);
    assert_eq!(
        serde_json::to_value(&call).unwrap(),
        json!({ "call": "gov.withdraw", "args": { "proposal": ID } })
    );
}

#[test]
fn proposals_policy_and_nodes_are_shown() {
    let home = Home::new();
    let node = node(&home);
    for (line, parts) in [
        (
            "gov show {id}",
            vec![
                "PROPOSAL 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091",
                "by regulator on 2027-01-05",
                "(2027) 7",
                "suspend bob, reason \"unpaid fees\"",
                "suspend: 2 of 2, with a regulator",
                "may vote",
                "approves",
            ],
        ),
        (
            "gov list",
            vec!["member.suspend, validator.weigh", "open", "failed"],
        ),
        (
            "gov policy",
            vec![
                "1 of: central-bank, regulator",
                "1/1 of: the members concerned",
                "recover",
                "with a regulator",
            ],
        ),
        (
            "gov nodes",
            vec![
                "archive",
                "observer",
                "10.0.0.1:2",
                "node-9 leaves from height 1200",
                "2 from height 1300",
            ],
        ),
    ] {
        let ran = typed(&home, &node, line);
        assert_eq!(ran.code, 0, "{line}: {ran:?}");
        for part in parts {
            assert!(ran.out.contains(part), "{line}: {part}: {}", ran.out);
        }
    }
    let ran = typed(&home, &node, "gov list --open");
    assert!(!ran.out.contains("failed"), "{}", ran.out);
    for (line, schema, path, wanted) in [
        (
            "gov show {id}",
            "allonge.proposal/1",
            "/waits_for",
            json!(["acme"]),
        ),
        (
            "gov list --open",
            "allonge.proposals/1",
            "/proposals/0/proposal/number",
            json!("7"),
        ),
        (
            "gov policy",
            "allonge.policy/1",
            "/policy/admit/need",
            json!(1),
        ),
        (
            "gov nodes",
            "allonge.nodes/1",
            "/nodes/1/power",
            json!("10"),
        ),
    ] {
        let shown = typed(&home, &node, &format!("{line} --output json")).json();
        assert_eq!(shown["schema"], schema, "{line}");
        assert_eq!(shown.pointer(path), Some(&wanted), "{line}: {shown}");
    }
}

#[test]
fn what_is_meant_must_be_clear_before_anything_is_sent() {
    let home = Home::new();
    let node = node(&home);
    let rows = [
        ("gov", "Usage", ""),
        ("gov propose", "Usage", ""),
        ("gov propose banish bob", "banish", ""),
        ("gov propose suspend", "<MEMBER>", ""),
        ("gov propose suspend Bob", "`Bob`", "member name"),
        (
            "gov propose suspend bob --deadline soon",
            "`soon`",
            "neither a date",
        ),
        (
            "gov propose admit dora --role emperor --public-key {key}",
            "no such role",
            "",
        ),
        ("gov propose admit dora --public-key {key}", "--role", ""),
        ("gov propose rotate-keys bob", "--public-key", ""),
        (
            "gov propose rotate-keys bob --public-key nokey",
            "nokey",
            "",
        ),
        (
            "gov propose recover bob --public-key {key}",
            "ORDER",
            "--order",
        ),
        (
            "gov propose correct-cash 1.234 --holder bob --to acme",
            "1.234",
            "",
        ),
        ("gov propose correct-cash 5 --to acme", "--holder", ""),
        (
            "gov propose correct-lot {bill} --holder bob --to acme",
            "LOT",
            "NUMBER:START-END",
        ),
        (
            "gov propose add-validator n --consensus-key 00 --peer-key {peer}",
            "32 bytes in hex",
            "",
        ),
        ("gov propose weigh-validator n --power many", "many", ""),
        (
            "gov propose set-param recourse_rate much --since 10d",
            "PARAM_VALUE",
            "much",
        ),
        (
            "gov propose set-param colour 1 --since 10d",
            "no such parameter",
            "",
        ),
        ("gov propose file /nowhere.json", "FILE", "/nowhere.json"),
        ("gov vote {id}", "<VOTE>", ""),
        ("gov vote {id} maybe", "maybe", "approve"),
        ("gov vote 12 approve", "16 bytes in hex", "12"),
        ("gov vote {other} approve", "NO_SUCH_PROPOSAL", ""),
        ("gov show {other}", "NO_SUCH_PROPOSAL", ""),
        ("gov withdraw", "<PROPOSAL>", ""),
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
