//! Certificates in somebody's hands.

use super::*;

/// Certificates that somebody holds.
#[rustfmt::skip]
pub fn moving() -> Table {
    let mut w = no_papers();
    let of = held(&mut w);
    let mut table = Table::new(w);
    on_transfer(&mut table, &of);
    on_finance(&mut table, &of);
    on_pledge(&mut table, &of);
    on_dispute(&mut table, &of);
    table
}

#[rustfmt::skip]
fn on_transfer(table: &mut Table, of: &Held) {
    use Code::*;
    let mut r = table.call("s1", move_to(of.free, "s2"));
    wrong_certificate!(r);
    wrong_held!(r, of, certificate);
    r.wrong("certificate", "as deep as it may go", |c| c.certificate = number(of.shallow), TierLimit, "tier");
    wrong_lot!(r);
    wrong_part!(r);
    wrong_member!(r, to, "guarantor", "barred");
    r.wrong("to", "itself", |c| c.to = member("s1"), SelfDealing, "member");
    r.wrong("to", "the issuer", |c| c.to = member("core"), NotToIssuer, "issuer");
    wrong_days!(r, "2027-04-05");

    let mut r = table.call("s1", move_to(of.whole, "s2"));
    r.wrong("part", "of a certificate that may not be split", |c| c.part = Some(yuan("1.00")), NotSplittable, "bill");
    let mut r = table.call("s1", move_to(of.notice, "s2"));
    r.wrong("answer_by", "where none is needed", |c| c.answer_by = Some(date("2027-01-08")), InvalidArgument, "answer_by");
    let mut r = table.call("bank-b", move_to(of.banks, "s2"));
    r.wrong("certificate", "of its funder", |c| c.certificate = number(of.funded), NotHolder, "holder");
}

#[rustfmt::skip]
fn on_finance(table: &mut Table, of: &Held) {
    use Code::*;
    let mut r = table.call("s1", finance(of.free, "finco"));
    wrong_certificate!(r);
    wrong_held!(r, of, certificate);
    wrong_lot!(r);
    r.wrong("part", "in another currency", |c| c.part = Some(usd(1)), InvalidArgument, "part");
    r.wrong("part", "of nothing", |c| c.part = Some(yuan("0")), AmountZero, "");
    r.wrong("part", "larger than the lot", |c| c.part = Some(yuan("10.01")), PartTooLarge, "have");
    r.wrong("part", "smaller than the advance", |c| c.part = Some(yuan("8.99")), AdvanceTooLarge, "have");
    wrong_member!(r, to, "s2", "barred-bank");
    r.wrong("advance", "in another currency", |c| c.advance = Some(usd(1)), InvalidArgument, "advance");
    r.wrong("advance", "of nothing", |c| c.advance = Some(yuan("0")), AmountZero, "");
    r.wrong("advance", "more than the lot", |c| c.advance = Some(yuan("10.01")), AdvanceTooLarge, "have");
    r.wrong("registry", "none", |c| c.registry = Default::default(), InvalidArgument, "registry");
    wrong_days!(r, "2027-04-05");

    let mut r = table.call("s1", FinanceLot { advance: Some(yuan("0.01")), ..finance(of.half_year, "finco") });
    r.wrong("rate", "whose interest reaches the advance", |c| c.rate = "100%".parse().unwrap(), RateWrong, "amount");
    let mut r = table.call("s1", finance(of.whole, "finco"));
    r.wrong("part", "of a certificate that may not be split", |c| c.part = Some(yuan("9.00")), NotSplittable, "bill");
    let mut r = table.call("bank-b", finance(of.banks, "finco"));
    r.wrong("to", "itself", |c| c.to = member("bank-b"), SelfDealing, "member");
    let mut r = table.call("s1", finance(of.twins, "finco"));
    r.wrong("to", "the issuer", |c| c.to = member("twin"), NotToIssuer, "issuer");
}

#[rustfmt::skip]
fn on_pledge(table: &mut Table, of: &Held) {
    use Code::*;
    let pledge = RequestPledge {
        instrument: number(of.free),
        lot: lot("1-1000"),
        part: None,
        to: member("bank-b"),
        debt: yuan("5.00"),
        debt_due: date("2027-03-01"),
        purpose: Default::default(),
        answer_by: None,
        registry: "ZDW-2027-000018".parse().unwrap(),
    };
    let mut r = table.call("s1", pledge);
    r.wrong("instrument", "that nobody opened", |c| c.instrument = number(no_certificate()), NoSuchCertificate, "certificate");
    wrong_held!(r, of, instrument);
    wrong_lot!(r);
    wrong_part!(r);
    r.wrong("registry", "none", |c| c.registry = Default::default(), InvalidArgument, "registry");
    wrong_days!(r, "2027-04-05");
}

#[rustfmt::skip]
fn on_dispute(table: &mut Table, of: &Held) {
    use Code::*;
    let mut r = table.call("core", dispute(of.free));
    wrong_certificate!(r);
    r.wrong("certificate", "not signed for", |c| c.certificate = number(of.unsigned), WrongState, "lot");
    r.wrong("certificate", "with a request", |c| c.certificate = number(of.pending), RequestPending, "request");
    r.wrong("certificate", "disputed", |c| c.certificate = number(of.disputed), Disputed, "lot");
    r.wrong("certificate", "between others", |c| c.certificate = number(of.twins), WrongParty, "issuer");
    wrong_lot!(r);
    r.wrong("reason", "none", |c| c.reason = Default::default(), InvalidArgument, "reason");

    let mut r = table.call("core", SettleDispute { certificate: number(of.disputed), lot: lot("1-1000") });
    wrong_certificate!(r);
    r.wrong("certificate", "not disputed", |c| c.certificate = number(of.free), NotDisputed, "lot");
    wrong_lot!(r);
}
