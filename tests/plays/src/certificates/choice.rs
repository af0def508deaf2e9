//! Which act comes next: mostly one that may well be carried out, now and then anything.

use super::cast::CAST;
use super::op::Op;
use crate::cast::Who;
use crate::chance::Chance;
use allonge_model::Frozen;
use allonge_model::certificates::{Certificate, Opening, Place, Sale, Status, Terms, World};

const BANK_A: Who = 0;
const CENTRAL: Who = 2;
const CORE: Who = 3;
const CORP: Who = 4;
const COURT: Who = 5;
const FUNDERS: [Who; 4] = [0, 1, 6, 7];
const TRADERS: [Who; 7] = [0, 1, 3, 4, 7, 8, 9];

fn anybody(chance: &mut Chance) -> Who {
    usize::try_from(chance.below(CAST.len() as u64)).unwrap_or(0)
}

/// One of them, or anybody.
fn mostly(chance: &mut Chance, of: &[Who]) -> Who {
    if chance.percent(12) {
        return anybody(chance);
    }
    chance.one(of).unwrap_or(0)
}

/// That one, or anybody.
fn likely(chance: &mut Chance, who: Who) -> Who {
    mostly(chance, &[who])
}

/// An answer's last day: mostly left out.
fn answer_by(chance: &mut Chance, world: &World) -> Option<u32> {
    chance
        .percent(25)
        .then(|| (world.day + chance.days(12)).saturating_sub(1))
}

fn issuer(chance: &mut Chance) -> Who {
    mostly(chance, &[CORE, CORP])
}

/// A lot of a certificate, mostly one that is alive, and mostly all of it.
fn place(chance: &mut Chance, world: &World, wanted: &[Status]) -> Option<(Place, Who)> {
    let all = world.certificates.iter().enumerate();
    let lots: Vec<(usize, (u64, u64), Status, Who)> = all
        .flat_map(|(c, certificate)| {
            let lots = certificate.lots.iter();
            lots.map(move |lot| (c, lot.range(), lot.status, lot.holder))
        })
        .collect();
    let fitting: Vec<_> = lots
        .iter()
        .filter(|lot| wanted.contains(&lot.2))
        .copied()
        .collect();
    let of = if fitting.is_empty() || chance.percent(6) {
        &lots
    } else {
        &fitting
    };
    let (certificate, mut lot, _, holder) = chance.one(of)?;
    let amount = lot.1 - lot.0 + 1;
    let part = chance.percent(45).then(|| match chance.below(8) {
        0 => amount + chance.below(2),
        1 => chance.below(2),
        _ => 1 + chance.below(amount),
    });
    if chance.percent(2) {
        lot.1 += 1;
    }
    Some((
        Place {
            certificate,
            lot,
            part,
        },
        likely(chance, holder),
    ))
}

fn opening(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let line = usize::try_from(chance.below(world.lines.len() as u64)).unwrap_or(0);
    let issuer = world.lines.get(line)?.issuer;
    // Often the same days, so that pools come to hold several certificates.
    let due = match chance.below(10) {
        0 => world.day + chance.days(3),
        1 => world.day + 30 + chance.days(80),
        2 => world.day + 1 + chance.days(20),
        _ => (world.day / 10 + 1 + chance.days(2)) * 10,
    };
    let opening = Opening {
        line,
        payee: mostly(chance, &TRADERS),
        sum: if chance.percent(2) {
            0
        } else {
            1 + chance.below(150)
        },
        due,
        splittable: chance.percent(85),
        notice_only: chance.percent(30),
        max_tier: chance.percent(30).then(|| chance.below(5)),
        reason: chance.percent(70),
    };
    Some((likely(chance, issuer), Op::Open(opening)))
}

/// Something on a certificate that is not signed for, mostly.
fn unsigned(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let (place, _) = place(chance, world, &[Status::Opened])?;
    let certificate = place.certificate;
    let by = answer_by(chance, world);
    let op = match chance.below(10) {
        0 => Op::Cancel(certificate),
        1..=3 => {
            let to = mostly(chance, &[BANK_A, 1]);
            Op::AskConfirmation {
                certificate,
                to,
                by,
            }
        }
        _ => Op::AskSignature { certificate, by },
    };
    let Certificate {
        issuer, opening, ..
    } = &world.certificates[certificate];
    let by = match op {
        Op::Cancel(_) if chance.percent(50) => opening.payee,
        _ => *issuer,
    };
    Some((likely(chance, by), op))
}

fn sale(chance: &mut Chance, amount: u64) -> Sale {
    Sale {
        rate: chance.one(&[0, 36_000, 250_000, 1_000_000]).unwrap_or(0),
        year: if chance.percent(50) { 360 } else { 365 },
        advance: match chance.below(12) {
            0 => chance.below(amount + 3),
            1..=4 => 1 + chance.below(amount),
            _ => amount,
        },
        recourse: chance.percent(50),
        free: chance.percent(15),
    }
}

