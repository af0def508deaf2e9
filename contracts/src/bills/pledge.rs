//! Pledge of a lot for a debt (rule book 2.2).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, Pledge, bill_named, lot_money, put_lot, record_hand,
};
use crate::calls::RequestPledge;
use crate::codes::Code;
use crate::date::Date;
use crate::events::BillPledged;
use crate::gates;
use crate::members::{Role, TRADING_ROLES, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_move, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

/// Who may take a pledge.
const PLEDGEES: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

impl Ask for RequestPledge {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        if let Ok(bill) = &bill
            && self.debt.currency != bill.sum.currency
        {
            return Err(Failure::argument("debt").fact("currency", bill.sum.currency.code()));
        }
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let pledgee = named(run.state, &self.to)?;
        require_role(&pledgee, PLEDGEES)?;
        require_active(&pledgee)?;
        check_part_zero(self.part)?;
        if self.debt.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let bill = bill?;
        let terms = Terms::Pledge {
            debt: self.debt,
            debt_due: self.debt_due,
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (rule, purpose) = (terms.rule(), &self.purpose);
        let (lot, units) = lot_to_move(run, rule, &bill, on, caller.actor, &pledgee, purpose)?;
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&bill))?;
        gates::check_paper(run, &bill)?;
        if self.debt_due < run.date() {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.debt_due)
                .fact("business date", run.date()));
        }
        Ok(Asked {
            bill,
            lot,
            units,
            to: self.to.clone(),
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// Paper of a persistently overdue acceptor is not taken in pledge.
pub(crate) fn check_agree(run: &Run<'_, '_>, bill: &Bill) -> Result<(), Failure> {
    gates::check_paper(run, bill)
}

/// The pledgee takes the lot in pledge; its holder stays.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    debt: Money,
    debt_due: Date,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(lot.holder.clone()),
        to: Some(request.to.clone()),
        ..NewHand::new(HandKind::Pledged, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let pledge = Pledge {
        pledgee: request.to.clone(),
        debt,
        debt_due,
        hand,
    };
    let (status, circulation) = request.terms.rule().agreed;
    let pledged = Lot {
        status,
        circulation,
        pledge: Some(pledge.clone()),
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &bill.number, &pledged)?;
    let money = lot_money(&bill, &pledged)?;
    run.emit(BillPledged {
        bill: bill.number,
        lot: pledged.range,
        pledgor: pledged.holder,
        pledge,
        money,
    });
    Ok(())
}
