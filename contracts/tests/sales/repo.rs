//! Sale under repo: bought back on any day of its window, or left to the buyer by the clock.

use crate::support::*;
use crate::*;
use allonge_contracts::Code;
use allonge_contracts::bills::{HandKind, RefusalCode};
use allonge_contracts::clock::DueKind;

/// Half a million of `s1` at `bank-b` under repo from 1 March 2027, to be bought back from 8 March to 30 April.
fn repo() -> (World, InstrumentNumber) {
    let mut w = world("2027-03-01");
    let bill = disclosed(&mut w, "500,000.00", "2027-06-01");
    let call = sell(bill, "1-50000000", "", "bank-b", "2.4%");
    deal(
        &mut w,
        "s1",
        under_repo("2027-03-08", "2027-04-30", call),
        bill,
    );
    (w, bill)
}

/// The first units of the lots whose repos are queued to end.
fn ends(w: &World) -> Vec<(String, u64)> {
    allonge_contracts::clock::read::due(&w.memory, None, usize::MAX)
        .unwrap()
        .into_iter()
        .filter(|(key, _)| key.kind == DueKind::RepoEnd)
        .map(|(key, _)| (key.date.to_string(), key.start))
        .collect()
}

fn end(start: u64) -> (String, u64) {
    ("2027-05-01".to_string(), start)
}

#[test]
fn it_waits_at_the_buyer_and_moves_nowhere_else() {
    let (mut w, bill) = repo();
    assert_eq!(
        w.shape(bill),
        ["1-50000000 bank-b received/awaiting redemption"]
    );
    let lot = lot_at(&w, bill, 1);
    let repo = lot.repo.unwrap();
    assert_eq!((repo.seller, repo.discounted_before), (member("s1"), false));
    assert_eq!(repo.dates, days("2027-03-08", "2027-04-30"));
    assert!(lot.discounted);
    let hand = last_hand(&w, bill, 1);
    assert_eq!(
        (hand.kind, hand.sale.unwrap().repo),
        (HandKind::RepoSold, Some(repo.dates))
    );
    assert_eq!(ends(&w), [end(1)]);
    for call in [
        Call::from(ask_endorsement(bill, "1-50000000", "", "finco")),
        on(
            Market::Interbank,
            sell(bill, "1-50000000", "", "finco", "2%"),
        )
        .into(),
        on(
            Market::Rediscount,
            sell(bill, "1-50000000", "", "central", "2%"),
        )
        .into(),
        present(bill, "1-50000000").into(),
    ] {
        assert_eq!(w.refused("bank-b", call), Code::WrongState);
    }
}

#[test]
fn outside_its_window_it_is_not_bought_back() {
    let (mut w, bill) = repo();
    let call = redeem(bill, "1-50000000", "");
    w.close("2027-03-07");
    let tomorrow = RequestRedemption {
        answer_by: Some(date("2027-03-08")),
        ..call.clone()
    };
    assert_eq!(w.refused("bank-b", tomorrow), Code::RedemptionWindow);
    assert_eq!(w.refused("bank-b", call.clone()), Code::RedemptionWindow);
    w.morning("2027-03-08");
    let late = RequestRedemption {
        answer_by: Some(date("2027-05-01")),
        ..call.clone()
    };
    assert_eq!(w.refused("bank-b", late), Code::AnswerByWrong);
    w.close("2027-04-30");
    // The close of the last day has passed: nobody could answer any more.
    assert_eq!(w.refused("bank-b", call.clone()), Code::AnswerByWrong);
    w.morning("2027-05-01");
    assert_eq!(w.refused("bank-b", call), Code::WrongState);
}

