//! The network of docker-compose.yml, run, hurt and looked at: containers that are killed, cut off, moved to other
//! addresses, restarted one after another and all at once, while clients pay. Nothing that a client was told is final
//! may be lost, and all nodes must agree.
//!
//! `.ci/containers` makes the image and runs this.

mod engine;
mod load;

use allonge_cli::client::NodeClient;
use allonge_cli::keystore::Keystore;
use allonge_ledger::Genesis;
use engine::{NODES, Project, docker};
use load::{Load, Payer};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;
use std::process::ExitCode;
use std::time::{Duration, Instant};
use tests::{Api, everything_agrees, tip, until, until_for};

const PAYER: &str = "first-bank";
const PAYEE: &str = "supplier-1";
/// How long anything of the network may take; machines that run tests are busy.
const PATIENCE: Duration = Duration::from_secs(240);
/// How long a payment may take to be final before it counts as failed.
const FINAL_WITHIN: Duration = Duration::from_secs(60);

fn main() -> ExitCode {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    if docker(&["info"]).code != 0 {
        println!("no container engine answers: nothing was tried");
        return ExitCode::SUCCESS;
    }
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(Story::play(&root));
    ExitCode::SUCCESS
}

/// The network while it is hurt.
struct Story {
    project: Project,
    apis: Vec<Api>,
    genesis: Genesis,
    payer: Payer,
    begin: Instant,
}

impl Story {
    async fn play(root: &Path) {
        let begin = Instant::now();
        let project = Project::new(root);
        println!("{}; {}", project.tool(), engine_version());
        project.compose(&["up", "--detach"]).exits(0);
        let apis: Vec<Api> = (0..NODES)
            .map(|node| Api::new(&project.url(node)))
            .collect();
        let (genesis, payer) = keys(&project);
        let story = Story {
            project,
            apis,
            genesis,
            payer,
            begin,
        };
        story.all_healthy().await;
        story.say("up, all healthy");
        story.as_private_as_it_says();
        story.typed_at_the_counter();

        let before = story.cash().await;
        let urls: Vec<String> = (0..NODES).map(|node| story.project.url(node)).collect();
        let load = Load::start(&urls, &story.payer);
        story.paid(&load, 20).await;
        story.killed(&load).await;
        story.crashed(&load).await;
        story.cut_off(&load).await;
        story.moved(&load).await;
        story.restarted_in_turn(&load).await;
        story.nothing_failed(&load);
        story.all_down_and_up(&load).await;
        story.agreed(load, before).await;
        story.checked_on_disk();
        story.say("done");
    }

    fn say(&self, what: &str) {
        println!("{:>4} s  {what}", self.begin.elapsed().as_secs());
    }

    /// Every container says of itself that it is healthy, by the image's own check.
    async fn all_healthy(&self) {
        for node in 0..NODES {
            let what = format!("node-{node} healthy");
            until_for(PATIENCE, &what, || async {
                match self.project.inspect(node, ".State.Health.Status").as_str() {
                    "healthy" => Ok(()),
                    other => Err(other.to_owned()),
                }
            })
            .await;
        }
    }

    /// Keys are their node's alone, the program is nobody special, and no port is open to other machines.
    fn as_private_as_it_says(&self) {
        let look = "id -u; stat -c '%a %U' . validator_key node_key; ls";
        let container = self.project.container(0);
        let seen = docker(&["exec", &container, "sh", "-c", look]).exits(0).out;
        let mut lines = seen.lines();
        assert_ne!(lines.next(), Some("0"), "it runs as root");
        for expected in ["700 allonge", "600 allonge", "600 allonge"] {
            assert_eq!(lines.next(), Some(expected), "{seen}");
        }
        let others = seen.contains("keys") || seen.contains("node-");
        assert!(!others, "others' files: {seen}");
        let written = docker(&["exec", &container, "touch", "/tmp/x", "/usr/local/bin/x"]);
        assert_ne!(written.code, 0, "the image can be written to");
        for node in 0..NODES {
            let published = docker(&["port", &self.project.container(node)]);
            let published = published.exits(0).out;
            let here = self.project.url(node);
            let here = here.trim_start_matches("http://");
            let beyond = published.lines().any(|line| !line.ends_with(here));
            assert!(!beyond, "published beyond this machine: {published}");
        }
        self.say("keys are private, nothing runs as root, ports on loopback only");
    }

