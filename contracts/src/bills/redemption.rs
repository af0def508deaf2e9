//! Redemption under repo, and its lapse (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, Settlement, bill_named, change_lot, circulable, lot_money,
    lot_named, put_lot, record_hand, repo_end,
};
use crate::calls::RequestRedemption;
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::clock::cancel;
use crate::codes::Code;
use crate::events::{BillRedeemed, BillRepoLapsed};
use crate::members::{named, require_active};
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Standing, Terms, answer_by, check_part_currency, check_part_zero,
    lot_to_ask, remove, state_failure,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for RequestRedemption {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        check_part_zero(self.part)?;
        let bill = bill?;
        let terms = Terms::Redemption {
            settlement: self.settlement,
        };
        if let Some(repo) = lot_named(run, &bill, self.lot)?.repo {
            require_active(&named(run.state, &repo.seller)?)?;
        }
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, terms.rule(), &bill, on, caller.actor)?;
        let repo = lot
            .repo
            .clone()
            .ok_or_else(|| state_failure(Code::WrongState, &lot))?;
        let dates = repo.dates;
        let answer_by = answer_by(run, self.answer_by, dates.cut_off)?;
        if !(dates.open_from..=dates.cut_off).contains(&run.date()) {
            return Err(Failure::of(Code::RedemptionWindow)
                .fact("business date", run.date())
                .fact("open_from", dates.open_from)
                .fact("cut_off", dates.cut_off));
        }
        Ok(Asked {
            instrument: bill.into(),
            lot,
            units,
            to: repo.seller,
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The seller needs the face in cash, unless it is bought back free of payment.
pub(crate) fn check_agree(
    run: &Run<'_, '_>,
    bill: &Bill,
    standing: &Standing,
) -> Result<(), Failure> {
    let Standing { request, lot, .. } = standing;
    if matches!(
        request.terms,
        Terms::Redemption {
            settlement: Settlement::Free
        }
    ) {
        return Ok(());
    }
    require_no_due_debt(run, &request.to)?;
    require_available(run.state, &request.to, lot_money(bill, lot)?)
}

/// The lot back to the seller and its face to the buyer, in the same instant. It is as discounted as before the
/// repo, and the buyer has signed nothing that makes it liable.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    settlement: Settlement,
) -> Result<(), StateFault> {
    let money = lot_money(&bill, &lot)?;
    remove(run, request)?;
    if let Some(key) = repo_end(&bill.number, &lot) {
        cancel(run, &key);
    }
    if settlement == Settlement::Dvp {
        move_cash(run.state, &request.to, &request.from, money)?;
    }
    let hand = NewHand {
        from: Some(request.from.clone()),
        to: Some(request.to.clone()),
        price: Some(money),
        settlement,
        ..NewHand::new(HandKind::Redeemed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, _) = request.terms.rule().agreed;
    let redeemed = Lot {
        holder: request.to.clone(),
        status,
        circulation: circulable(&lot),
        discounted: lot.repo.as_ref().is_some_and(|repo| repo.discounted_before),
        repo: None,
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &redeemed)?;
    run.emit(BillRedeemed {
        bill: bill.number,
        lot: lot.range,
        from: request.from.clone(),
        to: request.to.clone(),
        money,
        settlement,
    });
    Ok(())
}

/// The morning after the cut-off: the buyer keeps the lot, discounted, and the seller is liable for it as an
/// endorser is.
pub(crate) fn repo_ended(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    lot: Lot,
) -> Result<(), StateFault> {
    let missing = || StateFault::new("lots", format!("{}:{} has no repo", bill.number, lot.range));
    let seller = lot.repo.as_ref().ok_or_else(missing)?.seller.clone();
    let hand = NewHand {
        from: Some(seller.clone()),
        to: Some(lot.holder.clone()),
        ..NewHand::new(HandKind::RepoLapsed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, bill, hand)?;
    let money = lot_money(bill, &lot)?;
    let kept = Lot {
        circulation: circulable(&lot),
        repo: None,
        hand,
        ..lot
    };
    put_lot(run.state, &bill.number, &kept)?;
    run.emit(BillRepoLapsed {
        bill: bill.number,
        lot: kept.range,
        seller,
        holder: kept.holder,
        money,
    });
    Ok(())
}
