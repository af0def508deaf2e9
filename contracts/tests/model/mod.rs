//! A second, simpler telling of the rules, to compare with: plain lists, one day after another, no queue and
//! no tables. It knows weekends but no holidays, and shares no rule code with the ledger.

pub mod days;

use allonge_contracts::bills::BillNumber;
use std::collections::BTreeMap;

pub const MEMBERS: [&str; 4] = ["bank-a", "core", "s1", "s2"];
pub const BANK: usize = 0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum State {
    Free,
    Offered {
        to: usize,
        by: u32,
        mark: bool,
    },
    Presented {
        at: u64,
        due: Option<u32>,
        by_clock: bool,
        first: bool,
    },
    Paid,
    Gone,
}

#[derive(Clone, Debug)]
pub struct Part {
    pub start: u64,
    pub end: u64,
    pub holder: usize,
    pub marked: bool,
    pub state: State,
    /// Which act it stands on; parts of one act have the same.
    pub act: u64,
    /// "none", "early", "in time" or "late".
    pub refused: &'static str,
    pub in_time: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Stage {
    Registered,
    AcceptanceAsked(u32),
    Accepted,
    DeliveryAsked(u32),
    Live,
    Dead,
}

#[derive(Clone, Debug)]
pub struct Bill {
    pub number: BillNumber,
    pub drawer: usize,
    pub acceptor: usize,
    pub payee: usize,
    pub maturity: u32,
    pub splittable: bool,
    pub stage: Stage,
    pub parts: Vec<Part>,
}

#[derive(Clone, Debug)]
pub struct Hold {
    pub owner: usize,
    pub releaser: usize,
    pub amount: u64,
    pub until: u32,
    pub live: bool,
}

/// What somebody wants to draw.
#[derive(Clone, Copy, Debug)]
pub struct Draw {
    pub drawer: usize,
    pub acceptor: usize,
    pub payee: usize,
    pub sum: u64,
    pub maturity: u32,
    pub splittable: bool,
    pub marked: bool,
}

pub struct Model {
    pub day: u32,
    pub closed: bool,
    pub cash: BTreeMap<usize, u64>,
    pub holds: Vec<Hold>,
    pub bills: Vec<Bill>,
    pub acts: u64,
}

/// Saturdays and Sundays give way to Monday; day 0 was a Thursday.
pub fn roll(day: u32) -> u32 {
    match day % 7 {
        2 => day + 2,
        3 => day + 1,
        _ => day,
    }
}

impl Bill {
    pub fn payable(&self) -> u32 {
        roll(self.maturity)
    }
    pub fn window_end(&self) -> u32 {
        roll(self.maturity + 10)
    }
}

impl Part {
    pub fn amount(&self) -> u64 {
        self.end - self.start + 1
    }
}

impl Model {
    pub fn available(&self, who: usize) -> u64 {
        let held: u64 = self
            .holds
            .iter()
            .filter(|h| h.live && h.owner == who)
            .map(|h| h.amount)
            .sum();
        self.cash.get(&who).copied().unwrap_or(0) - held
    }

    /// The first day whose close is still to come.
    pub fn open_day(&self) -> u32 {
        self.day + u32::from(self.closed)
    }

    pub fn pay(&mut self, from: usize, to: usize, amount: u64) -> bool {
        if self.available(from) < amount {
            return false;
        }
        *self.cash.entry(from).or_default() -= amount;
        *self.cash.entry(to).or_default() += amount;
        true
    }

    pub fn transfer(&mut self, from: usize, to: usize, amount: u64) -> bool {
        amount > 0 && from != to && self.pay(from, to, amount)
    }

    pub fn hold(&mut self, owner: usize, releaser: usize, amount: u64, until: u32) -> bool {
        let ok = amount > 0 && self.available(owner) >= amount && until >= self.open_day();
        if ok {
            self.holds.push(Hold {
                owner,
                releaser,
                amount,
                until,
                live: true,
            });
        }
        ok
    }

