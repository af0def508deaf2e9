//! Whose approval each kind of change takes, as genesis says.

use crate::members::{Member, Role};
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::str::FromStr;

words! {
    /// A kind of change that a policy has a rule for.
    pub enum ActionKind {
        /// A member is admitted.
        Admit = 1 "admit",
        /// A member is suspended.
        Suspend = 2 "suspend",
        /// A suspended member is reinstated.
        Reinstate = 3 "reinstate",
        /// A member's keys are replaced, otherwise than by its own call.
        RotateKeys = 4 "rotate_keys",
        /// A member's roles change.
        ChangeRoles = 5 "change_roles",
        /// A member whose keys are all gone gets new ones.
        Recover = 6 "recover",
        /// An error is corrected by consent of all parties.
        Correct = 7 "correct",
        /// The validators change, or where a node is found.
        Validators = 8 "validators",
        /// The observers change.
        Observers = 9 "observers",
        /// A parameter is set from a date on.
        SetParam = 10 "set_param",
        /// A version of the protocol is activated.
        Activate = 11 "activate",
    }
}

/// How many of those entitled must approve: a count, or a share of them rounded up. In JSON `2` or `"2/3"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, BorshSerialize, BorshDeserialize)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum Need {
    /// So many.
    Count(u16) = 0,
    /// So many parts of so many.
    Share {
        /// Parts, at least 1.
        parts: u16,
        /// Of this many, at least `parts`.
        of: u16,
    } = 1,
}

/// A text that says of no number of members how many are needed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is neither a count such as 2 nor a share such as 2/3")]
pub struct NeedError(pub String);

impl Need {
    /// How many of `entitled` that is.
    pub fn of(self, entitled: usize) -> usize {
        match self {
            Need::Count(count) => usize::from(count),
            Need::Share { parts, of } => {
                let whole = usize::from(of).max(1);
                entitled.saturating_mul(usize::from(parts)).div_ceil(whole)
            }
        }
    }

    const fn is_sound(self) -> bool {
        match self {
            Need::Count(count) => count >= 1,
            Need::Share { parts, of } => parts >= 1 && parts <= of,
        }
    }
}

impl fmt::Display for Need {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Need::Count(count) => count.fmt(f),
            Need::Share { parts, of } => write!(f, "{parts}/{of}"),
        }
    }
}

impl FromStr for Need {
    type Err = NeedError;
    fn from_str(text: &str) -> Result<Self, NeedError> {
        let read = match text.split_once('/') {
            Some((parts, of)) => parts
                .parse()
                .ok()
                .zip(of.parse().ok())
                .map(|(parts, of)| Need::Share { parts, of }),
            None => text.parse().ok().map(Need::Count),
        };
        read.ok_or_else(|| NeedError(text.chars().take(40).collect()))
    }
}

impl Serialize for Need {
    fn serialize<S: Serializer>(&self, s: S) -> Result<S::Ok, S::Error> {
        match self {
            Need::Count(count) => s.serialize_u16(*count),
            Need::Share { .. } => s.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Need {
    fn deserialize<D: Deserializer<'de>>(d: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Count(u16),
            Text(String),
        }
        match Written::deserialize(d)? {
            Written::Count(count) => Ok(Need::Count(count)),
            Written::Text(text) => text.parse().map_err(serde::de::Error::custom),
        }
    }
}

/// Who is entitled to approve a kind of change, and how many of them must.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Members of these roles are entitled.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Role>,
    /// The members that run validators are entitled.
    #[serde(default)]
    pub operators: bool,
    /// The members whose position changes are entitled, and every one of them must approve.
    #[serde(default)]
    pub parties: bool,
    /// How many of those entitled must approve.
    pub need: Need,
    /// One member of each of these roles must be among them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub with: Vec<Role>,
}

impl Rule {
    fn of(roles: &[Role]) -> Rule {
        Rule {
            roles: roles.to_vec(),
            operators: false,
            parties: false,
            need: Need::Count(1),
            with: Vec::new(),
        }
    }

