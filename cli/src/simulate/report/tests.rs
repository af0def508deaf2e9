//! The page and its charts are well-formed, and say what they are given.

use super::chart::{Head, Row, Series, Unit, lines, rows, stacked};
use super::svg::{Anchor, Svg, escaped};
use super::{Report, csv, html, latency};
use crate::simulate::agents::State;
use crate::simulate::book::Flow;
use crate::simulate::papers::PaperKind;
use crate::simulate::run::Outcome;
use crate::simulate::stage::Measure;
use crate::simulate::tally::{Hop, Tally};
use crate::simulate::tests::{monday, options, small};
use crate::simulate::world::Kind;
use allonge_contracts::Date;
use quick_xml::Reader;
use quick_xml::events::Event;

/// Reads a document to its end; how many elements it has.
fn elements(text: &str) -> usize {
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_end_names = true;
    let (mut open, mut count) = (0usize, 0usize);
    loop {
        match reader
            .read_event()
            .unwrap_or_else(|e| panic!("{e} in {text}"))
        {
            Event::Start(tag) => {
                tag.attributes().for_each(|attribute| {
                    attribute.unwrap();
                });
                open += 1;
                count += 1;
            }
            Event::Empty(tag) => {
                tag.attributes().for_each(|attribute| {
                    attribute.unwrap();
                });
                count += 1;
            }
            Event::End(_) => open -= 1,
            Event::Eof => break,
            _ => {}
        }
    }
    assert_eq!(open, 0);
    count
}

fn head() -> Head {
    Head {
        title: "A <title> & more".to_owned(),
        description: "what \"it\" shows".to_owned(),
        unit: "CNY".to_owned(),
        mark: Some((monday().plus_days(3).unwrap(), "then".to_owned())),
    }
}

fn days(count: u32) -> Vec<Date> {
    (0..count).map(|i| monday().plus_days(i).unwrap()).collect()
}

#[test]
fn charts_are_well_formed_whatever_they_show() {
    for count in [0u32, 1, 9, 180] {
        let values: Vec<u64> = (0..u64::from(count)).map(|i| i * i * 1_000).collect();
        let series: Vec<Series> = (0..9)
            .map(|i| Series {
                name: format!("<{i}> & so on"),
                values: if i % 2 == 0 {
                    values.clone()
                } else {
                    Vec::new()
                },
            })
            .collect();
        for unit in [Unit::Money, Unit::Count, Unit::Rate] {
            assert!(elements(&stacked(&head(), &days(count), &series, unit)) > 5);
            assert!(elements(&lines(&head(), &days(count), &series, unit)) > 5);
        }
    }
    let names = ["a & b".to_owned(), "c".to_owned()];
    for values in [vec![], vec![None, Some(0)], vec![Some(u64::MAX), Some(1)]] {
        let row = Row {
            name: "x → <y>".to_owned(),
            values,
        };
        assert!(elements(&rows(&head(), &names, &[row], Unit::Money)) > 2);
    }
    assert!(elements(&rows(&head(), &[], &[], Unit::Count)) > 1);
}

#[test]
fn texts_are_escaped() {
    assert_eq!(
        escaped("<a href=\"x\">'&'\u{1}"),
        "&lt;a href=&quot;x&quot;&gt;&#39;&amp;&#39; "
    );
    let mut svg = Svg::default();
    svg.text("tick", (1.0, 2.26), Anchor::End, "</text>");
    let text = svg.document(10.0, 20.5, "t", "d");
    assert_eq!(elements(&text), 3);
    assert!(text.contains(r#"y="2.3""#) && text.contains(r#"viewBox="0 0 10 20.5""#));
}

#[test]
fn percentiles_are_of_the_sorted_values() {
    let micros: Vec<u64> = (1..=100).rev().map(|ms| ms * 1_000).collect();
    let found = latency(&micros);
    assert_eq!(
        (found.p50, found.p95, found.p99, found.max),
        (50, 95, 99, 100)
    );
    assert_eq!(latency(&[]).max, 0);
}

fn outcome(splitting: bool) -> Outcome {
    let mut world = small();
    world.splitting = splitting;
    let mut state = State::new(&world);
    let mut tally = Tally::default();
    let of = |kind| world.parties.iter().position(|p| p.kind == kind).unwrap();
    let (core, bank, one) = (of(Kind::Core), of(Kind::Bank), of(Kind::Supplier(1)));
    for day in 0..20 {
        state.open_day(&world, day);
        let flows = [
            Flow::Issued {
                kind: PaperKind::Certificate,
                to: one,
                minor: 5_000_000,
            },
            Flow::Financed {
                kind: PaperKind::Certificate,
                seller: one,
                funder: bank,
                advance: 1_000_000,
                price: 990_000,
                days: 90,
                recourse: true,
            },
            Flow::Cycle {
                gross: 900,
                net: 300,
                waiting: 5,
                settled: 4,
            },
            Flow::Overdue {
                kind: PaperKind::Certificate,
                debtor: core,
                holder: bank,
                minor: 70,
            },
        ];
        tally.take(&world, &flows);
        tally.close(&world, &state, format!("{day:064}"), (12, 340));
    }
    tally.hop(&world, Hop::TakenBack, bank, one, 9);
    tally.finish(&world, &state);
    Outcome {
        world,
        state,
        tally,
        measure: Measure {
            latencies: vec![90_000, 110_000],
            ..Measure::default()
        },
        digest: "ab".repeat(32),
        height: 77,
        took: std::time::Duration::from_secs(5),
    }
}

#[test]
fn a_report_is_whole_with_and_without_a_second_run() {
    let (main, other) = (outcome(true), outcome(false));
    for other in [None, Some(&other)] {
        let report = Report::new(&options(), &main, other);
        let page = html::page(&options(), &report, &main, other);
        // As XML but for the document type and the elements that HTML leaves open.
        let body = page.split_once("<body>").unwrap().1;
        let body = body.split_once("</body>").unwrap().0;
        assert!(elements(&format!("<body>{body}</body>")) > 200);
        // Nothing stands overdue in the book of this outcome, so that one chart has nothing to draw.
        assert_eq!(page.matches("<svg ").count(), 9);
        for outside in ["http://", "https://", "<script", "<link", "@import", "url("] {
            let found = page.matches(outside).count();
            // Each picture names its XML namespace, which is fetched from nowhere.
            let expected = if outside == "http://" { 9 } else { 0 };
            assert_eq!(found, expected, "{outside}");
        }
        assert!(page.contains(&"ab".repeat(32)));
        assert_eq!(report.netting.gross, "180.00");
        assert_eq!(report.netting.turnover.as_deref(), Some("3.00"));
        let cost = &report.cost_of_funds[0];
        assert_eq!(cost.with_splitting.rate.unwrap().to_string(), "4%");
        assert_eq!(cost.without_splitting.is_some(), other.is_some());
        let json = serde_json::to_value(&report).unwrap();
        assert_eq!(json["days"], 40);
        assert_eq!(json["stress"], "none");
        for table in [
            csv::days(&main, other),
            csv::cash(&main),
            csv::tiers(&report),
            csv::losses(&report),
            csv::network(&main),
        ] {
            let columns: Vec<usize> = table.lines().map(|l| l.split(',').count()).collect();
            assert!(columns.len() > 1);
            assert!(columns.iter().all(|count| *count == columns[0]), "{table}");
        }
        assert!(
            report
                .text(crate::output::Style::plain())
                .contains("digest")
        );
    }
}