    /// `compose run --rm cli …`, as docs/containers.md has it.
    fn typed_at_the_counter(&self) {
        let status = self.project.cli(&["status", "--output", "json"]).exits(0);
        assert_eq!(status.json()["schema"], "allonge.status/1");
        let send = ["--as", PAYER, "cash", "send", PAYEE, "12.50"];
        self.project
            .cli(&send)
            .exits(0)
            .says("12.50 CNY from first-bank to supplier-1");
        let too_much = ["--as", PAYEE, "cash", "send", PAYER, "1,000,000,000"];
        self.project
            .cli(&too_much)
            .exits(1)
            .says("INSUFFICIENT_FUNDS");
        self.say("a payment typed in the cli container is final, one too large is rejected");
    }

    /// Waits until so many payments more are final.
    async fn paid(&self, load: &Load, more: usize) -> Duration {
        let begin = Instant::now();
        let (from, _) = load.counts();
        until_for(PATIENCE, "payments that are final", || async {
            let (now, failed) = load.counts();
            if now >= from + more {
                Ok(())
            } else {
                Err(format!("{} of {more}, {failed} failed", now - from))
            }
        })
        .await;
        begin.elapsed()
    }

    /// Waits until a node is ready and has the height that the others have now.
    async fn caught_up(&self, node: usize) -> Duration {
        let begin = Instant::now();
        let mut height = 0;
        for (_, api) in self.others(node) {
            height = height.max(tip(api).await);
        }
        let what = format!("node-{node} at height {height}");
        until_for(PATIENCE, &what, || async {
            let status = self.apis[node].status().await?;
            match status.body.not_ready {
                Some(why) => Err(why),
                None if status.height < height => Err(format!("it is at {}", status.height)),
                None => Ok(()),
            }
        })
        .await;
        begin.elapsed()
    }

    fn others(&self, node: usize) -> impl Iterator<Item = (usize, &Api)> {
        self.apis
            .iter()
            .enumerate()
            .filter(move |(i, _)| *i != node)
    }

    /// Killed by hand, and started again by hand: the engine does not undo what its user did.
    async fn killed(&self, load: &Load) {
        let container = self.project.container(1);
        docker(&["kill", "--signal", "KILL", &container]).exits(0);
        let without = self.paid(load, 20).await;
        docker(&["start", &container]).exits(0);
        let back = self.caught_up(1).await;
        self.say(&format!(
            "node-1 killed: 20 payments in {} ms without it, caught up {} ms after its start",
            without.as_millis(),
            back.as_millis()
        ));
    }

    /// The process dies by itself: the engine starts it again.
    async fn crashed(&self, load: &Load) {
        let before = self.project.inspect(3, ".State.Pid");
        let pid = before.parse().ok().and_then(rustix::process::Pid::from_raw);
        let pid = pid.expect("a process id");
        if let Err(error) = rustix::process::kill_process(pid, rustix::process::Signal::KILL) {
            self.say(&format!("the engine's processes are not to be reached from here ({error}): a crash was not tried"));
            return;
        }
        until("node-3 running again", || async {
            let now = self.project.inspect(3, ".State.Pid");
            if now == before || now == "0" {
                Err(format!("its process is {now}"))
            } else {
                Ok(())
            }
        })
        .await;
        let back = self.caught_up(3).await;
        self.paid(load, 10).await;
        self.say(&format!(
            "node-3 crashed: the engine started it again, caught up {} ms later",
            back.as_millis()
        ));
    }

