//! `allonge cash`: digital cash.

use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, table};
use crate::parse::{AmountArg, DayArg};
use allonge_contracts::calls::{Mint, PlaceHold, Redeem, ReleaseHold, Transfer};
use allonge_contracts::{Call, Currency, MemberId, RequestId, Text};
use clap::{Args, Subcommand};

/// Arguments of `cash`.
#[derive(Debug, Args)]
pub struct CashArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Issue cash to a member (the currency's authority acts)
    #[command(after_help = "Example:\n  allonge cash mint bank-a 1,000,000.00 --as central-bank")]
    Mint {
        /// Who receives it
        to: MemberId,
        #[command(flatten)]
        amount: Amount,
        /// The issuer's reference
        #[arg(long, default_value = "")]
        reference: Text<64>,
    },
    /// Pay another member; final in its block
    #[command(
        visible_alias = "transfer",
        after_help = "Example:\n  allonge cash send bob 12,500.00 --for \"invoice 118\" --as acme"
    )]
    Send {
        /// Who receives it
        to: MemberId,
        #[command(flatten)]
        amount: Amount,
        /// What for
        #[arg(long = "for", value_name = "PURPOSE", default_value = "")]
        purpose: Text<64>,
        /// The payer's reference
        #[arg(long, default_value = "")]
        reference: Text<64>,
    },
    /// Show balances and holds
    #[command(after_help = "Example:\n  allonge cash balance acme")]
    Balance {
        /// Whose; the acting member's where absent
        member: Option<MemberId>,
    },
    /// Take cash out of circulation (the currency's authority acts, with cash of its own)
    #[command(after_help = "Example:\n  allonge cash redeem 500,000 --as central-bank")]
    Redeem {
        #[command(flatten)]
        amount: Amount,
        /// The issuer's reference
        #[arg(long, default_value = "")]
        reference: Text<64>,
    },
    /// Set cash aside
    #[command(
        after_help = "Example:\n  allonge cash hold 10,000.00 --until 30d --releaser bob --as acme"
    )]
    Hold {
        #[command(flatten)]
        amount: Amount,
        /// The hold ends by itself at the close of this day: a date, or a distance such as 30d
        #[arg(long, value_name = "DAY")]
        until: DayArg,
        /// Who may release it; the owner where absent
        #[arg(long, value_name = "MEMBER")]
        releaser: Option<MemberId>,
        /// The owner's reference
        #[arg(long, default_value = "")]
        reference: Text<64>,
    },
    /// End a hold
    #[command(
        after_help = "Example:\n  allonge cash release 0f3c5a7e9b1d2f4a6c8e0a1b3d5f7091 --as bob"
    )]
    Release {
        /// The hold's id, as `cash balance` and the transaction that placed it show it
        hold: RequestId,
    },
}

/// An amount and its currency.
#[derive(Debug, Args)]
struct Amount {
    /// How much: 1000000 or 1,000,000.00
    amount: AmountArg,
    /// Its currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
}

impl Amount {
    fn money(&self) -> Result<allonge_contracts::Money, CliError> {
        Ok(self.amount.money(self.currency)?)
    }
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: CashArgs) -> Result<(), CliError> {
    let call: Call = match args.verb {
        Verb::Balance { member } => return balance(context, member).await,
        Verb::Mint {
            to,
            amount,
            reference,
        } => Mint {
            to,
            money: amount.money()?,
            reference,
        }
        .into(),
        Verb::Send {
            to,
            amount,
            purpose,
            reference,
        } => Transfer {
            to,
            money: amount.money()?,
            purpose,
            reference,
        }
        .into(),
        Verb::Redeem { amount, reference } => Redeem {
            money: amount.money()?,
            reference,
        }
        .into(),
        Verb::Hold {
            amount,
            until,
            releaser,
            reference,
        } => PlaceHold {
            money: amount.money()?,
            releaser,
            until: context.day(until).await?,
            reference,
        }
        .into(),
        Verb::Release { hold } => ReleaseHold { hold }.into(),
    };
    context.carry_out(call).await
}

async fn balance(context: &Context, member: Option<MemberId>) -> Result<(), CliError> {
    let member = match member {
        Some(member) => member,
        None => context.actor()?.clone(),
    };
    let cash = context.client()?.cash(&member).await?;
    context.out.show("allonge.cash/1", &cash, |_| {
        let body = &cash.body;
        if body.balances.is_empty() {
            return format!("{member} has no cash\n");
        }
        let rows = body.balances.iter().map(|balance| {
            vec![
                balance.currency.to_string(),
                balance.available.grouped(),
                balance.held.grouped(),
                balance.frozen.grouped(),
                balance.total.grouped(),
            ]
        });
        let columns = [
            Column::Left("CURRENCY"),
            Column::Right("AVAILABLE"),
            Column::Right("HELD"),
            Column::Right("FROZEN"),
            Column::Right("TOTAL"),
        ];
        let mut text = table(&columns, rows.collect());
        if !body.holds.is_empty() {
            let rows = body.holds.iter().map(|hold| {
                vec![
                    hold.id.to_string(),
                    hold.money.to_string(),
                    hold.releaser.to_string(),
                    hold.until.to_string(),
                ]
            });
            let columns = [
                Column::Left("HOLD"),
                Column::Right("AMOUNT"),
                Column::Left("RELEASER"),
                Column::Left("UNTIL"),
            ];
            text.push('\n');
            text.push_str(&table(&columns, rows.collect()));
        }
        text
    })
}
