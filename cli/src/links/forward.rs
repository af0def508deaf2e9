//! The forwarder.

use super::plan::{Plan, PlanError, Wire};
use std::io;
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc, watch};
use tokio::time::{Instant, sleep, sleep_until, timeout};

/// How often the plan is looked at.
const LOOK: Duration = Duration::from_millis(50);
/// Connections under way on one route.
const CONNECTIONS: usize = 64;
/// Pieces of a connection on their way in one direction, and the largest of them.
const PIECES: usize = 64;
const PIECE: usize = 16 * 1024;
/// How long the other end may take to answer a connection.
const CONNECT: Duration = Duration::from_secs(5);

/// Who is reached by whom, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// The node that connects, and the one that is connected to.
    pub wire: Wire,
    /// Where the first looks for the second.
    pub listen: SocketAddr,
    /// Where the second listens.
    pub target: SocketAddr,
}

/// Forwards until it is ended. A plan that cannot be read leaves things as they are; one that holds is written into the
/// file `taken`, for whoever waits for it.
///
/// # Errors
/// An address that cannot be listened on.
pub async fn forward(routes: Vec<Route>, plan: PathBuf, taken: PathBuf) -> io::Result<()> {
    let (changed, current) = watch::channel(read(&plan).await.unwrap_or_default());
    let mut listeners = Vec::new();
    for route in routes {
        let listener = TcpListener::bind(route.listen)
            .await
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", route.listen)))?;
        listeners.push((route, listener));
    }
    for (route, listener) in listeners {
        tokio::spawn(serve(route, listener, current.clone()));
    }
    let mut said = String::new();
    let mut told: Option<Plan> = None;
    loop {
        match read(&plan).await {
            Ok(plan) => {
                changed.send_if_modified(|current| {
                    let new = *current != plan;
                    if new {
                        *current = plan.clone();
                    }
                    new
                });
                if told.as_ref() != Some(&plan) {
                    // Whoever waits for it waits a little longer if this fails.
                    if let Err(error) = tokio::fs::write(&taken, plan.to_bytes()).await {
                        eprintln!("{}: {error}", taken.display());
                    }
                    told = Some(plan);
                }
            }
            Err(error) => {
                let says = format!("{}: {error}", plan.display());
                if says != said {
                    eprintln!("{says}");
                    said = says;
                }
            }
        }
        sleep(LOOK).await;
    }
}

async fn read(plan: &std::path::Path) -> Result<Plan, PlanError> {
    let plan = plan.to_owned();
    tokio::task::spawn_blocking(move || Plan::read(&plan))
        .await
        .map_err(|error| PlanError::Io(io::Error::other(error)))?
}

async fn serve(route: Route, listener: TcpListener, plan: watch::Receiver<Plan>) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        match listener.accept().await {
            Ok((stream, _)) => {
                // With no place left it is closed, as by a machine that is full.
                if let Ok(place) = places.clone().try_acquire_owned() {
                    let (route, plan) = (route.clone(), plan.clone());
                    tokio::spawn(async move {
                        connect(&route, stream, plan).await;
                        drop(place);
                    });
                }
            }
            Err(error) => {
                eprintln!("{}: {error}", route.listen);
                sleep(LOOK).await;
            }
        }
    }
}

async fn connect(route: &Route, near: TcpStream, mut plan: watch::Receiver<Plan>) {
    let (there, back) = (route.wire, (route.wire.1, route.wire.0));
    // A handshake needs both directions.
    let whole = |plan: &Plan| !plan.is_cut(there) && !plan.is_cut(back);
    if plan.wait_for(whole).await.is_err() {
        return;
    }
    let Ok(Ok(far)) = timeout(CONNECT, TcpStream::connect(route.target)).await else {
        return;
    };
    // They are only faster for it.
    let _ = (near.set_nodelay(true), far.set_nodelay(true));
    let (near_in, near_out) = near.into_split();
    let (far_in, far_out) = far.into_split();
    tokio::join!(
        pump(near_in, far_out, there, plan.clone()),
        pump(far_in, near_out, back, plan)
    );
}

/// Carries one direction of a connection to its end.
async fn pump(
    from: impl AsyncRead + Unpin,
    to: impl AsyncWrite + Unpin,
    wire: Wire,
    plan: watch::Receiver<Plan>,
) {
    let (pieces, arriving) = mpsc::channel(PIECES);
    tokio::join!(take(from, pieces), deliver(to, arriving, wire, plan));
}

async fn take(mut from: impl AsyncRead + Unpin, pieces: mpsc::Sender<(Instant, Vec<u8>)>) {
    let mut buffer = vec![0; PIECE];
    while let Ok(length) = from.read(&mut buffer).await {
        let piece = buffer.get(..length).unwrap_or_default().to_vec();
        if length == 0 || pieces.send((Instant::now(), piece)).await.is_err() {
            return;
        }
    }
}

async fn deliver(
    mut to: impl AsyncWrite + Unpin,
    mut arriving: mpsc::Receiver<(Instant, Vec<u8>)>,
    wire: Wire,
    mut plan: watch::Receiver<Plan>,
) {
    while let Some((taken, piece)) = arriving.recv().await {
        loop {
            let Ok(delay) = plan
                .wait_for(|plan| !plan.is_cut(wire))
                .await
                .map(|plan| plan.delay(wire))
            else {
                return;
            };
            let at = taken + delay;
            if Instant::now() >= at {
                break;
            }
            sleep_until(at).await;
        }
        if to.write_all(&piece).await.is_err() {
            return;
        }
    }
    // The other side may have gone already.
    let _ = to.shutdown().await;
}
