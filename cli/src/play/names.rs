//! What a scenario's parts say of each other: members, saved names, verbs and their options.

use super::format::{Act, Claim, Expected, Item, Scenario, Step};
use super::saved::names_in;
use super::toml::{At, Problem, Value, did_you_mean};
use super::words::{command_line, root};
use allonge_contracts::MemberId;
use std::collections::BTreeSet;

/// Checks them.
///
/// # Errors
/// A name that nothing bears, a member twice, a verb or an option that the command line does not have.
pub fn check(scenario: &Scenario) -> Result<(), Problem> {
    members(scenario)?;
    let root = root();
    let mut saved: BTreeSet<&str> = BTreeSet::new();
    for item in &scenario.items {
        match item {
            Item::Step(step) => {
                if let Some(act) = &step.act {
                    for (_, value) in &act.with {
                        known_in(value, &saved)?;
                    }
                    // Read once before anything is played, so that a slip on the last line costs no play.
                    command_line(&root, act, |text| Ok(text.value.clone()))?.check(act)?;
                }
                if let Some(name) = &step.save {
                    saved.insert(&name.value);
                }
            }
            Item::Check(check) => match &check.claim {
                Claim::Cash {
                    member, amounts, ..
                } => {
                    let amounts = amounts.iter().map(|(_, amount)| amount);
                    for text in amounts.chain([member]) {
                        known(text, &saved)?;
                    }
                }
                Claim::Lots { bill, equals } => {
                    known(bill, &saved)?;
                    for lot in equals {
                        known_fields(lot, &saved)?;
                    }
                }
                Claim::Bill { number, equals }
                | Claim::Certificate { number, equals }
                | Claim::Line { id: number, equals } => {
                    known(number, &saved)?;
                    known_fields(equals, &saved)?;
                }
                Claim::Requests { member, .. } => known(member, &saved)?,
                Claim::Record { id, equals, .. } => {
                    known(id, &saved)?;
                    known_fields(equals, &saved)?;
                }
                Claim::Netting { equals, .. } => known_fields(equals, &saved)?,
                Claim::Queue { payer, equals, .. } => {
                    known(payer, &saved)?;
                    for one in equals {
                        known_fields(one, &saved)?;
                    }
                }
                Claim::Invariants => {}
            },
        }
    }
    Ok(())
}

/// The members that steps admit.
pub fn admitted(scenario: &Scenario) -> impl Iterator<Item = MemberId> + '_ {
    scenario.items.iter().filter_map(|item| match item {
        Item::Step(Step {
            act: Some(Act { verb, with }),
            ..
        }) if verb.value == "member.admit" => {
            with.iter()
                .find_map(|(key, value)| match (key.value.as_str(), &value.value) {
                    ("member", Value::Text(id)) => id.parse().ok(),
                    _ => None,
                })
        }
        _ => None,
    })
}

fn members(scenario: &Scenario) -> Result<(), Problem> {
    let mut ids: BTreeSet<&str> = BTreeSet::new();
    for member in &scenario.members {
        if !ids.insert(member.id.as_str()) {
            return Err(Problem::at(
                member.line,
                format!("the member `{}` is there already", member.id),
                "give it another id, or several roles: role = [\"bank\", \"regulator\"]",
            ));
        }
    }
    let must_be = |line, id: &MemberId, what: &str, ids: &BTreeSet<&str>| {
        if ids.contains(id.as_str()) {
            return Ok(());
        }
        Err(Problem::at(
            line,
            format!("{what}: there is no member `{id}`"),
            did_you_mean(id.as_str(), ids.iter().copied()),
        ))
    };
    for member in &scenario.members {
        if let Some(bank) = &member.account_bank {
            must_be(member.line, bank, "`account_bank`", &ids)?;
        }
    }
    for cash in &scenario.cash {
        must_be(cash.line, &cash.member, "[[cash]]", &ids)?;
    }
    let later: Vec<MemberId> = admitted(scenario).collect();
    ids.extend(later.iter().map(MemberId::as_str));
    // Those that are made up where nobody has the role.
    ids.extend([super::fresh::REGULATOR, super::fresh::AUTHORITY]);
    for item in &scenario.items {
        if let Item::Step(Step {
            actor: Some(actor), ..
        }) = item
        {
            must_be(actor.line, &actor.value, "`as`", &ids)?;
        }
    }
    Ok(())
}

fn known_fields(expected: &Expected, saved: &BTreeSet<&str>) -> Result<(), Problem> {
    expected
        .fields
        .iter()
        .try_for_each(|(_, value)| known_in(value, saved))
}

fn known_in(value: &At<Value>, saved: &BTreeSet<&str>) -> Result<(), Problem> {
    match &value.value {
        Value::Text(text) => known(
            &At {
                line: value.line,
                value: text.clone(),
            },
            saved,
        ),
        Value::Truth(_) => Ok(()),
        Value::List(items) => items.iter().try_for_each(|item| known_in(item, saved)),
        Value::Table(entries) => entries
            .iter()
            .try_for_each(|(_, value)| known_in(value, saved)),
    }
}

fn known(text: &At<String>, saved: &BTreeSet<&str>) -> Result<(), Problem> {
    for name in names_in(text)? {
        if !saved.contains(name.as_str()) {
            return Err(Problem::at(
                text.line,
                format!("`${{{name}…}}`: no step above saves a result as `{name}`"),
                match saved.is_empty() {
                    true => format!("give an earlier step save = \"{name}\""),
                    false => did_you_mean(&name, saved.iter().copied()),
                },
            ));
        }
    }
    Ok(())
}
