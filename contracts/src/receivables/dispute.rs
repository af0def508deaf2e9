//! Disputes: a lot stays where it is until whoever disputes it withdraws (rule book 3.2, 3.3).

use crate::calls::{DisputeLot, SettleDispute};
use crate::codes::Code;
use crate::events::{DisputeSettled, LotDisputed};
use crate::instruments::{
    HandKind, Lot, NewHand, Receivable, Status, lot_named, put_lot, record_hand,
};
use crate::member_id::MemberId;
use crate::outcome::{CallResult, Failure};
use crate::receivables::Certificate;
use crate::receivables::find::certificate_named;
use crate::receivables::movement::receivable_of;
use crate::requests::state_failure;
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::text::Text;

/// How far a lot has come that can be disputed: signed for, and not paid.
const DISPUTABLE: &[Status] = &[Status::Held, Status::Overdue];

/// Writes who disputes a lot, with the hand that says so.
fn mark(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: Lot,
    by: &MemberId,
    disputed: bool,
    reason: Text<256>,
) -> Result<(), StateFault> {
    let kind = if disputed {
        HandKind::Disputed
    } else {
        HandKind::Undisputed
    };
    let hand = NewHand {
        from: Some(by.clone()),
        text: reason,
        ..NewHand::new(kind, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, certificate, hand)?;
    let receivable = Receivable {
        disputed_by: disputed.then(|| by.clone()),
        ..receivable_of(&lot)?.clone()
    };
    let marked = Lot {
        hand,
        receivable: Some(receivable),
        ..lot
    };
    put_lot(run.state, &certificate.number, &marked)
}

impl Act for DisputeLot {
    type Checked = (Certificate, Lot);

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.reason.is_empty() {
            return Err(Failure::argument("reason"));
        }
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate)?;
        let lot = lot_named(run, &certificate, self.lot)?;
        if *caller.actor != certificate.issuer && *caller.actor != lot.holder {
            return Err(Failure::of(Code::WrongParty)
                .fact("issuer", &certificate.issuer)
                .fact("holder", &lot.holder));
        }
        if let Some(request) = lot.request {
            return Err(Failure::of(Code::RequestPending).fact("request", request));
        }
        if !DISPUTABLE.contains(&lot.status) {
            return Err(state_failure(Code::WrongState, &lot));
        }
        if let Some(by) = &receivable_of(&lot)?.disputed_by {
            return Err(Failure::of(Code::Disputed)
                .fact("lot", lot.range)
                .fact("by", by));
        }
        Ok((certificate, lot))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut certificate, lot): Self::Checked,
    ) -> Result<CallResult, Failure> {
        mark(
            run,
            &mut certificate,
            lot,
            caller.actor,
            true,
            self.reason.clone(),
        )?;
        run.emit(LotDisputed {
            certificate: certificate.number,
            lot: self.lot,
            by: caller.actor.clone(),
            reason: self.reason.clone(),
        });
        Ok(CallResult::Done)
    }
}

impl Act for SettleDispute {
    type Checked = (Certificate, Lot);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate)?;
        let lot = lot_named(run, &certificate, self.lot)?;
        let disputed_by = &receivable_of(&lot)?.disputed_by;
        if let Some(by) = disputed_by.as_ref().filter(|by| *by != caller.actor) {
            return Err(Failure::of(Code::WrongParty).fact("disputed by", by));
        }
        if !DISPUTABLE.contains(&lot.status) {
            return Err(state_failure(Code::WrongState, &lot));
        }
        if disputed_by.is_none() {
            return Err(Failure::of(Code::NotDisputed).fact("lot", lot.range));
        }
        Ok((certificate, lot))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut certificate, lot): Self::Checked,
    ) -> Result<CallResult, Failure> {
        mark(
            run,
            &mut certificate,
            lot,
            caller.actor,
            false,
            Text::empty(),
        )?;
        run.emit(DisputeSettled {
            certificate: certificate.number,
            lot: self.lot,
            by: caller.actor.clone(),
        });
        Ok(CallResult::Done)
    }
}
