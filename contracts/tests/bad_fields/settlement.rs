//! Settlement instructions.

use crate::*;
use allonge_contracts::settlement::{CashLeg, Leg, LotLeg};

fn cash(from: &str, to: &str, money: Money) -> Leg {
    Leg::Cash(CashLeg {
        from: member(from),
        to: member(to),
        money,
        purpose: Default::default(),
    })
}

fn paper(bill: InstrumentNumber, range: &str, part: Money, from: &str, to: &str) -> Leg {
    Leg::Lot(LotLeg {
        instrument: bill,
        lot: lot(range),
        part: Some(part),
        from: member(from),
        to: member(to),
        purpose: Default::default(),
    })
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut world = world();
    let bill = issued(&mut world, register("10.00", "2027-04-05"));
    let sold = |part| paper(bill, "1-1000", part, "s1", "s2");
    let paid = || cash("s2", "s1", yuan("4.00"));
    let propose = Propose {
        legs: vec![sold(yuan("5.00")), paid()],
        deadline: date("2027-01-08"),
        reference: Default::default(),
    };
    let [one, others] = [("s1", vec![sold(yuan("5.00")), paid()]), ("s3", vec![cash("s3", "core", yuan("1.00"))])].map(|(by, legs)| {
        match world.ok(by, Propose { legs, ..propose.clone() }) {
            CallResult::Instruction { instruction, terms } => (instruction, terms),
            other => panic!("{other:?}"),
        }
    });
    let mut table = Table::new(world);

    let mut r = table.call("s1", propose);
    for (what, legs, code, fact) in [
        ("none", vec![], InvalidArgument, "legs"),
        ("33 of them", vec![paid(); 33], InvalidArgument, "legs"),
        ("of others only", vec![cash("s2", "s3", yuan("1.00"))], NotInInstruction, "member"),
        ("paid by nobody", vec![cash("nobody", "s1", yuan("1.00"))], NoSuchMember, "member"),
        ("paid to nobody", vec![cash("s1", "nobody", yuan("1.00"))], NoSuchMember, "member"),
        ("paid by one suspended", vec![cash("barred", "s1", yuan("1.00"))], CounterpartySuspended, "member"),
        ("paid to the payer", vec![cash("s1", "s1", yuan("1.00"))], SelfDealing, "member"),
        ("of no cash", vec![cash("s1", "s2", yuan("0"))], AmountZero, "leg"),
        ("in an unknown currency", vec![cash("s1", "s2", usd(1))], UnknownCurrency, "currency"),
        ("of a bill that is not there", vec![paper(absent(), "1-1000", yuan("1.00"), "s1", "s2")], NoSuchBill, "bill"),
        ("of a lot that ends elsewhere", vec![paper(bill, "1-999", yuan("1.00"), "s1", "s2")], NoSuchLot, "bill"),
        ("of a lot that starts elsewhere", vec![paper(bill, "2-1000", yuan("1.00"), "s1", "s2")], NoSuchLot, "bill"),
        ("of a lot of another", vec![paper(bill, "1-1000", yuan("1.00"), "s3", "s1")], NotHolder, "holder"),
        ("of a part in another currency", vec![sold(usd(1))], InvalidArgument, "part"),
        ("of a part of nothing", vec![sold(yuan("0"))], AmountZero, "leg"),
        ("of a part larger than the lot", vec![sold(yuan("10.01"))], PartTooLarge, "have"),
        ("of the same part twice", vec![sold(yuan("1.00")), sold(yuan("1.00"))], LotTwice, "lot"),
        ("delivered by nobody", vec![paper(bill, "1-1000", yuan("1.00"), "nobody", "s1")], NoSuchMember, "member"),
        ("delivered to nobody", vec![paper(bill, "1-1000", yuan("1.00"), "s1", "nobody")], NoSuchMember, "member"),
        ("delivered to one of a wrong role", vec![paper(bill, "1-1000", yuan("1.00"), "s1", "guarantor")], RoleRequired, "member"),
        ("delivered to one suspended", vec![paper(bill, "1-1000", yuan("1.00"), "s1", "barred")], CounterpartySuspended, "member"),
        ("delivered to the deliverer", vec![paper(bill, "1-1000", yuan("1.00"), "s1", "s1")], SelfDealing, "member"),
    ] {
        r.wrong("legs", what, |c| c.legs = legs, code, fact);
    }
    r.wrong("deadline", "yesterday", |c| c.deadline = date("2027-01-04"), DateInPast, "date");
    r.wrong("deadline", "at a lot's maturity", |c| c.deadline = date("2027-04-05"), AnswerByWrong, "deadline");

    let id = RequestRef::Id;
    let call = |call| RequestRef::Call(CallIndex { call });
    let none = id(RequestId([7; 16]));
    let mut r = table.call("s1", Affirm { instruction: id(one.0), terms: one.1 });
    r.wrong("instruction", "not there", |c| c.instruction = none, NoSuchInstruction, "instruction");
    r.wrong("instruction", "of a call that is not there", |c| c.instruction = call(9), BadReference, "call");
    r.wrong_after(vec![a_penny()], "instruction", "of a call that made none", |c| c.instruction = call(0), BadReference, "call");
    r.wrong("terms", "of others", |c| c.terms = Hash([7; 32]), TermsChanged, "instruction");

    let mut r = table.call("s1", CancelInstruction { instruction: id(one.0) });
    r.wrong("instruction", "not there", |c| c.instruction = none, NoSuchInstruction, "instruction");
    r.wrong("instruction", "of others", |c| c.instruction = id(others.0), NotInInstruction, "member");
    r.wrong("instruction", "of a call that is not there", |c| c.instruction = call(9), BadReference, "call");
    r.wrong_after(vec![a_penny()], "instruction", "of a call that made none", |c| c.instruction = call(0), BadReference, "call");
    table
}
