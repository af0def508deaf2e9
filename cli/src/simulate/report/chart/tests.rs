//! Axes, labels and values of charts.

use super::*;

#[test]
fn ticks_are_round_and_cover_everything() {
    assert_eq!(ticks(0), [0, 1]);
    assert_eq!(ticks(5), [0, 1, 2, 3, 4, 5]);
    assert_eq!(ticks(1_234), [0, 500, 1_000, 1_500]);
    for most in [1, 7, 99, 100, 101, 4_999, 123_456_789, u64::MAX / 2] {
        let all = ticks(most);
        assert!(all.len() <= 7, "{most}: {all:?}");
        assert!(all.last().is_some_and(|last| *last >= most), "{most}");
    }
    assert!(ticks(u64::MAX).len() < 20);
}

#[test]
fn values_are_short() {
    for (minor, text) in [
        (0, "0"),
        (99_900, "999"),
        (100_000, "1 k"),
        (123_456_789, "1.2 M"),
        (12_345_678_900, "123 M"),
        (250_000_000_000, "2.5 bn"),
    ] {
        assert_eq!(short(minor, Unit::Money), text, "{minor}");
    }
    assert_eq!(short(42_549, Unit::Rate), "4.25%");
    assert_eq!(short(1_500, Unit::Count), "1.5 k");
}

#[test]
fn labels_at_the_ends_of_lines_keep_apart() {
    let ends = vec![(100.0, 0), (101.0, 1), (99.0, 2), (TOP + PLOT, 3)];
    let spread = spread(ends);
    let order: Vec<usize> = spread.iter().map(|(_, index)| *index).collect();
    assert_eq!(order, [2, 0, 1, 3]);
    for pair in spread.windows(2) {
        assert!(pair[1].0 - pair[0].0 >= 13.9, "{pair:?}");
    }
    assert!(spread.iter().all(|(y, _)| *y <= TOP + PLOT));
}

#[test]
fn months_name_a_long_axis_and_mondays_a_short_one() {
    let start: Date = "2027-01-04".parse().unwrap();
    let days =
        |count: u32| -> Vec<Date> { (0..count).map(|i| start.plus_days(i).unwrap()).collect() };
    let names = |count| -> Vec<String> {
        let labels = day_labels(&days(count));
        labels.into_iter().map(|(_, name)| name).collect()
    };
    assert_eq!(
        names(180),
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul"]
    );
    assert_eq!(names(15), ["4 Jan", "11 Jan", "18 Jan"]);
}
