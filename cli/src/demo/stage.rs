//! The network on which the demo plays, and how an act on it becomes a step.

use super::report::Step;
use super::screen::Screen;
use crate::client::{BlockView, ClientError, Final, NodeClient, TransactionBuilder};
use crate::cluster::{Cluster, ClusterError};
use crate::error::CliError;
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::calls::AdvanceClock;
use allonge_contracts::{Call, CallResult, Code, Date, Event, MemberId, Money};
use std::time::{Duration, Instant};

/// How long an act may take to be final.
const FINAL_WITHIN: Duration = Duration::from_secs(20);
/// How long the clock may take to work off what is due.
const CLOCK_WITHIN: Duration = Duration::from_secs(30);
/// How often the clock is looked at.
const LOOK: Duration = Duration::from_millis(20);
/// How often an act is tried again that came while the clock was at work.
const TRIES: usize = 5;

/// The network, and the steps so far.
pub(super) struct Stage {
    pub cluster: Cluster,
    pub client: NodeClient,
    pub screen: Screen,
    pub steps: Vec<Step>,
}

/// An act before it is sent.
pub(super) struct Act<'a> {
    pub actor: &'a str,
    pub calls: Vec<Call>,
    pub text: String,
    pub money: Option<Money>,
    pub lot: Option<LotRange>,
}

/// What the clock did with the bill.
#[derive(Clone, Debug)]
pub(super) struct ClockEvent {
    pub height: u64,
    pub event: Event,
}

/// A member's name that the program brings along.
pub(super) fn id(name: &str) -> Result<MemberId, CliError> {
    Ok(crate::cluster::built_in(name).map_err(ClusterError::from)?)
}

impl Stage {
    /// Signs with the actor's key, sends, waits until it is final, and shows it.
    pub async fn act(&mut self, act: Act<'_>) -> Result<Final, CliError> {
        let actor = id(act.actor)?;
        let key = self.cluster.key(act.actor)?;
        let mut tries = 1;
        loop {
            let chain = self.client.chain().await?;
            let signed = TransactionBuilder::new(&chain, actor.clone())
                .calls(act.calls.clone())
                .sign([&key.key])?;
            let started = Instant::now();
            let done = self.client.submit_and_wait(&signed, FINAL_WITHIN).await?;
            match done.results() {
                Ok(_) => {
                    self.note(Step {
                        number: 0,
                        actor: act.actor.to_owned(),
                        acts: act
                            .calls
                            .iter()
                            .map(|call| call.name().to_owned())
                            .collect(),
                        text: act.text,
                        money: act.money,
                        lot: act.lot,
                        transaction: Some(done.id),
                        height: done.height,
                        milliseconds: milliseconds(started.elapsed()),
                    })?;
                    return Ok(done);
                }
                // The real clock passed a close or midnight in this very moment.
                Err(rejection) if rejection.code == Code::DuePending && tries < TRIES => tries += 1,
                Err(rejection) => {
                    return Err(ClientError::Rejected {
                        id: done.id,
                        height: done.height,
                        rejection: rejection.clone(),
                    }
                    .into());
                }
            }
        }
    }

    fn note(&mut self, mut step: Step) -> Result<(), CliError> {
        step.number = self.steps.len() + 1;
        self.screen.step(&step)?;
        self.steps.push(step);
        Ok(())
    }

    /// Moves the clock to a day and shows what it then did with the bill.
    pub async fn advance(
        &mut self,
        actor: &str,
        to: Date,
        text: String,
        bill: &InstrumentNumber,
    ) -> Result<Vec<ClockEvent>, CliError> {
        let moved = self
            .act(Act {
                actor,
                calls: vec![AdvanceClock { to }.into()],
                text,
                money: None,
                lot: None,
            })
            .await?;
        let started = Instant::now();
        let until = loop {
            let status = self.client.status().await?;
            let clock = &status.body.clock;
            if clock.date >= to && !clock.due_pending {
                break status.height;
            }
            if started.elapsed() > CLOCK_WITHIN {
                return Err(CliError::check_failed(
                    "DEMO_CLOCK",
                    format!(
                        "the clock is still at {} after {} s, on its way to {to}",
                        clock.date,
                        CLOCK_WITHIN.as_secs()
                    ),
                    "look into the nodes' logs",
                ));
            }
            tokio::time::sleep(LOOK).await;
        };
        let took = milliseconds(started.elapsed());
        let mut found = Vec::new();
        for height in moved.height..=until {
            let block: BlockView = self.client.block(Some(height), false).await?;
            for event in block.system.events {
                if bill_of(&event) == Some(bill) {
                    found.push(ClockEvent { height, event });
                }
            }
        }
        for ClockEvent { height, event } in &found {
            let (text, money, lot) = clock_text(event);
            self.note(Step {
                number: 0,
                actor: "clock".to_owned(),
                acts: vec![event.name().to_owned()],
                text,
                money,
                lot,
                transaction: None,
                height: *height,
                milliseconds: took,
            })?;
        }
        Ok(found)
    }
}

/// The bill that an event of the clock is about, as far as it concerns the demo.
fn bill_of(event: &Event) -> Option<&InstrumentNumber> {
    match event {
        Event::BillPresented(e) => Some(&e.bill),
        Event::BillPaid(e) => Some(&e.bill),
        Event::BillDishonoured(e) => Some(&e.bill),
        Event::BillTerminated(e) => Some(&e.bill),
        _ => None,
    }
}

fn clock_text(event: &Event) -> (String, Option<Money>, Option<LotRange>) {
    match event {
        Event::BillPresented(e) => (
            format!("presents {} for {}", e.money, e.holder),
            Some(e.money),
            Some(e.lot),
        ),
        Event::BillPaid(e) => (
            format!("pays {} from {} to {}", e.money, e.from, e.to),
            Some(e.money),
            Some(e.lot),
        ),
        other => (crate::output::describe(other), None, None),
    }
}

/// The request that an act made.
pub(super) fn request_of(
    done: &Final,
) -> Result<(allonge_contracts::RequestId, allonge_contracts::Hash), CliError> {
    let results = done.results().unwrap_or_default();
    let found = results.iter().find_map(|result| match result {
        CallResult::Request { request, terms } => Some((*request, *terms)),
        _ => None,
    });
    found.ok_or_else(|| missing("request", done))
}

/// The bill that an act made.
pub(super) fn bill_made(done: &Final) -> Result<InstrumentNumber, CliError> {
    let results = done.results().unwrap_or_default();
    let found = results.iter().find_map(|result| match result {
        CallResult::Bill(number) => Some(*number),
        _ => None,
    });
    found.ok_or_else(|| missing("bill", done))
}

fn missing(what: &str, done: &Final) -> CliError {
    CliError::check_failed(
        "DEMO_RECEIPT",
        format!("the receipt of transaction {} names no {what}", done.id),
        "look into the nodes' logs",
    )
}

/// Whole milliseconds.
pub(super) fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}
