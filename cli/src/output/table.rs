//! Tables and lists of fields, without lines around them.

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};

/// The head of a column.
#[derive(Clone, Copy, Debug)]
pub enum Column {
    /// Text.
    Left(&'static str),
    /// Numbers.
    Right(&'static str),
}

/// What tables shall fit into.
const WIDTH: usize = 80;

/// Rows under a head, with two spaces between columns, or one where that keeps it inside 80 characters.
/// Wrapped to a terminal's width, never in a pipe. Cells hold plain text.
pub fn table(columns: &[Column], rows: Vec<Vec<String>>) -> String {
    let wide = arranged(columns, &rows, 2);
    if wide.lines().all(|line| line.chars().count() <= WIDTH) {
        wide
    } else {
        arranged(columns, &rows, 1)
    }
}

fn arranged(columns: &[Column], rows: &[Vec<String>], gap: u16) -> String {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Dynamic)
        .set_header(columns.iter().map(|column| match column {
            Column::Left(head) | Column::Right(head) => *head,
        }));
    for row in rows {
        table.add_row(row);
    }
    for (i, column) in columns.iter().enumerate() {
        if let Some(shown) = table.column_mut(i) {
            shown.set_padding((0, gap));
            if matches!(column, Column::Right(_)) {
                shown.set_cell_alignment(CellAlignment::Right);
            }
        }
    }
    trimmed(&table.to_string())
}

/// Names and values, the values in one column; empty values are left out.
pub fn fields(fields: &[(&str, String)]) -> String {
    let width = fields
        .iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, _)| name.chars().count())
        .max()
        .unwrap_or(0);
    let mut text = String::new();
    for (name, value) in fields.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("{name:<width$}  {value}\n"));
    }
    text
}

fn trimmed(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_has_no_lines_and_no_spaces_at_the_end() {
        let text = table(
            &[Column::Left("NAME"), Column::Right("AMOUNT")],
            vec![
                vec!["acme".to_owned(), "1.00".to_owned()],
                vec!["b".to_owned(), "1,000.00".to_owned()],
            ],
        );
        assert_eq!(text, "NAME    AMOUNT\nacme      1.00\nb     1,000.00\n");
    }

    #[test]
    fn fields_line_up_and_skip_what_is_empty() {
        let text = fields(&[
            ("a", "1".to_owned()),
            ("name", "2".to_owned()),
            ("much longer", String::new()),
        ]);
        assert_eq!(text, "a     1\nname  2\n");
    }
}
