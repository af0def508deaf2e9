//! The stream of events, picked up again where it broke off.

use super::error::ClientError;
use super::http::Http;
use super::types::EventView;
use allonge_contracts::MemberId;
use allonge_contracts::instruments::InstrumentNumber;
use std::sync::Arc;
use std::time::Duration;

/// The longest line of the stream that is read.
const MAX_LINE_BYTES: usize = 4 * 1024 * 1024;
/// How often in a row a broken stream is opened again without an event in between.
const MAX_RETRIES: u32 = 5;

/// Which events a node sends; all where nothing is named.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    /// Events that name this member.
    pub member: Option<MemberId>,
    /// Events that name this bill or certificate.
    pub instrument: Option<InstrumentNumber>,
    /// Events of these kinds, or families of kinds.
    pub kinds: Vec<String>,
}

impl EventFilter {
    fn query(&self) -> Vec<(&'static str, String)> {
        let member = self.member.iter().map(|m| ("member", m.to_string()));
        let instrument = self.instrument.iter();
        let mut query: Vec<_> = member
            .chain(instrument.map(|i| ("instrument", i.to_string())))
            .collect();
        if !self.kinds.is_empty() {
            query.push(("kind", self.kinds.join(",")));
        }
        query
    }
}

/// Events as they become final, from a height on and without gaps.
pub struct EventStream {
    http: Arc<Http>,
    from: Option<u64>,
    filter: EventFilter,
    last_id: Option<String>,
    open: Option<reqwest::Response>,
    parser: SseParser,
    retries: u32,
}

impl EventStream {
    pub(super) fn new(http: Arc<Http>, from: Option<u64>, filter: EventFilter) -> Self {
        EventStream {
            http,
            from,
            filter,
            last_id: None,
            open: None,
            parser: SseParser::default(),
            retries: 0,
        }
    }

    /// The next event. It waits as long as there is none, and opens a broken stream again after the
    /// last event seen, at the next node.
    ///
    /// # Errors
    /// No node answers, or what comes cannot be read.
    pub async fn next(&mut self) -> Result<EventView, ClientError> {
        loop {
            while let Some(message) = self.parser.take() {
                if let Some(id) = message.id {
                    self.last_id = Some(id);
                }
                if message.data.is_empty() {
                    // Only says up to where everything was seen.
                    continue;
                }
                if message.event.as_deref() == Some("error") {
                    return Err(match serde_json::from_str(&message.data) {
                        Ok(error) => ClientError::Refused {
                            id: None,
                            error,
                            retry_after: None,
                        },
                        Err(e) => self.bad(e.to_string()),
                    });
                }
                self.retries = 0;
                return serde_json::from_str(&message.data).map_err(|e| self.bad(e.to_string()));
            }
            let response = match &mut self.open {
                Some(response) => response,
                None => {
                    self.connect().await?;
                    continue;
                }
            };
            match response.chunk().await {
                Ok(Some(bytes)) => {
                    self.parser
                        .push(&bytes)
                        .map_err(|what| self.bad(what.to_owned()))?;
                }
                Ok(None) | Err(_) => {
                    self.open = None;
                    self.parser = SseParser::default();
                    self.http.next_node();
                }
            }
        }
    }

    async fn connect(&mut self) -> Result<(), ClientError> {
        let mut query = self.filter.query();
        if let (None, Some(height)) = (&self.last_id, self.from) {
            query.push(("from", height.to_string()));
        }
        loop {
            match self
                .http
                .stream("/v1/events", &query, self.last_id.as_deref())
                .await
            {
                Ok(response) => {
                    self.open = Some(response);
                    return Ok(());
                }
                Err(ClientError::Refused {
                    error,
                    id,
                    retry_after,
                }) if !error.retry => {
                    return Err(ClientError::Refused {
                        id,
                        error,
                        retry_after,
                    });
                }
                Err(error) => {
                    self.retries += 1;
                    if self.retries > MAX_RETRIES {
                        return Err(error);
                    }
                    self.http.next_node();
                    tokio::time::sleep(Duration::from_millis(100 << self.retries.min(5))).await;
                }
            }
        }
    }

    fn bad(&self, what: String) -> ClientError {
        ClientError::BadAnswer {
            node: self.http.node().to_string(),
            what,
        }
    }
}

/// One message of a stream (WHATWG HTML, "Server-sent events").
#[derive(Debug, Default, PartialEq, Eq)]
struct Message {
    id: Option<String>,
    event: Option<String>,
    data: String,
}

#[derive(Default)]
struct SseParser {
    line: Vec<u8>,
    message: Message,
    ready: std::collections::VecDeque<Message>,
}

impl SseParser {
    fn push(&mut self, bytes: &[u8]) -> Result<(), &'static str> {
        for byte in bytes {
            if *byte == b'\n' {
                let line = std::mem::take(&mut self.line);
                self.end_line(&line);
            } else if self.line.len() < MAX_LINE_BYTES {
                self.line.push(*byte);
            } else {
                return Err("a line of the event stream is too long");
            }
            if self.message.data.len() > MAX_LINE_BYTES {
                return Err("a message of the event stream is too long");
            }
        }
        Ok(())
    }

    fn end_line(&mut self, line: &[u8]) {
        let text = String::from_utf8_lossy(line.strip_suffix(b"\r").unwrap_or(line));
        if text.is_empty() {
            let message = std::mem::take(&mut self.message);
            if message != Message::default() {
                self.ready.push_back(message);
            }
            return;
        }
        let (field, value) = text.split_once(':').unwrap_or((&text, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match field {
            "id" => self.message.id = Some(value.to_owned()),
            "event" => self.message.event = Some(value.to_owned()),
            "data" => {
                if !self.message.data.is_empty() {
                    self.message.data.push('\n');
                }
                self.message.data.push_str(value);
            }
            // Comments keep the connection open; other fields are of no use here.
            _ => {}
        }
    }

    fn take(&mut self) -> Option<Message> {
        self.ready.pop_front()
    }
}

/// How many whole messages a piece of a stream holds.
///
/// # Errors
/// A line or a message is too long.
pub fn messages_in(bytes: &[u8]) -> Result<usize, &'static str> {
    let mut parser = SseParser::default();
    parser.push(bytes)?;
    Ok(parser.ready.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_however_the_bytes_are_cut() {
        let text = ": hello\n\nid: 3/1/0/0\nevent: event\ndata: {\"a\":\ndata: 1}\r\n\r\nid:4\ndata:x\n\ndata: unfinished";
        for size in [1, 2, 3, 7, 1000] {
            let mut parser = SseParser::default();
            for chunk in text.as_bytes().chunks(size) {
                parser.push(chunk).unwrap();
            }
            let first = parser.take().unwrap();
            assert_eq!(first.id.as_deref(), Some("3/1/0/0"));
            assert_eq!(first.event.as_deref(), Some("event"));
            assert_eq!(first.data, "{\"a\":\n1}");
            let second = parser.take().unwrap();
            assert_eq!(
                (second.id.as_deref(), second.data.as_str()),
                (Some("4"), "x")
            );
            assert!(parser.take().is_none());
        }
    }

    #[test]
    fn an_endless_line_is_refused() {
        let mut parser = SseParser::default();
        let chunk = vec![b'x'; 1024 * 1024];
        let refused = (0..5).any(|_| parser.push(&chunk).is_err());
        assert!(refused);
    }
}
