//! Histories of a package, made up from a seed.

use crate::picture::{Act, Front, Paper, Part, Placed, Tree};
use allonge_contracts::bills::{
    Circulation, LotRange, Market, RefusalCode, RepoDates, Sale, Settlement, Status,
};
use allonge_contracts::{DayCount, MemberId, Money, Rate};

/// Names of every length that a member may have, some alike but for the end.
const NAMES: &[&str] = &[
    "acme",
    "b",
    "parts-1",
    "maker-2",
    "first-bank",
    "precision-castings-of-the-nort-1",
    "precision-castings-of-the-nort-2",
    "abcdefghijklmnopqrstuvwxyz-01234",
];

pub fn member(name: &str) -> MemberId {
    name.parse().unwrap()
}

pub fn range(start: u64, end: u64) -> LotRange {
    LotRange { start, end }
}

pub fn front(minor: u64) -> Front {
    Front {
        paper: Paper::Bill {
            bill: "510210009999620270105000000011".parse().unwrap(),
            drawer: member("acme"),
            acceptor: member("first-bank"),
            payee: member("parts-1"),
        },
        sum: Money::new("CNY".parse().unwrap(), minor),
        maturity: "2027-07-01".parse().unwrap(),
    }
}

/// An act with nothing unusual about it.
pub fn act(hand: u64, after: Option<u64>, word: &str, range: LotRange) -> Placed<Act> {
    let what = Act {
        hand,
        act: word.to_owned(),
        date: "2027-01-05".parse().unwrap(),
        from: Some(member("acme")),
        to: None,
        ward: None,
        price: None,
        settlement: Settlement::Dvp,
        sale: None,
        without_liability: false,
        not_transferable: false,
        refusal: None,
        text: String::new(),
    };
    Placed { after, range, what }
}

/// A lot that came by a hand.
pub fn part(after: u64, range: LotRange, holder: &str, circulation: Circulation) -> Placed<Part> {
    let status = match circulation {
        Circulation::Ended => Status::Settled,
        _ => Status::Received,
    };
    Placed {
        after: Some(after),
        range,
        what: Part {
            holder: member(holder),
            status,
            circulation,
            state: circulation.to_string(),
        },
    }
}

/// A generator whose every number follows from its seed (SplitMix64).
pub struct Chance(pub u64);

impl Chance {
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn holder(&mut self) -> MemberId {
        match self.below(3) {
            0 => member(NAMES[usize::try_from(self.below(NAMES.len() as u64)).unwrap()]),
            _ => member(&format!("supplier-{}", self.below(60))),
        }
    }
}

/// Acts and lots as a ledger would leave them.
pub struct History {
    pub front: Front,
    pub acts: Vec<Placed<Act>>,
    pub parts: Vec<Placed<Part>>,
}

impl History {
    /// A package that was cut into so many lots, or fewer where all came to an end before.
    pub fn of_lots(chance: &mut Chance, lots: usize, minor: u64) -> History {
        let mut history = History::begun(minor);
        for _ in 0..lots.saturating_mul(10) {
            if history.parts.len() < lots {
                history.go_on(chance);
            }
        }
        history
    }

    fn begun(minor: u64) -> History {
        let whole = range(1, minor);
        let acts = vec![
            act(0, None, "registered", whole),
            act(1, Some(0), "accepted", whole),
            act(2, Some(1), "delivered", whole),
        ];
        let parts = vec![part(2, whole, "parts-1", Circulation::Circulable)];
        History {
            front: front(minor),
            acts,
            parts,
        }
    }

    fn go_on(&mut self, chance: &mut Chance) {
        let at = usize::try_from(chance.below(self.parts.len() as u64)).unwrap();
        if !self.parts[at].what.is_live() {
            return;
        }
        match chance.below(12) {
            0..=7 => {
                let moved = self.cut(at, chance);
                let to = chance.holder();
                let words = [
                    "endorsed",
                    "endorsed",
                    "endorsed",
                    "discounted",
                    "beamed across",
                ];
                let word = words[usize::try_from(chance.below(5)).unwrap()];
                self.pass(moved, word, to, chance);
            }
            8 => {
                let moved = self.cut(at, chance);
                self.stands(moved, "pledged", Circulation::Pledged);
            }
            9 => {
                self.stands(at, "presented", Circulation::Collecting);
                self.stands(at, "paid", Circulation::Ended);
                self.parts[at].what.status = Status::Settled;
            }
            10 => {
                self.stands(at, "presented", Circulation::Collecting);
                self.stands(at, "refused", Circulation::InRecourse);
                let refused = self.acts.last_mut().unwrap();
                refused.what.refusal = Some(RefusalCode::LowBalance);
                refused.what.text = "«票据» not covered: call <us> & ask".to_owned();
            }
            _ => self.parts[at].what.state = "circulable, not transferable by somebody".to_owned(),
        }
    }

    /// Cuts the low end off a lot, sometimes none; gives the place of what moves.
    fn cut(&mut self, at: usize, chance: &mut Chance) -> usize {
        let lot = self.parts[at].clone();
        let amount = lot.range.amount().unwrap();
        if amount == 1 {
            return at;
        }
        let most = if chance.below(3) == 0 {
            amount
        } else {
            (amount / 20).max(1)
        };
        let taken = 1 + chance.below(most);
        if taken == amount {
            return at;
        }
        let middle = lot.range.start + taken;
        self.parts[at].range = range(middle, lot.range.end);
        let moved = range(lot.range.start, middle - 1);
        self.parts.push(Placed {
            range: moved,
            ..lot
        });
        self.parts.len() - 1
    }

    fn pass(&mut self, at: usize, word: &str, to: MemberId, chance: &mut Chance) {
        let from = self.parts[at].what.holder.clone();
        self.stands(at, word, Circulation::Circulable);
        let act = &mut self.acts.last_mut().unwrap().what;
        act.from = Some(from);
        act.to = Some(to.clone());
        act.not_transferable = chance.below(5) == 0;
        if word == "discounted" {
            let repo = RepoDates {
                open_from: act.date,
                cut_off: self.front.maturity,
            };
            act.price = Some(self.front.sum);
            act.sale = Some(Sale {
                market: Market::Rediscount,
                rate: Rate(39_000),
                day_count: DayCount::Act360,
                interest: 1,
                repo: (chance.below(2) == 0).then_some(repo),
            });
            act.settlement = Settlement::Free;
            act.without_liability = true;
        }
        self.parts[at].what.holder = to;
    }

    fn stands(&mut self, at: usize, word: &str, circulation: Circulation) {
        let number = self.acts.len() as u64;
        let part = &mut self.parts[at];
        let mut act = act(number, part.after, word, part.range);
        act.what.ward = number.is_multiple_of(5).then(|| member(NAMES[5]));
        act.what.from = (!number.is_multiple_of(7)).then(|| part.what.holder.clone());
        self.acts.push(act);
        part.after = Some(number);
        part.what.circulation = circulation;
        part.what.state = circulation.to_string();
    }

    pub fn tree(&self) -> Tree {
        Tree::grow(self.front.clone(), self.acts.clone(), self.parts.clone())
    }
}
