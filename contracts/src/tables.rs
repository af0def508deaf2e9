//! Every table of the state, with the number that its keys begin with. Numbers are never reused.

use crate::bills::{BankNumber, Bill, Hand, InstrumentNumber, Lot, Proceeds};
use crate::cash::{Balance, CurrencyRecord, Hold};
use crate::clock::{ClockState, DueItem};
use crate::date::Date;
use crate::gates::{Declared, Gate};
use crate::genesis::Settings;
use crate::gov::{Policy, Proposal, Protocol};
use crate::hash::{Hash, PublicKey, RequestId};
use crate::member_id::MemberId;
use crate::members::{Insolvency, Member};
use crate::money::Currency;
use crate::netting::{Cycle, Netting, Obligation, Queued};
use crate::nodes::{Node, ValidatorChange};
use crate::receivables::{Certificate, Line, Overdue, Pool, QuoteAsk, SealedQuote};
use crate::requests::{Presentment, Request};
use crate::settlement::Instruction;
use crate::state::Table;
use crate::text::Text;
use crate::trade::{Attestation, Condition, Draw, InvoiceClaim, Paper};

/// The entity of tables that hold one list for the whole ledger.
pub const ALL: &[u8] = b"";

/// Members: all → name, padded to 32 bytes.
pub const MEMBERS: Table<Member> = Table::new(1, "members", 1, 32);
/// Whose bank number it is: number → (nothing).
pub const BANK_NUMBERS: Table<MemberId> = Table::new(2, "bank_numbers", 1, 0);
/// Insolvencies on record: member → (nothing).
pub const INSOLVENCIES: Table<Insolvency> = Table::new(3, "insolvencies", 1, 0);
/// What banks declared: member → (nothing).
pub const DECLARED: Table<Declared> = Table::new(4, "declared", 1, 0);

/// Currencies: all → code.
pub const CURRENCIES: Table<CurrencyRecord> = Table::new(10, "currencies", 1, 3);
/// Balances: member → currency code.
pub const BALANCES: Table<Balance> = Table::new(11, "balances", 1, 3);
/// Holds: owner → hold id.
pub const HOLDS: Table<Hold> = Table::new(12, "holds", 1, 16);
/// Whose a hold is: hold id → (nothing).
pub const HOLD_OWNERS: Table<MemberId> = Table::new(13, "hold_owners", 1, 0);

/// Bill packages: number → (nothing).
pub const BILLS: Table<Bill> = Table::new(20, "bills", 1, 0);
/// Lots: bill number → first unit. A range proof over one bill shows the whole tiling.
pub const LOTS: Table<Lot> = Table::new(21, "lots", 1, 8);
/// Hands: bill number → number of the hand.
pub const HANDS: Table<Hand> = Table::new(22, "hands", 1, 8);
/// Live lots by holder: holder → bill number ‖ first unit.
pub const LOTS_BY_HOLDER: Table<()> = Table::new(23, "lots_by_holder", 1, 38);
/// The last serial used: bank number ‖ date → (nothing).
pub const SERIALS: Table<u32> = Table::new(24, "serials", 1, 0);
/// What was paid on ended lots and is set aside: bill number → first unit.
pub const PROCEEDS: Table<Proceeds> = Table::new(25, "proceeds", 1, 8);
/// What an acceptor has accepted and not yet paid, in minor units: acceptor → currency code.
pub const ACCEPTANCES: Table<u128> = Table::new(26, "acceptances", 1, 3);
/// Packages that an acceptor left unpaid, one event a day: acceptor → date ‖ bill number.
pub const OVERDUE_EVENTS: Table<()> = Table::new(27, "overdue_events", 1, 34);
/// What an acceptor refused and has not paid since, in minor units: acceptor → currency code.
pub const OVERDUE_SUMS: Table<u128> = Table::new(28, "overdue_sums", 1, 3);
/// Month ends at which an acceptor was found overdue: acceptor → date.
pub const OVERDUE_FINDINGS: Table<()> = Table::new(29, "overdue_findings", 1, 4);

/// Live requests: id → (nothing).
pub const REQUESTS: Table<Request> = Table::new(30, "requests", 1, 0);
/// Requests that wait for a member's answer: member → request id.
pub const REQUESTS_BY_ANSWERER: Table<()> = Table::new(31, "requests_by_answerer", 1, 16);
/// What else is known of a request for payment: request id → (nothing).
pub const PRESENTMENTS: Table<Presentment> = Table::new(32, "presentments", 1, 0);
/// Offers that wait on a lot in recourse: bill number → first unit ‖ request id.
pub const OFFERS: Table<()> = Table::new(33, "offers", 1, 24);
/// What an acceptor may not do for now: member → (nothing).
pub const GATES: Table<Gate> = Table::new(34, "gates", 1, 0);
/// What proceeds have paid of a pledge's debt, in minor units: bill number → the pledge's hand.
pub const PLEDGES_PAID: Table<u64> = Table::new(35, "pledges_paid", 1, 8);

