//! Days as numbers: days since 1970-01-01, a Thursday.

/// A day.
pub type Day = u32;

/// Saturday or Sunday.
pub fn is_weekend(day: Day) -> bool {
    matches!(day % 7, 2 | 3)
}

fn is_leap(year: u32) -> bool {
    (year.is_multiple_of(4) && !year.is_multiple_of(100)) || year.is_multiple_of(400)
}

fn length(year: u32, month: u32) -> u32 {
    match month {
        2 if is_leap(year) => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// Year, month (from 1) and day of the month (from 1), found by counting.
pub fn civil(day: Day) -> (u32, u32, u32) {
    let mut rest = day;
    let mut year = 1970;
    loop {
        let days = if is_leap(year) { 366 } else { 365 };
        if rest < days {
            break;
        }
        rest -= days;
        year += 1;
    }
    let mut month = 1;
    while rest >= length(year, month) {
        rest -= length(year, month);
        month += 1;
    }
    (year, month, rest + 1)
}

/// The day of a date.
pub fn day_of(year: u32, month: u32, day: u32) -> Day {
    let years: u32 = (1970..year)
        .map(|y| if is_leap(y) { 366 } else { 365 })
        .sum();
    let months: u32 = (1..month).map(|m| length(year, m)).sum();
    years + months + day - 1
}

/// The same day some months later, or the end of that month where it is shorter.
pub fn plus_months(day: Day, months: u32) -> Day {
    let (year, month, of_month) = civil(day);
    let count = year * 12 + (month - 1) + months;
    let (year, month) = (count / 12, count % 12 + 1);
    day_of(year, month, of_month.min(length(year, month)))
}

/// The same day some months before, or the end of that month where it is shorter.
pub fn minus_months(day: Day, months: u32) -> Day {
    let (year, month, of_month) = civil(day);
    let count = year * 12 + (month - 1) - months;
    let (year, month) = (count / 12, count % 12 + 1);
    day_of(year, month, of_month.min(length(year, month)))
}

/// The last day of the month.
pub fn month_end(day: Day) -> Day {
    let (year, month, _) = civil(day);
    day_of(year, month, length(year, month))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_the_rule_book() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(day_of(2027, 1, 5), 20_823);
        assert_eq!(civil(20_823), (2027, 1, 5));
        assert!(is_weekend(day_of(2027, 1, 9)) && is_weekend(day_of(2027, 1, 10)));
        assert!(!is_weekend(day_of(2027, 1, 8)) && !is_weekend(day_of(2027, 1, 11)));
        assert_eq!(
            plus_months(day_of(2026, 8, 31), 6),
            day_of(2027, 2, 28),
            "the latest maturity of a bill of 31 August"
        );
        assert_eq!(
            plus_months(day_of(2027, 8, 31), 6),
            day_of(2028, 2, 29),
            "the bar of a refusal on 31 August"
        );
        assert_eq!(minus_months(day_of(2027, 3, 31), 1), day_of(2027, 2, 28));
        assert_eq!(month_end(day_of(2027, 2, 3)), day_of(2027, 2, 28));
    }
}
