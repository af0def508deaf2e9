//! Release from pledge, against cash or not (rule book 2.2).

use crate::calls::RequestRelease;
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::events::LotReleased;
use crate::instruments::{
    HandKind, Instrument, Lot, NewHand, Paper, Settlement, circulable, instrument_named, lot_named,
    put_lot, record_hand,
};
use crate::members::{named, require_active};
use crate::money::Money;
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Standing, Terms, answer_by, check_part_currency, check_part_zero,
    lot_to_ask, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

/// What the pledgor pays through the ledger.
fn cash(price: Option<Money>, settlement: Settlement) -> Option<Money> {
    price.filter(|_| settlement == Settlement::Dvp)
}

impl Ask for RequestRelease {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let paper = instrument_named(run, caller, self.instrument);
        check_part_currency(&paper, self.part)?;
        if let (Ok(paper), Some(price)) = (&paper, self.price)
            && price.currency != paper.sum().currency
        {
            let currency = paper.sum().currency;
            return Err(Failure::argument("price").fact("currency", currency.code()));
        }
        check_part_zero(self.part)?;
        check_part_zero(self.price)?;
        let paper = paper?;
        let holder = lot_named(run, &paper, self.lot)?.holder;
        require_active(&named(run.state, &holder)?)?;
        let terms = Terms::Release {
            price: self.price,
            settlement: self.settlement,
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, terms.rule_on(paper.kind()), &paper, on, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, paper.latest_answer(run)?)?;
        Ok(Asked {
            instrument: paper,
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
    mut paper: Instrument,
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
    let hand = record_hand(run, &mut paper, hand)?;
    let free = Lot {
        circulation: circulable(&lot),
        pledge: None,
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &paper.number(), &free)?;
    run.emit(LotReleased {
        instrument: paper.number(),
        lot: free.range,
        pledgor: free.holder,
        pledgee: request.from.clone(),
        price,
        settlement,
    });
    Ok(())
}
