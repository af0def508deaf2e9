//! Annual rates, and interest to the minor unit.

use crate::date::Date;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// A rate in millionths (3.9 % is 39,000). In JSON and on screen a per cent text, `3.9%`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Rate(pub u32);

words! {
    /// How the days of a year are counted (rule book 2.4).
    pub enum DayCount {
        /// Actual days over 360, the market's rule.
        Act360 = 1 "ACT/360",
        /// Actual days over 365.
        Act365 = 2 "ACT/365",
    }
}

/// A text that is no rate.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a rate: write it like 3.9%, with at most four decimals, up to 100%")]
pub struct RateError(pub String);

/// One whole, 100 %.
const WHOLE: u32 = 1_000_000;

impl DayCount {
    /// Days of the year.
    pub const fn days(self) -> u32 {
        match self {
            DayCount::Act360 => 360,
            DayCount::Act365 => 365,
        }
    }
}

impl Rate {
    /// Interest on `minor` units over `days`: amount × rate × days / year, rounded half up (rule book 2.4).
    /// `None` when it would pass 64 bits.
    pub fn interest(self, minor: u64, days: u32, count: DayCount) -> Option<u64> {
        let product = u128::from(minor)
            .checked_mul(u128::from(self.0))?
            .checked_mul(u128::from(days))?;
        let year = u128::from(WHOLE).checked_mul(u128::from(count.days()))?;
        let rounded = product.checked_add(year / 2)?.checked_div(year)?;
        u64::try_from(rounded).ok()
    }

    /// This share of an amount, rounded down.
    pub fn of(self, minor: u128) -> u128 {
        minor
            .checked_mul(u128::from(self.0))
            .and_then(|product| product.checked_div(u128::from(WHOLE)))
            .unwrap_or(u128::MAX)
    }
}

/// Days from one day to another; 0 where the second is not later.
pub fn days_between(from: Date, to: Date) -> u32 {
    to.days().saturating_sub(from.days())
}

impl FromStr for Rate {
    type Err = RateError;
    fn from_str(text: &str) -> Result<Self, RateError> {
        let wrong = || RateError(text.chars().take(40).collect());
        let number = text.strip_suffix('%').ok_or_else(wrong)?.trim_end();
        let (whole, fraction) = number.split_once('.').unwrap_or((number, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > 4 {
            return Err(wrong());
        }
        format!("{whole}{fraction:0<4}")
            .parse()
            .ok()
            .filter(|millionths| *millionths <= WHOLE)
            .map(Rate)
            .ok_or_else(wrong)
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:04}", self.0 / 10_000, self.0 % 10_000);
        let text = text.trim_end_matches('0').trim_end_matches('.');
        f.pad(&format!("{text}%"))
    }
}

impl fmt::Debug for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl BorshDeserialize for Rate {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let millionths = u32::deserialize_reader(reader)?;
        if millionths > WHOLE {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "a rate above 100%",
            ));
        }
        Ok(Rate(millionths))
    }
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Rate {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn interest(minor: u64, rate: &str, days: u32, count: DayCount) -> Option<u64> {
        rate.parse::<Rate>().unwrap().interest(minor, days, count)
    }

    #[test]
    fn vectors_of_the_rule_book() {
        use DayCount::{Act360, Act365};
        for (minor, rate, days, count, expected) in [
            (300_000_000, "3.9%", 118, Act360, 3_835_000),
            (123_456_789, "1.85%", 85, Act360, 539_266),
            (123_456_789, "1.85%", 85, Act365, 531_879),
            (50, "3.6%", 100, Act360, 1),
            (100, "3.6%", 100, Act360, 1),
            (50_000_000, "2.4%", 60, Act360, 200_000),
            (80_000_000, "3.6%", 50, Act360, 400_000),
            (80_415_000, "3.6%", 41, Act360, 329_702),
        ] {
            assert_eq!(
                interest(minor, rate, days, count),
                Some(expected),
                "{minor} at {rate}, {days} days"
            );
        }
        assert_eq!(interest(u64::MAX, "100%", 3_660, Act360), None);
        assert_eq!(interest(u64::MAX, "0%", 3_660, Act360), Some(0));
    }

    #[test]
    fn rates_read_and_print() {
        for (text, millionths, shown) in [
            ("3.9%", 39_000, "3.9%"),
            ("1.85%", 18_500, "1.85%"),
            ("0%", 0, "0%"),
            ("100 %", 1_000_000, "100%"),
            ("0.0001%", 1, "0.0001%"),
            ("10.00%", 100_000, "10%"),
        ] {
            let rate: Rate = text.parse().unwrap();
            assert_eq!((rate.0, rate.to_string().as_str()), (millionths, shown));
        }
        for text in [
            "",
            "%",
            "3.9",
            "-1%",
            "1.00001%",
            "100.0001%",
            "1e2%",
            "1.%",
            ".5%",
        ] {
            assert!(text.parse::<Rate>().is_err(), "{text}");
        }
    }
}
