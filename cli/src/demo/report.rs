//! What the demo tells: every step, and the one document that it comes to.

use super::plan::{Mapped, Source};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::{Date, Hash, MemberId, Money};
use allonge_ledger::Verified;
use serde::Serialize;
use std::path::PathBuf;

/// The document's schema.
pub(super) const SCHEMA: &str = "allonge.demo/1";

/// Something that became final.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Step {
    /// Counted from 1.
    pub number: usize,
    /// Who acted: a member, or `clock`.
    pub actor: String,
    /// The names of the calls, or of what the clock did.
    pub acts: Vec<String>,
    /// In words.
    pub text: String,
    /// About how much.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub money: Option<Money>,
    /// About which lot.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lot: Option<LotRange>,
    /// The transaction; none of what the clock did.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Hash>,
    /// The block.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// From sending to knowing that it is final; of what the clock did, from its being moved.
    pub milliseconds: u64,
}

/// A validator and its process.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Node {
    pub name: String,
    pub url: String,
    pub home: PathBuf,
    pub log: PathBuf,
}

/// The invoice.
#[derive(Clone, Debug, Serialize)]
pub(super) struct InvoiceLine {
    pub source: Source,
    pub sha256: Hash,
    pub number: String,
    pub issue_date: Date,
    pub due_date: Option<Date>,
    pub payable: Money,
    pub lines: usize,
    pub parties: [Mapped; 2],
}

/// The bill.
#[derive(Clone, Debug, Serialize)]
pub(super) struct BillLine {
    pub number: InstrumentNumber,
    pub sum: Money,
    pub drawer: MemberId,
    pub acceptor: MemberId,
    pub payee: MemberId,
    pub issue_date: Date,
    pub maturity: Date,
    pub payable_on: Date,
}

/// The node that was killed, and that the others went on.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Killed {
    pub node: String,
    pub pid: u32,
    #[serde(with = "allonge_contracts::json::string")]
    pub height_before: u64,
    #[serde(with = "allonge_contracts::json::string")]
    pub height_after: u64,
    /// Transactions final without it, until the clock was moved.
    pub final_without_it: usize,
    /// How long the middle one and the slowest of them took.
    pub median_milliseconds: u64,
    pub slowest_milliseconds: u64,
}

/// The node that was killed, started again.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Back {
    pub node: String,
    pub pid: u32,
    /// The block up to which it caught up.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// From starting it to its having that block.
    pub milliseconds: u64,
}

/// A payment of a lot.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Payment {
    pub lot: LotRange,
    pub from: MemberId,
    pub to: MemberId,
    pub money: Money,
    pub by_clock: bool,
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
}

/// What a member has at the end.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Holding {
    pub member: MemberId,
    /// Cash as the nodes say.
    pub cash: Money,
    /// Cash as the demo's own books say.
    pub expected: Money,
    /// Its lots, all paid.
    pub lots: Vec<LotRange>,
}

/// A proof file, and what it shows.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Proof {
    pub what: &'static str,
    pub file: PathBuf,
    pub verified: Verified,
    /// The file's content.
    pub content: serde_json::Value,
}

/// Something that was checked.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Check {
    pub name: &'static str,
    pub ok: bool,
    pub detail: String,
}

/// `allonge.demo/1`: all of it.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Report {
    pub ok: bool,
    pub milliseconds: u64,
    pub dir: PathBuf,
    /// What is left in `dir`.
    pub kept: Vec<PathBuf>,
    pub network: String,
    pub genesis: Hash,
    pub genesis_file: PathBuf,
    pub nodes: Vec<Node>,
    pub invoice: InvoiceLine,
    pub bill: BillLine,
    pub steps: Vec<Step>,
    pub killed: Killed,
    pub back: Back,
    pub payments: Vec<Payment>,
    #[serde(with = "allonge_contracts::json::string")]
    pub final_height: u64,
    /// The block at that height, the same on all nodes that run.
    pub final_block: Hash,
    pub minted: Money,
    pub holdings: Vec<Holding>,
    pub proofs: Vec<Proof>,
    pub checks: Vec<Check>,
}
