//! A node's settings: flags before environment before `config.toml` before defaults.
//!
//! Every value remembers where it came from, so that an error can say which of the four to correct.

mod settings;

pub use settings::{KEYS, PeerAddresses, Settings};

use crate::api::{Cors, Rate, Rates};
use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::str::FromStr;

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// A flag of the command line.
    Flag,
    /// A variable of the environment.
    Environment(String),
    /// The file.
    File(PathBuf),
    /// Nobody said anything.
    Default,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Flag => f.write_str("on the command line"),
            Origin::Environment(variable) => write!(f, "in the variable {variable}"),
            Origin::File(path) => write!(f, "in {}", path.display()),
            Origin::Default => f.write_str("by default"),
        }
    }
}

/// Why the settings cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("{path}: {source}")]
    Read {
        /// The file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The file is no TOML, or has an unknown key or a value of the wrong type.
    #[error("{path}:{line}: {what}")]
    File {
        /// The file.
        path: PathBuf,
        /// The line, from 1.
        line: usize,
        /// What is wrong there.
        what: String,
    },
    /// A value that does not fit.
    #[error("`{key}` is `{value}` {origin}: {what}")]
    Value {
        /// The setting.
        key: &'static str,
        /// What was given.
        value: String,
        /// Where it was given.
        origin: Origin,
        /// What it should be.
        what: String,
    },
}

/// The settings of a node that is about to run.
#[derive(Clone, Debug)]
pub struct NodeConfig {
    /// A name for people, in `/v1/status` and metrics; the validator's name in genesis where absent.
    pub name: Option<String>,
    /// Where the HTTP API listens.
    pub http: SocketAddr,
    /// Whether the API may listen beyond this machine without TLS and access control.
    pub insecure: bool,
    /// The node's certificate, with those above it, and its key; plain HTTP where absent. Relative to the file's folder.
    pub tls: Option<(PathBuf, PathBuf)>,
    /// Which other sites' pages may read what the API answers.
    pub cors: Cors,
    /// Where the consensus swarm listens, `host:port`; as genesis says where absent.
    pub consensus: Option<String>,
    /// Where transaction gossip listens, `host:port`; as genesis says where absent.
    pub gossip: Option<String>,
    /// Whether the node follows the network without a vote; it needs no validator key.
    pub observer: bool,
    /// Whether the node came onto the network's list after genesis, where its keys are not to be looked for.
    pub admitted: bool,
    /// What is logged, as in `info` or `allonge_node=debug,info`.
    pub log: String,
    /// Whether log lines are JSON.
    pub log_json: bool,
    /// The most time from block to block while there is nothing to do, in milliseconds.
    pub heartbeat_ms: u64,
    /// The least time from block to block, in milliseconds; 0 for as fast as it goes.
    pub block_time_ms: u64,
    /// How long to wait for a proposal, in milliseconds.
    pub propose_timeout_ms: u64,
    /// A checkpoint is written after so many transactions …
    pub checkpoint_transactions: u64,
    /// … or so many blocks.
    pub checkpoint_blocks: u64,
    /// The most transactions that wait.
    pub mempool_count: u64,
    /// The most bytes of transactions that wait.
    pub mempool_bytes: u64,
    /// Older blocks than so many last ones are let go; all are kept where neither this nor the next is set.
    pub prune_keep_blocks: Option<u64>,
    /// Older blocks than so many days are let go.
    pub prune_keep_days: Option<u64>,
    /// How much one address and one member may ask of the API.
    pub rates: Rates,
    /// Whether the node opens an admin socket in its home.
    pub admin: bool,
    /// Added to this machine's clock, in milliseconds: the network's days are then others than this
    /// machine's. Only on a network with the development clock.
    pub clock_shift_ms: i64,
    /// Other addresses of peers than those in genesis, by the peers' names there.
    pub peers: BTreeMap<String, PeerAddresses>,
}

/// What is logged by default: the node's own news, and of the libraries what is wrong.
pub const DEFAULT_LOG: &str = "warn,allonge_node=info";

/// The default address of the API.
pub const DEFAULT_HTTP: &str = "127.0.0.1:8080";

