//! Invoices and credit notes: number, dates, parties, references, lines and the amount due, from
//! UBL 2.1 and UN/CEFACT CII files, and the commitment that the ledger knows them by.
//!
//! A file from outside is read with every bound stated here; nothing in it can make the reader
//! grow, loop or reach outside. What is read is what bills and claims need, named as EN 16931 names
//! it; amounts stay decimal text and minor units. Allowances, charges and taxes are not read: what is
//! owed is the amount that the document itself states as payable.

mod cii;
mod commitment;
mod document;
mod encoding;
mod error;
mod fields;
mod key;
#[cfg(test)]
mod tests;
mod tree;
mod ubl;
mod xml;

pub use commitment::{CommitmentError, Committed, same_legal_id};
pub use document::{
    DocumentKind, Effect, Identifier, IdentifierKind, Line, NoEffect, Party, PayableAmount, Price,
    Reference, ReferenceKind, SignedMoney, Syntax, TradeDocument,
};
pub use error::{InvoiceError, InvoiceFileError, Place, Problem};
pub use key::{InvoiceKey, InvoiceKeyError, KEY_FILE};

use allonge_contracts::Money;
use error::shown;
use std::fs::File;
use std::io::Read as _;
use std::path::Path;
use tree::{Document, Element};

/// The largest file that is read, in bytes; room for attachments inside the document.
pub const MAX_BYTES: usize = 16 * 1024 * 1024;
/// The deepest nesting of elements, the root counted.
pub const MAX_DEPTH: usize = 64;
/// The most elements in one document.
pub const MAX_ELEMENTS: usize = 250_000;
/// The most attributes on one element.
pub const MAX_ATTRIBUTES: usize = 64;
/// The most lines of one document.
pub const MAX_LINES: usize = 10_000;
/// The longest number, code, identifier, quantity or amount, in characters.
pub const MAX_CODE_CHARS: usize = 200;
/// The longest name or description, in characters.
pub const MAX_TEXT_CHARS: usize = 4_000;

/// An invoice on which something is owed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invoice {
    /// What it says.
    pub document: TradeDocument,
    /// What is owed, above zero.
    pub owed: Money,
}

/// The root elements that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Root {
    UblInvoice,
    UblCreditNote,
    Cii,
    Envelope,
}

/// A document, and where in it stands what only an invoice to draw on must fulfil.
struct Read<'a> {
    document: TradeDocument,
    payable: &'a Element,
    kind: &'a Element,
}

/// Reads an invoice or a credit note, UBL 2.1 or UN/CEFACT CII (D16B and later), by itself or in a
/// `StandardBusinessDocument`.
///
/// All amounts must be in the document's currency, but for one total of the tax in the tax currency
/// (EN 16931, BT-6 and BT-111). Whether the lines add up to the totals is for the seller's and
/// buyer's books and not checked. A payable amount of zero or below is read; see
/// [`TradeDocument::effect`].
///
/// # Errors
/// The first thing that cannot be read, with its place.
pub fn read(bytes: &[u8]) -> Result<TradeDocument, InvoiceError> {
    read_with(bytes, |read| Ok(read.document))
}

/// Reads an invoice to draw a bill on: no credit note, and something is still to be paid.
///
/// # Errors
/// As [`read`], and where nothing is owed on the document.
pub fn read_invoice(bytes: &[u8]) -> Result<Invoice, InvoiceError> {
    read_with(bytes, |read| {
        let document = read.document;
        if document.kind == DocumentKind::CreditNote {
            let code = document.type_code;
            let what = code.unwrap_or_else(|| read.kind.name.clone());
            return Err(read.kind.fault(Problem::CreditNote(what)));
        }
        match document.payable_amount.money.above_zero() {
            Some(owed) => Ok(Invoice { document, owed }),
            None => {
                let text = document.payable_amount.text;
                Err(read.payable.fault(Problem::NotPositive(text)))
            }
        }
    })
}

fn read_with<T>(
    bytes: &[u8],
    take: impl for<'a> FnOnce(Read<'a>) -> fields::Found<'a, T>,
) -> Result<T, InvoiceError> {
    let document = xml::read(bytes, check_root)?;
    body(&document)
        .and_then(take)
        .map_err(|fault| InvoiceError {
            place: document.place(fault.at, &fault.below),
            problem: fault.problem,
        })
}

/// Reads the document that a file is, or that lies in its envelope.
fn body<'a>(document: &'a Document<'_>) -> fields::Found<'a, Read<'a>> {
    let mut root = &document.root;
    if root.name == ENVELOPE_ROOT {
        root = match root.children.as_slice() {
            [] => return Err(root.fault_below("Invoice", Problem::Missing)),
            [document] => document,
            [_, second, ..] => return Err(second.fault(Problem::Repeated)),
        };
    }
    match document.is {
        Root::UblInvoice | Root::UblCreditNote => ubl::read(root, document.is),
        // An envelope that holds something is known by what it holds.
        Root::Cii | Root::Envelope => cii::read(root),
    }
}

/// The root element of an envelope.
const ENVELOPE_ROOT: &str = "StandardBusinessDocument";

/// What an element is that a document begins with.
fn check_root(namespace: &str, local: &str) -> Result<Root, Problem> {
    const UBL: &str = "urn:oasis:names:specification:ubl:schema:xsd:";
    const CII: &str = "urn:un:unece:uncefact:data:standard:CrossIndustryInvoice:";
    const ZUGFERD_1: &str = "urn:ferd:CrossIndustryDocument:invoice:";
    let kind = match (namespace.strip_prefix(UBL), local) {
        (Some("Invoice-2"), "Invoice") => return Ok(Root::UblInvoice),
        (Some("CreditNote-2"), "CreditNote") => return Ok(Root::UblCreditNote),
        (Some(_), _) => "another UBL document",
        _ if namespace.strip_prefix(CII) == Some("100") && local == "CrossIndustryInvoice" => {
            return Ok(Root::Cii);
        }
        _ if namespace == xml::ENVELOPE && local == ENVELOPE_ROOT => return Ok(Root::Envelope),
        _ if namespace.starts_with(CII) => "another document or version of UN/CEFACT's",
        _ if namespace.starts_with(ZUGFERD_1) => "ZUGFeRD 1.0, older than CII D16B",
        _ if local.eq_ignore_ascii_case("html") => "a web page",
        (None, "Invoice" | "CreditNote") => "an invoice of another vocabulary",
        _ => "an unknown document",
    };
    Err(Problem::OtherDocument {
        root: shown(local),
        namespace: shown(namespace),
        kind,
    })
}

/// Reads a file as [`read`] does, never more than [`MAX_BYTES`] and one byte of it.
///
/// # Errors
/// The file cannot be read, or is no document that is read.
pub fn read_file(path: &Path) -> Result<TradeDocument, InvoiceFileError> {
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
    read(&bytes).map_err(|source| InvoiceFileError::Invoice {
        file: path.to_owned(),
        source: Box::new(source),
    })
}
