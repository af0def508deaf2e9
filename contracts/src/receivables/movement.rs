//! What lets a lot of a certificate move, and the move itself (rule book 3.1, 3.2).

use crate::codes::Code;
use crate::instruments::{HandKind, Lot, NewHand, Receivable, change_lot, record_hand};
use crate::member_id::MemberId;
use crate::outcome::Failure;
use crate::receivables::Certificate;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::LOTS;

/// What the lot of a certificate has that a bill's has not.
pub(super) fn receivable_of(lot: &Lot) -> Result<&Receivable, StateFault> {
    lot.receivable
        .as_ref()
        .ok_or_else(|| StateFault::new(LOTS.name(), "a certificate's lot without its tier"))
}

/// Refuses a lot whose funder could still ask back, or that is disputed: it stays where it is.
pub(crate) fn check_free(lot: &Lot) -> Result<(), Failure> {
    let receivable = receivable_of(lot)?;
    if let Some(funding) = &receivable.funding {
        return Err(Failure::of(Code::UnderRecourse)
            .fact("lot", lot.range)
            .fact("seller", &funding.seller));
    }
    if let Some(by) = &receivable.disputed_by {
        return Err(Failure::of(Code::Disputed)
            .fact("lot", lot.range)
            .fact("by", by));
    }
    Ok(())
}

/// Refuses a receiver that cannot have a lot by transfer: the issuer itself, or one tier too deep.
pub(crate) fn check_move(
    certificate: &Certificate,
    lot: &Lot,
    receiver: &MemberId,
) -> Result<(), Failure> {
    if *receiver == certificate.issuer {
        return Err(Failure::of(Code::NotToIssuer).fact("issuer", receiver));
    }
    let tier = receivable_of(lot)?.tier;
    if tier >= certificate.max_tier {
        return Err(Failure::of(Code::TierLimit)
            .fact("tier", u64::from(tier))
            .fact("deepest", u64::from(certificate.max_tier)));
    }
    check_free(lot)
}

/// Moves a lot one tier further down to its receiver, and gives it as it stands there. A request on it is gone by now.
pub(crate) fn move_lot(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: &Lot,
    receiver: &MemberId,
) -> Result<Lot, StateFault> {
    let hand = NewHand {
        from: Some(lot.holder.clone()),
        to: Some(receiver.clone()),
        ..NewHand::new(HandKind::Transferred, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, certificate, hand)?;
    let receivable = receivable_of(lot)?;
    let (status, circulation) = super::rules::TRANSFER.agreed;
    let moved = Lot {
        holder: receiver.clone(),
        status,
        circulation,
        hand,
        request: None,
        receivable: Some(Receivable {
            tier: receivable.tier.saturating_add(1),
            ..receivable.clone()
        }),
        ..lot.clone()
    };
    change_lot(run.state, &certificate.number, lot, &moved)?;
    Ok(moved)
}
