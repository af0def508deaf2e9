//! Chance, from the seed alone: each question has one answer, whoever asks it and in whatever order.

use sha2::{Digest, Sha256};

/// Answers questions by hashing them with the seed.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Dice(u64);

impl Dice {
    pub const fn new(seed: u64) -> Self {
        Dice(seed)
    }

    /// Thirty-two bytes about something.
    pub fn bytes(self, about: &str, parts: &[u64]) -> [u8; 32] {
        let mut hash = Sha256::new_with_prefix(b"allonge/simulate/1");
        hash.update(self.0.to_be_bytes());
        hash.update((about.len() as u64).to_be_bytes());
        hash.update(about.as_bytes());
        for part in parts {
            hash.update(part.to_be_bytes());
        }
        hash.finalize().into()
    }

    /// A number below `n`; 0 where `n` is 0.
    pub fn below(self, about: &str, parts: &[u64], n: u64) -> u64 {
        let bytes = self.bytes(about, parts);
        let roll = bytes
            .iter()
            .take(8)
            .fold(0u64, |sum, byte| (sum << 8) | u64::from(*byte));
        roll % n.max(1)
    }

    /// A number from `low` to `high`, both included.
    pub fn between(self, about: &str, parts: &[u64], low: u64, high: u64) -> u64 {
        low + self.below(about, parts, high.saturating_sub(low) + 1)
    }

    /// True in so many of a hundred cases.
    pub fn percent(self, about: &str, parts: &[u64], share: u64) -> bool {
        self.below(about, parts, 100) < share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_has_one_answer_and_seeds_differ() {
        let dice = Dice::new(7);
        assert_eq!(
            dice.below("x", &[1, 2], 1_000_000),
            dice.below("x", &[1, 2], 1_000_000)
        );
        assert_ne!(dice.bytes("x", &[1, 2]), dice.bytes("x", &[2, 1]));
        assert_ne!(dice.bytes("x", &[1]), Dice::new(8).bytes("x", &[1]));
        assert_eq!(dice.below("x", &[1], 0), 0);
        for i in 0..200 {
            assert!((3..=5).contains(&dice.between("y", &[i], 3, 5)));
        }
        let heads = (0..1_000).filter(|i| dice.percent("z", &[*i], 30)).count();
        assert!((230..370).contains(&heads), "{heads}");
    }
}
