//! Pools at random against a model of their own: shares by Hamilton's method over plain lists, in order of certificate and
//! unit, day after day.

use crate::*;
use std::cmp::Reverse;
use std::collections::BTreeMap;

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

/// What each of so many amounts has of the cash.
pub fn hamilton(amounts: &[u64], cash: u64) -> Vec<u64> {
    let total: u128 = amounts.iter().map(|a| u128::from(*a)).sum();
    if u128::from(cash) >= total {
        return amounts.to_vec();
    }
    let parts: Vec<(u64, u128)> = amounts
        .iter()
        .map(|a| {
            let product = u128::from(*a) * u128::from(cash);
            (u64::try_from(product / total).unwrap(), product % total)
        })
        .collect();
    let left = cash - parts.iter().map(|(floor, _)| floor).sum::<u64>();
    let mut order: Vec<usize> = (0..parts.len()).collect();
    order.sort_by_key(|i| Reverse(parts[*i].1));
    let mut given: Vec<u64> = parts.iter().map(|(floor, _)| *floor).collect();
    for i in order.into_iter().take(left as usize) {
        given[i] += 1;
    }
    given
}

/// What is owed to whom: lots in order of certificate and unit.
type Owed = BTreeMap<(InstrumentNumber, u64), (String, u64)>;

/// One close in the model: pools in order of due day share what cash there is.
fn shared(pools: &mut BTreeMap<&'static str, Owed>, day: &str, mut cash: u64) -> (u64, Gains) {
    let mut gains = Gains::new();
    for (due, owed) in pools.iter_mut() {
        if *due > day {
            continue;
        }
        let amounts: Vec<u64> = owed.values().map(|(_, amount)| *amount).collect();
        let total: u64 = amounts.iter().sum();
        let given = hamilton(&amounts, cash.min(total));
        cash -= cash.min(total);
        let mut rest = Owed::new();
        for (((number, start), (holder, amount)), given) in
            std::mem::take(owed).into_iter().zip(given)
        {
            *gains.entry(holder.clone()).or_default() += given;
            if amount > given {
                rest.insert((number, start + given), (holder, amount - given));
            }
        }
        *owed = rest;
    }
    (cash, gains)
}

type Gains = BTreeMap<String, u64>;

const HOLDERS: [&str; 4] = ["s1", "s2", "s3", "bank-b"];
const DUES: [&str; 2] = ["2027-05-05", "2027-05-06"];

fn play(seed: u64) {
    let mut random = Random(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1);
    let mut w = world("0.00");
    let line = line(&mut w);
    let mut pools: BTreeMap<&'static str, Owed> = DUES.map(|due| (due, Owed::new())).into();
    for _ in 0..1 + random.below(4) {
        let due = DUES[random.below(2) as usize];
        let sum = 10 + random.below(3_000);
        let money = Money::new(cny(), sum).to_string();
        let number = held(&mut w, line, money.split(' ').next().unwrap(), due);
        let mut start = 1;
        for _ in 0..random.below(6) {
            let left = sum + 1 - start;
            if left < 2 {
                break;
            }
            let part = 1 + random.below(left - 1);
            let to = HOLDERS[1 + random.below(2) as usize];
            let call = TransferLot {
                certificate: of(number),
                lot: lot(&format!("{start}-{sum}")),
                part: Some(Money::new(cny(), part)),
                to: member(to),
                purpose: Default::default(),
                answer_by: None,
            };
            w.ok("s1", call);
            start += part;
        }
        for l in w.lots(number) {
            let amount = l.range.amount().unwrap();
            let owed = pools.get_mut(due).unwrap();
            owed.insert((number, l.range.start), (l.holder.to_string(), amount));
        }
    }
    let mut cash = 0;
    for day in [
        "2027-05-05",
        "2027-05-06",
        "2027-05-07",
        "2027-05-10",
        "2027-05-11",
        "2027-05-12",
    ] {
        w.morning(day);
        let comes = random.below(3) * random.below(1_500);
        if comes > 0 {
            w.ok("bank-a", transfer("core", Money::new(cny(), comes)));
        }
        let before = now(&w, &HOLDERS);
        w.close(day);
        let (left, expected) = shared(&mut pools, day, cash + comes);
        cash = left;
        for (who, gain) in gained(&w, &before) {
            let expected = expected.get(&who).copied().unwrap_or(0);
            assert_eq!(gain, expected, "seed {seed}, {day}, {who}");
        }
        assert_eq!(w.cash("core"), (cash, cash), "seed {seed}, {day}");
        let due_sum: u64 = pools
            .iter()
            .filter(|(due, _)| **due <= day)
            .flat_map(|(_, owed)| owed.values())
            .map(|(_, amount)| amount)
            .sum();
        assert_eq!(overdue(&w).0, u128::from(due_sum), "seed {seed}, {day}");
        for ((number, start), (holder, amount)) in pools.values().flatten() {
            let lots = w.lots(*number);
            let found = lots.iter().find(|l| l.range.start == *start).unwrap();
            assert_eq!(
                (found.holder.to_string(), found.range.amount()),
                (holder.clone(), Some(*amount)),
                "seed {seed}, {day}"
            );
        }
    }
}

#[test]
fn pools_at_random_come_out_as_the_model_says() {
    for seed in 1..=60 {
        play(seed);
    }
}
