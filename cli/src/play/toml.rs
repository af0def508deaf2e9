//! A TOML document with the line of everything in it, read key by key so that nothing is overlooked.

use super::format::Expected;
use std::ops::Range;
use std::str::FromStr;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Tables and lists may lie so deep in each other. Dotted keys in inline tables make thousands of levels out of
/// a few kilobytes, more than a stack holds; nothing that is read here has more than four.
const MAX_DEPTH: usize = 32;

/// What is wrong with a scenario's file, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong, with the value.
    pub message: String,
    /// What to do next.
    pub hint: String,
}

impl Problem {
    /// Of a line.
    pub fn at(line: usize, message: impl Into<String>, hint: impl Into<String>) -> Self {
        Problem {
            line,
            message: message.into(),
            hint: hint.into(),
        }
    }
}

/// Something and the line it stands on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct At<T> {
    /// The line, from 1.
    pub line: usize,
    /// What stands there.
    pub value: T,
}

/// A value as it is written: what has no meaning of its own is text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// A string, a whole number or a date.
    Text(String),
    /// `true` or `false`.
    Truth(bool),
    /// Several.
    List(Vec<At<Value>>),
    /// Named ones, in the order of the file.
    Table(Vec<Entry>),
}

/// A key and its value.
pub type Entry = (At<String>, At<Value>);

/// A table of which every key must be asked for.
#[derive(Debug)]
pub struct Fields {
    /// What it is, as in `[[step]]`.
    pub what: String,
    /// Where it begins.
    pub line: usize,
    entries: Vec<Entry>,
    asked: Vec<&'static str>,
}

/// Reads a whole document.
///
/// # Errors
/// It is no TOML, or holds a number with a point.
pub fn read(text: &str) -> Result<Fields, Problem> {
    let lines = Lines::of(text);
    let document = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.at(span.start));
        Problem::at(
            line,
            format!("this is not TOML: {}", error.message()),
            "texts stand in quotes; see https://toml.io for how it is written",
        )
    })?;
    Ok(Fields {
        what: "the file".to_owned(),
        line: 1,
        entries: entries(document.get_ref(), &lines, MAX_DEPTH)?,
        asked: Vec::new(),
    })
}

/// Where lines begin.
struct Lines(Vec<usize>);

impl Lines {
    fn of(text: &str) -> Self {
        let after_ends = text.match_indices('\n').map(|(at, _)| at.saturating_add(1));
        Lines(std::iter::once(0).chain(after_ends).collect())
    }

    fn at(&self, offset: usize) -> usize {
        self.0.partition_point(|begin| *begin <= offset)
    }
}

fn entries(table: &DeTable<'_>, lines: &Lines, depth: usize) -> Result<Vec<Entry>, Problem> {
    let mut found: Vec<(Range<usize>, Entry)> = Vec::new();
    for (key, entry) in table {
        let name = At {
            line: lines.at(key.span().start),
            value: key.get_ref().to_string(),
        };
        found.push((key.span(), (name, value(entry, lines, depth)?)));
    }
    found.sort_by_key(|(span, _)| span.start);
    Ok(found.into_iter().map(|(_, entry)| entry).collect())
}

fn value(entry: &Spanned<DeValue<'_>>, lines: &Lines, depth: usize) -> Result<At<Value>, Problem> {
    let line = lines.at(entry.span().start);
    let below = depth.checked_sub(1).ok_or_else(|| {
        Problem::at(
            line,
            format!("tables and lists lie in each other more than {MAX_DEPTH} deep"),
            "write fewer dots in keys and fewer braces and brackets in each other",
        )
    })?;
    let value = match entry.get_ref() {
        DeValue::String(text) => Value::Text(text.to_string()),
        DeValue::Integer(number) => Value::Text(number.to_string()),
        DeValue::Datetime(moment) => Value::Text(moment.to_string()),
        DeValue::Boolean(truth) => Value::Truth(*truth),
        DeValue::Float(number) => {
            return Err(Problem::at(
                line,
                format!(
                    "`{}` is a number with a point, which cannot be trusted with money",
                    number.as_str()
                ),
                format!("write it in quotes: \"{}\"", number.as_str()),
            ));
        }
        DeValue::Array(items) => Value::List(
            items
                .iter()
                .map(|item| self::value(item, lines, below))
                .collect::<Result<_, _>>()?,
        ),
        DeValue::Table(table) => Value::Table(entries(table, lines, below)?),
    };
    Ok(At { line, value })
}

impl Fields {
    /// The table that a value is.
    ///
    /// # Errors
    /// It is none.
    pub fn of(value: At<Value>, what: &str) -> Result<Self, Problem> {
        match value.value {
            Value::Table(entries) => Ok(Fields {
                what: what.to_owned(),
                line: value.line,
                entries,
                asked: Vec::new(),
            }),
            other => Err(wrong_kind(
                value.line,
                what,
                &other,
                "a table, { key = value }",
            )),
        }
    }

    /// A value, if the key is there.
    pub fn take(&mut self, key: &'static str) -> Option<At<Value>> {
        self.asked.push(key);
        let at = self
            .entries
            .iter()
            .position(|(name, _)| name.value == key)?;
        Some(self.entries.remove(at).1)
    }

    /// A text, if the key is there.
    ///
    /// # Errors
    /// It is no text.
    pub fn text(&mut self, key: &'static str) -> Result<Option<At<String>>, Problem> {
        self.take(key)
            .map(|value| text_of(value, &format!("`{key}`")))
            .transpose()
    }

