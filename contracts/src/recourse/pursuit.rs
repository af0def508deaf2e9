//! A claimant's position on a lot: the claim, and everybody who signed with the rule and the time bar.

use crate::bills::{Bill, Claim, Lot};
use crate::date::Date;
use crate::member_id::MemberId;
use crate::outcome::Failure;
use crate::recourse::bars::time_bar;
use crate::recourse::chain::{Chain, DRAWER_RANK, Signer, signers_within};
use crate::recourse::claim::first_claim;
use crate::recourse::liability::{RecourseClass, RecourseRule, Standing, class};
use crate::run::Run;
use crate::state::{StateFault, View};
use std::collections::btree_map::Entry;
use std::collections::{BTreeMap, BTreeSet};

/// One signature, seen from the claimant.
pub(crate) struct Pursued {
    pub(crate) signer: Signer,
    pub(crate) rule: RecourseRule,
    /// The last day on which it may be pursued; none where it may not.
    pub(crate) until: Option<Date>,
}

/// A claimant's position.
pub(crate) struct Pursuit {
    pub(crate) class: RecourseClass,
    /// The claim as noticed, or as a first notice would open it.
    pub(crate) claim: Option<Claim>,
    pub(crate) signatures: Vec<Pursued>,
}

/// Whether somebody may be pursued now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    Open,
    /// Since the end of this day no longer.
    Barred(Date),
    NotLiable,
}

impl Pursuit {
    /// From the signatures on a lot.
    pub(crate) fn new(
        view: &(impl View + ?Sized),
        bill: &Bill,
        lot: &Lot,
        chain: Chain,
    ) -> Result<Pursuit, StateFault> {
        let class = class(view, bill, lot)?;
        let claim = match &lot.claim {
            Some(claim) => Some(Claim {
                late: class == RecourseClass::Late,
                ..claim.clone()
            }),
            None => first_claim(view, bill, lot, &chain, class)?,
        };
        let standing = Standing::new(&chain, lot, class);
        let rules: Vec<RecourseRule> = chain.signers.iter().map(|s| standing.rule(s)).collect();
        let mut signatures = Vec::new();
        // One bar for drawer and acceptor, one for all others: looked up once, however many have signed.
        let mut bars = BTreeMap::new();
        for (signer, rule) in chain.signers.into_iter().zip(rules) {
            let until = match (&claim, rule) {
                (Some(claim), RecourseRule::Liable) => {
                    Some(match bars.entry(signer.rank <= DRAWER_RANK) {
                        Entry::Occupied(bar) => *bar.get(),
                        Entry::Vacant(bar) => {
                            *bar.insert(time_bar(view, bill, claim, signer.rank)?)
                        }
                    })
                }
                _ => None,
            };
            signatures.push(Pursued {
                signer,
                rule,
                until,
            });
        }
        Ok(Pursuit {
            class,
            claim,
            signatures,
        })
    }

    /// Whether a member may be pursued, `today` being the first day whose close is to come: by any of its
    /// signatures.
    pub(crate) fn reach(&self, member: &MemberId, today: Date) -> Reach {
        let until = self
            .signatures
            .iter()
            .filter(|pursued| pursued.signer.member == *member)
            .filter_map(|pursued| pursued.until)
            .max();
        match until {
            None => Reach::NotLiable,
            Some(until) if until < today => Reach::Barred(until),
            Some(_) => Reach::Open,
        }
    }

    /// Everybody who is liable, barred or not, in order of liability, each once.
    pub(crate) fn liable(&self) -> Vec<&MemberId> {
        let mut seen = BTreeSet::new();
        self.signatures
            .iter()
            .filter(|pursued| pursued.until.is_some())
            .map(|pursued| &pursued.signer.member)
            .filter(|member| seen.insert(*member))
            .collect()
    }
}

/// A claimant's position for a check, with the work that looking at the hands costs.
pub(crate) fn pursuit_within(
    run: &Run<'_, '_>,
    bill: &Bill,
    lot: &Lot,
) -> Result<(Pursuit, u64), Failure> {
    let chain = signers_within(run, bill, lot)?;
    let work = chain.work();
    Ok((Pursuit::new(run.state, bill, lot, chain)?, work))
}
