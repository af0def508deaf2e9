//! A quantity of goods.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

/// A quantity in millionths of its unit of measure. In JSON and on screen a decimal text, `12.5`.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, BorshDeserialize)]
pub struct Quantity(pub u64);

/// A text that is no quantity.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a quantity: write it like 12.5, with at most six decimals")]
pub struct QuantityError(pub String);

const DECIMALS: usize = 6;
const WHOLE: u64 = 1_000_000;

impl FromStr for Quantity {
    type Err = QuantityError;
    fn from_str(text: &str) -> Result<Self, QuantityError> {
        let wrong = || QuantityError(text.chars().take(40).collect());
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(whole) || !digits(fraction) || fraction.len() > DECIMALS {
            return Err(wrong());
        }
        format!("{whole}{fraction:0<DECIMALS$}")
            .parse()
            .map(Quantity)
            .map_err(|_| wrong())
    }
}

impl fmt::Display for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = format!("{}.{:06}", self.0 / WHOLE, self.0 % WHOLE);
        f.pad(text.trim_end_matches('0').trim_end_matches('.'))
    }
}

impl fmt::Debug for Quantity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Quantity {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Quantity {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_as_people_write_them() {
        for (text, millionths, shown) in [
            ("12.5", 12_500_000, "12.5"),
            ("0.000001", 1, "0.000001"),
            ("1000", 1_000_000_000, "1000"),
            ("1.500000", 1_500_000, "1.5"),
            ("0", 0, "0"),
            ("18446744073709.551615", u64::MAX, "18446744073709.551615"),
        ] {
            let quantity: Quantity = text.parse().unwrap();
            assert_eq!(
                (quantity.0, quantity.to_string().as_str()),
                (millionths, shown)
            );
        }
        for text in [
            "",
            ".",
            "1.",
            ".5",
            "1,000",
            "1e3",
            "-1",
            "1.0000001",
            "18446744073709.551616",
        ] {
            assert!(text.parse::<Quantity>().is_err(), "{text}");
        }
    }
}
