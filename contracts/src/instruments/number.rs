//! The 30-digit numbers of instruments, and bank numbers.

use crate::date::Date;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// What an instrument is, by the first digit of its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstrumentKind {
    /// A bill package: 5, 6 or 7.
    Bill,
    /// A receivable certificate: 9.
    Certificate,
}

/// The first digit of a certificate's number.
pub const CERTIFICATE_TYPE: u8 = 9;

/// The number of a bill package or a certificate: type 1 + bank number 12 + registration date 8 + serial 8 + check 1
/// digits (rule book 2.1). The check digit is ISO 7064 mod 11,10.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct InstrumentNumber([u8; 30]);

/// Twelve digits that name a bank in the payment system.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct BankNumber([u8; 12]);

/// A text that is no bill or bank number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NumberError {
    /// Not the right count of digits.
    #[error("`{text}` is not a number of {digits} digits")]
    NotDigits {
        /// What was given.
        text: String,
        /// How many digits there must be.
        digits: usize,
    },
    /// The last digit does not fit.
    #[error("`{text}` fails its check digit: the last digit should be {expected}")]
    CheckDigit {
        /// What was given.
        text: String,
        /// What the check gives.
        expected: u8,
    },
}

/// The check digit of ISO 7064 mod 11,10 over decimal digits (rule book vectors: 0794 → 5).
#[expect(
    clippy::arithmetic_side_effects,
    reason = "every value stays below 22, whatever the input"
)]
pub fn check_digit(digits: &[u8]) -> u8 {
    let mut product = 10u8;
    for digit in digits {
        let sum = (product + digit.wrapping_sub(b'0') % 10) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    b'0' + (11 - product) % 10
}

fn digits<const N: usize>(text: &str) -> Result<[u8; N], NumberError> {
    <[u8; N]>::try_from(text.as_bytes())
        .ok()
        .filter(|bytes| bytes.iter().all(u8::is_ascii_digit))
        .ok_or_else(|| NumberError::NotDigits {
            text: text.chars().take(80).collect(),
            digits: N,
        })
}

impl InstrumentNumber {
    /// Puts a number together. `None` when the serial has more than eight digits.
    pub fn compose(kind: u8, bank: BankNumber, registered: Date, serial: u32) -> Option<Self> {
        if serial > 99_999_999 || kind > 9 {
            return None;
        }
        let text = format!("{kind}{bank}{}{serial:08}", registered.compact());
        let check = check_digit(text.as_bytes());
        digits(&format!("{text}{}", char::from(check)))
            .ok()
            .map(InstrumentNumber)
    }

    /// Whether it is a bill's or a certificate's.
    pub const fn kind(&self) -> InstrumentKind {
        if self.0[0] == b'0' + CERTIFICATE_TYPE {
            InstrumentKind::Certificate
        } else {
            InstrumentKind::Bill
        }
    }

    /// The thirty digits.
    pub fn as_str(&self) -> &str {
        // Only ASCII digits are ever stored.
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl BankNumber {
    /// The twelve digits.
    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).unwrap_or("")
    }
}

impl FromStr for InstrumentNumber {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        let bytes: [u8; 30] = digits(text)?;
        let [body @ .., check] = &bytes;
        let expected = check_digit(body);
        if *check == expected {
            Ok(InstrumentNumber(bytes))
        } else {
            Err(NumberError::CheckDigit {
                text: text.to_owned(),
                expected: expected.wrapping_sub(b'0'),
            })
        }
    }
}

impl FromStr for BankNumber {
    type Err = NumberError;
    fn from_str(text: &str) -> Result<Self, NumberError> {
        digits(text).map(BankNumber)
    }
}

macro_rules! digit_text {
    ($name:ident, $len:literal) => {
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(self.as_str())
            }
        }
        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }
        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
                s.serialize_str(self.as_str())
            }
        }
        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
                <String as Deserialize>::deserialize(d)?
                    .parse()
                    .map_err(serde::de::Error::custom)
            }
        }
        impl BorshDeserialize for $name {
            fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
                let bytes = <[u8; $len]>::deserialize_reader(reader)?;
                std::str::from_utf8(&bytes)
                    .ok()
                    .and_then(|text| text.parse().ok())
                    .ok_or_else(|| {
                        io::Error::new(io::ErrorKind::InvalidData, "not a number of this kind")
                    })
            }
        }
    };
}
digit_text!(InstrumentNumber, 30);
digit_text!(BankNumber, 12);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn check_digits_of_the_rule_book() {
        assert_eq!(check_digit(b"0794"), b'5');
        assert_eq!(check_digit(b"51021000999962027010500000001"), b'1');
    }

    #[test]
    fn a_number_is_put_together_and_read_back() {
        let bank: BankNumber = "102100099996".parse().unwrap();
        let day: Date = "2027-01-05".parse().unwrap();
        let number = InstrumentNumber::compose(5, bank, day, 1).unwrap();
        assert_eq!(number.as_str(), "510210009999620270105000000011");
        assert_eq!(number.as_str().parse(), Ok(number));
        assert!(InstrumentNumber::compose(5, bank, day, 100_000_000).is_none());
        assert!(matches!(
            "510210009999620270105000000012".parse::<InstrumentNumber>(),
            Err(NumberError::CheckDigit { expected: 1, .. })
        ));
        assert!(
            "51021000999962027010500000001"
                .parse::<InstrumentNumber>()
                .is_err()
        );
    }
}
