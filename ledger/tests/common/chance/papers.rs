//! Papers, claims on invoices, attestations and conditions.

use super::*;
use crate::common::deals::*;
use allonge_contracts::calls::{AttestPaper, ReleaseClaim};
use allonge_contracts::trade::{ClaimEnd, ClaimKind, PaperBody, Verdict, read};

pub(super) fn act(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    match chance.below(10) {
        0 => Some(claimed(chance)),
        6..=9 => Some(sold(chance)),
        1 => released(chance, chain),
        2 => on_a_paper(chance, chain),
        _ => fulfilled(chance, chain),
    }
}

/// Invoices to the core enterprise.
fn sold(chance: &mut Chance) -> Act {
    let seller = chance.of(&["t-1", "t-2"]);
    let mut one = || {
        let number = chance.below(u64::MAX);
        invoice(number, seller, "core", 100 + chance.below(5_000))
    };
    (seller, vec![one(), one()])
}

/// An invoice, with a claim on a part of it.
fn claimed(chance: &mut Chance) -> Act {
    let number = chance.below(u64::MAX);
    let claim = claim_invoice(number, "factor", 600, ClaimKind::Pledge, "ZDW-4");
    ("t-3", vec![invoice(number, "t-3", "core", 1_000), claim])
}

fn released(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let claims = read::claims_of(&chain.state.trie, &id("factor"), None, 100).unwrap();
    if claims.is_empty() {
        return None;
    }
    let claim = chance.of(&claims).id;
    let how = chance.of(&[ClaimEnd::Unused, ClaimEnd::Paid]);
    Some(("factor", vec![ReleaseClaim { claim, how }.into()]))
}

/// Attested by the buyer, or lowered by its seller.
fn on_a_paper(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let found = read::of_party(&chain.state.trie, &id("t-3"), None, 100).unwrap();
    if found.is_empty() {
        return None;
    }
    let paper = chance.of(&found);
    let today = chain.state.business_date(chain.state.time_ms()).unwrap();
    Some(match chance.below(2) {
        0 => {
            let attest = AttestPaper {
                paper: paper.id,
                verdict: chance.of(&[Verdict::Confirmed, Verdict::Denied]),
                document: None,
                text: "as delivered".parse().unwrap(),
            };
            ("core", vec![attest.into()])
        }
        _ => {
            let note = PaperBody::CreditNote {
                commitment: invoice_id(chance.below(u64::MAX)),
                invoice: paper.id,
                value: cny(1 + chance.below(300)),
                date: today,
            };
            ("t-3", vec![record(note)])
        }
    })
}

fn fulfilled(chance: &mut Chance, chain: &Chain) -> Option<Act> {
    let open = read::to_attest(&chain.state.trie, &id("auditor"), None, 100).unwrap();
    (!open.is_empty()).then(|| ("auditor", vec![fulfil(chance.of(&open).id)]))
}
