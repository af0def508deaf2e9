//! Requests: made, and ended without effect.

use crate::book::{Act, Circulation, Frozen, Lot, Place, Request, Status, Terms, What, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::recourse::split_claim;

impl World {
    /// The lot that is named by its exact range.
    pub fn find(&self, place: Place) -> Result<usize, &'static str> {
        let bill = self.bills.get(place.bill).ok_or("NO_SUCH_BILL")?;
        bill.lots
            .iter()
            .position(|lot| lot.range() == place.lot)
            .ok_or("NO_SUCH_LOT")
    }

    /// The lot that an act names; what is wrong with its place is noted.
    pub(crate) fn locate(&self, no: &mut Faults, place: Place) -> Option<(usize, usize)> {
        no.when(place.part == Some(0), "AMOUNT_ZERO");
        match self.find(place) {
            Ok(l) => Some((place.bill, l)),
            Err(code) => {
                no.when(true, code);
                None
            }
        }
    }

    pub fn lot(&self, b: usize, l: usize) -> &Lot {
        &self.bills[b].lots[l]
    }

    pub(crate) fn lot_mut(&mut self, b: usize, l: usize) -> &mut Lot {
        &mut self.bills[b].lots[l]
    }

    /// Writes down what happens to a lot.
    pub(crate) fn record(
        &mut self,
        (b, l): (usize, usize),
        what: What,
        from: Option<Who>,
        to: Option<Who>,
    ) {
        let day = self.day;
        let bill = &mut self.bills[b];
        bill.history.push(Act {
            what,
            from,
            to,
            day,
        });
        bill.lots[l].chain.push(bill.history.len() - 1);
    }

    /// The first day whose close is still to come.
    pub fn next_close(&self) -> Day {
        self.day + u32::from(self.minute >= self.close_minute)
    }

    /// Notes a part that cannot be cut off a lot.
    pub(crate) fn check_part(&self, no: &mut Faults, b: usize, l: usize, part: Option<u64>) {
        let lot = self.lot(b, l);
        let Some(part) = part else { return };
        // A bill is whole until it is delivered, and what has ended stays as it is.
        let may_cut = lot.splittable && lot.status == Status::Received;
        no.when(part != lot.amount() && !may_cut, "NOT_SPLITTABLE");
        no.when(part > lot.amount(), "PART_TOO_LARGE");
    }

    /// Notes what stands in the way of any act of a party: a request that waits, a court's measure.
    pub(crate) fn check_free(&self, no: &mut Faults, lot: &Lot) {
        no.when(lot.request.is_some(), "REQUEST_PENDING");
        no.when(lot.frozen != Frozen::No, "FROZEN");
    }

    /// The day at whose close a request lapses: as asked, or the latest allowed.
    pub(crate) fn check_answer_by(&self, no: &mut Faults, asked: Option<Day>, latest: Day) -> Day {
        let chosen = asked.unwrap_or(latest);
        let fits = (self.next_close()..=latest).contains(&chosen);
        no.unless(fits, "ANSWER_BY_WRONG");
        chosen
    }

    /// Cuts the low end off a lot, which moves; nothing where the whole lot moves.
    pub(crate) fn cut(&mut self, b: usize, l: usize, part: Option<u64>) {
        let lots = &mut self.bills[b].lots;
        let part = part.unwrap_or(lots[l].amount());
        if part < lots[l].amount() {
            let mut kept = lots[l].clone();
            kept.start += part;
            if let Some(claim) = &kept.claim {
                let (low, high) = split_claim(claim, part, lots[l].amount());
                lots[l].claim = Some(low);
                kept.claim = Some(high);
            }
            lots[l].end = kept.start - 1;
            lots.insert(l + 1, kept);
        }
    }

    /// A request comes to wait on a lot and locks it.
    pub(crate) fn ask(
        &mut self,
        (b, l): (usize, usize),
        from: Who,
        to: Who,
        terms: Terms,
        answer_by: Option<Day>,
    ) -> usize {
        let id = self.requests.len();
        let lot = &mut self.bills[b].lots[l];
        let locks = !matches!(terms, Terms::Offer { .. });
        self.requests.push(Request {
            bill: b,
            range: lot.range(),
            from,
            to,
            before: lot.circulation,
            answer_by,
            live: true,
            terms: terms.clone(),
        });
        if locks {
            lot.request = Some(id);
            lot.circulation = match terms {
                Terms::Presentment { .. } => Circulation::Collecting,
                _ => Circulation::Locked,
            };
        }
        id
    }

    /// Where a live request's lot is.
    pub(crate) fn place_of(&self, id: usize) -> (usize, usize) {
        let request = &self.requests[id];
        let lots = &self.bills[request.bill].lots;
        let l = lots.iter().position(|lot| lot.range() == request.range);
        (
            request.bill,
            l.expect("a live request stands on a lot of its range"),
        )
    }

    /// A request is over; its lot is unlocked and stands as before it was asked.
    pub(crate) fn close(&mut self, id: usize) -> (usize, usize) {
        let (b, l) = self.place_of(id);
        let before = self.requests[id].before;
        self.requests[id].live = false;
        let lot = self.lot_mut(b, l);
        if lot.request == Some(id) {
            lot.request = None;
            lot.circulation = before;
        }
        (b, l)
    }

    /// A request comes to nothing; a part cut off for it goes back to the lot above, if that still stands alike.
    pub(crate) fn undo(&mut self, id: usize) {
        if let Terms::Offer { .. } = self.requests[id].terms {
            self.requests[id].live = false;
            return;
        }
        let (b, l) = self.close(id);
        self.rejoin(b, l);
    }

    fn rejoin(&mut self, b: usize, l: usize) {
        let lots = &mut self.bills[b].lots;
        let Some(above) = lots.get(l + 1).cloned() else {
            return;
        };
        let mut joined = lots[l].clone();
        joined.end = above.end;
        let alike = Lot {
            start: joined.start,
            ..above
        };
        if joined == alike {
            lots[l] = joined;
            lots.remove(l + 1);
        }
    }

    /// All offers on a lot come to nothing.
    pub(crate) fn end_offers(&mut self, b: usize, l: usize) {
        let range = self.lot(b, l).range();
        for request in &mut self.requests {
            let offer = matches!(request.terms, Terms::Offer { .. });
            if request.live && offer && request.bill == b && request.range == range {
                request.live = false;
            }
        }
    }

    /// The requester takes a request back before it is answered.
    pub fn withdraw(&mut self, who: Who, id: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        if !self.requests.get(id).is_some_and(|r| r.live) {
            return Err(no.and("NO_SUCH_REQUEST"));
        }
        no.unless(self.requests[id].from == who, "WRONG_PARTY");
        no.when(self.measure_on(id), "FROZEN");
        no.end()?;
        if let Terms::Presentment {
            first_in_time,
            first_late,
            ..
        } = self.requests[id].terms
        {
            let (b, l) = self.place_of(id);
            let lot = self.lot_mut(b, l);
            if first_in_time {
                lot.presented_in_time = None;
            }
            if first_late {
                lot.presented_late = None;
            }
        }
        self.undo(id);
        Ok(())
    }

    /// Whether a court's measure lies on the lot of a live request.
    pub(crate) fn measure_on(&self, id: usize) -> bool {
        let (b, l) = self.place_of(id);
        self.lot(b, l).frozen != Frozen::No
    }
}
