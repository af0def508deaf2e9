//! One sample of every event.

#[path = "sample_receivable_events.rs"]
mod sample_receivable_events;
#[path = "sample_settling_events.rs"]
mod sample_settling_events;

use crate::samples::*;
use crate::support::*;
use allonge_contracts::bills::{
    Bill, BillKind, Claim, Frozen, Market, Profile, RefusalCode, Sale, Settlement,
};
use allonge_contracts::events::*;
use allonge_contracts::params::ParamName;
use allonge_contracts::requests::{Request, Terms};
use allonge_contracts::trade::{
    Attestation, ClaimEnd, ClaimKind, Condition, ConditionStatus, Draw, Financing, InvoiceClaim,
    Paper, Usage, Verdict,
};
use allonge_contracts::{Code, DayCount, Event, Rate};

fn bill() -> Bill {
    Bill {
        number: number(),
        kind: BillKind::Bank,
        sum: yuan("1,001.00"),
        drawer: member("core"),
        acceptor: member("bank-a"),
        payee: member("s1"),
        issue_date: date("2027-01-05"),
        maturity: date("2027-04-05"),
        splittable: true,
        trade_background: vec![hash(7)],
        window_end: date("2027-04-15"),
        payable_on: date("2027-04-05"),
        profile: Profile::Prc,
        disclosed_on: Some(date("2027-01-07")),
        accepted: 100_100,
        hands: 1,
    }
}

