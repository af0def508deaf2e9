//! Every case of the table in rule book 2.4, through the ledger's doors: register, accept, deliver, disclose, sell.

use crate::support::*;
use crate::*;
use allonge_contracts::bills::quote::{Deal, Quote, QuoteError, quote, quote_lot};
use allonge_contracts::bills::{HandKind, Sale};
use allonge_contracts::{Money, Rate, days_between};

fn rate(text: &str) -> Rate {
    text.parse().unwrap()
}

/// Sells a whole bill and gives what the seller received, the interest on record, and the days quoted.
fn sold(
    start: &str,
    sum: &str,
    maturity: &str,
    call: impl Fn(InstrumentNumber) -> RequestDiscount,
) -> (Quote, Money) {
    let mut w = world(start);
    let bill = disclosed(&mut w, sum, maturity);
    let call = call(bill);
    let (seller, buyer) = (w.cash("s1").0, w.cash("bank-b").0);
    let quoted = quote_lot(
        &w.memory,
        &read::bill(&w.memory, &bill).unwrap().unwrap(),
        &lot_at(&w, bill, 1),
        None,
        &Deal {
            rate: call.rate,
            day_count: call.day_count,
            on: w.today(),
            repo: call.repo,
        },
    )
    .unwrap()
    .unwrap();
    deal(&mut w, "s1", call.clone(), bill);
    let received = w.cash("s1").0 - seller;
    assert_eq!(
        buyer - w.cash("bank-b").0,
        received,
        "no cash is made or lost"
    );
    let hand = last_hand(&w, bill, 1);
    assert_eq!(hand.price, Some(Money::new(cny(), received)));
    assert_eq!(
        hand.sale,
        Some(Sale {
            market: Market::Discount,
            rate: call.rate,
            day_count: call.day_count,
            interest: quoted.interest.minor,
            repo: call.repo,
        })
    );
    assert_eq!(hand.settlement, Settlement::Dvp);
    (quoted, Money::new(cny(), received))
}

#[test]
fn three_million_for_118_days() {
    let (quoted, received) = sold("2027-01-05", "3,000,000.00", "2027-05-03", |bill| {
        sell(bill, "1-300000000", "", "bank-b", "3.9%")
    });
    assert_eq!(
        quoted,
        Quote {
            days: 118,
            interest: yuan("38,350.00"),
            price: yuan("2,961,650.00")
        }
    );
    assert_eq!(received, yuan("2,961,650.00"));
}

#[test]
fn interest_runs_to_the_rolled_maturity() {
    for (day_count, interest, price) in [
        (DayCount::Act360, "5,392.66", "1,229,175.23"),
        (DayCount::Act365, "5,318.79", "1,229,249.10"),
    ] {
        let (quoted, received) = sold("2027-07-15", "1,234,567.89", "2027-10-03", |bill| {
            RequestDiscount {
                day_count,
                ..sell(bill, "1-123456789", "", "bank-b", "1.85%")
            }
        });
        assert_eq!((quoted.days, quoted.interest), (85, yuan(interest)));
        assert_eq!(received, yuan(price));
    }
}

#[test]
fn interest_is_rounded_half_up_per_lot() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "2.00", "2027-04-15");
    let before = w.cash("s1").0;
    // Two lots of 0.50 cost 0.02 of interest, one lot of 1.00 costs 0.01.
    for (range, part, received) in [
        ("1-200", "0.50", 49),
        ("51-200", "0.50", 98),
        ("101-200", "", 197),
    ] {
        deal(
            &mut w,
            "s1",
            sell(bill, range, part, "bank-b", "3.6%"),
            bill,
        );
        assert_eq!(w.cash("s1").0 - before, received);
    }
    assert_eq!(
        w.shape(bill),
        [
            "1-50 bank-b received/circulable",
            "51-100 bank-b received/circulable",
            "101-200 bank-b received/circulable"
        ]
    );
}

