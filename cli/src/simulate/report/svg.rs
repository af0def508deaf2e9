//! The pen of the charts: SVG text, escaped, with positions to a tenth of a pixel.

use std::fmt::Write;

/// Where a text is anchored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    End,
}

/// SVG under way.
#[derive(Clone, Debug, Default)]
pub(super) struct Svg {
    body: String,
}

/// Text as XML and HTML take it.
pub(super) fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}

/// A position to a tenth.
fn at(value: f64) -> String {
    let text = format!("{value:.1}");
    match text.strip_suffix(".0") {
        Some("-0") => "0".to_owned(),
        Some(whole) => whole.to_owned(),
        None => text,
    }
}

impl Svg {
    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string does not fail.
        let _ = self.body.write_fmt(text);
        self.body.push('\n');
    }

    pub fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.add(format_args!(
            r#"<line class="{class}" x1="{}" y1="{}" x2="{}" y2="{}"/>"#,
            at(from.0),
            at(from.1),
            at(to.0),
            at(to.1)
        ));
    }

    /// A bar, with what it says when it is pointed at.
    pub fn rect(&mut self, class: &str, left_top: (f64, f64), size: (f64, f64), says: &str) {
        self.add(format_args!(
            r#"<rect class="{class}" x="{}" y="{}" width="{}" height="{}"><title>{}</title></rect>"#,
            at(left_top.0),
            at(left_top.1),
            at(size.0.max(0.0)),
            at(size.1.max(0.0)),
            escaped(says)
        ));
    }

    /// A line through points.
    pub fn path(&mut self, class: &str, points: &[(f64, f64)], says: &str) {
        let points: Vec<String> = points
            .iter()
            .map(|(x, y)| format!("{},{}", at(*x), at(*y)))
            .collect();
        self.add(format_args!(
            r#"<polyline class="{class}" points="{}"><title>{}</title></polyline>"#,
            points.join(" "),
            escaped(says)
        ));
    }

    pub fn text(&mut self, class: &str, place: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::End => "end",
        };
        self.add(format_args!(
            r#"<text class="{class}" x="{}" y="{}" text-anchor="{anchor}">{}</text>"#,
            at(place.0),
            at(place.1),
            escaped(text)
        ));
    }

    /// The picture: as wide as it is let, with a title and a description for who does not see it.
    pub fn document(self, width: f64, height: f64, title: &str, description: &str) -> String {
        format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {}\" role=\"img\" aria-label=\"{}\">\n<desc>{}</desc>\n{}</svg>\n",
            at(width),
            at(height),
            escaped(title),
            escaped(description),
            self.body
        )
    }
}
