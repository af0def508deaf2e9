//! A payer moves an obligation within its queue.
//!
//! Right before another one: those of that priority move up by one place each, up to where it came from. To the end
//! of a priority: it takes a new place, behind all that there are.

use crate::calls::Reorder;
use crate::codes::Code;
use crate::events::ObligationReordered;
use crate::netting::queue::{existing, own, put_at, put_netting};
use crate::netting::read::{netting_in, of_priority};
use crate::netting::{LAST_PRIORITY, MOVE, Obligation, currency_entity};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::tables::{QUEUES, queue_suffix};

impl Act for Reorder {
    /// The obligation, and the one that it is put before.
    type Checked = (Obligation, Option<Obligation>);

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.priority.is_none() && self.before.is_none() {
            return Err(Failure::argument("priority"));
        }
        if self.priority.is_some_and(|given| given > LAST_PRIORITY) {
            return Err(Failure::argument("priority").fact("most", u64::from(LAST_PRIORITY)));
        }
        if self.before == Some(self.obligation) {
            return Err(Failure::argument("before"));
        }
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let obligation = own(run, caller, &self.obligation)?;
        let Some(before) = &self.before else {
            return Ok((obligation, None));
        };
        let before = own(run, caller, before)?;
        if before.money.currency != obligation.money.currency {
            return Err(Failure::of(Code::OtherQueue)
                .fact("currency", obligation.money.currency.code())
                .fact("before", before.money.currency.code()));
        }
        if self.priority.is_some_and(|given| given != before.priority) {
            return Err(Failure::of(Code::OtherQueue)
                .fact("priority", u64::from(before.priority))
                .fact("before", before.id));
        }
        Ok((obligation, Some(before)))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        (mut obligation, before): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let currency = obligation.money.currency;
        let priority = match &before {
            Some(before) => before.priority,
            None => self.priority.unwrap_or(obligation.priority),
        };
        let mut netting = netting_in(run.state, currency)?;
        netting.places = netting.places.saturating_add(1);
        let new_place = netting.places;
        let next = run.next_close();
        put_netting(run, netting, next)?;
        // Those of the priority as they stand, with the moved one at the end, where it is not among them yet.
        let old = (obligation.priority, obligation.place);
        QUEUES.remove(
            run.state,
            currency_entity(&currency),
            &queue_suffix(&obligation.payer, old.0, old.1),
        );
        obligation.priority = priority;
        obligation.place = new_place;
        if let Some(before) = &before {
            let there = of_priority(run.state, currency, &obligation.payer, priority)?;
            run.charge(MOVE.saturating_mul(u64::try_from(there.len()).unwrap_or(u64::MAX)))?;
            // The moved one's own place is free again where it stood behind in the same priority: the shift ends there.
            let stop = if old.0 == priority && old.1 > before.place {
                old.1
            } else {
                new_place
            };
            let behind: Vec<_> = there
                .into_iter()
                .filter(|(place, _)| *place >= before.place && *place < stop)
                .collect();
            let places = behind
                .iter()
                .map(|(place, _)| *place)
                .skip(1)
                .chain([stop])
                .collect::<Vec<_>>();
            for ((_, id), place) in behind.iter().zip(places) {
                let mut shifted = existing(run.state, id)?;
                shifted.place = place;
                put_at(run, &shifted)?;
            }
            obligation.place = before.place;
        }
        put_at(run, &obligation)?;
        run.emit(ObligationReordered {
            obligation: obligation.id,
            payer: obligation.payer,
            priority,
            before: self.before,
        });
        Ok(CallResult::Done)
    }
}