/// Receivable certificates: number → (nothing).
pub const CERTIFICATES: Table<Certificate> = Table::new(70, "certificates", 1, 0);
/// Credit lines: id → (nothing).
pub const LINES: Table<Line> = Table::new(71, "lines", 1, 0);
/// The lines that a member granted or was granted: member → line id.
pub const LINES_BY_MEMBER: Table<()> = Table::new(72, "lines_by_member", 1, 16);
/// Questions for quotes: id → (nothing).
pub const QUOTE_ASKS: Table<QuoteAsk> = Table::new(73, "quote_asks", 1, 0);
/// Sealed quotes: the question's id → the funder, padded.
pub const QUOTES: Table<SealedQuote> = Table::new(74, "quotes", 1, 32);
/// The questions that a member asked or has to answer: member → id.
pub const QUOTE_ASKS_BY_MEMBER: Table<()> = Table::new(100, "quote_asks_by_member", 1, 16);
/// What a core enterprise has opened, ended or not: issuer → certificate number.
pub const CERTIFICATES_BY_ISSUER: Table<()> = Table::new(101, "certificates_by_issuer", 1, 30);

/// What is unredeemed of each certificate, in minor units: issuer → due day ‖ currency code ‖ number.
pub const POOLS: Table<u64> = Table::new(75, "pools", 1, 37);
/// Where the redemption of a pool stands: issuer → due day ‖ currency code.
pub const POOL_STATES: Table<Pool> = Table::new(76, "pool_states", 1, 7);
/// What an issuer has not redeemed of certificates that fell due: issuer → currency code.
pub const OVERDUES: Table<Overdue> = Table::new(77, "overdues", 1, 3);
/// The order in which lots of a pool get what rounding down left over: issuer → remainder, largest first ‖
/// number ‖ first unit. Kept while the pool is shared out.
pub const RANKS: Table<()> = Table::new(78, "ranks", 1, 54);

/// Where the clock stands: all → (nothing).
pub const CLOCK: Table<ClockState> = Table::new(40, "clock", 1, 0);
/// The queue of what falls due: all → date ‖ kind ‖ order ‖ id ‖ first unit.
pub const DUE: Table<DueItem> = Table::new(41, "due", 1, 53);
/// How many items of the queue may cost a member cash: member → date.
pub const DUE_DEBTS: Table<u64> = Table::new(42, "due_debts", 1, 4);

/// Days declared open (true) or closed (false): all → date.
pub const CALENDAR: Table<bool> = Table::new(50, "calendar", 1, 4);
/// The ledger's settings: all → (nothing).
pub const SETTINGS: Table<Settings> = Table::new(60, "settings", 1, 0);
/// Values of parameters: the parameter's number → the day from which one holds, latest first.
pub const PARAMS: Table<u64> = Table::new(61, "params", 1, 4);

/// Trade papers: id → (nothing).
pub const PAPERS: Table<Paper> = Table::new(80, "papers", 1, 0);
/// Papers that concern a member: member → paper id.
pub const PAPERS_BY_PARTY: Table<()> = Table::new(81, "papers_by_party", 1, 32);
/// What is drawn on an invoice: paper id → number of the draw.
pub const DRAWS: Table<Draw> = Table::new(82, "draws", 1, 8);
/// What a financing has drawn: bill number, certificate number or claim id → paper id. The value is the draw's number.
pub const BACKED: Table<u64> = Table::new(83, "backed", 1, 32);
/// What members last attested of a paper: paper id → member, padded.
pub const ATTESTATIONS: Table<Attestation> = Table::new(84, "attestations", 1, 32);
/// Claims on bare invoices: id → (nothing).
pub const CLAIMS: Table<InvoiceClaim> = Table::new(85, "claims", 1, 0);
/// Claims that a member was given: member → claim id.
pub const CLAIMS_BY_HOLDER: Table<()> = Table::new(86, "claims_by_holder", 1, 16);
/// Conditions: id → (nothing).
pub const CONDITIONS: Table<Condition> = Table::new(87, "conditions", 1, 0);
/// Open conditions that a member is to attest: member → condition id.
pub const CONDITIONS_BY_ATTESTOR: Table<()> = Table::new(88, "conditions_by_attestor", 1, 16);
/// Settlement instructions that wait: id → (nothing).
pub const INSTRUCTIONS: Table<Instruction> = Table::new(90, "instructions", 1, 0);
/// Instructions that wait by party: member → instruction id.
pub const INSTRUCTIONS_BY_MEMBER: Table<()> = Table::new(91, "instructions_by_member", 1, 16);
/// How many instructions of a proposer wait: member → (nothing).
pub const PROPOSED: Table<u32> = Table::new(92, "proposed", 1, 0);

