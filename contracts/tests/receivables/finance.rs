//! Finance with and without recourse (rule book 3.2).

use crate::*;

/// 200.00 at 3.6 % for the 120 days from 5 January to 5 May: interest 2.40 (rule book 2.4 gives the formula).
#[test]
fn cash_lot_and_registry_number_move_together() {
    let mut w = world();
    let number = held(&mut w);
    w.ok("s1", finance(number, "1-100000", "200.00", "finco"));
    let before = (w.cash("s1").0, w.cash("finco").0);
    w.agree("finco", number, 1);
    assert_eq!(
        (w.cash("s1").0, w.cash("finco").0),
        (before.0 + 19_760, before.1 - 19_760)
    );
    assert_eq!(
        tiers(&w, number),
        ["1-20000 finco T1 held", "20001-100000 s1 T1 held"]
    );
    let hands = allonge_contracts::instruments::read::hands(&w.memory, &number, 0, 100).unwrap();
    let last = hands.last().unwrap();
    assert_eq!(
        (last.kind.as_str(), last.text.as_str()),
        ("financed", "ZDW-1")
    );
    assert_eq!(last.price, Some(yuan("197.60")));
    let receivable = w.lots(number)[0].receivable.clone().unwrap();
    assert_eq!(receivable.funding, None, "without recourse nobody answers");
    // What was bought without recourse is sold on.
    w.ok("finco", finance(number, "1-20000", "", "factor"));
    w.agree("factor", number, 1);
}

#[test]
fn with_recourse_the_seller_answers_and_the_lot_stays() {
    let mut w = world();
    let number = held(&mut w);
    let advance = FinanceLot {
        recourse: true,
        advance: Some(yuan("800.00")),
        ..finance(number, "1-100000", "", "factor")
    };
    let before = w.cash("s1").0;
    w.ok("s1", advance);
    w.agree("factor", number, 1);
    assert_eq!(
        w.cash("s1").0,
        before + 79_040,
        "interest of 9.60 on the advance"
    );
    let funding = w.lots(number)[0]
        .receivable
        .clone()
        .unwrap()
        .funding
        .unwrap();
    assert_eq!((funding.seller, funding.principal), (member("s1"), 80_000));
    assert_eq!(funding.interest_from, date("2027-05-05"));
    for refused in [
        w.refused("factor", finance(number, "1-100000", "", "finco")),
        w.refused("factor", {
            RequestPledge {
                instrument: of(number),
                lot: lot("1-100000"),
                part: None,
                to: member("bank-b"),
                debt: yuan("1.00"),
                debt_due: date("2027-03-01"),
                registry: "ZDW-2".parse().unwrap(),
                purpose: Default::default(),
                answer_by: None,
            }
        }),
    ] {
        assert!(
            matches!(refused, Code::UnderRecourse | Code::RoleRequired),
            "{refused}"
        );
    }
}

#[test]
fn a_funder_without_cash_and_an_advance_beyond_the_lot_are_refused() {
    let mut w = world();
    let number = held_as(&mut w, |open| open.sum = yuan("2,000,000.00"));
    let too_much = FinanceLot {
        advance: Some(yuan("10.01")),
        ..finance(number, "1-200000000", "10.00", "finco")
    };
    assert_eq!(w.refused("s1", too_much), Code::AdvanceTooLarge);
    w.ok("s1", finance(number, "1-200000000", "", "finco"));
    let agree = agree(w.request_at(number, 1));
    assert_eq!(w.refused("finco", agree), Code::InsufficientFunds);
    assert_eq!(w.cash("finco").0, 100_000_000);
}

#[test]
fn free_of_payment_moves_the_lot_alone() {
    let mut w = world();
    let number = held(&mut w);
    let free = FinanceLot {
        settlement: Settlement::Free,
        ..finance(number, "1-100000", "", "finco")
    };
    let before = w.cash("finco");
    w.ok("s1", free);
    w.agree("finco", number, 1);
    assert_eq!(w.cash("finco"), before);
    assert_eq!(tiers(&w, number), ["1-100000 finco T1 held"]);
}
