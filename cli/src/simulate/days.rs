//! Days as the simulation counts them: business days are those of the week, settlement days are Fridays.

use allonge_contracts::Date;

/// So many days later.
pub(super) fn add(date: Date, days: u32) -> Date {
    date.plus_days(days).unwrap_or(Date::LAST)
}

/// The first Friday that is not earlier.
pub(super) fn friday_from(date: Date) -> Date {
    // 1970-01-01 was a Thursday.
    let past = (date.days() + 6) % 7;
    add(date, (7 - past) % 7)
}

/// The last business day before this one.
pub(super) fn business_day_before(date: Date) -> Date {
    let mut day = date.minus_days(1).unwrap_or(date);
    while day.is_weekend() && day > Date::FIRST {
        day = day.minus_days(1).unwrap_or(Date::FIRST);
    }
    day
}

/// A day's place in the week: Monday is 0.
pub(super) const fn weekday(date: Date) -> u32 {
    (date.days() + 3) % 7
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_week() {
        for (from, friday) in [
            ("2027-01-04", "2027-01-08"),
            ("2027-01-08", "2027-01-08"),
            ("2027-01-09", "2027-01-15"),
        ] {
            assert_eq!(friday_from(date(from)), date(friday), "{from}");
        }
        assert_eq!(business_day_before(date("2027-01-11")), date("2027-01-08"));
        assert_eq!(business_day_before(date("2027-01-08")), date("2027-01-07"));
        assert_eq!(weekday(date("2027-01-04")), 0);
        assert_eq!(weekday(date("2027-01-10")), 6);
    }
}