#[test]
fn a_repo_is_paid_less_interest_to_the_cut_off_and_redeemed_at_face() {
    for day in ["2027-03-08", "2027-04-10", "2027-04-30"] {
        let mut w = world("2027-03-01");
        let bill = disclosed(&mut w, "500,000.00", "2027-06-01");
        let call = sell(bill, "1-50000000", "", "bank-b", "2.4%");
        deal(
            &mut w,
            "s1",
            under_repo("2027-03-08", "2027-04-30", call),
            bill,
        );
        assert_eq!(last_hand(&w, bill, 1).sale.unwrap().interest, 200_000);
        assert_eq!(w.cash("s1").0, 1_000_000 + 49_800_000);
        w.morning(day);
        step(&mut w, "bank-b", redeem(bill, "1-50000000", ""));
        settle(&mut w, "s1", bill, 1);
        assert_eq!(last_hand(&w, bill, 1).price, Some(yuan("500,000.00")));
        assert_eq!(w.cash("s1").0, 1_000_000 - 200_000);
        assert_eq!(w.cash("bank-b").0, 500_000_000 + 200_000);
        assert_eq!(last_hand(&w, bill, 1).kind, HandKind::Redeemed);
    }
}

#[test]
fn the_days_count_from_the_agreement_not_from_the_request() {
    let mut w = world("2027-01-05");
    let bill = disclosed(&mut w, "1,000.00", "2027-04-05");
    step(&mut w, "s1", sell(bill, "1-100000", "", "bank-b", "3.6%"));
    w.morning("2027-01-15");
    settle(&mut w, "bank-b", bill, 1);
    // 80 days of 0.10.
    assert_eq!(last_hand(&w, bill, 1).price, Some(yuan("992.00")));
}

#[test]
fn a_rate_of_zero_takes_nothing() {
    let (quoted, received) = sold("2027-01-05", "10.00", "2027-04-05", |bill| {
        sell(bill, "1-1000", "", "bank-b", "0%")
    });
    assert_eq!((quoted.interest, received), (yuan("0.00"), yuan("10.00")));
}

#[test]
fn quotes_without_a_price() {
    let (from, to) = (date("2027-01-05"), date("2027-07-04"));
    assert_eq!(days_between(from, to), 180);
    let at = |amount, text, from, to| quote(yuan(amount), rate(text), DayCount::Act360, from, to);
    // Half a unit is rounded up to the whole amount.
    assert_eq!(
        at("0.01", "100%", from, to),
        Err(QuoteError::RateWrong {
            rate: rate("100%"),
            days: 180,
            amount: yuan("0.01")
        })
    );
    assert!(at("0.01", "99%", from, to).is_ok());
    assert_eq!(
        at("1.00", "1%", to, from),
        Err(QuoteError::DatesWrong { from: to, to: from })
    );
    let same_day = at("1.00", "1%", from, from).unwrap();
    assert_eq!((same_day.days, same_day.price), (0, yuan("1.00")));
    let most = Money::new(cny(), u64::MAX);
    let long = quote(
        most,
        rate("100%"),
        DayCount::Act360,
        from,
        date("2037-01-05"),
    );
    assert!(matches!(long, Err(QuoteError::RateWrong { .. })));

    let mut w = world("2027-01-05");
    let number = disclosed(&mut w, "10.00", "2027-04-05");
    let bill = read::bill(&w.memory, &number).unwrap().unwrap();
    let whole = lot_at(&w, number, 1);
    let deal = Deal {
        rate: rate("3.6%"),
        day_count: DayCount::Act360,
        on: w.today(),
        repo: None,
    };
    for part in [
        yuan("0"),
        yuan("10.01"),
        Money::new("USD".parse().unwrap(), 1),
    ] {
        let refused = quote_lot(&w.memory, &bill, &whole, Some(part), &deal).unwrap();
        let amount = yuan("10.00");
        assert_eq!(refused, Err(QuoteError::PartWrong { part, amount }));
    }
    let part = quote_lot(&w.memory, &bill, &whole, Some(yuan("5.00")), &deal)
        .unwrap()
        .unwrap();
    assert_eq!((part.interest, part.price), (yuan("0.05"), yuan("4.95")));
}
