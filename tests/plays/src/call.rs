//! An act as a call to the ledger.

use crate::cast::{date, id, money, param, role};
use crate::op::Op;
use crate::pair::Ids;
use allonge_contracts::bills::{
    BillKind, InstrumentNumber, LotRange, Market, Profile, RefusalCode, RepoDates, Settlement,
    UseLimits,
};
use allonge_contracts::calls::{self, InstrumentRef, RequestRef};
use allonge_contracts::{Call, DayCount, Hash, Money, Rate};
use allonge_model::{Frozen, Kind, Limits, Place, World};

fn lot(place: &Place) -> LotRange {
    LotRange {
        start: place.lot.0,
        end: place.lot.1,
    }
}

fn part(place: &Place) -> Option<Money> {
    place.part.map(money)
}

fn settlement(free: bool) -> Settlement {
    if free {
        Settlement::Free
    } else {
        Settlement::Dvp
    }
}

fn limits(limits: &Limits) -> UseLimits {
    let mut holders: Vec<_> = limits.holders.iter().map(|who| id(*who)).collect();
    holders.sort();
    let mut roles: Vec<_> = limits.roles.iter().map(|r| role(*r)).collect();
    roles.sort();
    UseLimits {
        holders,
        roles,
        from: limits.from.map(date),
        until: limits.until.map(date),
        purpose: text(&limits.purpose),
    }
}

fn text<const N: usize>(text: &str) -> allonge_contracts::Text<N> {
    text.parse().expect("a short text")
}

fn refusal(code: &str) -> RefusalCode {
    let found = RefusalCode::ALL.iter().find(|known| known.as_str() == code);
    *found.expect("a code of refusal")
}

fn papers(count: usize) -> Vec<Hash> {
    (1u8..).take(count).map(|byte| Hash([byte; 32])).collect()
}

fn order(given: bool) -> allonge_contracts::Text<64> {
    text(if given { "(2027) order 7" } else { "" })
}

