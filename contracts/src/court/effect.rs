//! What a court's act does to a lot besides: what waits on it ends, and what stood still goes on.

use crate::bills::{end_unpaid, readdress, resume_payment, split_presented};
use crate::cash::move_cash;
use crate::events::{ProceedsPaid, RequestLapsed};
use crate::instruments::{
    Circulation, Instrument, Lot, Paper, Proceeds, Status, Surplus, put_lot, share, split, thaw,
};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::receivables;
use crate::recourse::split_claimed;
use crate::requests::read::existing;
use crate::requests::{end_offers, remove};
use crate::run::{Caller, Run};
use crate::state::StateFault;

/// The part of a lot on which a court acts. Requests and offers that wait on the lot lapse, without rejoining it
/// to what it was cut from; a presentment goes on. The lot is the caller's to write.
pub(super) fn cut(
    run: &mut Run<'_, '_>,
    caller: &Caller<'_>,
    instrument: &Instrument,
    lot: Lot,
    units: u64,
) -> Result<Lot, StateFault> {
    end_offers(run, instrument, &lot)?;
    if lot.circulation == Circulation::Collecting {
        return split_presented(run, instrument.as_bill()?, lot, units, caller.new_id());
    }
    if lot.claim.is_some() {
        return split_claimed(run, instrument.as_bill()?, lot, units);
    }
    let lot = end_waiting(run, lot)?;
    split(run, instrument, lot, units)
}

/// Ends the request on a lot, if there is one, without effect.
fn end_waiting(run: &mut Run<'_, '_>, lot: Lot) -> Result<Lot, StateFault> {
    let Some(id) = lot.request else {
        return Ok(lot);
    };
    let request = existing(run.state, &id)?;
    remove(run, &request)?;
    run.emit(RequestLapsed {
        request: id,
        instrument: request.instrument,
        lot: request.range,
    });
    Ok(Lot {
        circulation: request.before,
        request: None,
        ..lot
    })
}

/// A live lot on which no measure lies any more: its presentment goes on, and what the acceptor has in its own
/// hands after maturity is extinguished, as it would have been (rule book 2.2).
pub(super) fn proceed(
    run: &mut Run<'_, '_>,
    instrument: &mut Instrument,
    lot: Lot,
) -> Result<(), StateFault> {
    let bill = match instrument {
        Instrument::Bill(bill) => bill,
        Instrument::Certificate(certificate) => {
            return receivables::proceed(run, certificate, lot);
        }
    };
    let own = lot.holder == bill.acceptor && lot.pledge.is_none();
    if lot.status == Status::Received && own {
        let lot = end_waiting(run, lot)?;
        put_lot(run.state, &bill.number, &lot)?;
        if run.date() >= bill.payable_on || lot.circulation == Circulation::InRecourse {
            end_unpaid(run, bill, &lot, "extinguished")?;
        }
        return Ok(());
    }
    match lot.request {
        Some(request) => {
            readdress(run, &request, &lot)?;
            resume_payment(run, bill, &request)
        }
        None => Ok(()),
    }
}

/// Frozen proceeds are free: they come to `owner`, and the pledge has its effect as of today. What of them is the surplus of
/// a seller goes to it, unless the court gives them to another owner.
pub(super) fn end_frozen(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: &Lot,
    owner: MemberId,
) -> Result<(), StateFault> {
    let proceeds = thaw(run, &paper.number(), lot.range.start)?;
    let (from, mut money) = (proceeds.owner, proceeds.money);
    let nothing = Money::new(money.currency, 0);
    let pledge = proceeds.pledge.filter(|pledge| pledge.pledgee != owner);
    if from != owner {
        move_cash(run.state, &from, &owner, money)?;
        run.emit(ProceedsPaid {
            instrument: paper.number(),
            lot: lot.range,
            owner: from,
            to: Some(owner.clone()),
            paid: money,
            freed: nothing,
        });
    } else if let Some(Surplus { seller, minor }) = proceeds.surplus {
        let surplus = Money::new(money.currency, minor);
        money.minor = money.minor.saturating_sub(minor);
        move_cash(run.state, &owner, &seller, surplus)?;
        run.emit(ProceedsPaid {
            instrument: paper.number(),
            lot: lot.range,
            owner: from,
            to: Some(seller),
            paid: surplus,
            freed: if pledge.is_none() { money } else { nothing },
        });
    } else if pledge.is_none() {
        run.emit(ProceedsPaid {
            instrument: paper.number(),
            lot: lot.range,
            owner: from,
            to: None,
            paid: nothing,
            freed: money,
        });
    }
    let proceeds = Proceeds {
        range: lot.range,
        owner,
        money,
        pledge,
        surplus: None,
        frozen: false,
    };
    share(run, paper.number(), proceeds)
}
