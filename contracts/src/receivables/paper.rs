//! A certificate as the rules of lots, hands and requests see it.

use crate::calendar::roll;
use crate::clock::{DueKey, DueKind, is_queued};
use crate::date::Date;
use crate::instruments::{InstrumentNumber, Lot, Paper, lot_money};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::Failure;
use crate::receivables::Certificate;
use crate::receivables::pool::is_waiting;
use crate::requests::{Party, claimant, day_before_maturity};
use crate::run::Run;
use crate::state::{Overlay, StateFault};
use crate::tables::{CERTIFICATES, instrument_entity};

impl Paper for Certificate {
    fn number(&self) -> InstrumentNumber {
        self.number
    }

    fn sum(&self) -> Money {
        self.sum
    }

    fn maturity(&self) -> Date {
        self.due
    }

    fn next_hand(&mut self) -> u64 {
        let number = self.hands;
        self.hands = number.saturating_add(1);
        number
    }

    fn put(&self, state: &mut Overlay<'_>) -> Result<(), StateFault> {
        CERTIFICATES.put(state, instrument_entity(&self.number), &[], self)
    }

    fn side<'a>(&'a self, side: Party, lot: &'a Lot) -> Option<&'a MemberId> {
        match side {
            Party::Issuer => Some(&self.issuer),
            Party::Payee => Some(&self.payee),
            Party::Holder => Some(&lot.holder),
            Party::Pledgee => lot.pledge.as_ref().map(|pledge| &pledge.pledgee),
            Party::Presenter => Some(claimant(lot)),
            Party::FundingSeller => {
                let funding = lot.receivable.as_ref()?.funding.as_ref()?;
                Some(&funding.seller)
            }
            _ => None,
        }
    }

    fn mark_stops(&self) -> bool {
        true
    }

    fn is_due(&self, run: &Run<'_, '_>, _: &Lot) -> Result<bool, StateFault> {
        let today = run.now().date;
        let maturity = DueKey::instrument(self.due, DueKind::Maturity, &self.number);
        Ok(today >= self.due && (is_queued(run, &maturity) || is_waiting(run, self)?))
    }

    /// The line that it used is free again by so much.
    fn lot_ended(&self, run: &mut Run<'_, '_>, old: &Lot) -> Result<(), StateFault> {
        let money = lot_money(self, old)?;
        super::line::free(run.state, &self.line, money)
    }

    fn check_lot_taken(&self, lot: &Lot) -> Result<(), Failure> {
        super::movement::check_free(lot)
    }

    fn lot_cut(&self, _: &mut Run<'_, '_>, _: &Lot) -> Result<(), StateFault> {
        Ok(())
    }

    fn lot_joined(&self, _: &mut Run<'_, '_>, _: &Lot) {}

    fn check_taken(&self, _: &Run<'_, '_>) -> Result<(), Failure> {
        Ok(())
    }

    fn latest_answer(&self, run: &Run<'_, '_>) -> Result<Date, StateFault> {
        if run.date() < self.due {
            return Ok(day_before_maturity(self));
        }
        let days = u32::try_from(run.settings.params.acceptance_answer_days).unwrap_or(u32::MAX);
        roll(run.state, run.date().plus_days(days).unwrap_or(Date::LAST))
    }
}
