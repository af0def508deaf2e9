//! A node's folder with something wrong in it: the node does not start, says what is wrong and what to do,
//! and leaves the folder as it was. Put right, it starts where it stood.

mod rows;
mod stores;

use rows::ROWS;
use std::collections::BTreeMap;
use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::{Network, Ran, Setup, Shell, binary, run, tip};

/// A node that must not start has said so by then.
const PATIENCE: Duration = Duration::from_secs(30);

/// What keeps the damage in place while the node tries: a port, a process.
type Held = Option<Box<dyn std::any::Any>>;

struct Row {
    what: &'static str,
    harm: fn(&World, &Path) -> Held,
    exit: i32,
    code: &'static str,
    /// What the message must name; `HOME` stands for the folder.
    says: &'static [&'static str],
    /// What the hint must say.
    next: &'static str,
}

/// A network whose nodes are stopped, and what one of them has.
struct World {
    network: Network,
    /// The folder of the node that is harmed, as it was when it stopped well.
    whole: PathBuf,
    /// How many lines the configuration has, with one that was appended.
    config_lines: usize,
    http: String,
    consensus: String,
    gossip: String,
}

fn change(path: &Path, change: impl Fn(String) -> String) {
    let text = fs::read_to_string(path).unwrap();
    let changed = change(text.clone());
    assert_ne!(text, changed, "the change changes something");
    fs::write(path, changed).unwrap();
}

fn append(path: &Path, line: &str) {
    change(path, |text| format!("{text}{line}\n"));
}

fn listen(address: &str) -> Held {
    Some(Box::new(TcpListener::bind(address).unwrap()))
}

/// The key file that signs votes, however it is named.
fn validator_key(home: &Path) -> PathBuf {
    ["validator_key", "validator.pem"]
        .iter()
        .map(|name| home.join(name))
        .find(|path| path.exists())
        .expect("a validator's key")
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    fs::set_permissions(to, fs::metadata(from).unwrap().permissions()).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).unwrap();
        }
    }
}

/// Every file with its bytes and mode, but for what opening a database touches.
fn files(home: &Path) -> BTreeMap<PathBuf, (u32, Vec<u8>)> {
    let mut found = BTreeMap::new();
    let mut folders = vec![home.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.strip_prefix(home).unwrap().to_owned();
            if name.starts_with("store") || name == Path::new("lock") {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let mode = fs::metadata(&path).unwrap().mode();
                found.insert(name, (mode, fs::read(&path).unwrap()));
            }
        }
    }
    found
}

fn node_run(home: &Path) -> Ran {
    let mut shell = Shell::new(Path::new("/nowhere"), None);
    shell.patience = PATIENCE;
    shell.runs(&["node", "run", "--home", home.to_str().unwrap()])
}

impl World {
    async fn make(name: &'static str) -> World {
        let mut network = Setup::new(name)
            .config("checkpoint_blocks = 4")
            .start()
            .await;
        let bank = network.party("first-bank");
        let to = "supplier-1".parse().unwrap();
        for _ in 0..10 {
            network
                .accept(0, &bank.act(crate::world::send(&to, "1.00")))
                .await;
        }
        let all: Vec<usize> = (0..network.len()).collect();
        network.reach(&all, tip(network.api(0)).await).await;
        let entry = network.cluster().manifest().nodes[0].clone();
        for node in all {
            network.stop(node);
        }
        let whole = network.own_folder("whole");
        copy(&network.home(0), &whole);
        let config = fs::read_to_string(whole.join("config.toml")).unwrap();
        let strip = |url: &str| url.trim_start_matches("http://").to_owned();
        World {
            config_lines: config.lines().count() + 1,
            http: strip(&entry.url),
            consensus: entry.consensus,
            gossip: entry.gossip,
            whole,
            network,
        }
    }

    fn named(&self, home: &Path, text: &str) -> String {
        let key = validator_key(home);
        let key = key.file_name().and_then(|n| n.to_str()).unwrap();
        text.replace("HOME", home.to_str().unwrap())
            .replace("VALIDATOR-KEY", key)
            // What is appended to the configuration stands on its last line.
            .replace("LINE", &self.config_lines.to_string())
            .replace("HTTP-ADDRESS", &self.http)
            .replace("CONSENSUS-ADDRESS", &self.consensus)
            .replace("GOSSIP-ADDRESS", &self.gossip)
    }

