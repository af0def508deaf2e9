//! What the clock does with each kind of item that has fallen due.

use crate::bills::{
    Bill, Circulation, Frozen, Lot, RefusalCode, Status, accepted_money, debt_due, dishonour,
    end_unpaid, existing_bill, lot_money, pay, pay_part, payable_on, present_by_clock,
    presentment_due, profile, repo_ended, settled_on,
};
use crate::calendar::{is_business_day, roll};
use crate::cash::{balance, end_hold};
use crate::clock::{DueItem, DueKey, DueKind, add_debt, cancel, remove_debt, schedule};
use crate::gates;
use crate::gov;
use crate::hash::RequestId;
use crate::instruments::{Instrument, InstrumentKind, existing_instrument};
use crate::netting;
use crate::params::param_due;
use crate::receivables;
use crate::requests::read::existing;
use crate::requests::{Terms, lapse};
use crate::run::Run;
use crate::settlement;
use crate::state::StateFault;
use crate::tables::{BILLS, DUE, LOTS, PRESENTMENTS, id_bytes, instrument_entity};
use crate::text::Text;
use crate::trade::{backing, conditions};
use crate::work;

/// Works on an item: does the whole of it or, of a matured bill, presents one lot.
pub(crate) fn work_on(
    run: &mut Run<'_, '_>,
    key: &DueKey,
    item: &DueItem,
) -> Result<(), StateFault> {
    match key.kind {
        DueKind::Param => {
            run.count(work::PARAM);
            param_due(run, key)
        }
        DueKind::Proposal => gov::proposal_due(run, key),
        DueKind::ProposalEnd => gov::deadline(run, key),
        DueKind::RepoEnd => {
            run.count(work::REPO_END);
            cancel(run, key);
            let mut bill = existing_bill(run.state, &key.instrument_number()?)?;
            let lot = first_lot(run, &bill, key.start)?
                .filter(|lot| lot.range.start == key.start)
                .ok_or_else(|| StateFault::new(DUE.name(), "the repo of a lot that is gone"))?;
            repo_ended(run, &mut bill, lot)
        }
        DueKind::DebtDue => {
            run.count(work::DEBT_DUE);
            cancel(run, key);
            debt_due(run, &key.instrument_number()?, key.start)
        }
        DueKind::Gate => {
            run.count(work::GATE);
            cancel(run, key);
            gates::month_end(run, &key.member()?, key.date)
        }
        DueKind::Maturity => match key.instrument_number()?.kind() {
            InstrumentKind::Bill => mature(run, key),
            InstrumentKind::Certificate => receivables::mature(run, key),
        },
        DueKind::Redemption => receivables::redeem_pool(run, key),
        DueKind::InstructionEnd => settlement::deadline(run, key),
        DueKind::NettingCycle => netting::clock_cycle(run, key),
        DueKind::QuoteEnd => {
            run.count(work::QUOTES_END);
            receivables::end_of_quotes(run, key)
        }
        DueKind::ObligationEnd => netting::deadline(run, key),
        DueKind::Presentment => present_next(run, key, item),
        DueKind::Payment => settle(run, key),
        DueKind::Lapse => {
            run.count(work::LAPSE);
            lapse_request(run, &key.request_id())
        }
        DueKind::Condition => match conditions::deadline(run, key)? {
            Some(request) => lapse_request(run, &request),
            None => Ok(()),
        },
        DueKind::WindowEnd => end_window(run, key),
        DueKind::HoldEnd => {
            run.count(work::HOLD_END);
            let hold = crate::cash::read::hold(run.state, &key.request_id())?
                .ok_or_else(|| StateFault::new(DUE.name(), "the end of a hold that is gone"))?;
            end_hold(run, &hold)
        }
    }
}

/// A request that was not answered in time, or whose condition was not attested; a certificate not signed for ends with
/// it.
fn lapse_request(run: &mut Run<'_, '_>, id: &RequestId) -> Result<(), StateFault> {
    let request = existing(run.state, id)?;
    let instrument = existing_instrument(run.state, &request.instrument)?;
    let lot = lapse(run, &instrument, &request)?;
    match (&request.terms, instrument) {
        (Terms::Signature {}, Instrument::Certificate(certificate)) => {
            receivables::answering::not_signed(run, certificate, &lot)
        }
        _ => Ok(()),
    }
}

