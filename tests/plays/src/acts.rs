//! Each kind of act, with words that mostly fit.

use crate::answers;
use crate::cast::{ATTESTOR, CAST, COURT, REGULATOR, Who};
use crate::choice::Choice;
use crate::op::Op;
use allonge_model::{Circulation, Frozen, Lot, Place, Pledge, Profile, Role, Status};

/// An act of a kind; none where there is nothing to act on.
pub fn act(choice: &mut Choice<'_>, kind: &str) -> Option<(Who, Op)> {
    let today = choice.world.day;
    Some(match kind {
        "transfer" => {
            let (to, amount) = (choice.anybody(), choice.chance.below(120));
            (choice.anybody(), Op::Transfer { to, amount })
        }
        "hold" => {
            let amount = choice.chance.below(80);
            let until = (today + choice.chance.days(12)).saturating_sub(1);
            let releaser = choice.anybody();
            let op = Op::Hold {
                releaser,
                amount,
                until,
            };
            (choice.anybody(), op)
        }
        "release hold" => {
            let live: Vec<usize> = (0..choice.world.holds.len())
                .filter(|h| choice.world.holds[*h].live)
                .collect();
            let hold = choice.chance.one(&live)?;
            let who = choice.mostly(choice.world.holds[hold].releaser);
            (who, Op::ReleaseHold(hold))
        }
        "register" => choice.register(),
        "acceptance" | "revoke" => {
            let b = choice.bill(|lot| lot.status == Status::Issued)?;
            let who = choice.mostly(choice.world.bills[b].drawer);
            let by = choice.answer_by(4);
            match kind {
                "revoke" => (who, Op::Revoke(b)),
                _ => (who, Op::Acceptance(b, by)),
            }
        }
        "unused return" | "delivery" => {
            let b = choice.bill(|lot| lot.status == Status::Accepted)?;
            let who = choice.mostly(choice.world.bills[b].drawer);
            let by = choice.answer_by(20);
            match kind {
                "delivery" => (who, Op::Delivery(b, by)),
                _ => (who, Op::UnusedReturn(b, by)),
            }
        }
        "disclose" => {
            let wanted = |lot: &Lot| lot.status != Status::Issued;
            let open = |b: &usize| {
                let bill = &choice.world.bills[*b];
                bill.disclosed_on.is_none() && bill.lots.iter().any(wanted)
            };
            let all: Vec<usize> = (0..choice.world.bills.len()).filter(open).collect();
            let b = choice.chance.one(&all)?;
            (
                choice.mostly(choice.world.bills[b].acceptor),
                Op::Disclose(b),
            )
        }
        "endorse" => {
            let place = choice.lot_to_move(|_| true)?;
            let banks = choice.lot_at(place).discounted;
            let roles: &[Role] = if banks {
                &[Role::Bank, Role::FinanceCompany]
            } else {
                &[Role::Enterprise, Role::Bank, Role::FinanceCompany]
            };
            let to = choice.somebody(roles);
            let op = Op::Endorse {
                to,
                mark: choice.chance.percent(25),
                purpose: choice.purpose(place),
                by: choice.answer_by(30),
                place: choice.cut(place),
            };
            (choice.holder(place), op)
        }
        "unmark" => {
            let place = choice.lot(|lot| lot.circulation == Circulation::NotTransferable)?;
            let by = choice.answer_by(30);
            (choice.holder(place), Op::Unmark(choice.cut(place), by))
        }
        "narrow" => {
            let place = choice.lot(|lot| {
                matches!(
                    lot.circulation,
                    Circulation::Circulable | Circulation::NotTransferable
                )
            })?;
            let limits = choice.limits();
            let op = Op::Narrow {
                unsplittable: choice.chance.percent(25),
                limits,
                place: choice.cut(place),
            };
            (choice.holder(place), op)
        }
        "guarantee" => {
            let place = choice.lot(|lot| {
                matches!(
                    lot.circulation,
                    Circulation::AwaitingReceipt
                        | Circulation::Circulable
                        | Circulation::NotTransferable
                )
            })?;
            let bill = &choice.world.bills[place.bill];
            let right = match choice.lot_at(place).status {
                Status::Issued => bill.drawer,
                Status::Accepted => bill.acceptor,
                _ => choice.lot_at(place).holder,
            };
            let guarantor = choice.somebody(&[
                Role::Bank,
                Role::FinanceCompany,
                Role::Guarantor,
                Role::Enterprise,
            ]);
            let ward = match bill.profile {
                Profile::Geneva if choice.chance.percent(50) => Some(choice.anybody()),
                _ if choice.chance.percent(4) => Some(choice.anybody()),
                _ => None,
            };
            let delivered = choice.lot_at(place).status == Status::Received;
            let by = choice.answer_by(20);
            let op = Op::Guarantee {
                place: if delivered { choice.cut(place) } else { place },
                guarantor,
                ward,
                by,
            };
            (choice.mostly(right), op)
        }
        "discount" | "interbank" | "rediscount" => choice.sale(kind)?,
        "redemption" => {
            let place = choice.lot(|lot| lot.circulation == Circulation::AwaitingRedemption)?;
            let op = Op::Redemption {
                free: choice.chance.percent(15),
                by: choice.answer_by(6),
                place: choice.cut(place),
            };
            (choice.holder(place), op)
        }
        "pledge" => {
            let place = choice.lot_to_move(|_| true)?;
            let pledgee = choice.somebody(&[
                Role::Bank,
                Role::FinanceCompany,
                Role::Enterprise,
                Role::Guarantor,
                Role::Insurer,
                Role::Factor,
            ]);
            let pledge = Pledge {
                pledgee,
                debt: choice.chance.below(150),
                debt_due: (today + choice.chance.days(80)).saturating_sub(1),
                act: 0,
            };
            let op = Op::Pledge {
                pledge,
                purpose: choice.purpose(place),
                by: choice.answer_by(30),
                place: choice.cut(place),
            };
            (choice.holder(place), op)
        }
        "release" => {
            let place = choice.lot(|lot| lot.circulation == Circulation::Pledged)?;
            let right = choice
                .lot_at(place)
                .pledge
                .map_or(0, |pledge| pledge.pledgee);
            let op = Op::Release {
                price: match choice.chance.percent(50) {
                    true => Some(choice.chance.below(60)),
                    false => None,
                },
                free: choice.chance.percent(10),
                by: choice.answer_by(20),
                place: choice.cut(place),
            };
            (choice.mostly(right), op)
        }
        "present" => {
            let matured = choice.chance.percent(70);
            let bills = &choice.world.bills;
            let place = choice.lot_of(|b, lot| {
                let past = bills[b].maturity <= today || !matured;
                past && matches!(
                    lot.circulation,
                    Circulation::Circulable | Circulation::NotTransferable | Circulation::Pledged
                )
            })?;
            let lot = choice.lot_at(place);
            let right = lot.pledge.map_or(lot.holder, |pledge| pledge.pledgee);
            let op = Op::Present {
                explained: choice.chance.percent(85),
                place: choice.cut(place),
            };
            (choice.mostly(right), op)
        }
        "agree" | "refuse" | "withdraw" => answers::answer(choice, kind)?,
        "apply proceeds" | "release proceeds" => {
            let proceeds = choice.chance.one(&choice.world.proceeds)?;
            let place = Place {
                bill: proceeds.bill,
                lot: proceeds.range,
                part: None,
            };
            let pledgee = proceeds.pledge.map_or(0, |pledge| pledge.pledgee);
            match kind {
                "apply proceeds" => (choice.mostly(proceeds.owner), Op::ApplyProceeds(place)),
                _ => (choice.mostly(pledgee), Op::ReleaseProceeds(place)),
            }
        }
        "notify" | "offer" => answers::recourse(choice, kind)?,
        "freeze" | "stop" => {
            let place = choice.lot(|lot| lot.circulation != Circulation::Ended)?;
            let op = Op::Measure {
                order: choice.chance.percent(95),
                measure: match kind {
                    "freeze" => Frozen::Frozen,
                    _ => Frozen::Stopped,
                },
                place: choice.cut(place),
            };
            (choice.mostly(COURT), op)
        }
        "unfreeze" => {
            let place = choice.lot(|lot| lot.frozen != Frozen::No)?;
            let order = choice.chance.percent(95);
            (choice.mostly(COURT), Op::Unfreeze(place, order))
        }
        "order transfer" => {
            let place = choice.lot(|lot| {
                lot.frozen != Frozen::No
                    || (lot.status == Status::Received && lot.circulation != Circulation::Ended)
            })?;
            let op = Op::OrderTransfer {
                order: choice.chance.percent(95),
                to: choice.anybody(),
                place: choice.cut(place),
            };
            (choice.mostly(COURT), op)
        }
        "declare" => {
            let op = Op::Declare {
                assets: choice.chance.below(40_000),
                deposits: choice.chance.below(20_000),
                margin: choice.chance.below(1_000),
            };
            (choice.somebody(&[Role::Bank, Role::FinanceCompany]), op)
        }
        "insolvency" => {
            let insolvent: Vec<Who> = (0..CAST.len())
                .filter(|who| choice.world.members[*who].insolvent_since.is_some())
                .collect();
            let member = match choice.chance.percent(60) {
                true => choice.chance.one(&insolvent),
                false => None,
            };
            let lifted = member.is_some();
            let member = member.unwrap_or_else(|| choice.anybody());
            let right = choice.chance.one(&[COURT, ATTESTOR])?;
            (choice.mostly(right), Op::Insolvency { member, lifted })
        }
        "set param" => {
            let (name, values): (&str, &[u64]) = choice.chance.one(&PARAMS)?;
            let value = choice.chance.one(values)?;
            let from = today + choice.chance.days(12);
            (choice.mostly(REGULATOR), Op::SetParam(name, value, from))
        }
        "set calendar" => {
            let day = today + choice.chance.days(25);
            let op = match choice.chance.percent(70) {
                true => Op::SetCalendar {
                    closed: vec![day, day + 1],
                    open: vec![],
                },
                false => Op::SetCalendar {
                    closed: vec![],
                    open: vec![day],
                },
            };
            (choice.mostly(REGULATOR), op)
        }
        _ => {
            let suspended: Vec<Who> = (0..CAST.len())
                .filter(|who| choice.world.members[*who].suspended)
                .collect();
            let op = match choice.chance.one(&suspended) {
                Some(member) if choice.chance.percent(90) => Op::Reinstate(member),
                _ => Op::Suspend(choice.anybody()),
            };
            (choice.mostly(REGULATOR), op)
        }
    })
}

/// Parameters that change while a play goes on, with values for each; the last is out of range.
const PARAMS: [(&str, &[u64]); 12] = [
    ("recourse_rate", &[0, 36_000, 120_000, 2_000_000]),
    ("geneva_recourse_rate", &[60_000, 90_000]),
    ("recourse_notice_days", &[1, 3, 7, 0]),
    ("silent_ecds", &[0, 1]),
    ("discount_needs_papers", &[0, 1]),
    ("disclosure_commercial", &[0, 1]),
    ("disclosure_bank", &[0, 1]),
    ("overdue_events", &[1, 2, 3]),
    ("overdue_findings", &[1, 3]),
    ("bar_endorser_months", &[1, 6]),
    ("presentment_window_days", &[2, 10]),
    ("acceptance_ceiling", &[0, 150_000, 900_000]),
];
