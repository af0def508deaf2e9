//! Every way in which a certificate's lot can be said to stand, made by hand so that no rule decides what is reachable.

use crate::states::{BUYER, COURT, members};
use crate::support::*;
use allonge_contracts::bills::{Circulation, Frozen, InstrumentNumber, Lot, Pledge, Status};
use allonge_contracts::calls::*;
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::instruments::{Funding, Receivable};
use allonge_contracts::receivables::Quoted;
use allonge_contracts::{Call, CallResult, DayCount, Hash, PublicKey, RequestId};

pub const ISSUER: &str = "core";
pub const PAYEE: &str = "s1";
pub const FUNDER: &str = "finco";
pub const SELLER: &str = "s3";
pub const PLEDGEE: &str = "bank-b";
pub const STRANGER: &str = "s2";
pub const NEXT: &str = "s4";
pub const DEEPEST: u16 = 4;

/// Who disputes a lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Disputed {
    No,
    ByIssuer,
    ByHolder,
}

impl Disputed {
    pub const fn words(self) -> &'static str {
        match self {
            Disputed::No => "-",
            Disputed::ByIssuer => "by the issuer",
            Disputed::ByHolder => "by the holder",
        }
    }
}

/// How a lot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stand {
    pub status: Status,
    pub circulation: Circulation,
    pub recourse: bool,
    pub disputed: Disputed,
    pub matured: bool,
    pub frozen: Frozen,
}

impl Stand {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Stand> {
        let of = |status, circulation| {
            [false, true].into_iter().flat_map(move |recourse| {
                let all = [Disputed::No, Disputed::ByIssuer, Disputed::ByHolder];
                all.into_iter().flat_map(move |disputed| {
                    [false, true].into_iter().flat_map(move |matured| {
                        Frozen::ALL.iter().map(move |frozen| Stand {
                            status,
                            circulation,
                            recourse,
                            disputed,
                            matured,
                            frozen: *frozen,
                        })
                    })
                })
            })
        };
        Status::ALL.iter().flat_map(move |status| {
            Circulation::ALL
                .iter()
                .flat_map(move |circulation| of(*status, *circulation))
        })
    }

    /// Signed for.
    pub fn delivered(&self) -> bool {
        matches!(
            self.status,
            Status::Held | Status::Overdue | Status::Redeemed
        )
    }

    /// Who has it: the issuer until the payee signs, then the payee, or a funder with recourse.
    pub fn holder(&self) -> &'static str {
        match self.delivered() {
            false => ISSUER,
            true if self.recourse => FUNDER,
            true => PAYEE,
        }
    }

    /// Whether this actor is somebody of its own.
    pub fn has_actor(&self, actor: &str) -> bool {
        match actor {
            "holder" => self.delivered(),
            "payee" => self.holder() != PAYEE,
            _ => true,
        }
    }

    /// Whether all of it can be at once.
    pub fn possible(&self) -> bool {
        let disputed = self.disputed != Disputed::No;
        let waiting = self.circulation == Circulation::Locked;
        let fits = match self.status {
            Status::Opened => {
                let whole = waiting || self.circulation == Circulation::AwaitingReceipt;
                whole && !self.matured && !self.recourse && !disputed
            }
            // A lot under recourse is not pledged, nor asked for before it is overdue.
            Status::Held => match self.circulation {
                Circulation::Circulable => true,
                Circulation::Locked | Circulation::Pledged => !self.recourse,
                _ => false,
            },
            Status::Overdue => {
                self.matured
                    && match self.circulation {
                        Circulation::Circulable | Circulation::Locked => true,
                        Circulation::Pledged => !self.recourse,
                        _ => false,
                    }
            }
            Status::Redeemed => self.matured && self.ended() && !self.recourse,
            Status::Rejected | Status::Cancelled | Status::Expired => {
                self.ended() && !self.recourse && !disputed
            }
            _ => false,
        };
        fits && (self.frozen == Frozen::No || !(waiting || self.ended()))
    }

    fn ended(&self) -> bool {
        self.circulation == Circulation::Ended
    }

    /// A request waits on it.
    pub fn waits(&self) -> bool {
        self.circulation == Circulation::Locked
    }

    /// What it is when no request waits on it: asked for while it was so.
    fn beneath(&self) -> Circulation {
        if self.circulation != Circulation::Locked {
            return self.circulation;
        }
        let held = self.status == Status::Held && self.disputed == Disputed::No && !self.matured;
        match self.status {
            Status::Opened => Circulation::AwaitingReceipt,
            // A disputed lot, and one that is due, is asked for by its pledgee alone; an overdue one by its funder too.
            _ if held || self.recourse => Circulation::Circulable,
            _ => Circulation::Pledged,
        }
    }

    /// Pledged, also while a release waits for its answer.
    pub fn pledged(&self) -> bool {
        self.beneath() == Circulation::Pledged
    }
}

