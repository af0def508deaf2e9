//! Every way in which a lot can be said to stand, made by hand so that no rule decides what is reachable.

use crate::support::*;
use allonge_contracts::bills::{
    Circulation, Claim, Dishonour, Frozen, InstrumentNumber, Lot, Pledge, RefusalCode, Repo,
    RepoDates, Status, read,
};
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::members::{Member, Role};
use allonge_contracts::tagged_hash;

pub const DRAWER: &str = "core";
pub const ACCEPTOR: &str = "bank-a";
pub const PAYEE: &str = "s1";
pub const PLEDGEE: &str = "finco";
pub const SELLER: &str = "s3";
pub const COURT: &str = "court";
pub const STRANGER: &str = "s2";
pub const BUYER: &str = "bank-c";
pub const MATURITY: &str = "2027-04-05";

/// How a lot stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stand {
    pub status: Status,
    pub circulation: Circulation,
    pub discounted: bool,
    pub matured: bool,
    pub dishonour: Dishonour,
    pub frozen: Frozen,
}

impl Stand {
    /// All of them.
    pub fn all() -> impl Iterator<Item = Stand> {
        let words = |discounted, matured| {
            Status::ALL.iter().flat_map(move |status| {
                Circulation::ALL.iter().flat_map(move |circulation| {
                    Dishonour::ALL.iter().flat_map(move |dishonour| {
                        Frozen::ALL.iter().map(move |frozen| Stand {
                            status: *status,
                            circulation: *circulation,
                            discounted,
                            matured,
                            dishonour: *dishonour,
                            frozen: *frozen,
                        })
                    })
                })
            })
        };
        [(false, false), (false, true), (true, false), (true, true)]
            .into_iter()
            .flat_map(move |(discounted, matured)| words(discounted, matured))
    }

    /// Who holds it: the drawer before delivery, then an enterprise, or a bank once it is discounted.
    pub fn holder(&self) -> &'static str {
        match self.status {
            Status::Issued | Status::Accepted => DRAWER,
            _ if self.discounted => "bank-b",
            _ => PAYEE,
        }
    }

    /// In the hands of a holder, or past that.
    pub fn delivered(&self) -> bool {
        !matches!(self.status, Status::Issued | Status::Accepted)
    }

    /// Whether all of it can be at once.
    pub fn possible(&self) -> bool {
        let refused = matches!(self.dishonour, Dishonour::InTime | Dishonour::Late);
        (self.delivered() || (!self.discounted && self.dishonour == Dishonour::None))
            && (self.matured || !refused)
            && !(self.matured && self.status == Status::Issued)
            && (self.circulation != Circulation::AwaitingRedemption
                || (self.discounted && !self.matured))
            && (self.circulation != Circulation::InRecourse || refused)
            && !(self.circulation == Circulation::Locked && self.matured && self.delivered())
            && (self.frozen == Frozen::No
                || !matches!(self.circulation, Circulation::Locked | Circulation::Ended))
            && self.belong()
    }

    /// Status and circulation that a lot can have at once: one that is awaiting receipt is not delivered, one
    /// that has ended is settled or terminated.
    fn belong(&self) -> bool {
        match self.status {
            Status::Issued | Status::Accepted => matches!(
                self.circulation,
                Circulation::AwaitingReceipt | Circulation::Locked
            ),
            Status::Received => !matches!(
                self.circulation,
                Circulation::AwaitingReceipt | Circulation::Ended
            ),
            Status::Settled | Status::Terminated => self.circulation == Circulation::Ended,
            _ => false,
        }
    }

    /// A request waits on it.
    pub fn waits(&self) -> bool {
        matches!(
            self.circulation,
            Circulation::Locked | Circulation::Collecting
        )
    }
}

/// The standard members, and a third bank, a court and cash for who may have to pay.
pub fn members() -> GenesisRules {
    let mut rules = rules();
    rules.members.push(Member {
        bank_number: bank_number("104100000004"),
        ..new_member(BUYER, &[Role::Bank], 11)
    });
    rules.members.push(Member {
        account_bank: Some(member("bank-a")),
        ..new_member("s4", &[Role::Enterprise], 13)
    });
    if !rules.members.iter().any(|m| m.id == member(COURT)) {
        rules.members.push(new_member(COURT, &[Role::Court], 12));
    }
    rules.members.sort_by(|a, b| a.id.cmp(&b.id));
    for name in ["bank-b", BUYER, "central", PLEDGEE, "s1", "s2", SELLER] {
        rules
            .balances
            .push(allonge_contracts::genesis::OpeningBalance {
                member: member(name),
                money: yuan("1,000,000.00"),
            });
    }
    rules
}

/// The worlds on which stands are laid: a bill issued, accepted, delivered; before and at maturity.
pub struct Ground {
    worlds: Vec<(Base, World)>,
    pub bill: InstrumentNumber,
}

/// What a world was made with: how far the bill is, whether it has matured, and what waits on its lot.
type Base = (Status, bool, Waiting);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Waiting {
    Nothing,
    Request,
    Presentment,
}

