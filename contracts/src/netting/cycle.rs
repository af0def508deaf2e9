//! A cycle: what can be settled of all that waits in a currency is settled, gross and at once.

use crate::calls::RunCycle;
use crate::cash::{balance, known_currency, put_balance};
use crate::clock::{Moment, has_due_debt};
use crate::codes::Code;
use crate::date::Date;
use crate::events::{CycleRun, ObligationSettled};
use crate::member_id::MemberId;
use crate::members::acting;
use crate::money::{Currency, Money};
use crate::netting::queue::{existing, put_netting, put_queued, remove_records};
use crate::netting::read::{netting_in, queued_in};
use crate::netting::resolve::{Index, Owed, Party, Share, resolve};
use crate::netting::{
    Cycle, DROP, LOOK, Obligation, PARTY, Queued, REASON, SETTLE, Wait, currency_entity,
};
use crate::outcome::{CallResult, Failure};
use crate::receivables::is_fenced;
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::tables::{
    BALANCES, CYCLES, INSOLVENCIES, OBLIGATIONS, QUEUES, id_bytes, latest_number_first,
};
use std::collections::BTreeMap;

/// Who runs a cycle, and what it goes by.
pub(super) struct Cut<'a> {
    /// The member that runs it; the clock where absent.
    pub(super) by: Option<&'a MemberId>,
    /// Obligations with an earlier deadline are out.
    pub(super) deadline_from: Date,
    /// Payers with debts due before this moment are out.
    pub(super) moment: Moment,
}

impl Cut<'_> {
    /// Counts work: of a transaction against its limit, of the clock after the fact.
    fn spend(&self, run: &mut Run<'_, '_>, units: u64, times: usize) -> Result<(), Failure> {
        let times = u64::try_from(times).unwrap_or(u64::MAX);
        let units = units.saturating_mul(times);
        if self.by.is_some() {
            return run.charge(units);
        }
        run.count(units);
        Ok(())
    }
}

/// A member that pays or is paid.
struct Member {
    id: MemberId,
    suspended: bool,
    insolvent: bool,
    /// Has debts due that the clock has not worked off.
    due: bool,
    /// Its cash in the currency is ring-fenced for overdue certificates.
    fenced: bool,
    queued: Queued,
}

/// The members of a cycle, in order of name, and where each is found.
#[derive(Default)]
struct Members {
    list: Vec<Member>,
    places: BTreeMap<MemberId, Index>,
}

impl Members {
    fn of(
        run: &Run<'_, '_>,
        cut: &Cut<'_>,
        currency: Currency,
        waiting: &[Obligation],
    ) -> Result<Members, StateFault> {
        let mut members = Members::default();
        for obligation in waiting {
            for id in [&obligation.payer, &obligation.payee] {
                members.places.entry(id.clone()).or_default();
            }
        }
        for (index, (id, place)) in (0..).zip(&mut members.places) {
            *place = index;
            members.list.push(Member {
                id: id.clone(),
                suspended: acting(run.state, id)?.suspended,
                insolvent: INSOLVENCIES
                    .get(run.state, id.as_str().as_bytes(), &[])?
                    .is_some(),
                due: has_due_debt(run.state, id, cut.moment, run.settings.close_minute)?,
                fenced: is_fenced(run.state, id, currency)?,
                queued: queued_in(run.state, id, currency)?,
            });
        }
        Ok(members)
    }

    fn find(&self, id: &MemberId) -> Result<(Index, &Member), StateFault> {
        self.places
            .get(id)
            .and_then(|index| {
                let place = usize::try_from(*index).ok()?;
                Some((*index, self.list.get(place)?))
            })
            .ok_or_else(|| StateFault::new(QUEUES.name(), format!("{id} is in no list")))
    }

