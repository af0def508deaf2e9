//! Processes: started so that they can be found again, and signalled only if they are still the same.

use super::error::ClusterError;
use super::spec::Lifetime;
use rustix::process::{Pid, Signal, kill_process};
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::{self, File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How often a process is looked at while it is waited for.
const LOOK: Duration = Duration::from_millis(10);
const VERSION: u32 = 1;

/// A process as it is written down: its number is only believed together with when it began.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcessRecord {
    /// Format version, 1.
    pub version: u32,
    /// The process.
    pub pid: u32,
    /// When it began, in clock ticks after the machine did.
    pub started: u64,
    /// Which start of the machine that was.
    pub boot: String,
}

/// What the system counts for a process (`/proc/PID/stat`, `/proc/PID/status`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProcStat {
    /// Its state; `Z` and `X` are dead or dying.
    pub state: char,
    /// Its threads; a process that is killed may be `Z` while some of them still run and hold files.
    pub threads: u64,
    /// Clock ticks of CPU so far, in user mode and in the kernel.
    pub cpu_ticks: u64,
    /// When it began, in clock ticks after the machine did.
    pub started: u64,
}

/// What the system counts for a process; `None` if there is none of this number.
pub fn proc_stat(pid: u32) -> Option<ProcStat> {
    parse_stat(&fs::read_to_string(format!("/proc/{pid}/stat")).ok()?)
}

fn parse_stat(text: &str) -> Option<ProcStat> {
    // The name in parentheses may hold anything, spaces and parentheses included (proc_pid_stat(5)).
    let (_, rest) = text.rsplit_once(')')?;
    let fields: Vec<&str> = rest.split_whitespace().collect();
    // The first field after the name is number 3.
    let number = |field: usize| fields.get(field.checked_sub(3)?)?.parse::<u64>().ok();
    Some(ProcStat {
        state: fields.first()?.chars().next()?,
        cpu_ticks: number(14)?.checked_add(number(15)?)?,
        threads: number(20)?,
        started: number(22)?,
    })
}

impl ProcStat {
    /// Nothing of it runs any more, though its parent may not have asked for it yet.
    pub fn is_dead(&self) -> bool {
        matches!(self.state, 'Z' | 'X') && self.threads <= 1
    }
}

/// Resident memory of a process in bytes: now, and the most so far.
pub fn memory(pid: u32) -> Option<(u64, u64)> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = |name: &str| -> Option<u64> {
        let rest = text.lines().find_map(|line| line.strip_prefix(name))?;
        let kib: u64 = rest
            .trim_start_matches(':')
            .split_whitespace()
            .next()?
            .parse()
            .ok()?;
        kib.checked_mul(1024)
    };
    Some((line("VmRSS")?, line("VmHWM")?))
}

fn boot_id() -> String {
    fs::read_to_string("/proc/sys/kernel/random/boot_id")
        .map(|text| text.trim().to_owned())
        .unwrap_or_default()
}

impl ProcessRecord {
    fn of(pid: u32) -> Option<Self> {
        Some(ProcessRecord {
            version: VERSION,
            pid,
            started: proc_stat(pid)?.started,
            boot: boot_id(),
        })
    }

    /// Reads a record; `None` where none was written or it cannot be read, for then no process is known.
    pub(super) fn read(file: &Path) -> Option<Self> {
        let record: ProcessRecord = serde_json::from_slice(&fs::read(file).ok()?).ok()?;
        (record.version == VERSION).then_some(record)
    }

    pub(super) fn write(&self, file: &Path) -> Result<(), ClusterError> {
        let text = serde_json::to_vec(self).unwrap_or_default();
        write_file(file, &text, 0o600)
    }

    /// Whether the very process that was written down still runs.
    pub fn is_alive(&self) -> bool {
        self.boot == boot_id()
            && proc_stat(self.pid)
                .is_some_and(|stat| stat.started == self.started && !stat.is_dead())
    }

    /// Sends a signal if it is still the same process; whether it was.
    pub(super) fn signal(&self, signal: Signal) -> Result<bool, ClusterError> {
        let Some(pid) = i32::try_from(self.pid)
            .ok()
            .and_then(Pid::from_raw)
            .filter(|_| self.is_alive())
        else {
            return Ok(false);
        };
        match kill_process(pid, signal) {
            Ok(()) => Ok(true),
            Err(rustix::io::Errno::SRCH) => Ok(false),
            Err(error) => Err(ClusterError::Process {
                doing: format!("signal process {}", self.pid),
                source: error.into(),
            }),
        }
    }

    /// Waits until the process is gone; whether it is.
    pub(super) fn wait_gone(&self, child: Option<&mut Child>, within: Duration) -> bool {
        let deadline = Instant::now() + within;
        let mut child = child;
        loop {
            // A child of ours stays a zombie until it is asked for.
            if let Some(child) = child.as_deref_mut() {
                let _ = child.try_wait();
            }
            if !self.is_alive() {
                return true;
            }
            if Instant::now() >= deadline {
                return false;
            }
            std::thread::sleep(LOOK);
        }
    }
}

