//! Offers to settle a lot in recourse (rule book 2.5). They lock nothing; each holds its payer's cash.

use crate::bills::{Bill, Lot, LotRange, bill_named, lot_money, lot_named};
use crate::calendar::roll;
use crate::calls::Offer;
use crate::cash::{require_available, require_no_due_debt};
use crate::codes::Code;
use crate::date::Date;
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::recourse::claim::{amount, split_claim};
use crate::recourse::pursuit::{Reach, pursuit_within};
use crate::requests::read::existing;
use crate::requests::{
    Opening, Request, Terms, answer_by, check_asking, check_part_currency, check_part_zero,
    claimant, made, moving, open,
};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{OFFERS, instrument_entity, offer_of_suffix};

/// An offer that has passed its checks.
pub(crate) struct Offering {
    bill: Bill,
    lot: Lot,
    terms: Terms,
    answer_by: Date,
    work: u64,
}

impl Act for Offer {
    type Checked = Offering;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Offering, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        if let (Ok(bill), Some(money)) = (&bill, self.money)
            && money.currency != bill.sum.currency
        {
            return Err(Failure::argument("money").fact("currency", bill.sum.currency.code()));
        }
        check_part_zero(self.part)?;
        check_part_zero(self.money)?;
        let bill = bill?;
        let lot = lot_named(run, &bill, self.lot)?;
        if [&lot.holder, claimant(&lot)].contains(&caller.actor) {
            return Err(Failure::of(Code::SelfDealing).fact("claimant", claimant(&lot)));
        }
        if let Some(offer) = offers_on(run.state, &bill, lot.range)?
            .into_iter()
            .find(|offer| offer.from == *caller.actor)
        {
            return Err(Failure::of(Code::RequestPending).fact("request", offer.id));
        }
        let terms = |units, money| Terms::Offer { units, money };
        let rule = terms(0, bill.sum).rule();
        check_asking(rule, &bill, &lot, caller.actor)?;
        let units = moving(&bill, &lot, self.part)?;
        let default = default_answer(run)?;
        let chosen = self.answer_by.unwrap_or(default);
        let answer_by = answer_by(run, Some(chosen), Date::LAST)?;
        let (pursuit, work) = pursuit_within(run, &bill, &lot)?;
        match pursuit.reach(caller.actor, run.next_close()) {
            Reach::Open => {}
            Reach::NotLiable => {
                return Err(Failure::of(Code::NotLiable).fact("member", caller.actor));
            }
            Reach::Barred(until) => {
                return Err(Failure::of(Code::TimeBarred)
                    .fact("member", caller.actor)
                    .fact("until", until));
            }
        }
        let money = self.worth(run, &bill, &lot, units)?;
        require_no_due_debt(run, caller.actor)?;
        require_available(run.state, caller.actor, money)?;
        Ok(Offering {
            terms: terms(units, money),
            bill,
            lot,
            answer_by,
            work,
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        offering: Offering,
    ) -> Result<CallResult, Failure> {
        run.charge(offering.work)?;
        let opening = Opening {
            id: caller.new_id(),
            from: caller.actor.clone(),
            to: claimant(&offering.lot).clone(),
            terms: offering.terms,
            answer_by: Some(offering.answer_by),
        };
        let request = open(run, &offering.bill, &offering.lot, opening)?;
        Ok(made(run, request))
    }
}

impl Offer {
    /// What is offered: as stated, at most the claim on the part as of today; the claim itself where nothing is.
    fn worth(
        &self,
        run: &Run<'_, '_>,
        bill: &Bill,
        lot: &Lot,
        units: u64,
    ) -> Result<Money, Failure> {
        let claim = lot
            .claim
            .as_ref()
            .ok_or_else(|| StateFault::new("lots", "a lot in recourse without a claim"))?;
        let (part, _) = split_claim(claim, units, lot_money(bill, lot)?.minor);
        let claimed = amount(run.state, bill, &part, run.date())?.total;
        let money = self.money.unwrap_or(claimed);
        if money.minor > claimed.minor {
            return Err(Failure::of(Code::ClaimExceeded)
                .fact("claim", claimed)
                .fact("offered", money));
        }
        if money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        Ok(money)
    }
}

/// The day for the answer where none is asked for: after the days of notice, rolled to a business day.
fn default_answer(run: &Run<'_, '_>) -> Result<Date, StateFault> {
    let days = u32::try_from(run.settings.params.recourse_notice_days).unwrap_or(u32::MAX);
    let from = run.date();
    roll(run.state, from.plus_days(days).unwrap_or(Date::LAST))
}

/// The offers that wait on a lot, one a payer, in order of id.
pub(crate) fn offers_on(
    view: &(impl View + ?Sized),
    bill: &Bill,
    range: LotRange,
) -> Result<Vec<Request>, StateFault> {
    let start = range.start.to_be_bytes();
    let entity = instrument_entity(&bill.number);
    let mut found = Vec::new();
    let mut from = start.to_vec();
    while let Some((suffix, ())) = OFFERS
        .next(view, entity, &from)?
        .filter(|(suffix, ())| suffix.starts_with(&start))
    {
        let id = offer_of_suffix(&suffix)
            .ok_or_else(|| StateFault::new(OFFERS.name(), "a key of wrong form"))?;
        found.push(existing(view, &id)?);
        from = suffix;
        from.push(0);
    }
    Ok(found)
}
