//! The buyer or an attestor says of a trade paper that it is so, or that it is not (rule book 3.3).

use crate::calls::AttestPaper;
use crate::codes::Code;
use crate::events::PaperAttested;
use crate::members::{Role, acting};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{ATTESTATIONS, member_suffix};
use crate::trade::papers::{existing_paper, paper_fact, paper_named, put_paper};
use crate::trade::{Attestation, MAX_ATTESTORS, Paper, PaperBody, Verdict};

/// Who takes under a paper; of a credit note, the buyer of its invoice; of a document nobody.
pub(super) fn taker(
    view: &(impl View + ?Sized),
    paper: &Paper,
) -> Result<Option<crate::MemberId>, StateFault> {
    if let PaperBody::CreditNote { invoice, .. } = &paper.body {
        let invoice = existing_paper(view, invoice)?;
        return Ok(invoice.body.parties().map(|(_, buyer)| buyer.clone()));
    }
    Ok(paper.body.parties().map(|(_, to)| to.clone()))
}

impl Act for AttestPaper {
    /// The paper, and what the acting member said of it before.
    type Checked = (Paper, Option<Attestation>);

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.verdict == Verdict::Denied && self.text.is_empty() {
            return Err(Failure::argument("text"));
        }
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let paper = paper_named(run.state, &self.paper)?;
        let refused = |code| Failure::of(code).fact("paper", paper_fact(&paper.id).as_str());
        let buyer = taker(run.state, &paper)?.as_ref() == Some(caller.actor);
        let giver = paper.body.parties().map(|(from, _)| from) == Some(caller.actor);
        let attestor = acting(run.state, caller.actor)?.has_any(&[Role::Attestor]);
        if !buyer && (giver || !attestor) {
            return Err(refused(Code::PaperParty));
        }
        let suffix = member_suffix(caller.actor);
        let before = ATTESTATIONS.get(run.state, paper.id.as_bytes(), &suffix)?;
        match &before {
            // A debtor who confirmed cannot deny later; an attestor may have erred.
            Some(before)
                if buyer
                    && before.verdict == Verdict::Confirmed
                    && self.verdict == Verdict::Denied =>
            {
                Err(refused(Code::AlreadyConfirmed).fact("confirmed on", before.date))
            }
            None if paper.attested >= MAX_ATTESTORS => {
                Err(refused(Code::AttestationsFull).fact("most", u64::from(MAX_ATTESTORS)))
            }
            _ => Ok((paper, before)),
        }
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (mut paper, before): Self::Checked,
    ) -> Result<CallResult, Failure> {
        let attestation = Attestation {
            by: caller.actor.clone(),
            verdict: self.verdict,
            date: run.date(),
            height: run.block.height,
            document: self.document,
            text: self.text.clone(),
        };
        if before.is_none() {
            paper.attested = paper.attested.saturating_add(1);
        }
        if before.is_some_and(|before| before.verdict == Verdict::Denied) {
            paper.denied = paper.denied.saturating_sub(1);
        }
        if self.verdict == Verdict::Denied {
            paper.denied = paper.denied.saturating_add(1);
        }
        put_paper(run, &paper)?;
        ATTESTATIONS.put(
            run.state,
            paper.id.as_bytes(),
            &member_suffix(caller.actor),
            &attestation,
        )?;
        run.emit(PaperAttested {
            paper: paper.id,
            attestation,
        });
        Ok(CallResult::Done)
    }
}
