//! Who plays: the same members for the ledger and for the model.

use allonge_contracts::bills::BankNumber;
use allonge_contracts::calls::CurrencyAuthority;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::{Member, Role as LedgerRole};
use allonge_contracts::params::{ParamName, Params};
use allonge_contracts::{Currency, Date, MemberId, Money, PublicKey};
use allonge_model::{Param, Role, World};

/// A member by its place in the cast.
pub type Who = usize;

/// Name, roles, own bank number, account bank, opening cash.
type Part = (
    &'static str,
    &'static [Role],
    Option<&'static str>,
    Option<Who>,
    u64,
);

pub const CENTRAL: Who = 3;
pub const COURT: Who = 12;
pub const REGULATOR: Who = 13;
pub const ATTESTOR: Who = 11;

/// Everybody; names ascend within each group, as genesis asks for it is sorted there.
pub const CAST: [Part; 14] = [
    ("bank-a", &[Role::Bank], Some("102100099996"), None, 2_600),
    ("bank-b", &[Role::Bank], Some("103100000026"), None, 1_200),
    (
        "finco",
        &[Role::FinanceCompany],
        Some("907100000019"),
        None,
        900,
    ),
    ("central", &[Role::CentralBank], None, None, 3_000),
    ("core", &[Role::Enterprise], None, Some(0), 700),
    ("s1", &[Role::Enterprise], None, Some(0), 400),
    ("s2", &[Role::Enterprise], None, Some(1), 300),
    ("s3", &[Role::Enterprise], None, Some(1), 200),
    ("guarantor", &[Role::Guarantor], None, None, 800),
    ("insurer", &[Role::Insurer], None, None, 300),
    ("factor", &[Role::Factor], None, None, 300),
    ("attestor", &[Role::Attestor], None, None, 0),
    ("court", &[Role::Court], None, None, 0),
    ("regulator", &[Role::Regulator], None, None, 0),
];

pub fn name(who: Who) -> &'static str {
    CAST[who].0
}

pub fn id(who: Who) -> MemberId {
    name(who).parse().expect("a name")
}

pub fn currency() -> Currency {
    "CNY".parse().expect("a currency")
}

pub fn money(minor: u64) -> Money {
    Money::new(currency(), minor)
}

pub fn date(day: u32) -> Date {
    Date::from_days(day).expect("a day")
}

pub fn role(role: Role) -> LedgerRole {
    match role {
        Role::Enterprise => LedgerRole::Enterprise,
        Role::Bank => LedgerRole::Bank,
        Role::FinanceCompany => LedgerRole::FinanceCompany,
        Role::CentralBank => LedgerRole::CentralBank,
        Role::Guarantor => LedgerRole::Guarantor,
        Role::Insurer => LedgerRole::Insurer,
        Role::Factor => LedgerRole::Factor,
        Role::Attestor => LedgerRole::Attestor,
        Role::Regulator => LedgerRole::Regulator,
        Role::Court => LedgerRole::Court,
    }
}

/// The day closes at 20:00.
pub const CLOSE_MINUTE: u32 = 1_200;

/// Genesis, with parameters by name.
pub fn genesis(params: &[(&'static str, u64)], holidays: &[u32]) -> GenesisRules {
    let number = |text: &str| -> BankNumber { text.parse().expect("a bank number") };
    let mut members: Vec<Member> = CAST
        .iter()
        .zip(1u8..)
        .map(
            |((name, roles, bank_number, account_bank, _), key)| Member {
                id: name.parse().expect("a name"),
                roles: roles.iter().map(|r| role(*r)).collect(),
                legal_id: None,
                bank_number: bank_number.map(number),
                account_bank: account_bank.map(id),
                keys: vec![PublicKey([key; 32])],
                threshold: 1,
                suspended: false,
            },
        )
        .collect();
    members.sort_by(|a, b| a.id.cmp(&b.id));
    let mut all = Params::default();
    for (name, value) in params {
        all.set(param(name), *value);
    }
    GenesisRules {
        members,
        currencies: vec![CurrencyAuthority {
            currency: currency(),
            authority: id(CENTRAL),
        }],
        balances: (0..CAST.len())
            .filter(|who| CAST[*who].4 > 0)
            .map(|who| OpeningBalance {
                member: id(who),
                money: money(CAST[who].4),
            })
            .collect(),
        holidays: holidays.iter().map(|day| date(*day)).collect(),
        working_weekends: vec![],
        utc_offset_minutes: 480,
        close_minute: 1_200,
        development_clock: true,
        params: all,
        governance: Default::default(),
        protocol: 1,
    }
}

/// A parameter of the ledger by the name that the model knows it by.
pub fn param(name: &str) -> ParamName {
    let found = ParamName::ALL.iter().find(|known| known.as_str() == name);
    *found.expect("a parameter")
}

/// The model of the same genesis, at 09:00 of its first day.
pub fn model(start: u32, params: &[(&'static str, u64)], holidays: &[u32]) -> World {
    World {
        day: start,
        minute: 9 * 60,
        close_minute: CLOSE_MINUTE,
        members: CAST
            .iter()
            .map(
                |(name, roles, bank_number, account_bank, _)| allonge_model::Member {
                    name: (*name).to_owned(),
                    roles: roles.to_vec(),
                    bank_number: bank_number.map(str::to_owned),
                    account_bank: *account_bank,
                    suspended: false,
                    insolvent_since: None,
                    declared: None,
                    acceptances: 0,
                    overdue_events: vec![],
                    findings: vec![],
                    barred_until: None,
                    persistent_until: None,
                },
            )
            .collect(),
        calendar: holidays.iter().map(|day| (*day, false)).collect(),
        params: params
            .iter()
            .map(|(name, value)| Param {
                name,
                value: *value,
                from: 0,
            })
            .collect(),
        cash: CAST.iter().map(|part| part.4).collect(),
        holds: vec![],
        proceeds: vec![],
        bills: vec![],
        requests: vec![],
    }
}
