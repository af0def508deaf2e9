//! Pools: what an issuer owes in a currency on one due day is redeemed together (rule book 3.2).

use crate::clock::{DueKey, DueKind, add_debt, cancel, is_queued, remove_debt, schedule};
use crate::date::Date;
use crate::instruments::{InstrumentNumber, Lot};
use crate::json;
use crate::member_id::MemberId;
use crate::money::Currency;
use crate::receivables::Certificate;
use crate::run::Run;
use crate::state::{StateFault, View};
use crate::tables::{
    LOTS, POOL_STATES, POOLS, in_pool_suffix, instrument_entity, number_in_pool, pool_suffix,
    rank_suffix,
};
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

words! {
    /// What is being done to a pool that is shared out over several blocks.
    pub enum Phase {
        /// Its lots are added up.
        Summing = 1 "summing",
        /// There is less than is owed: its lots are ranked by what rounding down takes off their shares.
        Ranking = 2 "ranking",
        /// The lots are chosen that get what rounding down left over.
        Choosing = 3 "choosing",
        /// Its lots are paid.
        Paying = 4 "paying",
    }
}

/// Where a pool stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Pool {
    /// Who owes.
    pub issuer: MemberId,
    /// The day on which its certificates fall due.
    pub due: Date,
    /// Their currency.
    pub currency: Currency,
    /// How many certificates have something unredeemed on them.
    #[serde(with = "json::string")]
    pub certificates: u64,
    /// The day at whose close it is redeemed, or tried again; none when nothing more is tried.
    pub next: Option<Date>,
    /// It fell short and is tried again so many times more; meanwhile the issuer's cash is ring-fenced.
    pub retries: Option<u32>,
    /// It is being shared out.
    pub round: Option<Round>,
}

/// How far a pool has been shared out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Round {
    /// What is being done.
    pub phase: Phase,
    /// The lot from which it goes on; the first where absent.
    pub from: Option<Place>,
    /// What its lots are worth, in minor units.
    #[serde(with = "json::string")]
    pub owed: u128,
    /// What is shared out, in minor units.
    #[serde(with = "json::string")]
    pub cash: u64,
    /// What is still held of it on the issuer's account, in minor units.
    #[serde(with = "json::string")]
    pub reserved: u64,
    /// What rounding down left over, in minor units: so many lots get one more.
    #[serde(with = "json::string")]
    pub left: u64,
    /// How many of them are chosen.
    #[serde(with = "json::string")]
    pub chosen: u64,
    /// The last one chosen.
    pub last: Option<Rank>,
}

/// A lot of a pool, by its certificate and first unit.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Place {
    /// The certificate.
    pub certificate: InstrumentNumber,
    /// The first unit.
    #[serde(with = "json::string")]
    pub start: u64,
}

/// A lot's place among those that rounding down took something off.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Rank {
    /// What it took off, in parts of what is owed.
    #[serde(with = "json::string")]
    pub remainder: u128,
    /// The lot.
    pub lot: Place,
}

impl Rank {
    pub(super) fn suffix(&self) -> Vec<u8> {
        rank_suffix(self.remainder, &self.lot.certificate, self.lot.start)
    }
}

impl Pool {
    pub(super) fn key(&self, date: Date) -> DueKey {
        DueKey::pool(date, self.due, &self.issuer, self.currency)
    }

    fn suffix(&self) -> Vec<u8> {
        pool_suffix(self.due, self.currency)
    }

    /// Sets the day at whose close it is worked on, and counts it as a debt of that day.
    pub(super) fn plan(
        &mut self,
        run: &mut Run<'_, '_>,
        next: Option<Date>,
    ) -> Result<(), StateFault> {
        if let Some(date) = self.next.take() {
            cancel(run, &self.key(date));
            remove_debt(run, &self.issuer, date)?;
        }
        if let Some(date) = next {
            schedule(run, &self.key(date), 0)?;
            add_debt(run, &self.issuer, date)?;
        }
        self.next = next;
        Ok(())
    }

    /// Writes it; a pool without certificates is gone.
    pub(super) fn put(mut self, run: &mut Run<'_, '_>) -> Result<(), StateFault> {
        let entity = self.issuer.as_str().as_bytes().to_vec();
        if self.certificates > 0 || self.retries.is_some() || self.round.is_some() {
            return POOL_STATES.put(run.state, &entity, &self.suffix(), &self);
        }
        self.plan(run, None)?;
        POOL_STATES.remove(run.state, &entity, &self.suffix());
        Ok(())
    }

