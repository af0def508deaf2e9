//! Charts: bars by day, lines by day, bars by row. Sums are whole numbers; floats are pixel positions only.

use super::svg::{Anchor, Svg};
use allonge_contracts::Date;

/// The picture, in units that are pixels when it is as wide as it was drawn.
const WIDTH: f64 = 520.0;
const PLOT: f64 = 220.0;
const TOP: f64 = 24.0;
const LEFT: f64 = 58.0;
const RIGHT: f64 = 16.0;
/// Room for labels at the ends of lines.
const LABELS: f64 = 74.0;
/// A line of text, and what a letter of it takes at most.
const LINE: f64 = 17.0;
const LETTER: f64 = 7.2;
/// Colours that there are; see the page's style.
pub(super) const COLOURS: usize = 8;

/// A series of a chart: a name and a value for each place on the axis.
#[derive(Clone, Debug)]
pub(super) struct Series {
    pub name: String,
    pub values: Vec<u64>,
}

/// What every chart has.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub title: String,
    pub description: String,
    /// What the values are, such as `CNY`.
    pub unit: String,
    /// A day that is marked, and why.
    pub mark: Option<(Date, String)>,
}

/// How values are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Unit {
    /// Minor units of money: `1.2 M`.
    Money,
    /// Counts as they are.
    Count,
    /// Millionths of an annual rate: `4.25%`.
    Rate,
}

/// A value in few letters.
pub(super) fn short(value: u64, unit: Unit) -> String {
    match unit {
        Unit::Rate => {
            let hundredths = (value + 50) / 100;
            format!("{}.{:02}%", hundredths / 100, hundredths % 100)
        }
        Unit::Money => scaled(value / 100),
        Unit::Count => scaled(value),
    }
}

fn scaled(value: u64) -> String {
    let steps = [(1_000_000_000, " bn"), (1_000_000, " M"), (1_000, " k")];
    for (size, suffix) in steps {
        if value >= size {
            let tenths = value / (size / 10);
            return match (tenths / 10, tenths % 10) {
                (whole, 0) => format!("{whole}{suffix}"),
                (whole, _) if whole >= 100 => format!("{whole}{suffix}"),
                (whole, tenth) => format!("{whole}.{tenth}{suffix}"),
            };
        }
    }
    value.to_string()
}

/// Round numbers from zero to the first that is not below `most`: four or five steps of 1, 2 or 5.
pub(super) fn ticks(most: u64) -> Vec<u64> {
    let mut step = 1u64;
    'found: loop {
        for factor in [1, 2, 5] {
            if step.saturating_mul(factor).saturating_mul(5) >= most.max(1) {
                step = step.saturating_mul(factor);
                break 'found;
            }
        }
        match step.checked_mul(10) {
            Some(next) => step = next,
            None => break,
        }
    }
    let mut all = vec![0];
    while all.last().is_some_and(|last| *last < most.max(1)) {
        let next = all.last().copied().unwrap_or(0).saturating_add(step);
        all.push(next);
        if next == u64::MAX {
            break;
        }
    }
    all
}

/// The plot of a chart by day.
struct Frame {
    width: f64,
    most: u64,
    count: usize,
}

impl Frame {
    fn x(&self, index: f64) -> f64 {
        LEFT + index / (self.count.max(1) as f64) * self.width
    }

    fn y(&self, value: u64) -> f64 {
        TOP + PLOT - value as f64 / self.most.max(1) as f64 * PLOT
    }