/// The same act as a call to the ledger.
pub fn as_call(world: &World, ids: &Ids, op: &Op) -> Call {
    let number = |b: usize| -> InstrumentNumber {
        let bill = world.bills.get(b);
        let text = bill.map_or("510210009999620270105000000011", |b| b.number.as_str());
        text.parse().expect("the number of a bill")
    };
    let bill = |b: usize| InstrumentRef::Number(number(b));
    let at = |place: &Place| bill(place.bill);
    let day = |by: &Option<u32>| by.map(date);
    let request = |r: usize| {
        let (request, terms) = ids.request(r);
        (RequestRef::Id(request), terms)
    };
    match op {
        Op::Transfer { to, amount } => calls::Transfer {
            to: id(*to),
            money: money(*amount),
            purpose: text(""),
            reference: text(""),
        }
        .into(),
        Op::Hold {
            releaser,
            amount,
            until,
        } => calls::PlaceHold {
            money: money(*amount),
            releaser: Some(id(*releaser)),
            until: date(*until),
            reference: text(""),
        }
        .into(),
        Op::ReleaseHold(hold) => calls::ReleaseHold {
            hold: ids.hold(*hold),
        }
        .into(),
        Op::Register(draft) => calls::Register {
            kind: match draft.kind {
                Kind::Bank => BillKind::Bank,
                Kind::Commercial => BillKind::Commercial,
                Kind::FinanceCompany => BillKind::FinanceCompany,
            },
            acceptor: id(draft.acceptor),
            payee: id(draft.payee),
            sum: money(draft.sum),
            maturity: date(draft.maturity),
            issue_date: None,
            splittable: draft.splittable,
            not_transferable: draft.marked,
            trade_background: papers(draft.papers),
            backing: Vec::new(),
            profile: match draft.profile {
                allonge_model::Profile::Prc => Profile::Prc,
                allonge_model::Profile::Geneva => Profile::Geneva,
            },
            limits: draft.limits.as_ref().map(limits),
        }
        .into(),
        Op::Acceptance(b, by) => calls::RequestAcceptance {
            bill: bill(*b),
            answer_by: day(by),
        }
        .into(),
        Op::Revoke(b) => calls::Revoke { bill: bill(*b) }.into(),
        Op::UnusedReturn(b, by) => calls::RequestUnusedReturn {
            bill: bill(*b),
            answer_by: day(by),
        }
        .into(),
        Op::Delivery(b, by) => calls::RequestDelivery {
            bill: bill(*b),
            answer_by: day(by),
        }
        .into(),
        Op::Disclose(b) => calls::Disclose { bill: bill(*b) }.into(),
        Op::Endorse {
            place,
            to,
            mark,
            purpose,
            by,
        } => calls::RequestEndorsement {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            to: id(*to),
            not_transferable: *mark,
            purpose: text(purpose),
            answer_by: day(by),
        }
        .into(),
        Op::Unmark(place, by) => calls::RequestUnmark {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            answer_by: day(by),
        }
        .into(),
        Op::Narrow {
            place,
            unsplittable,
            limits: set,
        } => calls::Narrow {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            unsplittable: *unsplittable,
            limits: set.as_ref().map(limits),
        }
        .into(),
        Op::Guarantee {
            place,
            guarantor,
            ward,
            by,
        } => calls::RequestGuarantee {
            bill: at(place),
            lot: Some(lot(place)),
            part: part(place),
            guarantor: id(*guarantor),
            ward: ward.map(id),
            answer_by: day(by),
        }
        .into(),
        Op::Discount {
            place,
            to,
            sale,
            purpose,
            by,
        } => calls::RequestDiscount {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            to: id(*to),
            market: match sale.market {
                allonge_model::Market::Discount => Market::Discount,
                allonge_model::Market::Interbank => Market::Interbank,
                allonge_model::Market::Rediscount => Market::Rediscount,
            },
            rate: Rate(u32::try_from(sale.rate).expect("a rate")),
            day_count: if sale.year == 360 {
                DayCount::Act360
            } else {
                DayCount::Act365
            },
            repo: sale.repo.map(|(open_from, cut_off)| RepoDates {
                open_from: date(open_from),
                cut_off: date(cut_off),
            }),
            settlement: settlement(sale.free),
            without_liability: sale.without_liability,
            papers: papers(sale.papers),
            purpose: text(purpose),
            answer_by: day(by),
        }
        .into(),
        Op::Redemption { place, free, by } => calls::RequestRedemption {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            settlement: settlement(*free),
            answer_by: day(by),
        }
        .into(),
        Op::Pledge {
            place,
            pledge,
            purpose,
            by,
        } => calls::RequestPledge {
            instrument: at(place),
            lot: lot(place),
            part: part(place),
            to: id(pledge.pledgee),
            debt: money(pledge.debt),
            debt_due: date(pledge.debt_due),
            purpose: text(purpose),
            answer_by: day(by),
            registry: allonge_contracts::Text::empty(),
        }
        .into(),
        Op::Release {
            place,
            price,
            free,
            by,
        } => calls::RequestRelease {
            instrument: at(place),
            lot: lot(place),
            part: part(place),
            price: price.map(money),
            settlement: settlement(*free),
            answer_by: day(by),
        }
        .into(),
        Op::Present { place, explained } => calls::Present {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            explanation: text(if *explained { "by oversight" } else { "" }),
        }
        .into(),
        Op::Agree(r) => {
            let (request, terms) = request(*r);
            calls::Agree { request, terms }.into()
        }
        Op::AcceptPart(r, part) => {
            let (request, terms) = request(*r);
            calls::AcceptPart {
                request,
                terms,
                part: money(*part),
            }
            .into()
        }
        Op::Refuse(r, code) => {
            let (request, terms) = request(*r);
            calls::Refuse {
                request,
                terms,
                code: refusal(code),
                text: text("as said on the telephone"),
            }
            .into()
        }
        Op::Withdraw(r) => calls::Withdraw {
            request: request(*r).0,
        }
        .into(),
        Op::ApplyProceeds(place) => calls::ApplyProceeds {
            instrument: at(place),
            lot: lot(place),
        }
        .into(),
        Op::ReleaseProceeds(place) => calls::ReleaseProceeds {
            instrument: at(place),
            lot: lot(place),
        }
        .into(),
        Op::Notify {
            place,
            parties,
            costs,
        } => calls::Notify {
            bill: at(place),
            lot: lot(place),
            parties: parties.iter().map(|who| id(*who)).collect(),
            costs: costs.map(money),
            text: text(""),
        }
        .into(),
        Op::Offer {
            place,
            money: sum,
            by,
        } => calls::Offer {
            bill: at(place),
            lot: lot(place),
            part: part(place),
            money: sum.map(money),
            answer_by: day(by),
        }
        .into(),
        Op::Measure {
            place,
            order: given,
            measure: Frozen::Stopped,
        } => calls::Stop {
            instrument: at(place),
            lot: lot(place),
            part: part(place),
            order: order(*given),
        }
        .into(),
        Op::Measure {
            place,
            order: given,
            ..
        } => calls::Freeze {
            instrument: at(place),
            lot: lot(place),
            part: part(place),
            order: order(*given),
        }
        .into(),
        Op::Unfreeze(place, given) => calls::Unfreeze {
            instrument: at(place),
            lot: lot(place),
            order: order(*given),
        }
        .into(),
        Op::OrderTransfer {
            place,
            order: given,
            to,
        } => calls::OrderTransfer {
            instrument: at(place),
            lot: lot(place),
            part: part(place),
            order: order(*given),
            to: id(*to),
        }
        .into(),
        Op::Declare {
            assets,
            deposits,
            margin,
        } => calls::Declare {
            assets: money(*assets),
            deposits: money(*deposits),
            margin: money(*margin),
        }
        .into(),
        Op::Insolvency { member, lifted } => calls::RecordInsolvency {
            member: id(*member),
            order: order(true),
            lifted: *lifted,
        }
        .into(),
        Op::SetParam(name, value, from) => calls::SetParam {
            name: param(name),
            value: *value,
            from: date(*from),
        }
        .into(),
        Op::SetCalendar { closed, open } => calls::SetCalendar {
            closed: closed.iter().map(|day| date(*day)).collect(),
            open: open.iter().map(|day| date(*day)).collect(),
        }
        .into(),
        Op::Suspend(member) => calls::Suspend {
            member: id(*member),
            reason: text("a test"),
        }
        .into(),
        Op::Reinstate(member) => calls::Reinstate {
            member: id(*member),
            reason: text("a test"),
        }
        .into(),
    }
}
