//! What is drawn on invoices: never more than they are worth unless marked, and each draw of a financing that is not
//! void.

use crate::instruments::{HandKind, InstrumentKind, Status};
use crate::invariants::Findings;
use crate::state::{StateFault, View};
use crate::tables::{
    ATTESTATIONS, BACKED, BILLS, CERTIFICATES, CLAIMS, CLAIMS_BY_HOLDER, CONDITIONS,
    CONDITIONS_BY_ATTESTOR, DRAWS, HANDS, LOTS, PAPERS, PAPERS_BY_PARTY, REQUESTS, id_bytes,
    instrument_entity,
};
use crate::trade::{
    ClaimEnd, ConditionStatus, Draw, Financing, MAX_ATTESTORS, MAX_DRAWS, Paper, PaperBody, Verdict,
};

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut draws = 0u64;
    for entry in PAPERS.all_from(view, &[]) {
        let (key, paper) = entry?;
        findings.expect(
            key == PAPERS.key(paper.id.as_bytes(), &[]),
            "a paper is under its id",
            || paper.id.to_string(),
        );
        draws = draws.saturating_add(check_paper(view, &paper, findings)?);
    }
    let mut stored = 0u64;
    for entry in DRAWS.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    let mut backed = 0u64;
    for entry in BACKED.all_from(view, &[]) {
        entry?;
        backed = backed.saturating_add(1);
    }
    findings.expect(
        stored == draws && backed == draws,
        "every draw is of an invoice and of a financing",
        || format!("{stored} draws, {draws} on papers, {backed} of financings"),
    );
    check_claims(view, findings)?;
    check_conditions(view, findings)
}

/// Gives the number of draws on the paper.
fn check_paper(view: &dyn View, paper: &Paper, findings: &mut Findings) -> Result<u64, StateFault> {
    let place = || format!("paper {}", paper.id);
    let parties = paper.body.parties().into_iter();
    for party in parties.flat_map(|(from, to)| [from, to]).chain([&paper.by]) {
        findings.expect(
            PAPERS_BY_PARTY
                .get(view, party.as_str().as_bytes(), paper.id.as_bytes())?
                .is_some(),
            "a paper is in its parties' lists",
            place,
        );
    }
    let said = ATTESTATIONS.scan(view, paper.id.as_bytes(), &[], usize::MAX)?;
    let denials = said
        .iter()
        .filter(|(_, one)| one.verdict == Verdict::Denied);
    findings.expect(
        Ok(paper.attested) == u32::try_from(said.len())
            && Ok(paper.denied) == u32::try_from(denials.count())
            && paper.attested <= MAX_ATTESTORS,
        "what members say of a paper is counted",
        place,
    );
    let usage = &paper.usage;
    let found = DRAWS.scan(view, paper.id.as_bytes(), &[], usize::MAX)?;
    let mut drawn = 0u128;
    for (suffix, draw) in &found {
        drawn = drawn.saturating_add(u128::from(draw.money.minor));
        let of = BACKED.get(view, draw.financing.entity(), paper.id.as_bytes())?;
        findings.expect(
            *suffix == draw.number.to_be_bytes()
                && draw.number < usage.draws
                && of == Some(draw.number)
                && draw.money.minor > 0,
            "a draw is of something, under its number, and in the list of its financing",
            place,
        );
        findings.expect(
            stands(view, draw)?,
            "what came to nothing draws on no invoice",
            place,
        );
    }
    let live = u64::try_from(found.len()).unwrap_or(u64::MAX);
    findings.expect(
        drawn == u128::from(usage.drawn)
            && live == u64::from(usage.live)
            && usage.live <= MAX_DRAWS,
        "what is drawn on an invoice is counted",
        place,
    );
    let sound = match &paper.body {
        PaperBody::Invoice { value, .. } => {
            let worth = value.minor.checked_sub(usage.credited);
            worth.is_some_and(|worth| usage.over_backed || usage.drawn <= worth)
        }
        _ => usage.draws == 0 && usage.credited == 0,
    };
    findings.expect(
        sound,
        "no more is drawn on an invoice than it is worth, unless it is marked",
        place,
    );
    Ok(live)
}

