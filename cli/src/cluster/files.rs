//! Makes the files of a new network: genesis, keys, one folder a node, the manifest.

use super::breaks::MAX_LINKED_NODES;
use super::error::ClusterError;
use super::manifest::{
    LinkEntry, MANIFEST_FILE, MANIFEST_VERSION, Manifest, MemberEntry, NodeEntry,
};
use super::ports::{NodePorts, free_ports};
use super::process::{io, write_file};
use super::spec::Spec;
use crate::client::now_ms;
use crate::invoice::{InvoiceKey, KEY_FILE};
use crate::keystore::{Keystore, new_key, public_key, write_key_file};
use allonge_contracts::calls::CurrencyAuthority;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::Member;
use allonge_contracts::{Date, Hash, Text};
use allonge_ledger::{GENESIS_VERSION, Genesis, GenesisObserver, GenesisValidator, LedgerState};
use allonge_node::guard::Guard;
use ed25519_dalek::SigningKey;
use std::fs::{self, DirBuilder};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// The folder of member keys in a cluster's folder; as in an ALLONGE_HOME, which a cluster's folder is.
pub(super) const KEYS: &str = "keys";
pub(super) const GENESIS: &str = "genesis.json";
const LOOPBACK: &str = "127.0.0.1";
pub(super) const LOGS: &str = "logs";
pub(super) const RUN: &str = "run";

/// The ledger's offset from UTC (+8 h) and the close of its days (20:00).
pub(crate) const UTC_OFFSET_MINUTES: i16 = 480;
pub(crate) const CLOSE_MINUTE: u16 = 1_200;

/// Where a node is reached and where it listens.
pub(super) struct Place {
    /// The host under which others reach it.
    pub host: String,
    /// The address on which it listens itself.
    pub listen: &'static str,
    pub ports: NodePorts,
}

impl Place {
    fn on_this_machine(ports: NodePorts) -> Self {
        Place {
            host: LOOPBACK.to_owned(),
            listen: LOOPBACK,
            ports,
        }
    }

    /// Where others reach a port of it.
    pub fn at(&self, port: u16) -> String {
        format!("{}:{port}", self.host)
    }

    fn listens(&self, port: u16) -> String {
        format!("{}:{port}", self.listen)
    }
}

/// A node while its files are made.
pub(super) struct NewNode {
    pub name: String,
    /// An observer has none.
    validator: Option<SigningKey>,
    peer: SigningKey,
    pub place: Place,
}

/// What was made of a network, before anybody is told.
pub(super) struct Made {
    pub genesis: Hash,
    /// The genesis document as it is written to files.
    pub text: Vec<u8>,
    pub nodes: Vec<NewNode>,
    pub members: Vec<MemberEntry>,
}

/// Makes the files of the network in the spec's folder.
pub(super) fn generate(spec: &Spec) -> Result<Manifest, ClusterError> {
    spec.check_nodes()?;
    check_folder(&spec.dir)?;
    let ports = spec.ports.choose(spec.all_nodes())?;
    let links = if spec.breakable {
        links(&ports)?
    } else {
        Vec::new()
    };
    let dir = &spec.dir;
    for folder in [dir.clone(), dir.join(LOGS), dir.join(RUN)] {
        make_folder(&folder)?;
    }
    let places = ports.into_iter().map(Place::on_this_machine).collect();
    let made = make_network(spec, places, &links)?;
    write_file(&dir.join(GENESIS), &made.text, 0o644)?;
    let manifest = Manifest {
        version: MANIFEST_VERSION,
        network: spec.network.to_string(),
        genesis: made.genesis,
        genesis_file: GENESIS.into(),
        keys: KEYS.into(),
        currencies: spec.currencies.clone(),
        authority: spec.authority.clone(),
        nodes: made.nodes.iter().map(node_entry).collect(),
        members: made.members,
        links,
    };
    // Last: a folder with a manifest is a whole cluster.
    manifest.write(dir)?;
    Ok(manifest)
}

