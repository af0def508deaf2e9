//! Netting.

use crate::*;

#[track_caller]
fn queued(w: &mut World, payer: &str, call: Queue) -> RequestId {
    match w.ok(payer, call) {
        CallResult::Obligation(id) => id,
        other => panic!("{other:?}"),
    }
}

fn toward(name: &str, money: Money) -> BilateralLimit {
    BilateralLimit {
        member: member(name),
        limit: money,
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut world = world();
    let queue = Queue {
        to: member("s1"),
        money: yuan("5.00"),
        priority: 5,
        not_before: Some(date("2027-01-06")),
        deadline: date("2027-01-08"),
        purpose: Default::default(),
        reference: Default::default(),
    };
    let [one, other] = [(); 2].map(|()| queued(&mut world, "core", queue.clone()));
    let pressing = queued(&mut world, "core", Queue { priority: 0, ..queue.clone() });
    let others = queued(&mut world, "s2", queue.clone());
    let absent = RequestId([7; 16]);
    let mut table = Table::new(world);

    let mut r = table.call("core", queue);
    wrong_payee(&mut r);
    r.wrong("money", "none", |c| c.money = yuan("0"), AmountZero, "");
    r.wrong("money", "in an unknown currency", |c| c.money = usd(1), UnknownCurrency, "currency");
    r.wrong("priority", "after the last", |c| c.priority = 10, InvalidArgument, "priority");
    r.wrong("not_before", "after the deadline", |c| c.not_before = Some(date("2027-01-09")), NeverEligible, "not_before");
    r.wrong("deadline", "yesterday", |c| c.deadline = date("2027-01-04"), DateInPast, "date");
    r.wrong("deadline", "31 days ahead", |c| c.deadline = date("2027-02-05"), InvalidArgument, "deadline");
    r.wrong("deadline", "before the first day", |c| c.deadline = date("2027-01-05"), NeverEligible, "not_before");

    let to_priority = Reorder { obligation: one, priority: Some(2), before: None };
    let mut r = table.call("core", to_priority);
    r.wrong("obligation", "not there", |c| c.obligation = absent, NoSuchObligation, "obligation");
    r.wrong("obligation", "of another", |c| c.obligation = others, WrongParty, "payer");
    r.wrong("priority", "after the last", |c| c.priority = Some(10), InvalidArgument, "priority");
    r.wrong("priority", "none, nor another obligation", |c| c.priority = None, InvalidArgument, "priority");
    let before = Reorder { obligation: one, priority: Some(5), before: Some(other) };
    let mut r = table.call("core", before);
    r.wrong("before", "itself", |c| c.before = Some(one), InvalidArgument, "before");
    r.wrong("before", "not there", |c| c.before = Some(absent), NoSuchObligation, "obligation");
    r.wrong("before", "of another", |c| c.before = Some(others), WrongParty, "payer");
    r.wrong("before", "of another priority", |c| c.before = Some(pressing), OtherQueue, "priority");

    let mut r = table.call("core", CancelObligation { obligation: one });
    r.wrong("obligation", "not there", |c| c.obligation = absent, NoSuchObligation, "obligation");
    r.wrong("obligation", "of another", |c| c.obligation = others, WrongParty, "payer");

    let limits = SetLimits {
        currency: cny(),
        multilateral: Some(yuan("100.00")),
        bilateral: vec![toward("s1", yuan("0")), toward("s2", yuan("10.00"))],
        reserve: Some(yuan("50.00")),
    };
    let many = || (0..65).map(|n| toward(&format!("x{n:02}"), yuan("1.00"))).collect();
    let mut r = table.call("core", limits);
    r.wrong("currency", "another than of the amounts", |c| c.currency = usd(0).currency, InvalidArgument, "multilateral");
    r.wrong("multilateral", "in another currency", |c| c.multilateral = Some(usd(1)), InvalidArgument, "multilateral");
    r.wrong("reserve", "in another currency", |c| c.reserve = Some(usd(1)), InvalidArgument, "reserve");
    r.wrong("bilateral", "in another currency", |c| c.bilateral = vec![toward("s1", usd(1))], InvalidArgument, "bilateral");
    r.wrong("bilateral", "out of order", |c| c.bilateral.reverse(), InvalidArgument, "bilateral");
    r.wrong("bilateral", "one twice", |c| c.bilateral = vec![toward("s1", yuan("0")); 2], InvalidArgument, "bilateral");
    r.wrong("bilateral", "65 members", |c| c.bilateral = many(), InvalidArgument, "bilateral");
    r.wrong("bilateral", "toward nobody", |c| c.bilateral = vec![toward("nobody", yuan("0"))], NoSuchMember, "member");
    r.wrong("bilateral", "toward itself", |c| c.bilateral = vec![toward("core", yuan("0"))], SelfDealing, "member");

    let mut r = table.call("core", RunCycle { currency: cny() });
    r.wrong("currency", "that nobody issues", |c| c.currency = usd(0).currency, UnknownCurrency, "currency");
    table
}

#[rustfmt::skip]
fn wrong_payee(r: &mut Rows<'_, Queue>) {
    use Code::*;
    r.wrong("to", "not there", |c| c.to = member("nobody"), NoSuchMember, "member");
    r.wrong("to", "itself", |c| c.to = member("core"), SelfDealing, "member");
    r.wrong("to", "suspended", |c| c.to = member("barred"), CounterpartySuspended, "member");
}
