//! What one route takes and answers.

use super::fields::fields_of;
use super::scalars::r;
use crate::api::http_status;
use allonge_contracts::Code;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Query parameters by name, which mean the same wherever they are taken: `(name, schema, description)`.
fn parameter(name: &str) -> Option<(Value, &'static str)> {
    let of = |name: &str, text| Some((r(name), text));
    let text = |pattern: &str, text| Some((json!({ "type": "string", "pattern": pattern }), text));
    let height = json!({ "type": "integer", "minimum": 0, "maximum": u64::MAX });
    match name {
        "limit" => Some((
            json!({ "type": "integer", "minimum": 1, "maximum": 1000, "default": 100 }),
            "How many entries a page has at most.",
        )),
        "cursor" => text(
            "^[0-9a-f]{20,256}$",
            "Where the page begins: `next` of the page before.",
        ),
        "from" | "to" => Some((height, "A height.")),
        "member" | "holder" | "issuer" | "attestor" | "payer" => of("MemberId", "A member."),
        "currency" => of("Currency", "A currency."),
        "on" => of("Date", "As of this day; today where absent."),
        "cut_off" => of("Date", "The last day of the window of a repo."),
        "lot" => of("RangeText", "A lot by its first and last unit."),
        "rate" => of("Rate", "The annual rate."),
        "day_count" => of("DayCount", "How days are counted; ACT/360 where absent."),
        "part" | "amount" => of("Amount", "An amount in the currency of what it is about."),
        "side" => Some((
            json!({ "type": "string", "enum": ["waiting", "made"], "default": "waiting" }),
            "What waits for the member's answer, or what it asked of others.",
        )),
        "detail" => Some((
            json!({ "type": "string", "enum": ["summary", "full"], "default": "summary" }),
            "`full` adds whole transactions and receipts.",
        )),
        "wait" => Some((
            json!({ "type": "string", "enum": ["final"] }),
            "Answer when it is final.",
        )),
        "timeout" => text(
            "^([0-9]{1,4}ms|[1-5]?[0-9]s|60s)$",
            "How long to wait, at most 60 s; only with `wait`.",
        ),
        "dry_run" => Some((
            json!({ "type": "boolean", "default": false }),
            "Carry it out on the present state and submit nothing; not with `wait`.",
        )),
        "after" => text("^([0-9a-f]{2})*$", "The last key seen, in hex."),
        "instrument" => of("InstrumentNumber", "A bill or certificate."),
        "kind" => text(
            "^[a-z]+(\\.[a-z_]+)?(,[a-z]+(\\.[a-z_]+)?)*$",
            "Kinds of events, or families of them (`bill`), separated by commas.",
        ),
        _ => None,
    }
}

/// One route, as the document tells of it.
pub struct Operation {
    id: &'static str,
    summary: &'static str,
    path: Vec<(&'static str, Value, &'static str)>,
    query: &'static [&'static str],
    needed: &'static [&'static str],
    /// Whether the type that reads the query fits `needed`.
    #[cfg(test)]
    pub first_needed: Option<String>,
    headers: Vec<(&'static str, Value, &'static str)>,
    bodies: Vec<(&'static str, Value)>,
    answers: Vec<(u16, &'static str, &'static str, Value)>,
    codes: Vec<Code>,
}

/// An operation by the name that generated clients give it, and what it does.
pub fn op(id: &'static str, summary: &'static str) -> Operation {
    Operation {
        id,
        summary,
        path: Vec::new(),
        query: &[],
        needed: &[],
        #[cfg(test)]
        first_needed: None,
        headers: Vec::new(),
        bodies: Vec::new(),
        answers: Vec::new(),
        codes: vec![
            Code::BadRequest,
            Code::MethodNotAllowed,
            Code::RateLimited,
            Code::Internal,
            Code::NotReady,
            Code::Overloaded,
        ],
    }
}

impl Operation {
    /// A variable part of the path.
    pub fn named(mut self, name: &'static str, shape: &str, text: &'static str) -> Self {
        self.path.push((name, r(shape), text));
        self
    }

    /// The same, of a schema of its own.
    pub fn named_as(mut self, name: &'static str, schema: Value, text: &'static str) -> Self {
        self.path.push((name, schema, text));
        self
    }

