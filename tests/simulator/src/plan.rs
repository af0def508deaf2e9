//! What a seed stands for: how many nodes, who of them lies and how, how bad the network is, and for how long.

use crate::chance::Chance;
use crate::liar::Habits;
use allonge_node::consensus::Timeouts;
use allonge_node::machine::{IdleConfig, MachineConfig};
use std::time::Duration;

/// Microseconds of simulated time.
pub type Time = u64;
/// A millisecond.
pub const MS: Time = 1_000;
/// A second.
pub const SECOND: Time = 1_000 * MS;

/// How messages travel.
#[derive(Clone, Copy, Debug)]
pub struct Links {
    /// The shortest way.
    pub least: Time,
    /// The longest way; messages overtake each other.
    pub most: Time,
    /// Messages lost, of a thousand.
    pub lost: u64,
    /// Messages that come twice, of a thousand.
    pub twice: u64,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Validators.
    pub nodes: usize,
    /// For each of them, its bad habits if it lies.
    pub liars: Vec<Option<Habits>>,
    /// The network while things break.
    pub storm: Links,
    /// How long they break.
    pub length: Time,
    /// The time between two things that break, on average.
    pub pause: Time,
    /// Transactions.
    pub load: usize,
    /// The nodes' settings.
    pub config: MachineConfig,
}

/// The network once it is whole.
pub const CALM: Links = Links {
    least: MS,
    most: 12 * MS,
    lost: 0,
    twice: 0,
};

impl Plan {
    /// The plan of a seed.
    pub fn new(seed: u64) -> Self {
        let mut chance = Chance::new(seed, "plan");
        let nodes = match chance.below(20) {
            0 => 1,
            1..=2 => 5,
            3..=4 => 7,
            _ => 4,
        };
        let most = (nodes - 1) / 3;
        let mut liars: Vec<Option<Habits>> = vec![None; nodes];
        if most > 0 && chance.permille(450) {
            for _ in 0..chance.within(1..=most as u64) {
                let at = chance.below(nodes);
                liars[at] = Some(Habits::new(&mut chance));
            }
        }
        let storm = match chance.below(4) {
            0 => CALM,
            1 => Links {
                least: MS,
                most: 150 * MS,
                lost: 20,
                twice: 30,
            },
            2 => Links {
                least: 10 * MS,
                most: 600 * MS,
                lost: 100,
                twice: 50,
            },
            _ => Links {
                least: MS,
                most: chance.within(5..=300) * MS,
                lost: chance.within(0..=250),
                twice: chance.within(0..=200),
            },
        };
        let config = MachineConfig {
            timeouts: Timeouts {
                propose: Duration::from_millis(chance.within(300..=800)),
                ..Timeouts::default()
            },
            target_time: chance
                .permille(500)
                .then(|| Duration::from_millis(chance.within(50..=600))),
            idle: IdleConfig {
                heartbeat_ms: chance.within(500..=4_000),
                ..IdleConfig::default()
            },
            checkpoint_blocks: chance.within(3..=20),
            ..MachineConfig::default()
        };
        Plan {
            nodes,
            liars,
            storm,
            length: chance.within(8..=25) * SECOND,
            pause: chance.within(100..=2_500) * MS,
            load: chance.within(20..=90) as usize,
            config,
        }
    }
}
