//! Which other sites' pages may read the answers; none unless the operator names them.

use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse, Response};
use std::str::FromStr;
use std::sync::Arc;

/// Origins that may read the answers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Cors {
    any: bool,
    origins: Vec<String>,
}

/// A text that names no origins.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no origin: write scheme and host, and the port where it is not the usual one, such as \
     https://books.example, or * for every site"
)]
pub struct CorsError(String);

impl FromStr for Cors {
    type Err = CorsError;

    /// Origins separated by commas; `*` for all.
    fn from_str(text: &str) -> Result<Self, CorsError> {
        let mut cors = Cors::default();
        for origin in text.split(',').map(str::trim).filter(|o| !o.is_empty()) {
            if origin == "*" {
                cors.any = true;
                continue;
            }
            let host = ["http://", "https://"]
                .iter()
                .find_map(|scheme| origin.strip_prefix(scheme));
            let fits = host.is_some_and(|host| {
                !host.is_empty()
                    && host
                        .bytes()
                        .all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'.' | b'-' | b':' | b'[' | b']'))
            });
            if !fits {
                return Err(CorsError(origin.chars().take(80).collect()));
            }
            cors.origins.push(origin.to_owned());
        }
        Ok(cors)
    }
}

impl Cors {
    fn allows(&self, origin: &HeaderValue) -> bool {
        self.any
            || self
                .origins
                .iter()
                .any(|one| one.as_bytes() == origin.as_bytes())
    }

    fn is_off(&self) -> bool {
        !self.any && self.origins.is_empty()
    }
}

/// Lets the pages of the origins named read the answers; without any, nothing changes.
pub fn shared(router: Router, cors: Cors) -> Router {
    if cors.is_off() {
        return router;
    }
    let cors = Arc::new(cors);
    router.layer(from_fn(move |request: Request, next: Next| {
        let cors = cors.clone();
        async move {
            let origin = request.headers().get(header::ORIGIN).cloned();
            let origin = origin.filter(|origin| cors.allows(origin));
            let asks_first = request.method() == Method::OPTIONS
                && request
                    .headers()
                    .contains_key(header::ACCESS_CONTROL_REQUEST_METHOD);
            let mut response = match &origin {
                Some(_) if asks_first => preflight(),
                _ => next.run(request).await,
            };
            allow(response.headers_mut(), origin);
            response
        }
    }))
}

fn preflight() -> Response {
    let headers = [
        (header::ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
        (
            header::ACCESS_CONTROL_ALLOW_HEADERS,
            "content-type, last-event-id",
        ),
        (header::ACCESS_CONTROL_MAX_AGE, "600"),
    ];
    super::server::harden((StatusCode::NO_CONTENT, headers).into_response())
}

fn allow(headers: &mut HeaderMap, origin: Option<HeaderValue>) {
    headers.append(header::VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(header::ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(
            header::ACCESS_CONTROL_EXPOSE_HEADERS,
            HeaderValue::from_static("retry-after"),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn origins_are_read_strictly() {
        let cors: Cors = "https://books.example, http://[::1]:3000".parse().unwrap();
        let allows = |text: &'static str| cors.allows(&HeaderValue::from_static(text));
        assert!(allows("https://books.example") && allows("http://[::1]:3000"));
        for other in [
            "http://books.example",
            "https://books.example:8443",
            "null",
            "",
        ] {
            assert!(!allows(other), "{other}");
        }
        assert!("".parse::<Cors>().unwrap().is_off());
        assert!(
            "*".parse::<Cors>()
                .unwrap()
                .allows(&HeaderValue::from_static("null"))
        );
        for wrong in [
            "books.example",
            "https://",
            "https://books.example/",
            "ftp://x",
            "https://a b",
            "null",
        ] {
            let error = wrong.parse::<Cors>().unwrap_err().to_string();
            assert!(error.contains(wrong), "{error}");
        }
    }
}
