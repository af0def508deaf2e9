//! What every request on a lot has in common: the checks of the rule table, and the cut, the lock and the
//! queue when it is made (rule book 2.2).

use crate::codes::Code;
use crate::date::Date;
use crate::events::RequestMade;
use crate::instruments::limits::check_receiver;
use crate::instruments::{
    Circulation, Frozen, Instrument, Lot, LotRange, Paper, lot_money, lot_named, split,
};
use crate::member_id::MemberId;
use crate::members::Member;
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::requests::{Opening, Party, Request, Rule, Terms, open};
use crate::run::{Act, Caller, Run};
use crate::text::Text;

/// A request that has passed its checks.
pub(crate) struct Asked {
    pub(crate) instrument: Instrument,
    pub(crate) lot: Lot,
    /// How many units it is about, from the lot's low end.
    pub(crate) units: u64,
    pub(crate) to: MemberId,
    pub(crate) terms: Terms,
    pub(crate) answer_by: Date,
    /// Work that the checks took besides what every call of its kind costs.
    pub(crate) work: u64,
}

/// A call that makes a request.
pub(crate) trait Ask {
    /// What can be said without the state.
    fn check_words(&self) -> Result<(), Failure> {
        Ok(())
    }

    /// What must hold in the state.
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure>;
}

impl<T: Ask> Act for T {
    type Checked = Asked;

    fn check_stateless(&self) -> Result<(), Failure> {
        self.check_words()
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        self.check(run, caller)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        asked: Asked,
    ) -> Result<CallResult, Failure> {
        ask_for(run, caller, asked)
    }
}

/// Makes the request that has passed its checks: cuts the part off and locks it.
pub(crate) fn ask_for(
    run: &mut Run<'_, '_>,
    caller: &Caller<'_>,
    asked: Asked,
) -> Result<CallResult, Failure> {
    run.charge(asked.work)?;
    let lot = split(run, &asked.instrument, asked.lot, asked.units)?;
    let opening = Opening {
        id: caller.new_id(),
        from: caller.actor.clone(),
        to: asked.to,
        terms: asked.terms,
        answer_by: Some(asked.answer_by),
    };
    let request = open(run, &asked.instrument, &lot, opening)?;
    Ok(made(run, request))
}

/// Tells of a new request, and gives its result.
pub(crate) fn made(run: &mut Run<'_, '_>, request: Request) -> CallResult {
    let result = CallResult::Request {
        request: request.id,
        terms: request.terms_hash(),
    };
    run.emit(RequestMade { request });
    result
}

/// The lot that a call names, and the part of it.
#[derive(Clone, Copy)]
pub(crate) struct OnLot {
    pub(crate) lot: LotRange,
    pub(crate) part: Option<Money>,
}

/// What is wrong with a part whatever the lot: another currency than the instrument's.
pub(crate) fn check_part_currency<P: Paper>(
    paper: &Result<P, Failure>,
    part: Option<Money>,
) -> Result<(), Failure> {
    match (paper, part) {
        (Ok(paper), Some(part)) if part.currency != paper.sum().currency => {
            Err(Failure::argument("part").fact("currency", paper.sum().currency.code()))
        }
        _ => Ok(()),
    }
}

/// A part of nothing.
pub(crate) fn check_part_zero(part: Option<Money>) -> Result<(), Failure> {
    if part.is_some_and(|part| part.minor == 0) {
        return Err(Failure::of(Code::AmountZero));
    }
    Ok(())
}

/// How many units a part is: those asked for, or the whole lot's. Only what is in a holder's hands is cut:
/// an instrument is whole until then, and what has ended stays as it is.
pub(crate) fn moving(paper: &dyn Paper, lot: &Lot, part: Option<Money>) -> Result<u64, Failure> {
    let whole = lot_money(paper, lot)?;
    let part = part.unwrap_or(whole);
    let splittable = lot.splittable && lot.status.in_hand();
    if part.minor != whole.minor && !splittable {
        return Err(Failure::of(Code::NotSplittable).fact("bill", paper.number()));
    }
    if part.minor > whole.minor {
        return Err(Failure::of(Code::PartTooLarge)
            .fact("have", whole)
            .fact("need", part));
    }
    Ok(part.minor)
}

/// The lot on which a member may ask for an act of the table, as things stand, and how many units of it.
pub(crate) fn lot_to_ask(
    run: &Run<'_, '_>,
    rule: &Rule,
    paper: &dyn Paper,
    on: OnLot,
    actor: &MemberId,
) -> Result<(Lot, u64), Failure> {
    let lot = lot_named(run, paper, on.lot)?;
    check_asking(rule, paper, &lot, actor)?;
    let units = moving(paper, &lot, on.part)?;
    check_maturity(run, rule, paper)?;
    Ok((lot, units))
}

