//! What steps saved, and `${name.field}` in what comes after them.

use super::toml::{At, Problem, did_you_mean};
use serde_json::{Map, Value as Json};
use std::collections::BTreeMap;

/// The results that were saved, by name.
#[derive(Debug, Default)]
pub struct Saved(BTreeMap<String, Json>);

impl Saved {
    /// Saves what a command printed under a name, with `number`, `lot`, `request` and `terms` at its top.
    pub fn put(&mut self, name: &str, printed: &Json) -> String {
        let mut all = match printed {
            Json::Object(all) => all.clone(),
            other => Map::from_iter([("value".to_owned(), other.clone())]),
        };
        let short = short_names(&all);
        let told: Vec<String> = short
            .iter()
            .filter(|(key, _)| *key == "number" || *key == "lot")
            .map(|(_, value)| value.clone())
            .collect();
        for (key, value) in short {
            all.insert(key.to_owned(), Json::String(value));
        }
        self.0.insert(name.to_owned(), Json::Object(all));
        told.join(":")
    }

    /// The text with every `${name.field}` replaced.
    ///
    /// # Errors
    /// A name or a field that is not there.
    pub fn fill(&self, text: &At<String>) -> Result<String, Problem> {
        let mut filled = String::new();
        for part in parts(text)? {
            match part {
                Part::Text(text) => filled.push_str(text),
                Part::Of(path) => filled.push_str(&self.get(path, text.line)?),
            }
        }
        Ok(filled)
    }

    fn get(&self, path: &str, line: usize) -> Result<String, Problem> {
        let mut steps = path.split('.');
        let name = steps.next().unwrap_or_default();
        let mut value = self.0.get(name).ok_or_else(|| {
            Problem::at(
                line,
                format!("`${{{path}}}`: nothing was saved as `{name}`"),
                "the step that saves it was refused, as expected, and gave nothing to save",
            )
        })?;
        for key in steps {
            let inner = match value {
                Json::Array(items) => key.parse().ok().and_then(|at: usize| items.get(at)),
                other => other.get(key),
            };
            value = inner.ok_or_else(|| {
                let have: Vec<&str> = match value {
                    Json::Object(all) => all.keys().map(String::as_str).collect(),
                    _ => Vec::new(),
                };
                Problem::at(
                    line,
                    format!("`${{{path}}}`: there is no `{key}`"),
                    did_you_mean(key, have.into_iter()),
                )
            })?;
        }
        text_of(value).ok_or_else(|| {
            let have = match value {
                Json::Object(all) => all.keys().map(String::as_str).collect(),
                _ => Vec::new(),
            };
            Problem::at(
                line,
                format!("`${{{path}}}` is not one value"),
                match have.is_empty() {
                    true => format!("name one of the list, such as ${{{path}.0}}"),
                    false => format!("name one of its fields: {}", have.join(", ")),
                },
            )
        })
    }
}

/// A value of a JSON document as a command line has it; amounts as `5.00 CNY`, ranges as `1-500`.
pub fn text_of(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(truth) => Some(truth.to_string()),
        Json::Object(all) => {
            let pair = |a: &str, b: &str| Some((all.get(a)?.as_str()?, all.get(b)?.as_str()?));
            if let Some((amount, currency)) = pair("amount", "currency") {
                return Some(format!("{amount} {currency}"));
            }
            pair("start", "end").map(|(start, end)| format!("{start}-{end}"))
        }
        Json::Null | Json::Array(_) => None,
    }
}

/// `number`, `lot`, `request`, `terms`, as far as the document names them.
fn short_names(all: &Map<String, Json>) -> Vec<(&'static str, String)> {
    let mut number = None;
    let mut lot = None;
    let mut request = None;
    let mut terms = None;
    let mut rejoined = None;
    let events = all.get("receipt").and_then(|receipt| receipt.get("events"));
    for event in events.and_then(Json::as_array).into_iter().flatten() {
        let Some(data) = event.get("data") else {
            continue;
        };
        // Facts stand in the event itself, or in the bill or request that it brings along.
        let inner = [
            data.get("request"),
            data.get("bill"),
            data.get("certificate"),
        ];
        for record in [Some(data)].into_iter().chain(inner).flatten() {
            let text = |key: &str| record.get(key).and_then(text_of);
            number = text("bill")
                .or_else(|| text("instrument"))
                .or_else(|| text("number"))
                .or(number);
            let whole = || match data.get("bill").or(data.get("certificate")) {
                Some(_) if data.get("lot").is_none() => whole_of(record),
                _ => None,
            };
            lot = text("moved")
                .or_else(|| text("lot"))
                .or_else(|| text("range"))
                .or_else(whole)
                .or(lot);
        }
        if event.get("event").and_then(Json::as_str) == Some("lot.rejoined") {
            rejoined = data.get("lot").and_then(text_of);
        }
        let made = data.get("request");
        request = made
            .and_then(text_of)
            .or_else(|| made?.get("id").and_then(text_of))
            .or(request);
    }
    let results = all
        .get("receipt")
        .and_then(|receipt| receipt.pointer("/outcome/accepted"));
    for result in results.and_then(Json::as_array).into_iter().flatten() {
        for made in ["/request/terms", "/instruction/terms"] {
            terms = result.pointer(made).and_then(text_of).or(terms);
        }
    }
    let top = |key: &str| all.get(key).and_then(text_of);
    number = top("bill")
        .or_else(|| top("instrument"))
        .or_else(|| top("certificate"))
        .or_else(|| all.get("bill")?.get("number").and_then(text_of))
        .or_else(|| all.get("certificate")?.get("number").and_then(text_of))
        .or(number);
    request = top("request").or(request);
    let found = [
        ("number", number),
        ("lot", rejoined.or(lot)),
        ("request", request),
        ("terms", terms),
    ];
    found
        .into_iter()
        .filter_map(|(key, value)| Some((key, value?)))
        .collect()
}

/// The range of the whole package, where a record names its sum.
fn whole_of(record: &Json) -> Option<String> {
    let sum = record.get("sum").or_else(|| record.get("money"))?;
    let digits: String = sum
        .get("amount")?
        .as_str()?
        .chars()
        .filter(char::is_ascii_digit)
        .collect();
    Some(format!("1-{}", digits.parse::<u64>().ok()?))
}

enum Part<'a> {
    Text(&'a str),
    Of(&'a str),
}

fn parts(text: &At<String>) -> Result<Vec<Part<'_>>, Problem> {
    let mut found = Vec::new();
    let mut left = text.value.as_str();
    while let Some((before, after)) = left.split_once("${") {
        let Some((path, rest)) = after.split_once('}') else {
            return Err(Problem::at(
                text.line,
                format!("`${{{after}` has no end"),
                "close it with }",
            ));
        };
        found.push(Part::Text(before));
        found.push(Part::Of(path.trim()));
        left = rest;
    }
    found.push(Part::Text(left));
    Ok(found)
}

/// The names of results that a text refers to.
///
/// # Errors
/// A reference without end or without a name.
pub fn names_in(text: &At<String>) -> Result<Vec<String>, Problem> {
    let mut names = Vec::new();
    for part in parts(text)? {
        let Part::Of(path) = part else { continue };
        match path.split_once('.') {
            Some((name, field)) if !name.is_empty() && !field.is_empty() => {
                names.push(name.to_owned());
            }
            _ => {
                return Err(Problem::at(
                    text.line,
                    format!("`${{{path}}}` names no field of a result"),
                    "write it like ${b.number} or ${b.lot}",
                ));
            }
        }
    }
    Ok(names)
}
