//! Trees of made-up histories, drawn, read back and looked over.

mod history;
mod reading;

use super::svg::{self, MAX_COLUMNS, MAX_ROWS, TooLarge};
use super::tree::{Tree, What};
use super::{label, text};
use crate::output::{Style, range_text};
use allonge_contracts::bills::Circulation;
use history::{Chance, History, act, front, part, range};
use reading::Picture;
use std::collections::{BTreeMap, BTreeSet};

/// The least size of letters that reads well.
const READABLE: f64 = 12.0;

/// Everything that a picture of any tree must keep.
fn look_over(tree: &Tree, about: &str) -> Picture {
    let drawn = svg::draw(tree, 41).unwrap();
    let picture = Picture::read(&drawn);
    let texts: Vec<_> = picture.texts().collect();
    let boxes: Vec<_> = picture.of_class("box").collect();
    assert_eq!(
        boxes.len(),
        tree.nodes.len(),
        "{about}: a box for each node"
    );

    for (at, one) in texts.iter().enumerate() {
        for other in &texts[at + 1..] {
            assert!(
                !one.area.meets(&other.area),
                "{about}: {one:?} lies on {other:?}"
            );
        }
        let size: f64 = one.attributes["font-size"].parse().unwrap();
        assert!(size >= READABLE, "{about}: {one:?} is tiny");
        assert!(
            one.area.left >= 0.0 && one.area.top >= 0.0,
            "{about}: {one:?}"
        );
        assert!(
            one.area.right <= picture.size.0,
            "{about}: {one:?} leaves the picture"
        );
        assert!(
            one.area.bottom <= picture.size.1,
            "{about}: {one:?} leaves the picture"
        );
        for place in &boxes {
            match place.group == one.group {
                true => assert!(
                    place.area.holds(&one.area),
                    "{about}: {one:?} leaves its box"
                ),
                false => assert!(
                    !place.area.meets(&one.area),
                    "{about}: {one:?} in {place:?}"
                ),
            }
        }
    }
    for (at, one) in boxes.iter().enumerate() {
        for other in &boxes[at + 1..] {
            assert!(
                !one.area.meets(&other.area),
                "{about}: {one:?} lies on {other:?}"
            );
        }
    }
    for way in picture.of_class("way") {
        assert!(
            boxes.iter().all(|place| !place.area.meets(&way.area)),
            "{about}: {way:?}"
        );
    }
    all_there_once(tree, &picture, about);
    picture
}

/// Every lot, act and holder is drawn once, with its words.
fn all_there_once(tree: &Tree, picture: &Picture, about: &str) {
    let lots: Vec<String> = tree
        .lots()
        .map(|(node, _)| node.range.to_string())
        .collect();
    assert_eq!(picture.data("data-lot"), lots, "{about}");
    assert_eq!(
        lots.iter().collect::<BTreeSet<_>>().len(),
        lots.len(),
        "{about}"
    );
    let hands: Vec<String> = tree.acts().map(|(_, act)| act.hand.to_string()).collect();
    assert_eq!(picture.data("data-hand"), hands, "{about}");
    let holders: BTreeSet<String> = tree
        .lots()
        .filter(|(_, part)| part.is_live())
        .map(|(_, part)| part.holder.to_string())
        .collect();
    let drawn = picture.data("data-holder");
    assert_eq!(
        drawn.len(),
        holders.len(),
        "{about}: a holder twice or not at all"
    );
    assert_eq!(
        drawn.into_iter().collect::<BTreeSet<_>>(),
        holders,
        "{about}"
    );

    let mut written: BTreeMap<usize, Vec<&str>> = BTreeMap::new();
    for text in picture.texts() {
        if let Some(group) = text.group {
            written.entry(group).or_default().push(&text.text);
        }
    }
    let nodes = picture.groups.iter().enumerate();
    let nodes = nodes.filter(|(_, (group, _))| group.contains_key("data-node"));
    for (node, (group, (_, title))) in tree.nodes.iter().zip(nodes) {
        let lines = &written[&group];
        let amount = range_text(node.range, node.amount.currency);
        match &node.what {
            What::Package {} => {}
            What::Act(act) => {
                assert!(lines[0].starts_with(&act.act), "{about}: {lines:?}");
                assert!(lines.contains(&amount.as_str()), "{about}: {lines:?}");
                assert!(title.contains(&act.text), "{about}: {title}");
            }
            What::Lot(part) => {
                assert_eq!(lines[0], format!("lot {amount}"), "{about}");
                assert_eq!(lines[1], part.holder.as_str(), "{about}");
                let stands = format!("{} · {}", part.status, part.state);
                assert_eq!(lines[2..].join(" "), stands, "{about}");
            }
        }
    }
}

#[test]
fn no_two_labels_overlap_at_two_hundred_lots() {
    let history = History::of_lots(&mut Chance(7), 200, 80_000_000_000);
    let tree = history.tree();
    assert_eq!(tree.lots().count(), 200);
    let picture = look_over(&tree, "200 lots");
    assert!(picture.texts().count() > 800);
}

