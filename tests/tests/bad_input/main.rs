//! Bad input, one row each: what is given, and the code, status or exit and hint that come back.
//! Nothing of it may change the ledger.

mod commands;
mod homes;
mod http;
mod peers;
mod rules;
mod world;
