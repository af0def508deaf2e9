//! The tree as an SVG picture. The same tree always gives the same bytes.

use super::colour::{Colour, of_word};
use super::label::{CELL, LINE, Label, cells, holder_name, label, pixels};
use super::layout::{Gaps, Item, Layout, Rect, column_count, place};
use super::pen::{Look, PAPER, Pen, TITLE};
use super::tree::{Node, Part, Tree, What};
use allonge_contracts::bills::{LotRange, Status};

/// The most lots, and branches without a lot, that a picture holds: each takes a row.
pub const MAX_ROWS: usize = 2_000;
/// The most columns that a picture holds: the package, the acts that followed each other on one part, its lot.
pub const MAX_COLUMNS: usize = 200;

const RULE: &str = "#d0d7de";
/// Behind the way from an act to a lot.
const WAY: &str = "#f3f4f6";
const PACKAGE: Colour = Colour {
    strong: "#1b1f24",
    pale: "#f6f8fa",
};

const MARGIN: u32 = 24;
/// Between a box's edge and its text.
const PAD: u32 = 12;
/// The coloured edge at a box's left.
const EDGE: u32 = 6;
/// The bar below a label that shows where its units lie in the package.
const BAR: u32 = 6;
const GAPS: Gaps = Gaps {
    across: 26,
    down: 8,
};
/// What a box grows by with each step of its share of the package.
const STEP: u32 = 14;
/// Room for a column's heading.
const LEAST_CELLS: usize = 20;
const SWATCH: u32 = 14;
/// The radius of a lot's corners.
const ROUND: u32 = 10;
/// The width of what stands above the tree.
const HEAD: u32 = 1_080;

/// Why a tree is not drawn.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TooLarge {
    /// Too many rows.
    #[error("it takes {0} rows, and a picture holds {MAX_ROWS}")]
    Rows(usize),
    /// Too many columns.
    #[error("it takes {0} columns, and a picture holds {MAX_COLUMNS}")]
    Columns(usize),
}

/// Draws the tree as it stood at this height of the ledger.
///
/// # Errors
/// It has more rows or columns than a picture holds.
pub fn draw(tree: &Tree, height: u64) -> Result<String, TooLarge> {
    let labels: Vec<Label> = tree.nodes.iter().map(|node| label(tree, node)).collect();
    let items: Vec<Item> = tree
        .nodes
        .iter()
        .zip(&labels)
        .map(|(node, label)| item(tree, node, label))
        .collect();
    let rows = rows(tree);
    if rows > MAX_ROWS {
        return Err(TooLarge::Rows(rows));
    }
    let columns = column_count(&items);
    if columns > MAX_COLUMNS {
        return Err(TooLarge::Columns(columns));
    }
    let layout = place(&items, GAPS);

    let mut pen = Pen::default();
    let head = Head::of(tree, height);
    let (below, head_right) = head.draw(&mut pen);
    let (tree_top, list_right) = holders(&mut pen, tree, below);
    headings(&mut pen, &layout, tree_top);
    let top = tree_top.saturating_add(LINE).saturating_add(GAPS.down);
    let moved = |rect: &Rect| Rect {
        x: rect.x.saturating_add(MARGIN),
        y: rect.y.saturating_add(top),
        ..*rect
    };
    let boxes: Vec<Rect> = layout.boxes.iter().map(moved).collect();
    for (node, rect) in tree.nodes.iter().zip(&boxes) {
        if let Some(from) = node.parent.and_then(|parent| boxes.get(parent)) {
            way(&mut pen, node, *from, *rect);
        }
    }
    for (index, ((node, rect), label)) in tree.nodes.iter().zip(&boxes).zip(&labels).enumerate() {
        draw_node(&mut pen, tree, index, node, *rect, label);
    }
    let tree_right = MARGIN.saturating_add(layout.width);
    let width = tree_right.max(head_right).max(list_right);
    let height = top.saturating_add(layout.height);
    Ok(pen.document(
        width.saturating_add(MARGIN),
        height.saturating_add(MARGIN),
        &head.title,
        &head.summary,
    ))
}

/// How many nodes nothing follows.
fn rows(tree: &Tree) -> usize {
    let mut followed = vec![false; tree.nodes.len()];
    for parent in tree.nodes.iter().filter_map(|node| node.parent) {
        if let Some(followed) = followed.get_mut(parent) {
            *followed = true;
        }
    }
    followed.into_iter().filter(|followed| !followed).count()
}

fn item(tree: &Tree, node: &Node, label: &Label) -> Item {
    let steps = match node.what {
        What::Lot(_) => steps(tree, node.range),
        _ => 0,
    };
    let heading = pixels(LEAST_CELLS);
    Item {
        parent: node.parent,
        width: label.width().max(heading).saturating_add(EDGE + 2 * PAD),
        height: label
            .height()
            .saturating_add(2 * PAD + BAR)
            .saturating_add(STEP.saturating_mul(steps)),
    }
}

