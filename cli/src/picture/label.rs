//! What is written on a node, and how much room it takes in a monospaced font.

use super::tree::{Act, Front, Node, Part, Tree, What};
use crate::output::range_text;
use allonge_contracts::MemberId;
use allonge_contracts::bills::{HandKind, Settlement};
use unicode_width::UnicodeWidthChar;

/// The size of letters.
pub const FONT: u32 = 14;
/// The room for one letter: 0.64 of the size, where the common monospaced fonts take 0.55 to 0.62.
pub const CELL: u32 = 9;
/// From one line to the next.
pub const LINE: u32 = 19;

/// The most cells of a member's name beside another's.
const NAME: usize = 18;
/// The most cells of a name, or of words given with an act, on a line of their own.
const WORDS: usize = 34;

/// A label: lines, the first of them strong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Its lines.
    pub lines: Vec<String>,
    /// Everything unabridged, for a tooltip.
    pub full: String,
}

impl Label {
    /// The width of its widest line, in pixels.
    pub fn width(&self) -> u32 {
        let cells = self.lines.iter().map(|line| cells(line)).max();
        pixels(cells.unwrap_or(0))
    }

    /// The height of its lines, in pixels.
    pub fn height(&self) -> u32 {
        u32::try_from(self.lines.len())
            .unwrap_or(u32::MAX)
            .saturating_mul(LINE)
    }
}

/// The room for so many cells.
pub fn pixels(cells: usize) -> u32 {
    u32::try_from(cells)
        .unwrap_or(u32::MAX)
        .saturating_mul(CELL)
}

/// How many cells a text takes at most: foreign letters two, as the reader's font may lack them.
pub fn cells(text: &str) -> usize {
    text.chars().map(cell).fold(0, usize::saturating_add)
}

/// Whether a text's width is not sure, because the reader's font may lack some of its letters.
pub fn is_foreign(text: &str) -> bool {
    !text.chars().all(|c| is_common(c) || c == '→')
}

fn cell(c: char) -> usize {
    if is_common(c) {
        1
    } else {
        c.width().unwrap_or(2).max(2)
    }
}

fn is_common(c: char) -> bool {
    c.is_ascii() || matches!(c, '–' | '·' | '…')
}

/// A text of at most so many cells; what is too much at its end becomes an ellipsis.
pub fn clip(text: &str, most: usize) -> String {
    if cells(text) <= most {
        return text.to_owned();
    }
    let mut kept = taken(text.chars(), most.saturating_sub(1));
    kept.push('…');
    kept
}

