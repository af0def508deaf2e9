//! Inputs changed by chance, the same ones for the same seed.

use super::Form;
use allonge_ledger::Transaction;
use serde_json::{Map, Value};

/// Numbers at which decoders go wrong.
const EDGES: [u64; 14] = [
    0,
    1,
    127,
    128,
    255,
    256,
    65_535,
    65_536,
    0x7fff_ffff,
    0x8000_0000,
    0xffff_ffff,
    0x1_0000_0000,
    i64::MAX as u64,
    u64::MAX,
];

/// Words at which decoders of text go wrong.
const WORDS: [&str; 40] = [
    "",
    " ",
    "0",
    "-1",
    "+1",
    "1e999",
    "0.00",
    "0.001",
    "18446744073709551615",
    "18446744073709551616",
    "184467440737095516.15",
    "99999999999999999999999999",
    "1970-01-01",
    "9999-12-31",
    "2026-02-29",
    "0000-00-00",
    "24:00",
    "510210009999620270105000000011",
    "00000000000000000000000000000000",
    "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    "CNY",
    "JPY",
    "XXX",
    "null",
    "true",
    "nan",
    "运费",
    "\u{202e}",
    "\u{0}",
    "\"",
    "\\u0000",
    "&amp;",
    "&#x0;",
    "<![CDATA[",
    "]]>",
    "<!--",
    "[[",
    "{",
    "%00",
    "\r\n",
];

/// Chance and what it makes of inputs.
pub struct Mutator(u64);

impl Mutator {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        Mutator(seed)
    }

    /// The next number (splitmix64).
    pub fn number(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// From 0 up to `below`, without it; 0 where there is nothing.
    pub fn below(&mut self, below: usize) -> usize {
        usize::try_from(self.number() % (below.max(1) as u64)).unwrap_or(0)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    /// Another input, of at most so many bytes; `other` is one more input to take parts from.
    pub fn change(&mut self, form: Form, input: &[u8], other: &[u8], most: usize) -> Vec<u8> {
        // Now and then the structure itself is damaged.
        let kept = if self.below(5) > 0 {
            match form {
                Form::Bytes => None,
                Form::Json => self.json(input, other),
                Form::Text => self.text(input, other),
                Form::Transaction { after } => self.transaction(after, input, other),
            }
        } else {
            None
        };
        let mut changed = kept.unwrap_or_else(|| self.bytes(input, other));
        changed.truncate(most);
        changed
    }

    fn bytes(&mut self, input: &[u8], other: &[u8]) -> Vec<u8> {
        let mut bytes = input.to_vec();
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len().saturating_add(1));
            match self.below(8) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = self.number() as u8,
                2 => {
                    let edge = self.one(&EDGES);
                    let width = self.one(&[1usize, 2, 4, 8]);
                    let number = match self.below(2) {
                        0 => edge.to_le_bytes()[..width].to_vec(),
                        _ => edge.to_be_bytes()[8 - width..].to_vec(),
                    };
                    let end = bytes.len().min(at.saturating_add(width));
                    bytes.splice(at..end, number);
                }
                3 => {
                    let end = self.end(at, bytes.len());
                    bytes.drain(at..end);
                }
                4 => {
                    let end = self.end(at, bytes.len());
                    let piece = bytes[at..end].to_vec();
                    let to = self.below(bytes.len().saturating_add(1));
                    bytes.splice(to..to, piece);
                }
                5 => {
                    let from = self.below(other.len().saturating_add(1));
                    let end = self.end(from, other.len());
                    let over = self.end(at, bytes.len());
                    bytes.splice(at..over, other[from..end].iter().copied());
                }
                6 => bytes.truncate(at),
                _ => {
                    let byte = self.number() as u8;
                    bytes.insert(at, byte);
                }
            }
        }
        bytes
    }

    /// A place behind `at`, mostly near.
    fn end(&mut self, at: usize, length: usize) -> usize {
        let reach = self.one(&[1usize, 4, 16, 64, 100_000]);
        let left = length.saturating_sub(at);
        at.saturating_add(self.below(left.min(reach).saturating_add(1)))
    }

    fn text(&mut self, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        let (input, other) = (
            std::str::from_utf8(input).ok()?,
            std::str::from_utf8(other).ok()?,
        );
        let mut words: Vec<&str> = split(input);
        let others: Vec<&str> = split(other);
        for _ in 0..=self.below(3) {
            let at = self.below(words.len().saturating_add(1));
            match self.below(6) {
                0 if at < words.len() => words[at] = self.one(&WORDS),
                1 if at < words.len() && !others.is_empty() => words[at] = self.one(&others),
                2 => {
                    let end = self.end(at, words.len());
                    words.drain(at..end);
                }
                3 => {
                    let end = self.end(at, words.len());
                    let piece = words[at..end].to_vec();
                    for _ in 0..=self.one(&[0usize, 1, 5, 60]) {
                        words.splice(at..at, piece.iter().copied());
                        if words.len() > 50_000 {
                            break;
                        }
                    }
                }
                4 if !others.is_empty() => {
                    let from = self.below(others.len());
                    let end = self.end(from, others.len());
                    words.splice(at..at, others[from..end].iter().copied());
                }
                _ => words.insert(at, WORDS[self.below(WORDS.len())]),
            }
        }
        Some(words.concat().into_bytes())
    }

    fn json(&mut self, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        let mut value: Value = serde_json::from_slice(input).ok()?;
        let other: Value = serde_json::from_slice(other).unwrap_or(Value::Null);
        for _ in 0..=self.below(3) {
            self.change_value(&mut value, &other);
        }
        serde_json::to_vec(&value).ok()
    }

    fn transaction(&mut self, after: usize, input: &[u8], other: &[u8]) -> Option<Vec<u8>> {
        let (before, bytes) = input.split_at_checked(after)?;
        let json = |bytes: &[u8]| {
            let read = Transaction::from_bytes(bytes).ok()?;
            serde_json::to_value(read).ok()
        };
        let mut value = json(bytes)?;
        let other = other.get(after..).and_then(json).unwrap_or(Value::Null);
        // Most changes are none that the types allow, so a few are tried.
        for _ in 0..20 {
            let mut changed = value.clone();
            self.change_value(&mut changed, &other);
            if let Ok(read) = serde_json::from_value::<Transaction>(changed.clone()) {
                value = changed;
                if self.below(3) == 0 {
                    return Some([before, &read.to_bytes()].concat());
                }
            }
        }
        let read: Transaction = serde_json::from_value(value).ok()?;
        Some([before, &read.to_bytes()].concat())
    }

    fn change_value(&mut self, value: &mut Value, other: &Value) {
        let spare = match self.below(3) {
            0 => {
                let at = self.below(count(other));
                nth(&mut other.clone(), &mut { at }).map(|v| v.take())
            }
            _ => {
                let at = self.below(count(value));
                nth(&mut value.clone(), &mut { at }).map(|v| v.take())
            }
        };
        let at = self.below(count(value));
        let Some(place) = nth(value, &mut { at }) else {
            return;
        };
        match (self.below(6), &mut *place) {
            (0, Value::Array(items)) if !items.is_empty() => {
                let from = self.below(items.len());
                let item = items[from].clone();
                for _ in 0..=self.one(&[0usize, 1, 16, 70]) {
                    items.insert(from, item.clone());
                }
            }
            (1, Value::Array(items)) if !items.is_empty() => {
                let from = self.below(items.len());
                items.remove(from);
            }
            (0 | 1, Value::Object(fields)) if !fields.is_empty() => self.change_fields(fields),
            (2 | 3, Value::String(text)) => {
                let mut bytes = text.clone().into_bytes();
                bytes = match self.below(3) {
                    0 => self.one(&WORDS).as_bytes().to_vec(),
                    _ => self.bytes(&bytes, self::WORDS[0].as_bytes()),
                };
                *text = String::from_utf8_lossy(&bytes).into_owned();
            }
            (2 | 3, Value::Number(number)) => *number = self.one(&EDGES).into(),
            (4, place) => {
                *place = match self.below(7) {
                    0 => Value::Null,
                    1 => Value::Bool(self.below(2) == 0),
                    2 => Value::String(self.one(&WORDS).to_owned()),
                    3 => Value::Number(self.one(&EDGES).into()),
                    4 => Value::String(self.one(&EDGES).to_string()),
                    5 => Value::Array(Vec::new()),
                    _ => (0..self.one(&[1usize, 20, 140]))
                        .fold(Value::Null, |inner, _| Value::Array(vec![inner])),
                }
            }
            (_, place) => *place = spare.unwrap_or(Value::Null),
        }
    }

    fn change_fields(&mut self, fields: &mut Map<String, Value>) {
        let at = self.below(fields.len());
        let Some(name) = fields.keys().nth(at).cloned() else {
            return;
        };
        let Some(value) = fields.remove(&name) else {
            return;
        };
        match self.below(3) {
            0 => {}
            1 => {
                fields.insert(format!("{name}x"), value);
            }
            _ => {
                fields.insert(self.one(&WORDS).to_owned(), value.clone());
                fields.insert(name, value);
            }
        }
    }
}

