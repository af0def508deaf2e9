//! Lots: found, cut, locked, and put together again.

use super::{Circulation, Place, Request, Status, Terms, World};
use crate::Who;
use crate::days::Day;
use crate::faults::Faults;
use crate::interest::share;

impl World {
    /// The lot that is named by its exact range.
    pub fn find(&self, place: Place) -> Option<(usize, usize)> {
        let lots = &self.certificates.get(place.certificate)?.lots;
        let at = lots.iter().position(|lot| lot.range() == place.lot)?;
        Some((place.certificate, at))
    }

    /// One more act in the life of a lot.
    pub(super) fn record(&mut self, (c, l): (usize, usize)) {
        let certificate = &mut self.certificates[c];
        certificate.lots[l].act = certificate.acts;
        certificate.acts += 1;
    }

    /// Notes what is wrong with a part that is to be cut off a lot.
    pub(super) fn check_part(&self, no: &mut Faults, (c, l): (usize, usize), part: Option<u64>) {
        let certificate = &self.certificates[c];
        let lot = &certificate.lots[l];
        let part = part.unwrap_or(lot.amount());
        let may_cut = certificate.opening.splittable && lot.status == Status::Held;
        no.when(part != lot.amount() && !may_cut, "NOT_SPLITTABLE");
        no.when(part > lot.amount(), "PART_TOO_LARGE");
    }

    pub(super) fn check_answer_by(&self, no: &mut Faults, asked: Option<Day>, latest: Day) -> Day {
        let chosen = asked.unwrap_or(latest);
        let fits = (self.next_close()..=latest).contains(&chosen);
        no.unless(fits, "ANSWER_BY_WRONG");
        chosen
    }

    /// Cuts the low end off a lot; what a funder advanced is shared by amount, rounded down for the low end.
    pub(super) fn cut(&mut self, (c, l): (usize, usize), part: Option<u64>) {
        let lots = &mut self.certificates[c].lots;
        let whole = lots[l].amount();
        let part = part.unwrap_or(whole);
        if part >= whole {
            return;
        }
        let mut high = lots[l].clone();
        high.start += part;
        lots[l].end = high.start - 1;
        if let (Some(low), Some(rest)) = (&mut lots[l].funding, &mut high.funding) {
            low.principal = share(rest.principal, part, whole);
            low.interest_paid = share(rest.interest_paid, part, whole);
            rest.principal -= low.principal;
            rest.interest_paid -= low.interest_paid;
        }
        lots.insert(l + 1, high);
    }

    /// A request comes to wait on a lot.
    pub(super) fn ask(
        &mut self,
        (c, l): (usize, usize),
        from: Who,
        to: Who,
        terms: Terms,
        answer_by: Day,
    ) -> usize {
        let id = self.requests.len();
        let lot = &mut self.certificates[c].lots[l];
        self.requests.push(Request {
            certificate: c,
            range: lot.range(),
            from,
            to,
            terms,
            answer_by,
            before: lot.circulation,
            live: true,
        });
        lot.circulation = Circulation::Locked;
        lot.request = Some(id);
        id
    }

    /// A request is over; its lot stands as before.
    pub(super) fn close(&mut self, id: usize) -> (usize, usize) {
        let (c, range) = (self.requests[id].certificate, self.requests[id].range);
        let lots = &mut self.certificates[c].lots;
        let l = lots.iter().position(|lot| lot.range() == range);
        let l = l.expect("a live request stands on a lot of its range");
        lots[l].request = None;
        lots[l].circulation = self.requests[id].before;
        self.requests[id].live = false;
        (c, l)
    }

    /// A request comes to nothing: a part that was cut off for it goes back to the lot above, if that stands alike.
    pub(super) fn undo(&mut self, id: usize) -> (usize, usize) {
        let (c, l) = self.close(id);
        let lots = &mut self.certificates[c].lots;
        if let Some(above) = lots.get(l + 1).cloned() {
            let mut joined = lots[l].clone();
            let alike = super::Lot {
                start: joined.start,
                end: joined.end,
                ..above.clone()
            };
            if joined == alike {
                joined.end = above.end;
                lots[l] = joined;
                lots.remove(l + 1);
            }
        }
        (c, l)
    }
}
