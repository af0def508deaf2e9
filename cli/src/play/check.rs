//! Checks: what stands on the ledger, against what a scenario says must stand there.

use super::format::{Check, Claim, Expected, Kind, money};
use super::records;
use super::saved::{Saved, text_of};
use super::toml::{At, Problem, Value, did_you_mean};
use crate::client::{NodeClient, Side};
use crate::error::CliError;
use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{Currency, MemberId, Money, RequestId};
use serde_json::Value as Json;

/// Why a check did not hold.
pub enum Failed {
    /// The file is wrong.
    File(Problem),
    /// The ledger could not be asked.
    Asking(CliError),
    /// Something else stands there; the line and what.
    Otherwise(usize, String),
}

impl From<Problem> for Failed {
    fn from(problem: Problem) -> Self {
        Failed::File(problem)
    }
}

impl From<crate::client::ClientError> for Failed {
    fn from(error: crate::client::ClientError) -> Self {
        Failed::Asking(error.into())
    }
}

/// What a check is about, in a few words.
pub fn title(claim: &Claim) -> &'static str {
    match claim {
        Claim::Cash { .. } => "check cash",
        Claim::Lots { .. } => "check lots",
        Claim::Bill { .. } => "check bill",
        Claim::Certificate { .. } => "check certificate",
        Claim::Line { .. } => "check line",
        Claim::Requests { .. } => "check requests",
        Claim::Record { kind, .. } => match kind {
            Kind::Obligation => "check obligation",
            Kind::Instruction => "check instruction",
            Kind::Paper => "check paper",
            Kind::Claim => "check claim",
            Kind::Condition => "check condition",
        },
        Claim::Netting { .. } => "check netting",
        Claim::Queue { .. } => "check queue",
        Claim::Invariants => "check invariants",
    }
}

/// Looks whether it holds.
///
/// # Errors
/// It does not, or it cannot be seen.
pub async fn check(client: &NodeClient, saved: &Saved, check: &Check) -> Result<(), Failed> {
    match &check.claim {
        Claim::Cash {
            member,
            currency,
            amounts,
        } => {
            let id: MemberId = read(saved, member, "member")?;
            for (key, amount) in amounts {
                let have = balance(client, &id, currency.value, key).await?;
                let wanted = At {
                    line: amount.line,
                    value: saved.fill(amount)?,
                };
                let wanted = amount_of(&wanted, currency.value)?;
                if have != wanted {
                    let which = match *key {
                        "equals" => "in all",
                        other => other,
                    };
                    return Err(Failed::Otherwise(
                        amount.line,
                        format!("{id} has {have} {which}, not {wanted}"),
                    ));
                }
            }
            Ok(())
        }
        Claim::Lots { bill, equals } => {
            let number: InstrumentNumber = read(saved, bill, "bill")?;
            let body = client.paper(&number).await?.body;
            let lots: Vec<Json> = body.lots.iter().map(json).collect();
            let told = |lot: &Json| told(lot, &["range", "holder", "status", "circulation"]);
            compare_each(saved, check.line, equals, &lots, "lot", told)
        }
        Claim::Bill { number, equals } => {
            let number: InstrumentNumber = read(saved, number, "number")?;
            let body = client.bill(&number).await?.body;
            compare(saved, equals, &json(&body.bill), "the bill")
        }
        Claim::Certificate { number, equals } => {
            let number: InstrumentNumber = read(saved, number, "number")?;
            let body = client.certificate(&number).await?.body;
            let found = json(&body.certificate);
            compare(saved, equals, &found, "the certificate")
        }
        Claim::Line { id, equals } => {
            let id: RequestId = read(saved, id, "id")?;
            let line = client.line(&id).await?.body.line;
            let mut found = json(&line);
            // As an amount, like all others that a scenario writes.
            if let Json::Object(fields) = &mut found {
                let used = Money::new(line.limit.currency, line.used);
                fields.insert("used".to_owned(), json(&used));
            }
            compare(saved, equals, &found, "the line")
        }
        Claim::Requests {
            member,
            made,
            count,
        } => {
            let id: MemberId = read(saved, member, "member")?;
            let have = requests(client, &id, *made).await?;
            if have.len() == count.value {
                return Ok(());
            }
            let side = if *made { "made by" } else { "waiting for" };
            Err(Failed::Otherwise(
                count.line,
                format!(
                    "{} requests {side} {id}, not {}{}",
                    have.len(),
                    count.value,
                    have.concat()
                ),
            ))
        }
        Claim::Record { kind, id, equals } => {
            let record = match kind {
                Kind::Obligation => records::obligation(client, &read(saved, id, "id")?).await?,
                Kind::Instruction => records::instruction(client, &read(saved, id, "id")?).await?,
                Kind::Paper => records::paper(client, &read(saved, id, "id")?).await?,
                Kind::Claim => records::claim(client, &read(saved, id, "id")?).await?,
                Kind::Condition => records::condition(client, &read(saved, id, "id")?).await?,
            };
            compare(saved, equals, &record, &format!("the {}", kind.key()))
        }
        Claim::Netting { currency, equals } => {
            let record = records::netting(client, currency.value).await?;
            compare(saved, equals, &record, "netting")
        }
        Claim::Queue {
            payer,
            currency,
            equals,
        } => {
            let payer: MemberId = read(saved, payer, "payer")?;
            let queue = client.queue(&payer, currency.value).await?.body;
            let waiting: Vec<Json> = queue.obligations.iter().map(json).collect();
            let told = |one: &Json| told(one, &["payee", "money", "priority", "waits"]);
            compare_each(saved, check.line, equals, &waiting, "obligation", told)
        }
        Claim::Invariants => {
            let found = client.invariants().await?.body.violations;
            match found.first() {
                None => Ok(()),
                Some(first) => Err(Failed::Otherwise(
                    check.line,
                    format!(
                        "{} invariants do not hold, the first: {}: {}",
                        found.len(),
                        first.rule,
                        first.what
                    ),
                )),
            }
        }
    }
}

