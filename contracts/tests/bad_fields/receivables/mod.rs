//! Credit lines, certificates and quotes.

mod moving;
mod opening;
mod quoting;

pub use moving::moving;
pub use opening::{backed, opening};
pub use quoting::quoting;

use crate::*;
use allonge_contracts::DayCount;
use allonge_contracts::bills::Settlement;

/// A certificate that is not there, a bill in place of one, and calls that made none.
macro_rules! wrong_certificate {
    ($rows:ident) => {
        let call = |call| InstrumentRef::Call(CallIndex { call });
        for (what, wrong) in [
            ("of no such number", no_certificate()),
            ("a bill's", absent()),
        ] {
            $rows.wrong(
                "certificate",
                what,
                |c| c.certificate = InstrumentRef::Number(wrong),
                Code::NoSuchCertificate,
                "certificate",
            );
        }
        $rows.wrong(
            "certificate",
            "of a call that is not there",
            |c| c.certificate = call(0),
            Code::BadReference,
            "call",
        );
        $rows.wrong_after(
            vec![a_penny()],
            "certificate",
            "of a call that made none",
            |c| c.certificate = call(0),
            Code::BadReference,
            "call",
        );
    };
}
pub(super) use wrong_certificate;

macro_rules! wrong_held {
    ($rows:ident, $of:ident, $field:ident) => {
        for (what, wrong, code, fact) in [
            ("not signed for", $of.unsigned, Code::NotHolder, "holder"),
            ("of another holder", $of.banks, Code::NotHolder, "holder"),
            (
                "with a request",
                $of.pending,
                Code::RequestPending,
                "request",
            ),
            ("disputed", $of.disputed, Code::Disputed, "lot"),
        ] {
            $rows.wrong(
                stringify!($field),
                what,
                |c| c.$field = number(wrong),
                code,
                fact,
            );
        }
    };
}
pub(super) use wrong_held;

/// The number of a certificate that nobody opened.
fn no_certificate() -> InstrumentNumber {
    let bank = "102100099996".parse().unwrap();
    InstrumentNumber::compose(9, bank, date("2027-01-05"), 99_999).unwrap()
}

/// Where certificates are opened without trade papers.
fn no_papers() -> World {
    let mut rules = rules();
    rules.params.opening_needs_papers = 0;
    world_of(rules)
}

/// A line until the end of the year.
#[track_caller]
fn line(w: &mut World, grantor: &str, issuer: &str, limit: &str) -> RequestId {
    let call = GrantLine {
        issuer: member(issuer),
        limit: yuan(limit),
        until: Some(date("2027-12-31")),
    };
    match w.ok(grantor, call) {
        CallResult::Line(id) => id,
        other => panic!("{other:?}"),
    }
}

/// Ten yuan to `s1`, due in three months.
fn open(line: RequestId) -> OpenCertificate {
    OpenCertificate {
        line,
        payee: member("s1"),
        sum: yuan("10.00"),
        due: date("2027-04-05"),
        splittable: true,
        notice_only: false,
        max_tier: Some(4),
        term_reason: Default::default(),
        backing: vec![],
    }
}

/// The same, due in ten months.
fn long(line: RequestId) -> OpenCertificate {
    OpenCertificate {
        due: date("2027-11-05"),
        term_reason: "a machine built to order".parse().unwrap(),
        ..open(line)
    }
}

#[track_caller]
fn opened(w: &mut World, issuer: &str, call: OpenCertificate) -> InstrumentNumber {
    match w.ok(issuer, call) {
        CallResult::Certificate(number) => number,
        other => panic!("{other:?}"),
    }
}

/// In the hands of its payee.
#[track_caller]
fn signed(w: &mut World, issuer: &str, call: OpenCertificate) -> InstrumentNumber {
    let payee = call.payee.to_string();
    let number = opened(w, issuer, call);
    deal(w, issuer, sign(number), &payee, number);
    number
}

fn sign(certificate: InstrumentNumber) -> RequestSignature {
    RequestSignature {
        certificate: number(certificate),
        answer_by: None,
    }
}

fn confirm(certificate: InstrumentNumber) -> RequestConfirmation {
    RequestConfirmation {
        certificate: number(certificate),
        to: member("bank-b"),
        answer_by: None,
    }
}

fn move_to(certificate: InstrumentNumber, to: &str) -> TransferLot {
    TransferLot {
        certificate: number(certificate),
        lot: lot("1-1000"),
        part: None,
        to: member(to),
        purpose: "steel".parse().unwrap(),
        answer_by: None,
    }
}

fn finance(certificate: InstrumentNumber, to: &str) -> FinanceLot {
    FinanceLot {
        certificate: number(certificate),
        lot: lot("1-1000"),
        part: None,
        to: member(to),
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: Some(yuan("9.00")),
        recourse: true,
        registry: "ZDW-2027-000017".parse().unwrap(),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
}

fn dispute(certificate: InstrumentNumber) -> DisputeLot {
    DisputeLot {
        certificate: number(certificate),
        lot: lot("1-1000"),
        reason: "short delivery".parse().unwrap(),
    }
}

/// Certificates in the hands of `s1` unless said otherwise.
struct Held {
    free: InstrumentNumber,
    unsigned: InstrumentNumber,
    whole: InstrumentNumber,
    notice: InstrumentNumber,
    shallow: InstrumentNumber,
    pending: InstrumentNumber,
    disputed: InstrumentNumber,
    funded: InstrumentNumber,
    banks: InstrumentNumber,
    twins: InstrumentNumber,
    half_year: InstrumentNumber,
}

#[rustfmt::skip]
fn held(w: &mut World) -> Held {
    let [one, own] = ["core", "twin"].map(|issuer| line(w, "bank-a", issuer, "1,000.00"));
    let held = Held {
        free: signed(w, "core", open(one)),
        unsigned: opened(w, "core", open(one)),
        whole: signed(w, "core", OpenCertificate { splittable: false, ..open(one) }),
        notice: signed(w, "core", OpenCertificate { notice_only: true, ..open(one) }),
        shallow: signed(w, "core", OpenCertificate { max_tier: Some(1), ..open(one) }),
        pending: signed(w, "core", open(one)),
        disputed: signed(w, "core", open(one)),
        funded: signed(w, "core", OpenCertificate { payee: member("bank-b"), ..open(one) }),
        banks: signed(w, "core", OpenCertificate { payee: member("bank-b"), ..open(one) }),
        twins: signed(w, "twin", open(own)),
        half_year: signed(w, "core", OpenCertificate { due: date("2027-07-05"), ..open(one) }),
    };
    w.ok("s1", move_to(held.pending, "s2"));
    w.ok("core", dispute(held.disputed));
    deal(w, "bank-b", finance(held.funded, "finco"), "finco", held.funded);
    held
}
