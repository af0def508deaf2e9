//! Proofs of receivable certificates with all their lots.

mod common;

use allonge_contracts::instruments::{InstrumentNumber, Status};
use allonge_ledger::{Claim, Fact, NoProof, ProofFile, VerifyError, verify};
use common::life::Life;
use common::market::Market;
use common::*;

fn proof_of(life: &Life, number: &InstrumentNumber) -> Result<ProofFile, NoProof> {
    let (_, certificate) = life.chain.blocks.last().unwrap();
    ProofFile::receivable(
        &life.chain.state,
        number,
        certificate.clone(),
        life.chain.set_changes(),
    )
}

fn checked(proof: &ProofFile) -> Result<Fact, VerifyError> {
    let read = ProofFile::from_json(proof.to_json().as_bytes()).unwrap();
    assert_eq!(read, *proof);
    verify(&genesis(), &read).map(|verified| verified.fact)
}

#[test]
fn a_certificate_is_proved_with_its_whole_tiling() {
    let life = Life::new();
    let number = &life.certificates[1];
    let Fact::Certificate { certificate, lots } =
        checked(&proof_of(&life, number).unwrap()).unwrap()
    else {
        panic!("another fact")
    };
    assert_eq!(certificate.number, *number);
    assert_eq!(certificate.sum, cny(60_000));
    let mut next = 1;
    for lot in &lots {
        assert_eq!(lot.range.start, next);
        next = lot.range.end + 1;
    }
    assert_eq!(next, 60_001);
    // Redeemed pro rata: a part of every holder's lot is paid, and the rest overdue but for what was paid by hand.
    let sum = |status| -> u64 {
        let of = lots.iter().filter(|lot| lot.status == status);
        of.map(|lot| lot.range.amount().unwrap()).sum()
    };
    assert!(sum(Status::Redeemed) > 25_001);
    assert!(sum(Status::Overdue) > 0);
    assert_eq!(sum(Status::Redeemed) + sum(Status::Overdue), 60_000);
}

#[test]
fn a_bill_is_no_certificate_and_a_certificate_no_bill() {
    let market = Market::new();
    let (_, certificate) = market.latest();
    assert_eq!(
        ProofFile::receivable(market.state(), &market.bill, certificate, Vec::new()),
        Err(NoProof::NoCertificate(market.bill))
    );
    let life = Life::new();
    let number = life.certificates[0];
    let (_, certificate) = life.chain.blocks.last().unwrap();
    assert_eq!(
        ProofFile::bill(&life.chain.state, &number, certificate.clone(), Vec::new()),
        Err(NoProof::NoBill(number))
    );
}

#[test]
fn what_is_changed_hidden_or_another_s_is_refused() {
    let life = Life::new();
    let good = proof_of(&life, &life.certificates[1]).unwrap();
    let other = proof_of(&life, &life.certificates[0]).unwrap();
    let Claim::Certificate {
        number,
        certificate,
        lots,
    } = good.claim.clone()
    else {
        panic!("another claim")
    };
    let Claim::Certificate {
        number: other_number,
        certificate: other_certificate,
        lots: other_lots,
    } = other.claim
    else {
        panic!("another claim")
    };
    let claims = [
        Claim::Certificate {
            number: other_number,
            certificate: certificate.clone(),
            lots: lots.clone(),
        },
        Claim::Certificate {
            number,
            certificate: other_certificate,
            lots: lots.clone(),
        },
        Claim::Certificate {
            number,
            certificate: certificate.clone(),
            lots: other_lots,
        },
        Claim::Bill {
            number,
            bill: certificate.clone(),
            lots: lots.clone(),
        },
    ];
    for claim in claims {
        let mixed = ProofFile {
            claim,
            ..good.clone()
        };
        assert!(checked(&mixed).is_err());
    }
    // Where the end of the lots is cut off, nothing can be read or it does not lead to the header.
    let bytes = borsh::to_vec(&lots).unwrap();
    for cut in 1..bytes.len() {
        let Ok(lots) = borsh::from_slice(&bytes[..cut]) else {
            continue;
        };
        let claim = Claim::Certificate {
            number,
            certificate: certificate.clone(),
            lots,
        };
        let short = ProofFile {
            claim,
            ..good.clone()
        };
        assert!(checked(&short).is_err());
    }
    // Another byte anywhere in the lots.
    for at in (0..bytes.len()).step_by(7) {
        let mut bytes = bytes.clone();
        bytes[at] ^= 1;
        let Ok(lots) = borsh::from_slice(&bytes) else {
            continue;
        };
        let claim = Claim::Certificate {
            number,
            certificate: certificate.clone(),
            lots,
        };
        let changed = ProofFile {
            claim,
            ..good.clone()
        };
        assert!(checked(&changed).is_err(), "byte {at}");
    }
}
