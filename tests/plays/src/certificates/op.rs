//! An act on certificates, as the model carries it out and as the ledger's call.

use super::cast::id;
use crate::cast::{Who, date, money};
use allonge_contracts::bills::{LotRange, RefusalCode, Settlement};
use allonge_contracts::calls::*;
use allonge_contracts::instruments::InstrumentNumber;
use allonge_contracts::{Call, DayCount, Hash, Rate, RequestId};
use allonge_model::certificates::{Opening, Place, Sale, Terms, World};
use allonge_model::{Broken, Frozen};

/// An act by somebody; lines, certificates and requests are meant by their places in the model's lists.
#[derive(Clone, Debug)]
pub enum Op {
    Pay {
        to: Who,
        amount: u64,
    },
    Grant {
        issuer: Who,
        limit: u64,
        until: Option<u32>,
    },
    ChangeLine {
        line: usize,
        limit: u64,
        until: Option<u32>,
    },
    Open(Opening),
    AskConfirmation {
        certificate: usize,
        to: Who,
        by: Option<u32>,
    },
    AskSignature {
        certificate: usize,
        by: Option<u32>,
    },
    Cancel(usize),
    Transfer {
        place: Place,
        to: Who,
        by: Option<u32>,
    },
    Finance {
        place: Place,
        to: Who,
        sale: Sale,
        by: Option<u32>,
    },
    AskBack {
        place: Place,
        costs: Option<u64>,
        by: Option<u32>,
    },
    Redeem(Place),
    Dispute(Place),
    Settle(Place),
    Agree(usize),
    Refuse(usize),
    Withdraw(usize),
    Measure {
        place: Place,
        measure: Frozen,
    },
    Unfreeze(Place),
    Order {
        place: Place,
        to: Who,
    },
}

/// What an act made, by its place in the model's lists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Made {
    Nothing,
    Line(usize),
    Certificate(usize),
    Request(usize),
}

/// How the ledger names what the model made.
#[derive(Default)]
pub struct Ids {
    pub lines: Vec<RequestId>,
    pub certificates: Vec<InstrumentNumber>,
    pub requests: Vec<(RequestId, Hash)>,
}

