//! What somebody does next: an act fitted to what there is, now and then with one thing wrong.

use crate::acts;
use crate::cast::{CAST, Who};
use crate::chance::Chance;
use crate::op::Op;
use allonge_model::{
    Circulation, Draft, Kind, Limits, Lot, Market, Place, Profile, Role, Sale, World,
};

/// Kinds of act and how often each is tried.
const KINDS: [(&str, u64); 36] = [
    ("transfer", 2),
    ("hold", 3),
    ("release hold", 3),
    ("register", 10),
    ("acceptance", 9),
    ("revoke", 2),
    ("unused return", 3),
    ("delivery", 10),
    ("disclose", 8),
    ("endorse", 12),
    ("unmark", 5),
    ("narrow", 3),
    ("guarantee", 6),
    ("discount", 18),
    ("interbank", 24),
    ("rediscount", 24),
    ("redemption", 36),
    ("pledge", 8),
    ("release", 8),
    ("present", 10),
    ("agree", 80),
    ("refuse", 10),
    ("withdraw", 10),
    ("apply proceeds", 8),
    ("release proceeds", 7),
    ("notify", 9),
    ("offer", 16),
    ("freeze", 1),
    ("stop", 1),
    ("unfreeze", 4),
    ("order transfer", 2),
    ("declare", 1),
    ("insolvency", 1),
    ("set param", 2),
    ("set calendar", 1),
    ("suspend", 1),
];

/// Finds an act; none where there is nothing to act on.
pub fn choose(chance: &mut Chance, world: &World) -> Option<(Who, Op)> {
    let all: u64 = KINDS.iter().map(|(_, weight)| weight).sum();
    let mut at = chance.below(all);
    for (kind, weight) in KINDS {
        if at < weight {
            return acts::act(&mut Choice { chance, world }, kind);
        }
        at -= weight;
    }
    None
}

/// Chance and what there is to choose from.
pub struct Choice<'a> {
    pub chance: &'a mut Chance,
    pub world: &'a World,
}

