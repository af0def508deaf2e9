//! A network that runs already: what the scenario needs of it is looked for, and made where it is missing.

use super::format::Scenario;
use super::fresh::{Trouble, members};
use super::in_file;
use super::player::{Player, Stage};
use super::toml::{At, Problem};
use crate::client::NodeClient;
use crate::cluster::MemberSpec;
use crate::context::Context;
use crate::error::CliError;
use crate::keystore::{Keystore, KeystoreError};
use crate::parse::DayArg;
use allonge_contracts::MemberId;
use allonge_contracts::members::{Member, Role};
use std::time::Duration;

/// The nodes and keys of the command line.
///
/// # Errors
/// No folder of keys.
pub fn stage(context: &Context, scenario: &Scenario) -> Result<Stage, CliError> {
    let regulator = scenario
        .members
        .iter()
        .find(|member| member.roles.contains(&Role::Regulator));
    Ok(Stage {
        nodes: context.nodes().to_vec(),
        home: Some(context.home()?),
        regulator: regulator.map(|member| member.id.clone()),
        timeout: context.timeout().max(Duration::from_secs(1)),
    })
}

/// Members, opening cash, holidays and the first day.
///
/// # Errors
/// What is there contradicts the scenario, or cannot be made with the keys at hand.
pub async fn prepare(
    player: &mut Player<'_>,
    scenario: &Scenario,
    context: &Context,
    file: &str,
) -> Result<(), CliError> {
    let wrong = |problem: Problem| in_file(file, problem);
    let store = context.keystore()?;
    if let Some(param) = scenario.params.iter().find(|param| param.from.is_none()) {
        return Err(wrong(Problem::at(
            param.line,
            "a parameter without `from` is of genesis, and this network has its genesis",
            "add from = \"…\", or play with --fresh",
        )));
    }
    let all = everybody(&player.client).await?;
    if player.regulator().is_none() {
        let able = all
            .iter()
            .find(|member| member.roles.contains(&Role::Regulator) && has_key(&store, member));
        player.set_regulator(able.map(|member| member.id.clone()));
    }
    first_day(player, scenario)
        .await
        .map_err(|error| match error {
            Trouble::File(problem) => wrong(problem),
            Trouble::Other(error) => error,
        })?;
    let wanted = members(scenario).map_err(|trouble| match trouble {
        Trouble::File(problem) => wrong(problem),
        Trouble::Other(error) => error,
    })?;
    // Banks first: others keep their accounts there.
    let (banks, others): (Vec<_>, Vec<_>) = wanted
        .iter()
        .partition(|member| member.account_bank.is_none());
    for member in banks.into_iter().chain(others) {
        let Some(line) = scenario.members.iter().find(|m| m.id == member.id) else {
            continue;
        };
        match all.iter().find(|there| there.id == member.id) {
            Some(there) if member.roles.iter().all(|role| there.roles.contains(role)) => {}
            Some(there) => {
                let roles: Vec<&str> = there.roles.iter().map(|role| role.as_str()).collect();
                return Err(wrong(Problem::at(
                    line.line,
                    format!(
                        "`{}` is a member already, as {}",
                        there.id,
                        roles.join(", ")
                    ),
                    "give it another id, or play with --fresh",
                )));
            }
            None => admit(player, &store, member, line.line).await?,
        }
    }
    let currencies = player.client.status().await?.body.currencies;
    for cash in &scenario.cash {
        let issuer = currencies
            .iter()
            .find(|view| view.currency == cash.money.currency)
            .ok_or_else(|| {
                wrong(Problem::at(
                    cash.line,
                    format!("nobody issues {} on this network", cash.money.currency),
                    "choose a currency of `allonge status`, or play with --fresh",
                ))
            })?;
        let words = [
            "allonge".to_owned(),
            "cash".to_owned(),
            "mint".to_owned(),
            format!("--currency={}", cash.money.currency),
            cash.member.to_string(),
            cash.money.plain(),
        ];
        player
            .must_do(
                words.to_vec(),
                Some(issuer.authority.clone()),
                cash.line,
                "minting the opening cash",
            )
            .await?;
    }
    if !scenario.holidays.is_empty() {
        let days: Vec<String> = scenario.holidays.iter().map(ToString::to_string).collect();
        let mut words = ["allonge", "calendar", "set"].map(str::to_owned).to_vec();
        words.push(format!("--closed={}", days.join(",")));
        let regulator = player.regulator();
        player
            .must_do(
                words,
                regulator,
                scenario.start.line,
                "declaring the holidays",
            )
            .await?;
    }
    Ok(())
}

async fn first_day(player: &mut Player<'_>, scenario: &Scenario) -> Result<(), Trouble> {
    let status = player.client.status().await.map_err(CliError::from)?.body;
    let today = status.business_date.max(status.clock.date);
    let start = scenario.start.value;
    if today > start {
        return Err(Problem::at(
            scenario.start.line,
            format!("the network is at {today}, after the scenario's first day"),
            "choose a later `start`, or play with --fresh",
        )
        .into());
    }
    let when = At {
        line: scenario.start.line,
        value: DayArg::On(start),
    };
    Ok(player.advance(when).await?)
}

async fn everybody(client: &NodeClient) -> Result<Vec<Member>, CliError> {
    let mut all = Vec::new();
    let mut cursor = None;
    loop {
        let page = client.members(cursor.as_deref()).await?.body;
        all.extend(page.members);
        match page.next {
            Some(next) => cursor = Some(next),
            None => return Ok(all),
        }
    }
}

fn has_key(store: &Keystore, member: &Member) -> bool {
    store
        .for_member(member)
        .is_ok_and(|found| found.keys.len() >= usize::from(member.threshold))
}

async fn admit(
    player: &Player<'_>,
    store: &Keystore,
    member: &MemberSpec,
    line: usize,
) -> Result<(), CliError> {
    let name = member.id.as_str();
    if let Err(error) = store.create(name)
        && !matches!(error, KeystoreError::Exists { .. })
    {
        return Err(error.into());
    }
    let mut words = ["allonge", "member", "admit"].map(str::to_owned).to_vec();
    words.extend(member.roles.iter().map(|role| format!("--role={role}")));
    words.push(format!("--public-key={name}"));
    let option = |key: &str, value: Option<String>| value.map(|value| format!("--{key}={value}"));
    words.extend(option(
        "legal-id",
        member.legal_id.as_ref().map(ToString::to_string),
    ));
    words.extend(option(
        "bank-number",
        member.bank_number.map(|n| n.to_string()),
    ));
    words.extend(option(
        "account-bank",
        member.account_bank.as_ref().map(MemberId::to_string),
    ));
    words.push(name.to_owned());
    let regulator = player.regulator();
    let what = format!("admitting {name}");
    player.must_do(words, regulator, line, &what).await?;
    Ok(())
}
