//! Why an invoice cannot be read: where, what, and what to do.

use super::{MAX_ATTRIBUTES, MAX_BYTES, MAX_DEPTH, MAX_ELEMENTS, MAX_LINES};
use allonge_contracts::Currency;
use std::fmt;
use std::path::PathBuf;

/// An invoice that cannot be used. Displays the place and the problem; see also [`Self::hint`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{place}: {problem}")]
pub struct InvoiceError {
    /// Where in the file.
    pub place: Place,
    /// What is wrong there.
    pub problem: Problem,
}

/// A place in an invoice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The element's path with the usual prefixes whatever the file's own are, such as
    /// `Invoice/cac:LegalMonetaryTotal/cbc:PayableAmount`; empty for the file as a whole. Of
    /// what is missing, the path it should have.
    pub path: String,
    /// The line, from 1.
    pub line: usize,
    /// The offset in bytes, from 0.
    pub offset: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = if self.path.is_empty() {
            "the file"
        } else {
            &self.path
        };
        write!(f, "{path} (line {}, byte {})", self.line, self.offset)
    }
}

/// What is wrong with an invoice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Problem {
    /// Larger than is read.
    #[error("larger than {MAX_BYTES} bytes")]
    TooLarge,
    /// Does not begin like XML.
    #[error("not XML: it begins with `{0}`")]
    NotXml(String),
    /// Another encoding than UTF-8 and UTF-16 with a byte order mark, declared or found.
    #[error("neither UTF-8 nor UTF-16 with a byte order mark: {0}")]
    NotUtf8(String),
    /// Breaks the rules of XML.
    #[error("not well-formed XML: {0}")]
    NotWellFormed(String),
    /// Ends in the middle.
    #[error("the file ends too early: {0}")]
    Truncated(String),
    /// Has a document type declaration, where entities are declared.
    #[error("a DOCTYPE declaration (`{0}`) is refused: no entities are declared or expanded here")]
    Doctype(String),
    /// Refers to an entity that XML itself does not define.
    #[error("the entity `&{0};` is not known: only lt, gt, amp, quot, apos and numbers are")]
    UnknownEntity(String),
    /// Nested too deeply.
    #[error("`{0}` is nested deeper than {MAX_DEPTH} elements")]
    TooDeep(String),
    /// Too many elements.
    #[error("more than {MAX_ELEMENTS} elements")]
    TooManyElements,
    /// Too many attributes on one element.
    #[error("`{0}` has more than {MAX_ATTRIBUTES} attributes")]
    TooManyAttributes(String),
    /// Too many lines.
    #[error("more than {MAX_LINES} lines")]
    TooManyLines,
    /// XML, but neither an invoice nor a credit note in a form that is read.
    #[error(
        "the element is `{root}` in namespace `{namespace}`: {kind}, neither a UBL 2.1 nor a \
         UN/CEFACT CII invoice or credit note"
    )]
    OtherDocument {
        /// The element's local name.
        root: String,
        /// Its namespace, empty where it has none.
        namespace: String,
        /// What that is, as far as known.
        kind: &'static str,
    },
    /// A mandatory element is missing.
    #[error("missing")]
    Missing,
    /// A mandatory attribute is missing.
    #[error("the attribute `{0}` is missing")]
    MissingAttribute(&'static str),
    /// An element that may stand once stands twice.
    #[error("stands more than once")]
    Repeated,
    /// An element without text.
    #[error("empty")]
    Empty,
    /// Elements where text should be.
    #[error("holds elements where text should be")]
    NotText,
    /// Longer than is read.
    #[error("longer than {limit} characters: `{start}`")]
    TooLong {
        /// The most characters.
        limit: usize,
        /// How it begins.
        start: String,
    },
    /// A control character inside a value.
    #[error("`{0}` holds a control character")]
    ControlCharacter(String),
    /// No date.
    #[error("`{0}` is not a date from 1970 on, written like 2027-01-31")]
    BadDate(String),
    /// No date in one of the forms of UN/CEFACT.
    #[error(
        "`{text}` is not a date from 1970 on of format {format}; format 102 is written like 20270131"
    )]
    BadFormattedDate {
        /// What stands there.
        text: String,
        /// The format that it should have, a code of UNTDID 2379.
        format: String,
    },
    /// No currency that the ledger knows.
    #[error("`{0}` is not an ISO 4217 currency code such as CNY")]
    UnknownCurrency(String),
    /// A second currency.
    #[error("the currency is `{found}`, but `{document}` is the document's")]
    CurrencyMismatch {
        /// The currency here.
        found: String,
        /// The currency of the document.
        document: Currency,
    },
    /// No decimal number.
    #[error("`{0}` is not a decimal number written like 1000000.00")]
    BadNumber(String),
    /// More decimals than the currency has.
    #[error("`{text}` has more decimals than {currency}, which has {decimals}")]
    TooManyDecimals {
        /// The amount as written.
        text: String,
        /// Its currency.
        currency: Currency,
        /// How many decimals that has.
        decimals: u32,
    },
    /// More minor units than 64 bits hold.
    #[error("`{0}` is too large: at most 18446744073709551615 minor units")]
    AmountTooLarge(String),
    /// Nothing to be paid.
    #[error("`{0}` is not above zero: nothing is owed that a bill could be drawn for")]
    NotPositive(String),
    /// A credit note by its root element or type code: the seller owes.
    #[error("`{0}` is a credit note: here the seller owes the buyer")]
    CreditNote(String),
}

