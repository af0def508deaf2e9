//! Recourse: who is liable to whom, for how much, until when (rule book 2.5).

mod notify;
mod offer;
mod settle;

pub(crate) use settle::settle;
