//! Who is liable to whom on a lot, and until when (rule book 2.5).

use crate::book::{Act, Claim, Dishonour, Frozen, Profile, Status, What, Who, World};
use crate::days::{Day, plus_months};

/// One signature on a lot: a party that is liable, and its place in the order of liability: the acceptor 0, the
/// drawer 1, then the endorsers; a guarantor has its ward's place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Signature {
    pub who: Who,
    /// Its place; none for the guarantor of somebody who has not signed.
    pub rank: Option<usize>,
    /// Not where it sold without liability, nor the guarantor of one who did.
    pub liable: bool,
    /// For whom it guarantees.
    pub ward: Option<Who>,
    /// Liable to this member only: it marked the lot "not transferable" under Geneva.
    pub only_to: Option<Who>,
}

/// Somebody who may be pursued.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Liable {
    pub who: Who,
    /// The last day on which it can be.
    pub until: Day,
}

/// How far recourse goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// Against all.
    All,
    /// Against drawer, acceptor and their guarantors.
    Primary,
}

/// The name of a parameter under a law.
pub(crate) fn by_law(profile: Profile, name: &str) -> String {
    match profile {
        Profile::Prc => name.to_owned(),
        Profile::Geneva => format!("geneva_{name}"),
    }
}

/// The signature of a member that stands first. A guarantee that binds nobody is none.
fn first_signature(signed: &[Signature], who: Who) -> Option<&Signature> {
    let own = signed.iter().filter(|s| s.who == who);
    let counted = own.filter(|s| s.rank.is_some() && (s.liable || s.ward.is_none()));
    counted.min_by_key(|s| (s.rank, s.ward.is_some()))
}

/// Whether a signature stands before the first one of a claimant. A guarantor who claims has its ward besides.
fn stands_before(s: &Signature, first: &Signature) -> bool {
    let its_ward = first.ward == Some(s.who) && s.ward.is_none() && s.rank == first.rank;
    s.rank < first.rank || its_ward
}

/// A guarantee for somebody's first signature.
fn guarantee_of_first(signed: &[Signature], who: Who, ward: Who) -> Signature {
    let wards = signed.iter().filter(|s| s.who == ward && s.ward.is_none());
    let first = wards.min_by_key(|s| s.rank);
    Signature {
        who,
        rank: first.and_then(|s| s.rank),
        liable: first.is_some_and(|s| s.liable),
        ward: Some(ward),
        only_to: None,
    }
}

impl World {
    /// All who signed a lot.
    pub(crate) fn signed(&self, b: usize, l: usize) -> Vec<Signature> {
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let geneva = bill.profile == Profile::Geneva;
        let mut signed: Vec<Signature> = Vec::new();
        // Guarantees for a holder, which hold for the endorsement it makes next.
        let mut waiting: Vec<(Who, Who)> = Vec::new();
        let (mut holder, mut next) = (None, 2);
        for act in self.acts_that_count(b, l) {
            let (rank, liable, only_to) = match (act.what, act.to) {
                (What::Registered, _) => {
                    let marked = geneva && self.marked_at_issue(b);
                    (1, true, marked.then_some(bill.payee))
                }
                (What::Accepted, _) if lot.end <= bill.accepted => (0, true, None),
                (What::Endorsed { marked }, to) => (next, true, to.filter(|_| marked && geneva)),
                (What::Sold { without_liability }, _) => (next, !without_liability, None),
                (What::RepoSold, _) => (next, true, None),
                (What::Guaranteed { ward }, _) => {
                    let guarantor = act.from.expect("a guarantor");
                    match holder == Some(ward) {
                        true => waiting.push((guarantor, ward)),
                        false => signed.push(guarantee_of_first(&signed, guarantor, ward)),
                    }
                    continue;
                }
                (What::Delivered | What::Ordered | What::Redeemed, to) => {
                    holder = to;
                    continue;
                }
                (What::RecoursePaid, _) => {
                    holder = act.from;
                    continue;
                }
                (What::Unmarked, _) => {
                    let mut marks = signed.iter_mut().rev().filter(|s| s.ward.is_none());
                    if let Some(last) = marks.find(|s| s.only_to.is_some()) {
                        last.only_to = None;
                    }
                    continue;
                }
                _ => continue,
            };
            let who = act.from.expect("a signature");
            signed.push(Signature {
                who,
                rank: Some(rank),
                liable,
                ward: None,
                only_to,
            });
            let mine = waiting.iter().filter(|(_, ward)| *ward == who);
            signed.extend(mine.map(|(guarantor, ward)| Signature {
                who: *guarantor,
                rank: Some(rank),
                liable,
                ward: Some(*ward),
                only_to: None,
            }));
            waiting.retain(|(_, ward)| *ward != who);
            if rank >= 2 {
                holder = act.to;
                next += 1;
            }
        }
        for (guarantor, ward) in waiting {
            let one = guarantee_of_first(&signed, guarantor, ward);
            signed.push(one);
        }
        for at in 0..signed.len() {
            if signed[at].ward.is_some() {
                let same = |s: &&Signature| s.ward.is_none() && s.rank == signed[at].rank;
                signed[at].only_to = signed.iter().find(same).and_then(|s| s.only_to);
            }
        }
        signed
    }

