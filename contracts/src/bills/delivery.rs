//! Delivery of an accepted bill to its payee (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, bill_named, change_lot, circulable, lot_money, next_payment_day,
    present_by_clock, record_hand, settled_on, whole_lot,
};
use crate::calls::RequestDelivery;
use crate::clock::{DueKey, DueKind, add_debt, cancel, schedule};
use crate::events::BillDelivered;
use crate::members::{named, require_active};
use crate::outcome::Failure;
use crate::requests::{Ask, Asked, Request, Terms, answer_by, check_asking, remove};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for RequestDelivery {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill)?;
        require_active(&named(run.state, &bill.payee)?)?;
        let lot = whole_lot(run, &bill)?;
        let terms = Terms::Delivery {};
        check_asking(terms.rule(), &bill, &lot, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, bill.window_end)?;
        Ok(Asked {
            to: bill.payee.clone(),
            units: lot_money(&bill, &lot)?.minor,
            instrument: bill.into(),
            lot,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The payee takes delivery. A bill delivered after its maturity is presented when it is payable, or at once.
pub(crate) fn agree(
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
    let (status, _) = request.terms.rule().agreed;
    let delivered = Lot {
        holder: bill.payee.clone(),
        status,
        circulation: circulable(&lot),
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
        &DueKey::instrument(bill.window_end, DueKind::WindowEnd, &bill.number),
    );
    if run.date() < bill.payable_on {
        add_debt(run, &bill.acceptor, bill.payable_on)?;
        let due = DueKey::instrument(bill.payable_on, DueKind::Presentment, &bill.number);
        return schedule(run, &due, 0);
    }
    let due_on = settled_on(run, &bill, next_payment_day(run)?)?;
    present_by_clock(run, &mut bill, delivered, due_on)
}
