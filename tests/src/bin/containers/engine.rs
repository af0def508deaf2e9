//! The container engine and its compose tool, by their command lines.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tests::{Ran, run};

/// How many nodes docker-compose.yml has.
pub const NODES: usize = 5;

/// The longest that one command of the engine may take.
const PATIENCE: Duration = Duration::from_secs(180);

/// The project in docker-compose.yml under a name and on ports of its own. Dropped, it is removed with its volumes.
pub struct Project {
    name: String,
    root: PathBuf,
    /// `docker compose`, or `docker-compose` where the engine's client has no such command.
    compose: Vec<&'static str>,
    ports: Vec<u16>,
}

impl Project {
    /// A project of the files in `root`; nothing runs yet.
    ///
    /// # Panics
    /// There is no compose tool.
    pub fn new(root: &Path) -> Self {
        let tools: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
        let answers = |tool: &&&[&str]| {
            let mut command = Command::new(tool[0]);
            command.args(&tool[1..]).arg("version");
            command.stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let tool = tools.iter().find(answers);
        Project {
            name: format!("allonge-test-{}", std::process::id()),
            root: root.to_owned(),
            compose: tool.expect("docker compose or docker-compose").to_vec(),
            ports: free_ports(),
        }
    }

    /// The tool in use, for people.
    pub fn tool(&self) -> String {
        self.compose.join(" ")
    }

    /// Where a node's API is published.
    pub fn url(&self, node: usize) -> String {
        format!("http://127.0.0.1:{}", self.ports[node])
    }

    /// Runs a command of the compose tool.
    ///
    /// # Panics
    /// It cannot be run or does not end.
    pub fn compose(&self, args: &[&str]) -> Ran {
        let mut command = Command::new(self.compose[0]);
        command.args(&self.compose[1..]);
        command.args(["--project-name", &self.name]).args(args);
        command.current_dir(&self.root);
        for (node, port) in self.ports.iter().enumerate() {
            command.env(format!("ALLONGE_PORT_{node}"), port.to_string());
        }
        let line = format!("{} {}", self.tool(), args.join(" "));
        run(piped(command), line, PATIENCE)
    }

    /// `compose run --rm cli …`, as a user does.
    ///
    /// # Panics
    /// It cannot be run or does not end.
    pub fn cli(&self, args: &[&str]) -> Ran {
        self.compose(&[&["run", "--rm", "-T", "cli"], args].concat())
    }

    /// The id of a node's container, running or not.
    ///
    /// # Panics
    /// It has none.
    pub fn container(&self, node: usize) -> String {
        let project = format!("label=com.docker.compose.project={}", self.name);
        let service = format!("label=com.docker.compose.service=node-{node}");
        let ran = docker(&[
            "ps", "--all", "--quiet", "--filter", &project, "--filter", &service,
        ]);
        let id = ran.exits(0).out.trim().to_owned();
        assert!(!id.is_empty(), "node-{node} has no container");
        id
    }

    /// The network's name.
    pub fn network(&self) -> String {
        format!("{}_ledger", self.name)
    }

    /// A volume's name.
    pub fn volume(&self, volume: &str) -> String {
        format!("{}_{volume}", self.name)
    }

    /// What `docker inspect` says of a node's container.
    ///
    /// # Panics
    /// It says nothing.
    pub fn inspect(&self, node: usize, what: &str) -> String {
        let format = format!("{{{{{what}}}}}");
        let ran = docker(&["inspect", "--format", &format, &self.container(node)]).exits(0);
        ran.out.trim().to_owned()
    }

    /// A node's address on the project's network.
    ///
    /// # Panics
    /// It is not on it.
    pub fn address(&self, node: usize) -> String {
        let what = format!(
            "(index .NetworkSettings.Networks {:?}).IPAddress",
            self.network()
        );
        self.inspect(node, &what)
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let logs = self.compose(&["logs", "--no-color", "--tail", "40"]);
            eprintln!("--- the containers' logs\n{}", logs.said());
        }
        // Orphans: what the test itself put on the network.
        let down = self.compose(&["down", "--volumes", "--remove-orphans", "--timeout", "5"]);
        if down.code != 0 {
            eprintln!("{} is not removed: {}", self.name, down.said());
        }
    }
}

/// Runs a command of the engine.
///
/// # Panics
/// It cannot be run or does not end.
pub fn docker(args: &[&str]) -> Ran {
    let mut command = Command::new("docker");
    command.args(args);
    run(
        piped(command),
        format!("docker {}", args.join(" ")),
        PATIENCE,
    )
}

fn piped(mut command: Command) -> Command {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Ports that are free at this moment, all held until the last is found.
fn free_ports() -> Vec<u16> {
    let held: Vec<TcpListener> = (0..NODES)
        .map(|_| TcpListener::bind("127.0.0.1:0").expect("a free port"))
        .collect();
    let port = |listener: &TcpListener| listener.local_addr().expect("an address").port();
    held.iter().map(port).collect()
}
