//! Whom a claimant may pursue, and by which rule (rule book 2.5).

use crate::bills::{Bill, Circulation, Dishonour, Lot, Profile, Status};
use crate::member_id::MemberId;
use crate::recourse::chain::{Chain, DRAWER_RANK, SignedAs, Signer};
use crate::requests::claimant;
use crate::state::{StateFault, View};
use crate::tables::INSOLVENCIES;
use crate::words::words;

words! {
    /// How far recourse on a lot is open (rule book 2.5).
    pub enum RecourseClass {
        /// Payment was not refused.
        Closed = 0 "none",
        /// Refused before maturity: opens nothing.
        Early = 1 "early",
        /// Refused in time: against all who are liable.
        InTime = 2 "in time",
        /// Refused late without ever having been presented in time: against drawer, acceptor and their guarantors.
        Late = 3 "late",
        /// The acceptor is insolvent or was ordered to cease: as in time.
        Insolvent = 4 "acceptor insolvent",
    }

    /// Why somebody who signed may or may not be pursued (rule book 2.5).
    pub enum RecourseRule {
        /// May be pursued: any, several or all who are liable, in any order.
        Liable = 1 "liable",
        /// Recourse is not open on the lot.
        NotOpen = 2 "not open",
        /// It is the claimant, or the one by whose right it claims.
        Claimant = 3 "claimant",
        /// It sold without liability.
        WithoutLiability = 4 "without liability",
        /// It guarantees one who is not bound.
        WardNotBound = 5 "ward not bound",
        /// It marked the bill not transferable, and is liable to its own endorsee only.
        Marked = 6 "marked not transferable",
        /// It signed after the claimant's first signature.
        SignedLater = 7 "signed later",
        /// A guarantor who has paid has its ward and those liable to it.
        BeyondWard = 8 "beyond the ward",
        /// Refused late, never presented in time: only drawer, acceptor and their guarantors.
        Late = 9 "refused late",
    }
}

impl RecourseClass {
    /// Whether anybody can be pursued at all.
    pub const fn is_open(self) -> bool {
        !matches!(self, RecourseClass::Closed | RecourseClass::Early)
    }
}

impl RecourseRule {
    /// Where the rule is written, under the law that the bill is under.
    pub const fn source(self, profile: Profile) -> &'static str {
        match (self, profile) {
            (RecourseRule::Liable, Profile::Prc) => "NIL 61, 68",
            (RecourseRule::Liable, Profile::Geneva) => "ULB 43, 47",
            (RecourseRule::NotOpen, Profile::Prc) => "NIL 61",
            (RecourseRule::NotOpen, Profile::Geneva) => "ULB 43",
            (RecourseRule::Claimant, _) => "rule book 2.5",
            (RecourseRule::WithoutLiability, Profile::Prc) => "rule book 2.5, market",
            (RecourseRule::WithoutLiability | RecourseRule::Marked, Profile::Geneva) => "ULB 15",
            (RecourseRule::Marked, Profile::Prc) => "NIL 34",
            (RecourseRule::WardNotBound, Profile::Prc) => "NIL 49, 50",
            (RecourseRule::WardNotBound | RecourseRule::BeyondWard, Profile::Geneva) => "ULB 32",
            (RecourseRule::SignedLater, Profile::Prc) => "NIL 69",
            (RecourseRule::SignedLater, Profile::Geneva) => "ULB 47, 49",
            (RecourseRule::BeyondWard, Profile::Prc) => "NIL 52",
            (RecourseRule::Late, Profile::Prc) => "NIL 53, 65",
            (RecourseRule::Late, Profile::Geneva) => "ULB 53",
        }
    }
}

