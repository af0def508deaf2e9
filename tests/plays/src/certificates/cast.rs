//! Who plays with certificates: the same members for the ledger and for the model.

use crate::cast::{Who, currency, date, money, role};
use crate::chance::Chance;
use allonge_contracts::calls::CurrencyAuthority;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance};
use allonge_contracts::members::Member;
use allonge_contracts::params::Params;
use allonge_contracts::{MemberId, PublicKey};
use allonge_model::Role;
use allonge_model::certificates as model;

const BANK_A: &str = "102100099996";
const BANK_B: &str = "103100000026";

/// Name, roles, the number of its bank, whether that is its own, opening cash.
type Part = (&'static str, &'static [Role], &'static str, bool, u64);

/// By name, as genesis has them. Both issuers keep their accounts at the same bank, so that its serials are shared.
pub const CAST: [Part; 10] = [
    ("bank-a", &[Role::Bank], BANK_A, true, 1_500),
    ("bank-b", &[Role::Bank], BANK_B, true, 900),
    ("central", &[Role::CentralBank], "", false, 2_000),
    ("core", &[Role::Enterprise], BANK_A, false, 150),
    ("corp", &[Role::Enterprise], BANK_A, false, 250),
    ("court", &[Role::Court], "", false, 0),
    ("factor", &[Role::Factor], "", false, 700),
    ("finco", &[Role::FinanceCompany], "907100000019", true, 900),
    ("s1", &[Role::Enterprise], BANK_A, false, 60),
    ("s2", &[Role::Enterprise], BANK_B, false, 40),
];

pub fn name(who: Who) -> &'static str {
    CAST[who].0
}

pub fn id(who: Who) -> MemberId {
    name(who).parse().expect("a name")
}

/// The numbers of a play: mostly those of the law, some tightened so that much happens in few weeks.
pub fn numbers(chance: &mut Chance) -> model::Numbers {
    let mut one = |of: &[u32]| chance.one(of).unwrap_or(1);
    model::Numbers {
        max_term_months: one(&[12, 2, 3]),
        free_term_months: one(&[6, 1, 1]),
        signature_days: one(&[10, 2, 1]),
        answer_days: one(&[3, 1]),
        max_tier: u64::from(one(&[16, 2, 3])),
        retry_days: one(&[5, 1, 2, 0]),
    }
}

fn params(numbers: &model::Numbers) -> Params {
    let mut all = Params::default();
    for (name, value) in [
        (
            "certificate_max_term_months",
            u64::from(numbers.max_term_months),
        ),
        (
            "certificate_free_term_months",
            u64::from(numbers.free_term_months),
        ),
        ("signature_answer_days", u64::from(numbers.signature_days)),
        ("acceptance_answer_days", u64::from(numbers.answer_days)),
        ("max_tier", numbers.max_tier),
        ("redemption_retry_days", u64::from(numbers.retry_days)),
        ("opening_needs_papers", 0),
    ] {
        all.set(crate::cast::param(name), value);
    }
    all
}

pub fn genesis(numbers: &model::Numbers, holidays: &[u32]) -> GenesisRules {
    let bank = |number: &str| (0..CAST.len()).find(|who| CAST[*who].3 && CAST[*who].2 == number);
    let members = CAST
        .iter()
        .zip(1u8..)
        .map(|((name, roles, number, own, _), key)| Member {
            id: name.parse().expect("a name"),
            roles: roles.iter().map(|r| role(*r)).collect(),
            legal_id: None,
            bank_number: own.then(|| number.parse().expect("a bank number")),
            account_bank: bank(number).filter(|_| !own).map(id),
            keys: vec![PublicKey([key; 32])],
            threshold: 1,
            suspended: false,
        })
        .collect();
    GenesisRules {
        members,
        currencies: vec![CurrencyAuthority {
            currency: currency(),
            authority: id(2),
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
        params: params(numbers),
        governance: Default::default(),
        protocol: 1,
    }
}

/// The model of the same genesis, at 09:00 of its first day.
pub fn model(start: u32, numbers: model::Numbers, holidays: &[u32]) -> model::World {
    model::World {
        day: start,
        minute: 540,
        close_minute: 1_200,
        holidays: holidays.to_vec(),
        numbers,
        members: CAST
            .iter()
            .map(|(name, roles, bank, _, _)| model::Member {
                name,
                roles: roles.to_vec(),
                bank,
            })
            .collect(),
        cash: CAST.iter().map(|part| part.4).collect(),
        lines: vec![],
        certificates: vec![],
        requests: vec![],
        pools: vec![],
        proceeds: vec![],
    }
}
