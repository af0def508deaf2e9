//! Acts by name, and what they are about.

use crate::op::Op;
use crate::words;
use allonge_model::{Frozen, Terms, World};

/// Every act that must come about; refusals and withdrawals are one each, whatever was asked, but for a presentment's.
pub const ACTS: [&str; 58] = [
    "transfer",
    "hold",
    "release a hold",
    "register",
    "ask acceptance",
    "agree to acceptance",
    "accept a part",
    "revoke",
    "ask unused return",
    "agree to unused return",
    "ask delivery",
    "agree to delivery",
    "disclose",
    "ask endorsement",
    "agree to endorsement",
    "ask unmark",
    "agree to unmark",
    "narrow",
    "ask guarantee",
    "agree to guarantee",
    "ask discount",
    "agree to discount",
    "ask repo discount",
    "agree to repo discount",
    "ask interbank discount",
    "agree to interbank discount",
    "ask interbank repo",
    "agree to interbank repo",
    "ask rediscount",
    "agree to rediscount",
    "ask rediscount repo",
    "agree to rediscount repo",
    "ask redemption",
    "agree to redemption",
    "ask pledge",
    "agree to pledge",
    "ask release",
    "agree to release",
    "ask release against cash",
    "agree to release against cash",
    "apply proceeds",
    "release proceeds",
    "present",
    "agree to presentment",
    "refuse presentment",
    "withdraw presentment",
    "notify",
    "offer",
    "agree to offer",
    "freeze",
    "stop",
    "unfreeze",
    "order a transfer",
    "refuse",
    "withdraw",
    "record insolvency",
    "lift insolvency",
    "set a parameter",
];

/// The act of the list that a name belongs to.
pub fn listed(name: &str) -> &str {
    match name.split_once(' ') {
        Some((answer @ ("refuse" | "withdraw"), asked)) if asked != "presentment" => answer,
        _ => name,
    }
}

/// The bill that an act is about.
pub fn bill_of(model: &World, op: &Op) -> Option<usize> {
    match op {
        Op::Register(_) => model.bills.len().checked_sub(1),
        Op::Acceptance(b, _)
        | Op::Revoke(b)
        | Op::UnusedReturn(b, _)
        | Op::Delivery(b, _)
        | Op::Disclose(b) => Some(*b),
        Op::Endorse { place, .. }
        | Op::Unmark(place, _)
        | Op::Narrow { place, .. }
        | Op::Guarantee { place, .. }
        | Op::Discount { place, .. }
        | Op::Redemption { place, .. }
        | Op::Pledge { place, .. }
        | Op::Release { place, .. }
        | Op::Present { place, .. }
        | Op::ApplyProceeds(place)
        | Op::ReleaseProceeds(place)
        | Op::Notify { place, .. }
        | Op::Offer { place, .. }
        | Op::Measure { place, .. }
        | Op::Unfreeze(place, _)
        | Op::OrderTransfer { place, .. } => Some(place.bill),
        Op::Agree(r) | Op::AcceptPart(r, _) | Op::Refuse(r, _) | Op::Withdraw(r) => {
            Some(model.requests[*r].bill)
        }
        _ => None,
    }
}

/// What an act is called in the report.
pub fn act_name(model: &World, op: &Op) -> String {
    let asked = |r: &usize| words::terms(&model.requests[*r].terms);
    let name = match op {
        Op::Transfer { .. } => "transfer",
        Op::Hold { .. } => "hold",
        Op::ReleaseHold(_) => "release a hold",
        Op::Register(_) => "register",
        Op::Acceptance(..) => "ask acceptance",
        Op::Revoke(_) => "revoke",
        Op::UnusedReturn(..) => "ask unused return",
        Op::Delivery(..) => "ask delivery",
        Op::Disclose(_) => "disclose",
        Op::Endorse { .. } => "ask endorsement",
        Op::Unmark(..) => "ask unmark",
        Op::Narrow { .. } => "narrow",
        Op::Guarantee { .. } => "ask guarantee",
        Op::Discount { sale, .. } => return format!("ask {}", words::sold(sale)),
        Op::Redemption { .. } => "ask redemption",
        Op::Pledge { .. } => "ask pledge",
        Op::Release { price, free, .. } => {
            let terms = Terms::Release {
                price: *price,
                free: *free,
            };
            return format!("ask {}", words::terms(&terms));
        }
        Op::Present { .. } => "present",
        Op::AcceptPart(..) => "accept a part",
        Op::Agree(r) => return format!("agree to {}", asked(r)),
        Op::Refuse(r, _) => return format!("refuse {}", asked(r)),
        Op::Withdraw(r) => return format!("withdraw {}", asked(r)),
        Op::ApplyProceeds(_) => "apply proceeds",
        Op::ReleaseProceeds(_) => "release proceeds",
        Op::Notify { .. } => "notify",
        Op::Offer { .. } => "offer",
        Op::Measure {
            measure: Frozen::Stopped,
            ..
        } => "stop",
        Op::Measure { .. } => "freeze",
        Op::Unfreeze(..) => "unfreeze",
        Op::OrderTransfer { .. } => "order a transfer",
        Op::Declare { .. } => "declare",
        Op::Insolvency { lifted: false, .. } => "record insolvency",
        Op::Insolvency { .. } => "lift insolvency",
        Op::SetParam(..) => "set a parameter",
        Op::SetCalendar { .. } => "set the calendar",
        Op::Suspend(_) => "suspend",
        Op::Reinstate(_) => "reinstate",
    };
    name.to_owned()
}
