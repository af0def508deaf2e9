//! Transfer by order of a court.

use crate::bills::repo_end;
use crate::calls::OrderTransfer;
use crate::clock::cancel;
use crate::codes::Code;
use crate::court::{check_order, cut, end_frozen, proceed, require_court};
use crate::events::CourtTransferred;
use crate::instruments::{
    Circulation, Frozen, HandKind, Instrument, Lot, NewHand, Paper, Status, change_lot, circulable,
    instrument_named, lot_money, lot_named, proceeds_at, put_lot, record_hand,
};
use crate::member_id::MemberId;
use crate::members::{HOLDERS, named, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::{Party, check_part_currency, check_part_zero, moving, state_failure};
use crate::run::{Act, Caller, Run};

/// What is transferred.
pub(crate) enum Object {
    /// A lot in its holder's hands: so many units.
    Lot(u64),
    /// The frozen proceeds of a paid lot.
    Proceeds(Money),
}

impl Act for OrderTransfer {
    type Checked = (Instrument, Lot, Object);

    fn check_stateless(&self) -> Result<(), Failure> {
        check_order(&self.order)
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let instrument = instrument_named(run, caller, self.instrument);
        check_part_currency(&instrument, self.part)?;
        require_court(run, caller.actor)?;
        require_role(&named(run.state, &self.to)?, HOLDERS)?;
        check_part_zero(self.part)?;
        let instrument = instrument?;
        let lot = lot_named(run, &instrument, self.lot)?;
        if lot.holder == self.to {
            return Err(Failure::of(Code::SelfDealing).fact("holder", &lot.holder));
        }
        let frozen = proceeds_at(run.state, &instrument.number(), lot.range.start)?
            .filter(|proceeds| proceeds.frozen);
        if !(lot.status.in_hand() || lot.status == Status::Overdue) && frozen.is_none() {
            return Err(state_failure(Code::WrongState, &lot));
        }
        let units = moving(&instrument, &lot, self.part)?;
        let object = match frozen {
            Some(proceeds) => Object::Proceeds(proceeds.money),
            None => Object::Lot(units),
        };
        Ok((instrument, lot, object))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut instrument, lot, object): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let lot = match object {
            Object::Lot(units) => cut(run, caller, &instrument, lot, units)?,
            Object::Proceeds(_) => lot,
        };
        let hand = NewHand {
            from: Some(caller.actor.clone()),
            to: Some(self.to.clone()),
            text: self.order.as_str().parse().unwrap_or_default(),
            ..NewHand::new(HandKind::Ordered, lot.range, Some(lot.hand))
        };
        let hand = record_hand(run, &mut instrument, hand)?;
        let money = match object {
            Object::Proceeds(money) => money,
            Object::Lot(_) => lot_money(&instrument, &lot)?,
        };
        run.emit(CourtTransferred {
            instrument: instrument.number(),
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
            put_lot(run.state, &instrument.number(), &transferred)?;
            end_frozen(run, &instrument, &transferred, self.to.clone())?;
            return Ok(CallResult::Done);
        }
        let transferred = end_own_rights(run, &instrument, transferred, &lot.holder);
        change_lot(run.state, &instrument.number(), &lot, &transferred)?;
        proceed(run, &mut instrument, transferred)?;
        Ok(CallResult::Done)
    }
}

/// Nobody has a right in a lot of its own: a pledge ends when its pledgee comes to hold the lot, a repo or recourse for
/// an advance when its seller does. A dispute ends with the former holder's part in the lot; the debtor's goes on.
fn end_own_rights(
    run: &mut Run<'_, '_>,
    instrument: &Instrument,
    mut lot: Lot,
    former: &MemberId,
) -> Lot {
    let issuer = instrument.side(Party::Issuer, &lot).cloned();
    if let Some(receivable) = lot.receivable.as_mut() {
        let holder = &lot.holder;
        receivable
            .disputed_by
            .take_if(|by| by == former && issuer.as_ref() != Some(by));
        receivable
            .funding
            .take_if(|funding| funding.seller == *holder);
    }
    let lot = if lot
        .repo
        .as_ref()
        .is_some_and(|repo| repo.seller == lot.holder)
    {
        if let Some(key) = repo_end(&instrument.number(), &lot) {
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
