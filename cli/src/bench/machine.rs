//! What the machine says: processor time, memory, disk, and how long one signature takes to verify.

use crate::cluster::{Cluster, memory, proc_stat};
use ed25519_dalek::{Signer, SigningKey};
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Verifications a sample, and samples of which the median counts.
const VERIFICATIONS: u32 = 500;
const SAMPLES: usize = 9;

/// What the nodes used so far.
#[derive(Clone, Debug, Default)]
pub(super) struct Usage {
    /// Processor seconds of each node.
    pub cpu_seconds: Vec<f64>,
    /// Resident memory of each node now, and the most so far, in bytes.
    pub memory: Vec<(u64, u64)>,
    /// Bytes on disk of each node's home.
    pub disk: Vec<u64>,
}

impl Usage {
    pub fn now(cluster: &Cluster) -> Self {
        let mut usage = Usage::default();
        for node in 0..cluster.len() {
            let pid = cluster.pid(node);
            usage.cpu_seconds.push(pid.map_or(0.0, cpu_seconds));
            usage.memory.push(pid.and_then(memory).unwrap_or_default());
            usage.disk.push(
                cluster
                    .home(node)
                    .map(|home| disk_bytes(&home))
                    .unwrap_or(0),
            );
        }
        usage
    }

    /// Processor seconds of all nodes.
    pub fn cpu(&self) -> f64 {
        self.cpu_seconds.iter().sum()
    }
}

/// Processor seconds of a process so far.
pub(super) fn cpu_seconds(pid: u32) -> f64 {
    let ticks = proc_stat(pid).map_or(0, |stat| stat.cpu_ticks);
    ticks as f64 / rustix::param::clock_ticks_per_second() as f64
}

/// What a folder takes on its disk, in bytes; files that vanish meanwhile are passed over.
fn disk_bytes(folder: &Path) -> u64 {
    let mut sum = 0u64;
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else {
            continue;
        };
        for entry in entries.flatten() {
            match entry.metadata() {
                Ok(data) if data.is_dir() => folders.push(entry.path()),
                // Blocks count 512 bytes each, whatever the file system's are (stat(2)).
                Ok(data) => sum = sum.saturating_add(data.blocks().saturating_mul(512)),
                Err(_) => {}
            }
        }
    }
    sum
}

/// Microseconds of one core for one strict verification of a signature as transactions have it.
pub(super) fn strict_verification() -> f64 {
    let key = SigningKey::from_bytes(&[7; 32]);
    let public = key.verifying_key();
    let message = allonge_ledger::Body::sign_bytes(&allonge_contracts::Hash([9; 32]));
    let signature = key.sign(&message);
    let mut samples = Vec::new();
    for _ in 0..SAMPLES {
        let start = thread_cpu_nanos();
        for _ in 0..VERIFICATIONS {
            // The result is used, so that the work is not left out.
            if std::hint::black_box(&public)
                .verify_strict(&message, &signature)
                .is_err()
            {
                return f64::NAN;
            }
        }
        samples.push(thread_cpu_nanos() - start);
    }
    samples.sort_by(f64::total_cmp);
    let median = samples.get(samples.len() / 2).copied().unwrap_or(f64::NAN);
    median / f64::from(VERIFICATIONS) / 1_000.0
}

/// Processor time of this thread: on a busy machine the clock on the wall measures the others too.
fn thread_cpu_nanos() -> f64 {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

/// The processor's name.
pub(super) fn processor() -> Option<String> {
    let text = std::fs::read_to_string("/proc/cpuinfo").ok()?;
    let line = text.lines().find(|line| line.starts_with("model name"))?;
    Some(line.split_once(':')?.1.trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_counted_with_all_below_it() {
        let dir = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(dir.path().join("a/b")).unwrap();
        assert_eq!(disk_bytes(dir.path()), 0);
        for file in ["x", "a/b/y"] {
            let text = vec![7u8; 100_000];
            let path = dir.path().join(file);
            std::fs::write(&path, text).unwrap();
            std::fs::File::open(&path).unwrap().sync_all().unwrap();
        }
        let bytes = disk_bytes(dir.path());
        assert!((200_000..300_000).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_verification_takes_some_microseconds() {
        let micros = strict_verification();
        assert!(micros > 1.0 && micros < 10_000.0, "{micros}");
    }
}