/// What a lot is, in the words of the table.
pub fn told(lot: &Lot) -> String {
    let mut told = format!("{} / {}", lot.status, lot.circulation);
    if lot.frozen != Frozen::No {
        told.push_str(&format!(" / {}", lot.frozen));
    }
    let receivable = lot.receivable.as_ref().expect("a certificate's lot");
    for (word, so) in [
        ("recourse", receivable.funding.is_some()),
        ("disputed", receivable.disputed_by.is_some()),
    ] {
        if so {
            told.push_str(&format!(" / {word}"));
        }
    }
    let with = match lot.holder.as_str() {
        ISSUER => "issuer",
        PAYEE => "payee",
        FUNDER => "funder",
        SELLER => "seller",
        BUYER | NEXT => "receiver",
        other => other,
    };
    told + ", with " + with
}

/// The worlds on which stands are laid: a certificate opened, held, due, overdue.
pub struct Ground {
    opened: World,
    held: World,
    due: World,
    overdue: World,
    pub certificate: InstrumentNumber,
    pub ask: RequestId,
    long: bool,
}

pub fn quoted() -> Quoted {
    Quoted {
        rate: "3.6%".parse().unwrap(),
        day_count: DayCount::Act360,
        advance: yuan("1,000.00"),
        recourse: false,
        salt: Hash([5; 32]),
    }
}

impl Ground {
    /// With a term that needs a bank's confirmation, or without.
    pub fn new(long: bool) -> Ground {
        let mut rules: GenesisRules = members();
        rules.params.opening_needs_papers = 0;
        let due = if long { "2027-11-05" } else { "2027-05-05" };
        let (mut opened, certificate) = opened(&rules, long, due);
        let mut held = opened.copy();
        if long {
            held.ok(ISSUER, confirmation(certificate));
            held.agree(BUYER, certificate, 1);
        }
        held.ok(ISSUER, signature(certificate));
        held.agree(PAYEE, certificate, 1);
        // What the issuer has goes away, so that it falls short; with what comes later it can redeem by hand.
        for world in [&mut opened, &mut held] {
            let (_, cash) = world.cash(ISSUER);
            let money = allonge_contracts::Money::new(cny(), cash);
            world.ok(ISSUER, transfer("bank-a", money));
        }
        let mut at_due = held.copy();
        at_due.morning(due);
        let mut overdue = held.copy();
        overdue.morning(if long { "2027-12-01" } else { "2027-06-01" });
        overdue.ok("bank-a", transfer(ISSUER, yuan("5,000.00")));
        let ask = asked(&mut held, certificate);
        Ground {
            opened,
            held,
            due: at_due,
            overdue,
            certificate,
            ask,
            long,
        }
    }

    /// A world in which the certificate's one lot stands so; a deep one where the act asks for it.
    pub fn lay(&self, stand: &Stand, act: &str) -> World {
        let mut world = match (stand.status, stand.matured) {
            (Status::Overdue, _) => &self.overdue,
            (_, true) => &self.due,
            (_, false) if stand.delivered() => &self.held,
            _ => &self.opened,
        }
        .copy();
        let was = world.lots(self.certificate)[0].clone();
        let lot = Lot {
            holder: member(stand.holder()),
            status: stand.status,
            circulation: stand.beneath(),
            frozen: stand.frozen,
            pledge: stand.pledged().then(|| Pledge {
                pledgee: member(PLEDGEE),
                debt: yuan("10.00"),
                debt_due: date("2027-03-01"),
                hand: was.hand,
            }),
            receivable: Some(Receivable {
                tier: 1,
                funding: stand.recourse.then(|| Funding {
                    seller: member(SELLER),
                    principal: 100_000,
                    rate: "3.6%".parse().unwrap(),
                    day_count: DayCount::Act360,
                    interest_from: world.today(),
                    interest_paid: 0,
                }),
                disputed_by: match stand.disputed {
                    Disputed::No => None,
                    Disputed::ByIssuer => Some(member(ISSUER)),
                    Disputed::ByHolder => Some(member(stand.holder())),
                },
            }),
            ..was
        };
        world.write_lot(self.certificate, &lot);
        if stand.waits() {
            let (asker, call) = self.waiting(stand);
            world.ok(asker, call);
        }
        if act == "transfer too deep" {
            let mut lot = world.lots(self.certificate)[0].clone();
            if let Some(receivable) = &mut lot.receivable {
                receivable.tier = DEEPEST;
            }
            world.write_lot(self.certificate, &lot);
        }
        world
    }