/// Obligations that wait for a cycle: id → (nothing).
pub const OBLIGATIONS: Table<Obligation> = Table::new(95, "obligations", 1, 0);
/// The queues of a currency: currency code → payer, padded ‖ priority ‖ place.
pub const QUEUES: Table<RequestId> = Table::new(96, "queues", 1, 41);
/// What a member has waiting and its limits: member → currency code.
pub const QUEUED: Table<Queued> = Table::new(97, "queued", 1, 3);
/// Where netting stands: all → currency code.
pub const NETTINGS: Table<Netting> = Table::new(98, "nettings", 1, 3);
/// Cycles: currency code → number, latest first.
pub const CYCLES: Table<Cycle> = Table::new(99, "cycles", 1, 8);

/// Nodes, validators and observers: all → name, padded to 32 bytes.
pub const NODES: Table<Node> = Table::new(110, "nodes", 1, 32);
/// The change of the validators that waits for its height: all → (nothing).
pub const VALIDATOR_CHANGE: Table<ValidatorChange> = Table::new(111, "validator_change", 1, 0);
/// Every set of validators since the first: all → the first height of the set. Keys and weights, ascending by key.
pub const VALIDATOR_SETS: Table<Vec<(PublicKey, u64)>> = Table::new(112, "validator_sets", 1, 8);
/// Whose approval each kind of change takes: all → (nothing).
pub const POLICY: Table<Policy> = Table::new(113, "policy", 1, 0);
/// Proposals, ended or not: id → (nothing).
pub const PROPOSALS: Table<Proposal> = Table::new(114, "proposals", 1, 0);
/// Proposals in order: all → number, latest first.
pub const PROPOSAL_LIST: Table<RequestId> = Table::new(115, "proposal_list", 1, 8);
/// How many proposals of a member have not ended: member → (nothing).
pub const OPEN_PROPOSALS: Table<u32> = Table::new(116, "open_proposals", 1, 0);
/// The version of the protocol: all → (nothing).
pub const PROTOCOL: Table<Protocol> = Table::new(117, "protocol", 1, 0);
/// Members of a role: the role's number → member, padded.
pub const MEMBERS_BY_ROLE: Table<MemberId> = Table::new(118, "members_by_role", 1, 32);

/// A node's name as a suffix of fixed length that keeps the order of names.
pub fn node_suffix(name: &Text<32>) -> [u8; 32] {
    let mut suffix = [0u8; 32];
    for (to, from) in suffix.iter_mut().zip(name.as_str().bytes()) {
        *to = from;
    }
    suffix
}

/// A member's name as a suffix of fixed length that keeps the order of names.
pub fn member_suffix(id: &MemberId) -> [u8; 32] {
    let mut suffix = [0u8; 32];
    for (to, from) in suffix.iter_mut().zip(id.as_str().bytes()) {
        *to = from;
    }
    suffix
}

/// A currency as a suffix.
pub fn currency_suffix(currency: Currency) -> [u8; 3] {
    *currency.bytes()
}

/// A date as a suffix that keeps the order of dates.
pub fn date_suffix(date: Date) -> [u8; 4] {
    date.days().to_be_bytes()
}

/// The date of such a suffix.
pub fn date_of_suffix(suffix: &[u8]) -> Option<Date> {
    Date::from_days(u32::from_be_bytes(suffix.try_into().ok()?))
}

/// A date as a suffix that puts the latest first.
pub fn latest_first(date: Date) -> [u8; 4] {
    u32::MAX.saturating_sub(date.days()).to_be_bytes()
}

/// The date of such a suffix.
pub fn date_of_latest_first(suffix: &[u8]) -> Option<Date> {
    let days = u32::from_be_bytes(suffix.try_into().ok()?);
    Date::from_days(u32::MAX.saturating_sub(days))
}

/// The number of a bill or a certificate as an entity.
pub fn instrument_entity(number: &InstrumentNumber) -> &[u8] {
    number.as_str().as_bytes()
}

