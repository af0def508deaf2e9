//! Calls on certificates, papers, instructions and netting in short form.

use super::asks::date;
use super::*;
use allonge_contracts::bills::{InstrumentNumber, LotRange, Settlement};
use allonge_contracts::calls::*;
use allonge_contracts::receivables::Quoted;
use allonge_contracts::settlement::{CashLeg, Leg, LotLeg};
use allonge_contracts::trade::{Backing, ClaimKind, PaperBody};
use allonge_contracts::{CallResult, DayCount};

/// A member with one key, admitted by the regulator; an account at `bank` if it is an enterprise.
pub fn admit(name: &str, role: Role) -> Call {
    Admit {
        member: id(name),
        roles: vec![role],
        legal_id: None,
        bank_number: None,
        account_bank: (role == Role::Enterprise).then(|| id("bank")),
        keys: vec![public(&key(name))],
        threshold: 1,
    }
    .into()
}

/// Those that certificates and trade papers need besides the members of genesis: a core enterprise, a factor, a finance
/// company and an attestor.
pub fn admissions() -> Vec<Call> {
    vec![
        admit("core", Role::Enterprise),
        admit("factor", Role::Factor),
        admit("house", Role::FinanceCompany),
        admit("auditor", Role::Attestor),
    ]
}

pub fn mint(to: &str, minor: u64) -> Call {
    Mint {
        to: id(to),
        money: cny(minor),
        reference: Default::default(),
    }
    .into()
}

pub fn grant_line(issuer: &str, minor: u64) -> Call {
    GrantLine {
        issuer: id(issuer),
        limit: cny(minor),
        until: None,
    }
    .into()
}

/// The commitment of the invoice of this number.
pub fn invoice_id(number: u64) -> Hash {
    tagged_hash("test/invoice", &[&number.to_le_bytes()])
}

pub fn record(paper: PaperBody) -> Call {
    RecordPaper { paper }.into()
}

pub fn invoice(number: u64, seller: &str, buyer: &str, minor: u64) -> Call {
    record(PaperBody::Invoice {
        commitment: invoice_id(number),
        seller: id(seller),
        buyer: id(buyer),
        value: cny(minor),
        date: date("2027-01-02"),
    })
}

/// So much of one invoice.
pub fn backed_by(number: u64, minor: u64) -> Vec<Backing> {
    vec![Backing {
        paper: invoice_id(number),
        money: cny(minor),
    }]
}

/// A certificate that may be split, whole backed by one invoice.
pub fn open(line: RequestId, payee: &str, minor: u64, due: &str, invoice: u64) -> OpenCertificate {
    OpenCertificate {
        line,
        payee: id(payee),
        sum: cny(minor),
        due: date(due),
        splittable: true,
        notice_only: false,
        max_tier: None,
        term_reason: Default::default(),
        backing: backed_by(invoice, minor),
    }
}

fn made_by(call: u8) -> InstrumentRef {
    InstrumentRef::Call(CallIndex { call })
}

/// For the certificate that an earlier call of the transaction opened.
pub fn ask_signature_of(call: u8) -> Call {
    RequestSignature {
        certificate: made_by(call),
        answer_by: None,
    }
    .into()
}

pub fn ask_transfer(
    certificate: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &str,
) -> TransferLot {
    TransferLot {
        certificate: InstrumentRef::Number(certificate),
        lot,
        part,
        to: id(to),
        purpose: Default::default(),
        answer_by: None,
    }
}

