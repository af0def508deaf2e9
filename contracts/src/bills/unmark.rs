//! Removal of the mark "not transferable" by whoever set it (rule book 2.2).

use crate::bills::{Bill, HandKind, Lot, NewHand, bill_named, lot_named, put_lot, record_hand};
use crate::calls::RequestUnmark;
use crate::codes::Code;
use crate::events::BillUnmarked;
use crate::members::{named, require_active};
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_ask, remove, state_failure,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for RequestUnmark {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        check_part_zero(self.part)?;
        let bill = bill?;
        let marker = lot_named(run, &bill, self.lot)?.not_transferable_by;
        if let Some(marker) = &marker {
            require_active(&named(run.state, marker)?)?;
        }
        let terms = Terms::Unmark {};
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, terms.rule(), &bill, on, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&bill))?;
        Ok(Asked {
            to: marker.ok_or_else(|| state_failure(Code::WrongState, &lot))?,
            instrument: bill.into(),
            lot,
            units,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// Whoever set the mark removes it.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(request.to.clone()),
        to: Some(lot.holder.clone()),
        ..NewHand::new(HandKind::Unmarked, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, circulation) = request.terms.rule().agreed;
    let free = Lot {
        status,
        circulation,
        not_transferable_by: None,
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &bill.number, &free)?;
    run.emit(BillUnmarked {
        bill: bill.number,
        lot: free.range,
        holder: free.holder,
        by: request.to.clone(),
    });
    Ok(())
}