#[test]
fn bought_back_it_is_as_before() {
    let (mut w, bill) = repo();
    w.morning("2027-03-08");
    let call = redeem(bill, "1-50000000", "");
    step(&mut w, "bank-b", call);
    assert_eq!(w.shape(bill), ["1-50000000 bank-b received/locked"]);
    let events = settle(&mut w, "s1", bill, 1);
    assert_eq!(names(&events), ["bill.redeemed"]);
    let lot = lot_at(&w, bill, 1);
    assert_eq!((lot.repo, lot.discounted), (None, false));
    assert_eq!(w.shape(bill), ["1-50000000 s1 received/circulable"]);
    assert_eq!(ends(&w), []);
    let hand = last_hand(&w, bill, 1);
    assert_eq!(
        (hand.kind, hand.from, hand.to),
        (
            HandKind::Redeemed,
            Some(member("bank-b")),
            Some(member("s1"))
        )
    );
    // Not discounted, so an enterprise may have it, and it may be sold again.
    step(
        &mut w,
        "s1",
        ask_endorsement(bill, "1-50000000", "1.00", "s2"),
    );
    settle(&mut w, "s2", bill, 1);
    deal(
        &mut w,
        "s1",
        sell(bill, "101-50000000", "", "finco", "2%"),
        bill,
    );
}

#[test]
fn a_repo_among_banks_leaves_it_discounted() {
    let mut w = world("2027-03-01");
    let bill = disclosed(&mut w, "1,000.00", "2027-06-01");
    deal(
        &mut w,
        "s1",
        sell(bill, "1-100000", "", "bank-b", "2.4%"),
        bill,
    );
    for (market, buyer) in [
        (Market::Interbank, "finco"),
        (Market::Rediscount, "central"),
    ] {
        let call = on(market, sell(bill, "1-100000", "", buyer, "2%"));
        let (open, over) = match market {
            Market::Interbank => ("2027-03-08", "2027-03-12"),
            _ => ("2027-03-15", "2027-03-19"),
        };
        deal(&mut w, "bank-b", under_repo(open, over, call), bill);
        assert!(lot_at(&w, bill, 1).repo.unwrap().discounted_before);
        w.morning(open);
        step(&mut w, buyer, redeem(bill, "1-100000", ""));
        settle(&mut w, "bank-b", bill, 1);
        assert!(lot_at(&w, bill, 1).discounted);
        assert_eq!(
            w.refused("bank-b", ask_endorsement(bill, "1-100000", "", "s2")),
            Code::BanksOnly
        );
    }
}

#[test]
fn a_part_is_bought_back_and_the_rest_is_left_to_the_buyer() {
    let (mut w, bill) = repo();
    w.morning("2027-03-10");
    // A part refused rejoins the rest, and so does its place in the queue.
    step(&mut w, "bank-b", redeem(bill, "1-50000000", "200,000.00"));
    assert_eq!(ends(&w), [end(1), end(20_000_001)]);
    let request = w.request_at(bill, 1);
    step(&mut w, "s1", refuse(request, RefusalCode::Other));
    assert_eq!(
        w.shape(bill),
        ["1-50000000 bank-b received/awaiting redemption"]
    );
    assert_eq!(ends(&w), [end(1)]);
    let seller = w.cash("s1").0;
    step(&mut w, "bank-b", redeem(bill, "1-50000000", "200,000.00"));
    step(
        &mut w,
        "bank-b",
        redeem(bill, "20000001-50000000", "100,000.00"),
    );
    settle(&mut w, "s1", bill, 1);
    assert_eq!(seller - w.cash("s1").0, 20_000_000);
    // What was not answered lapses at the close of the cut-off, and rejoins.
    let events = w.close("2027-04-30");
    assert!(names(&events).contains(&"request.lapsed"));
    w.sound();
    assert_eq!(
        w.shape(bill),
        [
            "1-20000000 s1 received/circulable",
            "20000001-50000000 bank-b received/awaiting redemption"
        ]
    );
    assert_eq!(ends(&w), [end(20_000_001)]);
    w.morning("2027-05-01");
    w.sound();
    assert_eq!(
        w.shape(bill),
        [
            "1-20000000 s1 received/circulable",
            "20000001-50000000 bank-b received/circulable"
        ]
    );
    assert!(!lot_at(&w, bill, 1).discounted);
    assert!(lot_at(&w, bill, 20_000_001).discounted);
}

