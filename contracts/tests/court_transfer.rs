//! Transfer by order of a court, and what becomes of frozen proceeds (rule book 2.2).

mod encumbered;
mod support;

use allonge_contracts::bills::{Frozen, InstrumentNumber, UseLimits};
use allonge_contracts::{Call, Code};
use encumbered::*;
use support::*;

const WHOLE: &str = "1-100000";

fn frozen(d: &Desk, bill: InstrumentNumber) -> Vec<Frozen> {
    d.lots(bill).iter().map(|lot| lot.frozen).collect()
}

fn pledged(d: &mut Desk, debt: &str, due: &str) -> InstrumentNumber {
    let bill = d.usual();
    d.deal(
        "s1",
        ask_pledge(bill, WHOLE, "", "bank-b", debt, due),
        "bank-b",
        bill,
        1,
    );
    bill
}

#[test]
fn a_court_transfers_a_lot_or_part_of_it() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("court", freeze(bill, WHOLE, ""));
    d.ok("court", order_transfer(bill, WHOLE, "400.00", "s2"));
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s2 received/circulable",
            "40001-100000 s1 received/circulable"
        ]
    );
    assert_eq!(frozen(&d, bill), [Frozen::No, Frozen::Frozen]);
    d.endorse(bill, "s2", "1-40000", "", "s3");
    d.close("2027-04-05");
    assert_eq!(d.account("s3"), (40_000, 0, 0));
    assert_eq!(d.account("s1"), (60_000, 0, 60_000));
    // The former holder is not liable by it: it may guarantee.
    let bill = d.delivered(register("1,000.00", "2027-07-05"));
    d.ok("court", order_transfer(bill, WHOLE, "", "s2"));
    d.deal("s2", ask_guarantee(bill, WHOLE, "", "s1"), "s1", bill, 1);
}

#[test]
fn mark_limits_and_a_pending_request_do_not_stop_a_court() {
    let mut d = Desk::new();
    let bill = d.delivered(marked("1,000.00", "2027-04-05"));
    d.ok("court", order_transfer(bill, WHOLE, "", "insurer"));
    assert_eq!(
        d.shape(bill),
        ["1-100000 insurer received/not transferable"]
    );
    let bill = d.usual();
    let only = UseLimits {
        holders: vec![member("s3")],
        ..UseLimits::default()
    };
    d.ok("s1", narrow(bill, WHOLE, only));
    d.ok("s1", ask_endorsement(bill, WHOLE, "", "s3"));
    d.ok("court", order_transfer(bill, WHOLE, "", "s2"));
    assert_eq!(d.shape(bill), ["1-100000 s2 received/circulable"]);
    assert_eq!(
        d.refused("s2", ask_endorsement(bill, WHOLE, "", "core")),
        Code::UseLimited
    );
}

#[test]
fn a_presented_lot_is_paid_to_its_new_holder() {
    for stopped in [false, true] {
        let mut d = Desk::new();
        let bill = d.usual();
        d.morning("2027-04-05");
        if stopped {
            d.ok("court", stop(bill, WHOLE, ""));
        }
        d.ok("court", order_transfer(bill, WHOLE, "400.00", "s2"));
        if stopped {
            d.ok("court", unfreeze(bill, "40001-100000"));
        }
        let request = d.request_at(bill, 1);
        assert_eq!(d.refused("s1", withdraw(request)), Code::WrongParty);
        d.close("2027-04-05");
        assert_eq!(d.account("s2"), (40_000, 0, 0));
        assert_eq!(d.account("s1"), (60_000, 0, 0));
    }
}

#[test]
fn a_pledge_stays_on_a_transferred_lot_but_not_in_the_pledgees_own_hands() {
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.ok("court", order_transfer(bill, WHOLE, "", "s2"));
    assert_eq!(d.shape(bill), ["1-100000 s2 received/pledged"]);
    d.close("2027-04-05");
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));
    assert_eq!(d.account("s2"), (40_000, 0, 0));
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.ok("court", order_transfer(bill, WHOLE, "", "bank-b"));
    assert_eq!(d.shape(bill), ["1-100000 bank-b received/circulable"]);
    d.endorse(bill, "bank-b", WHOLE, "", "s2");
    // While it is presented, too.
    let mut d = Desk::new();
    let bill = pledged(&mut d, "600.00", "2027-03-01");
    d.morning("2027-04-05");
    d.ok("court", order_transfer(bill, WHOLE, "", "bank-b"));
    let request = d.request_at(bill, 1);
    d.ok("bank-b", withdraw(request));
    assert_eq!(d.shape(bill), ["1-100000 bank-b received/circulable"]);
}

