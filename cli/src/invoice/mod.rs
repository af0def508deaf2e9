//! Invoices: number, dates, parties, lines and the amount due from a UBL 2.1 `Invoice` file.
//!
//! A file from outside is read with every bound stated here; nothing in it can make the reader
//! grow, loop or reach outside. What is read is what a bill needs, named as EN 16931 names it;
//! amounts stay decimal text and minor units.

mod error;
#[cfg(test)]
mod tests;
mod tree;
mod ubl;
mod xml;

pub use error::{InvoiceError, InvoiceFileError, Place, Problem};

use allonge_contracts::{Currency, Date, Money};
use serde::Serialize;
use std::fs::File;
use std::io::Read;
use std::path::Path;

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// The deepest nesting of elements, the root counted.
pub const MAX_DEPTH: usize = 64;
/// The most elements in one document.
pub const MAX_ELEMENTS: usize = 100_000;
/// The most attributes on one element.
pub const MAX_ATTRIBUTES: usize = 64;
/// The longest number, code, identifier, quantity or amount, in characters.
pub const MAX_CODE_CHARS: usize = 200;
/// The longest name or description, in characters.
pub const MAX_TEXT_CHARS: usize = 4_000;

/// What an invoice says, as far as a bill drawn on it needs it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Invoice {
    /// The seller's number of the invoice (BT-1).
    pub number: String,
    /// When it was issued (BT-2).
    pub issue_date: Date,
    /// When it is to be paid, if it says so (BT-9).
    pub due_date: Option<Date>,
    /// The kind of document as UNTDID 1001 numbers it, such as `380` (BT-3).
    pub type_code: Option<String>,
    /// The currency of all its amounts (BT-5).
    pub currency: Currency,
    /// What is still to be paid (BT-115), above zero.
    pub payable_amount: PayableAmount,
    /// Who sold, and is owed (BG-4).
    pub seller: Party,
    /// Who bought, and owes (BG-7).
    pub buyer: Party,
    /// Who is to be paid where that is not the seller, such as a factor (BG-10).
    pub payee: Option<Party>,
    /// The lines, at least one (BG-25).
    pub lines: Vec<Line>,
}

impl Invoice {
    /// How many lines it has.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }
}

/// The amount due, as written and as the ledger counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayableAmount {
    /// The decimal text as the file has it.
    pub text: String,
    /// The same in minor units of the invoice's currency.
    pub money: Money,
}

/// A company named on an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Party {
    /// The registered name, or else the name it trades under.
    pub name: String,
    /// Its identifiers: legal registration first, then its own, tax and electronic address.
    pub identifiers: Vec<Identifier>,
    /// The country of its address, ISO 3166-1 alpha-2 as a rule.
    pub country: Option<String>,
}

impl Party {
    /// Its legal registration number, such as an LEI or a unified social credit code.
    pub fn legal_identifier(&self) -> Option<&Identifier> {
        self.identifiers
            .iter()
            .find(|id| id.kind == IdentifierKind::Legal)
    }
}

/// One identifier of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identifier {
    /// Where on the invoice it stands.
    pub kind: IdentifierKind,
    /// The scheme that it belongs to: an ISO 6523 code such as `0199` (LEI), or `VAT`.
    pub scheme: Option<String>,
    /// The identifier itself.
    pub value: String,
}

/// What an identifier identifies a party for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IdentifierKind {
    /// Its registration as a legal person (BT-30, BT-47, BT-61).
    Legal,
    /// A number agreed between the parties (BT-29, BT-46, BT-60).
    Party,
    /// Its tax registration (BT-31, BT-32, BT-48).
    Tax,
    /// Its electronic address (BT-34, BT-49).
    Endpoint,
}

/// One line of an invoice.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The line's own number (BT-126).
    pub id: String,
    /// The name of what was sold, or else its description (BT-153, BT-154).
    pub description: String,
    /// How many, as decimal text (BT-129).
    pub quantity: Option<String>,
    /// Of what unit, a UN/ECE Recommendation 20 code such as `H87` (BT-130).
    pub unit: Option<String>,
    /// The net amount, as decimal text; below zero where the line takes something back (BT-131).
    pub amount: String,
}

/// Reads a UBL 2.1 `Invoice` document.
///
/// All amounts must be in the document's currency, but for one total of the tax in the currency
/// of `cbc:TaxCurrencyCode` (EN 16931, BT-6 and BT-111). Whether the lines add up to the totals is
/// for the seller's and buyer's books and not checked.
pub fn read_invoice(bytes: &[u8]) -> Result<Invoice, InvoiceError> {
    ubl::read(bytes)
}

/// Reads a UBL 2.1 `Invoice` file, never more than [`MAX_BYTES`] and one byte of it.
pub fn read_invoice_file(path: &Path) -> Result<Invoice, InvoiceFileError> {
    let unreadable = |source| InvoiceFileError::Unreadable {
        file: path.to_owned(),
        source,
    };
    let mut bytes = Vec::new();
    let limit = u64::try_from(MAX_BYTES)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    File::open(path)
        .map_err(unreadable)?
        .take(limit)
        .read_to_end(&mut bytes)
        .map_err(unreadable)?;
    read_invoice(&bytes).map_err(|source| InvoiceFileError::Invoice {
        file: path.to_owned(),
        source: Box::new(source),
    })
}
