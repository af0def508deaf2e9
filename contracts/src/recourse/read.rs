//! What can be read of recourse on a lot: who is liable to whom, for how much, until when, by which rule.

use crate::bills::{Bill, Frozen, InstrumentNumber, LotRange, Status, existing_bill};
use crate::date::Date;
use crate::hash::{Hash, RequestId};
use crate::member_id::MemberId;
use crate::money::Money;
use crate::recourse::chain::{SignedAs, signers};
use crate::recourse::claim::{ClaimAmount, amount};
use crate::recourse::liability::{RecourseClass, RecourseRule};
use crate::recourse::offer::offers_on;
use crate::recourse::pursuit::Pursuit;
use crate::requests::{Request, Terms, claimant};
use crate::state::{StateFault, View};
use crate::tables::{LOTS, instrument_entity};
use crate::words::words;
use serde::{Deserialize, Serialize};

words! {
    /// As what somebody signed a lot.
    pub enum SignerKind {
        /// Accepted it.
        Acceptor = 0 "acceptor",
        /// Drew it.
        Drawer = 1 "drawer",
        /// Endorsed or sold it.
        Endorser = 2 "endorser",
        /// Guaranteed for one of the others.
        Guarantor = 3 "guarantor",
    }
}

/// Recourse on a lot, seen from who would claim now: as noticed, or as a first notice would find it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecourseView {
    /// The bill.
    pub bill: InstrumentNumber,
    /// The lot.
    pub lot: LotRange,
    /// Who holds it: whose account a payment is credited to.
    pub holder: MemberId,
    /// Who claims: the pledgee of a pledged lot, else the holder.
    pub claimant: MemberId,
    /// How far recourse is open.
    pub class: RecourseClass,
    /// Whether notice has been given, or the claimant has paid somebody else's claim.
    pub noticed: bool,
    /// Whether anybody may be pursued on the day asked for.
    pub open: bool,
    /// In a sentence: who may be pursued, or why nobody may.
    pub why: String,
    /// The claim as of the day asked for; none where recourse is not open.
    pub claim: Option<ClaimAmount>,
    /// The claimant has paid somebody else's claim.
    pub again: bool,
    /// Everybody who signed, in the order of liability, guarantors after their ward.
    pub rows: Vec<RecourseRow>,
    /// Offers that wait for the claimant's answer.
    pub offers: Vec<OfferView>,
}

/// One signature on a lot, seen from the claimant.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RecourseRow {
    /// Who signed.
    pub party: MemberId,
    /// As what.
    pub signed_as: SignerKind,
    /// Of a guarantor, for whom.
    pub ward: Option<MemberId>,
    /// Place in the order of liability: acceptor 0, drawer 1, endorsers from 2 on; a guarantor has its ward's.
    pub rank: u32,
    /// The hand by which it signed.
    #[serde(with = "crate::json::string")]
    pub hand: u64,
    /// The day on which it signed.
    pub since: Date,
    /// Whether it may be pursued by the claimant; the time bar apart.
    pub liable: bool,
    /// The last day on which it may be pursued.
    pub until: Option<Date>,
    /// Whether that day has passed.
    pub barred: bool,
    /// Whether it was given notice.
    pub noticed: bool,
    /// Why it may or may not be pursued.
    pub rule: RecourseRule,
    /// Where that is written.
    pub source: String,
}

/// An offer that waits on a lot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OfferView {
    /// The request to answer.
    pub request: RequestId,
    /// The hash of its terms, which the answer names.
    pub terms: Hash,
    /// Who offers.
    pub from: MemberId,
    /// How much of the lot, from its low end, is settled.
    pub part: Money,
    /// What is paid.
    pub money: Money,
    /// Lapses at the close of this day.
    pub answer_by: Option<Date>,
}

