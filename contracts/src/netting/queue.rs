//! Obligations come into a queue and leave it.

use crate::calls::{CancelObligation, Queue};
use crate::cash::known_currency;
use crate::clock::{DueKey, DueKind, cancel, schedule};
use crate::codes::Code;
use crate::date::Date;
use crate::events::{ObligationCancelled, ObligationQueued};
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::members::{named, require_active};
use crate::money::Currency;
use crate::netting::read::{netting_in, queued_in};
use crate::netting::{
    LAST_PRIORITY, MAX_OF_CROWDED_PAYER, MAX_OF_PAYER, MAX_WAITING, Netting, Obligation, Queued,
    Wait, currency_entity, queued_entity,
};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, NETTINGS, OBLIGATIONS, QUEUED, QUEUES, currency_suffix, id_bytes, queue_suffix,
};

/// An obligation that waits.
pub(super) fn existing(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<Obligation, StateFault> {
    OBLIGATIONS
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| StateFault::new(OBLIGATIONS.name(), format!("{id} is missing")))
}

/// An obligation of the acting member that waits.
pub(super) fn own(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    id: &RequestId,
) -> Result<Obligation, Failure> {
    let obligation = OBLIGATIONS
        .get(run.state, id_bytes(id), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchObligation).fact("obligation", *id))?;
    if obligation.payer != *caller.actor {
        return Err(Failure::of(Code::WrongParty).fact("payer", &obligation.payer));
    }
    Ok(obligation)
}

/// Writes where netting in a currency stands. While something waits the clock looks at it at every close.
pub(super) fn put_netting(
    run: &mut Run<'_, '_>,
    mut netting: Netting,
    next: Date,
) -> Result<(), StateFault> {
    let key = |date| DueKey::currency(date, DueKind::NettingCycle, netting.currency);
    match netting.cycle_on {
        Some(date) if netting.waiting == 0 => {
            cancel(run, &key(date));
            netting.cycle_on = None;
        }
        None if netting.waiting > 0 => {
            schedule(run, &key(next), 0)?;
            netting.cycle_on = Some(next);
        }
        _ => {}
    }
    let suffix = currency_suffix(netting.currency);
    NETTINGS.put(run.state, ALL, &suffix, &netting)
}

/// Writes what a member set and has waiting; nothing is kept of one that has neither.
pub(super) fn put_queued(
    run: &mut Run<'_, '_>,
    member: &crate::MemberId,
    currency: Currency,
    queued: &Queued,
) -> Result<(), StateFault> {
    let suffix = currency_suffix(currency);
    if *queued == Queued::default() {
        QUEUED.remove(run.state, queued_entity(member), &suffix);
        return Ok(());
    }
    QUEUED.put(run.state, queued_entity(member), &suffix, queued)
}

/// Writes an obligation at its place of its payer's queue.
pub(super) fn put_at(run: &mut Run<'_, '_>, obligation: &Obligation) -> Result<(), StateFault> {
    OBLIGATIONS.put(run.state, id_bytes(&obligation.id), &[], obligation)?;
    QUEUES.put(
        run.state,
        currency_entity(&obligation.money.currency),
        &queue_suffix(&obligation.payer, obligation.priority, obligation.place),
        &obligation.id,
    )
}

/// Takes an obligation's records away, but for the counts of what waits.
pub(super) fn remove_records(run: &mut Run<'_, '_>, obligation: &Obligation) {
    OBLIGATIONS.remove(run.state, id_bytes(&obligation.id), &[]);
    QUEUES.remove(
        run.state,
        currency_entity(&obligation.money.currency),
        &queue_suffix(&obligation.payer, obligation.priority, obligation.place),
    );
    cancel(
        run,
        &DueKey::request(obligation.deadline, DueKind::ObligationEnd, &obligation.id),
    );
}