/// Whether what drew has not come to nothing.
fn stands(view: &dyn View, draw: &Draw) -> Result<bool, StateFault> {
    let number = match &draw.financing {
        Financing::Instrument(number) => number,
        Financing::Claim(id) => {
            let claim = CLAIMS.get(view, id_bytes(id), &[])?;
            return Ok(claim.is_some_and(|claim| claim.ended != Some(ClaimEnd::Unused)));
        }
    };
    let entity = instrument_entity(number);
    let there = match number.kind() {
        InstrumentKind::Bill => BILLS.get(view, entity, &[])?.is_some(),
        InstrumentKind::Certificate => CERTIFICATES.get(view, entity, &[])?.is_some(),
    };
    let first = LOTS.next(view, entity, &[])?.map(|(_, lot)| lot.status);
    let void = match first {
        // A bill extinguished in its acceptor's hands was delivered before, and has served.
        Some(Status::Terminated) => !HANDS
            .scan(view, entity, &[], usize::MAX)?
            .iter()
            .any(|(_, hand)| hand.kind == HandKind::Delivered),
        Some(Status::Rejected | Status::Cancelled | Status::Expired) | None => true,
        Some(_) => false,
    };
    Ok(there && !void)
}

/// A claim is in its holder's list, and draws on its invoice unless it was unused.
fn check_claims(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let (mut claims, mut listed) = (0u64, 0u64);
    for entry in CLAIMS.all_from(view, &[]) {
        let (key, claim) = entry?;
        claims = claims.saturating_add(1);
        let drawn = BACKED.get(view, id_bytes(&claim.id), claim.paper.as_bytes())?;
        let holder = claim.to.as_str().as_bytes();
        findings.expect(
            key == CLAIMS.key(id_bytes(&claim.id), &[])
                && drawn.is_some() == (claim.ended != Some(ClaimEnd::Unused))
                && CLAIMS_BY_HOLDER
                    .get(view, holder, id_bytes(&claim.id))?
                    .is_some(),
            "a claim is its holder's, and draws on its invoice unless it was unused",
            || format!("claim {}", claim.id),
        );
    }
    for entry in CLAIMS_BY_HOLDER.all_from(view, &[]) {
        entry?;
        listed = listed.saturating_add(1);
    }
    findings.expect(listed == claims, "a claim is in one list", || {
        format!("{claims} claims, {listed} in lists")
    });
    Ok(())
}

/// An open condition is in its attestor's list; a request and the condition for which it waits point to each other.
fn check_conditions(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let (mut open, mut listed, mut waiting) = (0u64, 0u64, 0u64);
    for entry in CONDITIONS.all_from(view, &[]) {
        let (key, condition) = entry?;
        let place = || format!("condition {}", condition.id);
        let is_open = condition.status == ConditionStatus::Open;
        open = open.saturating_add(u64::from(is_open));
        let attestor = condition.attestor.as_str().as_bytes();
        findings.expect(
            key == CONDITIONS.key(id_bytes(&condition.id), &[])
                && is_open == condition.ended_on.is_none()
                && is_open
                    == CONDITIONS_BY_ATTESTOR
                        .get(view, attestor, id_bytes(&condition.id))?
                        .is_some(),
            "an open condition, and no other, is in its attestor's list",
            place,
        );
        findings.expect(
            !condition.agreed || (is_open && condition.request.is_some()),
            "what is agreed in advance waits for an open condition",
            place,
        );
        if let Some(id) = &condition.request {
            waiting = waiting.saturating_add(1);
            let request = REQUESTS.get(view, id_bytes(id), &[])?;
            findings.expect(
                condition.status != ConditionStatus::Lapsed
                    && request.is_some_and(|request| request.condition == Some(condition.id)),
                "a request and its condition point to each other",
                place,
            );
        }
    }
    for entry in CONDITIONS_BY_ATTESTOR.all_from(view, &[]) {
        entry?;
        listed = listed.saturating_add(1);
    }
    let mut gated = 0u64;
    for entry in REQUESTS.all_from(view, &[]) {
        gated = gated.saturating_add(u64::from(entry?.1.condition.is_some()));
    }
    findings.expect(
        listed == open && gated == waiting,
        "no condition is left over",
        || {
            format!(
                "{open} open, {listed} in lists; {gated} requests wait, {waiting} for conditions"
            )
        },
    );
    Ok(())
}
