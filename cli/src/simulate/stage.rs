//! The network: sends what a round asks for, waits until all of it is final, reads what happened, moves the clock.

use super::act::{Act, Pending, Then};
use super::patience::patiently;
use super::world::{MARKET, Who};
use crate::client::{Chain, Final, NodeClient, TransactionBuilder};
use crate::error::CliError;
use allonge_contracts::calls::{AdvanceClock, InstrumentRef};
use allonge_contracts::{Call, CallResult, Date, Event, MemberId, Rejection};
use ed25519_dalek::SigningKey;
use futures::stream::{StreamExt, TryStreamExt};
use std::collections::BTreeMap;
use std::time::{Duration, Instant};

/// How many calls share a transaction at most.
const CALLS: usize = 16;
/// How many parties send at a time.
const UNDER_WAY: usize = 48;
/// How long a transaction may take to be final before it is sent again.
const WITHIN: Duration = Duration::from_secs(120);
/// How long the clock may take to work off a day, and a node to catch up: a busy machine may need long.
const LONGEST: Duration = Duration::from_secs(600);
/// How long a transaction stays valid: a busy machine may need long.
const LIFE: Duration = Duration::from_secs(3_600);
/// How often a block or the clock is asked for again.
const AGAIN: Duration = Duration::from_millis(15);

/// A member that can sign.
pub(super) struct Signer {
    pub id: MemberId,
    pub key: SigningKey,
}

/// What the network did for the run, in figures.
#[derive(Clone, Debug, Default)]
pub(super) struct Measure {
    /// Of each transaction, from sending to its being known to be final, in microseconds.
    pub latencies: Vec<u64>,
    pub calls: u64,
    pub blocks: u64,
    /// Rejections by code.
    pub rejected: BTreeMap<String, u64>,
    /// How long rounds took, from the first sending to the last being final.
    pub busy: Duration,
}

/// A network, and who acts on it.
pub(super) struct Stage {
    clients: Vec<NodeClient>,
    signers: Vec<Signer>,
    /// The last block whose events were read.
    height: u64,
    pub measure: Measure,
}

/// What came of a transaction of a party.
type Outcome = Result<Vec<CallResult>, Rejection>;

/// What a party's transactions came to.
#[derive(Default)]
struct Lane {
    /// Of each act, by its place in the round; none where it was rejected.
    results: Vec<(usize, Option<Vec<CallResult>>)>,
    measure: Measure,
    height: u64,
}

impl Stage {
    /// Stands at the present height of the network.
    pub async fn new(clients: Vec<NodeClient>, signers: Vec<Signer>) -> Result<Self, CliError> {
        let first = clients.first().ok_or_else(no_node)?;
        let height = first.status().await?.height;
        Ok(Stage {
            clients,
            signers,
            height,
            measure: Measure::default(),
        })
    }

    /// A node, another one each day.
    pub fn node(&self, day: u32) -> Result<&NodeClient, CliError> {
        let count = self.clients.len().max(1);
        let index = usize::try_from(day).unwrap_or(0) % count;
        self.clients.get(index).ok_or_else(no_node)
    }

    /// The height up to which everything is read.
    pub const fn height(&self) -> u64 {
        self.height
    }

    /// Carries out a round: what each act came to, in order, and all that happened.
    pub async fn round(
        &mut self,
        acts: &[Act],
    ) -> Result<(Vec<Option<Vec<CallResult>>>, Vec<Event>), CliError> {
        let mut results = vec![None; acts.len()];
        if acts.is_empty() {
            return Ok((results, Vec::new()));
        }
        let node = self.node(0)?;
        let chain = patiently(async || node.chain().await).await?;
        let mut by_party: BTreeMap<Who, Vec<usize>> = BTreeMap::new();
        for (index, act) in acts.iter().enumerate() {
            by_party.entry(act.by).or_default().push(index);
        }
        let started = Instant::now();
        let lanes = by_party
            .into_iter()
            .map(|(who, indices)| self.lane(&chain, who, indices, acts));
        let done: Vec<Lane> = futures::stream::iter(lanes)
            .buffer_unordered(UNDER_WAY)
            .try_collect()
            .await?;
        self.measure.busy += started.elapsed();
        let mut height = self.height;
        for lane in done {
            for (index, result) in lane.results {
                if let Some(slot) = results.get_mut(index) {
                    *slot = result;
                }
            }
            self.measure.add(lane.measure);
            height = height.max(lane.height);
        }
        let events = self.read(height).await?;
        Ok((results, events))
    }