    /// Without the network a node stands still and says so; back on it, it catches up.
    async fn cut_off(&self, load: &Load) {
        let container = self.project.container(2);
        let network = self.project.network();
        docker(&["network", "disconnect", &network, &container]).exits(0);
        let without = self.paid(load, 20).await;
        let asked = docker(&["exec", &container, "allonge", "status", "--output", "json"]).exits(0);
        let status: Value = asked.json();
        let behind = status["height"].as_str().and_then(|h| h.parse().ok());
        let others = tip(&self.apis[0]).await;
        assert!(
            behind.is_some_and(|height: u64| height < others),
            "cut off at {behind:?} while the others are at {others}"
        );
        // The compose tool gives a container its service's name; who connects it by hand has to do so again.
        docker(&[
            "network", "connect", "--alias", "node-2", &network, &container,
        ])
        .exits(0);
        let back = self.caught_up(2).await;
        self.say(&format!(
            "node-2 cut off: 20 payments in {} ms without it, caught up {} ms after it was connected again",
            without.as_millis(),
            back.as_millis()
        ));
    }

    /// A node comes back under its name, but with another address.
    async fn moved(&self, load: &Load) {
        let before = self.project.address(0);
        self.project.compose(&["stop", "node-0"]).exits(0);
        // Sits on the address that was node-0's, as long as the engine gives it out again at once.
        let squatter = format!("{}-squatter", self.project.network());
        let network = self.project.network();
        let mut sit = vec!["run", "--detach", "--rm", "--name", &squatter];
        let image = docker(&[
            "inspect",
            "--format",
            "{{.Config.Image}}",
            &self.project.container(1),
        ])
        .exits(0);
        sit.extend([
            "--network",
            &network,
            "--entrypoint",
            "sleep",
            image.out.trim(),
            "300",
        ]);
        docker(&sit).exits(0);
        self.project.compose(&["start", "node-0"]).exits(0);
        let back = self.caught_up(0).await;
        docker(&["rm", "--force", &squatter]).exits(0);
        let after = self.project.address(0);
        assert_ne!(before, after, "node-0 has its old address");
        // All see each other: three peers each.
        for (node, api) in self.apis.iter().enumerate() {
            let what = format!("all others as peers of node-{node}");
            until_for(PATIENCE, &what, || async {
                let peers = api.status().await?.body.peers;
                if usize::try_from(peers).is_ok_and(|peers| peers == NODES - 1) {
                    Ok(())
                } else {
                    Err(format!("it has {peers}"))
                }
            })
            .await;
        }
        self.paid(load, 10).await;
        self.say(&format!(
            "node-0 moved from {before} to {after}, caught up {} ms after its start",
            back.as_millis()
        ));
    }

    /// One after the other, each only when the one before is back; no payment may fail.
    async fn restarted_in_turn(&self, load: &Load) {
        let (before, _) = load.counts();
        for node in 0..NODES {
            self.project
                .compose(&["restart", &format!("node-{node}")])
                .exits(0);
            self.caught_up(node).await;
        }
        let (after, _) = load.counts();
        self.say(&format!(
            "all restarted in turn, {} payments final meanwhile",
            after - before
        ));
    }

    /// With one node missing at a time no client may have noticed anything.
    fn nothing_failed(&self, load: &Load) {
        let (_, failed) = load.counts();
        assert_eq!(
            failed, 0,
            "payments failed while one node at a time was missing"
        );
    }

    /// All containers go, the volumes stay.
    async fn all_down_and_up(&self, load: &Load) {
        self.project.compose(&["down"]).exits(0);
        self.project.compose(&["up", "--detach"]).exits(0);
        self.all_healthy().await;
        for api in &self.apis {
            let found = api.status().await.expect("a status").body.genesis;
            assert_eq!(found, self.genesis.hash(), "another network than before");
        }
        self.paid(load, 10).await;
        self.say("all down and up again, on the volumes of before");
    }