/// Something on a lot.
fn moving(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let (place, by_whom) = place(chance, world, &[Status::Held])?;
    let by = answer_by(chance, world);
    let op = match chance.below(20) {
        0..=8 => {
            let notice_only = world.certificates[place.certificate].opening.notice_only;
            let by = by.filter(|_| !notice_only || chance.percent(10));
            let to = mostly(chance, &TRADERS);
            Op::Transfer { place, to, by }
        }
        9..=16 => {
            let amount = place.part.unwrap_or(place.lot.1 - place.lot.0 + 1);
            let (to, sale) = (mostly(chance, &FUNDERS), sale(chance, amount));
            Op::Finance {
                place,
                to,
                sale,
                by,
            }
        }
        17 if chance.percent(15) => Op::Settle(place),
        17 => {
            let issuer = world.certificates[place.certificate].issuer;
            let who = if chance.percent(50) { issuer } else { by_whom };
            return Some((who, Op::Dispute(place)));
        }
        _ => return disputed(chance, world),
    };
    Some((by_whom, op))
}

fn disputed(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let all = world.certificates.iter().enumerate();
    let found: Vec<(usize, (u64, u64), Who)> = all
        .flat_map(|(c, certificate)| {
            let lots = certificate.lots.iter();
            lots.filter_map(move |lot| Some((c, lot.range(), lot.disputed_by?)))
        })
        .collect();
    let (certificate, lot, by) = chance.one(&found)?;
    let place = Place {
        certificate,
        lot,
        part: None,
    };
    Some((likely(chance, by), Op::Settle(place)))
}

/// Something on a lot that is overdue.
fn overdue(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let (place, holder) = place(chance, world, &[Status::Overdue])?;
    let issuer = world.certificates[place.certificate].issuer;
    Some(match chance.below(10) {
        0..=4 => {
            let costs = chance.percent(30).then(|| chance.below(4));
            let by = answer_by(chance, world);
            (holder, Op::AskBack { place, costs, by })
        }
        5..=8 => (likely(chance, issuer), Op::Redeem(place)),
        _ => (holder, Op::Dispute(place)),
    })
}

fn answer(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let live: Vec<usize> = (0..world.requests.len())
        .filter(|r| world.requests[*r].live || chance.percent(1))
        .collect();
    let r = chance.one(&live)?;
    let request = &world.requests[r];
    let refused = if request.terms == Terms::Signature {
        8
    } else {
        18
    };
    if chance.percent(refused) {
        return Some((likely(chance, request.to), Op::Refuse(r)));
    }
    if chance.percent(6) {
        return Some((likely(chance, request.from), Op::Withdraw(r)));
    }
    Some((likely(chance, request.to), Op::Agree(r)))
}

fn pay(chance: &mut Chance) -> (Who, Op) {
    // Money comes to the issuers now and then, and goes, so that some pools are short.
    let (who, to) = match chance.below(4) {
        0 => (CENTRAL, issuer(chance)),
        1 => (issuer(chance), anybody(chance)),
        2 => (CENTRAL, anybody(chance)),
        _ => (anybody(chance), anybody(chance)),
    };
    let amount = chance.below(120);
    (who, Op::Pay { to, amount })
}

/// A court's measure on any lot, or the end of one.
fn measured(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let who = likely(chance, COURT);
    if chance.percent(55) {
        let all = world.certificates.iter().enumerate();
        let lots = all.flat_map(|(c, certificate)| {
            let lots = certificate.lots.iter();
            lots.map(move |lot| (c, lot.range(), lot.frozen))
        });
        let found: Vec<_> = lots.filter(|lot| lot.2 != Frozen::No).collect();
        let (certificate, lot, _) = chance.one(&found)?;
        let place = Place {
            certificate,
            lot,
            part: None,
        };
        if chance.percent(70) {
            return Some((who, Op::Unfreeze(place)));
        }
        let to = anybody(chance);
        return Some((who, Op::Order { place, to }));
    }
    let wanted = [Status::Opened, Status::Held, Status::Held, Status::Overdue];
    let (place, _) = place(chance, world, &wanted)?;
    let op = match chance.below(3) {
        0 => Op::Measure {
            place,
            measure: Frozen::Frozen,
        },
        1 => Op::Measure {
            place,
            measure: Frozen::Stopped,
        },
        _ => {
            let to = mostly(chance, &TRADERS);
            Op::Order { place, to }
        }
    };
    Some((who, op))
}

/// Somebody and what it tries; none where there is nothing to try it on.
pub fn choose(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let until = |chance: &mut Chance| {
        let day = world.day + chance.days(60);
        chance.percent(40).then(|| day.saturating_sub(2))
    };
    match chance.below(100) {
        0..=2 => {
            let (who, issuer) = (mostly(chance, &[0, 1, 7]), issuer(chance));
            let (limit, until) = (chance.below(600), until(chance));
            Some((
                who,
                Op::Grant {
                    issuer,
                    limit,
                    until,
                },
            ))
        }
        3..=4 => {
            let line = usize::try_from(chance.below(world.lines.len() as u64)).unwrap_or(0);
            let grantor = world.lines.get(line)?.grantor;
            let (limit, until) = (chance.below(800), until(chance));
            Some((
                likely(chance, grantor),
                Op::ChangeLine { line, limit, until },
            ))
        }
        5..=14 => opening(chance, world),
        15..=26 => unsigned(chance, world),
        27..=30 => measured(chance, world),
        31..=58 => moving(chance, world),
        59..=67 => overdue(chance, world),
        68..=92 => answer(chance, world),
        _ => Some(pay(chance)),
    }
}
