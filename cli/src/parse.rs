//! What people write on the command line: lots, amounts, days and durations.

use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::members::Role;
use allonge_contracts::{Currency, Date, DayCount, Money, MoneyError};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A text on the command line that cannot be read; says which text and how to write it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ParseError(pub String);

/// A bill, or a lot of it: `NUMBER` or `NUMBER:START-END`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LotArg {
    /// The bill.
    pub bill: InstrumentNumber,
    /// The lot; the only one that fits where absent.
    pub range: Option<LotRange>,
}

impl FromStr for LotArg {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let (number, range) = match text.split_once(':') {
            Some((number, range)) => (number, Some(range)),
            None => (text, None),
        };
        let bill = number.parse().map_err(|e| {
            ParseError(format!(
                "{e}; a bill is written as its 30 digits, a lot as NUMBER:START-END"
            ))
        })?;
        // Ranges are printed with an en dash; what is printed can be pasted.
        let range = range
            .map(|range| range.replace('–', "-").parse::<LotRange>())
            .transpose()
            .map_err(|e| ParseError(e.to_string()))?;
        Ok(LotArg { bill, range })
    }
}

impl fmt::Display for LotArg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.range {
            Some(range) => write!(f, "{}:{range}", self.bill),
            None => write!(f, "{}", self.bill),
        }
    }
}

/// An amount as written, before its currency is known: `1000000`, `1,000,000.00`, `1000000 CNY`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AmountArg {
    number: String,
    currency: Option<Currency>,
}

impl FromStr for AmountArg {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let (number, currency) = match text.trim().rsplit_once(' ') {
            Some((number, currency)) => (number.trim(), Some(currency.parse::<Currency>()?)),
            None => (text.trim(), None),
        };
        if let Some(currency) = currency {
            Money::parse(number, currency)?;
        } else {
            // Whatever the currency will be, it has to be a number.
            match Money::parse(number, three_decimals()?) {
                Ok(_) | Err(MoneyError::TooManyDecimals { .. } | MoneyError::TooLarge(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(AmountArg {
            number: number.to_owned(),
            currency,
        })
    }
}

fn three_decimals() -> Result<Currency, MoneyError> {
    "KWD".parse()
}

impl AmountArg {
    /// The amount; `default` is the currency where none was written with it.
    ///
    /// # Errors
    /// More decimals than the currency has, or too large.
    pub fn money(&self, default: Currency) -> Result<Money, MoneyError> {
        Money::parse(&self.number, self.currency.unwrap_or(default))
    }

    /// The amount of a part of something in `currency`.
    ///
    /// # Errors
    /// As [`AmountArg::money`], or written in another currency.
    pub fn money_in(&self, currency: Currency) -> Result<Money, ParseError> {
        match self.currency {
            Some(other) if other != currency => Err(ParseError(format!(
                "the amount is in {other}, but the bill is in {currency}"
            ))),
            _ => self.money(currency).map_err(|e| ParseError(e.to_string())),
        }
    }
}

/// A day, or a distance from the business date: `2027-03-01`, `90d`, `6m`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DayArg {
    /// The day itself.
    On(Date),
    /// So many days later.
    Days(u32),
    /// So many months later, clamped to the month's end.
    Months(u32),
}

impl FromStr for DayArg {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        if let Ok(date) = text.parse() {
            return Ok(DayArg::On(date));
        }
        let wrong = || {
            let shown: String = text.chars().take(80).collect();
            ParseError(format!(
                "`{shown}` is neither a date such as 2027-03-01 nor a distance such as 90d or 6m"
            ))
        };
        let count = |digits: &str| {
            whole_number(digits)
                .and_then(|n| u32::try_from(n).ok())
                .ok_or_else(wrong)
        };
        match (text.strip_suffix('d'), text.strip_suffix('m')) {
            (Some(days), _) => Ok(DayArg::Days(count(days)?)),
            (_, Some(months)) => Ok(DayArg::Months(count(months)?)),
            _ => Err(wrong()),
        }
    }
}

impl DayArg {
    /// The day, counted from `today`.
    ///
    /// # Errors
    /// After 9999-12-31.
    pub fn from_day(self, today: Date) -> Result<Date, ParseError> {
        match self {
            DayArg::On(date) => Some(date),
            DayArg::Days(n) => today.plus_days(n),
            DayArg::Months(n) => today.plus_months(n),
        }
        .ok_or_else(|| ParseError("the day would lie after 9999-12-31".to_owned()))
    }
}

/// Reads a duration: `500ms`, `10s`, `5m`, `1h`; a bare number counts seconds.
///
/// # Errors
/// Not a whole number with one of these units, or above a day.
pub fn duration(text: &str) -> Result<Duration, ParseError> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let unit = text.strip_prefix(digits).unwrap_or_default();
    let factor = match unit {
        "ms" => Some(1),
        "s" | "" => Some(1_000),
        "m" => Some(60_000),
        "h" => Some(3_600_000),
        _ => None,
    };
    let shown: String = text.chars().take(80).collect();
    factor
        .and_then(|factor| whole_number(digits)?.checked_mul(factor))
        .filter(|ms| *ms <= 86_400_000)
        .map(Duration::from_millis)
        .ok_or_else(|| {
            ParseError(format!(
                "`{shown}` is not a duration up to a day: write it like 500ms, 10s or 5m"
            ))
        })
}

