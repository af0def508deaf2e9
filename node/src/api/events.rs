//! Events as a stream that can be resumed where it broke off.

use super::Api;
use super::error::ApiError;
use super::filter::EventFilter;
use super::follow::{Blocks, NoMoreBlocks};
use super::params::Params;
use super::types::EventView;
use crate::handle::Decided;
use allonge_contracts::instruments::InstrumentNumber;
use allonge_contracts::{Code, Event, Hash, MemberId};
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::sse;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use std::convert::Infallible;
use std::str::FromStr;
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;

/// Events prepared ahead for a client that reads slowly.
const AHEAD: usize = 64;
/// A client that takes nothing for so long loses its stream.
const PATIENCE: Duration = Duration::from_secs(60);
/// How often a line is sent when nothing happens.
const KEEP_ALIVE: Duration = Duration::from_secs(10);
const LAST_EVENT_ID: &str = "last-event-id";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct From {
    from: Option<u64>,
    member: Option<MemberId>,
    instrument: Option<InstrumentNumber>,
    kind: Option<String>,
}

/// Where a stream goes on: after an event, or after a whole block.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Position {
    height: u64,
    /// Slot and event; `None` after the whole block.
    event: Option<(u32, u32)>,
}

impl FromStr for Position {
    type Err = ();
    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split('/');
        let mut number = || parts.next().map(|p| p.parse::<u64>().map_err(|_| ()));
        let height = number().ok_or(())??;
        let position = match (number(), number(), number()) {
            (None, None, None) => Position {
                height,
                event: None,
            },
            (Some(slot), Some(event), None) => Position {
                height,
                event: Some((
                    u32::try_from(slot?).map_err(|_| ())?,
                    u32::try_from(event?).map_err(|_| ())?,
                )),
            },
            _ => return Err(()),
        };
        Ok(position)
    }
}

/// `GET /v1/events?from=HEIGHT`, with `Last-Event-ID` taking precedence. A filter leaves events out and changes no
/// id, so a stream goes on at the same place with or without it.
pub async fn stream(
    State(api): State<Api>,
    Params(params): Params<From>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    let filter = EventFilter::new(params.member, params.instrument, params.kind.as_deref())?;
    let last = match headers.get(LAST_EVENT_ID) {
        None => None,
        Some(value) => Some(
            value
                .to_str()
                .ok()
                .and_then(|text| text.parse::<Position>().ok())
                .ok_or_else(|| {
                    ApiError::bad_request(
                        "Last-Event-ID is not one of this stream: height/slot/event",
                    )
                })?,
        ),
    };
    let place = api
        .streams
        .clone()
        .try_acquire_owned()
        .map_err(|_| ApiError::new(Code::TooManyStreams, ""))?;
    let from = match last {
        Some(Position {
            height,
            event: None,
        }) => Some(height.saturating_add(1)),
        Some(Position { height, .. }) => Some(height),
        None => params.from,
    };
    let blocks = Blocks::from(api.node.clone(), from);
    let (sender, receiver) = mpsc::channel(AHEAD);
    let mut stopping = api.stopping.clone();
    tokio::spawn(async move {
        let _place = place;
        tokio::select! {
            () = send_all(blocks, last, filter, &sender) => {}
            () = sender.closed() => {}
            _ = stopping.wait_for(|stop| *stop) => {}
        }
    });
    let keep_alive = sse::KeepAlive::new().interval(KEEP_ALIVE);
    Ok(sse::Sse::new(ReceiverStream::new(receiver))
        .keep_alive(keep_alive)
        .into_response())
}

type Sender = mpsc::Sender<Result<sse::Event, Infallible>>;

async fn send_all(
    mut blocks: Blocks,
    last: Option<Position>,
    filter: EventFilter,
    sender: &Sender,
) {
    loop {
        let block = match blocks.next().await {
            Ok(block) => block,
            Err(NoMoreBlocks::Stopping) => return,
            Err(error) => {
                tracing::warn!(%error, "an event stream ends");
                let code = match error {
                    NoMoreBlocks::Pruned { .. } => Code::Pruned,
                    _ => Code::NotFound,
                };
                let error = ApiError::new(code, error.to_string());
                if let Ok(event) = sse::Event::default()
                    .event("error")
                    .json_data(error.problem())
                {
                    let _ = sender.send_timeout(Ok(event), PATIENCE).await;
                }
                return;
            }
        };
        for view in events_of(&block) {
            let here = Position {
                height: view.height,
                event: Some((view.slot, view.index)),
            };
            if last.is_some_and(|last| last.event.is_some() && here <= last)
                || !filter.passes(&view.happened)
            {
                continue;
            }
            let id = format!("{}/{}/{}", view.height, view.slot, view.index);
            let event = sse::Event::default().id(id).event(view.happened.name());
            let Ok(event) = event.json_data(&view) else {
                tracing::error!("an event cannot be written as JSON");
                return;
            };
            if sender.send_timeout(Ok(event), PATIENCE).await.is_err() {
                return;
            }
        }
        // No event, but where to go on: everything up to this height was seen.
        let mark = sse::Event::default().id(block.block.header.height.to_string());
        if sender.send_timeout(Ok(mark), PATIENCE).await.is_err() {
            return;
        }
    }
}

fn events_of(block: &Decided) -> impl Iterator<Item = EventView> {
    let header = &block.block.header;
    let slot = move |slot: u32, transaction: Option<Hash>, events: &[Event]| {
        (0u32..)
            .zip(events)
            .map(|(index, happened)| EventView {
                height: header.height,
                slot,
                index,
                time_ms: header.time_ms,
                business_date: header.business_date,
                transaction,
                happened: happened.clone(),
            })
            .collect::<Vec<_>>()
    };
    let system = slot(0, None, &block.receipts.system.events);
    let others = (1u32..)
        .zip(&block.receipts.transactions)
        .flat_map(move |(at, receipt)| slot(at, Some(receipt.transaction), &receipt.events));
    system.into_iter().chain(others)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_are_read_strictly() {
        let at = |height, event| Ok(Position { height, event });
        assert_eq!("7".parse::<Position>(), at(7, None));
        assert_eq!("7/0/3".parse::<Position>(), at(7, Some((0, 3))));
        for text in ["", "7/1", "7/1/2/3", "-1", "a", "7/0/4294967296", "7//1"] {
            assert_eq!(text.parse::<Position>(), Err(()), "{text}");
        }
    }
}