/// How tall a lot stands: a step each from 1 %, 10 % and 50 % of the package.
fn steps(tree: &Tree, range: LotRange) -> u32 {
    let whole = u128::from(tree.front.sum.minor);
    let part = u128::from(range.amount().unwrap_or(0)).saturating_mul(100);
    [1_u128, 10, 50]
        .into_iter()
        .map(|percent| u32::from(part >= whole.saturating_mul(percent)))
        .fold(0, u32::saturating_add)
}

/// Title, summary and legend.
struct Head {
    title: String,
    summary: String,
    acts: Vec<(String, Colour)>,
    lots: Vec<(String, Colour)>,
}

impl Head {
    fn of(tree: &Tree, height: u64) -> Head {
        let live = tree.lots().filter(|(_, part)| part.is_live()).count();
        let ended = tree.lots().count().saturating_sub(live);
        let mut acts: Vec<(String, Colour)> = Vec::new();
        for (_, act) in tree.acts() {
            note(&mut acts, act.act.clone(), of_word(&act.act));
        }
        let mut lots = Vec::new();
        for (_, part) in tree.lots() {
            note(&mut lots, lot_word(part).to_owned(), of_lot(part));
        }
        Head {
            title: format!("{} {}", tree.front.title(), tree.front.number()),
            summary: format!(
                "block {height} · lots live {live}, ended {ended} · hands {}",
                tree.acts().count()
            ),
            acts,
            lots,
        }
    }

    /// Draws it, and says below and right of which line there is room again.
    fn draw(&self, pen: &mut Pen) -> (u32, u32) {
        let mut y = MARGIN;
        pen.text(MARGIN, y, &self.title, &Look::title());
        y = y.saturating_add(TITLE * 3 / 2);
        pen.text(MARGIN, y, &self.summary, &Look::soft());
        y = y.saturating_add(LINE + 10);
        for (name, entries) in [("acts", &self.acts), ("lots", &self.lots)] {
            if !entries.is_empty() {
                y = legend(pen, y, name, entries);
            }
        }
        for line in [
            "Acts follow each other to the right; lots, where a part has come to, have round corners, dashed when ended.",
            "A lot is a step higher each from 1 %, 10 % and 50 % of the package; the bar shows where its units lie in it.",
        ] {
            pen.text(MARGIN, y, line, &Look::soft());
            y = y.saturating_add(LINE);
        }
        (y.saturating_add(GAPS.down * 2), MARGIN.saturating_add(HEAD))
    }
}

fn note(entries: &mut Vec<(String, Colour)>, word: String, colour: Colour) {
    if !entries.iter().any(|(known, _)| *known == word) {
        entries.push((word, colour));
    }
}

/// Swatches with their words, in as many lines as they take; gives where they end.
fn legend(pen: &mut Pen, top: u32, name: &str, entries: &[(String, Colour)]) -> u32 {
    let mut y = top;
    let start = MARGIN.saturating_add(pixels(cells(name).saturating_add(2)));
    let mut x = start;
    pen.open("g", &[("data-legend", name.to_owned())]);
    pen.text(MARGIN, y, name, &Look::strong());
    for (word, colour) in entries {
        let need = pixels(cells(word)).saturating_add(SWATCH + 6);
        if x > start && x.saturating_add(need) > MARGIN.saturating_add(HEAD) {
            x = start;
            y = y.saturating_add(LINE + 4);
        }
        let swatch = Rect {
            x,
            y: y.saturating_add(2),
            w: SWATCH,
            h: SWATCH,
        };
        pen.rect(
            swatch,
            &[
                ("fill", colour.pale),
                ("stroke", colour.strong),
                ("stroke-width", "3"),
            ],
        );
        pen.text(x.saturating_add(SWATCH + 6), y, word, &Look::plain());
        x = x.saturating_add(need).saturating_add(CELL * 2);
    }
    pen.close("g");
    y.saturating_add(LINE + 8)
}

fn headings(pen: &mut Pen, layout: &Layout, y: u32) {
    let names = ["PACKAGE", "ACTS AND LOTS →"];
    for (name, (x, _)) in names.iter().zip(&layout.columns) {
        pen.text(x.saturating_add(MARGIN), y, name, &Look::soft_strong());
    }
}

/// The way from a node to one that comes from it.
fn way(pen: &mut Pen, node: &Node, from: Rect, to: Rect) {
    let fill = match &node.what {
        What::Act(act) => of_word(&act.act).pale,
        _ => WAY,
    };
    let rect = Rect {
        x: from.right(),
        y: to.y,
        w: to.x.saturating_sub(from.right()),
        h: to.h,
    };
    pen.rect(rect, &[("class", "way"), ("fill", fill)]);
}

