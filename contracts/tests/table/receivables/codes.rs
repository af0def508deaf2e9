//! The code of every combination that no row allows, by the order of the reasons.

use super::states::*;
use allonge_contracts::Code;
use allonge_contracts::bills::{Circulation, Frozen, Status};

fn of_the_court(act: &str) -> bool {
    matches!(act, "freeze" | "stop" | "unfreeze" | "transfer by order")
}

/// Acts by which a lot would be with somebody else, or encumbered for somebody else, before it is due.
fn moves(act: &str) -> bool {
    matches!(
        act,
        "transfer"
            | "transfer to the issuer"
            | "transfer too deep"
            | "finance"
            | "finance with recourse"
            | "ask quotes"
            | "take quote"
            | "pledge"
    )
}

fn of_the_issuer(act: &str) -> bool {
    matches!(
        act,
        "confirmation" | "signature" | "signature unconfirmed" | "cancel" | "redeem"
    )
}

/// Whether the actor may ask; else the code.
fn party(act: &str, name: &str, stand: &Stand) -> Result<(), Code> {
    let issuer_or_holder = name == ISSUER || name == stand.holder();
    let disputer = match stand.disputed {
        Disputed::No => None,
        Disputed::ByIssuer => Some(ISSUER),
        Disputed::ByHolder => Some(stand.holder()),
    };
    match act {
        "release" | "release against cash" if stand.pledged() && name != PLEDGEE => {
            Err(Code::WrongParty)
        }
        "release" | "release against cash" => Ok(()),
        "dispute" if !issuer_or_holder => Err(Code::WrongParty),
        "settle dispute" if disputer.is_some_and(|by| by != name) => Err(Code::WrongParty),
        "dispute" | "settle dispute" => Ok(()),
        // The payee asked for the quotes.
        "take quote" if name != PAYEE => Err(Code::WrongParty),
        // Before it has signed the payee ends it too.
        "cancel" if name == PAYEE => Ok(()),
        _ if of_the_issuer(act) && name != ISSUER => Err(Code::WrongParty),
        _ if of_the_issuer(act) => Ok(()),
        _ if name != stand.holder() => Err(Code::NotHolder),
        _ => Ok(()),
    }
}

/// Whether the lot has come as far as the act asks, and nothing else is done with it.
fn stands(act: &str, stand: &Stand) -> bool {
    let in_hand = matches!(stand.status, Status::Held | Status::Overdue);
    match act {
        "confirmation" | "signature" | "signature unconfirmed" | "cancel" => {
            stand.status == Status::Opened
        }
        "release" | "release against cash" => in_hand && stand.pledged(),
        "dispute" | "settle dispute" => in_hand,
        "ask back" => {
            stand.status == Status::Overdue && stand.circulation == Circulation::Circulable
        }
        "redeem" => stand.status == Status::Overdue,
        _ => stand.status == Status::Held && stand.circulation == Circulation::Circulable,
    }
}

/// Why a combination that no row allows is refused: the first of its reasons in the order of the codes.
pub fn refusal(act: &str, actor: &str, stand: &Stand) -> Code {
    let name = who(actor, stand);
    // Words of the parties go on under a court's measure, and so does payment unless it is stopped.
    let spoken = matches!(act, "dispute" | "settle dispute");
    let barred = match stand.frozen {
        Frozen::No => false,
        Frozen::Frozen => !spoken && act != "redeem",
        Frozen::Stopped => !spoken,
    };
    if of_the_court(act) {
        return match act {
            _ if actor != "court" => Code::RoleRequired,
            "freeze" | "stop" if stand.frozen != Frozen::No => Code::Frozen,
            _ => Code::WrongState,
        };
    }
    if actor == "court" && moves(act) && act != "take quote" {
        return Code::RoleRequired;
    }
    if act == "transfer to the issuer" && name == ISSUER {
        return Code::SelfDealing;
    }
    // Quotes were asked for as soon as it was held, and end before it is due.
    if act == "take quote" && (stand.matured || !stand.delivered()) {
        return Code::NoSuchQuotes;
    }
    if let Err(code) = party(act, name, stand) {
        return code;
    }
    if act == "take quote" && name != stand.holder() {
        return Code::NotHolder;
    }
    if stand.waits() && !matches!(act, "settle dispute" | "redeem") {
        return Code::RequestPending;
    }
    if barred {
        return Code::Frozen;
    }
    if !stands(act, stand) {
        return Code::WrongState;
    }
    if moves(act) && stand.matured {
        return Code::Matured;
    }
    match act {
        "signature unconfirmed" => Code::NotConfirmed,
        "transfer to the issuer" => Code::NotToIssuer,
        "transfer too deep" => Code::TierLimit,
        _ if moves(act) && stand.recourse => Code::UnderRecourse,
        "settle dispute" => Code::NotDisputed,
        "ask back" => Code::WithoutRecourse,
        _ => Code::Disputed,
    }
}
