//! What can be wrong with a node's folder, one row each.

use super::{Row, append, change, listen, validator_key};
use std::fs;
use std::os::unix::fs::PermissionsExt;

/// The rows.
pub const ROWS: &[Row] = &[
    Row {
        what: "a setting with a typo",
        harm: |_, home| {
            append(&home.join("config.toml"), "checkpoint_block = 7");
            None
        },
        exit: 2,
        code: "NODE_CONFIG",
        says: &["HOME/config.toml:LINE", "checkpoint_block"],
        next: "correct",
    },
    Row {
        what: "a configuration that is no TOML",
        harm: |_, home| {
            append(&home.join("config.toml"), "http: 127.0.0.1:80");
            None
        },
        exit: 2,
        code: "NODE_CONFIG",
        says: &["HOME/config.toml:LINE"],
        next: "correct",
    },
    Row {
        what: "a setting of the wrong type",
        harm: |_, home| {
            append(&home.join("config.toml"), "heartbeat_ms = \"often\"");
            None
        },
        exit: 2,
        code: "NODE_CONFIG",
        says: &["HOME/config.toml:LINE"],
        next: "correct",
    },
    Row {
        what: "a setting out of its range",
        harm: |_, home| {
            append(&home.join("config.toml"), "heartbeat_ms = 5");
            None
        },
        exit: 2,
        code: "NODE_CONFIG",
        says: &["heartbeat_ms", "`5`", "HOME/config.toml"],
        next: "correct",
    },
    Row {
        what: "an address that is none",
        harm: |world, home| {
            change(&home.join("config.toml"), |text| {
                text.replace(&world.http, "localhost")
            });
            None
        },
        exit: 2,
        code: "NODE_CONFIG",
        says: &["http", "localhost"],
        next: "correct",
    },
    Row {
        what: "an address for the world to see",
        harm: |world, home| {
            let open = world.http.replace("127.0.0.1", "0.0.0.0");
            change(&home.join("config.toml"), |text| {
                text.replace(&world.http, &open)
            });
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["0.0.0.0", "insecure"],
        next: "correct",
    },
    Row {
        what: "the HTTP port taken",
        harm: |world, _| listen(&world.http),
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HTTP-ADDRESS", "in use"],
        next: "correct",
    },
    Row {
        what: "the consensus port taken",
        harm: |world, _| listen(&world.consensus),
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["CONSENSUS-ADDRESS", "in use"],
        next: "correct",
    },
    Row {
        what: "the gossip port taken",
        harm: |world, _| listen(&world.gossip),
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["GOSSIP-ADDRESS", "in use"],
        next: "correct",
    },
    Row {
        what: "a key that all can read",
        harm: |_, home| {
            fs::set_permissions(validator_key(home), fs::Permissions::from_mode(0o644)).unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/VALIDATOR-KEY", "chmod 600"],
        next: "correct",
    },
    Row {
        what: "a key that is none",
        harm: |_, home| {
            fs::write(validator_key(home), "nothing").unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/VALIDATOR-KEY"],
        next: "correct",
    },
    Row {
        what: "another node's key",
        harm: |world, home| {
            fs::copy(validator_key(&world.network.home(1)), validator_key(home)).unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["list names"],
        next: "correct",
    },
    Row {
        what: "a stranger's key",
        harm: |world, home| {
            let stranger = world.network.dir().join("keys/first-bank.pem");
            fs::copy(stranger, validator_key(home)).unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/VALIDATOR-KEY", "not a validator of this genesis"],
        next: "correct",
    },
    Row {
        what: "a genesis that is no JSON",
        harm: |_, home| {
            fs::write(home.join("genesis.json"), "{").unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/genesis.json", "line 1"],
        next: "correct",
    },
    Row {
        what: "a genesis that breaks a rule",
        harm: |_, home| {
            // Without blocks: with them it would be a foreign genesis first.
            fs::rename(home.join("store"), home.join("store-aside")).unwrap();
            fs::remove_dir_all(home.join("wal")).unwrap();
            change(&home.join("genesis.json"), |text| {
                text.replace("\"close_minute\": 1200", "\"close_minute\": 2000")
            });
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["2000"],
        next: "correct",
    },
    Row {
        what: "a foreign genesis",
        harm: |_, home| {
            change(&home.join("genesis.json"), |text| {
                text.replace("local cluster", "another one")
            });
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/store", "belongs to the network with genesis"],
        next: "",
    },
    Row {
        what: "a signing guard that is damaged",
        harm: |_, home| {
            let guard = fs::read_dir(home.join("guard")).unwrap().next().unwrap();
            fs::write(guard.unwrap().path(), [7; 1024]).unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/guard", "damaged", "Move it away"],
        next: "",
    },
    Row {
        what: "neither yes nor no for whether it is an observer",
        harm: |_, home| {
            let config = home.join("config.toml");
            let text = fs::read_to_string(&config).unwrap();
            fs::write(&config, format!("observer = 7\n{text}")).unwrap();
            None
        },
        exit: 2,
        code: "NODE_CONFIG",
        says: &["HOME/config.toml:1", "observer = 7"],
        next: "",
    },
    Row {
        what: "no genesis",
        harm: |_, home| {
            fs::remove_file(home.join("genesis.json")).unwrap();
            None
        },
        exit: 2,
        code: "NODE_NOT_STARTED",
        says: &["HOME/genesis.json"],
        next: "correct",
    },
];