/// Takes an obligation out of its queue.
pub(super) fn take_out(run: &mut Run<'_, '_>, obligation: &Obligation) -> Result<(), StateFault> {
    remove_records(run, obligation);
    let currency = obligation.money.currency;
    let mut queued = queued_in(run.state, &obligation.payer, currency)?;
    queued.waiting = queued.waiting.saturating_sub(1);
    put_queued(run, &obligation.payer, currency, &queued)?;
    let mut netting = netting_in(run.state, currency)?;
    netting.waiting = netting.waiting.saturating_sub(1);
    let next = run.next_close();
    put_netting(run, netting, next)
}

/// Refuses a deadline so far ahead that the obligation would take a place for longer than one may.
fn check_deadline(run: &Run<'_, '_>, deadline: Date) -> Result<(), Failure> {
    let days = u32::try_from(run.settings.params.netting_deadline_days).unwrap_or(u32::MAX);
    match run.date().plus_days(days) {
        Some(latest) if deadline > latest => {
            Err(Failure::argument("deadline").fact("latest", latest))
        }
        _ => Ok(()),
    }
}

/// Refuses where the payer or the currency has no place left.
fn check_places(run: &Run<'_, '_>, payer: &MemberId, currency: Currency) -> Result<(), Failure> {
    let own = queued_in(run.state, payer, currency)?.waiting;
    let all = netting_in(run.state, currency)?.waiting;
    let most_own = if all >= MAX_WAITING / 2 {
        MAX_OF_CROWDED_PAYER
    } else {
        MAX_OF_PAYER
    };
    for (most, waiting, of) in [(most_own, own, "payer"), (MAX_WAITING, all, "currency")] {
        if waiting >= most {
            return Err(Failure::of(Code::QueueFull)
                .fact("most", u64::from(most))
                .fact("of", of));
        }
    }
    Ok(())
}

impl Act for Queue {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.priority > LAST_PRIORITY {
            return Err(Failure::argument("priority").fact("most", u64::from(LAST_PRIORITY)));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        check_deadline(run, self.deadline)?;
        let payee = named(run.state, &self.to)?;
        require_active(&payee)?;
        known_currency(run.state, self.money.currency)?;
        if self.money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        if self.deadline < run.next_close() {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.deadline)
                .fact("earliest", run.next_close()));
        }
        if let Some(first) = self.not_before.filter(|first| *first > self.deadline) {
            return Err(Failure::of(Code::NeverEligible)
                .fact("not_before", first)
                .fact("deadline", self.deadline));
        }
        check_places(run, caller.actor, self.money.currency)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let currency = self.money.currency;
        let mut netting = netting_in(run.state, currency)?;
        let mut queued = queued_in(run.state, caller.actor, currency)?;
        netting.places = netting.places.saturating_add(1);
        netting.waiting = netting.waiting.saturating_add(1);
        queued.waiting = queued.waiting.saturating_add(1);
        let obligation = Obligation {
            id: caller.new_id(),
            payer: caller.actor.clone(),
            payee: self.to.clone(),
            money: self.money,
            priority: self.priority,
            place: netting.places,
            not_before: self.not_before,
            deadline: self.deadline,
            purpose: self.purpose.clone(),
            reference: self.reference.clone(),
            waits: Wait::New,
        };
        put_at(run, &obligation)?;
        let end = DueKey::request(self.deadline, DueKind::ObligationEnd, &obligation.id);
        schedule(run, &end, 0)?;
        put_queued(run, caller.actor, currency, &queued)?;
        let next = run.next_close();
        put_netting(run, netting, next)?;
        let id = obligation.id;
        run.emit(ObligationQueued { obligation });
        Ok(CallResult::Obligation(id))
    }
}

impl Act for CancelObligation {
    type Checked = Obligation;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Obligation, Failure> {
        own(run, caller, &self.obligation)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        obligation: Obligation,
    ) -> Result<CallResult, Failure> {
        take_out(run, &obligation)?;
        run.emit(ObligationCancelled {
            obligation: obligation.id,
            payer: obligation.payer,
            payee: obligation.payee,
            money: obligation.money,
        });
        Ok(CallResult::Done)
    }
}