    /// Lines and values of the upright axis, and days on the other.
    fn axes(&self, svg: &mut Svg, head: &Head, days: &[Date], ticks: &[u64], unit: Unit) {
        for tick in ticks {
            let y = self.y(*tick);
            svg.line("grid", (LEFT, y), (LEFT + self.width, y));
            let label = short(*tick, unit);
            svg.text("tick", (LEFT - 6.0, y + 4.0), Anchor::End, &label);
        }
        svg.text("axis", (LEFT, TOP - 10.0), Anchor::Start, &head.unit);
        let base = TOP + PLOT;
        svg.line("base", (LEFT, base), (LEFT + self.width, base));
        for (index, label) in day_labels(days) {
            let x = self.x(index as f64);
            svg.line("base", (x, base), (x, base + 4.0));
            svg.text("tick", (x + 2.0, base + 16.0), Anchor::Start, &label);
        }
        if let Some((day, why)) = &head.mark
            && let Some(index) = days.iter().position(|date| date >= day)
        {
            let x = self.x(index as f64);
            svg.line("mark", (x, TOP - 4.0), (x, base));
            let anchor = if x > LEFT + self.width / 2.0 {
                Anchor::End
            } else {
                Anchor::Start
            };
            let aside = if anchor == Anchor::End { -4.0 } else { 4.0 };
            svg.text("note", (x + aside, TOP + 6.0), anchor, why);
        }
    }
}

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Month and day of a date.
fn month_and_day(date: Date) -> (usize, String) {
    let text = date.to_string();
    let part = |from: usize, to: usize| text.get(from..to).unwrap_or("1").to_owned();
    let month = part(5, 7).parse::<usize>().unwrap_or(1);
    (month, part(8, 10).trim_start_matches('0').to_owned())
}

/// Which days are named: of a long run the first of each month, of a short one each Monday.
fn day_labels(days: &[Date]) -> Vec<(usize, String)> {
    let long = days.len() > 50;
    let every = if days.len() > 260 { 3 } else { 1 };
    let mut labels: Vec<(usize, String)> = Vec::new();
    let mut before: Option<usize> = None;
    for (index, date) in days.iter().enumerate() {
        let (month, day) = month_and_day(*date);
        let name = MONTHS.get(month.saturating_sub(1)).copied().unwrap_or("");
        let new_month = before != Some(month);
        before = Some(month);
        if long && new_month && month % every == 1 % every {
            labels.push((index, name.to_owned()));
        } else if !long && crate::simulate::days::weekday(*date) == 0 {
            labels.push((index, format!("{day} {name}")));
        }
    }
    // Of two that are too near each other the first gives way.
    let gap = days.len() / 12;
    let all = labels.clone();
    labels.retain(|(index, _)| {
        all.iter()
            .all(|(other, _)| other <= index || other - index > gap)
    });
    labels
}

/// Swatches with names below the plot; gives how far down they reach.
fn legend(svg: &mut Svg, names: &[String], top: f64) -> f64 {
    let (mut x, mut y) = (LEFT - 40.0, top);
    for (index, name) in names.iter().enumerate() {
        let width = 26.0 + name.chars().count() as f64 * LETTER;
        if x + width > WIDTH {
            x = LEFT - 40.0;
            y += LINE;
        }
        let class = format!("f{}", index % COLOURS);
        svg.rect(&class, (x, y - 9.0), (10.0, 10.0), name);
        svg.text("legend", (x + 15.0, y), Anchor::Start, name);
        x += width;
    }
    y + LINE
}

/// Bars by day, one series on the other.
pub(super) fn stacked(head: &Head, days: &[Date], series: &[Series], unit: Unit) -> String {
    let value = |s: &Series, i: usize| s.values.get(i).copied().unwrap_or(0);
    let sums = (0..days.len()).map(|i| series.iter().map(|s| value(s, i)).sum::<u64>());
    let ticks = ticks(sums.max().unwrap_or(0));
    let frame = Frame {
        width: WIDTH - LEFT - RIGHT,
        most: ticks.last().copied().unwrap_or(1),
        count: days.len(),
    };
    let mut svg = Svg::default();
    frame.axes(&mut svg, head, days, &ticks, unit);
    let width = frame.width / days.len().max(1) as f64;
    for (i, day) in days.iter().enumerate() {
        let mut below = 0u64;
        for (index, one) in series.iter().enumerate() {
            let value = value(one, i);
            if value == 0 {
                continue;
            }
            let top = below.saturating_add(value);
            let (y, foot) = (frame.y(top), frame.y(below));
            let says = format!("{day}: {} {}", one.name, short(value, unit));
            let class = format!("f{}", index % COLOURS);
            let place = (frame.x(i as f64) + width * 0.06, y);
            svg.rect(&class, place, (width * 0.88, foot - y), &says);
            below = top;
        }
    }
    let names: Vec<String> = series.iter().map(|s| s.name.clone()).collect();
    let end = legend(&mut svg, &names, TOP + PLOT + 38.0);
    svg.document(WIDTH, end, &head.title, &head.description)
}

