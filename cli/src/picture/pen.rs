//! Writes the elements of an SVG picture.

use super::label::{FONT, cells, is_foreign, pixels};
use super::layout::Rect;
use quick_xml::escape::escape;

const FONTS: &str = "ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', 'Liberation Mono', monospace";
/// The background.
pub const PAPER: &str = "#ffffff";
const INK: &str = "#1b1f24";
const SOFT_INK: &str = "#4b5563";
/// The size of the title's letters.
pub const TITLE: u32 = 20;

/// How a text looks.
pub struct Look {
    size: u32,
    bold: bool,
    ink: &'static str,
    /// It ends at its place instead of beginning there.
    ends: bool,
}

impl Look {
    /// Body text.
    pub const fn plain() -> Look {
        Look {
            size: FONT,
            bold: false,
            ink: INK,
            ends: false,
        }
    }

    /// What is read first.
    pub const fn strong() -> Look {
        Look {
            bold: true,
            ..Look::plain()
        }
    }

    /// What is of less interest.
    pub const fn soft() -> Look {
        Look {
            ink: SOFT_INK,
            ..Look::plain()
        }
    }

    /// Headings.
    pub const fn soft_strong() -> Look {
        Look {
            bold: true,
            ..Look::soft()
        }
    }

    /// The title.
    pub const fn title() -> Look {
        Look {
            size: TITLE,
            ..Look::strong()
        }
    }

    /// The same, ending at its place.
    pub const fn ending_there(self) -> Look {
        Look { ends: true, ..self }
    }
}

/// Writes elements.
#[derive(Default)]
pub struct Pen {
    body: String,
}

impl Pen {
    fn tag(&mut self, name: &str, attributes: &[(&str, String)], end: &str) {
        self.body.push('<');
        self.body.push_str(name);
        for (key, value) in attributes {
            self.body.push_str(&format!(" {key}=\"{}\"", safe(value)));
        }
        self.body.push_str(end);
    }

    /// Opens an element.
    pub fn open(&mut self, name: &str, attributes: &[(&str, String)]) {
        self.tag(name, attributes, ">\n");
    }

    /// Closes it.
    pub fn close(&mut self, name: &str) {
        self.body.push_str(&format!("</{name}>\n"));
    }

    /// A rectangle, with more attributes.
    pub fn rect(&mut self, rect: Rect, more: &[(&str, &str)]) {
        let mut attributes = vec![
            ("x", rect.x.to_string()),
            ("y", rect.y.to_string()),
            ("width", rect.w.to_string()),
            ("height", rect.h.to_string()),
        ];
        attributes.extend(more.iter().map(|(key, value)| (*key, (*value).to_owned())));
        self.tag("rect", &attributes, "/>\n");
    }

    /// A tooltip for the open element.
    pub fn title(&mut self, text: &str) {
        self.body
            .push_str(&format!("<title>{}</title>\n", safe(text)));
    }

    /// A line of text whose upper edge is at `y`.
    pub fn text(&mut self, x: u32, y: u32, text: &str, look: &Look) {
        // Letters reach down from the baseline by about a fifth of their size.
        let baseline = y.saturating_add(look.size);
        let mut attributes = vec![("x", x.to_string()), ("y", baseline.to_string())];
        attributes.push(("font-size", look.size.to_string()));
        attributes.push(("fill", look.ink.to_owned()));
        if look.bold {
            attributes.push(("font-weight", "bold".to_owned()));
        }
        if look.ends {
            attributes.push(("text-anchor", "end".to_owned()));
        }
        if is_foreign(text) {
            // Whatever font the reader has, it takes the room that was left for it.
            attributes.push(("textLength", pixels(cells(text)).to_string()));
            attributes.push(("lengthAdjust", "spacingAndGlyphs".to_owned()));
        }
        self.tag("text", &attributes, ">");
        self.body.push_str(&format!("{}</text>\n", safe(text)));
    }

    /// The whole picture.
    pub fn document(self, width: u32, height: u32, title: &str, summary: &str) -> String {
        let (title, summary) = (safe(title), safe(summary));
        format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
             <svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" \
             viewBox=\"0 0 {width} {height}\" role=\"img\" font-family=\"{FONTS}\" font-size=\"{FONT}\">\n\
             <title>{title}</title>\n<desc>{summary}</desc>\n\
             <rect width=\"100%\" height=\"100%\" fill=\"{PAPER}\"/>\n{}</svg>\n",
            self.body
        )
    }
}

/// Text that stands for itself in XML. What XML cannot hold becomes a replacement character.
fn safe(text: &str) -> String {
    let allowed = |c: char| match c {
        '\n' => c,
        '\u{fffe}' | '\u{ffff}' => '\u{fffd}',
        _ if c.is_control() => '\u{fffd}',
        _ => c,
    };
    let text: String = text.chars().map(allowed).collect();
    escape(text.as_str()).into_owned()
}
