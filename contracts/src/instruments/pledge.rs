//! Pledge of a lot for a debt (rule book 2.2).

use crate::calls::RequestPledge;
use crate::codes::Code;
use crate::date::Date;
use crate::events::LotPledged;
use crate::instruments::{
    HandKind, Instrument, InstrumentKind, Lot, NewHand, Paper, Pledge, instrument_named, lot_money,
    put_lot, record_hand,
};
use crate::members::{Role, TRADING_ROLES, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_move, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;
use crate::text::Text;

/// Who may take a pledge.
const PLEDGEES: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

impl Ask for RequestPledge {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let paper = instrument_named(run, caller, self.instrument);
        check_part_currency(&paper, self.part)?;
        if let Ok(paper) = &paper {
            let currency = paper.sum().currency;
            if self.debt.currency != currency {
                return Err(Failure::argument("debt").fact("currency", currency.code()));
            }
            // The registry is that of movable finance, to which bills do not belong.
            let registered = paper.kind() == InstrumentKind::Certificate;
            if registered == self.registry.is_empty() {
                return Err(Failure::argument("registry"));
            }
        }
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let pledgee = named(run.state, &self.to)?;
        require_role(&pledgee, PLEDGEES)?;
        require_active(&pledgee)?;
        check_part_zero(self.part)?;
        if self.debt.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let paper = paper?;
        let terms = Terms::Pledge {
            debt: self.debt,
            debt_due: self.debt_due,
            registry: self.registry.clone(),
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (rule, purpose) = (terms.rule_on(paper.kind()), &self.purpose);
        let (lot, units) = lot_to_move(run, rule, &paper, on, caller.actor, &pledgee, purpose)?;
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&paper))?;
        paper.check_taken(run)?;
        if self.debt_due < run.date() {
            return Err(Failure::of(Code::DateInPast)
                .fact("date", self.debt_due)
                .fact("business date", run.date()));
        }
        paper.check_lot_taken(&lot)?;
        Ok(Asked {
            instrument: paper,
            lot,
            units,
            to: self.to.clone(),
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// Paper of a persistently overdue acceptor is not taken in pledge.
pub(crate) fn check_agree(run: &Run<'_, '_>, paper: &dyn Paper) -> Result<(), Failure> {
    paper.check_taken(run)
}

/// What a request for a pledge says.
pub(crate) struct PledgeTerms {
    pub(crate) debt: Money,
    pub(crate) debt_due: Date,
    pub(crate) registry: Text<32>,
}

/// The pledgee takes the lot in pledge; its holder stays.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut paper: Instrument,
    lot: Lot,
    request: &Request,
    terms: PledgeTerms,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(lot.holder.clone()),
        to: Some(request.to.clone()),
        text: terms.registry.as_str().parse().unwrap_or_default(),
        ..NewHand::new(HandKind::Pledged, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut paper, hand)?;
    let pledge = Pledge {
        pledgee: request.to.clone(),
        debt: terms.debt,
        debt_due: terms.debt_due,
        hand,
    };
    let (status, circulation) = request.rule().agreed;
    let pledged = Lot {
        status,
        circulation,
        pledge: Some(pledge.clone()),
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &paper.number(), &pledged)?;
    let money = lot_money(&paper, &pledged)?;
    run.emit(LotPledged {
        instrument: paper.number(),
        lot: pledged.range,
        pledgor: pledged.holder,
        pledge,
        money,
    });
    Ok(())
}
