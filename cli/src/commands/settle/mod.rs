//! `allonge settle`: instructions whose legs of cash and paper settle together or not at all.

mod file;
mod leg;
mod show;

use crate::client::InstructionView;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::DayArg;
use allonge_contracts::calls::{Affirm, CallIndex, CancelInstruction, Propose, RequestRef};
use allonge_contracts::settlement::Leg;
use allonge_contracts::{Call, CallResult, Hash, MemberId, RequestId, Text};
use clap::{Args, Subcommand};
use leg::LegArg;
use std::path::PathBuf;

pub use file::legs_of;

/// Arguments of `settle`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing moves until everybody who pays or delivers has affirmed, and whoever must sign for paper. What is
affirmed is set aside: cash is held, lots are locked. docs/settlement.md says how.")]
pub struct SettleArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Propose an instruction, from a file or leg by leg (a party of one of the legs acts)
    #[command(after_help = "\
A leg is cash, `AMOUNT CURRENCY from A to B`, or a lot, `NUMBER:START-END from A to B`; of its low end
`AMOUNT of NUMBER:START-END from A to B`. Behind it may stand `for` and a purpose. A file has the same in
TOML:

  deadline = \"2027-01-08\"
  reference = \"trade 7\"
  [[leg]]
  lot = \"510210009999620270105000000011:1-100000\"
  amount = \"600.00\"
  from = \"supplier\"
  to = \"trader\"
  [[leg]]
  cash = \"590.00 CNY\"
  from = \"trader\"
  to = \"supplier\"

Examples:
  allonge settle propose trade-7.toml --affirm --as trader
  allonge settle propose --leg \"700.00 CNY from acme to bolt\" --leg \"90.00 EUR from bolt to acme\" --deadline 3d --as acme")]
    Propose(ProposeArgs),
    /// Affirm an instruction: shows every leg, then signs for exactly these (who must affirm acts)
    #[command(
        after_help = "Example:\n  allonge settle affirm 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as supplier"
    )]
    Affirm {
        /// The instruction's id
        instruction: RequestId,
    },
    /// Show an instruction that waits: its legs, and who has affirmed
    #[command(after_help = "Example:\n  allonge settle show 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091")]
    Show {
        /// The instruction's id
        instruction: RequestId,
    },
    /// List the instructions that wait and to which a member is a party
    #[command(
        after_help = "Examples:\n  allonge settle list --as trader\n  allonge settle list supplier --waiting"
    )]
    List(show::ListArgs),
    /// End an instruction before it settles; whatever is set aside is free again (its proposer acts, or
    /// who must affirm)
    #[command(
        after_help = "Example:\n  allonge settle cancel 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as trader"
    )]
    Cancel {
        /// The instruction's id
        instruction: RequestId,
    },
}

#[derive(Debug, Args)]
struct ProposeArgs {
    /// A file with the legs, the deadline and a reference
    #[arg(required_unless_present = "leg", conflicts_with = "leg")]
    file: Option<PathBuf>,
    /// A leg, as it is written below (may be given several times, up to 32)
    #[arg(long, value_name = "LEG", requires = "deadline")]
    leg: Vec<LegArg>,
    /// Unsettled, it ends at the close of this day: a date, or a distance such as 3d; goes before the
    /// file's
    #[arg(long, value_name = "DAY")]
    deadline: Option<DayArg>,
    /// The proposer's reference; goes before the file's
    #[arg(long)]
    reference: Option<Text<64>>,
    /// Affirm it too, in the same transaction
    #[arg(long)]
    affirm: bool,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: SettleArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Propose(args) => propose(context, args).await,
        Verb::Affirm { instruction } => affirm(context, instruction).await,
        Verb::Show { instruction } => show::run(context, instruction).await,
        Verb::List(args) => show::list(context, args).await,
        Verb::Cancel { instruction } => {
            let instruction = RequestRef::Id(instruction);
            context.carry_out(CancelInstruction { instruction }).await
        }
    }
}

async fn propose(context: &Context, args: ProposeArgs) -> Result<(), CliError> {
    let actor = context.actor()?.clone();
    let written = match &args.file {
        Some(file) => file::read(&context.file(file))?,
        None => file::Written {
            legs: args.leg,
            ..file::Written::default()
        },
    };
    let deadline = args.deadline.or(written.deadline).ok_or_else(|| {
        CliError::input(
            "DEADLINE",
            "no deadline is given",
            "write deadline = \"2027-01-08\" into the file, or give --deadline",
        )
    })?;
    let mut legs: Vec<Leg> = Vec::with_capacity(written.legs.len());
    for leg in &written.legs {
        legs.push(leg.find(context).await?);
    }
    let propose = Propose {
        deadline: context.day(deadline).await?,
        reference: args.reference.unwrap_or(written.reference),
        legs,
    };
    let mut calls: Vec<Call> = Vec::new();
    if args.affirm {
        say(context, "proposing and affirming", &actor, &propose.legs).await?;
    }
    calls.push(propose.into());
    if args.affirm {
        calls.push(
            Affirm {
                instruction: RequestRef::Call(CallIndex { call: 0 }),
                // Of the call before it, which nobody can change in between; not compared.
                terms: Hash::ZERO,
            }
            .into(),
        );
    }
    let acted = context.act(calls, Text::empty()).await?;
    let made = acted.results().iter().find_map(|result| match result {
        CallResult::Instruction { instruction, .. } => Some(*instruction),
        _ => None,
    });
    if let Some(id) = made {
        context.out.note(&format!(
            "whoever must affirm does so with: allonge settle affirm {id}"
        ));
    }
    acted.finish(&context.out)
}

async fn affirm(context: &Context, id: RequestId) -> Result<(), CliError> {
    let actor = context.actor()?.clone();
    let InstructionView { instruction, .. } = context.client()?.instruction(&id).await?.body;
    let what = format!(
        "affirming instruction {id} of {} until {}",
        instruction.by, instruction.deadline
    );
    say(context, &what, &actor, &instruction.legs).await?;
    context
        .carry_out(Affirm {
            instruction: RequestRef::Id(id),
            // Of what was read and shown here, whatever else the node says.
            terms: instruction.terms_hash(),
        })
        .await
}

/// Every leg in words, before anything is signed for them.
async fn say(
    context: &Context,
    what: &str,
    actor: &MemberId,
    legs: &[Leg],
) -> Result<(), CliError> {
    let words = show::legs_in_words(&context.client()?, legs).await?;
    let mut text = format!("{what}:");
    for ((number, words), leg) in words.iter().enumerate().zip(legs) {
        let side = match (leg.from() == actor, leg.to() == actor) {
            (true, _) => format!("{actor} gives "),
            (_, true) => format!("{actor} gets "),
            _ => String::new(),
        };
        text.push_str(&format!("\n  leg {number}: {side}{words}"));
    }
    context.out.note(&text);
    Ok(())
}
