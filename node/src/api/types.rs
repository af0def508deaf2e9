//! What the API says, as types: written by the node, read by clients.
//!
//! Amounts are `{"amount": "123.45", "currency": "CNY"}`, 64-bit numbers are strings. Fields may be added;
//! clients ignore those they do not know.

use crate::handle::Signing;
use allonge_contracts::bills::quote::Quote;
use allonge_contracts::bills::{Bill, Hand, InstrumentNumber, Lot, LotRange};
use allonge_contracts::cash::Hold;
use allonge_contracts::gates::AcceptorState;
use allonge_contracts::members::Member;
use allonge_contracts::params::ParamName;
use allonge_contracts::recourse::read::RecourseView;
use allonge_contracts::requests::Request;
use allonge_contracts::{
    Code, Currency, Date, DayCount, Event, Hash, MemberId, Money, PublicKey, Rate, Signature,
};
use allonge_ledger::{Evidence, Header, Receipt, SystemReceipt, Transaction};
use serde::{Deserialize, Serialize};

mod gov;
mod netting;
mod receivables;
mod settlement;
mod trade;

pub use gov::*;
pub use netting::*;
pub use receivables::*;
pub use settlement::*;
pub use trade::*;

/// An answer, and the height at which it is true.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct At<T> {
    /// The height of the ledger that was read; of a page after the first, the height of the first.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// The answer.
    #[serde(flatten)]
    pub body: T,
}

/// Why something was refused, in words.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Problem {
    /// The stable name.
    pub code: Code,
    /// The stable number.
    pub number: u16,
    /// What was wrong, with the value.
    pub message: String,
    /// What to do next.
    pub hint: String,
    /// Whether the same request can succeed later without being changed.
    pub retry: bool,
}

/// The body of every answer that is an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorBody {
    /// The error.
    pub error: Problem,
}

/// What the node knows of a transaction.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TransactionView {
    /// Its id.
    pub id: Hash,
    /// How far it has come.
    #[serde(flatten)]
    pub status: TransactionState,
}

/// How far a transaction has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum TransactionState {
    /// It waits for a block.
    Waiting,
    /// It is final.
    Final {
        /// The block's height.
        #[serde(with = "allonge_contracts::json::string")]
        block_height: u64,
        /// The block's hash.
        block: Hash,
        /// The block's time in UTC milliseconds.
        #[serde(with = "allonge_contracts::json::string")]
        time_ms: u64,
        /// Its position among the block's transactions, from 0; its receipt's slot is one more.
        index: u32,
        /// What came of it.
        receipt: Receipt,
        /// Of a rejected one, the rejection in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rejection: Option<Problem>,
    },
    /// The node let it go before it was final.
    Dropped {
        /// Why.
        problem: Problem,
        /// When, in UTC milliseconds.
        #[serde(with = "allonge_contracts::json::string")]
        at_ms: u64,
    },
    /// It was carried out on a snapshot to see what would come of it, and was not submitted.
    DryRun {
        /// What would come of it if it were final now.
        receipt: Receipt,
        /// Of a rejected one, the rejection in words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        rejection: Option<Problem>,
    },
}

/// One signature of a certificate.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CommitSignature {
    /// The validator.
    pub validator: PublicKey,
    /// Its precommit.
    pub signature: Signature,
}

/// What makes a block final.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CertificateView {
    /// The round in which the quorum precommitted.
    pub round: u32,
    /// The signatures, ascending by validator.
    pub signatures: Vec<CommitSignature>,
}

/// A transaction as its block shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockTransaction {
    /// Its position, from 0.
    pub index: u32,
    /// Its id.
    pub id: Hash,
    /// Who acted.
    pub actor: MemberId,
    /// The names of its calls.
    pub calls: Vec<String>,
    /// The code of its rejection; absent when it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rejected: Option<Code>,
    /// All of it; only with `detail=full`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Transaction>,
    /// What came of it; only with `detail=full`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt: Option<Receipt>,
}

/// A final block.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockView {
    /// Its hash.
    pub hash: Hash,
    /// Its header.
    pub header: Header,
    /// What makes it final.
    pub certificate: CertificateView,
    /// What the clock did.
    pub system: SystemReceipt,
    /// Its transactions, in order.
    pub transactions: Vec<BlockTransaction>,
}

/// `GET /v1/blocks/{height}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BlockBody {
    /// The block.
    pub block: BlockView,
}

/// `GET /v1/members`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MembersBody {
    /// Members in order of name.
    pub members: Vec<Member>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/members/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MemberBody {
    /// The member.
    pub member: Member,
}

/// `GET /v1/members/{id}/gates`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct GatesBody {
    /// Whose.
    pub member: MemberId,
    /// What it declared, accepted and left unpaid, and what it may not do for now.
    pub gates: AcceptorState,
}