    /// Sends a party's acts in their order, several in a transaction. Those of a transaction that is rejected are
    /// sent again one by one.
    async fn lane(
        &self,
        chain: &Chain,
        who: Who,
        indices: Vec<usize>,
        acts: &[Act],
    ) -> Result<Lane, CliError> {
        let mut lane = Lane::default();
        for batch in batches(&indices, acts) {
            let outcome = self.send(chain, who, &batch, acts, &mut lane).await?;
            match outcome {
                Ok(mut results) => {
                    for index in batch {
                        let count = acts.get(index).map_or(0, |act| act.calls.len());
                        let rest = results.split_off(count.min(results.len()));
                        lane.results.push((index, Some(results)));
                        results = rest;
                    }
                }
                Err(_) if batch.len() > 1 => {
                    for index in batch {
                        let outcome = self.send(chain, who, &[index], acts, &mut lane).await?;
                        let results = lane.settled(outcome);
                        lane.results.push((index, results));
                    }
                }
                Err(rejection) => {
                    let results = lane.settled(Err(rejection));
                    lane.results
                        .extend(batch.into_iter().map(|i| (i, results.clone())));
                }
            }
        }
        Ok(lane)
    }

    async fn send(
        &self,
        chain: &Chain,
        who: Who,
        batch: &[usize],
        acts: &[Act],
        lane: &mut Lane,
    ) -> Result<Outcome, CliError> {
        let mut calls: Vec<Call> = Vec::new();
        for act in batch.iter().filter_map(|index| acts.get(*index)) {
            let base = u8::try_from(calls.len()).unwrap_or(u8::MAX);
            calls.extend(
                act.calls
                    .iter()
                    .map(|(call, _)| shifted(call.clone(), base)),
            );
        }
        lane.measure.calls += calls.len() as u64;
        let done = self.submit(chain, who, calls, &mut lane.measure).await?;
        lane.height = lane.height.max(done.height);
        Ok(match done.results() {
            Ok(results) => Ok(results.to_vec()),
            Err(rejection) => Err(rejection.clone()),
        })
    }

    async fn submit(
        &self,
        chain: &Chain,
        who: Who,
        calls: Vec<Call>,
        measure: &mut Measure,
    ) -> Result<Final, CliError> {
        let signer = self.signers.get(who).ok_or_else(|| {
            CliError::input(
                "SIMULATION",
                format!("party {who} has no key"),
                "report this",
            )
        })?;
        let signed = TransactionBuilder::new(chain, signer.id.clone())
            .calls(calls)
            .valid_until(chain.valid_until(LIFE))
            .sign([&signer.key])?;
        let client = self.node(u32::try_from(who).unwrap_or(0))?;
        let started = Instant::now();
        // Sending the very same transaction again is safe.
        let done = patiently(async || client.submit_and_wait(&signed, WITHIN).await).await?;
        let micros = u64::try_from(started.elapsed().as_micros()).unwrap_or(u64::MAX);
        measure.latencies.push(micros);
        Ok(done)
    }

