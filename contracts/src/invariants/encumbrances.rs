//! One encumbrance a lot: pledge, repo, mark and a court's measure agree with how it stands; what is set aside
//! belongs to a lot that was paid.

use crate::bills::{Bill, Circulation, Frozen, HandKind, Lot, Proceeds, Status};
use crate::clock::{DueKey, DueKind, read};
use crate::date::Date;
use crate::instruments::Paper;
use crate::invariants::Findings;
use crate::requests::read::existing;
use crate::requests::{Request, Terms, claimant};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, BILLS, CERTIFICATES, DUE, HANDS, LOTS, OFFERS, PLEDGES_PAID, PRESENTMENTS, PROCEEDS,
    id_bytes, instrument_entity,
};
use std::collections::BTreeSet;

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let today = read::state(view)?.date;
    let mut set_aside = 0u64;
    for entry in BILLS.all_from(view, &[]) {
        let (_, bill) = entry?;
        let lots = lots_of(view, &bill)?;
        for lot in lots
            .iter()
            .filter(|lot| lot.circulation != Circulation::Ended)
        {
            check_live(view, &bill, lot, today, findings)?;
        }
        check_set_aside(view, &bill, &lots, &mut set_aside, findings)?;
    }
    for entry in CERTIFICATES.all_from(view, &[]) {
        let (_, certificate) = entry?;
        let lots = lots_of(view, &certificate)?;
        for lot in lots
            .iter()
            .filter(|lot| lot.circulation != Circulation::Ended)
        {
            check_pledge(view, &certificate, lot, findings)?;
        }
        check_set_aside(view, &certificate, &lots, &mut set_aside, findings)?;
    }
    let mut stored = 0u64;
    for entry in PROCEEDS.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    findings.expect(stored == set_aside, "nothing is left over", || {
        format!("{stored} proceeds, {set_aside} of an instrument")
    });
    Ok(())
}

fn lots_of(view: &dyn View, paper: &dyn Paper) -> Result<Vec<Lot>, StateFault> {
    let lots = LOTS.scan(view, instrument_entity(&paper.number()), &[], usize::MAX)?;
    Ok(lots.into_iter().map(|(_, lot)| lot).collect())
}

/// What is set aside of an instrument's payments, and what they have paid of debts.
fn check_set_aside(
    view: &dyn View,
    paper: &dyn Paper,
    lots: &[Lot],
    set_aside: &mut u64,
    findings: &mut Findings,
) -> Result<(), StateFault> {
    let number = paper.number();
    let entity = instrument_entity(&number);
    let mut frozen = BTreeSet::new();
    for (suffix, proceeds) in PROCEEDS.scan(view, entity, &[], usize::MAX)? {
        *set_aside = set_aside.saturating_add(1);
        findings.expect(
            suffix == proceeds.range.start.to_be_bytes(),
            "proceeds are under their lot's first unit",
            || format!("{number}:{}", proceeds.range),
        );
        check_proceeds(paper, lots, &proceeds, findings);
        if proceeds.frozen {
            frozen.insert(proceeds.range);
        }
    }
    for lot in lots
        .iter()
        .filter(|lot| lot.circulation == Circulation::Ended)
    {
        findings.expect(
            frozen.contains(&lot.range) == (lot.frozen != Frozen::No),
            "an ended lot is frozen exactly while its proceeds are",
            || format!("{number}:{}", lot.range),
        );
    }
    for (suffix, paid) in PLEDGES_PAID.scan(view, entity, &[], usize::MAX)? {
        let hand = HANDS.get(view, entity, &suffix)?;
        findings.expect(
            hand.is_some_and(|hand| hand.kind == HandKind::Pledged),
            "what is counted as paid on a debt is counted for a pledge",
            || format!("{number}: {paid}"),
        );
    }
    Ok(())
}

/// A pledge is made by a hand, to another, for a debt in the instrument's currency.
fn check_pledge(
    view: &dyn View,
    paper: &dyn Paper,
    lot: &Lot,
    findings: &mut Findings,
) -> Result<(), StateFault> {
    let number = paper.number();
    let Some(pledge) = &lot.pledge else {
        return Ok(());
    };
    let hand = HANDS.get(view, instrument_entity(&number), &pledge.hand.to_be_bytes())?;
    findings.expect(
        pledge.pledgee != lot.holder
            && pledge.debt.currency == paper.sum().currency
            && hand.is_some_and(|hand| hand.kind == HandKind::Pledged),
        "a pledge is made by a hand, to another, for a debt in the instrument's currency",
        || format!("{number}:{}", lot.range),
    );
    Ok(())
}

