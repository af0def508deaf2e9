//! The ring fence around the cash of an issuer with something overdue.

use crate::*;
use allonge_contracts::Call;
use allonge_contracts::bills::BillKind;
use allonge_contracts::settlement::{CashLeg, Leg};

/// `core` overdue with 100.00, and 30.00 that came in since; a bill of which it is the acceptor is presented.
fn fenced() -> (World, InstrumentNumber, InstrumentNumber) {
    let mut w = world("0.00");
    let line = line(&mut w);
    let certificate = held(&mut w, line, "100.00", DUE);
    let mut call = register("10.00", "2027-05-20");
    call.kind = BillKind::Commercial;
    call.acceptor = member("core");
    let bill = match w.ok("s2", call) {
        CallResult::Bill(number) => number,
        other => panic!("{other:?}"),
    };
    w.ok("s2", ask_acceptance(bill));
    w.agree("core", bill, 1);
    w.ok("s2", ask_delivery(bill));
    w.agree("s1", bill, 1);
    w.close(DUE);
    w.morning("2027-05-06");
    w.ok("bank-a", transfer("core", yuan("30.00")));
    w.ok("s1", present(bill, "1-1000"));
    (w, certificate, bill)
}

#[test]
fn the_issuer_cannot_spend_in_any_way() {
    let (mut w, certificate, bill) = fenced();
    let pay = agree(w.request_at(bill, 1));
    let calls: Vec<(&str, Call)> = vec![
        ("transfer", transfer("s2", yuan("0.01")).into()),
        (
            "hold",
            PlaceHold {
                money: yuan("0.01"),
                releaser: None,
                until: date("2027-05-31"),
                reference: Default::default(),
            }
            .into(),
        ),
        ("payment of a bill", pay.into()),
        ("by hand", redeem(certificate, "1-10000").into()),
    ];
    for (what, call) in calls {
        let code = w.refused("core", call);
        let expected = if what == "by hand" {
            // The cash would not be enough either.
            Code::InsufficientFunds
        } else {
            Code::RingFenced
        };
        assert_eq!(code, expected, "{what}");
    }
    // Others pay it, and it is paid from.
    w.ok("bank-a", transfer("core", yuan("70.00")));
    assert_eq!(
        w.refused("core", redeem(certificate, "1-10000")),
        Code::RingFenced,
        "what is shared out day by day is not given to one"
    );
    let events = w.close("2027-05-06");
    assert_eq!(redeemed(&events), [(10_000, 10_000)]);
    w.ok("bank-a", transfer("core", yuan("10.00")));
    w.agree("core", bill, 1);
}

#[test]
fn an_instruction_is_not_affirmed_with_fenced_cash() {
    let (mut w, _, _) = fenced();
    let leg = Leg::Cash(CashLeg {
        from: member("core"),
        to: member("s2"),
        money: yuan("1.00"),
        purpose: Default::default(),
    });
    let call = Propose {
        legs: vec![leg],
        deadline: date("2027-05-31"),
        reference: Default::default(),
    };
    let CallResult::Instruction { instruction, terms } = w.ok("core", call) else {
        panic!("no instruction");
    };
    let affirm = Affirm {
        instruction: RequestRef::Id(instruction),
        terms,
    };
    assert_eq!(w.refused("core", affirm), Code::RingFenced);
}

#[test]
fn netting_leaves_a_fenced_payer_out() {
    let (mut w, _, _) = fenced();
    let owe = Queue {
        to: member("s2"),
        money: yuan("1.00"),
        priority: 5,
        not_before: None,
        deadline: date("2027-05-31"),
        purpose: Default::default(),
        reference: Default::default(),
    };
    w.ok("core", owe);
    w.ok("central", RunCycle { currency: cny() });
    let queue = allonge_contracts::netting::read::queue(&w.memory, &member("core"), cny(), None, 9);
    let waits: Vec<_> = queue.unwrap().into_iter().map(|o| o.waits).collect();
    assert_eq!(waits, [allonge_contracts::netting::Wait::PayerFenced]);
    assert_eq!(w.cash("core"), (3_000, 3_000));
    // When the fence is gone it settles.
    w.ok("bank-a", transfer("core", yuan("71.00")));
    w.close("2027-05-06");
    assert_eq!(w.cash("core"), (0, 0), "100.00 to holders, 1.00 by netting");
}

#[test]
fn cash_in_another_currency_and_of_others_is_free() {
    let (mut w, _, _) = fenced();
    w.ok("s1", transfer("core", yuan("1.00")));
    w.ok("s2", transfer("s1", yuan("1.00")));
    // What the central bank redeems is its own.
    w.ok(
        "central",
        Redeem {
            money: yuan("1.00"),
            reference: Default::default(),
        },
    );
}

/// The clock pays bills from fenced cash, so that a fenced member accepts none: its holders would come after them.
#[test]
fn a_fenced_member_accepts_no_bills() {
    let (mut w, _, _) = fenced();
    let mut call = register("10.00", "2027-06-20");
    call.kind = BillKind::Commercial;
    call.acceptor = member("core");
    call.profile = allonge_contracts::bills::Profile::Geneva;
    let bill = match w.ok("s2", call) {
        CallResult::Bill(number) => number,
        other => panic!("{other:?}"),
    };
    w.ok("s2", ask_acceptance(bill));
    let whole = agree(w.request_at(bill, 1));
    let part = AcceptPart {
        request: whole.request,
        terms: whole.terms,
        part: yuan("5.00"),
    };
    assert_eq!(w.refused("core", whole.clone()), Code::RingFenced);
    assert_eq!(w.refused("core", part), Code::RingFenced);
    w.ok("bank-a", transfer("core", yuan("100.00")));
    w.close("2027-05-06");
    w.ok("core", whole);
}

#[test]
fn what_falls_due_at_the_close_of_a_day_is_paid_bills_first() {
    let mut w = world("0.00");
    let line = line(&mut w);
    let certificate = held(&mut w, line, "100.00", DUE);
    let mut call = register("10.00", DUE);
    call.kind = BillKind::Commercial;
    call.acceptor = member("core");
    let bill = match w.ok("s2", call) {
        CallResult::Bill(number) => number,
        other => panic!("{other:?}"),
    };
    w.ok("s2", ask_acceptance(bill));
    w.agree("core", bill, 1);
    w.ok("s2", ask_delivery(bill));
    w.agree("s1", bill, 1);
    w.ok("bank-a", transfer("core", yuan("30.00")));
    w.close(DUE);
    assert_eq!(w.shape(bill), ["1-1000 s1 settled/ended"]);
    assert_eq!(
        lots(&w, certificate),
        ["1-2000 s1 redeemed", "2001-10000 s1 overdue"]
    );
}

#[test]
fn nobody_spends_between_the_close_and_its_being_worked_off() {
    let mut w = world("50.00");
    let line = line(&mut w);
    let number = held(&mut w, line, "100.00", DUE);
    w.morning(DUE);
    w.time_ms = local_ms(date(DUE), 20 * 60);
    w.height += 1;
    assert_eq!(
        w.refused("core", transfer("s2", yuan("0.01"))),
        Code::DuePending
    );
    let call = DisputeLot {
        certificate: of(number),
        lot: lot("1-10000"),
        reason: "late".parse().unwrap(),
    };
    assert_eq!(w.refused("s1", call), Code::DuePending);
    // Nor does an issuer promise anew before it is known whether it is overdue.
    let call = open(line, "1.00", "2027-06-05");
    assert_eq!(w.refused("core", call), Code::DuePending);
    w.close(DUE);
    assert_eq!(overdue(&w), (5_000, true));
}
