//! The listening side: where it may listen, how much it serves at once, and how it stops.

use super::cors::{Cors, shared};
use super::error::ApiError;
use super::follow::{Waiters, follow};
use super::rates::{Limits, Rates, limited};
use super::tls::Tls;
use super::{Api, router};
use crate::handle::NodeHandle;
use crate::metrics::Metrics;
use allonge_contracts::Code;
use allonge_ledger::KeyCache;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use axum_server::Handle;
use axum_server::accept::Accept;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use futures::FutureExt;
use hyper_util::rt::TokioTimer;
use std::future::{Ready, ready};
use std::io;
use std::net::{SocketAddr, TcpListener};
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::net::TcpStream;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinHandle;

/// Connections at once; a further one is closed.
const CONNECTIONS: usize = 1_024;
/// Requests being worked on at once; those that only wait for finality do not count.
const REQUESTS: usize = 256;
/// How long a request may queue for its turn.
const TURN_TIME: Duration = Duration::from_secs(5);
/// How long a request may take, waiting for finality included.
const REQUEST_TIME: Duration = Duration::from_secs(75);
/// How long a client may take to send its headers, or to send its next request.
const HEADER_TIME: Duration = Duration::from_secs(30);
/// The most bytes of headers.
const HEADER_BYTES: usize = 16 * 1024;
/// Event streams at once.
const STREAMS: usize = 64;
/// How long open requests get to end when the node stops.
const GRACE: Duration = Duration::from_secs(5);

/// What the API is started with.
pub struct ApiConfig {
    /// The node's name, for people.
    pub node_name: String,
    /// Keys that were decoded before.
    pub keys: Arc<dyn KeyCache + Send + Sync>,
    /// The node's counters, shown under `/metrics`.
    pub metrics: Arc<Metrics>,
    /// How much one address and one member may ask.
    pub rates: Rates,
    /// Which other sites' pages may read the answers.
    pub cors: Cors,
    /// The certificate and key to serve TLS with; plain HTTP without.
    pub tls: Option<Tls>,
}

/// Why the API does not listen.
#[derive(Debug, thiserror::Error)]
pub enum BindError {
    /// Not a loopback address, and nobody said that this is meant.
    #[error(
        "the API is not served on {0}: without TLS it listens on loopback only. \
         Give it a certificate with `tls_certificate` and `tls_key`, or set `insecure = true` (--insecure) if this network is trusted"
    )]
    NotLoopback(SocketAddr),
    /// The address cannot be used.
    #[error(
        "cannot listen on {address} for the API: {source}. Is another node running? Choose another address with `http` (--http)"
    )]
    Listen {
        /// Which.
        address: SocketAddr,
        /// Why.
        source: io::Error,
    },
}

/// Opens the socket of the API; `open` for one that may be reached from other machines.
///
/// # Errors
/// [`BindError`].
pub fn bind(address: SocketAddr, open: bool) -> Result<TcpListener, BindError> {
    if !open && !address.ip().is_loopback() {
        return Err(BindError::NotLoopback(address));
    }
    let listen = || -> io::Result<TcpListener> {
        let listener = TcpListener::bind(address)?;
        listener.set_nonblocking(true)?;
        Ok(listener)
    };
    listen().map_err(|source| BindError::Listen { address, source })
}

/// The API, serving.
pub struct Server {
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    stop: watch::Sender<bool>,
    serving: JoinHandle<io::Result<()>>,
    following: JoinHandle<()>,
}

impl Server {
    /// Serves a node on a socket from [`bind`].
    ///
    /// # Errors
    /// The socket cannot be used.
    pub fn start(
        listener: TcpListener,
        node: Arc<dyn NodeHandle>,
        config: ApiConfig,
    ) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let (stop, stopping) = watch::channel(false);
        let waiters = Arc::new(Waiters::default());
        let following = tokio::spawn(follow(
            node.clone(),
            waiters.clone(),
            config.metrics.clone(),
            stopping.clone(),
        ));
        let api = Api {
            genesis: node.snapshot().state.genesis_hash,
            node,
            node_name: config.node_name.into(),
            keys: config.keys,
            metrics: config.metrics,
            limits: Arc::new(Limits::new(config.rates)),
            waiters,
            pins: Arc::default(),
            snapshots: Arc::default(),
            streams: Arc::new(Semaphore::new(STREAMS)),
            stopping,
        };
        let handle = Handle::new();
        let app = limited(guarded(router(api.clone())), &api);
        let app = shared(app, config.cors).into_make_service_with_connect_info::<SocketAddr>();
        let acceptor = LimitedAcceptor(Arc::new(Semaphore::new(CONNECTIONS)));
        let server = axum_server::from_tcp(listener)?.handle(handle.clone());
        // The two kinds of server are of different types.
        macro_rules! serve {
            ($acceptor:expr) => {{
                let mut server = server.acceptor($acceptor).http1_only();
                server
                    .http_builder()
                    .http1()
                    .timer(TokioTimer::new())
                    .header_read_timeout(HEADER_TIME)
                    .max_buf_size(HEADER_BYTES);
                tokio::spawn(server.serve(app))
            }};
        }
        let serving = match config.tls {
            None => serve!(acceptor),
            Some(tls) => {
                let tls = RustlsConfig::from_config(tls.0);
                serve!(RustlsAcceptor::new(tls).acceptor(acceptor))
            }
        };
        Ok(Server {
            address,
            handle,
            stop,
            serving,
            following,
        })
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Takes no further connections, lets open requests end, and closes what is still open after
    /// five seconds.
    pub async fn stop(self) {
        // Waiting requests and streams end by themselves when they see this.
        let _ = self.stop.send(true);
        self.handle.graceful_shutdown(Some(GRACE));
        match self.serving.await {
            Ok(Ok(())) => {}
            Ok(Err(error)) => tracing::warn!(%error, "the API ended with an error"),
            Err(error) => tracing::warn!(%error, "the API's task ended with an error"),
        }
        if let Err(error) = self.following.await {
            tracing::warn!(%error, "the task that follows the blocks ended with an error");
        }
    }
}

