//! Recourse: notice, offers, settlement, re-recourse (rule book 2.5).

use crate::book::{Circulation, Claim, Place, Proceeds, Status, Terms, What, Who, World};
use crate::days::Day;
use crate::faults::{Broken, Faults};
use crate::interest::{interest, share};
use crate::rights::by_law;

impl World {
    /// Who claims on a lot: its holder, or the pledgee of a pledged one.
    pub fn claimant(&self, b: usize, l: usize) -> Who {
        let lot = self.lot(b, l);
        lot.pledge.map_or(lot.holder, |pledge| pledge.pledgee)
    }

    /// What a claim comes to today.
    fn worth(&self, b: usize, claim: &Claim) -> u64 {
        let name = by_law(self.bills[b].profile, "recourse_rate");
        let rate = self.param_on(&name, claim.interest_from);
        let days = self.day.saturating_sub(claim.interest_from);
        claim.base + interest(claim.base, rate, days, 360) + claim.costs
    }

    /// The claimant gives notice to some who are liable, or to all.
    pub fn notify(
        &mut self,
        who: Who,
        place: Place,
        parties: &[Who],
        costs: Option<u64>,
    ) -> Result<(), Broken> {
        let mut no = Faults::new();
        let twice = (1..parties.len()).any(|at| parties[..at].contains(&parties[at]));
        no.when(twice, "INVALID_ARGUMENT");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        no.unless(self.claimant(b, l) == who, "NOT_HOLDER");
        self.check_free(&mut no, lot);
        let stands = matches!(
            lot.circulation,
            Circulation::Circulable
                | Circulation::NotTransferable
                | Circulation::Pledged
                | Circulation::InRecourse
        );
        no.unless(lot.status == Status::Received && stands, "WRONG_STATE");
        let liable = self.liable(b, l);
        no.when(liable.is_empty(), "NO_RECOURSE");
        let today = self.next_close();
        for party in parties {
            match liable.iter().find(|l| l.who == *party) {
                None => no.when(true, "NOT_LIABLE"),
                Some(l) => no.when(l.until < today, "TIME_BARRED"),
            }
        }
        let open: Vec<Who> = liable
            .iter()
            .filter(|l| l.until >= today)
            .map(|l| l.who)
            .collect();
        let all_barred = open.is_empty() && !liable.is_empty();
        no.when(all_barred, "TIME_BARRED");
        no.end()?;
        let reached = if parties.is_empty() { &open } else { parties };
        if let Some(mut claim) = self.right(b, l) {
            claim.costs = costs.unwrap_or(claim.costs);
            let new = reached.iter().filter(|who| !claim.noticed.contains(who));
            let new: Vec<Who> = new.copied().collect();
            claim.noticed.extend(new);
            self.lot_mut(b, l).claim = Some(claim);
        }
        self.lot_mut(b, l).circulation = Circulation::InRecourse;
        self.record((b, l), What::Noticed, Some(who), None);
        Ok(())
    }

    /// One who is liable offers to settle a lot, or its low end. Its cash is held meanwhile.
    pub fn offer(
        &mut self,
        who: Who,
        place: Place,
        money: Option<u64>,
        answer_by: Option<Day>,
    ) -> Result<usize, Broken> {
        let mut no = Faults::new();
        no.when(money == Some(0), "AMOUNT_ZERO");
        let Some((b, l)) = self.locate(&mut no, place) else {
            return Err(no.all());
        };
        let lot = self.lot(b, l);
        let claimant = self.claimant(b, l);
        no.when(who == lot.holder || who == claimant, "SELF_DEALING");
        let pending = self.requests.iter().any(|r| {
            let offer = matches!(r.terms, Terms::Offer { .. });
            r.live && offer && r.bill == b && r.range == lot.range() && r.from == who
        });
        no.when(pending, "REQUEST_PENDING");
        self.check_free(&mut no, lot);
        let stands = lot.status == Status::Received && lot.circulation == Circulation::InRecourse;
        no.unless(stands, "WRONG_STATE");
        let liable = self.liable(b, l);
        let party = liable.iter().find(|l| l.who == who);
        no.when(party.is_none(), "NOT_LIABLE");
        let barred = party.is_some_and(|l| l.until < self.next_close());
        no.when(barred, "TIME_BARRED");
        self.check_part(&mut no, b, l, place.part);
        let latest = self.roll(self.day + self.count("recourse_notice_days"));
        let by = answer_by.unwrap_or(latest);
        no.when(by < self.next_close(), "ANSWER_BY_WRONG");
        let part = place.part.unwrap_or(lot.amount()).min(lot.amount());
        let Some(claim) = &lot.claim else {
            return Err(no.and("WRONG_STATE"));
        };
        let worth = self.worth(b, &split_claim(claim, part, lot.amount()).0);
        let money = money.unwrap_or(worth);
        no.when(money == 0, "AMOUNT_ZERO");
        no.when(money > worth, "CLAIM_EXCEEDED");
        no.when(self.available(who) < money, "INSUFFICIENT_FUNDS");
        no.end()?;
        let terms = Terms::Offer { part, money };
        Ok(self.ask((b, l), who, claimant, terms, Some(by)))
    }

    /// The claimant takes an offer: the cash comes to the holder, and the payer has the lot where others are left to
    /// pursue.
    pub(crate) fn settle_offer(&mut self, id: usize) {
        let request = self.requests[id].clone();
        let (Terms::Offer { part, money }, (b, l)) = (request.terms, self.place_of(id)) else {
            return;
        };
        self.end_offers(b, l);
        let whole = self.lot(b, l).clone();
        self.cut(b, l, Some(part));
        let (payer, day) = (request.from, self.day);
        self.pay(payer, whole.holder, money);
        let ends = payer == self.bills[b].acceptor;
        let what = if ends { What::Paid } else { What::RecoursePaid };
        self.record((b, l), what, Some(payer), Some(whole.holder));
        if ends {
            self.discharge(b, l);
        }
        let lot = self.lot_mut(b, l);
        if ends {
            lot.status = Status::Settled;
            lot.circulation = Circulation::Ended;
            lot.claim = None;
        } else {
            lot.holder = payer;
            lot.pledge = None;
            lot.claim = lot.claim.take().map(|claim| Claim {
                base: money,
                interest_from: day,
                costs: 0,
                since: day,
                again: true,
                noticed: vec![],
                ..claim
            });
        }
        let range = lot.range();
        self.share_out(Proceeds {
            bill: b,
            range,
            owner: whole.holder,
            amount: money,
            pledge: whole.pledge,
            frozen: false,
        });
    }
}

/// Cuts a claim like its lot, pro rata, rounded down for the part: the part's, and the rest.
pub(crate) fn split_claim(claim: &Claim, units: u64, whole: u64) -> (Claim, Claim) {
    let part = Claim {
        base: share(claim.base, units, whole),
        costs: share(claim.costs, units, whole),
        ..claim.clone()
    };
    let rest = Claim {
        base: claim.base - part.base,
        costs: claim.costs - part.costs,
        ..claim.clone()
    };
    (part, rest)
}
