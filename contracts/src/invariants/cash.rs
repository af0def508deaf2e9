//! Cash is conserved, and what is held is the sum of the holds.

use crate::invariants::Findings;
use crate::members::read;
use crate::money::Currency;
use crate::state::{StateFault, View};
use crate::tables::{
    ALL, BALANCES, CURRENCIES, HOLD_OWNERS, HOLDS, MEMBERS, currency_suffix, id_bytes,
};
use std::collections::BTreeMap;

pub(super) fn check(view: &dyn View, findings: &mut Findings) -> Result<(), StateFault> {
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
            let holds = held.remove(&balance.currency).unwrap_or(0);
            findings.expect(
                u128::from(balance.held) == holds,
                "what is held is the sum of the holds",
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
