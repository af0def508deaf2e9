//! What must hold in every state, checked over the whole of it: for tests, scenarios and `node check`.

mod cash;
mod due;
mod encumbrances;
mod gates;
mod gov;
mod lots;
mod netting;
mod pools;
mod receivables;
mod requests;
mod settlement;
mod trade;

use crate::state::{StateFault, View};

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{rule}: {what}")]
pub struct Violation {
    /// Which invariant, in a few words.
    pub rule: &'static str,
    /// Where, and the values that show it.
    pub what: String,
}

/// Everything found so far; stops collecting at a bound, so that a damaged state gives a readable answer.
pub(crate) struct Findings(Vec<Violation>);

const MAX_FINDINGS: usize = 1_000;

impl Findings {
    fn expect(&mut self, holds: bool, rule: &'static str, what: impl FnOnce() -> String) {
        if !holds && self.0.len() < MAX_FINDINGS {
            self.0.push(Violation { rule, what: what() });
        }
    }
}

/// Checks a whole state. Empty when all invariants hold; at most 1,000 violations are given. The error means
/// that a record could not even be read.
///
/// The lots of a package tile it; every list and queue agrees with the records it points to; of each currency
/// what was issued and not redeemed is the sum of all balances, and what is held the sum of all holds; a lot has
/// at most one live request and one encumbrance, and each request its lot; what is set aside belongs to an ended lot;
/// what an acceptor has accepted and what it has left unpaid are the sums of its lots; what waits for netting is in its
/// queue and counted; no more is drawn on an invoice than it is worth, unless it is marked; a credit line is used by
/// what stands open, which is what the pools of its certificates owe; cash is ring-fenced only while a pool is tried again;
/// what is set aside for an instruction is that of one that waits; a request
/// and the condition for which it waits point to each other; who votes on a proposal is entitled and votes once, and
/// what is carried has its approvals; nodes, the sets of validators and the lists of members by role agree.
pub fn check_invariants(view: &dyn View) -> Result<Vec<Violation>, StateFault> {
    let mut findings = Findings(Vec::new());
    cash::check(view, &mut findings)?;
    lots::check(view, &mut findings)?;
    requests::check(view, &mut findings)?;
    encumbrances::check(view, &mut findings)?;
    gates::check(view, &mut findings)?;
    due::check(view, &mut findings)?;
    netting::check(view, &mut findings)?;
    trade::check(view, &mut findings)?;
    receivables::check(view, &mut findings)?;
    settlement::check(view, &mut findings)?;
    pools::check(view, &mut findings)?;
    gov::check(view, &mut findings)?;
    Ok(findings.0)
}
