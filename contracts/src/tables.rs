//! Every table of the state, with the number that its keys begin with. Numbers are never reused.

use crate::bills::{BankNumber, Bill, BillNumber, Hand, Lot, Proceeds};
use crate::cash::{Balance, CurrencyRecord, Hold};
use crate::clock::{ClockState, DueItem};
use crate::date::Date;
use crate::gates::{Declared, Gate};
use crate::genesis::Settings;
use crate::hash::RequestId;
use crate::member_id::MemberId;
use crate::members::{Insolvency, Member};
use crate::money::Currency;
use crate::requests::{Presentment, Request};
use crate::state::Table;

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

/// A bill's number as an entity.
pub fn bill_entity(number: &BillNumber) -> &[u8] {
    number.as_str().as_bytes()
}

/// A request or hold id as an entity or suffix.
pub fn id_bytes(id: &RequestId) -> &[u8] {
    id.as_bytes()
}

/// The suffix of a holder's entry for one lot.
pub fn holding_suffix(number: &BillNumber, start: u64) -> Vec<u8> {
    let mut suffix = bill_entity(number).to_vec();
    suffix.extend_from_slice(&start.to_be_bytes());
    suffix
}

/// The lot that such a suffix names.
pub fn holding_of_suffix(suffix: &[u8]) -> Option<(BillNumber, u64)> {
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
pub fn overdue_suffix(date: Date, number: &BillNumber) -> Vec<u8> {
    let mut suffix = date_suffix(date).to_vec();
    suffix.extend_from_slice(bill_entity(number));
    suffix
}

/// The day and the package of such a suffix.
pub fn overdue_of_suffix(suffix: &[u8]) -> Option<(Date, BillNumber)> {
    let (date, number) = suffix.split_at_checked(4)?;
    let number = std::str::from_utf8(number).ok()?.parse().ok()?;
    Some((date_of_suffix(date)?, number))
}

/// The entity of the serial counter of a bank and a day.
pub fn serial_entity(bank: &BankNumber, date: Date) -> Vec<u8> {
    let mut entity = bank.as_str().as_bytes().to_vec();
    entity.extend_from_slice(&date_suffix(date));
    entity
}
