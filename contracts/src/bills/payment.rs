//! How a presentment ends: paid, refused, or the lot ended unpaid (rule book 2.3).

use crate::bills::{
    Bill, Circulation, Dishonour, Frozen, HandKind, Lot, NewHand, RefusalCode, Status,
    accepted_money, distribute, end_lot, lot_money, put_lot, record_hand, split_in_two,
};
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::events::{BillDishonoured, BillPaid, BillTerminated};
use crate::gates;
use crate::outcome::Failure;
use crate::requests::{Request, remove};
use crate::run::Run;
use crate::state::StateFault;
use crate::text::Text;

/// Payment by hand needs the cash, and waits while the clock settles what fell due before.
pub(crate) fn check_payment(run: &Run<'_, '_>, bill: &Bill, lot: &Lot) -> Result<(), Failure> {
    require_no_due_debt(run, &bill.acceptor)?;
    require_available(run.state, &bill.acceptor, lot_money(bill, lot)?)
}

/// Cash to the holder and the lot settled, in the same instant.
pub(crate) fn pay(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    by_clock: bool,
) -> Result<(), StateFault> {
    remove(run, request)?;
    pay_lot(run, &mut bill, lot, request, by_clock)
}

/// The low end of a lot is paid with what there is, and the rest refused: its holder may not refuse a part, be the
/// bill splittable or not (ULB 39).
pub(crate) fn pay_part(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    units: u64,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let freed = Lot {
        request: None,
        ..lot
    };
    let (paid, rest) = split_in_two(run, &bill, freed, units)?;
    pay_lot(run, &mut bill, paid, request, true)?;
    let Some(rest) = rest else {
        return Ok(());
    };
    let code = RefusalCode::LowBalance;
    refuse_lot(run, &mut bill, rest, request, code, &Text::empty(), true)
}

fn pay_lot(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    lot: Lot,
    request: &Request,
    by_clock: bool,
) -> Result<(), StateFault> {
    let money = lot_money(bill, &lot)?;
    move_cash(run.state, &bill.acceptor, &lot.holder, money)?;
    let hand = NewHand {
        from: (!by_clock).then(|| bill.acceptor.clone()),
        to: Some(lot.holder.clone()),
        price: Some(money),
        ..NewHand::new(HandKind::Paid, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, bill, hand)?;
    let (status, circulation) = request.terms.rule().agreed;
    let settled = Lot {
        status,
        circulation,
        hand,
        request: None,
        ..lot.clone()
    };
    end_lot(run, bill, &lot, &settled)?;
    run.emit(BillPaid {
        bill: bill.number,
        lot: lot.range,
        from: bill.acceptor.clone(),
        to: lot.holder.clone(),
        money,
        by_clock,
    });
    distribute(run, bill, &lot, money, None)
}

/// Payment is refused. The lot stands as before it was presented, with the refusal on record; once it has
/// matured, nothing but another presentment is open to it.
pub(crate) fn dishonour(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    code: RefusalCode,
    text: &Text<256>,
    by_clock: bool,
) -> Result<(), StateFault> {
    remove(run, request)?;
    refuse_lot(run, &mut bill, lot, request, code, text, by_clock)
}

fn refuse_lot(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    lot: Lot,
    request: &Request,
    code: RefusalCode,
    text: &Text<256>,
    by_clock: bool,
) -> Result<(), StateFault> {
    let hand = NewHand {
        from: (!by_clock).then(|| bill.acceptor.clone()),
        refusal: Some(code),
        text: text.clone(),
        ..NewHand::new(HandKind::Refused, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, bill, hand)?;
    // What was presented early and stands at maturity is presented in time, also before the day of payment.
    let today = run.date();
    let stands = today >= bill.maturity && today <= bill.window_end;
    let presented_in_time = lot.presented_in_time.or(stands.then_some(today));
    let dishonour = if presented_in_time.is_some() {
        Dishonour::InTime
    } else if today < bill.maturity {
        Dishonour::Early
    } else {
        Dishonour::Late
    };
    let unpaid = matches!(dishonour, Dishonour::InTime | Dishonour::Late);
    if unpaid && !matches!(lot.dishonour, Dishonour::InTime | Dishonour::Late) {
        let money = accepted_money(bill, &lot)?;
        gates::add_overdue(run, bill, money)?;
    }
    let refused = Lot {
        circulation: request.before,
        dishonour,
        refused: Some((code, today)),
        presented_in_time,
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &bill.number, &refused)?;
    run.emit(BillDishonoured {
        bill: bill.number,
        lot: refused.range,
        holder: refused.holder,
        acceptor: bill.acceptor.clone(),
        code,
        text: text.clone(),
        by_clock,
    });
    Ok(())
}

/// The clock ends a lot that was never paid and no longer can be.
pub(crate) fn end_unpaid(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    lot: &Lot,
    reason: &str,
) -> Result<(), StateFault> {
    let hand = NewHand::new(HandKind::Terminated, lot.range, Some(lot.hand));
    let hand = record_hand(run, bill, hand)?;
    let ended = Lot {
        status: Status::Terminated,
        circulation: Circulation::Ended,
        frozen: Frozen::No,
        claim: None,
        hand,
        request: None,
        ..lot.clone()
    };
    end_lot(run, bill, lot, &ended)?;
    run.emit(BillTerminated {
        bill: bill.number,
        lot: lot.range,
        reason: reason.parse().unwrap_or_default(),
    });
    Ok(())
}
