//! Which obligations settle: the unique largest set that takes a prefix of every queue and that every payer can
//! bear (rule book 4, after Bech and Soramäki). Nothing here knows the state.
//!
//! It starts with all and, while a payer cannot bear what is left, drops the last of its queue. What a payer can
//! bear depends on its own prefix and grows with what comes in. So what is dropped is in no set that all can bear:
//! with no more coming in than now, its payer could not bear it there either. Hence the outcome does not depend on
//! the order in which payers are looked at, and every set that all can bear lies within it.
//!
//! Each drop costs a few look-ups in maps, so that all of it takes n log n steps for n obligations.

use crate::netting::Wait;
use std::collections::{BTreeMap, BTreeSet};

/// A party by its place in the list.
pub(crate) type Index = u32;

/// An obligation as a queue holds it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owed {
    /// To whom.
    pub(crate) to: Index,
    /// How much.
    pub(crate) minor: u64,
    /// May use the reserve. In a queue these come first.
    pub(crate) urgent: bool,
}

/// A party with what it owes, in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Party {
    /// Available cash.
    pub(crate) available: u64,
    /// Part of it that is for urgent obligations only.
    pub(crate) reserve: u64,
    /// The most that it may lose in all.
    pub(crate) multilateral: Option<u64>,
    /// The most that it may lose toward one other.
    pub(crate) bilateral: BTreeMap<Index, u64>,
    /// What it owes.
    pub(crate) queue: Vec<Owed>,
}

/// What came of it for one party.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Share {
    /// How many of its queue, from the first, are settled.
    pub(crate) settled: usize,
    /// What goes out and what comes in with them.
    pub(crate) out: u128,
    /// What comes in.
    pub(crate) incoming: u128,
    /// Why the first that is not settled waits.
    pub(crate) waits: Option<Wait>,
}

/// What came of it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Resolved {
    /// Of each party.
    pub(crate) shares: Vec<Share>,
    /// How many obligations were dropped.
    pub(crate) drops: u64,
}

struct Resolving<'p> {
    parties: &'p [Party],
    shares: Vec<Share>,
    /// What goes from one to another.
    pairs: BTreeMap<(Index, Index), u128>,
    /// Pairs whose first is over its limit toward the second.
    over: BTreeSet<(Index, Index)>,
}

/// Finds the largest set. In each queue urgent ones come first, and all parties named are in the list.
pub(crate) fn resolve(parties: &[Party]) -> Resolved {
    let mut resolving = Resolving::new(parties);
    let mut look_at: BTreeSet<Index> = (0..).zip(parties).map(|(index, _)| index).collect();
    let mut drops = 0u64;
    while let Some(index) = look_at.pop_first() {
        while resolving.breach(index, None).is_some() {
            let Some(dropped) = resolving.drop_last(index) else {
                break;
            };
            drops = drops.saturating_add(1);
            look_at.insert(dropped.to);
        }
    }
    for (index, party) in (0..).zip(parties) {
        let settled = resolving.share(index).map_or(0, |share| share.settled);
        let waits = party
            .queue
            .get(settled)
            .and_then(|next| resolving.breach(index, Some(next)));
        if let Some(share) = resolving.share_mut(index) {
            share.waits = waits;
        }
    }
    Resolved {
        shares: resolving.shares,
        drops,
    }
}

fn place(index: Index) -> usize {
    usize::try_from(index).unwrap_or(usize::MAX)
}

impl<'p> Resolving<'p> {
    fn new(parties: &'p [Party]) -> Self {
        let mut resolving = Resolving {
            parties,
            shares: vec![Share::default(); parties.len()],
            pairs: BTreeMap::new(),
            over: BTreeSet::new(),
        };
        for (index, party) in (0..).zip(parties) {
            for owed in &party.queue {
                let minor = u128::from(owed.minor);
                if let Some(share) = resolving.share_mut(index) {
                    share.out = share.out.saturating_add(minor);
                    share.settled = share.settled.saturating_add(1);
                }
                if let Some(share) = resolving.share_mut(owed.to) {
                    share.incoming = share.incoming.saturating_add(minor);
                }
                let pair = resolving.pairs.entry((index, owed.to)).or_default();
                *pair = pair.saturating_add(minor);
            }
        }
        for (index, party) in (0..).zip(parties) {
            for other in party.bilateral.keys() {
                resolving.look_at_pair(index, *other);
            }
        }
        resolving
    }

    fn share(&self, index: Index) -> Option<&Share> {
        self.shares.get(place(index))
    }

    fn share_mut(&mut self, index: Index) -> Option<&mut Share> {
        self.shares.get_mut(place(index))
    }

    fn flow(&self, from: Index, to: Index) -> u128 {
        self.pairs.get(&(from, to)).copied().unwrap_or(0)
    }

    /// Whether a party would be over its limit toward another, with so much more going out.
    fn over_limit(&self, from: Index, to: Index, more: u64) -> bool {
        let limit = self
            .parties
            .get(place(from))
            .and_then(|party| party.bilateral.get(&to));
        limit.is_some_and(|limit| {
            let out = self.flow(from, to).saturating_add(u128::from(more));
            out.saturating_sub(self.flow(to, from)) > u128::from(*limit)
        })
    }

    fn look_at_pair(&mut self, from: Index, to: Index) {
        if self.over_limit(from, to, 0) {
            self.over.insert((from, to));
        } else {
            self.over.remove(&(from, to));
        }
    }

    /// What a party cannot bear of its part of the set, or of that and one more.
    fn breach(&self, index: Index, more: Option<&Owed>) -> Option<Wait> {
        let party = self.parties.get(place(index))?;
        let share = self.share(index)?;
        let last = share
            .settled
            .checked_sub(1)
            .and_then(|last| party.queue.get(last));
        let out = share
            .out
            .saturating_add(more.map_or(0, |more| u128::from(more.minor)));
        let lost = out.saturating_sub(share.incoming);
        let reserve = match more.or(last) {
            Some(last) if !last.urgent => party.reserve,
            _ => 0,
        };
        if lost > u128::from(party.available) {
            Some(Wait::Cash)
        } else if lost > u128::from(party.available.saturating_sub(reserve)) {
            Some(Wait::Reserve)
        } else if party
            .multilateral
            .is_some_and(|limit| lost > u128::from(limit))
        {
            Some(Wait::Multilateral)
        } else {
            let over = match more {
                Some(more) => self.over_limit(index, more.to, more.minor),
                None => self
                    .over
                    .range((index, Index::MIN)..=(index, Index::MAX))
                    .next()
                    .is_some(),
            };
            over.then_some(Wait::Bilateral)
        }
    }

    /// Takes the last one out that is left of a party's queue.
    fn drop_last(&mut self, index: Index) -> Option<Owed> {
        let queue = &self.parties.get(place(index))?.queue;
        let share = self.shares.get_mut(place(index))?;
        let last = share.settled.checked_sub(1)?;
        let dropped = *queue.get(last)?;
        let minor = u128::from(dropped.minor);
        share.settled = last;
        share.out = share.out.saturating_sub(minor);
        if let Some(payee) = self.share_mut(dropped.to) {
            payee.incoming = payee.incoming.saturating_sub(minor);
        }
        if let Some(pair) = self.pairs.get_mut(&(index, dropped.to)) {
            *pair = pair.saturating_sub(minor);
        }
        self.look_at_pair(index, dropped.to);
        self.look_at_pair(dropped.to, index);
        Some(dropped)
    }
}

#[cfg(test)]
#[path = "resolve_tests.rs"]
mod tests;
