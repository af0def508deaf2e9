//! Recourse: who is liable to whom, for how much, until when (rule book 2.5).

mod claims;
mod codes;
mod encumbered;
mod guarantors;
mod lives;
mod offers;
#[path = "../support/mod.rs"]
mod support;
mod vectors;

use allonge_contracts::bills::{
    BillKind, InstrumentNumber, Lot, Market, Profile, RefusalCode, Settlement, read,
};
use allonge_contracts::calls::*;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::recourse::read::RecourseView;
use allonge_contracts::recourse::{RecourseClass, RecourseRule};
use allonge_contracts::{Call, CallResult, DayCount, Event, Hash, Money, Outcome, RequestId};
use support::*;

/// The standard members with an attestor, a court and a third bank; everybody has 2,000,000.00 but `bank-a`,
/// the acceptor, which has 1,000.00.
fn desk(start: &str) -> World {
    let GenesisRules { mut members, .. } = rules();
    members.extend([
        new_member("attestor", &[Role::Attestor], 21),
        new_member("court", &[Role::Court], 22),
        Member {
            bank_number: bank_number("104100000004"),
            ..new_member("bank-c", &[Role::Bank], 23)
        },
    ]);
    members.sort_by(|a, b| a.id.cmp(&b.id));
    let balances = members
        .iter()
        .map(|m| OpeningBalance {
            member: m.id.clone(),
            money: yuan(if m.id == member("bank-a") {
                "1,000.00"
            } else {
                "2,000,000.00"
            }),
        })
        .collect();
    let rules = GenesisRules {
        members,
        balances,
        ..rules()
    };
    World::new(&rules, start)
}

/// Leaves the acceptor nothing, where a part that it can pay would be paid (rule book 2.6).
fn empty_the_acceptor(w: &mut World) {
    let (_, available) = w.cash("bank-a");
    let rest = Money::new(cny(), available);
    w.ok("bank-a", transfer("core", rest));
}

/// Carries out a call and sees that the state is sound.
#[track_caller]
fn step(w: &mut World, actor: &str, call: impl Into<Call>) -> CallResult {
    let result = w.ok(actor, call);
    w.sound();
    result
}

/// A bank bill drawn by `core` on `bank-a`, delivered to `s1` and endorsed along the names.
fn along(w: &mut World, sum: &str, maturity: &str, endorsees: &[&str]) -> InstrumentNumber {
    along_drawn(w, register(sum, maturity), endorsees)
}

fn along_drawn(w: &mut World, draw: Register, endorsees: &[&str]) -> InstrumentNumber {
    let (acceptor, payee) = (draw.acceptor.to_string(), draw.payee.to_string());
    let whole = format!("1-{}", draw.sum.minor);
    let CallResult::Bill(bill) = step(w, "core", draw) else {
        panic!("no bill");
    };
    step(w, "core", ask_acceptance(bill));
    w.agree(&acceptor, bill, 1);
    step(w, "core", ask_delivery(bill));
    w.agree(&payee, bill, 1);
    let mut holder = payee;
    for endorsee in endorsees {
        w.endorse(bill, &holder, &whole, "", endorsee);
        holder = (*endorsee).to_owned();
    }
    w.sound();
    bill
}

/// A whole lot is sold for good at no interest.
fn sell(
    w: &mut World,
    bill: InstrumentNumber,
    range: &str,
    from: &str,
    to: &str,
    market: Market,
    without_liability: bool,
) {
    let call = RequestDiscount {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        part: None,
        to: member(to),
        market,
        rate: "0%".parse().unwrap(),
        day_count: DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability,
        papers: vec![Hash([7; 32])],
        purpose: Default::default(),
        answer_by: None,
    };
    step(w, from, call);
    w.agree(to, bill, lot(range).start);
    w.sound();
}

fn notify(bill: InstrumentNumber, range: &str, parties: &[&str]) -> Notify {
    Notify {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        parties: parties.iter().map(|name| member(name)).collect(),
        costs: None,
        text: Default::default(),
    }
}

/// To all, with costs.
fn notify_costs(bill: InstrumentNumber, range: &str, costs: &str) -> Notify {
    Notify {
        costs: Some(yuan(costs)),
        ..notify(bill, range, &[])
    }
}

/// An empty `part` means the whole lot, an empty `money` the claim as of today.
fn offer(bill: InstrumentNumber, range: &str, part: &str, money: &str) -> Offer {
    Offer {
        bill: InstrumentRef::Number(bill),
        lot: lot(range),
        part: (!part.is_empty()).then(|| yuan(part)),
        money: (!money.is_empty()).then(|| yuan(money)),
        answer_by: None,
    }
}

/// Makes an offer: what its answer names.
#[track_caller]
fn offered(w: &mut World, payer: &str, call: Offer) -> (RequestId, Hash) {
    match step(w, payer, call) {
        CallResult::Request { request, terms } => (request, terms),
        other => panic!("{other:?}"),
    }
}

/// Offers the whole claim and is agreed with: the events of the agreement.
#[track_caller]
fn pay(w: &mut World, payer: &str, call: Offer, claimant: &str) -> Vec<Event> {
    let request = offered(w, payer, call);
    let executed = w.run(claimant, &[agree(request).into()]);
    assert!(
        matches!(executed.outcome, Outcome::Accepted(_)),
        "{:?}",
        executed.outcome
    );
    w.sound();
    executed.events
}

fn record(name: &str, lifted: bool) -> RecordInsolvency {
    RecordInsolvency {
        member: member(name),
        order: "(2027) 12".parse().unwrap(),
        lifted,
    }
}

fn lot_at(w: &World, bill: InstrumentNumber, start: u64) -> Lot {
    read::lot(&w.memory, &bill, start).unwrap().unwrap()
}

/// Recourse on a lot as of a day.
#[track_caller]
fn view(w: &World, bill: InstrumentNumber, range: &str, on: &str) -> RecourseView {
    allonge_contracts::recourse::read::view(&w.memory, &bill, lot(range), date(on))
        .unwrap()
        .expect("a lot")
}

/// Who may be pursued today, each once, in order of liability.
#[track_caller]
fn liable(w: &World, bill: InstrumentNumber, range: &str) -> String {
    let today = w.today().to_string();
    let mut found: Vec<String> = Vec::new();
    for row in view(w, bill, range, &today).rows {
        let name = row.party.to_string();
        if row.liable && !row.barred && !found.contains(&name) {
            found.push(name);
        }
    }
    found.join(" ")
}

/// What may be claimed on a day, in all.
#[track_caller]
fn total(w: &World, bill: InstrumentNumber, range: &str, on: &str) -> String {
    view(w, bill, range, on).claim.unwrap().total.grouped()
}

/// The holder takes back what the clock presented, so that the lot was never presented in time.
fn unpresented(w: &mut World, bill: InstrumentNumber, holder: &str, maturity: &str) {
    w.morning(maturity);
    let request = w.request_at(bill, 1);
    step(w, holder, withdraw(request));
}

/// Presents late and has it refused.
fn refused_late(w: &mut World, bill: InstrumentNumber, range: &str, holder: &str, acceptor: &str) {
    let call = Present {
        explanation: "the office was flooded".parse().unwrap(),
        ..present(bill, range)
    };
    step(w, holder, call);
    let request = w.request_at(bill, lot(range).start);
    step(w, acceptor, refuse(request, RefusalCode::Late));
}