    fn parties() -> Rule {
        Rule {
            parties: true,
            need: Need::Share { parts: 1, of: 1 },
            ..Rule::of(&[])
        }
    }
}

/// Whose approval each kind of change takes. What is left out in JSON is as in a development network, where the
/// regulator, or for admission the central bank too, decides alone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Policy {
    /// A member is admitted.
    pub admit: Rule,
    /// A member is suspended. It has no say itself.
    pub suspend: Rule,
    /// A suspended member is reinstated.
    pub reinstate: Rule,
    /// A member's keys are replaced, otherwise than by its own call.
    pub rotate_keys: Rule,
    /// A member's roles change.
    pub change_roles: Rule,
    /// A member whose keys are all gone gets new ones. A regulator must be among those who approve.
    pub recover: Rule,
    /// An error is corrected by consent of all parties.
    pub correct: Rule,
    /// The validators change, or where a node is found.
    pub validators: Rule,
    /// The observers change.
    pub observers: Rule,
    /// A parameter is set from a date on.
    pub set_param: Rule,
    /// A version of the protocol is activated.
    pub activate: Rule,
}

impl Default for Policy {
    fn default() -> Self {
        let regulator = || Rule::of(&[Role::Regulator]);
        Policy {
            admit: Rule::of(&[Role::CentralBank, Role::Regulator]),
            suspend: regulator(),
            reinstate: regulator(),
            rotate_keys: Rule::parties(),
            change_roles: regulator(),
            recover: Rule {
                with: vec![Role::Regulator],
                ..regulator()
            },
            correct: Rule::parties(),
            validators: regulator(),
            observers: regulator(),
            set_param: regulator(),
            activate: regulator(),
        }
    }
}

impl Policy {
    /// The rule for a kind of change.
    pub const fn rule(&self, kind: ActionKind) -> &Rule {
        match kind {
            ActionKind::Admit => &self.admit,
            ActionKind::Suspend => &self.suspend,
            ActionKind::Reinstate => &self.reinstate,
            ActionKind::RotateKeys => &self.rotate_keys,
            ActionKind::ChangeRoles => &self.change_roles,
            ActionKind::Recover => &self.recover,
            ActionKind::Correct => &self.correct,
            ActionKind::Validators => &self.validators,
            ActionKind::Observers => &self.observers,
            ActionKind::SetParam => &self.set_param,
            ActionKind::Activate => &self.activate,
        }
    }

    /// Checks the policy against the first members. The error says which rule is broken.
    pub(crate) fn check(&self, members: &[Member]) -> Result<(), String> {
        for kind in ActionKind::ALL {
            let rule = self.rule(*kind);
            let wrong = |what: &str| Err(format!("governance.{kind}: {what}"));
            if !rule.need.is_sound() {
                return wrong("`need` must be a count from 1 or a share such as 2/3");
            }
            for roles in [&rule.roles, &rule.with] {
                if !roles.iter().zip(roles.iter().skip(1)).all(|(a, b)| a < b) {
                    return wrong("roles must be in ascending order, none twice");
                }
            }
            if rule.roles.is_empty() && !rule.operators && !rule.parties {
                return wrong("nobody is entitled: name roles, operators or parties");
            }
            let names_parties = matches!(
                kind,
                ActionKind::RotateKeys | ActionKind::ChangeRoles | ActionKind::Correct
            );
            if rule.parties && !names_parties {
                return wrong("`parties` is for rotate_keys, change_roles and correct only");
            }
            if *kind == ActionKind::Correct && !rule.parties {
                return wrong("a correction takes the consent of all parties: set `parties`");
            }
            if *kind == ActionKind::Recover && !rule.with.contains(&Role::Regulator) {
                return wrong("a regulator must be among those who approve: name it in `with`");
            }
            let count = members.iter().filter(|m| m.has_any(&rule.roles)).count();
            if let Need::Count(need) = rule.need
                && need > 1
                && !rule.operators
                && !rule.parties
                && count < usize::from(need)
            {
                return wrong(&format!(
                    "{need} must approve, but only {count} members of genesis have such a role"
                ));
            }
        }
        Ok(())
    }
}
