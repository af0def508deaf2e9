//! What was paid on a pledged or frozen lot and is set aside (rule book 2.2).

use crate::calls::{ApplyProceeds, ReleaseProceeds};
use crate::cash::{freeze, hold, move_cash, unfreeze, unhold};
use crate::clock::{DueKey, DueKind, cancel, is_queued, schedule};
use crate::codes::Code;
use crate::events::{ProceedsHeld, ProceedsPaid};
use crate::instruments::{
    Frozen, InstrumentNumber, Lot, LotRange, Paper, Pledge, instrument_named, lot_named,
};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::state_failure;
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault, View};
use crate::tables::{PLEDGES_PAID, PROCEEDS, instrument_entity};
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

/// What was paid on a lot and is set aside on its owner's account: held for a pledge, or frozen by a court.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Proceeds {
    /// The lot as it was when it was paid.
    pub range: LotRange,
    /// On whose account.
    pub owner: MemberId,
    /// How much.
    pub money: Money,
    /// The pledge for which it is held.
    pub pledge: Option<Pledge>,
    /// What of it goes to the seller when the court frees it for its owner: the surplus over what a funder with recourse had to
    /// recover.
    pub surplus: Option<Surplus>,
    /// Frozen by a court; then nothing is done for the pledge before it is lifted.
    pub frozen: bool,
}

/// What of a payment is another member's than the holder's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Surplus {
    /// Whose it is.
    pub seller: MemberId,
    /// How much, in minor units.
    #[serde(with = "crate::json::string")]
    pub minor: u64,
}

/// What is set aside of an ended lot's payment.
pub(crate) fn proceeds_at(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
    start: u64,
) -> Result<Option<Proceeds>, StateFault> {
    PROCEEDS.get(view, instrument_entity(number), &start.to_be_bytes())
}

fn existing_proceeds(
    view: &(impl View + ?Sized),
    number: &InstrumentNumber,
    start: u64,
) -> Result<Proceeds, StateFault> {
    proceeds_at(view, number, start)?
        .ok_or_else(|| StateFault::new(PROCEEDS.name(), format!("{number}:{start} is missing")))
}

fn due_key(number: &InstrumentNumber, proceeds: &Proceeds, pledge: &Pledge) -> DueKey {
    let start = proceeds.range.start;
    DueKey::lot(pledge.debt_due, DueKind::DebtDue, number, start)
}

/// Shares out what was just credited to a lot's holder: frozen while a court's measure is on the lot, else as
/// the pledge has it. A surplus in it waits for its seller where it is frozen; else it is no part of it.
pub(crate) fn distribute(
    run: &mut Run<'_, '_>,
    paper: &dyn Paper,
    lot: &Lot,
    money: Money,
    surplus: Option<Surplus>,
) -> Result<(), StateFault> {
    let proceeds = Proceeds {
        range: lot.range,
        owner: lot.holder.clone(),
        money,
        pledge: lot.pledge.clone(),
        surplus,
        frozen: lot.frozen != Frozen::No,
    };
    if proceeds.frozen {
        freeze(run.state, &proceeds.owner, money)?;
        return set_aside(run, paper.number(), proceeds);
    }
    share(run, paper.number(), proceeds)
}

/// Makes frozen proceeds available on their owner's account, and gives them to the caller to share.
pub(crate) fn thaw(
    run: &mut Run<'_, '_>,
    number: &InstrumentNumber,
    start: u64,
) -> Result<Proceeds, StateFault> {
    let proceeds = existing_proceeds(run.state, number, start)?;
    unfreeze(run.state, &proceeds.owner, proceeds.money)?;
    PROCEEDS.remove(run.state, instrument_entity(number), &start.to_be_bytes());
    Ok(proceeds)
}

/// What the owner has available of a payment goes to the pledgee where the debt is due, and is held for it where
/// it is not (rule book 2.2).
pub(crate) fn share(
    run: &mut Run<'_, '_>,
    number: InstrumentNumber,
    proceeds: Proceeds,
) -> Result<(), StateFault> {
    let Some(pledge) = proceeds.pledge.clone() else {
        return Ok(());
    };
    if pledge.debt_due <= run.date() {
        return pay_pledgee(run, number, &proceeds, &pledge);
    }
    hold(run.state, &proceeds.owner, proceeds.money)?;
    schedule(run, &due_key(&number, &proceeds, &pledge), 0)?;
    set_aside(run, number, proceeds)
}

fn set_aside(
    run: &mut Run<'_, '_>,
    number: InstrumentNumber,
    proceeds: Proceeds,
) -> Result<(), StateFault> {
    let start = proceeds.range.start.to_be_bytes();
    PROCEEDS.put(run.state, instrument_entity(&number), &start, &proceeds)?;
    run.emit(ProceedsHeld {
        instrument: number,
        lot: proceeds.range,
        owner: proceeds.owner,
        money: proceeds.money,
        pledge: proceeds.pledge,
        frozen: proceeds.frozen,
    });
    Ok(())
}

