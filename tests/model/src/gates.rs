//! Gates before signing: overdue acceptors, ceilings of banks (rule book 2.5).

use crate::book::{Circulation, Dishonour, Who, World};
use crate::days::{Day, civil, minus_months, month_end, plus_months};
use crate::faults::Faults;
use crate::members::BANKS;

impl World {
    /// Notes an acceptor whose paper nobody may take for now.
    pub(crate) fn check_not_persistent(&self, no: &mut Faults, acceptor: Who) {
        let until = self.members[acceptor].persistent_until;
        let persistent = until.is_some_and(|until| self.day <= until);
        no.when(persistent, "PERSISTENTLY_OVERDUE");
    }

    /// Notes what keeps an acceptor from accepting one more bill.
    pub(crate) fn check_may_accept(&self, no: &mut Faults, b: usize, units: u64) {
        let acceptor = self.bills[b].acceptor;
        self.check_not_persistent(no, acceptor);
        let member = &self.members[acceptor];
        let barred = member.barred_until.max(member.persistent_until);
        no.when(
            barred.is_some_and(|until| self.day <= until),
            "ACCEPTOR_OVERDUE",
        );
        let bank = self.has_role(acceptor, BANKS);
        if let Some((assets, deposits, margin)) = member.declared.filter(|_| bank) {
            let share = |of: u64, name| u128::from(of) * u128::from(self.param(name)) / 1_000_000;
            let after = u128::from(member.acceptances) + u128::from(units);
            no.when(
                after > share(assets, "acceptance_ceiling"),
                "ACCEPTANCE_CEILING",
            );
            let too_much = u128::from(margin) > share(deposits, "margin_ceiling");
            no.when(too_much, "MARGIN_CEILING");
        }
    }

    /// A package went unpaid today, or after the close tomorrow; one event a package and day.
    pub(crate) fn went_unpaid(&mut self, b: usize) {
        let (day, acceptor) = (self.next_close(), self.bills[b].acceptor);
        let events = &mut self.members[acceptor].overdue_events;
        if !events.contains(&(day, b)) {
            events.push((day, b));
        }
    }

    /// What an acceptor has left unpaid.
    fn unpaid(&self, acceptor: Who) -> u64 {
        let mut sum = 0;
        for (b, bill) in self.bills.iter().enumerate() {
            for (l, lot) in bill.lots.iter().enumerate() {
                let refused = matches!(lot.dishonour, Dishonour::InTime | Dishonour::Late);
                let over = lot.circulation == Circulation::Ended;
                if bill.acceptor == acceptor && refused && !over {
                    sum += self.accepted(b, l);
                }
            }
        }
        sum
    }

    /// At the close of a month's last day: who is overdue, and who persistently. Months are whole ones, this one being
    /// the last.
    pub(crate) fn look_at_month(&mut self) {
        let today = self.day;
        if today != month_end(today) {
            return;
        }
        let first = months_back(today, self.count("overdue_window_months") - 1);
        let this_month = months_back(today, 0);
        let (least, many) = (self.param("overdue_events"), self.param("overdue_findings"));
        let bar = plus_months(today, self.count("overdue_bar_months"));
        let next_month = month_end(today + 1);
        for who in 0..self.members.len() {
            let unpaid = self.unpaid(who);
            let member = &mut self.members[who];
            let since = |from: Day| {
                member
                    .overdue_events
                    .iter()
                    .filter(|(d, _)| *d >= from)
                    .count()
            };
            let overdue = since(first) as u64 >= least && (unpaid > 0 || since(this_month) > 0);
            if !overdue {
                continue;
            }
            member.findings.push(today);
            member.barred_until = member.barred_until.max(Some(next_month));
            let findings = member.findings.iter().filter(|day| **day >= first).count();
            if findings as u64 >= many {
                member.persistent_until = member.persistent_until.max(Some(bar));
            }
        }
    }
}

/// The first day of the month so many months back.
fn months_back(day: Day, months: u32) -> Day {
    let first = day + 1 - civil(day).2;
    minus_months(first, months)
}
