//! What is cut and what is slow, as a file says it.

use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// The plan's file in the folder `run` of a network.
pub const PLAN_FILE: &str = "links.plan.json";
/// The longest delay that can be given to a node, in milliseconds.
pub const MAX_SLOW_MS: u64 = 60_000;
/// The version of the file's format.
const VERSION: u32 = 1;
/// The largest file that is read.
const MAX_BYTES: u64 = 1024 * 1024;

/// One direction between two nodes, by their numbers.
pub type Wire = (usize, usize);

/// What is wrong with the wires of a network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    version: u32,
    /// Directions in which nothing goes.
    pub cut: BTreeSet<Wire>,
    /// How many milliseconds later what a node says is heard, and what it is told.
    pub slow: BTreeMap<usize, u64>,
}

/// A plan that cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum PlanError {
    /// The file cannot be read or written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The file holds something else.
    #[error("it is no plan of this version: {0}")]
    Content(String),
}

impl Default for Plan {
    fn default() -> Self {
        Plan {
            version: VERSION,
            cut: BTreeSet::new(),
            slow: BTreeMap::new(),
        }
    }
}

impl Plan {
    /// Reads a plan; all is well where there is no file.
    ///
    /// # Errors
    /// The file cannot be read or is no plan.
    pub fn read(file: &Path) -> Result<Self, PlanError> {
        match std::fs::metadata(file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Ok(Plan::default());
            }
            Err(error) => return Err(error.into()),
            Ok(data) if data.len() > MAX_BYTES => {
                return Err(PlanError::Content(format!("{} bytes", data.len())));
            }
            Ok(_) => {}
        }
        let plan: Plan = serde_json::from_slice(&std::fs::read(file)?)
            .map_err(|error| PlanError::Content(error.to_string()))?;
        if plan.version != VERSION {
            return Err(PlanError::Content(format!("version {}", plan.version)));
        }
        Ok(plan)
    }

    /// As bytes of the file.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    }

    /// Cuts both directions between nodes of different groups.
    pub fn partition(&mut self, groups: &[Vec<usize>]) {
        for (at, group) in groups.iter().enumerate() {
            for other in groups.iter().skip(at.saturating_add(1)) {
                for (a, b) in pairs(group, other) {
                    self.cut.insert((a, b));
                    self.cut.insert((b, a));
                }
            }
        }
    }

    /// Cuts what the nodes of one group say to those of another, but not what they are told.
    pub fn silence(&mut self, from: &[usize], to: &[usize]) {
        self.cut.extend(pairs(from, to));
    }

    /// Whether a direction is cut.
    pub fn is_cut(&self, wire: Wire) -> bool {
        self.cut.contains(&wire)
    }

    /// How much later what goes this way arrives.
    pub fn delay(&self, (from, to): Wire) -> Duration {
        let of = |node| self.slow.get(&node).copied().unwrap_or(0).min(MAX_SLOW_MS);
        Duration::from_millis(of(from).saturating_add(of(to)))
    }

    /// Whether all is well.
    pub fn is_whole(&self) -> bool {
        self.cut.is_empty() && self.slow.is_empty()
    }
}

fn pairs<'a>(from: &'a [usize], to: &'a [usize]) -> impl Iterator<Item = Wire> + 'a {
    from.iter()
        .flat_map(move |a| to.iter().map(move |b| (*a, *b)))
        .filter(|(a, b)| a != b)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn groups_are_cut_from_each_other_and_whole_within() {
        let mut plan = Plan::default();
        plan.partition(&[vec![0, 1], vec![2], vec![3]]);
        for (a, b) in [(0, 2), (1, 3), (2, 3)] {
            assert!(plan.is_cut((a, b)) && plan.is_cut((b, a)), "{a} {b}");
        }
        assert!(!plan.is_cut((0, 1)) && !plan.is_cut((1, 0)));
        assert_eq!(plan.cut.len(), 10);
    }

    #[test]
    fn one_way_leaves_the_other_way() {
        let mut plan = Plan::default();
        plan.silence(&[0], &[1, 2, 0]);
        assert!(plan.is_cut((0, 1)) && !plan.is_cut((1, 0)));
        assert!(!plan.is_cut((0, 0)));
    }

    #[test]
    fn a_plan_is_read_as_it_was_written_and_nothing_else_is_taken_for_one() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(PLAN_FILE);
        assert_eq!(Plan::read(&file).unwrap(), Plan::default());
        let mut plan = Plan::default();
        plan.partition(&[vec![0], vec![1]]);
        plan.slow.insert(1, 250);
        std::fs::write(&file, plan.to_bytes()).unwrap();
        let read = Plan::read(&file).unwrap();
        assert_eq!(read, plan);
        assert_eq!(read.delay((0, 1)), Duration::from_millis(250));
        assert_eq!(read.delay((0, 2)), Duration::ZERO);
        let newer = String::from_utf8(plan.to_bytes())
            .unwrap()
            .replace("\"version\":1", "\"version\":2");
        for bad in ["", "{}", "[]", newer.as_str()] {
            std::fs::write(&file, bad).unwrap();
            assert!(
                matches!(Plan::read(&file), Err(PlanError::Content(_))),
                "{bad}"
            );
        }
    }
}
