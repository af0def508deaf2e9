//! Selling a lot: discount, among banks, to the central bank; and buying back under repo.

use super::select::{AnswerBy, PartArgs, Pays, Pick};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{DayArg, day_count};
use allonge_contracts::bills::{Market, RepoDates};
use allonge_contracts::calls::{RequestDiscount, RequestRedemption};
use allonge_contracts::{DayCount, Hash, MemberId, Rate, Text};
use clap::Args;

/// What every sale says.
#[derive(Debug, Args)]
pub struct SaleArgs {
    #[command(flatten)]
    part: PartArgs,
    /// The buyer
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// The annual rate, such as 3.9%
    #[arg(long)]
    rate: Rate,
    /// How days are counted: ACT/360 or ACT/365
    #[arg(long, value_name = "RULE", default_value = "ACT/360", value_parser = day_count)]
    day_count: DayCount,
    #[command(flatten)]
    repo: RepoArgs,
    #[command(flatten)]
    pays: Pays,
    /// The SHA-256 of a contract or invoice between seller and the one before it (may be given several
    /// times)
    #[arg(long = "paper", value_name = "HASH")]
    papers: Vec<Hash>,
    /// What for; must be the lot's purpose where one is set
    #[arg(long, default_value = "")]
    purpose: Text<64>,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// When the seller may buy back.
#[derive(Clone, Copy, Debug, Args)]
pub struct RepoArgs {
    /// Under repo: the first day on which it may be bought back
    #[arg(long, value_name = "DAY", requires = "repo_until")]
    repo_open: Option<DayArg>,
    /// Under repo: the last day, before maturity; interest is taken to this day
    #[arg(long, value_name = "DAY", requires = "repo_open")]
    repo_until: Option<DayArg>,
}

/// Discount.
#[derive(Debug, Args)]
pub struct DiscountArgs {
    #[command(flatten)]
    sale: SaleArgs,
    /// On which market: discount, interbank or rediscount
    #[arg(long, default_value = "discount", value_parser = market)]
    market: Market,
    /// The seller is not liable to later holders; among banks only
    #[arg(long)]
    without_liability: bool,
}

/// Sale among banks.
#[derive(Debug, Args)]
pub struct InterbankArgs {
    #[command(flatten)]
    sale: SaleArgs,
    /// The seller is not liable to later holders
    #[arg(long)]
    without_liability: bool,
}

/// Redemption.
#[derive(Debug, Args)]
pub struct RedeemArgs {
    #[command(flatten)]
    part: PartArgs,
    #[command(flatten)]
    pays: Pays,
    #[command(flatten)]
    answer_by: AnswerBy,
}

impl RepoArgs {
    /// The days, where a repo is meant.
    ///
    /// # Errors
    /// The node's, or a day after 9999-12-31.
    pub async fn dates(self, context: &Context) -> Result<Option<RepoDates>, CliError> {
        match (self.repo_open, self.repo_until) {
            (Some(open), Some(until)) => Ok(Some(RepoDates {
                open_from: context.day(open).await?,
                cut_off: context.day(until).await?,
            })),
            _ => Ok(None),
        }
    }
}

/// Asks a bank to discount, or to buy on the market that is named.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn discount(context: &Context, args: DiscountArgs) -> Result<(), CliError> {
    sell(context, args.sale, args.market, args.without_liability).await
}

/// Asks a bank to buy a discounted lot.
///
/// # Errors
/// As [`discount`].
pub async fn interbank(context: &Context, args: InterbankArgs) -> Result<(), CliError> {
    sell(
        context,
        args.sale,
        Market::Interbank,
        args.without_liability,
    )
    .await
}

/// Asks the central bank to buy a discounted lot.
///
/// # Errors
/// As [`discount`].
pub async fn rediscount(context: &Context, sale: SaleArgs) -> Result<(), CliError> {
    sell(context, sale, Market::Rediscount, false).await
}

async fn sell(
    context: &Context,
    sale: SaleArgs,
    market: Market,
    without_liability: bool,
) -> Result<(), CliError> {
    let chosen = sale.part.choose(context, Pick::Held).await?;
    let call = RequestDiscount {
        bill: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        to: sale.to,
        market,
        rate: sale.rate,
        day_count: sale.day_count,
        repo: sale.repo.dates(context).await?,
        settlement: sale.pays.settlement(),
        without_liability,
        papers: sale.papers,
        purpose: sale.purpose,
        answer_by: sale.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks the seller under repo to buy back.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn redeem(context: &Context, args: RedeemArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::UnderRepo).await?;
    let call = RequestRedemption {
        bill: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        settlement: args.pays.settlement(),
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

fn market(word: &str) -> Result<Market, String> {
    Market::from_word(word).ok_or_else(|| {
        let all: Vec<&str> = Market::ALL.iter().map(|market| market.as_str()).collect();
        format!("there is no such market; there are {}", all.join(", "))
    })
}
