//! `allonge receivable show`: front, lots and hands of a certificate.

use crate::client::CertificateBody;
use crate::commands::bill::show::{hands_text, requests_text};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, range_text, state_text, table};
use allonge_contracts::Money;
use allonge_contracts::instruments::{InstrumentNumber, Lot};
use allonge_contracts::receivables::Certificate;

/// Shows the certificate.
///
/// # Errors
/// The node's.
pub async fn run(context: &Context, number: InstrumentNumber) -> Result<(), CliError> {
    let found = context.client()?.certificate(&number).await?;
    context.out.show("allonge.certificate/1", &found, |style| {
        text(&found.body, style)
    })
}

fn text(body: &CertificateBody, style: Style) -> String {
    let certificate = &body.certificate;
    let currency = certificate.sum.currency;
    let title = format!("RECEIVABLE CERTIFICATE {}", certificate.number);
    let mut text = format!("{}\n", style.bold(&title));
    text.push_str(&front(certificate));
    text.push_str(&format!("\n{}\n", style.bold("LOTS")));
    let rows = body.lots.iter().map(|lot| lot_row(lot, certificate));
    let columns = [
        Column::Left("LOT"),
        Column::Right("TIER"),
        Column::Left("HOLDER"),
        Column::Left("STATUS"),
        Column::Left("STATE"),
    ];
    text.push_str(&table(&columns, rows.collect()));
    for lot in &body.lots {
        for note in lot_notes(lot, certificate) {
            text.push_str(&format!("{}: {note}\n", range_text(lot.range, currency)));
        }
    }
    text.push_str(&requests_text(&body.requests, currency, style));
    text.push_str(&hands_text(&body.hands, currency, style));
    text
}

fn yes(so: bool) -> String {
    if so { "yes" } else { "no" }.to_owned()
}

fn front(certificate: &Certificate) -> String {
    let mut due = certificate.due.to_string();
    if certificate.payable_on != certificate.due {
        due.push_str(&format!(", redeemed {}", certificate.payable_on));
    }
    let confirmed = certificate.confirmed_by.as_ref();
    fields(&[
        ("sum", certificate.sum.to_string()),
        ("issuer", certificate.issuer.to_string()),
        ("payee", certificate.payee.to_string()),
        ("line", certificate.line.to_string()),
        ("opened", certificate.issue_date.to_string()),
        ("due", due),
        ("splittable", yes(certificate.splittable)),
        ("notice only", yes(certificate.notice_only)),
        ("deepest tier", certificate.max_tier.to_string()),
        ("long because", certificate.term_reason.to_string()),
        (
            "confirmed by",
            confirmed.map(|bank| bank.to_string()).unwrap_or_default(),
        ),
    ])
}

fn lot_row(lot: &Lot, certificate: &Certificate) -> Vec<String> {
    let tier = lot.receivable.as_ref().map(|r| r.tier);
    vec![
        range_text(lot.range, certificate.sum.currency),
        tier.map(|tier| tier.to_string()).unwrap_or_default(),
        lot.holder.to_string(),
        lot.status.to_string(),
        state_text(lot),
    ]
}

fn lot_notes(lot: &Lot, certificate: &Certificate) -> Vec<String> {
    let mut notes = Vec::new();
    let Some(receivable) = &lot.receivable else {
        return notes;
    };
    notes.extend(receivable.funding.as_ref().map(|funding| {
        format!(
            "with recourse to {}: {} not recovered, {} {} from {}",
            funding.seller,
            Money::new(certificate.sum.currency, funding.principal),
            funding.rate,
            funding.day_count,
            funding.interest_from
        )
    }));
    notes.extend(
        receivable
            .disputed_by
            .as_ref()
            .map(|by| format!("disputed by {by}")),
    );
    notes
}