impl Choice<'_> {
    pub fn anybody(&mut self) -> Who {
        usize::try_from(self.chance.below(CAST.len() as u64)).unwrap_or(0)
    }

    /// The right one, but now and then anybody.
    pub fn mostly(&mut self, right: Who) -> Who {
        match self.chance.percent(94) {
            true => right,
            false => self.anybody(),
        }
    }

    /// Somebody with one of the roles, but now and then anybody.
    pub fn somebody(&mut self, roles: &[Role]) -> Who {
        let fitting: Vec<Who> = (0..CAST.len())
            .filter(|who| self.world.has_role(*who, roles))
            .collect();
        let right = self.chance.one(&fitting).unwrap_or(0);
        self.mostly(right)
    }

    /// The holder of a lot, but now and then anybody.
    pub fn holder(&mut self, place: Place) -> Who {
        let holder = self.lot_at(place).holder;
        self.mostly(holder)
    }

    /// A lot of which something is true, but now and then any; there need not be one.
    pub fn lot(&mut self, wanted: impl Fn(&Lot) -> bool) -> Option<Place> {
        self.lot_of(|_, lot| wanted(lot))
    }

    pub fn lot_of(&mut self, wanted: impl Fn(usize, &Lot) -> bool) -> Option<Place> {
        let any = self.chance.percent(5);
        let mut fitting = Vec::new();
        for (b, bill) in self.world.bills.iter().enumerate() {
            for lot in &bill.lots {
                if any || wanted(b, lot) {
                    fitting.push(Place {
                        bill: b,
                        lot: lot.range(),
                        part: None,
                    });
                }
            }
        }
        self.chance.one(&fitting)
    }

    /// A lot that may be passed on, now and then one that is marked.
    pub fn lot_to_move(&mut self, wanted: impl Fn(&Lot) -> bool) -> Option<Place> {
        let circulation = match self.chance.percent(88) {
            true => Circulation::Circulable,
            false => Circulation::NotTransferable,
        };
        self.lot(|lot| lot.circulation == circulation && wanted(lot))
    }

    pub fn lot_at(&self, place: Place) -> &Lot {
        let lots = &self.world.bills[place.bill].lots;
        let found = lots.iter().find(|lot| lot.range() == place.lot);
        found.expect("a lot that was chosen")
    }

    /// The whole of a lot or, where it may be cut, often a part; now and then a lot that is not there.
    pub fn cut(&mut self, place: Place) -> Place {
        let amount = place.lot.1 - place.lot.0 + 1;
        let part = match self.chance.below(100) {
            0..=39 => Some(1 + self.chance.below(amount)),
            40..=41 => Some(amount + 1),
            42 => Some(0),
            _ => None,
        };
        let may_cut = self.lot_at(place).splittable || self.chance.percent(20);
        let lot = match self.chance.percent(2) {
            true => (place.lot.0, place.lot.1 + 1),
            false => place.lot,
        };
        Place {
            lot,
            part: part.filter(|_| may_cut),
            ..place
        }
    }

    /// A bill whose one lot, untouched, is of a kind.
    pub fn bill(&mut self, wanted: impl Fn(&Lot) -> bool) -> Option<usize> {
        let place = self.lot(|lot| wanted(lot) && lot.request.is_none())?;
        Some(place.bill)
    }

    /// The last day by default, or one within so many days.
    pub fn answer_by(&mut self, days: u32) -> Option<u32> {
        match self.chance.percent(25) {
            true => Some(self.world.day + self.chance.days(days)),
            false => None,
        }
    }

    /// The purpose that the limits of a lot ask for, mostly.
    pub fn purpose(&mut self, place: Place) -> String {
        let limits = self.lot_at(place).limits.clone();
        match limits {
            Some(limits) if self.chance.percent(85) => limits.purpose,
            _ if self.chance.percent(3) => "travel".to_owned(),
            _ => String::new(),
        }
    }

    pub fn limits(&mut self) -> Option<Limits> {
        if self.chance.percent(45) {
            return None;
        }
        let mut limits = Limits::default();
        if self.chance.percent(50) {
            limits.roles = vec![Role::Bank, Role::Enterprise, Role::FinanceCompany];
            limits
                .roles
                .truncate(1 + usize::from(self.chance.percent(70)));
        }
        if self.chance.percent(30) {
            limits.holders = vec![self.anybody()];
        }
        if self.chance.percent(30) {
            limits.from = Some(self.world.day + self.chance.days(4));
        }
        if self.chance.percent(30) {
            limits.until = Some(self.world.day + 5 + self.chance.days(40));
        }
        if self.chance.percent(30) {
            limits.purpose = "wages".to_owned();
        }
        Some(limits)
    }

    pub fn register(&mut self) -> (Who, Op) {
        let kinds = [
            (Kind::Bank, Role::Bank),
            (Kind::Commercial, Role::Enterprise),
            (Kind::FinanceCompany, Role::FinanceCompany),
        ];
        let (kind, role) = self.chance.one(&kinds).unwrap_or(kinds[0]);
        let acceptor = self.somebody(&[role]);
        let payee = self.somebody(&[Role::Enterprise, Role::Bank]);
        let days = match self.chance.below(10) {
            0 => self.chance.days(3),
            1 => 100 + self.chance.days(120),
            _ => 4 + self.chance.days(45),
        };
        let most = match self.chance.percent(80) {
            true => 200,
            false => 900,
        };
        let draft = Draft {
            kind,
            acceptor,
            payee,
            sum: 1 + self.chance.below(most),
            maturity: self.world.day + days,
            splittable: self.chance.percent(90),
            marked: self.chance.percent(12),
            papers: usize::from(self.chance.percent(70)),
            profile: match self.chance.percent(30) {
                true => Profile::Geneva,
                false => Profile::Prc,
            },
            limits: match self.chance.percent(15) {
                true => self.limits(),
                false => None,
            },
        };
        let drawer = self.somebody(&[Role::Enterprise, Role::Bank]);
        (drawer, Op::Register(draft))
    }

    pub fn sale(&mut self, kind: &str) -> Option<(Who, Op)> {
        let first = kind == "discount";
        let place = self.lot_to_move(|lot| lot.discounted != first)?;
        let (market, to) = match kind {
            "discount" => (
                Market::Discount,
                self.somebody(&[Role::Bank, Role::FinanceCompany]),
            ),
            "interbank" => (
                Market::Interbank,
                self.somebody(&[Role::Bank, Role::FinanceCompany]),
            ),
            _ => (Market::Rediscount, self.somebody(&[Role::CentralBank])),
        };
        let today = self.world.day;
        let repo = self.chance.percent(50).then(|| {
            let open_from = today + 1 + self.chance.days(4);
            (open_from, open_from + self.chance.days(8))
        });
        let sale = Sale {
            market,
            rate: match self.chance.below(20) {
                0 => 0,
                1 => 1_000_000,
                _ => 10_000 + self.chance.below(90_000),
            },
            year: self.chance.one(&[360, 365]).unwrap_or(360),
            repo,
            free: self.chance.percent(15),
            without_liability: self.chance.percent(match market {
                Market::Interbank if repo.is_none() => 60,
                _ => 4,
            }),
            papers: usize::from(self.chance.percent(60)),
        };
        let op = Op::Discount {
            to,
            sale,
            purpose: self.purpose(place),
            by: self.answer_by(20),
            place: self.cut(place),
        };
        Some((self.holder(place), op))
    }
}
