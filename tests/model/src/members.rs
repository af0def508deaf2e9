//! Members, their standing, and what the regulator and attestors say of them and of the calendar (rule book 1).

use crate::book::{Param, Role, Who, World};
use crate::days::{Day, is_weekend};
use crate::faults::{Broken, Faults};

/// Who draws, accepts, holds, endorses and presents.
pub(crate) const TRADERS: &[Role] = &[Role::Enterprise, Role::Bank, Role::FinanceCompany];
/// Banks and finance companies.
pub(crate) const BANKS: &[Role] = &[Role::Bank, Role::FinanceCompany];

/// Every parameter by name, as law and market have it, with its smallest and largest value.
const DEFAULTS: [(&str, u64, u64, u64); 26] = [
    ("bill_max_term_months", 6, 1, 120),
    ("bill_max_sum", 100_000_000_000, 1, u64::MAX - 1),
    ("acceptance_answer_days", 3, 1, 60),
    ("presentment_window_days", 10, 1, 60),
    ("recourse_rate", 36_000, 0, 1_000_000),
    ("recourse_notice_days", 3, 1, 60),
    ("bar_primary_months", 24, 1, 1_200),
    ("bar_endorser_months", 6, 1, 1_200),
    ("bar_again_months", 3, 1, 1_200),
    ("silent_ecds", 0, 0, 1),
    ("silent_days", 3, 1, 60),
    ("discount_needs_papers", 1, 0, 1),
    ("disclosure_commercial", 1, 0, 1),
    ("disclosure_finance_company", 1, 0, 1),
    ("disclosure_bank", 0, 0, 1),
    ("acceptance_ceiling", 150_000, 0, 1_000_000),
    ("margin_ceiling", 100_000, 0, 1_000_000),
    ("overdue_events", 3, 1, 1_000),
    ("overdue_window_months", 6, 1, 120),
    ("overdue_findings", 3, 1, 1_000),
    ("overdue_bar_months", 24, 1, 1_200),
    ("geneva_recourse_rate", 60_000, 0, 1_000_000),
    ("geneva_bar_primary_months", 36, 1, 1_200),
    ("geneva_bar_endorser_months", 12, 1, 1_200),
    ("geneva_bar_again_months", 6, 1, 1_200),
    ("geneva_window_business_days", 2, 0, 60),
];

impl World {
    pub fn has_role(&self, who: Who, roles: &[Role]) -> bool {
        self.members[who].roles.iter().any(|r| roles.contains(r))
    }

    /// Notes a member without any of the roles.
    pub(crate) fn check_role(&self, no: &mut Faults, who: Who, roles: &[Role]) {
        no.unless(self.has_role(who, roles), "ROLE_REQUIRED");
    }

    /// Notes a suspended counterparty.
    pub(crate) fn check_active(&self, no: &mut Faults, who: Who) {
        no.when(self.members[who].suspended, "COUNTERPARTY_SUSPENDED");
    }

    /// The value of a parameter on a day, by what is set now.
    pub fn param_on(&self, name: &str, day: Day) -> u64 {
        let default = DEFAULTS.iter().find(|(n, ..)| *n == name);
        let (_, default, ..) = default.expect("a parameter of this name");
        let set = self.params.iter().filter(|p| p.name == name);
        let in_force = set.filter(|p| p.from <= day).max_by_key(|p| p.from);
        in_force.map_or(*default, |p| p.value)
    }

    /// The value of a parameter today.
    pub fn param(&self, name: &str) -> u64 {
        self.param_on(name, self.day)
    }

    /// A parameter that counts days or months.
    pub(crate) fn count(&self, name: &str) -> u32 {
        u32::try_from(self.param(name)).unwrap_or(u32::MAX)
    }

    pub fn is_business_day(&self, day: Day) -> bool {
        let declared = self.calendar.iter().rev().find(|(d, _)| *d == day);
        declared.map_or(!is_weekend(day), |(_, open)| *open)
    }

    /// The day itself, or the next business day.
    pub fn roll(&self, day: Day) -> Day {
        let mut day = day;
        while !self.is_business_day(day) {
            day += 1;
        }
        day
    }

    /// The day some business days later.
    pub fn business_days_after(&self, day: Day, count: u32) -> Day {
        let mut day = day;
        for _ in 0..count {
            day = self.roll(day + 1);
        }
        day
    }

    pub fn set_calendar(&mut self, who: Who, closed: &[Day], open: &[Day]) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, &[Role::Regulator]);
        let past = closed.iter().chain(open).any(|day| *day <= self.day);
        no.when(past, "CALENDAR_WRONG");
        no.end()?;
        self.calendar.extend(closed.iter().map(|day| (*day, false)));
        self.calendar.extend(open.iter().map(|day| (*day, true)));
        Ok(())
    }

    pub fn set_param(
        &mut self,
        who: Who,
        name: &'static str,
        value: u64,
        from: Day,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, &[Role::Regulator]);
        let known = DEFAULTS.iter().find(|(n, ..)| *n == name);
        let fits = known.is_some_and(|(_, _, least, most)| (*least..=*most).contains(&value));
        no.unless(fits, "INVALID_ARGUMENT");
        no.when(from <= self.day, "DATE_IN_PAST");
        no.end()?;
        self.params.retain(|p| p.name != name || p.from != from);
        self.params.push(Param { name, value, from });
        Ok(())
    }

    pub fn suspend(&mut self, who: Who, member: Who) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, &[Role::Regulator]);
        no.when(who == member, "SELF_DEALING");
        no.when(self.members[member].suspended, "WRONG_STATE");
        no.end()?;
        self.members[member].suspended = true;
        Ok(())
    }

    pub fn reinstate(&mut self, who: Who, member: Who) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, &[Role::Regulator]);
        no.unless(self.members[member].suspended, "WRONG_STATE");
        no.end()?;
        self.members[member].suspended = false;
        Ok(())
    }

    /// A bank states its assets, deposits and margin.
    pub fn declare(
        &mut self,
        who: Who,
        assets: u64,
        deposits: u64,
        margin: u64,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, BANKS);
        no.end()?;
        self.members[who].declared = Some((assets, deposits, margin));
        Ok(())
    }

    /// A court or an attestor records a member as insolvent or ordered to cease, or takes that back.
    pub fn record_insolvency(
        &mut self,
        who: Who,
        member: Who,
        lifted: bool,
        order: bool,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        self.check_role(&mut no, who, &[Role::Court, Role::Attestor]);
        no.unless(order, "INVALID_ARGUMENT");
        let recorded = self.members[member].insolvent_since.is_some();
        no.when(recorded && !lifted, "ALREADY_EXISTS");
        no.when(!recorded && lifted, "WRONG_STATE");
        no.end()?;
        self.members[member].insolvent_since = (!lifted).then_some(self.day);
        Ok(())
    }
}
