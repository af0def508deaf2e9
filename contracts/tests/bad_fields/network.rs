//! Members, the calendar, the clock and parameters.

use crate::*;
use allonge_contracts::params::ParamName;

pub fn admit() -> Admit {
    Admit {
        member: member("new"),
        roles: vec![Role::FinanceCompany, Role::Factor],
        legal_id: None,
        bank_number: bank_number("105100000017"),
        account_bank: Some(member("bank-a")),
        keys: vec![key(98), key(99)],
        threshold: 2,
    }
}

/// One of many, each of another name and without a bank number.
pub fn admit_as(number: usize) -> Admit {
    Admit {
        member: member(&format!("new-{number}")),
        bank_number: None,
        ..admit()
    }
}

pub fn suspend(name: &str) -> Suspend {
    Suspend {
        member: member(name),
        reason: "audit".parse().unwrap(),
    }
}

pub fn record(name: &str) -> RecordInsolvency {
    RecordInsolvency {
        member: member(name),
        order: "(2027) 12".parse().unwrap(),
        lifted: false,
    }
}

pub fn set_param() -> SetParam {
    SetParam {
        name: ParamName::RecourseRate,
        value: 40_000,
        from: date("2027-01-06"),
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    let mut table = Table::new(world());
    members(&mut table);
    insolvency(&mut table);
    declared(&mut table);
    days(&mut table);
    params(&mut table);
    table
}

#[rustfmt::skip]
fn members(table: &mut Table) {
    use Code::*;
    let mut r = table.call("regulator", admit());
    r.wrong("member", "there already", |c| c.member = member("core"), AlreadyExists, "member");
    r.wrong("member", "its own account bank", |c| c.member = member("bank-a"), InvalidArgument, "account_bank");
    r.wrong("roles", "none", |c| c.roles.clear(), InvalidArgument, "roles");
    r.wrong("roles", "one twice", |c| c.roles.push(Role::Factor), InvalidArgument, "roles");
    r.wrong("bank_number", "in use", |c| c.bank_number = bank_number("102100099996"), AlreadyExists, "field");
    r.wrong("account_bank", "not there", |c| c.account_bank = Some(member("nobody")), NoSuchMember, "member");
    r.wrong("account_bank", "no bank", |c| c.account_bank = Some(member("s1")), RoleRequired, "member");
    r.wrong("account_bank", "itself", |c| c.account_bank = Some(member("new")), InvalidArgument, "account_bank");
    r.wrong("keys", "none", |c| c.keys.clear(), InvalidArgument, "keys");
    r.wrong("keys", "out of order", |c| c.keys.reverse(), InvalidArgument, "keys");
    r.wrong("keys", "one twice", |c| c.keys = vec![key(9), key(9)], InvalidArgument, "keys");
    r.wrong("keys", "17", |c| c.keys = (1..=17).map(key).collect(), InvalidArgument, "keys");
    r.wrong("keys", "fewer than the threshold", |c| c.keys.truncate(1), ThresholdWrong, "threshold");
    r.wrong("threshold", "nought", |c| c.threshold = 0, ThresholdWrong, "threshold");
    r.wrong("threshold", "over the keys", |c| c.threshold = 3, ThresholdWrong, "threshold");

    let mut r = table.call("regulator", suspend("core"));
    r.wrong("member", "not there", |c| c.member = member("nobody"), NoSuchMember, "member");
    r.wrong("member", "itself", |c| c.member = member("regulator"), SelfDealing, "member");
    r.wrong("member", "suspended already", |c| c.member = member("barred"), WrongState, "member");

    let reinstate = Reinstate {
        member: member("barred"),
        reason: "audited".parse().unwrap(),
    };
    let mut r = table.call("regulator", reinstate);
    r.wrong("member", "not there", |c| c.member = member("nobody"), NoSuchMember, "member");
    r.wrong("member", "itself", |c| c.member = member("regulator"), SelfDealing, "member");
    r.wrong("member", "not suspended", |c| c.member = member("core"), WrongState, "member");

    let rotate = RotateKeys {
        keys: vec![key(8), key(9)],
        threshold: 2,
    };
    let mut r = table.call("core", rotate);
    r.wrong("keys", "none", |c| c.keys.clear(), InvalidArgument, "keys");
    r.wrong("keys", "out of order", |c| c.keys.reverse(), InvalidArgument, "keys");
    r.wrong("keys", "17", |c| c.keys = (1..=17).map(key).collect(), InvalidArgument, "keys");
    r.wrong("threshold", "nought", |c| c.threshold = 0, ThresholdWrong, "threshold");
    r.wrong("threshold", "over the keys", |c| c.threshold = 3, ThresholdWrong, "threshold");
}

#[rustfmt::skip]
fn insolvency(table: &mut Table) {
    use Code::*;
    table.world.ok("court", record("s3"));
    for actor in ["court", "attestor"] {
        let mut r = table.call(actor, record("s2"));
        r.wrong("member", "not there", |c| c.member = member("nobody"), NoSuchMember, "member");
        r.wrong("member", "on record already", |c| c.member = member("s3"), AlreadyExists, "member");
        r.wrong("order", "empty", |c| c.order = Default::default(), InvalidArgument, "order");
        r.wrong("lifted", "though not on record", |c| c.lifted = true, WrongState, "member");
    }
}

#[rustfmt::skip]
fn declared(table: &mut Table) {
    use Code::*;
    let declare = Declare {
        assets: yuan("1,000.00"),
        deposits: yuan("800.00"),
        margin: yuan("10.00"),
    };
    let mut r = table.call("bank-a", declare);
    r.wrong("assets", "none", |c| c.assets = yuan("0"), AmountZero, "");
    r.wrong("assets", "in another currency than the rest", |c| c.assets = usd(1), InvalidArgument, "deposits");
    r.wrong("deposits", "in another currency", |c| c.deposits = usd(1), InvalidArgument, "deposits");
    r.wrong("margin", "in another currency", |c| c.margin = usd(1), InvalidArgument, "margin");
}

#[rustfmt::skip]
fn days(table: &mut Table) {
    use Code::*;
    let mut r = table.call("core", AdvanceClock { to: date("2027-02-01") });
    r.wrong("to", "today", |c| c.to = date("2027-01-05"), DateInPast, "date");
    r.wrong("to", "ten years ahead and more", |c| c.to = date("2037-01-13"), InvalidArgument, "to");

    let calendar = SetCalendar {
        closed: vec![date("2027-02-01")],
        open: vec![date("2027-02-06")],
    };
    let many = || (0..65).map(|n| date("2027-03-01").plus_days(n).unwrap()).collect();
    let mut r = table.call("regulator", calendar);
    r.wrong("closed", "today", |c| c.closed = vec![date("2027-01-05")], CalendarWrong, "date");
    r.wrong("closed", "65 days", |c| c.closed = many(), InvalidArgument, "closed");
    r.wrong("closed", "a day twice", |c| c.closed.push(date("2027-02-01")), InvalidArgument, "closed");
    r.wrong("open", "today", |c| c.open = vec![date("2027-01-05")], CalendarWrong, "date");
    r.wrong("open", "65 days", |c| c.open = many(), InvalidArgument, "open");
    r.wrong("open", "a day that is closed", |c| c.open.push(date("2027-02-01")), InvalidArgument, "open");
    let opened = SetCalendar {
        closed: vec![],
        open: vec![date("2027-02-06")],
    };
    let mut r = table.call("regulator", opened);
    r.wrong("open", "no day at all", |c| c.open.clear(), InvalidArgument, "open");
}

#[rustfmt::skip]
fn params(table: &mut Table) {
    use Code::*;
    let mut r = table.call("regulator", set_param());
    r.wrong("name", "of months, a rate's value", |c| c.name = ParamName::BarPrimaryMonths, InvalidArgument, "value");
    r.wrong("value", "a rate above 100 %", |c| c.value = 1_000_001, InvalidArgument, "value");
    r.wrong("from", "today", |c| c.from = date("2027-01-05"), DateInPast, "date");
    let months = SetParam {
        name: ParamName::BarPrimaryMonths,
        value: 36,
        ..set_param()
    };
    let mut r = table.call("regulator", months);
    r.wrong("value", "no month", |c| c.value = 0, InvalidArgument, "value");
    r.wrong("value", "over a hundred years", |c| c.value = 1_201, InvalidArgument, "value");
}
