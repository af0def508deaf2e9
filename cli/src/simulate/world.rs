//! Who takes part and who trades with whom: made from the seed and the options alone.

use super::days::add;
use super::{Options, Stress};
use crate::cluster::{BuiltIn, built_in};
use crate::dice::Dice;
use crate::error::CliError;
use allonge_contracts::{Currency, Date, MemberId, Money};

/// A party, by its place in [`World::parties`].
pub(super) type Who = usize;

/// What a party is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    /// Everybody outside the chain: buys from the cores, is paid wages and other costs.
    Market,
    /// Where banks' deposits go when they are withdrawn.
    Outside,
    /// Keeps accounts, finances, accepts bills, grants lines.
    Bank,
    /// A core enterprise.
    Core,
    /// A supplier; tier 1 sells to cores, each other one to the tier above it.
    Supplier(u16),
}

/// A member of the network.
#[derive(Clone, Debug)]
pub(super) struct Party {
    pub id: MemberId,
    pub kind: Kind,
    /// Opening cash, in minor units.
    pub cash: u64,
    /// Where it keeps its account; a bank itself.
    pub bank: Who,
    /// Its suppliers.
    pub buys_from: Vec<Who>,
}

/// Everything that does not change during a run.
#[derive(Clone, Debug)]
pub(super) struct World {
    pub dice: Dice,
    pub currency: Currency,
    pub parties: Vec<Party>,
    pub tiers: u16,
    pub days: u32,
    pub start: Date,
    pub stress: Stress,
    /// Whether certificates may be split.
    pub splitting: bool,
}

/// The market and the outside, which are always the first two.
pub(super) const MARKET: Who = 0;
pub(super) const OUTSIDE: Who = 1;

/// Minor units of so many yuan.
pub(super) const fn yuan(units: u64) -> u64 {
    units * 100
}

impl World {
    /// The world of these options.
    pub fn new(options: &Options, start: Date, splitting: bool) -> Result<Self, CliError> {
        check(options)?;
        let dice = Dice::new(options.seed);
        let mut world = World {
            dice,
            currency: built("CNY")?,
            parties: Vec::new(),
            tiers: options.tiers,
            days: options.days,
            start,
            stress: options.stress,
            splitting,
        };
        world.add("market", Kind::Market, yuan(3_000_000_000), 2)?;
        world.add("outside", Kind::Outside, 0, 2)?;
        let banks = (options.members / 15).clamp(2, 8);
        let cores = (options.members / 30).clamp(1, banks);
        for i in 0..banks {
            let bank = world.parties.len();
            world.add(
                &format!("bank-{}", i + 1),
                Kind::Bank,
                yuan(60_000_000),
                bank,
            )?;
        }
        for i in 0..cores {
            world.add(
                &format!("core-{}", i + 1),
                Kind::Core,
                yuan(6_000_000),
                2 + i,
            )?;
        }
        let counts = tier_counts(options.members - banks - cores, options.tiers);
        for (tier, count) in (1u16..).zip(counts) {
            for i in 0..count {
                let who = world.parties.len();
                let cash = opening(dice, tier, who);
                let bank = 2 + dice.below("bank", &[who as u64], banks as u64) as usize;
                world.add(
                    &format!("tier-{tier}-{:02}", i + 1),
                    Kind::Supplier(tier),
                    cash,
                    bank,
                )?;
            }
        }
        world.connect();
        Ok(world)
    }

    fn add(&mut self, name: &str, kind: Kind, cash: u64, bank: Who) -> Result<(), CliError> {
        self.parties.push(Party {
            id: built(name)?,
            kind,
            cash,
            bank,
            buys_from: Vec::new(),
        });
        Ok(())
    }

    /// Each supplier has one customer of the tier above it, and some have a second.
    fn connect(&mut self) {
        for tier in 1..=self.tiers {
            let above: Vec<Who> = match tier {
                1 => self.cores().collect(),
                _ => self.tier(tier - 1).collect(),
            };
            let count = above.len() as u64;
            let sellers: Vec<Who> = self.tier(tier).collect();
            for (i, seller) in sellers.into_iter().enumerate() {
                let first = i % above.len().max(1);
                let mut customers = vec![first];
                let about = [seller as u64];
                let second = self.dice.below("second customer", &about, count) as usize;
                if second != first && self.dice.percent("has a second", &about, 40) {
                    customers.push(second);
                }
                for customer in customers {
                    let party = above
                        .get(customer)
                        .and_then(|who| self.parties.get_mut(*who));
                    if let Some(party) = party {
                        party.buys_from.push(seller);
                    }
                }
            }
        }
    }

