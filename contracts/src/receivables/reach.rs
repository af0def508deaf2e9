//! How far a certificate has reached down the tiers, and what finance cost there.

use crate::instruments::{Hand, HandKind, Lot, Status};
use crate::json;
use crate::money::Money;
use crate::rate::{Rate, days_between};
use crate::receivables::Certificate;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What stands, and what was financed, at one tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TierReach {
    /// The tier, 1 with the payee.
    pub tier: u16,
    /// In suppliers' and funders' hands, not yet due.
    pub held: Money,
    /// Fallen due and not redeemed.
    pub overdue: Money,
    /// Redeemed.
    pub redeemed: Money,
    /// How many lots that is in all.
    #[serde(with = "json::string")]
    pub lots: u64,
    /// What was advanced on it, ever.
    pub advanced: Money,
    /// The interest taken for that.
    pub interest: Money,
    /// Σ advance × days from the deal to the day of redemption: what the interest is spread over.
    #[serde(with = "json::string")]
    pub advance_days: u128,
}

impl TierReach {
    fn new(certificate: &Certificate, tier: u16) -> TierReach {
        let none = Money::new(certificate.sum.currency, 0);
        TierReach {
            tier,
            held: none,
            overdue: none,
            redeemed: none,
            lots: 0,
            advanced: none,
            interest: none,
            advance_days: 0,
        }
    }

    /// Adds another certificate's figures for the same tier and currency.
    pub fn add(&mut self, other: &TierReach) {
        for (sum, more) in [
            (&mut self.held, other.held),
            (&mut self.overdue, other.overdue),
            (&mut self.redeemed, other.redeemed),
            (&mut self.advanced, other.advanced),
            (&mut self.interest, other.interest),
        ] {
            sum.minor = sum.minor.saturating_add(more.minor);
        }
        self.lots = self.lots.saturating_add(other.lots);
        self.advance_days = self.advance_days.saturating_add(other.advance_days);
    }

    /// The average cost of funds as an annual rate, ACT/360: interest × 360 / Σ advance × days, rounded half up.
    /// None where nothing was financed, or it comes to more than 100 %.
    pub fn cost_of_funds(&self) -> Option<Rate> {
        const YEAR_IN_MILLIONTHS: u128 = 360_000_000;
        let numerator = u128::from(self.interest.minor)
            .checked_mul(YEAR_IN_MILLIONTHS)?
            .checked_add(self.advance_days / 2)?;
        let millionths = numerator.checked_div(self.advance_days)?;
        u32::try_from(millionths)
            .ok()
            .filter(|m| *m <= 1_000_000)
            .map(Rate)
    }
}

/// The figures of a certificate by tier, from tier 1 on. `hands` are all of its hands in order.
pub fn reach(certificate: &Certificate, lots: &[Lot], hands: &[Hand]) -> Vec<TierReach> {
    let mut tiers: BTreeMap<u16, TierReach> = BTreeMap::new();
    for lot in lots {
        let Some(receivable) = &lot.receivable else {
            continue;
        };
        let tier = receivable.tier;
        let entry = tiers
            .entry(tier)
            .or_insert_with(|| TierReach::new(certificate, tier));
        let minor = lot.range.amount().unwrap_or(0);
        let sum = match lot.status {
            Status::Held => &mut entry.held,
            Status::Overdue => &mut entry.overdue,
            Status::Redeemed => &mut entry.redeemed,
            _ => continue,
        };
        sum.minor = sum.minor.saturating_add(minor);
        entry.lots = entry.lots.saturating_add(1);
    }
    let mut tier_of: BTreeMap<u64, u16> = BTreeMap::new();
    for hand in hands {
        let before = hand
            .parent
            .and_then(|parent| tier_of.get(&parent).copied())
            .unwrap_or(1);
        let deeper = u16::from(hand.kind == HandKind::Transferred);
        let tier = before.saturating_add(deeper);
        tier_of.insert(hand.number, tier);
        let (HandKind::Financed, Some(sale), Some(price)) = (hand.kind, &hand.sale, hand.price)
        else {
            continue;
        };
        let entry = tiers
            .entry(tier)
            .or_insert_with(|| TierReach::new(certificate, tier));
        let advance = price.minor.saturating_add(sale.interest);
        let days = days_between(hand.date, certificate.payable_on);
        entry.advanced.minor = entry.advanced.minor.saturating_add(advance);
        entry.interest.minor = entry.interest.minor.saturating_add(sale.interest);
        let spread = u128::from(advance).saturating_mul(u128::from(days));
        entry.advance_days = entry.advance_days.saturating_add(spread);
    }
    tiers.into_values().collect()
}