    /// Why an obligation cannot be taken at all.
    fn out(
        &self,
        run: &Run<'_, '_>,
        cut: &Cut<'_>,
        o: &Obligation,
    ) -> Result<Option<Wait>, StateFault> {
        let (_, payer) = self.find(&o.payer)?;
        let (_, payee) = self.find(&o.payee)?;
        Ok(if o.not_before.is_some_and(|first| first > run.date()) {
            Some(Wait::NotYet)
        } else if o.deadline < cut.deadline_from {
            Some(Wait::Late)
        } else if payer.suspended {
            Some(Wait::PayerSuspended)
        } else if payee.suspended {
            Some(Wait::PayeeSuspended)
        } else if payer.insolvent {
            Some(Wait::PayerInsolvent)
        } else if payee.insolvent {
            Some(Wait::PayeeInsolvent)
        } else if payer.due {
            Some(Wait::PayerDue)
        } else if payer.fenced {
            Some(Wait::PayerFenced)
        } else {
            None
        })
    }

    /// What the resolution asks of each, the queues still empty.
    fn parties(&self, run: &Run<'_, '_>, currency: Currency) -> Result<Vec<Party>, StateFault> {
        self.list
            .iter()
            .map(|member| {
                let minor = |money: &Option<Money>| money.map(|money| money.minor);
                Ok(Party {
                    available: balance(run.state, &member.id, currency)?.available(),
                    reserve: minor(&member.queued.reserve).unwrap_or(0),
                    multilateral: minor(&member.queued.multilateral),
                    bilateral: member
                        .queued
                        .bilateral
                        .iter()
                        .filter_map(|limit| {
                            Some((*self.places.get(&limit.member)?, limit.limit.minor))
                        })
                        .collect(),
                    queue: Vec::new(),
                })
            })
            .collect()
    }
}

/// All that waits in a currency: queue after queue in order of the payers' names, each in its order.
fn waiting_in(run: &Run<'_, '_>, currency: Currency) -> Result<Vec<Obligation>, StateFault> {
    QUEUES
        .scan(run.state, currency_entity(&currency), &[], usize::MAX)?
        .into_iter()
        .map(|(_, id)| existing(run.state, &id))
        .collect()
}

/// Runs a cycle.
pub(super) fn run_cycle(
    run: &mut Run<'_, '_>,
    currency: Currency,
    cut: &Cut<'_>,
) -> Result<(), Failure> {
    let mut netting = netting_in(run.state, currency)?;
    let waiting_count = netting.waiting;
    cut.spend(
        run,
        LOOK,
        usize::try_from(waiting_count).unwrap_or(usize::MAX),
    )?;
    let waiting = waiting_in(run, currency)?;
    let members = Members::of(run, cut, currency, &waiting)?;
    cut.spend(run, PARTY, members.list.len())?;
    let mut parties = members.parties(run, currency)?;
    let mut outs = Vec::with_capacity(waiting.len());
    let mut eligible = 0u32;
    for obligation in &waiting {
        let out = members.out(run, cut, obligation)?;
        if out.is_none() {
            eligible = eligible.saturating_add(1);
            let (payer, _) = members.find(&obligation.payer)?;
            let (to, _) = members.find(&obligation.payee)?;
            if let Some(party) = usize::try_from(payer)
                .ok()
                .and_then(|payer| parties.get_mut(payer))
            {
                party.queue.push(Owed {
                    to,
                    minor: obligation.money.minor,
                    urgent: obligation.priority == 0,
                });
            }
        }
        outs.push(out);
    }
    let resolved = resolve(&parties);
    cut.spend(
        run,
        DROP,
        usize::try_from(resolved.drops).unwrap_or(usize::MAX),
    )?;

    netting.cycles = netting.cycles.saturating_add(1);
    let number = netting.cycles;
    let mut left: Vec<Share> = resolved.shares.clone();
    let (mut settled, mut gross, mut reasons) = (0u32, 0u128, 0usize);
    for (obligation, out) in waiting.into_iter().zip(outs) {
        let (payer, _) = members.find(&obligation.payer)?;
        let share = usize::try_from(payer)
            .ok()
            .and_then(|payer| left.get_mut(payer));
        let waits = match (out, share) {
            (Some(out), _) => out,
            (None, Some(share)) if share.settled > 0 => {
                share.settled = share.settled.saturating_sub(1);
                settled = settled.saturating_add(1);
                gross = gross.saturating_add(u128::from(obligation.money.minor));
                settle(run, obligation, number);
                continue;
            }
            // The first one that waits has its own reason, the others wait for it.
            (None, share) => share
                .and_then(|share| share.waits.take())
                .unwrap_or(Wait::Behind),
        };
        if obligation.waits != waits {
            reasons = reasons.saturating_add(1);
            let obligation = Obligation {
                waits,
                ..obligation
            };
            OBLIGATIONS.put(run.state, id_bytes(&obligation.id), &[], &obligation)?;
        }
    }
    cut.spend(run, SETTLE, usize::try_from(settled).unwrap_or(usize::MAX))?;
    cut.spend(run, REASON, reasons)?;
    let net = book(run, currency, &members, &resolved.shares)?;
    netting.waiting = netting.waiting.saturating_sub(settled);
    let next = run.next_close();
    put_netting(run, netting, next)?;
    let cycle = Cycle {
        currency,
        number,
        date: run.date(),
        height: run.block.height,
        by: cut.by.cloned(),
        waiting: waiting_count,
        eligible,
        settled,
        gross,
        net,
    };
    let suffix = latest_number_first(number);
    CYCLES.put(run.state, currency_entity(&currency), &suffix, &cycle)?;
    run.emit(CycleRun { cycle });
    Ok(())
}

