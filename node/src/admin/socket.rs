//! The socket's file: only its owner may use it, and what an earlier process left there is replaced.

use super::SOCKET;
use crate::store::Home;
use std::fs::{self, DirBuilder, Permissions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

/// The longest path that the address of a unix socket can hold.
const MAX_PATH_BYTES: usize = 107;
/// Where the socket is made before it gets its name: nobody else can look into this folder.
const MAKING: &str = ".admin";

/// Why there is no admin socket.
#[derive(Debug, thiserror::Error)]
pub enum SocketError {
    /// Its path does not fit.
    #[error(
        "{path} has {length} bytes, the path of a socket at most {MAX_PATH_BYTES}: move the home to a shorter path, \
         or start without --admin"
    )]
    TooLong {
        /// The socket's path.
        path: PathBuf,
        /// How long it is.
        length: usize,
    },
    /// Something else has its name.
    #[error("{0} is there and is no socket; move it away, or start without --admin")]
    Occupied(PathBuf),
    /// The operating system refused.
    #[error("{path}: {source}")]
    Io {
        /// What was touched.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
}

/// The socket, listening. Its file goes when this is dropped.
pub struct BoundSocket {
    path: PathBuf,
    pub(super) listener: UnixListener,
}

impl BoundSocket {
    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl Drop for BoundSocket {
    fn drop(&mut self) {
        // A file that stays is replaced by the next node.
        let _ = fs::remove_file(&self.path);
    }
}

/// Opens the admin socket of a home that this process has to itself: a socket that is there already is
/// nobody's any more.
///
/// # Errors
/// [`SocketError`].
pub fn bind(home: &Home) -> Result<BoundSocket, SocketError> {
    let path = home.path().join(SOCKET);
    let length = path.as_os_str().len();
    if length > MAX_PATH_BYTES {
        return Err(SocketError::TooLong { path, length });
    }
    match fs::symlink_metadata(&path) {
        Ok(data) if !data.file_type().is_socket() => return Err(SocketError::Occupied(path)),
        Ok(_) => {}
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(source) => return Err(SocketError::Io { path, source }),
    }
    let folder = home.path().join(MAKING);
    let made = make(&folder, &path);
    // Empty by now, or of no use.
    let _ = fs::remove_dir_all(&folder);
    let listener = made.map_err(|source| SocketError::Io {
        path: path.clone(),
        source,
    })?;
    Ok(BoundSocket { path, listener })
}

/// A new socket has the mode that the process makes files with; under its own name it is its owner's from
/// the first moment on.
fn make(folder: &Path, path: &Path) -> io::Result<UnixListener> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    DirBuilder::new().mode(0o700).create(folder)?;
    let unnamed = folder.join("s");
    let listener = UnixListener::bind(&unnamed)?;
    fs::set_permissions(&unnamed, Permissions::from_mode(0o600))?;
    fs::rename(&unnamed, path)?;
    listener.set_nonblocking(true)?;
    Ok(listener)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::net::UnixStream;

    #[test]
    fn the_socket_is_its_owners_and_replaces_a_stale_one() {
        let folder = tempfile::tempdir().unwrap();
        let home = Home::take(folder.path()).unwrap();
        let path = folder.path().join(SOCKET);
        // What a killed process leaves.
        drop(UnixListener::bind(&path).unwrap());
        UnixStream::connect(&path).unwrap_err();
        let bound = bind(&home).unwrap();
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        UnixStream::connect(&path).unwrap();
        assert!(!folder.path().join(MAKING).exists());
        drop(bound);
        assert!(!path.exists());
        fs::write(&path, "notes").unwrap();
        assert!(matches!(bind(&home), Err(SocketError::Occupied(_))));
        assert_eq!(fs::read(&path).unwrap(), b"notes");
    }

    #[test]
    fn a_path_that_does_not_fit_is_said_to_be_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let deep = folder.path().join("x".repeat(100));
        fs::create_dir(&deep).unwrap();
        let home = Home::take(&deep).unwrap();
        assert!(matches!(bind(&home), Err(SocketError::TooLong { .. })));
    }
}
