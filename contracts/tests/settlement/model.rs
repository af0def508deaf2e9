//! Random plays of instructions next to a model of their own: units and balances, one by one. After every step the
//! ledger holds exactly what the model says, so that nothing is lost, nothing moves by halves, and nothing stays
//! locked for an instruction that is gone.

use crate::certificates::held_by;
use crate::*;
use allonge_contracts::instruments::read as lots;
use allonge_contracts::{Call, Date, Outcome};
use std::collections::{BTreeMap, BTreeSet};

const MEMBERS: [&str; 4] = ["bank-b", "s1", "s2", "s3"];
const DEEPEST: u16 = 16;

/// Numbers that look random and are the same in every run.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: usize) -> usize {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % below
    }

    fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.roll(of.len())]
    }
}

/// One unit of an instrument.
#[derive(Clone, PartialEq, Debug)]
struct Unit {
    owner: &'static str,
    locked: bool,
    tier: u16,
}

#[derive(Clone, Copy)]
struct Paper {
    instrument: usize,
    /// First and last unit of the lot named, and how many of it move.
    named: (u64, u64),
    moves: u64,
    from: &'static str,
    to: &'static str,
}

#[derive(Clone, Copy)]
struct Cash {
    euros: bool,
    minor: u64,
    from: &'static str,
    to: &'static str,
}

#[derive(Clone, Copy)]
enum Part {
    Paper(Paper),
    Cash(Cash),
}

struct Waiting {
    id: (RequestId, Hash),
    parts: Vec<Part>,
    deadline: Date,
    needed: BTreeSet<&'static str>,
    affirmed: BTreeSet<&'static str>,
}

#[derive(Clone)]
struct Holdings {
    units: Vec<Vec<Unit>>,
    /// Total and available, by member and whether it is euros.
    cash: BTreeMap<(&'static str, bool), (u64, u64)>,
}

struct Play {
    w: World,
    dice: Dice,
    instruments: Vec<InstrumentNumber>,
    /// The last is a certificate whose receivers need not sign.
    signed: Vec<bool>,
    model: Holdings,
    waiting: Vec<Waiting>,
    suspended: BTreeSet<&'static str>,
    counts: BTreeMap<&'static str, u32>,
}

impl Paper {
    fn moving(&self) -> std::ops::Range<usize> {
        let start = self.named.0 as usize - 1;
        start..start + self.moves as usize
    }

