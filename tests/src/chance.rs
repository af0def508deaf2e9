//! Chance that can be had again: a small generator with a printed seed.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// SplitMix64.
#[derive(Clone, Debug)]
pub struct Chance {
    state: u64,
}

impl Chance {
    /// From `ALLONGE_SEED`, else from the clock; prints the seed.
    ///
    /// # Panics
    /// `ALLONGE_SEED` is no number.
    pub fn from_environment(test: &str) -> Self {
        let seed = match std::env::var("ALLONGE_SEED") {
            Ok(text) => text.parse().expect("ALLONGE_SEED is a number"),
            Err(_) => SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(1, |since| since.subsec_nanos().into()),
        };
        println!("{test}: ALLONGE_SEED={seed}");
        Chance { state: seed }
    }

    /// From a seed.
    pub fn new(seed: u64) -> Self {
        Chance { state: seed }
    }

    /// The next number.
    pub fn draw(&mut self) -> u64 {
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.draw() % (most - least + 1)
    }

    /// A time from `least` to `most` milliseconds.
    pub fn millis(&mut self, least: u64, most: u64) -> Duration {
        Duration::from_millis(self.between(least, most))
    }
}
