//! Asking for quotes, answering, taking one.

use super::seal::{Closed, new_key, open, seal, secret_of};
use crate::client::now_ms;
use crate::commands::bill::{PartArgs, Pick};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, range_text, table};
use crate::parse::{AmountArg, DayArg, day_count, duration};
use allonge_contracts::calls::{AskQuotes, CloseQuotes, GiveQuote, TakeQuote};
use allonge_contracts::receivables::{QuoteAsk, Quoted, SealedQuote};
use allonge_contracts::{DayCount, Hash, MemberId, Rate, RequestId, Text};
use clap::Args;
use serde::Serialize;
use std::time::Duration;

/// A question.
#[derive(Debug, Args)]
pub struct AskArgs {
    #[command(flatten)]
    part: PartArgs,
    /// A funder to ask (may be given up to 16 times)
    #[arg(long = "to", value_name = "MEMBER", required = true)]
    to: Vec<MemberId>,
    /// Ends at the close of this day: a date, or a distance such as 2d
    #[arg(long, value_name = "DAY")]
    until: DayArg,
}

/// An answer.
#[derive(Debug, Args)]
pub struct QuoteArgs {
    /// The question
    ask: RequestId,
    /// The annual rate, such as 3.85%
    #[arg(long)]
    rate: Rate,
    /// How days are counted: ACT/360 or ACT/365
    #[arg(long, value_name = "RULE", default_value = "ACT/360", value_parser = day_count)]
    day_count: DayCount,
    /// How much is advanced, before interest; all that is asked for where absent
    #[arg(long, value_name = "AMOUNT")]
    advance: Option<AmountArg>,
    /// The seller answers for payment
    #[arg(long)]
    recourse: bool,
    /// How long it binds, from now on: 30m, 4h, 1d of business time
    #[arg(long, value_name = "TIME", value_parser = duration)]
    valid: Duration,
}

/// What to show.
#[derive(Debug, Args)]
pub struct QuotesArgs {
    /// The question; all that the acting member asked or is asked where absent
    ask: Option<RequestId>,
}

/// A quote to take.
#[derive(Debug, Args)]
pub struct TakeArgs {
    /// The question
    ask: RequestId,
    /// Whose quote
    #[arg(long, value_name = "MEMBER")]
    funder: MemberId,
    /// The number under which the registry of movable finance has it
    #[arg(long, value_name = "NUMBER")]
    registry: Text<32>,
}

/// A question to close.
#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The question
    ask: RequestId,
}

#[derive(Serialize)]
struct Asked {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    member: MemberId,
    asks: Vec<QuoteAsk>,
}

/// A question with its answers, opened where the key is here.
#[derive(Serialize)]
struct Opened {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    ask: QuoteAsk,
    quotes: Vec<OpenedQuote>,
}

#[derive(Serialize)]
struct OpenedQuote {
    #[serde(flatten)]
    sealed: SealedQuote,
    opened: Option<Quoted>,
    closed_because: Option<&'static str>,
}

/// Asks.
///
/// # Errors
/// Wrong input, the node's, the ledger's, the home folder cannot be written.
pub async fn ask(context: &Context, args: AskArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Held).await?;
    let mut to = args.to;
    to.sort();
    let call = AskQuotes {
        certificate: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        to,
        key: new_key(&context.home()?)?,
        until: context.day(args.until).await?,
    };
    context.carry_out(call).await
}

/// Answers.
///
/// # Errors
/// No such question, wrong input, the node's, the ledger's.
pub async fn quote(context: &Context, args: QuoteArgs) -> Result<(), CliError> {
    let client = context.client()?;
    let funder = context.actor()?.clone();
    let ask = client.quote_ask(&args.ask).await?.body.ask;
    let advance = match &args.advance {
        Some(advance) => advance.money_in(ask.money.currency)?,
        None => ask.money,
    };
    let mut salt = [0u8; 32];
    getrandom::fill(&mut salt).map_err(|e| {
        CliError::input(
            "RANDOM",
            e.to_string(),
            "the system has no random bytes to give",
        )
    })?;
    let quoted = Quoted {
        rate: args.rate,
        day_count: args.day_count,
        advance,
        recourse: args.recourse,
        salt: Hash(salt),
    };
    let valid = u64::try_from(args.valid.as_millis()).unwrap_or(u64::MAX);
    let call = GiveQuote {
        ask: args.ask,
        commitment: quoted.commitment(&args.ask, &funder),
        sealed: seal(&ask.key, &quoted)?.parse().map_err(|_| {
            CliError::input("QUOTE_KEY", "the sealed quote is too long", "quote again")
        })?,
        valid_until: business_now(context).await?.saturating_add(valid),
    };
    context.out.note(&format!(
        "quoting {} {} for {} of {}:{}{}, sealed to {}",
        quoted.rate,
        quoted.day_count,
        quoted.advance,
        ask.certificate,
        ask.lot,
        if quoted.recourse {
            ", with recourse"
        } else {
            ""
        },
        ask.asker
    ));
    context.carry_out(call).await
}

/// The moment of business time: of this machine or of the last block, whichever is later, at the ledger's offset.
async fn business_now(context: &Context) -> Result<u64, CliError> {
    let client = context.client()?;
    let status = client.status().await?.body;
    let offset = client.genesis().await?.rules.utc_offset_minutes;
    let now = now_ms().max(status.time_ms);
    let moment = allonge_contracts::clock::Moment::at(now, status.clock.offset_ms, offset);
    Ok(moment.ms)
}

