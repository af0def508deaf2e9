//! Every code of notice, offer and record of insolvency, once, with nothing changed by a refusal.

use crate::*;
use allonge_contracts::bills::check_digit;
use allonge_contracts::{Code, Money};

const WHOLE: &str = "1-1000";

struct Stage {
    w: World,
    /// Circulable, payment not refused.
    open: InstrumentNumber,
    /// Refused in time, not noticed; held by `s2`.
    refused: InstrumentNumber,
    /// In recourse by `s2`; `s1` has an offer waiting.
    noticed: InstrumentNumber,
    /// In recourse by `s2`, not to be split.
    whole: InstrumentNumber,
    /// Not yet delivered.
    accepted: InstrumentNumber,
}

fn stage() -> Stage {
    let mut w = desk("2027-01-05");
    let refused = along(&mut w, "10.00", "2027-03-01", &["s2"]);
    let noticed = along(&mut w, "10.00", "2027-03-01", &["s2"]);
    let whole = Register {
        splittable: false,
        ..register("10.00", "2027-03-01")
    };
    let whole = along_drawn(&mut w, whole, &["s2"]);
    w.ok("bank-a", transfer("s3", yuan("999.00")));
    w.close("2027-03-01");
    w.morning("2027-03-02");
    let open = along(&mut w, "10.00", "2027-07-01", &["s2"]);
    let accepted = w.accepted("10.00", "2027-07-01");
    step(&mut w, "s2", notify(noticed, WHOLE, &[]));
    step(&mut w, "s2", notify(whole, WHOLE, &[]));
    offered(&mut w, "s1", offer(noticed, WHOLE, "", ""));
    let poor = transfer("s3", yuan("1,999,995.00"));
    step(&mut w, "core", poor);
    step(&mut w, "court", record("finco", false));
    Stage {
        w,
        open,
        refused,
        noticed,
        whole,
        accepted,
    }
}

fn with<T>(mut call: T, change: impl FnOnce(&mut T)) -> T {
    change(&mut call);
    call
}

#[rustfmt::skip]
fn rows(s: &Stage) -> Vec<(&'static str, &'static str, Call, Code)> {
    let usd = |minor| Money::new("USD".parse().unwrap(), minor);
    let digits = "51021000999962027010500009999";
    let unknown: InstrumentNumber = format!("{digits}{}", char::from(check_digit(digits.as_bytes()))).parse().unwrap();
    let many: Vec<_> = (0..65).map(|n| member(&format!("m{n}"))).collect();
    let mut rows: Vec<(&'static str, &'static str, Call, Code)> = Vec::new();
    let mut row = |name, actor, call: Call, code| rows.push((name, actor, call, code));
    let all = |bill| notify(bill, WHOLE, &[]);
    let whole = |bill| offer(bill, WHOLE, "", "");

    row("notice to a party twice", "s2", notify(s.refused, WHOLE, &["s1", "s1"]).into(), Code::InvalidArgument);
    row("notice to 65", "s2", with(all(s.refused), |n| n.parties = many).into(), Code::InvalidArgument);
    row("costs of another currency", "s2", with(all(s.refused), |n| n.costs = Some(usd(1))).into(), Code::InvalidArgument);
    row("notice to nobody's name", "s2", notify(s.refused, WHOLE, &["nobody"]).into(), Code::NoSuchMember);
    row("notice on no bill", "s2", all(unknown).into(), Code::NoSuchBill);
    row("notice on no lot", "s2", notify(s.refused, "1-999", &[]).into(), Code::NoSuchLot);
    row("notice by another", "s1", all(s.refused).into(), Code::NotHolder);
    row("notice before delivery", "core", all(s.accepted).into(), Code::WrongState);
    row("notice before a refusal", "s2", all(s.open).into(), Code::NoRecourse);
    row("costs over 64 bits", "s2", with(all(s.refused), |n| n.costs = Some(Money::new(cny(), u64::MAX))).into(), Code::AmountOverflow);
    row("notice to one who never signed", "s2", notify(s.refused, WHOLE, &["s3"]).into(), Code::NotLiable);
    row("notice to oneself", "s2", notify(s.refused, WHOLE, &["s2"]).into(), Code::NotLiable);
    row("several wrong: the first in order", "s1", notify(s.open, WHOLE, &["nobody"]).into(), Code::NoSuchMember);

    row("offer in another currency", "core", with(whole(s.noticed), |o| o.money = Some(usd(1))).into(), Code::InvalidArgument);
    row("offer on a part in another currency", "core", with(whole(s.noticed), |o| o.part = Some(usd(1))).into(), Code::InvalidArgument);
    row("offer of nothing", "core", offer(s.noticed, WHOLE, "", "0").into(), Code::AmountZero);
    row("offer on nothing", "core", offer(s.noticed, WHOLE, "0", "").into(), Code::AmountZero);
    row("offer by the claimant", "s2", whole(s.noticed).into(), Code::SelfDealing);
    row("offer on no bill", "core", whole(unknown).into(), Code::NoSuchBill);
    row("offer on no lot", "core", offer(s.noticed, "1-999", "", "").into(), Code::NoSuchLot);
    row("a second offer", "s1", whole(s.noticed).into(), Code::RequestPending);
    row("offer before notice", "core", whole(s.refused).into(), Code::WrongState);
    row("offer on a part of what is whole", "core", offer(s.whole, WHOLE, "1.00", "").into(), Code::NotSplittable);
    row("offer on more than the lot", "core", offer(s.noticed, WHOLE, "10.01", "").into(), Code::PartTooLarge);
    row("offer until yesterday", "core", with(whole(s.noticed), |o| o.answer_by = Some(date("2027-03-01"))).into(), Code::AnswerByWrong);
    row("offer by one who never signed", "s3", whole(s.noticed).into(), Code::NotLiable);
    row("offer of more than the claim", "core", offer(s.noticed, WHOLE, "", "10.01").into(), Code::ClaimExceeded);
    row("offer of more than the claim on the part", "core", offer(s.noticed, WHOLE, "1.00", "1.01").into(), Code::ClaimExceeded);
    row("offer without cash", "core", whole(s.noticed).into(), Code::InsufficientFunds);

    row("insolvency without an order", "court", with(record("bank-a", false), |r| r.order = Default::default()).into(), Code::InvalidArgument);
    row("insolvency by a bank", "bank-b", record("bank-a", false).into(), Code::RoleRequired);
    row("insolvency by the regulator", "regulator", record("bank-a", false).into(), Code::RoleRequired);
    row("insolvency of nobody", "court", record("nobody", false).into(), Code::NoSuchMember);
    row("insolvency twice", "attestor", record("finco", false).into(), Code::AlreadyExists);
    row("no insolvency to lift", "court", record("bank-a", true).into(), Code::WrongState);
    rows
}

#[test]
fn every_code_once() {
    let mut s = stage();
    s.w.sound();
    for (name, actor, call, code) in rows(&s) {
        let before = s.w.memory.clone();
        assert_eq!(s.w.refused(actor, call), code, "{name}");
        assert!(s.w.memory == before, "{name} changed the state");
    }
}

#[test]
fn nothing_is_done_while_the_close_is_not_worked_off() {
    let mut s = stage();
    // The block's time is past a close that the clock has not worked off.
    s.w.time_ms = local_ms(date("2027-07-01"), 9 * 60);
    let call = notify(s.open, WHOLE, &[]);
    assert_eq!(s.w.refused("s2", call), Code::DuePending);
}
