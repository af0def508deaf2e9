//! Choosing answers to requests, and the acts of recourse.

use crate::cast::Who;
use crate::choice::Choice;
use crate::op::Op;
use allonge_model::{Circulation, Status, Terms};

const CODES: [&str; 10] = [
    "contract breach",
    "fraud or theft",
    "bad faith",
    "known defence",
    "gross negligence",
    "late",
    "court freeze",
    "not due",
    "low balance",
    "other",
];

/// Agree, refuse, withdraw: mostly by the right one, mostly on a live request.
pub fn answer(choice: &mut Choice<'_>, kind: &str) -> Option<(Who, Op)> {
    let any = choice.chance.percent(3);
    let requests = &choice.world.requests;
    let live: Vec<usize> = (0..requests.len())
        .filter(|r| any || requests[*r].live)
        .collect();
    // Payment by hand is for some, so that the clock has something left to do; what is withdrawn is mostly a
    // presentment, so that some come late.
    let presented = |r: &usize| matches!(requests[*r].terms, Terms::Presentment { .. });
    let mut at = choice.chance.one(&live)?;
    if kind == "agree" && presented(&at) && choice.chance.percent(50) {
        return None;
    }
    if kind == "withdraw" && choice.chance.percent(30) {
        let presented: Vec<usize> = live.iter().copied().filter(presented).collect();
        at = choice.chance.one(&presented)?;
    }
    let request = &requests[at];
    Some(match kind {
        "agree" if request.terms == Terms::Acceptance && choice.chance.percent(35) => {
            let bill = &choice.world.bills[request.bill];
            let part = choice.chance.below(bill.sum + 2);
            (choice.mostly(request.to), Op::AcceptPart(at, part))
        }
        "agree" => (choice.mostly(request.to), Op::Agree(at)),
        "refuse" => {
            let code = choice.chance.one(&CODES)?;
            (choice.mostly(request.to), Op::Refuse(at, code))
        }
        _ => (choice.mostly(request.from), Op::Withdraw(at)),
    })
}

/// Notice of recourse, and offers.
pub fn recourse(choice: &mut Choice<'_>, kind: &str) -> Option<(Who, Op)> {
    let world = choice.world;
    if kind == "notify" {
        let fresh = choice.chance.percent(80);
        let place = choice.lot_of(|b, lot| {
            let l = world.bills[b].lots.iter().position(|other| other == lot);
            let open = l.is_some_and(|l| world.right(b, l).is_some());
            let stands = matches!(
                lot.circulation,
                Circulation::Circulable | Circulation::NotTransferable | Circulation::Pledged
            ) || (!fresh && lot.circulation == Circulation::InRecourse);
            lot.status == Status::Received && open && stands
        })?;
        let l = world.find(place).ok()?;
        let claimant = world.claimant(place.bill, l);
        let liable = world.liable(place.bill, l);
        let parties = match choice.chance.below(10) {
            0..=4 => vec![],
            5..=8 => choice
                .chance
                .one(&liable)
                .map(|l| l.who)
                .into_iter()
                .collect(),
            _ => vec![choice.anybody()],
        };
        let costs = match choice.chance.percent(40) {
            true => Some(choice.chance.below(20)),
            false => None,
        };
        let op = Op::Notify {
            place,
            parties,
            costs,
        };
        return Some((choice.mostly(claimant), op));
    }
    let place = choice.lot(|lot| lot.circulation == Circulation::InRecourse)?;
    let l = world.find(place).ok()?;
    let liable = world.liable(place.bill, l);
    let who = choice.chance.one(&liable).map_or(0, |l| l.who);
    let money = match choice.chance.percent(30) {
        true => Some(choice.chance.below(200)),
        false => None,
    };
    let op = Op::Offer {
        money,
        by: choice.answer_by(5),
        place: choice.cut(place),
    };
    Some((choice.mostly(who), op))
}
