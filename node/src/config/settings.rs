//! One layer of settings, as the file, the environment or the command line gives it.

use super::{ConfigError, Origin};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// What one source says; what it does not say is `None`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// See [`super::NodeConfig::name`]; the same for all others.
    pub name: Option<String>,
    /// `host:port`.
    pub http: Option<String>,
    /// Serve the API beyond this machine without protection.
    pub insecure: Option<bool>,
    /// A file.
    pub tls_certificate: Option<String>,
    /// A file.
    pub tls_key: Option<String>,
    /// Origins, separated by commas.
    pub cors_origins: Option<String>,
    /// `host:port`.
    pub consensus: Option<String>,
    /// `host:port`.
    pub gossip: Option<String>,
    /// Follow the network without a vote.
    pub observer: Option<bool>,
    /// The node came to the network after genesis.
    pub admitted: Option<bool>,
    /// Log filter.
    pub log: Option<String>,
    /// Log lines as JSON.
    pub log_json: Option<bool>,
    /// Milliseconds.
    pub heartbeat_ms: Option<u64>,
    /// Milliseconds.
    pub block_time_ms: Option<u64>,
    /// Milliseconds.
    pub propose_timeout_ms: Option<u64>,
    /// Transactions.
    pub checkpoint_transactions: Option<u64>,
    /// Blocks.
    pub checkpoint_blocks: Option<u64>,
    /// Transactions.
    pub mempool_count: Option<u64>,
    /// Bytes.
    pub mempool_bytes: Option<u64>,
    /// Blocks.
    pub prune_keep_blocks: Option<u64>,
    /// Days.
    pub prune_keep_days: Option<u64>,
    /// Requests a second.
    pub rate_per_address: Option<u64>,
    /// Requests.
    pub rate_per_address_burst: Option<u64>,
    /// Transactions a second.
    pub rate_per_member: Option<u64>,
    /// Transactions.
    pub rate_per_member_burst: Option<u64>,
    /// Count this machine's own requests.
    pub rate_loopback: Option<bool>,
    /// Open the admin socket.
    pub admin: Option<bool>,
    /// Milliseconds, also negative.
    pub clock_shift_ms: Option<i64>,
    /// In the file alone.
    #[serde(default)]
    pub peers: BTreeMap<String, PeerAddresses>,
}

/// Other addresses of a peer than those in genesis, `host:port`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PeerAddresses {
    /// Of its consensus.
    pub consensus: Option<String>,
    /// Of its transaction gossip.
    pub gossip: Option<String>,
}

/// The names of all settings, as the file has them; the variable is `ALLONGE_NODE_` and the name in
/// capitals.
pub const KEYS: &[&str] = &[
    "name",
    "http",
    "insecure",
    "tls_certificate",
    "tls_key",
    "cors_origins",
    "consensus",
    "gossip",
    "observer",
    "admitted",
    "log",
    "log_json",
    "heartbeat_ms",
    "block_time_ms",
    "propose_timeout_ms",
    "checkpoint_transactions",
    "checkpoint_blocks",
    "mempool_count",
    "mempool_bytes",
    "prune_keep_blocks",
    "prune_keep_days",
    "rate_per_address",
    "rate_per_address_burst",
    "rate_per_member",
    "rate_per_member_burst",
    "rate_loopback",
    "admin",
    "clock_shift_ms",
];

/// The largest file that is read.
const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The variable of a setting.
pub(super) fn variable(key: &str) -> String {
    format!("ALLONGE_NODE_{}", key.to_uppercase())
}

impl Settings {
    /// Reads the file; nothing is set where there is none.
    pub(super) fn read(path: &Path) -> Result<Self, ConfigError> {
        let read = |source| ConfigError::Read {
            path: path.to_owned(),
            source,
        };
        match std::fs::metadata(path) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Self::default());
            }
            Err(error) => return Err(read(error)),
            Ok(data) if data.len() > MAX_FILE_BYTES => {
                return Err(ConfigError::File {
                    path: path.to_owned(),
                    line: 1,
                    what: "the file is larger than a configuration can be".to_owned(),
                });
            }
            Ok(_) => {}
        }
        let text = std::fs::read_to_string(path).map_err(read)?;
        toml::from_str(&text).map_err(|error| {
            let before = error
                .span()
                .and_then(|span| text.get(..span.start))
                .unwrap_or_default();
            let line = before.matches('\n').count();
            let shown: String = text
                .lines()
                .nth(line)
                .unwrap_or_default()
                .chars()
                .take(80)
                .collect();
            ConfigError::File {
                path: path.to_owned(),
                line: line.saturating_add(1),
                what: format!("{} (`{}`)", error.message(), shown.trim()),
            }
        })
    }

    /// Reads the variables.
    pub(super) fn from_environment(
        environment: &dyn Fn(&str) -> Option<String>,
    ) -> Result<Self, ConfigError> {
        let mut settings = Self::default();
        for key in KEYS {
            let name = variable(key);
            let Some(value) = environment(&name) else {
                continue;
            };
            let wrong = |what: &str| ConfigError::Value {
                key,
                value: value.clone(),
                origin: Origin::Environment(name.clone()),
                what: what.to_owned(),
            };
            let number = || value.parse().map_err(|_| wrong("write a whole number"));
            let truth = || value.parse().map_err(|_| wrong("write true or false"));
            match *key {
                "name" => settings.name = Some(value.clone()),
                "http" => settings.http = Some(value.clone()),
                "insecure" => settings.insecure = Some(truth()?),
                "tls_certificate" => settings.tls_certificate = Some(value.clone()),
                "tls_key" => settings.tls_key = Some(value.clone()),
                "cors_origins" => settings.cors_origins = Some(value.clone()),
                "consensus" => settings.consensus = Some(value.clone()),
                "gossip" => settings.gossip = Some(value.clone()),
                "observer" => settings.observer = Some(truth()?),
                "admitted" => settings.admitted = Some(truth()?),
                "log" => settings.log = Some(value.clone()),
                "log_json" => settings.log_json = Some(truth()?),
                "heartbeat_ms" => settings.heartbeat_ms = Some(number()?),
                "block_time_ms" => settings.block_time_ms = Some(number()?),
                "propose_timeout_ms" => settings.propose_timeout_ms = Some(number()?),
                "checkpoint_transactions" => settings.checkpoint_transactions = Some(number()?),
                "checkpoint_blocks" => settings.checkpoint_blocks = Some(number()?),
                "mempool_count" => settings.mempool_count = Some(number()?),
                "mempool_bytes" => settings.mempool_bytes = Some(number()?),
                "prune_keep_blocks" => settings.prune_keep_blocks = Some(number()?),
                "prune_keep_days" => settings.prune_keep_days = Some(number()?),
                "rate_per_address" => settings.rate_per_address = Some(number()?),
                "rate_per_address_burst" => settings.rate_per_address_burst = Some(number()?),
                "rate_per_member" => settings.rate_per_member = Some(number()?),
                "rate_per_member_burst" => settings.rate_per_member_burst = Some(number()?),
                "rate_loopback" => settings.rate_loopback = Some(truth()?),
                "admin" => settings.admin = Some(truth()?),
                _ => {
                    let shift = value.parse().map_err(|_| wrong("write a whole number"));
                    settings.clock_shift_ms = Some(shift?);
                }
            }
        }
        Ok(settings)
    }
}