    pub fn release(&mut self, who: usize, index: usize) -> bool {
        match self.holds.get_mut(index) {
            Some(hold) if hold.live && hold.releaser == who => {
                hold.live = false;
                true
            }
            _ => false,
        }
    }

    /// Whether a draft may be registered; the number is the ledger's to give.
    pub fn may_draw(&self, draw: Draw) -> bool {
        let apart = draw.acceptor != draw.payee
            && (draw.acceptor != BANK || (draw.drawer != BANK && draw.drawer != draw.payee));
        apart && draw.sum > 0 && draw.maturity > self.day
    }

    pub fn drawn(&mut self, draw: Draw, number: BillNumber) {
        let act = self.next_act();
        self.bills.push(Bill {
            number,
            drawer: draw.drawer,
            acceptor: draw.acceptor,
            payee: draw.payee,
            maturity: draw.maturity,
            splittable: draw.splittable,
            stage: Stage::Registered,
            parts: vec![Part {
                start: 1,
                end: draw.sum,
                holder: draw.drawer,
                marked: draw.marked,
                state: State::Free,
                act,
                refused: "none",
                in_time: false,
            }],
        });
    }

    fn next_act(&mut self) -> u64 {
        self.acts += 1;
        self.acts
    }

    pub fn ask_acceptance(&mut self, who: usize, b: usize) -> bool {
        let (day, open) = (self.day, self.open_day());
        let bill = &mut self.bills[b];
        let by = roll(day + 3).min(bill.maturity - 1);
        let ok = bill.stage == Stage::Registered && bill.drawer == who && by >= open;
        if ok {
            bill.stage = Stage::AcceptanceAsked(by);
        }
        ok
    }

    pub fn ask_delivery(&mut self, who: usize, b: usize) -> bool {
        let open = self.open_day();
        let bill = &mut self.bills[b];
        let by = bill.window_end();
        let ok = bill.stage == Stage::Accepted && bill.drawer == who && by >= open;
        if ok {
            bill.stage = Stage::DeliveryAsked(by);
        }
        ok
    }

    pub fn revoke(&mut self, who: usize, b: usize) -> bool {
        let bill = &mut self.bills[b];
        let ok = bill.stage == Stage::Registered && bill.drawer == who;
        if ok {
            bill.stage = Stage::Dead;
            bill.parts[0].state = State::Gone;
        }
        ok
    }

    pub fn endorse(
        &mut self,
        who: usize,
        (b, p): (usize, usize),
        amount: u64,
        to: usize,
        mark: bool,
    ) -> bool {
        let (day, open) = (self.day, self.open_day());
        let bill = &mut self.bills[b];
        let part = &bill.parts[p];
        let by = bill.maturity - 1;
        let ok = bill.stage == Stage::Live
            && part.holder == who
            && who != to
            && part.state == State::Free
            && !part.marked
            && (1..=part.amount()).contains(&amount)
            && (bill.splittable || amount == part.amount())
            && day < bill.maturity
            && by >= open;
        if !ok {
            return false;
        }
        if amount < part.amount() {
            let mut rest = part.clone();
            rest.start += amount;
            bill.parts[p].end = rest.start - 1;
            bill.parts.insert(p + 1, rest);
        }
        bill.parts[p].state = State::Offered { to, by, mark };
        true
    }

    pub fn present(&mut self, who: usize, (b, p): (usize, usize)) -> bool {
        let due_day = roll(self.open_day());
        let at = u64::from(self.day) * 4 + 1 + u64::from(self.closed);
        let bill = &self.bills[b];
        let part = &bill.parts[p];
        let ok = bill.stage == Stage::Live
            && part.holder == who
            && who != bill.acceptor
            && part.state == State::Free;
        if ok {
            let due = (self.day >= bill.payable()).then_some(due_day);
            self.presented((b, p), at, due, false);
        }
        ok
    }

    fn presented(&mut self, (b, p): (usize, usize), at: u64, due: Option<u32>, by_clock: bool) {
        let act = self.next_act();
        let day = self.day;
        let bill = &mut self.bills[b];
        let in_window = (bill.maturity..=bill.window_end()).contains(&day);
        let part = &mut bill.parts[p];
        let first = in_window && !part.in_time;
        part.in_time |= in_window;
        part.act = act;
        part.state = State::Presented {
            at,
            due,
            by_clock,
            first,
        };
    }

