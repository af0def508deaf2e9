//! Colours, on a terminal that wants them.

use std::io::IsTerminal;

/// Whether and how text is coloured.
#[derive(Clone, Copy, Debug)]
pub struct Style {
    colour: bool,
}

impl Style {
    /// For standard output: no colours in a pipe, in a dumb terminal, or where NO_COLOR is set.
    pub fn stdout() -> Self {
        Style {
            colour: wanted() && std::io::stdout().is_terminal(),
        }
    }

    /// For standard error.
    pub fn stderr() -> Self {
        Style {
            colour: wanted() && std::io::stderr().is_terminal(),
        }
    }

    /// Never coloured.
    pub const fn plain() -> Self {
        Style { colour: false }
    }

    /// Bold.
    pub fn bold(self, text: &str) -> String {
        self.paint("1", text)
    }

    /// For what is of less interest.
    pub fn dim(self, text: &str) -> String {
        self.paint("2", text)
    }

    /// For what went well.
    pub fn good(self, text: &str) -> String {
        self.paint("32", text)
    }

    /// For what did not.
    pub fn bad(self, text: &str) -> String {
        self.paint("31", text)
    }

    fn paint(self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\u{1b}[{code}m{text}\u{1b}[0m")
        } else {
            text.to_owned()
        }
    }
}

/// NO_COLOR (no-color.org) counts when it is set and not empty.
fn wanted() -> bool {
    std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty())
        && std::env::var_os("TERM").is_none_or(|term| term != "dumb")
}