/// How far recourse is open on a lot in its holder's hands.
pub(crate) fn class(
    view: &(impl View + ?Sized),
    bill: &Bill,
    lot: &Lot,
) -> Result<RecourseClass, StateFault> {
    if lot.status != Status::Received {
        return Ok(RecourseClass::Closed);
    }
    let insolvent = INSOLVENCIES
        .get(view, bill.acceptor.as_str().as_bytes(), &[])?
        .is_some();
    // What a notice has opened stays open when the record of insolvency is taken back.
    let as_in_time = insolvent || lot.claim.as_ref().is_some_and(|claim| !claim.late);
    Ok(match lot.dishonour {
        Dishonour::InTime => RecourseClass::InTime,
        _ if as_in_time => RecourseClass::Insolvent,
        Dishonour::Late => RecourseClass::Late,
        Dishonour::Early => RecourseClass::Early,
        Dishonour::None => RecourseClass::Closed,
    })
}

/// Whether notice can be given on a lot as it stands, as far as its circulation goes.
pub(crate) const NOTICE_FROM: &[Circulation] = &[
    Circulation::Circulable,
    Circulation::NotTransferable,
    Circulation::Pledged,
    Circulation::InRecourse,
];

/// From where a claimant pursues: who claims and by whose right, and their first signatures.
pub(crate) struct Standing<'a> {
    class: RecourseClass,
    /// Whose right it is: of who last paid, else of the holder.
    right: &'a MemberId,
    claimants: [&'a MemberId; 3],
    firsts: [Option<&'a Signer>; 3],
}

impl<'a> Standing<'a> {
    /// Of the holder of a lot and, where it is pledged, of the pledgee: the pledgee claims by the holder's right,
    /// and neither pursues whoever could then pursue it. A lot that was paid under recourse and then transferred
    /// by a court carries the payer's right: whoever signed after the payer was free.
    pub(crate) fn new(chain: &'a Chain, lot: &'a Lot, class: RecourseClass) -> Standing<'a> {
        let right = chain.payer.as_ref().unwrap_or(&lot.holder);
        let claimants = [right, &lot.holder, claimant(lot)];
        Standing {
            class,
            right,
            claimants,
            firsts: claimants.map(|member| first_signature(chain, member)),
        }
    }

    /// The rule under which a signer may be pursued, or may not.
    pub(crate) fn rule(&self, signer: &Signer) -> RecourseRule {
        if self.claimants.contains(&&signer.member) {
            return RecourseRule::Claimant;
        }
        if !self.class.is_open() {
            return RecourseRule::NotOpen;
        }
        if !signer.liable {
            return match signer.signed_as {
                SignedAs::Guarantor { .. } => RecourseRule::WardNotBound,
                _ => RecourseRule::WithoutLiability,
            };
        }
        for first in self.firsts.iter().flatten() {
            if let Some(rule) = barred_by(first, signer) {
                return rule;
            }
        }
        if let Some(endorsee) = &signer.only_to
            && !self.stands_for(endorsee)
        {
            return RecourseRule::Marked;
        }
        if self.class == RecourseClass::Late && signer.rank > DRAWER_RANK {
            return RecourseRule::Late;
        }
        RecourseRule::Liable
    }

    /// Whether the claim is that of a member: its own, or that of a guarantor who has paid for it.
    fn stands_for(&self, member: &MemberId) -> bool {
        let [first, ..] = self.firsts;
        self.right == member
            || first.is_some_and(
                |first| matches!(&first.signed_as, SignedAs::Guarantor { ward } if ward == member),
            )
    }
}

/// The signature of a member that stands first in the order of liability. A guarantee that binds nobody is none.
fn first_signature<'a>(chain: &'a Chain, member: &MemberId) -> Option<&'a Signer> {
    chain
        .signers
        .iter()
        .filter(|signer| signer.member == *member)
        .find(|signer| signer.liable || !matches!(signer.signed_as, SignedAs::Guarantor { .. }))
}

/// Why a claimant with a first signature may not pursue a signer; none where it may.
fn barred_by(first: &Signer, signer: &Signer) -> Option<RecourseRule> {
    match &first.signed_as {
        SignedAs::Guarantor { ward } => {
            let its_ward = signer.member == *ward
                && signer.rank == first.rank
                && !matches!(signer.signed_as, SignedAs::Guarantor { .. });
            (signer.rank >= first.rank && !its_ward).then_some(RecourseRule::BeyondWard)
        }
        _ => (signer.rank >= first.rank).then_some(RecourseRule::SignedLater),
    }
}
