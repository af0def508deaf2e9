//! The state of height 0.

use crate::cash::{CurrencyRecord, mint_into};
use crate::clock::{ClockState, Moment};
use crate::date::Date;
use crate::genesis::{GenesisRules, Settings};
use crate::gov::{FIRST_PROTOCOL, LATEST_PROTOCOL, write_protocol};
use crate::member_id::MemberId;
use crate::members::{Member, Role, check_keys, check_threshold, write_member};
use crate::outcome::Failure;
use crate::params::{ParamName, put_history};
use crate::state::{Overlay, StateFault};
use crate::tables::{
    ALL, CALENDAR, CLOCK, CURRENCIES, POLICY, SETTINGS, currency_suffix, date_suffix,
};
use std::collections::{BTreeMap, BTreeSet};

/// Widest offset from UTC in minutes (14 hours, the widest in use).
const MAX_OFFSET: i16 = 840;
const MINUTES_PER_DAY: u16 = 1_440;

/// Checks genesis and writes the state of height 0. The error says which rule is broken.
pub(crate) fn write(
    rules: &GenesisRules,
    time_ms: u64,
    state: &mut Overlay<'_>,
) -> Result<(), String> {
    check_settings(rules)?;
    check_members(&rules.members)?;
    check_currencies(rules)?;
    check_calendar(rules)?;
    rules.governance.check(&rules.members)?;
    if !(FIRST_PROTOCOL..=LATEST_PROTOCOL).contains(&rules.protocol) {
        return Err(format!(
            "protocol: {} is not between {FIRST_PROTOCOL} and {LATEST_PROTOCOL}, the versions that this program knows",
            rules.protocol
        ));
    }
    write_all(rules, time_ms, state).map_err(|fault| fault.to_string())?;
    for opening in &rules.balances {
        if !rules.members.iter().any(|m| m.id == opening.member) {
            return Err(format!(
                "balances: `{}` is not a member in genesis",
                opening.member
            ));
        }
        mint_into(state, &opening.member, opening.money).map_err(|failure| {
            let why = match failure {
                Failure::Rejected(code, _) => code.summary().to_owned(),
                Failure::Fault(fault) => fault.to_string(),
            };
            format!("balances: {} of `{}`: {why}", opening.money, opening.member)
        })?;
    }
    Ok(())
}

fn write_all(
    rules: &GenesisRules,
    time_ms: u64,
    state: &mut Overlay<'_>,
) -> Result<(), StateFault> {
    let settings = Settings {
        utc_offset_minutes: rules.utc_offset_minutes,
        close_minute: rules.close_minute,
        development_clock: rules.development_clock,
        params: rules.params.clone(),
    };
    SETTINGS.put(state, ALL, &[], &settings)?;
    POLICY.put(state, ALL, &[], &rules.governance)?;
    write_protocol(state, rules.protocol)?;
    for name in ParamName::ALL {
        put_history(state, *name, Date::FIRST, rules.params.get(*name))?;
    }
    let clock = ClockState {
        date: Moment::at(time_ms, 0, rules.utc_offset_minutes).date,
        closed: false,
        offset_ms: 0,
    };
    CLOCK.put(state, ALL, &[], &clock)?;
    for member in &rules.members {
        write_member(state, member)?;
    }
    for entry in &rules.currencies {
        let record = CurrencyRecord {
            currency: entry.currency,
            authority: entry.authority.clone(),
            minted: 0,
            redeemed: 0,
        };
        CURRENCIES.put(state, ALL, &currency_suffix(entry.currency), &record)?;
    }
    for (days, open) in [(&rules.holidays, false), (&rules.working_weekends, true)] {
        for day in days {
            CALENDAR.put(state, ALL, &date_suffix(*day), &open)?;
        }
    }
    Ok(())
}

fn check_settings(rules: &GenesisRules) -> Result<(), String> {
    let offset = rules.utc_offset_minutes;
    if !(-MAX_OFFSET..=MAX_OFFSET).contains(&offset) {
        return Err(format!(
            "utc_offset_minutes: {offset} is not between -{MAX_OFFSET} and {MAX_OFFSET}"
        ));
    }
    let close = rules.close_minute;
    if close == 0 || close >= MINUTES_PER_DAY {
        return Err(format!("close_minute: {close} is not between 1 and 1439"));
    }
    for name in ParamName::ALL {
        name.check(rules.params.get(*name))
            .map_err(|error| format!("params: {error}"))?;
    }
    Ok(())
}

fn check_members(members: &[Member]) -> Result<(), String> {
    if members.is_empty() {
        return Err("members: at least one is needed".to_owned());
    }
    let mut numbers = BTreeMap::new();
    let by_name: BTreeMap<&MemberId, &Member> = members.iter().map(|m| (&m.id, m)).collect();
    if !ascending(members.iter().map(|m| &m.id)) {
        return Err("members: not in ascending order of name, or one occurs twice".to_owned());
    }
    for member in members {
        let id = &member.id;
        if member.roles.is_empty() || !ascending(member.roles.iter()) {
            return Err(format!(
                "member `{id}`: roles must be at least one, ascending, none twice"
            ));
        }
        check_keys(&member.keys)
            .map_err(|_| format!("member `{id}`: keys must be 1 to 16, ascending, none twice"))?;
        check_threshold(member.threshold, &member.keys).map_err(|_| {
            format!("member `{id}`: the threshold is not between 1 and the number of keys")
        })?;
        if let Some(number) = &member.bank_number
            && let Some(other) = numbers.insert(*number, id)
        {
            return Err(format!(
                "member `{id}`: bank number {number} is that of `{other}` already"
            ));
        }
        if let Some(bank) = &member.account_bank {
            let is_bank = by_name
                .get(bank)
                .is_some_and(|b| b.has_any(&[Role::Bank, Role::FinanceCompany]));
            if !is_bank || bank == id {
                return Err(format!(
                    "member `{id}`: its account bank `{bank}` is not another member with role bank or finance-company"
                ));
            }
        }
    }
    Ok(())
}

fn check_currencies(rules: &GenesisRules) -> Result<(), String> {
    if !ascending(rules.currencies.iter().map(|entry| entry.currency)) {
        return Err("currencies: not in ascending order, or one occurs twice".to_owned());
    }
    for entry in &rules.currencies {
        let issues = rules
            .members
            .iter()
            .any(|m| m.id == entry.authority && m.has_any(&[Role::CentralBank]));
        if !issues {
            return Err(format!(
                "currency {}: its authority `{}` is not a member with role central-bank",
                entry.currency, entry.authority
            ));
        }
    }
    Ok(())
}

fn check_calendar(rules: &GenesisRules) -> Result<(), String> {
    let mut seen = BTreeSet::new();
    for day in rules.holidays.iter().chain(&rules.working_weekends) {
        if !seen.insert(*day) {
            return Err(format!("calendar: {day} is declared twice"));
        }
    }
    Ok(())
}

fn ascending<T: Ord>(items: impl Iterator<Item = T>) -> bool {
    let mut previous: Option<T> = None;
    for item in items {
        if previous.as_ref().is_some_and(|p| *p >= item) {
            return false;
        }
        previous = Some(item);
    }
    true
}
