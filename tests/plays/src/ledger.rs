//! The contracts behind their public doors, over a sorted map.

use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::state::{Changes, EmptyView, Overlay, Value, View};
use allonge_contracts::{
    BlockContext, Call, Hash, MemberId, Outcome, TransactionContext, execute_calls, run_clock,
    write_genesis,
};
use std::collections::BTreeMap;

/// A view over a sorted map.
#[derive(Default)]
struct Memory(BTreeMap<Vec<u8>, Value>);

impl View for Memory {
    fn get(&self, key: &[u8]) -> Option<Value> {
        self.0.get(key).cloned()
    }
    fn next(&self, from: &[u8]) -> Option<(Vec<u8>, Value)> {
        let found = self.0.range(from.to_vec()..).next();
        found.map(|(key, value)| (key.clone(), value.clone()))
    }
}

impl Memory {
    fn apply(&mut self, changes: Changes) {
        for (key, value) in changes {
            match value {
                Some(value) => self.0.insert(key, value),
                None => self.0.remove(&key),
            };
        }
    }
}

/// A ledger without blocks' trappings: a state, a height and a time.
pub struct Ledger {
    memory: Memory,
    height: u64,
    time_ms: u64,
    salt: u64,
    /// Work of the clock in one block.
    clock_budget: u64,
}

const PLENTY: u64 = u64::MAX / 2;

/// UTC milliseconds of a minute of a local day at UTC+8.
fn local_ms(day: u32, minute: u32) -> u64 {
    u64::from(day) * 86_400_000 + u64::from(minute) * 60_000 - 8 * 3_600_000
}

impl Ledger {
    pub fn new(rules: &GenesisRules, start: u32, clock_budget: u64) -> Ledger {
        let time_ms = local_ms(start, 9 * 60);
        let mut memory = Memory::default();
        let mut overlay = Overlay::new(&EmptyView);
        write_genesis(rules, time_ms, &mut overlay).expect("a sound genesis");
        memory.apply(overlay.into_changes());
        Ledger {
            memory,
            height: 1,
            time_ms,
            salt: 0,
            clock_budget,
        }
    }

    pub fn view(&self) -> &dyn View {
        &self.memory
    }

    fn block(&self) -> BlockContext {
        BlockContext {
            height: self.height,
            time_ms: self.time_ms,
        }
    }

    /// One transaction of one call.
    pub fn run(&mut self, actor: &MemberId, call: Call) -> Outcome {
        self.salt += 1;
        let mut id = [0u8; 32];
        id[..8].copy_from_slice(&self.salt.to_be_bytes());
        let context = TransactionContext {
            id: Hash(id),
            actor,
            work_limit: PLENTY,
        };
        let mut overlay = Overlay::new(&self.memory);
        let executed = execute_calls(&self.block(), &context, &[call], &mut overlay)
            .unwrap_or_else(|fault| panic!("the state is damaged: {fault}"));
        let changes = overlay.into_changes();
        if let Outcome::Rejected(_) = executed.outcome {
            assert!(changes.is_empty(), "a rejection changes nothing");
            assert!(executed.events.is_empty(), "a rejection has no events");
        }
        self.memory.apply(changes);
        executed.outcome
    }

    /// The next blocks begin at a minute of a local day; all that is due is worked off.
    pub fn go(&mut self, day: u32, minute: u32) {
        let time_ms = local_ms(day, minute);
        assert!(time_ms >= self.time_ms, "time does not go back");
        self.time_ms = time_ms;
        loop {
            self.height += 1;
            let mut overlay = Overlay::new(&self.memory);
            let run = run_clock(&self.block(), &mut overlay, self.clock_budget)
                .unwrap_or_else(|fault| panic!("the state is damaged: {fault}"));
            let changes = overlay.into_changes();
            self.memory.apply(changes);
            if !run.pending {
                return;
            }
        }
    }
}