    /// What a member has, as the first node says.
    async fn cash(&self) -> u64 {
        let cash = self.apis[0].cash(&self.payer.payee).await.expect("cash");
        let cny = cash
            .body
            .balances
            .iter()
            .find(|line| line.currency.to_string() == "CNY");
        cny.expect("a balance").available.minor
    }

    /// Every payment that a client was told is final stands once, at that height; those without an answer are settled
    /// now; and the nodes have one chain.
    async fn agreed(&self, load: Load, before: u64) {
        let mut outcome = load.stop().await;
        let client = NodeClient::new(&[self.project.url(0)], FINAL_WITHIN).expect("a client");
        let unanswered = outcome.unanswered.len();
        for signed in &outcome.unanswered {
            let done = client.submit_and_wait(signed, FINAL_WITHIN).await;
            let done = done.unwrap_or_else(|e| panic!("{} is never final: {e}", signed.id));
            outcome.acknowledged.insert(done.id, done.height);
        }
        let validators = self.genesis.validator_set().expect("a validator set");
        let chain = everything_agrees(&self.apis, self.genesis.hash(), &validators).await;
        let mut found = BTreeMap::new();
        for block in &chain {
            for transaction in &block.transactions {
                let twice = found.insert(transaction.id, block.header.height);
                assert!(twice.is_none(), "{} stands twice", transaction.id);
            }
        }
        for (id, height) in &outcome.acknowledged {
            assert_eq!(found.get(id), Some(height), "{id} was final at {height}");
        }
        let paid = u64::try_from(outcome.acknowledged.len()).expect("a number");
        assert_eq!(self.cash().await, before + paid, "each payment counts once");
        self.say(&format!(
            "{} blocks are the same on all nodes; {paid} payments final and none lost, {unanswered} of them without an answer at first; the slowest took {} ms",
            chain.len(),
            outcome.slowest.as_millis()
        ));
    }

    /// What a stopped node has on disk is whole.
    fn checked_on_disk(&self) {
        self.project.compose(&["stop", "node-0"]).exits(0);
        let volume = format!("{}:/var/lib/allonge", self.project.volume("node-0"));
        let image = self.project.inspect(1, ".Config.Image");
        docker(&["run", "--rm", "--volume", &volume, &image, "node", "check"])
            .exits(0)
            .says("all is in order");
        self.say("what node-0 has on disk is whole");
    }
}

fn engine_version() -> String {
    let ran = docker(&["version", "--format", "engine {{.Server.Version}}"]);
    ran.out.trim().to_owned()
}

/// The genesis document and the payer's key, fetched out of the members' volume.
fn keys(project: &Project) -> (Genesis, Payer) {
    let file = format!("keys/{PAYER}.pem");
    let args = [
        "run",
        "--rm",
        "-T",
        "--entrypoint",
        "cat",
        "cli",
        "genesis.json",
        &file,
    ];
    let both = project.compose(&args).exits(0).out;
    let (genesis, pem) = both.split_at(both.find("-----BEGIN").expect("a key"));
    let genesis = serde_json::from_str(genesis).expect("a genesis document");
    let home = tempfile::tempdir().expect("a folder");
    let store = Keystore::of_home(home.path());
    std::fs::create_dir(store.folder()).expect("a folder of keys");
    let file = store.path(PAYER).expect("a key's name");
    std::fs::write(&file, pem).expect("a key file");
    let private = std::os::unix::fs::PermissionsExt::from_mode(0o600);
    std::fs::set_permissions(&file, private).expect("permissions");
    let payer = Payer {
        id: PAYER.parse().expect("a member"),
        key: store.load(PAYER).expect("a key").key,
        payee: PAYEE.parse().expect("a member"),
    };
    (genesis, payer)
}
