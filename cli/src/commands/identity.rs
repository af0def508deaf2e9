//! `allonge identity`: what an organisation brings to a network that is to be founded.

use crate::context::Context;
use crate::error::CliError;
use crate::files::read_bounded;
use crate::founding::{
    FoundingError, IDENTITY_FILE, Identity, NodeIdentity, Organisation, Signers, check_address,
};
use crate::keystore::{Keystore, new_key, public_key};
use crate::output::fields;
use crate::parse::role;
use allonge_contracts::bills::BankNumber;
use allonge_contracts::members::{LegalId, Role};
use allonge_contracts::{Hash, MemberId, Text};
use allonge_node::guard::Guard;
use allonge_node::keyfile;
use clap::{Args, Subcommand};
use ed25519_dalek::SigningKey;
use serde::Serialize;
use std::fs::{DirBuilder, OpenOptions};
use std::io::Write;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

/// An identity has a few keys and two addresses.
const MAX_IDENTITY_BYTES: usize = 64 * 1024;

/// The folder of what a validator key has signed, in a node's home.
const GUARD: &str = "guard";

/// Arguments of `identity`.
#[derive(Debug, Args)]
pub struct IdentityArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make an organisation's keys, which stay here, and the public file that it hands to the others
    #[command(
        after_help = "Example:\n  allonge identity new --org bank-a --roles bank --bank-number 901000000011 \\\n    \
        --consensus node.bank-a.example:26656 --gossip node.bank-a.example:26657 --home /var/lib/allonge\n\n\
        Writes validator_key, node_key and keys/bank-a.pem (mode 0600) and identity.json into the folder. Only identity.json is\n\
        for others: every key has signed it."
    )]
    New(Box<NewArgs>),
    /// Check a public identity file and show what it says
    #[command(after_help = "Example:\n  allonge identity show bank-a.json")]
    Show {
        /// The file
        file: PathBuf,
    },
}

/// What to make.
#[derive(Debug, Args)]
struct NewArgs {
    /// The organisation's name as a member, such as bank-a
    #[arg(long, value_name = "NAME")]
    org: MemberId,
    /// Its roles, separated by commas
    #[arg(long, value_name = "ROLES", value_delimiter = ',', value_parser = role, required = true)]
    roles: Vec<Role>,
    /// Where others reach its node's consensus, host:port
    #[arg(long, value_name = "ADDRESS")]
    consensus: Option<Text<128>>,
    /// Where others reach its node's transaction gossip, host:port
    #[arg(long, value_name = "ADDRESS")]
    gossip: Option<Text<128>>,
    /// Its node follows and serves without a vote: it gets no validator key, and needs no addresses
    #[arg(long, conflicts_with = "no_node")]
    observer: bool,
    /// It runs no node
    #[arg(long, conflicts_with_all = ["consensus", "gossip", "node_name"])]
    no_node: bool,
    /// Its node's name [default: the organisation's]
    #[arg(long, value_name = "NAME")]
    node_name: Option<Text<32>>,
    /// How many keys to make with which it signs transactions
    #[arg(long, value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u8).range(1..=16))]
    member_keys: u8,
    /// How many of them must sign
    #[arg(long, value_name = "N", default_value_t = 1)]
    threshold: u8,
    /// Its legal identifier
    #[arg(long, value_name = "ID")]
    legal_id: Option<LegalId>,
    /// Its number in the payment system
    #[arg(long, value_name = "NUMBER")]
    bank_number: Option<BankNumber>,
    /// The bank at which it keeps its account
    #[arg(long, value_name = "MEMBER")]
    account_bank: Option<MemberId>,
}

/// `allonge.identity/1`.
#[derive(Serialize)]
struct Shown {
    file: PathBuf,
    hash: Hash,
    organisation: Organisation,
}

/// Runs it.
///
/// # Errors
/// The keystore's, or a [`FoundingError`].
pub fn run(context: &Context, args: IdentityArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::New(args) => new(context, *args),
        Verb::Show { file } => {
            let identity = read(&context.file(&file))?;
            show(context, file, identity)
        }
    }
}

/// Reads and checks an identity file.
///
/// # Errors
/// It cannot be read, or a [`FoundingError`].
pub fn read(file: &Path) -> Result<Identity, CliError> {
    Ok(Identity::read(
        &read_bounded(file, MAX_IDENTITY_BYTES)?,
        file,
    )?)
}

