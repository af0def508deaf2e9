//! What the organisations have agreed on besides who they are: the coordinator's file.

use super::FoundingError;
use crate::cluster::{CLOSE_MINUTE, UTC_OFFSET_MINUTES};
use crate::files::{MOST_SHOWN, shown};
use allonge_contracts::genesis::Params;
use allonge_contracts::gov::{LATEST_PROTOCOL, Need, Policy, Rule};
use allonge_contracts::members::Role;
use allonge_contracts::{Currency, Date, MemberId, Text};
use allonge_ledger::Limits;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::Path;

/// A network's spec, TOML; see docs/network.md.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkSpec {
    /// The network's name, for people.
    pub network: Text<64>,
    /// The first day of its clock, from its first moment on; the moment of founding where absent.
    pub business_date: Option<Date>,
    /// The ledger's offset from UTC.
    #[serde(default = "utc_offset")]
    pub utc_offset_minutes: i16,
    /// Minutes after midnight at which a day closes.
    #[serde(default = "close_minute")]
    pub close_minute: u16,
    /// The version of the protocol; the latest that this program knows where absent.
    #[serde(default = "latest_protocol")]
    pub protocol: u32,
    /// Days off besides weekends.
    #[serde(default)]
    pub holidays: Vec<Date>,
    /// Weekend days on which business is done.
    #[serde(default)]
    pub working_weekends: Vec<Date>,
    /// Who issues each currency.
    pub currencies: BTreeMap<String, MemberId>,
    /// Weights of validators other than the usual one, by the name of their organisation.
    #[serde(default)]
    pub power: BTreeMap<String, u64>,
    /// Numbers of law and market other than the defaults.
    #[serde(default)]
    pub params: Params,
    /// Bounds of blocks and transactions other than the defaults.
    #[serde(default)]
    pub limits: Limits,
    /// Rules of governance other than [`NetworkSpec::policy`]'s, by kind of change.
    #[serde(default)]
    pub governance: BTreeMap<String, Rule>,
}

const fn utc_offset() -> i16 {
    UTC_OFFSET_MINUTES
}

const fn close_minute() -> u16 {
    CLOSE_MINUTE
}

const fn latest_protocol() -> u32 {
    LATEST_PROTOCOL
}

impl NetworkSpec {
    /// Reads a spec.
    ///
    /// # Errors
    /// `Spec`, with the line.
    pub fn read(text: &str, file: &Path) -> Result<Self, FoundingError> {
        toml::from_str(text).map_err(|error| {
            let before = error.span().and_then(|span| text.get(..span.start));
            FoundingError::Spec {
                file: file.to_owned(),
                line: before
                    .unwrap_or_default()
                    .matches('\n')
                    .count()
                    .saturating_add(1),
                what: shown(error.message(), MOST_SHOWN),
            }
        })
    }

    /// Who issues what.
    ///
    /// # Errors
    /// A currency that does not exist.
    pub fn issuers(&self) -> Result<Vec<(Currency, &MemberId)>, FoundingError> {
        let issuers = self.currencies.iter();
        issuers
            .map(|(code, issuer)| match code.parse() {
                Ok(currency) => Ok((currency, issuer)),
                Err(error) => Err(FoundingError::Rules(format!(
                    "[currencies] names `{}`: {error}",
                    shown(code, 40)
                ))),
            })
            .collect()
    }

    /// Whose approval each kind of change takes.
    ///
    /// Where the spec says nothing, no organisation decides alone who belongs to the network or by which rules it
    /// runs: two thirds of those who run validators decide on nodes and on the protocol, two thirds of central
    /// banks and regulators on members and parameters. Suspending and reinstating stays with a regulator alone:
    /// it cannot wait.
    ///
    /// # Errors
    /// A kind of change that does not exist.
    pub fn policy(&self) -> Result<Policy, FoundingError> {
        let two_thirds = Need::Share { parts: 2, of: 3 };
        let operators = Rule {
            roles: Vec::new(),
            operators: true,
            parties: false,
            need: two_thirds,
            with: Vec::new(),
        };
        let authorities = Rule {
            roles: vec![Role::CentralBank, Role::Regulator],
            operators: false,
            ..operators.clone()
        };
        let agreed = Policy {
            admit: authorities.clone(),
            change_roles: authorities.clone(),
            set_param: authorities.clone(),
            recover: Rule {
                with: vec![Role::Regulator],
                ..authorities
            },
            validators: operators.clone(),
            observers: operators.clone(),
            activate: operators,
            ..Policy::default()
        };
        // Through JSON, whose names are those of the spec.
        let rules = |error: serde_json::Error| FoundingError::Rules(error.to_string());
        let mut policy = serde_json::to_value(agreed).map_err(rules)?;
        for (kind, rule) in &self.governance {
            let Some(agreed) = policy.get_mut(kind) else {
                return Err(FoundingError::Rules(format!(
                    "[governance.{}]: there is no such kind of change; see docs/governance.md",
                    shown(kind, 40)
                )));
            };
            *agreed = serde_json::to_value(rule).map_err(rules)?;
        }
        serde_json::from_value(policy).map_err(rules)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_said_is_as_documented_and_the_rest_as_said() {
        let least = "network = \"delta\"\n[currencies]\nCNY = \"central-bank\"\n";
        let spec = NetworkSpec::read(least, Path::new("n.toml")).unwrap();
        assert_eq!((spec.utc_offset_minutes, spec.close_minute), (480, 1_200));
        assert_eq!(spec.protocol, LATEST_PROTOCOL);
        let policy = spec.policy().unwrap();
        assert!(policy.validators.operators && policy.activate.operators);
        assert_eq!(policy.suspend, Policy::default().suspend);
        let more = "[governance.admit]\nroles = [\"regulator\"]\nneed = 1\n[governance.validators]\noperators = true\nneed = \"3/4\"\n";
        let spec = NetworkSpec::read(&format!("{least}{more}"), Path::new("n.toml")).unwrap();
        let policy = spec.policy().unwrap();
        assert_eq!(policy.admit.roles, [Role::Regulator]);
        assert_eq!(policy.validators.need, Need::Share { parts: 3, of: 4 });
        assert!(policy.observers.operators, "as agreed");
    }

    #[test]
    fn what_is_wrong_is_named_with_its_line() {
        for (text, words) in [
            ("", &["n.toml:1", "network"] as &[&str]),
            ("network = \"x\"\n", &["currencies"]),
            (
                "network = \"x\"\ncolour = 1\n[currencies]\n",
                &["n.toml:2", "colour"],
            ),
            (
                "network = \"x\"\nbusiness_date = \"soon\"\n[currencies]\n",
                &["n.toml:2"],
            ),
            ("= 1", &["n.toml:1"]),
        ] {
            let error = NetworkSpec::read(text, Path::new("n.toml")).unwrap_err();
            for word in words {
                assert!(error.to_string().contains(word), "{error} lacks {word}");
            }
        }
        let text = "network = \"x\"\n[currencies]\n[governance.rule_the_world]\nneed = 1\n";
        let spec = NetworkSpec::read(text, Path::new("n.toml")).unwrap();
        let error = spec.policy().unwrap_err().to_string();
        assert!(error.contains("rule_the_world"), "{error}");
        let text = "network = \"x\"\n[currencies]\nXYZ1 = \"a\"\n";
        let spec = NetworkSpec::read(text, Path::new("n.toml")).unwrap();
        assert!(spec.issuers().unwrap_err().to_string().contains("XYZ1"));
    }
}