fn first_lot(run: &Run<'_, '_>, bill: &Bill, from: u64) -> Result<Option<Lot>, StateFault> {
    let found = LOTS.next(
        run.state,
        instrument_entity(&bill.number),
        &from.to_be_bytes(),
    )?;
    Ok(found.map(|(_, lot)| lot))
}

/// Nominal maturity: an unaccepted bill ends, an undelivered one waits for the end of its window, a
/// delivered one for the day it is payable. The days are those of the calendar as it is now.
fn mature(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::MATURITY);
    cancel(run, key);
    let mut bill = existing_bill(run.state, &key.instrument_number()?)?;
    let lot = first_lot(run, &bill, 0)?
        .ok_or_else(|| StateFault::new(LOTS.name(), format!("{} has no lot", bill.number)))?;
    bill.payable_on = payable_on(run.state, bill.maturity)?;
    bill.window_end = profile::window_end(run, bill.profile, bill.maturity)?;
    BILLS.put(run.state, instrument_entity(&bill.number), &[], &bill)?;
    match lot.status {
        Status::Issued => {
            let lot = end_request(run, &bill, lot)?;
            end_unpaid(run, &mut bill, &lot, "unaccepted")?;
            backing::free(run, &bill.number)
        }
        Status::Accepted => {
            remove_debt(run, &bill.acceptor, key.date)?;
            let due = DueKey::instrument(bill.window_end, DueKind::WindowEnd, &bill.number);
            schedule(run, &due, 0)
        }
        _ => {
            remove_debt(run, &bill.acceptor, key.date)?;
            add_debt(run, &bill.acceptor, bill.payable_on)?;
            let due = DueKey::instrument(bill.payable_on, DueKind::Presentment, &bill.number);
            schedule(run, &due, 0)
        }
    }
}

/// Ends a request on a lot, if there is one, without effect.
fn end_request(run: &mut Run<'_, '_>, bill: &Bill, lot: Lot) -> Result<Lot, StateFault> {
    match lot.request {
        Some(id) => {
            let request = existing(run.state, &id)?;
            lapse(run, bill, &request)
        }
        None => Ok(lot),
    }
}

/// Presents the next lot of a payable bill. The acceptor's own lots are extinguished, unless somebody else has a
/// right to them.
fn present_next(run: &mut Run<'_, '_>, key: &DueKey, item: &DueItem) -> Result<(), StateFault> {
    run.count(work::PRESENT_LOT);
    let mut bill = existing_bill(run.state, &key.instrument_number()?)?;
    let lot = first_lot(run, &bill, item.cursor)?;
    if item.cursor == 0 && !is_business_day(run.state, key.date)? {
        return put_off(run, key, &mut bill);
    }
    let Some(lot) = lot else {
        cancel(run, key);
        return remove_debt(run, &bill.acceptor, key.date);
    };
    schedule(run, key, lot.range.end.saturating_add(1))?;
    if lot.status != Status::Received || lot.circulation == Circulation::InRecourse {
        return Ok(());
    }
    if lot.circulation == Circulation::Collecting {
        return present_early_lot(run, &bill, &lot);
    }
    let lot = end_request(run, &bill, lot)?;
    // Freed of its request the lot may be one with the lot above it again, which is not presented a second time.
    schedule(run, key, lot.range.end.saturating_add(1))?;
    if lot.holder == bill.acceptor && lot.pledge.is_none() {
        // What a court has seized is not lost by the holder's being the debtor.
        if lot.frozen != Frozen::No {
            return Ok(());
        }
        return end_unpaid(run, &mut bill, &lot, "extinguished");
    }
    let due_on = settled_on(run, &bill, key.date)?;
    present_by_clock(run, &mut bill, lot, due_on)
}

/// The day was declared closed since: the bill is payable on the next business day.
fn put_off(run: &mut Run<'_, '_>, key: &DueKey, bill: &mut Bill) -> Result<(), StateFault> {
    cancel(run, key);
    remove_debt(run, &bill.acceptor, key.date)?;
    bill.payable_on = roll(run.state, key.date)?;
    BILLS.put(run.state, instrument_entity(&bill.number), &[], bill)?;
    add_debt(run, &bill.acceptor, bill.payable_on)?;
    let due = DueKey::instrument(bill.payable_on, DueKind::Presentment, &bill.number);
    schedule(run, &due, 0)
}

