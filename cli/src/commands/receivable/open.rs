//! Opening a certificate, and what is asked until the payee has signed.

use crate::commands::bill::AnswerBy;
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{AmountArg, DayArg, ParseError};
use allonge_contracts::calls::{
    CallIndex, CancelCertificate, InstrumentRef, OpenCertificate, RequestConfirmation,
    RequestSignature,
};
use allonge_contracts::instruments::InstrumentNumber;
use allonge_contracts::trade::Backing;
use allonge_contracts::{Call, Currency, Hash, MemberId, Money, RequestId, Text};
use clap::Args;
use std::str::FromStr;

/// An invoice, and how much is drawn on it: `COMMITMENT=AMOUNT`, or `COMMITMENT` for the whole sum.
#[derive(Clone, Debug)]
pub struct BackingArg {
    paper: Hash,
    amount: Option<AmountArg>,
}

impl FromStr for BackingArg {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (paper, amount) = match text.split_once('=') {
            Some((paper, amount)) => (paper, Some(amount)),
            None => (text, None),
        };
        let paper = paper.parse().map_err(|e| {
            ParseError(format!(
                "{e}; an invoice is named by its commitment: COMMITMENT=AMOUNT"
            ))
        })?;
        let amount = amount
            .map(str::parse)
            .transpose()
            .map_err(|e: allonge_contracts::MoneyError| ParseError(e.to_string()))?;
        Ok(BackingArg { paper, amount })
    }
}

impl BackingArg {
    /// As a call says it.
    ///
    /// # Errors
    /// An amount of another currency than the sum.
    pub fn of(&self, sum: Money) -> Result<Backing, ParseError> {
        let money = match &self.amount {
            Some(amount) => amount.money_in(sum.currency)?,
            None => sum,
        };
        Ok(Backing {
            paper: self.paper,
            money,
        })
    }
}

/// A new certificate.
#[derive(Debug, Args)]
pub struct OpenArgs {
    /// The credit line that it uses
    #[arg(long, value_name = "LINE")]
    line: RequestId,
    /// The supplier, who is asked to sign
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// The sum: 1000000 or 1,000,000.00
    #[arg(long)]
    amount: AmountArg,
    /// Its currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// The day on which it falls due: a date, or a distance such as 90d or 6m
    #[arg(long, value_name = "DAY")]
    due: DayArg,
    /// An invoice from the payee, and how much is drawn on it: COMMITMENT=AMOUNT (may be given several times)
    #[arg(long = "backing", value_name = "COMMITMENT=AMOUNT")]
    backing: Vec<BackingArg>,
    /// May not be split
    #[arg(long)]
    unsplittable: bool,
    /// Later transfers take effect without the receiver's signature
    #[arg(long)]
    notice_only: bool,
    /// The deepest tier that it may reach; the ledger's own limit where absent
    #[arg(long, value_name = "TIER")]
    max_tier: Option<u16>,
    /// Why the term is long; needed above six months
    #[arg(long, default_value = "")]
    reason: Text<256>,
    /// Ask this bank to confirm a long term, instead of asking for the payee's signature at once
    #[arg(long, value_name = "BANK")]
    confirm_by: Option<MemberId>,
    /// Open it only; nobody is asked yet
    #[arg(long, conflicts_with = "confirm_by")]
    open_only: bool,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// A certificate as a whole.
#[derive(Debug, Args)]
pub struct WholeArgs {
    /// The certificate
    number: InstrumentNumber,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Who is asked to confirm.
#[derive(Debug, Args)]
pub struct ConfirmArgs {
    /// The certificate
    number: InstrumentNumber,
    /// The bank
    #[arg(long, value_name = "BANK")]
    to: MemberId,
    #[command(flatten)]
    answer_by: AnswerBy,
}

/// Opens it, and asks for what comes next.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: OpenArgs) -> Result<(), CliError> {
    let sum = args.amount.money(args.currency)?;
    let backing = args
        .backing
        .iter()
        .map(|one| one.of(sum))
        .collect::<Result<_, _>>()?;
    let mut calls: Vec<Call> = vec![
        OpenCertificate {
            line: args.line,
            payee: args.to,
            sum,
            due: context.day(args.due).await?,
            splittable: !args.unsplittable,
            notice_only: args.notice_only,
            max_tier: args.max_tier,
            term_reason: args.reason,
            backing,
        }
        .into(),
    ];
    let certificate = InstrumentRef::Call(CallIndex { call: 0 });
    let answer_by = args.answer_by.day(context).await?;
    let asks = !args.open_only;
    match args.confirm_by {
        Some(to) => calls.push(
            RequestConfirmation {
                certificate,
                to,
                answer_by,
            }
            .into(),
        ),
        None if asks => calls.push(
            RequestSignature {
                certificate,
                answer_by,
            }
            .into(),
        ),
        None => {}
    }
    let acted = context.act(calls, Text::empty()).await?;
    if let Some(number) = acted.certificate().filter(|_| asks) {
        context.out.note(&format!(
            "whoever is asked answers with: allonge receivable sign {number}"
        ));
    }
    acted.finish(&context.out)
}

/// Asks a bank to confirm.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn ask_confirmation(context: &Context, args: ConfirmArgs) -> Result<(), CliError> {
    let call = RequestConfirmation {
        certificate: InstrumentRef::Number(args.number),
        to: args.to,
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Asks the payee to sign.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn ask_signature(context: &Context, args: WholeArgs) -> Result<(), CliError> {
    let call = RequestSignature {
        certificate: InstrumentRef::Number(args.number),
        answer_by: args.answer_by.day(context).await?,
    };
    context.carry_out(call).await
}

/// Takes it back.
///
/// # Errors
/// The node's, the ledger's.
pub async fn cancel(context: &Context, number: InstrumentNumber) -> Result<(), CliError> {
    let certificate = InstrumentRef::Number(number);
    context.carry_out(CancelCertificate { certificate }).await
}
