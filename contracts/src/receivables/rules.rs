//! The rule table of certificates: who asks, who answers, from which state, and what agreement makes of it
//! (rule book 3.2). Requests on bills have a table of their own.

use crate::bills::{Circulation, Status};
use crate::requests::{ON_A_LOT, Party, Rule, Terms};

/// A lot in its holder's hands, asked for in parts, before the due day.
const ON_A_HELD_LOT: Rule = Rule {
    status: &[Status::Held],
    agreed: (Status::Held, Circulation::Circulable),
    ..ON_A_LOT
};

/// A certificate before it is signed for: asked for by its issuer, as a whole.
const WHOLE: Rule = Rule {
    asks: Party::Issuer,
    status: &[Status::Opened],
    circulation: &[Circulation::AwaitingReceipt],
    part: false,
    ..ON_A_LOT
};

pub(crate) const CONFIRMATION: &Rule = &Rule {
    act: "confirmation",
    agreed: (Status::Opened, Circulation::AwaitingReceipt),
    ..WHOLE
};

pub(crate) const SIGNATURE: &Rule = &Rule {
    act: "signature",
    answers: Party::Payee,
    agreed: (Status::Held, Circulation::Circulable),
    ..WHOLE
};

/// Cancellation is no request: the issuer's act alone, before the payee has signed.
pub(crate) const CANCELLATION: &Rule = &Rule {
    act: "cancellation",
    before_maturity: false,
    agreed: (Status::Cancelled, Circulation::Ended),
    ..WHOLE
};

/// Nor is this: the payee's act alone, before it is asked to sign. Its invoices are not tied up by what it does not want.
pub(crate) const REJECTION: &Rule = &Rule {
    act: "rejection",
    asks: Party::Payee,
    agreed: (Status::Rejected, Circulation::Ended),
    ..*CANCELLATION
};

pub(crate) const TRANSFER: &Rule = &Rule {
    act: "transfer",
    ..ON_A_HELD_LOT
};

pub(crate) const FINANCE: &Rule = &Rule {
    act: "finance",
    ..ON_A_HELD_LOT
};

const PLEDGE: Rule = Rule {
    act: "pledge",
    agreed: (Status::Held, Circulation::Pledged),
    ..ON_A_HELD_LOT
};

const RELEASE: Rule = Rule {
    act: "release",
    asks: Party::Pledgee,
    answers: Party::Holder,
    status: &[Status::Held, Status::Overdue],
    circulation: &[Circulation::Pledged],
    before_maturity: false,
    ..ON_A_HELD_LOT
};

pub(crate) const ASK_BACK: &Rule = &Rule {
    act: "asking back",
    answers: Party::FundingSeller,
    status: &[Status::Overdue],
    agreed: (Status::Overdue, Circulation::Circulable),
    part: false,
    before_maturity: false,
    ..ON_A_HELD_LOT
};

const LEG: Rule = Rule {
    act: "instruction",
    refusals: &[],
    ..ON_A_HELD_LOT
};

/// The table.
pub const CERTIFICATE_RULES: &[Rule] = &[
    *CONFIRMATION,
    *SIGNATURE,
    *TRANSFER,
    *FINANCE,
    PLEDGE,
    RELEASE,
    *ASK_BACK,
    LEG,
];

/// The row of a request on a certificate; none where its terms are for bills only.
pub(crate) const fn rule(terms: &Terms) -> Option<&'static Rule> {
    match terms {
        Terms::Confirmation {} => Some(CONFIRMATION),
        Terms::Signature {} => Some(SIGNATURE),
        Terms::Transfer { .. } => Some(TRANSFER),
        Terms::Finance { .. } => Some(FINANCE),
        Terms::Pledge { .. } => Some(&PLEDGE),
        Terms::Release { .. } => Some(&RELEASE),
        Terms::AskBack { .. } => Some(ASK_BACK),
        Terms::Leg { .. } => Some(&LEG),
        _ => None,
    }
}
