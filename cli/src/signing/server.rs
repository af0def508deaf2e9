//! The process that holds the keys.

use super::{Answer, Asked, HeldKey, LINE_TIME, MAX_LINE_BYTES, Request, VERSION};
use crate::client::{Signable, Signers};
use allonge_ledger::Body;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::Semaphore;

/// Connections that are answered at once; others wait.
const CONNECTIONS: usize = 8;
/// How long to wait after the system refused a connection.
const PAUSE: Duration = Duration::from_millis(100);
/// The longest path of a Unix socket in bytes.
const MAX_PATH_BYTES: usize = 107;

/// Why there is no socket to serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// A path that no socket can have.
    #[error("{} has more than {MAX_PATH_BYTES} bytes, which is too long for a socket", .0.display())]
    TooLong(PathBuf),
    /// Something else is there, or another signer.
    #[error("{} is in use: {what}", .path.display())]
    Occupied {
        /// The path.
        path: PathBuf,
        /// What is there.
        what: &'static str,
    },
    /// The operating system refused.
    #[error("cannot listen at {}: {source}", .path.display())]
    Io {
        /// The path.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
}

/// A socket with keys behind it; the socket goes when this does.
pub struct Service {
    path: PathBuf,
    listener: UnixListener,
    keys: Arc<Signers>,
}

/// Told of every signature, with what was signed, and of every refusal.
pub type Told = Arc<dyn Fn(Event<'_>) + Send + Sync>;

/// Something that a signer did.
pub enum Event<'a> {
    /// A signature by the key of this name.
    Signed(&'a str, &'a Body),
    /// A request that it refused, and why.
    Refused(&'a str),
}

impl Service {
    /// Opens the socket, for its owner alone.
    ///
    /// # Errors
    /// As [`ServeError`].
    pub fn open(path: &Path, keys: Signers) -> Result<Self, ServeError> {
        if path.as_os_str().len() > MAX_PATH_BYTES {
            return Err(ServeError::TooLong(path.to_owned()));
        }
        let occupied = |what| ServeError::Occupied {
            path: path.to_owned(),
            what,
        };
        match fs::symlink_metadata(path) {
            Ok(data) if !data.file_type().is_socket() => {
                return Err(occupied("it is no socket"));
            }
            Ok(_) if std::os::unix::net::UnixStream::connect(path).is_ok() => {
                return Err(occupied("a process listens there"));
            }
            _ => {}
        }
        let listener = bind(path).map_err(|source| ServeError::Io {
            path: path.to_owned(),
            source,
        })?;
        Ok(Service {
            path: path.to_owned(),
            listener,
            keys: Arc::new(keys),
        })
    }

    /// Answers until it is dropped.
    pub async fn run(&self, told: Told) {
        let turns = Arc::new(Semaphore::new(CONNECTIONS));
        loop {
            let Ok(turn) = turns.clone().acquire_owned().await else {
                return;
            };
            match self.listener.accept().await {
                Ok((stream, _)) => {
                    let (keys, told) = (self.keys.clone(), told.clone());
                    tokio::spawn(async move {
                        // A client that has gone away does not listen any more.
                        let _ = answer(stream, &keys, &told).await;
                        drop(turn);
                    });
                }
                Err(_) => tokio::time::sleep(PAUSE).await,
            }
        }
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        // A file that stays is replaced by the next signer.
        let _ = fs::remove_file(&self.path);
    }
}

/// A new socket has the mode that the process makes files with; made in a folder of its owner's, it is never open to
/// others.
fn bind(path: &Path) -> io::Result<UnixListener> {
    let mut name = path.as_os_str().to_owned();
    name.push(".d");
    let folder = PathBuf::from(name);
    let _ = fs::remove_dir_all(&folder);
    DirBuilder::new().mode(0o700).create(&folder)?;
    let made = (|| {
        let unnamed = folder.join("s");
        let listener = UnixListener::bind(&unnamed)?;
        fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
        fs::rename(&unnamed, path)?;
        Ok(listener)
    })();
    // Empty by now, or of no use.
    let _ = fs::remove_dir_all(&folder);
    made
}

async fn answer(stream: UnixStream, keys: &Signers, told: &Told) -> io::Result<()> {
    let own = rustix::process::geteuid().as_raw();
    let uid = stream.peer_cred()?.uid();
    let mut stream = BufReader::new(stream);
    let result = if uid == own || uid == 0 {
        match tokio::time::timeout(LINE_TIME, read(&mut stream)).await {
            Ok(line) => respond(&line?, keys, told),
            Err(_) => Err(format!("no line came within {} s", LINE_TIME.as_secs())),
        }
    } else {
        Err("another user asks".to_owned())
    };
    let answer = result.unwrap_or_else(|what| {
        told(Event::Refused(&what));
        Answer {
            refused: Some(what),
            ..Answer::default()
        }
    });
    let mut line = serde_json::to_vec(&Answer {
        version: VERSION,
        ..answer
    })?;
    line.push(b'\n');
    tokio::time::timeout(LINE_TIME, async {
        stream.get_mut().write_all(&line).await?;
        stream.get_mut().shutdown().await
    })
    .await
    .map_err(|_| io::ErrorKind::TimedOut)?
}

/// Reads one bounded line.
async fn read(stream: &mut BufReader<UnixStream>) -> io::Result<Vec<u8>> {
    let mut line = Vec::new();
    let most = MAX_LINE_BYTES as u64 + 1;
    stream.take(most).read_until(b'\n', &mut line).await?;
    Ok(line)
}

fn respond(line: &[u8], keys: &Signers, told: &Told) -> Result<Answer, String> {
    if line.len() > MAX_LINE_BYTES {
        return Err(format!("the request has more than {MAX_LINE_BYTES} bytes"));
    }
    let request: Request =
        serde_json::from_slice(line).map_err(|e| format!("the request cannot be read: {e}"))?;
    if request.version != VERSION {
        return Err(format!(
            "the request is of version {}, and {VERSION} is spoken here",
            request.version
        ));
    }
    match (request.ask, request.key, request.body) {
        (Asked::Keys, None, None) => Ok(Answer {
            keys: Some(
                keys.iter()
                    .map(|key| HeldKey {
                        name: key.name().to_owned(),
                        public_key: key.public(),
                    })
                    .collect(),
            ),
            ..Answer::default()
        }),
        (Asked::Sign, Some(key), Some(body)) => {
            let signer = keys
                .iter()
                .find(|signer| signer.public() == key)
                .ok_or_else(|| format!("the key {key} is not held here"))?;
            let signature = signer
                .sign(&Signable::Transaction(&body))
                .map_err(|e| e.to_string())?;
            told(Event::Signed(signer.name(), &body));
            Ok(Answer {
                signature: Some(signature),
                ..Answer::default()
            })
        }
        (Asked::Keys, ..) => Err("`keys` takes nothing else".to_owned()),
        (Asked::Sign, ..) => Err("`sign` takes a key and a body".to_owned()),
    }
}
