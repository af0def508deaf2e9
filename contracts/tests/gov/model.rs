//! Random proposals and votes next to a model that only knows who has said what, and how many are needed. After every
//! step both say the same of every proposal and every member, and every invariant holds.

use crate::*;
use allonge_contracts::Outcome;
use std::collections::{BTreeMap, BTreeSet};

const VOTERS: [&str; 5] = ["central", "reg-1", "reg-2", "reg-3", "reg-4"];
const SUBJECTS: [&str; 2] = ["s1", "s2"];

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

/// What a proposal asks for.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Wish {
    Suspend(&'static str),
    Reinstate(&'static str),
}

impl Wish {
    fn subject(self) -> &'static str {
        match self {
            Wish::Suspend(who) | Wish::Reinstate(who) => who,
        }
    }

    fn action(self) -> Action {
        match self {
            Wish::Suspend(who) => suspend(who).into(),
            Wish::Reinstate(who) => Reinstate {
                member: member(who),
                reason: Default::default(),
            }
            .into(),
        }
    }
}

#[derive(Debug)]
struct Modelled {
    named: Named,
    wish: Wish,
    by: &'static str,
    /// Who had a say when it was proposed, and how many of them it takes.
    entitled: BTreeSet<&'static str>,
    need: usize,
    said: BTreeMap<&'static str, bool>,
    deadline: Date,
    from: Option<Date>,
    status: ProposalStatus,
}

struct Play {
    w: World,
    dice: Dice,
    proposals: Vec<Modelled>,
    suspended: BTreeSet<&'static str>,
    counts: BTreeMap<&'static str, u32>,
}