impl NodeConfig {
    /// Puts the settings together. `flags` are those of the command line, `environment` gives the value of a
    /// variable; the file need not exist.
    ///
    /// # Errors
    /// [`ConfigError`], naming file and line, variable or flag.
    pub fn load(
        file: &Path,
        flags: &Settings,
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let from_file = Settings::read(file)?;
        let from_environment = Settings::from_environment(environment)?;
        let layers = Layers {
            layers: [
                (&from_environment, None),
                (&from_file, Some(Origin::File(file.to_owned()))),
            ],
            flags,
        };
        Ok(NodeConfig {
            name: layers.get(|s| s.name.clone()).map(|(name, _)| name),
            http: layers.parse(
                "http",
                |s| s.http.clone(),
                DEFAULT_HTTP,
                "host:port with a number for the host, such as 127.0.0.1:8080",
            )?,
            insecure: layers.get(|s| s.insecure).is_some_and(|(v, _)| v),
            tls: layers.tls(file)?,
            cors: layers.cors()?,
            consensus: layers.address("consensus", |s| s.consensus.clone())?,
            gossip: layers.address("gossip", |s| s.gossip.clone())?,
            observer: layers.get(|s| s.observer).is_some_and(|(v, _)| v),
            admitted: layers.get(|s| s.admitted).is_some_and(|(v, _)| v),
            log: layers
                .get(|s| s.log.clone())
                .map_or_else(|| DEFAULT_LOG.to_owned(), |(log, _)| log),
            log_json: layers.get(|s| s.log_json).is_some_and(|(v, _)| v),
            heartbeat_ms: layers.number(
                "heartbeat_ms",
                |s| s.heartbeat_ms,
                10_000,
                100..=60_000,
            )?,
            block_time_ms: layers.number("block_time_ms", |s| s.block_time_ms, 0, 0..=60_000)?,
            propose_timeout_ms: layers.number(
                "propose_timeout_ms",
                |s| s.propose_timeout_ms,
                500,
                50..=60_000,
            )?,
            checkpoint_transactions: layers.number(
                "checkpoint_transactions",
                |s| s.checkpoint_transactions,
                80_000,
                1..=100_000,
            )?,
            checkpoint_blocks: layers.number(
                "checkpoint_blocks",
                |s| s.checkpoint_blocks,
                10_000,
                1..=1_000_000,
            )?,
            mempool_count: layers.number(
                "mempool_count",
                |s| s.mempool_count,
                100_000,
                1..=10_000_000,
            )?,
            mempool_bytes: layers.number(
                "mempool_bytes",
                |s| s.mempool_bytes,
                64 * 1024 * 1024,
                512 * 1024..=16 * 1024 * 1024 * 1024,
            )?,
            prune_keep_blocks: layers.bound(
                "prune_keep_blocks",
                |s| s.prune_keep_blocks,
                1..=u64::MAX,
            )?,
            prune_keep_days: layers.bound("prune_keep_days", |s| s.prune_keep_days, 1..=36_500)?,
            rates: rates(&layers)?,
            admin: layers.get(|s| s.admin).is_some_and(|(v, _)| v),
            clock_shift_ms: layers
                .get(|s| s.clock_shift_ms)
                .map_or(0, |(shift, _)| shift),
            peers: peers(file, from_file.peers.clone())?,
        })
    }
}

/// The limits of the API; twice a second's worth can be saved up where nothing else is said.
fn rates(layers: &Layers<'_>) -> Result<Rates, ConfigError> {
    const MOST: u64 = 1_000_000;
    let rate = |key, read: fn(&Settings) -> Option<u64>, default| {
        layers.number(key, read, default, 0..=MOST)
    };
    let burst = |key, read: fn(&Settings) -> Option<u64>, rate: u64| {
        let default = rate.saturating_mul(2).clamp(1, MOST);
        layers.number(key, read, default, 1..=MOST)
    };
    let small = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    let address = rate("rate_per_address", |s| s.rate_per_address, 1_000)?;
    let at_once = burst(
        "rate_per_address_burst",
        |s| s.rate_per_address_burst,
        address,
    )?;
    let member = rate("rate_per_member", |s| s.rate_per_member, 10_000)?;
    let of_member = burst("rate_per_member_burst", |s| s.rate_per_member_burst, member)?;
    Ok(Rates {
        address: Rate {
            per_second: small(address),
            burst: small(at_once),
        },
        member: Rate {
            per_second: small(member),
            burst: small(of_member),
        },
        loopback: layers.get(|s| s.rate_loopback).is_some_and(|(v, _)| v),
    })
}

