//! What network to make.

use super::error::ClusterError;
use super::ports::Ports;
use allonge_contracts::bills::BankNumber;
use allonge_contracts::genesis::Params;
use allonge_contracts::members::{LegalId, Role};
use allonge_contracts::{Currency, Date, MemberId, Money, Text};
use allonge_ledger::Limits;
use std::path::PathBuf;

/// The most nodes on one machine.
pub const MAX_NODES: usize = 32;

/// What network to make, and where.
#[derive(Clone, Debug)]
pub struct Spec {
    /// The folder; new or empty.
    pub dir: PathBuf,
    /// The network's name, for people.
    pub network: Text<64>,
    /// How many validators, 1 to [`MAX_NODES`].
    pub nodes: usize,
    /// How many observers besides; their numbers follow those of the validators.
    pub observers: usize,
    /// Where they listen.
    pub ports: Ports,
    /// Whether the nodes reach each other through a forwarder, which can break what runs between them.
    pub breakable: bool,
    /// Currencies, all issued by `authority`.
    pub currencies: Vec<Currency>,
    /// The member that issues the currencies; must be among `members` with the role `central-bank`.
    pub authority: MemberId,
    /// Who is a member from the start; a key is made for each.
    pub members: Vec<MemberSpec>,
    /// Names for which a key is made though they are no members yet.
    pub future_members: Vec<MemberId>,
    /// The first day of the network's clock, from its first moment on; this machine's where absent.
    pub start: Option<Date>,
    /// Days off besides weekends.
    pub holidays: Vec<Date>,
    /// The numbers that a regulator can change.
    pub params: Params,
    /// Bounds of blocks and transactions.
    pub limits: Limits,
    /// Settings for every node besides, lines of `config.toml`.
    pub settings: String,
    /// Whether the nodes end with the process that started them.
    pub lifetime: Lifetime,
    /// The `allonge` program; the running one where absent.
    pub binary: Option<PathBuf>,
}

/// Whether nodes end with the process that started them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lifetime {
    /// They stop when it ends, however it ends.
    WithParent,
    /// They go on.
    Detached,
}

/// A member of the first hour.
#[derive(Clone, Debug)]
pub struct MemberSpec {
    /// Its name.
    pub id: MemberId,
    /// Its roles.
    pub roles: Vec<Role>,
    /// Its legal identifier.
    pub legal_id: Option<LegalId>,
    /// Its number in the payment system.
    pub bank_number: Option<BankNumber>,
    /// Where it keeps its account.
    pub account_bank: Option<MemberId>,
    /// Opening cash.
    pub balances: Vec<Money>,
}

/// The names of the standard cast.
pub mod names {
    /// Issues cash, admits members.
    pub const CENTRAL_BANK: &str = "central-bank";
    /// Supervises.
    pub const REGULATOR: &str = "regulator";
    /// The bank that accepts.
    pub const FIRST_BANK: &str = "first-bank";
    /// Another bank.
    pub const SECOND_BANK: &str = "second-bank";
    /// The enterprise at the head of the supply chain.
    pub const CORE: &str = "core-enterprise";
    /// Suppliers by tier: the first sells to the core enterprise, each next to the one before.
    pub const SUPPLIERS: [&str; 3] = ["supplier-1", "supplier-2", "supplier-3"];
}

const FIRST_BANK_NUMBER: &str = "901000000011";
const SECOND_BANK_NUMBER: &str = "902000000029";

impl Spec {
    /// Validators and observers.
    pub fn all_nodes(&self) -> usize {
        self.nodes.saturating_add(self.observers)
    }

    /// # Errors
    /// `Nodes`: none that votes, or too many.
    pub(super) fn check_nodes(&self) -> Result<(), ClusterError> {
        if self.nodes == 0 || self.all_nodes() > MAX_NODES {
            return Err(ClusterError::Nodes(self.all_nodes()));
        }
        Ok(())
    }

    /// Four validators on free ports, CNY and EUR, the development clock, and the standard cast with
    /// opening balances in CNY.
    ///
    /// # Errors
    /// None in practice: the names and numbers built in are right.
    pub fn standard(dir: PathBuf) -> Result<Self, BuiltIn> {
        let cny: Currency = built_in("CNY")?;
        let mut spec = Self::authorities(dir, vec![cny, built_in("EUR")?])?;
        let account_bank: MemberId = built_in(names::FIRST_BANK)?;
        for member in &mut spec.members {
            if member.roles.contains(&Role::Bank) {
                member.balances = vec![whole(cny, 100_000_000)];
            }
        }
        let enterprises = std::iter::once((names::CORE, 10_000_000))
            .chain(names::SUPPLIERS.map(|s| (s, 100_000)));
        for (name, cash) in enterprises {
            spec.members.push(MemberSpec {
                account_bank: Some(account_bank.clone()),
                balances: vec![whole(cny, cash)],
                ..MemberSpec::new(built_in(name)?, Role::Enterprise)
            });
        }
        Ok(spec)
    }

    /// As [`Spec::standard`], with the central bank, the regulator and two banks alone, without cash.
    ///
    /// # Errors
    /// As [`Spec::standard`].
    pub fn authorities(dir: PathBuf, currencies: Vec<Currency>) -> Result<Self, BuiltIn> {
        let bank = |name, number| -> Result<MemberSpec, BuiltIn> {
            Ok(MemberSpec {
                bank_number: Some(built_in(number)?),
                ..MemberSpec::new(built_in(name)?, Role::Bank)
            })
        };
        let authority: MemberId = built_in(names::CENTRAL_BANK)?;
        Ok(Spec {
            dir,
            network: built_in("local cluster")?,
            nodes: 4,
            observers: 0,
            ports: Ports::Free,
            breakable: false,
            currencies,
            members: vec![
                MemberSpec::new(authority.clone(), Role::CentralBank),
                MemberSpec::new(built_in(names::REGULATOR)?, Role::Regulator),
                bank(names::FIRST_BANK, FIRST_BANK_NUMBER)?,
                bank(names::SECOND_BANK, SECOND_BANK_NUMBER)?,
            ],
            authority,
            future_members: Vec::new(),
            start: None,
            holidays: Vec::new(),
            params: Params::default(),
            limits: Limits::default(),
            settings: String::new(),
            lifetime: Lifetime::WithParent,
            binary: None,
        })
    }
}

impl MemberSpec {
    /// A member with one role and nothing else.
    pub fn new(id: MemberId, role: Role) -> Self {
        MemberSpec {
            id,
            roles: vec![role],
            legal_id: None,
            bank_number: None,
            account_bank: None,
            balances: Vec::new(),
        }
    }
}

/// A built-in name or number that does not parse: a mistake in this program.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the built-in value `{text}` is wrong: {problem}")]
pub struct BuiltIn {
    /// The value.
    pub text: String,
    /// What is wrong with it.
    pub problem: String,
}

/// Reads a value that this program brings along.
pub(crate) fn built_in<T>(text: &str) -> Result<T, BuiltIn>
where
    T: std::str::FromStr,
    T::Err: std::fmt::Display,
{
    text.parse().map_err(|e: T::Err| BuiltIn {
        text: text.to_owned(),
        problem: e.to_string(),
    })
}

/// So many whole units of a currency.
pub(crate) fn whole(currency: Currency, units: u64) -> Money {
    Money::new(
        currency,
        units.saturating_mul(10u64.saturating_pow(currency.decimals())),
    )
}
