//! Instructions and cycles of netting.

use super::certificates::{held, some_of};
use super::*;
use crate::common::deals::*;
use allonge_contracts::calls::{Affirm, CancelInstruction, CancelObligation, Reorder};
use allonge_contracts::{netting, settlement};

const TRADERS: [&str; 3] = ["t-1", "t-2", "t-3"];

pub(super) fn act(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    match chance.below(9) {
        0 | 1 => Some(proposed(chance, chain)),
        2..=4 => affirmed(chance, chain),
        5 | 6 => Some(queued(chance, chain)),
        7 => moved(chance, chain),
        _ => Some((chance.of(&TRADERS), vec![run_cycle()])),
    }
}

fn day_after(chain: &Chain, days: u32) -> String {
    let today = chain.state.business_date(chain.state.time_ms()).unwrap();
    today.plus_days(days).unwrap().to_string()
}

/// Paper against cash where somebody holds some, else cash against cash.
fn proposed(chance: &mut Chance, chain: &Chain) -> Act {
    let (from, to) = (chance.of(&TRADERS), chance.of(&TRADERS));
    let mut legs = vec![pays(to, from, 1 + chance.below(900))];
    legs.push(match held(chance, chain, from) {
        Some((number, lot)) => {
            let part = some_of(chance, lot.range);
            delivers(number, lot.range, part, from, to)
        }
        None => pays(from, to, 1 + chance.below(900)),
    });
    (from, vec![propose(legs, &day_after(chain, 1))])
}

fn affirmed(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let who = chance.of(&TRADERS);
    let found = settlement::read::of_member(&chain.state.trie, &id(who), None, 100).unwrap();
    if found.is_empty() {
        return None;
    }
    let found = chance.of(&found);
    let instruction = RequestRef::Id(found.id);
    let terms = found.terms_hash();
    let call = match chance.below(5) {
        0 => CancelInstruction { instruction }.into(),
        _ => Affirm { instruction, terms }.into(),
    };
    Some((who, vec![call]))
}

fn queued(chance: &mut Chance, chain: &Chain) -> Act {
    let priority = u8::try_from(chance.below(10)).unwrap();
    let deadline = day_after(chain, 2);
    let call = queue(
        chance.of(&TRADERS),
        1 + chance.below(90_000),
        priority,
        &deadline,
    );
    (chance.of(&TRADERS), vec![call.into()])
}

/// An obligation goes to the end of another priority, or out of its queue.
fn moved(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let who = chance.of(&TRADERS);
    let currency = cny(0).currency;
    let found = netting::read::queue(&chain.state.trie, &id(who), currency, None, 100).unwrap();
    if found.is_empty() {
        return None;
    }
    let obligation = chance.of(&found).id;
    let call = match chance.below(3) {
        0 => CancelObligation { obligation }.into(),
        _ => Reorder {
            obligation,
            priority: Some(u8::try_from(chance.below(10)).unwrap()),
            before: None,
        }
        .into(),
    };
    Some((who, vec![call]))
}
