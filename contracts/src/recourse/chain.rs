//! Who has signed a lot, found along its hands from the last one to the first (rule book 2.5).

use crate::bills::{Bill, Hand, HandKind, Lot, LotRange};
use crate::codes::Code;
use crate::date::Date;
use crate::member_id::MemberId;
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::{StateFault, View};
use crate::tables::{HANDS, instrument_entity};
use crate::work;

/// The acceptor's place in the order of liability.
pub(crate) const ACCEPTOR_RANK: u32 = 0;
/// The drawer's; endorsers follow from 2 on, in the order of their endorsements.
pub(crate) const DRAWER_RANK: u32 = 1;

/// As what somebody signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SignedAs {
    Acceptor,
    Drawer,
    Endorser,
    Guarantor { ward: MemberId },
}

/// A signature on a lot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Signer {
    pub(crate) member: MemberId,
    pub(crate) signed_as: SignedAs,
    /// Place in the order of liability; a guarantor has its ward's.
    pub(crate) rank: u32,
    /// The hand by which it signed.
    pub(crate) hand: u64,
    /// The day on which it signed.
    pub(crate) since: Date,
    /// False where it sold without liability, and of the guarantor of one who is not bound (yet).
    pub(crate) liable: bool,
    /// Where it marked the bill not transferable under a law that lets it go on: liable to this endorsee only.
    pub(crate) only_to: Option<MemberId>,
}

/// The signatures on a lot, in the order of liability, guarantors after their ward.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    pub(crate) signers: Vec<Signer>,
    /// The first day, from maturity on, on which payment was refused.
    pub(crate) refused: Option<Date>,
    /// Who last paid under recourse: the claim has been its own since, whoever holds the lot.
    pub(crate) payer: Option<MemberId>,
    /// How many hands were looked at; each costs [`work::HAND`].
    pub(crate) hands: u64,
}

impl Chain {
    /// Work for the hands that were looked at.
    pub(crate) fn work(&self) -> u64 {
        self.hands.saturating_mul(work::HAND)
    }

    /// Whether a member is liable by some signature, or has guaranteed.
    pub(crate) fn is_liable(&self, member: &MemberId) -> bool {
        self.signers.iter().any(|signer| {
            signer.member == *member
                && (signer.liable || matches!(signer.signed_as, SignedAs::Guarantor { .. }))
        })
    }
}

/// The signatures on a lot, for a check: no more hands are looked at than the transaction has work left for.
/// Whoever applies the act charges [`Chain::work`].
pub(crate) fn signers_within(run: &Run<'_, '_>, bill: &Bill, lot: &Lot) -> Result<Chain, Failure> {
    let left = run.work_limit.saturating_sub(run.work);
    let limit = left.checked_div(work::HAND).unwrap_or(left);
    walk(run.state, bill, lot, limit)?.ok_or_else(|| {
        Failure::of(Code::WorkExceeded)
            .fact("limit", run.work_limit)
            .fact("need", run.work_limit.saturating_add(work::HAND))
    })
}

/// The signatures on a lot, however long the way.
pub(crate) fn signers(
    view: &(impl View + ?Sized),
    bill: &Bill,
    lot: &Lot,
) -> Result<Chain, StateFault> {
    Ok(walk(view, bill, lot, u64::MAX)?.unwrap_or_default())
}

/// Walks the hands; none where there are more than `limit`.
fn walk(
    view: &(impl View + ?Sized),
    bill: &Bill,
    lot: &Lot,
    limit: u64,
) -> Result<Option<Chain>, StateFault> {
    let fault = |what: &str| StateFault::new(HANDS.name(), format!("{}: {what}", bill.number));
    let mut latest_first = Vec::new();
    let mut count = 0u64;
    let mut redeemed = 0u64;
    let mut next = Some(lot.hand);
    while let Some(number) = next {
        if count >= limit {
            return Ok(None);
        }
        count = count.saturating_add(1);
        let hand = HANDS
            .get(view, instrument_entity(&bill.number), &number.to_be_bytes())?
            .ok_or_else(|| fault("a hand is missing"))?;
        if hand.parent.is_some_and(|parent| parent >= number) {
            return Err(fault("a hand comes before its parent"));
        }
        next = hand.parent;
        match hand.kind {
            HandKind::Redeemed => redeemed = redeemed.saturating_add(1),
            // What was bought back binds nobody: the seller holds it again, the buyer signed nothing.
            HandKind::RepoSold if redeemed > 0 => {
                redeemed = redeemed.saturating_sub(1);
                continue;
            }
            _ => {}
        }
        latest_first.push(hand);
    }
    latest_first.reverse();
    let chain = Chain {
        hands: count,
        ..read(bill, lot.range, &latest_first)
    };
    Ok(Some(chain))
}

/// Reads hands, the first one first, from which redeemed repos are left out.
pub(crate) fn read(bill: &Bill, range: LotRange, hands: &[Hand]) -> Chain {
    let mut reading = Reading {
        bill,
        range,
        next_rank: DRAWER_RANK.saturating_add(1),
        holder: None,
        waiting: Vec::new(),
        chain: Chain::default(),
    };
    for hand in hands {
        reading.take(hand);
    }
    reading.finish()
}

