//! The demo to watch: eighty columns, coloured on a terminal, plain lines in a pipe, nothing where JSON is asked for.

use super::report::Step;
use crate::error::CliError;
use crate::output::{Output, Style};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// The width of a line.
pub(super) const WIDTH: usize = 80;
/// The width of the words of a step, between who acted and where it is final.
const WORDS: usize = 38;
const ACTOR: usize = 15;
const PLACE: usize = 20;
const INDENT: usize = 4 + ACTOR + 2;

/// Where the demo is shown.
#[derive(Clone, Debug)]
pub(super) struct Screen {
    out: Output,
    style: Style,
    pub quiet: bool,
}

impl Screen {
    pub fn new(out: Output) -> Self {
        let quiet = out.is_json();
        let style = if quiet {
            Style::plain()
        } else {
            Style::stdout()
        };
        Screen { out, style, quiet }
    }

    /// Colours.
    pub fn style(&self) -> Style {
        self.style
    }

    /// A line of text, or several.
    pub fn text(&self, text: &str) -> Result<(), CliError> {
        if self.quiet {
            return Ok(());
        }
        self.out.print(text).map(|_| ())
    }

    /// The title of a part.
    pub fn heading(&self, title: &str) -> Result<(), CliError> {
        self.text(&format!("\n{}", self.style.bold(title)))
    }

    /// Something that became final.
    pub fn step(&self, step: &Step) -> Result<(), CliError> {
        let place = format!("block {:>4} {:>6} ms", step.height, step.milliseconds);
        self.row(
            &step.number.to_string(),
            &step.actor,
            &step.text,
            &place,
            |_, words| words.to_owned(),
        )
    }

    /// Something that happened outside the ledger; `paint` gives its words their colour.
    pub fn event(
        &self,
        who: &str,
        text: &str,
        place: &str,
        paint: impl Fn(Style, &str) -> String,
    ) -> Result<(), CliError> {
        self.row("", who, text, place, paint)
    }

    fn row(
        &self,
        number: &str,
        who: &str,
        text: &str,
        place: &str,
        paint: impl Fn(Style, &str) -> String,
    ) -> Result<(), CliError> {
        let mut lines = wrap(text, WORDS).into_iter();
        let first = lines.next().unwrap_or_default();
        // Colours come last, for they would count as width.
        let mut all = format!(
            "{number:>2}  {}  {} {}",
            self.style.bold(&pad(who, ACTOR)),
            paint(self.style, &pad(&first, WORDS)),
            self.style.dim(&format!("{place:>PLACE$}"))
        );
        for line in lines {
            all.push_str(&format!("\n{:INDENT$}{}", "", paint(self.style, &line)));
        }
        self.text(all.trim_end())
    }
}

/// Text filled up with spaces to a width.
fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.width());
    format!("{text}{:missing$}", "")
}

/// Text cut to a width, with a mark where something is missing.
pub(super) fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut used = 1;
    for c in text.chars() {
        used += c.width().unwrap_or(0);
        if used > width {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// Words on lines no wider than `width`; a longer word has a line of its own.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in text.split(' ') {
        if !line.is_empty() && line.width() + 1 + word.width() > width {
            lines.push(std::mem::take(&mut line));
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_keep_to_their_width_in_any_script() {
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), [""]);
        assert_eq!(wrap("immeasurable x", 7), ["immeasurable", "x"]);
        assert_eq!(wrap("汽车 集团 x", 5), ["汽车", "集团", "x"]);
        assert_eq!(cut("示例汽车", 8), "示例汽车");
        assert_eq!(cut("示例汽车集团", 8), "示例汽…");
        assert_eq!(cut("abcdef", 4), "abc…");
        assert!(cut("示例汽车集团", 8).width() <= 8);
        assert_eq!(pad("示例", 6).width(), 6);
    }
}
