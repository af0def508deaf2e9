//! Questions for quotes, and quotes.

use super::*;
use allonge_contracts::PublicKey;
use allonge_contracts::receivables::Quoted;

fn ask(certificate: InstrumentNumber, to: &[&str]) -> AskQuotes {
    AskQuotes {
        certificate: number(certificate),
        lot: lot("1-1000"),
        part: Some(yuan("5.00")),
        to: to.iter().map(|name| member(name)).collect(),
        key: PublicKey([44; 32]),
        until: date("2027-01-08"),
    }
}

#[track_caller]
fn asked_by(w: &mut World, asker: &str, call: AskQuotes) -> RequestId {
    match w.ok(asker, call) {
        CallResult::Quotes(id) => id,
        other => panic!("{other:?}"),
    }
}

fn quoted() -> Quoted {
    Quoted {
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: yuan("5.00"),
        recourse: false,
        salt: Hash([9; 32]),
    }
}

fn quote(ask: RequestId, funder: &str, quoted: &Quoted) -> GiveQuote {
    GiveQuote {
        ask,
        commitment: quoted.commitment(&ask, &member(funder)),
        sealed: "00ff10".parse().unwrap(),
        valid_until: 1_830_000_000_000,
    }
}

/// Questions for quotes, and quotes.
#[rustfmt::skip]
pub fn quoting() -> Table {
    use Code::*;
    let mut w = no_papers();
    let of = held(&mut w);
    let twins = ask(of.twins, &["bank-b", "finco"]);
    let one = asked_by(&mut w, "s1", ask(of.free, &["bank-b", "finco"]));
    let not_finco = asked_by(&mut w, "s1", ask(of.free, &["bank-b"]));
    let others = asked_by(&mut w, "bank-b", ask(of.banks, &["bank-a", "finco"]));
    let absent = RequestId([7; 16]);
    w.ok("finco", quote(one, "finco", &quoted()));
    let mut table = Table::new(w);

    let mut r = table.call("s1", ask(of.free, &["bank-b", "finco"]));
    wrong_certificate!(r);
    wrong_held!(r, of, certificate);
    wrong_lot!(r);
    wrong_part!(r);
    let many: Vec<_> = (0..17).map(|n| member(&format!("x{n:02}"))).collect();
    let to = |names: &[&str]| names.iter().map(|name| member(name)).collect::<Vec<_>>();
    r.wrong("to", "nobody", |c| c.to = vec![], InvalidArgument, "to");
    r.wrong("to", "17 funders", |c| c.to = many, InvalidArgument, "to");
    r.wrong("to", "out of order", |c| c.to.reverse(), InvalidArgument, "to");
    r.wrong("to", "one twice", |c| c.to = to(&["finco", "finco"]), InvalidArgument, "to");
    r.wrong("to", "one who is not there", |c| c.to = to(&["finco", "nobody"]), NoSuchMember, "member");
    r.wrong("to", "one of a wrong role", |c| c.to = to(&["finco", "s2"]), RoleRequired, "member");
    r.wrong("to", "one who is suspended", |c| c.to = to(&["barred-bank", "finco"]), CounterpartySuspended, "member");
    r.wrong("until", "in the past", |c| c.until = date("2027-01-04"), AnswerByWrong, "answer_by");
    r.wrong("until", "the due day", |c| c.until = date("2027-04-05"), AnswerByWrong, "answer_by");
    let mut r = table.call("s1", AskQuotes { part: None, ..ask(of.whole, &["bank-b"]) });
    r.wrong("part", "of a certificate that may not be split", |c| c.part = Some(yuan("1.00")), NotSplittable, "bill");
    let mut r = table.call("bank-b", ask(of.banks, &["bank-a", "finco"]));
    r.wrong("to", "itself", |c| c.to = to(&["bank-b", "finco"]), SelfDealing, "member");
    let mut r = table.call("s1", twins);
    r.wrong("to", "the issuer", |c| c.to = to(&["finco", "twin"]), NotToIssuer, "issuer");

    let mut r = table.call("finco", quote(one, "finco", &quoted()));
    r.wrong("ask", "not there", |c| c.ask = absent, NoSuchQuotes, "ask");
    r.wrong("ask", "of others", |c| c.ask = not_finco, NotAsked, "ask");
    let text = |text: &str| text.parse().unwrap();
    for (what, sealed) in [("nothing", String::new()), ("half a byte", "00f".into()), ("in capitals", "00FF".into()), ("no hex", "00fg".into())] {
        r.wrong("sealed", what, |c| c.sealed = text(&sealed), InvalidArgument, "sealed");
    }
    r.wrong("valid_until", "past", |c| c.valid_until = 1_700_000_000_000, InvalidArgument, "valid_until");

    let take = TakeQuote {
        ask: one,
        funder: member("finco"),
        opened: quoted(),
        registry: "ZDW-2027-000019".parse().unwrap(),
    };
    let mut r = table.call("s1", take);
    r.wrong("ask", "not there", |c| c.ask = absent, NoSuchQuotes, "ask");
    r.wrong("ask", "of another", |c| c.ask = others, WrongParty, "asker");
    r.wrong("funder", "that has not answered", |c| c.funder = member("bank-b"), NoSuchQuote, "funder");
    r.wrong("opened", "in another currency", |c| c.opened.advance = usd(500), InvalidArgument, "opened");
    r.wrong("opened", "at a lower rate", |c| c.opened.rate = "3.5%".parse().unwrap(), QuoteDiffers, "funder");
    r.wrong("opened", "with a larger advance", |c| c.opened.advance = yuan("5.01"), QuoteDiffers, "funder");
    r.wrong("opened", "with another salt", |c| c.opened.salt = Hash([8; 32]), QuoteDiffers, "funder");
    r.wrong("opened", "with recourse", |c| c.opened.recourse = true, QuoteDiffers, "funder");
    r.wrong("registry", "none", |c| c.registry = Default::default(), InvalidArgument, "registry");

    let mut r = table.call("s1", CloseQuotes { ask: one });
    r.wrong("ask", "not there", |c| c.ask = absent, NoSuchQuotes, "ask");
    r.wrong("ask", "of another", |c| c.ask = others, WrongParty, "asker");
    table
}
