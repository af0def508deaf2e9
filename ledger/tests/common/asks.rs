//! Calls on bills in short form: what a test does not name is left as it mostly is.

use super::*;
use allonge_contracts::bills::{BillKind, InstrumentNumber, LotRange, Market, Settlement};
use allonge_contracts::calls::*;
use allonge_contracts::{CallResult, DayCount};

pub fn date(text: &str) -> Date {
    text.parse().unwrap()
}

pub fn range(start: u64, end: u64) -> LotRange {
    LotRange { start, end }
}

fn number(bill: InstrumentNumber) -> InstrumentRef {
    InstrumentRef::Number(bill)
}

/// A bill of a bank to `t-1`.
pub fn register(acceptor: &str, minor: u64, maturity: &str) -> Register {
    Register {
        kind: BillKind::Bank,
        acceptor: id(acceptor),
        payee: id("t-1"),
        sum: cny(minor),
        maturity: date(maturity),
        issue_date: None,
        splittable: true,
        not_transferable: false,
        trade_background: vec![Hash([5; 32])],
        backing: Vec::new(),
        profile: Default::default(),
        limits: None,
    }
}

/// For the bill that an earlier call of the transaction registered.
pub fn ask_acceptance_of(call: u8) -> Call {
    RequestAcceptance {
        bill: InstrumentRef::Call(CallIndex { call }),
        answer_by: None,
    }
    .into()
}

pub fn ask_acceptance(bill: InstrumentNumber) -> Call {
    RequestAcceptance {
        bill: number(bill),
        answer_by: None,
    }
    .into()
}

pub fn ask_delivery(bill: InstrumentNumber) -> Call {
    RequestDelivery {
        bill: number(bill),
        answer_by: None,
    }
    .into()
}

pub fn disclose(bill: InstrumentNumber) -> Call {
    Disclose { bill: number(bill) }.into()
}

pub fn ask_endorsement(
    bill: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &str,
) -> Call {
    RequestEndorsement {
        bill: number(bill),
        lot,
        part,
        to: id(to),
        not_transferable: false,
        purpose: Default::default(),
        answer_by: None,
    }
    .into()
}

/// A sale for good at 3.9 %.
pub fn ask_discount(
    bill: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &str,
) -> RequestDiscount {
    RequestDiscount {
        bill: number(bill),
        lot,
        part,
        to: id(to),
        market: Market::Discount,
        rate: "3.9%".parse().unwrap(),
        day_count: DayCount::Act360,
        repo: None,
        settlement: Settlement::Dvp,
        without_liability: false,
        papers: vec![],
        purpose: Default::default(),
        answer_by: None,
    }
}

pub fn ask_guarantee(bill: InstrumentNumber, lot: LotRange, part: Option<Money>) -> Call {
    RequestGuarantee {
        bill: number(bill),
        lot: Some(lot),
        part,
        guarantor: id("guarantor"),
        ward: None,
        answer_by: None,
    }
    .into()
}

pub fn ask_pledge(
    bill: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &str,
    debt: u64,
    due: &str,
) -> Call {
    RequestPledge {
        instrument: number(bill),
        lot,
        part,
        to: id(to),
        debt: cny(debt),
        debt_due: date(due),
        purpose: Default::default(),
        answer_by: None,
        registry: allonge_contracts::Text::empty(),
    }
    .into()
}

pub fn present(bill: InstrumentNumber, lot: LotRange, part: Option<Money>) -> Call {
    Present {
        bill: number(bill),
        lot,
        part,
        explanation: Default::default(),
    }
    .into()
}

/// To all who are liable.
pub fn notify(bill: InstrumentNumber, lot: LotRange) -> Call {
    Notify {
        bill: number(bill),
        lot,
        parties: vec![],
        costs: None,
        text: Default::default(),
    }
    .into()
}

/// Of the whole claim.
pub fn offer(bill: InstrumentNumber, lot: LotRange) -> Call {
    Offer {
        bill: number(bill),
        lot,
        part: None,
        money: None,
        answer_by: None,
    }
    .into()
}

pub fn freeze(bill: InstrumentNumber, lot: LotRange, part: Option<Money>) -> Call {
    Freeze {
        instrument: number(bill),
        lot,
        part,
        order: "(2027) 18".parse().unwrap(),
    }
    .into()
}

pub fn record_insolvency(member: &str, lifted: bool) -> Call {
    RecordInsolvency {
        member: id(member),
        order: "(2027) 12".parse().unwrap(),
        lifted,
    }
    .into()
}

/// The bills that calls made, in order.
pub fn bills_of(made: &[CallResult]) -> Vec<InstrumentNumber> {
    let bill = |result: &CallResult| match result {
        CallResult::Bill(bill) => Some(*bill),
        _ => None,
    };
    made.iter().filter_map(bill).collect()
}

/// The answers that agree to what was asked, in order.
pub fn agrees(made: &[CallResult]) -> Vec<Call> {
    let agree = |result: &CallResult| match result {
        CallResult::Request { request, terms } => Some(
            Agree {
                request: RequestRef::Id(*request),
                terms: *terms,
            }
            .into(),
        ),
        _ => None,
    };
    made.iter().filter_map(agree).collect()
}