/// Reads how days are counted: `ACT/360` or `ACT/365`, in either case.
///
/// # Errors
/// Neither.
pub fn day_count(text: &str) -> Result<DayCount, ParseError> {
    DayCount::from_word(&text.to_ascii_uppercase()).ok_or_else(|| {
        let shown: String = text.chars().take(80).collect();
        ParseError(format!(
            "`{shown}` is no way of counting days; there are ACT/360 and ACT/365"
        ))
    })
}

/// Reads a role.
///
/// # Errors
/// There is no such role; says which there are.
pub fn role(word: &str) -> Result<Role, ParseError> {
    Role::from_word(word).ok_or_else(|| {
        let all: Vec<&str> = Role::ALL.iter().map(|role| role.as_str()).collect();
        ParseError(format!(
            "there is no such role; there are {}",
            all.join(", ")
        ))
    })
}

fn whole_number(digits: &str) -> Option<u64> {
    (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
        .then(|| digits.parse().ok())
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NUMBER: &str = "510210009999620270105000000011";

    fn cny() -> Currency {
        "CNY".parse().unwrap()
    }

    #[test]
    fn lots() {
        let whole: LotArg = NUMBER.parse().unwrap();
        assert_eq!((whole.bill.as_str(), whole.range), (NUMBER, None));
        for dash in ["-", "–"] {
            let lot: LotArg = format!("{NUMBER}:101{dash}12200").parse().unwrap();
            assert_eq!(
                lot.range,
                Some(LotRange {
                    start: 101,
                    end: 12_200
                })
            );
            assert_eq!(lot.to_string(), format!("{NUMBER}:101-12200"));
        }
        for bad in [
            "",
            "123",
            "510210009999620270105000000012",
            &format!("{NUMBER}:"),
            &format!("{NUMBER}:0-5"),
            &format!("{NUMBER}:5-4"),
            &format!("{NUMBER}:5"),
            &format!("{NUMBER}:1-2-3"),
            &format!("{NUMBER}:1-99999999999999999999"),
        ] {
            assert!(bad.parse::<LotArg>().is_err(), "{bad}");
        }
    }

    #[test]
    fn amounts() {
        for (text, minor) in [
            ("1000000", 100_000_000),
            ("1,000,000.00", 100_000_000),
            ("0.5 CNY", 50),
        ] {
            let amount: AmountArg = text.parse().unwrap();
            assert_eq!(amount.money(cny()).unwrap().minor, minor, "{text}");
        }
        let euros: AmountArg = "5 EUR".parse().unwrap();
        assert_eq!(euros.money(cny()).unwrap().currency.code(), "EUR");
        assert!(euros.money_in(cny()).is_err());
        for bad in ["", "-5", "1e3", "5 XXX", "5 cny", "1,00", "1.234 CNY"] {
            assert!(bad.parse::<AmountArg>().is_err(), "{bad}");
        }
        let three: AmountArg = "1.234".parse().unwrap();
        assert!(matches!(
            three.money(cny()),
            Err(MoneyError::TooManyDecimals { .. })
        ));
        let large: AmountArg = "184467440737095516.16".parse().unwrap();
        assert!(matches!(large.money(cny()), Err(MoneyError::TooLarge(_))));
    }

    #[test]
    fn days() {
        let today: Date = "2026-08-31".parse().unwrap();
        for (text, day) in [
            ("2027-03-01", "2027-03-01"),
            ("90d", "2026-11-29"),
            ("6m", "2027-02-28"),
            ("0d", "2026-08-31"),
        ] {
            let arg: DayArg = text.parse().unwrap();
            assert_eq!(arg.from_day(today).unwrap().to_string(), day, "{text}");
        }
        for bad in [
            "",
            "d",
            "90",
            "-1d",
            "1.5d",
            "2027-02-30",
            "9999999999d",
            "90 d",
            "1y",
        ] {
            assert!(bad.parse::<DayArg>().is_err(), "{bad}");
        }
        assert!(DayArg::Days(u32::MAX).from_day(today).is_err());
    }

    #[test]
    fn durations() {
        for (text, ms) in [
            ("500ms", 500),
            ("10s", 10_000),
            ("10", 10_000),
            ("5m", 300_000),
            ("24h", 86_400_000),
        ] {
            assert_eq!(duration(text), Ok(Duration::from_millis(ms)), "{text}");
        }
        for bad in [
            "",
            "s",
            "-1s",
            "1.5s",
            "25h",
            "10 s",
            "10d",
            "99999999999999999999s",
        ] {
            assert!(duration(bad).is_err(), "{bad}");
        }
    }
}
