//! The code of every combination that no row allows, by the order of the reasons.

use crate::states::*;
use allonge_contracts::Code;
use allonge_contracts::bills::{Circulation, Dishonour, Frozen, Status};

/// The actors that hold the roles which an act asks of whoever makes it.
fn has_role(act: &str, actor: &str, stand: &Stand) -> bool {
    let holder_is_bank = stand.discounted;
    match act {
        "freeze" | "stop" | "unfreeze" | "transfer by order" => actor == "court",
        "interbank discount" | "rediscount" => match actor {
            "acceptor" | "pledgee" => true,
            "holder" => holder_is_bank,
            _ => false,
        },
        "endorsement to an enterprise"
        | "endorsement to a bank"
        | "discount"
        | "repo discount"
        | "pledge" => actor != "court",
        _ => true,
    }
}

/// Who is to ask; none where the lot has no such side.
fn asker(act: &str, stand: &Stand) -> Option<&'static str> {
    match act {
        "acceptance" | "unused return" | "delivery" | "revoke" => Some(DRAWER),
        "guarantee" => Some(match stand.status {
            Status::Issued => DRAWER,
            Status::Accepted => ACCEPTOR,
            _ => stand.holder(),
        }),
        "release" | "release against cash" => {
            (stand.circulation == Circulation::Pledged).then_some(PLEDGEE)
        }
        "presentment" | "notice of recourse" if stand.circulation == Circulation::Pledged => {
            Some(PLEDGEE)
        }
        "freeze" | "stop" | "unfreeze" | "transfer by order" => Some(COURT),
        _ => Some(stand.holder()),
    }
}

fn wrong_party(act: &str) -> Code {
    match act {
        "acceptance"
        | "unused return"
        | "delivery"
        | "revoke"
        | "guarantee"
        | "release"
        | "release against cash" => Code::WrongParty,
        _ => Code::NotHolder,
    }
}

/// Why a combination that no row allows is refused: the first of its reasons in the order of the codes.
pub fn refusal(act: &str, actor: &str, stand: &Stand) -> Code {
    let name = crate::acts::who(actor, stand);
    if !has_role(act, actor, stand) {
        return Code::RoleRequired;
    }
    if actor == "court" && has_role("freeze", actor, stand) {
        match act {
            "freeze" | "stop" if stand.frozen != Frozen::No => return Code::Frozen,
            "freeze" | "stop" | "unfreeze" | "transfer by order" => return Code::WrongState,
            _ => {}
        }
    }
    if act == "presentment" && name == ACCEPTOR {
        return Code::SelfDealing;
    }
    if asker(act, stand).is_some_and(|asker| asker != name) {
        return wrong_party(act);
    }
    if stand.waits() {
        return Code::RequestPending;
    }
    if stand.frozen != Frozen::No {
        return Code::Frozen;
    }
    if act == "presentment" && stand.status < Status::Received {
        return Code::PresentmentTooEarly;
    }
    if matches!(act, "discount" | "repo discount") && stand.discounted {
        return Code::WrongState;
    }
    let circulates = matches!(
        act,
        "endorsement to an enterprise"
            | "endorsement to a bank"
            | "discount"
            | "repo discount"
            | "interbank discount"
            | "rediscount"
            | "pledge"
    );
    if circulates
        && stand.status == Status::Received
        && stand.circulation == Circulation::NotTransferable
    {
        return Code::NotTransferable;
    }
    let stands = stand.status == Status::Received && stand.circulation == Circulation::Circulable;
    if act == "notice of recourse"
        && stand.status == Status::Received
        && stand.circulation != Circulation::AwaitingRedemption
        && matches!(stand.dishonour, Dishonour::None | Dishonour::Early)
    {
        return Code::NoRecourse;
    }
    if circulates && stands && stand.discounted && act == "endorsement to an enterprise" {
        return Code::BanksOnly;
    }
    if circulates && stands && stand.matured {
        return Code::Matured;
    }
    let late = act == "guarantee" && (stand.status == Status::Accepted || stands);
    let marked = stand.status == Status::Received
        && stand.circulation == Circulation::NotTransferable
        && matches!(act, "guarantee" | "unmark");
    if stand.matured && (late || marked) {
        return Code::Matured;
    }
    Code::WrongState
}
