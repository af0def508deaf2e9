//! The table of acts on certificates: every allowed combination of status, circulation, flags, act and actor is a row
//! of `tests/rules/receivables.tsv`, written from the rule book; every other combination of the whole product gives
//! the code that `codes.rs` names for it.

mod acts;
mod codes;
mod states;

use crate::support;
use acts::{ACTORS, ACTS};
use allonge_contracts::{CallResult, Outcome};
use states::{Ground, Stand};
use std::collections::{BTreeMap, BTreeSet};

const TABLE: &str = concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/../tests/rules/receivables.tsv"
);

/// What an allowed combination leads to, with whom the lot then is, and the line of the table.
struct Row {
    becomes: String,
    line: usize,
}

type Combination = (String, String, String);

/// The stand in the words of the table.
fn words(stand: &Stand) -> String {
    format!(
        "{}\t{}\t{}\t{}\t{}\t{}",
        stand.status,
        stand.circulation,
        if stand.recourse { "recourse" } else { "-" },
        stand.disputed.words(),
        if stand.matured { "due" } else { "before" },
        stand.frozen
    )
}

fn table() -> BTreeMap<Combination, Row> {
    let text = std::fs::read_to_string(TABLE).expect("the table is there");
    let mut rows = BTreeMap::new();
    for (number, line) in text.lines().enumerate().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [act, actor, stand @ .., becomes, with, rule] = cells.as_slice() else {
            panic!("line {}: too few cells", number + 1);
        };
        assert_eq!(stand.len(), 6, "line {}", number + 1);
        assert!(!rule.is_empty(), "line {}: by which rule?", number + 1);
        let combination = (act.to_string(), actor.to_string(), stand.join("\t"));
        let row = Row {
            becomes: format!("{becomes}, with {with}"),
            line: number + 1,
        };
        assert!(
            rows.insert(combination, row).is_none(),
            "line {} stands there twice",
            number + 1
        );
    }
    rows
}

/// Asks for the act and has it answered. What the lot then is and who has it, or the code of the refusal.
fn outcome(ground: &Ground, stand: &Stand, act: &str, actor: &str) -> Result<String, String> {
    let mut world = ground.lay(stand, act);
    let name = acts::who(actor, stand);
    let made = match world.run(name, &[acts::call(act, ground)]).outcome {
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
    let lots = world.lots(ground.certificate);
    assert_eq!(lots.len(), 1, "{act} cuts nothing");
    Ok(states::told(&lots[0]))
}

#[test]
fn every_combination_on_a_certificate_is_allowed_by_a_row_or_refused_with_its_code() {
    let grounds = [Ground::new(false), Ground::new(true)];
    let rows = table();
    let mut used = BTreeSet::new();
    let mut wrong = Vec::new();
    let mut tried = 0u64;
    for stand in Stand::all().filter(Stand::possible) {
        for act in ACTS {
            let ground = &grounds[usize::from(acts::needs_confirmation(act))];
            for actor in ACTORS.iter().filter(|actor| stand.has_actor(actor)) {
                tried += 1;
                let combination = ((*act).to_owned(), (*actor).to_owned(), words(&stand));
                let got = outcome(ground, &stand, act, actor);
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
        let (act, rest) = line.split_once('\t').unwrap_or_default();
        let end = rest.rsplit(": ").next().unwrap_or("");
        kinds.entry(format!("{act}: {end}")).or_insert((0, line)).0 += 1;
    }
    let shown: Vec<String> = kinds
        .into_iter()
        .map(|(kind, (count, first))| format!("{count} × {kind}, first {first}"))
        .collect();
    assert!(wrong.is_empty(), "{} wrong: {shown:#?}", wrong.len());
    assert_eq!(used.len(), rows.len(), "a row that no combination reaches");
}

/// Acts of bills know no certificate, whoever asks and however it stands.
#[test]
fn an_act_of_bills_finds_no_certificate() {
    let ground = Ground::new(false);
    for stand in Stand::all().filter(Stand::possible) {
        for call in acts::of_bills(ground.certificate) {
            let mut world = ground.lay(&stand, "");
            let name = call.name();
            let refused = world.refused(stand.holder(), call);
            assert_eq!(refused, allonge_contracts::Code::NoSuchBill, "{name}");
        }
    }
}