impl InvoiceError {
    /// A problem of the file as a whole, at an offset in its bytes.
    pub(super) fn at(bytes: &[u8], offset: usize, problem: Problem) -> Self {
        let newlines = bytes.iter().take(offset).filter(|byte| **byte == b'\n');
        InvoiceError {
            place: Place {
                path: String::new(),
                line: newlines.count().saturating_add(1),
                offset,
            },
            problem,
        }
    }

    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self.problem {
            Problem::TooLarge => "INVOICE_TOO_LARGE",
            Problem::NotXml(_) => "INVOICE_NOT_XML",
            Problem::NotUtf8(_) => "INVOICE_NOT_UTF8",
            Problem::NotWellFormed(_) => "INVOICE_NOT_WELL_FORMED",
            Problem::Truncated(_) => "INVOICE_TRUNCATED",
            Problem::Doctype(_) => "INVOICE_DOCTYPE",
            Problem::UnknownEntity(_) => "INVOICE_UNKNOWN_ENTITY",
            Problem::TooDeep(_) => "INVOICE_TOO_DEEP",
            Problem::TooManyElements => "INVOICE_TOO_MANY_ELEMENTS",
            Problem::TooManyAttributes(_) => "INVOICE_TOO_MANY_ATTRIBUTES",
            Problem::TooManyLines => "INVOICE_TOO_MANY_LINES",
            Problem::OtherDocument { .. } => "INVOICE_NOT_UBL",
            Problem::Missing => "INVOICE_ELEMENT_MISSING",
            Problem::MissingAttribute(_) => "INVOICE_ATTRIBUTE_MISSING",
            Problem::Repeated => "INVOICE_ELEMENT_REPEATED",
            Problem::Empty => "INVOICE_ELEMENT_EMPTY",
            Problem::NotText => "INVOICE_NOT_TEXT",
            Problem::TooLong { .. } => "INVOICE_TEXT_TOO_LONG",
            Problem::ControlCharacter(_) => "INVOICE_CONTROL_CHARACTER",
            Problem::BadDate(_) | Problem::BadFormattedDate { .. } => "INVOICE_BAD_DATE",
            Problem::UnknownCurrency(_) => "INVOICE_UNKNOWN_CURRENCY",
            Problem::CurrencyMismatch { .. } => "INVOICE_TWO_CURRENCIES",
            Problem::BadNumber(_) => "INVOICE_BAD_NUMBER",
            Problem::TooManyDecimals { .. } => "INVOICE_TOO_MANY_DECIMALS",
            Problem::AmountTooLarge(_) => "INVOICE_AMOUNT_TOO_LARGE",
            Problem::NotPositive(_) => "INVOICE_AMOUNT_NOT_POSITIVE",
            Problem::CreditNote(_) => "INVOICE_CREDIT_NOTE",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match &self.problem {
            Problem::Doctype(text) if text.to_ascii_lowercase().starts_with("html") => {
                "This is a web page; save the invoice itself as XML."
            }
            Problem::TooLarge => "Leave attachments out of the invoice file.",
            Problem::NotXml(_) => {
                "Give the invoice's XML file; of a PDF with an embedded invoice, the XML inside."
            }
            Problem::NotUtf8(_) => {
                "Save the file as UTF-8, and let its XML declaration say so or nothing."
            }
            Problem::Truncated(_) => "Fetch the file again; it was cut off on its way.",
            Problem::Doctype(_) | Problem::UnknownEntity(_) => {
                "Export the invoice again without DOCTYPE and entities; neither UBL nor CII needs any."
            }
            Problem::OtherDocument { .. } => {
                "Ask the seller for UBL 2.1, root `Invoice` or `CreditNote`, or for UN/CEFACT CII D16B \
                 or later, root `CrossIndustryInvoice`; either may lie in a StandardBusinessDocument."
            }
            Problem::CurrencyMismatch { .. } => {
                "Use one currency for all amounts; only one total of the tax, without subtotals, may \
                 repeat it in the tax currency (cbc:TaxCurrencyCode, ram:TaxCurrencyCode)."
            }
            Problem::UnknownCurrency(_) => {
                "Write a current ISO 4217 code of a currency with at most three decimals."
            }
            Problem::TooManyDecimals { .. } => {
                "Round the amount due to the currency's decimals, if need be with \
                 cbc:PayableRoundingAmount or ram:RoundingAmount."
            }
            Problem::NotPositive(_) | Problem::CreditNote(_) => {
                "Draw the bill for an invoice on which something is still to be paid."
            }
            Problem::TooManyLines => "Ask the seller for several invoices with fewer lines each.",
            Problem::NotWellFormed(_)
            | Problem::TooDeep(_)
            | Problem::TooManyElements
            | Problem::TooManyAttributes(_) => {
                "Export the invoice again, and check it with an XML validator."
            }
            Problem::Missing
            | Problem::MissingAttribute(_)
            | Problem::Repeated
            | Problem::Empty
            | Problem::NotText
            | Problem::TooLong { .. }
            | Problem::ControlCharacter(_)
            | Problem::BadDate(_)
            | Problem::BadFormattedDate { .. }
            | Problem::BadNumber(_)
            | Problem::AmountTooLarge(_) => {
                "Have the seller correct this element as EN 16931 and UBL 2.1 or CII ask."
            }
        }
    }
}

/// An invoice file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum InvoiceFileError {
    /// The file cannot be read at all.
    #[error("cannot read the invoice file {file}: {source}", file = file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is no invoice that can be used.
    #[error("{file}: {source}", file = file.display())]
    Invoice {
        /// The file.
        file: PathBuf,
        /// What is wrong in it.
        source: Box<InvoiceError>,
    },
}

impl InvoiceFileError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            InvoiceFileError::Unreadable { .. } => "INVOICE_UNREADABLE",
            InvoiceFileError::Invoice { source, .. } => source.code(),
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            InvoiceFileError::Unreadable { .. } => "Give the path of a file that you may read.",
            InvoiceFileError::Invoice { source, .. } => source.hint(),
        }
    }
}

/// Text from a file made fit for an error.
pub(super) fn shown(text: &str) -> String {
    crate::files::shown(text, 80)
}
