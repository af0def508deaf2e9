//! What breaks, and how it is made whole again.

use super::{Event, Storm};
use crate::node::Node;
use crate::plan::{CALM, MS, SECOND};

impl Storm {
    pub(super) fn crash(&mut self, node: usize) {
        if self.nodes[node].live.take().is_none() {
            return;
        }
        self.note(|| format!("{node}: killed"));
        self.report.crashes += 1;
        self.nodes[node].disk.crash(&mut self.chance);
        if self.healed.is_none() && self.chance.permille(150) {
            // It will be killed once more while it starts, or soon after.
            let writes = self.chance.below(6);
            self.nodes[node].disk.store.fail_after(writes);
        }
        let most = if self.healed.is_some() {
            SECOND
        } else {
            4 * SECOND
        };
        self.after(50 * MS, most, Event::Boot(node));
    }

    pub(super) fn break_something(&mut self) {
        if self.healed.is_some() {
            return;
        }
        let node = self.chance.below(self.plan.nodes);
        match self.chance.below(13) {
            0..=1 => self.crash(node),
            12 => {
                // The light goes out.
                self.note(|| "all killed".to_owned());
                for node in 0..self.plan.nodes {
                    self.crash(node);
                }
            }
            2..=4 => self.light(node),
            5..=6 => self.split(),
            7 => {
                // One way only.
                let to = self.chance.below(self.plan.nodes);
                if to != node {
                    self.report.partitions += 1;
                    self.cut.insert((node, to));
                    self.note(|| format!("cut {node} > {to}"));
                }
            }
            8..=9 => self.join(),
            10 => {
                let skew = self.chance.within(0..=6_000) as i64 - 3_000;
                self.nodes[node].skew = skew;
                self.note(|| format!("{node}: clock {skew} ms off"));
            }
            _ => {
                self.nodes[node].skew -= self.chance.within(1_000..=120_000) as i64;
                self.note(|| format!("{node}: clock set back"));
            }
        }
        let pause = self.plan.pause;
        self.after(pause / 4, pause * 2, Event::Break);
    }

    /// The node will be killed at one of the next writes, or in the middle of one of the next inputs.
    pub(super) fn light(&mut self, node: usize) {
        let Node {
            live, life, disk, ..
        } = &mut self.nodes[node];
        let (Some(live), life) = (live, *life) else {
            return;
        };
        let line = if self.chance.permille(500) {
            let writes = self.chance.below(8);
            disk.store.fail_after(writes);
            format!("{node}: to be killed after {writes} writes")
        } else {
            let effects = self.chance.below(120) as u32;
            live.engine.fuse = Some(effects);
            format!("{node}: to be killed after {effects} effects")
        };
        self.note(|| line);
        self.after(SECOND, 5 * SECOND, Event::Burn(node, life));
    }

    pub(super) fn split(&mut self) {
        self.report.partitions += 1;
        let side = self.chance.draw();
        for a in 0..self.plan.nodes {
            for b in 0..self.plan.nodes {
                if (side >> a & 1) != (side >> b & 1) {
                    self.cut.insert((a, b));
                }
            }
        }
        let mask = side & ((1 << self.plan.nodes) - 1);
        self.note(|| format!("split {mask:b}"));
    }

    pub(super) fn join(&mut self) {
        self.cut.clear();
        self.note(|| "joined".to_owned());
        for node in 0..self.plan.nodes {
            self.introduce(node);
        }
    }

    /// From here on the network is whole, and at most f lie.
    pub(super) fn heal(&mut self) {
        self.note(|| "healed".to_owned());
        self.links = CALM;
        self.healed = Some((self.now, self.audit.height()));
        for node in 0..self.plan.nodes {
            self.nodes[node].disk.store.heal();
            self.nodes[node].skew = self.chance.within(0..=1_000) as i64 - 500;
            if let Some(live) = &mut self.nodes[node].live {
                live.engine.fuse = None;
            }
            self.after(0, SECOND, Event::Boot(node));
        }
        self.join();
        self.after(SECOND, SECOND, Event::Look);
    }
}
