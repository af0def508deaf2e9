//! Quotes under seal (rule book 3.2).

use crate::*;
use allonge_contracts::receivables::Quoted;
use allonge_contracts::{Hash, PublicKey};

fn ask(number: InstrumentNumber, part: &str) -> AskQuotes {
    AskQuotes {
        certificate: of(number),
        lot: lot("1-100000"),
        part: (!part.is_empty()).then(|| yuan(part)),
        to: vec![member("bank-b"), member("factor"), member("finco")],
        key: PublicKey([44; 32]),
        until: date("2027-01-08"),
    }
}

#[track_caller]
fn asked(w: &mut World, call: AskQuotes) -> RequestId {
    match w.ok("s1", call) {
        CallResult::Quotes(id) => id,
        other => panic!("{other:?}"),
    }
}

fn quoted(rate: &str, advance: &str) -> Quoted {
    Quoted {
        rate: rate.parse().unwrap(),
        day_count: DayCount::Act360,
        advance: yuan(advance),
        recourse: false,
        salt: Hash([5; 32]),
    }
}

/// A quote that binds until noon of 5 January.
fn give(ask: RequestId, funder: &str, quoted: &Quoted) -> GiveQuote {
    GiveQuote {
        ask,
        commitment: quoted.commitment(&ask, &member(funder)),
        sealed: "00ff".parse().unwrap(),
        valid_until: noon(),
    }
}

fn noon() -> u64 {
    u64::from(date("2027-01-05").days()) * 86_400_000 + 12 * 3_600_000
}

fn take(ask: RequestId, funder: &str, opened: Quoted) -> TakeQuote {
    TakeQuote {
        ask,
        funder: member(funder),
        opened,
        registry: "ZDW-3".parse().unwrap(),
    }
}

#[test]
fn one_is_taken_and_the_others_lapse() {
    let mut w = world();
    let number = held(&mut w);
    let id = asked(&mut w, ask(number, "200.00"));
    let (dear, cheap) = (quoted("4.8%", "200.00"), quoted("3.6%", "200.00"));
    w.ok("bank-b", give(id, "bank-b", &dear));
    w.ok("finco", give(id, "finco", &cheap));
    assert_eq!(
        tiers(&w, number),
        ["1-100000 s1 T1 held"],
        "asking locks nothing"
    );
    let cash = (w.cash("s1").0, w.cash("finco").0, w.cash("bank-b"));
    w.ok("s1", take(id, "finco", cheap));
    assert_eq!(
        (w.cash("s1").0, w.cash("finco").0),
        (cash.0 + 19_760, cash.1 - 19_760)
    );
    assert_eq!(w.cash("bank-b"), cash.2, "nothing was reserved");
    assert_eq!(
        tiers(&w, number),
        ["1-20000 finco T1 held", "20001-100000 s1 T1 held"]
    );
    assert_eq!(
        w.refused("s1", take(id, "bank-b", dear)),
        Code::NoSuchQuotes
    );
    assert_eq!(read::quotes(&w.memory, &id).unwrap(), vec![]);
    assert_eq!(
        read::quote_asks_of(&w.memory, &member("bank-b"), None, 9).unwrap(),
        vec![]
    );
}

/// Nobody takes what was not offered, or offers what was not asked.
#[test]
fn a_quote_binds_as_it_was_given() {
    let mut w = world();
    let number = held(&mut w);
    let id = asked(&mut w, ask(number, ""));
    let quote = quoted("3.6%", "1,000.00");
    w.ok("finco", give(id, "finco", &quote));
    let better = Quoted {
        rate: "3.5%".parse().unwrap(),
        ..quote.clone()
    };
    assert_eq!(
        w.refused("s1", take(id, "finco", better)),
        Code::QuoteDiffers
    );
    assert_eq!(
        w.refused("s1", take(id, "factor", quote.clone())),
        Code::NoSuchQuote
    );
    assert_eq!(
        w.refused("s2", take(id, "finco", quote.clone())),
        Code::WrongParty
    );
    assert_eq!(
        w.refused("bank-a", give(id, "bank-a", &quote)),
        Code::NotAsked
    );
    // Another funder cannot pass the same sealed quote off as its own.
    let copied = GiveQuote {
        commitment: quote.commitment(&id, &member("finco")),
        ..give(id, "factor", &quote)
    };
    w.ok("factor", copied);
    assert_eq!(
        w.refused("s1", take(id, "factor", quote.clone())),
        Code::QuoteDiffers
    );
    let late = GiveQuote {
        valid_until: noon() - 4 * 3_600_000,
        ..give(id, "bank-b", &quote)
    };
    assert_eq!(w.refused("bank-b", late), Code::InvalidArgument);
    // Binding up to the moment named, and no longer.
    w.go_to("2027-01-05", 12 * 60);
    let mut copy = w.memory.clone();
    w.ok("s1", take(id, "finco", quote.clone()));
    std::mem::swap(&mut w.memory, &mut copy);
    w.go_to("2027-01-05", 12 * 60 + 1);
    assert_eq!(
        w.refused("s1", take(id, "finco", quote)),
        Code::QuoteExpired
    );
}

#[test]
fn what_the_funder_cannot_pay_or_the_holder_no_longer_has_is_refused() {
    let mut w = world();
    let number = held(&mut w);
    let id = asked(&mut w, ask(number, ""));
    let quote = quoted("3.6%", "1,000.00");
    w.ok("finco", give(id, "finco", &quote));
    w.ok("finco", transfer("bank-a", yuan("999,500.00")));
    assert_eq!(
        w.refused("s1", take(id, "finco", quote.clone())),
        Code::InsufficientFunds
    );
    w.ok("bank-a", transfer("finco", yuan("999,500.00")));
    w.ok("s1", transfer_lot(number, "1-100000", "1.00", "s2"));
    assert_eq!(w.refused("s1", take(id, "finco", quote)), Code::NoSuchLot);
    w.ok("s1", CloseQuotes { ask: id });
}

#[test]
fn a_question_ends_at_the_close_of_its_last_day() {
    let mut w = world();
    let number = held(&mut w);
    let id = asked(&mut w, ask(number, ""));
    w.ok("finco", give(id, "finco", &quoted("3.6%", "1.00")));
    assert_eq!(w.refused("s2", CloseQuotes { ask: id }), Code::WrongParty);
    w.morning("2027-01-08");
    assert!(read::quote_ask(&w.memory, &id).unwrap().is_some());
    let events = w.close("2027-01-08");
    assert!(names(&events).contains(&"quotes.ended"));
    assert_eq!(w.refused("s1", CloseQuotes { ask: id }), Code::NoSuchQuotes);
    assert_eq!(read::quotes(&w.memory, &id).unwrap(), vec![]);
}
