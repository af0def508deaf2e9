//! Requests to the first node that answers, with bounded patience and bounded answers.

use super::error::{ApiError, Attempt, ClientError};
use allonge_contracts::{Code, Hash};
use reqwest::{Method, StatusCode, Url};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::error::Error;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// The largest answer that is read.
const MAX_ANSWER_BYTES: usize = 64 * 1024 * 1024;
/// The largest file of certificate authorities.
const MAX_CA_BYTES: u64 = 4 * 1024 * 1024;
/// How often every node is tried when none can be reached.
const ROUNDS: usize = 4;
/// The first pause between tries; each is twice the one before, up to [`LONGEST_PAUSE`].
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(2);

/// What an answer may take on its way: a node that was asked to wait as long as there is time is not
/// taken for dead at the very moment at which it answers.
const ON_THE_WAY: Duration = Duration::from_secs(2);

/// Connections to the nodes of one network.
pub(super) struct Http {
    client: reqwest::Client,
    nodes: Vec<Url>,
    current: AtomicUsize,
}

/// One request.
pub(super) struct Ask<'a> {
    pub method: Method,
    /// From `/v1` on.
    pub path: &'a str,
    pub query: &'a [(&'a str, String)],
    pub body: Option<&'a [u8]>,
    /// The transaction that it sends.
    pub id: Option<Hash>,
    /// How long one node may take.
    pub patience: Duration,
    /// How long to go on trying in all.
    pub within: Duration,
    /// What to do when a node is busy or not ready.
    pub busy: Busy,
}

/// What to do when a node answers 429 or 503.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Busy {
    /// Ask again after the time it says, as long as the time allows.
    Wait,
    /// Hand the refusal to the caller.
    Report,
}

#[derive(Deserialize)]
struct ErrorBody {
    error: Box<ApiError>,
}

enum Answer {
    Good(Vec<u8>),
    Refused {
        error: Box<ApiError>,
        busy: bool,
        retry_after: Option<Duration>,
    },
}

