//! `allonge genesis`: what the organisations of a new network agree on.

use super::gov::rule_text;
use super::identity;
use crate::client::now_ms;
use crate::context::Context;
use crate::error::CliError;
use crate::files::{read_bounded, read_genesis};
use crate::founding::{FoundingError, Named, NetworkSpec, assemble, warnings};
use crate::output::{Column, Style, fields, table};
use allonge_contracts::gov::ActionKind;
use allonge_contracts::nodes::NodeKind;
use allonge_contracts::{Date, Hash};
use allonge_ledger::{Genesis, LedgerState};
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Far more than a spec has.
const MAX_SPEC_BYTES: usize = 1024 * 1024;
/// The most organisations of the first hour.
const MOST: usize = 1_000;

/// Arguments of `genesis`.
#[derive(Debug, Args)]
pub struct GenesisArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put the identities of several organisations together to the genesis of a network
    #[command(
        after_help = "Example:\n  allonge genesis new --spec network.toml central-bank.json bank-a.json bank-b.json regulator.json --out genesis.json\n\n\
        The least that the spec says: network = \"delta bills\", and under [currencies] CNY = \"central-bank\"; see docs/network.md."
    )]
    New(NewArgs),
    /// Show a genesis in words, with the hash that all organisations compare
    #[command(after_help = "Example:\n  allonge genesis show genesis.json")]
    Show {
        /// The genesis document
        file: PathBuf,
    },
}

/// What to make of what.
#[derive(Debug, Args)]
struct NewArgs {
    /// What was agreed on: name, currencies, days, rules; TOML
    #[arg(long, value_name = "FILE")]
    spec: PathBuf,
    /// The organisations' identity files
    #[arg(value_name = "IDENTITY", required = true)]
    identities: Vec<PathBuf>,
    /// Where to write the genesis document
    #[arg(long, value_name = "FILE", default_value = "genesis.json")]
    out: PathBuf,
}

/// `allonge.genesis/1`.
#[derive(Serialize)]
struct Shown {
    file: PathBuf,
    hash: Hash,
    business_date: Date,
    warnings: Vec<String>,
    genesis: Genesis,
}

/// Runs it.
///
/// # Errors
/// A file that cannot be used, or a [`FoundingError`].
pub fn run(context: &Context, args: GenesisArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::New(args) => new(context, &args),
        Verb::Show { file } => {
            let genesis = read_genesis(&context.file(&file))?;
            show(context, &file, genesis)
        }
    }
}

fn new(context: &Context, args: &NewArgs) -> Result<(), CliError> {
    let file = context.file(&args.spec);
    let text = read_bounded(&file, MAX_SPEC_BYTES)?;
    let text = String::from_utf8(text).map_err(|_| FoundingError::Spec {
        file: file.clone(),
        line: 1,
        what: "it is not UTF-8".to_owned(),
    })?;
    let spec = NetworkSpec::read(&text, &file)?;
    if args.identities.len() > MOST {
        return Err(CliError::input(
            "TOO_MANY_IDENTITIES",
            format!(
                "{} identities; at most {MOST} can found a network",
                args.identities.len()
            ),
            "admit the others afterwards",
        ));
    }
    let mut identities = Vec::new();
    for file in &args.identities {
        identities.push(Named {
            identity: identity::read(&context.file(file))?,
            file: file.clone(),
        });
    }
    let genesis = assemble(&spec, &identities, now_ms())?;
    identity::write_new(&context.file(&args.out), &genesis, "--out")?;
    show(context, &args.out, genesis)
}

fn show(context: &Context, file: &Path, genesis: Genesis) -> Result<(), CliError> {
    let state = LedgerState::genesis(genesis.clone()).map_err(FoundingError::Rules)?;
    let business_date = state
        .business_date(genesis.time_ms)
        .map_err(|fault| FoundingError::Rules(fault.to_string()))?;
    let shown = Shown {
        file: file.to_owned(),
        hash: state.genesis_hash,
        business_date,
        warnings: warnings(&genesis),
        genesis,
    };
    context
        .out
        .show("allonge.genesis/1", &shown, |style| text(&shown, style))
}