/// Lines by day, each named at its end.
pub(super) fn lines(head: &Head, days: &[Date], series: &[Series], unit: Unit) -> String {
    let most = series.iter().flat_map(|s| s.values.iter().copied()).max();
    let ticks = ticks(most.unwrap_or(0));
    let frame = Frame {
        width: WIDTH - LEFT - LABELS,
        most: ticks.last().copied().unwrap_or(1),
        count: days.len(),
    };
    let mut svg = Svg::default();
    frame.axes(&mut svg, head, days, &ticks, unit);
    let mut ends: Vec<(f64, usize)> = Vec::new();
    for (index, one) in series.iter().enumerate() {
        let points: Vec<(f64, f64)> = one
            .values
            .iter()
            .enumerate()
            .map(|(i, value)| (frame.x(i as f64 + 0.5), frame.y(*value)))
            .collect();
        let class = format!("l{} line", index % COLOURS);
        svg.path(&class, &points, &one.name);
        let last = points.last().map_or(TOP + PLOT, |point| point.1);
        ends.push((last, index));
    }
    for (y, index) in spread(ends) {
        if let Some(one) = series.get(index) {
            let class = format!("t{} label", index % COLOURS);
            let x = LEFT + frame.width + 5.0;
            svg.text(&class, (x, y + 4.0), Anchor::Start, &one.name);
        }
    }
    svg.document(WIDTH, TOP + PLOT + 26.0, &head.title, &head.description)
}

/// Labels moved apart so that none covers another.
fn spread(mut ends: Vec<(f64, usize)>) -> Vec<(f64, usize)> {
    const APART: f64 = 14.0;
    ends.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    let mut from = TOP;
    for (y, _) in &mut ends {
        *y = y.max(from);
        from = *y + APART;
    }
    let mut until = TOP + PLOT;
    for (y, _) in ends.iter_mut().rev() {
        *y = y.min(until);
        until = *y - APART;
    }
    ends
}

/// A row of a chart: its name, and a value of each series; none where there is nothing to show.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub name: String,
    pub values: Vec<Option<u64>>,
}

/// Bars from left to right, a group a row, each with its value at its end.
pub(super) fn rows(head: &Head, names: &[String], rows: &[Row], unit: Unit) -> String {
    const BAR: f64 = 16.0;
    const ROOM: f64 = 62.0;
    let letters = rows.iter().map(|row| row.name.chars().count()).max();
    let left = (letters.unwrap_or(0) as f64 * LETTER + 14.0).clamp(LEFT, WIDTH / 2.0);
    let most = rows
        .iter()
        .flat_map(|row| row.values.iter().flatten().copied());
    let most = most.max().unwrap_or(0).max(1);
    let width = WIDTH - left - ROOM;
    let mut svg = Svg::default();
    svg.text("axis", (left, TOP - 10.0), Anchor::Start, &head.unit);
    let mut y = TOP;
    for row in rows {
        let height = row.values.len() as f64 * BAR;
        svg.text(
            "legend",
            (left - 8.0, y + height / 2.0 + 4.0),
            Anchor::End,
            &row.name,
        );
        for (index, value) in row.values.iter().enumerate() {
            let top = y + index as f64 * BAR;
            let Some(value) = value else {
                svg.text("tick", (left + 4.0, top + 12.0), Anchor::Start, "none");
                continue;
            };
            let length = *value as f64 / most as f64 * width;
            let text = short(*value, unit);
            let class = format!("f{}", index % COLOURS);
            let series = names.get(index).map_or("", String::as_str);
            let says = format!("{}, {series}: {text}", row.name);
            svg.rect(
                &class,
                (left, top + 1.0),
                (length.max(1.0), BAR - 2.0),
                &says,
            );
            svg.text(
                "tick",
                (left + length + 5.0, top + 12.0),
                Anchor::Start,
                &text,
            );
        }
        y += height + 10.0;
    }
    svg.line("base", (left, TOP - 4.0), (left, y - 6.0));
    let end = match names.len() {
        0 | 1 => y,
        _ => legend(&mut svg, names, y + 14.0),
    };
    svg.document(WIDTH, end, &head.title, &head.description)
}

#[cfg(test)]
mod tests;
