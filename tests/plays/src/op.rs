//! An act with all that it says.

use crate::cast::Who;
use allonge_model::{Draft, Frozen, Limits, Place, Pledge, Sale};

/// An act by somebody. Bills, requests and holds are meant by their places in the model's lists.
#[derive(Clone, Debug)]
pub enum Op {
    Transfer {
        to: Who,
        amount: u64,
    },
    Hold {
        releaser: Who,
        amount: u64,
        until: u32,
    },
    ReleaseHold(usize),
    Register(Draft),
    Acceptance(usize, Option<u32>),
    Revoke(usize),
    UnusedReturn(usize, Option<u32>),
    Delivery(usize, Option<u32>),
    Disclose(usize),
    Endorse {
        place: Place,
        to: Who,
        mark: bool,
        purpose: String,
        by: Option<u32>,
    },
    Unmark(Place, Option<u32>),
    Narrow {
        place: Place,
        unsplittable: bool,
        limits: Option<Limits>,
    },
    Guarantee {
        place: Place,
        guarantor: Who,
        ward: Option<Who>,
        by: Option<u32>,
    },
    Discount {
        place: Place,
        to: Who,
        sale: Sale,
        purpose: String,
        by: Option<u32>,
    },
    Redemption {
        place: Place,
        free: bool,
        by: Option<u32>,
    },
    Pledge {
        place: Place,
        pledge: Pledge,
        purpose: String,
        by: Option<u32>,
    },
    Release {
        place: Place,
        price: Option<u64>,
        free: bool,
        by: Option<u32>,
    },
    Present {
        place: Place,
        explained: bool,
    },
    Agree(usize),
    AcceptPart(usize, u64),
    Refuse(usize, &'static str),
    Withdraw(usize),
    ApplyProceeds(Place),
    ReleaseProceeds(Place),
    Notify {
        place: Place,
        parties: Vec<Who>,
        costs: Option<u64>,
    },
    Offer {
        place: Place,
        money: Option<u64>,
        by: Option<u32>,
    },
    Measure {
        place: Place,
        order: bool,
        measure: Frozen,
    },
    Unfreeze(Place, bool),
    OrderTransfer {
        place: Place,
        order: bool,
        to: Who,
    },
    Declare {
        assets: u64,
        deposits: u64,
        margin: u64,
    },
    Insolvency {
        member: Who,
        lifted: bool,
    },
    SetParam(&'static str, u64, u32),
    SetCalendar {
        closed: Vec<u32>,
        open: Vec<u32>,
    },
    Suspend(Who),
    Reinstate(Who),
}