/// What is needed to start a node, or the forwarder.
pub(super) struct Launch<'a> {
    pub name: &'a str,
    pub binary: &'a Path,
    /// The words of the command line before `--until-stdin-closes`.
    pub words: &'a [&'a OsStr],
    pub log: &'a Path,
    pub lifetime: Lifetime,
}

impl Launch<'_> {
    /// Starts it; its output goes to the end of its log.
    pub fn spawn(&self) -> Result<(Child, ProcessRecord), ClusterError> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .mode(0o600)
            .open(self.log)
            .map_err(io("open", self.log))?;
        let failed = |source| ClusterError::Process {
            doing: format!("start {} with {}", self.name, self.binary.display()),
            source,
        };
        let mut command = Command::new(self.binary);
        command.args(self.words);
        // It shall be what its files say, whatever the caller's environment is.
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ALLONGE_") {
                command.env_remove(name);
            }
        }
        match self.lifetime {
            Lifetime::WithParent => command.arg("--until-stdin-closes").stdin(Stdio::piped()),
            Lifetime::Detached => command.stdin(Stdio::null()),
        };
        let mut child = command
            .stdout(log.try_clone().map_err(failed)?)
            .stderr(log)
            // Ctrl-C in the terminal is for the parent, which stops the nodes in order.
            .process_group(0)
            .spawn()
            .map_err(failed)?;
        match ProcessRecord::of(child.id()) {
            Some(record) => Ok((child, record)),
            None => {
                let _ = child.kill();
                let _ = child.wait();
                Err(failed(std::io::Error::other(
                    "/proc does not show the new process",
                )))
            }
        }
    }
}

/// Lets this process end with the one that holds the other end of its standard input: it is asked to stop
/// like any process, and ended if that takes too long.
pub fn stop_when_stdin_closes() {
    const GRACE: Duration = Duration::from_secs(10);
    std::thread::spawn(|| {
        // Whatever comes is of no interest; only the end is.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
        let _ = kill_process(rustix::process::getpid(), Signal::TERM);
        std::thread::sleep(GRACE);
        std::process::exit(1);
    });
}

/// Turns an I/O error into one that names the file.
pub(super) fn io(doing: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> ClusterError {
    let path: PathBuf = path.to_owned();
    move |source| ClusterError::Io {
        doing,
        path,
        source,
    }
}

/// Writes a file whole or not at all.
pub(super) fn write_file(file: &Path, bytes: &[u8], mode: u32) -> Result<(), ClusterError> {
    use std::io::Write;
    let mut name = file.as_os_str().to_owned();
    name.push(format!(".{}.tmp", std::process::id()));
    let fresh = PathBuf::from(name);
    let written = OpenOptions::new()
        .create(true)
        .truncate(true)
        .write(true)
        .mode(mode)
        .open(&fresh)
        .and_then(|mut out: File| out.write_all(bytes))
        .and_then(|()| fs::rename(&fresh, file));
    written.map_err(|source| {
        let _ = fs::remove_file(&fresh);
        io("write", file)(source)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_named_with_parentheses_is_read() {
        let text = "812 (a) R (b) S 1 812 812 0 -1 4194304 5 6 7 8 11 22 33 44 20 0 9 0 12345 999 55 18446744073709551615";
        let stat = parse_stat(text).unwrap();
        assert_eq!(
            stat,
            ProcStat {
                state: 'S',
                cpu_ticks: 33,
                threads: 9,
                started: 12_345
            }
        );
        for text in ["", "812", "812 (x", "812 (x) S 1 2"] {
            assert_eq!(parse_stat(text), None, "{text}");
        }
    }

    #[test]
    fn a_number_given_to_another_process_is_not_believed() {
        let mine = ProcessRecord::of(std::process::id()).unwrap();
        assert!(mine.is_alive());
        let other = ProcessRecord {
            started: mine.started + 1,
            ..mine.clone()
        };
        let earlier = ProcessRecord {
            boot: "another".to_owned(),
            ..mine
        };
        for record in [other, earlier] {
            assert!(!record.is_alive());
            // Were it believed, this test would end here.
            assert!(!record.signal(Signal::KILL).unwrap());
        }
    }

    #[test]
    fn the_dead_are_known_before_they_are_reaped() {
        let mut child = Command::new("sleep").arg("600").spawn().unwrap();
        let record = ProcessRecord::of(child.id()).unwrap();
        assert!(record.is_alive());
        assert!(record.signal(Signal::KILL).unwrap());
        assert!(record.wait_gone(None, Duration::from_secs(10)));
        child.wait().unwrap();
        assert!(!record.is_alive());
        assert!(!record.signal(Signal::KILL).unwrap());
    }
}