/// A request or hold id as an entity or suffix.
pub fn id_bytes(id: &RequestId) -> &[u8] {
    id.as_bytes()
}

/// The hash that a suffix of 32 bytes is.
pub fn hash_of_suffix(suffix: &[u8]) -> Option<Hash> {
    Some(Hash(suffix.try_into().ok()?))
}

/// The suffix of a holder's entry for one lot.
pub fn holding_suffix(number: &InstrumentNumber, start: u64) -> Vec<u8> {
    let mut suffix = instrument_entity(number).to_vec();
    suffix.extend_from_slice(&start.to_be_bytes());
    suffix
}

/// The lot that such a suffix names.
pub fn holding_of_suffix(suffix: &[u8]) -> Option<(InstrumentNumber, u64)> {
    let (number, start) = suffix.split_at_checked(30)?;
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((number, u64::from_be_bytes(start.try_into().ok()?)))
}

/// The suffix of an offer on the lot that begins at a unit.
pub fn offer_suffix(start: u64, id: &RequestId) -> Vec<u8> {
    let mut suffix = start.to_be_bytes().to_vec();
    suffix.extend_from_slice(id.as_bytes());
    suffix
}

/// The offer that such a suffix names.
pub fn offer_of_suffix(suffix: &[u8]) -> Option<RequestId> {
    let (_, id) = suffix.split_at_checked(8)?;
    Some(RequestId(id.try_into().ok()?))
}

/// The suffix of one unpaid package's event on a day.
pub fn overdue_suffix(date: Date, number: &InstrumentNumber) -> Vec<u8> {
    let mut suffix = date_suffix(date).to_vec();
    suffix.extend_from_slice(instrument_entity(number));
    suffix
}

/// The day and the package of such a suffix.
pub fn overdue_of_suffix(suffix: &[u8]) -> Option<(Date, InstrumentNumber)> {
    let (date, number) = suffix.split_at_checked(4)?;
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((date_of_suffix(date)?, number))
}

/// The suffix of a place in a payer's queue.
pub fn queue_suffix(payer: &MemberId, priority: u8, place: u64) -> Vec<u8> {
    let mut suffix = member_suffix(payer).to_vec();
    suffix.push(priority);
    suffix.extend_from_slice(&place.to_be_bytes());
    suffix
}

/// The place of such a suffix within its priority.
pub fn place_of_queue_suffix(suffix: &[u8]) -> Option<u64> {
    let (_, place) = suffix.split_at_checked(33)?;
    Some(u64::from_be_bytes(place.try_into().ok()?))
}

/// The suffix of a pool among those of its issuer, and the beginning of its certificates' suffixes.
pub fn pool_suffix(due: Date, currency: Currency) -> Vec<u8> {
    let mut suffix = date_suffix(due).to_vec();
    suffix.extend_from_slice(currency.bytes());
    suffix
}

/// The suffix of a certificate in its pool.
pub fn in_pool_suffix(due: Date, currency: Currency, number: &InstrumentNumber) -> Vec<u8> {
    let mut suffix = pool_suffix(due, currency);
    suffix.extend_from_slice(instrument_entity(number));
    suffix
}

/// The certificate of such a suffix.
pub fn number_in_pool(suffix: &[u8]) -> Option<InstrumentNumber> {
    std::str::from_utf8(suffix.get(7..)?).ok()?.parse().ok()
}

/// The suffix of a lot's place among remainders.
pub fn rank_suffix(remainder: u128, number: &InstrumentNumber, start: u64) -> Vec<u8> {
    let mut suffix = u128::MAX.saturating_sub(remainder).to_be_bytes().to_vec();
    suffix.extend_from_slice(&holding_suffix(number, start));
    suffix
}

/// The place of such a suffix.
pub fn rank_of_suffix(suffix: &[u8]) -> Option<(u128, InstrumentNumber, u64)> {
    let (inverse, lot) = suffix.split_at_checked(16)?;
    let remainder = u128::MAX.saturating_sub(u128::from_be_bytes(inverse.try_into().ok()?));
    let (number, start) = holding_of_suffix(lot)?;
    Some((remainder, number, start))
}

/// A number as a suffix that puts the latest first.
pub fn latest_number_first(number: u64) -> [u8; 8] {
    u64::MAX.saturating_sub(number).to_be_bytes()
}

/// The entity of the serial counter of a bank and a day.
pub fn serial_entity(bank: &BankNumber, date: Date) -> Vec<u8> {
    let mut entity = bank.as_str().as_bytes().to_vec();
    entity.extend_from_slice(&date_suffix(date));
    entity
}
