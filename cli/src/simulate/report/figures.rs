//! Which charts a report has, and what each shows.

use super::chart::{Head, Row, Series, Unit, lines, rows, stacked};
use super::latency;
use crate::simulate::run::Outcome;
use crate::simulate::tally::{Class, Hop, class};
use crate::simulate::world::World;
use crate::simulate::{Options, Stress};
use allonge_contracts::Date;
use std::collections::BTreeMap;

/// A chart with what is said about it.
pub(super) struct Figure {
    pub title: &'static str,
    pub says: String,
    pub svg: String,
}

/// What is drawn from.
pub(super) struct Drawn<'a> {
    pub options: &'a Options,
    pub main: &'a Outcome,
    pub other: Option<&'a Outcome>,
}

/// Where there is nothing to draw.
fn nothing(title: &'static str, says: &str) -> Figure {
    Figure {
        title,
        says: says.to_owned(),
        svg: String::new(),
    }
}

/// A series for each class.
fn named(world: &World, sums: BTreeMap<Class, Vec<u64>>) -> Vec<Series> {
    sums.into_iter()
        .map(|(class, values)| Series {
            name: class.name(world),
            values,
        })
        .collect()
}

impl Drawn<'_> {
    fn head(&self, title: &str, description: &str, unit: &str) -> Head {
        let world = &self.main.world;
        let why = match self.options.stress {
            Stress::CoreDefault => "cash of core-1 stops",
            Stress::Liquidity => "deposits withdrawn",
            Stress::None => "",
        };
        Head {
            title: title.to_owned(),
            description: description.to_owned(),
            unit: unit.to_owned(),
            mark: world
                .stress_day()
                .map(|day| (world.date(day), why.to_owned())),
        }
    }

    /// The days that are shown: business days, for nothing happens on the others.
    fn days(&self) -> Vec<Date> {
        self.shown().map(|day| day.date).collect()
    }

    fn shown(&self) -> impl Iterator<Item = &crate::simulate::tally::DayOf> {
        let days = self.main.tally.days.iter();
        days.filter(|day| !day.date.is_weekend())
    }

    /// All charts, in order.
    pub fn all(&self) -> Vec<Figure> {
        vec![
            self.settled(),
            self.netting(),
            self.cash(
                "Cash of suppliers by tier",
                "Cash of all suppliers of a tier at the end of each day. cash.csv has every party.",
                |class| matches!(class, Class::Tier(_)),
            ),
            self.cash(
                "Cash of cores and banks",
                "Cash of each core enterprise and of all banks at the end of each day.",
                |class| matches!(class, Class::Core(_) | Class::Banks),
            ),
            self.reach(),
            self.cost(),
            self.losses(),
            self.ways(),
            self.transactions(),
            self.latency(),
        ]
    }

    fn settled(&self) -> Figure {
        let names = [
            "paper handed on",
            "certificates redeemed",
            "bills paid",
            "netted, gross",
            "cash",
        ];
        let series: Vec<Series> = names
            .iter()
            .enumerate()
            .map(|(part, name)| Series {
                name: (*name).to_owned(),
                values: self
                    .shown()
                    .map(|day| day.settled.parts().get(part).copied().unwrap_or(0))
                    .collect(),
            })
            .collect();
        let title = "Settled value by day";
        let says = "What discharged debts on each business day: paper handed on for goods, certificates redeemed and bills \
                    paid on their day, obligations settled by netting, wages and costs in cash.";
        Figure {
            title,
            says: says.to_owned(),
            svg: stacked(
                &self.head(title, says, "CNY a day"),
                &self.days(),
                &series,
                Unit::Money,
            ),
        }
    }

    /// Cash by class at the end of each day.
    fn cash(&self, title: &'static str, says: &str, shown: impl Fn(Class) -> bool) -> Figure {
        let world = &self.main.world;
        let mut sums: BTreeMap<Class, Vec<u64>> = BTreeMap::new();
        let count = self.days().len();
        for (at, day) in self.shown().enumerate() {
            for (who, minor) in day.cash.iter().enumerate() {
                let class = class(world, who);
                if !shown(class) {
                    continue;
                }
                let values = sums.entry(class).or_insert_with(|| vec![0; count]);
                if let Some(sum) = values.get_mut(at) {
                    *sum += minor;
                }
            }
        }
        let series = named(world, sums);
        Figure {
            title,
            says: says.to_owned(),
            svg: lines(
                &self.head(title, says, "CNY"),
                &self.days(),
                &series,
                Unit::Money,
            ),
        }
    }

    fn reach(&self) -> Figure {
        let rows_of: Vec<Row> = (1..=self.main.world.tiers)
            .map(|tier| {
                let of = |outcome: &Outcome| outcome.tally.reached.get(&tier).map_or(0, |r| r.0);
                let mut values = vec![Some(of(self.main))];
                values.extend(self.other.map(|other| Some(of(other))));
                Row {
                    name: format!("tier {tier}"),
                    values,
                }
            })
            .collect();
        let title = "How deep the cores' promises came";
        let says = "Sums of certificates and bills that came into the hands of suppliers of each tier, at issue or by being \
                    handed on.";
        Figure {
            title,
            says: says.to_owned(),
            svg: rows(
                &self.head(title, says, "CNY in the whole run"),
                &self.names(),
                &rows_of,
                Unit::Money,
            ),
        }
    }

    fn names(&self) -> Vec<String> {
        match self.other {
            Some(_) => vec!["with splitting".to_owned(), "without splitting".to_owned()],
            None => vec!["with splitting".to_owned()],
        }
    }

    fn cost(&self) -> Figure {
        let rows_of: Vec<Row> = (1..=self.main.world.tiers)
            .map(|tier| {
                let mut values = vec![self.main.tally.cost(tier).rate()];
                values.extend(self.other.map(|other| other.tally.cost(tier).rate()));
                Row {
                    name: format!("tier {tier}"),
                    values,
                }
            })
            .collect();
        let title = "Cost of funds by tier";
        let mut says = "Average annual rate (ACT/360) of all money that suppliers raised, by selling paper or by borrowing \
                        on their own credit, weighted by amount and days."
            .to_owned();
        if self.other.is_some() {
            says +=
                " The second run is the same demand without splitting, on a network of its own.";
        }
        Figure {
            title,
            svg: rows(
                &self.head(title, &says, "per year"),
                &self.names(),
                &rows_of,
                Unit::Rate,
            ),
            says,
        }
    }

    fn netting(&self) -> Figure {
        let clamp = |sum: u128| u64::try_from(sum).unwrap_or(u64::MAX);
        let series = vec![
            Series {
                name: "moved (net)".to_owned(),
                values: self.shown().map(|day| clamp(day.net)).collect(),
            },
            Series {
                name: "saved (gross less net)".to_owned(),
                values: self
                    .shown()
                    .map(|day| clamp(day.gross.saturating_sub(day.net)))
                    .collect(),
            },
        ];
        let title = "Netting: gross, moved, saved";
        let says = "Each bar is what the day's cycle settled gross: the part for which cash moved, and the part that cancelled \
                    out. Most debts are due on Fridays.";
        Figure {
            title,
            says: says.to_owned(),
            svg: stacked(
                &self.head(title, says, "CNY a day"),
                &self.days(),
                &series,
                Unit::Money,
            ),
        }
    }

    /// Who bears what is lost or late, day by day.
    fn losses(&self) -> Figure {
        let world = &self.main.world;
        let mut sums: BTreeMap<Class, Vec<u64>> = BTreeMap::new();
        let count = self.days().len();
        for (at, day) in self.shown().enumerate() {
            for (class, minor) in day.overdue.iter().chain(&day.given_up) {
                let values = sums.entry(*class).or_insert_with(|| vec![0; count]);
                if let Some(sum) = values.get_mut(at) {
                    *sum += minor;
                }
            }
        }
        let series = named(world, sums);
        let title = "Who bears what is not paid";
        let says = if series.is_empty() {
            "Nothing fell overdue and no claim was given up in this run."
        } else {
            "Overdue paper by who holds it, with claims given up after three deadlines by who had them; as it stands at the \
             end of each day."
        };
        if series.is_empty() {
            return nothing(title, says);
        }
        Figure {
            title,
            says: says.to_owned(),
            svg: stacked(
                &self.head(title, says, "CNY"),
                &self.days(),
                &series,
                Unit::Money,
            ),
        }
    }

    /// The largest ways that losses went.
    fn ways(&self) -> Figure {
        const MOST: usize = 12;
        let world = &self.main.world;
        let mut all: Vec<(&(Hop, Class, Class), u64)> = self
            .main
            .tally
            .hops
            .iter()
            .map(|(way, (minor, _))| (way, *minor))
            .collect();
        all.sort_by_key(|(way, minor)| (u64::MAX - minor, **way));
        let shown: Vec<Row> = all
            .iter()
            .take(MOST)
            .map(|((hop, from, to), minor)| {
                let word = match hop {
                    Hop::Overdue => "unpaid",
                    Hop::TakenBack => "taken back",
                    Hop::GivenUp => "given up",
                };
                Row {
                    name: format!("{word}: {} → {}", from.name(world), to.name(world)),
                    values: vec![Some(*minor)],
                }
            })
            .collect();
        let title = "How losses travelled";
        let says = if shown.is_empty() {
            "No loss went from one party to another in this run.".to_owned()
        } else {
            "From whom to whom: paper not paid on its day (it may be paid later), paper that a funder had taken back under \
             recourse, claims given up. losses.csv has all."
                .to_owned()
        };
        if shown.is_empty() {
            return nothing(title, &says);
        }
        Figure {
            title,
            svg: rows(
                &self.head(title, &says, "CNY in the whole run"),
                &[],
                &shown,
                Unit::Money,
            ),
            says,
        }
    }

    fn transactions(&self) -> Figure {
        let series = vec![Series {
            name: "transactions".to_owned(),
            values: self.shown().map(|day| day.transactions).collect(),
        }];
        let title = "Transactions by simulated day";
        let measure = &self.main.measure;
        let busy_ms = u64::try_from(measure.busy.as_millis()).unwrap_or(u64::MAX);
        let tenths = (measure.latencies.len() as u64 * 10_000)
            .checked_div(busy_ms)
            .unwrap_or(0);
        let says = format!(
            "{} transactions with {} calls; {}.{} a second while a round was under way. A round waits until all of it is \
             final, so this is no measure of what the network could take (allonge bench).",
            measure.latencies.len(),
            measure.calls,
            tenths / 10,
            tenths % 10
        );
        Figure {
            title,
            svg: stacked(
                &self.head(title, &says, "transactions"),
                &self.days(),
                &series,
                Unit::Count,
            ),
            says,
        }
    }

    fn latency(&self) -> Figure {
        let all = latency(&self.main.measure.latencies);
        let rows_of: Vec<Row> = [
            ("half within", all.p50),
            ("95 of 100", all.p95),
            ("99 of 100", all.p99),
            ("longest", all.max),
        ]
        .into_iter()
        .map(|(name, ms)| Row {
            name: name.to_owned(),
            values: vec![Some(ms)],
        })
        .collect();
        let title = "From sending to final";
        let says = "How long transactions took from being sent to being known to be final, on the machine of this run.";
        Figure {
            title,
            says: says.to_owned(),
            svg: rows(
                &self.head(title, says, "milliseconds"),
                &[],
                &rows_of,
                Unit::Count,
            ),
        }
    }
}