/// At 4.2 %, the whole amount advanced.
pub fn ask_finance(
    certificate: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &str,
    recourse: bool,
) -> FinanceLot {
    FinanceLot {
        certificate: InstrumentRef::Number(certificate),
        lot,
        part,
        to: id(to),
        rate: "4.2%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: None,
        recourse,
        registry: "ZDW-1".parse().unwrap(),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
}

pub fn ask_lot_pledge(
    certificate: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &str,
    debt: u64,
    due: &str,
) -> Call {
    RequestPledge {
        instrument: InstrumentRef::Number(certificate),
        lot,
        part,
        to: id(to),
        debt: cny(debt),
        debt_due: date(due),
        purpose: Default::default(),
        answer_by: None,
        registry: "ZDW-2".parse().unwrap(),
    }
    .into()
}

pub fn ask_quotes(
    certificate: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    to: &[&str],
    until: &str,
) -> Call {
    AskQuotes {
        certificate: InstrumentRef::Number(certificate),
        lot,
        part,
        to: to.iter().map(|name| id(name)).collect(),
        key: PublicKey([44; 32]),
        until: date(until),
    }
    .into()
}

/// Without recourse, at this rate.
pub fn quoted(rate: &str, advance: u64) -> Quoted {
    Quoted {
        rate: rate.parse().unwrap(),
        day_count: DayCount::Act360,
        advance: cny(advance),
        recourse: false,
        salt: Hash([7; 32]),
    }
}

/// A quote that binds until this moment of business time. Nobody opens what is sealed here.
pub fn give_quote(ask: RequestId, funder: &str, quoted: &Quoted, valid_until: u64) -> Call {
    GiveQuote {
        ask,
        commitment: quoted.commitment(&ask, &id(funder)),
        sealed: "00ff".parse().unwrap(),
        valid_until,
    }
    .into()
}

pub fn take_quote(ask: RequestId, funder: &str, opened: Quoted) -> Call {
    TakeQuote {
        ask,
        funder: id(funder),
        opened,
        registry: "ZDW-3".parse().unwrap(),
    }
    .into()
}

pub fn dispute(certificate: InstrumentNumber, lot: LotRange) -> Call {
    DisputeLot {
        certificate: InstrumentRef::Number(certificate),
        lot,
        reason: "short delivery".parse().unwrap(),
    }
    .into()
}

pub fn settle_dispute(certificate: InstrumentNumber, lot: LotRange) -> Call {
    SettleDispute {
        certificate: InstrumentRef::Number(certificate),
        lot,
    }
    .into()
}

pub fn ask_back(certificate: InstrumentNumber, lot: LotRange) -> Call {
    AskBack {
        certificate: InstrumentRef::Number(certificate),
        lot,
        costs: Some(cny(30)),
        answer_by: None,
    }
    .into()
}

pub fn redeem_lot(certificate: InstrumentNumber, lot: LotRange) -> Call {
    RedeemLot {
        certificate: InstrumentRef::Number(certificate),
        lot,
    }
    .into()
}

pub fn claim_invoice(number: u64, to: &str, minor: u64, kind: ClaimKind, registry: &str) -> Call {
    ClaimInvoice {
        paper: invoice_id(number),
        to: id(to),
        kind,
        money: cny(minor),
        registry: registry.parse().unwrap(),
        notice: !registry.is_empty(),
    }
    .into()
}

/// That `auditor` is to attest.
pub fn set_condition(deadline: &str) -> Call {
    SetCondition {
        statement: "the goods are at the warehouse".parse().unwrap(),
        attestor: id("auditor"),
        deadline: date(deadline),
    }
    .into()
}

/// What an earlier call of the transaction asked waits for the condition that another one set.
pub fn escrow_of(request: u8, condition: u8) -> Call {
    Escrow {
        request: RequestRef::Call(CallIndex { call: request }),
        condition: ConditionRef::Call(CallIndex { call: condition }),
    }
    .into()
}

pub fn fulfil(condition: RequestId) -> Call {
    FulfilCondition {
        condition,
        document: Some(Hash([9; 32])),
    }
    .into()
}

pub fn pays(from: &str, to: &str, minor: u64) -> Leg {
    Leg::Cash(CashLeg {
        from: id(from),
        to: id(to),
        money: cny(minor),
        purpose: "against paper".parse().unwrap(),
    })
}

pub fn delivers(
    instrument: InstrumentNumber,
    lot: LotRange,
    part: Option<Money>,
    from: &str,
    to: &str,
) -> Leg {
    Leg::Lot(LotLeg {
        instrument,
        lot,
        part,
        from: id(from),
        to: id(to),
        purpose: Default::default(),
    })
}

pub fn propose(legs: Vec<Leg>, deadline: &str) -> Call {
    Propose {
        legs,
        deadline: date(deadline),
        reference: "order 7".parse().unwrap(),
    }
    .into()
}

/// The affirmation of the instruction that was proposed.
pub fn affirm(made: &[CallResult]) -> Call {
    let proposed = made.iter().find_map(|result| match result {
        CallResult::Instruction { instruction, terms } => Some((*instruction, *terms)),
        _ => None,
    });
    let (instruction, terms) = proposed.expect("an instruction");
    Affirm {
        instruction: RequestRef::Id(instruction),
        terms,
    }
    .into()
}

pub fn queue(to: &str, minor: u64, priority: u8, deadline: &str) -> Queue {
    Queue {
        to: id(to),
        money: cny(minor),
        priority,
        not_before: None,
        deadline: date(deadline),
        purpose: Default::default(),
        reference: Default::default(),
    }
}

pub fn run_cycle() -> Call {
    RunCycle {
        currency: "CNY".parse().unwrap(),
    }
    .into()
}

/// The certificates that calls made, in order.
pub fn certificates_of(made: &[CallResult]) -> Vec<InstrumentNumber> {
    let certificate = |result: &CallResult| match result {
        CallResult::Certificate(number) => Some(*number),
        _ => None,
    };
    made.iter().filter_map(certificate).collect()
}

/// The ids of lines, questions, conditions, claims and obligations that calls made, in order.
pub fn ids_of(made: &[CallResult]) -> Vec<RequestId> {
    let id = |result: &CallResult| match result {
        CallResult::Line(id)
        | CallResult::Quotes(id)
        | CallResult::Condition(id)
        | CallResult::Claim(id)
        | CallResult::Obligation(id) => Some(*id),
        _ => None,
    };
    made.iter().filter_map(id).collect()
}
