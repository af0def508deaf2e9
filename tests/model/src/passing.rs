//! Passing a lot on by endorsement, its mark and its limits (rule book 2.2).

use crate::book::{
    Circulation, Dishonour, Limits, Place, Profile, Role, Status, Terms, What, Who, World,
};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::members::{BANKS, TRADERS};

/// Whether limits let a lot go to a member on a day for a purpose.
fn allows(limits: &Limits, to: Who, roles: &[Role], day: Day, purpose: &str) -> bool {
    let anybody = limits.holders.is_empty() && limits.roles.is_empty();
    let named = limits.holders.contains(&to) || roles.iter().any(|r| limits.roles.contains(r));
    (anybody || named)
        && limits.from.is_none_or(|from| day >= from)
        && limits.until.is_none_or(|until| day <= until)
        && (limits.purpose.is_empty() || limits.purpose == purpose)
}

impl World {
    /// Notes what a holder cannot do with a lot by way of endorsement, sale or pledge.
    pub(crate) fn check_move(
        &self,
        no: &mut Faults,
        who: Who,
        (b, l): (usize, usize),
        to: Who,
        purpose: &str,
    ) {
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        no.unless(lot.holder == who, "NOT_HOLDER");
        self.check_free(no, lot);
        no.unless(lot.status == Status::Received, "WRONG_STATE");
        let marked = lot.circulation == Circulation::NotTransferable;
        let open = lot.circulation == Circulation::Circulable || marked;
        no.unless(open, "WRONG_STATE");
        no.when(marked && bill.profile == Profile::Prc, "NOT_TRANSFERABLE");
        if let Some(limits) = &lot.limits {
            let roles = &self.members[to].roles;
            let allowed = allows(limits, to, roles, self.day, purpose);
            no.unless(allowed, "USE_LIMITED");
        }
    }

    pub fn request_endorsement(
        &mut self,
        who: Who,
        place: Place,
        to: Who,
        mark: bool,
        purpose: &str,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, TRADERS);
        self.check_role(&mut no, to, TRADERS);
        self.check_active(&mut no, to);
        no.when(who == to, "SELF_DEALING");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        self.check_move(&mut no, who, (b, l), to, purpose);
        self.check_part(&mut no, b, l, place.part);
        let lot = self.lot(b, l);
        no.when(lot.discounted && !self.has_role(to, BANKS), "BANKS_ONLY");
        let (bill, refused) = (&self.bills[b], lot.dishonour);
        let latest = match bill.profile {
            Profile::Prc => bill.maturity - 1,
            Profile::Geneva => bill.window_end,
        };
        let refused = matches!(refused, Dishonour::InTime | Dishonour::Late);
        let matured = self.day >= bill.maturity;
        no.when(self.day > latest || (matured && refused), "MATURED");
        let by = self.check_answer_by(&mut no, answer_by, latest);
        no.end()?;
        self.cut(b, l, place.part);
        Ok(self.ask((b, l), who, to, Terms::Endorsement { mark }, Some(by)))
    }

    /// The endorsee signs for the lot. What comes to its acceptor when it is payable is extinguished.
    pub(crate) fn endorse(&mut self, (b, l): (usize, usize), from: Who, to: Who, mark: bool) {
        let what = What::Endorsed { marked: mark };
        self.record((b, l), what, Some(from), Some(to));
        let lot = self.lot_mut(b, l);
        lot.holder = to;
        lot.marked_by = mark.then_some(from);
        lot.circulation = lot.in_hand();
        let bill = &self.bills[b];
        if to == bill.acceptor && self.day >= bill.payable_on {
            self.record((b, l), What::Terminated, None, None);
            self.terminate(b, l);
        }
    }

    pub fn request_unmark(
        &mut self,
        who: Who,
        place: Place,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let (maturity, lot) = (self.bills[b].maturity, self.lot(b, l));
        no.unless(lot.holder == who, "NOT_HOLDER");
        self.check_free(&mut no, lot);
        let marked = lot.circulation == Circulation::NotTransferable;
        no.unless(lot.status == Status::Received && marked, "WRONG_STATE");
        let marker = lot.marked_by;
        if let Some(marker) = marker {
            self.check_active(&mut no, marker);
        }
        self.check_part(&mut no, b, l, place.part);
        no.when(self.day >= maturity, "MATURED");
        let by = self.check_answer_by(&mut no, answer_by, maturity - 1);
        no.end()?;
        self.cut(b, l, place.part);
        let marker = marker.expect("a marked lot has its marker");
        Ok(self.ask((b, l), who, marker, Terms::Unmark, Some(by)))
    }

    /// Who set the mark takes it off.
    pub(crate) fn unmark(&mut self, (b, l): (usize, usize), by: Who) {
        self.record((b, l), What::Unmarked, Some(by), None);
        let lot = self.lot_mut(b, l);
        lot.marked_by = None;
        lot.circulation = lot.in_hand();
    }

    /// The holder narrows what may be done with a lot.
    pub fn narrow(
        &mut self,
        who: Who,
        place: Place,
        unsplittable: bool,
        limits: Option<Limits>,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        let in_order = limits.as_ref().map_or(unsplittable, Limits::in_order);
        no.unless(in_order, "INVALID_ARGUMENT");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        no.unless(lot.holder == who, "NOT_HOLDER");
        self.check_free(&mut no, lot);
        no.unless(lot.status == Status::Received, "WRONG_STATE");
        let held = matches!(
            lot.circulation,
            Circulation::Circulable | Circulation::NotTransferable
        );
        no.unless(held, "WRONG_STATE");
        self.check_part(&mut no, b, l, place.part);
        if let (Some(old), Some(new)) = (&lot.limits, &limits) {
            no.unless(self.is_narrower(old, new), "NOT_NARROWER");
        }
        no.end()?;
        self.cut(b, l, place.part);
        self.record((b, l), What::Narrowed, Some(who), None);
        let lot = self.lot_mut(b, l);
        lot.splittable &= !unsplittable;
        if limits.is_some() {
            lot.limits = limits;
        }
        Ok(())
    }

    /// Whether new limits allow nothing that the old ones did not.
    fn is_narrower(&self, old: &Limits, new: &Limits) -> bool {
        let anybody = |limits: &Limits| limits.holders.is_empty() && limits.roles.is_empty();
        let receivers = anybody(old)
            || (!anybody(new)
                && new.roles.iter().all(|role| old.roles.contains(role))
                && new
                    .holders
                    .iter()
                    .all(|who| old.holders.contains(who) || self.has_role(*who, &old.roles)));
        receivers
            && old
                .from
                .is_none_or(|old| new.from.is_some_and(|new| new >= old))
            && old
                .until
                .is_none_or(|old| new.until.is_some_and(|new| new <= old))
            && (old.purpose.is_empty() || old.purpose == new.purpose)
    }
}
