//! What was proved, for people.

use allonge_contracts::bills::Lot;
use allonge_contracts::{Currency, Event, Money, Outcome};
use allonge_ledger::{Fact, Verified};

/// The whole answer.
pub fn of(verified: &Verified) -> String {
    let mut lines = vec![
        "proved".to_owned(),
        format!("network    {}", verified.network),
        format!("genesis    {}", verified.genesis),
        format!(
            "block      {} of {}",
            verified.height, verified.business_date
        ),
        format!("hash       {}", verified.block),
        format!(
            "signed by  {} of {} validators",
            verified.signers, verified.validators
        ),
        String::new(),
    ];
    match &verified.fact {
        Fact::Transaction {
            id,
            transaction,
            receipt,
            ..
        } => {
            lines.push(format!("transaction {id}"));
            lines.push(match &receipt.outcome {
                Outcome::Accepted(_) => format!("by {}, accepted", transaction.body.actor),
                Outcome::Rejected(rejection) => {
                    format!(
                        "by {}, rejected: {} ({rejection})",
                        transaction.body.actor, rejection.code
                    )
                }
            });
            lines.extend(transaction.body.calls.iter().map(|call| json("call", call)));
            lines.extend(events(&receipt.events));
        }
        Fact::Clock { receipt } => {
            lines.push("the clock at the start of the block".to_owned());
            lines.extend(events(&receipt.events));
        }
        Fact::Bill { bill, lots } => {
            lines.push(format!(
                "bill {}: {}, {} on {}, matures {}",
                bill.number, bill.sum, bill.drawer, bill.acceptor, bill.maturity
            ));
            lines.extend(tiling(lots, bill.sum.currency));
        }
        Fact::Certificate { certificate, lots } => {
            lines.push(format!(
                "certificate {}: {}, {} to {}, due {}",
                certificate.number,
                certificate.sum,
                certificate.issuer,
                certificate.payee,
                certificate.due
            ));
            lines.extend(tiling(lots, certificate.sum.currency));
        }
        Fact::Member { name, member } => lines.push(match member {
            Some(member) => format!("{name} is a member with {} keys", member.keys.len()),
            None => format!("there is no member {name}"),
        }),
        Fact::Balance {
            member,
            currency,
            balance,
        } => lines.push(match balance {
            Some(balance) => format!("{member} has {}", Money::new(*currency, balance.total)),
            None => format!("{member} has no {currency}"),
        }),
    }
    lines.join("\n")
}

fn tiling(lots: &[Lot], currency: Currency) -> impl Iterator<Item = String> {
    lots.iter().map(move |lot| {
        let sum = Money::new(currency, lot.range.amount().unwrap_or(0));
        format!(
            "  units {} ({sum})  {}, {}, {}",
            lot.range, lot.holder, lot.status, lot.circulation
        )
    })
}

fn events(events: &[Event]) -> impl Iterator<Item = String> {
    events.iter().map(|event| json("event", event))
}

/// A fact as the ledger's own JSON has it.
fn json<T: serde::Serialize>(what: &str, value: &T) -> String {
    match serde_json::to_string(value) {
        Ok(text) => format!("  {what} {text}"),
        Err(error) => format!("  {what} that cannot be shown: {error}"),
    }
}
