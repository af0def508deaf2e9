//! The program and its client library against a scripted node.

mod acts;
mod client;
mod fake;
mod files;
mod gov;
mod health;
mod keys;
mod reads;
mod receivables;
mod settling;
mod signers;
mod trade;
mod trust;
mod tx_files;
mod usage;
mod verbs;
