//! Measures of a court.

use crate::*;
use allonge_contracts::Text;

fn order() -> Text<64> {
    "(2027) 18".parse().unwrap()
}

pub fn freeze(bill: InstrumentNumber) -> Freeze {
    Freeze {
        instrument: number(bill),
        lot: lot("1-1000"),
        part: None,
        order: order(),
    }
}

pub fn order_transfer(bill: InstrumentNumber) -> OrderTransfer {
    OrderTransfer {
        instrument: number(bill),
        lot: lot("1-1000"),
        part: None,
        order: order(),
        to: member("s2"),
    }
}

#[rustfmt::skip]
pub fn table() -> Table {
    use Code::*;
    let mut w = world();
    let bill = issued(&mut w, register("10.00", "2027-04-05"));
    let frozen = issued(&mut w, register("10.00", "2027-04-05"));
    w.ok("court", freeze(frozen));
    let accepted = w.accepted("10.00", "2027-04-05");
    let mut table = Table::new(w);

    let mut r = table.call("court", freeze(bill));
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "frozen already", |c| c.instrument = number(frozen), Frozen, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    r.wrong("order", "empty", |c| c.order = Default::default(), InvalidArgument, "order");

    let stop = Stop {
        instrument: number(bill),
        lot: lot("1-1000"),
        part: None,
        order: order(),
    };
    let mut r = table.call("court", stop);
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "frozen already", |c| c.instrument = number(frozen), Frozen, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    r.wrong("order", "empty", |c| c.order = Default::default(), InvalidArgument, "order");

    let unfreeze = Unfreeze {
        instrument: number(frozen),
        lot: lot("1-1000"),
        order: order(),
    };
    let mut r = table.call("court", unfreeze);
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "not frozen", |c| c.instrument = number(bill), WrongState, "lot");
    wrong_lot!(r);
    r.wrong("order", "empty", |c| c.order = Default::default(), InvalidArgument, "order");

    let mut r = table.call("court", order_transfer(bill));
    wrong_bill!(r, instrument, "instrument");
    r.wrong("instrument", "not delivered", |c| c.instrument = number(accepted), WrongState, "lot");
    wrong_lot!(r);
    wrong_part!(r);
    r.wrong("order", "empty", |c| c.order = Default::default(), InvalidArgument, "order");
    r.wrong("to", "not there", |c| c.to = member("nobody"), NoSuchMember, "member");
    r.wrong("to", "of a wrong role", |c| c.to = member("regulator"), RoleRequired, "member");
    r.wrong("to", "the holder", |c| c.to = member("s1"), SelfDealing, "holder");
    table
}
