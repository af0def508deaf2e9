//! Issue and redemption by a currency's authority.

use crate::calls::{Mint, Redeem};
use crate::cash::account::debit;
use crate::cash::{CurrencyRecord, credit, known_currency, require_available, require_no_due_debt};
use crate::codes::Code;
use crate::events::{CashMinted, CashRedeemed};
use crate::member_id::MemberId;
use crate::members::named;
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{Overlay, StateFault};
use crate::tables::{ALL, CURRENCIES, currency_suffix};

fn require_amount(money: Money) -> Result<(), Failure> {
    if money.minor == 0 {
        return Err(Failure::of(Code::AmountZero));
    }
    Ok(())
}

fn authority_record(
    run: &Run<'_, '_>,
    caller: &Caller<'_>,
    money: Money,
) -> Result<CurrencyRecord, Failure> {
    let record = known_currency(run.state, money.currency)?;
    if record.authority != *caller.actor {
        return Err(Failure::of(Code::NotCurrencyAuthority).fact("authority", &record.authority));
    }
    Ok(record)
}

/// The record after issuing; the sum in circulation stays within 64 bits.
fn after_mint(mut record: CurrencyRecord, money: Money) -> Result<CurrencyRecord, Failure> {
    let overflow = || Failure::of(Code::AmountOverflow).fact("amount", money);
    record.minted = record
        .minted
        .checked_add(u128::from(money.minor))
        .ok_or_else(overflow)?;
    if record.in_circulation() > u128::from(u64::MAX) {
        return Err(overflow());
    }
    Ok(record)
}

fn put_record(state: &mut Overlay<'_>, record: &CurrencyRecord) -> Result<(), StateFault> {
    CURRENCIES.put(state, ALL, &currency_suffix(record.currency), record)
}

/// Issues opening cash at height 0.
pub(crate) fn mint_into(
    state: &mut Overlay<'_>,
    to: &MemberId,
    money: Money,
) -> Result<(), Failure> {
    require_amount(money)?;
    let record = after_mint(known_currency(state, money.currency)?, money)?;
    put_record(state, &record)?;
    Ok(credit(state, to, money)?)
}

impl Act for Mint {
    type Checked = CurrencyRecord;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<CurrencyRecord, Failure> {
        named(run.state, &self.to)?;
        let record = authority_record(run, caller, self.money)?;
        require_amount(self.money)?;
        after_mint(record, self.money)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        record: CurrencyRecord,
    ) -> Result<CallResult, Failure> {
        put_record(run.state, &record)?;
        credit(run.state, &self.to, self.money)?;
        run.emit(CashMinted {
            by: caller.actor.clone(),
            to: self.to.clone(),
            money: self.money,
            reference: self.reference.clone(),
        });
        Ok(CallResult::Done)
    }
}

impl Act for Redeem {
    type Checked = CurrencyRecord;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<CurrencyRecord, Failure> {
        let mut record = authority_record(run, caller, self.money)?;
        require_amount(self.money)?;
        require_no_due_debt(run, caller.actor)?;
        require_available(run.state, caller.actor, self.money)?;
        record.redeemed = record
            .redeemed
            .checked_add(u128::from(self.money.minor))
            .ok_or_else(|| Failure::of(Code::AmountOverflow))?;
        Ok(record)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        record: CurrencyRecord,
    ) -> Result<CallResult, Failure> {
        put_record(run.state, &record)?;
        debit(run.state, caller.actor, self.money)?;
        run.emit(CashRedeemed {
            by: caller.actor.clone(),
            money: self.money,
            reference: self.reference.clone(),
        });
        Ok(CallResult::Done)
    }
}
