//! Lines, certificates, quotes, disputes and redemption by hand.

use super::*;
use crate::common::deals::*;
use allonge_contracts::calls::{
    CallIndex, CancelCertificate, ChangeLine, CloseQuotes, InstrumentRef, OpenCertificate,
    RequestConfirmation,
};
use allonge_contracts::instruments::{
    InstrumentKind, InstrumentNumber, Lot, LotRange, Status, read as instruments,
};
use allonge_contracts::receivables::{QuoteAsk, read};
use allonge_contracts::trade::{self, Backing};

const HOLDERS: [&str; 6] = ["t-1", "t-2", "t-3", "factor", "house", "bank-2"];
const FUNDERS: [&str; 3] = ["bank-2", "factor", "house"];

pub(super) fn act(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    match chance.below(16) {
        0..=2 => opening(chance, chain),
        3 => before_signature(chance, chain),
        4 => Some(("bank", vec![line_changed(chance, chain)])),
        5 | 6 => asked_for_quotes(chance, chain),
        7 => disputed(chance, chain),
        8 => overdue(chance, chain),
        _ => on_a_certificate(chance, chain),
    }
}

/// A lot of a certificate that this member holds.
pub(super) fn held(
    chance: &mut Chance,
    chain: &Chain,
    holder: &str,
) -> Option<(InstrumentNumber, Lot)> {
    let kind = InstrumentKind::Certificate;
    let held = instruments::held_by(&chain.state.trie, &id(holder), kind, None, 100).unwrap();
    (!held.is_empty()).then(|| chance.of(&held))
}

/// A low end of a lot, or all of it.
pub(super) fn some_of(chance: &mut Chance, range: LotRange) -> Option<Money> {
    (chance.below(2) == 0).then(|| cny(1 + (range.end - range.start) / 2))
}

/// A certificate against an invoice that nothing is drawn on, with what follows its opening.
fn opening(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let (payee, paper, worth) = free_invoice(chance, chain)?;
    let lines = read::lines_of(&chain.state.trie, &id("core"), None, 1).unwrap();
    let today = chain.state.business_date(chain.state.time_ms()).unwrap();
    let long = chance.below(8) == 0;
    let days = 5 + u32::try_from(chance.below(30)).unwrap() + if long { 200 } else { 0 };
    let due = today.plus_days(days).unwrap().to_string();
    let open = OpenCertificate {
        notice_only: chance.below(3) == 0,
        term_reason: "in stages".parse().unwrap(),
        backing: vec![Backing {
            paper,
            money: worth,
        }],
        ..open(lines[0].id, payee, worth.minor, &due, 0)
    };
    let mut calls = vec![open.into()];
    match chance.below(8) {
        _ if long => calls.push(
            RequestConfirmation {
                certificate: InstrumentRef::Call(CallIndex { call: 0 }),
                to: id("bank-2"),
                answer_by: None,
            }
            .into(),
        ),
        0 => {}
        _ => calls.push(ask_signature_of(0)),
    }
    Some(("core", calls))
}

/// An invoice to `core` on which nothing is drawn, with its seller.
fn free_invoice(chance: &mut Chance, chain: &Chain) -> Option<(&'static str, Hash, Money)> {
    let papers = trade::read::of_party(&chain.state.trie, &id("core"), None, 1_000).unwrap();
    let free: Vec<_> = papers
        .into_iter()
        .filter_map(|paper| {
            let free = paper.free().filter(|_| paper.usage.draws == 0)?;
            let seller = ["t-1", "t-2"]
                .into_iter()
                .find(|name| id(name) == paper.by)?;
            Some((seller, paper.id, free))
        })
        .collect();
    (!free.is_empty()).then(|| chance.of(&free))
}

/// Signature is asked for, or the certificate taken back.
fn before_signature(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let (number, _) = held(chance, chain, "core")?;
    let certificate = InstrumentRef::Number(number);
    let call = match chance.below(3) {
        0 => CancelCertificate { certificate }.into(),
        _ => allonge_contracts::calls::RequestSignature {
            certificate,
            answer_by: None,
        }
        .into(),
    };
    Some(("core", vec![call]))
}

