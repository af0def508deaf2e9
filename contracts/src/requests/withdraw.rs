//! The requester takes its request back.

use crate::calls::Withdraw;
use crate::codes::Code;
use crate::events::RequestWithdrawn;
use crate::instruments::Lot;
use crate::outcome::{CallResult, Failure};
use crate::requests::answer::{Standing, find};
use crate::requests::{Presentment, Terms, check_not_frozen, restore};
use crate::run::{Act, Caller, Run};
use crate::tables::{PRESENTMENTS, id_bytes};
use crate::trade::escrow;

impl Act for Withdraw {
    /// With the presentment where it asks for payment.
    type Checked = (Standing, Option<Presentment>);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let standing = find(run, caller, self.request)?;
        let request = &standing.request;
        if request.from != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("requester", &request.from));
        }
        let presentment = match request.terms {
            Terms::Presentment { .. } => PRESENTMENTS.get(run.state, id_bytes(&request.id), &[])?,
            _ => None,
        };
        check_not_frozen(&standing.lot)?;
        escrow::check_not_bound(run, request)?;
        Ok((standing, presentment))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (standing, presentment): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let Standing {
            request,
            instrument,
            lot,
        } = standing;
        run.emit(RequestWithdrawn {
            request: request.id,
            instrument: request.instrument,
            lot: request.range,
            by: caller.actor.clone(),
        });
        let (in_time, late) =
            presentment.map_or((false, false), |p| (p.first_in_time, p.first_late));
        let lot = Lot {
            presented_in_time: lot.presented_in_time.filter(|_| !in_time),
            presented_late: lot.presented_late.filter(|_| !late),
            ..lot
        };
        restore(run, &instrument, &request, lot)?;
        Ok(CallResult::Done)
    }
}
