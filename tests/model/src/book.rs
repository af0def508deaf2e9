//! What is written down: members, cash, bills, lots, requests, all in plain lists.

use crate::days::Day;
use crate::selling::Sale;

/// A member, by its place in the list.
pub type Who = usize;

/// First and last unit of a lot.
pub type Range = (u64, u64);

/// What a member may do (rule book 1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Enterprise,
    Bank,
    FinanceCompany,
    CentralBank,
    Guarantor,
    Insurer,
    Factor,
    Attestor,
    Regulator,
    Court,
}

/// Who accepts a bill.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Bank,
    Commercial,
    FinanceCompany,
}

/// The law that a bill is under (rule book 2.6).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    Prc,
    Geneva,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Issued,
    Accepted,
    Received,
    Settled,
    Terminated,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circulation {
    AwaitingReceipt,
    Circulable,
    Locked,
    NotTransferable,
    Pledged,
    AwaitingRedemption,
    Collecting,
    InRecourse,
    Ended,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Dishonour {
    None,
    Early,
    InTime,
    Late,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Frozen {
    No,
    Frozen,
    Stopped,
}

/// A member.
#[derive(Clone, Debug)]
pub struct Member {
    pub name: String,
    pub roles: Vec<Role>,
    /// Its own number in the payment system.
    pub bank_number: Option<String>,
    /// Where it keeps its account.
    pub account_bank: Option<Who>,
    pub suspended: bool,
    /// Since when it is recorded as insolvent or ordered to cease.
    pub insolvent_since: Option<Day>,
    /// Declared assets, deposits and margin.
    pub declared: Option<(u64, u64, u64)>,
    /// What it accepted that is not yet off its shoulders.
    pub acceptances: u64,
    /// Days on which packages of it went unpaid, one entry a package and day.
    pub overdue_events: Vec<(Day, usize)>,
    /// Month ends at which it was found overdue.
    pub findings: Vec<Day>,
    /// May not accept up to this day.
    pub barred_until: Option<Day>,
    /// Persistently overdue up to this day.
    pub persistent_until: Option<Day>,
}

/// Cash set aside by its owner.
#[derive(Clone, Debug)]
pub struct Hold {
    pub owner: Who,
    pub releaser: Who,
    pub amount: u64,
    pub until: Day,
    pub live: bool,
}

/// What a lot brought that its holder may not yet spend.
#[derive(Clone, Debug)]
pub struct Proceeds {
    pub bill: usize,
    pub range: Range,
    pub owner: Who,
    pub amount: u64,
    pub pledge: Option<Pledge>,
    pub frozen: bool,
}

/// A value of a parameter from a day on.
#[derive(Clone, Debug)]
pub struct Param {
    pub name: &'static str,
    pub value: u64,
    pub from: Day,
}

/// A bill package.
#[derive(Clone, Debug)]
pub struct Bill {
    pub number: String,
    pub kind: Kind,
    pub profile: Profile,
    pub sum: u64,
    pub drawer: Who,
    pub acceptor: Who,
    pub payee: Who,
    pub maturity: Day,
    pub splittable: bool,
    /// Marked not transferable by the drawer.
    pub marked: bool,
    /// How many trade papers stand behind it.
    pub papers: usize,
    pub payable_on: Day,
    pub window_end: Day,
    pub disclosed_on: Option<Day>,
    /// How many units, from the first on, are accepted.
    pub accepted: u64,
    pub lots: Vec<Lot>,
    /// Everything that happened to its lots.
    pub history: Vec<Act>,
    /// What the proceeds of its lots have paid on debts, by the act of the pledge.
    pub debts_paid: Vec<(usize, u64)>,
}

/// To whom, when and for what a lot may move; empty lists and an empty purpose limit nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    pub holders: Vec<Who>,
    pub roles: Vec<Role>,
    pub from: Option<Day>,
    pub until: Option<Day>,
    pub purpose: String,
}

impl Limits {
    /// A window must not close before it opens.
    pub fn in_order(&self) -> bool {
        match (self.from, self.until) {
            (Some(from), Some(until)) => from <= until,
            _ => true,
        }
    }
}

/// A repo in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Repo {
    pub seller: Who,
    pub open_from: Day,
    pub cut_off: Day,
    pub discounted_before: bool,
}