    /// The query string, by the type that reads it, and which of its fields have to be given.
    pub fn query<T: DeserializeOwned>(mut self, needed: &'static [&'static str]) -> Self {
        self.query = fields_of::<T>();
        self.needed = needed;
        #[cfg(test)]
        {
            self.first_needed = super::fields::first_needed::<T>();
        }
        if self.query.contains(&"cursor") {
            self.codes.push(Code::BadCursor);
        }
        self
    }

    /// A header that it reads.
    pub fn header(mut self, name: &'static str, schema: Value, text: &'static str) -> Self {
        self.headers.push((name, schema, text));
        self
    }

    /// A form of its body.
    pub fn body(mut self, media: &'static str, schema: Value) -> Self {
        self.bodies.push((media, schema));
        self
    }

    /// An answer of the API's own form: the height, and one of these.
    pub fn answers(self, shapes: &[&str]) -> Self {
        self.answers_with(200, "What was asked for.", shapes)
    }

    /// The same with another status.
    pub fn answers_with(self, status: u16, text: &'static str, shapes: &[&str]) -> Self {
        let body = match shapes {
            [one] => r(one),
            several => json!({ "anyOf": several.iter().map(|one| r(one)).collect::<Vec<_>>() }),
        };
        let schema = json!({ "allOf": [r("At"), body] });
        self.gives(status, text, "application/json", schema)
    }

    /// An answer of any form.
    pub fn gives(
        mut self,
        status: u16,
        text: &'static str,
        media: &'static str,
        schema: Value,
    ) -> Self {
        self.answers.push((status, text, media, schema));
        self
    }

    /// Further codes with which it refuses.
    pub fn fails(mut self, codes: &[Code]) -> Self {
        self.codes.extend(codes);
        self
    }

    /// What is not as it should be.
    #[cfg(test)]
    pub fn faults(&self, path: &str) -> Vec<String> {
        let mut faults = Vec::new();
        for name in self.query {
            if parameter(name).is_none() {
                faults.push(format!("{path}: the parameter `{name}` is not described"));
            }
        }
        for name in self.needed {
            if !self.query.contains(name) {
                faults.push(format!("{path}: `{name}` is needed and not read"));
            }
        }
        match &self.first_needed {
            Some(first) if !self.needed.contains(&first.as_str()) => {
                faults.push(format!("{path}: `{first}` is needed"));
            }
            None if !self.needed.is_empty() => {
                faults.push(format!("{path}: nothing is needed"));
            }
            _ => {}
        }
        let variable = path.matches('{').count();
        let described = self
            .path
            .iter()
            .filter(|(name, ..)| path.contains(&format!("{{{name}}}")));
        if described.count() != variable || self.path.len() != variable {
            faults.push(format!("{path}: its variable parts are not described"));
        }
        if self.answers.is_empty() {
            faults.push(format!("{path}: no answer is described"));
        }
        faults
    }

    /// The operation as OpenAPI writes it.
    pub fn json(&self, path: &str) -> Value {
        let mut parameters = Vec::new();
        let mut push = |name: &str, place: &str, required, schema: &Value, text: &str| {
            parameters.push(json!({
                "name": name, "in": place, "required": required, "schema": schema, "description": text
            }));
        };
        for (name, schema, text) in &self.path {
            push(name, "path", true, schema, text);
        }
        for name in self.query {
            if let Some((schema, text)) = parameter(name) {
                push(name, "query", self.needed.contains(name), &schema, text);
            }
        }
        for (name, schema, text) in &self.headers {
            push(name, "header", false, schema, text);
        }
        let mut operation = json!({
            "operationId": self.id, "summary": self.summary, "tags": [tag(path)],
            "parameters": parameters, "responses": self.responses(),
        });
        if !self.bodies.is_empty() {
            let content: Map<String, Value> = self
                .bodies
                .iter()
                .map(|(media, schema)| ((*media).to_owned(), json!({ "schema": schema })))
                .collect();
            operation["requestBody"] = json!({ "required": true, "content": content });
        }
        operation
    }

    fn responses(&self) -> Value {
        let mut responses = Map::new();
        for (status, text, media, schema) in &self.answers {
            let mut content = Map::new();
            content.insert((*media).to_owned(), json!({ "schema": schema }));
            let answer = json!({ "description": text, "content": content });
            responses.insert(status.to_string(), answer);
        }
        let mut refusals: BTreeMap<u16, Vec<&str>> = BTreeMap::new();
        for code in &self.codes {
            let names = refusals.entry(http_status(*code).as_u16()).or_default();
            if !names.contains(&code.name()) {
                names.push(code.name());
            }
        }
        for (status, names) in refusals {
            let mut answer = json!({
                "description": format!("`{}`", names.join("`, `")),
                "content": { "application/json": { "schema": r("ErrorBody") } },
            });
            if matches!(status, 429 | 503) {
                answer["headers"] = json!({ "Retry-After": {
                    "required": true, "description": "Seconds to wait.",
                    "schema": { "type": "integer", "minimum": 1 }
                }});
            }
            responses.insert(status.to_string(), answer);
        }
        Value::Object(responses)
    }
}

/// What a path is about.
fn tag(path: &str) -> &str {
    path.strip_prefix("/v1/")
        .and_then(|rest| rest.split('/').next())
        .unwrap_or("node")
}
