//! Bills, their lots and hands.

use super::error::ApiError;
use super::members::must_exist;
use super::pages::{List, bad_cursor, cut};
use super::params::{Named, Page, Params, limit};
use super::quote::lot_named;
use super::requests::{view_of, with_terms};
use super::types::{At, BillBody, BillsBody, Holding, HoldingsBody, RecourseBody};
use super::{Api, offload};
use allonge_contracts::bills::{Bill, Circulation, InstrumentKind, InstrumentNumber, Lot, read};
use allonge_contracts::state::{StateFault, View};
use allonge_contracts::{Code, Date, MemberId, Money, clock, recourse};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    holder: Option<MemberId>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/bills` and `GET /v1/bills?holder=`.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let limit = limit(filter.limit)?;
    let cursor = filter.cursor.as_deref();
    match filter.holder {
        Some(holder) => Ok(held_by(api, holder, cursor, limit).await?.into_response()),
        None => Ok(all(api, cursor, limit).await?.into_response()),
    }
}

async fn all(
    api: Api,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Json<At<BillsBody>>, ApiError> {
    let pins = api.pins.clone();
    api.page(List::Bills, cursor, move |snapshot, key| {
        let after = key.map(|key| number_of(&key)).transpose()?;
        let found = read::bills(
            &snapshot.state.trie,
            after.as_ref(),
            limit.saturating_add(1),
        )?;
        let (bills, more) = cut(found, limit);
        let next = bills
            .last()
            .filter(|_| more)
            .map(|last| pins.next(snapshot, List::Bills, last.number.as_str().as_bytes()));
        Ok(BillsBody { bills, next })
    })
    .await
}

async fn held_by(
    api: Api,
    holder: MemberId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Json<At<HoldingsBody>>, ApiError> {
    let pins = api.pins.clone();
    api.page(List::Holdings, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &holder)?;
        let after = key.map(|key| lot_of(&key)).transpose()?;
        let after = after.as_ref().map(|(number, start)| (number, *start));
        let found = read::held_by(
            view,
            &holder,
            InstrumentKind::Bill,
            after,
            limit.saturating_add(1),
        )?;
        let (lots, more) = cut(found, limit);
        let next = lots
            .last()
            .filter(|_| more)
            .map(|(number, lot)| pins.next(snapshot, List::Holdings, &lot_key(number, lot)));
        let mut holdings: Vec<Holding> = Vec::with_capacity(lots.len());
        for (number, lot) in lots {
            // Lots of one bill follow each other.
            let bill = match holdings.last() {
                Some(last) if last.bill.number == number => last.bill.clone(),
                _ => existing(view, &number)?,
            };
            let money = amount(&bill, &lot)?;
            holdings.push(Holding { bill, lot, money });
        }
        Ok(HoldingsBody {
            holder,
            holdings,
            next,
        })
    })
    .await
}

/// `GET /v1/bills/{number}`.
pub async fn show(
    State(api): State<Api>,
    Named(number): Named<InstrumentNumber>,
    Params(page): Params<Page>,
) -> Result<Json<At<BillBody>>, ApiError> {
    let limit = limit(page.limit)?;
    let pins = api.pins.clone();
    api.page(List::Bill, page.cursor.as_deref(), move |snapshot, key| {
        let view = &snapshot.state.trie;
        let bill = read::bill(view, &number)?.ok_or_else(|| no_such_bill(&number))?;
        let (from_lot, from_hand) = match key {
            Some(key) => part_of(&key, &number)?,
            None => (Some(0), Some(0)),
        };
        let one_more = limit.saturating_add(1);
        let lots = match from_lot {
            Some(from) => read::lots(view, &number, from, one_more)?,
            None => Vec::new(),
        };
        let hands = match from_hand {
            Some(from) => read::hands(view, &number, from, one_more)?,
            None => Vec::new(),
        };
        let next_lot = lots.get(limit).map(|lot| lot.range.start);
        let next_hand = hands.get(limit).map(|hand| hand.number);
        let (lots, _) = cut(lots, limit);
        let (hands, _) = cut(hands, limit);
        let mut requests = Vec::new();
        for lot in &lots {
            if let Some(id) = lot.request {
                requests.push(view_of(view, &id)?);
            }
            // Offers lock no lot: several may wait on one.
            if lot.circulation == Circulation::InRecourse {
                for offer in recourse::read::offers(view, &bill, lot.range)? {
                    requests.push(with_terms(view, offer)?);
                }
            }
        }
        let next = (next_lot.is_some() || next_hand.is_some()).then(|| {
            let key = part_key(&number, next_lot, next_hand);
            pins.next(snapshot, List::Bill, &key)
        });
        Ok(BillBody {
            bill,
            lots,
            requests,
            hands,
            next,
        })
    })
    .await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    lot: String,
    on: Option<Date>,
}

/// `GET /v1/bills/{number}/recourse?lot=START-END`.
pub async fn recourse(
    State(api): State<Api>,
    Named(number): Named<InstrumentNumber>,
    Params(claimed): Params<Claimed>,
) -> Result<Json<At<RecourseBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    offload(move || {
        let view = &snapshot.state.trie;
        read::bill(view, &number)?.ok_or_else(|| no_such_bill(&number))?;
        let lot = lot_named(view, &number, &claimed.lot)?;
        let on = match claimed.on {
            Some(day) => day,
            None => clock::read::state(view)?.date,
        };
        let found = recourse::read::view(view, &number, lot.range, on)?
            .ok_or_else(|| ApiError::new(Code::NoSuchLot, format!("{number}:{}", lot.range)))?;
        Ok(Json(At {
            height: snapshot.state.height(),
            body: RecourseBody {
                on,
                recourse: found,
            },
        }))
    })
    .await?
}

/// # Errors
/// Every bill that the state points to is there.
pub fn existing(view: &dyn View, number: &InstrumentNumber) -> Result<Bill, StateFault> {
    read::bill(view, number)?
        .ok_or_else(|| StateFault::new("bills", format!("bill {number} is missing")))
}

/// What a bill that does not exist is answered with.
pub fn no_such_bill(number: &InstrumentNumber) -> ApiError {
    ApiError::new(Code::NoSuchBill, number.as_str())
}

fn amount(bill: &Bill, lot: &Lot) -> Result<Money, StateFault> {
    let minor = lot
        .range
        .amount()
        .ok_or_else(|| StateFault::new("lots", format!("an empty lot {}", lot.range)))?;
    Ok(Money::new(bill.sum.currency, minor))
}

/// The number that a cursor's key is.
///
/// # Errors
/// It is none.
pub fn number_of(key: &[u8]) -> Result<InstrumentNumber, ApiError> {
    std::str::from_utf8(key)
        .ok()
        .and_then(|text| text.parse().ok())
        .ok_or_else(bad_cursor)
}

/// The cursor key of a lot: the bill's number and the lot's first unit.
pub fn lot_key(number: &InstrumentNumber, lot: &Lot) -> Vec<u8> {
    let mut key = number.as_str().as_bytes().to_vec();
    key.extend_from_slice(&lot.range.start.to_be_bytes());
    key
}

/// The lot that such a key names.
///
/// # Errors
/// It names none.
pub fn lot_of(key: &[u8]) -> Result<(InstrumentNumber, u64), ApiError> {
    let (number, start) = key.split_at_checked(30).ok_or_else(bad_cursor)?;
    let start = start.try_into().map_err(|_| bad_cursor())?;
    Ok((number_of(number)?, u64::from_be_bytes(start)))
}

/// Where lots and hands of a bill go on; units and numbers that no lot or hand has mean that they do not.
const DONE: u64 = u64::MAX;

/// The cursor key of the lot and the hand at which the next page begins.
pub fn part_key(number: &InstrumentNumber, lot: Option<u64>, hand: Option<u64>) -> Vec<u8> {
    let mut key = number.as_str().as_bytes().to_vec();
    key.extend_from_slice(&lot.unwrap_or(DONE).to_be_bytes());
    key.extend_from_slice(&hand.unwrap_or(DONE).to_be_bytes());
    key
}

/// The lot and the hand that such a key names.
///
/// # Errors
/// It is of another instrument, or of wrong form.
pub fn part_of(
    key: &[u8],
    number: &InstrumentNumber,
) -> Result<(Option<u64>, Option<u64>), ApiError> {
    let rest = key
        .strip_prefix(number.as_str().as_bytes())
        .ok_or_else(bad_cursor)?;
    let (lot, hand) = rest.split_at_checked(8).ok_or_else(bad_cursor)?;
    let number = |bytes: &[u8]| -> Result<Option<u64>, ApiError> {
        let value = u64::from_be_bytes(bytes.try_into().map_err(|_| bad_cursor())?);
        Ok((value != DONE).then_some(value))
    };
    Ok((number(lot)?, number(hand)?))
}
