//! A page for looking at the ledger; it reads the API and changes nothing.

use super::params::{NoParams, Params};
use axum::http::{HeaderName, header};

/// Scripts, styles and requests come from this node alone; nothing inline runs.
const POLICY: &str = "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
    base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

type Asset = ([(HeaderName, &'static str); 2], &'static str);

fn asset(media_type: &'static str, text: &'static str) -> Asset {
    (
        [
            (header::CONTENT_TYPE, media_type),
            (header::CONTENT_SECURITY_POLICY, POLICY),
        ],
        text,
    )
}

/// `GET /`.
pub async fn page(Params(NoParams {}): Params<NoParams>) -> Asset {
    asset(
        "text/html; charset=utf-8",
        include_str!("explorer/index.html"),
    )
}

/// `GET /explorer.js`.
pub async fn script(Params(NoParams {}): Params<NoParams>) -> Asset {
    asset(
        "text/javascript; charset=utf-8",
        include_str!("explorer/explorer.js"),
    )
}

/// `GET /explorer.css`.
pub async fn style(Params(NoParams {}): Params<NoParams>) -> Asset {
    asset(
        "text/css; charset=utf-8",
        include_str!("explorer/explorer.css"),
    )
}
