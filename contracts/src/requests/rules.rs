//! The rule table of requests: who asks, who answers, from which state, and what agreement makes of it
//! (rule book 2.2).

use crate::bills::{Circulation, Market, ProfileRules, RefusalCode, Status};
use crate::codes::Code;
use crate::instruments::InstrumentKind;
use crate::receivables::rules as receivables;
use crate::requests::{Request, Terms};

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
    /// Who set the mark "not transferable".
    Marker,
    /// Who asks for a guarantee: drawer, then acceptor, after delivery the holder.
    Ward,
    /// Who sold the lot under repo.
    RepoSeller,
    /// To whom the lot is pledged.
    Pledgee,
    /// Who presents: the pledgee of a pledged lot, else the holder.
    Presenter,
    /// One who is liable under recourse.
    Liable,
    /// Who opened the certificate.
    Issuer,
    /// Who financed the lot with recourse.
    FundingSeller,
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
    /// The lot's status beforehand: one of these.
    pub status: &'static [Status],
    /// The lot's circulation beforehand: one of these.
    pub circulation: &'static [Circulation],
    /// Whether the lot must have been discounted, or must not; either will do where absent.
    pub discounted: Option<bool>,
    /// What it is while the request waits; an offer leaves it as it is.
    pub waiting: Circulation,
    /// What the lot becomes when agreed. A guarantee leaves it as it was; a marked lot that would be circulable
    /// is not transferable; under repo a sold lot awaits redemption.
    pub agreed: (Status, Circulation),
    /// The code for a lot that has not yet come so far.
    pub too_early: Code,
    /// Whether it can be asked for a part.
    pub part: bool,
    /// Whether it ends with the day before maturity.
    pub before_maturity: bool,
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

/// What the rows have in common: a lot in its holder's hands, asked for in parts, before maturity.
pub(crate) const ON_A_LOT: Rule = Rule {
    act: "",
    asks: Party::Holder,
    answers: Party::Named,
    status: &[Status::Received],
    circulation: &[Circulation::Circulable],
    discounted: None,
    waiting: Circulation::Locked,
    agreed: (Status::Received, Circulation::Circulable),
    too_early: Code::WrongState,
    part: true,
    before_maturity: true,
    refusals: DEFENCES,
};

/// A bill before delivery: asked for by the drawer, as a whole.
const WHOLE: Rule = Rule {
    asks: Party::Drawer,
    circulation: &[Circulation::AwaitingReceipt],
    part: false,
    before_maturity: false,
    ..ON_A_LOT
};

const ACCEPTANCE: Rule = Rule {
    act: "acceptance",
    answers: Party::Acceptor,
    status: &[Status::Issued],
    agreed: (Status::Accepted, Circulation::AwaitingReceipt),
    before_maturity: true,
    ..WHOLE
};

/// Revocation is no request: the drawer's act alone, before acceptance.
pub(crate) const REVOCATION: Rule = Rule {
    act: "revocation",
    status: &[Status::Issued],
    agreed: (Status::Terminated, Circulation::Ended),
    ..WHOLE
};

const DELIVERY: Rule = Rule {
    act: "delivery",
    answers: Party::Payee,
    status: &[Status::Accepted],
    ..WHOLE
};

const ENDORSEMENT: Rule = Rule {
    act: "endorsement",
    ..ON_A_LOT
};

const PRESENTMENT: Rule = Rule {
    act: "presentment",
    asks: Party::Presenter,
    answers: Party::Acceptor,
    circulation: &[
        Circulation::Circulable,
        Circulation::NotTransferable,
        Circulation::Pledged,
    ],
    waiting: Circulation::Collecting,
    agreed: (Status::Settled, Circulation::Ended),
    too_early: Code::PresentmentTooEarly,
    before_maturity: false,
    refusals: RefusalCode::ALL,
    ..ON_A_LOT
};

const UNUSED_RETURN: Rule = Rule {
    act: "unused return",
    answers: Party::Acceptor,
    status: &[Status::Accepted],
    agreed: (Status::Terminated, Circulation::Ended),
    ..WHOLE
};

const UNMARK: Rule = Rule {
    act: "unmark",
    answers: Party::Marker,
    circulation: &[Circulation::NotTransferable],
    ..ON_A_LOT
};