/// One obligation leaves its queue as settled.
fn settle(run: &mut Run<'_, '_>, obligation: Obligation, cycle: u64) {
    remove_records(run, &obligation);
    run.emit(ObligationSettled {
        obligation: obligation.id,
        payer: obligation.payer,
        payee: obligation.payee,
        money: obligation.money,
        cycle,
        purpose: obligation.purpose,
        reference: obligation.reference,
    });
}

/// Changes all accounts at once by what each has won or lost. Gives the sum of what was lost.
fn book(
    run: &mut Run<'_, '_>,
    currency: Currency,
    members: &Members,
    shares: &[Share],
) -> Result<u128, StateFault> {
    let mut net = 0u128;
    for (member, share) in members.list.iter().zip(shares) {
        if share.settled > 0 {
            let mut queued = member.queued.clone();
            let settled = u32::try_from(share.settled).unwrap_or(u32::MAX);
            queued.waiting = queued.waiting.saturating_sub(settled);
            put_queued(run, &member.id, currency, &queued)?;
        }
        if share.out == share.incoming {
            continue;
        }
        let mut account = balance(run.state, &member.id, currency)?;
        let lost = share.out.saturating_sub(share.incoming);
        if lost > u128::from(account.available()) {
            let what = format!("{} would be overdrawn", member.id);
            return Err(StateFault::new(BALANCES.name(), what));
        }
        net = net.saturating_add(lost);
        account.total = u128::from(account.total)
            .saturating_add(share.incoming)
            .checked_sub(share.out)
            .and_then(|total| u64::try_from(total).ok())
            .ok_or_else(|| {
                StateFault::new(BALANCES.name(), format!("{} would overflow", member.id))
            })?;
        put_balance(run.state, &member.id, &account)?;
    }
    Ok(net)
}

impl Act for RunCycle {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        let record = known_currency(run.state, self.currency)?;
        let own = queued_in(run.state, caller.actor, self.currency)?.waiting;
        if record.authority != *caller.actor && own == 0 {
            return Err(Failure::of(Code::NotInCycle).fact("authority", &record.authority));
        }
        if netting_in(run.state, self.currency)?.waiting == 0 {
            return Err(Failure::of(Code::NothingWaits).fact("currency", self.currency.code()));
        }
        Ok(())
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        let cut = Cut {
            by: Some(caller.actor),
            deadline_from: run.next_close(),
            moment: run.now(),
        };
        run_cycle(run, self.currency, &cut)?;
        Ok(CallResult::Done)
    }
}
