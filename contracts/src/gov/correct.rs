//! Corrections by consent: what went to the wrong member goes back, where every member whose position changes has
//! approved. They reach only what is free, so that nobody else's right is touched.

use crate::cash::{known_currency, move_cash, require_available, require_no_due_debt};
use crate::codes::Code;
use crate::events::{CashCorrected, LotCorrected};
use crate::gov::actions::{CorrectCash, CorrectLot};
use crate::gov::protocol::{CORRECTIONS, require};
use crate::instruments::{
    Circulation, Dishonour, Frozen, HandKind, Lot, NewHand, Paper, change_lot, instrument_at,
    lot_named, record_hand,
};
use crate::members::{HOLDERS, named, require_active, require_role};
use crate::outcome::Failure;
use crate::requests::{Party, state_failure};
use crate::run::Run;

impl CorrectCash {
    pub(super) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        require(run, CORRECTIONS)?;
        for side in [&self.from, &self.to] {
            require_active(&named(run.state, side)?)?;
        }
        known_currency(run.state, self.money.currency)?;
        if self.money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.from == self.to {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        require_no_due_debt(run, &self.from)?;
        require_available(run.state, &self.from, self.money)?;
        move_cash(run.state, &self.from, &self.to, self.money)?;
        run.emit(CashCorrected {
            from: self.from.clone(),
            to: self.to.clone(),
            money: self.money,
        });
        Ok(())
    }
}

impl CorrectLot {
    pub(super) fn carry_out(&self, run: &mut Run<'_, '_>) -> Result<(), Failure> {
        require(run, CORRECTIONS)?;
        for side in [&self.from, &self.to] {
            let member = named(run.state, side)?;
            require_active(&member)?;
            require_role(&member, HOLDERS)?;
        }
        if self.from == self.to {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let mut instrument = instrument_at(run.state, &self.instrument)?;
        let lot = lot_named(run, &instrument, self.lot)?;
        if lot.holder != self.from {
            return Err(Failure::of(Code::NotHolder).fact("holder", &lot.holder));
        }
        require_free(&lot)?;
        if instrument.side(Party::Issuer, &lot) == Some(&self.to) {
            return Err(Failure::of(Code::NotToIssuer).fact("issuer", &self.to));
        }
        let hand = NewHand {
            from: Some(self.from.clone()),
            to: Some(self.to.clone()),
            ..NewHand::new(HandKind::Corrected, lot.range, Some(lot.hand))
        };
        let hand = record_hand(run, &mut instrument, hand)?;
        let corrected = Lot {
            holder: self.to.clone(),
            hand,
            ..lot.clone()
        };
        change_lot(run.state, &instrument.number(), &lot, &corrected)?;
        run.emit(LotCorrected {
            instrument: self.instrument,
            lot: self.lot,
            from: self.from.clone(),
            to: self.to.clone(),
        });
        Ok(())
    }
}

/// Nothing waits on the lot, encumbers it, or has been begun with it.
fn require_free(lot: &Lot) -> Result<(), Failure> {
    if lot.request.is_some() {
        return Err(state_failure(Code::RequestPending, lot));
    }
    if lot.frozen != Frozen::No {
        return Err(state_failure(Code::Frozen, lot));
    }
    let receivable_free = lot
        .receivable
        .as_ref()
        .is_none_or(|r| r.funding.is_none() && r.disputed_by.is_none());
    let free = lot.status.in_hand()
        && matches!(
            lot.circulation,
            Circulation::Circulable | Circulation::NotTransferable
        )
        && lot.dishonour == Dishonour::None
        && !lot.discounted
        && lot.limits.is_none()
        && lot.pledge.is_none()
        && lot.repo.is_none()
        && lot.claim.is_none()
        && receivable_free;
    if !free {
        return Err(state_failure(Code::WrongState, lot));
    }
    Ok(())
}
