//! `allonge trade import`: an invoice or a credit note from its file onto the record, by its commitment alone.

use super::key::{KeyArgs, legal_id_of, note_number};
use super::read::text;
use crate::client::NodeClient;
use crate::context::Context;
use crate::error::CliError;
use crate::invoice::{
    CommitmentError, Committed, DocumentKind, Effect, InvoiceKey, Party, TradeDocument, read_file,
    same_legal_id,
};
use crate::output::Style;
use allonge_contracts::calls::RecordPaper;
use allonge_contracts::members::Member;
use allonge_contracts::trade::PaperBody;
use allonge_contracts::{Date, Hash, MemberId, Money};
use clap::Args;
use serde::Serialize;
use std::path::PathBuf;

/// What is imported.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The document: UBL 2.1 or UN/CEFACT CII
    file: PathBuf,
    /// Read it and say what it is; nothing is sent, and no node is asked
    #[arg(long)]
    dry_run: bool,
    /// Who sold; the member with the seller's legal identifier where absent
    #[arg(long, value_name = "MEMBER")]
    seller: Option<MemberId>,
    /// Who bought; the member with the buyer's legal identifier where absent
    #[arg(long, value_name = "MEMBER")]
    buyer: Option<MemberId>,
    /// Of a credit note, the commitment of the invoice that it lowers; the one on record that it names where
    /// absent
    #[arg(long, value_name = "HASH")]
    invoice: Option<Hash>,
    #[command(flatten)]
    key: KeyArgs,
}

/// `allonge.invoice/1`: what was read.
#[derive(Serialize)]
struct Read<'a> {
    document: &'a TradeDocument,
    #[serde(flatten)]
    effect: Effect,
    /// Where the key is at hand and something is to be paid.
    #[serde(skip_serializing_if = "Option::is_none")]
    commitment: Option<Hash>,
}

/// Reads the document, says what it is, and puts it on record.
///
/// # Errors
/// A document that cannot be used, wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: ImportArgs) -> Result<(), CliError> {
    let document = read_file(&context.file(&args.file))?;
    note_number(context, &document.number, document.issue_date);
    if args.dry_run {
        return dry_run(context, &args, &document);
    }
    context.out.note(&text(&document, Style::plain()));
    let money = match document.effect() {
        Effect::Backs { money } | Effect::Lowers { money } => money,
        Effect::Nothing { .. } => return Err(CommitmentError::NotPositive.into()),
    };
    let actor = context.actor()?.clone();
    let client = context.client()?;
    let key = args.key.read(context)?;
    let (seller, buyer) = parties(&client, &args, &document).await?;
    if actor != seller {
        context.out.note(&format!(
            "warning: {actor} is not the seller {seller}, who alone can record it"
        ));
    }
    let legal_id = match document.seller.legal_identifier() {
        Some(id) => id.value.clone(),
        None => legal_id_of(context, &seller).await?,
    };
    let commitment = document.commitment_of(key.as_bytes(), &legal_id)?;
    let (value, date) = (money, document.issue_date);
    let paper = match document.kind {
        DocumentKind::Invoice => PaperBody::Invoice {
            commitment,
            seller,
            buyer,
            value,
            date,
        },
        DocumentKind::CreditNote => {
            let invoice = match args.invoice {
                Some(invoice) => invoice,
                None => lowered(&client, &document, &seller, &legal_id, &key).await?,
            };
            context
                .out
                .note(&format!("the invoice that it lowers: {invoice}"));
            PaperBody::CreditNote {
                commitment,
                invoice,
                value,
                date,
            }
        }
    };
    context.out.note(&format!("commitment: {commitment}"));
    context.carry_out(RecordPaper { paper }).await
}

