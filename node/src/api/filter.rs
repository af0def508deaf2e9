//! Which events somebody wants to see.

use super::error::ApiError;
use allonge_contracts::Event;
use allonge_contracts::MemberId;
use allonge_contracts::instruments::InstrumentNumber;
use serde_json::Value;

/// The most kinds that one filter names.
const MOST_KINDS: usize = 64;

/// The fields of events that name members; a test holds them to the types.
pub const MEMBER_FIELDS: &[&str] = &[
    "acceptor",
    "account_bank",
    "asker",
    "attestor",
    "buyer",
    "by",
    "claimant",
    "confirmed_by",
    "drawer",
    "from",
    "funder",
    "grantor",
    "guarantor",
    "holder",
    "holders",
    "issuer",
    "member",
    "noticed",
    "owner",
    "parties",
    "payee",
    "payer",
    "pledgee",
    "pledgor",
    "seller",
    "taken",
    "to",
    "waited_for",
    "waits_for",
    "ward",
];

/// Those that name bills and certificates.
pub const INSTRUMENT_FIELDS: &[&str] = &["bill", "certificate", "instrument", "number"];

/// What an event must have to be shown; everything passes where nothing is asked.
#[derive(Clone, Debug, Default)]
pub struct EventFilter {
    member: Option<MemberId>,
    instrument: Option<InstrumentNumber>,
    kinds: Vec<String>,
}

impl EventFilter {
    /// Events that name the member, name the instrument, and are of one of the kinds: `bill.endorsed`, or
    /// `bill` for all of them; several are separated by commas.
    ///
    /// # Errors
    /// `BAD_REQUEST` for a kind that no event has.
    pub fn new(
        member: Option<MemberId>,
        instrument: Option<InstrumentNumber>,
        kinds: Option<&str>,
    ) -> Result<Self, ApiError> {
        let kinds: Vec<String> = kinds
            .into_iter()
            .flat_map(|text| text.split(','))
            .map(|kind| kind.trim().to_owned())
            .collect();
        if kinds.len() > MOST_KINDS {
            return Err(ApiError::bad_request(format!(
                "kind names {} kinds of events, at most {MOST_KINDS} are allowed",
                kinds.len()
            )));
        }
        for kind in &kinds {
            if !Event::NAMES.iter().any(|(_, _, name)| is_of(name, kind)) {
                let shown: String = kind.chars().take(40).collect();
                return Err(ApiError::bad_request(format!(
                    "kind: no event is of the kind `{shown}`; write one like bill.endorsed, or a family like bill"
                )));
            }
        }
        Ok(EventFilter {
            member,
            instrument,
            kinds,
        })
    }

    /// Whether it is to be shown.
    pub fn passes(&self, event: &Event) -> bool {
        if !self.kinds.is_empty() && !self.kinds.iter().any(|kind| is_of(event.name(), kind)) {
            return false;
        }
        if self.member.is_none() && self.instrument.is_none() {
            return true;
        }
        // What it says is what people see of it: its JSON.
        let Ok(said) = serde_json::to_value(event) else {
            return false;
        };
        let member = self.member.as_ref().map(MemberId::as_str);
        let instrument = self.instrument.as_ref().map(InstrumentNumber::as_str);
        member.is_none_or(|name| names(&said, MEMBER_FIELDS, name))
            && instrument.is_none_or(|number| names(&said, INSTRUMENT_FIELDS, number))
    }
}

fn is_of(name: &str, kind: &str) -> bool {
    name == kind
        || name
            .split_once('.')
            .is_some_and(|(family, _)| family == kind)
}

/// Whether one of these fields, however deep, has this text or lists it.
fn names(value: &Value, fields: &[&str], text: &str) -> bool {
    let is = |value: &Value| value.as_str() == Some(text);
    match value {
        Value::Object(map) => map.iter().any(|(field, inner)| {
            let here = fields.contains(&field.as_str())
                && (is(inner) || inner.as_array().is_some_and(|list| list.iter().any(is)));
            here || names(inner, fields, text)
        }),
        Value::Array(list) => list.iter().any(|inner| names(inner, fields, text)),
        _ => false,
    }
}
