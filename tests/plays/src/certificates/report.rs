//! Many plays with certificates, counted.

use super::choice::choose;
use super::op::{Made, Op};
use super::pair::Pair;
use crate::cast::Who;
use crate::chance::Chance;
use crate::report::Counts;
use allonge_model::Broken;
use std::collections::BTreeMap;
use std::fmt;

/// What came of all plays.
#[derive(Default)]
pub struct Report {
    pub acts: BTreeMap<&'static str, Counts>,
    pub days: u64,
    /// How lots stood at the end of their plays.
    pub ends: BTreeMap<String, u64>,
    /// Codes of the rules that refused acts broke.
    pub refusals: BTreeMap<&'static str, u64>,
}

/// Every act that must come about.
const ACTS: [&str; 24] = [
    "agree to ask back",
    "agree to confirmation",
    "agree to finance",
    "agree to signature",
    "agree to transfer",
    "ask back",
    "ask confirmation",
    "ask finance",
    "ask signature",
    "cancel",
    "change a line",
    "dispute",
    "freeze",
    "grant a line",
    "open",
    "pay",
    "redeem",
    "refuse",
    "settle a dispute",
    "stop",
    "transfer",
    "transfer by order",
    "unfreeze",
    "withdraw",
];

/// Every code of certificates that must refuse something.
const CODES: [&str; 14] = [
    "ADVANCE_TOO_LARGE",
    "DISPUTED",
    "ISSUER_OVERDUE",
    "LINE_ENDED",
    "LINE_EXCEEDED",
    "NOTHING_TO_CONFIRM",
    "NOT_CONFIRMED",
    "NOT_DISPUTED",
    "NOT_TO_ISSUER",
    "RING_FENCED",
    "TERM_REASON_MISSING",
    "TIER_LIMIT",
    "UNDER_RECOURSE",
    "WITHOUT_RECOURSE",
];

/// Acts of one play.
const ACTS_OF_A_PLAY: u64 = 400;
/// How much of the story is told with a difference.
const TOLD_ACTS: usize = 25;

/// Plays until so many acts have been attempted, from play `first` on. The error tells the first difference.
pub fn run(seed: u64, first: u64, acts: u64) -> Result<Report, String> {
    let mut report = Report::default();
    let mut number = first;
    while report.attempted() < acts {
        play(seed, number, &mut report)?;
        number += 1;
    }
    Ok(report)
}

fn play(seed: u64, number: u64, report: &mut Report) -> Result<(), String> {
    let mut chance = Chance::new(seed, number);
    let mut pair = Pair::new(&mut chance);
    let mut attempted = 0;
    while attempted < ACTS_OF_A_PLAY {
        match step(&mut pair, &mut chance, report) {
            Ok(acted) => attempted += u64::from(acted),
            Err(difference) => {
                let told = pair.story.len().saturating_sub(TOLD_ACTS);
                let story = pair.story.get(told..).unwrap_or_default().join("\n");
                return Err(format!(
                    "seed {seed}, play {number}, after {attempted} acts:\n{story}\n{difference}"
                ));
            }
        }
    }
    for lot in pair.model.certificates.iter().flat_map(|c| &c.lots) {
        let end = format!("{:?} / {:?}", lot.status, lot.circulation);
        *report.ends.entry(end).or_default() += 1;
    }
    Ok(())
}

/// A day passes, or somebody acts; whether it was an act.
fn step(pair: &mut Pair, chance: &mut Chance, report: &mut Report) -> Result<bool, String> {
    if chance.percent(9) {
        let (day, minute) = later(pair, chance);
        report.days += u64::from(day - pair.model.day);
        pair.go(day, minute);
        pair.compare()?;
        pair.check_invariants()?;
        return Ok(false);
    }
    let Some((who, op, name, expected)) = find(pair, chance) else {
        return Ok(false);
    };
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
    pair.act(who, &op, &expected)?;
    pair.compare()?;
    if chance.percent(10) {
        pair.check_invariants()?;
    }
    Ok(true)
}

type Tried = (Who, Op, &'static str, Result<Made, Broken>);

/// An act that the model has carried out or refused. What it refuses changes nothing there, so that some of it can be
/// left untried.
fn find(pair: &mut Pair, chance: &mut Chance) -> Option<Tried> {
    for _ in 0..40 {
        let Some((who, op)) = choose(chance, &pair.model) else {
            continue;
        };
        let name = op.name(&pair.model);
        let expected = op.in_model(&mut pair.model, who);
        if expected.is_ok() || chance.percent(50) {
            return Some((who, op, name, expected));
        }
    }
    None
}

/// Later the same day, the next day, or some days on.
fn later(pair: &Pair, chance: &mut Chance) -> (u32, u32) {
    let (day, minute) = (pair.model.day, pair.model.minute);
    match chance.below(10) {
        0..=1 if minute < 1_200 => (day, 1_200),
        2..=7 => (day + 1, 480 + chance.days(300)),
        8 => (day + 1, 1_200 + chance.days(100)),
        _ => (day + 1 + chance.days(6), 540),
    }
}

impl Report {
    pub fn attempted(&self) -> u64 {
        self.acts.values().map(|counts| counts.attempted).sum()
    }

    /// Acts that were accepted less than so many times, and codes that refused less than so many.
    pub fn rare(&self, times: u64) -> Vec<&'static str> {
        let acts = ACTS.iter().filter(|act| {
            let counts = self.acts.get(*act).copied().unwrap_or_default();
            counts.accepted < times
        });
        let codes = CODES
            .iter()
            .filter(|code| self.refusals.get(*code).copied().unwrap_or(0) < times);
        acts.chain(codes).copied().collect()
    }

    pub fn accepted(&self) -> u64 {
        self.acts.values().map(|counts| counts.accepted).sum()
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (attempted, accepted) = (self.attempted(), self.accepted());
        writeln!(
            f,
            "{attempted} acts, {accepted} accepted, {} days",
            self.days
        )?;
        for (name, counts) in &self.acts {
            writeln!(f, "  {name}: {} of {}", counts.accepted, counts.attempted)?;
        }
        writeln!(f, "lots at the end: {:?}", self.ends)?;
        write!(f, "refusals: {:?}", self.refusals)
    }
}