impl Ground {
    pub fn new() -> Ground {
        let mut issued = World::new(&members(), "2027-01-05");
        let mut call = register("1,000.00", MATURITY);
        call.trade_background = vec![allonge_contracts::Hash([7; 32])];
        let made = issued.ok(DRAWER, call);
        let allonge_contracts::CallResult::Bill(bill) = made else {
            panic!("{made:?}");
        };
        let mut asked = issued.copy();
        asked.ok(DRAWER, ask_acceptance(bill));
        let mut accepted = asked.copy();
        accepted.agree(ACCEPTOR, bill, 1);
        let mut offered = accepted.copy();
        offered.ok(DRAWER, ask_delivery(bill));
        let mut received = offered.copy();
        received.agree(PAYEE, bill, 1);
        let mut locked = received.copy();
        locked.ok(PAYEE, ask_endorsement(bill, "1-100000", "", "s4"));
        let mut collecting = received.copy();
        collecting.ok(PAYEE, present(bill, "1-100000"));
        let mut worlds = Vec::new();
        for (status, waiting, world) in [
            (Status::Issued, Waiting::Nothing, &issued),
            (Status::Issued, Waiting::Request, &asked),
            (Status::Issued, Waiting::Presentment, &collecting),
            (Status::Accepted, Waiting::Nothing, &accepted),
            (Status::Accepted, Waiting::Request, &offered),
            (Status::Accepted, Waiting::Presentment, &collecting),
            (Status::Received, Waiting::Nothing, &received),
            (Status::Received, Waiting::Request, &locked),
            (Status::Received, Waiting::Presentment, &collecting),
        ] {
            worlds.push(((status, false, waiting), world.copy()));
            let mut matured = world.copy();
            matured.morning(MATURITY);
            if waiting == Waiting::Nothing && status == Status::Received {
                // The clock has presented it; the holder took that back.
                let request = matured.request_at(bill, 1);
                matured.ok(PAYEE, withdraw(request));
            }
            // A request that lapsed before maturity is one that waits all the same.
            if waiting == Waiting::Request {
                for (key, value) in &world.memory.0 {
                    if [30, 31].contains(&key[0]) {
                        matured.memory.0.insert(key.clone(), value.clone());
                    }
                }
                let was = world.lots(bill)[0].clone();
                matured.write_lot(bill, &was);
            }
            worlds.push(((status, true, waiting), matured));
        }
        Ground { worlds, bill }
    }

    /// A world in which the bill's one lot stands so.
    pub fn lay(&self, stand: &Stand) -> World {
        let waiting = match stand.circulation {
            Circulation::Locked => Waiting::Request,
            Circulation::Collecting => Waiting::Presentment,
            _ => Waiting::Nothing,
        };
        let status = stand.status.min(Status::Received);
        let (_, world) = self
            .worlds
            .iter()
            .find(|(base, _)| *base == (status, stand.matured, waiting))
            .expect("a world for every stand");
        let mut world = world.copy();
        let was = world.lots(self.bill)[0].clone();
        let refused =
            (stand.dishonour != Dishonour::None).then(|| (RefusalCode::Other, world.today()));
        let lot = Lot {
            holder: member(stand.holder()),
            status: stand.status,
            circulation: stand.circulation,
            discounted: stand.discounted,
            dishonour: stand.dishonour,
            frozen: stand.frozen,
            refused,
            presented_in_time: (stand.dishonour == Dishonour::InTime).then(|| world.today()),
            presented_late: (stand.dishonour == Dishonour::Late).then(|| world.today()),
            not_transferable_by: (stand.circulation == Circulation::NotTransferable)
                .then(|| member(DRAWER)),
            pledge: (stand.circulation == Circulation::Pledged).then(|| Pledge {
                pledgee: member(PLEDGEE),
                debt: yuan("10.00"),
                debt_due: date("2027-03-01"),
                hand: was.hand,
            }),
            repo: (stand.circulation == Circulation::AwaitingRedemption).then(|| Repo {
                seller: member(SELLER),
                dates: RepoDates {
                    open_from: date("2027-01-05"),
                    cut_off: date("2027-03-01"),
                },
                discounted_before: false,
            }),
            claim: (stand.circulation == Circulation::InRecourse).then(|| claim(stand, &world)),
            ..was
        };
        world.write_lot(self.bill, &lot);
        if matches!(stand.dishonour, Dishonour::InTime | Dishonour::Late) {
            world.write_overdue(100_000);
        }
        world
    }
}

fn claim(stand: &Stand, world: &World) -> Claim {
    Claim {
        base: 100_000,
        interest_from: date(MATURITY),
        costs: 0,
        since: world.today(),
        again: false,
        late: stand.dishonour == Dishonour::Late,
        noticed: vec![],
    }
}

impl World {
    pub fn copy(&self) -> World {
        World {
            memory: self.memory.clone(),
            ..*self
        }
    }

    /// What the acceptor has refused and not paid since: table 28, by currency.
    pub fn write_overdue(&mut self, minor: u128) {
        const TABLE: u8 = 28;
        let entity = tagged_hash("allonge/key/1", &[&[TABLE], ACCEPTOR.as_bytes()]);
        let mut key = vec![TABLE];
        key.extend_from_slice(&entity.0[..20]);
        key.extend_from_slice(cny().bytes());
        let mut value = vec![1];
        value.extend_from_slice(&minor.to_le_bytes());
        self.memory.0.insert(key, value.into());
    }

    /// Puts a lot in place of the one that begins at its first unit.
    pub fn write_lot(&mut self, bill: InstrumentNumber, lot: &Lot) {
        let mut key = read::lots_prefix(&bill);
        key.extend_from_slice(&lot.range.start.to_be_bytes());
        let mut value = vec![1];
        borsh::BorshSerialize::serialize(lot, &mut value).unwrap();
        self.memory.0.insert(key, value.into());
    }
}
