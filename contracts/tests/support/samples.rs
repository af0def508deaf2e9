//! One sample of every call, and what samples are made of.

use crate::support::*;
use allonge_contracts::bills::{
    BillKind, BillNumber, Market, Pledge, Profile, RefusalCode, RepoDates, Settlement, UseLimits,
};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::params::ParamName;
use allonge_contracts::{Call, DayCount, Hash, Money, Rate, RequestId, Text};

pub fn text<const N: usize>(text: &str) -> Text<N> {
    text.parse().unwrap()
}

pub fn number() -> BillNumber {
    "510210009999620270105000000011".parse().unwrap()
}

pub fn id() -> RequestId {
    RequestId(std::array::from_fn(|i| i as u8))
}

pub fn hash(byte: u8) -> Hash {
    Hash([byte; 32])
}

pub fn limits() -> UseLimits {
    UseLimits {
        holders: vec![member("s1"), member("s2")],
        roles: vec![Role::Bank],
        from: Some(date("2027-01-06")),
        until: Some(date("2027-03-31")),
        purpose: text("steel"),
    }
}

pub fn repo() -> RepoDates {
    RepoDates {
        open_from: date("2027-02-01"),
        cut_off: date("2027-03-01"),
    }
}

pub fn pledge() -> Pledge {
    Pledge {
        pledgee: member("bank-a"),
        debt: yuan("0.80"),
        debt_due: date("2027-03-01"),
        hand: 4,
    }
}

/// One of every call, in order of number; those with optional parts have them.
pub fn calls() -> Vec<Call> {
    vec![
        Admit {
            member: member("acme-2"),
            roles: vec![Role::Enterprise, Role::Factor],
            legal_id: Some("529900T8BM49AURSDO55".parse().unwrap()),
            bank_number: bank_number("102100099996"),
            account_bank: Some(member("bank-a")),
            keys: vec![key(1), key(2)],
            threshold: 2,
        }
        .into(),
        Suspend {
            member: member("core"),
            reason: text("audit 2027/3"),
        }
        .into(),
        Reinstate {
            member: member("core"),
            reason: text("审计完成"),
        }
        .into(),
        RotateKeys {
            keys: vec![key(3)],
            threshold: 1,
        }
        .into(),
        Declare {
            assets: yuan("1,000,000.00"),
            deposits: yuan("800,000.00"),
            margin: yuan("0.00"),
        }
        .into(),
        RecordInsolvency {
            member: member("core"),
            order: text("(2027) 17"),
            lifted: true,
        }
        .into(),
        Mint {
            to: member("bank-a"),
            money: yuan("1,000,000.00"),
            reference: text("m-1"),
        }
        .into(),
        Redeem {
            money: yuan("0.01"),
            reference: text(""),
        }
        .into(),
        Transfer {
            to: member("s1"),
            money: Money::new("KWD".parse().unwrap(), 1_234),
            purpose: text("invoice 17"),
            reference: text("p-9"),
        }
        .into(),
        PlaceHold {
            money: Money::new(cny(), u64::MAX),
            releaser: Some(member("s2")),
            until: date("2027-02-01"),
            reference: text("h"),
        }
        .into(),
        ReleaseHold { hold: id() }.into(),
        Register {
            kind: BillKind::Bank,
            acceptor: member("bank-a"),
            payee: member("s1"),
            sum: yuan("1,001.00"),
            maturity: date("2027-04-05"),
            issue_date: Some(date("2027-01-05")),
            splittable: true,
            not_transferable: false,
            trade_background: vec![hash(7), hash(8)],
            profile: Profile::Geneva,
            limits: Some(limits()),
        }
        .into(),
        RequestAcceptance {
            bill: BillRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }
        .into(),
        RequestDelivery {
            bill: BillRef::Number(number()),
            answer_by: Some(date("2027-01-20")),
        }
        .into(),
        RequestEndorsement {
            bill: BillRef::Number(number()),
            lot: lot("101-100100"),
            part: Some(yuan("121.00")),
            to: member("s2"),
            not_transferable: true,
            purpose: text("steel"),
            answer_by: None,
        }
        .into(),
        Revoke {
            bill: BillRef::Number(number()),
        }
        .into(),
        Present {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            explanation: text("the office was flooded"),
        }
        .into(),
        RequestUnusedReturn {
            bill: BillRef::Number(number()),
            answer_by: None,
        }
        .into(),
        RequestUnmark {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            answer_by: None,
        }
        .into(),
        RequestGuarantee {
            bill: BillRef::Call(CallIndex { call: 0 }),
            lot: None,
            part: None,
            guarantor: member("s2"),
            ward: Some(member("core")),
            answer_by: Some(date("2027-02-01")),
        }
        .into(),
        RequestDiscount {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            to: member("bank-a"),
            market: Market::Interbank,
            rate: Rate(18_500),
            day_count: DayCount::Act365,
            repo: Some(repo()),
            settlement: Settlement::Free,
            without_liability: true,
            papers: vec![hash(7)],
            purpose: text("steel"),
            answer_by: None,
        }
        .into(),
        RequestRedemption {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        RequestPledge {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            to: member("bank-a"),
            debt: yuan("0.80"),
            debt_due: date("2027-03-01"),
            purpose: text(""),
            answer_by: None,
        }
        .into(),
        RequestRelease {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            price: Some(yuan("0.80")),
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        Disclose {
            bill: BillRef::Number(number()),
        }
        .into(),
        Narrow {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            unsplittable: true,
            limits: Some(limits()),
        }
        .into(),
        ApplyProceeds {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
        }
        .into(),
        ReleaseProceeds {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
        }
        .into(),
        AcceptPart {
            request: RequestRef::Id(id()),
            terms: hash(9),
            part: yuan("0.60"),
        }
        .into(),
        Agree {
            request: RequestRef::Id(id()),
            terms: hash(9),
        }
        .into(),
        Refuse {
            request: RequestRef::Id(id()),
            terms: hash(9),
            code: RefusalCode::Other,
            text: text("not ours"),
        }
        .into(),
        Withdraw {
            request: RequestRef::Call(CallIndex { call: 1 }),
        }
        .into(),
        AdvanceClock {
            to: date("2027-04-05"),
        }
        .into(),
        SetCalendar {
            closed: vec![date("2027-10-01"), date("2027-10-04")],
            open: vec![date("2027-10-09")],
        }
        .into(),
        Notify {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            parties: vec![member("core"), member("s1")],
            costs: Some(yuan("150.00")),
            text: text("refused on the day"),
        }
        .into(),
        Offer {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            money: Some(yuan("0.51")),
            answer_by: None,
        }
        .into(),
        Freeze {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            order: text("(2027) 18"),
        }
        .into(),
        Stop {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            order: text("(2027) 19"),
        }
        .into(),
        Unfreeze {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            order: text("(2027) 20"),
        }
        .into(),
        OrderTransfer {
            bill: BillRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            order: text("(2027) 21"),
            to: member("s2"),
        }
        .into(),
        SetParam {
            name: ParamName::RecourseRate,
            value: 38_500,
            from: date("2027-07-01"),
        }
        .into(),
    ]
}
