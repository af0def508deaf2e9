//! Legal identifiers: unified social credit codes and LEIs.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// A unified social credit code (18 characters) or a Legal Entity Identifier (20 characters).
///
/// The LEI's check (ISO 7064 mod 97-10) is enforced; the check of a social credit code is only a warning,
/// since real ones fail it (rule book 1).
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize)]
pub struct LegalId(String);

/// A text that is no legal identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LegalIdError {
    /// Neither form.
    #[error(
        "`{0}` is neither a unified social credit code (18 characters of 0-9, A-Z without I O S V Z) nor an LEI (20 of 0-9, A-Z)"
    )]
    Form(String),
    /// An LEI whose check digits fail.
    #[error("`{0}` fails the LEI check (ISO 7064 mod 97-10)")]
    LeiCheck(String),
}

const USCC_ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

impl LegalId {
    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is odd about it without being wrong: a social credit code whose check character fails.
    pub fn warning(&self) -> Option<String> {
        let expected = uscc_check(self.0.as_bytes().get(..17)?)?;
        let last = *self.0.as_bytes().get(17)?;
        (self.0.len() == 18 && last != expected).then(|| {
            format!(
                "{} fails its check character: {} was expected",
                self.0,
                char::from(expected)
            )
        })
    }
}

/// The check character over the first 17: weights 3^(i-1) mod 31, check = (31 − sum mod 31) mod 31.
#[expect(
    clippy::arithmetic_side_effects,
    reason = "17 characters, each below 31 times 31"
)]
fn uscc_check(body: &[u8]) -> Option<u8> {
    let mut sum = 0usize;
    let mut weight = 1usize;
    for c in body {
        sum += USCC_ALPHABET.iter().position(|a| a == c)? * weight;
        weight = weight * 3 % 31;
    }
    USCC_ALPHABET.get((31 - sum % 31) % 31).copied()
}

#[expect(
    clippy::arithmetic_side_effects,
    reason = "every value stays below 97 * 100 + 36"
)]
fn lei_valid(text: &str) -> bool {
    text.bytes().fold(0u32, |rest, c| {
        let value = char::from(c).to_digit(36).unwrap_or(0);
        (rest * if value > 9 { 100 } else { 10 } + value) % 97
    }) == 1
}

impl FromStr for LegalId {
    type Err = LegalIdError;
    fn from_str(text: &str) -> Result<Self, LegalIdError> {
        let shown = || text.chars().take(80).collect::<String>();
        match text.len() {
            18 if text.bytes().all(|c| USCC_ALPHABET.contains(&c)) => Ok(LegalId(text.to_owned())),
            20 if text
                .bytes()
                .all(|c| c.is_ascii_digit() || c.is_ascii_uppercase()) =>
            {
                if lei_valid(text) {
                    Ok(LegalId(text.to_owned()))
                } else {
                    Err(LegalIdError::LeiCheck(shown()))
                }
            }
            _ => Err(LegalIdError::Form(shown())),
        }
    }
}

impl fmt::Display for LegalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for LegalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for LegalId {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        s.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for LegalId {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl BorshDeserialize for LegalId {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let invalid = || io::Error::new(io::ErrorKind::InvalidData, "not a legal identifier");
        let len = u32::deserialize_reader(reader)? as usize;
        if len != 18 && len != 20 {
            return Err(invalid());
        }
        let mut bytes = vec![0u8; len];
        reader.read_exact(&mut bytes)?;
        String::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn vectors_of_the_rule_book() {
        assert_eq!(uscc_check(b"91350100M000100Y4"), Some(b'3'));
        let good: LegalId = "91350100M000100Y43".parse().unwrap();
        assert_eq!(good.warning(), None);
        let odd: LegalId = "91350100M000100Y44".parse().unwrap();
        assert!(odd.warning().is_some());
        assert!("529900T8BM49AURSDO55".parse::<LegalId>().is_ok());
        assert!(matches!(
            "529900T8BM49AURSDO56".parse::<LegalId>(),
            Err(LegalIdError::LeiCheck(_))
        ));
        for text in [
            "",
            "91350100M000100YI3",
            "91350100M000100Y4",
            "529900t8bm49aursdo55",
        ] {
            assert!(
                matches!(text.parse::<LegalId>(), Err(LegalIdError::Form(_))),
                "{text}"
            );
        }
    }
}
