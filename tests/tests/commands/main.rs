//! The program as people and scripts use it: what is typed, what comes out, and with which exit code.

mod demo;
mod play;
mod script;
mod transcripts;
