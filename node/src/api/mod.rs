//! The HTTP interface under `/v1`.
//!
//! This is the only folder that names axum.

pub mod types;
