//! Which lot or request is meant where only the bill is named.

use crate::client::{BillBody, RequestView};
use crate::error::CliError;
use crate::output::range_text;
use crate::parse::LotArg;
use allonge_contracts::MemberId;
use allonge_contracts::bills::{Circulation, LotRange};

/// The lot that was named, or the only one that the member holds. One that was named is not checked:
/// that is for the ledger.
///
/// # Errors
/// None is held, or several.
pub fn held_lot(bill: &BillBody, named: &LotArg, member: &MemberId) -> Result<LotRange, CliError> {
    if let Some(range) = named.range {
        return Ok(range);
    }
    let held: Vec<LotRange> = bill
        .lots
        .iter()
        .filter(|lot| lot.holder == *member && lot.circulation != Circulation::Ended)
        .map(|lot| lot.range)
        .collect();
    match held.as_slice() {
        [one] => Ok(*one),
        [] => Err(CliError::input(
            "NOT_HOLDER",
            format!("{member} holds no lot of {}", named.bill),
            format!("see who holds what with `allonge bill show {}`", named.bill),
        )),
        several => Err(CliError::input(
            "SEVERAL_LOTS",
            format!(
                "{member} holds {} lots of {}:{}",
                several.len(),
                named.bill,
                listed(bill, several)
            ),
            format!("name one, such as {}:{}", named.bill, several[0]),
        )),
    }
}

/// What a request has to be for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum By<'a> {
    /// The member must answer it; the act where only one will do.
    Answerer(Option<&'a str>),
    /// The member made it.
    Asker,
}

/// The one request on the bill, or on the lot that was named, that the member must answer or has made.
///
/// # Errors
/// There is none, or there are several.
pub fn request<'b>(
    bill: &'b BillBody,
    named: &LotArg,
    member: &MemberId,
    by: By<'_>,
) -> Result<&'b RequestView, CliError> {
    let fits = |view: &&RequestView| {
        let request = &view.request;
        let party = match by {
            By::Answerer(act) => {
                request.to == *member && act.is_none_or(|act| request.terms.rule().act == act)
            }
            By::Asker => request.from == *member,
        };
        party && named.range.is_none_or(|range| request.range == range)
    };
    let found: Vec<&RequestView> = bill.requests.iter().filter(fits).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let what = match by {
                By::Answerer(Some(act)) => {
                    format!("no request for {act} of {named} waits for {member}")
                }
                By::Answerer(None) => format!("no request on {named} waits for {member}"),
                By::Asker => format!("no request of {member} on {named} waits for an answer"),
            };
            let others: String = bill.requests.iter().map(line).collect();
            let others = match others.as_str() {
                "" => "; none waits on this bill".to_owned(),
                some => format!("; these wait on the bill:{some}"),
            };
            Err(CliError::input(
                "NO_REQUEST",
                format!("{what}{others}"),
                format!("see `allonge bill show {}`", named.bill),
            ))
        }
        several => {
            let all: String = several.iter().map(|view| line(view)).collect();
            Err(CliError::input(
                "SEVERAL_REQUESTS",
                format!("{} requests on {named} fit:{all}", several.len()),
                format!(
                    "name the lot, such as {}:{}",
                    named.bill, several[0].request.range
                ),
            ))
        }
    }
}

fn listed(bill: &BillBody, ranges: &[LotRange]) -> String {
    ranges
        .iter()
        .map(|range| format!("\n  {}", range_text(*range, bill.bill.sum.currency)))
        .collect()
}

/// A request on a line of its own.
fn line(view: &RequestView) -> String {
    let request = &view.request;
    format!(
        "\n  {} {}: {} asks {}",
        request.terms.rule().act,
        range_text(request.range, view.money.currency),
        request.from,
        request.to
    )
}
