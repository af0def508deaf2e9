//! Presentment for payment: by hand early or again, by the clock when a bill is payable (rule book 2.3).

use crate::bills::{
    Bill, BillKind, Frozen, HandKind, Lot, NewHand, accepted_money, bill_named, lot_at, lot_money,
    put_lot, record_hand, split, split_in_two,
};
use crate::calendar::roll;
use crate::calls::Present;
use crate::clock::{DueKey, Moment, add_debt, schedule};
use crate::codes::Code;
use crate::date::Date;
use crate::events::BillPresented;
use crate::hash::{RequestId, tagged_hash};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::{
    OnLot, Opening, Presentment, Request, Terms, check_part_currency, check_part_zero, claimant,
    lot_to_ask, open,
};
use crate::run::{Act, Caller, Run, short_id};
use crate::state::StateFault;
use crate::tables::{PRESENTMENTS, date_suffix, id_bytes, instrument_entity};
use crate::text::Text;

/// The day at whose close the clock pays or refuses what is presented at maturity: the day of payment itself or,
/// where a parameter says so, for a commercial bill some days later, when its acceptor's account bank answers
/// for it (rule book 2.3).
pub(crate) fn settled_on(
    run: &Run<'_, '_>,
    bill: &Bill,
    payable: Date,
) -> Result<Date, StateFault> {
    let params = &run.settings.params;
    if bill.kind != BillKind::Commercial || params.silent_ecds == 0 {
        return Ok(payable);
    }
    let days = u32::try_from(params.silent_days).unwrap_or(u32::MAX);
    roll(run.state, payable.plus_days(days).unwrap_or(Date::LAST))
}

/// Inside the presentment window, which ends with its last day.
fn in_time(bill: &Bill, date: Date) -> bool {
    date >= bill.maturity && date <= bill.window_end
}

/// The day at whose close the clock pays or refuses what a member's act presents now: the next business
/// day whose close is to come.
pub(crate) fn next_payment_day(run: &Run<'_, '_>) -> Result<Date, StateFault> {
    roll(run.state, run.next_close())
}

impl Act for Present {
    type Checked = (Bill, Lot, u64, Option<Date>);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        if let Ok(bill) = &bill
            && run.date() > bill.window_end
            && self.explanation.is_empty()
        {
            return Err(Failure::argument("explanation").fact("window end", bill.window_end));
        }
        check_part_zero(self.part)?;
        let bill = bill?;
        if bill.acceptor == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("acceptor", &bill.acceptor));
        }
        let terms = Terms::Presentment {
            explanation: Text::empty(),
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, terms.rule(), &bill, on, caller.actor)?;
        // What the acceptor did not accept is presented by itself.
        let accepted = accepted_money(&bill, &lot)?;
        if accepted.minor > 0 && units > accepted.minor {
            return Err(Failure::of(Code::PartTooLarge)
                .fact("have", accepted)
                .fact("need", Money::new(accepted.currency, units)));
        }
        // Before the bill is payable the day of payment is not yet set.
        let due_on = if run.date() < bill.payable_on {
            None
        } else {
            Some(next_payment_day(run)?)
        };
        Ok((bill, lot, units, due_on))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut bill, lot, units, due_on): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let lot = split(run, &bill, lot, units)?;
        let how = How {
            id: caller.new_id(),
            at: run.now().ms,
            due_on,
            by_clock: false,
            explanation: self.explanation.clone(),
        };
        let request = present(run, &mut bill, lot, how)?;
        Ok(CallResult::Request {
            request: request.id,
            terms: request.terms_hash(),
        })
    }
}

/// How a lot is presented.
struct How {
    id: RequestId,
    at: u64,
    due_on: Option<Date>,
    by_clock: bool,
    explanation: Text<256>,
}

