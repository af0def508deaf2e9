//! The table of acts on proposals: every allowed combination of a proposal's stand, act and actor is a row of
//! `tests/rules/governance.tsv`; every other combination of the whole product gives its code.

use crate::support::*;
use allonge_contracts::calls::*;
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::gov::*;
use allonge_contracts::members::Role;
use allonge_contracts::{Call, CallResult, Code, Hash, Outcome, RequestId};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/rules/governance.tsv");

const ACTS: [&str; 3] = ["approve", "reject", "withdraw"];

/// The proposer and one more have approved, another one has not voted; somebody who has no say.
const ACTORS: [(&str, &str); 4] = [
    ("proposer", "regulator"),
    ("voted", "regulator-b"),
    ("entitled", "central"),
    ("outsider", "bank-a"),
];

const STANDS: [&str; 12] = [
    "two short",
    "one short",
    "one against",
    "dated",
    "overtaken",
    "past its close",
    "carried",
    "applied",
    "failed",
    "rejected",
    "lapsed",
    "withdrawn",
];

type Named = (RequestId, Hash);

/// Three of the central bank and three regulators suspend a member.
fn world() -> World {
    let mut rules = rules();
    for (name, byte) in [("regulator-b", 30), ("regulator-c", 31)] {
        rules
            .members
            .push(new_member(name, &[Role::Regulator], byte));
    }
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    let suspend = Rule {
        roles: vec![Role::CentralBank, Role::Regulator],
        need: Need::Count(3),
        ..rules.governance.suspend
    };
    let rules = GenesisRules {
        governance: Policy {
            suspend,
            ..rules.governance
        },
        ..rules
    };
    World {
        checked: true,
        ..World::new(&rules, "2027-01-05")
    }
}

fn proposed(w: &mut World, dated: bool) -> Named {
    let call = ProposeChange {
        actions: vec![
            Suspend {
                member: member("s1"),
                reason: Default::default(),
            }
            .into(),
        ],
        deadline: date("2027-01-20"),
        from: dated.then(|| date("2027-01-11")),
        reason: Default::default(),
        order: Default::default(),
    };
    match w.ok("regulator", call) {
        CallResult::Proposal { proposal, terms } => (proposal, terms),
        other => panic!("{other:?}"),
    }
}

fn vote((proposal, terms): Named, approve: bool) -> VoteOnChange {
    VoteOnChange {
        proposal: RequestRef::Id(proposal),
        terms,
        approve,
        reason: Default::default(),
    }
}

/// A ledger with a proposal that stands so.
fn lay(stand: &str) -> (World, Named) {
    let mut w = world();
    let dated = matches!(stand, "dated" | "carried");
    let proposal = proposed(&mut w, dated);
    if stand == "two short" {
        return (w, proposal);
    }
    w.ok("regulator-b", vote(proposal, true));
    match stand {
        "one against" => {
            w.ok("regulator-c", vote(proposal, false));
        }
        "overtaken" | "failed" => {
            let other = proposed(&mut w, false);
            w.ok("regulator-b", vote(other, true));
            w.ok("regulator-c", vote(other, true));
            if stand == "failed" {
                w.ok("regulator-c", vote(proposal, true));
            }
        }
        "past its close" => w.time_ms = local_ms(date("2027-01-20"), 20 * 60),
        "carried" | "applied" => {
            w.ok("regulator-c", vote(proposal, true));
        }
        "rejected" => {
            w.ok("regulator-c", vote(proposal, false));
            w.ok("central", vote(proposal, false));
        }
        "lapsed" => {
            w.close("2027-01-20");
        }
        "withdrawn" => {
            let proposal = RequestRef::Id(proposal.0);
            w.ok("regulator", WithdrawChange { proposal });
        }
        _ => {}
    }
    (w, proposal)
}

fn call(act: &str, proposal: Named) -> Call {
    match act {
        "withdraw" => WithdrawChange {
            proposal: RequestRef::Id(proposal.0),
        }
        .into(),
        act => vote(proposal, act == "approve").into(),
    }
}

/// What an act that no row allows is refused with.
fn refusal(act: &str, actor: &str, stand: &str) -> Code {
    let open = [
        "two short",
        "one short",
        "one against",
        "dated",
        "overtaken",
    ];
    if !open.contains(&stand) {
        return Code::ProposalEnded;
    }
    match (act, actor) {
        ("approve" | "reject", "proposer" | "voted") => Code::AlreadyVoted,
        _ => Code::NotEntitled,
    }
}

#[test]
fn every_combination_on_a_proposal_is_allowed_by_a_row_or_refused_with_its_code() {
    let text = std::fs::read_to_string(TABLE).expect("the table is there");
    let mut rows: BTreeMap<(String, String, String), (String, usize)> = BTreeMap::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [act, actor, stand, becomes, rule] = cells.as_slice() else {
            panic!("line {}: not five cells", number + 1);
        };
        assert!(!rule.is_empty(), "line {}: by which rule?", number + 1);
        let combination = (act.to_string(), actor.to_string(), stand.to_string());
        let row = (becomes.to_string(), number + 1);
        assert!(
            rows.insert(combination, row).is_none(),
            "line {}",
            number + 1
        );
    }
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    for stand in STANDS {
        for act in ACTS {
            for (actor, name) in ACTORS {
                let (mut w, proposal) = lay(stand);
                let key = (act.to_owned(), actor.to_owned(), stand.to_owned());
                let got = match w.run(name, &[call(act, proposal)]).outcome {
                    Outcome::Accepted(_) => {
                        let found = read::proposal(&w.memory, &proposal.0).unwrap();
                        Ok(found.unwrap().status.as_str().to_owned())
                    }
                    Outcome::Rejected(rejection) => Err(rejection.code),
                };
                let expected = match rows.get(&key) {
                    Some((becomes, line)) => {
                        used.insert(*line);
                        Ok(becomes.clone())
                    }
                    None => Err(refusal(act, actor, stand)),
                };
                if got != expected {
                    wrong.push(format!(
                        "{act}\t{actor}\t{stand}: expected {expected:?}, got {got:?}"
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
    assert_eq!(used.len(), rows.len(), "a row that no combination reaches");
}
