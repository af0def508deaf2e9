//! The commitment by which the ledger knows an invoice or a credit note without its number.
//!
//! docs/protocol.md, section Commitments of invoices, has the layout and the rules of writing.

use super::document::TradeDocument;
use allonge_contracts::{Date, Hash, Money};
use sha2::{Digest, Sha256};

/// Why a document has no commitment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum CommitmentError {
    /// The seller has no legal identifier on it.
    #[error("the seller's legal identifier is not on the document")]
    NoLegalId,
    /// The number has nothing left to commit to.
    #[error("the document's number has neither letters nor digits")]
    NoNumber,
    /// Nothing is to be paid on it.
    #[error("the payable amount is not above zero: it backs nothing, so nothing is recorded of it")]
    NotPositive,
}

impl CommitmentError {
    /// The stable name of the problem.
    pub fn code(&self) -> &'static str {
        match self {
            CommitmentError::NoLegalId => "INVOICE_NO_LEGAL_ID",
            CommitmentError::NoNumber => "INVOICE_NO_NUMBER",
            CommitmentError::NotPositive => "INVOICE_AMOUNT_NOT_POSITIVE",
        }
    }

    /// What to do about it.
    pub fn hint(&self) -> &'static str {
        match self {
            CommitmentError::NoLegalId => {
                "Ask the seller for the invoice with its registration number \
                 (cac:PartyLegalEntity/cbc:CompanyID, ram:SpecifiedLegalOrganization/ram:ID)."
            }
            CommitmentError::NoNumber => "Ask the seller for the invoice with its number.",
            CommitmentError::NotPositive => {
                "Record an invoice on which something is still to be paid, or a credit note."
            }
        }
    }
}

/// The facts that a commitment is over, as they are written down in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The seller's legal identifier.
    legal_id: String,
    /// The seller's number of the document.
    number: String,
    /// What is to be paid, above zero.
    amount: Money,
    issue_date: Date,
}

impl Committed {
    /// The facts, written as the rules ask.
    ///
    /// # Errors
    /// Nothing is left of the identifier or the number, or the amount is zero.
    pub fn new(
        legal_id: &str,
        number: &str,
        amount: Money,
        issue_date: Date,
    ) -> Result<Self, CommitmentError> {
        let legal_id = written_legal_id(legal_id);
        let number = written_number(number);
        if legal_id.is_empty() {
            return Err(CommitmentError::NoLegalId);
        }
        if !number.chars().any(char::is_alphanumeric) {
            return Err(CommitmentError::NoNumber);
        }
        if amount.minor == 0 {
            return Err(CommitmentError::NotPositive);
        }
        Ok(Committed {
            legal_id,
            number,
            amount,
            issue_date,
        })
    }

    /// The commitment under the network's invoice key.
    pub fn commitment(&self, key: &[u8; 32]) -> Hash {
        let mut message = Vec::new();
        for field in [
            self.legal_id.as_str(),
            self.number.as_str(),
            &self.amount.minor.to_string(),
            self.amount.currency.code(),
            &self.issue_date.to_string(),
        ] {
            message.extend(u32::try_from(field.len()).unwrap_or(u32::MAX).to_le_bytes());
            message.extend(field.as_bytes());
        }
        Hash(hmac_sha256(key, &message))
    }
}

/// HMAC-SHA256 (RFC 2104) under a key that is shorter than a block of the hash, 64 bytes.
pub(super) fn hmac_sha256(key: &[u8; 32], message: &[u8]) -> [u8; 32] {
    let keyed = |pad: u8| {
        // The key is filled up with zeros, and each byte is combined with the pad.
        let mut block = [pad; 64];
        for (byte, key) in block.iter_mut().zip(key) {
            *byte ^= key;
        }
        Sha256::new_with_prefix(block)
    };
    let inner = keyed(0x36).chain_update(message).finalize();
    keyed(0x5c).chain_update(inner).finalize().into()
}

impl TradeDocument {
    /// The commitment of this document under the network's invoice key, over the seller's legal
    /// identifier and the document's number, payable amount and date of issue.
    ///
    /// # Errors
    /// The seller's legal identifier is not on it, or nothing is to be paid on it.
    pub fn commitment(&self, key: &[u8; 32]) -> Result<Hash, CommitmentError> {
        let legal_id = self
            .seller
            .legal_identifier()
            .ok_or(CommitmentError::NoLegalId)?;
        self.commitment_of(key, &legal_id.value)
    }

    /// The same, of a seller whose legal identifier is known from elsewhere: from its member record
    /// where the document has none.
    ///
    /// # Errors
    /// Nothing is left of the identifier as it is written down, or nothing is to be paid.
    pub fn commitment_of(&self, key: &[u8; 32], legal_id: &str) -> Result<Hash, CommitmentError> {
        let amount = self
            .payable_amount
            .money
            .above_zero()
            .ok_or(CommitmentError::NotPositive)?;
        Committed::new(legal_id, &self.number, amount, self.issue_date)
            .map(|facts| facts.commitment(key))
    }

    /// Whether this document names `invoice` as the one that it lowers or corrects: the same
    /// seller by its legal identifier, the number, and the date where one is given.
    pub fn names(&self, invoice: &TradeDocument) -> bool {
        let seller = |document: &TradeDocument| {
            let id = document.seller.legal_identifier();
            id.map(|id| written_legal_id(&id.value))
        };
        let of_one_seller = seller(self).is_some_and(|id| seller(invoice) == Some(id));
        of_one_seller
            && self.invoices().any(|reference| {
                written_number(&reference.number) == written_number(&invoice.number)
                    && reference
                        .issue_date
                        .is_none_or(|date| date == invoice.issue_date)
            })
    }
}

/// Full-width forms as the ASCII that they stand for, as East Asian keyboards write them.
fn narrow(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        _ => c,
    }
}

/// A legal identifier without white space and punctuation, in upper case.
fn written_legal_id(text: &str) -> String {
    text.chars()
        .map(narrow)
        .filter(|c| !c.is_whitespace() && !c.is_ascii_punctuation())
        .map(|c| c.to_ascii_uppercase())
        .collect()
}

/// Whether two legal identifiers are one, however they are written.
pub fn same_legal_id(one: &str, other: &str) -> bool {
    let one = written_legal_id(one);
    !one.is_empty() && one == written_legal_id(other)
}

/// A number with every run of white space as one space and none at its ends; case counts.
fn written_number(text: &str) -> String {
    let narrow: String = text.chars().map(narrow).collect();
    narrow.split_whitespace().collect::<Vec<_>>().join(" ")
}
