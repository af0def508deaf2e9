//! Endorsement of a lot, or of the low end of it (rule book 2.1, 2.2).

use crate::bills::{
    Bill, Circulation, Dishonour, HandKind, Lot, NewHand, bill_named, change_lot, end_unpaid,
    lot_money, profile, record_hand,
};
use crate::calls::RequestEndorsement;
use crate::codes::Code;
use crate::events::BillEndorsed;
use crate::member_id::MemberId;
use crate::members::{Member, TRADING_ROLES, acting, named, require_active, require_role};
use crate::outcome::Failure;
use crate::requests::{
    Ask, Asked, OnLot, Request, Terms, answer_by, check_part_currency, check_part_zero,
    endorsement, lot_to_move, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;
use crate::text::Text;

impl Ask for RequestEndorsement {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let endorsee = named(run.state, &self.to)?;
        require_role(&endorsee, TRADING_ROLES)?;
        require_active(&endorsee)?;
        check_part_zero(self.part)?;
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let bill = bill?;
        let terms = Terms::Endorsement {
            not_transferable: self.not_transferable,
        };
        let on = OnLot {
            lot: self.lot,
            part: self.part,
        };
        let (lot, units) = check_move(run, &bill, on, caller.actor, &endorsee, &self.purpose)?;
        let answer_by = answer_by(run, self.answer_by, profile::latest_transfer(&bill))?;
        Ok(Asked {
            instrument: bill.into(),
            lot,
            units,
            to: self.to.clone(),
            terms,
            answer_by,
            work: 0,
        })
    }
}

/// The lot that its holder may endorse to somebody as things stand, and how many units of it.
pub(crate) fn check_move(
    run: &Run<'_, '_>,
    bill: &Bill,
    on: OnLot,
    holder: &MemberId,
    endorsee: &Member,
    purpose: &Text<64>,
) -> Result<(Lot, u64), Failure> {
    let rule = endorsement(bill.profile.rules());
    let (lot, units) = lot_to_move(run, &rule, bill, on, holder, endorsee, purpose)?;
    check_open(run, bill, &lot)?;
    Ok((lot, units))
}

/// After maturity, where the law allows it then, a lot is endorsed until its payment is refused or its window ends
/// (ULB 20).
fn check_open(run: &Run<'_, '_>, bill: &Bill, lot: &Lot) -> Result<(), Failure> {
    let refused = matches!(lot.dishonour, Dishonour::InTime | Dishonour::Late);
    if run.date() >= bill.maturity && (refused || run.date() > bill.window_end) {
        return Err(Failure::of(Code::Matured)
            .fact("maturity", bill.maturity)
            .fact("business date", run.date()));
    }
    Ok(())
}

/// The endorsee signs for the lot. What comes to its acceptor once it is payable is extinguished, as the clock
/// does with what the acceptor holds by then.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    not_transferable: bool,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(request.from.clone()),
        to: Some(request.to.clone()),
        not_transferable,
        ..NewHand::new(HandKind::Endorsed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let (status, circulation) = request.terms.rule().agreed;
    let endorsed = Lot {
        holder: request.to.clone(),
        status,
        circulation: if not_transferable {
            Circulation::NotTransferable
        } else {
            circulation
        },
        not_transferable_by: not_transferable.then(|| request.from.clone()),
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &bill.number, &lot, &endorsed)?;
    let money = lot_money(&bill, &lot)?;
    run.emit(BillEndorsed {
        bill: bill.number,
        lot: lot.range,
        from: request.from.clone(),
        to: request.to.clone(),
        money,
        not_transferable,
    });
    if request.to == bill.acceptor && run.date() >= bill.payable_on {
        end_unpaid(run, &mut bill, &endorsed, "extinguished")?;
    }
    Ok(())
}
