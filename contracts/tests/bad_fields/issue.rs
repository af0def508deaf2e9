//! From the drawing of a bill to its delivery.

use crate::*;
use allonge_contracts::bills::{BillKind, Profile, UseLimits};

fn limits() -> UseLimits {
    UseLimits {
        holders: vec![member("bank-b"), member("s2")],
        roles: vec![Role::Bank, Role::FinanceCompany],
        from: Some(date("2027-01-05")),
        until: Some(date("2027-03-31")),
        purpose: "steel".parse().unwrap(),
    }
}

#[rustfmt::skip]
fn drawing(table: &mut Table) {
    use Code::*;
    let draw = Register {
        limits: Some(limits()),
        ..register("10.00", "2027-04-05")
    };
    let mut r = table.call("core", draw);
    r.wrong("kind", "commercial, on a bank", |c| c.kind = BillKind::Commercial, RoleRequired, "member");
    r.wrong("kind", "a finance company's, on a bank", |c| c.kind = BillKind::FinanceCompany, RoleRequired, "member");
    wrong_member!(r, acceptor, "s2", "barred-bank");
    r.wrong("acceptor", "a finance company", |c| c.acceptor = member("finco"), RoleRequired, "member");
    wrong_member!(r, payee, "guarantor", "barred");
    r.wrong("payee", "the acceptor", |c| c.payee = member("bank-a"), SelfDealing, "drawer");
    r.wrong("payee", "the drawer", |c| c.payee = member("core"), SelfDealing, "drawer");
    r.wrong("sum", "nothing", |c| c.sum = yuan("0"), AmountZero, "");
    r.wrong("sum", "over the ceiling", |c| c.sum = yuan("1,000,000,000.01"), AmountTooLarge, "sum");
    r.wrong("sum", "in an unknown currency", |c| c.sum = usd(1), UnknownCurrency, "currency");
    r.wrong("maturity", "today", |c| c.maturity = date("2027-01-05"), MaturityInPast, "maturity");
    r.wrong("maturity", "beyond the longest term", |c| c.maturity = date("2027-07-06"), TermTooLong, "maturity");
    r.wrong("issue_date", "yesterday", |c| c.issue_date = Some(date("2027-01-04")), IssueDateWrong, "issue_date");
    r.wrong("issue_date", "tomorrow", |c| c.issue_date = Some(date("2027-01-06")), IssueDateWrong, "issue_date");
    r.wrong(
        "trade_background",
        "17 documents",
        |c| c.trade_background = vec![Hash::ZERO; 17],
        InvalidArgument,
        "trade_background",
    );
    let mut wrong = |what, change: fn(&mut UseLimits)| {
        let changed = |c: &mut Register| change(c.limits.as_mut().unwrap());
        r.wrong("limits", what, changed, InvalidArgument, "limits");
    };
    wrong("holders out of order", |limits| limits.holders.reverse());
    wrong("a holder twice", |limits| limits.holders = vec![member("s2"), member("s2")]);
    wrong("17 holders", |limits| {
        limits.holders = (10..27).map(|n| member(&format!("m-{n}"))).collect();
    });
    wrong("roles out of order", |limits| limits.roles.reverse());
    wrong("closed before they open", |limits| limits.until = Some(date("2027-01-04")));
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut w = world();
    let drawn = w.registered("10.00", "2027-04-05");
    let accepted = w.accepted("10.00", "2027-04-05");
    let geneva = Register {
        profile: Profile::Geneva,
        ..register("10.00", "2027-04-05")
    };
    let CallResult::Bill(abroad) = w.ok("core", geneva) else {
        panic!("no bill");
    };
    w.ok("core", ask_acceptance(abroad));
    let (request, terms) = asked(&w, abroad);
    let mut table = Table::new(w);
    drawing(&mut table);

    let mut r = table.call("core", ask_acceptance(drawn));
    wrong_bill!(r);
    r.wrong("bill", "accepted already", |c| c.bill = number(accepted), WrongState, "lot");
    wrong_days!(r, "2027-01-09");

    let part = AcceptPart {
        request,
        terms,
        part: yuan("6.00"),
    };
    let mut r = table.call("bank-a", part);
    wrong_request!(r);
    r.wrong("terms", "others", |c| c.terms = Hash([1; 32]), TermsChanged, "request");
    r.wrong("part", "nothing", |c| c.part = yuan("0"), AmountZero, "");
    r.wrong("part", "in another currency", |c| c.part = usd(1), InvalidArgument, "part");
    r.wrong("part", "more than the sum", |c| c.part = yuan("10.01"), PartTooLarge, "have");

    let mut r = table.call("core", ask_delivery(accepted));
    wrong_bill!(r);
    r.wrong("bill", "not accepted", |c| c.bill = number(drawn), WrongState, "lot");
    wrong_days!(r, "2027-04-16");

    let mut r = table.call("core", Revoke { bill: number(drawn) });
    wrong_bill!(r);
    r.wrong("bill", "accepted", |c| c.bill = number(accepted), WrongState, "lot");

    let unused = RequestUnusedReturn {
        bill: number(accepted),
        answer_by: None,
    };
    let mut r = table.call("core", unused);
    wrong_bill!(r);
    r.wrong("bill", "not accepted", |c| c.bill = number(drawn), WrongState, "lot");
    wrong_days!(r, "2027-04-16");

    let mut r = table.call("bank-a", Disclose { bill: number(accepted) });
    wrong_bill!(r);
    r.wrong("bill", "not accepted", |c| c.bill = number(drawn), WrongState, "lot");
    table
}
