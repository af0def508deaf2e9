//! A throwaway network for a scenario: one validator, the scenario's own first day, members and cash.

use super::format::{Member, Scenario};
use super::names::admitted;
use super::toml::Problem;
use crate::cluster::{MemberSpec, Spec, built_in};
use crate::error::CliError;
use allonge_contracts::bills::BankNumber;
use allonge_contracts::members::Role;
use allonge_contracts::{Currency, MemberId};
use std::collections::BTreeSet;
use std::path::PathBuf;

/// The regulator where the file names none.
pub const REGULATOR: &str = "regulator";
/// The issuer of cash where the file names no central bank.
pub const AUTHORITY: &str = "central-bank";

/// What network to make.
///
/// # Errors
/// A parameter that there is not, or what genesis does not take.
pub fn spec(scenario: &Scenario, dir: PathBuf) -> Result<Spec, Trouble> {
    let mut currencies: Vec<Currency> = scenario
        .cash
        .iter()
        .map(|cash| cash.money.currency)
        .collect();
    currencies.push(built("CNY")?);
    currencies.sort_unstable();
    currencies.dedup();
    let mut spec = Spec::authorities(dir, currencies)
        .map_err(crate::cluster::ClusterError::from)
        .map_err(CliError::from)?;
    spec.nodes = 1;
    spec.network = built("scenario")?;
    spec.start = Some(scenario.start.value);
    spec.holidays = scenario.holidays.clone();
    for param in scenario.params.iter().filter(|param| param.from.is_none()) {
        spec.params.set(param.name, param.value);
    }
    spec.members = members(scenario)?;
    let issuer = spec
        .members
        .iter()
        .find(|member| member.roles.contains(&Role::CentralBank));
    if let Some(issuer) = issuer {
        spec.authority = issuer.id.clone();
    }
    let there: BTreeSet<&MemberId> = spec.members.iter().map(|member| &member.id).collect();
    let mut later: Vec<MemberId> = admitted(scenario)
        .filter(|id| !there.contains(id))
        .collect();
    later.sort_unstable();
    later.dedup();
    spec.future_members = later;
    Ok(spec)
}

/// Why there is no network.
#[derive(Debug)]
pub enum Trouble {
    /// The file is wrong.
    File(Problem),
    /// Something else.
    Other(CliError),
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Trouble::File(problem)
    }
}

impl From<CliError> for Trouble {
    fn from(error: CliError) -> Self {
        Trouble::Other(error)
    }
}

fn built<T>(text: &str) -> Result<T, CliError>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    Ok(built_in(text).map_err(crate::cluster::ClusterError::from)?)
}

/// Who is a member, with what the file leaves out: bank numbers, account banks, regulator and issuer.
///
/// # Errors
/// A name that is needed for another role.
pub fn members(scenario: &Scenario) -> Result<Vec<MemberSpec>, Trouble> {
    let keeps_accounts = |member: &&Member| {
        member.roles.contains(&Role::Bank) || member.roles.contains(&Role::FinanceCompany)
    };
    let bank = scenario
        .members
        .iter()
        .find(|member| member.roles.contains(&Role::Bank))
        .or_else(|| scenario.members.iter().find(keeps_accounts));
    let taken: BTreeSet<BankNumber> = scenario
        .members
        .iter()
        .filter_map(|member| member.bank_number)
        .collect();
    let mut serial = 0u64;
    let mut made = Vec::new();
    for member in &scenario.members {
        let needs_number = keeps_accounts(&member) && member.bank_number.is_none();
        let mut number = member.bank_number;
        while needs_number && number.is_none() {
            serial = serial.saturating_add(1);
            let next: BankNumber = built(&format!("9{serial:011}"))?;
            number = Some(next).filter(|next| !taken.contains(next));
        }
        let account_bank = member.account_bank.clone().or_else(|| {
            let customer = member.roles.contains(&Role::Enterprise) && !keeps_accounts(&member);
            bank.filter(|_| customer).map(|bank| bank.id.clone())
        });
        made.push(MemberSpec {
            id: member.id.clone(),
            roles: member.roles.clone(),
            legal_id: member.legal_id.clone(),
            bank_number: number,
            account_bank,
            balances: scenario
                .cash
                .iter()
                .filter(|cash| cash.member == member.id)
                .map(|cash| cash.money)
                .collect(),
        });
    }
    for (name, role) in [(REGULATOR, Role::Regulator), (AUTHORITY, Role::CentralBank)] {
        if made.iter().any(|member| member.roles.contains(&role)) {
            continue;
        }
        if let Some(other) = scenario
            .members
            .iter()
            .find(|member| member.id.as_str() == name)
        {
            return Err(Problem::at(
                other.line,
                format!("`{name}` has another role, but is the name of the {role} that is made up where there is none"),
                format!("add a member with role = \"{role}\", or give this one another id"),
            )
            .into());
        }
        made.push(MemberSpec::new(built(name)?, role));
    }
    Ok(made)
}
