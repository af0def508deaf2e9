//! Interest to the minor unit (rule book 2.4, 2.5).

const MILLION: u128 = 1_000_000;

/// `amount × annual rate × days / year`, the rate in millionths, rounded half up.
pub fn interest(amount: u64, rate: u64, days: u32, year: u32) -> u64 {
    let over = u128::from(amount) * u128::from(rate) * u128::from(days);
    let under = MILLION * u128::from(year);
    u64::try_from((2 * over + under) / (2 * under)).unwrap_or(u64::MAX)
}

/// The part of a sum that falls to `part` of `whole` units, rounded down.
pub fn share(sum: u64, part: u64, whole: u64) -> u64 {
    u64::try_from(u128::from(sum) * u128::from(part) / u128::from(whole)).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::interest;

    #[test]
    fn vectors_of_the_rule_book() {
        for (amount, rate, days, year, expected) in [
            (300_000_000, 39_000, 118, 360, 3_835_000),
            (123_456_789, 18_500, 85, 360, 539_266),
            (123_456_789, 18_500, 85, 365, 531_879),
            (50, 36_000, 100, 360, 1),
            (100, 36_000, 100, 360, 1),
            (50_000_000, 24_000, 60, 360, 200_000),
        ] {
            assert_eq!(interest(amount, rate, days, year), expected, "{amount}");
        }
    }
}
