//! A lot that fell due is redeemed, in whole or at its low end, or falls overdue (rule book 3.2).

use crate::cash::move_cash;
use crate::events::{CertificateOverdue, CertificateRedeemed, RequestLapsed};
use crate::instruments::{
    Circulation, Frozen, Funding, HandKind, Lot, NewHand, Receivable, Status, Surplus, distribute,
    end_lot, lot_money, put_lot, record_hand, split_in_two,
};
use crate::money::Money;
use crate::receivables::funding::recover;
use crate::receivables::pool::Pool;
use crate::receivables::{Certificate, overdue};
use crate::requests::read::existing;
use crate::requests::remove;
use crate::run::Run;
use crate::state::StateFault;

/// By whose act a lot is redeemed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Payer {
    Clock,
    Issuer,
}

/// Pays so many units of a lot, from its low end, out of the issuer's available cash; the rest is overdue.
pub(super) fn redeem_part(
    run: &mut Run<'_, '_>,
    pool: &mut Pool,
    certificate: &mut Certificate,
    lot: Lot,
    units: u64,
    payer: Payer,
) -> Result<(), StateFault> {
    if units == 0 {
        return match lot.status {
            Status::Overdue => Ok(()),
            _ => {
                let lot = end_request(run, lot)?;
                fall_overdue(run, certificate, lot)
            }
        };
    }
    let lot = end_request(run, lot)?;
    let redemption = certificate.payable_on;
    let recovered = funding(&lot).map(|funding| recover(funding, units, redemption, run.date()));
    let (low, high) = split_in_two(run, certificate, lot, units)?;
    let surplus = recovered
        .as_ref()
        .filter(|recovered| recovered.surplus > 0)
        .map(|recovered| Surplus {
            seller: recovered.left.seller.clone(),
            minor: recovered.surplus,
        });
    pay(run, pool, certificate, low, surplus, payer)?;
    let Some(high) = high else {
        return Ok(());
    };
    let high = match recovered {
        Some(recovered) => with_funding(high, Some(recovered.left)),
        None => high,
    };
    match high.status {
        Status::Overdue => put_lot(run.state, &certificate.number, &high),
        _ => fall_overdue(run, certificate, high),
    }
}

fn funding(lot: &Lot) -> Option<&Funding> {
    lot.receivable.as_ref()?.funding.as_ref()
}

fn with_funding(lot: Lot, funding: Option<Funding>) -> Lot {
    Lot {
        receivable: lot.receivable.map(|receivable| Receivable {
            funding,
            ..receivable
        }),
        ..lot
    }
}

/// What was asked for on the lot has no object any more. The lot is not rejoined to what it was cut from.
fn end_request(run: &mut Run<'_, '_>, lot: Lot) -> Result<Lot, StateFault> {
    let Some(id) = lot.request else {
        return Ok(lot);
    };
    let request = existing(run.state, &id)?;
    remove(run, &request)?;
    run.emit(RequestLapsed {
        request: id,
        instrument: request.instrument,
        lot: request.range,
    });
    Ok(Lot {
        circulation: request.before,
        request: None,
        ..lot
    })
}

/// Cash to the holder, less the surplus that is the seller's under recourse, and the lot redeemed. Under a court's measure all
/// of it waits on the holder's account, with what of it is the seller's on record.
fn pay(
    run: &mut Run<'_, '_>,
    pool: &mut Pool,
    certificate: &mut Certificate,
    lot: Lot,
    surplus: Option<Surplus>,
    payer: Payer,
) -> Result<(), StateFault> {
    let money = lot_money(certificate, &lot)?;
    let (waits, surplus) = match lot.frozen {
        Frozen::No => (None, surplus),
        _ => (surplus, None),
    };
    let (seller, surplus) = surplus.map(|s| (s.seller, s.minor)).unzip();
    let surplus = Money::new(money.currency, surplus.unwrap_or(0));
    let kept = Money::new(money.currency, money.minor.saturating_sub(surplus.minor));
    move_cash(run.state, &certificate.issuer, &lot.holder, kept)?;
    if let Some(seller) = &seller {
        move_cash(run.state, &certificate.issuer, seller, surplus)?;
    }
    let redeemed = redeemed(run, certificate, &lot, money, payer)?;
    end(run, pool, certificate, &lot, &redeemed)?;
    run.emit(CertificateRedeemed {
        certificate: certificate.number,
        lot: lot.range,
        issuer: certificate.issuer.clone(),
        to: lot.holder.clone(),
        money: kept,
        seller,
        surplus,
        by_clock: payer == Payer::Clock,
    });
    distribute(run, certificate, &lot, kept, waits)
}

/// The lot as it is when it is redeemed, with its hand.
fn redeemed(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: &Lot,
    money: Money,
    payer: Payer,
) -> Result<Lot, StateFault> {
    let hand = NewHand {
        from: (payer == Payer::Issuer).then(|| certificate.issuer.clone()),
        to: Some(lot.holder.clone()),
        price: Some(money),
        ..NewHand::new(HandKind::IssuerPaid, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, certificate, hand)?;
    let redeemed = Lot {
        status: Status::Redeemed,
        circulation: Circulation::Ended,
        hand,
        request: None,
        ..lot.clone()
    };
    Ok(with_funding(redeemed, None))
}

/// A redeemed lot is no longer owed.
fn end(
    run: &mut Run<'_, '_>,
    pool: &mut Pool,
    certificate: &Certificate,
    old: &Lot,
    new: &Lot,
) -> Result<(), StateFault> {
    end_lot(run, certificate, old, new)?;
    let money = lot_money(certificate, old)?;
    if old.status == Status::Overdue {
        overdue::less(run.state, &certificate.issuer, money)?;
    }
    pool.less(run, &certificate.number, money.minor)
}

/// A lot in the issuer's own hands is extinguished without cash.
pub(super) fn extinguish(
    run: &mut Run<'_, '_>,
    pool: &mut Pool,
    certificate: &mut Certificate,
    lot: Lot,
) -> Result<(), StateFault> {
    let lot = end_request(run, lot)?;
    let nothing = Money::new(certificate.sum.currency, 0);
    let redeemed = redeemed(run, certificate, &lot, nothing, Payer::Clock)?;
    end(run, pool, certificate, &lot, &redeemed)?;
    run.emit(CertificateRedeemed {
        certificate: certificate.number,
        lot: lot.range,
        issuer: certificate.issuer.clone(),
        to: lot.holder,
        money: nothing,
        seller: None,
        surplus: nothing,
        by_clock: true,
    });
    Ok(())
}

/// A lot, freed of its request, is not redeemed when it should be.
fn fall_overdue(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: Lot,
) -> Result<(), StateFault> {
    let money = lot_money(certificate, &lot)?;
    let hand = NewHand::new(HandKind::FellOverdue, lot.range, Some(lot.hand));
    let hand = record_hand(run, certificate, hand)?;
    let lot = Lot {
        status: Status::Overdue,
        hand,
        ..lot
    };
    put_lot(run.state, &certificate.number, &lot)?;
    overdue::add(run.state, &certificate.issuer, money)?;
    run.emit(CertificateOverdue {
        certificate: certificate.number,
        lot: lot.range,
        issuer: certificate.issuer.clone(),
        holder: lot.holder,
        money,
    });
    Ok(())
}