    /// All that happened up to a height, from where it was read last.
    async fn read(&mut self, to: u64) -> Result<Vec<Event>, CliError> {
        let client = self.node(0)?.clone();
        let mut events = Vec::new();
        let deadline = Instant::now() + LONGEST;
        while self.height < to {
            let next = self.height + 1;
            let block = match patiently(async || client.block(Some(next), true).await).await {
                Ok(block) => block,
                // Another node was faster.
                Err(error) if error.is_not_found() && Instant::now() < deadline => {
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
                Err(error) => return Err(error.into()),
            };
            self.height += 1;
            self.measure.blocks += 1;
            events.extend(block.system.events);
            for transaction in block.transactions {
                if let Some(receipt) = transaction.receipt {
                    events.extend(receipt.events);
                }
            }
        }
        Ok(events)
    }

    /// Moves the clock to the beginning of a day and waits until all that was due before is done.
    pub async fn advance(&mut self, to: Date) -> Result<Vec<Event>, CliError> {
        let client = self.node(0)?.clone();
        let chain = patiently(async || client.chain().await).await?;
        let mut measure = Measure::default();
        let call = AdvanceClock { to };
        let done = self
            .submit(&chain, MARKET, vec![call.into()], &mut measure)
            .await?;
        if let Err(rejection) = done.results() {
            return Err(crate::client::ClientError::Rejected {
                id: done.id,
                height: done.height,
                rejection: rejection.clone(),
            }
            .into());
        }
        let deadline = Instant::now() + LONGEST;
        let height = loop {
            let status = patiently(async || client.status().await).await?;
            let clock = &status.body.clock;
            if status.height > done.height && clock.date >= to && !clock.due_pending {
                break status.height;
            }
            if Instant::now() >= deadline {
                return Err(CliError::too_late(
                    done.id,
                    format!("the clock is at {} on its way to {to}", clock.date),
                    "see `allonge status` of the network",
                ));
            }
            tokio::time::sleep(AGAIN).await;
        };
        self.read(height).await
    }
}

impl Lane {
    /// Counts a rejection.
    fn settled(&mut self, outcome: Outcome) -> Option<Vec<CallResult>> {
        match outcome {
            Ok(results) => Some(results),
            Err(rejection) => {
                let code = rejection.code.name().to_owned();
                *self.measure.rejected.entry(code).or_default() += 1;
                None
            }
        }
    }
}

impl Measure {
    fn add(&mut self, other: Measure) {
        self.latencies.extend(other.latencies);
        self.calls += other.calls;
        for (code, count) in other.rejected {
            *self.rejected.entry(code).or_default() += count;
        }
    }
}

fn no_node() -> CliError {
    CliError::input("NO_NODE", "no node is named", "name one with --node URL")
}

/// Acts of one party in their order, put together into transactions.
fn batches(indices: &[usize], acts: &[Act]) -> Vec<Vec<usize>> {
    let mut all: Vec<Vec<usize>> = Vec::new();
    let mut room = 0;
    for index in indices {
        let count = acts.get(*index).map_or(0, |act| act.calls.len());
        match all.last_mut() {
            Some(batch) if count <= room => batch.push(*index),
            _ => {
                all.push(vec![*index]);
                room = CALLS;
            }
        }
        room = room.saturating_sub(count);
    }
    all
}

/// A call that refers to an earlier one of its act, when that act begins further on in the transaction.
fn shifted(mut call: Call, base: u8) -> Call {
    let instrument = match &mut call {
        Call::RequestSignature(call) => &mut call.certificate,
        Call::RequestAcceptance(call) => &mut call.bill,
        _ => return call,
    };
    if let InstrumentRef::Call(index) = instrument {
        index.call = index.call.saturating_add(base);
    }
    call
}

/// The questions that accepted acts put, in order.
pub(super) fn asked(acts: &[Act], results: &[Option<Vec<CallResult>>]) -> Vec<Pending> {
    let mut pending = Vec::new();
    for (act, results) in acts.iter().zip(results) {
        let results = results.as_deref().unwrap_or_default();
        for ((_, then), result) in act.calls.iter().zip(results) {
            if let (Then::Ask(ask), CallResult::Request { request, terms }) = (then, result) {
                pending.push(Pending {
                    ask: ask.clone(),
                    request: *request,
                    terms: *terms,
                });
            }
        }
    }
    pending
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::trade::Effect;
    use allonge_contracts::calls::{CallIndex, RequestSignature};

    fn act(calls: usize) -> Act {
        let call = RequestSignature {
            certificate: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        };
        Act {
            by: 0,
            calls: vec![(call.into(), Then::Done(Effect::Nothing)); calls],
        }
    }

    #[test]
    fn acts_stay_whole_and_in_order() {
        let acts: Vec<Act> = [2, 2, 14, 1, 1].map(act).into();
        let indices = [0, 1, 2, 3, 4];
        assert_eq!(batches(&indices, &acts), [vec![0, 1], vec![2, 3, 4]]);
        assert!(batches(&[], &acts).is_empty());
    }

    #[test]
    fn references_move_with_their_act() {
        let call = act(1).calls.remove(0).0;
        let Call::RequestSignature(moved) = shifted(call, 6) else {
            panic!("another call");
        };
        assert_eq!(
            moved.certificate,
            InstrumentRef::Call(CallIndex { call: 6 })
        );
    }
}