/// The same for an act by which somebody else would have the lot: a member that may receive it, for a purpose.
pub(crate) fn lot_to_move(
    run: &Run<'_, '_>,
    rule: &Rule,
    paper: &dyn Paper,
    on: OnLot,
    actor: &MemberId,
    receiver: &Member,
    purpose: &Text<64>,
) -> Result<(Lot, u64), Failure> {
    let lot = lot_named(run, paper, on.lot)?;
    check_asking(rule, paper, &lot, actor)?;
    check_receiver(run, &lot, receiver, purpose)?;
    let units = moving(paper, &lot, on.part)?;
    check_maturity(run, rule, paper)?;
    Ok((lot, units))
}

/// Refuses after maturity what must be asked before.
fn check_maturity(run: &Run<'_, '_>, rule: &Rule, paper: &dyn Paper) -> Result<(), Failure> {
    if rule.before_maturity && run.date() >= paper.maturity() {
        return Err(Failure::of(Code::Matured)
            .fact("maturity", paper.maturity())
            .fact("business date", run.date()));
    }
    Ok(())
}

/// The last day for the answer to what must be settled before maturity.
pub(crate) fn day_before_maturity(paper: &dyn Paper) -> Date {
    let maturity = paper.maturity();
    maturity.minus_days(1).unwrap_or(maturity)
}

/// Who exercises the rights of a lot: its pledgee where it is pledged, else its holder.
pub(crate) fn claimant(lot: &Lot) -> &MemberId {
    lot.pledge
        .as_ref()
        .map_or(&lot.holder, |pledge| &pledge.pledgee)
}

/// Whether a member may ask for this act on a lot as it stands.
pub(crate) fn check_asking(
    rule: &Rule,
    paper: &dyn Paper,
    lot: &Lot,
    actor: &MemberId,
) -> Result<(), Failure> {
    if let Some(asker) = paper.side(rule.asks, lot).filter(|asker| *asker != actor) {
        return Err(match rule.asks {
            Party::Issuer => Failure::of(Code::WrongParty).fact("issuer", asker),
            Party::Drawer => Failure::of(Code::WrongParty).fact("drawer", asker),
            Party::Ward => Failure::of(Code::WrongParty).fact("ward", asker),
            Party::Pledgee => Failure::of(Code::WrongParty).fact("pledgee", asker),
            _ => Failure::of(Code::NotHolder).fact("holder", asker),
        });
    }
    check_state(rule, paper, lot)
}

/// Whether the act is possible on a lot as it stands, whoever asks. The mark "not transferable" stops what only a
/// circulable lot allows, unless the bill's law lets its holder go on.
pub(crate) fn check_state(rule: &Rule, paper: &dyn Paper, lot: &Lot) -> Result<(), Failure> {
    if let Some(request) = lot.request {
        return Err(Failure::of(Code::RequestPending).fact("request", request));
    }
    check_not_frozen(lot)?;
    if !rule.status.contains(&lot.status) {
        let early = rule.status.iter().all(|allowed| lot.status < *allowed);
        let code = if early {
            rule.too_early
        } else {
            Code::WrongState
        };
        return Err(state_failure(code, lot));
    }
    if rule
        .discounted
        .is_some_and(|discounted| discounted != lot.discounted)
    {
        let discounted = if lot.discounted { "yes" } else { "no" };
        return Err(state_failure(Code::WrongState, lot).fact("discounted", discounted));
    }
    if rule.circulation.contains(&lot.circulation) {
        return Ok(());
    }
    if lot.circulation == Circulation::NotTransferable
        && rule.circulation.contains(&Circulation::Circulable)
    {
        if !paper.mark_stops() {
            return Ok(());
        }
        let mut failure = Failure::of(Code::NotTransferable).fact("lot", lot.range);
        if let Some(marker) = &lot.not_transferable_by {
            failure = failure.fact("marked by", marker);
        }
        return Err(failure);
    }
    Err(state_failure(Code::WrongState, lot))
}

/// Refuses while a court's measure is on the lot.
pub(crate) fn check_not_frozen(lot: &Lot) -> Result<(), Failure> {
    if lot.frozen == Frozen::No {
        return Ok(());
    }
    Err(Failure::of(Code::Frozen)
        .fact("lot", lot.range)
        .fact("measure", lot.frozen.as_str()))
}

/// A refusal that names how the lot stands.
pub(crate) fn state_failure(code: Code, lot: &Lot) -> Failure {
    Failure::of(code)
        .fact("lot", lot.range)
        .fact("status", lot.status.as_str())
        .fact("circulation", lot.circulation.as_str())
}
