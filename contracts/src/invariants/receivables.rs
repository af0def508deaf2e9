//! Credit lines are used by what stands open, and every list of certificates and quotes agrees with its records.

use crate::hash::RequestId;
use crate::invariants::Findings;
use crate::state::{StateFault, View};
use crate::tables::{
    CERTIFICATES, CERTIFICATES_BY_ISSUER, LINES, LINES_BY_MEMBER, LOTS, QUOTE_ASKS,
    QUOTE_ASKS_BY_MEMBER, QUOTES, id_bytes, instrument_entity, member_suffix,
};
use std::collections::BTreeMap;

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    check_lines(view, findings)?;
    check_quotes(view, findings)
}

fn check_lines(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut open: BTreeMap<RequestId, u64> = BTreeMap::new();
    let mut certificates = 0u64;
    for entry in CERTIFICATES.all_from(view, &[]) {
        let (_, certificate) = entry?;
        certificates = certificates.saturating_add(1);
        let entity = instrument_entity(&certificate.number);
        let used = open.entry(certificate.line).or_default();
        for (_, lot) in LOTS.scan(view, entity, &[], usize::MAX)? {
            if !lot.status.is_over() {
                *used = used.saturating_add(lot.range.amount().unwrap_or(0));
            }
            findings.expect(
                lot.receivable
                    .as_ref()
                    .is_some_and(|r| (1..=certificate.max_tier).contains(&r.tier)),
                "a lot is at a tier that its certificate may reach",
                || format!("{}:{}", certificate.number, lot.range),
            );
        }
        findings.expect(
            CERTIFICATES_BY_ISSUER
                .get(view, certificate.issuer.as_str().as_bytes(), entity)?
                .is_some(),
            "a certificate is in its issuer's list",
            || certificate.number.to_string(),
        );
    }
    let mut listed = 0u64;
    for entry in CERTIFICATES_BY_ISSUER.all_from(view, &[]) {
        entry?;
        listed = listed.saturating_add(1);
    }
    findings.expect(
        listed == certificates,
        "nothing else is in the lists",
        || format!("{listed} listed, {certificates} certificates"),
    );
    let mut lines = 0u64;
    for entry in LINES.all_from(view, &[]) {
        let (key, line) = entry?;
        lines = lines.saturating_add(1);
        let used = open.remove(&line.id).unwrap_or(0);
        findings.expect(
            line.used == used,
            "a line is used by what stands open",
            || format!("line {}: {} used, {used} open", line.id, line.used),
        );
        let id = id_bytes(&line.id);
        let mut both = true;
        for side in [&line.grantor, &line.issuer] {
            let entry = LINES_BY_MEMBER.get(view, side.as_str().as_bytes(), id)?;
            both = both && entry.is_some();
        }
        findings.expect(
            both && key == LINES.key(id, &[]),
            "a line is under its id and in the lists of both its sides",
            || line.id.to_string(),
        );
    }
    let mut listed = 0u64;
    for entry in LINES_BY_MEMBER.all_from(view, &[]) {
        entry?;
        listed = listed.saturating_add(1);
    }
    findings.expect(
        listed == lines.saturating_mul(2) && open.is_empty(),
        "every line is listed twice and every certificate has one",
        || format!("{listed} listed, {lines} lines, without: {open:?}"),
    );
    Ok(())
}

fn check_quotes(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let (mut sides, mut answers) = (0u64, 0u64);
    for entry in QUOTE_ASKS.all_from(view, &[]) {
        let (_, ask) = entry?;
        let id = id_bytes(&ask.id);
        for member in ask.to.iter().chain([&ask.asker]) {
            sides = sides.saturating_add(1);
            findings.expect(
                QUOTE_ASKS_BY_MEMBER
                    .get(view, member.as_str().as_bytes(), id)?
                    .is_some(),
                "a question is in the lists of all that it names",
                || format!("{} of {member}", ask.id),
            );
            if QUOTES.get(view, id, &member_suffix(member))?.is_some() {
                answers = answers.saturating_add(1);
            }
        }
    }
    for entry in QUOTE_ASKS_BY_MEMBER.all_from(view, &[]) {
        entry?;
        sides = sides.saturating_sub(1);
    }
    for entry in QUOTES.all_from(view, &[]) {
        entry?;
        answers = answers.saturating_sub(1);
    }
    findings.expect(
        sides == 0 && answers == 0,
        "questions and answers are listed where they are asked",
        || format!("{sides} sides and {answers} answers too few"),
    );
    Ok(())
}
