//! `allonge gov`: changes of members, nodes, parameters and the protocol, proposed and voted on.

mod nodes;
mod propose;
mod show;

pub use show::rule_text;

use crate::client::ProposalView;
use crate::context::Context;
use crate::error::CliError;
use crate::output::action_text;
use allonge_contracts::calls::{RequestRef, VoteOnChange, WithdrawChange};
use allonge_contracts::{RequestId, Text};
use clap::{Args, Subcommand, ValueEnum};

/// Arguments of `gov`.
#[derive(Debug, Args)]
#[command(after_help = "\
What changes who may act, who votes on blocks and by which numbers is proposed, and carried out when as many of
those entitled have approved as the network's policy asks for. docs/governance.md says how.")]
pub struct GovArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Propose a change, and approve it thereby (who is entitled to approve it acts)
    Propose(propose::ProposeArgs),
    /// Vote on a proposal: shows every change in it, then signs for exactly these (who is entitled acts)
    #[command(after_help = "Examples:\n  \
        allonge gov vote 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 approve --as central-bank\n  \
        allonge gov vote 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 reject --reason \"not before the audit\" --as regulator")]
    Vote {
        /// The proposal's id
        proposal: RequestId,
        /// For it, or against
        vote: VoteArg,
        /// Why; kept on the ledger
        #[arg(long)]
        reason: Option<Text<256>>,
    },
    /// Take an open proposal back (its proposer acts)
    #[command(
        after_help = "Example:\n  allonge gov withdraw 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as regulator"
    )]
    Withdraw {
        /// The proposal's id
        proposal: RequestId,
    },
    /// Show a proposal: its changes, whose approval it takes, and who has voted
    #[command(after_help = "Example:\n  allonge gov show 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091")]
    Show {
        /// The proposal's id
        proposal: RequestId,
    },
    /// List the proposals, the latest first
    #[command(after_help = "Examples:\n  allonge gov list\n  allonge gov list --open")]
    List(show::ListArgs),
    /// Show whose approval each kind of change takes
    #[command(after_help = "Example:\n  allonge gov policy")]
    Policy,
    /// List the nodes: validators, one that is about to become one, observers; and the protocol
    #[command(after_help = "Example:\n  allonge gov nodes")]
    Nodes,
}

/// What a vote says.
#[derive(Debug, Clone, Copy, ValueEnum)]
enum VoteArg {
    /// For it
    Approve,
    /// Against it
    Reject,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: GovArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Propose(args) => propose::run(context, args).await,
        Verb::Vote {
            proposal,
            vote: word,
            reason,
        } => vote(context, proposal, word, reason.unwrap_or_default()).await,
        Verb::Withdraw { proposal } => {
            let proposal = RequestRef::Id(proposal);
            context.carry_out(WithdrawChange { proposal }).await
        }
        Verb::Show { proposal } => show::run(context, proposal).await,
        Verb::List(args) => show::list(context, args).await,
        Verb::Policy => show::policy(context).await,
        Verb::Nodes => nodes::run(context).await,
    }
}

async fn vote(
    context: &Context,
    id: RequestId,
    vote: VoteArg,
    reason: Text<256>,
) -> Result<(), CliError> {
    context.actor()?;
    let ProposalView { proposal, .. } = context.client()?.proposal(&id).await?.body;
    let word = match vote {
        VoteArg::Approve => "approving",
        VoteArg::Reject => "rejecting",
    };
    let mut text = format!("{word} proposal {id} of {}:", proposal.by);
    for action in &proposal.actions {
        text.push_str(&format!("\n  {}", action_text(action)));
    }
    context.out.note(&text);
    context
        .carry_out(VoteOnChange {
            proposal: RequestRef::Id(id),
            // Of what was read and shown here, whatever else the node says.
            terms: proposal.terms_hash(),
            approve: matches!(vote, VoteArg::Approve),
            reason,
        })
        .await
}