/// A turn among the requests being worked on; given back early by those that only wait.
#[derive(Clone)]
pub struct Slot(Arc<Mutex<Option<OwnedSemaphorePermit>>>);

impl Slot {
    /// Gives the turn to somebody else.
    pub fn release(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

/// What holds for every request: a bounded number at once, a bounded time, no panic that goes further.
pub fn guarded(router: Router) -> Router {
    let turns = Arc::new(Semaphore::new(REQUESTS));
    router.layer(from_fn(move |request: Request, next: Next| {
        let turns = turns.clone();
        async move {
            let overloaded = |why: &str| ApiError::new(Code::Overloaded, why).into_response();
            let turn = match tokio::time::timeout(TURN_TIME, turns.acquire_owned()).await {
                Ok(Ok(turn)) => turn,
                Ok(Err(_)) | Err(_) => return overloaded(""),
            };
            let mut request = request;
            let slot = Slot(Arc::new(Mutex::new(Some(turn))));
            request.extensions_mut().insert(slot.clone());
            let answer = AssertUnwindSafe(next.run(request)).catch_unwind();
            let response = match tokio::time::timeout(REQUEST_TIME, answer).await {
                Ok(Ok(response)) => response,
                Ok(Err(panic)) => {
                    let what = panic
                        .downcast_ref::<String>()
                        .map(String::as_str)
                        .or_else(|| panic.downcast_ref::<&str>().copied())
                        .unwrap_or("no message");
                    ApiError::internal(format!("a handler panicked: {what}")).into_response()
                }
                Err(_) => overloaded("the answer took too long"),
            };
            slot.release();
            harden(response)
        }
    }))
}

/// No answer is guessed to be of another type, shown in a frame, or kept by a cache.
pub(super) fn harden(mut response: Response) -> Response {
    let headers = response.headers_mut();
    headers.insert(
        header::X_CONTENT_TYPE_OPTIONS,
        HeaderValue::from_static("nosniff"),
    );
    headers
        .entry(header::CACHE_CONTROL)
        .or_insert(HeaderValue::from_static("no-store"));
    headers
        .entry(header::CONTENT_SECURITY_POLICY)
        .or_insert(HeaderValue::from_static(
            "default-src 'none'; frame-ancestors 'none'",
        ));
    headers.insert(
        HeaderName::from_static("referrer-policy"),
        HeaderValue::from_static("no-referrer"),
    );
    response
}

/// Closes connections beyond a number, and sends small answers at once.
#[derive(Clone)]
struct LimitedAcceptor(Arc<Semaphore>);

impl<S> Accept<TcpStream, S> for LimitedAcceptor {
    type Stream = TcpStream;
    type Service = Counted<S>;
    type Future = Ready<io::Result<(TcpStream, Counted<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(
            stream
                .set_nodelay(true)
                .and_then(|()| {
                    self.0
                        .clone()
                        .try_acquire_owned()
                        .map_err(|_| io::Error::other("too many connections"))
                })
                .map(|permit| {
                    let permit = Arc::new(permit);
                    (stream, Counted { service, permit })
                }),
        )
    }
}

/// A connection's service, which holds the connection's permit as long as it lives.
#[derive(Clone)]
struct Counted<S> {
    service: S,
    permit: Arc<OwnedSemaphorePermit>,
}

impl<S, R> tower_service::Service<R> for Counted<S>
where
    S: tower_service::Service<R>,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(
        &mut self,
        context: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Result<(), S::Error>> {
        debug_assert!(Arc::strong_count(&self.permit) > 0);
        self.service.poll_ready(context)
    }

    fn call(&mut self, request: R) -> S::Future {
        self.service.call(request)
    }
}