#[test]
fn a_repo_is_frozen_and_transferred_and_ends_in_its_sellers_hands() {
    let sold = || {
        let mut d = Desk::new();
        let bill = d.usual();
        d.deal("s1", ask_repo(bill, WHOLE, "bank-a"), "bank-a", bill, 1);
        assert_eq!(
            d.shape(bill),
            ["1-100000 bank-a received/awaiting redemption"]
        );
        (d, bill)
    };
    // The days of redemption pass while it is frozen; the part that is free is bought back.
    let (mut d, bill) = sold();
    d.ok("court", freeze(bill, WHOLE, "400.00"));
    d.morning("2027-02-01");
    assert_eq!(
        d.refused("bank-a", ask_redemption(bill, "1-40000")),
        Code::Frozen
    );
    let rest = "40001-100000";
    d.deal("bank-a", ask_redemption(bill, rest), "s1", bill, 40_001);
    d.morning("2027-03-02");
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 bank-a received/circulable",
            "40001-100000 s1 received/circulable"
        ]
    );
    assert_eq!(frozen(&d, bill), [Frozen::Frozen, Frozen::No]);
    // A request for redemption lapses; another buyer lets the seller buy back.
    let (mut d, bill) = sold();
    d.morning("2027-02-01");
    d.ok("bank-a", ask_redemption(bill, WHOLE));
    d.ok("court", order_transfer(bill, WHOLE, "400.00", "bank-b"));
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 bank-b received/awaiting redemption",
            "40001-100000 bank-a received/awaiting redemption"
        ]
    );
    d.deal("bank-b", ask_redemption(bill, "1-40000"), "s1", bill, 1);
    // The seller's own lot is not bought back.
    d.ok("court", order_transfer(bill, "40001-100000", "", "s1"));
    assert_eq!(
        d.shape(bill),
        [
            "1-40000 s1 received/circulable",
            "40001-100000 s1 received/circulable"
        ]
    );
    assert!(d.lots(bill).iter().all(|lot| !lot.discounted));
    d.close("2027-04-05");
}

#[test]
fn what_comes_to_the_acceptor_is_extinguished_when_it_is_payable() {
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("s1", present(bill, WHOLE));
    d.ok("court", order_transfer(bill, WHOLE, "", "bank-a"));
    assert_eq!(d.shape(bill), ["1-100000 bank-a received/circulable"]);
    d.morning("2027-04-05");
    assert_eq!(d.shape(bill), ["1-100000 bank-a terminated/ended"]);
    let bill = d.delivered(register("1,000.00", "2027-05-10"));
    d.morning("2027-05-10");
    d.ok("court", order_transfer(bill, WHOLE, "", "bank-a"));
    assert_eq!(d.shape(bill), ["1-100000 bank-a terminated/ended"]);
    assert_eq!(d.cash("bank-a").0, 1_000_000_000);
}

#[test]
fn what_is_frozen_in_the_acceptors_hands_is_not_lost_at_maturity() {
    let mut d = Desk::new();
    let (freed, moved) = (d.usual(), d.usual());
    for bill in [freed, moved] {
        d.endorse(bill, "s1", WHOLE, "", "bank-a");
        d.ok("court", freeze(bill, WHOLE, ""));
    }
    d.close("2027-04-05");
    for bill in [freed, moved] {
        assert_eq!(d.shape(bill), ["1-100000 bank-a received/circulable"]);
    }
    d.ok("court", unfreeze(freed, WHOLE));
    assert_eq!(d.shape(freed), ["1-100000 bank-a terminated/ended"]);
    d.ok("court", order_transfer(moved, WHOLE, "", "s2"));
    d.ok("s2", present(moved, WHOLE));
    d.close("2027-04-06");
    assert_eq!(d.account("s2"), (100_000, 0, 0));
}

#[test]
fn frozen_proceeds_are_freed_or_transferred_under_their_pledge() {
    // Nothing is done for the pledge while they are frozen, even when the debt falls due.
    let paid = |due: &str| {
        let mut d = Desk::new();
        let bill = pledged(&mut d, "600.00", due);
        d.ok("court", freeze(bill, WHOLE, ""));
        d.close("2027-04-05");
        assert_eq!(d.account("s1"), (100_000, 0, 100_000));
        for (actor, call) in [
            ("s1", Call::from(apply_proceeds(bill, WHOLE))),
            ("bank-b", release_proceeds(bill, WHOLE).into()),
        ] {
            assert_eq!(d.refused(actor, call), Code::Frozen);
        }
        d.close("2027-04-20");
        assert_eq!(d.account("s1"), (100_000, 0, 100_000));
        (d, bill)
    };
    let (mut d, bill) = paid("2027-04-20");
    d.ok("court", unfreeze(bill, WHOLE));
    assert_eq!(d.account("s1"), (40_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));

    let (mut d, bill) = paid("2027-05-20");
    d.ok("court", unfreeze(bill, WHOLE));
    assert_eq!(d.account("s1"), (100_000, 100_000, 0));
    d.close("2027-05-20");
    assert_eq!(d.account("s1"), (40_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));

    let (mut d, bill) = paid("2027-05-20");
    d.ok("court", order_transfer(bill, WHOLE, "", "s2"));
    assert_eq!(d.account("s1"), (0, 0, 0));
    assert_eq!(d.account("s2"), (100_000, 100_000, 0));
    assert_eq!(d.lots(bill)[0].holder, member("s2"));
    d.ok("s2", apply_proceeds(bill, WHOLE));
    assert_eq!(d.account("s2"), (40_000, 0, 0));
    assert_eq!(d.account("bank-b"), (60_000, 0, 0));

    let (mut d, bill) = paid("2027-05-20");
    d.ok("court", order_transfer(bill, WHOLE, "", "bank-b"));
    assert_eq!(d.account("bank-b"), (100_000, 0, 0));

    // Without a pledge they are whole.
    let mut d = Desk::new();
    let bill = d.usual();
    d.ok("court", freeze(bill, WHOLE, ""));
    d.close("2027-04-05");
    assert_eq!(
        d.refused("court", order_transfer(bill, WHOLE, "1.00", "s2")),
        Code::NotSplittable
    );
    d.ok("court", order_transfer(bill, WHOLE, "", "s2"));
    assert_eq!(
        (d.account("s1"), d.account("s2")),
        ((0, 0, 0), (100_000, 0, 0))
    );
    assert_eq!(
        d.refused("court", order_transfer(bill, WHOLE, "", "s3")),
        Code::WrongState
    );
}
