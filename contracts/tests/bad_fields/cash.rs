//! Digital cash.

use crate::*;

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut world = world();
    let hold = PlaceHold {
        money: yuan("5.00"),
        releaser: Some(member("s1")),
        until: date("2027-02-01"),
        reference: Default::default(),
    };
    let (mine, others) = match [world.ok("core", hold.clone()), world.ok("s2", hold.clone())] {
        [CallResult::Hold(mine), CallResult::Hold(others)] => (mine, others),
        other => panic!("{other:?}"),
    };
    let mut table = Table::new(world);

    let mint = Mint {
        to: member("s1"),
        money: yuan("1.00"),
        reference: Default::default(),
    };
    let max = Money::new(cny(), u64::MAX);
    let mut r = table.call("central", mint);
    r.wrong("to", "not there", |c| c.to = member("nobody"), NoSuchMember, "member");
    r.wrong("money", "none", |c| c.money = yuan("0"), AmountZero, "");
    r.wrong("money", "over 64 bits in all", |c| c.money = max, AmountOverflow, "amount");
    r.wrong("money", "in an unknown currency", |c| c.money = usd(1), UnknownCurrency, "currency");

    let redeem = Redeem {
        money: yuan("1.00"),
        reference: Default::default(),
    };
    let mut r = table.call("central", redeem);
    r.wrong("money", "none", |c| c.money = yuan("0"), AmountZero, "");
    r.wrong("money", "more than it has", |c| c.money = yuan("1,000,000.01"), InsufficientFunds, "have");
    r.wrong("money", "in an unknown currency", |c| c.money = usd(1), UnknownCurrency, "currency");

    let mut r = table.call("core", transfer("s1", yuan("1.00")));
    r.wrong("to", "not there", |c| c.to = member("nobody"), NoSuchMember, "member");
    r.wrong("to", "itself", |c| c.to = member("core"), SelfDealing, "member");
    r.wrong("money", "none", |c| c.money = yuan("0"), AmountZero, "");
    r.wrong("money", "more than is available", |c| c.money = yuan("999,995.01"), InsufficientFunds, "have");
    r.wrong("money", "in an unknown currency", |c| c.money = usd(1), UnknownCurrency, "currency");

    let mut r = table.call("core", hold);
    r.wrong("money", "none", |c| c.money = yuan("0"), AmountZero, "");
    r.wrong("money", "more than is available", |c| c.money = yuan("999,995.01"), InsufficientFunds, "have");
    r.wrong("money", "in an unknown currency", |c| c.money = usd(1), UnknownCurrency, "currency");
    r.wrong("releaser", "not there", |c| c.releaser = Some(member("nobody")), NoSuchMember, "member");
    r.wrong("until", "yesterday", |c| c.until = date("2027-01-04"), DateInPast, "date");

    let mut r = table.call("s1", ReleaseHold { hold: mine });
    r.wrong("hold", "not there", |c| c.hold = RequestId([7; 16]), NoSuchHold, "hold");
    let mut r = table.call("s1", ReleaseHold { hold: others });
    r.wrong("hold", "not there", |c| c.hold = RequestId([8; 16]), NoSuchHold, "hold");
    table
}