    /// The acts on a lot, first one first, without what was sold under repo and bought back.
    fn acts_that_count(&self, b: usize, l: usize) -> Vec<&Act> {
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let mut acts: Vec<&Act> = Vec::new();
        for act in lot.chain.iter().map(|at| &bill.history[*at]) {
            if act.what == What::Redeemed {
                let sold = acts.iter().rposition(|act| act.what == What::RepoSold);
                acts.remove(sold.expect("what is bought back was sold"));
            }
            acts.push(act);
        }
        acts
    }

    fn marked_at_issue(&self, b: usize) -> bool {
        self.bills[b].marked
    }

    /// How far recourse on a lot is open; not at all where there is none.
    fn reach(&self, b: usize, l: usize) -> Option<Reach> {
        let lot = self.lot(b, l);
        let insolvent = self.members[self.bills[b].acceptor]
            .insolvent_since
            .is_some();
        // What a notice has opened stays open when the record of insolvency is taken back.
        let as_in_time = insolvent || lot.claim.as_ref().is_some_and(|claim| !claim.late);
        if lot.status != Status::Received {
            return None;
        }
        match lot.dishonour {
            Dishonour::InTime => Some(Reach::All),
            _ if as_in_time => Some(Reach::All),
            Dishonour::Late => Some(Reach::Primary),
            Dishonour::Early | Dishonour::None => None,
        }
    }

    /// The claim as it stands, or as a first notice would open it; none where recourse is not open.
    pub fn right(&self, b: usize, l: usize) -> Option<Claim> {
        let reach = self.reach(b, l)?;
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let late = reach == Reach::Primary;
        if let Some(claim) = &lot.claim {
            let claim = claim.clone();
            return Some(Claim { late, ..claim });
        }
        let refusals = lot.chain.iter().map(|at| &bill.history[*at]);
        let first = refusals
            .filter(|act| act.what == What::Refused && act.day >= bill.maturity)
            .map(|act| act.day)
            .next();
        let since = match lot.dishonour {
            Dishonour::InTime | Dishonour::Late => first,
            _ => self.members[bill.acceptor].insolvent_since,
        };
        let presented = match lot.dishonour {
            Dishonour::Late => lot.presented_late,
            _ => None,
        };
        Some(Claim {
            base: lot.amount(),
            interest_from: presented.unwrap_or(bill.maturity),
            costs: 0,
            since: since.expect("recourse is open for a reason that has its day"),
            again: false,
            late,
            noticed: vec![],
        })
    }

    /// Who last paid on a lot under recourse; the claim has been its own since, whoever holds the lot.
    fn payer(&self, b: usize, l: usize) -> Option<Who> {
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let acts = lot.chain.iter().map(|at| &bill.history[*at]);
        let mut latest_first = acts.rev();
        let paid = latest_first.find(|act| act.what == What::RecoursePaid);
        paid.and_then(|act| act.from)
    }

    /// Who is liable on a lot, with the last day of each; barred or not.
    pub fn liable(&self, b: usize, l: usize) -> Vec<Liable> {
        let Some(claim) = self.right(b, l) else {
            return vec![];
        };
        let (bill, lot) = (&self.bills[b], self.lot(b, l));
        let signed = self.signed(b, l);
        // By whose right, in whose hands, and who exercises it: none of them is pursued, and nobody is who
        // signed after the first signature of one of them.
        let right = self.payer(b, l).unwrap_or(lot.holder);
        let claimants = [right, lot.holder, self.claimant(b, l)];
        let firsts = claimants.map(|who| first_signature(&signed, who));
        let mut liable: Vec<Liable> = Vec::new();
        for s in &signed {
            let Some(rank) = s.rank else { continue };
            let guaranteed = firsts[0].and_then(|first| first.ward);
            let meant = s
                .only_to
                .is_none_or(|to| right == to || guaranteed == Some(to));
            let before = firsts.iter().flatten().all(|first| stands_before(s, first));
            let reached = !claim.late || rank <= 1;
            if claimants.contains(&s.who) || !s.liable || !meant || !before || !reached {
                continue;
            }
            let (name, from) = match (rank, claim.again) {
                (0 | 1, _) => ("bar_primary_months", bill.maturity),
                (_, true) => ("bar_again_months", claim.since),
                (_, false) => ("bar_endorser_months", claim.since),
            };
            let months = self.param_on(&by_law(bill.profile, name), from);
            let months = u32::try_from(months).unwrap_or(u32::MAX);
            let until = self.roll(plus_months(from, months));
            match liable.iter_mut().find(|l| l.who == s.who) {
                Some(known) => known.until = known.until.max(until),
                None => liable.push(Liable { who: s.who, until }),
            }
        }
        liable
    }

    /// Whether a court's measure keeps parties from acting on a lot.
    pub(crate) fn is_measured(&self, b: usize, l: usize) -> bool {
        self.lot(b, l).frozen != Frozen::No
    }
}