/// Hands are read in the order in which they happened.
struct Reading<'a> {
    bill: &'a Bill,
    range: LotRange,
    next_rank: u32,
    holder: Option<&'a MemberId>,
    /// Guarantees for a holder, which hold for the endorsement it makes next.
    waiting: Vec<&'a Hand>,
    chain: Chain,
}

impl<'a> Reading<'a> {
    fn take(&mut self, hand: &'a Hand) {
        match hand.kind {
            HandKind::Registered => {
                self.principal(hand, SignedAs::Drawer, &self.bill.drawer, DRAWER_RANK);
            }
            // Under partial acceptance the units beyond are not the acceptor's debt.
            HandKind::Accepted if self.range.end <= self.bill.accepted => {
                self.principal(hand, SignedAs::Acceptor, &self.bill.acceptor, ACCEPTOR_RANK);
            }
            HandKind::Delivered | HandKind::Ordered | HandKind::Corrected | HandKind::Redeemed => {
                self.holder = hand.to.as_ref();
            }
            HandKind::RecoursePaid => {
                self.holder = hand.from.as_ref();
                self.chain.payer.clone_from(&hand.from);
            }
            HandKind::Endorsed | HandKind::Discounted | HandKind::RepoSold => {
                if let Some(from) = &hand.from {
                    let rank = self.next_rank;
                    self.next_rank = rank.saturating_add(1);
                    self.principal(hand, SignedAs::Endorser, from, rank);
                }
                self.holder = hand.to.as_ref();
            }
            HandKind::Guaranteed => self.guarantee(hand),
            HandKind::Unmarked => {
                if let Some(marker) = self.chain.signers.iter_mut().rev().find(|signer| {
                    signer.only_to.is_some()
                        && !matches!(signer.signed_as, SignedAs::Guarantor { .. })
                }) {
                    marker.only_to = None;
                }
            }
            HandKind::Refused if hand.date >= self.bill.maturity => {
                self.chain.refused.get_or_insert(hand.date);
            }
            _ => {}
        }
    }

    fn principal(&mut self, hand: &'a Hand, signed_as: SignedAs, member: &MemberId, rank: u32) {
        let marks = hand.not_transferable && !self.bill.profile.rules().mark_stops;
        let endorsee = match hand.kind {
            HandKind::Registered => Some(&self.bill.payee),
            _ => hand.to.as_ref(),
        };
        self.chain.signers.push(Signer {
            member: member.clone(),
            signed_as,
            rank,
            hand: hand.number,
            since: hand.date,
            liable: !hand.without_liability,
            only_to: endorsee.filter(|_| marks).cloned(),
        });
        let (mine, others) = std::mem::take(&mut self.waiting)
            .into_iter()
            .partition(|waiting| waiting.ward.as_ref() == Some(member));
        self.waiting = others;
        let mine: Vec<&Hand> = mine;
        for guarantee in mine {
            self.guarantor(guarantee, rank, !hand.without_liability);
        }
    }

    /// A holder is guaranteed for the endorsement to come, anybody else for its first signature.
    fn guarantee(&mut self, hand: &'a Hand) {
        let ward = hand.ward.as_ref();
        if self.holder.is_some() && self.holder == ward {
            self.waiting.push(hand);
            return;
        }
        self.guarantor_of_first(hand);
    }

    fn guarantor_of_first(&mut self, hand: &Hand) {
        let first = self
            .chain
            .signers
            .iter()
            .filter(|signer| !matches!(signer.signed_as, SignedAs::Guarantor { .. }))
            .filter(|signer| Some(&signer.member) == hand.ward.as_ref())
            .min_by_key(|signer| signer.rank);
        let (rank, bound) = first.map_or((self.next_rank, false), |s| (s.rank, s.liable));
        self.guarantor(hand, rank, bound);
    }

    fn guarantor(&mut self, hand: &Hand, rank: u32, bound: bool) {
        if let (Some(guarantor), Some(ward)) = (&hand.from, &hand.ward) {
            self.chain.signers.push(Signer {
                member: guarantor.clone(),
                signed_as: SignedAs::Guarantor { ward: ward.clone() },
                rank,
                hand: hand.number,
                since: hand.date,
                liable: bound,
                only_to: None,
            });
        }
    }

    fn finish(mut self) -> Chain {
        for hand in std::mem::take(&mut self.waiting) {
            self.guarantor_of_first(hand);
        }
        let guarantor = |signer: &Signer| matches!(signer.signed_as, SignedAs::Guarantor { .. });
        let marks: Vec<(u32, MemberId)> = self
            .chain
            .signers
            .iter()
            .filter_map(|signer| Some((signer.rank, signer.only_to.clone()?)))
            .collect();
        for signer in self.chain.signers.iter_mut().filter(|s| guarantor(s)) {
            // Liable like its ward.
            signer.only_to = marks
                .iter()
                .find(|(rank, _)| *rank == signer.rank)
                .map(|(_, endorsee)| endorsee.clone());
        }
        self.chain
            .signers
            .sort_by_key(|signer| (signer.rank, guarantor(signer), signer.hand));
        self.chain
    }
}