fn dry_run(context: &Context, args: &ImportArgs, document: &TradeDocument) -> Result<(), CliError> {
    let key = match args.key.read(context) {
        Ok(key) => Some(key),
        Err(error) if args.key.is_named() => return Err(error),
        // Reading needs no key.
        Err(_) => None,
    };
    let read = Read {
        document,
        effect: document.effect(),
        commitment: key.and_then(|key| document.commitment(key.as_bytes()).ok()),
    };
    context.out.show("allonge.invoice/1", &read, |style| {
        let mut shown = text(document, style);
        if let Some(commitment) = &read.commitment {
            shown.push_str(&format!("\ncommitment {commitment}\n"));
        }
        shown
    })
}

/// Who sold and who bought, as members.
async fn parties(
    client: &NodeClient,
    args: &ImportArgs,
    document: &TradeDocument,
) -> Result<(MemberId, MemberId), CliError> {
    if let (Some(seller), Some(buyer)) = (&args.seller, &args.buyer) {
        return Ok((seller.clone(), buyer.clone()));
    }
    let members = client.all_members().await?;
    let of = |named: &Option<MemberId>, side: &str, party: &Party| match named {
        Some(member) => Ok(member.clone()),
        None => member_of(&members, side, party),
    };
    Ok((
        of(&args.seller, "seller", &document.seller)?,
        of(&args.buyer, "buyer", &document.buyer)?,
    ))
}

/// The one member whose legal identifier stands on the document.
fn member_of(members: &[Member], side: &str, party: &Party) -> Result<MemberId, CliError> {
    let unknown =
        |what: String| CliError::input("NO_PARTY", what, format!("name the member with --{side}"));
    let Some(id) = party.legal_identifier() else {
        return Err(unknown(format!(
            "the {side}'s legal identifier is not on the document"
        )));
    };
    let mut fits = members.iter().filter(|member| {
        let own = member.legal_id.as_ref();
        own.is_some_and(|own| same_legal_id(own.as_str(), &id.value))
    });
    match (fits.next(), fits.next()) {
        (Some(one), None) => Ok(one.id.clone()),
        (None, _) => Err(unknown(format!(
            "no member has the {side}'s legal identifier {} on record",
            id.value
        ))),
        (Some(one), Some(other)) => Err(unknown(format!(
            "{} and {} have the {side}'s legal identifier {} on record",
            one.id, other.id, id.value
        ))),
    }
}

/// The invoice on record that a credit note names. The ledger knows value and date of each invoice of the seller:
/// with the number on the credit note that makes the commitment.
async fn lowered(
    client: &NodeClient,
    document: &TradeDocument,
    seller: &MemberId,
    legal_id: &str,
    key: &InvoiceKey,
) -> Result<Hash, CliError> {
    let named: Vec<&str> = document
        .invoices()
        .map(|invoice| invoice.number.as_str())
        .collect();
    if named.is_empty() {
        return Err(CliError::input(
            "NO_INVOICE",
            "the credit note does not say which invoice it lowers",
            "name the invoice's commitment with --invoice",
        ));
    }
    let committed = |number: &str, value: Money, date: Date| {
        let facts = Committed::new(legal_id, number, value, date).ok()?;
        Some(facts.commitment(key.as_bytes()))
    };
    let mut found: Vec<Hash> = Vec::new();
    for paper in client.all_trade_papers(seller).await? {
        let PaperBody::Invoice {
            commitment,
            value,
            date,
            ..
        } = paper.body
        else {
            continue;
        };
        let is_named = document.invoices().any(|invoice| {
            invoice.issue_date.is_none_or(|day| day == date)
                && committed(&invoice.number, value, date) == Some(commitment)
        });
        if is_named {
            found.push(commitment);
        }
    }
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(CliError::input(
            "NO_INVOICE",
            format!("no invoice {} of {seller} is on record", named.join(", ")),
            "record the invoice first, or name its commitment with --invoice",
        )),
        several => {
            let all: Vec<String> = several.iter().map(Hash::to_string).collect();
            Err(CliError::input(
                "SEVERAL_INVOICES",
                format!(
                    "{} invoices on record are named: {}",
                    several.len(),
                    all.join(", ")
                ),
                "name the commitment of the one that is lowered with --invoice",
            ))
        }
    }
}