/// What a member has of one currency.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BalanceView {
    /// The currency.
    pub currency: Currency,
    /// All of it.
    pub total: Money,
    /// Set aside in holds.
    pub held: Money,
    /// Frozen by a court.
    pub frozen: Money,
    /// What can be spent.
    pub available: Money,
}

/// `GET /v1/cash/{member}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CashBody {
    /// Whose.
    pub member: MemberId,
    /// Balances by currency; currencies of which it never had any are left out.
    pub balances: Vec<BalanceView>,
    /// Its holds, in order of id.
    pub holds: Vec<Hold>,
    /// Where the next page of holds begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/evidence`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EvidenceBody {
    /// What this node knows of validators that contradicted themselves, by height.
    pub evidence: Vec<Evidence>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// An invariant that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ViolationView {
    /// Which, in a few words.
    pub rule: String,
    /// Where, and the values that show it.
    pub what: String,
}

/// `GET /v1/dev/invariants`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InvariantsBody {
    /// What does not hold, at most 1,000 of them; empty when all is in order.
    pub violations: Vec<ViolationView>,
}

/// A lot in a member's hands, with the bill it is of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Holding {
    /// The bill.
    pub bill: Bill,
    /// The lot.
    pub lot: Lot,
    /// The lot's amount.
    pub money: Money,
}

/// `GET /v1/bills?holder=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct HoldingsBody {
    /// Whose.
    pub holder: MemberId,
    /// Lots in order of bill number and first unit.
    pub holdings: Vec<Holding>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/bills`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillsBody {
    /// Bills, in an order without meaning.
    pub bills: Vec<Bill>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// A live request, with what an answer must name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestView {
    /// The request.
    pub request: Request,
    /// The hash of its terms, which an answer must name.
    pub terms_hash: Hash,
    /// The amount of the lot it is about.
    pub money: Money,
}

/// `GET /v1/bills/{number}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BillBody {
    /// What was fixed when it was registered.
    pub bill: Bill,
    /// Its lots, ascending.
    pub lots: Vec<Lot>,
    /// The live requests on those lots, offers under recourse among them.
    pub requests: Vec<RequestView>,
    /// Its hands, ascending by number.
    pub hands: Vec<Hand>,
    /// Where the next page of lots and hands begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/requests?member=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestsBody {
    /// Whose.
    pub member: MemberId,
    /// Requests that wait for its answer (`side=waiting`) or that it made (`side=made`).
    pub requests: Vec<RequestView>,
    /// Where the next page begins; absent on the last.
    pub next: Option<String>,
}

/// `GET /v1/requests/{id}`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RequestBody {
    /// The live request.
    pub request: RequestView,
}

/// `GET /v1/bills/{number}/quote?lot=&rate=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct QuoteBody {
    /// The bill.
    pub bill: InstrumentNumber,
    /// The lot.
    pub lot: LotRange,
    /// How much of it is sold.
    pub amount: Money,
    /// The annual rate.
    pub rate: Rate,
    /// How days are counted.
    pub day_count: DayCount,
    /// The day of the sale.
    pub on: Date,
    /// The day to which interest is taken: that on which the bill is payable, or a repo's cut-off.
    pub until: Date,
    /// Days, interest and price.
    pub quote: Quote,
}

/// `GET /v1/bills/{number}/recourse?lot=`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RecourseBody {
    /// The day for which interest and time bars are reckoned.
    pub on: Date,
    /// Who is liable to whom, for how much, until when, and by which rule.
    pub recourse: RecourseView,
}

/// A value that a parameter will have.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamChange {
    /// The first day on which it holds.
    pub from: Date,
    /// In the parameter's unit.
    #[serde(with = "allonge_contracts::json::string")]
    pub value: u64,
    /// As people write it.
    pub text: String,
}

/// A parameter as it holds on a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamView {
    /// Its name.
    pub name: ParamName,
    /// Its value in its unit: minor units, days, months, millionths of a rate, 0 or 1.
    #[serde(with = "allonge_contracts::json::string")]
    pub value: u64,
    /// The value as people write it: `6`, `3.6%`.
    pub text: String,
    /// The day from which it holds.
    pub since: Date,
    /// Later values that are set already, the next one first.
    pub coming: Vec<ParamChange>,
}

/// `GET /v1/params`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParamsBody {
    /// The day.
    pub on: Date,
    /// All parameters, in order of number.
    pub params: Vec<ParamView>,
}

/// One event of `GET /v1/events`; the stream's id is `height/slot/event`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventView {
    /// The block's height.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// 0 for what the clock did, else one more than the transaction's index.
    pub slot: u32,
    /// Its position in the slot.
    pub index: u32,
    /// The block's time in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// The block's business date.
    pub business_date: Date,
    /// The transaction; absent for the clock.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub transaction: Option<Hash>,
    /// What happened.
    pub happened: Event,
}

