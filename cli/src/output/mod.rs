//! Results on standard output, as tables or as JSON; everything else on standard error.

mod describe;
mod style;
mod table;
mod terms;

pub use describe::{
    act_name, action_text, call_fields, call_text, claim_text, condition_text, describe, leg_text,
    paper_text, range_text, state_text, turnover, utc_text,
};
pub use style::Style;
pub use table::{Column, fields, table};
pub use terms::{limits_text, terms_text};

use crate::error::{CliError, Report};
use serde::Serialize;
use std::io::{ErrorKind, Write};
use std::sync::{Arc, Mutex, PoisonError};

/// How results are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Table,
    /// For programs: one document with a `schema`, or one a line where results go on coming.
    Json,
}

/// Prints results and errors.
#[derive(Clone, Debug)]
pub struct Output {
    format: Format,
    style: Style,
    kept: Option<Kept>,
}

/// Results that are kept for the program itself instead of being printed.
pub type Kept = Arc<Mutex<Vec<String>>>;

#[derive(Serialize)]
struct Envelope<'a, T> {
    schema: &'a str,
    #[serde(flatten)]
    body: &'a T,
}

#[derive(Serialize)]
struct ErrorEnvelope<'a> {
    schema: &'static str,
    error: &'a Report,
}

/// A value in its envelope, `{"schema": "allonge.<thing>/1", …}`. The value has to be an object.
///
/// # Errors
/// The value is no object.
pub fn envelope<T: Serialize>(schema: &str, body: &T) -> serde_json::Result<String> {
    serde_json::to_string(&Envelope { schema, body })
}

impl Output {
    /// Prints in this format, coloured where standard output is a terminal.
    pub fn new(format: Format) -> Self {
        let style = match format {
            Format::Table => Style::stdout(),
            Format::Json => Style::plain(),
        };
        Output {
            format,
            style,
            kept: None,
        }
    }

    /// Keeps results, as JSON documents, and says nothing.
    pub fn keeping(kept: Kept) -> Self {
        Output {
            format: Format::Json,
            style: Style::plain(),
            kept: Some(kept),
        }
    }

    /// Whether results are JSON.
    pub fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// Prints a result: `value` in its envelope, or what `human` makes of it.
    ///
    /// # Errors
    /// Standard output cannot be written. A reader that has gone away is no error.
    pub fn show<T: Serialize>(
        &self,
        schema: &str,
        value: &T,
        human: impl FnOnce(Style) -> String,
    ) -> Result<(), CliError> {
        let text = match self.format {
            Format::Table => human(self.style),
            Format::Json => {
                let body = &Envelope {
                    schema,
                    body: value,
                };
                serde_json::to_string_pretty(body).map_err(|e| CliError::Output(e.into()))?
            }
        };
        self.print(&text).map(|_| ())
    }

    /// Prints one of many results on one line. False when nobody reads any more.
    ///
    /// # Errors
    /// As [`Output::show`].
    pub fn line<T: Serialize>(
        &self,
        schema: &str,
        value: &T,
        human: impl FnOnce(Style) -> String,
    ) -> Result<bool, CliError> {
        let text = match self.format {
            Format::Table => human(self.style),
            Format::Json => envelope(schema, value).map_err(|e| CliError::Output(e.into()))?,
        };
        self.print(&text)
    }

    /// Writes text to standard output, ending its last line. False when nobody reads any more.
    ///
    /// # Errors
    /// As [`Output::show`].
    pub fn print(&self, text: &str) -> Result<bool, CliError> {
        if let Some(kept) = &self.kept {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.push(text.to_owned());
            return Ok(true);
        }
        let mut out = std::io::stdout().lock();
        let end = if text.ends_with('\n') || text.is_empty() {
            ""
        } else {
            "\n"
        };
        let written = out
            .write_all(text.as_bytes())
            .and_then(|()| out.write_all(end.as_bytes()))
            .and_then(|()| out.flush());
        match written {
            Ok(()) => Ok(true),
            Err(e) if e.kind() == ErrorKind::BrokenPipe => Ok(false),
            Err(e) => Err(CliError::Output(e)),
        }
    }

    /// Says something that is not the result, on standard error.
    pub fn note(&self, text: &str) {
        if self.kept.is_some() {
            return;
        }
        // Nobody is left to tell if this fails.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// Prints an error on standard error.
    pub fn error(&self, error: &CliError) {
        let report = error.report();
        let text = match self.format {
            Format::Json => serde_json::to_string(&ErrorEnvelope {
                schema: "allonge.error/1",
                error: &report,
            })
            .unwrap_or_else(|e| e.to_string()),
            Format::Table => error_text(&report, Style::stderr()),
        };
        self.note(&text);
    }
}

fn error_text(report: &Report, style: Style) -> String {
    // Ledger and API errors begin with their code; the others are sentences of their own.
    let message = report
        .message
        .strip_prefix(&format!("{}: ", report.code))
        .unwrap_or(&report.message);
    let mut text = format!("{} {message} [{}]", style.bad("error:"), report.code);
    if let Some(id) = report.transaction {
        text.push_str(&format!("\ntransaction: {id}"));
    }
    if !report.hint.is_empty() {
        text.push_str(&format!("\n{} {}", style.bold("next:"), report.hint));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Serialize)]
    struct Thing {
        number: &'static str,
    }

    #[test]
    fn the_envelope_names_its_schema_first() {
        let text = envelope("allonge.thing/1", &Thing { number: "7" }).unwrap();
        assert_eq!(text, r#"{"schema":"allonge.thing/1","number":"7"}"#);
    }

    #[test]
    fn an_error_says_what_and_what_next() {
        let error = CliError::input("AMOUNT", "`x` is not an amount", "write it like 5");
        let text = error_text(&error.report(), Style::plain());
        assert_eq!(
            text,
            "error: `x` is not an amount [AMOUNT]\nnext: write it like 5"
        );
    }
}
