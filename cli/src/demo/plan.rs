//! What the demo is about: an invoice, the parties it names, and how its bill is cut.

use crate::cluster::names;
use crate::error::CliError;
use crate::invoice::{Invoice, InvoiceFileError, MAX_BYTES, Party, TradeDocument, read_invoice};
use allonge_contracts::genesis::Params;
use allonge_contracts::members::LegalId;
use allonge_contracts::{Hash, Money};
use serde::Serialize;
use sha2::{Digest, Sha256};
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

/// The invoice that the demo brings along.
const FIXTURE: &[u8] = include_bytes!("../../../tests/fixtures/invoice-ubl.xml");
/// Days from issue to maturity.
pub(super) const TERM_DAYS: u32 = 90;
/// The least sum, in minor units, that can be cut for everybody.
const LEAST: u64 = 100;
/// Parts of the sum, in percent: what goes to the second tier, of that to the third, and to the bank.
const TO_SECOND: u64 = 35;
const TO_THIRD: u64 = 12;
const TO_BANK: u64 = 20;

/// What the demo is about.
#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// The invoice.
    pub invoice: TradeDocument,
    /// Where it was read from.
    pub source: Source,
    /// SHA-256 of the file.
    pub hash: Hash,
    /// The sum of the bill.
    pub sum: Money,
    /// What supplier 1 endorses to supplier 2.
    pub to_second: Money,
    /// What supplier 2 endorses to supplier 3.
    pub to_third: Money,
    /// What supplier 1 endorses to the second bank.
    pub to_bank: Money,
}

/// Where the invoice was read from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Source {
    /// The one that the program brings along.
    BuiltIn,
    /// A file.
    File(PathBuf),
}

/// A party of the invoice and the member that stands for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Mapped {
    /// `buyer` or `seller`.
    pub role: &'static str,
    /// The name on the invoice.
    pub name: String,
    /// The legal identifier on it, if the ledger knows its kind.
    pub legal_id: Option<LegalId>,
    /// The member.
    pub member: &'static str,
}

impl Plan {
    /// From an invoice file, or the built-in one.
    ///
    /// # Errors
    /// The file is no invoice that can be used, or its amount is too small or too large for a bill that is cut.
    pub fn read(file: Option<&Path>) -> Result<Self, CliError> {
        let (bytes, source) = match file {
            None => (FIXTURE.to_vec(), Source::BuiltIn),
            Some(file) => (read_bytes(file)?, Source::File(file.to_owned())),
        };
        let Invoice {
            document: invoice,
            owed: sum,
        } = read_invoice(&bytes).map_err(|error| InvoiceFileError::Invoice {
            file: file.unwrap_or(Path::new("the built-in invoice")).to_owned(),
            source: Box::new(error),
        })?;
        let most = Money::new(sum.currency, Params::default().bill_max_sum);
        if sum.minor < LEAST || sum.minor > most.minor {
            let least = Money::new(sum.currency, LEAST);
            return Err(CliError::input(
                "INVOICE_AMOUNT",
                format!("the invoice's amount of {sum} is not between {least} and {most}"),
                "name another invoice with --invoice, or leave it out for the built-in one",
            ));
        }
        let part = |percent: u64| {
            let minor = u128::from(sum.minor) * u128::from(percent) / 100;
            Money::new(sum.currency, u64::try_from(minor).unwrap_or(0))
        };
        Ok(Plan {
            hash: Hash(Sha256::digest(&bytes).into()),
            source,
            sum,
            to_second: part(TO_SECOND),
            to_third: part(TO_THIRD),
            to_bank: part(TO_BANK),
            invoice,
        })
    }

    /// Who of the invoice stands for which member.
    pub fn parties(&self) -> [Mapped; 2] {
        let [first, ..] = names::SUPPLIERS;
        [
            mapped("buyer", &self.invoice.buyer, names::CORE),
            mapped("seller", &self.invoice.seller, first),
        ]
    }
}

fn mapped(role: &'static str, party: &Party, member: &'static str) -> Mapped {
    let legal_id = party
        .legal_identifier()
        .and_then(|id| id.value.parse().ok());
    Mapped {
        role,
        name: party.name.clone(),
        legal_id,
        member,
    }
}

fn read_bytes(file: &Path) -> Result<Vec<u8>, InvoiceFileError> {
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
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_invoice_is_cut_as_planned() {
        let plan = Plan::read(None).unwrap();
        let amounts =
            [plan.sum, plan.to_second, plan.to_third, plan.to_bank].map(|m| m.to_string());
        assert_eq!(
            amounts,
            [
                "1,000,000.00 CNY",
                "350,000.00 CNY",
                "120,000.00 CNY",
                "200,000.00 CNY"
            ]
        );
        let [buyer, seller] = plan.parties();
        assert_eq!(buyer.legal_id.unwrap().as_str(), "529900T8BM49AURSDO55");
        assert_eq!(seller.legal_id.unwrap().as_str(), "91350100M000100Y43");
    }

    #[test]
    fn amounts_that_cannot_be_cut_are_refused_before_anything_starts() {
        let fixture = String::from_utf8(FIXTURE.to_vec()).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let file = dir.path().join("invoice.xml");
        for (amount, good) in [
            ("0.99", false),
            ("1.00", true),
            ("1000000000.00", true),
            ("1000000000.01", false),
        ] {
            let text = fixture.replace(
                "<cbc:PayableAmount currencyID=\"CNY\">1000000.00<",
                &format!("<cbc:PayableAmount currencyID=\"CNY\">{amount}<"),
            );
            assert_ne!(text, fixture.replace("1000000.00", "x"));
            std::fs::write(&file, text).unwrap();
            match Plan::read(Some(&file)) {
                Ok(plan) => {
                    assert!(good, "{amount}");
                    assert!(plan.to_third.minor >= 1 && plan.to_third.minor < plan.to_second.minor);
                    assert!(plan.to_second.minor + plan.to_bank.minor < plan.sum.minor);
                }
                Err(error) => {
                    assert!(!good, "{amount}: {error}");
                    assert_eq!(error.exit(), crate::error::EXIT_USAGE);
                }
            }
        }
    }
}
