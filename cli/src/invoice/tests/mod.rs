//! Reading, held against files written by hand and against what the standards say.

mod bad;
mod cii;
mod cii_dates;
mod commitment;
mod credit;
mod forms;
mod limits;
mod ubl;

use super::*;

/// One deal's invoice and credit note in both standards.
const INVOICE: &str = include_str!("../../../../tests/fixtures/invoice-ubl.xml");
const CII: &str = include_str!("../../../../tests/fixtures/invoices/cii.xml");
const CREDIT: &str = include_str!("../../../../tests/fixtures/invoices/credit-note-ubl.xml");
const CII_CREDIT: &str = include_str!("../../../../tests/fixtures/invoices/credit-note-cii.xml");

fn read_text(text: &str) -> TradeDocument {
    match read(text.as_bytes()) {
        Ok(document) => document,
        Err(error) => panic!("{error}"),
    }
}

fn change_in(file: &str, from: &str, to: &str) -> String {
    assert!(file.contains(from), "{from}");
    file.replacen(from, to, 1)
}

fn change(from: &str, to: &str) -> String {
    change_in(INVOICE, from, to)
}

/// The code and the path of the error, or `ok`.
fn outcome(text: &str) -> String {
    match read(text.as_bytes()) {
        Ok(_) => "ok".to_owned(),
        Err(error) => format!("{} {}", error.code(), error.place.path),
    }
}

fn in_envelope(document: &str) -> String {
    let document = match document.split_once("?>") {
        Some((_, document)) => document,
        None => document,
    };
    format!(
        "<?xml version=\"1.0\"?>\n<sh:StandardBusinessDocument \
         xmlns:sh=\"http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader\">\
         <sh:StandardBusinessDocumentHeader><sh:HeaderVersion>1.0</sh:HeaderVersion>\
         <sh:DocumentIdentification><sh:Standard>urn:oasis</sh:Standard>\
         <sh:CreationDateAndTime>2027-01-07T10:00:00Z</sh:CreationDateAndTime>\
         </sh:DocumentIdentification></sh:StandardBusinessDocumentHeader>\
         {document}</sh:StandardBusinessDocument>"
    )
}