/// The pledgee receives what the debt still asks for, over all lots of the pledge; the rest is the owner's.
fn pay_pledgee(
    run: &mut Run<'_, '_>,
    number: InstrumentNumber,
    proceeds: &Proceeds,
    pledge: &Pledge,
) -> Result<(), StateFault> {
    let due = count_towards_debt(run.state, &number, pledge, proceeds.money.minor)?;
    let paid = Money::new(proceeds.money.currency, due);
    let freed = proceeds.money.minor.saturating_sub(due);
    move_cash(run.state, &proceeds.owner, &pledge.pledgee, paid)?;
    run.emit(ProceedsPaid {
        instrument: number,
        lot: proceeds.range,
        owner: proceeds.owner.clone(),
        to: (due > 0).then(|| pledge.pledgee.clone()),
        paid,
        freed: Money::new(proceeds.money.currency, freed),
    });
    Ok(())
}

/// How much of a sum goes towards the debt of a pledge, and is counted as paid on it.
fn count_towards_debt(
    state: &mut Overlay<'_>,
    number: &InstrumentNumber,
    pledge: &Pledge,
    sum: u64,
) -> Result<u64, StateFault> {
    let suffix = pledge.hand.to_be_bytes();
    let before = PLEDGES_PAID
        .get(state, instrument_entity(number), &suffix)?
        .unwrap_or(0);
    let due = sum.min(pledge.debt.minor.saturating_sub(before));
    let paid = before.saturating_add(due);
    PLEDGES_PAID.put(state, instrument_entity(number), &suffix, &paid)?;
    Ok(due)
}

/// Ends the holding of proceeds for a pledge: they are available to the owner.
fn end_holding(
    run: &mut Run<'_, '_>,
    number: &InstrumentNumber,
    proceeds: &Proceeds,
    pledge: &Pledge,
) -> Result<(), StateFault> {
    unhold(run.state, &proceeds.owner, proceeds.money)?;
    cancel(run, &due_key(number, proceeds, pledge));
    let start = proceeds.range.start.to_be_bytes();
    PROCEEDS.remove(run.state, instrument_entity(number), &start);
    Ok(())
}

/// The close of the day on which a debt falls due that proceeds are held for.
pub(crate) fn debt_due(
    run: &mut Run<'_, '_>,
    number: &InstrumentNumber,
    start: u64,
) -> Result<(), StateFault> {
    let proceeds = existing_proceeds(run.state, number, start)?;
    let missing = || StateFault::new(PROCEEDS.name(), format!("{number}:{start} has no pledge"));
    let pledge = proceeds.pledge.clone().ok_or_else(missing)?;
    end_holding(run, number, &proceeds, &pledge)?;
    pay_pledgee(run, *number, &proceeds, &pledge)
}

/// Proceeds held for a pledge, as a call names them, with nothing due on them.
pub(crate) struct Held {
    number: InstrumentNumber,
    proceeds: Proceeds,
    pledge: Pledge,
}

enum Side {
    Pledgor,
    Pledgee,
}

fn held_for(
    run: &Run<'_, '_>,
    paper: &dyn Paper,
    range: LotRange,
    actor: &MemberId,
    side: Side,
) -> Result<Held, Failure> {
    // Paid under recourse the lot may live on in other hands, and in parts: the record stands by itself.
    let found = proceeds_at(run.state, &paper.number(), range.start)?;
    let Some(proceeds) = found.filter(|proceeds| proceeds.range == range) else {
        let lot = lot_named(run, paper, range)?;
        return Err(state_failure(Code::WrongState, &lot));
    };
    let pledge = proceeds.pledge.clone();
    if let Some(pledge) = &pledge
        && run.past_close(pledge.debt_due)
        && is_queued(run, &due_key(&paper.number(), &proceeds, pledge))
    {
        return Err(Failure::of(Code::DuePending).fact("bill", paper.number()));
    }
    let entitled = match side {
        Side::Pledgor => Some(&proceeds.owner),
        Side::Pledgee => pledge.as_ref().map(|pledge| &pledge.pledgee),
    };
    if let Some(entitled) = entitled.filter(|entitled| *entitled != actor) {
        return Err(Failure::of(Code::WrongParty).fact("entitled", entitled));
    }
    match pledge.filter(|_| !proceeds.frozen) {
        Some(pledge) => Ok(Held {
            number: paper.number(),
            proceeds,
            pledge,
        }),
        None => Err(Failure::of(Code::Frozen)
            .fact("lot", range)
            .fact("measure", Frozen::Frozen.as_str())),
    }
}

impl Act for ApplyProceeds {
    type Checked = Held;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Held, Failure> {
        let paper = instrument_named(run, caller, self.instrument)?;
        held_for(run, &paper, self.lot, caller.actor, Side::Pledgor)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        held: Held,
    ) -> Result<CallResult, Failure> {
        end_holding(run, &held.number, &held.proceeds, &held.pledge)?;
        pay_pledgee(run, held.number, &held.proceeds, &held.pledge)?;
        Ok(CallResult::Done)
    }
}

impl Act for ReleaseProceeds {
    type Checked = Held;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Held, Failure> {
        let paper = instrument_named(run, caller, self.instrument)?;
        held_for(run, &paper, self.lot, caller.actor, Side::Pledgee)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        held: Held,
    ) -> Result<CallResult, Failure> {
        let Proceeds {
            owner,
            money,
            range,
            ..
        } = held.proceeds.clone();
        end_holding(run, &held.number, &held.proceeds, &held.pledge)?;
        run.emit(ProceedsPaid {
            instrument: held.number,
            lot: range,
            owner,
            to: None,
            paid: Money::new(money.currency, 0),
            freed: money,
        });
        Ok(CallResult::Done)
    }
}