/// Makes the keys, the genesis document and the nodes' folders; the document is not yet in the network's folder.
pub(super) fn make_network(
    spec: &Spec,
    places: Vec<Place>,
    links: &[LinkEntry],
) -> Result<Made, ClusterError> {
    let dir = &spec.dir;
    let keystore = Keystore::of_home(dir);
    let members = make_members(spec, &keystore)?;
    InvoiceKey::create(&dir.join(KEY_FILE))?;
    let mut nodes = Vec::new();
    for (i, place) in places.into_iter().enumerate() {
        nodes.push(NewNode {
            name: format!("node-{i}"),
            validator: (i < spec.nodes).then(new_key).transpose()?,
            peer: new_key()?,
            place,
        });
    }
    let now = now_ms();
    let time_ms = spec
        .start
        .map_or(now, |day| first_moment(day, UTC_OFFSET_MINUTES));
    let shift_ms = i64::try_from(i128::from(time_ms) - i128::from(now)).unwrap_or(0);
    let settings = match shift_ms {
        0 => spec.settings.clone(),
        ms => format!(
            "# The network's first day is not this machine's.\nclock_shift_ms = {ms}\n{}",
            spec.settings
        ),
    };
    let genesis = make_genesis(spec, &members, &nodes, time_ms)?;
    let checked = LedgerState::genesis(genesis).map_err(ClusterError::Genesis)?;
    let mut text = serde_json::to_vec_pretty(&*checked.genesis)
        .map_err(|e| ClusterError::Genesis(e.to_string()))?;
    text.push(b'\n');
    for (i, node) in nodes.iter().enumerate() {
        let ways = links.iter().filter(|link| link.from == i);
        make_home(&dir.join(&node.name), node, &text, &settings, ways)?;
    }
    Ok(Made {
        genesis: checked.genesis_hash,
        text,
        nodes,
        members,
    })
}

/// Only a new or empty folder is filled.
fn check_folder(dir: &Path) -> Result<(), ClusterError> {
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(ClusterError::NotEmpty {
                dir: dir.to_owned(),
                cluster: dir.join(MANIFEST_FILE).exists(),
            }),
        },
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(e) => Err(io("use", dir)(e)),
    }
}

pub(super) fn make_folder(folder: &Path) -> Result<(), ClusterError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(folder)
        .map_err(io("create", folder))
}

fn make_members(spec: &Spec, keystore: &Keystore) -> Result<Vec<MemberEntry>, ClusterError> {
    for name in &spec.future_members {
        keystore.create(name.as_str())?;
    }
    let mut members = Vec::new();
    for member in &spec.members {
        let name = member.id.as_str();
        let key = keystore.create(name)?;
        members.push(MemberEntry {
            id: member.id.clone(),
            roles: member.roles.clone(),
            legal_id: member.legal_id.clone(),
            bank_number: member.bank_number,
            account_bank: member.account_bank.clone(),
            balances: member.balances.clone(),
            key: key.public(),
            key_file: Path::new(KEYS).join(format!("{name}.pem")),
        });
    }
    Ok(members)
}

fn make_genesis(
    spec: &Spec,
    members: &[MemberEntry],
    nodes: &[NewNode],
    time_ms: u64,
) -> Result<Genesis, ClusterError> {
    let mut records: Vec<Member> = members
        .iter()
        .map(|member| Member {
            id: member.id.clone(),
            roles: member.roles.clone(),
            legal_id: member.legal_id.clone(),
            bank_number: member.bank_number,
            account_bank: member.account_bank.clone(),
            keys: vec![member.key],
            threshold: 1,
            suspended: false,
        })
        .collect();
    records.sort_by(|a, b| a.id.cmp(&b.id));
    let mut currencies: Vec<CurrencyAuthority> = spec
        .currencies
        .iter()
        .map(|currency| CurrencyAuthority {
            currency: *currency,
            authority: spec.authority.clone(),
        })
        .collect();
    currencies.sort_by_key(|line| line.currency);
    currencies.dedup_by_key(|line| line.currency);
    let mut balances: Vec<OpeningBalance> = members
        .iter()
        .flat_map(|member| {
            member.balances.iter().map(|money| OpeningBalance {
                member: member.id.clone(),
                money: *money,
            })
        })
        .collect();
    balances.sort_by(|a, b| (&a.member, a.money.currency).cmp(&(&b.member, b.money.currency)));
    let mut validators = Vec::new();
    let mut observers = Vec::new();
    for node in nodes {
        let name = text(&node.name)?;
        let peer = public_key(&node.peer);
        let consensus_address = text(&node.place.at(node.place.ports.consensus))?;
        let gossip_address = text(&node.place.at(node.place.ports.gossip))?;
        match &node.validator {
            Some(key) => validators.push(GenesisValidator {
                name,
                member: None,
                key: public_key(key),
                power: 1,
                peer,
                consensus_address,
                gossip_address,
            }),
            None => observers.push(GenesisObserver {
                name,
                member: None,
                peer,
                consensus_address,
                gossip_address,
            }),
        }
    }
    observers.sort_by(|a, b| a.name.cmp(&b.name));
    validators.sort_by_key(|validator| validator.key);
    Ok(Genesis {
        version: GENESIS_VERSION,
        network: spec.network.clone(),
        time_ms,
        limits: spec.limits.clone(),
        rules: GenesisRules {
            members: records,
            currencies,
            balances,
            holidays: spec.holidays.clone(),
            working_weekends: Vec::new(),
            utc_offset_minutes: UTC_OFFSET_MINUTES,
            close_minute: CLOSE_MINUTE,
            development_clock: true,
            params: spec.params.clone(),
            governance: Default::default(),
            protocol: 1,
        },
        validators,
        observers,
    })
}

