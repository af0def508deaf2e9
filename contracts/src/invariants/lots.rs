//! The lots of an instrument tile it, and holders' lists and hands agree with them.

use crate::instruments::{Circulation, InstrumentKind, Lot, LotRange, Paper, Status};
use crate::invariants::Findings;
use crate::state::{StateFault, View};
use crate::tables::{
    BILLS, CERTIFICATES, HANDS, LOTS, LOTS_BY_HOLDER, holding_suffix, instrument_entity,
};

/// How many records of each table were reached from the packages.
#[derive(Default)]
struct Reached {
    lots: u64,
    listed: u64,
    hands: u64,
}

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut reached = Reached::default();
    for entry in BILLS.all_from(view, &[]) {
        let (key, bill) = entry?;
        findings.expect(
            key == BILLS.key(instrument_entity(&bill.number), &[]),
            "a bill is under its number",
            || bill.number.to_string(),
        );
        check_lots(view, &bill, findings, &mut reached)?;
        check_hands(view, &bill, bill.hands, findings, &mut reached)?;
    }
    for entry in CERTIFICATES.all_from(view, &[]) {
        let (key, certificate) = entry?;
        findings.expect(
            key == CERTIFICATES.key(instrument_entity(&certificate.number), &[]),
            "a certificate is under its number",
            || certificate.number.to_string(),
        );
        check_lots(view, &certificate, findings, &mut reached)?;
        check_hands(
            view,
            &certificate,
            certificate.hands,
            findings,
            &mut reached,
        )?;
    }
    let mut stored = Reached::default();
    for entry in LOTS.all_from(view, &[]) {
        entry?;
        stored.lots = stored.lots.saturating_add(1);
    }
    for entry in LOTS_BY_HOLDER.all_from(view, &[]) {
        entry?;
        stored.listed = stored.listed.saturating_add(1);
    }
    for entry in HANDS.all_from(view, &[]) {
        entry?;
        stored.hands = stored.hands.saturating_add(1);
    }
    for (name, stored, reached) in [
        ("lots", stored.lots, reached.lots),
        ("holders' entries", stored.listed, reached.listed),
        ("hands", stored.hands, reached.hands),
    ] {
        findings.expect(stored == reached, "nothing is left over", || {
            format!("{stored} {name} stored, {reached} belong to an instrument")
        });
    }
    Ok(())
}

fn check_lots(
    view: &dyn View,
    paper: &dyn Paper,
    findings: &mut Findings,
    reached: &mut Reached,
) -> Result<(), StateFault> {
    let number = paper.number();
    let entity = instrument_entity(&number);
    let mut next_unit = Some(1u64);
    let mut from = Vec::new();
    while let Some((suffix, lot)) = LOTS.next(view, entity, &from)? {
        reached.lots = reached.lots.saturating_add(1);
        from.clone_from(&suffix);
        from.push(0);
        let place = || format!("{}:{}", paper.number(), lot.range);
        findings.expect(
            suffix == lot.range.start.to_be_bytes()
                && next_unit == Some(lot.range.start)
                && lot.range.amount().is_some(),
            "the lots of an instrument tile it",
            place,
        );
        next_unit = lot.range.end.checked_add(1);
        check_lot(view, paper, &lot, findings, reached)?;
    }
    findings.expect(
        next_unit == paper.sum().minor.checked_add(1),
        "the lots of an instrument tile it",
        || format!("{} ends before {:?}", paper.number(), next_unit),
    );
    Ok(())
}

fn check_lot(
    view: &dyn View,
    paper: &dyn Paper,
    lot: &Lot,
    findings: &mut Findings,
    reached: &mut Reached,
) -> Result<(), StateFault> {
    let place = || format!("{}:{}", paper.number(), lot.range);
    let ended = lot.circulation == Circulation::Ended;
    findings.expect(
        ended == lot.status.is_over(),
        "a lot is over in status and circulation alike",
        place,
    );
    let listed = LOTS_BY_HOLDER
        .get(
            view,
            lot.holder.as_str().as_bytes(),
            &holding_suffix(&paper.number(), lot.range.start),
        )?
        .is_some();
    findings.expect(listed != ended, "a live lot is in its holder's list", place);
    if listed {
        reached.listed = reached.listed.saturating_add(1);
    }
    let waiting = matches!(
        lot.circulation,
        Circulation::Locked | Circulation::Collecting
    );
    findings.expect(
        lot.request.is_some() == waiting,
        "a lot waits exactly while it has a request",
        place,
    );
    let whole = LotRange {
        start: 1,
        end: paper.sum().minor,
    };
    findings.expect(
        lot.range == whole
            || !matches!(
                lot.status,
                Status::Issued | Status::Accepted | Status::Opened
            ),
        "an instrument is whole until somebody holds it",
        place,
    );
    findings.expect(
        lot.claim.is_some() == (lot.circulation == Circulation::InRecourse),
        "a lot has a claim exactly while it is in recourse",
        place,
    );
    findings.expect(
        lot.claim
            .as_ref()
            .is_none_or(|claim| claim.noticed.len() <= 64 && lot.status == Status::Received),
        "a claim is on a lot in somebody's hands",
        place,
    );
    let certificate = paper.number().kind() == InstrumentKind::Certificate;
    findings.expect(
        lot.receivable.is_some() == certificate && certificate == (lot.status >= Status::Opened),
        "a certificate's lot has its tier and its statuses, a bill's has not",
        place,
    );
    let hand = HANDS.get(
        view,
        instrument_entity(&paper.number()),
        &lot.hand.to_be_bytes(),
    )?;
    findings.expect(
        hand.is_some_and(|h| h.range.start <= lot.range.start && lot.range.end <= h.range.end),
        "a lot lies within its hand",
        place,
    );
    Ok(())
}

fn check_hands(
    view: &dyn View,
    paper: &dyn Paper,
    hands: u64,
    findings: &mut Findings,
    reached: &mut Reached,
) -> Result<(), StateFault> {
    let mut expected = 0u64;
    for (suffix, hand) in HANDS.scan(view, instrument_entity(&paper.number()), &[], usize::MAX)? {
        reached.hands = reached.hands.saturating_add(1);
        findings.expect(
            suffix == hand.number.to_be_bytes()
                && hand.number == expected
                && hand.parent.is_none_or(|parent| parent < hand.number)
                && hand.parent.is_none() == (hand.number == 0),
            "hands are numbered in order, each after its parent",
            || format!("{} hand {}", paper.number(), hand.number),
        );
        expected = expected.saturating_add(1);
    }
    findings.expect(expected == hands, "hands are counted", || {
        format!("{}: {expected} hands, {hands} counted", paper.number())
    });
    Ok(())
}
