//! A second, plain telling of the rules of certificates (rule book 3): lines, opening, tiers, finance, disputes, pools.
//!
//! It stands beside the model of bills and shares its days, its interest and its way of refusing: an act gives `Err`
//! with every rule that it breaks, by the names of the codes, and changes nothing then.

mod court;
mod lots;
mod moving;
mod opening;
mod paying;
mod pools;

use crate::days::{Day, is_weekend};
use crate::{Frozen, Range, Role, Who};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Opened,
    Held,
    Overdue,
    Redeemed,
    Rejected,
    Cancelled,
    Expired,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Circulation {
    AwaitingReceipt,
    Circulable,
    Locked,
    Ended,
}

/// How much of its promises an enterprise may have open at a bank.
#[derive(Clone, Debug)]
pub struct Line {
    pub grantor: Who,
    pub issuer: Who,
    pub limit: u64,
    pub until: Option<Day>,
}

/// What a funder with recourse has still to recover.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Funding {
    pub seller: Who,
    pub principal: u64,
    /// In millionths a year.
    pub rate: u64,
    pub year: u32,
    pub interest_from: Day,
    pub interest_paid: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lot {
    pub start: u64,
    pub end: u64,
    pub holder: Who,
    pub status: Status,
    pub circulation: Circulation,
    pub tier: u64,
    pub funding: Option<Funding>,
    pub disputed_by: Option<Who>,
    pub frozen: Frozen,
    pub request: Option<usize>,
    /// The last act that it went through, counted from the opening.
    pub act: u64,
}

/// What an enterprise says when it opens a certificate.
#[derive(Clone, Debug)]
pub struct Opening {
    pub line: usize,
    pub payee: Who,
    pub sum: u64,
    pub due: Day,
    pub splittable: bool,
    pub notice_only: bool,
    pub max_tier: Option<u64>,
    pub reason: bool,
}

#[derive(Clone, Debug)]
pub struct Certificate {
    pub issuer: Who,
    pub opening: Opening,
    pub issued: Day,
    /// Which one of its bank and day, from 1.
    pub serial: u64,
    /// At the close of this day it is redeemed.
    pub payable_on: Day,
    pub max_tier: u64,
    pub confirmed_by: Option<Who>,
    pub lots: Vec<Lot>,
    /// How many acts its lots went through.
    pub acts: u64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sale {
    pub rate: u64,
    pub year: u32,
    pub advance: u64,
    pub recourse: bool,
    pub free: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Terms {
    Confirmation,
    Signature,
    Transfer,
    Finance(Sale),
    AskBack(u64),
}

#[derive(Clone, Debug)]
pub struct Request {
    pub certificate: usize,
    pub range: Range,
    pub from: Who,
    pub to: Who,
    pub terms: Terms,
    pub answer_by: Day,
    pub before: Circulation,
    pub live: bool,
}

/// A lot of a certificate as it stands, and how much of it.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub certificate: usize,
    pub lot: Range,
    pub part: Option<u64>,
}

/// What an issuer owes on one due day, when it is next redeemed, and how often more after that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pool {
    pub issuer: Who,
    pub due: Day,
    pub next: Option<Day>,
    pub retries: Option<u32>,
}

/// What was paid on a frozen lot: frozen too, on its holder's account.
#[derive(Clone, Copy, Debug)]
pub struct Proceeds {
    pub certificate: usize,
    pub start: u64,
    pub owner: Who,
    pub amount: u64,
    /// What of it is the seller's, whom the owner financed with recourse.
    pub surplus: Option<(Who, u64)>,
}

/// The numbers that a regulator can change.
#[derive(Clone, Copy, Debug)]
pub struct Numbers {
    pub max_term_months: u32,
    pub free_term_months: u32,
    pub signature_days: u32,
    pub answer_days: u32,
    pub max_tier: u64,
    pub retry_days: u32,
}

#[derive(Clone, Debug)]
pub struct Member {
    pub name: &'static str,
    pub roles: Vec<Role>,
    /// The number of its bank.
    pub bank: &'static str,
}

/// Everything.
#[derive(Clone, Debug)]
pub struct World {
    pub day: Day,
    pub minute: u32,
    pub close_minute: u32,
    pub holidays: Vec<Day>,
    pub numbers: Numbers,
    pub members: Vec<Member>,
    pub cash: Vec<u64>,
    pub lines: Vec<Line>,
    pub certificates: Vec<Certificate>,
    pub requests: Vec<Request>,
    pub pools: Vec<Pool>,
    pub proceeds: Vec<Proceeds>,
}

impl Lot {
    pub fn amount(&self) -> u64 {
        self.end - self.start + 1
    }

    pub fn range(&self) -> Range {
        (self.start, self.end)
    }

    /// Signed for and not redeemed.
    pub fn is_owed(&self) -> bool {
        matches!(self.status, Status::Held | Status::Overdue)
    }
}

impl World {
    pub fn has_role(&self, who: Who, roles: &[Role]) -> bool {
        self.members[who].roles.iter().any(|r| roles.contains(r))
    }

    pub fn is_business_day(&self, day: Day) -> bool {
        !is_weekend(day) && !self.holidays.contains(&day)
    }

    /// The day itself, or the next business day.
    pub fn roll(&self, day: Day) -> Day {
        (day..)
            .find(|day| self.is_business_day(*day))
            .unwrap_or(day)
    }

    /// The first day whose close is still to come.
    pub fn next_close(&self) -> Day {
        self.day + u32::from(self.minute >= self.close_minute)
    }

    /// What of a line is used: all that is neither redeemed nor void.
    pub fn used(&self, line: usize) -> u64 {
        let of_line = self.certificates.iter().filter(|c| c.opening.line == line);
        let lots = of_line.flat_map(|c| &c.lots);
        let live = lots.filter(|lot| lot.circulation != Circulation::Ended);
        live.map(Lot::amount).sum()
    }

    /// What an issuer has overdue.
    pub fn overdue(&self, issuer: Who) -> u64 {
        let of_issuer = self.certificates.iter().filter(|c| c.issuer == issuer);
        let lots = of_issuer.flat_map(|c| &c.lots);
        let overdue = lots.filter(|lot| lot.status == Status::Overdue);
        overdue.map(Lot::amount).sum()
    }

    /// While a pool of its is tried again, nobody spends of its cash.
    pub fn is_fenced(&self, who: Who) -> bool {
        let mut own = self.pools.iter().filter(|pool| pool.issuer == who);
        own.any(|pool| pool.retries.is_some())
    }
}
