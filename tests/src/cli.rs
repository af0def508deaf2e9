//! The program as a user runs it: arguments and environment in; output, complaints and exit code out.

use crate::binary;
use serde_json::Value;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Nothing that a user types in these tests may take longer.
const PATIENCE: Duration = Duration::from_secs(60);

/// A run of the program that has ended.
#[derive(Clone, Debug)]
pub struct Ran {
    /// What was typed.
    pub line: String,
    /// Its exit code; -1 if a signal ended it.
    pub code: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Ran {
    /// Standard output as one JSON document.
    ///
    /// # Panics
    /// It is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|e| panic!("{}: stdout is no JSON document: {e}\n{self:?}", self.line))
    }

    /// Everything that was said.
    pub fn said(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// It ended with this code.
    ///
    /// # Panics
    /// With another one.
    pub fn exits(self, code: i32) -> Self {
        assert_eq!(
            self.code, code,
            "{} must exit with {code}\nstdout: {}\nstderr: {}",
            self.line, self.out, self.err
        );
        self
    }

    /// It said this, on standard output or standard error.
    ///
    /// # Panics
    /// It did not.
    pub fn says(self, text: &str) -> Self {
        assert!(
            self.said().contains(text),
            "{} must say `{text}`\nstdout: {}\nstderr: {}",
            self.line,
            self.out,
            self.err
        );
        self
    }
}

/// Where commands are typed: a home with keys and a node to talk to.
#[derive(Clone, Debug)]
pub struct Shell {
    /// `ALLONGE_HOME`.
    pub home: PathBuf,
    /// `ALLONGE_NODE`; not set where absent.
    pub node: Option<String>,
    /// Arguments that stand before all others.
    pub first: Vec<String>,
    /// How long a command may take.
    pub patience: Duration,
}

impl Shell {
    /// A shell with this home.
    pub fn new(home: &Path, node: Option<&str>) -> Self {
        Shell {
            home: home.to_owned(),
            node: node.map(str::to_owned),
            first: Vec::new(),
            patience: PATIENCE,
        }
    }

    /// The same with `--output json`.
    pub fn json(&self) -> Self {
        let mut shell = self.clone();
        shell
            .first
            .extend(["--output".to_owned(), "json".to_owned()]);
        shell
    }

    /// The same, acting as a member.
    pub fn acting(&self, member: &str) -> Self {
        let mut shell = self.clone();
        shell.first.extend(["--as".to_owned(), member.to_owned()]);
        shell
    }

    /// The command, ready to run, with nothing of the caller's own environment that could change it.
    pub fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(binary());
        command.args(&self.first).args(args);
        for name in ["ALLONGE_NODE", "ALLONGE_AS", "ALLONGE_HOME", "RUST_LOG"] {
            command.env_remove(name);
        }
        command.env("ALLONGE_HOME", &self.home);
        command.env("COLUMNS", "80");
        if let Some(node) = &self.node {
            command.env("ALLONGE_NODE", node);
        }
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Types a line; words are separated by single spaces.
    ///
    /// # Panics
    /// It cannot be run or does not end in time.
    pub fn types(&self, line: &str) -> Ran {
        let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
        self.runs(&words)
    }

    /// Runs with these arguments.
    ///
    /// # Panics
    /// It cannot be run or does not end in time.
    pub fn runs(&self, args: &[&str]) -> Ran {
        let line = format!("allonge {} {}", self.first.join(" "), args.join(" "));
        run(self.command(args), line, self.patience)
    }
}

/// Runs a command to its end.
///
/// # Panics
/// It cannot be run or does not end in time.
pub fn run(mut command: Command, line: String, patience: Duration) -> Ran {
    let mut child = command.spawn().unwrap_or_else(|e| panic!("{line}: {e}"));
    let mut out = child.stdout.take().expect("a pipe");
    let mut err = child.stderr.take().expect("a pipe");
    let read_out = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = out.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let read_err = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        let _ = err.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    let begin = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().expect("a child") {
            break status;
        }
        if begin.elapsed() > patience {
            let _ = child.kill();
            let _ = child.wait();
            panic!("{line} does not end in {} s", patience.as_secs());
        }
        std::thread::sleep(Duration::from_millis(5));
    };
    Ran {
        line,
        code: status.code().unwrap_or(-1),
        out: read_out.join().unwrap_or_default(),
        err: read_err.join().unwrap_or_default(),
    }
}
