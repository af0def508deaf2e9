//! The program and its client library against a scripted node.

mod acts;
mod client;
mod fake;
mod files;
mod gov;
mod health;
mod reads;
mod receivables;
mod settling;
mod trade;
mod trust;
mod usage;
mod verbs;