    /// A text that has to be there.
    ///
    /// # Errors
    /// It is not there, or no text.
    pub fn required(&mut self, key: &'static str) -> Result<At<String>, Problem> {
        let (line, what) = (self.line, self.what.clone());
        self.text(key)?.ok_or_else(|| {
            Problem::at(
                line,
                format!("{what} has no `{key}`"),
                format!("add {key} = \"…\""),
            )
        })
    }

    /// Something that is written as text, if the key is there.
    ///
    /// # Errors
    /// It is no such thing.
    pub fn parsed<T: FromStr>(&mut self, key: &'static str) -> Result<Option<At<T>>, Problem>
    where
        T::Err: std::fmt::Display,
    {
        self.text(key)?.map(|text| parse(&text, key)).transpose()
    }

    /// Something that is written as text and has to be there.
    ///
    /// # Errors
    /// It is not there, or no such thing.
    pub fn required_parsed<T: FromStr>(&mut self, key: &'static str) -> Result<At<T>, Problem>
    where
        T::Err: std::fmt::Display,
    {
        parse(&self.required(key)?, key)
    }

    /// The tables `[[key]]`, in the order of the file.
    ///
    /// # Errors
    /// It is no array of tables.
    pub fn tables(&mut self, key: &'static str) -> Result<Vec<Fields>, Problem> {
        let what = format!("[[{key}]]");
        match self.take(key) {
            None => Ok(Vec::new()),
            Some(At {
                value: Value::List(items),
                ..
            }) => items
                .into_iter()
                .map(|item| Fields::of(item, &what))
                .collect(),
            Some(other) => Err(Problem::at(
                other.line,
                format!("`{key}` is {}", kind(&other.value)),
                format!("write it as {what}, with its keys on the lines below"),
            )),
        }
    }

    /// Everything that was not asked for.
    ///
    /// # Errors
    /// There is nothing.
    pub fn rest(self, empty: &str) -> Result<Expected, Problem> {
        if self.entries.is_empty() {
            return Err(Problem::at(
                self.line,
                empty,
                "name at least one field and what must stand there",
            ));
        }
        Ok(Expected {
            line: self.line,
            fields: self.entries,
        })
    }

    /// Ends the reading.
    ///
    /// # Errors
    /// A key that nobody asked for.
    pub fn end(self) -> Result<(), Problem> {
        match self.entries.first() {
            None => Ok(()),
            Some((key, _)) => Err(Problem::at(
                key.line,
                format!("unknown key `{}` in {}", key.value, self.what),
                did_you_mean(&key.value, self.asked.iter().copied()),
            )),
        }
    }
}

/// The text that a value is.
///
/// # Errors
/// It is none.
pub fn text_of(value: At<Value>, what: &str) -> Result<At<String>, Problem> {
    match value.value {
        Value::Text(text) => Ok(At {
            line: value.line,
            value: text,
        }),
        other => Err(wrong_kind(value.line, what, &other, "a text in quotes")),
    }
}

/// Reads a text as something else.
///
/// # Errors
/// It is not that.
pub fn parse<T: FromStr>(text: &At<String>, key: &str) -> Result<At<T>, Problem>
where
    T::Err: std::fmt::Display,
{
    match text.value.parse() {
        Ok(value) => Ok(At {
            line: text.line,
            value,
        }),
        Err(error) => Err(Problem::at(
            text.line,
            format!("`{key}`: {error}"),
            "correct the value",
        )),
    }
}

/// What kind of value it is, in words.
pub fn kind(value: &Value) -> &'static str {
    match value {
        Value::Text(_) => "a text or number",
        Value::Truth(_) => "true or false",
        Value::List(_) => "a list",
        Value::Table(_) => "a table",
    }
}

fn wrong_kind(line: usize, what: &str, value: &Value, wanted: &str) -> Problem {
    Problem::at(
        line,
        format!("{what} is {}, not {wanted}", kind(value)),
        format!("write {wanted}"),
    )
}

/// The nearest of what there is, or all of it.
pub fn did_you_mean<'a>(wrong: &str, have: impl Iterator<Item = &'a str>) -> String {
    let mut have: Vec<&str> = have.collect();
    have.sort_unstable();
    have.dedup();
    // A short word is near to nearly everything.
    let most = (wrong.len() / 3).clamp(1, 2);
    let mut near: Vec<(usize, &str)> = have
        .iter()
        .map(|name| (distance(wrong, name), *name))
        .filter(|(far, name)| *far <= most || (wrong.len() > 2 && name.contains(wrong)))
        .collect();
    near.sort_unstable();
    near.truncate(3);
    let near: Vec<String> = near.iter().map(|(_, name)| format!("`{name}`")).collect();
    match (near.is_empty(), have.is_empty()) {
        (false, _) => format!("did you mean {}?", near.join(" or ")),
        (true, false) => format!("there are {}", have.join(", ")),
        (true, true) => "remove it".to_owned(),
    }
}

/// How many letters have to be changed, put in or left out (Levenshtein).
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        let mut left = i.saturating_add(1);
        for (cell, y) in row.iter_mut().skip(1).zip(&b) {
            let changed = diagonal.saturating_add(usize::from(x != *y));
            diagonal = *cell;
            left = changed
                .min(left.saturating_add(1))
                .min(cell.saturating_add(1));
            *cell = left;
        }
        if let Some(first) = row.first_mut() {
            *first = i.saturating_add(1);
        }
    }
    row.last().copied().unwrap_or(0)
}