/// Checks the addresses of peers, which only the file can give.
fn peers(
    file: &Path,
    given: BTreeMap<String, PeerAddresses>,
) -> Result<BTreeMap<String, PeerAddresses>, ConfigError> {
    for (name, peer) in &given {
        for (key, address) in [("consensus", &peer.consensus), ("gossip", &peer.gossip)] {
            if let Some(address) = address
                && let Err(error) = crate::consensus::tcp_multiaddr(address)
            {
                return Err(ConfigError::Value {
                    key,
                    value: address.clone(),
                    origin: Origin::File(file.to_owned()),
                    what: format!("[peers.{name}]: {error}"),
                });
            }
        }
    }
    Ok(given)
}

/// The layers below the flags, highest first.
struct Layers<'a> {
    layers: [(&'a Settings, Option<Origin>); 2],
    flags: &'a Settings,
}

impl Layers<'_> {
    fn get<T>(&self, read: impl Fn(&Settings) -> Option<T>) -> Option<(T, Origin)> {
        if let Some(value) = read(self.flags) {
            return Some((value, Origin::Flag));
        }
        self.layers.iter().find_map(|(settings, origin)| {
            let value = read(settings)?;
            let origin = origin
                .clone()
                .unwrap_or_else(|| Origin::Environment("ALLONGE_NODE_…".to_owned()));
            Some((value, origin))
        })
    }

    fn parse<T: FromStr>(
        &self,
        key: &'static str,
        read: impl Fn(&Settings) -> Option<String>,
        default: &str,
        what: &str,
    ) -> Result<T, ConfigError> {
        let (text, origin) = self
            .get(read)
            .unwrap_or_else(|| (default.to_owned(), Origin::Default));
        text.parse().map_err(|_| ConfigError::Value {
            key,
            value: text.clone(),
            origin: self.named(key, origin),
            what: format!("write {what}"),
        })
    }

    fn address(
        &self,
        key: &'static str,
        read: impl Fn(&Settings) -> Option<String>,
    ) -> Result<Option<String>, ConfigError> {
        let Some((text, origin)) = self.get(read) else {
            return Ok(None);
        };
        match crate::consensus::tcp_multiaddr(&text) {
            Ok(_) => Ok(Some(text)),
            Err(error) => Err(ConfigError::Value {
                key,
                value: text,
                origin: self.named(key, origin),
                what: error.to_string(),
            }),
        }
    }

    /// Certificate and key, which go together.
    fn tls(&self, file: &Path) -> Result<Option<(PathBuf, PathBuf)>, ConfigError> {
        let beside = |(text, origin): (String, Origin)| match origin {
            Origin::File(_) => file.parent().unwrap_or(Path::new("")).join(text),
            _ => PathBuf::from(text),
        };
        let missing = |key, (value, origin): (String, Origin), other: &str| ConfigError::Value {
            key,
            value,
            origin: self.named(key, origin),
            what: format!("`{other}` is missing: give both"),
        };
        match (
            self.get(|s| s.tls_certificate.clone()),
            self.get(|s| s.tls_key.clone()),
        ) {
            (None, None) => Ok(None),
            (Some(certificate), Some(key)) => Ok(Some((beside(certificate), beside(key)))),
            (Some(given), None) => Err(missing("tls_certificate", given, "tls_key")),
            (None, Some(given)) => Err(missing("tls_key", given, "tls_certificate")),
        }
    }

    fn cors(&self) -> Result<Cors, ConfigError> {
        let Some((value, origin)) = self.get(|s| s.cors_origins.clone()) else {
            return Ok(Cors::default());
        };
        value
            .parse()
            .map_err(|error: crate::api::CorsError| ConfigError::Value {
                key: "cors_origins",
                origin: self.named("cors_origins", origin),
                value: value.clone(),
                what: error.to_string(),
            })
    }

    fn number(
        &self,
        key: &'static str,
        read: impl Fn(&Settings) -> Option<u64>,
        default: u64,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<u64, ConfigError> {
        let (value, origin) = self.get(read).unwrap_or((default, Origin::Default));
        if range.contains(&value) {
            return Ok(value);
        }
        Err(ConfigError::Value {
            key,
            value: value.to_string(),
            origin: self.named(key, origin),
            what: format!("choose from {} to {}", range.start(), range.end()),
        })
    }

    /// A number without a default.
    fn bound(
        &self,
        key: &'static str,
        read: impl Fn(&Settings) -> Option<u64>,
        range: std::ops::RangeInclusive<u64>,
    ) -> Result<Option<u64>, ConfigError> {
        match self.get(&read) {
            Some((value, _)) => self.number(key, read, value, range).map(Some),
            None => Ok(None),
        }
    }

    fn named(&self, key: &str, origin: Origin) -> Origin {
        match origin {
            Origin::Environment(_) => Origin::Environment(settings::variable(key)),
            other => other,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(text: &str, flags: &Settings, env: &[(&str, &str)]) -> Result<NodeConfig, ConfigError> {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("config.toml");
        std::fs::write(&file, text).unwrap();
        NodeConfig::load(&file, flags, &|key| {
            env.iter()
                .find(|(k, _)| *k == key)
                .map(|(_, v)| (*v).to_owned())
        })
    }

    #[test]
    fn flags_before_environment_before_file_before_default() {
        let none = Settings::default();
        let file = "http = \"127.0.0.1:1\"\nheartbeat_ms = 200\n";
        let config = load(file, &none, &[]).unwrap();
        assert_eq!((config.http.port(), config.heartbeat_ms), (1, 200));
        let env = [("ALLONGE_NODE_HTTP", "127.0.0.1:2")];
        assert_eq!(load(file, &none, &env).unwrap().http.port(), 2);
        let flags = Settings {
            http: Some("127.0.0.1:3".to_owned()),
            ..Settings::default()
        };
        assert_eq!(load(file, &flags, &env).unwrap().http.port(), 3);
        let config = load("", &none, &[]).unwrap();
        assert_eq!(config.http.to_string(), DEFAULT_HTTP);
        assert!(!config.insecure);
    }

    #[test]
    fn what_is_wrong_is_named_with_its_place() {
        let none = Settings::default();
        for (file, env, words) in [
            (
                "\nhtpp = \"x\"",
                None,
                &["config.toml:2", "htpp"] as &[&str],
            ),
            (
                "heartbeat_ms = \"soon\"",
                None,
                &["config.toml:1", "heartbeat_ms"],
            ),
            ("a = = 1", None, &["config.toml:1"]),
            (
                "",
                Some(("ALLONGE_NODE_CLOCK_SHIFT_MS", "1d")),
                &["ALLONGE_NODE_CLOCK_SHIFT_MS", "`1d`", "whole number"],
            ),
            (
                "http = \"here\"",
                None,
                &["`http`", "`here`", "config.toml"],
            ),
            (
                "heartbeat_ms = 1",
                None,
                &["`heartbeat_ms`", "100 to 60000"],
            ),
            (
                "",
                Some(("ALLONGE_NODE_HTTP", "x")),
                &["ALLONGE_NODE_HTTP", "`x`"],
            ),
            (
                "",
                Some(("ALLONGE_NODE_INSECURE", "maybe")),
                &["ALLONGE_NODE_INSECURE", "true"],
            ),
            (
                "rate_per_member = 1000001",
                None,
                &["`rate_per_member`", "0 to 1000000"],
            ),
            (
                "rate_per_address_burst = 0",
                None,
                &["`rate_per_address_burst`", "1 to 1000000"],
            ),
            ("gossip = \"nowhere\"", None, &["`gossip`", "host:port"]),
            (
                "tls_key = \"key.pem\"",
                None,
                &["`tls_key`", "key.pem", "`tls_certificate` is missing"],
            ),
            (
                "",
                Some(("ALLONGE_NODE_CORS_ORIGINS", "books.example")),
                &["ALLONGE_NODE_CORS_ORIGINS", "`books.example`", "scheme"],
            ),
            (
                "[peers.node-1]\ngossip = \"nowhere\"",
                None,
                &["`gossip`", "peers.node-1", "config.toml"],
            ),
            (
                "[peers.node-1]\ngosip = \"a:1\"",
                None,
                &["config.toml:2", "gosip"],
            ),
        ] {
            let env: Vec<_> = env.into_iter().collect();
            let error = load(file, &none, &env).unwrap_err().to_string();
            for word in words {
                assert!(error.contains(word), "{error} lacks {word}");
            }
        }
    }

    #[test]
    fn a_missing_file_is_no_error() {
        let config = NodeConfig::load(
            Path::new("/nowhere/config.toml"),
            &Settings::default(),
            &|_| None,
        );
        assert_eq!(config.unwrap().http.to_string(), DEFAULT_HTTP);
    }
}
