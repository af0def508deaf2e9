//! The table of acts: every allowed combination of status, circulation, flags, act and actor is a row of
//! `tests/rules/acts.tsv`, written from the rule book; every other combination of the whole product gives the
//! code that `codes.rs` names for it.

#![allow(clippy::disallowed_methods, reason = "a test reads the table")]

mod acts;
mod codes;
mod governance;
mod receivables;
mod states;
#[path = "../support/mod.rs"]
mod support;

use acts::{ACTORS, ACTS};
use allonge_contracts::{CallResult, Outcome};
use states::{Ground, Stand};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../tests/rules/acts.tsv");

/// What an allowed combination leads to, and the line of the rule book that allows it.
struct Row {
    becomes: String,
    rule: String,
    line: usize,
}

const PAGE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/acts.md");

/// The table as a page of the documents, an act a section.
fn page() -> String {
    let text = std::fs::read_to_string(TABLE).expect("the table is there");
    let mut out = String::from(
        "# Every allowed act\n\n\
         Made from `tests/rules/acts.tsv` by `ALLONGE_WRITE_VECTORS=1 cargo test -p allonge-contracts --test table`. A lot\n\
         stands as the columns say, the actor asks for the act, or carries it out; where it is a request, who is asked agrees.\n\
         Every other combination is refused; a test tries them all. Under `geneva` some more are allowed (rule book 2.6).\n",
    );
    let mut section = "";
    for line in text.lines().skip(1) {
        let mut cells = line.split('\t');
        let act = cells.next().unwrap_or("");
        if act != section {
            section = act;
            out.push_str(&format!(
                "\n## {act}\n\n| actor | status | circulation | discounted | day | dishonour | frozen | becomes | rule |\n\
                 |---|---|---|---|---|---|---|---|---|\n"
            ));
        }
        let cells: Vec<&str> = cells.collect();
        out.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    out
}

#[test]
fn the_page_of_acts_is_the_table() {
    let page = page();
    if std::env::var_os("ALLONGE_WRITE_VECTORS").is_some() {
        std::fs::write(PAGE, &page).expect("the page can be written");
    }
    let there = std::fs::read_to_string(PAGE).expect("the page is there");
    assert!(
        there == page,
        "docs/acts.md is not made from the table: ALLONGE_WRITE_VECTORS=1 writes it anew"
    );
}

type Combination = (String, String, String);

/// The stand in the words of the table.
fn words(stand: &Stand) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}",
        stand.status,
        stand.circulation,
        if stand.discounted { "discounted" } else { "-" },
        if stand.matured { "matured" } else { "before" },
        stand.dishonour,
        stand.frozen
    )
}

fn table() -> BTreeMap<Combination, Row> {
    let text = std::fs::read_to_string(TABLE).expect("the table is there");
    let mut rows = BTreeMap::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [act, actor, stand @ .., becomes, rule] = cells.as_slice() else {
            panic!("line {}: too few cells", number + 1);
        };
        assert_eq!(stand.len(), 6, "line {}", number + 1);
        let combination = (act.to_string(), actor.to_string(), stand.join("\t"));
        let row = Row {
            becomes: becomes.to_string(),
            rule: rule.to_string(),
            line: number + 1,
        };
        assert!(!row.rule.is_empty(), "line {}: by which rule?", number + 1);
        assert!(
            rows.insert(combination, row).is_none(),
            "line {} stands there twice",
            number + 1
        );
    }
    rows
}

/// Asks for the act and has it answered. What the lot then is, or the code of the refusal.
fn outcome(ground: &Ground, stand: &Stand, act: &str, actor: &str) -> Result<String, String> {
    let mut world = ground.lay(stand);
    let name = acts::who(actor, stand);
    let made = match world.run(name, &[acts::call(act, ground.bill)]).outcome {
        Outcome::Accepted(made) => made,
        Outcome::Rejected(rejection) => return Err(rejection.code.name().to_owned()),
    };
    if let [CallResult::Request { request, terms }] = made.as_slice() {
        let answerer = acts::answerer(act, stand);
        let answer = support::agree((*request, *terms));
        if let Outcome::Rejected(rejection) = world.run(answerer, &[answer.into()]).outcome {
            return Err(format!("asked, but answered {}", rejection.code.name()));
        }
    }
    let lot = &world.lots(ground.bill)[0];
    let measure = match lot.frozen {
        allonge_contracts::bills::Frozen::No => String::new(),
        frozen => format!(" / {frozen}"),
    };
    Ok(format!("{} / {}{measure}", lot.status, lot.circulation))
}

#[test]
fn every_combination_is_allowed_by_a_row_or_refused_with_its_code() {
    let ground = Ground::new();
    let rows = table();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut tried = 0u64;
    for stand in Stand::all().filter(Stand::possible) {
        for act in ACTS {
            // Before delivery the holder is the drawer.
            for actor in ACTORS
                .iter()
                .filter(|a| **a != "holder" || stand.delivered())
            {
                tried += 1;
                let combination = ((*act).to_owned(), (*actor).to_owned(), words(&stand));
                let got = outcome(&ground, &stand, act, actor);
                let expected = match rows.get(&combination) {
                    Some(row) => {
                        used.insert(row.line);
                        Ok(row.becomes.clone())
                    }
                    None => Err(codes::refusal(act, actor, &stand).name().to_owned()),
                };
                if got != expected {
                    wrong.push(format!(
                        "{act}\t{actor}\t{}: expected {expected:?}, got {got:?}",
                        words(&stand)
                    ));
                }
            }
        }
    }
    println!("{tried} combinations, {} allowed", rows.len());
    let mut kinds: BTreeMap<String, (u64, &String)> = BTreeMap::new();
    for line in &wrong {
        let mut cells = line.split('\t');
        let (act, end) = (
            cells.next().unwrap_or(""),
            line.rsplit(": ").next().unwrap_or(""),
        );
        kinds.entry(format!("{act}: {end}")).or_insert((0, line)).0 += 1;
    }
    let shown: Vec<String> = kinds
        .into_iter()
        .map(|(kind, (count, first))| format!("{count} × {kind}, first {first}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong, first: {shown:#?}", wrong.len());
    assert_eq!(used.len(), rows.len(), "a row that no combination reaches");
}