/// Words, and what lies between them.
fn split(text: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let word = first.is_alphanumeric();
        let end = rest
            .char_indices()
            .find(|(at, c)| *at > 0 && (!word || c.is_alphanumeric() != word))
            .map_or(rest.len(), |(at, _)| at);
        let (part, after) = rest.split_at(end);
        parts.push(part);
        rest = after;
    }
    parts
}

/// How many values there are in it, itself included.
fn count(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(count).sum::<usize>(),
        Value::Object(fields) => 1 + fields.values().map(count).sum::<usize>(),
        _ => 1,
    }
}

/// The value of this number, in the order in which they are written.
fn nth<'a>(value: &'a mut Value, at: &mut usize) -> Option<&'a mut Value> {
    if *at == 0 {
        return Some(value);
    }
    *at -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, at)),
        Value::Object(fields) => fields.iter_mut().find_map(|(_, item)| nth(item, at)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_makes_the_same_inputs() {
        let input = br#"{"a": [1, "two", {"b": null}], "c": true}"#;
        let made = |seed| -> Vec<Vec<u8>> {
            let mut mutator = Mutator::new(seed);
            let forms = [Form::Bytes, Form::Json, Form::Text];
            let all = forms
                .iter()
                .flat_map(|form| std::iter::repeat_n(*form, 200));
            all.map(|form| mutator.change(form, input, input, 1_000))
                .collect()
        };
        assert_eq!(made(7), made(7));
        assert_ne!(made(7), made(8));
        assert!(made(7).iter().all(|bytes| bytes.len() <= 1_000));
    }

    #[test]
    fn every_value_is_found_by_its_number() {
        let mut value = serde_json::json!({"a": [1, 2], "b": {"c": 3}});
        assert_eq!(count(&value), 6);
        assert_eq!(nth(&mut value, &mut 5), Some(&mut serde_json::json!(3)));
        assert_eq!(nth(&mut value, &mut 6), None);
    }
}
