//! Text of bounded length.

use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize};
use std::fmt;
use std::io::{self, Read};
use std::str::FromStr;

/// UTF-8 text of at most `N` bytes without control characters.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, BorshSerialize, Serialize)]
#[serde(transparent)]
pub struct Text<const N: usize>(String);

/// A text that is too long or holds control characters.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TextError {
    /// Over the bound.
    #[error("a text of {len} bytes: at most {max} are allowed here")]
    TooLong {
        /// Its length in bytes.
        len: usize,
        /// The bound.
        max: usize,
    },
    /// A line break, tab or other control character.
    #[error(
        "a text with a control character (a line break or tab, say): plain text is expected here"
    )]
    Control,
}

impl<const N: usize> Text<N> {
    /// The empty text.
    pub const fn empty() -> Self {
        Text(String::new())
    }

    /// The text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Nothing in it.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<const N: usize> Default for Text<N> {
    fn default() -> Self {
        Self::empty()
    }
}

impl<const N: usize> FromStr for Text<N> {
    type Err = TextError;
    fn from_str(text: &str) -> Result<Self, TextError> {
        if text.len() > N {
            Err(TextError::TooLong {
                len: text.len(),
                max: N,
            })
        } else if text.chars().any(char::is_control) {
            Err(TextError::Control)
        } else {
            Ok(Text(text.to_owned()))
        }
    }
}

impl<const N: usize> fmt::Display for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<const N: usize> fmt::Debug for Text<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.0)
    }
}

impl<'de, const N: usize> Deserialize<'de> for Text<N> {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        <String as Deserialize>::deserialize(d)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

impl<const N: usize> BorshDeserialize for Text<N> {
    fn deserialize_reader<R: Read>(reader: &mut R) -> io::Result<Self> {
        let invalid = |what: &str| io::Error::new(io::ErrorKind::InvalidData, what.to_owned());
        let len = u32::deserialize_reader(reader)? as usize;
        if len > N {
            return Err(invalid("text over its bound"));
        }
        let mut bytes = vec![0u8; len];
        reader.read_exact(&mut bytes)?;
        String::from_utf8(bytes)
            .ok()
            .and_then(|text| text.parse().ok())
            .ok_or_else(|| invalid("not plain UTF-8 text"))
    }
}
