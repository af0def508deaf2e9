//! Trade papers come on record (rule book 3.3).

use crate::calls::RecordPaper;
use crate::cash::known_currency;
use crate::codes::Code;
use crate::events::{BackingShort, PaperOverBacked, PaperRecorded};
use crate::hash::{Hash, tagged_hash};
use crate::member_id::MemberId;
use crate::members::{Role, acting, named, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::{StateFault, View};
use crate::tables::{DRAWS, PAPERS, PAPERS_BY_PARTY};
use crate::trade::claims::funder;
use crate::trade::{ALERT, Paper, PaperBody, Usage};

/// Who has to do with trade papers: those that trade, finance, secure or attest.
pub(super) const RECORDERS: &[Role] = &[
    Role::Enterprise,
    Role::Bank,
    Role::FinanceCompany,
    Role::Guarantor,
    Role::Insurer,
    Role::Factor,
    Role::Attestor,
];

/// A paper as a fact of a refusal.
pub(super) fn paper_fact(id: &Hash) -> String {
    id.to_string()
}

/// The paper that a call names.
pub(crate) fn paper_named(view: &(impl View + ?Sized), id: &Hash) -> Result<Paper, Failure> {
    PAPERS
        .get(view, id.as_bytes(), &[])?
        .ok_or_else(|| Failure::of(Code::NoSuchPaper).fact("paper", paper_fact(id).as_str()))
}

/// A paper that the state itself points to.
pub(crate) fn existing_paper(view: &(impl View + ?Sized), id: &Hash) -> Result<Paper, StateFault> {
    PAPERS
        .get(view, id.as_bytes(), &[])?
        .ok_or_else(|| StateFault::new(PAPERS.name(), format!("{id} is missing")))
}

/// Writes a paper in place of itself.
pub(crate) fn put_paper(run: &mut Run<'_, '_>, paper: &Paper) -> Result<(), StateFault> {
    PAPERS.put(run.state, paper.id.as_bytes(), &[], paper)
}

/// The invoice that a credit note lowers.
fn lowered(run: &Run<'_, '_>, invoice: &Hash, actor: &MemberId) -> Result<Paper, Failure> {
    let invoice = paper_named(run.state, invoice)?;
    let PaperBody::Invoice { seller, .. } = &invoice.body else {
        return Err(wrong_kind(&invoice));
    };
    if seller != actor {
        return Err(Failure::of(Code::PaperParty).fact("paper", paper_fact(&invoice.id).as_str()));
    }
    Ok(invoice)
}

/// Refuses a paper of a kind that cannot do what is asked of it.
pub(super) fn wrong_kind(paper: &Paper) -> Failure {
    Failure::of(Code::PaperKind)
        .fact("paper", paper_fact(&paper.id).as_str())
        .fact("kind", paper.body.kind())
}

impl RecordPaper {
    /// The value that the paper states.
    fn value(&self) -> Option<Money> {
        match &self.paper {
            PaperBody::Invoice { value, .. } | PaperBody::CreditNote { value, .. } => Some(*value),
            PaperBody::Goods { price, .. } => *price,
            PaperBody::Contract { .. } | PaperBody::Document { .. } => None,
        }
    }

    fn id(&self, caller: &Caller<'_>) -> Hash {
        match &self.paper {
            PaperBody::Contract { document, .. } | PaperBody::Document { document } => *document,
            PaperBody::Invoice { commitment, .. } | PaperBody::CreditNote { commitment, .. } => {
                *commitment
            }
            PaperBody::Goods { .. } => tagged_hash(
                "allonge/goods/1",
                &[caller.transaction.as_bytes(), &[caller.call]],
            ),
        }
    }
}

impl Act for RecordPaper {
    /// The invoice that a credit note lowers.
    type Checked = Option<Paper>;

    fn check_stateless(&self) -> Result<(), Failure> {
        match &self.paper {
            PaperBody::Goods {
                goods,
                quantity,
                unit,
                ..
            } if goods.is_empty() || unit.is_empty() || quantity.0 == 0 => {
                Err(Failure::argument("paper"))
            }
            _ => Ok(()),
        }
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Option<Paper>, Failure> {
        if let Some(date) = self.paper.date().filter(|date| *date > run.date()) {
            return Err(Failure::argument("paper")
                .fact("date", date)
                .fact("business date", run.date()));
        }
        require_role(&acting(run.state, caller.actor)?, RECORDERS)?;
        if let Some((from, to)) = self.paper.parties() {
            named(run.state, from)?;
            named(run.state, to)?;
        }
        let id = self.id(caller);
        let known = PAPERS.get(run.state, id.as_bytes(), &[])?.is_some();
        let committed = matches!(
            self.paper,
            PaperBody::Invoice { .. } | PaperBody::CreditNote { .. }
        );
        if known && !committed {
            return Err(Failure::of(Code::AlreadyExists).fact("paper", paper_fact(&id).as_str()));
        }
        if let Some(value) = self.value() {
            known_currency(run.state, value.currency)?;
            if value.minor == 0 {
                return Err(Failure::of(Code::AmountZero));
            }
        }
        if let Some((from, to)) = self.paper.parties() {
            if from == to {
                return Err(Failure::of(Code::SelfDealing).fact("member", from));
            }
            // What an invoice is worth is for whoever is owed to say; the buyer confirms or denies it.
            if matches!(self.paper, PaperBody::Invoice { .. }) && from != caller.actor {
                return Err(Failure::of(Code::WrongParty).fact("seller", from));
            }
            if from != caller.actor && to != caller.actor {
                return Err(Failure::of(Code::WrongParty)
                    .fact("seller", from)
                    .fact("buyer", to));
            }
        }
        let invoice = match &self.paper {
            PaperBody::CreditNote { invoice, .. } => Some(lowered(run, invoice, caller.actor)?),
            _ => None,
        };
        if known {
            // Whoever asks learns that it is on record, and no more.
            return Err(Failure::of(Code::InvoiceKnown));
        }
        if let (Some(note), Some(worth)) = (self.value(), invoice.as_ref().and_then(Paper::worth))
            && note.currency != worth.currency
        {
            return Err(Failure::argument("paper").fact("currency", worth.currency.code()));
        }
        Ok(invoice)
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        invoice: Option<Paper>,
    ) -> Result<CallResult, Failure> {
        let paper = Paper {
            id: self.id(caller),
            body: self.paper.clone(),
            by: caller.actor.clone(),
            recorded_on: run.date(),
            height: run.block.height,
            usage: Usage::default(),
            attested: 0,
            denied: 0,
        };
        put_paper(run, &paper)?;
        let named = match &invoice {
            Some(invoice) => invoice.body.parties(),
            None => paper.body.parties(),
        };
        let parties = named.into_iter().flat_map(|(from, to)| [from, to]);
        for party in parties.chain([&paper.by]) {
            PAPERS_BY_PARTY.put(
                run.state,
                party.as_str().as_bytes(),
                paper.id.as_bytes(),
                &(),
            )?;
        }
        let id = paper.id;
        run.emit(PaperRecorded { paper });
        if let (Some(invoice), Some(note)) = (invoice, self.value()) {
            lower(run, invoice, note)?;
        }
        Ok(CallResult::Paper(id))
    }
}

/// A credit note takes its value off the invoice. What is drawn stays drawn; where it is more than is left, the
/// invoice backs nothing more, and those who financed it are alerted.
fn lower(run: &mut Run<'_, '_>, mut invoice: Paper, note: Money) -> Result<(), Failure> {
    let PaperBody::Invoice {
        value,
        seller,
        buyer,
        ..
    } = invoice.body.clone()
    else {
        return Err(wrong_kind(&invoice));
    };
    invoice.usage.credited = invoice
        .usage
        .credited
        .saturating_add(note.minor)
        .min(value.minor);
    let worth = value.minor.saturating_sub(invoice.usage.credited);
    let short = invoice.usage.drawn > worth;
    invoice.usage.over_backed |= short;
    put_paper(run, &invoice)?;
    if !short {
        return Ok(());
    }
    run.charge(ALERT.saturating_mul(u64::from(invoice.usage.live)))?;
    run.emit(PaperOverBacked {
        paper: invoice.id,
        seller,
        buyer,
        worth: Money::new(value.currency, worth),
        drawn: Money::new(value.currency, invoice.usage.drawn),
    });
    for (_, draw) in DRAWS.scan(run.state, invoice.id.as_bytes(), &[], usize::MAX)? {
        let funder = funder(run.state, &draw.financing)?;
        run.emit(BackingShort {
            paper: invoice.id,
            draw,
            funder,
        });
    }
    Ok(())
}
