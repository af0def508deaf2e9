//! Currencies and amounts in minor units.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// An ISO 4217 currency with 0 to 3 decimals.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct Currency([u8; 3]);

/// An amount of one currency in its minor units (`123.45 CNY` is 12,345).
///
/// In JSON `{"amount": "123.45", "currency": "CNY"}`.
#[derive(Clone, Copy, PartialEq, Eq, Hash, BorshSerialize, BorshDeserialize)]
pub struct Money {
    /// The currency, which says how many decimals there are.
    pub currency: Currency,
    /// How many minor units.
    pub minor: u64,
}

/// Why a text is no currency or no amount.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MoneyError {
    /// Not an ISO 4217 code, or one with more than three decimals.
    #[error("`{0}` is not an ISO 4217 currency code such as CNY")]
    UnknownCurrency(String),
    /// Not a plain decimal number.
    #[error("`{0}` is not an amount: write it like 1000000 or 1,000,000.00")]
    NotANumber(String),
    /// A minus sign.
    #[error("`{0}` is negative: amounts are positive")]
    Negative(String),
    /// More decimals than the currency has.
    #[error("`{text}` has more decimals than {currency}, which has {decimals}")]
    TooManyDecimals {
        /// What was given.
        text: String,
        /// The currency.
        currency: Currency,
        /// Its number of decimals.
        decimals: u32,
    },
    /// More minor units than 64 bits hold.
    #[error("`{0}` is too large: at most 18446744073709551615 minor units")]
    TooLarge(String),
}

impl Currency {
    /// The three letters.
    pub fn code(&self) -> &str {
        // Only ASCII letters are ever stored.
        std::str::from_utf8(&self.0).unwrap_or("???")
    }

    /// The three letters as bytes, whose order is the order of currencies.
    pub const fn bytes(&self) -> &[u8; 3] {
        &self.0
    }

    /// How many decimals its amounts have (ISO 4217 exponent, 0 to 3).
    pub fn decimals(&self) -> u32 {
        iso_currency::Currency::from_code(self.code())
            .and_then(|known| known.exponent())
            .map_or(2, u32::from)
    }
}

impl FromStr for Currency {
    type Err = MoneyError;
    fn from_str(text: &str) -> Result<Self, MoneyError> {
        let unknown = || MoneyError::UnknownCurrency(shorten(text));
        let known = iso_currency::Currency::from_code(text).ok_or_else(unknown)?;
        let bytes: [u8; 3] = text.as_bytes().try_into().map_err(|_| unknown())?;
        match known.exponent() {
            Some(0..=3) => Ok(Currency(bytes)),
            _ => Err(unknown()),
        }
    }
}

impl Money {
    /// An amount from minor units.
    pub const fn new(currency: Currency, minor: u64) -> Self {
        Money { currency, minor }
    }

    /// Reads an amount as people write it: `1000000`, `1000000.5`, `1,000,000.00`.
    pub fn parse(text: &str, currency: Currency) -> Result<Self, MoneyError> {
        let not_a_number = || MoneyError::NotANumber(shorten(text));
        if text.starts_with('-') {
            return Err(MoneyError::Negative(shorten(text)));
        }
        let (whole, fraction) = match text.split_once('.') {
            Some((_, "")) => return Err(not_a_number()),
            Some(parts) => parts,
            None => (text, ""),
        };
        let groups: Vec<&str> = whole.split(',').collect();
        let grouped = groups.len() == 1
            || (groups.first().is_some_and(|g| (1..=3).contains(&g.len()))
                && groups.iter().skip(1).all(|g| g.len() == 3));
        let digits = groups.concat();
        if !grouped || digits.is_empty() || !is_digits(&digits) || !is_digits(fraction) {
            return Err(not_a_number());
        }
        let decimals = currency.decimals();
        if fraction.len() > decimals as usize {
            return Err(MoneyError::TooManyDecimals {
                text: shorten(text),
                currency,
                decimals,
            });
        }
        let padded = format!("{digits}{fraction:0<width$}", width = decimals as usize);
        let minor = padded
            .parse()
            .map_err(|_| MoneyError::TooLarge(shorten(text)))?;
        Ok(Money { currency, minor })
    }

