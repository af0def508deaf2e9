//! The operator's side of the admin socket.

use super::{Answer, MAX_LINE_BYTES, Request};
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::UnixStream;

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum AskError {
    /// There is no socket.
    #[error("there is no {0}: no node was started there with its admin socket")]
    NoSocket(PathBuf),
    /// The socket belongs to somebody else.
    #[error("{0} belongs to another user")]
    NotYours(PathBuf),
    /// Whoever made the socket is gone.
    #[error("no node listens on {0}: it was killed, or is just stopping")]
    NobodyListens(PathBuf),
    /// It does not answer, or not as a node does.
    #[error("the node at {path} gives no answer: {what}")]
    NoAnswer {
        /// The socket.
        path: PathBuf,
        /// What came instead.
        what: String,
    },
}

/// Asks the node that listens on this socket, and waits for its answer at most so long.
///
/// # Errors
/// [`AskError`].
pub async fn ask(path: &Path, request: &Request, patience: Duration) -> Result<Answer, AskError> {
    let here = || path.to_owned();
    let stream = UnixStream::connect(path)
        .await
        .map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => AskError::NoSocket(here()),
            io::ErrorKind::PermissionDenied => AskError::NotYours(here()),
            io::ErrorKind::ConnectionRefused => AskError::NobodyListens(here()),
            _ => AskError::NoAnswer {
                path: here(),
                what: error.to_string(),
            },
        })?;
    let no_answer = |what: String| AskError::NoAnswer { path: here(), what };
    let line = match tokio::time::timeout(patience, exchange(stream, request)).await {
        Ok(line) => line.map_err(|error| no_answer(error.to_string()))?,
        Err(_) => {
            return Err(no_answer(format!(
                "none within {} ms",
                patience.as_millis()
            )));
        }
    };
    if line.is_empty() {
        return Err(no_answer("it hung up".to_owned()));
    }
    serde_json::from_slice(&line)
        .map_err(|error| no_answer(format!("what it says cannot be read: {error}")))
}

async fn exchange(mut stream: UnixStream, request: &Request) -> io::Result<Vec<u8>> {
    let mut line = serde_json::to_vec(request)?;
    line.push(b'\n');
    stream.write_all(&line).await?;
    let mut answer = Vec::new();
    let most = MAX_LINE_BYTES as u64;
    BufReader::new(stream)
        .take(most)
        .read_until(b'\n', &mut answer)
        .await?;
    Ok(answer)
}
