//! `allonge bill quote`: what a sale would come to, by figures alone or for a lot.

use crate::context::Context;
use crate::error::CliError;
use crate::output::{fields, range_text};
use crate::parse::{AmountArg, DayArg, LotArg, day_count};
use allonge_contracts::bills::quote::{QuoteError, quote};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::{Code, Currency, Date, DayCount, Money, Rate};
use clap::Args;
use serde::Serialize;

/// What would be sold, and how.
#[derive(Debug, Args)]
pub struct QuoteArgs {
    /// A lot of a bill, NUMBER or NUMBER:START-END: its amount, and interest to the day on which it is
    /// payable, as the node's calendar has it. Without it nothing is asked of a node
    lot: Option<LotArg>,
    /// How much is sold; of a lot, all of it where absent
    #[arg(long, required_unless_present = "lot")]
    amount: Option<AmountArg>,
    /// Its currency; of a lot, the bill's
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: Currency,
    /// The annual rate, such as 3.9%
    #[arg(long)]
    rate: Rate,
    /// How days are counted: ACT/360 or ACT/365
    #[arg(long, value_name = "RULE", default_value = "ACT/360", value_parser = day_count)]
    day_count: DayCount,
    /// Days of interest
    #[arg(long, value_name = "N", conflicts_with_all = ["lot", "from", "until"])]
    days: Option<u32>,
    /// The day of the sale; of a lot, today where absent
    #[arg(long, value_name = "DAY")]
    from: Option<DayArg>,
    /// The day to which interest is taken: a date, or a distance from the day of the sale; of a lot, the
    /// cut-off of a repo
    #[arg(long, value_name = "DAY")]
    until: Option<DayArg>,
}

/// `allonge.quote/1`.
#[derive(Serialize)]
struct Shown {
    #[serde(skip_serializing_if = "Option::is_none")]
    bill: Option<InstrumentNumber>,
    #[serde(skip_serializing_if = "Option::is_none")]
    lot: Option<LotRange>,
    amount: Money,
    rate: Rate,
    day_count: DayCount,
    #[serde(skip_serializing_if = "Option::is_none")]
    from: Option<Date>,
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<Date>,
    days: u32,
    interest: Money,
    price: Money,
}

/// Quotes.
///
/// # Errors
/// Wrong input, no price, the node's.
pub async fn run(context: &Context, args: QuoteArgs) -> Result<(), CliError> {
    let shown = match args.lot {
        Some(lot) => of_lot(context, &args, lot).await?,
        None => by_figures(&args)?,
    };
    context.out.show("allonge.quote/1", &shown, |_| {
        let lot = match (shown.bill, shown.lot) {
            (Some(bill), Some(lot)) => {
                format!("{} of {bill}", range_text(lot, shown.amount.currency))
            }
            _ => String::new(),
        };
        let days = match (shown.from, shown.until) {
            (Some(from), Some(until)) => format!("{}, from {from} to {until}", shown.days),
            _ => shown.days.to_string(),
        };
        fields(&[
            ("lot", lot),
            ("amount", shown.amount.to_string()),
            ("rate", format!("{}, {}", shown.rate, shown.day_count)),
            ("days", days),
            ("interest", shown.interest.to_string()),
            ("paid", shown.price.to_string()),
        ])
    })
}

fn by_figures(args: &QuoteArgs) -> Result<Shown, CliError> {
    let amount = match &args.amount {
        Some(amount) => amount.money(args.currency)?,
        None => return Err(no_days("no amount is given")),
    };
    let dates = match (args.days, args.from, args.until) {
        (Some(_), _, _) => None,
        (None, Some(DayArg::On(from)), Some(until)) => Some((from, until.from_day(from)?)),
        (None, Some(_), Some(_)) => return Err(no_days("--from is not a date")),
        (None, _, _) => return Err(no_days("it is not said for how many days")),
    };
    // Only the distance counts where days are named.
    let after = DayArg::Days(args.days.unwrap_or(0));
    let (from, until) = match dates {
        Some(dates) => dates,
        None => (Date::FIRST, after.from_day(Date::FIRST)?),
    };
    let quote = quote(amount, args.rate, args.day_count, from, until).map_err(no_price)?;
    Ok(Shown {
        bill: None,
        lot: None,
        amount,
        rate: args.rate,
        day_count: args.day_count,
        from: dates.map(|(from, _)| from),
        until: dates.map(|(_, until)| until),
        days: quote.days,
        interest: quote.interest,
        price: quote.price,
    })
}

async fn of_lot(context: &Context, args: &QuoteArgs, named: LotArg) -> Result<Shown, CliError> {
    let client = context.client()?;
    let from = context.day(args.from.unwrap_or(DayArg::Days(0))).await?;
    let until = args.until.map(|until| until.from_day(from)).transpose()?;
    let body = client.bill(&named.bill).await?.body;
    let lot = match (named.range, body.lots.as_slice()) {
        (Some(range), _) => range,
        (None, [one]) => one.range,
        (None, lots) => {
            return Err(CliError::input(
                "SEVERAL_LOTS",
                format!("{} has {} lots", named.bill, lots.len()),
                format!("name one, as `allonge bill show {}` lists them", named.bill),
            ));
        }
    };
    let part = match &args.amount {
        Some(amount) => Some(amount.money_in(body.bill.sum.currency)?),
        None => None,
    };
    let mut query = vec![
        ("lot", lot.to_string()),
        ("rate", args.rate.to_string()),
        ("day_count", args.day_count.to_string()),
        ("on", from.to_string()),
    ];
    query.extend(part.map(|part| ("part", part.plain())));
    query.extend(until.map(|until| ("cut_off", until.to_string())));
    let quoted = client.quote(&named.bill, &query).await?.body;
    Ok(Shown {
        bill: Some(named.bill),
        lot: Some(lot),
        amount: quoted.amount,
        rate: quoted.rate,
        day_count: quoted.day_count,
        from: Some(quoted.on),
        until: Some(quoted.until),
        days: quoted.quote.days,
        interest: quoted.quote.interest,
        price: quoted.quote.price,
    })
}

fn no_days(what: &str) -> CliError {
    CliError::input(
        "QUOTE_DAYS",
        what,
        "give --days, or --from and --until as dates, or name a lot",
    )
}

fn no_price(error: QuoteError) -> CliError {
    let (code, hint) = match error {
        QuoteError::DatesWrong { .. } => ("QUOTE_DAYS", "let --until be after --from"),
        QuoteError::RateWrong { .. } => (Code::RateWrong.name(), Code::RateWrong.hint()),
        QuoteError::PartWrong { .. } => (Code::PartTooLarge.name(), Code::PartTooLarge.hint()),
    };
    CliError::input(code, error.to_string(), hint)
}
