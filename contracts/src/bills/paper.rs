//! A bill as the rules of lots, hands and requests see it.

use crate::bills::{Bill, Dishonour, Lot, Status, accepted_money, repo_end};
use crate::calendar::roll;
use crate::clock::{DueKey, DueKind, cancel, is_queued, schedule};
use crate::date::Date;
use crate::gates;
use crate::instruments::{InstrumentNumber, Paper};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::Failure;
use crate::requests::{Party, claimant, day_before_maturity};
use crate::run::Run;
use crate::state::{Overlay, StateFault};
use crate::tables::{BILLS, instrument_entity};

impl Paper for Bill {
    fn number(&self) -> InstrumentNumber {
        self.number
    }

    fn sum(&self) -> Money {
        self.sum
    }

    fn maturity(&self) -> Date {
        self.maturity
    }

    fn next_hand(&mut self) -> u64 {
        let number = self.hands;
        self.hands = number.saturating_add(1);
        number
    }

    fn put(&self, state: &mut Overlay<'_>) -> Result<(), StateFault> {
        BILLS.put(state, instrument_entity(&self.number), &[], self)
    }

    fn side<'a>(&'a self, side: Party, lot: &'a Lot) -> Option<&'a MemberId> {
        match side {
            Party::Drawer => Some(&self.drawer),
            Party::Acceptor => Some(&self.acceptor),
            Party::Payee => Some(&self.payee),
            Party::Holder => Some(&lot.holder),
            Party::Marker => lot.not_transferable_by.as_ref(),
            Party::Ward => Some(match lot.status {
                Status::Issued => &self.drawer,
                Status::Accepted => &self.acceptor,
                _ => &lot.holder,
            }),
            Party::RepoSeller => lot.repo.as_ref().map(|repo| &repo.seller),
            Party::Pledgee => lot.pledge.as_ref().map(|pledge| &pledge.pledgee),
            Party::Presenter => Some(claimant(lot)),
            Party::Named | Party::Liable | Party::Issuer | Party::FundingSeller => None,
        }
    }

    fn mark_stops(&self) -> bool {
        self.profile.rules().mark_stops
    }

    fn is_due(&self, run: &Run<'_, '_>, lot: &Lot) -> Result<bool, StateFault> {
        let today = run.now().date;
        let queued = |date, kind| is_queued(run, &DueKey::instrument(date, kind, &self.number));
        let bill_due = (today >= self.maturity && queued(self.maturity, DueKind::Maturity))
            || (today >= self.payable_on && queued(self.payable_on, DueKind::Presentment))
            || (run.past_close(self.window_end) && queued(self.window_end, DueKind::WindowEnd));
        let repo_due = repo_end(&self.number, lot)
            .is_some_and(|key| today >= key.date && is_queued(run, &key));
        Ok(bill_due || repo_due)
    }

    /// It counts no longer against its acceptor.
    fn lot_ended(&self, run: &mut Run<'_, '_>, old: &Lot) -> Result<(), StateFault> {
        if old.status == Status::Issued {
            return Ok(());
        }
        let money = accepted_money(self, old)?;
        gates::end_acceptance(run.state, &self.acceptor, money)?;
        if matches!(old.dishonour, Dishonour::InTime | Dishonour::Late) {
            gates::end_overdue(run.state, &self.acceptor, money)?;
        }
        Ok(())
    }

    fn lot_cut(&self, run: &mut Run<'_, '_>, cut: &Lot) -> Result<(), StateFault> {
        match repo_end(&self.number, cut) {
            Some(key) => schedule(run, &key, 0),
            None => Ok(()),
        }
    }

    fn lot_joined(&self, run: &mut Run<'_, '_>, joined: &Lot) {
        if let Some(key) = repo_end(&self.number, joined) {
            cancel(run, &key);
        }
    }

    fn check_taken(&self, run: &Run<'_, '_>) -> Result<(), Failure> {
        gates::check_paper(run, self)
    }

    fn check_lot_taken(&self, _: &Lot) -> Result<(), Failure> {
        Ok(())
    }

    /// The day before maturity; of a matured lot the end of the window or, where that is past, as many days from
    /// now as an acceptance has.
    fn latest_answer(&self, run: &Run<'_, '_>) -> Result<Date, StateFault> {
        if run.date() < self.maturity {
            return Ok(day_before_maturity(self));
        }
        if run.next_close() <= self.window_end {
            return Ok(self.window_end);
        }
        let days = u32::try_from(run.settings.params.acceptance_answer_days).unwrap_or(u32::MAX);
        roll(run.state, run.date().plus_days(days).unwrap_or(Date::LAST))
    }
}
