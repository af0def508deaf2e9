//! Reading what a scenario says must stand on the ledger.

use super::format::{Check, Claim, Expected, Kind, money};
use super::toml::{At, Fields, Problem, Value};
use allonge_contracts::Currency;

const CLAIMS: &str = "cash, lots, bill, certificate, line, requests, obligation, instruction, paper, claim, \
                      condition, netting, queue, invariants";

/// Reads one `[[check]]`.
///
/// # Errors
/// It claims nothing, several things, or something that is wrong.
pub fn check(mut fields: Fields) -> Result<Check, Problem> {
    let line = fields.line;
    let mut claims = Vec::new();
    if let Some(value) = fields.take("cash") {
        claims.push(cash_claim(value)?);
    }
    if let Some(value) = fields.take("lots") {
        claims.push(lots_claim(value)?);
    }
    if let Some(value) = fields.take("bill") {
        let mut inner = Fields::of(value, "`bill`")?;
        let number = inner.required("number")?;
        claims.push(Claim::Bill {
            number,
            equals: inner.rest("`bill` compares nothing")?,
        });
    }
    if let Some(value) = fields.take("certificate") {
        let mut inner = Fields::of(value, "`certificate`")?;
        let number = inner.required("number")?;
        claims.push(Claim::Certificate {
            number,
            equals: inner.rest("`certificate` compares nothing")?,
        });
    }
    if let Some(value) = fields.take("line") {
        let mut inner = Fields::of(value, "`line`")?;
        let id = inner.required("id")?;
        claims.push(Claim::Line {
            id,
            equals: inner.rest("`line` compares nothing")?,
        });
    }
    if let Some(value) = fields.take("requests") {
        claims.push(requests_claim(value)?);
    }
    for kind in Kind::ALL {
        if let Some(value) = fields.take(kind.key()) {
            let mut inner = Fields::of(value, &format!("`{}`", kind.key()))?;
            let id = inner.required("id")?;
            let equals = inner.rest(&format!("`{}` compares nothing", kind.key()))?;
            claims.push(Claim::Record { kind, id, equals });
        }
    }
    if let Some(value) = fields.take("netting") {
        let mut inner = Fields::of(value, "`netting`")?;
        let currency = inner.required_parsed("currency")?;
        claims.push(Claim::Netting {
            currency,
            equals: inner.rest("`netting` compares nothing")?,
        });
    }
    if let Some(value) = fields.take("queue") {
        claims.push(queue_claim(value)?);
    }
    match fields.take("invariants") {
        None => {}
        Some(At {
            value: Value::Truth(true),
            ..
        }) => claims.push(Claim::Invariants),
        Some(other) => {
            return Err(Problem::at(
                other.line,
                "`invariants` can only be true: that they do not hold is nothing to wish for",
                "write invariants = true, or remove the check",
            ));
        }
    }
    fields.end()?;
    let mut claims = claims.into_iter();
    match (claims.next(), claims.next()) {
        (Some(claim), None) => Ok(Check { line, claim }),
        (None, _) => Err(Problem::at(
            line,
            "[[check]] checks nothing",
            format!("give it one of {CLAIMS}"),
        )),
        (Some(_), Some(_)) => Err(Problem::at(
            line,
            "[[check]] checks several things at once",
            "write one [[check]] for each, so that each has its line",
        )),
    }
}

fn cash_claim(value: At<Value>) -> Result<Claim, Problem> {
    let mut inner = Fields::of(value, "`cash`")?;
    let member = inner.required("member")?;
    let currency: At<Currency> = inner.required_parsed("currency")?;
    let mut amounts = Vec::new();
    for key in ["equals", "available", "held", "frozen"] {
        if let Some(amount) = inner.text(key)? {
            if !amount.value.contains("${") {
                money(&amount, currency.value)?;
            }
            amounts.push((key, amount));
        }
    }
    let line = inner.line;
    inner.end()?;
    if amounts.is_empty() {
        return Err(Problem::at(
            line,
            "`cash` compares nothing",
            "give equals (all of it), available, held or frozen",
        ));
    }
    Ok(Claim::Cash {
        member,
        currency,
        amounts,
    })
}

fn lots_claim(value: At<Value>) -> Result<Claim, Problem> {
    let mut inner = Fields::of(value, "`lots`")?;
    let bill = match inner.text("certificate")? {
        Some(certificate) => certificate,
        None => inner.required("bill")?,
    };
    let equals = each(
        inner,
        "a lot",
        "write equals = [ { range = \"1-100\", holder = \"acme\" } ], every lot of the bill in order",
    )?;
    Ok(Claim::Lots { bill, equals })
}

/// What is compared of each of several, in `equals`; ends the reading.
fn each(mut inner: Fields, one: &str, hint: &str) -> Result<Vec<Expected>, Problem> {
    let (line, what, listed) = (inner.line, inner.what.clone(), inner.take("equals"));
    inner.end()?;
    let Some(At {
        value: Value::List(items),
        ..
    }) = listed
    else {
        return Err(Problem::at(
            line,
            format!("{what} has no list `equals`"),
            hint,
        ));
    };
    items
        .into_iter()
        .map(|item| Fields::of(item, one)?.rest(&format!("{one} compares nothing")))
        .collect()
}

fn queue_claim(value: At<Value>) -> Result<Claim, Problem> {
    let mut inner = Fields::of(value, "`queue`")?;
    let payer = inner.required("payer")?;
    let currency = inner.required_parsed("currency")?;
    let equals = each(
        inner,
        "an obligation",
        "write equals = [ { payee = \"bolt\", waits = \"cash\" } ], all that waits in order, or [] for nothing",
    )?;
    Ok(Claim::Queue {
        payer,
        currency,
        equals,
    })
}

fn requests_claim(value: At<Value>) -> Result<Claim, Problem> {
    let mut inner = Fields::of(value, "`requests`")?;
    let member = inner.required("member")?;
    let count = inner.required_parsed("count")?;
    let made = match inner.text("side")? {
        None => false,
        Some(side) if side.value == "waiting" => false,
        Some(side) if side.value == "made" => true,
        Some(side) => {
            return Err(Problem::at(
                side.line,
                format!("`side` is `{}`", side.value),
                "write \"waiting\" (for the member's answer) or \"made\" (by the member)",
            ));
        }
    };
    inner.end()?;
    Ok(Claim::Requests {
        member,
        made,
        count,
    })
}
