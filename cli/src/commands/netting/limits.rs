//! `allonge netting limits`: what is set stays where nothing else is said, although the call replaces all of it.

use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, ParseError};
use allonge_contracts::calls::{BilateralLimit, SetLimits};
use allonge_contracts::netting::Queued;
use allonge_contracts::{Currency, MemberId, Money};
use clap::{ArgGroup, Args};
use std::collections::BTreeMap;
use std::str::FromStr;

/// What is to be set.
#[derive(Debug, Args)]
#[command(group = ArgGroup::new("limit").required(true).multiple(true)
    .args(["multilateral", "bilateral", "reserve", "clear"]))]
pub struct LimitsArgs {
    /// The currency of the limits
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// The most that one cycle may cost in all, net; none where `none`
    #[arg(long, value_name = "AMOUNT")]
    multilateral: Option<Limit>,
    /// The most that one cycle may cost toward one member, net; none where `none` (may be given several
    /// times)
    #[arg(long, value_name = "MEMBER=AMOUNT")]
    bilateral: Vec<Toward>,
    /// Available cash that only obligations of priority 0 may use; nothing where `none`
    #[arg(long, value_name = "AMOUNT")]
    reserve: Option<Limit>,
    /// Take away whatever was set before and is not named here; it stays otherwise
    #[arg(long)]
    clear: bool,
}

/// An amount, or `none`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Limit(Option<AmountArg>);

impl FromStr for Limit {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        match text {
            "none" => Ok(Limit(None)),
            _ => match text.parse() {
                Ok(amount) => Ok(Limit(Some(amount))),
                Err(error) => Err(ParseError(format!("{error}; or write `none`"))),
            },
        }
    }
}

impl Limit {
    fn money(&self, currency: Currency) -> Result<Option<Money>, CliError> {
        match &self.0 {
            None => Ok(None),
            Some(amount) => match amount.money(currency)? {
                money if money.currency == currency => Ok(Some(money)),
                money => Err(CliError::input(
                    "CURRENCY",
                    format!("the limit {money} is not in {currency}"),
                    "set the limits of each currency by themselves, with --currency",
                )),
            },
        }
    }
}

/// A limit toward a member.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Toward {
    member: MemberId,
    limit: Limit,
}

impl FromStr for Toward {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (member, limit) = text.split_once('=').ok_or_else(|| {
            let shown: String = text.chars().take(80).collect();
            ParseError(format!(
                "`{shown}` is no limit toward a member: write it like bob=200,000.00 or bob=none"
            ))
        })?;
        Ok(Toward {
            member: member
                .parse()
                .map_err(|e: allonge_contracts::MemberIdError| ParseError(e.to_string()))?,
            limit: limit.parse()?,
        })
    }
}

/// The call that sets them.
///
/// # Errors
/// An amount of another currency, a member twice, the node's.
pub async fn call(context: &Context, args: LimitsArgs) -> Result<SetLimits, CliError> {
    let currency = args.currency;
    let before = match args.clear {
        true => Queued::default(),
        false => {
            let actor = context.actor()?;
            context.client()?.queue(actor, currency).await?.body.limits
        }
    };
    let over = |given: Option<Limit>, before: Option<Money>| match given {
        Some(limit) => limit.money(currency),
        None => Ok(before),
    };
    let mut bilateral: BTreeMap<MemberId, Money> = before
        .bilateral
        .into_iter()
        .map(|one| (one.member, one.limit))
        .collect();
    let mut named = Vec::new();
    for Toward { member, limit } in args.bilateral {
        if named.contains(&member) {
            return Err(CliError::input(
                "LIMIT_TWICE",
                format!("the limit toward {member} is given twice"),
                "remove one of them",
            ));
        }
        match limit.money(currency)? {
            Some(money) => bilateral.insert(member.clone(), money),
            None => bilateral.remove(&member),
        };
        named.push(member);
    }
    Ok(SetLimits {
        currency,
        multilateral: over(args.multilateral, before.multilateral)?,
        bilateral: bilateral
            .into_iter()
            .map(|(member, limit)| BilateralLimit { member, limit })
            .collect(),
        reserve: over(args.reserve, before.reserve)?,
    })
}
