//! An offer is accepted: the claim is settled (rule book 2.5: NIL 70–72).

use crate::bills::{
    Bill, Circulation, Claim, HandKind, Lot, LotRange, NewHand, Status, change_lot, distribute,
    end_lot, lot_at, lot_money, put_lot, record_hand, split,
};
use crate::cash::move_cash;
use crate::events::RecourseSettled;
use crate::money::Money;
use crate::recourse::claim::split_claim;
use crate::requests::{Request, end_offers, remove};
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::LOTS;

/// Cash to the holder, in the same instant as the lot: ended where the acceptor has paid, else in the payer's
/// hands, who may pursue those liable to it. Other offers come to nothing. Of a part, the low end is settled and
/// each of the two has a claim and a chain of its own.
pub(crate) fn settle(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    units: u64,
    money: Money,
) -> Result<(), StateFault> {
    remove(run, request)?;
    end_offers(run, &bill, &lot)?;
    let lot = split_claimed(run, &bill, lot, units)?;
    let (payer, holder) = (&request.from, lot.holder.clone());
    move_cash(run.state, payer, &holder, money)?;
    let ends = *payer == bill.acceptor;
    let kind = if ends {
        HandKind::Paid
    } else {
        HandKind::RecoursePaid
    };
    let hand = NewHand {
        from: Some(payer.clone()),
        to: Some(holder.clone()),
        price: Some(money),
        ..NewHand::new(kind, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    if ends {
        let ended = Lot {
            status: Status::Settled,
            circulation: Circulation::Ended,
            claim: None,
            hand,
            ..lot.clone()
        };
        end_lot(run, &bill, &lot, &ended)?;
    } else {
        let late = lot.claim.as_ref().is_some_and(|claim| claim.late);
        let claim = Claim {
            base: money.minor,
            interest_from: run.date(),
            costs: 0,
            since: run.date(),
            again: true,
            late,
            noticed: Vec::new(),
        };
        let (status, circulation) = request.terms.rule().agreed;
        let taken = Lot {
            holder: payer.clone(),
            status,
            circulation,
            pledge: None,
            claim: Some(claim),
            hand,
            ..lot.clone()
        };
        change_lot(run.state, &bill.number, &lot, &taken)?;
    }
    distribute(run, &bill, &lot, money, None)?;
    run.emit(RecourseSettled {
        bill: bill.number,
        lot: lot.range,
        from: payer.clone(),
        to: holder,
        money,
        ended: ends,
    });
    Ok(())
}

/// Cuts `units` units off the low end of a lot in recourse, with their share of the claim; the rest keeps its own.
/// The low end is the caller's to write.
pub(crate) fn split_claimed(
    run: &mut Run<'_, '_>,
    bill: &Bill,
    lot: Lot,
    units: u64,
) -> Result<Lot, StateFault> {
    let whole = lot.range;
    let fault =
        |what: &str| StateFault::new(LOTS.name(), format!("{}:{whole} {what}", bill.number));
    let claim = lot.claim.clone().ok_or_else(|| fault("has no claim"))?;
    let (part, rest) = split_claim(&claim, units, lot_money(bill, &lot)?.minor);
    let cut = split(run, bill, lot, units)?;
    if cut.range == whole {
        return Ok(cut);
    }
    let start = cut.range.end.checked_add(1);
    let kept = LotRange {
        start: start.ok_or_else(|| fault("ends beyond all units"))?,
        end: whole.end,
    };
    let kept = lot_at(run.state, &bill.number, kept)?;
    let kept = Lot {
        claim: Some(rest),
        ..kept
    };
    put_lot(run.state, &bill.number, &kept)?;
    Ok(Lot {
        claim: Some(part),
        ..cut
    })
}
