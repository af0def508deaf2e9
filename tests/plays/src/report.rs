//! Many plays, counted.

use crate::cast::Who;
use crate::chance::Chance;
use crate::choice::choose;
use crate::names::{ACTS, act_name, bill_of, listed};
use crate::op::Op;
use crate::pair::Pair;
use crate::perform::Made;
use crate::words;
use allonge_model::{Broken, World};
use std::collections::BTreeMap;
use std::fmt;

/// How often an act was attempted and carried out.
#[derive(Clone, Copy, Default)]
pub struct Counts {
    pub attempted: u64,
    pub accepted: u64,
}

/// What came of all plays.
#[derive(Default)]
pub struct Report {
    pub acts: BTreeMap<String, Counts>,
    /// What the clock did, by the circulation or dishonour that it led to.
    pub days: u64,
    /// How lots stood at the end of their plays.
    pub ends: BTreeMap<String, u64>,
    /// Codes with which acts were refused, as the model has them.
    pub refusals: BTreeMap<&'static str, u64>,
}

/// Acts of one play.
const ACTS_OF_A_PLAY: u64 = 300;
/// How much of the story is told with a difference.
const TOLD_ACTS: usize = 25;

/// Plays until so many acts have been attempted, from play `first` on. The error tells the first difference.
pub fn run(seed: u64, first: u64, acts: u64) -> Result<Report, String> {
    let mut report = Report::default();
    let mut attempted = 0;
    let mut number = first;
    while attempted < acts {
        attempted += play(seed, number, &mut report)?;
        number += 1;
    }
    Ok(report)
}

fn play(seed: u64, number: u64, report: &mut Report) -> Result<u64, String> {
    let mut chance = Chance::new(seed, number);
    let mut pair = Pair::new(&mut chance);
    let mut attempted = 0;
    while attempted < ACTS_OF_A_PLAY {
        let done = step(&mut pair, &mut chance, report);
        match done {
            Ok(true) => attempted += 1,
            Ok(false) => {}
            Err(difference) => return Err(tell(seed, number, attempted, &pair, &difference)),
        }
    }
    for bill in &pair.model.bills {
        for lot in &bill.lots {
            let end = format!(
                "{} / {}, dishonour {}",
                words::status(lot.status),
                words::circulation(lot.circulation),
                words::dishonour(lot.dishonour)
            );
            *report.ends.entry(end).or_default() += 1;
        }
    }
    Ok(attempted)
}

/// A day passes, or somebody acts; whether it was an act.
fn step(pair: &mut Pair, chance: &mut Chance, report: &mut Report) -> Result<bool, String> {
    if chance.percent(11) {
        let (day, minute) = later(&pair.model, chance);
        report.days += u64::from(day - pair.model.day);
        pair.go(day, minute)?;
        pair.compare()?;
        pair.check_invariants()?;
        return Ok(false);
    }
    let Some((who, op, expected)) = find(pair, chance) else {
        return Ok(false);
    };
    let name = act_name(&pair.model, &op);
    let counts = report.acts.entry(name).or_default();
    counts.attempted += 1;
    match &expected {
        Ok(_) => counts.accepted += 1,
        Err(broken) => {
            for code in broken {
                *report.refusals.entry(code).or_default() += 1;
            }
        }
    }
    carry_out(pair, who, &op, &expected)?;
    Ok(true)
}

/// An act that the model has carried out or refused. What it refuses changes nothing there, so that some of it can be
/// left untried.
fn find(pair: &mut Pair, chance: &mut Chance) -> Option<(Who, Op, Result<Made, Broken>)> {
    for _ in 0..40 {
        let Some((who, op)) = choose(chance, &pair.model) else {
            continue;
        };
        // A suspended member's transactions never come so far.
        if pair.model.members[who].suspended {
            continue;
        }
        let expected = pair.expect(who, &op);
        if expected.is_ok() || chance.percent(60) {
            return Some((who, op, expected));
        }
    }
    None
}

fn carry_out(
    pair: &mut Pair,
    who: Who,
    op: &Op,
    expected: &Result<Made, Broken>,
) -> Result<(), String> {
    pair.act(who, op, expected)?;
    pair.compare()?;
    if let (Ok(_), Some(b)) = (expected, bill_of(&pair.model, op)) {
        pair.compare_history(b)?;
    }
    pair.check_invariants()
}

/// When it goes on: soon mostly, at a maturity or after months sometimes.
fn later(model: &World, chance: &mut Chance) -> (u32, u32) {
    let minutes = [8 * 60, 12 * 60, 20 * 60 + 30];
    let minute = chance.one(&minutes).unwrap_or(480);
    let days = match chance.below(100) {
        0..=9 => 0,
        10..=84 => 1 + chance.days(3),
        85..=96 => 4 + chance.days(9),
        _ => 20 + chance.days(60),
    };
    let day = model.day + days;
    (
        day,
        if days == 0 {
            minute.max(model.minute)
        } else {
            minute
        },
    )
}

/// A difference, with what led to it.
fn tell(seed: u64, play: u64, step: u64, pair: &Pair, difference: &str) -> String {
    let story = &pair.story;
    let mut told = format!(
        "{difference}\n\nseed {seed}, play {play}, after {step} acts; repeat it alone with\n  ALLONGE_SEED={seed} ALLONGE_PLAY={play} ALLONGE_ACTS=1 cargo test -p allonge-plays\nin {}\nits last acts:\n",
        story[0]
    );
    for line in &story[1.max(story.len().saturating_sub(TOLD_ACTS))..] {
        told += &format!("  {line}\n");
    }
    told
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>34} {:>9} {:>9}", "act", "attempted", "accepted")?;
        for (name, counts) in &self.acts {
            writeln!(
                f,
                "{name:>34} {:>9} {:>9}",
                counts.attempted, counts.accepted
            )?;
        }
        writeln!(
            f,
            "{:>34} {:>9} {:>9}",
            "all",
            self.attempted(),
            self.accepted()
        )?;
        writeln!(f, "over {} days", self.days)?;
        for (code, count) in &self.refusals {
            writeln!(f, "{count:>9} refused with {code} among the reasons")?;
        }
        for (end, count) in &self.ends {
            writeln!(f, "{count:>9} lots were at last {end}")?;
        }
        Ok(())
    }
}

impl Report {
    pub fn attempted(&self) -> u64 {
        self.acts.values().map(|c| c.attempted).sum()
    }

    pub fn accepted(&self) -> u64 {
        self.acts.values().map(|c| c.accepted).sum()
    }

    /// Acts of the list that were carried out less often than so.
    pub fn rare(&self, least: u64) -> Vec<(&'static str, u64)> {
        let accepted = |act: &str| -> u64 {
            let counted = self.acts.iter().filter(|(name, _)| listed(name) == act);
            counted.map(|(_, counts)| counts.accepted).sum()
        };
        let all = ACTS.iter().map(|act| (*act, accepted(act)));
        all.filter(|(_, accepted)| *accepted < least).collect()
    }
}