    fn checked(&self, home: &Path) -> serde_json::Value {
        let shell = Shell::new(Path::new("/nowhere"), None).json();
        shell
            .runs(&["node", "check", "--home", home.to_str().unwrap()])
            .exits(0)
            .json()
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_node_with_a_wrong_home_does_not_start() {
    let world = World::make("bad-homes").await;
    let good = world.checked(&world.whole);
    for (i, row) in ROWS.iter().enumerate() {
        let home = world.network.own_folder("homes").join(i.to_string());
        copy(&world.whole, &home);
        let held = (row.harm)(&world, &home);
        let before = files(&home);
        let ran = node_run(&home);
        refused(&world, row, &home, &ran);
        assert_eq!(
            files(&home),
            before,
            "{}: the folder is as it was",
            row.what
        );
        drop(held);
        // Whatever was wrong with the rest, the ledger is untouched.
        if home.join("store-aside").exists() {
            fs::remove_dir_all(home.join("store")).unwrap();
            fs::rename(home.join("store-aside"), home.join("store")).unwrap();
        }
        for name in ["genesis.json", "config.toml"] {
            fs::copy(world.whole.join(name), home.join(name)).unwrap();
        }
        assert_eq!(
            world.checked(&home),
            good,
            "{}: the ledger is as it was",
            row.what
        );
        println!(
            "homes: {}: {}",
            row.what,
            ran.err.lines().last().unwrap_or_default()
        );
    }
    let nowhere = world.network.own_folder("homes").join("nowhere");
    let ran = node_run(&nowhere);
    assert!(
        ran.code == 2 && ran.err.contains(nowhere.to_str().unwrap()),
        "{ran:?}"
    );
    assert!(!nowhere.exists(), "nothing is made where nothing was");
    unwritable(&world);
    println!("homes: {} rows", ROWS.len() + 2);
}

fn refused(world: &World, row: &Row, home: &Path, ran: &Ran) {
    assert_eq!(ran.code, row.exit, "{}: {ran:?}", row.what);
    let error = ran
        .err
        .rfind("error:")
        .map(|at| &ran.err[at..])
        .unwrap_or_default();
    assert!(
        error.contains(row.code),
        "{} must name {}: {}",
        row.what,
        row.code,
        ran.err
    );
    for text in row.says {
        let text = world.named(home, text);
        assert!(
            error.contains(&text),
            "{} must name `{text}`: {}",
            row.what,
            ran.err
        );
    }
    let next = error.split("next:").nth(1).unwrap_or_default();
    assert!(
        next.len() > 5 && next.contains(row.next),
        "{} must say `{}`: {}",
        row.what,
        row.next,
        ran.err
    );
}

/// A folder that cannot be written. Root may write everywhere, so the node then runs as nobody.
fn unwritable(world: &World) {
    let place = tempfile::Builder::new()
        .prefix("allonge-unwritable-")
        .tempdir()
        .unwrap();
    let home = place.path().join("home");
    copy(&world.whole, &home);
    fs::set_permissions(place.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let program = place.path().join("allonge");
    fs::copy(binary(), &program).unwrap();
    let root = fs::metadata(place.path()).unwrap().uid() == 0;
    let mut folders = vec![home.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let mode = if path.is_dir() { 0o555 } else { 0o400 };
            if root {
                std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).unwrap();
            }
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    fs::set_permissions(&home, fs::Permissions::from_mode(0o555)).unwrap();
    let shell = Shell::new(Path::new("/nowhere"), None);
    let template = shell.command(&["node", "run", "--home", home.to_str().unwrap()]);
    let mut command = std::process::Command::new(&program);
    command.args(template.get_args()).current_dir("/");
    command.stdin(std::process::Stdio::null());
    command
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped());
    if root {
        command.uid(65_534).gid(65_534);
    }
    let ran = run(
        command,
        "node run in an unwritable home".to_owned(),
        PATIENCE,
    );
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains(home.to_str().unwrap()), "{ran:?}");
    assert!(
        ran.err.to_lowercase().contains("denied") || ran.err.contains("read-only"),
        "{ran:?}"
    );
    assert!(ran.err.contains("next:"), "{ran:?}");
    // So that the folder can be removed.
    fs::set_permissions(&home, fs::Permissions::from_mode(0o755)).unwrap();
    println!(
        "homes: an unwritable folder: {}",
        ran.err.lines().next().unwrap_or_default()
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_home_in_use_is_left_alone() {
    let network = Setup::new("in-use").nodes(1).start().await;
    let ran = node_run(&network.home(0));
    assert_eq!(ran.code, 2, "{ran:?}");
    let home = network.home(0);
    assert!(
        ran.err.contains(home.to_str().unwrap()) && ran.err.contains("in use"),
        "{ran:?}"
    );
    assert!(ran.err.contains("stop that node first"), "{ran:?}");
    let checked = Shell::new(Path::new("/nowhere"), None).runs(&[
        "node",
        "check",
        "--home",
        home.to_str().unwrap(),
    ]);
    assert_eq!(checked.code, 2, "{checked:?}");
    assert!(checked.err.contains("in use"), "{checked:?}");
    let bank = network.party("first-bank");
    network
        .accept(
            0,
            &bank.act(crate::world::send(&"supplier-1".parse().unwrap(), "1.00")),
        )
        .await;
}