fn read<T: std::str::FromStr>(saved: &Saved, text: &At<String>, key: &str) -> Result<T, Problem>
where
    T::Err: std::fmt::Display,
{
    let filled = At {
        line: text.line,
        value: saved.fill(text)?,
    };
    Ok(super::toml::parse(&filled, key)?.value)
}

/// An amount that may name its currency.
fn amount_of(text: &At<String>, currency: Currency) -> Result<Money, Problem> {
    let value = text
        .value
        .strip_suffix(currency.code())
        .unwrap_or(&text.value);
    let bare = At {
        line: text.line,
        value: value.trim().to_owned(),
    };
    money(&bare, currency)
}

async fn balance(
    client: &NodeClient,
    member: &MemberId,
    currency: Currency,
    key: &str,
) -> Result<Money, Failed> {
    let body = client.cash(member).await?.body;
    let found = body.balances.iter().find(|b| b.currency == currency);
    Ok(found.map_or(Money::new(currency, 0), |balance| match key {
        "available" => balance.available,
        "held" => balance.held,
        "frozen" => balance.frozen,
        _ => balance.total,
    }))
}

async fn requests(
    client: &NodeClient,
    member: &MemberId,
    made: bool,
) -> Result<Vec<String>, Failed> {
    let side = if made { Side::Made } else { Side::Waiting };
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.requests(member, side, cursor.as_deref()).await?.body;
        found.extend(page.requests.iter().map(|view| {
            let request = &view.request;
            format!(
                "\n  {} of {}:{} asked by {} of {}",
                request.rule().act,
                request.instrument,
                request.range,
                request.from,
                request.to
            )
        }));
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(found),
        }
    }
}

fn json<T: serde::Serialize>(record: &T) -> Json {
    serde_json::to_value(record).unwrap_or(Json::Null)
}

/// A record on one line.
fn told(record: &Json, fields: &[&str]) -> String {
    let texts = fields
        .iter()
        .filter_map(|key| record.get(key).and_then(text_of));
    texts.collect::<Vec<_>>().join(", ")
}

