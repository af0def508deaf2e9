//! The command line: global options and one noun a subcommand.

use crate::commands;
use crate::output::Format;
use crate::parse;
use allonge_contracts::MemberId;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::time::Duration;

/// A ledger of digital bills: drawn, accepted, endorsed and paid among companies and banks.
#[derive(Debug, Parser)]
#[command(
    name = "allonge",
    version,
    propagate_version = true,
    subcommand_required = true,
    arg_required_else_help = true,
    max_term_width = 80,
    after_help = EXIT_CODES
)]
pub struct Cli {
    #[command(flatten)]
    pub global: GlobalArgs,
    #[command(subcommand)]
    pub command: Command,
}

const EXIT_CODES: &str = "\
Exit codes:
  0  done; a transaction is final and accepted
  1  rejected by the ledger's rules
  2  wrong usage or input
  3  no node, or no answer in time; the transaction's id is printed, asking again is safe

Results go to standard output, everything else to standard error.";

/// Options that every command takes.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArgs {
    /// A node's address; give several, and the first that answers is used
    // Ids of global options must not be those of any subcommand's own: `cluster up` has `nodes`.
    #[arg(
        id = "node_urls",
        long = "node",
        value_name = "URL",
        global = true,
        env = "ALLONGE_NODE",
        value_delimiter = ',',
        default_value = "http://127.0.0.1:8080"
    )]
    pub nodes: Vec<String>,

    /// Trust this certificate authority alone, in PEM, when a node's address is https
    #[arg(long = "ca", value_name = "FILE", global = true, env = "ALLONGE_CA")]
    pub ca: Option<PathBuf>,

    /// The member that acts; its keys are found in the keystore by what the ledger says of it
    #[arg(long = "as", value_name = "MEMBER", global = true, env = "ALLONGE_AS")]
    pub act_as: Option<MemberId>,

    /// Sign with this key of the keystore instead (may be given several times)
    #[arg(id = "signing_keys", long = "key", value_name = "NAME", global = true)]
    pub keys: Vec<String>,

    /// The folder of keys and of what was sent [default: ~/.allonge]
    #[arg(long, value_name = "DIR", global = true, env = "ALLONGE_HOME")]
    pub home: Option<PathBuf>,

    /// A file whose first line is the passphrase of encrypted keys [or ALLONGE_PASSPHRASE_FILE, ALLONGE_PASSPHRASE]
    #[arg(long, value_name = "FILE", global = true)]
    pub passphrase_file: Option<PathBuf>,

    /// Have a process that holds the keys sign, unix:PATH, as `allonge key serve` is one
    #[arg(long, value_name = "ADDRESS", global = true, env = "ALLONGE_SIGNER")]
    pub signer: Option<String>,

    /// Write the transaction to a new file, signed by the keys that are here, instead of sending it
    #[arg(long, value_name = "FILE", global = true)]
    pub prepare: Option<PathBuf>,

    /// How long a transaction may become final [default: 5m, 24h if it waits for signatures]
    #[arg(long, value_name = "TIME", global = true, value_parser = parse::duration)]
    pub valid_for: Option<Duration>,

    /// How results are printed
    #[arg(
        long,
        value_name = "FORMAT",
        global = true,
        value_enum,
        default_value = "table"
    )]
    pub output: Format,

    /// Wait until the transaction is final (the default)
    #[arg(long, global = true, overrides_with = "no_wait")]
    pub wait: bool,

    /// Return as soon as a node has taken the transaction
    #[arg(long, global = true, overrides_with = "wait")]
    pub no_wait: bool,

    /// How long to wait, such as 500ms, 30s or 2m
    #[arg(long, value_name = "TIME", global = true, value_parser = parse::duration, default_value = "30s")]
    pub timeout: Duration,
}

/// One noun each.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Watch one bill from its invoice to its payment, on four validators of its own
    Demo(commands::demo::DemoArgs),
    /// Play a scenario from a file, step by step, up to the first surprise
    Play(commands::play::PlayArgs),
    /// A whole network on this machine: up, status, kill, start, partition, chaos, logs, down, …; files for others
    Cluster(commands::cluster::ClusterArgs),
    /// Measure how much a network on this machine takes, how fast, and at what cost
    Bench(commands::bench::BenchArgs),
    /// Let a supply chain trade for months on a network of its own, and report
    Simulate(commands::simulate::SimulateArgs),
    /// What an organisation brings to a new network: its keys, which stay with it, and its public file
    Identity(commands::identity::IdentityArgs),
    /// The beginning of a network of several organisations: new, show
    Genesis(commands::genesis::GenesisArgs),
    /// Keys in files: new, import, export, encrypt, decrypt, rotate, serve, list, show
    Key(commands::key::KeyArgs),
    /// Members: list, show, admit, suspend, reinstate, declare, gates, insolvency
    Member(commands::member::MemberArgs),
    /// Digital cash: mint, send, balance, redeem, hold, release
    Cash(commands::cash::CashArgs),
    /// Bills: issue, accept, endorse, discount, pledge, present, pay, quote, …
    Bill(commands::bill::BillArgs),
    /// Receivable certificates and credit lines: open, transfer, finance, quotes, show, reach, …
    Receivable(commands::receivable::ReceivableArgs),
    /// Recourse for a refused lot: notify, offer, accept, refuse, withdraw
    Recourse(commands::recourse::RecourseArgs),
    /// A court's measures: freeze, stop, unfreeze, transfer
    Court(commands::court::CourtArgs),
    /// Obligations that cycles settle: queue, reorder, cancel, limits, run, show
    Netting(commands::netting::NettingArgs),
    /// Instructions that settle all or nothing: propose, affirm, show, list, cancel
    Settle(commands::settle::SettleArgs),
    /// Invoices and other trade papers: record, import, attest, claim, check, condition, escrow, …
    Trade(commands::trade::TradeArgs),
    /// Changes by vote: propose, vote, withdraw, show, list, policy, nodes
    Gov(commands::gov::GovArgs),
    /// The parameters of law and market: show, set
    Params(commands::params::ParamsArgs),
    /// Transactions: show, wait; as files: sign, read, cosign, submit
    Tx(commands::tx::TxArgs),
    /// Blocks: show
    Block(commands::block::BlockArgs),
    /// What validators are known to have done wrong, with the signatures that show it
    Evidence(commands::evidence::EvidenceArgs),
    /// Follow what happens, event by event
    Events(commands::events::EventsArgs),
    /// Get a proof as a file
    Proof(commands::proof::ProofArgs),
    /// Check a proof file offline, with the genesis file and nothing else
    Verify(commands::verify::VerifyArgs),
    /// A node: run it, ask for its health, check what it has on disk
    Node(commands::node::NodeArgs),
    /// The development clock
    Dev(commands::dev::DevArgs),
    /// The calendar of business days
    Calendar(commands::calendar::CalendarArgs),
    /// How a node and its ledger are
    Status(commands::status::StatusArgs),
}
