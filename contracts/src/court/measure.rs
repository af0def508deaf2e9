//! Freeze, stop of payment, and their end.

use crate::bills::suspend_payment;
use crate::calls::{Freeze, InstrumentRef, Stop, Unfreeze};
use crate::codes::Code;
use crate::court::{check_order, cut, end_frozen, proceed, require_court};
use crate::events::CourtMeasured;
use crate::instruments::{
    Circulation, Frozen, HandKind, Instrument, Lot, LotRange, NewHand, Paper, instrument_named,
    lot_named, proceeds_at, put_lot, record_hand,
};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::{
    check_not_frozen, check_part_currency, check_part_zero, moving, state_failure,
};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::text::Text;

/// A lot on which a court acts, and how many units of it.
pub(crate) struct Measured {
    instrument: Instrument,
    lot: Lot,
    units: u64,
}

/// What a freeze and a stop have in common: any live lot without a measure.
struct Measure<'a> {
    instrument: InstrumentRef,
    lot: LotRange,
    part: Option<Money>,
    order: &'a Text<64>,
    frozen: Frozen,
}

impl Measure<'_> {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Measured, Failure> {
        let instrument = instrument_named(run, caller, self.instrument);
        check_part_currency(&instrument, self.part)?;
        require_court(run, caller.actor)?;
        check_part_zero(self.part)?;
        let instrument = instrument?;
        let lot = lot_named(run, &instrument, self.lot)?;
        check_not_frozen(&lot)?;
        if lot.circulation == Circulation::Ended {
            return Err(state_failure(Code::WrongState, &lot));
        }
        let units = moving(&instrument, &lot, self.part)?;
        Ok(Measured {
            instrument,
            lot,
            units,
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        measured: Measured,
    ) -> Result<CallResult, Failure> {
        let Measured {
            mut instrument,
            lot,
            units,
        } = measured;
        let lot = cut(run, caller, &instrument, lot, units)?;
        let kind = match self.frozen {
            Frozen::Stopped => HandKind::Stopped,
            _ => HandKind::Frozen,
        };
        let lot = mark(
            run,
            caller,
            &mut instrument,
            lot,
            kind,
            self.frozen,
            self.order,
        )?;
        put_lot(run.state, &instrument.number(), &lot)?;
        if let (Frozen::Stopped, Some(request)) = (self.frozen, lot.request) {
            suspend_payment(run, &request)?;
        }
        Ok(CallResult::Done)
    }
}

/// Records a court's measure or its end; the lot is the caller's to write.
fn mark(
    run: &mut Run<'_, '_>,
    caller: &Caller<'_>,
    paper: &mut dyn Paper,
    lot: Lot,
    kind: HandKind,
    frozen: Frozen,
    order: &Text<64>,
) -> Result<Lot, StateFault> {
    let hand = NewHand {
        from: Some(caller.actor.clone()),
        text: order.as_str().parse().unwrap_or_default(),
        ..NewHand::new(kind, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, paper, hand)?;
    run.emit(CourtMeasured {
        instrument: paper.number(),
        lot: lot.range,
        by: caller.actor.clone(),
        order: order.clone(),
        frozen,
    });
    Ok(Lot {
        frozen,
        hand,
        ..lot
    })
}

impl Freeze {
    fn measure(&self) -> Measure<'_> {
        Measure {
            instrument: self.instrument,
            lot: self.lot,
            part: self.part,
            order: &self.order,
            frozen: Frozen::Frozen,
        }
    }
}

impl Act for Freeze {
    type Checked = Measured;

    fn check_stateless(&self) -> Result<(), Failure> {
        check_order(&self.order)
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Measured, Failure> {
        self.measure().check(run, caller)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        measured: Measured,
    ) -> Result<CallResult, Failure> {
        self.measure().apply(run, caller, measured)
    }
}

impl Stop {
    fn measure(&self) -> Measure<'_> {
        Measure {
            instrument: self.instrument,
            lot: self.lot,
            part: self.part,
            order: &self.order,
            frozen: Frozen::Stopped,
        }
    }
}

impl Act for Stop {
    type Checked = Measured;

    fn check_stateless(&self) -> Result<(), Failure> {
        check_order(&self.order)
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Measured, Failure> {
        self.measure().check(run, caller)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        measured: Measured,
    ) -> Result<CallResult, Failure> {
        self.measure().apply(run, caller, measured)
    }
}

impl Act for Unfreeze {
    type Checked = (Instrument, Lot);

    fn check_stateless(&self) -> Result<(), Failure> {
        check_order(&self.order)
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let instrument = instrument_named(run, caller, self.instrument);
        require_court(run, caller.actor)?;
        let instrument = instrument?;
        let lot = lot_named(run, &instrument, self.lot)?;
        let left = lot.circulation != Circulation::Ended
            || proceeds_at(run.state, &instrument.number(), lot.range.start)?
                .is_some_and(|proceeds| proceeds.frozen);
        if lot.frozen == Frozen::No || !left {
            return Err(state_failure(Code::WrongState, &lot));
        }
        Ok((instrument, lot))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut instrument, lot): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let kind = HandKind::Unfrozen;
        let lot = mark(
            run,
            caller,
            &mut instrument,
            lot,
            kind,
            Frozen::No,
            &self.order,
        )?;
        put_lot(run.state, &instrument.number(), &lot)?;
        if lot.circulation == Circulation::Ended {
            let owner = lot.holder.clone();
            end_frozen(run, &instrument, &lot, owner)?;
        } else {
            proceed(run, &mut instrument, lot)?;
        }
        Ok(CallResult::Done)
    }
}