    /// The first lot at or after a place, whatever its state.
    pub(super) fn lot_from(
        &self,
        view: &impl View,
        from: Option<Place>,
    ) -> Result<Option<(InstrumentNumber, Lot)>, StateFault> {
        let (mut after, mut place) = (self.suffix(), from);
        loop {
            if let Some(place) = place {
                let (entity, start) = (
                    instrument_entity(&place.certificate),
                    place.start.to_be_bytes(),
                );
                if let Some((_, lot)) = LOTS.next(view, entity, &start)? {
                    return Ok(Some((place.certificate, lot)));
                }
                after = in_pool_suffix(self.due, self.currency, &place.certificate);
                after.push(0);
            }
            let entity = self.issuer.as_str().as_bytes();
            let Some((suffix, _)) = POOLS
                .next(view, entity, &after)?
                .filter(|(suffix, _)| suffix.starts_with(&self.suffix()))
            else {
                return Ok(None);
            };
            let certificate = number_in_pool(&suffix)
                .ok_or_else(|| StateFault::new(POOLS.name(), "a key of wrong form"))?;
            place = Some(Place {
                certificate,
                start: 0,
            });
        }
    }

    /// So much of a certificate is no longer owed.
    pub(super) fn less(
        &mut self,
        run: &mut Run<'_, '_>,
        number: &InstrumentNumber,
        minor: u64,
    ) -> Result<(), StateFault> {
        let entity = self.issuer.as_str().as_bytes();
        let suffix = in_pool_suffix(self.due, self.currency, number);
        let left = POOLS
            .get(run.state, entity, &suffix)?
            .and_then(|before| before.checked_sub(minor))
            .ok_or_else(|| StateFault::new(POOLS.name(), format!("{number} owes less")))?;
        if left > 0 {
            return POOLS.put(run.state, entity, &suffix, &left);
        }
        POOLS.remove(run.state, entity, &suffix);
        self.certificates = self.certificates.saturating_sub(1);
        Ok(())
    }
}

/// The pool of an issuer, a due day and a currency.
pub(super) fn pool_at(
    view: &(impl View + ?Sized),
    issuer: &MemberId,
    due: Date,
    currency: Currency,
) -> Result<Option<Pool>, StateFault> {
    let suffix = pool_suffix(due, currency);
    POOL_STATES.get(view, issuer.as_str().as_bytes(), &suffix)
}

/// The pool that a certificate is in.
pub(super) fn pool_of(
    view: &(impl View + ?Sized),
    certificate: &Certificate,
) -> Result<Pool, StateFault> {
    let (due, currency) = (certificate.due, certificate.sum.currency);
    pool_at(view, &certificate.issuer, due, currency)?.ok_or_else(|| {
        StateFault::new(
            POOL_STATES.name(),
            format!("{} is in no pool", certificate.number),
        )
    })
}

/// Whether the pool of a certificate waits for the clock, or is being shared out.
pub(super) fn is_waiting(run: &Run<'_, '_>, certificate: &Certificate) -> Result<bool, StateFault> {
    let (due, currency) = (certificate.due, certificate.sum.currency);
    let pool = pool_at(run.state, &certificate.issuer, due, currency)?;
    Ok(pool
        .and_then(|pool| pool.next)
        .is_some_and(|date| run.past_close(date)))
}

fn maturity(certificate: &Certificate) -> DueKey {
    DueKey::instrument(certificate.due, DueKind::Maturity, &certificate.number)
}

/// A new certificate enters its pool, and the queue for its due day.
pub(crate) fn enter(run: &mut Run<'_, '_>, certificate: &Certificate) -> Result<(), StateFault> {
    let (issuer, due, currency) = (
        &certificate.issuer,
        certificate.due,
        certificate.sum.currency,
    );
    schedule(run, &maturity(certificate), 0)?;
    add_debt(run, issuer, due)?;
    let mut pool = match pool_at(run.state, issuer, due, currency)? {
        Some(pool) => pool,
        None => {
            let mut pool = Pool {
                issuer: issuer.clone(),
                due,
                currency,
                certificates: 0,
                next: None,
                retries: None,
                round: None,
            };
            pool.plan(run, Some(certificate.payable_on))?;
            pool
        }
    };
    pool.certificates = pool.certificates.saturating_add(1);
    let suffix = in_pool_suffix(due, currency, &certificate.number);
    POOLS.put(
        run.state,
        issuer.as_str().as_bytes(),
        &suffix,
        &certificate.sum.minor,
    )?;
    pool.put(run)
}

/// A certificate leaves its pool as it was opened: nobody has signed for it.
pub(crate) fn leave(run: &mut Run<'_, '_>, certificate: &Certificate) -> Result<(), StateFault> {
    unqueue(run, certificate)?;
    let mut pool = pool_of(run.state, certificate)?;
    pool.less(run, &certificate.number, certificate.sum.minor)?;
    pool.put(run)
}

/// Takes the due day of a certificate out of the queue, where it has not come.
pub(super) fn unqueue(run: &mut Run<'_, '_>, certificate: &Certificate) -> Result<(), StateFault> {
    let key = maturity(certificate);
    if !is_queued(run, &key) {
        return Ok(());
    }
    cancel(run, &key);
    remove_debt(run, &certificate.issuer, certificate.due)
}
