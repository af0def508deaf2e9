//! Marks, guarantees, pledges and limits.

use crate::*;
use allonge_contracts::bills::{Settlement, UseLimits};

fn limits(holders: &[&str]) -> UseLimits {
    UseLimits {
        holders: holders.iter().map(|name| member(name)).collect(),
        roles: vec![],
        from: Some(date("2027-01-05")),
        until: Some(date("2027-03-31")),
        purpose: "steel".parse().unwrap(),
    }
}

fn limited() -> Register {
    Register {
        limits: Some(limits(&["bank-b", "barred", "guarantor", "s2"])),
        ..register("10.00", "2027-04-05")
    }
}

fn pledge(bill: InstrumentNumber) -> RequestPledge {
    RequestPledge {
        instrument: number(bill),
        lot: lot("1-1000"),
        part: None,
        to: member("bank-b"),
        debt: yuan("5.00"),
        debt_due: date("2027-03-01"),
        registry: "".parse().unwrap(),
        purpose: "steel".parse().unwrap(),
        answer_by: None,
    }
}

fn guarantee(bill: InstrumentNumber) -> RequestGuarantee {
    RequestGuarantee {
        bill: number(bill),
        lot: Some(lot("1-1000")),
        part: None,
        guarantor: member("guarantor"),
        ward: Some(member("s1")),
        answer_by: None,
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    let mut w = world();
    let bill = issued(&mut w, limited());
    let marked = Register {
        not_transferable: true,
        ..register("10.00", "2027-04-05")
    };
    let marked = issued(&mut w, marked);
    let pledged = issued(&mut w, limited());
    deal(&mut w, "s1", pledge(pledged), "bank-b", pledged);
    let cut = issued(&mut w, register("10.00", "2027-04-05"));
    w.endorse(cut, "s1", "1-1000", "4.00", "s2");
    let mut table = Table::new(w);
    unmarking(&mut table, marked, bill);
    guaranteeing(&mut table, bill, cut);
    pledging(&mut table, bill, pledged);
    narrowing(&mut table, bill);
    table
}

#[rustfmt::skip]
fn unmarking(table: &mut Table, marked: InstrumentNumber, unmarked: InstrumentNumber) {
    use Code::*;
    let unmark = RequestUnmark {
        bill: number(marked),
        lot: lot("1-1000"),
        part: None,
        answer_by: None,
    };
    let mut r = table.call("s1", unmark);
    wrong_bill!(r);
    r.wrong("bill", "not marked", |c| c.bill = number(unmarked), WrongState, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    wrong_days!(r, "2027-04-05");
}

#[rustfmt::skip]
fn guaranteeing(table: &mut Table, bill: InstrumentNumber, cut: InstrumentNumber) {
    use Code::*;
    let mut r = table.call("s1", guarantee(bill));
    wrong_bill!(r);
    for (what, range) in [("that ends elsewhere", "1-99"), ("beyond the sum", "1-1001")] {
        r.wrong("lot", what, |c| c.lot = Some(lot(range)), NoSuchLot, "bill");
    }
    wrong_part!(r);
    wrong_member!(r, guarantor, "insurer", "barred");
    r.wrong("guarantor", "the holder", |c| c.guarantor = member("s1"), SelfDealing, "member");
    r.wrong("guarantor", "liable already", |c| c.guarantor = member("core"), AlreadyLiable, "member");
    r.wrong("ward", "another than the holder", |c| c.ward = Some(member("core")), InvalidArgument, "ward");
    wrong_days!(r, "2027-04-05");

    let of_rest = RequestGuarantee {
        lot: Some(lot("401-1000")),
        ..guarantee(cut)
    };
    let mut r = table.call("s1", of_rest);
    r.wrong("lot", "left out of a bill that is cut", |c| c.lot = None, InvalidArgument, "lot");
}

#[rustfmt::skip]
fn pledging(table: &mut Table, bill: InstrumentNumber, pledged: InstrumentNumber) {
    use Code::*;
    let mut r = table.call("s1", pledge(bill));
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "pledged already", |c| c.instrument = number(pledged), WrongState, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    wrong_member!(r, to, "court", "barred");
    r.wrong("to", "itself", |c| c.to = member("s1"), SelfDealing, "member");
    r.wrong("to", "outside the limits", |c| c.to = member("core"), UseLimited, "receiver");
    r.wrong("debt", "none", |c| c.debt = yuan("0"), AmountZero, "");
    r.wrong("debt", "in another currency", |c| c.debt = usd(1), InvalidArgument, "debt");
    r.wrong("debt_due", "yesterday", |c| c.debt_due = date("2027-01-04"), DateInPast, "date");
    r.wrong("purpose", "another than the lot's", |c| c.purpose = "coal".parse().unwrap(), UseLimited, "purpose");
    r.wrong("registry", "of a bill", |c| c.registry = "R-1".parse().unwrap(), InvalidArgument, "registry");
    wrong_days!(r, "2027-04-05");

    let release = RequestRelease {
        instrument: number(pledged),
        lot: lot("1-1000"),
        part: None,
        price: Some(yuan("5.00")),
        settlement: Settlement::Dvp,
        answer_by: None,
    };
    let mut r = table.call("bank-b", release);
    wrong_bill!(r, instrument, "instrument");
    wrong_lot!(r);
    wrong_part!(r);
    r.wrong("price", "nothing", |c| c.price = Some(yuan("0")), AmountZero, "");
    r.wrong("price", "in another currency", |c| c.price = Some(usd(1)), InvalidArgument, "price");
    wrong_days!(r, "2027-04-05");
}

#[rustfmt::skip]
fn narrowing(table: &mut Table, bill: InstrumentNumber) {
    use Code::*;
    let narrow = Narrow {
        bill: number(bill),
        lot: lot("1-1000"),
        part: None,
        unsplittable: true,
        limits: Some(limits(&["bank-b", "s2"])),
    };
    let mut r = table.call("s1", narrow.clone());
    wrong_bill!(r);
    wrong_lot!(r);
    wrong_part!(r);
    let mut wrong = |what, change: fn(&mut UseLimits), code, fact| {
        let changed = |c: &mut Narrow| change(c.limits.as_mut().unwrap());
        r.wrong("limits", what, changed, code, fact);
    };
    wrong("holders out of order", |l| l.holders.reverse(), InvalidArgument, "limits");
    wrong("closed before they open", |l| l.until = Some(date("2027-01-04")), InvalidArgument, "limits");
    wrong("a holder that is not there", |l| l.holders = vec![member("nobody")], NoSuchMember, "member");
    wrong("of more holders", |l| l.holders.push(member("s3")), NotNarrower, "field");
    wrong("of any holder", |l| l.holders.clear(), NotNarrower, "field");
    wrong("open earlier", |l| l.from = None, NotNarrower, "field");
    wrong("open longer", |l| l.until = Some(date("2027-04-01")), NotNarrower, "field");
    wrong("for any purpose", |l| l.purpose = Default::default(), NotNarrower, "field");

    let unsplittable = Narrow {
        limits: None,
        ..narrow
    };
    let mut r = table.call("s1", unsplittable);
    r.wrong("unsplittable", "no, and nothing else asked", |c| c.unsplittable = false, InvalidArgument, "limits");
}

/// Pledged lots that were paid before their debts are due.
#[rustfmt::skip]
pub fn proceeds() -> Table {
    use Code::*;
    let mut w = world();
    let bill = issued(&mut w, limited());
    let later = RequestPledge {
        debt_due: date("2027-06-01"),
        ..pledge(bill)
    };
    deal(&mut w, "s1", later, "bank-b", bill);
    let free = issued(&mut w, register("10.00", "2027-04-05"));
    w.close("2027-04-05");
    w.morning("2027-04-06");
    let mut table = Table::new(w);
    let apply = ApplyProceeds {
        instrument: number(bill),
        lot: lot("1-1000"),
    };
    let mut r = table.call("s1", apply);
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "that was not pledged", |c| c.instrument = number(free), WrongState, "lot");
    wrong_lot!(r);
    let release = ReleaseProceeds {
        instrument: number(bill),
        lot: lot("1-1000"),
    };
    let mut r = table.call("bank-b", release);
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "that was not pledged", |c| c.instrument = number(free), WrongState, "lot");
    wrong_lot!(r);
    table
}
