//! The holder narrows what may be done with a lot (rule book 2.1, 2.2).

use crate::bills::limits::{check_narrower, check_words};
use crate::bills::{
    Bill, Circulation, HandKind, Lot, NewHand, Status, bill_named, lot_named, put_lot, record_hand,
    split,
};
use crate::calls::Narrow;
use crate::codes::Code;
use crate::events::BillNarrowed;
use crate::members::named;
use crate::outcome::{CallResult, Failure};
use crate::requests::{
    check_not_frozen, check_part_currency, check_part_zero, moving, state_failure,
};
use crate::run::{Act, Caller, Run};

impl Act for Narrow {
    /// The lot, and how many units of it.
    type Checked = (Bill, Lot, u64);

    fn check_stateless(&self) -> Result<(), Failure> {
        match &self.limits {
            Some(limits) => check_words(limits),
            None if self.unsplittable => Ok(()),
            None => Err(Failure::argument("limits")),
        }
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        for holder in self.limits.iter().flat_map(|limits| &limits.holders) {
            named(run.state, holder)?;
        }
        check_part_zero(self.part)?;
        let bill = bill?;
        let lot = lot_named(run, &bill, self.lot)?;
        if lot.holder != *caller.actor {
            return Err(Failure::of(Code::NotHolder).fact("holder", &lot.holder));
        }
        if let Some(request) = lot.request {
            return Err(Failure::of(Code::RequestPending).fact("request", request));
        }
        check_not_frozen(&lot)?;
        // Whoever has a right to the lot besides its holder does not see it narrowed.
        let free = matches!(
            lot.circulation,
            Circulation::Circulable | Circulation::NotTransferable
        );
        if lot.status != Status::Received || !free {
            return Err(state_failure(Code::WrongState, &lot));
        }
        if let Some(limits) = &self.limits {
            check_narrower(run, &lot, limits)?;
        }
        let units = moving(&bill, &lot, self.part)?;
        Ok((bill, lot, units))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut bill, lot, units): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let lot = split(run, &bill, lot, units)?;
        let hand = NewHand {
            from: Some(caller.actor.clone()),
            ..NewHand::new(HandKind::Narrowed, lot.range, Some(lot.hand))
        };
        let hand = record_hand(run, &mut bill, hand)?;
        let narrowed = Lot {
            splittable: lot.splittable && !self.unsplittable,
            limits: self.limits.clone().or(lot.limits),
            hand,
            ..lot
        };
        put_lot(run.state, &bill.number, &narrowed)?;
        run.emit(BillNarrowed {
            bill: bill.number,
            lot: narrowed.range,
            by: narrowed.holder,
            splittable: narrowed.splittable,
            limits: narrowed.limits,
        });
        Ok(CallResult::Done)
    }
}
