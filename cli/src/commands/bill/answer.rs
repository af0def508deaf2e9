//! Answering requests, and taking them back.

use super::select::{By, request};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::LotArg;
use allonge_contracts::Text;
use allonge_contracts::bills::RefusalCode;
use allonge_contracts::calls::{Agree, Refuse, RequestRef, Withdraw};
use allonge_contracts::requests::{Request, Terms};
use clap::Args;

/// A request, by its bill or lot.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
}

/// A refusal.
#[derive(Debug, Args)]
pub struct RefuseArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    lot: LotArg,
    /// Why: contract-breach, fraud-or-theft, bad-faith, known-defence, gross-negligence, late,
    /// court-freeze, not-due, low-balance or other
    #[arg(long, value_parser = refusal_code)]
    code: RefusalCode,
    /// In words; required with code other
    #[arg(long, default_value = "", required_if_eq("code", "other"))]
    text: Text<256>,
}

/// Agrees to the request that waits for the acting member; `act` where only one act will do.
///
/// # Errors
/// No such request, several, the node's, the ledger's.
pub async fn agree(context: &Context, args: AnswerArgs, act: Option<&str>) -> Result<(), CliError> {
    let request = find(context, &args.lot, By::Answerer(act)).await?;
    say(context, "agreeing to", &request);
    context
        .carry_out(Agree {
            request: RequestRef::Id(request.id),
            // Of what was read and shown here, whatever else the node says.
            terms: request.terms_hash(),
        })
        .await
}

/// Refuses the request that waits for the acting member.
///
/// # Errors
/// As [`agree`].
pub async fn refuse(context: &Context, args: RefuseArgs) -> Result<(), CliError> {
    let request = find(context, &args.lot, By::Answerer(None)).await?;
    say(context, "refusing", &request);
    context
        .carry_out(Refuse {
            request: RequestRef::Id(request.id),
            terms: request.terms_hash(),
            code: args.code,
            text: args.text,
        })
        .await
}

/// Takes back the acting member's own request.
///
/// # Errors
/// As [`agree`].
pub async fn withdraw(context: &Context, args: AnswerArgs) -> Result<(), CliError> {
    let request = find(context, &args.lot, By::Asker).await?;
    say(context, "withdrawing", &request);
    context
        .carry_out(Withdraw {
            request: RequestRef::Id(request.id),
        })
        .await
}

async fn find(context: &Context, lot: &LotArg, by: By<'_>) -> Result<Request, CliError> {
    let actor = context.actor()?;
    let bill = context.client()?.bill(&lot.bill).await?;
    Ok(request(&bill.body, lot, actor, by)?.request.clone())
}

/// What is about to be signed, before it is signed.
fn say(context: &Context, doing: &str, request: &Request) {
    let extra = match &request.terms {
        Terms::Endorsement {
            not_transferable: true,
        } => ", marked not transferable",
        _ => "",
    };
    context.out.note(&format!(
        "{doing} the {} of {}:{} asked by {}{extra}",
        request.terms.rule().act,
        request.bill,
        request.range,
        request.from
    ));
}

fn refusal_code(word: &str) -> Result<RefusalCode, String> {
    RefusalCode::from_word(&word.replace('-', " ")).ok_or_else(|| {
        let all: Vec<String> = RefusalCode::ALL
            .iter()
            .map(|code| code.as_str().replace(' ', "-"))
            .collect();
        format!("there is no such code; there are {}", all.join(", "))
    })
}
