//! Of several reasons for a refusal the one with the lowest code is told, whatever the act.

use crate::*;
use allonge_contracts::receivables::Quoted;
use allonge_contracts::{Call, Hash, Money, PublicKey};

const PAST: &str = "2027-01-04";

fn usd() -> Money {
    Money::new("USD".parse().unwrap(), 1)
}

fn dispute(number: InstrumentNumber) -> DisputeLot {
    DisputeLot {
        certificate: of(number),
        lot: lot("1-100000"),
        reason: "short delivery".parse().unwrap(),
    }
}

fn quotes(number: InstrumentNumber, until: &str) -> AskQuotes {
    AskQuotes {
        certificate: of(number),
        lot: lot("1-100000"),
        part: None,
        to: vec![member("bank-b")],
        key: PublicKey([44; 32]),
        until: date(until),
    }
}

fn pledge(number: InstrumentNumber) -> RequestPledge {
    RequestPledge {
        instrument: of(number),
        lot: lot("1-100000"),
        part: None,
        to: member("bank-b"),
        debt: yuan("5.00"),
        debt_due: date(PAST),
        purpose: Default::default(),
        answer_by: None,
        registry: "ZDW-1".parse().unwrap(),
    }
}

#[rustfmt::skip]
#[test]
fn the_first_of_several_reasons_is_told() {
    let mut w = world();
    let (free, deep, disputed) = (
        held(&mut w),
        held_as(&mut w, |c| c.max_tier = Some(1)),
        held(&mut w),
    );
    let CallResult::Quotes(asked) = w.ok("s1", quotes(free, "2027-01-08")) else {
        panic!("no question");
    };
    for number in [deep, disputed] {
        w.ok("core", dispute(number));
    }
    let small = line(&mut w, "10.00");
    let CallResult::Line(wide) = w.ok("bank-a", grant("5,000.00")) else {
        panic!("no line");
    };
    let short = opened(&mut w, open(wide, "10.00", "2027-05-05"));
    let long = OpenCertificate {
        term_reason: "steel".parse().unwrap(),
        ..open(wide, "10.00", "2027-12-05")
    };
    let long = opened(&mut w, long);
    let past = Some(date(PAST));
    let whole = "1-100000";
    let absent = RequestId([7; 16]);
    let opened = Quoted {
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: usd(),
        recourse: false,
        salt: Hash([5; 32]),
    };
    let take = TakeQuote {
        ask: asked,
        funder: member("bank-b"),
        opened: opened.clone(),
        registry: "ZDW-1".parse().unwrap(),
    };
    let nothing = TakeQuote {
        opened: Quoted {
            advance: yuan("0"),
            ..opened
        },
        ..take.clone()
    };
    let late = |call: TransferLot| TransferLot {
        answer_by: past,
        ..call
    };
    let of_nothing = FinanceLot {
        advance: Some(yuan("0")),
        ..finance(free, whole, "", "finco")
    };
    let too_much = FinanceLot {
        advance: Some(yuan("1,000.01")),
        ..finance(disputed, whole, "", "finco")
    };
    let too_late = FinanceLot {
        answer_by: past,
        ..too_much.clone()
    };
    let quote = GiveQuote {
        ask: absent,
        commitment: Hash([1; 32]),
        sealed: "00".parse().unwrap(),
        valid_until: 1,
    };
    let ended = date("2028-05-05");
    let cases: Vec<(&str, Call, Code)> = vec![
        ("core", open(absent, "1.00", PAST).into(), Code::MaturityInPast),
        ("core", OpenCertificate { due: ended, ..open(absent, "1.00", PAST) }.into(), Code::TermTooLong),
        ("core", open(small, "10.01", "2027-12-05").into(), Code::LineExceeded),
        ("core", RequestConfirmation { certificate: of(short), to: member("bank-b"), answer_by: past }.into(), Code::AnswerByWrong),
        ("core", RequestSignature { certificate: of(long), answer_by: past }.into(), Code::AnswerByWrong),
        ("s1", late(transfer_lot(free, whole, "", "core")).into(), Code::AnswerByWrong),
        ("s1", late(transfer_lot(disputed, whole, "", "s2")).into(), Code::AnswerByWrong),
        ("s1", transfer_lot(deep, whole, "", "core").into(), Code::NotToIssuer),
        ("s1", transfer_lot(deep, whole, "", "s2").into(), Code::TierLimit),
        ("s2", of_nothing.into(), Code::AmountZero),
        ("s1", too_late.into(), Code::AnswerByWrong),
        ("s1", too_much.into(), Code::Disputed),
        ("s1", quotes(disputed, PAST).into(), Code::AnswerByWrong),
        ("s1", pledge(disputed).into(), Code::DateInPast),
        ("bank-b", quote.into(), Code::InvalidArgument),
        ("s2", take.into(), Code::InvalidArgument),
        ("s2", nothing.into(), Code::AmountZero),
    ];
    for (actor, call, code) in cases {
        let name = call.name();
        assert_eq!(w.refused(actor, call), code, "{name}");
    }
}
