//! What a gate bars, when a party signs.

use crate::bills::Bill;
use crate::codes::Code;
use crate::gates::totals::acceptances;
use crate::gates::{Declared, Gate};
use crate::members::{Role, acting};
use crate::money::Money;
use crate::outcome::Failure;
use crate::rate::Rate;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{DECLARED, GATES};

fn gate(run: &Run<'_, '_>, bill: &Bill) -> Result<Option<Gate>, StateFault> {
    GATES.get(run.state, bill.acceptor.as_str().as_bytes(), &[])
}

/// Refuses an acceptance that a gate bars: the acceptor is overdue, or a bank or finance company would pass its
/// ceilings. Both ceilings hold for both kinds of acceptor (Measures on acceptance, discount and rediscount of
/// 2022). Where nothing is declared in the bill's currency there is no ceiling: the ledger cannot know the
/// figures, and a bank that must declare them answers to its regulator.
pub(crate) fn check_acceptance(
    run: &Run<'_, '_>,
    bill: &Bill,
    accepted: Money,
) -> Result<(), Failure> {
    if let Some(gate) = gate(run, bill)?.filter(|gate| run.date() <= gate.no_acceptance_until) {
        return Err(Failure::of(Code::AcceptorOverdue)
            .fact("acceptor", &bill.acceptor)
            .fact("until", gate.no_acceptance_until));
    }
    let acceptor = acting(run.state, &bill.acceptor)?;
    if !acceptor.has_any(&[Role::Bank, Role::FinanceCompany]) {
        return Ok(());
    }
    let declared = DECLARED.get(run.state, bill.acceptor.as_str().as_bytes(), &[])?;
    match declared.filter(|declared| declared.assets.currency == bill.sum.currency) {
        Some(declared) => check_ceilings(run, bill, accepted, &declared),
        None => Ok(()),
    }
}

/// The share that a parameter in millionths gives of a sum, in its minor units, rounded down.
fn share(param: u64, of: Money) -> u128 {
    Rate(u32::try_from(param).unwrap_or(u32::MAX)).of(u128::from(of.minor))
}

fn check_ceilings(
    run: &Run<'_, '_>,
    bill: &Bill,
    accepted: Money,
    declared: &Declared,
) -> Result<(), Failure> {
    let params = &run.settings.params;
    let outstanding = acceptances(run.state, &bill.acceptor, bill.sum.currency)?;
    let total = outstanding.saturating_add(u128::from(accepted.minor));
    let money =
        |minor: u128| Money::new(bill.sum.currency, u64::try_from(minor).unwrap_or(u64::MAX));
    let ceiling = share(params.acceptance_ceiling, declared.assets);
    if total > ceiling {
        return Err(Failure::of(Code::AcceptanceCeiling)
            .fact("acceptances", money(total))
            .fact("ceiling", money(ceiling)));
    }
    let ceiling = share(params.margin_ceiling, declared.deposits);
    if u128::from(declared.margin.minor) > ceiling {
        return Err(Failure::of(Code::MarginCeiling)
            .fact("margin", declared.margin)
            .fact("ceiling", money(ceiling)));
    }
    Ok(())
}

/// Refuses to deal in the paper of a persistently overdue acceptor.
pub(crate) fn check_paper(run: &Run<'_, '_>, bill: &Bill) -> Result<(), Failure> {
    let until = gate(run, bill)?.and_then(|gate| gate.paper_barred_until);
    match until.filter(|until| run.date() <= *until) {
        Some(until) => Err(Failure::of(Code::PersistentlyOverdue)
            .fact("acceptor", &bill.acceptor)
            .fact("until", until)),
        None => Ok(()),
    }
}
