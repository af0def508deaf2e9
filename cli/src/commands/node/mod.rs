//! `allonge node`: running a node, asking whether it is well, and keeping what it has on disk.

mod admin;
mod archive;
mod check;
mod guard;
mod health;
mod home;
mod init;
mod prune;
mod repair;
mod restore;
mod run;

use crate::context::Context;
use crate::error::CliError;
use allonge_node::archive::What;
use clap::{Args, Subcommand};

/// Arguments of `node`.
#[derive(Debug, Args)]
pub struct NodeArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Put the genesis of a new network into the folder of a node that it names
    #[command(
        after_help = "Example:\n  allonge node init --genesis genesis.json --home /var/lib/allonge\n\n\
        The folder has the keys that `allonge identity new` made; they are compared with the genesis. Give --hash with what the\n\
        organisations have compared. A config.toml is written where there is none."
    )]
    Init(init::InitArgs),
    /// Run the node in a folder until it is interrupted
    #[command(
        after_help = "Example:\n  allonge node run --home /var/lib/allonge/node-0 --log info\n\n\
        The folder holds genesis.json, config.toml, node_key and validator_key. A flag goes before an environment\n\
        variable (ALLONGE_NODE_ and the key in capitals), that before the file."
    )]
    Run(Box<run::RunArgs>),
    /// Verify all that a stopped node has on disk, from genesis on: every block, certificate,
    /// transaction, receipt, root, checkpoint and index entry
    #[command(
        after_help = "Example:\n  allonge node check --home /var/lib/allonge/node-0\n\nExit code 1: something is damaged; it is named, with what to do."
    )]
    Check(check::CheckArgs),
    /// Name what is damaged in a stopped node's home and mend it: what others have too is let go and fetched
    /// again, what can be made again from the blocks is made again, votes are never touched
    #[command(
        after_help = "Example:\n  allonge node repair --home /var/lib/allonge/node-0 --dry-run\n  allonge node repair --home /var/lib/allonge/node-0\n\n\
        Look at the disk first: one that damages files does it again. Nothing is removed that cannot be had again; a store of\n\
        which too little is whole is put aside. Exit code 1: the log of votes is damaged, which this command does not mend."
    )]
    Repair(repair::RepairArgs),
    /// Ask a running node whether it is ready: for health checks of containers and supervisors
    #[command(
        after_help = "Example:\n  allonge node health --node http://127.0.0.1:8080\n\nExit code 0: it serves and keeps up. Exit code 3: it does not answer, or is not ready; the reason is said."
    )]
    Health,
    /// Ask or tell a running node what only its operator may, over the socket in its folder
    #[command(
        after_help = "Example:\n  allonge node run --home /var/lib/allonge/node-0 --admin\n  allonge node admin status --home /var/lib/allonge/node-0\n\n\
        The socket is DIR/admin.sock, for the user alone that runs the node; it is there only with --admin or admin = true."
    )]
    Admin(admin::AdminArgs),
    /// Write the chain and the state of a node into one file, whether it runs or not
    #[command(
        after_help = "Example:\n  allonge node backup --home /var/lib/allonge/node-0 --to /backup/\n\n\
        A node that runs is asked over its HTTP API and goes on meanwhile. The file is read again and verified. There is no\n\
        private key in it. What it holds is as confidential as the ledger."
    )]
    Backup(archive::ArchiveArgs),
    /// Write what another node can start from into one file: the state, the last block, and what replays
    /// are recognised by
    #[command(
        after_help = "Example:\n  allonge node snapshot --home /var/lib/allonge/node-0 --to ledger.snapshot\n  allonge node restore --home /var/lib/allonge/node-4 --from ledger.snapshot --genesis genesis.json"
    )]
    Snapshot(archive::ArchiveArgs),
    /// Fill a node's folder from a backup or a snapshot; all of it is verified before it is used
    #[command(
        after_help = "Example:\n  allonge node restore --home /var/lib/allonge/node-0 --from /backup/allonge-backup-4711.archive\n\n\
        The folder must have no store. Keys and settings are not in a backup: put them there. Exit code 1: the file does\n\
        not hold; nothing was changed."
    )]
    Restore(restore::RestoreArgs),
    /// Fill a new node's folder from another node's snapshot, verified with the genesis alone
    #[command(
        after_help = "Example:\n  allonge node join --home /var/lib/allonge/node-4 --from http://10.0.0.1:8080 --genesis genesis.json\n\n\
        Then put keys and config.toml there and run it: it fetches what came since from its peers. Blocks before the snapshot\n\
        are not there; the API answers PRUNED for them."
    )]
    Join(restore::JoinArgs),
    /// Let go of old blocks of a stopped node; a node that runs does so by itself with prune_keep_blocks or
    /// prune_keep_days
    #[command(
        after_help = "Example:\n  allonge node prune --home /var/lib/allonge/node-0 --keep-days 90 --dry-run\n\n\
        The replay window and what the last two checkpoints need is always kept. Proof files that were made still verify."
    )]
    Prune(prune::PruneArgs),
    /// Show what a validator's signing guard remembers, and whether it lets the key sign
    #[command(
        after_help = "Example:\n  allonge node guard --home /var/lib/allonge/node-0\n\n\
        The guard keeps a validator from signing two different votes for one height and round. Where it is new, or a copy of\n\
        another's, the node follows without a vote until blocks that were decided since show that it is safe."
    )]
    Guard,
    /// Let a stopped validator sign above a height, at your word that no copy of its key signed above it
    #[command(
        after_help = "Example:\n  allonge node trust-guard --home /var/lib/allonge/node-0 --height 4711\n\n\
        Needed only where so many validators were restored together that the network cannot go on by itself. A height too low\n\
        can make this validator contradict itself, which others keep as evidence."
    )]
    TrustGuard(guard::TrustArgs),
    /// Make the validator key with which a node is to vote next; the node may run
    #[command(
        after_help = "Example:\n  allonge node next-key --home /var/lib/allonge/node-0\n  allonge gov propose rekey-validator node-0 --consensus-key KEY --as regulator\n\n\
        From the height at which the new key counts the node votes with it; the old one is kept as validator_key.retired-…"
    )]
    NextKey,
    /// Bring the store of a stopped node to the format that this program reads
    #[command(
        after_help = "Example:\n  allonge node migrate --home /var/lib/allonge/node-0 --dry-run\n\n\
        Take a backup first with the program that wrote the store: there is no way back."
    )]
    Migrate(prune::MigrateArgs),
}

/// Runs it.
///
/// # Errors
/// A home that cannot be used, what is wrong in it, or why the node ended.
pub async fn run(context: &Context, args: NodeArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Init(args) => init::run(context, &args),
        Verb::Run(args) => run::run(context, *args).await,
        Verb::Check(args) => check::run(context, &args),
        Verb::Repair(args) => repair::run(context, &args),
        Verb::Health => health::run(context).await,
        Verb::Admin(args) => admin::run(context, args).await,
        Verb::Backup(args) => archive::run(context, &args, What::Backup).await,
        Verb::Snapshot(args) => archive::run(context, &args, What::Snapshot).await,
        Verb::Restore(args) => restore::run(context, &args),
        Verb::Join(args) => restore::join(context, &args).await,
        Verb::Guard => guard::show(context),
        Verb::TrustGuard(args) => guard::trust(context, &args),
        Verb::NextKey => guard::next_key(context),
        Verb::Prune(args) => prune::run(context, &args),
        Verb::Migrate(args) => prune::migrate(context, &args),
    }
}