    /// Who is to answer on a part, if anybody is.
    pub fn answerer(&self, (b, p): (usize, usize)) -> Option<usize> {
        let bill = &self.bills[b];
        match (bill.stage, bill.parts[p].state) {
            (Stage::AcceptanceAsked(_), _) => Some(bill.acceptor),
            (Stage::DeliveryAsked(_), _) => Some(bill.payee),
            (_, State::Offered { to, .. }) => Some(to),
            (_, State::Presented { .. }) => Some(bill.acceptor),
            _ => None,
        }
    }

    pub fn agree(&mut self, who: usize, (b, p): (usize, usize)) -> bool {
        if self.answerer((b, p)) != Some(who) {
            return false;
        }
        let stage = self.bills[b].stage;
        let (acceptor, holder) = (self.bills[b].acceptor, self.bills[b].parts[p].holder);
        match (stage, self.bills[b].parts[p].state) {
            (Stage::AcceptanceAsked(_), _) => self.bills[b].stage = Stage::Accepted,
            (Stage::DeliveryAsked(_), _) => self.deliver(b),
            (_, State::Offered { to, mark, .. }) => {
                let act = self.next_act();
                let part = &mut self.bills[b].parts[p];
                part.holder = to;
                part.marked = mark;
                part.act = act;
                part.state = State::Free;
            }
            _ => {
                let amount = self.bills[b].parts[p].amount();
                if !self.pay(acceptor, holder, amount) {
                    return false;
                }
                self.bills[b].parts[p].state = State::Paid;
            }
        }
        true
    }

    fn deliver(&mut self, b: usize) {
        let (day, due) = (self.day, roll(self.open_day()));
        let act = self.next_act();
        let bill = &mut self.bills[b];
        bill.stage = Stage::Live;
        bill.parts[0].holder = bill.payee;
        bill.parts[0].act = act;
        if day >= bill.payable() {
            self.presented((b, 0), u64::from(day) * 4, Some(due), true);
        }
    }

    pub fn refuse(&mut self, who: usize, (b, p): (usize, usize)) -> bool {
        if self.answerer((b, p)) != Some(who) {
            return false;
        }
        self.turn_down((b, p));
        true
    }

    pub fn withdraw(&mut self, who: usize, (b, p): (usize, usize)) -> bool {
        let asked = self.answerer((b, p)).is_some();
        let bill = &mut self.bills[b];
        let part = &mut bill.parts[p];
        if !asked || part.holder != who {
            return false;
        }
        if let State::Presented { first, .. } = part.state {
            part.in_time &= !first;
        }
        self.undo((b, p));
        true
    }

    /// A refusal: of a presentment it is kept on record, of anything else all is as before.
    pub fn turn_down(&mut self, (b, p): (usize, usize)) {
        if let State::Presented { .. } = self.bills[b].parts[p].state {
            let act = self.next_act();
            let early = self.day < self.bills[b].maturity;
            let part = &mut self.bills[b].parts[p];
            part.act = act;
            part.refused = match (part.in_time, early) {
                (true, _) => "in time",
                (false, true) => "early",
                (false, false) => "late",
            };
            part.state = State::Free;
        } else {
            self.undo((b, p));
        }
    }

    /// A request comes to nothing; a part cut off goes back to the rest it was cut from.
    pub fn undo(&mut self, (b, p): (usize, usize)) {
        let bill = &mut self.bills[b];
        match bill.stage {
            Stage::AcceptanceAsked(_) => bill.stage = Stage::Registered,
            Stage::DeliveryAsked(_) => bill.stage = Stage::Accepted,
            _ => {}
        }
        bill.parts[p].state = State::Free;
        if let Some(above) = bill.parts.get(p + 1).cloned() {
            let part = &mut bill.parts[p];
            if above.state == State::Free && above.act == part.act {
                part.end = above.end;
                bill.parts.remove(p + 1);
            }
        }
    }
}