impl Http {
    pub fn new(nodes: &[String], ca: Option<&Path>) -> Result<Self, ClientError> {
        let nodes = nodes
            .iter()
            .map(|url| node_url(url))
            .collect::<Result<Vec<_>, _>>()?;
        if nodes.is_empty() {
            return Err(ClientError::BadUrl {
                url: String::new(),
                what: "no node is named".to_owned(),
            });
        }
        // Fails only if somebody set a provider before, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(5))
            .redirect(reqwest::redirect::Policy::none())
            .user_agent(concat!("allonge/", env!("CARGO_PKG_VERSION")));
        if nodes.iter().all(is_loopback) {
            builder = builder.no_proxy();
        }
        if let Some(file) = ca {
            builder = builder.tls_certs_only(authorities(file)?);
        } else if nodes.iter().all(|url| url.scheme() == "http") {
            // The system's certificates are of no use then, and where there are none, as in a slim image, looking
            // for them would fail.
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build().map_err(|e| ClientError::Setup(chain(&e)))?;
        Ok(Http {
            client,
            nodes,
            current: AtomicUsize::new(0),
        })
    }

    /// The node in use.
    pub fn node(&self) -> &Url {
        let i = self.current.load(Ordering::Relaxed) % self.nodes.len().max(1);
        // `new` refuses an empty list.
        &self.nodes[i]
    }

    /// Turns to the next node.
    pub fn next_node(&self) {
        self.current.fetch_add(1, Ordering::Relaxed);
    }

    /// Sends the request until a node answers it.
    pub async fn ask<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, ClientError> {
        let (bytes, node) = self.ask_bytes(ask).await?;
        serde_json::from_slice(&bytes).map_err(|e| ClientError::BadAnswer {
            node,
            what: e.to_string(),
        })
    }

    /// As [`Http::ask`], with the answer's bytes and the node that gave them.
    pub async fn ask_bytes(&self, ask: &Ask<'_>) -> Result<(Vec<u8>, String), ClientError> {
        let deadline = Instant::now() + ask.within;
        let mut pause = FIRST_PAUSE;
        let mut tried: Vec<Attempt> = Vec::new();
        let mut unreachable = 0usize;
        loop {
            let node = self.node().clone();
            let left = deadline.saturating_duration_since(Instant::now());
            let wait = match self.once(&node, ask, left).await {
                Ok(Answer::Good(bytes)) => return Ok((bytes, shown(&node))),
                Ok(Answer::Refused {
                    error,
                    busy,
                    retry_after,
                }) => {
                    let wait = retry_after.unwrap_or(pause).max(pause);
                    let late = Instant::now() + wait >= deadline;
                    if !busy || ask.busy == Busy::Report || late {
                        return Err(ClientError::Refused {
                            id: ask.id,
                            error,
                            retry_after,
                        });
                    }
                    self.next_node();
                    wait
                }
                Err(problem) => {
                    tried.retain(|attempt| attempt.node != shown(&node));
                    tried.push(Attempt {
                        node: shown(&node),
                        problem,
                    });
                    self.next_node();
                    unreachable += 1;
                    if unreachable >= self.nodes.len() * ROUNDS
                        || Instant::now() + pause >= deadline
                    {
                        return Err(ClientError::NoNode { id: ask.id, tried });
                    }
                    // The other nodes are asked at once; only after a whole round there is a pause.
                    if unreachable.is_multiple_of(self.nodes.len()) {
                        pause
                    } else {
                        Duration::ZERO
                    }
                }
            };
            if !wait.is_zero() {
                tokio::time::sleep(wait).await;
                pause = (pause * 2).min(LONGEST_PAUSE);
            }
        }
    }

    async fn once(&self, node: &Url, ask: &Ask<'_>, left: Duration) -> Result<Answer, String> {
        let mut url = node.clone();
        url.set_path(&format!(
            "{}{}",
            node.path().trim_end_matches('/'),
            ask.path
        ));
        if !ask.query.is_empty() {
            url.query_pairs_mut().extend_pairs(ask.query);
        }
        let mut request = self
            .client
            .request(ask.method.clone(), url)
            .header("accept", "application/json")
            .timeout(ask.patience.min(left.saturating_add(ON_THE_WAY)));
        if let Some(body) = ask.body {
            request = request
                .header("content-type", "application/octet-stream")
                .body(body.to_vec());
        }
        let response = request.send().await.map_err(|e| chain(&e))?;
        let status = response.status();
        let retry_after = retry_after(&response);
        let bytes = bounded(response).await?;
        if status.is_success() {
            return Ok(Answer::Good(bytes));
        }
        // An answer without the API's error object does not come from a node.
        let error = serde_json::from_slice::<ErrorBody>(&bytes)
            .map(|body| body.error)
            .map_err(|_| {
                format!("HTTP status {status} without an Allonge error: is this a node?")
            })?;
        let busy = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        Ok(Answer::Refused {
            error,
            busy,
            retry_after,
        })
    }

    /// Opens a stream of server-sent events at the node in use.
    pub async fn stream(
        &self,
        path: &str,
        query: &[(&str, String)],
        last_id: Option<&str>,
    ) -> Result<reqwest::Response, ClientError> {
        let node = self.node().clone();
        let mut url = node.clone();
        url.set_path(&format!("{}{path}", node.path().trim_end_matches('/')));
        if !query.is_empty() {
            url.query_pairs_mut().extend_pairs(query);
        }
        let mut request = self.client.get(url).header("accept", "text/event-stream");
        if let Some(id) = last_id {
            request = request.header("last-event-id", id);
        }
        let no_node = |problem| ClientError::NoNode {
            id: None,
            tried: vec![Attempt {
                node: shown(&node),
                problem,
            }],
        };
        let response = request.send().await.map_err(|e| no_node(chain(&e)))?;
        if response.status().is_success() {
            return Ok(response);
        }
        let status = response.status();
        let retry_after = retry_after(&response);
        let bytes = bounded(response).await.map_err(no_node)?;
        match serde_json::from_slice::<ErrorBody>(&bytes) {
            Ok(body) => Err(ClientError::Refused {
                id: None,
                error: body.error,
                retry_after,
            }),
            Err(_) => Err(no_node(format!(
                "HTTP status {status} without an Allonge error: is this a node?"
            ))),
        }
    }
}

impl ClientError {
    /// Whether the node only says that it is not final yet, or no longer held: it can be sent again.
    pub(super) fn is_unsettled(&self) -> bool {
        matches!(self, ClientError::Refused { error, .. } if matches!(error.known(), Some(Code::Timeout | Code::Dropped)))
    }
}

/// The certificate authorities in a file.
fn authorities(file: &Path) -> Result<Vec<reqwest::Certificate>, ClientError> {
    let wrong = |what: String| ClientError::Setup(format!("{}: {what}", file.display()));
    let length = std::fs::metadata(file)
        .map_err(|e| wrong(e.to_string()))?
        .len();
    if length > MAX_CA_BYTES {
        return Err(wrong(format!(
            "more than {MAX_CA_BYTES} bytes: this is no file of certificates"
        )));
    }
    let pem = std::fs::read(file).map_err(|e| wrong(e.to_string()))?;
    let found = reqwest::Certificate::from_pem_bundle(&pem).map_err(|e| wrong(chain(&e)))?;
    if found.is_empty() {
        return Err(wrong(
            "there is no certificate in it; it must be PEM, BEGIN CERTIFICATE".to_owned(),
        ));
    }
    Ok(found)
}

fn node_url(text: &str) -> Result<Url, ClientError> {
    let bad = |what: &str| ClientError::BadUrl {
        url: text.chars().take(200).collect(),
        what: what.to_owned(),
    };
    let url = Url::parse(text).map_err(|e| bad(&e.to_string()))?;
    match url.scheme() {
        "http" | "https" if url.has_host() => Ok(url),
        _ => Err(bad("write it like http://127.0.0.1:8080")),
    }
}

fn is_loopback(url: &Url) -> bool {
    url.host_str()
        .is_some_and(|host| host == "localhost" || host == "[::1]" || host.starts_with("127."))
}

fn shown(url: &Url) -> String {
    url.as_str().trim_end_matches('/').to_owned()
}

fn retry_after(response: &reqwest::Response) -> Option<Duration> {
    let seconds: u64 = response
        .headers()
        .get("retry-after")?
        .to_str()
        .ok()?
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds.min(3_600)))
}

async fn bounded(mut response: reqwest::Response) -> Result<Vec<u8>, String> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| chain(&e))? {
        if bytes.len().saturating_add(chunk.len()) > MAX_ANSWER_BYTES {
            return Err(format!("an answer of more than {MAX_ANSWER_BYTES} bytes"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// The innermost cause says what happened; the outer ones repeat the URL.
fn chain(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "no answer in time".to_owned();
    }
    let mut cause: &dyn Error = error;
    while let Some(inner) = cause.source() {
        cause = inner;
    }
    cause.to_string()
}
