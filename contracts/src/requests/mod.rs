//! Request and answer: the one mechanism of every two-party act (rule book 2.2).

mod answer;
mod ask;
mod deadline;
mod end;
mod open;
pub mod read;
mod record;
mod rules;
mod withdraw;

pub(crate) use answer::{Standing, carry_out, check_agreement, find, find_for_answer, standing_of};
pub(crate) use ask::{
    Ask, Asked, OnLot, ask_for, check_asking, check_not_frozen, check_part_currency,
    check_part_zero, claimant, day_before_maturity, lot_to_ask, lot_to_move, made, moving,
    state_failure,
};
pub(crate) use deadline::answer_by;
pub(crate) use end::{end_offers, lapse, remove, restore};
pub(crate) use open::{Opening, open};
pub use record::{Presentment, Request, Terms};
pub(crate) use rules::{ON_A_LOT, REVOCATION};
pub use rules::{Party, RULES, Rule, endorsement};
