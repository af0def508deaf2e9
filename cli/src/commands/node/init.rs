//! `allonge node init`: a genesis put into the home of a node that it names.

use super::check::unusable;
use super::home::named;
use crate::commands::identity;
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_genesis;
use crate::founding::{IDENTITY_FILE, is_loopback};
use crate::keystore::public_key;
use crate::output::fields;
use allonge_contracts::Hash;
use allonge_contracts::nodes::{Node, NodeKind};
use allonge_ledger::{Genesis, LedgerState};
use allonge_node::keyfile;
use allonge_node::store::Home;
use clap::Args;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

/// Which genesis.
#[derive(Debug, Args)]
pub struct InitArgs {
    /// The genesis document on which the organisations have agreed
    #[arg(long, value_name = "FILE")]
    genesis: PathBuf,
    /// Its hash as the organisations have compared it: another one is refused
    #[arg(long, value_name = "HASH")]
    hash: Option<Hash>,
    /// Where the API will listen, host:port
    #[arg(long, value_name = "ADDRESS", default_value = allonge_node::config::DEFAULT_HTTP)]
    http: SocketAddr,
}

/// `allonge.node-init/1`.
#[derive(Serialize)]
struct Ready {
    node: String,
    kind: NodeKind,
    genesis: Hash,
    home: PathBuf,
    config: PathBuf,
}

/// Puts it in place.
///
/// # Errors
/// The home's keys are not in this genesis, or another one is there.
pub fn run(context: &Context, args: &InitArgs) -> Result<(), CliError> {
    let home = Home::take(named(context)?).map_err(|e| unusable(e.to_string()))?;
    let genesis = read_genesis(&context.file(&args.genesis))?;
    let state = LedgerState::genesis(genesis.clone())
        .map_err(|what| not_this(what, "ask for the document again"))?;
    let hash = state.genesis_hash;
    if let Some(agreed) = args.hash.filter(|agreed| *agreed != hash) {
        return Err(not_this(
            format!(
                "the hash of {} is {hash}, not {agreed}",
                args.genesis.display()
            ),
            "ask the coordinator for the document that was agreed on",
        ));
    }
    let node = own_node(&home, &genesis)?;
    check_member(&home, &genesis)?;
    place(&home, &genesis, hash)?;
    let config = home.config();
    if !config.exists() {
        let text = settings(&node, args.http);
        crate::files::write(&config, text.as_bytes(), "--home")?;
    }
    let ready = Ready {
        node: node.name.to_string(),
        kind: node.kind,
        genesis: hash,
        home: home.path().to_owned(),
        config,
    };
    context.out.show("allonge.node-init/1", &ready, |_| {
        fields(&[
            ("node", format!("{}, {}", ready.node, ready.kind)),
            ("genesis", ready.genesis.to_string()),
            ("settings", ready.config.display().to_string()),
            (
                "start it",
                format!("allonge node run --home {}", ready.home.display()),
            ),
        ])
    })
}

fn not_this(message: impl Into<String>, hint: &str) -> CliError {
    CliError::input("NOT_THIS_GENESIS", message, hint)
}

/// The node of this genesis whose keys the home has.
fn own_node(home: &Home, genesis: &Genesis) -> Result<Node, CliError> {
    let read = |path: &Path| {
        let key = keyfile::read(path).map_err(|e| unusable(e.to_string()))?;
        Ok::<_, CliError>(public_key(&key))
    };
    let peer = read(&home.node_key())?;
    let nodes = genesis.nodes();
    let Some(node) = nodes.into_iter().find(|node| node.peer_key == peer) else {
        return Err(not_this(
            format!(
                "the key in {} is {peer}, and no node of this genesis has it",
                home.node_key().display()
            ),
            "give the genesis that was made of this home's identity.json",
        ));
    };
    if let Some(key) = node.consensus_key {
        let own = read(&home.validator_key())?;
        if own != key {
            return Err(not_this(
                format!(
                    "the key in {} is {own}, but this genesis names {key} as the validator key of {}",
                    home.validator_key().display(),
                    node.name
                ),
                "give the genesis that was made of this home's identity.json",
            ));
        }
    }
    Ok(node)
}

/// The organisation stands in genesis as it has signed.
fn check_member(home: &Home, genesis: &Genesis) -> Result<(), CliError> {
    let file = home.path().join(IDENTITY_FILE);
    if !file.exists() {
        return Ok(());
    }
    let organisation = identity::read(&file)?.organisation;
    let name = &organisation.name;
    let differs = |what: &str| {
        Err(not_this(
            format!(
                "this genesis has other {what} for {name} than {}",
                file.display()
            ),
            "do not start: ask the coordinator why, and for a genesis made of the file as it is",
        ))
    };
    let member = genesis.rules.members.iter().find(|m| m.id == *name);
    if member != Some(&organisation.member()) {
        return differs("roles, keys or numbers");
    }
    if let Some(own) = &organisation.node {
        let as_signed = genesis.nodes().into_iter().any(|node| {
            node.peer_key == own.node_key
                && node.name == own.name
                && node.member.as_ref() == Some(name)
                && node.consensus_key == own.validator_key
                && node.consensus_address == own.consensus_address
                && node.gossip_address == own.gossip_address
        });
        if !as_signed {
            return differs("keys or addresses of the node");
        }
    }
    Ok(())
}

/// Writes the document, unless the same is there already.
fn place(home: &Home, genesis: &Genesis, hash: Hash) -> Result<(), CliError> {
    let file = home.genesis();
    if !file.exists() {
        return identity::write_new(&file, genesis, "--home");
    }
    let there = read_genesis(&file)?.hash();
    if there == hash {
        return Ok(());
    }
    Err(not_this(
        format!(
            "{} is there already, and its hash is {there}",
            file.display()
        ),
        "one home is for one network: move the old genesis.json, store and wal away, or name another folder",
    ))
}

/// The node's first settings: where it listens follows from where others reach it.
fn settings(node: &Node, http: SocketAddr) -> String {
    let observes = match node.kind {
        NodeKind::Observer => "observer = true\n",
        NodeKind::Validator => "",
    };
    format!(
        "# Made by `allonge node init`; docs/operations.md has all settings.\n\
         http = \"{http}\"\n\
         consensus = \"{}\"\n\
         gossip = \"{}\"\n{observes}",
        listens(node.consensus_address.as_str(), 26_656),
        listens(node.gossip_address.as_str(), 26_657),
    )
}

/// A node that others reach under a name, or through a router, listens on all addresses of its machine; one
/// that nobody dials, on none that others could reach.
fn listens(address: &str, unnamed: u16) -> String {
    match address.rsplit_once(':') {
        None => format!("127.0.0.1:{unnamed}"),
        Some(_) if is_loopback(address) => address.to_owned(),
        Some((host, port)) if host.starts_with('[') => format!("[::]:{port}"),
        Some((_, port)) => format!("0.0.0.0:{port}"),
    }
}

#[cfg(test)]
mod tests {
    use super::listens;

    #[test]
    fn where_a_node_listens_follows_from_where_it_is_reached() {
        for (reached, listening) in [
            ("node.bank-a.example:26656", "0.0.0.0:26656"),
            ("192.0.2.7:1", "0.0.0.0:1"),
            ("[2001:db8::1]:7", "[::]:7"),
            ("127.0.0.1:9", "127.0.0.1:9"),
            ("[::1]:9", "[::1]:9"),
            ("", "127.0.0.1:26656"),
        ] {
            assert_eq!(listens(reached, 26_656), listening, "{reached}");
        }
    }
}
