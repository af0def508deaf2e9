//! The program as people and scripts use it: what is typed, what comes out, and with which exit code.

mod admin;
mod demo;
mod founding;
mod play;
mod rates;
mod script;
mod transcripts;
