//! What must hold of a leg when it is proposed. Whether a lot may move as it stands is seen when its holder affirms.

use crate::calls::InstrumentRef;
use crate::cash::known_currency;
use crate::codes::Code;
use crate::date::Date;
use crate::instruments::{
    Instrument, InstrumentNumber, Lot, LotRange, instrument_named, lot_named,
};
use crate::member_id::MemberId;
use crate::members::{TRADING_ROLES, named, require_active, require_role};
use crate::outcome::Failure;
use crate::requests::{check_part_currency, check_part_zero, moving};
use crate::run::{Caller, Run};
use crate::settlement::lots::{latest_day, needs_signature};
use crate::settlement::{CashLeg, Leg, LotLeg};

/// A leg of paper that has passed: what moves of its lot, and what is left of it.
struct Moving {
    instrument: InstrumentNumber,
    moves: LotRange,
    rest: Option<Lot>,
}

/// The legs of an instruction, looked at one after the other.
#[derive(Default)]
pub(super) struct Looked {
    moving: Vec<Moving>,
    /// Of the legs looked at: who must sign for what it receives.
    pub(super) signers: Vec<MemberId>,
}

/// Names the leg that is at fault.
pub(super) fn on_leg<T>(leg: u8, result: Result<T, Failure>) -> Result<T, Failure> {
    result.map_err(|failure| failure.fact("leg", u64::from(leg)))
}

impl Looked {
    pub(super) fn look(
        &mut self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
        leg: &Leg,
        deadline: Date,
    ) -> Result<(), Failure> {
        match leg {
            Leg::Cash(leg) => check_cash(run, leg),
            Leg::Lot(leg) => self.look_at_lot(run, caller, leg, deadline),
        }
    }

    fn look_at_lot(
        &mut self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
        leg: &LotLeg,
        deadline: Date,
    ) -> Result<(), Failure> {
        let paper = instrument_named(run, caller, InstrumentRef::Number(leg.instrument));
        check_part_currency(&paper, leg.part)?;
        for side in [&leg.from, &leg.to] {
            let member = named(run.state, side)?;
            require_role(&member, TRADING_ROLES)?;
            require_active(&member)?;
        }
        check_part_zero(leg.part)?;
        if leg.from == leg.to {
            return Err(Failure::of(Code::SelfDealing).fact("member", &leg.to));
        }
        let paper = paper?;
        let lot = self.standing(run, &paper, leg)?;
        if lot.holder != leg.from {
            return Err(Failure::of(Code::NotHolder).fact("holder", &lot.holder));
        }
        let units = moving(&paper, &lot, leg.part)?;
        let latest = latest_day(&paper);
        if deadline > latest {
            return Err(Failure::of(Code::AnswerByWrong)
                .fact("deadline", deadline)
                .fact("latest", latest));
        }
        let (moves, rest) = cut(lot, units);
        if self.moving.iter().any(|other| {
            other.instrument == leg.instrument
                && other.moves.start <= moves.end
                && moves.start <= other.moves.end
        }) {
            return Err(Failure::of(Code::LotTwice).fact("lot", moves));
        }
        self.moving.push(Moving {
            instrument: leg.instrument,
            moves,
            rest,
        });
        if needs_signature(&paper) {
            self.signers.push(leg.to.clone());
        }
        Ok(())
    }

    /// The lot that a leg names: one that is there, or what an earlier leg leaves of one.
    fn standing(
        &self,
        run: &Run<'_, '_>,
        paper: &Instrument,
        leg: &LotLeg,
    ) -> Result<Lot, Failure> {
        let left = self
            .moving
            .iter()
            .filter(|other| other.instrument == leg.instrument)
            .find_map(|other| other.rest.as_ref().filter(|lot| lot.range == leg.lot));
        match left {
            Some(lot) => Ok(lot.clone()),
            None => lot_named(run, paper, leg.lot),
        }
    }
}

/// What moves of a lot, and what its holder keeps.
fn cut(lot: Lot, units: u64) -> (LotRange, Option<Lot>) {
    let whole = lot.range;
    match whole.start.checked_add(units) {
        Some(start) if start <= whole.end => {
            let moves = LotRange {
                start: whole.start,
                end: start.saturating_sub(1),
            };
            let range = LotRange {
                start,
                end: whole.end,
            };
            (moves, Some(Lot { range, ..lot }))
        }
        _ => (whole, None),
    }
}

fn check_cash(run: &Run<'_, '_>, leg: &CashLeg) -> Result<(), Failure> {
    require_active(&named(run.state, &leg.from)?)?;
    // A suspended member is credited.
    named(run.state, &leg.to)?;
    known_currency(run.state, leg.money.currency)?;
    if leg.money.minor == 0 {
        return Err(Failure::of(Code::AmountZero));
    }
    if leg.from == leg.to {
        return Err(Failure::of(Code::SelfDealing).fact("member", &leg.to));
    }
    Ok(())
}