fn check_live(
    view: &dyn View,
    bill: &Bill,
    lot: &Lot,
    today: Date,
    findings: &mut Findings,
) -> Result<(), StateFault> {
    let place = || format!("{}:{}", bill.number, lot.range);
    let request = lot.request.map(|id| existing(view, &id)).transpose()?;
    let rest = request.as_ref().map_or(lot.circulation, |r| r.before);
    let in_recourse = rest == Circulation::InRecourse;
    findings.expect(
        (lot.pledge.is_some() && !in_recourse) == (rest == Circulation::Pledged),
        "a lot is pledged exactly while there is a pledge on it",
        place,
    );
    findings.expect(
        lot.repo.is_some() == (rest == Circulation::AwaitingRedemption)
            && (lot.repo.is_none() || lot.discounted),
        "a lot awaits redemption exactly while it is under repo",
        place,
    );
    findings.expect(
        lot.pledge.is_none() || lot.repo.is_none(),
        "a lot has one encumbrance at most",
        place,
    );
    check_pledge(view, bill, lot, findings)?;
    let marked = lot.not_transferable_by.is_some();
    findings.expect(
        marked || rest != Circulation::NotTransferable,
        "a lot that is not transferable was marked by somebody",
        place,
    );
    findings.expect(
        !marked || rest != Circulation::Circulable,
        "a marked lot is not circulable",
        place,
    );
    findings.expect(
        bill.splittable || !lot.splittable,
        "nothing is splittable again",
        place,
    );
    check_waiting(view, bill, lot, request, today, findings)
}

/// What waits on a lot: under a measure nothing but a presentment; of which a stopped one has no day of payment,
/// any other has one once the bill is payable.
fn check_waiting(
    view: &dyn View,
    bill: &Bill,
    lot: &Lot,
    request: Option<Request>,
    today: Date,
    findings: &mut Findings,
) -> Result<(), StateFault> {
    let place = || format!("{}:{}", bill.number, lot.range);
    let start = lot.range.start.to_be_bytes();
    let offer = OFFERS
        .next(view, instrument_entity(&bill.number), &start)?
        .is_some_and(|(suffix, ())| suffix.starts_with(&start));
    let presented = request
        .as_ref()
        .is_some_and(|request| matches!(request.terms, Terms::Presentment { .. }));
    findings.expect(
        lot.frozen == Frozen::No || (!offer && (request.is_none() || presented)),
        "nothing but a presentment waits on a lot under a court's measure",
        place,
    );
    let Some(request) = request.filter(|_| presented) else {
        return Ok(());
    };
    findings.expect(
        request.from == *claimant(lot),
        "a lot is presented by its pledgee or its holder",
        place,
    );
    let day = PRESENTMENTS
        .get(view, id_bytes(&request.id), &[])?
        .and_then(|presentment| presentment.due_on);
    let early = today < bill.payable_on || {
        let key = DueKey::instrument(bill.payable_on, DueKind::Presentment, &bill.number);
        DUE.get(view, ALL, &key.suffix())?.is_some()
    };
    let fits = match day {
        Some(_) => lot.frozen != Frozen::Stopped,
        None => lot.frozen == Frozen::Stopped || early,
    };
    findings.expect(
        fits,
        "what is presented has its day of payment, unless it is early or stopped",
        place,
    );
    Ok(())
}

/// Frozen proceeds are what was paid on their lot; held ones were paid on it too, be it under recourse, after which
/// it may live on.
fn check_proceeds(paper: &dyn Paper, lots: &[Lot], proceeds: &Proceeds, findings: &mut Findings) {
    let place = || format!("{}:{}", paper.number(), proceeds.range);
    let lot = lots.iter().find(|lot| lot.range == proceeds.range);
    let paid = lot.is_some_and(|lot| {
        matches!(lot.status, Status::Settled | Status::Redeemed)
            && lot.holder == proceeds.owner
            && lot.range.amount() == Some(proceeds.money.minor)
            && (proceeds.pledge.is_none() || proceeds.pledge == lot.pledge)
    });
    let pledged = proceeds.pledge.as_ref();
    findings.expect(
        proceeds.money.currency == paper.sum().currency
            && proceeds.range.end <= paper.sum().minor
            && proceeds.surplus.as_ref().is_none_or(|surplus| {
                proceeds.frozen
                    && surplus.seller != proceeds.owner
                    && (1..=proceeds.money.minor).contains(&surplus.minor)
            })
            && pledged.is_none_or(|pledge| pledge.pledgee != proceeds.owner)
            && (if proceeds.frozen {
                paid
            } else {
                pledged.is_some()
            }),
        "proceeds are what was paid on their lot, for its pledge or frozen",
        place,
    );
}
