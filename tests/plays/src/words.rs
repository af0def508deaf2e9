//! The model's words in the ledger's.

use allonge_model::{Circulation, Dishonour, Frozen, Role, Status, Terms, What};

pub fn status(status: Status) -> &'static str {
    match status {
        Status::Issued => "issued",
        Status::Accepted => "accepted",
        Status::Received => "received",
        Status::Settled => "settled",
        Status::Terminated => "terminated",
    }
}

pub fn circulation(circulation: Circulation) -> &'static str {
    match circulation {
        Circulation::AwaitingReceipt => "awaiting receipt",
        Circulation::Circulable => "circulable",
        Circulation::Locked => "locked",
        Circulation::NotTransferable => "not transferable",
        Circulation::Pledged => "pledged",
        Circulation::AwaitingRedemption => "awaiting redemption",
        Circulation::Collecting => "collecting",
        Circulation::InRecourse => "in recourse",
        Circulation::Ended => "ended",
    }
}

pub fn dishonour(dishonour: Dishonour) -> &'static str {
    match dishonour {
        Dishonour::None => "none",
        Dishonour::Early => "early",
        Dishonour::InTime => "in time",
        Dishonour::Late => "late",
    }
}

pub fn frozen(frozen: Frozen) -> &'static str {
    match frozen {
        Frozen::No => "no",
        Frozen::Frozen => "frozen",
        Frozen::Stopped => "stopped",
    }
}

/// What happened, as the ledger's hands call it.
pub fn what(what: What) -> &'static str {
    match what {
        What::Registered => "registered",
        What::Accepted => "accepted",
        What::Delivered => "delivered",
        What::Endorsed { .. } => "endorsed",
        What::Presented => "presented",
        What::Refused => "refused",
        What::Paid => "paid",
        What::Revoked => "revoked",
        What::Terminated => "terminated",
        What::ReturnedUnused => "returned unused",
        What::Unmarked => "mark removed",
        What::Guaranteed { .. } => "guaranteed",
        What::Sold { .. } => "discounted",
        What::RepoSold => "repo sold",
        What::Redeemed => "redeemed",
        What::RepoLapsed => "repo lapsed",
        What::Pledged => "pledged",
        What::Released => "released",
        What::Noticed => "recourse noticed",
        What::RecoursePaid => "recourse paid",
        What::Frozen => "frozen",
        What::Stopped => "stopped",
        What::Unfrozen => "unfrozen",
        What::Ordered => "transferred by order",
        What::Narrowed => "narrowed",
    }
}

pub fn role(role: Role) -> &'static str {
    match role {
        Role::Enterprise => "enterprise",
        Role::Bank => "bank",
        Role::FinanceCompany => "finance-company",
        Role::CentralBank => "central-bank",
        Role::Guarantor => "guarantor",
        Role::Insurer => "insurer",
        Role::Factor => "factor",
        Role::Attestor => "attestor",
        Role::Regulator => "regulator",
        Role::Court => "court",
    }
}

/// What a request asks for, one word each.
pub fn terms(terms: &Terms) -> &'static str {
    match terms {
        Terms::Acceptance => "acceptance",
        Terms::UnusedReturn => "unused return",
        Terms::Delivery => "delivery",
        Terms::Endorsement { .. } => "endorsement",
        Terms::Unmark => "unmark",
        Terms::Guarantee { .. } => "guarantee",
        Terms::Discount(sale) => sold(sale),
        Terms::Redemption { .. } => "redemption",
        Terms::Pledge(_) => "pledge",
        Terms::Release { price: None, .. } => "release",
        Terms::Release { .. } => "release against cash",
        Terms::Presentment { .. } => "presentment",
        Terms::Offer { .. } => "offer",
    }
}

/// A sale by market and kind.
pub fn sold(sale: &allonge_model::Sale) -> &'static str {
    use allonge_model::Market::{Discount, Interbank, Rediscount};
    match (sale.market, sale.repo) {
        (Discount, None) => "discount",
        (Discount, Some(_)) => "repo discount",
        (Interbank, None) => "interbank discount",
        (Interbank, Some(_)) => "interbank repo",
        (Rediscount, None) => "rediscount",
        (Rediscount, Some(_)) => "rediscount repo",
    }
}
