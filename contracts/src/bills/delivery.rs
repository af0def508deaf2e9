//! Delivery of an accepted bill to its payee (rule book 2.2).

use crate::bills::{
    Bill, Circulation, HandKind, Lot, NewHand, bill_named, change_lot, lot_money, next_payment_day,
    present_by_clock, record_hand, whole_lot,
};
use crate::calls::RequestDelivery;
use crate::clock::{DueKey, DueKind, add_debt, cancel, schedule};
use crate::date::Date;
use crate::events::{BillDelivered, RequestMade};
use crate::members::{named, require_active};
use crate::outcome::{CallResult, Failure};
use crate::requests::{Opening, Request, Terms, answer_by, check_asking, open, remove};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;

impl Act for RequestDelivery {
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
        require_active(&named(run.state, &bill.payee)?)?;
        let lot = whole_lot(run, &bill)?;
        check_asking(Terms::Delivery {}.rule(), &bill, &lot, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, bill.window_end)?;
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
            to: bill.payee.clone(),
            terms: Terms::Delivery {},
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

/// The payee takes delivery. A bill delivered after its maturity is presented when it is payable, or at once.
pub(crate) fn agree_delivery(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(bill.drawer.clone()),
        to: Some(bill.payee.clone()),
        ..NewHand::new(HandKind::Delivered, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let rule = request.terms.rule();
    let delivered = Lot {
        holder: bill.payee.clone(),
        status: rule.status.1,
        circulation: if lot.not_transferable_by.is_some() {
            Circulation::NotTransferable
        } else {
            rule.agreed
        },
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &delivered)?;
    let money = lot_money(&bill, &lot)?;
    run.emit(BillDelivered {
        bill: bill.number,
        from: bill.drawer.clone(),
        to: bill.payee.clone(),
        money,
    });
    if run.date() < bill.maturity {
        return Ok(());
    }
    cancel(
        run,
        &DueKey::bill(bill.window_end, DueKind::WindowEnd, &bill.number),
    );
    if run.date() < bill.payable_on {
        add_debt(run, &bill.acceptor, bill.payable_on)?;
        let due = DueKey::bill(bill.payable_on, DueKind::Presentment, &bill.number);
        return schedule(run, &due, 0);
    }
    let due_on = next_payment_day(run)?;
    present_by_clock(run, &mut bill, delivered, due_on)
}
