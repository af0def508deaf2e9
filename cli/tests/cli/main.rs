//! The program and its client library against a scripted node.

mod acts;
mod client;
mod fake;
mod reads;
mod usage;
mod verbs;
