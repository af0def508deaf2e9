//! What came of a play: one line a step and check, and where it stopped.

use crate::error::Report as ErrorReport;
use crate::output::{Column, Style, table};
use serde::Serialize;
use std::path::PathBuf;

/// The kind of document.
pub const SCHEMA: &str = "allonge.play/1";

/// What came of a play.
#[derive(Debug, Serialize)]
pub struct Report {
    /// The scenario.
    pub file: String,
    /// Everything came as expected.
    pub ok: bool,
    /// Steps and checks, in the order of the file, as far as it came.
    pub lines: Vec<Line>,
    /// How many steps and checks the file has.
    pub of: usize,
    /// Why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<ErrorReport>,
    /// The business date at the end.
    pub date: String,
    /// The folder of the network, where it is kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kept: Option<PathBuf>,
    /// How long it took.
    pub milliseconds: u64,
}

/// A step or a check.
#[derive(Debug, Serialize)]
pub struct Line {
    /// Where it stands in the file.
    pub line: usize,
    /// The business date.
    pub date: String,
    /// Who acted.
    #[serde(rename = "as")]
    pub actor: String,
    /// `noun.verb`, or what was checked.
    pub act: String,
    /// `ok`, the code of a refusal, `failed`.
    pub result: String,
    /// Whether that was expected.
    pub expected: bool,
    /// The name of the result and what it is.
    pub saved: String,
    /// What was said of a refusal.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub message: String,
}

impl Report {
    /// For people.
    pub fn text(&self, style: Style) -> String {
        let rows = self.lines.iter().map(|line| {
            let result = match line.expected {
                true => line.result.clone(),
                false => format!("{} (!)", line.result),
            };
            vec![
                line.line.to_string(),
                line.date.clone(),
                line.actor.clone(),
                line.act.clone(),
                result,
                line.saved.clone(),
            ]
        });
        let columns = [
            Column::Right("LINE"),
            Column::Left("DATE"),
            Column::Left("WHO"),
            Column::Left("ACT"),
            Column::Left("RESULT"),
            Column::Left("SAVED"),
        ];
        let mut text = table(&columns, rows.collect());
        let (seconds, tenths) = (self.milliseconds / 1_000, self.milliseconds % 1_000 / 100);
        let end = match self.ok {
            true => style.good(&format!("all {} as expected", self.of)),
            false => style.bad(&format!("stopped at {} of {}", self.lines.len(), self.of)),
        };
        text.push_str(&format!("\n{end}, {seconds}.{tenths} s\n"));
        if let Some(kept) = &self.kept {
            text.push_str(&format!("the network's folder is {}\n", kept.display()));
        }
        text
    }
}
