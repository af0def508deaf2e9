//! The shares against a model that counts minor units one by one.

use super::shares::{Share, share};

/// Gives each its share rounded down, then hands out one unit at a time to whoever lost most by rounding, the first
/// among equals.
fn all(amounts: &[u64], cash: u64) -> Vec<u64> {
    let total: u128 = amounts.iter().map(|a| u128::from(*a)).sum();
    let shares: Vec<Share> = amounts
        .iter()
        .map(|a| share(*a, cash, total).unwrap())
        .collect();
    let mut order: Vec<usize> = (0..amounts.len()).collect();
    order.sort_by_key(|i| (std::cmp::Reverse(shares[*i].remainder), *i));
    let mut given: Vec<u64> = shares.iter().map(|s| s.floor).collect();
    let left = cash - given.iter().sum::<u64>();
    for i in order.into_iter().take(usize::try_from(left).unwrap()) {
        given[i] += 1;
    }
    given
}

/// The same found by trying: of all ways to give one more unit to so many lots as units are left, the one that makes
/// up for most of what rounding took off; among equals the one that favours earlier lots.
fn model(amounts: &[u64], cash: u64) -> Vec<u64> {
    let total: u64 = amounts.iter().sum();
    // The largest number that is not above the exact part, by counting.
    let floor = |a: u64| {
        (0..=a)
            .take_while(|n| n * total <= a * cash)
            .last()
            .unwrap()
    };
    let floors: Vec<u64> = amounts.iter().map(|a| floor(*a)).collect();
    let left = cash - floors.iter().sum::<u64>();
    let lots = amounts.len();
    let made_up = |set: u32| -> u64 {
        (0..lots)
            .filter(|i| set >> i & 1 == 1)
            .map(|i| amounts[i] * cash - floors[i] * total)
            .sum()
    };
    // With the first lot as the highest digit, earlier lots make the larger number.
    let best = (0..1u32 << lots)
        .filter(|set| u64::from(set.count_ones()) == left)
        .max_by_key(|set| (made_up(*set), set.reverse_bits()))
        .unwrap();
    (0..lots)
        .map(|i| floors[i] + u64::from(best >> i & 1))
        .collect()
}

struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % bound
    }
}

#[test]
fn shares_are_those_of_the_model() {
    let mut random = Random(0x5eed_cafe_f00d_1234);
    for _ in 0..5_000 {
        let lots = 1 + random.below(9);
        let amounts: Vec<u64> = (0..lots).map(|_| 1 + random.below(40)).collect();
        let total: u64 = amounts.iter().sum();
        let cash = random.below(total + 1);
        let given = all(&amounts, cash);
        assert_eq!(given, model(&amounts, cash), "{amounts:?} with {cash}");
        assert_eq!(given.iter().sum::<u64>(), cash);
        assert!(
            given
                .iter()
                .zip(&amounts)
                .all(|(given, owed)| given <= owed)
        );
    }
}

#[test]
fn the_vector_of_the_rule_book() {
    let amounts = [12_000_001, 22_999_999, 20_000_000, 45_000_000];
    assert_eq!(
        all(&amounts, 70_000_000),
        [8_400_001, 16_099_999, 14_000_000, 31_500_000]
    );
}

#[test]
fn nothing_overflows() {
    let most = u64::MAX;
    let total = u128::from(most) * 3;
    let found = share(most, most, total).unwrap();
    assert_eq!((found.floor, found.remainder), (most / 3, 0));
    assert_eq!(
        share(5, 0, 5),
        Some(Share {
            floor: 0,
            remainder: 0
        })
    );
    assert_eq!(
        share(5, 5, 5),
        Some(Share {
            floor: 5,
            remainder: 0
        })
    );
    assert_eq!(share(6, 5, 5), None);
    assert_eq!(share(0, 0, 0), None);
}
