//! The node's side of the admin socket.

use super::{
    Answer, BoundSocket, Filters, MAX_LINE_BYTES, Problem, ProblemCode, Request, Status, Stopping,
    Written,
};
use crate::handle::NodeHandle;
use crate::logging;
use crate::shell::{CheckpointError, Shell};
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::{JoinHandle, JoinSet};

/// Connections at once; a further one waits.
const CONNECTIONS: usize = 8;
/// How long a request may take to arrive, and an answer to be taken.
const LINE_TIME: Duration = Duration::from_secs(5);
/// How long a checkpoint may take.
const CHECKPOINT_TIME: Duration = Duration::from_secs(120);
/// How long to wait after the system refused a connection.
const PAUSE: Duration = Duration::from_millis(100);

/// What answers.
struct Node {
    name: String,
    http: SocketAddr,
    shell: Arc<Shell>,
    stop: watch::Sender<bool>,
}

/// The admin socket, serving until this is dropped.
pub struct Admin {
    stop: watch::Receiver<bool>,
    serving: JoinHandle<()>,
}

impl Admin {
    /// Serves a node of this name, whose API is at this address.
    ///
    /// # Errors
    /// The socket cannot be used.
    pub fn start(
        socket: BoundSocket,
        shell: Arc<Shell>,
        name: String,
        http: SocketAddr,
    ) -> io::Result<Self> {
        let listener = UnixListener::from_std(socket.listener.try_clone()?)?;
        let (sender, stop) = watch::channel(false);
        tracing::info!(socket = %socket.path().display(), "the admin socket is open");
        let node = Arc::new(Node {
            name,
            http,
            shell,
            stop: sender,
        });
        let serving = tokio::spawn(serve(socket, listener, node));
        Ok(Admin { stop, serving })
    }

    /// Resolves when somebody has asked the node to stop.
    pub async fn stop_asked(&self) {
        let mut stop = self.stop.clone();
        if stop.wait_for(|asked| *asked).await.is_err() {
            // The task has ended: nobody can ask any more.
            std::future::pending().await
        }
    }
}

impl Drop for Admin {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// Takes connections; those that are open end with this.
async fn serve(_socket: BoundSocket, listener: UnixListener, node: Arc<Node>) {
    let turns = Arc::new(Semaphore::new(CONNECTIONS));
    let mut open = JoinSet::new();
    loop {
        while open.try_join_next().is_some() {}
        let Ok(turn) = turns.clone().acquire_owned().await else {
            return;
        };
        match listener.accept().await {
            Ok((stream, _)) => {
                let node = node.clone();
                open.spawn(async move {
                    if let Err(error) = answer(stream, &node).await {
                        tracing::debug!(%error, "an admin connection broke off");
                    }
                    drop(turn);
                });
            }
            Err(error) => {
                tracing::warn!(%error, "the admin socket takes no connection");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

async fn answer(stream: UnixStream, node: &Node) -> io::Result<()> {
    let mut stream = BufReader::new(stream);
    let request = match tokio::time::timeout(LINE_TIME, read(&mut stream)).await {
        Ok(request) => request?,
        Err(_) => Err(Problem::new(
            ProblemCode::BadRequest,
            format!("no line came within {} s", LINE_TIME.as_secs()),
        )),
    };
    let answer = match request {
        Ok(request) => node.carry_out(request).await,
        Err(problem) => Err(problem),
    };
    let stops = matches!(answer, Ok(Answer::Stop(_)));
    let mut line = serde_json::to_vec(&answer.unwrap_or_else(Answer::Error))?;
    line.push(b'\n');
    let sent = tokio::time::timeout(LINE_TIME, async {
        stream.get_mut().write_all(&line).await?;
        stream.get_mut().shutdown().await
    })
    .await;
    if stops {
        tracing::info!("asked to stop over the admin socket");
        node.stop.send_replace(true);
    }
    sent.map_err(|_| io::ErrorKind::TimedOut)?
}

/// Reads one bounded line.
async fn read(stream: &mut BufReader<UnixStream>) -> io::Result<Result<Request, Problem>> {
    let mut line = Vec::new();
    let most = MAX_LINE_BYTES as u64;
    stream.take(most).read_until(b'\n', &mut line).await?;
    if line.len() >= MAX_LINE_BYTES && !line.ends_with(b"\n") {
        let what = format!("the request has more than {MAX_LINE_BYTES} bytes");
        return Ok(Err(Problem::new(ProblemCode::BadRequest, what)));
    }
    Ok(serde_json::from_slice(&line).map_err(|error| {
        Problem::new(
            ProblemCode::BadRequest,
            format!("the request cannot be read: {error}"),
        )
    }))
}

impl Node {
    async fn carry_out(&self, request: Request) -> Result<Answer, Problem> {
        Ok(match request {
            Request::Status {} => Answer::Status(Box::new(self.status())),
            Request::Checkpoint {} => Answer::Checkpoint(self.checkpoint().await?),
            Request::Log { filter } => {
                let before = logging::change(&filter)
                    .map_err(|what| Problem::new(ProblemCode::LogFilter, what))?;
                tracing::info!(filter, before, "the log filter was changed");
                Answer::Log(Filters { filter, before })
            }
            Request::Stop {} => Answer::Stop(Stopping {
                pid: std::process::id(),
            }),
        })
    }

    fn status(&self) -> Status {
        let health = self.shell.health();
        Status {
            name: self.name.clone(),
            pid: std::process::id(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
            genesis: self.shell.genesis(),
            http: self.http.to_string(),
            height: self.shell.snapshot().state.height(),
            round: health.round,
            checkpoint_height: health.checkpoint_height,
            history_start: self.shell.history_start(),
            peers: health.peers,
            best_peer_height: health.best_peer_height,
            waiting: health.waiting,
            since_last_block_ms: health.since_last_block_ms,
            log: logging::filter().unwrap_or_default(),
            not_ready: health.not_ready,
        }
    }

    async fn checkpoint(&self) -> Result<Written, Problem> {
        let written = tokio::time::timeout(CHECKPOINT_TIME, self.shell.checkpoint()).await;
        match written {
            Ok(Ok(height)) => Ok(Written { height }),
            Ok(Err(error @ CheckpointError::NoBlockYet)) => {
                Err(Problem::new(ProblemCode::NoBlockYet, error.to_string()))
            }
            Ok(Err(error @ CheckpointError::Stopping)) => {
                Err(Problem::new(ProblemCode::NotReady, error.to_string()))
            }
            Err(_) => Err(Problem::new(
                ProblemCode::Timeout,
                format!(
                    "no checkpoint was on disk within {} s; the log tells of it when it is",
                    CHECKPOINT_TIME.as_secs()
                ),
            )),
        }
    }
}
