//! Guarantee of a lot (rule book 2.2; NIL 45-52; under `geneva` ULB 30-32).

use crate::bills::{
    Bill, HandKind, Lot, NewHand, bill_named, lot_money, lot_named, put_lot, record_hand, whole_lot,
};
use crate::calls::RequestGuarantee;
use crate::codes::Code;
use crate::events::BillGuaranteed;
use crate::gates;
use crate::instruments::Paper;
use crate::member_id::MemberId;
use crate::members::{Role, named, require_active, require_role};
use crate::outcome::Failure;
use crate::recourse::{Chain, signers_within};
use crate::requests::{
    Ask, Asked, OnLot, Party, Request, Terms, answer_by, check_part_currency, check_part_zero,
    day_before_maturity, lot_to_ask, remove,
};
use crate::run::{Caller, Run};
use crate::state::StateFault;

/// Who may guarantee (rule book 1).
const GUARANTORS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
];

impl RequestGuarantee {
    /// The lot as named, or the only one there is.
    fn lot_meant(&self, run: &Run<'_, '_>, bill: &Bill) -> Result<Lot, Failure> {
        if let Some(range) = self.lot {
            return lot_named(run, bill, range);
        }
        let lot = whole_lot(run, bill)?;
        if lot_money(bill, &lot)? != bill.sum {
            return Err(Failure::argument("lot").fact("bill", bill.number));
        }
        Ok(lot)
    }

    /// For whom: as the law has it or, under `geneva`, the drawer where nobody is named.
    fn ward_meant(&self, bill: &Bill, lot: &Lot) -> Result<MemberId, Failure> {
        let asker = bill.side(Party::Ward, lot).unwrap_or(&lot.holder);
        if bill.profile.rules().party_guarantees {
            return Ok(self.ward.clone().unwrap_or_else(|| bill.drawer.clone()));
        }
        if let Some(named) = self.ward.as_ref().filter(|named| *named != asker) {
            return Err(Failure::argument("ward")
                .fact("ward", asker)
                .fact("named", named));
        }
        Ok(asker.clone())
    }
}

/// The guarantor must add a debtor, so that it is none yet; under `geneva` a party may guarantee, but only for
/// one who is liable or, asking for itself, is about to be.
fn check_liable(
    chain: &Chain,
    bill: &Bill,
    asker: &MemberId,
    guarantor: &MemberId,
    ward: &MemberId,
) -> Result<(), Failure> {
    if !bill.profile.rules().party_guarantees {
        if chain.is_liable(guarantor) {
            return Err(Failure::of(Code::AlreadyLiable).fact("member", guarantor));
        }
    } else if ward != asker && !chain.is_liable(ward) {
        return Err(Failure::of(Code::NotLiable).fact("ward", ward));
    }
    Ok(())
}

impl Ask for RequestGuarantee {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let bill = bill_named(run, caller, self.bill);
        check_part_currency(&bill, self.part)?;
        let guarantor = named(run.state, &self.guarantor)?;
        require_role(&guarantor, GUARANTORS)?;
        require_active(&guarantor)?;
        check_part_zero(self.part)?;
        if self.guarantor == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.guarantor));
        }
        let bill = bill?;
        let lot = self.lot_meant(run, &bill)?;
        let ward = self.ward_meant(&bill, &lot)?;
        if self.guarantor == ward || self.guarantor == lot.holder {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.guarantor));
        }
        let terms = Terms::Guarantee { ward: ward.clone() };
        let on = OnLot {
            lot: lot.range,
            part: self.part,
        };
        let (lot, units) = lot_to_ask(run, terms.rule(), &bill, on, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&bill))?;
        let chain = signers_within(run, &bill, &lot)?;
        check_liable(&chain, &bill, caller.actor, &self.guarantor, &ward)?;
        Ok(Asked {
            instrument: bill.into(),
            lot,
            units,
            to: self.guarantor.clone(),
            terms,
            answer_by,
            work: chain.work(),
        })
    }
}

/// Paper of a persistently overdue acceptor is not guaranteed.
pub(crate) fn check_agree(run: &Run<'_, '_>, bill: &Bill) -> Result<(), Failure> {
    gates::check_paper(run, bill)
}

/// The guarantor signs: it is liable with its ward from now on, the lot as before.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    mut bill: Bill,
    lot: Lot,
    request: &Request,
    ward: &MemberId,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(request.to.clone()),
        ward: Some(ward.clone()),
        ..NewHand::new(HandKind::Guaranteed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut bill, hand)?;
    let guaranteed = Lot {
        circulation: request.before,
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &bill.number, &guaranteed)?;
    let money = lot_money(&bill, &guaranteed)?;
    run.emit(BillGuaranteed {
        bill: bill.number,
        lot: guaranteed.range,
        guarantor: request.to.clone(),
        ward: ward.clone(),
        money,
    });
    Ok(())
}
