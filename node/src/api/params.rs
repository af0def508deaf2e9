//! Reading paths and query strings: whatever is not understood is refused by name.

use super::error::ApiError;
use axum::extract::{FromRequestParts, Path, Query};
use axum::http::request::Parts;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt::Display;
use std::str::FromStr;
use std::time::Duration;

/// Entries of a page unless asked otherwise.
const DEFAULT_LIMIT: usize = 100;
/// The most entries of a page.
const MAX_LIMIT: usize = 1_000;
/// The longest that a request may wait for finality.
const MAX_WAIT: Duration = Duration::from_secs(60);
/// How long it waits unless asked otherwise.
const DEFAULT_WAIT: Duration = Duration::from_secs(10);

/// The query string, as a type that denies unknown fields.
pub struct Params<T>(pub T);

impl<S: Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        Query::<T>::try_from_uri(&parts.uri)
            .map(|Query(params)| Params(params))
            .map_err(|e| {
                let text = e.body_text();
                let text = text
                    .strip_prefix("Failed to deserialize query string: ")
                    .unwrap_or(&text);
                ApiError::bad_request(format!("query: {text}"))
            })
    }
}

/// The one variable part of the path, as a type that is read from text.
pub struct Named<T>(pub T);

impl<S: Send + Sync, T: FromStr<Err: Display>> FromRequestParts<S> for Named<T> {
    type Rejection = ApiError;
    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let Path(text) = Path::<String>::from_request_parts(parts, state)
            .await
            .map_err(|e| ApiError::bad_request(e.body_text()))?;
        text.parse()
            .map(Named)
            .map_err(|e: T::Err| ApiError::bad_request(e.to_string()))
    }
}

/// An endpoint without parameters.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoParams {}

/// A page of a list.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Page {
    /// Where it begins; from the start where absent.
    pub cursor: Option<String>,
    /// How many entries.
    pub limit: Option<usize>,
}

/// Checks the length of a page.
///
/// # Errors
/// Zero or above the most.
pub fn limit(asked: Option<usize>) -> Result<usize, ApiError> {
    match asked.unwrap_or(DEFAULT_LIMIT) {
        n @ 1..=MAX_LIMIT => Ok(n),
        n => Err(ApiError::bad_request(format!(
            "limit is {n}, 1 to {MAX_LIMIT} are allowed"
        ))),
    }
}

/// What to wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WaitFor {
    /// Until it is final, or dropped.
    Final,
}

/// Reads `wait` and `timeout`.
///
/// # Errors
/// A timeout without `wait`, or one that is no duration of at most 60 s.
pub fn wait(wait: Option<WaitFor>, timeout: Option<&str>) -> Result<Option<Duration>, ApiError> {
    match (wait, timeout) {
        (None, None) => Ok(None),
        (None, Some(_)) => Err(ApiError::bad_request(
            "timeout is given without wait: add wait=final",
        )),
        (Some(WaitFor::Final), None) => Ok(Some(DEFAULT_WAIT)),
        (Some(WaitFor::Final), Some(text)) => duration(text)
            .filter(|d| *d <= MAX_WAIT)
            .map(Some)
            .ok_or_else(|| {
                ApiError::bad_request(format!(
                    "timeout `{}` is not a duration of at most 60s: write it like 10s or 500ms",
                    text.chars().take(40).collect::<String>()
                ))
            }),
    }
}

fn duration(text: &str) -> Option<Duration> {
    let number = |digits: &str| -> Option<u64> {
        (!digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
            .then(|| digits.parse().ok())
            .flatten()
    };
    if let Some(digits) = text.strip_suffix("ms") {
        number(digits).map(Duration::from_millis)
    } else {
        number(text.strip_suffix('s')?).map(Duration::from_secs)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waiting_is_bounded_and_spelled_out() {
        let asked = |timeout| wait(Some(WaitFor::Final), timeout).map_err(|e| e.message);
        assert_eq!(asked(Some("500ms")), Ok(Some(Duration::from_millis(500))));
        assert_eq!(asked(Some("60s")), Ok(Some(MAX_WAIT)));
        assert_eq!(asked(None), Ok(Some(DEFAULT_WAIT)));
        for text in [
            "61s",
            "10",
            "s",
            "-1s",
            "+1s",
            "1.5s",
            "99999999999999999999s",
            "",
        ] {
            assert!(asked(Some(text)).unwrap_err().contains("timeout"), "{text}");
        }
        assert!(wait(None, Some("1s")).is_err());
        assert_eq!(wait(None, None), Ok(None));
    }

    #[test]
    fn pages_are_bounded() {
        assert_eq!(limit(None), Ok(DEFAULT_LIMIT));
        assert_eq!(limit(Some(1_000)), Ok(1_000));
        assert!(limit(Some(0)).is_err() && limit(Some(1_001)).is_err());
    }
}
