//! The resolution against brute force over all prefixes, and what it must show of itself.

use super::*;

/// A small generator (splitmix64), so that every run tries the same cases.
struct Dice(u64);

impl Dice {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, n: u64) -> u64 {
        self.next() % n
    }

    fn index(&mut self, n: usize) -> usize {
        self.below(n as u64) as usize
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.below(n) == 0
    }

    fn case(&mut self) -> Vec<Party> {
        let members = 2 + self.index(4);
        let mut left = 9;
        (0..members)
            .map(|payer| {
                let mut queue: Vec<Owed> = (0..self.index(5).min(left))
                    .map(|_| {
                        let other = (payer + 1 + self.index(members - 1)) % members;
                        Owed {
                            to: other as Index,
                            minor: 1 + self.below(12),
                            urgent: self.one_in(3),
                        }
                    })
                    .collect();
                left -= queue.len();
                queue.sort_by_key(|owed| !owed.urgent);
                let limited = self.index(members);
                Party {
                    available: self.below(10),
                    reserve: if self.one_in(3) { self.below(6) } else { 0 },
                    multilateral: self.one_in(3).then(|| self.below(10)),
                    bilateral: if self.one_in(2) && limited != payer {
                        BTreeMap::from([(limited as Index, self.below(8))])
                    } else {
                        BTreeMap::new()
                    },
                    queue,
                }
            })
            .collect()
    }
}

/// Whether everybody can bear these prefixes: written from the rule, without regard to the resolution.
fn bearable(parties: &[Party], taken: &[usize]) -> bool {
    let flow = |from: usize, to: usize| -> i64 {
        parties[from].queue[..taken[from]]
            .iter()
            .filter(|owed| owed.to as usize == to)
            .map(|owed| owed.minor as i64)
            .sum()
    };
    (0..parties.len()).all(|p| {
        let party = &parties[p];
        let lost: i64 = (0..parties.len()).map(|q| flow(p, q) - flow(q, p)).sum();
        let only_urgent = party.queue[..taken[p]].iter().all(|owed| owed.urgent);
        let reserve = if only_urgent { 0 } else { party.reserve };
        // Whoever loses nothing needs nothing, whatever is reserved.
        lost <= (party.available as i64 - reserve as i64).max(0)
            && party.multilateral.is_none_or(|limit| lost <= limit as i64)
            && party
                .bilateral
                .iter()
                .all(|(q, limit)| flow(p, *q as usize) - flow(*q as usize, p) <= *limit as i64)
    })
}

/// All combinations of prefixes that everybody can bear.
fn all_bearable(parties: &[Party]) -> Vec<Vec<usize>> {
    let mut found = Vec::new();
    let mut taken = vec![0; parties.len()];
    loop {
        if bearable(parties, &taken) {
            found.push(taken.clone());
        }
        let Some(next) = (0..parties.len()).find(|p| taken[*p] < parties[*p].queue.len()) else {
            return found;
        };
        taken[next] += 1;
        taken[..next].fill(0);
    }
}

fn settled(resolved: &Resolved) -> Vec<usize> {
    resolved.shares.iter().map(|share| share.settled).collect()
}

fn sum(taken: &[usize]) -> usize {
    taken.iter().sum()
}

#[test]
fn it_is_the_unique_largest_of_all_prefixes_that_everybody_can_bear() {
    let mut dice = Dice(1);
    let (mut some, mut all, mut reasons) = (0, 0, BTreeSet::new());
    for case in 0..20_000 {
        let parties = dice.case();
        let resolved = resolve(&parties);
        let found = settled(&resolved);
        let every = all_bearable(&parties);
        let most = every.iter().map(|taken| sum(taken)).max().unwrap();
        let largest: Vec<_> = every.iter().filter(|taken| sum(taken) == most).collect();
        assert_eq!(largest, [&found], "case {case}: {parties:?}");
        // Stronger: every other one lies within it.
        assert!(
            every
                .iter()
                .all(|taken| taken.iter().zip(&found).all(|(one, other)| one <= other)),
            "case {case}: {parties:?}"
        );
        for (p, share) in resolved.shares.iter().enumerate() {
            let waits = share.settled < parties[p].queue.len();
            assert_eq!(share.waits.is_some(), waits, "case {case}: {parties:?}");
            reasons.extend(share.waits);
        }
        let total: usize = parties.iter().map(|party| party.queue.len()).sum();
        assert_eq!(resolved.drops as usize, total - most);
        some += usize::from(most > 0 && most < total);
        all += usize::from(most == total);
    }
    // The cases are worth their name: parts of a queue in thousands of them, and every reason.
    assert!(some > 5_000 && all > 1_000, "{some} {all}");
    let every = [
        Wait::Cash,
        Wait::Reserve,
        Wait::Multilateral,
        Wait::Bilateral,
    ];
    assert_eq!(reasons, BTreeSet::from(every));
}

