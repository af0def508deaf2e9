//! Endorsement of a lot, or of the low end of it (rule book 2.1, 2.2).

use crate::bills::{
    Bill, Circulation, HandKind, Lot, NewHand, bill_named, change_lot, lot_money, lot_named,
    record_hand, split,
};
use crate::calls::RequestEndorsement;
use crate::codes::Code;
use crate::date::Date;
use crate::events::{BillEndorsed, RequestMade};
use crate::members::{TRADING_ROLES, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::{Opening, Request, Terms, answer_by, check_asking, open, remove};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;

/// What is to be endorsed, to be answered by when.
pub(crate) struct Checked {
    bill: Bill,
    lot: Lot,
    amount: u64,
    answer_by: Date,
}

/// How many units move: the part asked for, or the whole lot.
fn moving(bill: &Bill, lot: &Lot, part: Option<Money>) -> Result<u64, Failure> {
    let whole = lot_money(bill, lot)?;
    let part = part.unwrap_or(whole);
    if part.minor != whole.minor && !bill.splittable {
        return Err(Failure::of(Code::NotSplittable).fact("bill", bill.number));
    }
    if part.minor > whole.minor {
        return Err(Failure::of(Code::PartTooLarge)
            .fact("have", whole)
            .fact("need", part));
    }
    Ok(part.minor)
}

impl Act for RequestEndorsement {
    type Checked = Checked;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Checked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        if let (Ok(bill), Some(part)) = (&bill, self.part)
            && part.currency != bill.sum.currency
        {
            return Err(Failure::argument("part").fact("currency", bill.sum.currency.code()));
        }
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let endorsee = named(run.state, &self.to)?;
        require_role(&endorsee, TRADING_ROLES)?;
        require_active(&endorsee)?;
        if self.part.is_some_and(|part| part.minor == 0) {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let bill = bill?;
        let lot = lot_named(run, &bill, self.lot)?;
        let terms = Terms::Endorsement {
            not_transferable: self.not_transferable,
        };
        check_asking(terms.rule(), &bill, &lot, caller.actor)?;
        let amount = moving(&bill, &lot, self.part)?;
        if run.date() >= bill.maturity {
            return Err(Failure::of(Code::Matured)
                .fact("maturity", bill.maturity)
                .fact("business date", run.date()));
        }
        let latest = bill.maturity.minus_days(1).unwrap_or(bill.maturity);
        let answer_by = answer_by(run, self.answer_by, latest)?;
        Ok(Checked {
            bill,
            lot,
            amount,
            answer_by,
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        checked: Checked,
    ) -> Result<CallResult, Failure> {
        let bill = checked.bill;
        let lot = split(run, &bill, checked.lot, checked.amount)?;
        let opening = Opening {
            id: caller.new_id(),
            from: caller.actor.clone(),
            to: self.to.clone(),
            terms: Terms::Endorsement {
                not_transferable: self.not_transferable,
            },
            answer_by: Some(checked.answer_by),
        };
        let request = open(run, &bill, &lot, opening)?;
        let result = CallResult::Request {
            request: request.id,
            terms: request.terms_hash(),
        };
        run.emit(RequestMade { request });
        Ok(result)
    }
}

/// The endorsee signs for the lot.
pub(crate) fn agree_endorsement(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    not_transferable: bool,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(request.from.clone()),
        to: Some(request.to.clone()),
        not_transferable,
        ..NewHand::new(HandKind::Endorsed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let rule = request.terms.rule();
    let endorsed = Lot {
        holder: request.to.clone(),
        status: rule.status.1,
        circulation: if not_transferable {
            Circulation::NotTransferable
        } else {
            rule.agreed
        },
        not_transferable_by: not_transferable.then(|| request.from.clone()),
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &endorsed)?;
    let money = lot_money(&bill, &lot)?;
    run.emit(BillEndorsed {
        bill: bill.number,
        lot: lot.range,
        from: request.from.clone(),
        to: request.to.clone(),
        money,
        not_transferable,
    });
    Ok(())
}
