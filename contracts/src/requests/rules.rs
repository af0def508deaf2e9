//! The rule table of requests: who asks, who answers, from which state, and what agreement makes of it
//! (rule book 2.2).

use crate::bills::{Bill, Circulation, Lot, RefusalCode, Status};
use crate::codes::Code;
use crate::member_id::MemberId;
use crate::outcome::Failure;
use crate::requests::Terms;

/// A side of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Party {
    /// Who drew the bill.
    Drawer,
    /// The drawee.
    Acceptor,
    /// To whom it is payable.
    Payee,
    /// Who holds the lot.
    Holder,
    /// Whom the request names.
    Named,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// The act.
    pub act: &'static str,
    /// Who asks and may withdraw.
    pub asks: Party,
    /// Who answers.
    pub answers: Party,
    /// The lot's status beforehand, and afterwards when agreed.
    pub status: (Status, Status),
    /// The lot's circulation beforehand: one of these.
    pub circulation: &'static [Circulation],
    /// What it is while the request waits.
    pub waiting: Circulation,
    /// What it is when agreed; `Circulable` becomes `NotTransferable` on a lot so marked.
    pub agreed: Circulation,
    /// The code for a lot that has not yet come so far.
    pub too_early: Code,
    /// Codes with which the answerer may refuse.
    pub refusals: &'static [RefusalCode],
}

const DEFENCES: &[RefusalCode] = &[
    RefusalCode::ContractBreach,
    RefusalCode::FraudOrTheft,
    RefusalCode::BadFaith,
    RefusalCode::KnownDefence,
    RefusalCode::GrossNegligence,
    RefusalCode::CourtFreeze,
    RefusalCode::Other,
];

/// The table, in order of [`Terms`].
pub const RULES: [Rule; 4] = [
    Rule {
        act: "acceptance",
        asks: Party::Drawer,
        answers: Party::Acceptor,
        status: (Status::Issued, Status::Accepted),
        circulation: &[Circulation::AwaitingReceipt],
        waiting: Circulation::Locked,
        agreed: Circulation::AwaitingReceipt,
        too_early: Code::WrongState,
        refusals: DEFENCES,
    },
    Rule {
        act: "delivery",
        asks: Party::Drawer,
        answers: Party::Payee,
        status: (Status::Accepted, Status::Received),
        circulation: &[Circulation::AwaitingReceipt],
        waiting: Circulation::Locked,
        agreed: Circulation::Circulable,
        too_early: Code::WrongState,
        refusals: DEFENCES,
    },
    Rule {
        act: "endorsement",
        asks: Party::Holder,
        answers: Party::Named,
        status: (Status::Received, Status::Received),
        circulation: &[Circulation::Circulable],
        waiting: Circulation::Locked,
        agreed: Circulation::Circulable,
        too_early: Code::WrongState,
        refusals: DEFENCES,
    },
    Rule {
        act: "presentment",
        asks: Party::Holder,
        answers: Party::Acceptor,
        status: (Status::Received, Status::Settled),
        circulation: &[Circulation::Circulable, Circulation::NotTransferable],
        waiting: Circulation::Collecting,
        agreed: Circulation::Ended,
        too_early: Code::PresentmentTooEarly,
        refusals: RefusalCode::ALL,
    },
];

impl Terms {
    /// Its row of the table.
    pub const fn rule(&self) -> &'static Rule {
        let [acceptance, delivery, endorsement, presentment] = &RULES;
        match self {
            Terms::Acceptance {} => acceptance,
            Terms::Delivery {} => delivery,
            Terms::Endorsement { .. } => endorsement,
            Terms::Presentment { .. } => presentment,
        }
    }
}

/// Whether a member may ask for this act on a lot as it stands.
pub(crate) fn check_asking(
    rule: &Rule,
    bill: &Bill,
    lot: &Lot,
    actor: &MemberId,
) -> Result<(), Failure> {
    match rule.asks {
        Party::Holder if lot.holder != *actor => {
            return Err(Failure::of(Code::NotHolder).fact("holder", &lot.holder));
        }
        Party::Drawer if bill.drawer != *actor => {
            return Err(Failure::of(Code::WrongParty).fact("drawer", &bill.drawer));
        }
        _ => {}
    }
    if let Some(request) = lot.request {
        return Err(Failure::of(Code::RequestPending).fact("request", request));
    }
    let (before, _) = rule.status;
    if lot.status != before {
        let code = if lot.status < before {
            rule.too_early
        } else {
            Code::WrongState
        };
        return Err(state_failure(code, lot));
    }
    if !rule.circulation.contains(&lot.circulation) {
        if lot.circulation == Circulation::NotTransferable {
            let mut failure = Failure::of(Code::NotTransferable).fact("lot", lot.range);
            if let Some(marker) = &lot.not_transferable_by {
                failure = failure.fact("marked by", marker);
            }
            return Err(failure);
        }
        return Err(state_failure(Code::WrongState, lot));
    }
    Ok(())
}

/// A refusal that names how the lot stands.
pub(crate) fn state_failure(code: Code, lot: &Lot) -> Failure {
    Failure::of(code)
        .fact("lot", lot.range)
        .fact("status", lot.status.as_str())
        .fact("circulation", lot.circulation.as_str())
}