    fn of(&self, fits: impl Fn(Kind) -> bool) -> impl Iterator<Item = Who> {
        self.parties
            .iter()
            .enumerate()
            .filter(move |(_, party)| fits(party.kind))
            .map(|(who, _)| who)
    }

    pub fn banks(&self) -> impl Iterator<Item = Who> {
        self.of(|kind| kind == Kind::Bank)
    }

    pub fn cores(&self) -> impl Iterator<Item = Who> {
        self.of(|kind| kind == Kind::Core)
    }

    pub fn suppliers(&self) -> impl Iterator<Item = Who> {
        self.of(|kind| matches!(kind, Kind::Supplier(_)))
    }

    fn tier(&self, tier: u16) -> impl Iterator<Item = Who> {
        self.of(move |kind| kind == Kind::Supplier(tier))
    }

    /// What a party is; the market where there is no such party.
    pub fn kind(&self, who: Who) -> Kind {
        self.parties.get(who).map_or(Kind::Market, |p| p.kind)
    }

    /// Its suppliers.
    pub fn buys_from(&self, who: Who) -> &[Who] {
        self.parties.get(who).map_or(&[], |p| &p.buys_from)
    }

    /// Where it keeps its account.
    pub fn bank(&self, who: Who) -> Who {
        self.parties.get(who).map_or(2, |p| p.bank)
    }

    /// What it had at the beginning.
    pub fn opening(&self, who: Who) -> u64 {
        self.parties.get(who).map_or(0, |p| p.cash)
    }

    /// Its name; the market's where there is no such party.
    pub fn id(&self, who: Who) -> Option<&MemberId> {
        self.parties.get(who).map(|p| &p.id)
    }

    pub fn name(&self, who: Who) -> &str {
        self.id(who).map_or("?", MemberId::as_str)
    }

    pub const fn money(&self, minor: u64) -> Money {
        Money::new(self.currency, minor)
    }

    /// The day of a run, from 0, as a date.
    pub fn date(&self, day: u32) -> Date {
        add(self.start, day)
    }

    /// The day on which the stress begins; none without one.
    pub fn stress_day(&self) -> Option<u32> {
        (self.stress != Stress::None).then_some(self.days / 3)
    }

    /// Whether this stress has begun.
    pub fn under(&self, stress: Stress, day: u32) -> bool {
        self.stress == stress && self.stress_day().is_some_and(|from| day >= from)
    }

    /// Whether this is the first business day of the stress.
    pub fn stress_business_day(&self, day: u32) -> bool {
        let Some(mut first) = self.stress_day() else {
            return false;
        };
        while self.date(first).is_weekend() {
            first += 1;
        }
        day == first
    }

    /// The core whose cash stops.
    pub fn failing_core(&self) -> Option<Who> {
        self.cores().next()
    }
}

fn check(options: &Options) -> Result<(), CliError> {
    let wrong = |what: &str, hint: &str| Err(CliError::input("SIMULATION", what.to_owned(), hint));
    if !(8..=400).contains(&options.members) {
        return wrong("there are 8 to 400 members", "choose another --members");
    }
    if !(1..=8).contains(&options.tiers) {
        return wrong("there are 1 to 8 tiers", "choose another --tiers");
    }
    if !(5..=730).contains(&options.days) {
        return wrong("a run has 5 to 730 days", "choose another --days");
    }
    if options.members < usize::from(options.tiers) * 2 + 4 {
        return wrong(
            "these are too few members for so many tiers",
            "choose more --members or fewer --tiers",
        );
    }
    Ok(())
}

/// How many suppliers each tier has: more, the deeper it is, and two at least.
fn tier_counts(suppliers: usize, tiers: u16) -> Vec<usize> {
    let weight = |tier: u16| usize::from(tier) + 1;
    let whole: usize = (1..=tiers).map(weight).sum();
    let mut counts: Vec<usize> = (1..=tiers)
        .map(|tier| (suppliers * weight(tier) / whole).max(1))
        .collect();
    let given: usize = counts.iter().sum();
    if let Some(last) = counts.last_mut() {
        *last = (*last + suppliers).saturating_sub(given).max(1);
    }
    counts
}

/// A supplier's opening cash: less, the deeper it stands, three tenths up or down.
fn opening(dice: Dice, tier: u16, who: Who) -> u64 {
    let base = match tier {
        1 => 400_000,
        2 => 200_000,
        3 => 110_000,
        _ => 70_000,
    };
    yuan(base * dice.between("opening", &[who as u64], 70, 130) / 100)
}

pub(super) fn built<T>(text: &str) -> Result<T, CliError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    Ok(built_in(text).map_err(|e: BuiltIn| crate::cluster::ClusterError::from(e))?)
}
