//! What must hold, whatever breaks: looked at whenever a node acknowledges a block, when it comes back, and at the end.

use crate::wire::{Message, short};
use crate::world::{OPENING, World, cny};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::cash::read::balances;
use allonge_contracts::{Call, Event, Hash, MemberId, Outcome, check_invariants};
use allonge_ledger::{
    Block, Certificate, CheckedTransaction, LedgerState, Receipts, ValidatorSet, VoteKind,
};
use allonge_node::store::Records;
use std::collections::BTreeMap;
use std::sync::Arc;

/// After how many blocks the whole state is looked at.
const INVARIANTS_EVERY: u64 = 8;

/// A block that is final, as some node has acknowledged it.
pub struct Final<'a> {
    /// Its hash, by its certificate.
    pub hash: Hash,
    /// Header and transactions.
    pub block: &'a Block,
    /// The ids of its transactions.
    pub ids: &'a [Hash],
    /// What came of it.
    pub receipts: &'a Arc<Receipts>,
    /// What makes it final.
    pub certificate: &'a Certificate,
    /// The ledger after it.
    pub state: &'a LedgerState,
}

struct Canon {
    hash: Hash,
    receipts: Arc<Receipts>,
    time_ms: u64,
}

/// A block voted for or proposed, and the round a proposal refers to.
type Statement = (Option<Hash>, Option<u32>);

/// The one chain, and cash as it must be by what was agreed.
pub struct Audit {
    genesis: Hash,
    validators: ValidatorSet,
    chain: Vec<Canon>,
    ids: BTreeMap<Hash, u64>,
    cash: BTreeMap<MemberId, u64>,
    paid: BTreeMap<InstrumentNumber, Vec<LotRange>>,
    /// How far each node has acknowledged.
    acknowledged: Vec<u64>,
    /// What each honest node has signed: node, kind, height and round.
    signed: BTreeMap<(usize, u8, u64, u32), Statement>,
    start_ms: u64,
}

impl Audit {
    /// Before the first block.
    ///
    /// # Panics
    /// Genesis breaks a rule.
    pub fn new(world: &World) -> Self {
        let opening = world.genesis.rules.balances.iter();
        Audit {
            genesis: world.hash,
            validators: world.genesis.validator_set().expect("a set of validators"),
            chain: Vec::new(),
            ids: BTreeMap::new(),
            cash: opening.map(|one| (one.member.clone(), OPENING)).collect(),
            paid: BTreeMap::new(),
            acknowledged: vec![0; world.keys.len()],
            signed: BTreeMap::new(),
            start_ms: world.genesis.time_ms,
        }
    }

    /// The highest height that is final anywhere.
    pub fn height(&self) -> u64 {
        self.chain.len() as u64
    }

    /// The height at which a transaction became final.
    pub fn final_at(&self, id: &Hash) -> Option<u64> {
        self.ids.get(id).copied()
    }

    /// An honest node sends a message of its own.
    ///
    /// # Errors
    /// It has signed something else before, for the same height and round.
    pub fn says(&mut self, node: usize, message: &Message) -> Result<(), String> {
        let own = self.validators.validators().get(node).map(|one| one.key);
        let (kind, height, round, statement) = match message {
            Message::Vote(vote) if Some(vote.message.validator.0) == own => {
                let vote = &vote.message;
                let kind = match vote.kind {
                    VoteKind::Prevote => 0,
                    VoteKind::Precommit => 1,
                };
                (kind, vote.height, vote.round, (vote.block(), None))
            }
            Message::Proposal(proposal) if Some(proposal.message.validator.0) == own => {
                let proposal = &proposal.message;
                let statement = (Some(proposal.value.0), proposal.pol_round.as_u32());
                (2, proposal.height, proposal.round, statement)
            }
            _ => return Ok(()),
        };
        let key = (node, kind, height.0, round.as_u32().unwrap_or_default());
        let before = *self.signed.entry(key).or_insert(statement);
        if before == statement {
            return Ok(());
        }
        let names = ["prevoted", "precommitted", "proposed"];
        Err(format!(
            "node {node} has {} {} in round {round} of height {height}, and before that {}",
            names[usize::from(kind)],
            short(statement.0),
            short(before.0)
        ))
    }

