//! A court's measures: freeze, stop, their end, transfer by order.

use super::{Circulation, Place, Pool, Proceeds, Status, World};
use crate::faults::{Broken, Faults};
use crate::{Frozen, Role, Who};

impl World {
    /// What a court has frozen of a member's cash.
    pub fn frozen(&self, who: Who) -> u64 {
        let own = self.proceeds.iter().filter(|p| p.owner == who);
        own.map(|p| p.amount).sum()
    }

    pub fn measure(&mut self, who: Who, place: Place, measure: Frozen) -> Result<(), Broken> {
        let mut no = Faults::new();
        no.unless(self.has_role(who, &[Role::Court]), "ROLE_REQUIRED");
        no.when(place.part == Some(0), "AMOUNT_ZERO");
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let lot = &self.certificates[at.0].lots[at.1];
        no.when(lot.frozen != Frozen::No, "FROZEN");
        no.when(lot.circulation == Circulation::Ended, "WRONG_STATE");
        self.check_part(&mut no, at, place.part);
        no.end()?;
        self.end_waiting(at);
        self.cut(at, place.part);
        self.record(at);
        self.certificates[at.0].lots[at.1].frozen = measure;
        Ok(())
    }

    /// What waits on a lot lapses; the lot is not put together with what it was cut from.
    pub(super) fn end_waiting(&mut self, (c, l): (usize, usize)) {
        if let Some(request) = self.certificates[c].lots[l].request {
            self.close(request);
        }
    }

    pub fn unfreeze(&mut self, who: Who, place: Place) -> Result<(), Broken> {
        let mut no = Faults::new();
        no.unless(self.has_role(who, &[Role::Court]), "ROLE_REQUIRED");
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let lot = &self.certificates[at.0].lots[at.1];
        no.when(lot.frozen == Frozen::No, "WRONG_STATE");
        no.end()?;
        self.record(at);
        self.certificates[at.0].lots[at.1].frozen = Frozen::No;
        if let Some(thawed) = self.thaw(at) {
            self.pay_surplus(thawed.owner, thawed.surplus);
        }
        self.proceed(at);
        Ok(())
    }

    /// What was paid on a frozen lot.
    fn proceeds_of(&self, (c, l): (usize, usize)) -> Option<usize> {
        let start = self.certificates[c].lots[l].start;
        let found = |p: &Proceeds| p.certificate == c && p.start == start;
        self.proceeds.iter().position(found)
    }

    /// It is its owner's again.
    fn thaw(&mut self, at: (usize, usize)) -> Option<Proceeds> {
        self.proceeds_of(at).map(|p| self.proceeds.remove(p))
    }

    pub fn order_transfer(&mut self, who: Who, place: Place, to: Who) -> Result<(), Broken> {
        let mut no = Faults::new();
        no.unless(self.has_role(who, &[Role::Court]), "ROLE_REQUIRED");
        no.when(self.has_role(to, &[Role::Court]), "ROLE_REQUIRED");
        no.when(place.part == Some(0), "AMOUNT_ZERO");
        let Some(at) = self.find(place) else {
            return Err(no.and("NO_SUCH_LOT"));
        };
        let lot = &self.certificates[at.0].lots[at.1];
        no.when(lot.holder == to, "SELF_DEALING");
        let paid = self.proceeds_of(at).is_some();
        no.unless(lot.is_owed() || paid, "WRONG_STATE");
        self.check_part(&mut no, at, place.part);
        no.end()?;
        if !paid {
            self.end_waiting(at);
            self.cut(at, place.part);
        }
        self.record(at);
        let issuer = self.certificates[at.0].issuer;
        let lot = &mut self.certificates[at.0].lots[at.1];
        let former = lot.holder;
        // The former holder's dispute is over once the lot is another's; the issuer's goes on.
        lot.disputed_by = lot
            .disputed_by
            .filter(|by| paid || *by == issuer || *by != former);
        lot.holder = to;
        lot.frozen = Frozen::No;
        lot.funding = lot.funding.filter(|funding| funding.seller != to);
        if let Some(thawed) = self.thaw(at) {
            self.pay(thawed.owner, to, thawed.amount);
        }
        self.proceed(at);
        Ok(())
    }

    /// A lot on which no measure lies any more, after its due day: the issuer's own is extinguished, any other is redeemed
    /// at the next close of a business day, where its pool was redeemed without it.
    fn proceed(&mut self, at: (usize, usize)) {
        let certificate = &self.certificates[at.0];
        let (issuer, due) = (certificate.issuer, certificate.opening.due);
        let lot = certificate.lots[at.1].clone();
        if !lot.is_owed() || self.day < due {
            return;
        }
        let pool = |pool: &Pool| pool.issuer == issuer && pool.due == due;
        let p = self.pools.iter().position(pool).expect("its pool");
        let over = self.pools[p].next.is_none();
        if lot.holder == issuer {
            if over || lot.status == Status::Overdue {
                self.extinguish(at);
            }
        } else if over && lot.status == Status::Held {
            self.pools[p].next = Some(self.roll(self.next_close()));
        }
    }

    /// In the issuer's own hands it ends without cash.
    pub(super) fn extinguish(&mut self, at: (usize, usize)) {
        self.end_waiting(at);
        self.record(at);
        let lot = &mut self.certificates[at.0].lots[at.1];
        lot.status = Status::Redeemed;
        lot.circulation = Circulation::Ended;
        lot.funding = None;
    }
}