    fn rest(&self) -> (u64, u64) {
        (self.named.0 + self.moves, self.named.1)
    }
}

impl Play {
    fn new(seed: u64) -> Play {
        let mut balances = Vec::new();
        for who in MEMBERS {
            balances.push((who, yuan("10.00")));
            balances.push((who, euro("10.00")));
        }
        let mut w = world(&balances);
        let bill = w.delivered("0.40", "2027-04-05");
        let other = w.delivered("0.30", "2027-05-05");
        let certificate = held_by(&mut w, "s2", |call| {
            call.sum = yuan("0.40");
            call.notice_only = true;
        });
        let of = |owner, units, tier| {
            vec![
                Unit {
                    owner,
                    locked: false,
                    tier
                };
                units
            ]
        };
        let both = |who| {
            [
                ((who, false), (1_000, 1_000)),
                ((who, true), (1_000, 1_000)),
            ]
        };
        Play {
            w,
            dice: Dice(seed),
            instruments: vec![bill, other, certificate],
            signed: vec![true, true, false],
            model: Holdings {
                units: vec![of("s1", 40, 0), of("s1", 30, 0), of("s2", 40, 1)],
                cash: MEMBERS.into_iter().flat_map(both).collect(),
            },
            waiting: Vec::new(),
            suspended: BTreeSet::new(),
            counts: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn lots(&self, instrument: usize) -> Vec<(u64, u64)> {
        lots::lots(&self.w.memory, &self.instruments[instrument], 0, usize::MAX)
            .unwrap()
            .iter()
            .map(|lot| (lot.range.start, lot.range.end))
            .collect()
    }

    /// Legs of any kind, some of them impossible.
    fn parts(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        for _ in 0..1 + self.dice.roll(5) {
            let to = self.dice.pick(&MEMBERS);
            if self.dice.roll(2) == 0 {
                let from = self.dice.pick(&MEMBERS);
                if from != to {
                    parts.push(Part::Cash(Cash {
                        euros: self.dice.roll(2) == 0,
                        minor: 1 + self.dice.roll(400) as u64,
                        from,
                        to,
                    }));
                }
                continue;
            }
            let instrument = self.dice.roll(3);
            let mut named = {
                let lots = self.lots(instrument);
                self.dice.pick(&lots)
            };
            let rests = parts.iter().filter_map(|part| match part {
                Part::Paper(p) if p.instrument == instrument && p.rest().0 <= p.named.1 => {
                    Some(p.rest())
                }
                _ => None,
            });
            let rests: Vec<_> = rests.collect();
            if !rests.is_empty() && self.dice.roll(3) > 0 {
                named = self.dice.pick(&rests);
            }
            let whole = named.1 - named.0 + 1;
            let moves = match self.dice.roll(3) {
                0 => whole,
                _ => 1 + self.dice.roll(whole as usize) as u64,
            };
            let owner = self.model.units[instrument][named.0 as usize - 1].owner;
            let from = match self.dice.roll(12) {
                0 => self.dice.pick(&MEMBERS),
                _ => owner,
            };
            if from != to {
                parts.push(Part::Paper(Paper {
                    instrument,
                    named,
                    moves,
                    from,
                    to,
                }));
            }
        }
        parts
    }

    fn leg(&self, part: &Part) -> Leg {
        match *part {
            Part::Cash(Cash {
                euros,
                minor,
                from,
                to,
            }) => {
                let currency = if euros { eur() } else { cny() };
                cash(from, to, Money::new(currency, minor))
            }
            Part::Paper(Paper {
                instrument,
                named,
                moves,
                from,
                to,
            }) => Leg::Lot(LotLeg {
                instrument: self.instruments[instrument],
                lot: lot(&format!("{}-{}", named.0, named.1)),
                part: Some(Money::new(cny(), moves)),
                from: member(from),
                to: member(to),
                purpose: Default::default(),
            }),
        }
    }

    /// Whether a proposal is in order: everybody may act, who delivers holds it, and no unit moves twice.
    fn proposable(&self, parts: &[Part], by: &str) -> bool {
        let mut moving = BTreeSet::new();
        let active = |who| !self.suspended.contains(who);
        let mut party = false;
        for part in parts {
            let (from, to) = match part {
                Part::Cash(c) => (c.from, c.to),
                Part::Paper(p) => (p.from, p.to),
            };
            party = party || from == by || to == by;
            if !active(from) {
                return false;
            }
            if let Part::Paper(p) = part {
                let holds = self.model.units[p.instrument][p.named.0 as usize - 1].owner == from;
                let once = p.moving().all(|unit| moving.insert((p.instrument, unit)));
                if !active(to) || !holds || !once {
                    return false;
                }
            }
        }
        party
    }

    fn propose(&mut self) {
        let parts = self.parts();
        if parts.is_empty() {
            return;
        }
        let by = match (self.dice.roll(8), parts[0]) {
            (0, _) => self.actor(),
            (_, Part::Cash(Cash { to, .. }) | Part::Paper(Paper { to, .. })) => to,
        };
        if self.suspended.contains(by) {
            return;
        }
        let days = self.dice.roll(4) as u32;
        let deadline = self.next_close().plus_days(days).unwrap();
        let call = Propose {
            deadline,
            ..proposal(&parts.iter().map(|part| self.leg(part)).collect::<Vec<_>>())
        };
        let allowed = self.proposable(&parts, by);
        match self.w.run(by, &[Call::from(call)]).outcome {
            Outcome::Accepted(results) => {
                assert!(allowed, "proposed");
                let CallResult::Instruction { instruction, terms } = results[0] else {
                    panic!("{results:?}");
                };
                let mut needed = BTreeSet::new();
                for part in &parts {
                    match part {
                        Part::Cash(c) => {
                            needed.insert(c.from);
                        }
                        Part::Paper(p) => {
                            needed.insert(p.from);
                            if self.signed[p.instrument] {
                                needed.insert(p.to);
                            }
                        }
                    }
                }
                self.waiting.push(Waiting {
                    id: (instruction, terms),
                    parts,
                    deadline,
                    needed,
                    affirmed: BTreeSet::new(),
                });
                self.count("proposed");
            }
            Outcome::Rejected(rejection) => {
                assert!(!allowed, "{rejection}");
                self.count("not proposed");
            }
        }
    }

    /// One that is not suspended.
    fn actor(&mut self) -> &'static str {
        let active: Vec<_> = MEMBERS
            .into_iter()
            .filter(|who| !self.suspended.contains(who))
            .collect();
        self.dice.pick(&active)
    }

    fn next_close(&self) -> Date {
        self.w.today()
    }

    /// What is set aside when a member affirms; none where something is missing.
    fn set_aside(&self, waiting: &Waiting, who: &str) -> Option<Holdings> {
        let mut after = self.model.clone();
        let mut rests = BTreeSet::new();
        for part in &waiting.parts {
            match part {
                Part::Cash(c) if c.from == who => {
                    let account = after.cash.get_mut(&(c.from, c.euros))?;
                    account.1 = account.1.checked_sub(c.minor)?;
                }
                Part::Paper(p) if p.from == who => {
                    let there = self.lots(p.instrument).contains(&p.named)
                        || rests.contains(&(p.instrument, p.named));
                    if !there || self.suspended.contains(p.to) {
                        return None;
                    }
                    for unit in &mut after.units[p.instrument][p.moving()] {
                        let deep = !self.signed[p.instrument] && unit.tier >= DEEPEST;
                        if unit.owner != who || unit.locked || deep {
                            return None;
                        }
                        unit.locked = true;
                    }
                    rests.insert((p.instrument, p.rest()));
                }
                _ => {}
            }
        }
        Some(after)
    }

    /// All legs at once; none where somebody may not act.
    fn settle(&self, waiting: &Waiting, mut after: Holdings) -> Option<Holdings> {
        for part in &waiting.parts {
            match *part {
                Part::Cash(c) => {
                    if self.suspended.contains(c.from) {
                        return None;
                    }
                    after.cash.get_mut(&(c.from, c.euros))?.0 -= c.minor;
                    let receiver = after.cash.get_mut(&(c.to, c.euros))?;
                    receiver.0 += c.minor;
                    receiver.1 += c.minor;
                }
                Part::Paper(p) => {
                    if self.suspended.contains(p.from) || self.suspended.contains(p.to) {
                        return None;
                    }
                    for unit in &mut after.units[p.instrument][p.moving()] {
                        unit.owner = p.to;
                        unit.locked = false;
                        unit.tier += 1;
                    }
                }
            }
        }
        Some(after)
    }

    fn affirm(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let index = self.dice.roll(self.waiting.len());
        let who = self.actor();
        let waiting = &self.waiting[index];
        let first = waiting.needed.contains(who) && !waiting.affirmed.contains(who);
        let last = waiting
            .needed
            .iter()
            .all(|other| *other == who || waiting.affirmed.contains(other));
        let mut after = first.then(|| self.set_aside(waiting, who)).flatten();
        if last {
            after = after.and_then(|after| self.settle(waiting, after));
        }
        let call = affirm(waiting.id);
        match (self.w.run(who, &[call.into()]).outcome, after) {
            (Outcome::Accepted(_), Some(after)) => {
                self.model = after;
                if last {
                    let settled = self.waiting.remove(index);
                    self.count("settled");
                    if settled.parts.len() > 2 {
                        self.count("settled with three legs or more");
                    }
                } else {
                    self.waiting[index].affirmed.insert(who);
                    self.count("affirmed");
                }
            }
            (Outcome::Rejected(_), None) if first && last => self.count("last one refused"),
            (Outcome::Rejected(_), None) => self.count("refused"),
            (outcome, after) => panic!("{outcome:?}, the model says {}", after.is_some()),
        }
    }

    /// What was set aside is free again.
    fn free(&mut self, waiting: &Waiting) {
        for part in &waiting.parts {
            match part {
                Part::Cash(c) if waiting.affirmed.contains(c.from) => {
                    self.model.cash.get_mut(&(c.from, c.euros)).unwrap().1 += c.minor;
                }
                Part::Paper(p) if waiting.affirmed.contains(p.from) => {
                    for unit in &mut self.model.units[p.instrument][p.moving()] {
                        unit.locked = false;
                    }
                }
                _ => {}
            }
        }
    }

    fn cancel(&mut self) {
        if self.waiting.is_empty() {
            return;
        }
        let index = self.dice.roll(self.waiting.len());
        let needed: Vec<_> = self.waiting[index].needed.iter().copied().collect();
        let who = self.dice.pick(&needed);
        if self.suspended.contains(who) {
            return;
        }
        let call = cancel(self.waiting[index].id);
        self.w.ok(who, call);
        let gone = self.waiting.remove(index);
        self.free(&gone);
        self.count("cancelled");
    }

    fn next_day(&mut self) {
        let today = self.w.today();
        self.w.go(today, 20 * 60);
        let (ended, left) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|one: &Waiting| one.deadline <= today);
        self.waiting = left;
        for one in ended {
            self.free(&one);
            self.count("ended");
        }
        self.compare();
        self.w.go(today.plus_days(1).unwrap(), 8 * 60);
    }