fn line_changed(chance: &mut Chance, chain: &Chain) -> Call {
    let lines = read::lines_of(&chain.state.trie, &id("core"), None, 1).unwrap();
    ChangeLine {
        line: lines[0].id,
        limit: cny(1_000_000 + chance.below(1_000_000)),
        until: None,
    }
    .into()
}

fn on_a_certificate(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let holder = chance.of(&HOLDERS);
    let (number, lot) = held(chance, chain, holder)?;
    let part = some_of(chance, lot.range);
    let (to, funder) = (chance.of(&HOLDERS), chance.of(&FUNDERS));
    let recourse = chance.below(2) == 0;
    let today = chain.state.business_date(chain.state.time_ms()).unwrap();
    let soon = today.plus_days(3).unwrap().to_string();
    let calls = match chance.below(10) {
        0..=3 => vec![ask_transfer(number, lot.range, part, to).into()],
        4 | 5 => vec![ask_finance(number, lot.range, part, funder, recourse).into()],
        6 => {
            let debt = 1 + chance.below(500);
            vec![ask_lot_pledge(
                number,
                lot.range,
                part,
                "bank-2",
                debt,
                "2027-03-05",
            )]
        }
        7 => vec![ask_quotes(number, lot.range, part, &FUNDERS, &soon)],
        8 => vec![
            ask_finance(number, lot.range, part, funder, recourse).into(),
            set_condition(&soon),
            escrow_of(0, 1),
        ],
        _ => {
            let freeze = freeze(number, lot.range, part);
            return Some(("court", vec![freeze]));
        }
    };
    Some((holder, calls))
}

/// What everybody quotes for a question.
fn quote_for(ask: &QuoteAsk) -> allonge_contracts::receivables::Quoted {
    quoted("4.5%", ask.money.minor)
}

fn asked_for_quotes(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let funder = chance.of(&FUNDERS);
    let asks = read::quote_asks_of(&chain.state.trie, &id(funder), None, 100).unwrap();
    if asks.is_empty() {
        return None;
    }
    let ask = chance.of(&asks);
    let binds = u64::from(ask.until.days()) * DAY;
    let given = read::quotes(&chain.state.trie, &ask.id).unwrap();
    let given: Vec<&str> = FUNDERS
        .into_iter()
        .filter(|name| given.iter().any(|quote| quote.funder == id(name)))
        .collect();
    let call = match chance.below(8) {
        0 => CloseQuotes { ask: ask.id }.into(),
        1..=3 if !given.is_empty() => take_quote(ask.id, chance.of(&given), quote_for(&ask)),
        _ => {
            let give = give_quote(ask.id, funder, &quote_for(&ask), binds);
            return Some((funder, vec![give]));
        }
    };
    let asker = HOLDERS.into_iter().find(|name| id(name) == ask.asker)?;
    Some((asker, vec![call]))
}

/// A dispute begins, or the one that there is ends.
fn disputed(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let holder = chance.of(&HOLDERS);
    let (number, lot) = held(chance, chain, holder)?;
    let by = lot.receivable.as_ref()?.disputed_by.clone();
    Some(match by {
        None => ("core", vec![dispute(number, lot.range)]),
        Some(_) => ("core", vec![settle_dispute(number, lot.range)]),
    })
}

/// What is overdue is asked back, or redeemed by hand, with cash that somebody lends.
fn overdue(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let kind = InstrumentKind::Certificate;
    let mut all = Vec::new();
    for holder in HOLDERS {
        let held = instruments::held_by(&chain.state.trie, &id(holder), kind, None, 100).unwrap();
        let overdue = held
            .into_iter()
            .filter(|(_, lot)| lot.status == Status::Overdue);
        all.extend(overdue.map(|(number, lot)| (holder, number, lot)));
    }
    if all.is_empty() {
        return None;
    }
    let (holder, number, lot) = chance.of(&all);
    let funded = lot
        .receivable
        .as_ref()
        .is_some_and(|receivable| receivable.funding.is_some());
    Some(match chance.below(4) {
        0 => ("bank", vec![transfer("core", lot.range.amount().unwrap())]),
        1 if !funded => ("core", vec![redeem_lot(number, lot.range)]),
        2 | 3 if !funded => return on_a_certificate(chance, chain),
        1 | 2 => (holder, vec![ask_back(number, lot.range)]),
        _ => ("core", vec![redeem_lot(number, lot.range)]),
    })
}