fn text(shown: &Shown, style: Style) -> String {
    let genesis = &shown.genesis;
    let rules = &genesis.rules;
    let offset = rules.utc_offset_minutes;
    let sign = if offset < 0 { '-' } else { '+' };
    let clock = |minutes: u16| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let mut out = fields(&[
        ("network", genesis.network.to_string()),
        ("genesis", style.bold(&shown.hash.to_string()).to_string()),
        ("file", shown.file.display().to_string()),
        (
            "first day",
            format!(
                "{}, UTC{sign}{}, closing at {}",
                shown.business_date,
                clock(offset.unsigned_abs()),
                clock(rules.close_minute)
            ),
        ),
        (
            "clock",
            match rules.development_clock {
                true => "can be moved by anybody (development)".to_owned(),
                false => "that of the validators' machines".to_owned(),
            },
        ),
        ("protocol", rules.protocol.to_string()),
        (
            "currencies",
            rules
                .currencies
                .iter()
                .map(|entry| format!("{} issued by {}", entry.currency, entry.authority))
                .collect::<Vec<_>>()
                .join(", "),
        ),
        ("opening cash", opening(genesis)),
    ]);
    out.push_str(&format!("\n{}\n", style.bold("Members")));
    let rows = rules.members.iter().flat_map(|member| {
        let roles: Vec<_> = member.roles.iter().map(|role| role.as_str()).collect();
        let first = [
            member.id.to_string(),
            roles.join(", "),
            format!("{} of {}", member.threshold, member.keys.len()),
        ];
        member.keys.iter().enumerate().map(move |(i, key)| {
            let mut row = if i == 0 {
                first.to_vec()
            } else {
                vec![String::new(); 3]
            };
            row.push(key.to_string());
            row
        })
    });
    let columns = ["MEMBER", "ROLES", "SIGN", "KEY"].map(Column::Left);
    out.push_str(&table(&columns, rows.collect()));
    out.push_str(&format!("\n{}\n", style.bold("Nodes")));
    let rows = genesis.nodes().into_iter().map(|node| {
        let what = match node.kind {
            NodeKind::Validator => format!("validator, {}", node.power),
            NodeKind::Observer => "observer".to_owned(),
        };
        let by = node
            .member
            .map(|member| member.to_string())
            .unwrap_or_default();
        vec![
            node.name.to_string(),
            by,
            what,
            node.consensus_address.to_string(),
            node.gossip_address.to_string(),
            node.peer_key.to_string(),
        ]
    });
    let columns = ["NODE", "RUN BY", "VOTE", "CONSENSUS", "GOSSIP", "NODE KEY"].map(Column::Left);
    out.push_str(&table(&columns, rows.collect()));
    out.push_str(&format!("\n{}\n", style.bold("Changes")));
    let rows = ActionKind::ALL
        .iter()
        .map(|kind| vec![kind.to_string(), rule_text(&rules.governance, *kind)]);
    out.push_str(&table(
        &[Column::Left("CHANGE"), Column::Left("TAKES")],
        rows.collect(),
    ));
    if !shown.warnings.is_empty() {
        out.push('\n');
    }
    for warning in &shown.warnings {
        out.push_str(&format!("{} {warning}\n", style.bad("warning:")));
    }
    out.push_str(
        "\nEvery organisation compares this hash with the others', by telephone or on paper, before it runs \
         `allonge node init`.\n",
    );
    out
}

fn opening(genesis: &Genesis) -> String {
    let balances = &genesis.rules.balances;
    if balances.is_empty() {
        return "none".to_owned();
    }
    let lines = balances.iter().map(|b| format!("{} {}", b.member, b.money));
    lines.collect::<Vec<_>>().join(", ")
}
