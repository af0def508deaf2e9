//! What an invoice or a credit note says, whichever standard it is written in.

use allonge_contracts::{Currency, Date, Money, format_minor};
use serde::Serialize;
use serde::ser::{SerializeStruct, Serializer};
use std::fmt;

/// What an invoice or a credit note says, as far as bills, certificates and claims need it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TradeDocument {
    /// Invoice or credit note.
    pub kind: DocumentKind,
    /// The standard that it is written in.
    pub syntax: Syntax,
    /// The seller's number of the document (BT-1).
    pub number: String,
    /// When it was issued (BT-2).
    pub issue_date: Date,
    /// When it is to be paid, if it says so (BT-9); nothing too where parts of it are due on
    /// different dates.
    pub due_date: Option<Date>,
    /// The kind of document as UNTDID 1001 numbers it, such as `380` (BT-3).
    pub type_code: Option<String>,
    /// The currency of all its amounts (BT-5).
    pub currency: Currency,
    /// What is still to be paid (BT-115); of a credit note, by the seller.
    pub payable_amount: PayableAmount,
    /// Who sold, and is owed (BG-4).
    pub seller: Party,
    /// Who bought, and owes (BG-7).
    pub buyer: Party,
    /// Who is to be paid where that is not the seller, such as a factor (BG-10).
    pub payee: Option<Party>,
    /// The documents that it refers to.
    pub references: Vec<Reference>,
    /// The lines (BG-25); a CII document may have none.
    pub lines: Vec<Line>,
}

/// What kind of document it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DocumentKind {
    /// The buyer owes the seller.
    Invoice,
    /// The seller gives back to the buyer, by its root element or by its type code.
    CreditNote,
}

/// The standard that a document is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Syntax {
    /// OASIS UBL 2.1.
    Ubl,
    /// UN/CEFACT Cross Industry Invoice, D16B and later.
    Cii,
}

/// What a document does to what can be drawn on an invoice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "effect", rename_all = "snake_case")]
pub enum Effect {
    /// An invoice: so much can be drawn on it.
    Backs {
        /// At most this.
        money: Money,
    },
    /// A credit note: so much less can be drawn on the invoice that it names.
    Lowers {
        /// By this.
        money: Money,
    },
    /// It backs nothing and lowers nothing.
    Nothing {
        /// Why.
        because: NoEffect,
    },
}

/// Why a document backs nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoEffect {
    /// The payable amount is zero.
    Zero,
    /// The payable amount is below zero.
    Negative,
}

impl fmt::Display for NoEffect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            NoEffect::Zero => "nothing is to be paid on it, so it backs nothing",
            NoEffect::Negative => "its payable amount is below zero, so it backs nothing",
        })
    }
}

impl TradeDocument {
    /// How many lines it has.
    pub fn line_count(&self) -> usize {
        self.lines.len()
    }

    /// What it backs or lowers.
    pub fn effect(&self) -> Effect {
        let amount = self.payable_amount.money;
        match (amount.above_zero(), self.kind) {
            (Some(money), DocumentKind::Invoice) => Effect::Backs { money },
            (Some(money), DocumentKind::CreditNote) => Effect::Lowers { money },
            (None, _) if amount.minor == 0 => Effect::Nothing {
                because: NoEffect::Zero,
            },
            (None, _) => Effect::Nothing {
                because: NoEffect::Negative,
            },
        }
    }

    /// The earlier invoices that it names: of a credit note, those that it lowers (BG-3).
    pub fn invoices(&self) -> impl Iterator<Item = &Reference> {
        self.references
            .iter()
            .filter(|reference| reference.kind == ReferenceKind::Invoice)
    }
}

/// The amount due, as written and as the ledger counts it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PayableAmount {
    /// The decimal text as the file has it.
    pub text: String,
    /// The same in minor units of the document's currency.
    pub money: SignedMoney,
}

/// An amount that may be below zero, as documents have them.
///
/// In JSON `{"amount": "-123.45", "currency": "CNY"}`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignedMoney {
    /// The currency.
    pub currency: Currency,
    /// Minor units, their absolute value in the range of [`Money`].
    pub minor: i128,
}

impl SignedMoney {
    /// The amount, if it is above zero.
    pub fn above_zero(&self) -> Option<Money> {
        u64::try_from(self.minor)
            .ok()
            .filter(|minor| *minor > 0)
            .map(|minor| Money::new(self.currency, minor))
    }

    fn text(&self, grouped: bool) -> String {
        let size = format_minor(self.minor.unsigned_abs(), self.currency.decimals(), grouped);
        let sign = if self.minor < 0 { "-" } else { "" };
        format!("{sign}{size}")
    }
}

impl fmt::Display for SignedMoney {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.text(true), self.currency)
    }
}

impl Serialize for SignedMoney {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        let mut out = s.serialize_struct("SignedMoney", 2)?;
        out.serialize_field("amount", &self.text(false))?;
        out.serialize_field("currency", &self.currency)?;
        out.end()
    }
}

/// A company named on a document.
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
        self.identifier(IdentifierKind::Legal)
    }

    /// Its first identifier of a kind.
    pub fn identifier(&self, kind: IdentifierKind) -> Option<&Identifier> {
        self.identifiers.iter().find(|id| id.kind == kind)
    }
}

/// One identifier of a party.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Identifier {
    /// Where on the document it stands.
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

/// A document that another one refers to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reference {
    /// What it is.
    pub kind: ReferenceKind,
    /// Its number.
    pub number: String,
    /// When it was issued, where that is said.
    pub issue_date: Option<Date>,
}

/// What a reference refers to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ReferenceKind {
    /// An earlier invoice: the one that a credit note lowers, or that is corrected (BG-3).
    Invoice,
    /// The buyer's order (BT-13).
    Order,
    /// A contract (BT-12).
    Contract,
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// The line's own number (BT-126).
    pub id: String,
    /// The name of what was sold, or else its description (BT-153, BT-154); of a line of CII that
    /// sells nothing, its note.
    pub description: String,
    /// How many, as decimal text (BT-129).
    pub quantity: Option<String>,
    /// Of what unit, a UN/ECE Recommendation 20 code such as `H87` (BT-130).
    pub unit: Option<String>,
    /// The net price (BT-146).
    pub price: Option<Price>,
    /// The net amount, as decimal text; below zero where the line takes something back (BT-131).
    /// Only a line of CII that sells nothing may have none.
    pub amount: Option<String>,
}

/// The net price of what a line is about.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Price {
    /// The price as decimal text, often with more decimals than the currency has.
    pub amount: String,
    /// How many units it is the price of, as decimal text; one where absent (BT-149).
    pub per: Option<String>,
}
