//! A court's measures (rule book 2.2).

use crate::book::{Circulation, Frozen, Place, Role, Status, Terms, What, Who, World};
use crate::faults::{Broken, Faults};

/// Who can come to hold a lot by order.
const HOLDERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::CentralBank,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

impl World {
    fn check_order(&self, no: &mut Faults, who: Who, order: bool) {
        self.check_role(no, who, &[Role::Court]);
        no.unless(order, "INVALID_ARGUMENT");
    }

    /// Freezes a lot, or stops its payment. A request that waits on it ends, a presentment goes on.
    pub fn measure(
        &mut self,
        who: Who,
        place: Place,
        order: bool,
        measure: Frozen,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_order(&mut no, who, order);
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        no.when(lot.circulation == Circulation::Ended, "WRONG_STATE");
        no.when(lot.frozen != Frozen::No, "FROZEN");
        self.check_part(&mut no, b, l, place.part);
        no.end()?;
        self.cut_for_court(b, l, place.part);
        let what = match measure {
            Frozen::Stopped => What::Stopped,
            _ => What::Frozen,
        };
        self.record((b, l), what, Some(who), None);
        self.lot_mut(b, l).frozen = measure;
        if let (Frozen::Stopped, Some(id)) = (measure, self.lot(b, l).request) {
            self.set_due(id, None);
        }
        Ok(())
    }

    /// Lifts a measure from a lot, or from what it brought.
    pub fn unfreeze(&mut self, who: Who, place: Place, order: bool) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_order(&mut no, who, order);
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        no.unless(self.is_measured(b, l), "WRONG_STATE");
        no.end()?;
        self.record((b, l), What::Unfrozen, Some(who), None);
        self.lot_mut(b, l).frozen = Frozen::No;
        if self.lot(b, l).circulation == Circulation::Ended {
            let owner = self.lot(b, l).holder;
            self.free_proceeds(place, owner);
        } else {
            self.proceed(b, l);
        }
        Ok(())
    }

    /// Frozen proceeds come to `owner`, and a pledge has its effect as of today.
    fn free_proceeds(&mut self, place: Place, owner: Who) {
        let Some(at) = self.proceeds_of(place) else {
            return;
        };
        let mut proceeds = self.proceeds.remove(at);
        self.pay(proceeds.owner, owner, proceeds.amount);
        proceeds.owner = owner;
        proceeds.frozen = false;
        proceeds.pledge = proceeds.pledge.filter(|pledge| pledge.pledgee != owner);
        self.share_out(proceeds);
    }

    /// No measure lies on a live lot any more: its presentment goes on, for whoever has its rights now. What the
    /// acceptor has in its own hands when it is payable is extinguished.
    fn proceed(&mut self, b: usize, l: usize) {
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let own = lot.holder == bill.acceptor && lot.pledge.is_none();
        let (status, request) = (lot.status, lot.request);
        if status == Status::Received && own {
            if let Some(id) = request {
                self.close(id);
            }
            let over = self.lot(b, l).circulation == Circulation::InRecourse;
            if self.day >= self.bills[b].payable_on || over {
                self.record((b, l), What::Terminated, None, None);
                self.terminate(b, l);
            }
            return;
        }
        let Some(id) = request else { return };
        self.requests[id].from = self.claimant(b, l);
        if let Terms::Presentment { due: None, .. } = self.requests[id].terms
            && self.day >= self.bills[b].payable_on
        {
            let due = self.roll(self.next_close());
            self.set_due(id, Some(due));
        }
    }

    /// Gives a lot, or the frozen proceeds of a paid one, to another by order.
    pub fn order_transfer(
        &mut self,
        who: Who,
        place: Place,
        order: bool,
        to: Who,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_order(&mut no, who, order);
        self.check_role(&mut no, to, HOLDERS);
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        no.when(lot.holder == to, "SELF_DEALING");
        self.check_part(&mut no, b, l, place.part);
        let seized = self
            .proceeds_of(place)
            .is_some_and(|at| self.proceeds[at].frozen);
        no.unless(lot.status == Status::Received || seized, "WRONG_STATE");
        no.end()?;
        if !seized {
            self.cut_for_court(b, l, place.part);
        }
        self.record((b, l), What::Ordered, Some(who), Some(to));
        let lot = self.lot_mut(b, l);
        lot.holder = to;
        lot.frozen = Frozen::No;
        if seized {
            self.free_proceeds(place, to);
        } else {
            self.end_own_rights(b, l);
            self.proceed(b, l);
        }
        Ok(())
    }

    /// Nobody has a right in a lot of its own: a pledge ends when its pledgee holds the lot, a repo when its
    /// seller does.
    fn end_own_rights(&mut self, b: usize, l: usize) {
        let lot = self.lot_mut(b, l);
        let mut ended = false;
        if let Some(repo) = lot.repo.filter(|repo| repo.seller == lot.holder) {
            lot.repo = None;
            lot.discounted = repo.discounted_before;
            ended = true;
        }
        if lot
            .pledge
            .is_some_and(|pledge| pledge.pledgee == lot.holder)
        {
            lot.pledge = None;
            ended = true;
        }
        let encumbered = |circulation| {
            matches!(
                circulation,
                Circulation::Pledged | Circulation::AwaitingRedemption
            )
        };
        if !ended {
            return;
        }
        let free = lot.in_hand();
        if encumbered(lot.circulation) {
            lot.circulation = free;
        }
        if let Some(id) = lot.request
            && encumbered(self.requests[id].before)
        {
            self.requests[id].before = free;
        }
    }

    /// The part on which a court acts. A request that waits and offers come to nothing, without rejoining; a
    /// presentment goes on.
    fn cut_for_court(&mut self, b: usize, l: usize, part: Option<u64>) {
        self.end_offers(b, l);
        let units = part.unwrap_or(self.lot(b, l).amount());
        match self.lot(b, l).request {
            Some(id) if self.lot(b, l).circulation == Circulation::Collecting => {
                self.cut_presented(id, units);
            }
            Some(id) => {
                self.close(id);
                self.cut(b, l, part);
            }
            None => self.cut(b, l, part),
        }
    }
}
