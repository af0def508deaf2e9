//! Presentment, the answers to requests, recourse.

use crate::*;
use allonge_contracts::bills::RefusalCode;

/// A request that waits for `s2`, and a lot in the hands of `s1`.
#[rustfmt::skip]
pub fn answers() -> Table {
    use Code::*;
    let mut w = world();
    let free = issued(&mut w, register("10.00", "2027-04-05"));
    let bill = issued(&mut w, register("10.00", "2027-04-05"));
    w.ok("s1", ask_endorsement(bill, "1-1000", "", "s2"));
    let (request, terms) = asked(&w, bill);
    let mut table = Table::new(w);

    let mut r = table.call("s1", present(free, "1-1000"));
    wrong_bill!(r);
    wrong_lot!(r);
    wrong_part!(r);

    let mut r = table.call("s2", Agree { request, terms });
    wrong_request!(r);
    r.wrong("terms", "others", |c| c.terms = Hash([1; 32]), TermsChanged, "request");

    let refuse = Refuse {
        request,
        terms,
        code: RefusalCode::Other,
        text: "not ours".parse().unwrap(),
    };
    let mut r = table.call("s2", refuse);
    wrong_request!(r);
    r.wrong("terms", "others", |c| c.terms = Hash([1; 32]), TermsChanged, "request");
    for code in [RefusalCode::LowBalance, RefusalCode::NotDue, RefusalCode::Late] {
        r.wrong("code", "of payment, to an endorsement", |c| c.code = code, AnswerCodeWrong, "act");
    }
    r.wrong("text", "empty, with another reason", |c| c.text = Default::default(), InvalidArgument, "text");

    let mut r = table.call("s1", Withdraw { request });
    wrong_request!(r);
    table
}

/// A lot that is presented after the window.
#[rustfmt::skip]
pub fn late() -> Table {
    let mut w = world();
    let bill = issued(&mut w, register("10.00", "2027-04-05"));
    w.morning("2027-04-05");
    let by_clock = w.request_at(bill, 1);
    w.ok("s1", withdraw(by_clock));
    w.morning("2027-04-16");
    let mut table = Table::new(w);
    let present = Present {
        explanation: "the office was flooded".parse().unwrap(),
        ..present(bill, "1-1000")
    };
    let mut r = table.call("s1", present);
    r.wrong(
        "explanation",
        "none, after the window",
        |c| c.explanation = Default::default(),
        Code::InvalidArgument,
        "explanation",
    );
    table
}

/// A lot in recourse at `s2`, endorsed by `s1`, and another of which payment was refused.
#[rustfmt::skip]
pub fn recourse() -> Table {
    use Code::*;
    let mut w = world();
    let [bill, noticed] = [(); 2].map(|()| {
        let bill = issued(&mut w, register("10.00", "2027-04-05"));
        w.endorse(bill, "s1", "1-1000", "", "s2");
        bill
    });
    let (_, available) = w.cash("bank-a");
    w.ok("bank-a", transfer("bank-b", Money::new(cny(), available)));
    w.close("2027-04-05");
    w.morning("2027-04-06");
    w.ok("regulator", transfer("bank-a", yuan("100.00")));
    let notify = |bill| Notify {
        bill: number(bill),
        lot: lot("1-1000"),
        parties: vec![member("core"), member("s1")],
        costs: Some(yuan("1.00")),
        text: Default::default(),
    };
    w.ok("s2", notify(noticed));
    let paid_in_full = issued(&mut w, register("10.00", "2027-07-05"));
    let mut table = Table::new(w);

    let mut r = table.call("s2", notify(bill));
    wrong_bill!(r);
    wrong_lot!(r);
    r.wrong("parties", "one that is not there", |c| c.parties[0] = member("nobody"), NoSuchMember, "member");
    r.wrong("parties", "one twice", |c| c.parties[0] = member("s1"), InvalidArgument, "parties");
    r.wrong("parties", "one that is not liable", |c| c.parties[0] = member("s3"), NotLiable, "member");
    r.wrong(
        "parties",
        "65",
        |c| c.parties = (10..75).map(|n| member(&format!("m-{n}"))).collect(),
        InvalidArgument,
        "parties",
    );
    r.wrong("costs", "in another currency", |c| c.costs = Some(usd(1)), InvalidArgument, "costs");
    r.wrong("costs", "over 64 bits with the sum", |c| c.costs = Some(Money::new(cny(), u64::MAX)), AmountOverflow, "");

    let offer = Offer {
        bill: number(noticed),
        lot: lot("1-1000"),
        part: None,
        money: Some(yuan("5.00")),
        answer_by: Some(date("2027-04-20")),
    };
    let mut r = table.call("core", offer);
    wrong_bill!(r);
    r.wrong("bill", "not in recourse", |c| c.bill = number(bill), WrongState, "lot");
    r.wrong("bill", "not due", |c| c.bill = number(paid_in_full), WrongState, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    r.wrong("money", "nothing", |c| c.money = Some(yuan("0")), AmountZero, "");
    r.wrong("money", "in another currency", |c| c.money = Some(usd(1)), InvalidArgument, "money");
    r.wrong("money", "more than the claim", |c| c.money = Some(yuan("12.00")), ClaimExceeded, "claim");
    r.wrong("answer_by", "in the past", |c| c.answer_by = Some(date("2027-04-05")), AnswerByWrong, "answer_by");
    table
}
