//! Pictures of bills: how a package was split and where each part went.
//!
//! [`Tree`] puts hands and lots in order, `layout` gives each a place and knows nothing of bills, [`svg`] draws,
//! and [`text`] writes the same tree for a terminal.

mod colour;
mod label;
mod layout;
mod pen;
pub mod svg;
pub mod text;
mod tree;

#[cfg(test)]
mod tests;

pub use tree::{Act, Front, Holder, Node, Paper, Part, Placed, Tree, What};
