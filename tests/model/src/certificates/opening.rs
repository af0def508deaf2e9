//! Lines, and certificates until they are signed for.

use super::{Certificate, Circulation, Line, Lot, Opening, Pool, Status, Terms, World};
use crate::days::{Day, plus_months};
use crate::faults::{Broken, Faults};
use crate::{Frozen, Role, Who};

/// Who may hold certificates by transfer.
pub(super) const TRADING: &[Role] = &[Role::Enterprise, Role::Bank, Role::FinanceCompany];

impl World {
    pub fn grant_line(
        &mut self,
        who: Who,
        issuer: Who,
        limit: u64,
        until: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let grants = self.has_role(who, &[Role::Bank, Role::FinanceCompany]);
        no.unless(grants, "ROLE_REQUIRED");
        no.unless(self.has_role(issuer, &[Role::Enterprise]), "ROLE_REQUIRED");
        no.when(limit == 0, "AMOUNT_ZERO");
        no.when(issuer == who, "SELF_DEALING");
        no.when(until.is_some_and(|until| until < self.day), "DATE_IN_PAST");
        no.end()?;
        self.lines.push(Line {
            grantor: who,
            issuer,
            limit,
            until,
        });
        Ok(self.lines.len() - 1)
    }

    pub fn change_line(
        &mut self,
        who: Who,
        line: usize,
        limit: u64,
        until: Option<Day>,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        no.when(self.lines[line].grantor != who, "WRONG_PARTY");
        no.when(until.is_some_and(|until| until < self.day), "DATE_IN_PAST");
        no.end()?;
        self.lines[line].limit = limit;
        self.lines[line].until = until;
        Ok(())
    }

    pub fn open(&mut self, who: Who, opening: &Opening) -> Result<usize, Broken> {
        let mut no = Faults::new();
        let deepest = opening.max_tier.unwrap_or(self.numbers.max_tier);
        let fits = (1..=self.numbers.max_tier).contains(&deepest);
        no.unless(fits, "INVALID_ARGUMENT");
        no.unless(self.has_role(who, &[Role::Enterprise]), "ROLE_REQUIRED");
        no.unless(self.has_role(opening.payee, TRADING), "ROLE_REQUIRED");
        no.when(opening.sum == 0, "AMOUNT_ZERO");
        no.when(opening.payee == who, "SELF_DEALING");
        let line = &self.lines[opening.line];
        no.when(line.issuer != who, "WRONG_PARTY");
        no.when(opening.due <= self.day, "MATURITY_IN_PAST");
        let latest = plus_months(self.day, self.numbers.max_term_months);
        no.when(opening.due > latest, "TERM_TOO_LONG");
        no.when(
            line.until.is_some_and(|until| self.day > until),
            "LINE_ENDED",
        );
        let room = line.limit.saturating_sub(self.used(opening.line));
        no.when(opening.sum > room, "LINE_EXCEEDED");
        let free = plus_months(self.day, self.numbers.free_term_months);
        no.when(opening.due > free && !opening.reason, "TERM_REASON_MISSING");
        no.when(self.overdue(who) > 0, "ISSUER_OVERDUE");
        no.end()?;
        let bank = self.members[who].bank;
        let same = |c: &&Certificate| self.members[c.issuer].bank == bank && c.issued == self.day;
        let serial = self.certificates.iter().filter(same).count() as u64 + 1;
        self.certificates.push(Certificate {
            issuer: who,
            opening: opening.clone(),
            issued: self.day,
            serial,
            payable_on: self.roll(opening.due),
            max_tier: deepest,
            confirmed_by: None,
            lots: vec![Lot {
                start: 1,
                end: opening.sum,
                holder: who,
                status: Status::Opened,
                circulation: Circulation::AwaitingReceipt,
                tier: 1,
                funding: None,
                disputed_by: None,
                frozen: Frozen::No,
                request: None,
                act: 0,
            }],
            acts: 1,
        });
        let pooled = |pool: &Pool| pool.issuer == who && pool.due == opening.due;
        if !self.pools.iter().any(pooled) {
            self.pools.push(Pool {
                issuer: who,
                due: opening.due,
                next: Some(self.roll(opening.due)),
                retries: None,
            });
        }
        Ok(self.certificates.len() - 1)
    }

    /// Its term is above that which needs no reason.
    fn is_long(&self, c: usize) -> bool {
        let certificate = &self.certificates[c];
        let free = plus_months(certificate.issued, self.numbers.free_term_months);
        certificate.opening.due > free
    }

    /// Notes what stands in the way of the issuer's acts before anybody holds it.
    fn check_unsigned(&self, no: &mut Faults, who: Who, c: usize) {
        let certificate = &self.certificates[c];
        let lot = &certificate.lots[0];
        no.when(certificate.issuer != who, "WRONG_PARTY");
        no.when(lot.request.is_some(), "REQUEST_PENDING");
        no.when(lot.frozen != Frozen::No, "FROZEN");
        no.when(lot.status != Status::Opened, "WRONG_STATE");
    }

    pub fn ask_confirmation(
        &mut self,
        who: Who,
        c: usize,
        to: Who,
        by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        no.unless(self.has_role(to, &[Role::Bank]), "ROLE_REQUIRED");
        no.when(to == who, "SELF_DEALING");
        self.check_unsigned(&mut no, who, c);
        let latest = self.certificates[c].opening.due - 1;
        let by = self.check_answer_by(&mut no, by, latest);
        let needed = self.is_long(c) && self.certificates[c].confirmed_by.is_none();
        no.unless(needed, "NOTHING_TO_CONFIRM");
        no.end()?;
        Ok(self.ask((c, 0), who, to, Terms::Confirmation, by))
    }

    pub fn ask_signature(&mut self, who: Who, c: usize, by: Option<Day>) -> Result<usize, Broken> {
        let mut no = Faults::new();
        self.check_unsigned(&mut no, who, c);
        let last = self.certificates[c].opening.due - 1;
        let latest = last.min(self.roll(self.day + self.numbers.signature_days));
        let by = self.check_answer_by(&mut no, by, latest);
        let open = self.is_long(c) && self.certificates[c].confirmed_by.is_none();
        no.when(open, "NOT_CONFIRMED");
        no.when(self.overdue(who) > 0, "ISSUER_OVERDUE");
        no.end()?;
        let to = self.certificates[c].opening.payee;
        Ok(self.ask((c, 0), who, to, Terms::Signature, by))
    }

    pub fn cancel(&mut self, who: Who, c: usize) -> Result<(), Broken> {
        let mut no = Faults::new();
        let rejects = who == self.certificates[c].opening.payee;
        let by = if rejects {
            who
        } else {
            self.certificates[c].issuer
        };
        no.when(who != by, "WRONG_PARTY");
        self.check_unsigned(&mut no, self.certificates[c].issuer, c);
        no.end()?;
        let status = if rejects {
            Status::Rejected
        } else {
            Status::Cancelled
        };
        self.end_unsigned(c, status);
        Ok(())
    }

    /// Nobody ever held it: its line is free again.
    pub(super) fn end_unsigned(&mut self, c: usize, status: Status) {
        self.record((c, 0));
        let lot = &mut self.certificates[c].lots[0];
        lot.status = status;
        lot.circulation = Circulation::Ended;
        lot.frozen = Frozen::No;
    }
}
