//! One network at a time: the tests of several processes share few cores.

use std::fs::{File, OpenOptions};

/// Within the process, tests wait for each other here; the file keeps other processes away.
static TURN: tokio::sync::Mutex<()> = tokio::sync::Mutex::const_new(());

/// Held while a network of processes runs.
pub struct MachineLock {
    _file: File,
    _turn: tokio::sync::MutexGuard<'static, ()>,
}

impl MachineLock {
    /// Waits until no other test has a network.
    ///
    /// # Panics
    /// The lock file in the temporary folder cannot be used.
    pub async fn take() -> Self {
        let turn = TURN.lock().await;
        let file = tokio::task::spawn_blocking(|| {
            let path = std::env::temp_dir().join("allonge-tests.lock");
            let file = OpenOptions::new()
                .create(true)
                .truncate(false)
                .write(true)
                .open(&path)
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            rustix::fs::flock(&file, rustix::fs::FlockOperation::LockExclusive)
                .unwrap_or_else(|e| panic!("{}: {e}", path.display()));
            file
        })
        .await
        .expect("the lock's thread");
        MachineLock {
            _file: file,
            _turn: turn,
        }
    }
}