#[test]
fn the_order_of_members_changes_nothing() {
    let mut dice = Dice(2);
    for case in 0..5_000 {
        let parties = dice.case();
        let resolved = resolve(&parties);
        // Where each one stands after shuffling.
        let mut order: Vec<usize> = (0..parties.len()).collect();
        for last in (1..order.len()).rev() {
            order.swap(last, dice.index(last + 1));
        }
        let mut shuffled = vec![Party::default(); parties.len()];
        for (p, party) in parties.iter().enumerate() {
            let mut party = party.clone();
            for owed in &mut party.queue {
                owed.to = order[owed.to as usize] as Index;
            }
            party.bilateral = party
                .bilateral
                .iter()
                .map(|(q, limit)| (order[*q as usize] as Index, *limit))
                .collect();
            shuffled[order[p]] = party;
        }
        let again = resolve(&shuffled);
        for (p, share) in resolved.shares.iter().enumerate() {
            assert_eq!(share, &again.shares[order[p]], "case {case}: {parties:?}");
        }
        assert_eq!(resolved.drops, again.drops);
    }
}

fn owes(available: u64, to: Index, minor: u64) -> Party {
    Party {
        available,
        queue: vec![Owed {
            to,
            minor,
            urgent: false,
        }],
        ..Party::default()
    }
}

#[test]
fn a_circle_of_obligations_settles_with_less_cash_than_any_of_them() {
    let circle = [owes(10, 1, 100), owes(0, 2, 95), owes(5, 0, 100)];
    // Gross, one after another: nobody has cash for its own.
    assert!(circle.iter().all(|p| p.available < p.queue[0].minor));
    let resolved = resolve(&circle);
    assert_eq!(settled(&resolved), [1, 1, 1]);
    // One short by one minor unit, and none settles.
    let mut short = circle.clone();
    short[2].available = 4;
    let resolved = resolve(&short);
    assert_eq!(settled(&resolved), [0, 0, 0]);
    assert_eq!(resolved.drops, 3);
    let waits: Vec<_> = resolved.shares.iter().map(|share| share.waits).collect();
    assert_eq!(waits, [Some(Wait::Cash); 3]);
}

#[test]
fn sums_beyond_64_bits_are_counted() {
    let circle = [
        owes(0, 1, u64::MAX),
        owes(0, 0, u64::MAX),
        owes(u64::MAX, 0, u64::MAX),
    ];
    let resolved = resolve(&circle);
    assert_eq!(settled(&resolved), [1, 1, 1]);
    assert_eq!(resolved.shares[0].incoming, 2 * u128::from(u64::MAX));
}

#[test]
fn ten_thousand_obligations_among_two_hundred_members() {
    let mut dice = Dice(3);
    let members = 200;
    let parties: Vec<Party> = (0..members)
        .map(|payer| {
            let queue = (0..50).map(|place| Owed {
                to: ((payer + 1 + dice.index(members - 1)) % members) as Index,
                minor: 1 + dice.below(1_000_000),
                urgent: place < 5,
            });
            let queue = queue.collect();
            Party {
                available: dice.below(1_000_000),
                reserve: dice.below(100_000),
                multilateral: None,
                bilateral: BTreeMap::from([(dice.below(members as u64) as Index, 2_000_000)]),
                queue,
            }
        })
        .collect();
    let resolved = resolve(&parties);
    let count = sum(&settled(&resolved));
    assert!(count > 1_000 && count < 10_000, "{count}");
    assert_eq!(resolved.drops as usize, 10_000 - count);
    let (won, lost) = resolved.shares.iter().fold((0, 0), |(won, lost), share| {
        (
            won + share.incoming.saturating_sub(share.out),
            lost + share.out.saturating_sub(share.incoming),
        )
    });
    assert_eq!(won, lost);
}