impl Op {
    /// What it is called in the report.
    pub fn name(&self, world: &World) -> &'static str {
        match self {
            Op::Pay { .. } => "pay",
            Op::Grant { .. } => "grant a line",
            Op::ChangeLine { .. } => "change a line",
            Op::Open(_) => "open",
            Op::AskConfirmation { .. } => "ask confirmation",
            Op::AskSignature { .. } => "ask signature",
            Op::Cancel(_) => "cancel",
            Op::Transfer { .. } => "transfer",
            Op::Finance { .. } => "ask finance",
            Op::AskBack { .. } => "ask back",
            Op::Redeem(_) => "redeem",
            Op::Dispute(_) => "dispute",
            Op::Settle(_) => "settle a dispute",
            Op::Agree(r) => match world.requests[*r].terms {
                Terms::Confirmation => "agree to confirmation",
                Terms::Signature => "agree to signature",
                Terms::Transfer => "agree to transfer",
                Terms::Finance(_) => "agree to finance",
                Terms::AskBack(_) => "agree to ask back",
            },
            Op::Refuse(_) => "refuse",
            Op::Withdraw(_) => "withdraw",
            Op::Measure {
                measure: Frozen::Stopped,
                ..
            } => "stop",
            Op::Measure { .. } => "freeze",
            Op::Unfreeze(_) => "unfreeze",
            Op::Order { .. } => "transfer by order",
        }
    }

    /// Lets the model carry it out.
    pub fn in_model(&self, world: &mut World, who: Who) -> Result<Made, Broken> {
        let done = |()| Made::Nothing;
        match self {
            Op::Pay { to, amount } => world.transfer(who, *to, *amount).map(done),
            Op::Grant {
                issuer,
                limit,
                until,
            } => world
                .grant_line(who, *issuer, *limit, *until)
                .map(Made::Line),
            Op::ChangeLine { line, limit, until } => {
                world.change_line(who, *line, *limit, *until).map(done)
            }
            Op::Open(opening) => world.open(who, opening).map(Made::Certificate),
            Op::AskConfirmation {
                certificate,
                to,
                by,
            } => world
                .ask_confirmation(who, *certificate, *to, *by)
                .map(Made::Request),
            Op::AskSignature { certificate, by } => world
                .ask_signature(who, *certificate, *by)
                .map(Made::Request),
            Op::Cancel(certificate) => world.cancel(who, *certificate).map(done),
            Op::Transfer { place, to, by } => world
                .transfer_lot(who, *place, *to, *by)
                .map(|made| made.map_or(Made::Nothing, Made::Request)),
            Op::Finance {
                place,
                to,
                sale,
                by,
            } => world
                .ask_finance(who, *place, *to, sale, *by)
                .map(Made::Request),
            Op::AskBack { place, costs, by } => {
                world.ask_back(who, *place, *costs, *by).map(Made::Request)
            }
            Op::Redeem(place) => world.redeem(who, *place).map(done),
            Op::Dispute(place) => world.dispute(who, *place).map(done),
            Op::Settle(place) => world.settle_dispute(who, *place).map(done),
            Op::Agree(request) => world.agree(who, *request).map(done),
            Op::Refuse(request) => world.refuse(who, *request).map(done),
            Op::Withdraw(request) => world.withdraw(who, *request).map(done),
            Op::Measure { place, measure } => world.measure(who, *place, *measure).map(done),
            Op::Unfreeze(place) => world.unfreeze(who, *place).map(done),
            Op::Order { place, to } => world.order_transfer(who, *place, *to).map(done),
        }
    }

    /// The same as a call of the ledger.
    pub fn as_call(&self, ids: &Ids) -> Call {
        let certificate = |at: usize| InstrumentRef::Number(ids.certificates[at]);
        let lot = |place: &Place| LotRange {
            start: place.lot.0,
            end: place.lot.1,
        };
        let part = |place: &Place| place.part.map(money);
        let request = |at: usize| RequestRef::Id(ids.requests[at].0);
        let by = |day: &Option<u32>| day.map(date);
        let order = || "(2027) 1".parse().expect("a text");
        match self {
            Op::Pay { to, amount } => Transfer {
                to: id(*to),
                money: money(*amount),
                purpose: Default::default(),
                reference: Default::default(),
            }
            .into(),
            Op::Grant {
                issuer,
                limit,
                until,
            } => GrantLine {
                issuer: id(*issuer),
                limit: money(*limit),
                until: by(until),
            }
            .into(),
            Op::ChangeLine { line, limit, until } => ChangeLine {
                line: ids.lines[*line],
                limit: money(*limit),
                until: by(until),
            }
            .into(),
            Op::Open(opening) => OpenCertificate {
                line: ids.lines[opening.line],
                payee: id(opening.payee),
                sum: money(opening.sum),
                due: date(opening.due),
                splittable: opening.splittable,
                notice_only: opening.notice_only,
                max_tier: opening
                    .max_tier
                    .map(|tier| u16::try_from(tier).unwrap_or(u16::MAX)),
                term_reason: if opening.reason { "steel" } else { "" }
                    .parse()
                    .expect("a text"),
                backing: vec![],
            }
            .into(),
            Op::AskConfirmation {
                certificate: at,
                to,
                by: day,
            } => RequestConfirmation {
                certificate: certificate(*at),
                to: id(*to),
                answer_by: by(day),
            }
            .into(),
            Op::AskSignature {
                certificate: at,
                by: day,
            } => RequestSignature {
                certificate: certificate(*at),
                answer_by: by(day),
            }
            .into(),
            Op::Cancel(at) => CancelCertificate {
                certificate: certificate(*at),
            }
            .into(),
            Op::Transfer { place, to, by: day } => TransferLot {
                certificate: certificate(place.certificate),
                lot: lot(place),
                part: part(place),
                to: id(*to),
                purpose: Default::default(),
                answer_by: by(day),
            }
            .into(),
            Op::Finance {
                place,
                to,
                sale,
                by: day,
            } => FinanceLot {
                certificate: certificate(place.certificate),
                lot: lot(place),
                part: part(place),
                to: id(*to),
                rate: Rate(u32::try_from(sale.rate).unwrap_or(u32::MAX)),
                day_count: if sale.year == 365 {
                    DayCount::Act365
                } else {
                    DayCount::Act360
                },
                advance: Some(money(sale.advance)),
                recourse: sale.recourse,
                registry: "ZDW-1".parse().expect("a text"),
                settlement: if sale.free {
                    Settlement::Free
                } else {
                    Settlement::Dvp
                },
                answer_by: by(day),
            }
            .into(),
            Op::AskBack {
                place,
                costs,
                by: day,
            } => AskBack {
                certificate: certificate(place.certificate),
                lot: lot(place),
                costs: costs.map(money),
                answer_by: by(day),
            }
            .into(),
            Op::Redeem(place) => RedeemLot {
                certificate: certificate(place.certificate),
                lot: lot(place),
            }
            .into(),
            Op::Dispute(place) => DisputeLot {
                certificate: certificate(place.certificate),
                lot: lot(place),
                reason: "short delivery".parse().expect("a text"),
            }
            .into(),
            Op::Settle(place) => SettleDispute {
                certificate: certificate(place.certificate),
                lot: lot(place),
            }
            .into(),
            Op::Agree(at) => Agree {
                request: request(*at),
                terms: ids.requests[*at].1,
            }
            .into(),
            Op::Refuse(at) => Refuse {
                request: request(*at),
                terms: ids.requests[*at].1,
                code: RefusalCode::ContractBreach,
                text: Default::default(),
            }
            .into(),
            Op::Measure { place, measure } => {
                let (instrument, lot) = (certificate(place.certificate), lot(place));
                let (part, order) = (part(place), order());
                match measure {
                    Frozen::Stopped => Stop {
                        instrument,
                        lot,
                        part,
                        order,
                    }
                    .into(),
                    _ => Freeze {
                        instrument,
                        lot,
                        part,
                        order,
                    }
                    .into(),
                }
            }
            Op::Unfreeze(place) => Unfreeze {
                instrument: certificate(place.certificate),
                lot: lot(place),
                order: order(),
            }
            .into(),
            Op::Order { place, to } => OrderTransfer {
                instrument: certificate(place.certificate),
                lot: lot(place),
                part: part(place),
                order: order(),
                to: id(*to),
            }
            .into(),
            Op::Withdraw(at) => Withdraw {
                request: request(*at),
            }
            .into(),
        }
    }
}