#[test]
fn no_two_labels_overlap_in_any_tree() {
    for seed in 0..120 {
        let mut chance = Chance(seed);
        let lots = usize::try_from(1 + chance.below(40)).unwrap();
        // From less than a unit a lot to sums as large as there are.
        let minor = [60, 5_000, 100_000_000, u64::MAX][usize::try_from(chance.below(4)).unwrap()];
        let tree = History::of_lots(&mut chance, lots, minor).tree();
        look_over(&tree, &format!("seed {seed}, {lots} lots of {minor}"));
    }
}

#[test]
fn two_hundred_pieces_cut_from_one_lot_and_two_hundred_hands_of_one_piece() {
    let whole = range(1, 200);
    let comb = (0..200).map(|n| act(n + 1, Some(0), "endorsed", range(n + 1, n + 1)));
    let acts = std::iter::once(act(0, None, "registered", whole)).chain(comb);
    let lots = (0..200).map(|n| part(n + 1, range(n + 1, n + 1), "b", Circulation::Circulable));
    let tree = Tree::grow(front(200), acts.collect(), lots.collect());
    look_over(&tree, "a comb");

    let depth = MAX_COLUMNS as u64 - 2;
    let chain = (0..depth).map(|n| act(n, n.checked_sub(1), "endorsed", whole));
    let lot = part(depth - 1, whole, "b", Circulation::Circulable);
    let tree = Tree::grow(front(200), chain.collect(), vec![lot]);
    look_over(&tree, "a chain");
}

#[test]
fn what_is_too_large_is_refused_with_its_size() {
    let whole = range(1, 10_000);
    let most = MAX_ROWS as u64;
    let lots = |count: u64| -> Vec<_> {
        let lot = |n| part(0, range(n, n), "b", Circulation::Circulable);
        (1..=count).map(lot).collect()
    };
    let acts = vec![act(0, None, "registered", whole)];
    let tree = Tree::grow(front(10_000), acts.clone(), lots(most));
    assert!(svg::draw(&tree, 41).is_ok());
    let tree = Tree::grow(front(10_000), acts, lots(most + 1));
    assert_eq!(svg::draw(&tree, 41), Err(TooLarge::Rows(MAX_ROWS + 1)));

    let long = 50_000;
    let chain = (0..long).map(|n| act(n, n.checked_sub(1), "endorsed", whole));
    let lot = part(long - 1, whole, "b", Circulation::Circulable);
    let tree = Tree::grow(front(10_000), chain.collect(), vec![lot]);
    let refused = svg::draw(&tree, 41).unwrap_err();
    assert_eq!(refused, TooLarge::Columns(50_002));
    assert_eq!(
        refused.to_string(),
        "it takes 50002 columns, and a picture holds 200"
    );
}

#[test]
fn the_same_tree_gives_the_same_bytes_in_whatever_order_it_comes() {
    let mut history = History::of_lots(&mut Chance(3), 60, 100_000_000);
    let once = svg::draw(&history.tree(), 41).unwrap();
    history.acts.reverse();
    history.parts.reverse();
    assert_eq!(svg::draw(&history.tree(), 41).unwrap(), once);
}

#[test]
fn words_from_outside_stay_words() {
    let mut strange = act(0, None, "quantum & <swapped>", range(1, 100));
    strange.what.text = "</text><script>alert(\"1\")</script>\u{ffff}\u{202e}".to_owned();
    let lot = part(0, range(1, 100), "b", Circulation::Circulable);
    let tree = Tree::grow(front(100), vec![strange], vec![lot]);
    let drawn = svg::draw(&tree, 41).unwrap();
    assert!(!drawn.contains("<script") && !drawn.contains('\u{ffff}'));
    let picture = Picture::read(&drawn);
    assert_eq!(picture.data("data-act"), ["quantum & <swapped>"]);
    let words: Vec<_> = picture.texts().map(|text| text.text.as_str()).collect();
    assert!(
        words.contains(&"quantum & <swapped> · 2027-01-05"),
        "{words:?}"
    );
    assert!(
        words
            .iter()
            .any(|text| text.starts_with("\"</text><script>")),
        "{words:?}"
    );
}

#[test]
fn a_long_name_is_clipped_beside_another_and_whole_in_the_title() {
    let long = "precision-castings-of-the-nort-1";
    let mut passed = act(0, None, "endorsed", range(1, 100));
    passed.what.to = Some(history::member(long));
    let lot = part(0, range(1, 100), long, Circulation::Circulable);
    let tree = Tree::grow(front(100), vec![passed], vec![lot]);
    let picture = look_over(&tree, "a long name");
    let shown = format!("acme → {}", label::clip_name(long, 18));
    assert!(shown.contains('…') && picture.texts().any(|text| text.text == shown));
    let title = &picture
        .groups
        .iter()
        .find(|(group, _)| group.contains_key("data-hand"));
    assert!(title.unwrap().1.contains(&format!("acme → {long}")));
}

