//! What is unredeemed of certificates is in their pools; what is overdue is counted, and fenced while
//! it is tried again.

use crate::instruments::{Circulation, Status};
use crate::invariants::Findings;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::receivables::{Certificate, Overdue, Phase, Pool};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, CERTIFICATES, LOTS, MEMBERS, OVERDUES, POOL_STATES, POOLS, RANKS, currency_suffix,
    in_pool_suffix, instrument_entity, pool_suffix,
};
use std::collections::BTreeMap;

/// What the lots of certificates come to.
#[derive(Default)]
struct Sums {
    /// Certificates with something unredeemed, by issuer and pool.
    pools: BTreeMap<(MemberId, Vec<u8>), u64>,
    overdue: BTreeMap<(MemberId, Currency), Overdue>,
    listed: u64,
}

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut sums = Sums::default();
    for entry in CERTIFICATES.all_from(view, &[]) {
        let (_, certificate) = entry?;
        check_certificate(view, &certificate, findings, &mut sums)?;
    }
    let mut stored = 0u64;
    for entry in POOLS.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    findings.expect(stored == sums.listed, "nothing is left over", || {
        format!("{stored} certificates in pools, {} unredeemed", sums.listed)
    });
    check_pools(view, findings, &mut sums)?;
    check_overdue(view, findings, sums.overdue)
}

/// Every minor unit of a certificate is in a lot that lives, is redeemed, or ended before anybody held it; those that
/// live are in its pool.
fn check_certificate(
    view: &dyn View,
    certificate: &Certificate,
    findings: &mut Findings,
    sums: &mut Sums,
) -> Result<(), StateFault> {
    let place = || certificate.number.to_string();
    let (issuer, currency) = (&certificate.issuer, certificate.sum.currency);
    let (mut live, mut over) = (0u64, 0u64);
    let entity = instrument_entity(&certificate.number);
    for (_, lot) in LOTS.scan(view, entity, &[], usize::MAX)? {
        let units = lot.range.amount().unwrap_or(0);
        if lot.circulation == Circulation::Ended {
            over = over.saturating_add(units);
            findings.expect(lot.status.is_over(), "an ended lot is over", place);
            continue;
        }
        live = live.saturating_add(units);
        findings.expect(
            matches!(lot.status, Status::Opened | Status::Held | Status::Overdue),
            "a live lot is opened, held or overdue",
            place,
        );
        if lot.status == Status::Overdue {
            let overdue = sums.overdue.entry((issuer.clone(), currency)).or_default();
            overdue.minor = overdue.minor.saturating_add(u128::from(units));
        }
    }
    findings.expect(
        live.checked_add(over) == Some(certificate.sum.minor),
        "what lives and what is over make up the certificate",
        place,
    );
    let suffix = in_pool_suffix(certificate.due, currency, &certificate.number);
    let listed = POOLS.get(view, issuer.as_str().as_bytes(), &suffix)?;
    findings.expect(
        listed.unwrap_or(0) == live && listed != Some(0),
        "what is unredeemed of a certificate is in its pool",
        || format!("{}: {live} unredeemed, {listed:?} listed", place()),
    );
    if live > 0 {
        sums.listed = sums.listed.saturating_add(1);
        let pool = (issuer.clone(), pool_suffix(certificate.due, currency));
        let count = sums.pools.entry(pool).or_default();
        *count = count.saturating_add(1);
    }
    Ok(())
}

fn check_pools(
    view: &dyn View,
    findings: &mut Findings,
    sums: &mut Sums,
) -> Result<(), StateFault> {
    let mut ranking = false;
    for entry in POOL_STATES.all_from(view, &[]) {
        let (key, pool) = entry?;
        let suffix = pool_suffix(pool.due, pool.currency);
        let place = || format!("{} {} {}", pool.issuer, pool.due, pool.currency);
        let counted = sums.pools.remove(&(pool.issuer.clone(), suffix.clone()));
        findings.expect(
            key == POOL_STATES.key(pool.issuer.as_str().as_bytes(), &suffix)
                && counted.unwrap_or(0) == pool.certificates
                && (pool.certificates > 0 || pool.retries.is_some() || pool.round.is_some()),
            "a pool counts its certificates",
            place,
        );
        check_pool(&pool, findings);
        if pool.retries.is_some() {
            let account = (pool.issuer.clone(), pool.currency);
            let overdue = sums.overdue.entry(account).or_default();
            overdue.fences = overdue.fences.saturating_add(1);
        }
        ranking |= pool
            .round
            .is_some_and(|round| round.phase != Phase::Summing);
    }
    findings.expect(sums.pools.is_empty(), "a certificate is in a pool", || {
        format!("{} pools are missing", sums.pools.len())
    });
    findings.expect(
        ranking || RANKS.all_from(view, &[]).next().is_none(),
        "ranks are kept only while a pool is shared out",
        || "ranks are left over".to_owned(),
    );
    Ok(())
}

fn check_pool(pool: &Pool, findings: &mut Findings) {
    let place = || format!("{} {} {}", pool.issuer, pool.due, pool.currency);
    findings.expect(
        pool.retries.is_none_or(|left| left > 0) && (pool.retries.is_none() || pool.next.is_some()),
        "a pool is fenced only while it is tried again",
        place,
    );
    if let Some(round) = &pool.round {
        findings.expect(
            pool.next.is_some()
                && (round.phase == Phase::Summing || round.reserved <= round.cash)
                && (round.phase == Phase::Paying
                    || round.phase == Phase::Summing
                    || round.reserved == round.cash),
            "what is reserved for a pool is what is shared out and not yet paid",
            place,
        );
    }
}

fn check_overdue(
    view: &dyn View,
    findings: &mut Findings,
    mut expected: BTreeMap<(MemberId, Currency), Overdue>,
) -> Result<(), StateFault> {
    let mut stored = 0u64;
    for entry in OVERDUES.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    let mut reached = 0u64;
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let entity = member.id.as_str().as_bytes();
        for (suffix, overdue) in OVERDUES.scan(view, entity, &[], usize::MAX)? {
            reached = reached.saturating_add(1);
            let account = expected
                .keys()
                .find(|(id, currency)| *id == member.id && suffix == currency_suffix(*currency))
                .cloned();
            let sum = account.and_then(|account| expected.remove(&account));
            findings.expect(
                sum == Some(overdue.clone()),
                "what is overdue and fenced is counted",
                || format!("{}: {overdue:?} counted, {sum:?} found", member.id),
            );
        }
    }
    findings.expect(
        stored == reached && expected.is_empty(),
        "what is overdue and fenced is counted",
        || format!("{stored} stored, {reached} of members, {expected:?} not counted"),
    );
    Ok(())
}
