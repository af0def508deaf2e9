//! Notice of recourse (rule book 2.5: NIL 66, 68).

use crate::bills::{
    Bill, Circulation, Claim, HandKind, Lot, NewHand, Status, bill_named, lot_named, put_lot,
    record_hand,
};
use crate::calendar::roll;
use crate::calls::Notify;
use crate::codes::Code;
use crate::date::Date;
use crate::events::RecourseNoticed;
use crate::member_id::MemberId;
use crate::members::named;
use crate::outcome::{CallResult, Failure};
use crate::recourse::liability::NOTICE_FROM;
use crate::recourse::pursuit::{Pursuit, Reach, pursuit_within};
use crate::requests::{Party, Rule, check_asking, claimant};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;

/// Most parties that are noticed on one lot.
pub(crate) const MAX_NOTICED: usize = 64;

/// Who gives notice, and from which state. There is nobody to agree.
const NOTICE: Rule = Rule {
    act: "recourse notice",
    asks: Party::Presenter,
    answers: Party::Liable,
    status: &[Status::Received],
    circulation: NOTICE_FROM,
    discounted: None,
    waiting: Circulation::InRecourse,
    agreed: (Status::Received, Circulation::InRecourse),
    too_early: Code::WrongState,
    part: false,
    before_maturity: false,
    refusals: &[],
};

/// A notice that has passed its checks.
pub(crate) struct Noticing {
    bill: Bill,
    lot: Lot,
    claim: Claim,
    parties: Vec<MemberId>,
    late: bool,
    work: u64,
}

impl Act for Notify {
    type Checked = Noticing;

    fn check_stateless(&self) -> Result<(), Failure> {
        let twice = self
            .parties
            .iter()
            .enumerate()
            .any(|(index, party)| self.parties.iter().take(index).any(|other| other == party));
        if twice || self.parties.len() > MAX_NOTICED {
            return Err(Failure::argument("parties"));
        }
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Noticing, Failure> {
        let bill = bill_named(run, caller, self.bill);
        if let (Ok(bill), Some(costs)) = (&bill, self.costs)
            && costs.currency != bill.sum.currency
        {
            return Err(Failure::argument("costs").fact("currency", bill.sum.currency.code()));
        }
        for party in &self.parties {
            named(run.state, party)?;
        }
        let bill = bill?;
        let lot = lot_named(run, &bill, self.lot)?;
        check_asking(&NOTICE, &bill, &lot, caller.actor)?;
        let (pursuit, work) = pursuit_within(run, &bill, &lot)?;
        let no_recourse = || Failure::of(Code::NoRecourse).fact("class", pursuit.class.as_str());
        let claim = pursuit.claim.clone().ok_or_else(no_recourse)?;
        let liable = pursuit.liable();
        if liable.is_empty() {
            return Err(no_recourse());
        }
        let parties = self.reached(&pursuit, &liable, run.next_close())?;
        let claim = self.add_to(claim, &parties)?;
        let late = run.date() > notice_until(run, &claim)?;
        Ok(Noticing {
            bill,
            lot,
            claim,
            parties,
            late,
            work,
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        noticing: Noticing,
    ) -> Result<CallResult, Failure> {
        run.charge(noticing.work)?;
        let Noticing {
            mut bill,
            lot,
            claim,
            parties,
            late,
            ..
        } = noticing;
        let by = claimant(&lot).clone();
        let hand = NewHand {
            from: Some(by.clone()),
            text: self.text.clone(),
            ..NewHand::new(HandKind::Noticed, lot.range, Some(lot.hand))
        };
        let hand = record_hand(run, &mut bill, hand)?;
        let lot = Lot {
            circulation: Circulation::InRecourse,
            hand,
            claim: Some(claim.clone()),
            ..lot
        };
        put_lot(run.state, &bill.number, &lot)?;
        run.emit(RecourseNoticed {
            bill: bill.number,
            lot: lot.range,
            claimant: by,
            parties,
            claim,
            late,
            text: self.text.clone(),
        });
        Ok(CallResult::Done)
    }
}

impl Notify {
    /// Those named, all of whom must be liable and not barred; or all who can be reached.
    fn reached(
        &self,
        pursuit: &Pursuit,
        liable: &[&MemberId],
        today: Date,
    ) -> Result<Vec<MemberId>, Failure> {
        let barred = |party: &MemberId, until: Date| {
            Failure::of(Code::TimeBarred)
                .fact("member", party)
                .fact("until", until)
        };
        for party in &self.parties {
            if pursuit.reach(party, today) == Reach::NotLiable {
                return Err(Failure::of(Code::NotLiable).fact("member", party));
            }
        }
        let mut parties = Vec::new();
        let mut first_barred = None;
        let named: Vec<&MemberId> = self.parties.iter().collect();
        let all = named.is_empty();
        for party in if all { liable } else { &named } {
            match pursuit.reach(party, today) {
                Reach::Open => parties.push((*party).clone()),
                Reach::Barred(until) if all => {
                    first_barred.get_or_insert_with(|| barred(party, until));
                }
                Reach::Barred(until) => return Err(barred(party, until)),
                Reach::NotLiable => {}
            }
        }
        match first_barred {
            Some(failure) if parties.is_empty() => Err(failure),
            _ => Ok(parties),
        }
    }

    /// The claim with what the notice adds to it.
    fn add_to(&self, mut claim: Claim, parties: &[MemberId]) -> Result<Claim, Failure> {
        if let Some(costs) = self.costs {
            claim.costs = costs.minor;
        }
        if claim.base.checked_add(claim.costs).is_none() {
            return Err(Failure::of(Code::AmountOverflow));
        }
        for party in parties {
            if !claim.noticed.contains(party) {
                claim.noticed.push(party.clone());
            }
        }
        if claim.noticed.len() > MAX_NOTICED {
            return Err(Failure::argument("parties").fact("most", MAX_NOTICED as u64));
        }
        Ok(claim)
    }
}

/// The last day for the notice; after it only damages are at stake (NIL 66).
fn notice_until(run: &Run<'_, '_>, claim: &Claim) -> Result<Date, StateFault> {
    let days = u32::try_from(run.settings.params.recourse_notice_days).unwrap_or(u32::MAX);
    roll(run.state, claim.since.plus_days(days).unwrap_or(Date::LAST))
}