    /// A node has acknowledged a block. Gives whether it is the first to do so.
    ///
    /// # Errors
    /// What does not hold.
    pub fn acknowledged(&mut self, node: usize, found: &Final<'_>) -> Result<bool, String> {
        let height = found.block.header.height;
        let before = self.acknowledged[node];
        if height != before + 1 {
            return Err(format!(
                "node {node} acknowledged height {height} after height {before}"
            ));
        }
        let first = self.agree(node, found)?;
        self.acknowledged[node] = height;
        Ok(first)
    }

    /// A node has come back with what its disk holds. Gives the last block if nobody has acknowledged it yet.
    ///
    /// # Errors
    /// Something that it had acknowledged is gone, or its chain is another.
    pub fn returned(
        &mut self,
        node: usize,
        state: &LedgerState,
        records: &Records,
    ) -> Result<bool, String> {
        let (tip, before) = (state.height(), self.acknowledged[node]);
        if tip < before {
            return Err(format!(
                "node {node} had acknowledged height {before} and came back with height {tip}: receipts are lost"
            ));
        }
        if tip > before + 1 {
            return Err(format!(
                "node {node} had acknowledged height {before} and came back with height {tip}"
            ));
        }
        let mut first = false;
        if tip > 0 {
            let found = records.decided_block(tip).map_err(|e| e.to_string())?;
            let (record, bytes) = found.ok_or_else(|| format!("node {node} lost height {tip}"))?;
            let block = Block::from_bytes(&bytes).map_err(|e| e.to_string())?;
            let receipts = record.receipts.transactions.iter();
            let ids: Vec<Hash> = receipts.map(|receipt| receipt.transaction).collect();
            first = self.agree(
                node,
                &Final {
                    hash: record.certificate.block,
                    block: &block,
                    ids: &ids,
                    receipts: &record.receipts,
                    certificate: &record.certificate,
                    state,
                },
            )?;
        }
        self.acknowledged[node] = tip;
        Ok(first)
    }

    /// The whole chain of a node is the one chain.
    ///
    /// # Errors
    /// Where it is not.
    pub fn whole(&self, node: usize, records: &Records) -> Result<(), String> {
        let tip = records.tip().map_err(|error| error.to_string())?;
        if tip < self.acknowledged[node] {
            return Err(format!(
                "node {node} acknowledged height {} and has {tip}",
                self.acknowledged[node]
            ));
        }
        for (height, canon) in (1..=tip).zip(&self.chain) {
            let found = records.decided(height).map_err(|error| error.to_string())?;
            let same = found.is_some_and(|record| {
                record.certificate.block == canon.hash && record.receipts == canon.receipts
            });
            if !same {
                return Err(format!("node {node} has another block at height {height}"));
            }
        }
        Ok(())
    }

    /// One block a height, with the same roots everywhere.
    fn agree(&mut self, node: usize, found: &Final<'_>) -> Result<bool, String> {
        let header = &found.block.header;
        let height = header.height;
        let wrong = |what: String| Err(format!("node {node}, height {height}: {what}"));
        if found.hash != header.hash() || found.certificate.block != found.hash {
            return wrong("the certificate is of another block".to_owned());
        }
        if found.state.tip() != found.hash {
            let tip = found.state.tip();
            return wrong(format!(
                "block {} is final, the ledger stands at {tip}",
                found.hash
            ));
        }
        if found.state.trie.root() != header.state_root {
            return wrong("the state has another root than its header".to_owned());
        }
        if found.receipts.root() != header.receipt_root {
            return wrong("the receipts have another root than their header".to_owned());
        }
        match self.chain.get(height as usize - 1) {
            Some(canon) if canon.hash != found.hash => wrong(format!(
                "two blocks at one height: {} and {}",
                canon.hash, found.hash
            )),
            Some(canon) if canon.receipts != *found.receipts => {
                wrong("other receipts for the same block".to_owned())
            }
            Some(_) => Ok(false),
            None if height != self.height() + 1 => wrong("a height was left out".to_owned()),
            None => match self.extend(found) {
                Ok(()) => Ok(true),
                Err(what) => wrong(what),
            },
        }
    }

