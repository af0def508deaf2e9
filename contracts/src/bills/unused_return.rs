//! Return of an accepted, undelivered bill (rule book 2.2).

use crate::bills::{Bill, HandKind, Lot, NewHand, bill_named, end_lot, record_hand, whole_lot};
use crate::calls::RequestUnusedReturn;
use crate::clock::{DueKey, DueKind, cancel, remove_debt};
use crate::events::BillReturned;
use crate::members::{named, require_active};
use crate::outcome::Failure;
use crate::requests::{Ask, Asked, Request, Terms, answer_by, check_asking, remove};
use crate::run::{Caller, Run};
use crate::state::StateFault;
use crate::trade::backing;

impl Ask for RequestUnusedReturn {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill)?;
        require_active(&named(run.state, &bill.acceptor)?)?;
        let lot = whole_lot(run, &bill)?;
        let terms = Terms::UnusedReturn {};
        check_asking(terms.rule(), &bill, &lot, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, bill.window_end)?;
        Ok(Asked {
            to: bill.acceptor.clone(),
            units: bill.sum.minor,
            instrument: bill.into(),
            lot,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The acceptor takes the bill back: it owes nothing any more, and nothing falls due.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    if run.date() < bill.maturity {
        let due = DueKey::instrument(bill.maturity, DueKind::Maturity, &bill.number);
        cancel(run, &due);
        remove_debt(run, &bill.acceptor, bill.maturity)?;
    } else {
        let due = DueKey::instrument(bill.window_end, DueKind::WindowEnd, &bill.number);
        cancel(run, &due);
    }
    let hand = NewHand {
        from: Some(bill.drawer.clone()),
        to: Some(bill.acceptor.clone()),
        ..NewHand::new(HandKind::ReturnedUnused, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, circulation) = request.terms.rule().agreed;
    let returned = Lot {
        status,
        circulation,
        hand,
        request: None,
        ..lot.clone()
    };
    end_lot(run, &bill, &lot, &returned)?;
    run.emit(BillReturned {
        bill: bill.number,
        from: bill.drawer,
        to: bill.acceptor,
        money: bill.sum,
    });
    backing::free(run, &bill.number)
}