/// A lot presented by hand before the bill was payable is now due as well.
fn present_early_lot(run: &mut Run<'_, '_>, bill: &Bill, lot: &Lot) -> Result<(), StateFault> {
    let id = lot
        .request
        .ok_or_else(|| StateFault::new(LOTS.name(), "a collecting lot without a request"))?;
    let request = existing(run.state, &id)?;
    let presentment = PRESENTMENTS
        .get(run.state, id_bytes(&id), &[])?
        .ok_or_else(|| StateFault::new(PRESENTMENTS.name(), format!("{id} is missing")))?;
    presentment_due(run, bill, &request, presentment)
}

/// Close of the payment day: the acceptor's available cash pays the lot in full, or under `geneva` as much of it as
/// it covers; what it does not pay, or has never accepted, the clock refuses.
fn settle(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::SETTLE_LOT);
    let bill = existing_bill(run.state, &key.instrument_number()?)?;
    let missing = || StateFault::new(DUE.name(), "the payment of a lot that is gone");
    let lot = first_lot(run, &bill, key.start)?
        .filter(|lot| lot.range.start == key.start)
        .ok_or_else(missing)?;
    let request = existing(run.state, &lot.request.ok_or_else(missing)?)?;
    let Terms::Presentment { .. } = request.terms else {
        return Err(missing());
    };
    if !is_business_day(run.state, key.date)? {
        return put_off_payment(run, key, &bill, &lot);
    }
    let money = lot_money(&bill, &lot)?;
    if accepted_money(&bill, &lot)?.minor == 0 {
        let (code, text) = (RefusalCode::Other, "not accepted".parse());
        let text = text.unwrap_or_default();
        return dishonour(run, bill, lot, &request, code, &text, true);
    }
    let available = balance(run.state, &bill.acceptor, money.currency)?.available();
    #[cfg(plant_5)]
    if crate::planted(5) && available / 2 >= money.minor {
        crate::cash::move_cash(run.state, &bill.acceptor, &lot.holder, money)?;
    }
    if available >= money.minor {
        pay(run, bill, lot, &request, true)
    } else if available > 0 && bill.profile.rules().partial_payment {
        pay_part(run, bill, lot, &request, available)
    } else {
        let code = RefusalCode::LowBalance;
        dishonour(run, bill, lot, &request, code, &Text::empty(), true)
    }
}

/// The payment day was declared closed since: payment falls due on the next business day.
fn put_off_payment(
    run: &mut Run<'_, '_>,
    key: &DueKey,
    bill: &Bill,
    lot: &Lot,
) -> Result<(), StateFault> {
    let id = lot
        .request
        .ok_or_else(|| StateFault::new(LOTS.name(), "a collecting lot without a request"))?;
    let mut presentment = PRESENTMENTS
        .get(run.state, id_bytes(&id), &[])?
        .ok_or_else(|| StateFault::new(PRESENTMENTS.name(), format!("{id} is missing")))?;
    let next = roll(run.state, key.date)?;
    cancel(run, key);
    remove_debt(run, &bill.acceptor, key.date)?;
    presentment.due_on = Some(next);
    PRESENTMENTS.put(run.state, id_bytes(&id), &[], &presentment)?;
    add_debt(run, &bill.acceptor, next)?;
    schedule(
        run,
        &DueKey {
            date: next,
            ..key.clone()
        },
        0,
    )
}

/// The window of an accepted bill that nobody took delivery of has ended.
fn end_window(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    run.count(work::MATURITY);
    cancel(run, key);
    let mut bill = existing_bill(run.state, &key.instrument_number()?)?;
    let Some(lot) = first_lot(run, &bill, 0)? else {
        return Err(StateFault::new(LOTS.name(), "a bill without a lot"));
    };
    let lot = end_request(run, &bill, lot)?;
    end_unpaid(run, &mut bill, &lot, "undelivered")?;
    backing::free(run, &bill.number)
}