/// Recourse on a lot as of a day; none where there is no such lot.
///
/// The day decides interest and time bars only: who is liable follows from the state as it is.
pub fn view(
    view: &dyn View,
    number: &InstrumentNumber,
    range: LotRange,
    on: Date,
) -> Result<Option<RecourseView>, StateFault> {
    let lot = LOTS
        .get(view, instrument_entity(number), &range.start.to_be_bytes())?
        .filter(|lot| lot.range == range);
    let Some(lot) = lot else {
        return Ok(None);
    };
    let bill = existing_bill(view, number)?;
    let pursuit = Pursuit::new(view, &bill, &lot, signers(view, &bill, &lot)?)?;
    let claim = match &pursuit.claim {
        Some(claim) => Some(amount(view, &bill, claim, on)?),
        None => None,
    };
    let noticed_parties = lot.claim.as_ref().map_or(&[][..], |claim| &claim.noticed);
    let rows: Vec<RecourseRow> = pursuit
        .signatures
        .iter()
        .map(|pursued| {
            let signer = &pursued.signer;
            let (signed_as, ward) = match &signer.signed_as {
                SignedAs::Acceptor => (SignerKind::Acceptor, None),
                SignedAs::Drawer => (SignerKind::Drawer, None),
                SignedAs::Endorser => (SignerKind::Endorser, None),
                SignedAs::Guarantor { ward } => (SignerKind::Guarantor, Some(ward.clone())),
            };
            RecourseRow {
                party: signer.member.clone(),
                signed_as,
                ward,
                rank: signer.rank,
                hand: signer.hand,
                since: signer.since,
                liable: pursued.rule == RecourseRule::Liable,
                until: pursued.until,
                barred: pursued.until.is_some_and(|until| until < on),
                noticed: noticed_parties.contains(&signer.member),
                rule: pursued.rule,
                source: pursued.rule.source(bill.profile).to_owned(),
            }
        })
        .collect();
    let open = rows.iter().any(|row| row.liable && !row.barred);
    let offers = offers_on(view, &bill, lot.range)?
        .into_iter()
        .filter_map(|offer| match offer.terms {
            Terms::Offer { units, money } => Some(OfferView {
                request: offer.id,
                terms: offer.terms_hash(),
                from: offer.from,
                part: Money::new(bill.sum.currency, units),
                money,
                answer_by: offer.answer_by,
            }),
            _ => None,
        })
        .collect();
    let frozen = lot.frozen != Frozen::No;
    Ok(Some(RecourseView {
        bill: bill.number,
        lot: lot.range,
        claimant: claimant(&lot).clone(),
        class: pursuit.class,
        noticed: lot.claim.is_some(),
        open,
        why: why(lot.status, pursuit.class, frozen, &rows, open).to_owned(),
        claim,
        again: lot.claim.as_ref().is_some_and(|claim| claim.again),
        rows,
        offers,
        holder: lot.holder,
    }))
}

/// The offers that wait on a lot.
pub fn offers(view: &dyn View, bill: &Bill, lot: LotRange) -> Result<Vec<Request>, StateFault> {
    offers_on(view, bill, lot)
}

/// Who may be pursued, or why nobody may, in a sentence.
fn why(
    status: Status,
    class: RecourseClass,
    frozen: bool,
    rows: &[RecourseRow],
    open: bool,
) -> &'static str {
    match (status, class) {
        (Status::Issued | Status::Accepted, _) => "nobody: the bill is not yet delivered",
        (Status::Settled | Status::Terminated, _) => "nobody: the lot has ended",
        (_, RecourseClass::Closed) => {
            "nobody: payment was not refused, and the acceptor is not insolvent"
        }
        (_, RecourseClass::Early) => {
            "nobody yet: payment was refused before maturity, which opens nothing"
        }
        _ if !rows.iter().any(|row| row.liable) => {
            "nobody: all who signed are the claimant, signed after it, or are not liable"
        }
        _ if !open => "nobody any more: every claim is time-barred",
        _ if frozen => "those liable, but not while a court's measure is on the lot",
        (_, RecourseClass::InTime) => "all who are liable: payment was refused in time",
        (_, RecourseClass::Late) => {
            "drawer, acceptor and their guarantors: the lot was never presented in time"
        }
        (_, RecourseClass::Insolvent) => "all who are liable: the acceptor is insolvent",
    }
}
