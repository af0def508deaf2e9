//! What members send, what is asked of a network that is whole, and the last look at it.

use super::{Event, GROWS_BY, HEALED_WITHIN, Storm};
use crate::client::Known;
use crate::plan::MS;
use crate::wire::short;
use allonge_node::machine::WaitingStatus;

impl Storm {
    pub(super) fn submit(&mut self) -> Result<(), String> {
        let fresh = self.healed.is_none() || self.client.open() > 0;
        let ledger_ms = self.world.genesis.time_ms + self.now / MS;
        let transaction = if fresh && self.chance.permille(700) {
            self.client.act(ledger_ms)
        } else {
            None
        };
        let transaction = transaction.or_else(|| self.client.again());
        let node = self.chance.below(self.plan.nodes);
        if let Some(transaction) = transaction
            && self.nodes[node].live.is_some()
        {
            let id = *transaction.id();
            let mut answer = None;
            self.with(node, |live, _| {
                answer = Some(live.offer(transaction)?);
                Ok(())
            })?;
            self.note(|| format!("{node}: offered {} {answer:?}", short(Some(id))));
            let honest = self.nodes[node].liar.is_none();
            if let Some(Err(refused)) = answer
                && honest
            {
                self.client.refused(&id, refused.code);
            }
            self.dropped(node, honest);
        }
        let (least, most) = if self.healed.is_some() {
            (50 * MS, 300 * MS)
        } else {
            (10 * MS, 400 * MS)
        };
        self.after(least, most, Event::Submit);
        Ok(())
    }

    /// Asks a node what became of what is open.
    pub(super) fn dropped(&mut self, node: usize, honest: bool) {
        let Some(live) = self.nodes[node].live.as_ref().filter(|_| honest) else {
            return;
        };
        let open = self.client.sent.iter();
        let gone: Vec<_> = open
            .filter(|sent| sent.known == Known::Open)
            .filter_map(|sent| {
                let id = *sent.transaction.id();
                match live.host.waiting(&id) {
                    WaitingStatus::Dropped { code, .. } => Some((id, code)),
                    _ => None,
                }
            })
            .collect();
        for (id, code) in gone {
            self.client.refused(&id, code);
        }
    }

    pub(super) fn honest(&self) -> impl Iterator<Item = usize> + '_ {
        (0..self.plan.nodes).filter(|node| self.nodes[*node].liar.is_none())
    }

    pub(super) fn look(&mut self) -> Result<bool, String> {
        let Some((since, from)) = self.healed else {
            return Ok(false);
        };
        let behind: Vec<String> = self
            .honest()
            .filter_map(|node| match &self.nodes[node].live {
                Some(live) if live.host.tip() >= from + GROWS_BY => None,
                Some(live) => Some(format!(
                    "node {node} is at {} in round {:?}",
                    live.host.tip(),
                    live.engine.round()
                )),
                None => Some(format!("node {node} is down")),
            })
            .collect();
        let open = self.client.open();
        if behind.is_empty() && open == 0 {
            return Ok(true);
        }
        if self.now - since > HEALED_WITHIN {
            return Err(format!(
                "no progress though the network is whole: from height {from} {}; {open} transactions have come to no end",
                if behind.is_empty() {
                    "all have grown".to_owned()
                } else {
                    behind.join(", ")
                }
            ));
        }
        self.after(250 * MS, 250 * MS, Event::Look);
        Ok(false)
    }

    /// All is done: nothing may be missing anywhere.
    pub(super) fn end(&mut self) -> Result<(), String> {
        let honest: Vec<usize> = self.honest().collect();
        for node in honest {
            let Some(live) = &self.nodes[node].live else {
                continue;
            };
            self.audit.whole(node, live.host.records())?;
            if live.host.tip() == self.audit.height() {
                crate::audit::invariants(&live.host.snapshot().state)?;
            }
        }
        for sent in &self.client.sent {
            let id = sent.transaction.id();
            if sent.known == Known::Final && self.audit.final_at(id).is_none() {
                return Err(format!("transaction {id} was final and is not there"));
            }
        }
        Ok(())
    }
}
