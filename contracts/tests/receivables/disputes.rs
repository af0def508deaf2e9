//! Disputes and court measures on certificates (rule book 3.2).

use crate::*;

fn dispute(number: InstrumentNumber) -> DisputeLot {
    DisputeLot {
        certificate: of(number),
        lot: lot("1-100000"),
        reason: "short delivery".parse().unwrap(),
    }
}

#[test]
fn a_disputed_lot_stays_until_the_dispute_is_withdrawn() {
    let mut w = world();
    let number = held(&mut w);
    let settle = SettleDispute {
        certificate: of(number),
        lot: lot("1-100000"),
    };
    assert_eq!(w.refused("s2", dispute(number)), Code::WrongParty);
    assert_eq!(w.refused("core", settle.clone()), Code::NotDisputed);
    w.ok("core", dispute(number));
    assert_eq!(w.refused("s1", dispute(number)), Code::Disputed);
    for code in [
        w.refused("s1", transfer_lot(number, "1-100000", "", "s2")),
        w.refused("s1", finance(number, "1-100000", "1.00", "finco")),
    ] {
        assert_eq!(code, Code::Disputed);
    }
    assert_eq!(w.refused("s1", settle.clone()), Code::WrongParty);
    w.ok("core", settle);
    w.ok("s1", transfer_lot(number, "1-100000", "", "s2"));
    assert_eq!(w.refused("core", dispute(number)), Code::RequestPending);
}