const GUARANTEE: Rule = Rule {
    act: "guarantee",
    asks: Party::Ward,
    status: &[Status::Issued, Status::Accepted, Status::Received],
    circulation: &[
        Circulation::AwaitingReceipt,
        Circulation::Circulable,
        Circulation::NotTransferable,
    ],
    ..ON_A_LOT
};

const DISCOUNT: Rule = Rule {
    act: "discount",
    discounted: Some(false),
    ..ON_A_LOT
};

const INTERBANK: Rule = Rule {
    act: "interbank discount",
    discounted: Some(true),
    ..ON_A_LOT
};

const REDISCOUNT: Rule = Rule {
    act: "rediscount",
    discounted: Some(true),
    ..ON_A_LOT
};

const REDEMPTION: Rule = Rule {
    act: "redemption",
    answers: Party::RepoSeller,
    circulation: &[Circulation::AwaitingRedemption],
    ..ON_A_LOT
};

const PLEDGE: Rule = Rule {
    act: "pledge",
    agreed: (Status::Received, Circulation::Pledged),
    ..ON_A_LOT
};

const RELEASE: Rule = Rule {
    act: "release",
    asks: Party::Pledgee,
    answers: Party::Holder,
    circulation: &[Circulation::Pledged],
    before_maturity: false,
    ..ON_A_LOT
};

const OFFER: Rule = Rule {
    act: "offer",
    asks: Party::Liable,
    answers: Party::Presenter,
    circulation: &[Circulation::InRecourse],
    waiting: Circulation::InRecourse,
    agreed: (Status::Received, Circulation::InRecourse),
    before_maturity: false,
    ..ON_A_LOT
};

/// Not asked for by itself: the holder affirms an instruction, and the receiver too.
const LEG: Rule = Rule {
    act: "instruction",
    refusals: &[],
    ..ON_A_LOT
};

/// The table.
pub const RULES: &[Rule] = &[
    ACCEPTANCE,
    DELIVERY,
    ENDORSEMENT,
    PRESENTMENT,
    UNUSED_RETURN,
    UNMARK,
    GUARANTEE,
    DISCOUNT,
    INTERBANK,
    REDISCOUNT,
    REDEMPTION,
    PLEDGE,
    RELEASE,
    OFFER,
    LEG,
];

/// The row of endorsement under a law, which may let it go on after maturity.
pub const fn endorsement(law: &ProfileRules) -> Rule {
    Rule {
        before_maturity: !law.endorsed_after_maturity,
        ..ENDORSEMENT
    }
}

impl Terms {
    /// Its row of the table of an instrument.
    pub const fn rule_on(&self, kind: InstrumentKind) -> &'static Rule {
        match (kind, receivables::rule(self)) {
            (InstrumentKind::Certificate, Some(rule)) => rule,
            _ => self.rule(),
        }
    }

    /// Its row of the table; of what bills and certificates both know, that of bills.
    pub const fn rule(&self) -> &'static Rule {
        match self {
            Terms::Acceptance {} => &ACCEPTANCE,
            Terms::Delivery {} => &DELIVERY,
            Terms::Endorsement { .. } => &ENDORSEMENT,
            Terms::Presentment { .. } => &PRESENTMENT,
            Terms::UnusedReturn {} => &UNUSED_RETURN,
            Terms::Unmark {} => &UNMARK,
            Terms::Guarantee { .. } => &GUARANTEE,
            Terms::Discount { market, .. } => match market {
                Market::Discount => &DISCOUNT,
                Market::Interbank => &INTERBANK,
                Market::Rediscount => &REDISCOUNT,
            },
            Terms::Redemption { .. } => &REDEMPTION,
            Terms::Pledge { .. } => &PLEDGE,
            Terms::Release { .. } => &RELEASE,
            Terms::Offer { .. } => &OFFER,
            Terms::Confirmation {} => receivables::CONFIRMATION,
            Terms::Signature {} => receivables::SIGNATURE,
            Terms::Transfer { .. } => receivables::TRANSFER,
            Terms::Finance { .. } => receivables::FINANCE,
            Terms::AskBack { .. } => receivables::ASK_BACK,
            Terms::Leg { .. } => &LEG,
        }
    }
}

impl Request {
    /// Its row of the table of its instrument.
    pub const fn rule(&self) -> &'static Rule {
        self.terms.rule_on(self.instrument.kind())
    }
}
