//! Cash is conserved, and what is held or frozen is the sum of what it is held or frozen for.

use crate::invariants::Findings;
use crate::member_id::MemberId;
use crate::members::read;
use crate::money::{Currency, Money};
use crate::requests::Terms;
use crate::settlement::Leg;
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, BALANCES, CURRENCIES, HOLD_OWNERS, HOLDS, INSTRUCTIONS, MEMBERS, POOL_STATES, PROCEEDS,
    REQUESTS, currency_suffix, id_bytes,
};
use std::collections::BTreeMap;

/// Cash set aside besides holds, by whose account and currency.
#[derive(Default)]
struct SetAside {
    held: BTreeMap<(MemberId, Currency), u128>,
    frozen: BTreeMap<(MemberId, Currency), u128>,
}

fn add(sums: &mut BTreeMap<(MemberId, Currency), u128>, member: &MemberId, money: Money) {
    let sum = sums.entry((member.clone(), money.currency)).or_default();
    *sum = sum.saturating_add(u128::from(money.minor));
}

/// Offers and instructions that wait, proceeds that are pledged or frozen, and what pools being shared out reserve.
fn set_aside(view: &dyn View) -> Result<SetAside, StateFault> {
    let mut found = SetAside::default();
    for entry in REQUESTS.all_from(view, &[]) {
        let (_, request) = entry?;
        if let Terms::Offer { money, .. } = request.terms {
            add(&mut found.held, &request.from, money);
        }
    }
    for entry in INSTRUCTIONS.all_from(view, &[]) {
        let (_, instruction) = entry?;
        for leg in &instruction.legs {
            match leg {
                Leg::Cash(leg) if instruction.affirmed_by(&leg.from) => {
                    add(&mut found.held, &leg.from, leg.money);
                }
                _ => {}
            }
        }
    }
    for entry in PROCEEDS.all_from(view, &[]) {
        let (_, proceeds) = entry?;
        let sums = if proceeds.frozen {
            &mut found.frozen
        } else {
            &mut found.held
        };
        add(sums, &proceeds.owner, proceeds.money);
    }
    for entry in POOL_STATES.all_from(view, &[]) {
        let (_, pool) = entry?;
        if let Some(round) = pool.round.filter(|round| round.reserved > 0) {
            let money = Money::new(pool.currency, round.reserved);
            add(&mut found.held, &pool.issuer, money);
        }
    }
    Ok(found)
}

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
    let mut aside = set_aside(view)?;
    let mut sums: BTreeMap<Currency, u128> = BTreeMap::new();
    let mut accounts = 0u64;
    for (_, member) in MEMBERS.scan(view, ALL, &[], usize::MAX)? {
        let mut held: BTreeMap<Currency, u128> = BTreeMap::new();
        for (_, hold) in HOLDS.scan(view, member.id.as_str().as_bytes(), &[], usize::MAX)? {
            let sum = held.entry(hold.money.currency).or_default();
            *sum = sum.saturating_add(u128::from(hold.money.minor));
            let owner = HOLD_OWNERS.get(view, id_bytes(&hold.id), &[])?;
            findings.expect(
                hold.owner == member.id && owner == Some(member.id.clone()),
                "a hold is its owner's",
                || format!("hold {} of {}", hold.id, member.id),
            );
        }
        for balance in crate::cash::read::balances(view, &member.id)? {
            accounts = accounts.saturating_add(1);
            let sum = sums.entry(balance.currency).or_default();
            *sum = sum.saturating_add(u128::from(balance.total));
            let account = (member.id.clone(), balance.currency);
            let offered = aside.held.remove(&account).unwrap_or(0);
            let holds = held.remove(&balance.currency).unwrap_or(0);
            let holds = holds.saturating_add(offered);
            let frozen = aside.frozen.remove(&account).unwrap_or(0);
            findings.expect(
                u128::from(balance.frozen) == frozen,
                "what is frozen is the sum of frozen proceeds",
                || {
                    format!(
                        "{} {}: {} frozen, proceeds of {frozen}",
                        member.id, balance.currency, balance.frozen
                    )
                },
            );
            findings.expect(
                u128::from(balance.held) == holds,
                "what is held is the sum of holds, offers, legs of instructions, pledged proceeds and what pools reserve",
                || {
                    format!(
                        "{} {}: {} held, holds of {holds}",
                        member.id, balance.currency, balance.held
                    )
                },
            );
            findings.expect(
                u128::from(balance.held).saturating_add(u128::from(balance.frozen))
                    <= u128::from(balance.total),
                "nobody holds or freezes more than there is",
                || format!("{} {}", member.id, balance.currency),
            );
        }
        findings.expect(held.is_empty(), "a hold is on an account", || {
            format!("{} has holds without a balance", member.id)
        });
        findings.expect(
            read::member(view, &member.id)?.as_ref() == Some(&member),
            "a member is under its name",
            || member.id.to_string(),
        );
    }
    findings.expect(
        aside.held.is_empty() && aside.frozen.is_empty(),
        "what is set aside is on an account",
        || format!("{:?} {:?}", aside.held, aside.frozen),
    );
    let mut stored = 0u64;
    for entry in BALANCES.all_from(view, &[]) {
        entry?;
        stored = stored.saturating_add(1);
    }
    findings.expect(stored == accounts, "every account is a member's", || {
        format!("{stored} accounts, {accounts} of members")
    });
    for entry in CURRENCIES.all_from(view, &[]) {
        let (_, record) = entry?;
        let sum = sums.remove(&record.currency).unwrap_or(0);
        findings.expect(
            record.minted.checked_sub(record.redeemed) == Some(sum),
            "issued less redeemed is the sum of all balances",
            || {
                format!(
                    "{}: {} issued, {} redeemed, {sum} on accounts",
                    record.currency, record.minted, record.redeemed
                )
            },
        );
    }
    for currency in sums.keys() {
        let known = CURRENCIES.get(view, ALL, &currency_suffix(*currency))?;
        findings.expect(
            known.is_some(),
            "every balance is in a known currency",
            || currency.to_string(),
        );
    }
    Ok(())
}
