//! Who comes first on an invoice that does not suffice for all (rule book 3.4): registered claims by time, then by the
//! earliest notice, the others pro rata.

use crate::json;
use crate::trade::Draw;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

words! {
    /// By what a claim on an invoice ranks.
    pub enum Rank {
        /// By its registration.
        Registered = 1 "registered",
        /// By the notice given to the buyer.
        Notified = 2 "notified",
        /// By neither: it shares what is left.
        Shared = 3 "shared",
    }
}

/// A draw with its place among those on an invoice.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Ranked {
    /// The draw.
    pub draw: Draw,
    /// By what it ranks.
    pub rank: Rank,
    /// How much of it the invoice's worth covers, in minor units.
    #[serde(with = "json::string")]
    pub covered: u64,
}

/// Puts draws in order and shares the worth of their invoice, in minor units, out among them.
pub(super) fn rank(draws: Vec<Draw>, worth: u64) -> Vec<Ranked> {
    let mut ranked: Vec<Ranked> = draws
        .into_iter()
        .map(|draw| Ranked {
            rank: match (draw.registered, draw.notice_on) {
                (true, _) => Rank::Registered,
                (false, Some(_)) => Rank::Notified,
                (false, None) => Rank::Shared,
            },
            draw,
            covered: 0,
        })
        .collect();
    ranked.sort_by_key(|one| {
        let notice = one.draw.notice_on.filter(|_| one.rank == Rank::Notified);
        (one.rank, notice, one.draw.number)
    });
    let mut left = worth;
    for one in ranked.iter_mut().filter(|one| one.rank != Rank::Shared) {
        one.covered = one.draw.money.minor.min(left);
        left = left.saturating_sub(one.covered);
    }
    share(
        ranked
            .iter_mut()
            .filter(|one| one.rank == Rank::Shared)
            .collect(),
        left,
    );
    ranked
}

/// Shares what is left pro rata: rounded down, what remains one unit each to the largest remainders, the earlier first.
fn share(mut sharing: Vec<&mut Ranked>, left: u64) {
    let total: u128 = sharing
        .iter()
        .map(|one| u128::from(one.draw.money.minor))
        .sum();
    let pot = u128::from(left).min(total);
    let mut given = 0u128;
    let mut remainders = Vec::with_capacity(sharing.len());
    for (index, one) in sharing.iter_mut().enumerate() {
        let product = u128::from(one.draw.money.minor).saturating_mul(pot);
        let part = product.checked_div(total).unwrap_or(0);
        one.covered = u64::try_from(part).unwrap_or(u64::MAX);
        given = given.saturating_add(part);
        remainders.push((product.checked_rem(total).unwrap_or(0), index));
    }
    remainders.sort_by(|a, b| b.0.cmp(&a.0).then(a.1.cmp(&b.1)));
    let over = usize::try_from(pot.saturating_sub(given)).unwrap_or(0);
    for (_, index) in remainders.into_iter().take(over) {
        if let Some(one) = sharing.get_mut(index) {
            one.covered = one.covered.saturating_add(1);
        }
    }
}
