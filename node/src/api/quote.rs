//! What a sale of a lot would come to.

use super::Api;
use super::bills::no_such_bill;
use super::error::ApiError;
use super::params::{Named, Params};
use super::types::{At, QuoteBody};
use allonge_contracts::bills::quote::{Deal, QuoteError, quote_lot};
use allonge_contracts::bills::{InstrumentNumber, Lot, LotRange, RepoDates, read};
use allonge_contracts::state::View;
use allonge_contracts::{Code, Date, DayCount, Money, Rate, calendar, clock};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Asked {
    lot: String,
    rate: Rate,
    #[serde(default = "market_rule")]
    day_count: DayCount,
    on: Option<Date>,
    part: Option<String>,
    cut_off: Option<Date>,
}

const fn market_rule() -> DayCount {
    DayCount::Act360
}

/// `GET /v1/bills/{number}/quote?lot=&rate=`.
pub async fn show(
    State(api): State<Api>,
    Named(number): Named<InstrumentNumber>,
    Params(asked): Params<Asked>,
) -> Result<Json<At<QuoteBody>>, ApiError> {
    let snapshot = api.node.snapshot();
    let view = &snapshot.state.trie;
    let bill = read::bill(view, &number)?.ok_or_else(|| no_such_bill(&number))?;
    let lot = lot_named(view, &number, &asked.lot)?;
    let on = match asked.on {
        Some(day) => day,
        None => clock::read::state(view)?.date,
    };
    let part = match &asked.part {
        Some(text) => Some(
            Money::parse(text, bill.sum.currency)
                .map_err(|e| ApiError::bad_request(format!("part: {e}")))?,
        ),
        None => None,
    };
    let deal = Deal {
        rate: asked.rate,
        day_count: asked.day_count,
        on,
        // Only the last day decides the price.
        repo: asked.cut_off.map(|cut_off| RepoDates {
            open_from: cut_off,
            cut_off,
        }),
    };
    let quote = quote_lot(view, &bill, &lot, part, &deal)?.map_err(no_price)?;
    let until = match asked.cut_off {
        Some(cut_off) => cut_off,
        None => calendar::read::roll(view, bill.maturity)?,
    };
    let amount = match part {
        Some(part) => part,
        None => Money::new(
            bill.sum.currency,
            lot.range.amount().ok_or_else(|| no_lot(&number, &lot))?,
        ),
    };
    Ok(Json(At {
        height: snapshot.state.height(),
        body: QuoteBody {
            bill: number,
            lot: lot.range,
            amount,
            rate: asked.rate,
            day_count: asked.day_count,
            on,
            until,
            quote,
        },
    }))
}

/// The lot that a query names by its range, `START-END`.
///
/// # Errors
/// `BAD_REQUEST` for a text that is no range, `NO_SUCH_LOT`.
pub fn lot_named(view: &dyn View, number: &InstrumentNumber, text: &str) -> Result<Lot, ApiError> {
    let range: LotRange = text
        .parse()
        .map_err(|e| ApiError::bad_request(format!("lot: {e}")))?;
    read::lot(view, number, range.start)?
        .filter(|lot| lot.range == range)
        .ok_or_else(|| ApiError::new(Code::NoSuchLot, format!("{number}:{range}")))
}

fn no_lot(number: &InstrumentNumber, lot: &Lot) -> ApiError {
    ApiError::internal(format!("{number} has an empty lot {}", lot.range))
}

fn no_price(error: QuoteError) -> ApiError {
    let text = error.to_string();
    match error {
        QuoteError::DatesWrong { .. } => ApiError::bad_request(text),
        QuoteError::RateWrong { .. } => ApiError::new(Code::RateWrong, text),
        QuoteError::PartWrong { .. } => ApiError::new(Code::PartTooLarge, text),
    }
}
