//! The API's answers (docs/api.md). Fields that a newer node adds are passed over.

use allonge_contracts::bills::{Bill, Hand, Lot};
use allonge_contracts::cash::{Balance, Hold};
use allonge_contracts::json;
use allonge_contracts::members::Member;
use allonge_contracts::requests::Request;
use allonge_contracts::{Code, Currency, Date, Event, Hash, MemberId, Outcome};
use allonge_ledger::{Header, Receipt, SystemReceipt, Transaction};
use serde::{Deserialize, Serialize};

/// `GET /v1/status`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Status {
    /// The network's name.
    pub network: String,
    /// Its genesis hash.
    pub genesis: Hash,
    /// The latest height.
    #[serde(with = "json::string")]
    pub height: u64,
    /// The hash of its block; the genesis hash before the first.
    pub block: Hash,
    /// The time of its header, in UTC milliseconds; genesis' before the first.
    #[serde(with = "json::string")]
    pub time_ms: u64,
    /// The business date.
    pub business_date: Date,
    /// Whether the clock has due work left.
    #[serde(default)]
    pub due_pending: bool,
    /// Whether `clock.advance` is allowed.
    #[serde(default)]
    pub development_clock: bool,
    /// How far ahead of header time a `valid_until` may lie.
    #[serde(with = "json::string")]
    pub max_transaction_life_ms: u64,
    /// Currencies and who issues each.
    #[serde(default)]
    pub currencies: Vec<CurrencyLine>,
    /// The round of the height under way.
    #[serde(default)]
    pub round: u32,
    /// Peers connected.
    #[serde(default)]
    pub peers: u32,
    /// The highest height that a peer says it has.
    #[serde(default, with = "json::string")]
    pub best_peer_height: u64,
    /// Transactions waiting.
    #[serde(default, with = "json::string")]
    pub waiting: u64,
    /// Why the node is not ready to serve.
    #[serde(default)]
    pub not_ready: Option<String>,
}

/// A currency of the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyLine {
    /// The currency.
    pub currency: Currency,
    /// Who issues it.
    pub authority: MemberId,
}

/// What is known of a transaction: `POST /v1/transactions`, `GET /v1/transactions/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct TransactionView {
    /// Its id.
    pub id: Hash,
    /// How far it is.
    #[serde(flatten)]
    pub state: TransactionState,
}

/// How far a transaction is.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum TransactionState {
    /// It waits for a block.
    Waiting {},
    /// It is on the ledger.
    Final(Box<FinalState>),
    /// The node let it go.
    Dropped {
        /// Why.
        code: Code,
    },
    /// The node does not know it.
    Unknown {},
}

/// Where a transaction is on the ledger, and what came of it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct FinalState {
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Its position among the block's transactions, from 0.
    pub index: u32,
    /// What came of it.
    pub receipt: Receipt,
    /// The transaction itself, where the endpoint gives it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Transaction>,
}

/// `GET /v1/members`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MembersPage {
    /// The height at which it is true.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Members by name.
    pub members: Vec<Member>,
    /// Where to go on.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// `GET /v1/members/{id}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct MemberView {
    /// The height at which it is true.
    #[serde(with = "json::string")]
    pub height: u64,
    /// The member.
    pub member: Member,
}

/// `GET /v1/cash/{member}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CashView {
    /// The height at which it is true.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Whose.
    pub member: MemberId,
    /// One a currency.
    pub balances: Vec<Balance>,
    /// Cash set aside.
    #[serde(default)]
    pub holds: Vec<Hold>,
}

/// `GET /v1/bills`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillsPage {
    /// The height at which it is true.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Bills by number, each with the lots asked for.
    pub bills: Vec<BillLine>,
    /// Where to go on.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// A bill in a list.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillLine {
    /// What was fixed.
    pub bill: Bill,
    /// Its lots, or those of the holder asked for.
    pub lots: Vec<Lot>,
}

/// `GET /v1/bills/{number}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BillView {
    /// The height at which it is true.
    #[serde(with = "json::string")]
    pub height: u64,
    /// What was fixed.
    pub bill: Bill,
    /// All its lots, in order; they tile the sum.
    pub lots: Vec<Lot>,
    /// Its hands, oldest first.
    pub hands: Vec<Hand>,
    /// The live requests on its lots.
    #[serde(default)]
    pub requests: Vec<RequestView>,
}

/// A live request and the hash that an answer must name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestView {
    /// The request.
    #[serde(flatten)]
    pub request: Request,
    /// The hash of its terms.
    pub terms_hash: Hash,
}

/// `GET /v1/requests`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct RequestsPage {
    /// The height at which it is true.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Live requests.
    pub requests: Vec<RequestView>,
    /// Where to go on.
    #[serde(default)]
    pub cursor: Option<String>,
}

/// `GET /v1/blocks/{height|latest}`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockView {
    /// The hash of its header.
    pub hash: Hash,
    /// The header.
    pub header: Header,
    /// What the clock did.
    pub system: SystemReceipt,
    /// Its transactions in order.
    pub transactions: Vec<BlockTransaction>,
}

/// A transaction in a block.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct BlockTransaction {
    /// Its id.
    pub id: Hash,
    /// The transaction.
    pub transaction: Transaction,
    /// What came of it.
    pub receipt: Receipt,
}

/// One event of `GET /v1/events`.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct EventView {
    /// `height/slot/call/event`.
    pub id: String,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// The transaction; none where the clock did it.
    #[serde(default)]
    pub transaction: Option<Hash>,
    /// What happened.
    #[serde(flatten)]
    pub event: Event,
}

/// A transaction that is on the ledger.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Final {
    /// Its id.
    pub id: Hash,
    /// The block.
    #[serde(with = "json::string")]
    pub height: u64,
    /// Its position among the block's transactions, from 0.
    pub index: u32,
    /// What came of it.
    pub receipt: Receipt,
}

impl Final {
    /// Whether it had its effect.
    pub fn accepted(&self) -> bool {
        matches!(self.receipt.outcome, Outcome::Accepted(_))
    }
}
