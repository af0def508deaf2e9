//! `allonge bill issue`: drawing a bill, on an invoice if there is one.

use super::limits::LimitArgs;
use crate::commands::receivable::BackingArg;
use crate::context::Context;
use crate::error::CliError;
use crate::invoice::{Invoice, InvoiceFileError, MAX_BYTES, read_invoice};
use crate::parse::{AmountArg, DayArg};
use allonge_contracts::bills::{BillKind, Profile};
use allonge_contracts::calls::{CallIndex, InstrumentRef, Register, RequestAcceptance};
use allonge_contracts::{Call, Currency, Hash, MemberId, Money, Text};
use clap::Args;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// A bill to be drawn.
#[derive(Debug, Args)]
pub struct IssueArgs {
    /// Who accepts: bank, commercial or finance-company
    #[arg(long, default_value = "bank", value_parser = kind)]
    kind: BillKind,
    /// The drawee, who is asked to accept
    #[arg(long, value_name = "MEMBER")]
    acceptor: MemberId,
    /// To whom it is payable
    #[arg(long, value_name = "MEMBER")]
    payee: MemberId,
    /// The sum: 1000000 or 1,000,000.00; the invoice's amount due where absent
    #[arg(long, required_unless_present = "invoice")]
    amount: Option<AmountArg>,
    /// Its currency; the invoice's where one is given, else CNY
    #[arg(long, value_name = "CODE")]
    currency: Option<Currency>,
    /// The maturity: a date, or a distance from today such as 90d or 6m; the invoice's due date where
    /// absent
    #[arg(long, value_name = "DAY", required_unless_present = "invoice")]
    maturity: Option<DayArg>,
    /// An invoice, UBL 2.1 or CII: gives amount, currency and due date, and its SHA-256 goes on the
    /// bill
    #[arg(long, value_name = "FILE")]
    invoice: Option<PathBuf>,
    /// The SHA-256 of another contract or document behind the bill (may be given several times)
    #[arg(long = "paper", visible_alias = "background", value_name = "HASH")]
    papers: Vec<Hash>,
    /// The law that it is under: prc or geneva
    #[arg(long, default_value = "prc", value_parser = profile)]
    profile: Profile,
    /// The package may not be split
    #[arg(long, visible_alias = "not-splittable")]
    unsplittable: bool,
    /// Mark it not transferable
    #[arg(long)]
    not_transferable: bool,
    /// Register it without asking for acceptance
    #[arg(long, conflicts_with = "answer_by")]
    register_only: bool,
    /// The request for acceptance lapses at the close of this day
    #[arg(long, value_name = "DAY")]
    answer_by: Option<DayArg>,
    /// An invoice on record from the drawer or payee, and how much is drawn on it: COMMITMENT=AMOUNT (may be given
    /// several times)
    #[arg(long = "backing", value_name = "COMMITMENT=AMOUNT")]
    backing: Vec<BackingArg>,
    #[command(flatten)]
    limits: LimitArgs,
}

/// Registers the bill and asks for acceptance.
///
/// # Errors
/// Wrong input, an invoice that cannot be used, the node's, the ledger's.
pub async fn run(context: &Context, args: IssueArgs) -> Result<(), CliError> {
    let invoice = args
        .invoice
        .as_deref()
        .map(|file| read(&context.file(file)))
        .transpose()?;
    let sum = sum(&args, invoice.as_ref().map(|(invoice, _)| invoice))?;
    let maturity = match (args.maturity, &invoice) {
        (Some(day), _) => context.day(day).await?,
        (None, Some((invoice, _))) => invoice
            .document
            .due_date
            .ok_or_else(|| no_maturity(&args))?,
        (None, None) => return Err(no_maturity(&args)),
    };
    let limits = args.limits.over(context, None).await?;
    let backing = args
        .backing
        .iter()
        .map(|one| one.of(sum))
        .collect::<Result<_, _>>()?;
    let mut trade_background = args.papers;
    trade_background.extend(invoice.as_ref().map(|(_, hash)| *hash));
    if let Some((invoice, hash)) = &invoice {
        context.out.note(&format!(
            "invoice {} of {} from {} to {}: {} (SHA-256 {hash})",
            invoice.document.number,
            invoice.document.issue_date,
            invoice.document.seller.name,
            invoice.document.buyer.name,
            invoice.owed
        ));
    }
    let mut calls: Vec<Call> = vec![
        Register {
            profile: args.profile,
            limits,
            kind: args.kind,
            acceptor: args.acceptor,
            payee: args.payee,
            sum,
            maturity,
            issue_date: None,
            splittable: !args.unsplittable,
            not_transferable: args.not_transferable,
            trade_background,
            backing,
        }
        .into(),
    ];
    if !args.register_only {
        let answer_by = context.day_if_given(args.answer_by).await?;
        calls.push(
            RequestAcceptance {
                bill: InstrumentRef::Call(CallIndex { call: 0 }),
                answer_by,
            }
            .into(),
        );
    }
    let acted = context.act(calls, Text::empty()).await?;
    if let Some(number) = acted.bill().filter(|_| !args.register_only) {
        context.out.note(&format!(
            "the drawee answers with: allonge bill accept {number}"
        ));
    }
    acted.finish(&context.out)
}

fn sum(args: &IssueArgs, invoice: Option<&Invoice>) -> Result<Money, CliError> {
    let invoiced = invoice.map(|invoice| invoice.owed);
    let default = match (args.currency, invoiced) {
        (Some(currency), Some(money)) if currency != money.currency => {
            return Err(CliError::input(
                "CURRENCY",
                format!(
                    "--currency is {currency}, but the invoice is in {}",
                    money.currency
                ),
                "leave --currency out, or draw the bill without the invoice",
            ));
        }
        (Some(currency), _) => currency,
        (None, Some(money)) => money.currency,
        (None, None) => "CNY".parse()?,
    };
    match (&args.amount, invoiced) {
        (Some(amount), _) => Ok(amount.money(default)?),
        (None, Some(money)) => Ok(money),
        (None, None) => Err(CliError::input(
            "AMOUNT",
            "no sum is given",
            "give --amount or --invoice",
        )),
    }
}

fn no_maturity(args: &IssueArgs) -> CliError {
    let file = args
        .invoice
        .as_deref()
        .map(|file| format!("{} has no due date, and ", file.display()))
        .unwrap_or_default();
    CliError::input(
        "MATURITY",
        format!("{file}no maturity is given"),
        "give --maturity, such as 90d or 2027-04-07",
    )
}

/// Reads an invoice, and the SHA-256 of the very bytes that were read.
fn read(file: &Path) -> Result<(Invoice, Hash), CliError> {
    let unreadable = |source| InvoiceFileError::Unreadable {
        file: file.to_owned(),
        source,
    };
    let most = u64::try_from(MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    File::open(file)
        .map_err(unreadable)?
        .take(most)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    let invoice = read_invoice(&bytes).map_err(|source| InvoiceFileError::Invoice {
        file: file.to_owned(),
        source: Box::new(source),
    })?;
    Ok((invoice, Hash(Sha256::digest(&bytes).into())))
}

fn kind(word: &str) -> Result<BillKind, String> {
    BillKind::from_word(word).ok_or_else(|| {
        "there is no such kind; there are bank, commercial, finance-company".to_owned()
    })
}

fn profile(word: &str) -> Result<Profile, String> {
    Profile::from_word(word)
        .ok_or_else(|| "there is no such profile; there are prc, geneva".to_owned())
}