/// Where the ledger's clock stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClockView {
    /// The business date on which the rules work; behind the block's while due work is pending.
    pub date: Date,
    /// The close of that day is worked off.
    pub closed: bool,
    /// What the development clock has added, in milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub offset_ms: u64,
    /// More was due in the last block than fitted into it.
    pub due_pending: bool,
}

/// A currency issued on the network.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CurrencyView {
    /// The currency.
    pub currency: Currency,
    /// Who issues it.
    pub authority: MemberId,
}

/// A validator.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ValidatorView {
    /// Its name in genesis; absent if it came later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The key that signs its votes.
    pub key: PublicKey,
    /// Its weight.
    #[serde(with = "allonge_contracts::json::string")]
    pub power: u64,
}

/// What waits for a block.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MempoolView {
    /// Transactions.
    #[serde(with = "allonge_contracts::json::string")]
    pub transactions: u64,
    /// Their bytes.
    #[serde(with = "allonge_contracts::json::string")]
    pub bytes: u64,
}

/// `GET /v1/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatusBody {
    /// The hash that names the network.
    pub genesis: Hash,
    /// The network's name.
    pub network: String,
    /// The node's name.
    pub node: String,
    /// The version of the node's software.
    pub version: String,
    /// The hash of the last block; the genesis hash before the first.
    pub block: Hash,
    /// The time of the last block in UTC milliseconds; genesis time before the first.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// The business date of the last block.
    pub business_date: Date,
    /// The state after the last block.
    pub state_root: Hash,
    /// The round of the height under way.
    pub round: u32,
    /// Where the clock stands.
    pub clock: ClockView,
    /// Whether `clock.advance` is allowed.
    pub development_clock: bool,
    /// What waits for a block.
    pub mempool: MempoolView,
    /// Peers connected on the consensus network.
    pub peers: u32,
    /// Whether this node's key signs votes.
    #[serde(default)]
    pub signing: SigningView,
    /// The highest height that a peer says it has.
    #[serde(with = "allonge_contracts::json::string")]
    pub best_peer_height: u64,
    /// Milliseconds since the last block was committed here.
    #[serde(with = "allonge_contracts::json::string")]
    pub since_last_block_ms: u64,
    /// The height of the last checkpoint on disk.
    #[serde(with = "allonge_contracts::json::string")]
    pub checkpoint_height: u64,
    /// The first height whose block is kept here.
    #[serde(default = "first_height", with = "allonge_contracts::json::string")]
    pub history_start: u64,
    /// Why the node is not ready to serve; absent when it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_ready: Option<String>,
    /// How far ahead of header time a `valid_until` may lie.
    #[serde(with = "allonge_contracts::json::string")]
    pub max_transaction_life_ms: u64,
    /// The currencies issued here.
    pub currencies: Vec<CurrencyView>,
    /// The validators of the next height.
    pub validators: Vec<ValidatorView>,
}

/// Whether a node's key signs votes.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum SigningView {
    /// It has none: an observer.
    Never,
    /// It signs whenever it is a validator's.
    #[default]
    Free,
    /// Not until it is known what it has signed before.
    Held,
    /// Not until a block that was decided since the node's start has come: the others went on without it.
    Returning,
    /// From a height on: its log of votes was lost.
    From {
        /// The height.
        #[serde(with = "allonge_contracts::json::string")]
        height: u64,
    },
}

impl From<Signing> for SigningView {
    fn from(signing: Signing) -> Self {
        match signing {
            Signing::Never => SigningView::Never,
            Signing::Free => SigningView::Free,
            Signing::Held => SigningView::Held,
            Signing::Returning => SigningView::Returning,
            Signing::From(height) => SigningView::From { height },
        }
    }
}

fn first_height() -> u64 {
    1
}

/// `GET /v1/snapshots`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotsBody {
    /// What can be fetched, the latest first; empty before the first block.
    pub snapshots: Vec<SnapshotView>,
}

/// The ledger at a height, as another node can fetch it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotView {
    /// The height.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// The hash of its block.
    pub block: Hash,
    /// Its time in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// The root of the state after it.
    pub state_root: Hash,
    /// Entries of the state.
    #[serde(with = "allonge_contracts::json::string")]
    pub entries: u64,
    /// From which height on headers and ids are needed to recognise every replay.
    #[serde(with = "allonge_contracts::json::string")]
    pub window_start: u64,
    /// The first height whose block the node keeps.
    #[serde(with = "allonge_contracts::json::string")]
    pub history_start: u64,
}

/// `GET /readyz`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadyBody {
    /// Always true: a node that is not ready answers with the error `NOT_READY`.
    pub ready: bool,
}
