//! One genesis out of the identities of many.

use super::{FoundingError, Identity, NetworkSpec};
use crate::cluster::first_moment;
use allonge_contracts::calls::CurrencyAuthority;
use allonge_contracts::genesis::GenesisRules;
use allonge_contracts::members::Role;
use allonge_ledger::{GENESIS_VERSION, Genesis, GenesisObserver, GenesisValidator, LedgerState};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// The weight of a validator where the spec names none: enough for weights to be changed in small steps.
const USUAL_POWER: u64 = 10;

/// An identity with the file that it came from.
#[derive(Clone, Debug)]
pub struct Named {
    /// The file.
    pub file: PathBuf,
    /// What is in it, checked.
    pub identity: Identity,
}

/// Puts a genesis together. The same files in any order make the same document, if it is made at the same time
/// or the spec names the day.
///
/// # Errors
/// [`FoundingError`]: whatever would make it no network.
pub fn assemble(
    spec: &NetworkSpec,
    identities: &[Named],
    now_ms: u64,
) -> Result<Genesis, FoundingError> {
    check_unique(identities)?;
    let organisations: Vec<_> = {
        let mut all: Vec<_> = identities
            .iter()
            .map(|n| &n.identity.organisation)
            .collect();
        all.sort_by(|a, b| a.name.cmp(&b.name));
        all
    };
    let known = || {
        let names: Vec<_> = organisations.iter().map(|o| o.name.as_str()).collect();
        names.join(", ")
    };
    let unknown = |what, name: &str| FoundingError::Unknown {
        what,
        name: name.to_owned(),
        known: known(),
    };
    let mut currencies = Vec::new();
    for (currency, issuer) in spec.issuers()? {
        let found = organisations.iter().find(|o| o.name == *issuer);
        let found = found.ok_or_else(|| unknown("a currency", issuer.as_str()))?;
        if !found.roles.contains(&Role::CentralBank) {
            return Err(FoundingError::Issuer {
                currency,
                issuer: issuer.clone(),
            });
        }
        currencies.push(CurrencyAuthority {
            currency,
            authority: issuer.clone(),
        });
    }
    currencies.sort_by_key(|entry| entry.currency);
    let (mut validators, mut observers) = (Vec::new(), Vec::new());
    for organisation in &organisations {
        let Some(node) = &organisation.node else {
            continue;
        };
        let member = Some(organisation.name.clone());
        match node.validator_key {
            Some(key) => validators.push(GenesisValidator {
                name: node.name.clone(),
                member,
                key,
                power: spec
                    .power
                    .get(organisation.name.as_str())
                    .copied()
                    .unwrap_or(USUAL_POWER),
                peer: node.node_key,
                consensus_address: node.consensus_address.clone(),
                gossip_address: node.gossip_address.clone(),
            }),
            None => observers.push(GenesisObserver {
                name: node.name.clone(),
                member,
                peer: node.node_key,
                consensus_address: node.consensus_address.clone(),
                gossip_address: node.gossip_address.clone(),
            }),
        }
    }
    if validators.is_empty() {
        return Err(FoundingError::NoValidator);
    }
    for name in spec.power.keys() {
        let runs = |v: &GenesisValidator| v.member.as_ref().is_some_and(|m| m.as_str() == name);
        if !validators.iter().any(runs) {
            return Err(unknown("the weight of a validator", name));
        }
    }
    validators.sort_by_key(|validator| validator.key);
    observers.sort_by(|a, b| a.name.cmp(&b.name));
    let (mut holidays, mut working_weekends) =
        (spec.holidays.clone(), spec.working_weekends.clone());
    holidays.sort();
    working_weekends.sort();
    let time_ms = match spec.business_date {
        None => now_ms,
        Some(day) => {
            let begins = first_moment(day, spec.utc_offset_minutes);
            if begins > now_ms {
                return Err(FoundingError::Ahead(day));
            }
            begins
        }
    };
    let genesis = Genesis {
        version: GENESIS_VERSION,
        network: spec.network.clone(),
        time_ms,
        limits: spec.limits.clone(),
        rules: GenesisRules {
            members: organisations.iter().map(|o| o.member()).collect(),
            currencies,
            balances: Vec::new(),
            holidays,
            working_weekends,
            utc_offset_minutes: spec.utc_offset_minutes,
            close_minute: spec.close_minute,
            development_clock: false,
            params: spec.params.clone(),
            governance: spec.policy()?,
            protocol: spec.protocol,
        },
        validators,
        observers,
    };
    LedgerState::genesis(genesis.clone()).map_err(FoundingError::Rules)?;
    Ok(genesis)
}

/// What only one may have: names, keys, addresses.
fn check_unique(identities: &[Named]) -> Result<(), FoundingError> {
    let mut seen: BTreeMap<(&str, String), &Path> = BTreeMap::new();
    for named in identities {
        let organisation = &named.identity.organisation;
        let mut has = vec![("name", organisation.name.to_string())];
        // A key is one whatever it is for.
        let keys = organisation.all_keys().into_iter();
        has.extend(keys.map(|(_, key)| ("key", key.to_string())));
        if let Some(number) = &organisation.bank_number {
            has.push(("bank number", number.to_string()));
        }
        if let Some(node) = &organisation.node {
            has.push(("node's name", node.name.to_string()));
            let addresses = [&node.consensus_address, &node.gossip_address];
            let given = addresses
                .into_iter()
                .filter(|address| !address.as_str().is_empty());
            has.extend(given.map(|address| ("address", address.to_string())));
        }
        for (what, value) in has {
            if let Some(first) = seen.insert((what, value.clone()), &named.file) {
                return Err(FoundingError::Twice {
                    what,
                    value,
                    first: first.to_owned(),
                    second: named.file.clone(),
                });
            }
        }
    }
    Ok(())
}