    /// The first sight of a height.
    fn extend(&mut self, found: &Final<'_>) -> Result<(), String> {
        let header = &found.block.header;
        let certificate = found.certificate.verify(&self.genesis, &self.validators);
        certificate.map_err(|error| format!("its certificate proves nothing: {error}"))?;
        let last = self.chain.last();
        let before = last.map_or(self.start_ms, |canon| canon.time_ms);
        let parent = last.map_or(self.genesis, |canon| canon.hash);
        if header.parent != parent {
            return Err("its parent is not the block before".to_owned());
        }
        if header.time_ms < before {
            return Err(format!(
                "its time {} is before its parent's, {before}",
                header.time_ms
            ));
        }
        for id in found.ids {
            if let Some(first) = self.ids.insert(*id, header.height) {
                return Err(format!(
                    "transaction {id} is final a second time, first at height {first}"
                ));
            }
        }
        self.book(found)?;
        self.chain.push(Canon {
            hash: found.hash,
            receipts: found.receipts.clone(),
            time_ms: header.time_ms,
        });
        let due = header.height.is_multiple_of(INVARIANTS_EVERY) || header.height == 1;
        if due { invariants(found.state) } else { Ok(()) }
    }

    /// Books what was agreed, and compares.
    fn book(&mut self, found: &Final<'_>) -> Result<(), String> {
        let events = found.receipts.system.events.iter();
        for event in events.chain(found.receipts.transactions.iter().flat_map(|r| &r.events)) {
            self.book_event(event)?;
        }
        for (bytes, receipt) in found
            .block
            .transactions
            .iter()
            .zip(&found.receipts.transactions)
        {
            let transaction = CheckedTransaction::certified(bytes.clone(), &self.genesis)
                .map_err(|error| error.to_string())?;
            let body = &transaction.transaction().body;
            if body.valid_until < found.block.header.time_ms {
                return Err(format!("transaction {} had expired", transaction.id()));
            }
            if let Outcome::Accepted(_) = receipt.outcome {
                for call in &body.calls {
                    if let Call::Transfer(transfer) = call {
                        self.move_cash(&body.actor, &transfer.to, transfer.money.minor)?;
                    }
                }
            }
        }
        for (member, minor) in &self.cash {
            let accounts = balances(&found.state.trie, member).map_err(|e| e.to_string())?;
            let has: u64 = accounts.iter().map(|account| account.total).sum();
            if has != *minor {
                return Err(format!(
                    "{member} has {}, by what was agreed it is {}",
                    cny(has),
                    cny(*minor)
                ));
            }
        }
        Ok(())
    }

    fn book_event(&mut self, event: &Event) -> Result<(), String> {
        let Event::BillPaid(paid) = event else {
            return Ok(());
        };
        let ranges = self.paid.entry(paid.bill).or_default();
        let again = |other: &LotRange| other.start <= paid.lot.end && paid.lot.start <= other.end;
        if ranges.iter().any(again) {
            return Err(format!("{} of bill {} was paid twice", paid.lot, paid.bill));
        }
        ranges.push(paid.lot);
        self.move_cash(&paid.from, &paid.to, paid.money.minor)
    }

    fn move_cash(&mut self, from: &MemberId, to: &MemberId, minor: u64) -> Result<(), String> {
        let payer = self.cash.entry(from.clone()).or_default();
        *payer = payer
            .checked_sub(minor)
            .ok_or_else(|| format!("{from} has paid what it did not have"))?;
        *self.cash.entry(to.clone()).or_default() += minor;
        Ok(())
    }
}

/// The invariants of the contracts hold.
///
/// # Errors
/// The first that does not.
pub fn invariants(state: &LedgerState) -> Result<(), String> {
    let violations = check_invariants(&state.trie).map_err(|error| error.to_string())?;
    match violations.first() {
        Some(violation) => Err(format!("an invariant does not hold: {violation}")),
        None => Ok(()),
    }
}
