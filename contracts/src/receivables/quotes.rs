//! Quotes: a holder asks several funders, they answer sealed, the holder takes one (rule book 3.2).
//!
//! A quote is sealed to the asker, so that no rival reads it; its commitment binds the funder to what is inside.
//! It reserves no cash: a quote that its funder cannot pay when it is taken is refused.

use crate::calls::{AskQuotes, CloseQuotes, GiveQuote, TakeQuote};
use crate::clock::{DueKey, DueKind, cancel, schedule};
use crate::codes::Code;
use crate::events::{QuoteGiven, QuotesAsked, QuotesEnd, QuotesEnded};
use crate::hash::RequestId;
use crate::instruments::{Instrument, Lot, Settlement, split};
use crate::member_id::MemberId;
use crate::members::{acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::receivables::finance::{
    Deal, FUNDERS, SELLERS, carry_out, check_advance, check_funder, check_paid,
};
use crate::receivables::find::{certificate_named, existing_certificate};
use crate::receivables::{Certificate, QuoteAsk, SealedQuote};
use crate::requests::{
    OnLot, check_part_currency, check_part_zero, day_before_maturity, lot_to_ask, lot_to_move,
};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::tables::{QUOTE_ASKS, QUOTE_ASKS_BY_MEMBER, QUOTES, id_bytes, member_suffix};
use crate::text::Text;

/// Most funders that one question goes to.
const MAX_FUNDERS: usize = 16;

/// Most hex digits of a sealed quote.
const MAX_SEALED: usize = 1_024;

/// A question that waits.
fn ask_named(run: &Run<'_, '_>, id: &RequestId) -> Result<QuoteAsk, Failure> {
    let ask = QUOTE_ASKS
        .get(run.state, id_bytes(id), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchQuotes).fact("ask", *id))?;
    if run.past_close(ask.until) {
        return Err(Failure::of(Code::DuePending).fact("ask", *id));
    }
    Ok(ask)
}

/// Takes a question and its answers out of the state.
fn remove(run: &mut Run<'_, '_>, ask: &QuoteAsk, why: QuotesEnd, taken: Option<&MemberId>) {
    let id = id_bytes(&ask.id);
    for funder in &ask.to {
        QUOTES.remove(run.state, id, &member_suffix(funder));
    }
    for member in ask.to.iter().chain([&ask.asker]) {
        QUOTE_ASKS_BY_MEMBER.remove(run.state, member.as_str().as_bytes(), id);
    }
    QUOTE_ASKS.remove(run.state, id, &[]);
    cancel(run, &DueKey::request(ask.until, DueKind::QuoteEnd, &ask.id));
    run.emit(QuotesEnded {
        ask: ask.id,
        why,
        taken: taken.cloned(),
    });
}

/// The last day of a question has passed.
pub(crate) fn end_of_quotes(run: &mut Run<'_, '_>, key: &DueKey) -> Result<(), StateFault> {
    let ask = QUOTE_ASKS
        .get(run.state, id_bytes(&key.request_id()), &[])?
        .ok_or_else(|| StateFault::new(QUOTE_ASKS.name(), "the end of a question that is gone"))?;
    remove(run, &ask, QuotesEnd::Ended, None);
    Ok(())
}

impl Act for AskQuotes {
    type Checked = (Certificate, u64);

    fn check_stateless(&self) -> Result<(), Failure> {
        let ascending = self.to.is_sorted_by(|a, b| a < b);
        if self.to.is_empty() || self.to.len() > MAX_FUNDERS || !ascending {
            return Err(Failure::argument("to"));
        }
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate);
        check_part_currency(&certificate, self.part)?;
        require_role(&acting(run.state, caller.actor)?, SELLERS)?;
        for funder in &self.to {
            let funder = named(run.state, funder)?;
            require_role(&funder, FUNDERS)?;
            require_active(&funder)?;
        }
        check_part_zero(self.part)?;
        if self.to.contains(caller.actor) {
            return Err(Failure::of(Code::SelfDealing).fact("member", caller.actor));
        }
        let certificate = certificate?;
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, super::rules::FINANCE, &certificate, on, caller.actor)?;
        let latest = day_before_maturity(&certificate);
        crate::requests::answer_by(run, Some(self.until), latest)?;
        for funder in &self.to {
            check_funder(&certificate, &lot, funder)?;
        }
        Ok((certificate, units))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (certificate, units): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let ask = QuoteAsk {
            id: caller.new_id(),
            certificate: certificate.number,
            lot: self.lot,
            money: Money::new(certificate.sum.currency, units),
            asker: caller.actor.clone(),
            to: self.to.clone(),
            key: self.key,
            until: self.until,
        };
        let id = id_bytes(&ask.id);
        QUOTE_ASKS.put(run.state, id, &[], &ask)?;
        for member in ask.to.iter().chain([&ask.asker]) {
            QUOTE_ASKS_BY_MEMBER.put(run.state, member.as_str().as_bytes(), id, &())?;
        }
        schedule(
            run,
            &DueKey::request(ask.until, DueKind::QuoteEnd, &ask.id),
            0,
        )?;
        let made = CallResult::Quotes(ask.id);
        run.emit(QuotesAsked { ask });
        Ok(made)
    }
}

