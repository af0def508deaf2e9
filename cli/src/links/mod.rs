//! The wires between the nodes of a local network, made breakable: the nodes reach each other through a
//! forwarder, which cuts, slows and mends what runs over it as a plan in a file says.
//!
//! A cut loses nothing that TCP would not lose: bytes are held back and no connection is closed, as when
//! packets go astray. The nodes know each other by their keys, so a forwarder between them changes nothing
//! else.

mod forward;
mod plan;

pub use forward::{Route, forward};
pub use plan::{MAX_SLOW_MS, PLAN_FILE, Plan, PlanError, Wire};