/// Compares a whole list, in order.
fn compare_each(
    saved: &Saved,
    line: usize,
    equals: &[Expected],
    have: &[Json],
    one: &str,
    told: impl Fn(&Json) -> String,
) -> Result<(), Failed> {
    if have.len() != equals.len() {
        let all: String = have
            .iter()
            .map(|record| format!("\n  {}", told(record)))
            .collect();
        let what = format!("there are {} {one}s, not {}{all}", have.len(), equals.len());
        return Err(Failed::Otherwise(line, what));
    }
    for (record, expected) in have.iter().zip(equals) {
        compare(saved, expected, record, &format!("{one} {}", told(record)))?;
    }
    Ok(())
}

fn compare(saved: &Saved, expected: &Expected, record: &Json, what: &str) -> Result<(), Failed> {
    for (key, value) in &expected.fields {
        let Some(have) = record.get(&key.value) else {
            let names: Vec<&str> = match record {
                Json::Object(all) => all.keys().map(String::as_str).collect(),
                _ => Vec::new(),
            };
            return Err(Problem::at(
                key.line,
                format!("there is no `{}` to compare", key.value),
                did_you_mean(&key.value, names.into_iter()),
            )
            .into());
        };
        if !same(saved, value, have)? {
            return Err(Failed::Otherwise(
                key.line,
                format!(
                    "{what}: `{}` is {}, not {}",
                    key.value,
                    shown(have),
                    wanted(saved, value)?
                ),
            ));
        }
    }
    Ok(())
}

fn same(saved: &Saved, wanted: &At<Value>, have: &Json) -> Result<bool, Problem> {
    Ok(match (&wanted.value, have) {
        (Value::Truth(wanted), Json::Bool(have)) => wanted == have,
        (Value::Text(text), have) => {
            let text = saved.fill(&At {
                line: wanted.line,
                value: text.clone(),
            })?;
            match (have, text_of(have)) {
                (Json::Null, _) => matches!(text.as_str(), "" | "none"),
                (Json::Object(all), Some(whole)) if all.contains_key("amount") => {
                    let bare = all.get("amount").and_then(Json::as_str);
                    whole == text || bare == Some(text.as_str())
                }
                (_, Some(have)) => spoken(&have) == spoken(&text),
                (Json::Array(items), None) => {
                    let all: Vec<String> = items.iter().filter_map(text_of).collect();
                    spoken(&all.join(" ")) == spoken(&text)
                }
                _ => false,
            }
        }
        (Value::List(wanted), Json::Array(have)) => {
            if wanted.len() != have.len() {
                return Ok(false);
            }
            for (wanted, have) in wanted.iter().zip(have) {
                if !same(saved, wanted, have)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Table(wanted), Json::Object(have)) => {
            for (key, wanted) in wanted {
                let Some(have) = have.get(&key.value) else {
                    return Err(Problem::at(
                        key.line,
                        format!("there is no `{}` to compare", key.value),
                        did_you_mean(&key.value, have.keys().map(String::as_str)),
                    ));
                };
                if !same(saved, wanted, have)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}

/// `not transferable`, `not-transferable` and `not_transferable` are one word.
fn spoken(text: &str) -> String {
    text.replace(['-', '_'], " ")
}

fn shown(have: &Json) -> String {
    match have {
        Json::Null => "none".to_owned(),
        have => text_of(have).unwrap_or_else(|| have.to_string()),
    }
}

fn wanted(saved: &Saved, value: &At<Value>) -> Result<String, Problem> {
    let line = value.line;
    Ok(match &value.value {
        Value::Text(text) => saved.fill(&At {
            line,
            value: text.clone(),
        })?,
        Value::Truth(truth) => truth.to_string(),
        Value::List(items) => {
            let all = items.iter().map(|item| wanted(saved, item));
            format!("[{}]", all.collect::<Result<Vec<_>, _>>()?.join(", "))
        }
        Value::Table(entries) => {
            let all = entries
                .iter()
                .map(|(key, value)| Ok(format!("{} = {}", key.value, wanted(saved, value)?)));
            format!(
                "{{ {} }}",
                all.collect::<Result<Vec<_>, Problem>>()?.join(", ")
            )
        }
    })
}