/// One of every event, in order of number.
pub fn events() -> Vec<Event> {
    let (core, bank, s1, s2) = (member("core"), member("bank-a"), member("s1"), member("s2"));
    let money = yuan("121.00");
    let part = lot("101-12200");
    vec![
        MemberAdmitted {
            member: s2.clone(),
            by: bank.clone(),
        }
        .into(),
        MemberSuspended {
            member: s2.clone(),
            by: bank.clone(),
            reason: text("audit"),
        }
        .into(),
        MemberReinstated {
            member: s2.clone(),
            by: bank.clone(),
            reason: text(""),
        }
        .into(),
        KeysRotated { member: s2.clone() }.into(),
        MemberDeclared {
            member: bank.clone(),
            assets: yuan("1,000,000.00"),
            deposits: yuan("800,000.00"),
            margin: yuan("0.00"),
        }
        .into(),
        InsolvencyRecorded {
            member: core.clone(),
            by: bank.clone(),
            order: text("(2027) 17"),
            lifted: false,
        }
        .into(),
        CashMinted {
            by: bank.clone(),
            to: s1.clone(),
            money,
            reference: text("m-1"),
        }
        .into(),
        CashRedeemed {
            by: bank.clone(),
            money,
            reference: text("r-1"),
        }
        .into(),
        CashTransferred {
            from: s1.clone(),
            to: s2.clone(),
            money,
            purpose: text("invoice 17"),
            reference: text("p-9"),
        }
        .into(),
        CashHeld {
            hold: id(),
            owner: s1.clone(),
            money,
            until: date("2027-02-01"),
        }
        .into(),
        CashReleased {
            hold: id(),
            owner: s1.clone(),
            money,
        }
        .into(),
        BillRegistered { bill: bill() }.into(),
        BillAccepted {
            bill: number(),
            acceptor: bank.clone(),
            money: yuan("1,001.00"),
        }
        .into(),
        BillDelivered {
            bill: number(),
            from: core.clone(),
            to: s1.clone(),
            money: yuan("1,001.00"),
        }
        .into(),
        BillEndorsed {
            bill: number(),
            lot: part,
            from: s1.clone(),
            to: s2.clone(),
            money,
            not_transferable: true,
        }
        .into(),
        BillRevoked {
            bill: number(),
            by: core.clone(),
        }
        .into(),
        BillPresented {
            bill: number(),
            lot: part,
            holder: s2.clone(),
            acceptor: bank.clone(),
            money,
            request: id(),
            by_clock: true,
        }
        .into(),
        BillPaid {
            bill: number(),
            lot: part,
            from: bank.clone(),
            to: s2.clone(),
            money,
            by_clock: true,
        }
        .into(),
        BillDishonoured {
            bill: number(),
            lot: part,
            holder: s2.clone(),
            acceptor: bank.clone(),
            code: RefusalCode::LowBalance,
            text: text(""),
            by_clock: true,
        }
        .into(),
        BillTerminated {
            bill: number(),
            lot: lot("1-100100"),
            reason: text("undelivered"),
        }
        .into(),
        LotSplit {
            instrument: number(),
            moved: part,
            kept: lot("12201-100100"),
        }
        .into(),
        LotRejoined {
            instrument: number(),
            lot: lot("101-100100"),
        }
        .into(),
        BillReturned {
            bill: number(),
            from: core.clone(),
            to: bank.clone(),
            money,
        }
        .into(),
        BillUnmarked {
            bill: number(),
            lot: part,
            holder: s1.clone(),
            by: core.clone(),
        }
        .into(),
        BillGuaranteed {
            bill: number(),
            lot: part,
            guarantor: s2.clone(),
            ward: s1.clone(),
            money,
        }
        .into(),
        BillDiscounted {
            bill: number(),
            lot: part,
            from: s1.clone(),
            to: bank.clone(),
            money,
            price: yuan("120.00"),
            sale: Sale {
                market: Market::Discount,
                rate: Rate(39_000),
                day_count: DayCount::Act360,
                interest: 100,
                repo: Some(repo()),
            },
            settlement: Settlement::Dvp,
        }
        .into(),
        BillRedeemed {
            bill: number(),
            lot: part,
            from: bank.clone(),
            to: s1.clone(),
            money,
            settlement: Settlement::Dvp,
        }
        .into(),
        BillRepoLapsed {
            bill: number(),
            lot: part,
            seller: s1.clone(),
            holder: bank.clone(),
            money,
        }
        .into(),
        LotPledged {
            instrument: number(),
            lot: part,
            pledgor: s1.clone(),
            pledge: pledge(),
            money,
        }
        .into(),
        LotReleased {
            instrument: number(),
            lot: part,
            pledgor: s1.clone(),
            pledgee: bank.clone(),
            price: Some(money),
            settlement: Settlement::Dvp,
        }
        .into(),
        BillDisclosed {
            bill: number(),
            acceptor: bank.clone(),
        }
        .into(),
        BillNarrowed {
            bill: number(),
            lot: part,
            by: s1.clone(),
            splittable: false,
            limits: Some(limits()),
        }
        .into(),
        ProceedsHeld {
            instrument: number(),
            lot: part,
            owner: s1.clone(),
            money,
            pledge: Some(pledge()),
            frozen: false,
        }
        .into(),
        ProceedsPaid {
            instrument: number(),
            lot: part,
            owner: s1.clone(),
            to: Some(bank.clone()),
            paid: yuan("0.80"),
            freed: yuan("120.20"),
        }
        .into(),
        RequestMade { request: request() }.into(),
        RequestRefused {
            request: id(),
            instrument: number(),
            lot: part,
            by: s2.clone(),
            code: RefusalCode::Other,
            text: text("not ours"),
        }
        .into(),
        RequestWithdrawn {
            request: id(),
            instrument: number(),
            lot: part,
            by: s1.clone(),
        }
        .into(),
        RequestLapsed {
            request: id(),
            instrument: number(),
            lot: part,
        }
        .into(),
        DayBegan {
            date: date("2027-04-05"),
        }
        .into(),
        DayClosed {
            date: date("2027-04-05"),
        }
        .into(),
        ClockAdvanced {
            by: core.clone(),
            to: date("2027-04-05"),
        }
        .into(),
        CalendarChanged {
            by: bank.clone(),
            closed: vec![date("2027-10-01")],
            open: vec![],
        }
        .into(),
        RecourseNoticed {
            bill: number(),
            lot: part,
            claimant: s2.clone(),
            parties: vec![core.clone(), s1.clone()],
            claim: Claim {
                base: 12_100,
                interest_from: date("2027-04-05"),
                costs: 15_000,
                since: date("2027-04-05"),
                again: false,
                late: false,
                noticed: vec![member("core"), member("s1")],
            },
            late: true,
            text: text("refused on the day"),
        }
        .into(),
        RecourseSettled {
            bill: number(),
            lot: part,
            from: s1.clone(),
            to: s2.clone(),
            money,
            ended: false,
        }
        .into(),
        CourtMeasured {
            instrument: number(),
            lot: part,
            by: bank.clone(),
            order: text("(2027) 18"),
            frozen: Frozen::Stopped,
        }
        .into(),
        CourtTransferred {
            instrument: number(),
            lot: part,
            by: bank.clone(),
            order: text("(2027) 19"),
            from: s1,
            to: s2,
            money,
        }
        .into(),
        ParamSet {
            by: bank.clone(),
            name: ParamName::RecourseRate,
            value: 38_500,
            from: date("2027-07-01"),
        }
        .into(),
        ParamChanged {
            name: ParamName::SilentEcds,
            value: 1,
        }
        .into(),
        AcceptorOverdue {
            acceptor: core,
            until: date("2027-08-31"),
            persistently: false,
        }
        .into(),
    ]
    .into_iter()
    .chain(trade())
    .chain(sample_settling_events::settlement())
    .chain(sample_settling_events::netting())
    .chain(sample_receivable_events::events())
    .chain(crate::samples::sample_gov::events())
    .collect()
}