#[test]
fn kinds_differ_in_colour_and_the_legend_names_those_that_occur() {
    let history = History::of_lots(&mut Chance(7), 60, 100_000_000);
    let tree = history.tree();
    let picture = look_over(&tree, "60 lots");
    let words: BTreeSet<_> = tree.acts().map(|(_, act)| act.act.clone()).collect();
    let is_legend = |(group, _): &(BTreeMap<String, String>, String)| {
        group.get("data-legend").is_some_and(|name| name == "acts")
    };
    let legend = picture.groups.iter().position(is_legend);
    let named = picture.texts().filter(|text| text.group == legend);
    let named: Vec<_> = named.map(|text| text.text.as_str()).collect();
    assert_eq!(named.len(), words.len() + 1, "{named:?}");
    assert!(
        words.iter().all(|word| named.contains(&word.as_str())),
        "{named:?}"
    );
    assert!(words.contains("beamed across"));
    let mut colours = BTreeMap::new();
    for place in picture.of_class("box") {
        let (group, _) = &picture.groups[place.group.unwrap()];
        if let Some(act) = group.get("data-act") {
            colours.insert(act.clone(), place.attributes["stroke"].clone());
        }
    }
    let told_apart = [
        "endorsed",
        "discounted",
        "pledged",
        "presented",
        "paid",
        "refused",
        "delivered",
    ];
    let told_apart: BTreeSet<_> = told_apart.iter().map(|word| &colours[*word]).collect();
    assert_eq!(told_apart.len(), 7, "{colours:?}");
}

#[test]
fn a_bar_shows_where_the_units_lie() {
    let acts = vec![act(0, None, "registered", range(1, 100))];
    let lots = vec![
        part(0, range(1, 25), "b", Circulation::Circulable),
        part(0, range(26, 100), "acme", Circulation::Circulable),
    ];
    let tree = Tree::grow(front(100), acts, lots);
    let picture = look_over(&tree, "two lots");
    let bars: Vec<_> = picture.of_class("bar").map(|bar| bar.area).collect();
    let [_, whole, low, high] = bars.as_slice() else {
        panic!("{bars:?}");
    };
    let share = |bar: &reading::Area| (bar.right - bar.left) / (low.right - low.left);
    assert!((share(high) - 3.0).abs() < 0.05, "{bars:?}");
    assert!((low.right - high.left).abs() < 1.5, "{bars:?}");
    assert!(whole.right > whole.left);
}

#[test]
fn nothing_is_lost_whatever_it_says_it_follows() {
    let acts = vec![
        act(0, Some(0), "registered", range(1, 100)),
        act(1, Some(9), "endorsed", range(1, 50)),
        act(2, Some(3), "endorsed", range(51, 60)),
        act(3, Some(2), "endorsed", range(51, 60)),
    ];
    let lots = vec![
        part(7, range(1, 50), "b", Circulation::Circulable),
        part(3, range(51, 100), "b", Circulation::Circulable),
    ];
    let tree = Tree::grow(front(100), acts, lots);
    assert_eq!(tree.nodes.len(), 7);
    let ordered = |(at, node): (usize, &super::Node)| node.parent.is_none_or(|parent| parent < at);
    assert!(tree.nodes.iter().enumerate().all(ordered));
    look_over(&tree, "loose ends");
    // As a hand that left no lot behind would be, beside others on the same units.
    look_over(
        &Tree::grow(front(100), Vec::new(), Vec::new()),
        "nothing at all",
    );
}

#[test]
fn the_text_goes_down_a_part_and_in_where_one_is_cut_off() {
    let whole = range(1, 100_000);
    let mut delivered = act(1, Some(0), "delivered", whole);
    delivered.what.to = Some(history::member("parts-1"));
    let mut low = act(2, Some(1), "endorsed", range(1, 12_100));
    low.what.to = Some(history::member("maker-2"));
    low.what.not_transferable = true;
    let mut paid = act(3, Some(2), "paid", range(1, 12_100));
    paid.what.from = None;
    let acts = vec![act(0, None, "registered", whole), delivered, low, paid];
    let lots = vec![
        part(3, range(1, 12_100), "maker-2", Circulation::Ended),
        part(1, range(12_101, 20_000), "parts-1", Circulation::Locked),
        part(
            1,
            range(20_001, 100_000),
            "parts-1",
            Circulation::Circulable,
        ),
    ];
    let tree = Tree::grow(front(100_000), acts, lots);
    let expected = "\
510210009999620270105000000011 1,000.00 CNY, acme on first-bank, matures 2027-07-01
registered 2027-01-05, acme
delivered 2027-01-05, acme → parts-1
├─ endorsed 2027-01-05, acme → maker-2, 1–12100 (121.00), not transferable
│  paid 2027-01-05, the clock
│  lot 1–12100 (121.00) maker-2, settled, ended
├─ lot 12101–20000 (79.00) parts-1, received, locked
└─ lot 20001–100000 (800.00) parts-1, received, circulable

HOLDERS
HOLDER   LOTS  AMOUNT
parts-1     2  879.00
";
    assert_eq!(text::text(&tree, Style::plain()), expected);
}