impl Play {
    fn new(seed: u64) -> Play {
        let mut policy = Policy::default();
        for rule in [&mut policy.suspend, &mut policy.reinstate] {
            rule.roles = vec![Role::CentralBank, Role::Regulator];
            rule.need = Need::Share { parts: 3, of: 5 };
        }
        let mut rules = GenesisRules {
            governance: policy,
            ..rules()
        };
        for (n, name) in VOTERS[1..].iter().enumerate() {
            let member = new_member(name, &[Role::Regulator], 30 + n as u8);
            rules.members.push(member);
        }
        rules.members.retain(|m| m.id != member("regulator"));
        rules.members.sort_by(|a, b| a.id.cmp(&b.id));
        let mut w = World::new(&rules, "2027-01-05");
        w.checked = true;
        Play {
            w,
            dice: Dice(seed),
            proposals: Vec::new(),
            suspended: BTreeSet::new(),
            counts: BTreeMap::new(),
        }
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    /// Whether the wish can come true now.
    fn possible(&self, wish: Wish) -> bool {
        match wish {
            Wish::Suspend(who) => !self.suspended.contains(who) && !self.is_last(who),
            Wish::Reinstate(who) => self.suspended.contains(who),
        }
    }

    /// The last regulator: without it nobody could set a parameter.
    fn is_last(&self, who: &str) -> bool {
        let others = VOTERS[1..].iter().filter(|other| **other != who);
        VOTERS[1..].contains(&who) && others.copied().all(|other| self.suspended.contains(other))
    }

    fn grant(&mut self, index: usize) {
        let wish = self.proposals[index].wish;
        self.proposals[index].status = if self.possible(wish) {
            match wish {
                Wish::Suspend(who) => self.suspended.insert(who),
                Wish::Reinstate(who) => self.suspended.remove(who),
            };
            self.count("applied");
            ProposalStatus::Applied
        } else {
            self.count("failed");
            ProposalStatus::Failed
        };
    }

    /// What follows from the votes given.
    fn settle(&mut self, index: usize, today: Date) {
        let proposal = &self.proposals[index];
        let against = proposal.said.values().filter(|yes| !**yes).count();
        let counted = |(who, yes): (&&'static str, &bool)| *yes && !self.suspended.contains(who);
        let given = proposal.said.iter().filter(|said| counted(*said)).count();
        if proposal.entitled.len() - against < proposal.need {
            self.proposals[index].status = ProposalStatus::Rejected;
            self.count("rejected");
        } else if given >= proposal.need {
            if proposal.from.is_some_and(|from| from > today) {
                self.proposals[index].status = ProposalStatus::Carried;
                self.count("carried for later");
            } else {
                self.grant(index);
            }
        }
    }

    fn wish(&mut self) -> Wish {
        // Seldom a regulator: two proposals about the same member are to meet.
        let who = match self.dice.roll(4) {
            0 => self.dice.pick(&VOTERS[1..]),
            _ => self.dice.pick(&SUBJECTS),
        };
        match self.dice.roll(3) {
            0 => Wish::Reinstate(who),
            _ => Wish::Suspend(who),
        }
    }

    fn propose(&mut self) {
        let by = self.dice.pick(&VOTERS);
        let wish = self.wish();
        let today = self.w.today();
        let deadline = today.plus_days(1 + self.dice.roll(5) as u32).unwrap();
        let from = (self.dice.roll(3) == 0)
            .then(|| today.plus_days(1 + self.dice.roll(6) as u32).unwrap());
        // Admission lets no suspended member act.
        if self.suspended.contains(by) {
            return;
        }
        let mut entitled: BTreeSet<&'static str> = VOTERS
            .into_iter()
            .filter(|who| !self.suspended.contains(who))
            .collect();
        if let Wish::Suspend(who) = wish {
            entitled.remove(who);
        }
        let need = (entitled.len() * 3).div_ceil(5);
        let call = ProposeChange {
            deadline,
            from,
            ..propose(vec![wish.action()])
        };
        let open = |p: &&Modelled| {
            p.by == by && matches!(p.status, ProposalStatus::Open | ProposalStatus::Carried)
        };
        let full = self.proposals.iter().filter(open).count() >= 16;
        let expected = if !entitled.contains(by) {
            Some(Code::NotEntitled)
        } else if full {
            Some(Code::TooManyProposals)
        } else if !self.possible(wish) {
            let last = matches!(wish, Wish::Suspend(who) if !self.suspended.contains(who));
            Some(if last {
                Code::WouldLockOut
            } else {
                Code::WrongState
            })
        } else {
            None
        };
        match (self.w.run(by, &[call.into()]).outcome, expected) {
            (Outcome::Accepted(made), None) => {
                let CallResult::Proposal { proposal, terms } = made[0] else {
                    panic!("{made:?}");
                };
                self.proposals.push(Modelled {
                    named: (proposal, terms),
                    wish,
                    by,
                    entitled,
                    need,
                    said: BTreeMap::from([(by, true)]),
                    deadline,
                    from,
                    status: ProposalStatus::Open,
                });
                self.count("proposed");
                self.settle(self.proposals.len() - 1, today);
            }
            (Outcome::Rejected(rejection), Some(code)) => {
                assert_eq!(rejection.code, code);
                self.count("not proposed");
            }
            (outcome, expected) => panic!("{wish:?} by {by}: {outcome:?}, not {expected:?}"),
        }
    }

    fn vote(&mut self) {
        if self.proposals.is_empty() {
            return;
        }
        let all = [VOTERS.as_slice(), &["s1"]].concat();
        let who = self.dice.pick(&all);
        let last = self.proposals.len();
        let index = last - 1 - self.dice.roll(last.min(8));
        let approve = self.dice.roll(5) > 1;
        if self.suspended.contains(who) {
            return;
        }
        let proposal = &self.proposals[index];
        let expected = if proposal.status != ProposalStatus::Open {
            Some(Code::ProposalEnded)
        } else if !proposal.entitled.contains(who) {
            Some(Code::NotEntitled)
        } else if proposal.said.contains_key(who) {
            Some(Code::AlreadyVoted)
        } else {
            None
        };
        let call = vote(proposal.named, approve);
        match (self.w.run(who, &[call.into()]).outcome, expected) {
            (Outcome::Accepted(_), None) => {
                self.proposals[index].said.insert(who, approve);
                self.count("voted");
                self.settle(index, self.w.today());
            }
            (Outcome::Rejected(rejection), Some(code)) => assert_eq!(rejection.code, code),
            (outcome, expected) => panic!("{who}: {outcome:?}, not {expected:?}"),
        }
    }

    fn withdraw(&mut self) {
        let open: Vec<usize> = (0..self.proposals.len())
            .filter(|i| self.proposals[*i].status == ProposalStatus::Open)
            .collect();
        if open.is_empty() {
            return;
        }
        let index = self.dice.pick(&open);
        let (by, named) = (self.proposals[index].by, self.proposals[index].named);
        if self.suspended.contains(by) {
            return;
        }
        self.w.ok(by, withdraw(named));
        self.proposals[index].status = ProposalStatus::Withdrawn;
        self.count("withdrawn");
    }

    /// A day goes by: its close, and the beginning of the next one. Carried proposals of a day come in order of id.
    fn a_day(&mut self) {
        let today = self.w.today();
        self.w.go(today, 20 * 60);
        for proposal in &mut self.proposals {
            if proposal.status == ProposalStatus::Open && proposal.deadline <= today {
                proposal.status = ProposalStatus::Lapsed;
                *self.counts.entry("lapsed").or_default() += 1;
            }
        }
        let next = today.plus_days(1).unwrap();
        self.w.go(next, 8 * 60);
        let mut due: Vec<usize> = (0..self.proposals.len())
            .filter(|i| {
                let proposal = &self.proposals[*i];
                proposal.status == ProposalStatus::Carried && proposal.from == Some(next)
            })
            .collect();
        due.sort_by_key(|i| self.proposals[*i].named.0);
        for index in due {
            self.grant(index);
        }
    }

    fn agree(&self) {
        for proposal in &self.proposals {
            let found = self.w.proposal(proposal.named);
            assert_eq!(found.status, proposal.status, "{proposal:?}");
            assert_eq!(found.quorums[0].need as usize, proposal.need);
            assert_eq!(found.votes.len(), proposal.said.len());
            assert_eq!(proposal.wish.subject().is_empty(), found.actions.is_empty());
        }
        for who in VOTERS.iter().chain(&SUBJECTS) {
            assert_eq!(
                suspended(&self.w, who),
                self.suspended.contains(who),
                "{who}"
            );
        }
    }
}

#[test]
fn random_plays_go_as_the_model_says() {
    let mut counts: BTreeMap<&str, u32> = BTreeMap::new();
    for seed in 0..32 {
        let mut play = Play::new(seed);
        for _ in 0..120 {
            match play.dice.roll(24) {
                0..=5 => play.propose(),
                6..=20 => play.vote(),
                21 => play.withdraw(),
                _ => play.a_day(),
            }
            play.agree();
        }
        for (what, count) in play.counts {
            *counts.entry(what).or_default() += count;
        }
    }
    println!("{counts:?}");
    for what in [
        "proposed",
        "not proposed",
        "voted",
        "applied",
        "failed",
        "rejected",
        "carried for later",
        "lapsed",
        "withdrawn",
    ] {
        assert!(
            counts.get(what).is_some_and(|count| *count > 5),
            "{what}: {counts:?}"
        );
    }
}
