//! Debts and sales.

use super::*;

fn day(n: u32) -> Date {
    Date::from_days(20_000 + n).unwrap()
}

#[test]
fn debts_are_paid_in_parts_and_given_up_after_three_deadlines() {
    let mut trade = Trade::default();
    trade.owe(5, 6, 100, day(9), Why::Goods);
    trade.owe(5, 7, 50, day(3), Why::Goods);
    trade.owe(5, 5, 50, day(3), Why::Goods);
    trade.owe(5, 7, 0, day(3), Why::Goods);
    let ids: Vec<usize> = trade.owed_by(5).iter().map(|(id, _)| *id).collect();
    assert_eq!(ids, [1, 0]);
    trade.pay(0, 60);
    assert_eq!(trade.owed_by(5)[1].1.left(), 40);
    trade.pay(0, 40);
    assert_eq!(trade.owed_by(5).len(), 1);
    let id = RequestId([1; 16]);
    for tries in 1..=MAX_TRIES {
        trade.obligations.insert(id, 1);
        trade.ended(&id, day(4));
        assert_eq!(trade.payables[1].tries, tries);
    }
    assert_eq!(trade.payables[1].standing, Standing::Lost);
    assert_eq!(trade.lost, [(day(4), 5, 7, 50)]);
    assert!(trade.owed_by(5).is_empty());
    // What is not known is passed over.
    trade.netted(&RequestId([2; 16]), 5);
}

#[test]
fn sales_count_for_some_days() {
    let mut trade = Trade::default();
    trade.sold(3, day(0), 10);
    trade.sold(3, day(50), 20);
    assert_eq!(trade.sales(3, day(60), 20), 20);
    assert_eq!(trade.sales(3, day(60), 60), 30);
    assert_eq!(trade.sales(4, day(60), 60), 0);
}
