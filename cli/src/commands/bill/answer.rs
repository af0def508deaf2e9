//! Answering requests, and taking them back.

use super::select::{Answer, By, request};
use crate::client::shown_by;
use crate::context::Context;
use crate::error::CliError;
use crate::output::terms_text;
use crate::parse::{AmountArg, LotArg};
use allonge_contracts::bills::RefusalCode;
use allonge_contracts::calls::{AcceptPart, Agree, Refuse, RequestRef, Withdraw};
use allonge_contracts::requests::Request;
use allonge_contracts::{RequestId, Text};
use clap::Args;

/// A request, by its bill or lot, or by its id.
#[derive(Debug, Args)]
pub struct AnswerArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    #[arg(required_unless_present = "request")]
    lot: Option<LotArg>,
    /// The request, where several wait: its id, as it was printed when it was made
    #[arg(long, value_name = "ID")]
    request: Option<RequestId>,
}

/// An acceptance, of the whole or, where the bill's law allows it, of a part.
#[derive(Debug, Args)]
pub struct AcceptArgs {
    #[command(flatten)]
    which: AnswerArgs,
    /// Accept this much of the sum only, its low end; only a bill under profile geneva
    #[arg(long)]
    amount: Option<AmountArg>,
}

/// A refusal.
#[derive(Debug, Args)]
pub struct RefuseArgs {
    #[command(flatten)]
    which: AnswerArgs,
    /// Why: contract-breach, fraud-or-theft, bad-faith, known-defence, gross-negligence, late,
    /// court-freeze, not-due, low-balance or other
    #[arg(long, value_parser = refusal_code)]
    code: RefusalCode,
    /// In words; required with code other
    #[arg(long, default_value = "", required_if_eq("code", "other"))]
    text: Text<256>,
}

/// Agrees to the request that waits for the acting member.
///
/// # Errors
/// No such request, several, the node's, the ledger's.
pub async fn agree(context: &Context, args: AnswerArgs, answer: Answer) -> Result<(), CliError> {
    let request = find(context, &args, By::Answerer(answer)).await?;
    say(context, "agreeing to", &request);
    context
        .carry_out(Agree {
            request: RequestRef::Id(request.id),
            // Of what was read and shown here, whatever else the node says.
            terms: request.terms_hash(),
        })
        .await
}

/// Accepts what waits for the acting member; of a drawn bill a part, where an amount is named.
///
/// # Errors
/// As [`agree`]; an amount of another currency.
pub async fn accept(context: &Context, args: AcceptArgs) -> Result<(), CliError> {
    let Some(amount) = &args.amount else {
        return agree(context, args.which, Answer::Accepting).await;
    };
    let request = find(context, &args.which, By::Answerer(Answer::Acceptance)).await?;
    let bill = context.client()?.bill(&request.instrument).await?.body.bill;
    let part = amount.money_in(bill.sum.currency)?;
    say(context, &format!("agreeing, for {part}, to"), &request);
    context
        .carry_out(AcceptPart {
            request: RequestRef::Id(request.id),
            terms: request.terms_hash(),
            part,
        })
        .await
}

/// Refuses the request that waits for the acting member.
///
/// # Errors
/// As [`agree`].
pub async fn refuse(context: &Context, args: RefuseArgs, answer: Answer) -> Result<(), CliError> {
    let request = find(context, &args.which, By::Answerer(answer)).await?;
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
pub async fn withdraw(context: &Context, args: AnswerArgs, answer: Answer) -> Result<(), CliError> {
    let request = find(context, &args, By::Asker(answer)).await?;
    say(context, "withdrawing", &request);
    context
        .carry_out(Withdraw {
            request: RequestRef::Id(request.id),
        })
        .await
}

async fn find(context: &Context, which: &AnswerArgs, by: By) -> Result<Request, CliError> {
    let actor = context.actor()?;
    let client = context.client()?;
    match (&which.lot, which.request) {
        (Some(lot), id) => {
            let paper = client.paper(&lot.bill).await?;
            Ok(request(&paper.body, lot, id, actor, by)?.request.clone())
        }
        (None, Some(id)) => {
            let view = client.request(&id).await?.body.request;
            if by.fits(&view.request, actor) {
                return Ok(view.request);
            }
            let found = &view.request;
            Err(CliError::input(
                "NO_REQUEST",
                format!(
                    "{}; {} asks {} for {} with request {id}",
                    by.missing(&format!("{}:{}", found.instrument, found.range), actor),
                    found.from,
                    found.to,
                    found.rule().act
                ),
                format!("see {}", shown_by(&found.instrument)),
            ))
        }
        (None, None) => Err(CliError::input(
            "USAGE",
            "neither a bill nor a request is named",
            "name a bill, a lot, or a request with --request",
        )),
    }
}

/// What is about to be signed, before it is signed.
fn say(context: &Context, doing: &str, request: &Request) {
    let terms = match terms_text(&request.terms).as_str() {
        "" => String::new(),
        some => format!(": {some}"),
    };
    context.out.note(&format!(
        "{doing} the {} of {}:{} asked by {}{terms}",
        request.rule().act,
        request.instrument,
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
