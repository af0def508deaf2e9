//! The business outcome as one hash: what a run came to, whatever the timing of its blocks.
//!
//! It is over balances, lots by holder, debtor, due day, tier and standing, and what of each debt is settled, day by
//! day. Keys, ids, numbers of instruments and heights are not in it.

use super::agents::State;
use super::papers::{PaperKind, Standing};
use super::trade;
use super::world::World;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::fmt::Write;

/// A chain of the outcomes of days.
#[derive(Clone, Debug, Default)]
pub(super) struct Digest(Option<[u8; 32]>);

impl Digest {
    /// Adds the end of a day.
    pub fn add(&mut self, world: &World, state: &State) -> String {
        let mut hash = Sha256::new_with_prefix(b"allonge/simulate/digest/1");
        if let Some(before) = self.0 {
            hash.update(before);
        }
        hash.update(text(world, state).as_bytes());
        self.0 = Some(hash.finalize().into());
        self.hex()
    }

    pub fn hex(&self) -> String {
        hex::encode(self.0.unwrap_or_default())
    }
}

const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Waiting => "waiting",
        Standing::Held => "held",
        Standing::Overdue => "overdue",
        Standing::Paid => "paid",
        Standing::Void => "void",
    }
}

/// A day's outcome, line by line.
fn text(world: &World, state: &State) -> String {
    let mut out = format!("day {} {}\n", state.day, state.today);
    for (who, cash) in state.book.cash.iter().enumerate() {
        // Writing into a string does not fail.
        let _ = writeln!(out, "cash {} {cash}", world.name(who));
    }
    let mut lots: BTreeMap<String, u64> = BTreeMap::new();
    for paper in state.book.papers.values() {
        let kind = match paper.kind {
            PaperKind::Certificate => "certificate",
            PaperKind::Bill => "bill",
        };
        for (start, lot) in &paper.lots {
            let line = format!(
                "{kind} {} {} {} tier {} {}",
                world.name(paper.debtor),
                paper.due,
                world.name(lot.holder),
                lot.tier,
                standing_word(lot.standing)
            );
            *lots.entry(line).or_default() += lot.units(*start);
        }
    }
    for (line, sum) in lots {
        let _ = writeln!(out, "{line} {sum}");
    }
    let mut debts: BTreeMap<String, (u64, u64)> = BTreeMap::new();
    for debt in &state.trade.payables {
        let standing = match debt.standing {
            trade::Standing::Open => "open",
            trade::Standing::Queued => "queued",
            trade::Standing::Paid => "paid",
            trade::Standing::Lost => "lost",
        };
        let line = format!(
            "{} {} {} {} {standing}",
            debt.why.word(),
            world.name(debt.from),
            world.name(debt.to),
            debt.due
        );
        let sum = debts.entry(line).or_default();
        sum.0 += debt.minor;
        sum.1 += debt.paid;
    }
    for (line, (minor, paid)) in debts {
        let _ = writeln!(out, "{line} {minor} {paid}");
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::tests::small;
    use crate::simulate::trade::Why;

    #[test]
    fn the_digest_follows_the_outcome_and_nothing_else() {
        let world = small();
        let state = State::new(&world);
        let of = |state: &State| Digest::default().add(&world, state);
        let first = of(&state);
        assert_eq!(first, of(&state));
        assert_eq!(first.len(), 64);
        let mut other = state.clone();
        // Names of requests and what parties mean to spend are no outcome.
        other.spend = vec![5];
        other.serial = 9;
        assert_eq!(first, of(&other));
        other.book.cash[3] += 1;
        assert_ne!(first, of(&other));
        let mut owing = state.clone();
        owing.trade.owe(4, 5, 10, world.start, Why::Goods);
        assert_ne!(first, of(&owing));
        let mut later = state;
        later.day = 1;
        assert_ne!(first, of(&later));
        let mut chain = Digest::default();
        assert_ne!(chain.add(&world, &later), chain.add(&world, &later));
    }
}