    /// The amount without currency or separators: `1000000.00`.
    pub fn plain(&self) -> String {
        format_minor(u128::from(self.minor), self.currency.decimals(), false)
    }

    /// The amount without currency, with separators: `1,000,000.00`.
    pub fn grouped(&self) -> String {
        format_minor(u128::from(self.minor), self.currency.decimals(), true)
    }
}

/// Minor units as decimal text; `grouped` puts a comma before every third digit.
pub fn format_minor(minor: u128, decimals: u32, grouped: bool) -> String {
    let decimals = decimals as usize;
    let digits = format!("{minor:0>width$}", width = decimals.saturating_add(1));
    let (whole, fraction) = digits.split_at(digits.len().saturating_sub(decimals));
    let mut out = String::new();
    for (i, digit) in whole.chars().enumerate() {
        if grouped && i > 0 && whole.len().saturating_sub(i).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if decimals > 0 {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn is_digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

fn shorten(text: &str) -> String {
    text.chars().take(80).collect()
}

impl fmt::Display for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.grouped(), self.currency)
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Currency {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for Currency {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl BorshDeserialize for Currency {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let bytes = <[u8; 3]>::deserialize_reader(reader)?;
        std::str::from_utf8(&bytes)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "not a currency"))
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct MoneyText {
    amount: String,
    currency: Currency,
}

impl Serialize for Money {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        MoneyText {
            amount: self.plain(),
            currency: self.currency,
        }
        .serialize(s)
    }
}

impl<'de> Deserialize<'de> for Money {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        let text = MoneyText::deserialize(d)?;
        Money::parse(&text.amount, text.currency).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, currency: &str) -> Result<u64, MoneyError> {
        Money::parse(text, currency.parse()?).map(|m| m.minor)
    }

    #[test]
    fn amounts_as_people_write_them() {
        for (text, currency, minor) in [
            ("1000000", "CNY", 100_000_000),
            ("1,000,000.00", "CNY", 100_000_000),
            ("0.5", "CNY", 50),
            ("121", "JPY", 121),
            ("1.234", "KWD", 1_234),
            ("184467440737095516.15", "CNY", u64::MAX),
        ] {
            assert_eq!(parse(text, currency), Ok(minor), "{text} {currency}");
        }
    }

    #[test]
    fn what_is_no_amount_is_refused() {
        for text in [
            "", ".", "1.", ".5", "1,00", "1,0000", "1e3", " 1", "+1", "1.2.3", "１",
        ] {
            assert!(
                matches!(parse(text, "CNY"), Err(MoneyError::NotANumber(_))),
                "{text}"
            );
        }
        assert!(matches!(parse("-1", "CNY"), Err(MoneyError::Negative(_))));
        assert!(matches!(
            parse("1.234", "CNY"),
            Err(MoneyError::TooManyDecimals { decimals: 2, .. })
        ));
        assert!(matches!(
            parse("184467440737095516.16", "CNY"),
            Err(MoneyError::TooLarge(_))
        ));
        assert!(matches!(
            parse("1", "ABC"),
            Err(MoneyError::UnknownCurrency(_))
        ));
        assert!(matches!(
            parse("1", "cny"),
            Err(MoneyError::UnknownCurrency(_))
        ));
    }

    #[test]
    fn amounts_print_as_they_are_read() {
        let cny: Currency = "CNY".parse().unwrap();
        for (minor, plain, grouped) in [
            (0, "0.00", "0.00"),
            (5, "0.05", "0.05"),
            (123_456_789, "1234567.89", "1,234,567.89"),
        ] {
            let money = Money::new(cny, minor);
            assert_eq!(
                (money.plain().as_str(), money.grouped().as_str()),
                (plain, grouped)
            );
            assert_eq!(Money::parse(grouped, cny), Ok(money));
        }
    }
}