/// A pledge in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pledge {
    pub pledgee: Who,
    pub debt: u64,
    pub debt_due: Day,
    /// The act by which it was made: lots cut from the pledged one secure the same debt.
    pub act: usize,
}

/// What may be claimed under recourse.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub base: u64,
    pub interest_from: Day,
    pub costs: u64,
    /// From when the bar against endorsers runs.
    pub since: Day,
    pub again: bool,
    /// Only drawer, acceptor and their guarantors.
    pub late: bool,
    /// Who has been given notice.
    pub noticed: Vec<Who>,
}

/// A part of a package in one hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub start: u64,
    pub end: u64,
    pub holder: Who,
    pub status: Status,
    pub circulation: Circulation,
    pub marked_by: Option<Who>,
    pub discounted: bool,
    pub dishonour: Dishonour,
    /// The code and day of the last refusal.
    pub refused: Option<(&'static str, Day)>,
    pub frozen: Frozen,
    /// The live request that locks it.
    pub request: Option<usize>,
    pub presented_in_time: Option<Day>,
    pub presented_late: Option<Day>,
    pub splittable: bool,
    pub limits: Option<Limits>,
    pub pledge: Option<Pledge>,
    pub repo: Option<Repo>,
    pub claim: Option<Claim>,
    /// The acts it went through, as places in the bill's history.
    pub chain: Vec<usize>,
}

/// Something that happened to a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What {
    Registered,
    Accepted,
    Delivered,
    Endorsed { marked: bool },
    Presented,
    Refused,
    Paid,
    Revoked,
    Terminated,
    ReturnedUnused,
    Unmarked,
    Guaranteed { ward: Who },
    Sold { without_liability: bool },
    RepoSold,
    Redeemed,
    RepoLapsed,
    Pledged,
    Released,
    Noticed,
    RecoursePaid,
    Frozen,
    Stopped,
    Unfrozen,
    Ordered,
    Narrowed,
}

/// One act in a lot's life.
#[derive(Clone, Debug)]
pub struct Act {
    pub what: What,
    pub from: Option<Who>,
    pub to: Option<Who>,
    pub day: Day,
}

/// What a request asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    Acceptance,
    UnusedReturn,
    Delivery,
    Endorsement {
        mark: bool,
    },
    Unmark,
    Guarantee {
        ward: Who,
    },
    Discount(Sale),
    Redemption {
        free: bool,
    },
    Pledge(Pledge),
    Release {
        price: Option<u64>,
        free: bool,
    },
    Presentment {
        /// When: day and minute. Orders the payments of a day.
        at: (Day, u32),
        /// At this day's close the clock pays or refuses.
        due: Option<Day>,
        first_in_time: bool,
        first_late: bool,
    },
    Offer {
        part: u64,
        money: u64,
    },
}

/// A request that waits, or waited, for an answer.
#[derive(Clone, Debug)]
pub struct Request {
    pub bill: usize,
    pub range: Range,
    pub from: Who,
    pub to: Who,
    pub terms: Terms,
    pub answer_by: Option<Day>,
    pub before: Circulation,
    pub live: bool,
}

/// Where an act is to happen: a bill, a lot of it as it stands, and how much of the lot.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub bill: usize,
    pub lot: Range,
    pub part: Option<u64>,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct World {
    pub day: Day,
    /// Minutes since midnight.
    pub minute: u32,
    /// The minute at which a day closes.
    pub close_minute: u32,
    pub members: Vec<Member>,
    /// Days declared open or closed.
    pub calendar: Vec<(Day, bool)>,
    pub params: Vec<Param>,
    /// What each member has, held and frozen cash included.
    pub cash: Vec<u64>,
    pub holds: Vec<Hold>,
    pub proceeds: Vec<Proceeds>,
    pub bills: Vec<Bill>,
    pub requests: Vec<Request>,
}

impl Bill {
    /// Whether its payee has taken it.
    pub fn is_delivered(&self) -> bool {
        self.history.iter().any(|act| act.what == What::Delivered)
    }
}

impl Lot {
    /// How many units.
    pub fn amount(&self) -> u64 {
        self.end - self.start + 1
    }

    pub fn range(&self) -> Range {
        (self.start, self.end)
    }

    /// What it is in the hands of a holder with nothing else against it.
    pub fn in_hand(&self) -> Circulation {
        match self.marked_by {
            Some(_) => Circulation::NotTransferable,
            None => Circulation::Circulable,
        }
    }
}
