//! How the API refuses: one form, and one table from codes to HTTP status.

use super::types::{ErrorBody, Problem};
use crate::handle::{NodeError, Refused};
use allonge_contracts::Code;
use allonge_contracts::state::StateFault;
use allonge_ledger::Inadmissible;
use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use std::time::Duration;

/// A refusal on its way to the client.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{code}: {message}")]
pub struct ApiError {
    /// The code, which decides the HTTP status.
    pub code: Code,
    /// What was wrong, with the value.
    pub message: String,
    /// When to try again; answers with 429 and 503 always carry a time.
    pub retry_after: Option<Duration>,
}

impl ApiError {
    /// A code and the value that shows it; an empty detail leaves the code's own sentence.
    pub fn new(code: Code, detail: impl AsRef<str>) -> Self {
        let detail = detail.as_ref();
        let message = if detail.is_empty() {
            code.summary().to_owned()
        } else {
            format!("{}: {detail}", code.summary())
        };
        ApiError {
            code,
            message,
            retry_after: None,
        }
    }

    /// A request that cannot be read, and which part of it.
    pub fn bad_request(detail: impl AsRef<str>) -> Self {
        Self::new(Code::BadRequest, detail)
    }

    /// A fault of this node: logged here, and not spelled out to the client.
    pub fn internal(cause: impl std::fmt::Display) -> Self {
        tracing::error!(%cause, "a request could not be answered");
        Self::new(Code::Internal, "")
    }

    /// The refusal in the words of the API.
    pub fn problem(&self) -> Problem {
        problem(self.code, self.message.clone())
    }
}

/// A code with a message, and what the code says of itself.
pub fn problem(code: Code, message: String) -> Problem {
    Problem {
        code,
        number: code.number(),
        message,
        hint: code.hint().to_owned(),
        retry: code.retry(),
    }
}

/// The HTTP status of a code. `None` would be a code that nobody has placed: a test keeps that from
/// happening.
fn placed(code: Code) -> Option<StatusCode> {
    Some(match code {
        Code::BadRequest | Code::Undecodable | Code::BadCursor => StatusCode::BAD_REQUEST,
        Code::BadSignature
        | Code::UnknownMember
        | Code::MemberSuspended
        | Code::UnknownKey
        | Code::TooFewApprovals => StatusCode::FORBIDDEN,
        Code::NotFound
        | Code::Pruned
        | Code::NoSuchMember
        | Code::NoSuchBill
        | Code::NoSuchCertificate
        | Code::NoSuchLine
        | Code::NoSuchQuotes
        | Code::NoSuchObligation
        | Code::NoSuchLot
        | Code::NoSuchRequest
        | Code::NoSuchPaper
        | Code::NoSuchClaim
        | Code::NoSuchCondition
        | Code::NoSuchInstruction
        | Code::NoSuchProposal => StatusCode::NOT_FOUND,
        Code::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
        Code::Duplicate | Code::Dropped => StatusCode::CONFLICT,
        Code::TooLarge | Code::BodyTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
        Code::WrongChain | Code::Expired | Code::TooFarAhead => StatusCode::UNPROCESSABLE_ENTITY,
        Code::MempoolFull | Code::MemberShareFull | Code::RateLimited => {
            StatusCode::TOO_MANY_REQUESTS
        }
        Code::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        Code::NotReady | Code::TooManyStreams | Code::NoProofYet | Code::Overloaded => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Code::Timeout => StatusCode::GATEWAY_TIMEOUT,
        // A rule of the ledger: the request was read and understood.
        code if code.layer() == "execution" => StatusCode::UNPROCESSABLE_ENTITY,
        _ => return None,
    })
}

/// The HTTP status of a code.
pub fn status(code: Code) -> StatusCode {
    placed(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        let status = status(self.code);
        let mut response = (
            status,
            Json(ErrorBody {
                error: self.problem(),
            }),
        )
            .into_response();
        let waits = matches!(
            status,
            StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE
        );
        if waits || self.retry_after.is_some() {
            let after = self.retry_after.unwrap_or(Duration::from_secs(1));
            // Whole seconds, rounded up, at least one.
            let seconds = after.as_millis().div_ceil(1000).max(1);
            if let Ok(value) = HeaderValue::from_str(&seconds.to_string()) {
                response.headers_mut().insert(header::RETRY_AFTER, value);
            }
        }
        response
    }
}

impl From<Inadmissible> for ApiError {
    fn from(cause: Inadmissible) -> Self {
        Self::new(cause.code, cause.detail)
    }
}

impl From<Refused> for ApiError {
    fn from(cause: Refused) -> Self {
        ApiError {
            retry_after: cause.retry_after_ms.map(Duration::from_millis),
            ..Self::new(cause.code, cause.detail)
        }
    }
}

impl From<NodeError> for ApiError {
    fn from(cause: NodeError) -> Self {
        match cause {
            NodeError::Stopping => Self::new(Code::NotReady, "the node is stopping"),
            cause => Self::internal(cause),
        }
    }
}

impl From<StateFault> for ApiError {
    fn from(cause: StateFault) -> Self {
        Self::internal(cause)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_a_status_that_says_error() {
        for code in Code::ALL {
            let status = placed(*code).unwrap_or_else(|| panic!("{code} has no HTTP status"));
            assert!(
                status.is_client_error() || status.is_server_error(),
                "{code}: {status}"
            );
        }
    }

    #[test]
    fn who_shall_wait_is_told_how_long() {
        let after = |error: ApiError| {
            error
                .into_response()
                .headers()
                .get(header::RETRY_AFTER)
                .map(|v| v.to_str().unwrap().to_owned())
        };
        let full = Refused {
            code: Code::MempoolFull,
            detail: String::new(),
            retry_after_ms: Some(1_200),
        };
        assert_eq!(after(full.into()), Some("2".to_owned()));
        assert_eq!(
            after(ApiError::new(Code::NotReady, "")),
            Some("1".to_owned())
        );
        assert_eq!(after(ApiError::bad_request("x")), None);
    }
}
