//! Organisations that share no keys found a network: the walk of docs/network.md, on one machine with other
//! ports in place of other hosts.

use allonge_cli::cluster::free_ports;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use tests::{Api, MachineLock, Ran, Shell, until};

/// An organisation with a home of its own, to which no other has access.
struct Org {
    name: &'static str,
    home: PathBuf,
    /// API, consensus and gossip.
    ports: [u16; 3],
}

/// Its name, what else is said of it, and whether its node is reached by others.
const ORGS: [(&str, &str, bool); 6] = [
    ("central-bank", "--roles central-bank", true),
    ("bank-a", "--roles bank --bank-number 901000000011", true),
    ("bank-b", "--roles bank --bank-number 902000000029", true),
    ("supervisor", "--roles regulator", true),
    ("archive", "--roles attestor --observer", true),
    (
        "mill",
        "--roles enterprise --account-bank bank-a --no-node --member-keys 2 --threshold 2",
        false,
    ),
];

const SPEC: &str = "network = \"delta bills\"\n[currencies]\nCNY = \"central-bank\"\n";

impl Org {
    fn shell(&self) -> Shell {
        Shell::new(&self.home, None)
    }

    fn api(&self) -> Api {
        Api::new(&format!("http://127.0.0.1:{}", self.ports[0]))
    }

    /// Where commands are typed that go to the node of another.
    fn at(&self, node: &Org) -> Shell {
        Shell::new(&self.home, Some(node.api().base()))
    }

    /// A reason with what its node has logged.
    fn log(&self, why: &str) -> String {
        let log = fs::read_to_string(self.home.join("log")).unwrap_or_default();
        format!("{why}; {} logged:\n{log}", self.name)
    }

    fn identity_line(&self, more: &str, reached: bool) -> String {
        let addresses = match reached {
            true => format!(
                "--consensus 127.0.0.1:{} --gossip 127.0.0.1:{}",
                self.ports[1], self.ports[2]
            ),
            false => String::new(),
        };
        format!("identity new --org {} {more} {addresses}", self.name)
    }
}

/// A node that ends with the test.
struct Node(Child);

