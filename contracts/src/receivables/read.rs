//! What can be read of certificates, lines and quotes.

use crate::hash::RequestId;
use crate::instruments::InstrumentNumber;
use crate::member_id::MemberId;
use crate::receivables::find::existing_line;
use crate::receivables::{Certificate, Line, QuoteAsk, SealedQuote};
use crate::state::{StateFault, Table, View};
use crate::tables::{
    CERTIFICATES, CERTIFICATES_BY_ISSUER, LINES, LINES_BY_MEMBER, QUOTE_ASKS, QUOTE_ASKS_BY_MEMBER,
    QUOTES, id_bytes, instrument_entity,
};

/// A certificate by its number.
pub fn certificate(
    view: &dyn View,
    number: &InstrumentNumber,
) -> Result<Option<Certificate>, StateFault> {
    CERTIFICATES.get(view, instrument_entity(number), &[])
}

/// The key of a certificate, for a proof.
pub fn certificate_key(number: &InstrumentNumber) -> Vec<u8> {
    CERTIFICATES.key(instrument_entity(number), &[])
}

/// The certificate in the bytes stored under its key.
pub fn decode_certificate(bytes: &[u8]) -> Result<Certificate, StateFault> {
    CERTIFICATES.decode(bytes)
}

/// Up to `limit` certificates that a member has opened, ended ones too, by number, after one of them.
pub fn opened_by(
    view: &dyn View,
    issuer: &MemberId,
    after: Option<&InstrumentNumber>,
    limit: usize,
) -> Result<Vec<Certificate>, StateFault> {
    let from = after.map_or_else(Vec::new, |number| past(instrument_entity(number)));
    CERTIFICATES_BY_ISSUER
        .scan(view, issuer.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .map(|(suffix, ())| {
            CERTIFICATES
                .get(view, &suffix, &[])?
                .ok_or_else(|| StateFault::new(CERTIFICATES.name(), "an entry without its record"))
        })
        .collect()
}

/// A credit line by its id.
pub fn line(view: &dyn View, id: &RequestId) -> Result<Option<Line>, StateFault> {
    LINES.get(view, id_bytes(id), &[])
}

/// Up to `limit` lines that a member granted or was granted, in order of id, after one of them.
pub fn lines_of(
    view: &dyn View,
    member: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<Line>, StateFault> {
    ids(view, &LINES_BY_MEMBER, member, after, limit)?
        .iter()
        .map(|id| existing_line(view, id))
        .collect()
}

/// A question for quotes by its id.
pub fn quote_ask(view: &dyn View, id: &RequestId) -> Result<Option<QuoteAsk>, StateFault> {
    QUOTE_ASKS.get(view, id_bytes(id), &[])
}

/// Up to `limit` questions that a member asked or has to answer, in order of id, after one of them.
pub fn quote_asks_of(
    view: &dyn View,
    member: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<QuoteAsk>, StateFault> {
    ids(view, &QUOTE_ASKS_BY_MEMBER, member, after, limit)?
        .iter()
        .map(|id| {
            QUOTE_ASKS
                .get(view, id_bytes(id), &[])?
                .ok_or_else(|| StateFault::new(QUOTE_ASKS.name(), "an entry without its record"))
        })
        .collect()
}

/// The sealed answers to a question, by funder; at most 16.
pub fn quotes(view: &dyn View, ask: &RequestId) -> Result<Vec<SealedQuote>, StateFault> {
    let found = QUOTES.scan(view, id_bytes(ask), &[], 16)?;
    Ok(found.into_iter().map(|(_, quote)| quote).collect())
}

/// The key right after one.
fn past(key: &[u8]) -> Vec<u8> {
    let mut key = key.to_vec();
    key.push(0);
    key
}

fn ids(
    view: &dyn View,
    table: &Table<()>,
    member: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<RequestId>, StateFault> {
    let from = after.map_or_else(Vec::new, |id| past(id_bytes(id)));
    table
        .scan(view, member.as_str().as_bytes(), &from, limit)?
        .into_iter()
        .map(|(suffix, ())| {
            <[u8; 16]>::try_from(suffix.as_slice())
                .map(RequestId)
                .map_err(|_| StateFault::new(table.name(), "a key of wrong form"))
        })
        .collect()
}