fn new(context: &Context, args: NewArgs) -> Result<(), CliError> {
    let home = context.home()?;
    let wants_node = !args.no_node;
    let addresses = addresses(&args)?;
    let keystore = Keystore::of_home(&home);
    let file = home.join(IDENTITY_FILE);
    let names = member_key_names(&args);
    let (validator_file, node_file) = (home.join("validator_key"), home.join("node_key"));
    let mut planned = vec![file.clone(), validator_file.clone(), node_file.clone()];
    for name in &names {
        planned.push(keystore.path(name)?);
    }
    if let Some(there) = planned.into_iter().find(|path| path.exists()) {
        return Err(CliError::input(
            "IDENTITY_EXISTS",
            format!(
                "{} is there already; a key is never overwritten",
                there.display()
            ),
            "name another folder with --home, or move the old identity away",
        ));
    }
    let mut member = Vec::new();
    for _ in &names {
        member.push(new_key()?);
    }
    member.sort_by_key(public_key);
    let node = wants_node.then(new_key).transpose()?;
    let validator = (wants_node && !args.observer).then(new_key).transpose()?;
    let mut roles = args.roles;
    roles.sort_unstable();
    roles.dedup();
    let organisation = Organisation {
        roles,
        legal_id: args.legal_id,
        bank_number: args.bank_number,
        account_bank: args.account_bank,
        keys: member.iter().map(public_key).collect(),
        threshold: args.threshold,
        node: match &node {
            None => None,
            Some(node) => Some(NodeIdentity {
                name: match args.node_name {
                    Some(name) => name,
                    None => node_name(&args.org)?,
                },
                validator_key: validator.as_ref().map(public_key),
                node_key: public_key(node),
                consensus_address: addresses.0,
                gossip_address: addresses.1,
            }),
        },
        name: args.org,
    };
    let signers = Signers {
        member: &member,
        validator: validator.as_ref(),
        node: node.as_ref(),
    };
    let identity =
        Identity::sign(organisation, &signers).map_err(|what| FoundingError::Identity {
            file: file.clone(),
            what,
        })?;
    // Nothing was written up to here.
    make_folder(&home)?;
    for (name, key) in names.iter().zip(&member) {
        keystore.insert(name, key, None)?;
    }
    for (path, key) in [(&validator_file, &validator), (&node_file, &node)] {
        if let Some(key) = key {
            write_key(path, key)?;
        }
    }
    if let Some(validator) = &validator {
        // A key that nobody has used yet: without this the node would wait until it knows what it has signed.
        Guard::create(&home.join(GUARD), &public_key(validator))
            .map_err(|error| not_writable(error.to_string()))?;
    }
    write_new(&file, &identity, "--home")?;
    context.out.note(&format!(
        "hand out {} and nothing else; keep a copy of the keys apart from this machine",
        file.display()
    ));
    show(context, file, identity)
}

/// Where others reach the node; only an observer may leave it out.
fn addresses(args: &NewArgs) -> Result<(Text<128>, Text<128>), CliError> {
    let mut found = Vec::new();
    for (what, given) in [("consensus", &args.consensus), ("gossip", &args.gossip)] {
        match given {
            Some(address) => {
                check_address(what, address.as_str())?;
                found.push(address.clone());
            }
            None if args.observer || args.no_node => found.push(Text::empty()),
            None => {
                return Err(CliError::input(
                    "NODE_ADDRESS",
                    format!(
                        "--{what} is not given: the others must know where to reach this validator"
                    ),
                    "add --consensus and --gossip, host:port each, or --observer or --no-node",
                ));
            }
        }
    }
    let gossip = found.pop().unwrap_or_default();
    Ok((found.pop().unwrap_or_default(), gossip))
}

fn member_key_names(args: &NewArgs) -> Vec<String> {
    match args.member_keys {
        1 => vec![args.org.to_string()],
        count => (1..=count).map(|i| format!("{}-{i}", args.org)).collect(),
    }
}

fn node_name(org: &MemberId) -> Result<Text<32>, CliError> {
    org.as_str().parse().map_err(|_| {
        CliError::input(
            "NODE_NAME",
            format!("`{org}` is too long for the name of a node, which has at most 32 bytes"),
            "name the node with --node-name",
        )
    })
}

fn make_folder(home: &Path) -> Result<(), CliError> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(home);
    made.map_err(|e| not_writable(format!("cannot create {}: {e}", home.display())))
}

fn write_key(path: &Path, key: &SigningKey) -> Result<(), CliError> {
    keyfile::write(path, key).map_err(|error| not_writable(error.to_string()))
}

fn not_writable(message: String) -> CliError {
    CliError::input("FILE", message, "name another folder with --home")
}

/// Writes a document that is not to be overwritten.
///
/// # Errors
/// It is there already, or cannot be written.
pub fn write_new<T: Serialize>(file: &Path, document: &T, option: &str) -> Result<(), CliError> {
    let cannot = |what: String| {
        CliError::input(
            "FILE",
            format!("cannot write {}: {what}", file.display()),
            format!("name another place with {option}"),
        )
    };
    let mut text = serde_json::to_vec_pretty(document).map_err(|e| cannot(e.to_string()))?;
    text.push(b'\n');
    let opened = OpenOptions::new().write(true).create_new(true).open(file);
    let mut opened = opened.map_err(|e| cannot(e.to_string()))?;
    let written = opened.write_all(&text).and_then(|()| opened.sync_all());
    written.map_err(|e| cannot(e.to_string()))
}

fn show(context: &Context, file: PathBuf, identity: Identity) -> Result<(), CliError> {
    let shown = Shown {
        file,
        hash: identity.organisation.hash(),
        organisation: identity.organisation,
    };
    context.out.show("allonge.identity/1", &shown, |_| {
        let organisation = &shown.organisation;
        let roles: Vec<_> = organisation
            .roles
            .iter()
            .map(|role| role.as_str())
            .collect();
        let mut lines = vec![
            ("organisation", organisation.name.to_string()),
            ("roles", roles.join(", ")),
            ("file", shown.file.display().to_string()),
            ("hash", shown.hash.to_string()),
        ];
        lines.extend(
            organisation
                .all_keys()
                .into_iter()
                .map(|(what, key)| (what, key.to_string())),
        );
        if organisation.threshold > 1 {
            lines.push(("must sign", organisation.threshold.to_string()));
        }
        if let Some(node) = &organisation.node {
            let kind = match node.validator_key {
                Some(_) => "validator",
                None => "observer",
            };
            lines.push(("node", format!("{}, {kind}", node.name)));
            lines.push(("consensus", node.consensus_address.to_string()));
            lines.push(("gossip", node.gossip_address.to_string()));
        }
        lines.retain(|(_, text)| !text.is_empty());
        fields(&lines)
    })
}
