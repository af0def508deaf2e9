//! Transfer by order of a court.

use crate::bills::{
    Bill, Circulation, Frozen, HandKind, Lot, NewHand, Status, bill_named, change_lot, circulable,
    lot_money, lot_named, proceeds_at, put_lot, record_hand, repo_end,
};
use crate::calls::OrderTransfer;
use crate::clock::cancel;
use crate::codes::Code;
use crate::court::{check_order, cut, end_frozen, proceed, require_court};
use crate::events::CourtTransferred;
use crate::members::{Role, named, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::{check_part_currency, check_part_zero, moving, state_failure};
use crate::run::{Act, Caller, Run};

/// Who can come to hold a lot: whoever trades in bills, or pays or secures them.
const HOLDERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::CentralBank,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

/// What is transferred.
pub(crate) enum Object {
    /// A lot in its holder's hands: so many units.
    Lot(u64),
    /// The frozen proceeds of a paid lot.
    Proceeds(Money),
}

impl Act for OrderTransfer {
    type Checked = (Bill, Lot, Object);

    fn check_stateless(&self) -> Result<(), Failure> {
        check_order(&self.order)
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        require_court(run, caller.actor)?;
        require_role(&named(run.state, &self.to)?, HOLDERS)?;
        check_part_zero(self.part)?;
        let bill = bill?;
        let lot = lot_named(run, &bill, self.lot)?;
        if lot.holder == self.to {
            return Err(Failure::of(Code::SelfDealing).fact("holder", &lot.holder));
        }
        let frozen = proceeds_at(run.state, &bill.number, lot.range.start)?
            .filter(|proceeds| proceeds.frozen);
        if lot.status != Status::Received && frozen.is_none() {
            return Err(state_failure(Code::WrongState, &lot));
        }
        let units = moving(&bill, &lot, self.part)?;
        let object = match frozen {
            Some(proceeds) => Object::Proceeds(proceeds.money),
            None => Object::Lot(units),
        };
        Ok((bill, lot, object))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut bill, lot, object): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let lot = match object {
            Object::Lot(units) => cut(run, caller, &bill, lot, units)?,
            Object::Proceeds(_) => lot,
        };
        let hand = NewHand {
            from: Some(caller.actor.clone()),
            to: Some(self.to.clone()),
            text: self.order.as_str().parse().unwrap_or_default(),
            ..NewHand::new(HandKind::Ordered, lot.range, Some(lot.hand))
        };
        let hand = record_hand(run, &mut bill, hand)?;
        let money = match object {
            Object::Proceeds(money) => money,
            Object::Lot(_) => lot_money(&bill, &lot)?,
        };
        run.emit(CourtTransferred {
            bill: bill.number,
            lot: lot.range,
            by: caller.actor.clone(),
            order: self.order.clone(),
            from: lot.holder.clone(),
            to: self.to.clone(),
            money,
        });
        let transferred = Lot {
            holder: self.to.clone(),
            frozen: Frozen::No,
            hand,
            ..lot.clone()
        };
        if let Object::Proceeds(_) = object {
            put_lot(run.state, &bill.number, &transferred)?;
            end_frozen(run, &bill, &transferred, self.to.clone())?;
            return Ok(CallResult::Done);
        }
        let transferred = end_own_rights(run, &bill, transferred);
        change_lot(run.state, &bill.number, &lot, &transferred)?;
        proceed(run, &mut bill, transferred)?;
        Ok(CallResult::Done)
    }
}

/// Nobody has a right in a lot of its own: a pledge ends when its pledgee comes to hold the lot, a repo when its
/// seller does.
fn end_own_rights(run: &mut Run<'_, '_>, bill: &Bill, lot: Lot) -> Lot {
    let lot = if lot
        .repo
        .as_ref()
        .is_some_and(|repo| repo.seller == lot.holder)
    {
        if let Some(key) = repo_end(bill, &lot) {
            cancel(run, &key);
        }
        Lot {
            discounted: lot.repo.as_ref().is_some_and(|repo| repo.discounted_before),
            repo: None,
            ..lot
        }
    } else {
        lot
    };
    let own_pledge = lot
        .pledge
        .as_ref()
        .is_some_and(|pledge| pledge.pledgee == lot.holder);
    let pledge = lot.pledge.clone().filter(|_| !own_pledge);
    let encumbered = matches!(
        lot.circulation,
        Circulation::Pledged | Circulation::AwaitingRedemption
    );
    let circulation = if encumbered && pledge.is_none() && lot.repo.is_none() {
        circulable(&lot)
    } else {
        lot.circulation
    };
    Lot {
        circulation,
        pledge,
        ..lot
    }
}
