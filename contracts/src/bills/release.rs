//! Release from pledge, against cash or not (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, Settlement, bill_named, circulable, lot_named, put_lot,
    record_hand,
};
use crate::calendar::roll;
use crate::calls::RequestRelease;
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::date::Date;
use crate::events::BillReleased;
use crate::members::{named, require_active};
use crate::money::Money;
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Standing, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_ask, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

/// The last day for an answer: the day before maturity; of a matured lot the end of the window or, where that is
/// past, as many days from now as an acceptance has.
fn latest_answer(run: &Run<'_, '_>, bill: &Bill) -> Result<Date, StateFault> {
    if run.date() < bill.maturity {
        return Ok(day_before_maturity(bill));
    }
    if run.next_close() <= bill.window_end {
        return Ok(bill.window_end);
    }
    let days = u32::try_from(run.settings.params.acceptance_answer_days).unwrap_or(u32::MAX);
    roll(run.state, run.date().plus_days(days).unwrap_or(Date::LAST))
}

/// What the pledgor pays through the ledger.
fn cash(price: Option<Money>, settlement: Settlement) -> Option<Money> {
    price.filter(|_| settlement == Settlement::Dvp)
}

impl Ask for RequestRelease {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        if let (Ok(bill), Some(price)) = (&bill, self.price)
            && price.currency != bill.sum.currency
        {
            return Err(Failure::argument("price").fact("currency", bill.sum.currency.code()));
        }
        check_part_zero(self.part)?;
        check_part_zero(self.price)?;
        let bill = bill?;
        let holder = lot_named(run, &bill, self.lot)?.holder;
        require_active(&named(run.state, &holder)?)?;
        let terms = Terms::Release {
            price: self.price,
            settlement: self.settlement,
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, terms.rule(), &bill, on, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, latest_answer(run, &bill)?)?;
        Ok(Asked {
            bill,
            lot,
            units,
            to: holder,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// Release against cash needs the pledgor's cash; without it the request stays open.
pub(crate) fn check_agree(run: &Run<'_, '_>, standing: &Standing) -> Result<(), Failure> {
    let Terms::Release { price, settlement } = standing.request.terms else {
        return Ok(());
    };
    match cash(price, settlement) {
        Some(money) => {
            require_no_due_debt(run, &standing.lot.holder)?;
            require_available(run.state, &standing.lot.holder, money)
        }
        None => Ok(()),
    }
}

/// The pledgor takes the lot back, and pays in the same instant where a price was named.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    price: Option<Money>,
    settlement: Settlement,
) -> Result<(), StateFault> {
    remove(run, request)?;
    if let Some(money) = cash(price, settlement) {
        move_cash(run.state, &lot.holder, &request.from, money)?;
    }
    let hand = NewHand {
        from: Some(request.from.clone()),
        to: Some(lot.holder.clone()),
        price,
        settlement,
        ..NewHand::new(HandKind::Released, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, _) = request.terms.rule().agreed;
    let free = Lot {
        status,
        circulation: circulable(&lot),
        pledge: None,
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &bill.number, &free)?;
    run.emit(BillReleased {
        bill: bill.number,
        lot: free.range,
        pledgor: free.holder,
        pledgee: request.from.clone(),
        price,
        settlement,
    });
    Ok(())
}