    /// What waits on a locked lot.
    fn waiting(&self, stand: &Stand) -> (&'static str, Call) {
        let number = self.certificate;
        match stand.status {
            Status::Opened if self.long => (ISSUER, confirmation(number).into()),
            Status::Opened => (ISSUER, signature(number).into()),
            Status::Overdue if stand.recourse => (stand.holder(), ask_back(number)),
            _ if stand.pledged() => (PLEDGEE, release(number, None)),
            _ => (stand.holder(), move_to(number, NEXT)),
        }
    }
}

fn opened(rules: &GenesisRules, long: bool, due: &str) -> (World, InstrumentNumber) {
    let mut world = World::new(rules, "2027-01-05");
    let grant = GrantLine {
        issuer: member(ISSUER),
        limit: yuan("1,000.00"),
        until: None,
    };
    let CallResult::Line(line) = world.ok("bank-a", grant) else {
        panic!("no line");
    };
    let call = OpenCertificate {
        line,
        payee: member(PAYEE),
        sum: yuan("1,000.00"),
        due: date(due),
        splittable: true,
        notice_only: false,
        max_tier: Some(DEEPEST),
        term_reason: if long { "steel" } else { "" }.parse().unwrap(),
        backing: vec![],
    };
    match world.ok(ISSUER, call) {
        CallResult::Certificate(number) => (world, number),
        other => panic!("{other:?}"),
    }
}

/// The payee asks for quotes, and one binds.
fn asked(world: &mut World, certificate: InstrumentNumber) -> RequestId {
    let CallResult::Quotes(ask) = world.ok(PAYEE, quotes(certificate)) else {
        panic!("no question");
    };
    let give = GiveQuote {
        ask,
        commitment: quoted().commitment(&ask, &member(BUYER)),
        sealed: "00".parse().unwrap(),
        valid_until: 1_830_000_000_000,
    };
    world.ok(BUYER, give);
    ask
}

fn of(certificate: InstrumentNumber) -> InstrumentRef {
    InstrumentRef::Number(certificate)
}

fn whole() -> allonge_contracts::bills::LotRange {
    lot("1-100000")
}

pub fn confirmation(certificate: InstrumentNumber) -> RequestConfirmation {
    RequestConfirmation {
        certificate: of(certificate),
        to: member(BUYER),
        answer_by: None,
    }
}

pub fn signature(certificate: InstrumentNumber) -> RequestSignature {
    RequestSignature {
        certificate: of(certificate),
        answer_by: None,
    }
}

pub fn move_to(certificate: InstrumentNumber, to: &str) -> Call {
    TransferLot {
        certificate: of(certificate),
        lot: whole(),
        part: None,
        to: member(to),
        purpose: Default::default(),
        answer_by: None,
    }
    .into()
}

pub fn quotes(certificate: InstrumentNumber) -> Call {
    AskQuotes {
        certificate: of(certificate),
        lot: whole(),
        part: None,
        to: vec![member(BUYER)],
        key: PublicKey([44; 32]),
        until: date("2027-01-08"),
    }
    .into()
}

pub fn release(certificate: InstrumentNumber, price: Option<&str>) -> Call {
    RequestRelease {
        instrument: of(certificate),
        lot: whole(),
        part: None,
        price: price.map(yuan),
        settlement: allonge_contracts::bills::Settlement::Dvp,
        answer_by: None,
    }
    .into()
}

pub fn ask_back(certificate: InstrumentNumber) -> Call {
    AskBack {
        certificate: of(certificate),
        lot: whole(),
        costs: None,
        answer_by: None,
    }
    .into()
}

/// The name of an actor on a lot that stands so.
pub fn who(actor: &str, stand: &Stand) -> &'static str {
    match actor {
        "issuer" => ISSUER,
        "payee" => PAYEE,
        "holder" => stand.holder(),
        "pledgee" => PLEDGEE,
        "seller" => SELLER,
        "court" => COURT,
        _ => STRANGER,
    }
}
