//! The network's invoice key, and the facts of an invoice that a commitment is made of.

use crate::context::Context;
use crate::error::CliError;
use crate::invoice::{Committed, InvoiceKey, KEY_FILE};
use allonge_contracts::{Date, Hash, MemberId, Money};
use clap::Args;
use std::path::PathBuf;

/// Where the key is.
#[derive(Debug, Args)]
pub struct KeyArgs {
    /// The network's invoice key, a file of 32 bytes in hex [default: invoice.key in the home folder]
    #[arg(long, value_name = "FILE")]
    invoice_key: Option<PathBuf>,
}

impl KeyArgs {
    /// Reads it.
    ///
    /// # Errors
    /// It is not there, others may read it, or it is no key.
    pub fn read(&self, context: &Context) -> Result<InvoiceKey, CliError> {
        let path = match &self.invoice_key {
            Some(file) => context.file(file),
            None => context.home()?.join(KEY_FILE),
        };
        Ok(InvoiceKey::read(&path)?)
    }

    /// Whether a key was named; one that was must be there.
    pub fn is_named(&self) -> bool {
        self.invoice_key.is_some()
    }
}

/// The number on a paper, or its commitment as somebody else has made it.
#[derive(Debug, Args)]
pub struct NumberArgs {
    /// The number on the paper; of a Chinese e-invoice its 20 digits
    #[arg(
        long,
        value_name = "TEXT",
        required_unless_present = "commitment",
        conflicts_with = "commitment"
    )]
    number: Option<String>,
    /// The seller's legal identifier as it stands on the paper; that of its member record where absent
    #[arg(long, value_name = "ID", conflicts_with = "commitment")]
    legal_id: Option<String>,
    /// The paper's commitment, where the number is not to be typed
    #[arg(long, value_name = "HASH")]
    commitment: Option<Hash>,
    #[command(flatten)]
    key: KeyArgs,
}

impl NumberArgs {
    /// The commitment over these facts.
    ///
    /// # Errors
    /// No key, no legal identifier, the node's, or facts that back nothing.
    pub async fn commitment(
        &self,
        context: &Context,
        seller: &MemberId,
        money: Money,
        date: Date,
    ) -> Result<Hash, CliError> {
        let number = match (&self.commitment, &self.number) {
            (Some(commitment), _) => return Ok(*commitment),
            (None, number) => number.as_deref().unwrap_or_default(),
        };
        note_number(context, number, date);
        let key = self.key.read(context)?;
        let legal_id = match &self.legal_id {
            Some(id) => id.clone(),
            None => legal_id_of(context, seller).await?,
        };
        let facts = Committed::new(&legal_id, number, money, date)?;
        Ok(facts.commitment(key.as_bytes()))
    }
}

/// The legal identifier in a member's record.
///
/// # Errors
/// It has none; the node's.
pub async fn legal_id_of(context: &Context, member: &MemberId) -> Result<String, CliError> {
    let record = context.client()?.member(member).await?;
    record
        .legal_id
        .map(|id| id.as_str().to_owned())
        .ok_or_else(|| {
            CliError::input(
                "INVOICE_NO_LEGAL_ID",
                format!("the seller {member} has no legal identifier on record"),
                "take a paper on which it stands, or name it with --legal-id",
            )
        })
}

/// Says what the digits of a Chinese e-invoice do not agree with; they are part of the number all the same.
pub fn note_number(context: &Context, number: &str, date: Date) {
    let Some(year) = e_invoice_year(number) else {
        return;
    };
    let issued = date.to_string();
    if issued.get(2..4) != Some(year) {
        context.out.note(&format!(
            "warning: {number} reads as a Chinese e-invoice of the year 20{year}, but its date is {issued}"
        ));
    }
}

/// Of the 20 digits of a Chinese e-invoice (2 year, 2 region, 1 channel, 15 serial) those of the year.
fn e_invoice_year(number: &str) -> Option<&str> {
    let is_one = number.len() == 20 && number.bytes().all(|b| b.is_ascii_digit());
    number.get(..2).filter(|_| is_one)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_year_of_a_chinese_e_invoice_is_its_first_two_digits() {
        assert_eq!(e_invoice_year("27312000000012345678"), Some("27"));
        for other in [
            "",
            "2731200000001234567",
            "2731200000001234567X",
            "EX-2027-000118",
        ] {
            assert_eq!(e_invoice_year(other), None, "{other}");
        }
    }
}