fn request() -> Request {
    Request {
        id: id(),
        instrument: number(),
        range: lot("101-12200"),
        from: member("s1"),
        to: member("s2"),
        terms: Terms::Endorsement {
            not_transferable: false,
        },
        answer_by: Some(date("2027-04-04")),
        asked_on: date("2027-01-06"),
        before: allonge_contracts::bills::Circulation::Circulable,
        condition: None,
    }
}

fn draw() -> Draw {
    Draw {
        number: 2,
        financing: Financing::Instrument(number()),
        by: member("core"),
        money: yuan("800.00"),
        date: date("2027-01-05"),
        height: 17,
        registered: true,
        notice_on: None,
    }
}

fn trade() -> Vec<Event> {
    let (paper, draw) = (hash(7), draw());
    let money = yuan("700.00");
    vec![
        PaperRecorded {
            paper: Paper {
                id: paper,
                body: invoice(),
                by: member("s1"),
                recorded_on: date("2027-01-05"),
                height: 16,
                usage: Usage {
                    credited: 30_000,
                    drawn: 80_000,
                    live: 1,
                    draws: 3,
                    over_backed: true,
                },
                attested: 2,
                denied: 1,
            },
        }
        .into(),
        BackingDrawn {
            paper,
            draw: draw.clone(),
        }
        .into(),
        BackingFreed {
            paper,
            draw: draw.clone(),
        }
        .into(),
        PaperOverBacked {
            paper,
            seller: member("s1"),
            buyer: member("core"),
            worth: money,
            drawn: yuan("800.00"),
        }
        .into(),
        BackingShort {
            paper,
            draw,
            funder: Some(member("bank-a")),
        }
        .into(),
        PaperAttested {
            paper,
            attestation: Attestation {
                by: member("core"),
                verdict: Verdict::Confirmed,
                date: date("2027-01-06"),
                height: 18,
                document: None,
                text: text("as ordered"),
            },
        }
        .into(),
        InvoiceClaimed { claim: claim(None) }.into(),
        ClaimReleased {
            claim: claim(Some(ClaimEnd::Unused)),
        }
        .into(),
    ]
    .into_iter()
    .chain(conditions())
    .collect()
}

fn claim(ended: Option<ClaimEnd>) -> InvoiceClaim {
    InvoiceClaim {
        id: id(),
        paper: hash(7),
        kind: ClaimKind::Pledge,
        from: member("s1"),
        to: member("bank-a"),
        money: yuan("800.00"),
        registry: text("01234567"),
        notice_on: Some(date("2027-01-05")),
        date: date("2027-01-05"),
        ended,
    }
}

fn condition(status: ConditionStatus) -> Condition {
    let open = status == ConditionStatus::Open;
    Condition {
        id: id(),
        by: member("s1"),
        statement: text("500 t of coil are in the warehouse"),
        attestor: member("attestor"),
        deadline: date("2027-02-01"),
        set_on: date("2027-01-05"),
        status,
        ended_on: (!open).then(|| date("2027-02-01")),
        document: (!open).then(|| hash(5)),
        request: open.then(id),
        agreed: open,
    }
}

fn conditions() -> Vec<Event> {
    let (condition_id, other) = (id(), allonge_contracts::RequestId([9; 16]));
    vec![
        ConditionSet {
            condition: condition(ConditionStatus::Open),
        }
        .into(),
        ConditionFulfilled {
            condition: condition(ConditionStatus::Fulfilled),
        }
        .into(),
        ConditionLapsed {
            condition: condition(ConditionStatus::Lapsed),
        }
        .into(),
        Escrowed {
            request: Request {
                condition: Some(condition_id),
                ..request()
            },
        }
        .into(),
        EscrowAgreed {
            request: other,
            condition: condition_id,
            from: member("s1"),
            to: member("s2"),
        }
        .into(),
        EscrowFailed {
            request: other,
            condition: condition_id,
            code: Code::InsufficientFunds,
        }
        .into(),
    ]
}
