//! Acceptance of a bill by its drawee (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, bill_named, change_lot, lot_money, record_hand, whole_lot,
};
use crate::calendar::roll;
use crate::calls::RequestAcceptance;
use crate::clock::add_debt;
use crate::date::Date;
use crate::events::{BillAccepted, RequestMade};
use crate::members::{named, require_active};
use crate::outcome::{CallResult, Failure};
use crate::requests::{Opening, Request, Terms, answer_by, check_asking, open, remove};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;

/// The last day for an answer: three days (a parameter), rolled to a business day, but before maturity.
fn latest_answer(run: &Run<'_, '_>, bill: &Bill) -> Result<Date, StateFault> {
    let days = u32::from(run.settings.params.acceptance_answer_days);
    let rolled = roll(run.state, run.date().plus_days(days).unwrap_or(Date::LAST))?;
    let before_maturity = bill.maturity.minus_days(1).unwrap_or(bill.maturity);
    Ok(rolled.min(before_maturity))
}

impl Act for RequestAcceptance {
    type Checked = (Bill, Lot, Date);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let bill = bill_named(run, caller, self.bill)?;
        require_active(&named(run.state, &bill.acceptor)?)?;
        let lot = whole_lot(run, &bill)?;
        check_asking(Terms::Acceptance {}.rule(), &bill, &lot, caller.actor)?;
        let latest = latest_answer(run, &bill)?;
        let answer_by = answer_by(run, self.answer_by, latest)?;
        Ok((bill, lot, answer_by))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (bill, lot, answer_by): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let opening = Opening {
            id: caller.new_id(),
            from: caller.actor.clone(),
            to: bill.acceptor.clone(),
            terms: Terms::Acceptance {},
            answer_by: Some(answer_by),
        };
        let request = open(run, &bill, &lot, opening)?;
        let result = CallResult::Request {
            request: request.id,
            terms: request.terms_hash(),
        };
        run.emit(RequestMade { request });
        Ok(result)
    }
}

/// The drawee accepts: it owes the sum from now on.
pub(crate) fn agree_acceptance(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(bill.acceptor.clone()),
        ..NewHand::new(HandKind::Accepted, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let rule = request.terms.rule();
    let accepted = Lot {
        status: rule.status.1,
        circulation: rule.agreed,
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &accepted)?;
    add_debt(run, &bill.acceptor, bill.maturity)?;
    let money = lot_money(&bill, &lot)?;
    run.emit(BillAccepted {
        bill: bill.number,
        acceptor: bill.acceptor,
        money,
    });
    Ok(())
}
