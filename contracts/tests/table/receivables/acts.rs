//! The acts on a certificate's lot as calls (rule book 3.2).

pub use super::states::who;
use super::states::*;
use crate::states::BUYER;
use crate::support::*;
use allonge_contracts::bills::{InstrumentNumber, Settlement};
use allonge_contracts::calls::*;
use allonge_contracts::{Call, DayCount};

pub const ACTS: &[&str] = &[
    "confirmation",
    "signature",
    "signature unconfirmed",
    "cancel",
    "transfer",
    "transfer to the issuer",
    "transfer too deep",
    "finance",
    "finance with recourse",
    "ask quotes",
    "take quote",
    "pledge",
    "release",
    "release against cash",
    "dispute",
    "settle dispute",
    "ask back",
    "redeem",
    "freeze",
    "stop",
    "unfreeze",
    "transfer by order",
];

pub const ACTORS: &[&str] = &[
    "issuer", "payee", "holder", "pledgee", "seller", "court", "stranger",
];

/// Acts on a certificate whose term needs a bank's confirmation.
pub fn needs_confirmation(act: &str) -> bool {
    matches!(act, "confirmation" | "signature unconfirmed")
}

fn finance(certificate: InstrumentRef, recourse: bool) -> Call {
    FinanceLot {
        certificate,
        lot: lot("1-100000"),
        part: None,
        to: member(BUYER),
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: None,
        recourse,
        registry: "ZDW-1".parse().unwrap(),
        settlement: Settlement::Dvp,
        answer_by: None,
    }
    .into()
}

/// The call that asks for an act, or carries it out, on the certificate's one lot.
pub fn call(act: &str, ground: &Ground) -> Call {
    let certificate = ground.certificate;
    let number = InstrumentRef::Number(certificate);
    let whole = lot("1-100000");
    let order = || "(2027) 1".parse().unwrap();
    match act {
        "confirmation" => confirmation(certificate).into(),
        "signature" | "signature unconfirmed" => signature(certificate).into(),
        "cancel" => CancelCertificate {
            certificate: number,
        }
        .into(),
        "transfer" | "transfer too deep" => move_to(certificate, NEXT),
        "transfer to the issuer" => move_to(certificate, ISSUER),
        "finance" => finance(number, false),
        "finance with recourse" => finance(number, true),
        "ask quotes" => quotes(certificate),
        "take quote" => TakeQuote {
            ask: ground.ask,
            funder: member(BUYER),
            opened: quoted(),
            registry: "ZDW-2".parse().unwrap(),
        }
        .into(),
        "pledge" => RequestPledge {
            instrument: number,
            lot: whole,
            part: None,
            to: member(BUYER),
            debt: yuan("10.00"),
            debt_due: date("2028-06-01"),
            purpose: Default::default(),
            answer_by: None,
            registry: "ZDW-3".parse().unwrap(),
        }
        .into(),
        "release" => release(certificate, None),
        "release against cash" => release(certificate, Some("10.00")),
        "dispute" => DisputeLot {
            certificate: number,
            lot: whole,
            reason: "short delivery".parse().unwrap(),
        }
        .into(),
        "settle dispute" => SettleDispute {
            certificate: number,
            lot: whole,
        }
        .into(),
        "ask back" => ask_back(certificate),
        "redeem" => RedeemLot {
            certificate: number,
            lot: whole,
        }
        .into(),
        "freeze" => Freeze {
            instrument: number,
            lot: whole,
            part: None,
            order: order(),
        }
        .into(),
        "stop" => Stop {
            instrument: number,
            lot: whole,
            part: None,
            order: order(),
        }
        .into(),
        "unfreeze" => Unfreeze {
            instrument: number,
            lot: whole,
            order: order(),
        }
        .into(),
        "transfer by order" => OrderTransfer {
            instrument: number,
            lot: whole,
            part: None,
            order: order(),
            to: member(BUYER),
        }
        .into(),
        other => panic!("no act `{other}`"),
    }
}

/// Who answers a request for the act.
pub fn answerer(act: &str, stand: &Stand) -> &'static str {
    match act {
        "signature" => PAYEE,
        "transfer" | "transfer too deep" => NEXT,
        "release" | "release against cash" => stand.holder(),
        "ask back" => SELLER,
        _ => BUYER,
    }
}

/// Calls that name a bill, on a certificate.
pub fn of_bills(certificate: InstrumentNumber) -> Vec<Call> {
    let bill = InstrumentRef::Number(certificate);
    let whole = lot("1-100000");
    vec![
        ask_acceptance(certificate).into(),
        ask_delivery(certificate).into(),
        ask_endorsement(certificate, "1-100000", "", NEXT).into(),
        present(certificate, "1-100000").into(),
        Revoke { bill }.into(),
        RequestUnusedReturn {
            bill,
            answer_by: None,
        }
        .into(),
        RequestUnmark {
            bill,
            lot: whole,
            part: None,
            answer_by: None,
        }
        .into(),
        RequestGuarantee {
            bill,
            lot: Some(whole),
            part: None,
            guarantor: member("guarantor"),
            ward: None,
            answer_by: None,
        }
        .into(),
        Narrow {
            bill,
            lot: whole,
            part: None,
            unsplittable: true,
            limits: None,
        }
        .into(),
        Notify {
            bill,
            lot: whole,
            parties: vec![],
            costs: None,
            text: Default::default(),
        }
        .into(),
    ]
}