#[test]
fn not_bought_back_it_is_the_buyers() {
    let (mut w, bill) = repo();
    let (seller, buyer) = (w.cash("s1"), w.cash("bank-b"));
    w.close("2027-04-30");
    w.sound();
    assert_eq!(
        w.shape(bill),
        ["1-50000000 bank-b received/awaiting redemption"]
    );
    // The morning after, before anybody acts; until then acts on it wait.
    w.time_ms = local_ms(date("2027-05-01"), 8 * 60);
    let onward = on(
        Market::Interbank,
        sell(bill, "1-50000000", "", "finco", "2%"),
    );
    assert_eq!(w.refused("bank-b", onward.clone()), Code::DuePending);
    let events = w.morning("2027-05-01");
    assert_eq!(names(&events), ["clock.day_began", "bill.repo_lapsed"]);
    w.sound();
    assert_eq!((w.cash("s1"), w.cash("bank-b")), (seller, buyer));
    let lot = lot_at(&w, bill, 1);
    assert_eq!((lot.repo, lot.discounted), (None, true));
    assert_eq!(w.shape(bill), ["1-50000000 bank-b received/circulable"]);
    assert_eq!(ends(&w), []);
    let hand = last_hand(&w, bill, 1);
    assert_eq!(
        (hand.kind, hand.from),
        (HandKind::RepoLapsed, Some(member("s1")))
    );
    deal(&mut w, "bank-b", onward, bill);
}

#[test]
fn a_cut_off_on_the_eve_of_maturity_ends_before_the_lot_is_presented() {
    let mut w = world("2027-03-01");
    let bill = disclosed(&mut w, "10.00", "2027-06-01");
    let call = sell(bill, "1-1000", "", "bank-b", "2.4%");
    deal(
        &mut w,
        "s1",
        under_repo("2027-03-08", "2027-05-31", call),
        bill,
    );
    let events = w.morning("2027-06-01");
    let told = names(&events);
    let at = |name| told.iter().position(|told| *told == name).unwrap();
    assert!(at("bill.repo_lapsed") < at("bill.presented"));
    w.sound();
    let before = w.cash("bank-b").0;
    w.close("2027-06-01");
    w.sound();
    assert_eq!(w.cash("bank-b").0 - before, 1_000);
}

#[test]
fn the_seller_short_of_cash_leaves_the_request_open() {
    let (mut w, bill) = repo();
    w.morning("2027-03-08");
    step(&mut w, "bank-b", redeem(bill, "1-50000000", ""));
    // 10,000.00 and 498,000.00 are there, 500,000.00 are needed.
    step(&mut w, "s1", transfer("s2", yuan("8,000.01")));
    let request = w.request_at(bill, 1);
    assert_eq!(w.refused("s1", agree(request)), Code::InsufficientFunds);
    assert_eq!(w.request_at(bill, 1), request);
    step(&mut w, "s2", transfer("s1", yuan("0.01")));
    settle(&mut w, "s1", bill, 1);
    assert_eq!(w.cash("s1").0, 0);
}

#[test]
fn bought_back_free_of_payment() {
    let (mut w, bill) = repo();
    w.morning("2027-03-08");
    let call = RequestRedemption {
        settlement: Settlement::Free,
        ..redeem(bill, "1-50000000", "")
    };
    let (seller, buyer) = (w.cash("s1"), w.cash("bank-b"));
    step(&mut w, "bank-b", call);
    settle(&mut w, "s1", bill, 1);
    assert_eq!((w.cash("s1"), w.cash("bank-b")), (seller, buyer));
    let hand = last_hand(&w, bill, 1);
    assert_eq!(
        (hand.settlement, hand.price),
        (Settlement::Free, Some(yuan("500,000.00")))
    );
}

#[test]
fn it_is_agreed_before_its_window_opens() {
    let mut w = world("2027-03-01");
    let bill = disclosed(&mut w, "10.00", "2027-06-01");
    let call = under_repo(
        "2027-03-08",
        "2027-03-12",
        sell(bill, "1-1000", "", "bank-b", "2.4%"),
    );
    let late = RequestDiscount {
        answer_by: Some(date("2027-03-08")),
        ..call.clone()
    };
    assert_eq!(w.refused("s1", late), Code::AnswerByWrong);
    step(&mut w, "s1", call);
    w.close("2027-03-07");
    w.sound();
    assert_eq!(w.shape(bill), ["1-1000 s1 received/circulable"]);
}