fn present(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    mut lot: Lot,
    how: How,
) -> Result<Request, StateFault> {
    let hand = NewHand {
        from: (!how.by_clock).then(|| claimant(&lot).clone()),
        text: how.explanation.clone(),
        ..NewHand::new(HandKind::Presented, lot.range, Some(lot.hand))
    };
    lot.hand = record_hand(run, bill, hand)?;
    let first_in_time = lot.presented_in_time.is_none() && in_time(bill, run.date());
    if first_in_time {
        lot.presented_in_time = Some(run.date());
    }
    let first_late = lot.presented_late.is_none() && run.date() > bill.window_end;
    if first_late {
        lot.presented_late = Some(run.date());
    }
    let opening = Opening {
        id: how.id,
        from: claimant(&lot).clone(),
        to: bill.acceptor.clone(),
        terms: Terms::Presentment {
            explanation: how.explanation,
        },
        answer_by: None,
    };
    let request = open(run, bill, &lot, opening)?;
    let presentment = Presentment {
        at: how.at,
        due_on: None,
        by_clock: how.by_clock,
        first_in_time,
        first_late,
    };
    PRESENTMENTS.put(run.state, id_bytes(&request.id), &[], &presentment)?;
    if let Some(date) = how.due_on {
        schedule_payment(run, &request, presentment, date)?;
    }
    let money = lot_money(bill, &lot)?;
    run.emit(BillPresented {
        bill: bill.number,
        lot: lot.range,
        holder: lot.holder,
        acceptor: bill.acceptor.clone(),
        money,
        request: request.id,
        by_clock: how.by_clock,
    });
    Ok(request)
}

/// Sets the day at whose close the clock pays or refuses.
pub(super) fn schedule_payment(
    run: &mut Run<'_, '_>,
    request: &Request,
    mut presentment: Presentment,
    date: Date,
) -> Result<(), StateFault> {
    let key = DueKey::payment(
        date,
        presentment.at,
        &request.instrument,
        request.range.start,
    );
    schedule(run, &key, 0)?;
    add_debt(run, &request.to, date)?;
    presentment.due_on = Some(date);
    PRESENTMENTS.put(run.state, id_bytes(&request.id), &[], &presentment)
}

/// The clock presents a lot on the holder's behalf, to be paid at the close of a day; while a court has stopped
/// its payment it waits without one. Where the acceptor accepted only the low end of the lot, it is cut there, since
/// recourse for the rest is another (ULB 26, 43).
pub(crate) fn present_by_clock(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    lot: Lot,
    due_on: Date,
) -> Result<(), StateFault> {
    let accepted = accepted_money(bill, &lot)?.minor;
    if accepted == 0 {
        return present_one_by_clock(run, bill, lot, due_on);
    }
    let (low, high) = split_in_two(run, bill, lot, accepted)?;
    present_one_by_clock(run, bill, low, due_on)?;
    match high {
        Some(high) => present_one_by_clock(run, bill, high, due_on),
        None => Ok(()),
    }
}

fn present_one_by_clock(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    lot: Lot,
    due_on: Date,
) -> Result<(), StateFault> {
    let id = short_id(tagged_hash(
        "allonge/presentment/1",
        &[
            instrument_entity(&bill.number),
            &lot.range.start.to_be_bytes(),
            &date_suffix(run.date()),
        ],
    ));
    let how = How {
        id,
        at: Moment::start_of(run.date()).ms,
        due_on: (lot.frozen != Frozen::Stopped).then_some(due_on),
        by_clock: true,
        explanation: Text::empty(),
    };
    present(run, bill, lot, how)?;
    Ok(())
}

/// A lot presented early is left collecting until now: it is presented in time, and paid as if presented today.
pub(crate) fn presentment_due(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    request: &Request,
    mut presentment: Presentment,
) -> Result<(), StateFault> {
    let mut lot = lot_at(run.state, &bill.number, request.range)?;
    if lot.presented_in_time.is_none() {
        lot.presented_in_time = Some(run.date());
        presentment.first_in_time = true;
        put_lot(run.state, &bill.number, &lot)?;
    }
    if lot.frozen == Frozen::Stopped {
        return PRESENTMENTS.put(run.state, id_bytes(&request.id), &[], &presentment);
    }
    let due_on = settled_on(run, bill, run.date())?;
    schedule_payment(run, request, presentment, due_on)
}
