//! Transcripts as tables: a line that is typed, and what must come of it.

use serde_json::Value;
use std::collections::BTreeMap;
use tests::{Ran, Shell};

/// One line of a transcript. `{name}` stands for what an earlier line kept.
pub struct Line {
    typed: &'static str,
    exit: i32,
    /// On standard output.
    says: &'static [&'static str],
    /// Name and JSON pointer of what is kept for later lines; the line then runs with `--output json`.
    keep: &'static [(&'static str, &'static str)],
    /// JSON pointers and what stands there; the line then runs with `--output json`.
    holds: &'static [(&'static str, &'static str)],
    /// Of a failing line: the code.
    code: &'static str,
}

/// A line that succeeds.
pub const fn ok(typed: &'static str) -> Line {
    Line {
        typed,
        exit: 0,
        says: &[],
        keep: &[],
        holds: &[],
        code: "",
    }
}

/// A line that fails with an exit code and a named problem.
pub const fn fails(typed: &'static str, exit: i32, code: &'static str) -> Line {
    Line {
        exit,
        code,
        ..ok(typed)
    }
}

impl Line {
    /// It prints these texts: a table or sentences on standard output, an error on standard error.
    pub const fn says(self, says: &'static [&'static str]) -> Self {
        Line { says, ..self }
    }

    /// It prints JSON of which these parts are kept.
    pub const fn keeps(self, keep: &'static [(&'static str, &'static str)]) -> Self {
        Line { keep, ..self }
    }

    /// It prints JSON in which these values stand; `/schema` names the kind of document.
    pub const fn holds(self, holds: &'static [(&'static str, &'static str)]) -> Self {
        Line { holds, ..self }
    }
}

/// What earlier lines kept.
#[derive(Default)]
pub struct Kept(BTreeMap<String, String>);

impl Kept {
    pub fn put(&mut self, name: &str, value: impl Into<String>) {
        self.0.insert(name.to_owned(), value.into());
    }

    pub fn get(&self, name: &str) -> &str {
        self.0
            .get(name)
            .unwrap_or_else(|| panic!("nothing was kept as {name}"))
    }

    fn fill(&self, text: &str) -> String {
        let mut text = text.to_owned();
        for (name, value) in &self.0 {
            text = text.replace(&format!("{{{name}}}"), value);
        }
        assert!(!text.contains('{'), "nothing was kept for `{text}`");
        text
    }
}

/// Types all lines, one after the other.
pub fn play(shell: &Shell, kept: &mut Kept, lines: &[Line]) {
    for line in lines {
        let typed = kept.fill(line.typed);
        let json = !line.keep.is_empty() || !line.holds.is_empty();
        let shell = if json { shell.json() } else { shell.clone() };
        let ran = shell.types(&typed).exits(line.exit);
        check_streams(&ran, line, json);
        for text in line.says {
            let text = kept.fill(text);
            let stream = if line.exit == 0 { &ran.out } else { &ran.err };
            assert!(
                stream.contains(&text),
                "`{typed}` must print `{text}`\nstdout: {}\nstderr: {}",
                ran.out,
                ran.err
            );
        }
        if json && line.exit == 0 {
            check_document(&ran, line, kept);
        }
    }
}

/// Results are on standard output, everything else on standard error.
fn check_streams(ran: &Ran, line: &Line, json: bool) {
    if line.exit == 0 {
        return;
    }
    assert!(
        ran.err.contains(line.code),
        "{} must name {}: {}",
        ran.line,
        line.code,
        ran.err
    );
    if json {
        // The last line: notes may stand before it.
        let last = ran.err.lines().last().unwrap_or_default();
        let error: Value =
            serde_json::from_str(last).unwrap_or_else(|e| panic!("{}: {e}: {}", ran.line, ran.err));
        assert_eq!(error["schema"], "allonge.error/1", "{}", ran.line);
        assert_eq!(error["error"]["code"], line.code, "{}", ran.line);
        assert_eq!(error["error"]["exit"], line.exit, "{}", ran.line);
        let hint = error["error"]["hint"].as_str().unwrap_or_default();
        assert!(!hint.is_empty(), "{} must say what to do next", ran.line);
    } else {
        let help = ran.err.contains("next:") || ran.err.contains("try '--help'");
        assert!(help, "{} must say what to do next: {}", ran.line, ran.err);
    }
}

fn check_document(ran: &Ran, line: &Line, kept: &mut Kept) {
    let document = ran.json();
    let schema = document["schema"].as_str().unwrap_or_default();
    assert!(
        schema.starts_with("allonge.") && schema.contains('/'),
        "{}: schema `{schema}`",
        ran.line
    );
    for (pointer, expected) in line.holds {
        let expected = kept.fill(expected);
        let found = document.pointer(pointer);
        let text = match found {
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
            None => panic!("{}: no {pointer} in {document}", ran.line),
        };
        assert_eq!(text, expected, "{}: {pointer} in {document}", ran.line);
    }
    for (name, pointer) in line.keep {
        match document.pointer(pointer) {
            Some(Value::String(text)) => kept.put(name, text.clone()),
            Some(other) => kept.put(name, other.to_string()),
            None => panic!("{}: no {pointer} in {document}", ran.line),
        }
    }
}