    fn suspension(&mut self) {
        let who = self.dice.pick(&MEMBERS);
        if self.suspended.remove(who) {
            self.w.ok("regulator", reinstate(who));
        } else if self.suspended.is_empty() {
            self.w.ok("regulator", suspend(who));
            self.suspended.insert(who);
        }
    }

    /// The ledger is as the model says.
    fn compare(&self) {
        for (instrument, number) in self.instruments.iter().enumerate() {
            let found = lots::lots(&self.w.memory, number, 0, usize::MAX).unwrap();
            let mut units = Vec::new();
            for lot in found {
                for _ in lot.range.start..=lot.range.end {
                    units.push((lot.holder.to_string(), lot.request.is_some()));
                }
            }
            let model: Vec<_> = self.model.units[instrument]
                .iter()
                .map(|unit| (unit.owner.to_owned(), unit.locked))
                .collect();
            assert_eq!(units, model, "{number}");
        }
        for ((who, euros), account) in &self.model.cash {
            let found = if *euros {
                in_euro(&self.w, who)
            } else {
                self.w.cash(who)
            };
            assert_eq!(found, *account, "{who}");
        }
        let mut live = BTreeSet::new();
        for who in MEMBERS {
            for one in read::of_member(&self.w.memory, &member(who), None, usize::MAX).unwrap() {
                live.insert(one.id);
            }
        }
        let model: BTreeSet<_> = self.waiting.iter().map(|one| one.id.0).collect();
        assert_eq!(live, model);
        for one in &self.waiting {
            let waits: Vec<_> = one
                .needed
                .difference(&one.affirmed)
                .map(|name| member(name))
                .collect();
            assert_eq!(found(&self.w, one.id).unwrap().waits_for(), waits);
        }
    }
}

#[test]
fn random_plays_follow_the_model() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..24 {
        let mut play = Play::new(seed);
        for _ in 0..250 {
            match play.dice.roll(40) {
                0..10 => play.propose(),
                10..35 => play.affirm(),
                35 => play.cancel(),
                36 | 37 => play.next_day(),
                _ => play.suspension(),
            }
            play.compare();
        }
        for (what, count) in play.counts {
            *counts.entry(what).or_default() += count;
        }
    }
    println!("{counts:?}");
    for (what, least) in [
        ("settled", 200),
        ("settled with three legs or more", 50),
        ("affirmed", 300),
        ("last one refused", 50),
        ("refused", 300),
        ("cancelled", 80),
        ("ended", 80),
        ("not proposed", 200),
    ] {
        assert!(counts[what] >= least, "{what}: {counts:?}");
    }
}
