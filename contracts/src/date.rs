//! Calendar dates.

use borsh::{BorshDeserialize, BorshSerialize};
use chrono::{Datelike, Days, Months, NaiveDate};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// A calendar date from 1970-01-01 to 9999-12-31, stored as days since 1970-01-01.
///
/// A period of n days counts from the next day as day 1; months clamp to the month's end
/// (rule book, introduction: NIL 107, Civil Code 201, 203).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Date(u32);

/// A text that is no date.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a date: write it like 2027-03-01")]
pub struct DateError(pub String);

const LAST_DAY: u32 = 2_932_896;

impl Date {
    /// 1970-01-01.
    pub const FIRST: Date = Date(0);

    /// 9999-12-31.
    pub const LAST: Date = Date(LAST_DAY);

    /// The date `days` after 1970-01-01, if it is one this ledger can name.
    pub const fn from_days(days: u32) -> Option<Date> {
        if days <= LAST_DAY {
            Some(Date(days))
        } else {
            None
        }
    }

    /// Days since 1970-01-01.
    pub const fn days(self) -> u32 {
        self.0
    }

    /// From year, month (1–12) and day (1–31).
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Date> {
        NaiveDate::from_ymd_opt(year, month, day).and_then(Self::from_naive)
    }

    /// The date of a moment given in UTC milliseconds, at a fixed offset in minutes.
    pub fn from_unix_ms(ms: u64, offset_minutes: i16) -> Option<Date> {
        let shifted =
            i128::from(ms).checked_add(i128::from(offset_minutes).checked_mul(60_000)?)?;
        u32::try_from(shifted.div_euclid(86_400_000))
            .ok()
            .and_then(Self::from_days)
    }

    /// This date and `n` days.
    pub fn plus_days(self, n: u32) -> Option<Date> {
        self.0.checked_add(n).and_then(Self::from_days)
    }

    /// `n` days before this date.
    pub fn minus_days(self, n: u32) -> Option<Date> {
        self.0.checked_sub(n).map(Date)
    }

    /// The same day `n` months later, clamped to the month's end (31 Aug + 6 months = 28 or 29 Feb).
    pub fn plus_months(self, n: u32) -> Option<Date> {
        self.naive()
            .checked_add_months(Months::new(n))
            .and_then(Self::from_naive)
    }

    /// The last day of its month.
    pub fn month_end(self) -> Date {
        self.month_start(0)
            .plus_months(1)
            .and_then(|next| next.minus_days(1))
            .unwrap_or(Date::LAST)
    }

    /// The first day of the month that lies `back` months before its own; 1970-01-01 where that is earlier.
    pub fn month_start(self, back: u32) -> Date {
        let date = self.naive();
        date.checked_sub_days(Days::new(u64::from(date.day0())))
            .and_then(|first| first.checked_sub_months(Months::new(back)))
            .and_then(Self::from_naive)
            .unwrap_or(Date::FIRST)
    }

    /// Saturday or Sunday.
    pub const fn is_weekend(self) -> bool {
        // 1970-01-01 was a Thursday.
        matches!(self.0 % 7, 2 | 3)
    }

    /// Year, month and day as the eight digits of a bill number: `20270105`.
    pub fn compact(self) -> String {
        self.naive().format("%Y%m%d").to_string()
    }

    fn from_naive(date: NaiveDate) -> Option<Date> {
        let days = date.signed_duration_since(NaiveDate::default()).num_days();
        u32::try_from(days).ok().and_then(Self::from_days)
    }

    fn naive(self) -> NaiveDate {
        // Every value of the type lies inside chrono's range.
        NaiveDate::default()
            .checked_add_days(Days::new(u64::from(self.0)))
            .unwrap_or_default()
    }
}

impl FromStr for Date {
    type Err = DateError;
    fn from_str(text: &str) -> Result<Self, DateError> {
        let error = || DateError(text.chars().take(80).collect());
        let shape = text.len() == 10
            && text.bytes().enumerate().all(|(i, b)| {
                if matches!(i, 4 | 7) {
                    b == b'-'
                } else {
                    b.is_ascii_digit()
                }
            });
        if !shape {
            return Err(error());
        }
        NaiveDate::parse_from_str(text, "%Y-%m-%d")
            .ok()
            .and_then(Self::from_naive)
            .ok_or_else(error)
    }
}

impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.naive().format("%Y-%m-%d").to_string())
    }
}

impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl BorshDeserialize for Date {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        Date::from_days(u32::deserialize_reader(reader)?)
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "date after 9999-12-31"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn months_clamp_to_the_end() {
        assert_eq!(date("2026-08-31").plus_months(6), Some(date("2027-02-28")));
        assert_eq!(date("2027-08-31").plus_months(6), Some(date("2028-02-29")));
    }

    #[test]
    fn months_begin_and_end() {
        assert_eq!(date("2027-01-31").month_end(), date("2027-01-31"));
        assert_eq!(date("2028-02-01").month_end(), date("2028-02-29"));
        assert_eq!(Date::LAST.month_start(0).month_end(), Date::LAST);
        assert_eq!(date("2027-03-31").month_start(0), date("2027-03-01"));
        assert_eq!(date("2027-03-31").month_start(5), date("2026-10-01"));
        assert_eq!(date("1970-01-31").month_start(1), Date::FIRST);
        assert_eq!(date("2027-01-01").month_start(u32::MAX), Date::FIRST);
    }

    #[test]
    fn the_range_is_closed() {
        assert_eq!(date("9999-12-31").days(), LAST_DAY);
        assert_eq!(date("9999-12-31").plus_days(1), None);
        assert_eq!(date("1970-01-01").minus_days(1), None);
        for text in [
            "1969-12-31",
            "2027-02-29",
            "2027-1-1",
            "20270101",
            "+2027-01-1",
            "",
        ] {
            assert!(text.parse::<Date>().is_err(), "{text}");
        }
    }

    #[test]
    fn weekends_and_offsets() {
        assert!(date("2027-10-03").is_weekend() && date("2027-10-02").is_weekend());
        assert!(!date("2027-10-04").is_weekend() && !date("2027-10-01").is_weekend());
        // 2027-01-04T16:00Z is already the fifth at UTC+8.
        let ms = u64::from(date("2027-01-04").days()) * 86_400_000 + 16 * 3_600_000;
        assert_eq!(Date::from_unix_ms(ms, 480), Some(date("2027-01-05")));
        assert_eq!(Date::from_unix_ms(ms - 1, 480), Some(date("2027-01-04")));
        assert_eq!(date("2027-01-05").compact(), "20270105");
    }
}