fn draw_node(pen: &mut Pen, tree: &Tree, index: usize, node: &Node, rect: Rect, label: &Label) {
    let mut data = vec![
        ("class", "node".to_owned()),
        ("data-node", index.to_string()),
        ("data-range", node.range.to_string()),
    ];
    let (colour, dashes, round) = match &node.what {
        What::Package {} => (PACKAGE, "none", 0),
        What::Act(act) => {
            data.push(("data-hand", act.hand.to_string()));
            data.push(("data-act", act.act.clone()));
            (of_word(&act.act), "none", 0)
        }
        What::Lot(part) => {
            data.push(("data-lot", node.range.to_string()));
            data.push(("data-live", part.is_live().to_string()));
            let dashes = if part.is_live() { "none" } else { "5 4" };
            (of_lot(part), dashes, ROUND)
        }
    };
    pen.open("g", &data);
    pen.title(&label.full);
    pen.rect(
        rect,
        &[
            ("class", "box"),
            ("fill", colour.pale),
            ("stroke", colour.strong),
            ("stroke-width", "1.5"),
            ("rx", &round.to_string()),
            ("stroke-dasharray", dashes),
        ],
    );
    let edge = Rect {
        y: rect.y.saturating_add(round),
        w: EDGE,
        h: rect.h.saturating_sub(round * 2),
        ..rect
    };
    pen.rect(edge, &[("fill", colour.strong)]);
    let x = rect.x.saturating_add(EDGE + PAD);
    let mut y = rect.y.saturating_add(PAD - 4);
    for (number, line) in label.lines.iter().enumerate() {
        let look = if number == 0 {
            Look::strong()
        } else {
            Look::plain()
        };
        pen.text(x, y, line, &look);
        y = y.saturating_add(LINE);
    }
    let track = Rect {
        x,
        y: y.saturating_add(4),
        w: rect.w.saturating_sub(EDGE + 2 * PAD),
        h: BAR,
    };
    pen.rect(track, &[("fill", PAPER), ("stroke", RULE)]);
    let filled = filled(tree, node.range, track);
    pen.rect(filled, &[("class", "bar"), ("fill", colour.strong)]);
    pen.close("g");
}

/// The part of a track that a range takes, never less than two pixels.
fn filled(tree: &Tree, range: LotRange, track: Rect) -> Rect {
    let whole = u128::from(tree.front.sum.minor).max(1);
    let at = |units: u64| {
        let place = u128::from(units).saturating_mul(u128::from(track.w)) / whole;
        u32::try_from(place).unwrap_or(track.w).min(track.w)
    };
    let start = at(range.start.saturating_sub(1)).min(track.w.saturating_sub(2));
    let end = at(range.end).max(start.saturating_add(2)).min(track.w);
    Rect {
        x: track.x.saturating_add(start),
        w: end.saturating_sub(start),
        ..track
    }
}

/// Who holds live lots, in as many columns as fit above the tree. Says below and right of which line there is room again.
fn holders(pen: &mut Pen, tree: &Tree, top: u32) -> (u32, u32) {
    if tree.holders.is_empty() {
        return (top, MARGIN);
    }
    let rows: Vec<[String; 3]> = tree
        .holders
        .iter()
        .map(|holder| {
            let lots = if holder.lots == 1 { "lot" } else { "lots" };
            [
                holder_name(&holder.holder),
                format!("{} {lots}", holder.lots),
                holder.amount.grouped(),
            ]
        })
        .collect();
    let widest = |column: usize| {
        let texts = rows.iter().filter_map(|row| row.get(column));
        pixels(texts.map(|text| cells(text)).max().unwrap_or(0))
    };
    let lots_right = widest(0).saturating_add(CELL * 2).saturating_add(widest(1));
    let width = lots_right
        .saturating_add(CELL * 2)
        .saturating_add(widest(2));
    let pitch = width.saturating_add(CELL * 5);
    let columns = usize::try_from((HEAD.saturating_add(CELL * 5) / pitch).max(1)).unwrap_or(1);
    let deep = rows.len().div_ceil(columns);

    pen.text(MARGIN, top, "HOLDERS", &Look::soft_strong());
    let top = top.saturating_add(LINE + 4);
    let (mut x, mut y, mut in_column, mut lowest) = (MARGIN, top, 0, top);
    for (holder, [name, lots, amount]) in tree.holders.iter().zip(&rows) {
        if in_column == deep {
            (x, y, in_column) = (x.saturating_add(pitch), top, 0);
        }
        let member = holder.holder.to_string();
        let data = [
            ("class", "holder".to_owned()),
            ("data-holder", member.clone()),
        ];
        pen.open("g", &data);
        pen.title(&format!("{member}\n{lots}\n{amount}"));
        pen.text(x, y, name, &Look::plain());
        pen.text(
            x.saturating_add(lots_right),
            y,
            lots,
            &Look::soft().ending_there(),
        );
        pen.text(
            x.saturating_add(width),
            y,
            amount,
            &Look::plain().ending_there(),
        );
        pen.close("g");
        y = y.saturating_add(LINE + 2);
        lowest = lowest.max(y);
        in_column = in_column.saturating_add(1);
    }
    (
        lowest.saturating_add(GAPS.down * 2),
        x.saturating_add(width),
    )
}

/// The word by which a lot is coloured: its status where it is over, else what may be done with it.
fn lot_word(part: &Part) -> &'static str {
    if part.is_live() || !matches!(part.status, Status::Settled | Status::Terminated) {
        part.circulation.as_str()
    } else {
        part.status.as_str()
    }
}

fn of_lot(part: &Part) -> Colour {
    of_word(lot_word(part))
}
