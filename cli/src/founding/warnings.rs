//! What a genesis may say, and whoever agrees to it should know.

use allonge_contracts::gov::{ActionKind, Rule};
use allonge_ledger::Genesis;
use std::collections::BTreeMap;
use std::net::IpAddr;

/// With fewer validators the network does not bear the loss of one.
const BEARS_ONE: usize = 4;

/// What whoever agrees to this genesis should know.
pub fn warnings(genesis: &Genesis) -> Vec<String> {
    let mut warnings = Vec::new();
    let rules = &genesis.rules;
    if rules.development_clock {
        warnings.push(
            "the development clock is on: anybody can move the network's days; this is for tests alone".to_owned(),
        );
    }
    let count = genesis.validators.len();
    if count < BEARS_ONE {
        warnings.push(format!(
            "there are {count} validators: with fewer than {BEARS_ONE} the network stands still as soon as one of them fails"
        ));
    }
    let mut power: BTreeMap<&str, u64> = BTreeMap::new();
    for validator in &genesis.validators {
        let who = validator
            .member
            .as_ref()
            .map_or(validator.name.as_str(), |m| m.as_str());
        let sum = power.entry(who).or_default();
        *sum = sum.saturating_add(validator.power);
    }
    let all = power
        .values()
        .fold(0u64, |sum, power| sum.saturating_add(*power));
    for (who, own) in power {
        if count >= BEARS_ONE && own.saturating_mul(3) >= all {
            warnings.push(format!(
                "{who} has {own} of {all} votes: from a third on, one can stop the network alone"
            ));
        }
    }
    for kind in ActionKind::ALL {
        if !anybody(genesis, rules.governance.rule(*kind)) {
            warnings.push(format!(
                "nobody can ever approve `{kind}`: no member has a role that its rule names"
            ));
        }
    }
    for node in genesis.nodes() {
        let addresses = [&node.consensus_address, &node.gossip_address];
        let own = addresses
            .into_iter()
            .find(|address| is_loopback(address.as_str()));
        if let Some(address) = own {
            warnings.push(format!(
                "{} is at {address}, which is reached from its own machine alone",
                node.name
            ));
        }
    }
    warnings
}

fn anybody(genesis: &Genesis, rule: &Rule) -> bool {
    let members = &genesis.rules.members;
    let operates = genesis.validators.iter().any(|v| v.member.is_some());
    let entitled = rule.parties
        || (rule.operators && operates)
        || members.iter().any(|m| m.has_any(&rule.roles));
    entitled
        && rule
            .with
            .iter()
            .all(|role| members.iter().any(|m| m.has_any(&[*role])))
}

/// Whether an address, `host:port`, means the machine itself.
pub(crate) fn is_loopback(address: &str) -> bool {
    let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    bare == "localhost" || bare.parse().is_ok_and(|ip: IpAddr| ip.is_loopback())
}
