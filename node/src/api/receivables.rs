//! Receivable certificates, their lots and hands, and how far an issuer's credit has reached.

use super::Api;
use super::bills::{lot_key, lot_of, number_of, part_key, part_of};
use super::error::ApiError;
use super::members::must_exist;
use super::pages::{List, cut};
use super::params::{Named, Page, Params, limit};
use super::requests::view_of;
use super::types::{
    At, CertificateBody, CertificateHolding, CertificateHoldingsBody, CertificateReach,
    CertificatesBody, ReachBody,
};
use allonge_contracts::instruments::{InstrumentKind, InstrumentNumber, read as instruments};
use allonge_contracts::receivables::{Certificate, reach as reach_of, read};
use allonge_contracts::state::{StateFault, View};
use allonge_contracts::{Code, MemberId, Money};
use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Filter {
    issuer: Option<MemberId>,
    holder: Option<MemberId>,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/receivables?issuer=` and `GET /v1/receivables?holder=`.
pub async fn list(
    State(api): State<Api>,
    Params(filter): Params<Filter>,
) -> Result<Response, ApiError> {
    let limit = limit(filter.limit)?;
    let cursor = filter.cursor.as_deref();
    match (filter.issuer, filter.holder) {
        (Some(issuer), None) => Ok(opened_by(api, issuer, cursor, limit).await?.into_response()),
        (None, Some(holder)) => Ok(held_by(api, holder, cursor, limit).await?.into_response()),
        _ => Err(ApiError::bad_request(
            "query: name either an `issuer` or a `holder`",
        )),
    }
}

async fn opened_by(
    api: Api,
    issuer: MemberId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Json<At<CertificatesBody>>, ApiError> {
    let pins = api.pins.clone();
    api.page(List::Certificates, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &issuer)?;
        let after = key.map(|key| number_of(&key)).transpose()?;
        let found = read::opened_by(view, &issuer, after.as_ref(), limit.saturating_add(1))?;
        let (certificates, more) = cut(found, limit);
        let next = certificates.last().filter(|_| more).map(|last| {
            let key = last.number.as_str().as_bytes();
            pins.next(snapshot, List::Certificates, key)
        });
        Ok(CertificatesBody {
            issuer,
            certificates,
            next,
        })
    })
    .await
}

async fn held_by(
    api: Api,
    holder: MemberId,
    cursor: Option<&str>,
    limit: usize,
) -> Result<Json<At<CertificateHoldingsBody>>, ApiError> {
    let pins = api.pins.clone();
    let list = List::CertificateHoldings;
    api.page(list, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &holder)?;
        let after = key.map(|key| lot_of(&key)).transpose()?;
        let after = after.as_ref().map(|(number, start)| (number, *start));
        let kind = InstrumentKind::Certificate;
        let one_more = limit.saturating_add(1);
        let found = instruments::held_by(view, &holder, kind, after, one_more)?;
        let (lots, more) = cut(found, limit);
        let next = lots
            .last()
            .filter(|_| more)
            .map(|(number, lot)| pins.next(snapshot, list, &lot_key(number, lot)));
        let mut holdings: Vec<CertificateHolding> = Vec::with_capacity(lots.len());
        for (number, lot) in lots {
            let certificate = existing(view, &number)?;
            let minor = lot
                .range
                .amount()
                .ok_or_else(|| StateFault::new("lots", format!("an empty lot of {number}")))?;
            holdings.push(CertificateHolding {
                money: Money::new(certificate.sum.currency, minor),
                certificate,
                lot,
            });
        }
        Ok(CertificateHoldingsBody {
            holder,
            holdings,
            next,
        })
    })
    .await
}

/// `GET /v1/receivables/{number}`.
pub async fn show(
    State(api): State<Api>,
    Named(number): Named<InstrumentNumber>,
    Params(page): Params<Page>,
) -> Result<Json<At<CertificateBody>>, ApiError> {
    let limit = limit(page.limit)?;
    let pins = api.pins.clone();
    let list = List::Certificate;
    api.page(list, page.cursor.as_deref(), move |snapshot, key| {
        let view = &snapshot.state.trie;
        let certificate = read::certificate(view, &number)?
            .ok_or_else(|| ApiError::new(Code::NoSuchCertificate, number.as_str()))?;
        let (from_lot, from_hand) = match key {
            Some(key) => part_of(&key, &number)?,
            None => (Some(0), Some(0)),
        };
        let one_more = limit.saturating_add(1);
        let lots = match from_lot {
            Some(from) => instruments::lots(view, &number, from, one_more)?,
            None => Vec::new(),
        };
        let hands = match from_hand {
            Some(from) => instruments::hands(view, &number, from, one_more)?,
            None => Vec::new(),
        };
        let next_lot = lots.get(limit).map(|lot| lot.range.start);
        let next_hand = hands.get(limit).map(|hand| hand.number);
        let (lots, _) = cut(lots, limit);
        let (hands, _) = cut(hands, limit);
        let requests = lots
            .iter()
            .filter_map(|lot| lot.request)
            .map(|id| view_of(view, &id))
            .collect::<Result<_, _>>()?;
        let next = (next_lot.is_some() || next_hand.is_some()).then(|| {
            let key = part_key(&number, next_lot, next_hand);
            pins.next(snapshot, list, &key)
        });
        Ok(CertificateBody {
            certificate,
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
pub struct OfIssuer {
    issuer: MemberId,
    cursor: Option<String>,
    limit: Option<usize>,
}

/// `GET /v1/receivables/reach?issuer=`.
pub async fn reach(
    State(api): State<Api>,
    Params(filter): Params<OfIssuer>,
) -> Result<Json<At<ReachBody>>, ApiError> {
    let limit = limit(filter.limit)?;
    let issuer = filter.issuer;
    let pins = api.pins.clone();
    let cursor = filter.cursor.as_deref();
    api.page(List::Reach, cursor, move |snapshot, key| {
        let view = &snapshot.state.trie;
        must_exist(view, &issuer)?;
        let after = key.map(|key| number_of(&key)).transpose()?;
        let found = read::opened_by(view, &issuer, after.as_ref(), limit.saturating_add(1))?;
        let (found, more) = cut(found, limit);
        let next = found.last().filter(|_| more).map(|last| {
            let key = last.number.as_str().as_bytes();
            pins.next(snapshot, List::Reach, key)
        });
        let certificates = found
            .into_iter()
            .map(|certificate| {
                let number = &certificate.number;
                let lots = instruments::lots(view, number, 0, usize::MAX)?;
                let hands = instruments::hands(view, number, 0, usize::MAX)?;
                Ok(CertificateReach {
                    tiers: reach_of(&certificate, &lots, &hands),
                    certificate,
                })
            })
            .collect::<Result<_, StateFault>>()?;
        Ok(ReachBody {
            issuer,
            certificates,
            next,
        })
    })
    .await
}

fn existing(view: &dyn View, number: &InstrumentNumber) -> Result<Certificate, StateFault> {
    read::certificate(view, number)?
        .ok_or_else(|| StateFault::new("certificates", format!("{number} is missing")))
}
