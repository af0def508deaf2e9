//! What is attested of papers, conditions that are to be attested, and requests that wait for them.

use super::Id;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::DayArg;
use allonge_contracts::calls::{
    AttestPaper, CallIndex, ConditionRef, Escrow, FulfilCondition, RequestRef, SetCondition,
};
use allonge_contracts::trade::Verdict;
use allonge_contracts::{Call, Hash, MemberId, RequestId, Text, TextError};
use clap::Args;

/// What is attested.
#[derive(Debug, Args)]
pub struct AttestArgs {
    /// A paper's id (64 digits), or that of a condition (32 digits)
    id: Id,
    /// The salted hash of a document that shows it
    #[arg(long, value_name = "HASH")]
    document: Option<Hash>,
    /// Deny the paper; it is confirmed otherwise
    #[arg(long, requires = "text")]
    deny: bool,
    /// In words; required of a denial
    #[arg(long)]
    text: Option<Text<256>>,
}

/// A condition.
#[derive(Debug, Args)]
pub struct ConditionArgs {
    /// What is to be attested, in words
    #[arg(value_parser = statement)]
    statement: Text<256>,
    /// By whom
    #[arg(long, value_name = "MEMBER")]
    attestor: MemberId,
    /// Unattested, it lapses at the close of this day: a date, or a distance such as 20d
    #[arg(long, value_name = "DAY")]
    deadline: DayArg,
}

/// A request that is to wait.
#[derive(Debug, Args)]
pub struct EscrowArgs {
    /// The request's id
    request: RequestId,
    /// The condition that it waits for, which the acting member has set
    #[arg(
        long,
        value_name = "ID",
        required_unless_present = "statement",
        conflicts_with = "statement"
    )]
    condition: Option<RequestId>,
    /// Set a condition in the same transaction: what is to be attested, in words
    #[arg(long, value_name = "TEXT", requires_all = ["attestor", "deadline"], value_parser = statement)]
    statement: Option<Text<256>>,
    /// By whom it is to be attested
    #[arg(long, value_name = "MEMBER", requires = "statement")]
    attestor: Option<MemberId>,
    /// Unattested, it lapses at the close of this day, and the request with it
    #[arg(long, value_name = "DAY", requires = "statement")]
    deadline: Option<DayArg>,
}

fn statement(text: &str) -> Result<Text<256>, String> {
    if text.trim().is_empty() {
        return Err("the statement is empty".to_owned());
    }
    text.parse().map_err(|e: TextError| e.to_string())
}

/// Attests.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn attest(context: &Context, args: AttestArgs) -> Result<(), CliError> {
    let call: Call = match args.id {
        Id::Paper(paper) => AttestPaper {
            paper,
            verdict: match args.deny {
                true => Verdict::Denied,
                false => Verdict::Confirmed,
            },
            document: args.document,
            text: args.text.unwrap_or_default(),
        }
        .into(),
        Id::Short(_) if args.deny || args.text.is_some() => {
            return Err(CliError::input(
                "USAGE",
                "a condition is attested or not: it is not denied, and nothing is said of it",
                "leave --deny and --text out, or name a paper by its 64 digits",
            ));
        }
        Id::Short(condition) => FulfilCondition {
            condition,
            document: args.document,
        }
        .into(),
    };
    context.carry_out(call).await
}

/// Sets a condition.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn condition(context: &Context, args: ConditionArgs) -> Result<(), CliError> {
    let call = SetCondition {
        statement: args.statement,
        attestor: args.attestor,
        deadline: context.day(args.deadline).await?,
    };
    context.carry_out(call).await
}

/// Lets a request wait for a condition.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn escrow(context: &Context, args: EscrowArgs) -> Result<(), CliError> {
    let mut calls: Vec<Call> = Vec::new();
    let condition = match (args.condition, args.statement, args.attestor, args.deadline) {
        (Some(condition), ..) => ConditionRef::Id(condition),
        (None, Some(statement), Some(attestor), Some(deadline)) => {
            let deadline = context.day(deadline).await?;
            calls.push(
                SetCondition {
                    statement,
                    attestor,
                    deadline,
                }
                .into(),
            );
            ConditionRef::Call(CallIndex { call: 0 })
        }
        _ => {
            return Err(CliError::input(
                "USAGE",
                "no condition is named",
                "give --condition, or --statement with --attestor and --deadline",
            ));
        }
    };
    calls.push(
        Escrow {
            request: RequestRef::Id(args.request),
            condition,
        }
        .into(),
    );
    let acted = context.act(calls, Text::empty()).await?;
    acted.finish(&context.out)
}
