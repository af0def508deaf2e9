//! Transfer of a lot to the next tier (rule book 3.2).

use crate::calls::TransferLot;
use crate::codes::Code;
use crate::events::LotTransferred;
use crate::instruments::{Instrument, Lot, lot_money, split};
use crate::member_id::MemberId;
use crate::members::{Member, TRADING_ROLES, acting, named, require_active, require_role};
use crate::outcome::{CallResult, Failure};
use crate::receivables::Certificate;
use crate::receivables::find::certificate_named;
use crate::receivables::movement::{check_move, move_lot, receivable_of};
use crate::requests::{
    Asked, OnLot, Request, Terms, answer_by, ask_for, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_move, remove,
};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::text::Text;

impl Act for TransferLot {
    /// What is asked, and whether it takes effect without an answer.
    type Checked = (Asked, Option<Certificate>);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate);
        check_part_currency(&certificate, self.part)?;
        if let Ok(certificate) = &certificate
            && certificate.notice_only
            && self.answer_by.is_some()
        {
            return Err(Failure::argument("answer_by"));
        }
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let receiver = named(run.state, &self.to)?;
        require_role(&receiver, TRADING_ROLES)?;
        require_active(&receiver)?;
        check_part_zero(self.part)?;
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let certificate = certificate?;
        let terms = Terms::Transfer {
            purpose: self.purpose.clone(),
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (rule, purpose) = (super::rules::TRANSFER, &self.purpose);
        let (lot, units) = lot_to_move(
            run,
            rule,
            &certificate,
            on,
            caller.actor,
            &receiver,
            purpose,
        )?;
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&certificate))?;
        check_move(&certificate, &lot, &self.to)?;
        let at_once = certificate.notice_only.then(|| certificate.clone());
        let asked = Asked {
            instrument: certificate.into(),
            lot,
            units,
            to: self.to.clone(),
            terms,
            answer_by,
            work: 0,
        };
        Ok((asked, at_once))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (asked, at_once): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let Some(mut certificate) = at_once else {
            return ask_for(run, caller, asked);
        };
        let lot = split(
            run,
            &Instrument::from(certificate.clone()),
            asked.lot,
            asked.units,
        )?;
        transferred(run, &mut certificate, &lot, &asked.to, &self.purpose)?;
        Ok(CallResult::Done)
    }
}

/// The lot that its holder may transfer to somebody as things stand, and how many units of it.
pub(crate) fn check_transfer(
    run: &Run<'_, '_>,
    certificate: &Certificate,
    on: OnLot,
    holder: &MemberId,
    receiver: &Member,
    purpose: &Text<64>,
) -> Result<(Lot, u64), Failure> {
    let rule = super::rules::TRANSFER;
    let (lot, units) = lot_to_move(run, rule, certificate, on, holder, receiver, purpose)?;
    check_move(certificate, &lot, &receiver.id)?;
    Ok((lot, units))
}

fn transferred(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: &Lot,
    to: &MemberId,
    purpose: &Text<64>,
) -> Result<(), StateFault> {
    let moved = move_lot(run, certificate, lot, to)?;
    let money = lot_money(certificate, lot)?;
    run.emit(LotTransferred {
        certificate: certificate.number,
        lot: lot.range,
        from: lot.holder.clone(),
        to: to.clone(),
        money,
        tier: receivable_of(&moved)?.tier,
        notice_only: certificate.notice_only,
        purpose: purpose.clone(),
    });
    Ok(())
}

/// The receiver signs for the lot.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: &Lot,
    request: &Request,
    purpose: &Text<64>,
) -> Result<(), StateFault> {
    remove(run, request)?;
    transferred(run, &mut certificate, lot, &request.to, purpose)
}
