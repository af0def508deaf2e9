//! Certificates that fell due: redeemed by hand, asked back.

use crate::*;
use allonge_contracts::instruments::Settlement;
use allonge_contracts::params::ParamName;
use allonge_contracts::{Date, DayCount};

/// A certificate of `core` due on a day, in the hands of `s1`.
fn held(w: &mut World, line: RequestId, due: Date) -> InstrumentNumber {
    let open = OpenCertificate {
        line,
        payee: member("s1"),
        sum: yuan("100.00"),
        due,
        splittable: true,
        notice_only: true,
        max_tier: None,
        term_reason: Default::default(),
        backing: vec![],
    };
    let CallResult::Certificate(certificate) = w.ok("core", open) else {
        panic!("no certificate");
    };
    let ask = RequestSignature {
        certificate: number(certificate),
        answer_by: None,
    };
    deal(w, "core", ask, "s1", certificate);
    certificate
}

fn finance(certificate: InstrumentNumber, range: &str, recourse: bool) -> FinanceLot {
    FinanceLot {
        certificate: number(certificate),
        lot: lot(range),
        part: Some(yuan("40.00")),
        to: member("bank-b"),
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: None,
        recourse,
        registry: "ZDW-1".parse().unwrap(),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut world = world();
    for name in [ParamName::OpeningNeedsPapers, ParamName::RedemptionRetryDays] {
        world.ok("regulator", SetParam { name, value: 0, from: date("2027-01-06") });
    }
    world.morning("2027-01-06");
    let grant = GrantLine { issuer: member("core"), limit: yuan("1,000.00"), until: None };
    let CallResult::Line(line) = world.ok("bank-a", grant) else {
        panic!("no line");
    };
    let due = held(&mut world, line, date("2027-01-07"));
    let later = held(&mut world, line, date("2027-02-05"));
    world.ok("s1", finance(due, "1-10000", true));
    world.agree("bank-b", due, 1);
    world.ok("s1", finance(due, "4001-10000", false));
    world.agree("bank-b", due, 4_001);
    let all = yuan("1,000,000.00");
    world.ok("core", transfer("bank-a", all));
    world.close("2027-01-07");
    world.morning("2027-01-08");
    world.ok("bank-a", transfer("core", all));
    let mut table = Table::new(world);

    let ask = AskBack {
        certificate: number(due),
        lot: lot("1-4000"),
        costs: Some(yuan("1.00")),
        answer_by: Some(date("2027-01-11")),
    };
    let mut r = table.call("bank-b", ask);
    wrong_certificate(&mut r, |c| &mut c.certificate);
    r.wrong("lot", "not there", |c| c.lot = lot("1-3999"), NoSuchLot, "bill");
    r.wrong("lot", "without recourse", |c| c.lot = lot("4001-8000"), WithoutRecourse, "lot");
    r.wrong("lot", "of another", |c| c.lot = lot("8001-10000"), NotHolder, "holder");
    r.wrong("costs", "none", |c| c.costs = Some(yuan("0")), AmountZero, "");
    r.wrong("costs", "in another currency", |c| c.costs = Some(usd(1)), InvalidArgument, "costs");
    r.wrong("answer_by", "yesterday", |c| c.answer_by = Some(date("2027-01-07")), AnswerByWrong, "answer_by");
    r.wrong("answer_by", "too late", |c| c.answer_by = Some(date("2027-01-12")), AnswerByWrong, "answer_by");

    let mut r = table.call("core", RedeemLot { certificate: number(due), lot: lot("1-4000") });
    wrong_certificate(&mut r, |c| &mut c.certificate);
    r.wrong("certificate", "not overdue", |c| c.certificate = number(later), NoSuchLot, "bill");
    r.wrong("lot", "not there", |c| c.lot = lot("1-3999"), NoSuchLot, "bill");
    let mut r = table.call("core", RedeemLot { certificate: number(due), lot: lot("8001-10000") });
    r.wrong("lot", "two in one", |c| c.lot = lot("4001-10000"), NoSuchLot, "bill");
    table
}

/// A certificate that is not there, and calls that opened none.
#[rustfmt::skip]
fn wrong_certificate<C: Clone + Into<Call>>(r: &mut Rows<'_, C>, field: fn(&mut C) -> &mut InstrumentRef) {
    use Code::*;
    let call = |call| InstrumentRef::Call(CallIndex { call });
    r.wrong("certificate", "of no such number", |c| *field(c) = number(absent()), NoSuchCertificate, "certificate");
    r.wrong("certificate", "of a call that is not there", |c| *field(c) = call(0), BadReference, "call");
    r.wrong_after(vec![a_penny()], "certificate", "of a call that opened none", |c| *field(c) = call(0), BadReference, "call");
}
