//! The funder of an overdue lot asks back, under recourse, what it has advanced (rule book 3.2; Civil Code 766).

use crate::calls::AskBack;
use crate::cash::{move_cash, require_available, require_no_due_debt};
use crate::codes::Code;
use crate::events::CertificateAskedBack;
use crate::instruments::{
    HandKind, Instrument, Lot, NewHand, Paper, Receivable, change_lot, circulable, lot_named,
    record_hand,
};
use crate::members::{named, require_active};
use crate::money::Money;
use crate::outcome::Failure;
use crate::receivables::Certificate;
use crate::receivables::find::certificate_named;
use crate::receivables::funding::interest;
use crate::receivables::rules::ASK_BACK;
use crate::requests::{Ask, Asked, Request, Terms, answer_by, check_asking, moving, remove};
use crate::run::{Caller, Run};
use crate::state::StateFault;

impl Ask for AskBack {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate);
        if let (Ok(certificate), Some(costs)) = (&certificate, self.costs)
            && costs.currency != certificate.sum.currency
        {
            let currency = certificate.sum.currency;
            return Err(Failure::argument("costs").fact("currency", currency.code()));
        }
        if self.costs.is_some_and(|costs| costs.minor == 0) {
            return Err(Failure::of(Code::AmountZero));
        }
        let certificate = certificate?;
        let lot = lot_named(run, &certificate, self.lot)?;
        check_asking(ASK_BACK, &certificate, &lot, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, certificate.latest_answer(run)?)?;
        let funding = lot
            .receivable
            .as_ref()
            .and_then(|receivable| receivable.funding.as_ref())
            .ok_or_else(|| Failure::of(Code::WithoutRecourse).fact("lot", lot.range))?;
        require_active(&named(run.state, &funding.seller)?)?;
        let money = funding
            .principal
            .checked_add(interest(funding, certificate.payable_on, run.date()))
            .and_then(|sum| sum.checked_add(self.costs.map_or(0, |costs| costs.minor)))
            .ok_or_else(|| Failure::of(Code::AmountOverflow).fact("lot", lot.range))?;
        if money == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        let (to, units) = (funding.seller.clone(), moving(&certificate, &lot, None)?);
        let money = Money::new(certificate.sum.currency, money);
        Ok(Asked {
            instrument: Instrument::Certificate(certificate),
            lot,
            units,
            to,
            terms: Terms::AskBack { money },
            answer_by,
            work: 0,
        })
    }
}

/// The seller needs the cash.
pub(super) fn check_agree(
    run: &Run<'_, '_>,
    request: &Request,
    money: Money,
) -> Result<(), Failure> {
    require_no_due_debt(run, &request.to)?;
    require_available(run.state, &request.to, money)
}

/// The seller pays and has the lot again, as overdue as it is.
pub(super) fn agree(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: Lot,
    request: &Request,
    money: Money,
) -> Result<(), StateFault> {
    remove(run, request)?;
    move_cash(run.state, &request.to, &request.from, money)?;
    let hand = NewHand {
        from: Some(request.from.clone()),
        to: Some(request.to.clone()),
        price: Some(money),
        ..NewHand::new(HandKind::AskedBack, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut certificate, hand)?;
    let taken = Lot {
        holder: request.to.clone(),
        circulation: circulable(&lot),
        hand,
        request: None,
        receivable: lot.receivable.clone().map(|receivable| Receivable {
            funding: None,
            // The funder has no part in it any more; the issuer's word goes on.
            disputed_by: receivable.disputed_by.filter(|by| *by != request.from),
            ..receivable
        }),
        ..lot.clone()
    };
    change_lot(run.state, &certificate.number, &lot, &taken)?;
    run.emit(CertificateAskedBack {
        certificate: certificate.number,
        lot: lot.range,
        from: request.from.clone(),
        to: request.to.clone(),
        money,
    });
    Ok(())
}