/// The first moment of a day at this offset from UTC, in UTC milliseconds.
pub(crate) fn first_moment(day: Date, utc_offset_minutes: i16) -> u64 {
    let offset = i64::from(utc_offset_minutes).saturating_mul(60_000);
    u64::from(day.days())
        .saturating_mul(86_400_000)
        .saturating_add_signed(offset.saturating_neg())
}

fn make_home<'a>(
    home: &Path,
    node: &NewNode,
    genesis: &[u8],
    settings: &str,
    ways: impl Iterator<Item = &'a LinkEntry>,
) -> Result<(), ClusterError> {
    make_folder(home)?;
    write_file(&home.join(GENESIS), genesis, 0o644)?;
    if let Some(validator) = &node.validator {
        write_key_file(
            &home.join("validator_key"),
            "validator_key",
            validator,
            None,
        )?;
        Guard::create(&home.join("guard"), &public_key(validator))?;
    }
    write_key_file(&home.join("node_key"), "node_key", &node.peer, None)?;
    write_file(
        &home.join("config.toml"),
        config(node, settings, ways).as_bytes(),
        0o644,
    )
}

/// The node's configuration; what is not said stands as the node has it by itself.
fn config<'a>(node: &NewNode, settings: &str, ways: impl Iterator<Item = &'a LinkEntry>) -> String {
    let NodePorts {
        http,
        consensus,
        gossip,
    } = node.place.ports;
    let insecure = match node.place.listen {
        LOOPBACK => "",
        _ => {
            "# The API has neither TLS nor access control: keep its port off networks that are not trusted.\n\
             insecure = true\n"
        }
    };
    let observer = match node.validator {
        Some(_) => "",
        None => "# It follows the network without a vote.\nobserver = true\n",
    };
    let peers: String = ways
        .map(|link| {
            format!(
                "\n[peers.node-{}]\nconsensus = \"{}\"\ngossip = \"{}\"\n",
                link.to, link.consensus, link.gossip
            )
        })
        .collect();
    format!(
        "# Made by `allonge cluster`.\n\
         name = \"{}\"\n\
         http = \"{}\"\n{insecure}{observer}\
         consensus = \"{}\"\n\
         gossip = \"{}\"\n\
         # The engine's every step is of no interest here.\n\
         log = \"info,arc_malachitebft=warn\"\n{settings}{peers}",
        node.name,
        node.place.listens(http),
        node.place.listens(consensus),
        node.place.listens(gossip),
    )
}

/// A way from every node to every other one.
fn links(nodes: &[NodePorts]) -> Result<Vec<LinkEntry>, ClusterError> {
    if nodes.len() > MAX_LINKED_NODES {
        return Err(ClusterError::TooManyLinked(nodes.len()));
    }
    let taken: Vec<u16> = nodes
        .iter()
        .flat_map(|ports| [ports.http, ports.consensus, ports.gossip])
        .collect();
    let all = 0..nodes.len();
    let wires: Vec<(usize, usize)> = all
        .clone()
        .flat_map(|from| all.clone().map(move |to| (from, to)))
        .filter(|(from, to)| from != to)
        .collect();
    let ports = free_ports(wires.len().saturating_mul(2), &taken)?;
    let links = wires.into_iter().zip(ports.chunks_exact(2));
    Ok(links
        .filter_map(|((from, to), ports)| match ports {
            [consensus, gossip] => Some(LinkEntry {
                from,
                to,
                consensus: format!("{LOOPBACK}:{consensus}"),
                gossip: format!("{LOOPBACK}:{gossip}"),
            }),
            _ => None,
        })
        .collect())
}

