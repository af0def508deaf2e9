//! One sample of every call, and what samples are made of.

#[allow(dead_code, reason = "not every test needs the events")]
#[path = "sample_gov.rs"]
pub mod sample_gov;

use crate::support::*;
use allonge_contracts::bills::{
    BillKind, InstrumentNumber, Market, Pledge, Profile, RefusalCode, RepoDates, Settlement,
    UseLimits,
};
use allonge_contracts::calls::*;
use allonge_contracts::members::Role;
use allonge_contracts::params::ParamName;
use allonge_contracts::receivables::Quoted;
use allonge_contracts::settlement::{CashLeg, Leg, LotLeg};
use allonge_contracts::trade::{Backing, ClaimEnd, ClaimKind, PaperBody, Verdict};
use allonge_contracts::{Call, DayCount, Hash, Money, Rate, RequestId, Text};

pub fn text<const N: usize>(text: &str) -> Text<N> {
    text.parse().unwrap()
}

pub fn number() -> InstrumentNumber {
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

pub fn backing() -> Backing {
    Backing {
        paper: hash(7),
        money: yuan("800.00"),
    }
}

pub fn invoice() -> PaperBody {
    PaperBody::Invoice {
        commitment: hash(7),
        seller: member("s1"),
        buyer: member("core"),
        value: yuan("1,000.00"),
        date: date("2027-01-04"),
    }
}

/// One body of every kind.
pub fn papers() -> Vec<PaperBody> {
    vec![
        PaperBody::Contract {
            document: hash(6),
            seller: member("s1"),
            buyer: member("core"),
            date: date("2026-12-01"),
        },
        invoice(),
        PaperBody::CreditNote {
            commitment: hash(9),
            invoice: hash(7),
            value: yuan("300.00"),
            date: date("2027-01-05"),
        },
        PaperBody::Goods {
            from: member("s1"),
            to: member("core"),
            goods: text("hot-rolled coil"),
            origin: text("Tangshan"),
            date: date("2027-01-03"),
            quantity: "12.5".parse().unwrap(),
            unit: text("t"),
            price: Some(yuan("1,000.00")),
            grade: text("Q235B"),
        },
        PaperBody::Document { document: hash(5) },
    ]
}

pub fn legs() -> Vec<Leg> {
    vec![
        Leg::Lot(LotLeg {
            instrument: number(),
            lot: lot("101-100100"),
            part: Some(yuan("121.00")),
            from: member("s1"),
            to: member("s2"),
            purpose: text("steel"),
        }),
        Leg::Cash(CashLeg {
            from: member("s2"),
            to: member("s1"),
            money: yuan("120.00"),
            purpose: text("delivery 17"),
        }),
    ]
}

pub fn bilateral() -> Vec<BilateralLimit> {
    vec![BilateralLimit {
        member: member("s2"),
        limit: yuan("1,000,000.00"),
    }]
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
            backing: vec![backing()],
        }
        .into(),
        RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }
        .into(),
        RequestDelivery {
            bill: InstrumentRef::Number(number()),
            answer_by: Some(date("2027-01-20")),
        }
        .into(),
        RequestEndorsement {
            bill: InstrumentRef::Number(number()),
            lot: lot("101-100100"),
            part: Some(yuan("121.00")),
            to: member("s2"),
            not_transferable: true,
            purpose: text("steel"),
            answer_by: None,
        }
        .into(),
        Revoke {
            bill: InstrumentRef::Number(number()),
        }
        .into(),
        Present {
            bill: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            explanation: text("the office was flooded"),
        }
        .into(),
        RequestUnusedReturn {
            bill: InstrumentRef::Number(number()),
            answer_by: None,
        }
        .into(),
        RequestUnmark {
            bill: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            answer_by: None,
        }
        .into(),
        RequestGuarantee {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            lot: None,
            part: None,
            guarantor: member("s2"),
            ward: Some(member("core")),
            answer_by: Some(date("2027-02-01")),
        }
        .into(),
        RequestDiscount {
            bill: InstrumentRef::Number(number()),
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
            bill: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        RequestPledge {
            instrument: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            to: member("bank-a"),
            debt: yuan("0.80"),
            debt_due: date("2027-03-01"),
            purpose: text(""),
            answer_by: None,
            registry: allonge_contracts::Text::empty(),
        }
        .into(),
        RequestRelease {
            instrument: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            price: Some(yuan("0.80")),
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        Disclose {
            bill: InstrumentRef::Number(number()),
        }
        .into(),
        Narrow {
            bill: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            unsplittable: true,
            limits: Some(limits()),
        }
        .into(),
        ApplyProceeds {
            instrument: InstrumentRef::Number(number()),
            lot: lot("1-100"),
        }
        .into(),
        ReleaseProceeds {
            instrument: InstrumentRef::Number(number()),
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
            bill: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            parties: vec![member("core"), member("s1")],
            costs: Some(yuan("150.00")),
            text: text("refused on the day"),
        }
        .into(),
        Offer {
            bill: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            money: Some(yuan("0.51")),
            answer_by: None,
        }
        .into(),
        Freeze {
            instrument: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: Some(yuan("0.50")),
            order: text("(2027) 18"),
        }
        .into(),
        Stop {
            instrument: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            part: None,
            order: text("(2027) 19"),
        }
        .into(),
        Unfreeze {
            instrument: InstrumentRef::Number(number()),
            lot: lot("1-100"),
            order: text("(2027) 20"),
        }
        .into(),
        OrderTransfer {
            instrument: InstrumentRef::Number(number()),
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
    .into_iter()
    .chain(receivables())
    .chain(trade())
    .chain(netting())
    .chain(sample_gov::calls())
    .collect()
}

/// Of every call on trade papers.
fn trade() -> Vec<Call> {
    vec![
        RecordPaper { paper: invoice() }.into(),
        AttestPaper {
            paper: hash(7),
            verdict: Verdict::Denied,
            document: Some(hash(5)),
            text: text("never delivered"),
        }
        .into(),
        SetCondition {
            statement: text("500 t of coil are in the warehouse"),
            attestor: member("attestor"),
            deadline: date("2027-02-01"),
        }
        .into(),
        FulfilCondition {
            condition: id(),
            document: Some(hash(5)),
        }
        .into(),
        ClaimInvoice {
            paper: hash(7),
            to: member("bank-a"),
            kind: ClaimKind::Assignment,
            money: yuan("800.00"),
            registry: text("01234567"),
            notice: true,
        }
        .into(),
        ReleaseClaim {
            claim: id(),
            how: ClaimEnd::Paid,
        }
        .into(),
        Escrow {
            request: RequestRef::Id(id()),
            condition: ConditionRef::Call(CallIndex { call: 1 }),
        }
        .into(),
    ]
}

/// Of every call of netting.
fn netting() -> Vec<Call> {
    vec![
        Propose {
            legs: legs(),
            deadline: date("2027-01-08"),
            reference: text("i-1"),
        }
        .into(),
        Affirm {
            instruction: RequestRef::Call(CallIndex { call: 0 }),
            terms: hash(9),
        }
        .into(),
        CancelInstruction {
            instruction: RequestRef::Id(id()),
        }
        .into(),
        Queue {
            to: member("s2"),
            money: yuan("250,000.00"),
            priority: 3,
            not_before: Some(date("2027-01-06")),
            deadline: date("2027-01-08"),
            purpose: text("delivery 17"),
            reference: text("q-1"),
        }
        .into(),
        Reorder {
            obligation: id(),
            priority: Some(0),
            before: Some(RequestId([9; 16])),
        }
        .into(),
        CancelObligation { obligation: id() }.into(),
        SetLimits {
            currency: cny(),
            multilateral: Some(yuan("5,000,000.00")),
            bilateral: bilateral(),
            reserve: Some(yuan("100,000.00")),
        }
        .into(),
        RunCycle { currency: cny() }.into(),
    ]
}

/// Of every call on certificates.
fn receivables() -> Vec<Call> {
    let certificate = InstrumentRef::Number(certificate_number());
    vec![
        GrantLine {
            issuer: member("core"),
            limit: yuan("5,000,000.00"),
            until: Some(date("2027-12-31")),
        }
        .into(),
        ChangeLine {
            line: id(),
            limit: yuan("6,000,000.00"),
            until: None,
        }
        .into(),
        OpenCertificate {
            line: id(),
            payee: member("s1"),
            sum: yuan("1,000,000.00"),
            due: date("2027-12-05"),
            splittable: true,
            notice_only: false,
            max_tier: Some(4),
            term_reason: text("a machine built to order"),
            backing: vec![backing()],
        }
        .into(),
        RequestConfirmation {
            certificate,
            to: member("bank-b"),
            answer_by: Some(date("2027-01-08")),
        }
        .into(),
        RequestSignature {
            certificate: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        }
        .into(),
        CancelCertificate { certificate }.into(),
        TransferLot {
            certificate,
            lot: lot("1-100000000"),
            part: Some(yuan("350,000.00")),
            to: member("s2"),
            purpose: text("steel"),
            answer_by: Some(date("2027-01-08")),
        }
        .into(),
        FinanceLot {
            certificate,
            lot: lot("35000001-100000000"),
            part: Some(yuan("200,000.00")),
            to: member("finco"),
            rate: rate("4.2%"),
            day_count: DayCount::Act360,
            advance: Some(yuan("180,000.00")),
            recourse: true,
            registry: text("ZDW-2027-000017"),
            settlement: Settlement::Dvp,
            answer_by: None,
        }
        .into(),
        AskQuotes {
            certificate,
            lot: lot("35000001-100000000"),
            part: None,
            to: vec![member("bank-b"), member("finco")],
            key: key(44),
            until: date("2027-01-08"),
        }
        .into(),
        GiveQuote {
            ask: id(),
            commitment: hash(8),
            sealed: text("00ff10"),
            valid_until: 1_799_000_000_000,
        }
        .into(),
        TakeQuote {
            ask: id(),
            funder: member("finco"),
            opened: quoted(),
            registry: text("ZDW-2027-000018"),
        }
        .into(),
        CloseQuotes { ask: id() }.into(),
        AskBack {
            certificate,
            lot: lot("1-100"),
            costs: Some(yuan("80.00")),
            answer_by: None,
        }
        .into(),
        RedeemLot {
            certificate,
            lot: lot("1-100"),
        }
        .into(),
        DisputeLot {
            certificate,
            lot: lot("1-100"),
            reason: text("short delivery"),
        }
        .into(),
        SettleDispute {
            certificate,
            lot: lot("1-100"),
        }
        .into(),
    ]
}

pub fn certificate_number() -> InstrumentNumber {
    let day = date("2027-01-05");
    let bank = "102100099996".parse().unwrap();
    InstrumentNumber::compose(9, bank, day, 2).unwrap()
}

pub fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

pub fn quoted() -> Quoted {
    Quoted {
        rate: rate("3.85%"),
        day_count: DayCount::Act365,
        advance: yuan("200,000.00"),
        recourse: false,
        salt: hash(9),
    }
}