impl Node {
    fn run(org: &Org) -> Self {
        let log = fs::File::create(org.home.join("log")).expect("a log");
        let mut command = org.shell().command(&["node", "run"]);
        command.stdout(Stdio::null()).stderr(log);
        Node(command.spawn().expect("a node"))
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn mode(path: &Path) -> u32 {
    let data = fs::metadata(path).unwrap_or_else(|e| panic!("{}: {e}", path.display()));
    data.permissions().mode() & 0o777
}

/// The coordinator, who has nothing but what the others hand out.
struct Coordinator {
    shell: Shell,
    folder: PathBuf,
    files: Vec<String>,
}

impl Coordinator {
    fn file(&self, name: &str) -> String {
        self.folder.join(name).to_str().expect("UTF-8").to_owned()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let file = self.file(name);
        fs::write(&file, text).expect("a file");
        file
    }

    fn found(&self, spec: &str, files: &[String], out: &str) -> Ran {
        let (spec, out) = (self.file(spec), self.file(out));
        let files: Vec<&str> = files.iter().map(String::as_str).collect();
        let first = ["genesis", "new", "--spec", &spec];
        let args = [&first[..], &files, &["--out", &out]].concat();
        self.shell.json().runs(&args)
    }
}

fn identities(root: &Path) -> (Vec<Org>, Coordinator) {
    let folder = root.join("coordinator");
    fs::create_dir(&folder).expect("a folder");
    let (mut orgs, mut files) = (Vec::new(), Vec::new());
    let ports = free_ports(3 * ORGS.len(), &[]).expect("free ports");
    for ((name, more, reached), ports) in ORGS.into_iter().zip(ports.chunks_exact(3)) {
        let org = Org {
            name,
            home: root.join(name),
            ports: [ports[0], ports[1], ports[2]],
        };
        let line = org.identity_line(more, reached);
        let made = org.shell().json().types(&line).exits(0).json();
        assert_eq!(made["schema"], "allonge.identity/1");
        assert_eq!(made["organisation"]["name"], name);
        let runs_node = made["organisation"]["node"].is_object();
        assert_eq!(org.home.join("node_key").exists(), runs_node, "{name}");
        let votes = made["organisation"]["node"]["validator_key"].is_string();
        assert_eq!(org.home.join("validator_key").exists(), votes, "{name}");
        assert_eq!(votes, !matches!(name, "archive" | "mill"));
        let secrets = fs::read_dir(org.home.join("keys")).expect("keys");
        let secrets: Vec<_> = secrets.map(|entry| entry.expect("a key").path()).collect();
        assert_eq!(secrets.len(), if name == "mill" { 2 } else { 1 });
        let keys = [org.home.join("node_key"), org.home.join("validator_key")];
        for secret in keys.iter().filter(|key| key.exists()).chain(&secrets) {
            assert_eq!(mode(secret), 0o600, "{}", secret.display());
        }
        // A key is made once.
        org.shell().types(&line).exits(2).says("IDENTITY_EXISTS");
        let public = fs::read_to_string(org.home.join("identity.json")).expect("an identity");
        assert!(!public.contains("PRIVATE"));
        let file = folder.join(format!("{name}.json"));
        fs::write(&file, public).expect("a copy");
        files.push(file.to_str().expect("UTF-8").to_owned());
        orgs.push(org);
    }
    let coordinator = Coordinator {
        shell: Shell::new(&folder, None),
        folder,
        files,
    };
    (orgs, coordinator)
}

/// Everything that one of them could get wrong, or try.
fn refusals(orgs: &[Org], coordinator: &Coordinator) {
    let files = &coordinator.files;
    for (line, says) in [
        (
            "identity new --org x --roles bank",
            "--consensus is not given",
        ),
        (
            "identity new --org x --roles bank --consensus a.example --gossip a.example:1",
            "NODE_ADDRESS",
        ),
        (
            "identity new --org x --roles bank --consensus 0.0.0.0:1 --gossip a.example:2",
            "0.0.0.0",
        ),
        ("identity new --org x --roles emperor --no-node", "emperor"),
        (
            "identity new --org x --roles bank --no-node --threshold 2",
            "2 of its 1 keys",
        ),
        (
            "identity new --org x --roles bank --no-node --observer",
            "cannot be used with",
        ),
    ] {
        let home = coordinator.folder.join("nothing");
        Shell::new(&home, None).types(line).exits(2).says(says);
        assert!(!home.exists(), "{line}");
    }

    let mut copies = 0;
    let mut changed = |from: &str, to: &str| {
        let text = fs::read_to_string(&files[1]).expect("bank-a's");
        assert!(text.contains(from), "{from}");
        copies += 1;
        coordinator.write(&format!("changed-{copies}.json"), &text.replace(from, to))
    };
    let a = &orgs[1];
    let gossip = format!("127.0.0.1:{}", a.ports[2]);
    for (file, code) in [
        (changed(&gossip, "198.51.100.1:7"), "IDENTITY_SIGNATURE"),
        (
            changed("901000000011", "902000000011"),
            "IDENTITY_SIGNATURE",
        ),
        (changed("\"version\": 1", "\"version\": 2"), "version is 2"),
        (changed("\"threshold\"", "\"treshold\""), "NOT_AN_IDENTITY"),
        (coordinator.write("no.json", "{}"), "NOT_AN_IDENTITY"),
        (coordinator.file("nowhere.json"), "FILE"),
        (files[1].clone(), "IDENTITY_TWICE"),
    ] {
        let mut given = files.clone();
        given.push(file);
        coordinator
            .found("network.toml", &given, "no.genesis")
            .exits(2)
            .says(code);
    }
    for (spec, code) in [
        ("network = \"x\"\n", "NETWORK_SPEC"),
        ("network = \"x\"\ncolour = 1\n[currencies]\n", "bad.toml:2"),
        (
            "network = \"x\"\n[currencies]\nCNY = \"bank-a\"\n",
            "NOT_AN_ISSUER",
        ),
        (
            "network = \"x\"\n[currencies]\nCNY = \"nobody\"\n",
            "NO_SUCH_IDENTITY",
        ),
        (
            "network = \"x\"\n[currencies]\n[power]\narchive = 3\n",
            "NO_SUCH_IDENTITY",
        ),
        (
            "network = \"x\"\nbusiness_date = \"2099-01-05\"\n[currencies]\n",
            "DATE_AHEAD",
        ),
        (
            "network = \"x\"\nclose_minute = 0\n[currencies]\n",
            "GENESIS_RULES",
        ),
        (
            "network = \"x\"\n[currencies]\n[governance.admit]\nroles = [\"regulator\"]\nneed = 2\n",
            "only 1 members of genesis",
        ),
    ] {
        coordinator.write("bad.toml", spec);
        coordinator
            .found("bad.toml", files, "no.genesis")
            .exits(2)
            .says(code);
    }
    coordinator
        .found("network.toml", &files[4..], "no.genesis")
        .exits(2)
        .says("NO_SUCH_IDENTITY");
    assert!(!Path::new(&coordinator.file("no.genesis")).exists());
}

/// The same files in any order make the same network.
fn one_hash(coordinator: &Coordinator) {
    coordinator.write(
        "dated.toml",
        &SPEC.replace(
            "[currencies]",
            "business_date = \"2026-01-05\"\n[currencies]",
        ),
    );
    let mut hashes = Vec::new();
    for (i, out) in ["dated-0.json", "dated-1.json"].into_iter().enumerate() {
        let mut files = coordinator.files.clone();
        if i == 1 {
            files.reverse();
        }
        let made = coordinator.found("dated.toml", &files, out).exits(0).json();
        assert_eq!(made["business_date"], "2026-01-05");
        hashes.push(made["hash"].clone());
    }
    assert_eq!(hashes[0], hashes[1]);
}

fn warned(made: &Value, of: &str) -> bool {
    let warnings = made["warnings"].as_array().expect("a list");
    warnings
        .iter()
        .any(|w| w.as_str().unwrap_or_default().contains(of))
}

/// What a node's owner is kept from starting with.
fn wrong_genesis(a: &Org, coordinator: &Coordinator, hash: &str) {
    let init = |file: &str, more: &[&str]| {
        let first = ["node", "init", "--genesis", file];
        a.shell().runs(&[&first[..], more].concat())
    };
    let without_a: Vec<String> = coordinator
        .files
        .iter()
        .filter(|file| !file.ends_with("bank-a.json") && !file.ends_with("mill.json"))
        .cloned()
        .collect();
    let made = coordinator
        .found("network.toml", &without_a, "without.json")
        .exits(0);
    assert!(warned(&made.json(), "there are 3 validators"), "{made:?}");
    init(&coordinator.file("without.json"), &[])
        .exits(2)
        .says("NOT_THIS_GENESIS")
        .says("no node of this genesis");

    let genesis = coordinator.file("genesis.json");
    init(&genesis, &["--hash", &"0".repeat(64)])
        .exits(2)
        .says(hash);
    // The coordinator gives bank-a's seat another address after it was signed.
    let text = fs::read_to_string(&genesis).expect("genesis");
    let own = format!("127.0.0.1:{}", a.ports[2]);
    let moved = coordinator.write("moved.json", &text.replace(&own, "198.51.100.1:7"));
    init(&moved, &[]).exits(2).says("other keys or addresses");
    let mut richer: Value = serde_json::from_str(&text).expect("JSON");
    let members = richer["rules"]["members"].as_array_mut().expect("members");
    let member = members
        .iter_mut()
        .find(|m| m["id"] == "bank-a")
        .expect("bank-a");
    member["roles"] = json!(["bank", "regulator"]);
    let richer = coordinator.write("richer.json", &richer.to_string());
    init(&richer, &[])
        .exits(2)
        .says("other roles, keys or numbers");
    assert!(!a.home.join("genesis.json").exists());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn organisations_found_a_network_and_use_it() {
    let _lock = MachineLock::take().await;
    let root = tempfile::tempdir().expect("a folder");
    let (orgs, coordinator) = identities(root.path());
    coordinator.write("network.toml", SPEC);
    refusals(&orgs, &coordinator);
    one_hash(&coordinator);

    let made = coordinator
        .found("network.toml", &coordinator.files, "genesis.json")
        .exits(0)
        .json();
    assert_eq!(made["genesis"]["rules"]["development_clock"], false);
    assert!(!warned(&made, "validators:"), "{made}");
    assert!(!warned(&made, "nobody can"), "{made}");
    let hash = made["hash"].as_str().expect("a hash");
    coordinator
        .found("network.toml", &coordinator.files, "genesis.json")
        .exits(2)
        .says("exists");
    wrong_genesis(&orgs[1], &coordinator, hash);

    // Every organisation looks at it by itself, and starts.
    let genesis = coordinator.file("genesis.json");
    let mut nodes = Vec::new();
    for org in &orgs {
        let shell = org.shell();
        shell
            .runs(&["genesis", "show", &genesis])
            .exits(0)
            .says(hash)
            .says("delta bills")
            .says("CNY issued by central-bank")
            .says("archive")
            .says("2/3 of: who runs a validator");
        if org.name == "mill" {
            continue;
        }
        let http = format!("127.0.0.1:{}", org.ports[0]);
        let init = [
            "node",
            "init",
            "--genesis",
            &genesis,
            "--hash",
            hash,
            "--http",
            &http,
        ];
        let kind = if org.name == "archive" {
            "observer"
        } else {
            "validator"
        };
        let ready = shell.json().runs(&init).exits(0).json();
        assert_eq!(
            (&ready["kind"], &ready["genesis"]),
            (&json!(kind), &json!(hash))
        );
        // Once more changes nothing; another network is not put over it.
        shell.runs(&init).exits(0);
        let other = coordinator.file("dated-0.json");
        shell
            .runs(&["node", "init", "--genesis", &other])
            .exits(2)
            .says("is there already");
        nodes.push(Node::run(org));
    }
    for org in &orgs[..5] {
        until(&format!("blocks at {}", org.name), || async {
            let status = org.api().status().await.map_err(|e| org.log(&e))?;
            assert_eq!(status.body.genesis.to_string(), hash);
            match status.height {
                0 => Err(org.log("no block")),
                _ => Ok(()),
            }
        })
        .await;
    }

    // Each acts with its own keys, at its own node.
    let [central, bank, other, _, archive, mill] = &orgs[..] else {
        panic!("six organisations");
    };
    let accepted = |shell: Shell, line: &str| {
        shell.types(line).exits(0).says("accepted in block");
    };
    accepted(
        central.at(central),
        "cash mint bank-a 1,000.00 --as central-bank",
    );
    accepted(bank.at(bank), "cash send mill 100.00 --as bank-a");
    accepted(mill.at(other), "cash send bank-b 40.00 --as mill");
    bank.at(bank)
        .types("cash mint bank-a 1.00 --as central-bank")
        .exits(2)
        .says("KEY_MISSING");
    until("the observer to follow", || async {
        let seen = mill.at(archive).types("cash balance mill");
        if seen.code == 0 && seen.out.contains("60.00") {
            Ok(())
        } else {
            Err(format!("{seen:?}"))
        }
    })
    .await;
    // Nobody can move the clock of a network that is no toy.
    central
        .at(central)
        .types("dev advance 90d --as supervisor")
        .exits(2)
        .says("KEY_MISSING");
    orgs[3]
        .at(central)
        .types("dev advance 90d --as supervisor")
        .exits(1)
        .says("NOT_ALLOWED_HERE");
    drop(nodes);
}