impl Act for GiveQuote {
    type Checked = QuoteAsk;

    fn check_stateless(&self) -> Result<(), Failure> {
        let sealed = self.sealed.as_str();
        let hex = sealed
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b));
        if sealed.is_empty() || sealed.len() > MAX_SEALED || !sealed.len().is_multiple_of(2) || !hex
        {
            return Err(Failure::argument("sealed"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<QuoteAsk, Failure> {
        if self.valid_until <= run.now().ms {
            return Err(Failure::argument("valid_until").fact("now", run.now().ms));
        }
        let ask = ask_named(run, &self.ask)?;
        if !ask.to.contains(caller.actor) {
            return Err(Failure::of(Code::NotAsked).fact("ask", self.ask));
        }
        Ok(ask)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        ask: QuoteAsk,
    ) -> Result<CallResult, Failure> {
        let quote = SealedQuote {
            funder: caller.actor.clone(),
            commitment: self.commitment,
            sealed: self.sealed.clone(),
            valid_until: self.valid_until,
        };
        let suffix = member_suffix(caller.actor);
        QUOTES.put(run.state, id_bytes(&ask.id), &suffix, &quote)?;
        run.emit(QuoteGiven {
            ask: ask.id,
            funder: quote.funder,
            valid_until: quote.valid_until,
        });
        Ok(CallResult::Done)
    }
}

/// A quote that is taken, with the lot as it stands.
pub(crate) struct Taken {
    ask: QuoteAsk,
    certificate: Certificate,
    lot: Lot,
    deal: Deal,
}

impl Act for TakeQuote {
    type Checked = Taken;

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.registry.is_empty() {
            return Err(Failure::argument("registry"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Taken, Failure> {
        let ask = ask_named(run, &self.ask)?;
        if self.opened.advance.currency != ask.money.currency {
            let currency = ask.money.currency;
            return Err(Failure::argument("opened").fact("currency", currency.code()));
        }
        check_part_zero(Some(self.opened.advance))?;
        if ask.asker != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("asker", &ask.asker));
        }
        let quote = QUOTES
            .get(run.state, id_bytes(&ask.id), &member_suffix(&self.funder))?
            .ok_or_else(|| Failure::of(Code::NoSuchQuote).fact("funder", &self.funder))?;
        if self.opened.commitment(&ask.id, &self.funder) != quote.commitment {
            return Err(Failure::of(Code::QuoteDiffers).fact("funder", &self.funder));
        }
        if run.now().ms > quote.valid_until {
            return Err(Failure::of(Code::QuoteExpired)
                .fact("valid_until", quote.valid_until)
                .fact("now", run.now().ms));
        }
        let funder = named(run.state, &self.funder)?;
        require_role(&funder, FUNDERS)?;
        require_active(&funder)?;
        let certificate = existing_certificate(run.state, &ask.certificate)?;
        let on = OnLot {
            lot: ask.lot,
            part: Some(ask.money),
        };
        let (rule, none) = (super::rules::FINANCE, &Text::empty());
        let (lot, _) = lot_to_move(run, rule, &certificate, on, caller.actor, &funder, none)?;
        let deal = Deal {
            rate: self.opened.rate,
            day_count: self.opened.day_count,
            advance: self.opened.advance,
            recourse: self.opened.recourse,
            registry: self.registry.clone(),
            settlement: Settlement::Dvp,
        };
        check_paid(run, &certificate, &deal, &self.funder)?;
        check_funder(&certificate, &lot, &self.funder)?;
        check_advance(self.opened.advance, ask.money)?;
        Ok(Taken {
            ask,
            certificate,
            lot,
            deal,
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        taken: Taken,
    ) -> Result<CallResult, Failure> {
        let Taken {
            ask,
            certificate,
            lot,
            deal,
        } = taken;
        let lot = split(
            run,
            &Instrument::from(certificate.clone()),
            lot,
            ask.money.minor,
        )?;
        carry_out(run, certificate, &lot, &self.funder, &deal)?;
        remove(run, &ask, QuotesEnd::Taken, Some(&self.funder));
        Ok(CallResult::Done)
    }
}

impl Act for CloseQuotes {
    type Checked = QuoteAsk;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<QuoteAsk, Failure> {
        let ask = ask_named(run, &self.ask)?;
        if ask.asker != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("asker", &ask.asker));
        }
        Ok(ask)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        ask: QuoteAsk,
    ) -> Result<CallResult, Failure> {
        remove(run, &ask, QuotesEnd::Closed, None);
        Ok(CallResult::Done)
    }
}
