//! Bills and certificates with all their lots.

use super::{Fact, VerifyError, entry, unreadable};
use crate::block::Header;
use crate::trie::{Proof, RangeProof};
use allonge_contracts::bills::{self, InstrumentNumber, Lot};
use allonge_contracts::receivables;

pub(super) fn check_bill(
    header: &Header,
    number: &InstrumentNumber,
    bill: &Proof,
    lots: &RangeProof,
) -> Result<Fact, VerifyError> {
    let key = bills::read::bill_key(number);
    let bill = entry(header, "bill", bills::read::decode_bill, &key, bill)?
        .ok_or(VerifyError::NoBill(*number))?;
    let lots = check_lots(header, number, bill.sum.minor, lots)?;
    Ok(Fact::Bill {
        bill: Box::new(bill),
        lots,
    })
}

pub(super) fn check_certificate(
    header: &Header,
    number: &InstrumentNumber,
    certificate: &Proof,
    lots: &RangeProof,
) -> Result<Fact, VerifyError> {
    let key = receivables::read::certificate_key(number);
    let decode = receivables::read::decode_certificate;
    let certificate = entry(header, "certificate", decode, &key, certificate)?
        .ok_or(VerifyError::NoCertificate(*number))?;
    let lots = check_lots(header, number, certificate.sum.minor, lots)?;
    Ok(Fact::Certificate {
        certificate: Box::new(certificate),
        lots,
    })
}

/// The lots, which tile the instrument from the first unit to its sum.
fn check_lots(
    header: &Header,
    number: &InstrumentNumber,
    sum: u64,
    lots: &RangeProof,
) -> Result<Vec<Lot>, VerifyError> {
    let lots = lots
        .verify(&header.state_root, &bills::read::lots_prefix(number))
        .map_err(|source| VerifyError::State {
            what: "lots",
            source,
        })?
        .iter()
        .map(|(_, bytes)| bills::read::decode_lot(bytes).map_err(|e| unreadable("lot", &e)))
        .collect::<Result<Vec<Lot>, _>>()?;
    let wrong = |detail: String| VerifyError::Tiling {
        number: *number,
        sum,
        detail,
    };
    let mut next = Some(1u64);
    for lot in &lots {
        if Some(lot.range.start) != next || lot.range.end < lot.range.start {
            return Err(wrong(format!(
                "lot {} does not follow the one before",
                lot.range
            )));
        }
        next = lot.range.end.checked_add(1);
    }
    if lots.last().map_or(0, |lot| lot.range.end) != sum {
        return Err(wrong(format!(
            "the last of {} lots does not end there",
            lots.len()
        )));
    }
    Ok(lots)
}