fn node_entry(node: &NewNode) -> NodeEntry {
    NodeEntry {
        name: node.name.clone(),
        validator: node.validator.as_ref().map(public_key),
        home: node.name.clone().into(),
        log: Path::new(LOGS).join(format!("{}.log", node.name)),
        url: format!("http://{}", node.place.at(node.place.ports.http)),
        consensus: node.place.at(node.place.ports.consensus),
        gossip: node.place.at(node.place.ports.gossip),
    }
}

fn text<const N: usize>(text: &str) -> Result<Text<N>, ClusterError> {
    Ok(super::spec::built_in(text)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::Ports;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn a_network_is_made_whole_and_its_secrets_are_its_owners_alone() {
        let root = tempfile::tempdir().unwrap();
        let spec = Spec::standard(root.path().join("net")).unwrap();
        let manifest = generate(&spec).unwrap();
        assert_eq!(Manifest::read(&spec.dir).unwrap(), manifest);
        let text = fs::read(spec.dir.join(GENESIS)).unwrap();
        let genesis: Genesis = serde_json::from_slice(&text).unwrap();
        assert_eq!(genesis.hash(), manifest.genesis);
        assert_eq!(genesis.validators.len(), 4);
        assert!(LedgerState::genesis(genesis).is_ok());
        for node in &manifest.nodes {
            let home = spec.dir.join(&node.home);
            assert_eq!(fs::read(home.join(GENESIS)).unwrap(), text);
            assert_eq!(
                (
                    mode(&home),
                    mode(&home.join("validator_key")),
                    mode(&home.join("node_key"))
                ),
                (0o700, 0o600, 0o600)
            );
        }
        let keystore = Keystore::of_home(&spec.dir);
        for member in &manifest.members {
            assert_eq!(mode(&spec.dir.join(&member.key_file)), 0o600);
            assert_eq!(
                keystore.load(member.id.as_str()).unwrap().public(),
                member.key
            );
        }
    }

    #[test]
    fn a_folder_with_something_in_it_is_left_alone() {
        let root = tempfile::tempdir().unwrap();
        fs::write(root.path().join("precious"), "x").unwrap();
        let spec = Spec::standard(root.path().to_owned()).unwrap();
        assert!(matches!(
            generate(&spec),
            Err(ClusterError::NotEmpty { cluster: false, .. })
        ));
        assert_eq!(fs::read_dir(root.path()).unwrap().count(), 1);
        let file = root.path().join("precious");
        let spec = Spec::standard(file).unwrap();
        assert!(matches!(generate(&spec), Err(ClusterError::Io { .. })));
    }

    #[test]
    fn a_cluster_is_not_made_over_another() {
        let root = tempfile::tempdir().unwrap();
        let spec = Spec::standard(root.path().join("net")).unwrap();
        let made = generate(&spec).unwrap();
        assert!(matches!(
            generate(&spec),
            Err(ClusterError::NotEmpty { cluster: true, .. })
        ));
        assert_eq!(Manifest::read(&spec.dir).unwrap(), made);
    }

    #[test]
    fn bad_specs_make_nothing() {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("net");
        for nodes in [0, crate::cluster::MAX_NODES + 1] {
            let spec = Spec {
                nodes,
                ..Spec::standard(dir.clone()).unwrap()
            };
            assert!(matches!(generate(&spec), Err(ClusterError::Nodes(n)) if n == nodes));
        }
        let spec = Spec {
            ports: Ports::Base(65_535),
            ..Spec::standard(dir.clone()).unwrap()
        };
        assert!(matches!(
            generate(&spec),
            Err(ClusterError::BasePort { .. } | ClusterError::PortTaken { .. })
        ));
        assert!(!dir.exists());
    }
}