/// Shows questions, or one with its answers.
///
/// # Errors
/// The node's, a key file that cannot be read.
pub async fn show(context: &Context, args: QuotesArgs) -> Result<(), CliError> {
    match args.ask {
        Some(id) => show_one(context, &id).await,
        None => show_all(context).await,
    }
}

async fn show_all(context: &Context) -> Result<(), CliError> {
    let client = context.client()?;
    let member = context.actor()?.clone();
    let first = client.quote_asks(&member, None).await?;
    let mut list = Asked {
        height: first.height,
        member,
        asks: first.body.asks,
    };
    let mut next = first.body.next;
    while let Some(cursor) = next.take() {
        let page = client.quote_asks(&list.member, Some(&cursor)).await?.body;
        list.asks.extend(page.asks);
        next = page.next;
    }
    context.out.show("allonge.quote_asks/1", &list, |_| {
        if list.asks.is_empty() {
            return format!("{} asks for no quote and is asked for none\n", list.member);
        }
        let rows = list.asks.iter().map(|ask| {
            vec![
                ask.id.to_string(),
                ask.certificate.to_string(),
                range_text(ask.lot, ask.money.currency),
                ask.money.to_string(),
                ask.asker.to_string(),
                ask.until.to_string(),
            ]
        });
        let columns = [
            Column::Left("QUESTION"),
            Column::Left("CERTIFICATE"),
            Column::Left("LOT"),
            Column::Right("FOR"),
            Column::Left("ASKS"),
            Column::Left("UNTIL"),
        ];
        table(&columns, rows.collect())
    })
}

async fn show_one(context: &Context, id: &RequestId) -> Result<(), CliError> {
    let found = context.client()?.quote_ask(id).await?;
    let ask = found.body.ask;
    let secret = secret_of(&context.home()?, &ask.key)?;
    let quotes = found
        .body
        .quotes
        .into_iter()
        .map(|sealed| {
            let opened = secret.as_ref().map(|secret| open(secret, id, &sealed));
            let (opened, closed_because) = match opened {
                Some(Ok(quoted)) => (Some(quoted), None),
                Some(Err(why)) => (None, Some(words(why))),
                None => (None, Some("sealed to another")),
            };
            OpenedQuote {
                sealed,
                opened,
                closed_because,
            }
        })
        .collect();
    let shown = Opened {
        height: found.height,
        ask,
        quotes,
    };
    context.out.show("allonge.quotes/1", &shown, |_| {
        let ask = &shown.ask;
        let mut text = format!(
            "{} asks for {} of {}:{} until {}\n",
            ask.asker, ask.money, ask.certificate, ask.lot, ask.until
        );
        if shown.quotes.is_empty() {
            text.push_str("nobody has answered\n");
            return text;
        }
        let rows = shown.quotes.iter().map(|quote| {
            let said = match (&quote.opened, quote.closed_because) {
                (Some(quoted), _) => [
                    quoted.rate.to_string(),
                    quoted.day_count.to_string(),
                    quoted.advance.to_string(),
                    if quoted.recourse { "with" } else { "without" }.to_owned(),
                ],
                (None, why) => {
                    let none = String::new;
                    [why.unwrap_or_default().to_owned(), none(), none(), none()]
                }
            };
            let mut row = vec![quote.sealed.funder.to_string()];
            row.extend(said);
            row
        });
        let columns = [
            Column::Left("FUNDER"),
            Column::Left("RATE"),
            Column::Left("DAYS"),
            Column::Right("ADVANCE"),
            Column::Left("RECOURSE"),
        ];
        text.push_str(&table(&columns, rows.collect()));
        text
    })
}

const fn words(why: Closed) -> &'static str {
    match why {
        Closed::NotForThisKey => "not sealed to this key",
        Closed::Unreadable => "no quote inside",
        Closed::NotAsCommitted => "other than committed to",
    }
}

/// Takes a quote.
///
/// # Errors
/// No such question or answer, it cannot be opened here, the node's, the ledger's.
pub async fn take(context: &Context, args: TakeArgs) -> Result<(), CliError> {
    let found = context.client()?.quote_ask(&args.ask).await?.body;
    let next = format!(
        "see the answers with `allonge receivable quotes {}`",
        args.ask
    );
    let sealed = found
        .quotes
        .iter()
        .find(|quote| quote.funder == args.funder)
        .ok_or_else(|| {
            CliError::input(
                "NO_QUOTE",
                format!("{} has not answered {}", args.funder, args.ask),
                next.clone(),
            )
        })?;
    let secret = secret_of(&context.home()?, &found.ask.key)?.ok_or_else(|| {
        CliError::input(
            "QUOTE_KEY",
            format!(
                "the key that opens answers to {} is not in this home",
                args.ask
            ),
            "take the quote where it was asked for, or name that folder with --home",
        )
    })?;
    let opened = open(&secret, &args.ask, sealed).map_err(|why| {
        CliError::input(
            "QUOTE_CLOSED",
            format!(
                "the answer of {} cannot be used: {}",
                args.funder,
                words(why)
            ),
            next,
        )
    })?;
    context.out.note(&format!(
        "taking {} {} for {} from {}",
        opened.rate, opened.day_count, opened.advance, args.funder
    ));
    let call = TakeQuote {
        ask: args.ask,
        funder: args.funder,
        opened,
        registry: args.registry,
    };
    context.carry_out(call).await
}

/// Closes a question.
///
/// # Errors
/// The node's, the ledger's.
pub async fn close(context: &Context, args: CloseArgs) -> Result<(), CliError> {
    context.carry_out(CloseQuotes { ask: args.ask }).await
}
