//! Presentment for payment, by hand or by the clock (rule book 2.3).

use crate::book::{Circulation, Frozen, Kind, Place, Status, Terms, What, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};

impl World {
    /// Presentment by hand: early, again after a refusal, or late with an explanation.
    pub fn present(&mut self, who: Who, place: Place, explained: bool) -> Result<usize, Broken> {
        let mut no = Faults::new();
        if let Some(bill) = self.bills.get(place.bill) {
            let late = self.day > bill.window_end;
            no.when(late && !explained, "INVALID_ARGUMENT");
            no.when(bill.acceptor == who, "SELF_DEALING");
        }
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        if lot.circulation == Circulation::Pledged {
            let pledgee = lot.pledge.is_some_and(|pledge| pledge.pledgee == who);
            no.unless(pledgee, "NOT_HOLDER");
        } else {
            no.unless(lot.holder == who, "NOT_HOLDER");
        }
        self.check_free(&mut no, lot);
        match lot.status {
            Status::Issued | Status::Accepted => no.when(true, "PRESENTMENT_TOO_EARLY"),
            Status::Received => {}
            Status::Settled | Status::Terminated => no.when(true, "WRONG_STATE"),
        }
        let stands = matches!(
            lot.circulation,
            Circulation::Circulable | Circulation::NotTransferable | Circulation::Pledged
        );
        no.unless(stands, "WRONG_STATE");
        self.check_part(&mut no, b, l, place.part);
        // What is not accepted is presented by itself.
        let (accepted, units) = (self.accepted(b, l), place.part.unwrap_or(lot.amount()));
        no.when(accepted > 0 && units > accepted, "PART_TOO_LARGE");
        no.end()?;
        self.cut(b, l, place.part);
        // Before the bill is payable the day of payment is not yet set.
        let due = (self.day >= self.bills[b].payable_on).then(|| self.roll(self.next_close()));
        Ok(self.presented(b, l, who, (self.day, self.minute), due))
    }

    /// The clock presents on behalf of the holder, or of the pledgee; what is accepted and what is not apart.
    pub(crate) fn present_by_clock(&mut self, b: usize, l: usize, due: Option<Day>) {
        let (who, accepted) = (self.claimant(b, l), self.accepted(b, l));
        let due = due.filter(|_| self.lot(b, l).frozen != Frozen::Stopped);
        let in_two = accepted > 0 && accepted < self.lot(b, l).amount();
        if in_two {
            self.cut(b, l, Some(accepted));
        }
        self.presented(b, l, who, (self.day, 0), due);
        if in_two {
            self.presented(b, l + 1, who, (self.day, 0), due);
        }
    }

    fn presented(
        &mut self,
        b: usize,
        l: usize,
        who: Who,
        at: (Day, u32),
        due: Option<Day>,
    ) -> usize {
        self.record((b, l), What::Presented, Some(who), None);
        let (day, bill) = (self.day, &mut self.bills[b]);
        let in_time = (bill.maturity..=bill.window_end).contains(&day);
        let late = day > bill.window_end;
        let acceptor = bill.acceptor;
        let lot = &mut bill.lots[l];
        let first_in_time = in_time && lot.presented_in_time.is_none();
        let first_late = late && lot.presented_late.is_none();
        if first_in_time {
            lot.presented_in_time = Some(day);
        }
        if first_late {
            lot.presented_late = Some(day);
        }
        let terms = Terms::Presentment {
            at,
            due,
            first_in_time,
            first_late,
        };
        self.ask((b, l), who, acceptor, terms, None)
    }

    /// The day on which a bill is payable: every lot is presented, those presented early fall due too.
    pub(crate) fn fall_due(&mut self, b: usize) {
        let today = self.day;
        let due = self.day_of_payment(b, today);
        let starts: Vec<u64> = self.bills[b].lots.iter().map(|lot| lot.start).collect();
        for start in starts {
            // Requests that end may rejoin lots, so that each is looked for again.
            let lots = &self.bills[b].lots;
            let Some(l) = lots.iter().position(|lot| lot.start == start) else {
                continue;
            };
            let lot = &lots[l];
            if lot.status != Status::Received {
                continue;
            }
            let stopped = lot.frozen == Frozen::Stopped;
            if let (Circulation::Collecting, Some(id)) = (lot.circulation, lot.request) {
                let first = lot.presented_in_time.is_none();
                if first {
                    self.lot_mut(b, l).presented_in_time = Some(today);
                }
                if let Terms::Presentment {
                    due: day,
                    first_in_time,
                    ..
                } = &mut self.requests[id].terms
                {
                    *day = (!stopped).then_some(due);
                    *first_in_time |= first;
                }
                continue;
            }
            if let Some(id) = lot.request {
                self.undo(id);
            }
            let lot = self.lot(b, l);
            if matches!(
                lot.circulation,
                Circulation::InRecourse | Circulation::AwaitingRedemption
            ) {
                continue;
            }
            if lot.holder == self.bills[b].acceptor && lot.pledge.is_none() {
                // What a court has seized is not lost by the holder's being the debtor.
                if lot.frozen == Frozen::No {
                    self.record((b, l), What::Terminated, None, None);
                    self.terminate(b, l);
                }
            } else {
                self.present_by_clock(b, l, Some(due));
            }
        }
    }

    /// At which close what is presented at maturity is paid or refused.
    pub(crate) fn day_of_payment(&self, b: usize, day: Day) -> Day {
        let silent = self.param("silent_ecds") == 1;
        if silent && self.bills[b].kind == Kind::Commercial {
            self.roll(day + self.count("silent_days"))
        } else {
            day
        }
    }
}
