//! Claims on bare invoices: pledged or assigned without an instrument (rule book 3.4).

use crate::calls::{ClaimInvoice, ReleaseClaim};
use crate::cash::known_currency;
use crate::codes::Code;
use crate::events::{ClaimReleased, InvoiceClaimed};
use crate::members::{Role, TRADING_ROLES, acting, named, require_active, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{CLAIMS, CLAIMS_BY_HOLDER, id_bytes};
use crate::trade::backing::{NewDraw, check_free, draw_one, free_all};
use crate::trade::papers::{paper_fact, paper_named, wrong_kind};
use crate::trade::{ClaimEnd, DRAW, Financing, InvoiceClaim, PaperBody};
use crate::{MemberId, RequestId};

/// Who may finance an invoice or take it in pledge.
const FINANCIERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
];

/// A claim that the state itself points to.
pub(super) fn existing_claim(
    view: &(impl View + ?Sized),
    id: &RequestId,
) -> Result<InvoiceClaim, StateFault> {
    CLAIMS
        .get(view, id_bytes(id), &[])?
        .ok_or_else(|| StateFault::new(CLAIMS.name(), format!("{id} is missing")))
}

/// Who has financed by a draw, where the ledger knows one member: the holder of a claim. An instrument's lots may be in
/// many hands.
pub(super) fn funder(
    view: &(impl View + ?Sized),
    financing: &Financing,
) -> Result<Option<MemberId>, StateFault> {
    match financing {
        Financing::Claim(id) => existing_claim(view, id).map(|claim| Some(claim.to)),
        Financing::Instrument(_) => Ok(None),
    }
}

impl Act for ClaimInvoice {
    type Checked = ();

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<(), Failure> {
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let financier = named(run.state, &self.to)?;
        require_role(&financier, FINANCIERS)?;
        require_active(&financier)?;
        known_currency(run.state, self.money.currency)?;
        if self.money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let paper = paper_named(run.state, &self.paper)?;
        let PaperBody::Invoice { seller, buyer, .. } = &paper.body else {
            return Err(wrong_kind(&paper));
        };
        // Nobody finances a claim against itself.
        if seller != caller.actor || *buyer == self.to {
            return Err(Failure::of(Code::PaperParty).fact("paper", paper_fact(&paper.id).as_str()));
        }
        check_free(&paper, self.money)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        (): (),
    ) -> Result<CallResult, Failure> {
        run.charge(DRAW)?;
        let claim = InvoiceClaim {
            id: caller.new_id(),
            paper: self.paper,
            kind: self.kind,
            from: caller.actor.clone(),
            to: self.to.clone(),
            money: self.money,
            registry: self.registry.clone(),
            notice_on: self.notice.then(|| run.date()),
            date: run.date(),
            ended: None,
        };
        let id = claim.id;
        CLAIMS.put(run.state, id_bytes(&id), &[], &claim)?;
        let holder = claim.to.as_str().as_bytes();
        CLAIMS_BY_HOLDER.put(run.state, holder, id_bytes(&id), &())?;
        let new = NewDraw {
            financing: Financing::Claim(id),
            by: caller.actor,
            money: self.money,
            registered: !self.registry.is_empty(),
            notice: self.notice,
        };
        run.emit(InvoiceClaimed { claim });
        draw_one(run, &self.paper, new)?;
        Ok(CallResult::Claim(id))
    }
}

impl Act for ReleaseClaim {
    type Checked = InvoiceClaim;

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<InvoiceClaim, Failure> {
        let claim = CLAIMS
            .get(run.state, id_bytes(&self.claim), &[])?
            .ok_or_else(|| Failure::of(Code::NoSuchClaim).fact("claim", self.claim))?;
        if claim.to != *caller.actor {
            return Err(Failure::of(Code::WrongParty).fact("holder", &claim.to));
        }
        match claim.ended {
            Some(ended) => Err(Failure::of(Code::WrongState)
                .fact("claim", self.claim)
                .fact("ended", ended.as_str())),
            None => Ok(claim),
        }
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        claim: InvoiceClaim,
    ) -> Result<CallResult, Failure> {
        run.charge(DRAW)?;
        let ended = InvoiceClaim {
            ended: Some(self.how),
            ..claim
        };
        CLAIMS.put(run.state, id_bytes(&ended.id), &[], &ended)?;
        let id = ended.id;
        run.emit(ClaimReleased { claim: ended });
        // What was paid has been financed once: it backs nothing again.
        if self.how == ClaimEnd::Unused {
            free_all(run, &Financing::Claim(id))?;
        }
        Ok(CallResult::Done)
    }
}
