//! A run: day by day, in rounds.

use super::act::{Act, Then};
use super::agents::{self, State};
use super::book::Flow;
use super::checks::check;
use super::demand::daily_purchases;
use super::digest::Digest;
use super::stage::{Measure, Stage, asked};
use super::tally::Tally;
use super::trade::Effect;
use super::world::World;
use crate::error::CliError;
use allonge_contracts::calls::GrantLine;
use allonge_contracts::{CallResult, Event};
use std::time::{Duration, Instant};

/// A line covers what its core buys in so many business days.
const LINE_DAYS: u64 = 45;

/// What a run came to.
pub(super) struct Outcome {
    pub world: World,
    pub state: State,
    pub tally: Tally,
    pub measure: Measure,
    pub digest: String,
    pub height: u64,
    pub took: Duration,
}

/// A run under way.
struct Run {
    world: World,
    state: State,
    tally: Tally,
    stage: Stage,
    seed: u64,
}

/// Plays all days on a network where everybody is a member and has its opening cash. `tell` hears of each day.
pub(super) async fn run(
    world: World,
    stage: Stage,
    seed: u64,
    mut tell: impl FnMut(&State, &Measure),
) -> Result<Outcome, CliError> {
    let started = Instant::now();
    let days = world.days;
    let mut digest = Digest::default();
    let mut run = Run {
        state: State::new(&world),
        tally: Tally::default(),
        world,
        stage,
        seed,
    };
    run.open_lines().await?;
    for day in 0..days {
        let before = (run.stage.measure.latencies.len(), run.stage.measure.busy);
        run.day(day).await?;
        let hex = digest.add(&run.world, &run.state);
        let measure = &run.stage.measure;
        let work = (measure.latencies.len() - before.0) as u64;
        let busy = u64::try_from((measure.busy - before.1).as_millis()).unwrap_or(0);
        run.tally.close(&run.world, &run.state, hex, (work, busy));
        tell(&run.state, &run.stage.measure);
    }
    run.tally.finish(&run.world, &run.state);
    Ok(Outcome {
        height: run.stage.height(),
        measure: run.stage.measure,
        world: run.world,
        state: run.state,
        tally: run.tally,
        digest: digest.hex(),
        took: started.elapsed(),
    })
}

impl Run {
    /// Before the first day each core's bank grants it a line.
    async fn open_lines(&mut self) -> Result<(), CliError> {
        self.state.open_day(&self.world, 0);
        let mut acts = Vec::new();
        for core in self.world.cores() {
            let Some(issuer) = self.world.id(core) else {
                continue;
            };
            let limit = daily_purchases(&self.world, core).saturating_mul(LINE_DAYS);
            let call = GrantLine {
                issuer: issuer.clone(),
                limit: self.world.money(limit),
                until: None,
            };
            acts.push(Act::one(self.world.bank(core), call, Effect::Nothing));
        }
        self.round(&acts).await?;
        Ok(())
    }

    async fn day(&mut self, day: u32) -> Result<(), CliError> {
        self.state.open_day(&self.world, day);
        if !self.state.today.is_weekend() {
            let acts = agents::morning(&self.world, &mut self.state);
            let results = self.round(&acts).await?;
            let questions = asked(&acts, &results);
            let answers = agents::answer(&self.world, &mut self.state, &questions);
            self.round(&answers).await?;
        }
        let next = self.world.date(day + 1);
        let events = self.stage.advance(next).await?;
        self.take(&events);
        let node = self.stage.node(day)?;
        let height = self.stage.height();
        let found = check(&self.world, &mut self.state.book, node, height).await?;
        if found.is_empty() {
            return Ok(());
        }
        Err(CliError::check_failed(
            "INVARIANT_VIOLATED",
            format!(
                "seed {}, day {} ({}): {}",
                self.seed,
                day + 1,
                self.state.today,
                found.join("; ")
            ),
            "run it again with the same seed and options: the same day comes again",
        ))
    }

    /// All acts of a round, then what they did.
    async fn round(&mut self, acts: &[Act]) -> Result<Vec<Option<Vec<CallResult>>>, CliError> {
        let (results, events) = self.stage.round(acts).await?;
        for (act, results) in acts.iter().zip(&results) {
            let results = results.as_deref().unwrap_or_default();
            for ((_, then), result) in act.calls.iter().zip(results) {
                if let Then::Done(effect) = then {
                    self.state.trade.take(&self.world, effect, Some(result));
                }
            }
        }
        self.take(&events);
        Ok(results)
    }

    fn take(&mut self, events: &[Event]) {
        let mut flows = Vec::new();
        for event in events {
            self.state.book.apply(event, &mut flows);
        }
        let today = self.state.today;
        for flow in &flows {
            match flow {
                Flow::Netted { id, minor, .. } => self.state.trade.netted(id, *minor),
                Flow::Ended { id, .. } => self.state.trade.ended(id, today),
                _ => {}
            }
        }
        self.tally.take(&self.world, &flows);
    }
}