/// A text in lines of at most so many cells, broken between words; a longer word has a line of its own.
fn wrap(text: &str, most: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if cells(line).saturating_add(1).saturating_add(cells(word)) <= most => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A name of at most so many cells. The ellipsis goes into its middle: names that begin alike differ at the end.
pub fn clip_name(name: &str, most: usize) -> String {
    if cells(name) <= most {
        return name.to_owned();
    }
    let room = most.saturating_sub(1);
    let tail = room / 2;
    let head = taken(name.chars(), room.saturating_sub(tail));
    let end: String = taken(name.chars().rev(), tail).chars().rev().collect();
    format!("{head}…{end}")
}

fn taken(chars: impl Iterator<Item = char>, most: usize) -> String {
    let mut used = 0_usize;
    chars
        .take_while(|c| {
            used = used.saturating_add(cell(*c));
            used <= most
        })
        .collect()
}

/// A holder's name in the list of holders.
pub fn holder_name(holder: &MemberId) -> String {
    clip_name(holder.as_str(), WORDS)
}

/// The label of a node.
pub fn label(tree: &Tree, node: &Node) -> Label {
    match &node.what {
        What::Package {} => package(&tree.front),
        What::Act(act) => of_act(node, act),
        What::Lot(part) => of_lot(node, part),
    }
}

fn package(front: &Front) -> Label {
    let lines = |most: usize| {
        let name = |member: &MemberId| clip_name(member.as_str(), most);
        let mut lines = vec![front.sum.to_string(), front.number().to_string()];
        let sides = front.sides().into_iter();
        lines.extend(sides.map(|(what, member)| format!("{what} {}", name(member))));
        lines.push(format!("{} {}", front.falls(), front.maturity));
        lines
    };
    Label {
        lines: lines(WORDS.saturating_sub(9)),
        full: lines(usize::MAX).join("\n"),
    }
}

fn of_act(node: &Node, act: &Act) -> Label {
    let range = range_text(node.range, node.amount.currency);
    let mut lines = vec![
        format!("{} · {}", act.act, act.date),
        parties(act, NAME),
        range.clone(),
    ];
    lines.extend(notes(act, WORDS));
    let mut full = vec![
        format!("hand {}: {} on {}", act.hand, act.act, act.date),
        parties(act, usize::MAX),
        range,
    ];
    full.extend(notes(act, usize::MAX));
    Label {
        lines,
        full: full.join("\n"),
    }
}

fn of_lot(node: &Node, part: &Part) -> Label {
    let range = range_text(node.range, node.amount.currency);
    let stands = format!("{} · {}", part.status, part.state);
    let mut lines = vec![
        format!("lot {range}"),
        clip_name(part.holder.as_str(), WORDS),
    ];
    lines.extend(wrap(&stands, WORDS));
    Label {
        lines,
        full: format!("lot {range}\n{}\n{stands}", part.holder),
    }
}

/// Who acted, and to whom.
pub fn parties(act: &Act, most: usize) -> String {
    let name = |member: &MemberId| clip_name(member.as_str(), most);
    let from = act.from.as_ref().map_or("the clock".to_owned(), name);
    match &act.to {
        Some(to) => format!("{from} → {}", name(to)),
        None => from,
    }
}

/// What else is to be said of an act, with so many cells at most of the words given with it.
pub fn notes(act: &Act, most: usize) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(ward) = &act.ward {
        notes.push(format!(
            "for {}",
            clip_name(ward.as_str(), most.saturating_sub(4))
        ));
    }
    if act.not_transferable {
        notes.push("not transferable".to_owned());
    }
    // A financing has no market, and recourse where an endorsement has liability.
    let financed = act.act == HandKind::Financed.as_str();
    if act.without_liability {
        let without = if financed { "recourse" } else { "liability" };
        notes.push(format!("without {without}"));
    } else if financed {
        notes.push("with recourse".to_owned());
    }
    if let Some(code) = act.refusal {
        notes.push(code.to_string());
    }
    if let Some(sale) = &act.sale {
        notes.push(if financed {
            format!("at {}", sale.rate)
        } else {
            format!("{} market at {}", sale.market, sale.rate)
        });
        if let Some(repo) = &sale.repo {
            notes.push(format!("repo {} to {}", repo.open_from, repo.cut_off));
        }
    }
    if let Some(price) = &act.price {
        notes.push(format!("price {}", price.grouped()));
    }
    if act.settlement == Settlement::Free {
        notes.push("free of payment".to_owned());
    }
    if !act.text.is_empty() {
        notes.push(format!("\"{}\"", clip(&act.text, most.saturating_sub(2))));
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lose_their_middle_and_texts_their_end() {
        assert_eq!(clip_name("maker-2", 18), "maker-2");
        assert_eq!(
            clip_name("precision-castings-of-the-north-1", 18),
            "precision…-north-1"
        );
        assert_eq!(clip("one two three", 8), "one two…");
        assert_eq!(clip("one two", 7), "one two");
        assert_eq!(clip("", 0), "");
    }

    #[test]
    fn lines_break_between_words() {
        assert_eq!(
            wrap("received · locked, frozen", 12),
            ["received ·", "locked,", "frozen"]
        );
        assert_eq!(wrap("one-long-word more", 5), ["one-long-word", "more"]);
        assert!(wrap("", 5).is_empty());
    }

    #[test]
    fn foreign_letters_take_two_cells() {
        assert_eq!(cells("abc–1 …"), 7);
        assert_eq!(cells("票据"), 4);
        assert_eq!(cells("é"), 2);
        assert_eq!(clip("票据票据", 5), "票据…");
        assert!(is_foreign("é") && !is_foreign("a → b"));
    }
}
