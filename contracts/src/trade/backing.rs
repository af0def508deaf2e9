//! What instruments draw on invoices: never more than these are worth, and freed by void, expiry or non-use, never by
//! payment (rule book 3.4).

use crate::codes::Code;
use crate::events::{BackingDrawn, BackingFreed};
use crate::hash::Hash;
use crate::instruments::InstrumentNumber;
use crate::member_id::MemberId;
use crate::money::Money;
use crate::outcome::Failure;
use crate::run::Run;
use crate::state::StateFault;
use crate::tables::{BACKED, DRAWS, hash_of_suffix, instrument_entity};
use crate::trade::papers::{existing_paper, paper_fact, paper_named, put_paper, wrong_kind};
use crate::trade::{Backing, DRAW, Draw, Financing, MAX_BACKING, MAX_DRAWS, Paper, PaperBody};

/// Who owes and who is owed under an instrument: an invoice behind it must be from one of the creditors to one of the
/// debtors.
pub(crate) struct Sides<'a> {
    /// Of a bill its drawer and drawee; of a certificate its issuer.
    pub(crate) debtors: &'a [&'a MemberId],
    /// Of a bill its drawer and payee; of a certificate its payee.
    pub(crate) creditors: &'a [&'a MemberId],
}

impl Financing {
    /// As an entity of tables.
    pub(crate) fn entity(&self) -> &[u8] {
        match self {
            Financing::Instrument(number) => instrument_entity(number),
            Financing::Claim(id) => id.as_bytes(),
        }
    }
}

/// What is wrong with the invoices named for an instrument whatever the state: too many, one twice, another currency, or
/// more in all than the instrument's sum.
pub(crate) fn check_words(backing: &[Backing], sum: Money) -> Result<(), Failure> {
    let wrong = || Failure::argument("backing");
    if backing.len() > MAX_BACKING {
        return Err(wrong());
    }
    let mut total = 0u128;
    for (index, one) in backing.iter().enumerate() {
        let twice = backing
            .iter()
            .take(index)
            .any(|other| other.paper == one.paper);
        if twice {
            return Err(wrong());
        }
        if one.money.currency != sum.currency {
            return Err(wrong().fact("currency", sum.currency.code()));
        }
        if one.money.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        total = total.saturating_add(u128::from(one.money.minor));
    }
    if total > u128::from(sum.minor) {
        return Err(wrong().fact("sum", sum));
    }
    Ok(())
}

/// Whether the invoices can back an instrument that `by` makes between these sides, each by as much as is asked.
pub(crate) fn check(
    run: &Run<'_, '_>,
    by: &MemberId,
    sides: &Sides<'_>,
    backing: &[Backing],
) -> Result<(), Failure> {
    for one in backing {
        let paper = paper_named(run.state, &one.paper)?;
        let PaperBody::Invoice { seller, buyer, .. } = &paper.body else {
            return Err(wrong_kind(&paper));
        };
        // A bill can be drawn by a third on a buyer for its seller, who would find their invoice used up.
        let between = sides.creditors.contains(&seller) && sides.debtors.contains(&buyer);
        if !between || (by != seller && by != buyer) {
            return Err(Failure::of(Code::PaperParty).fact("paper", paper_fact(&paper.id).as_str()));
        }
        check_free(&paper, one.money)?;
    }
    Ok(())
}

/// Whether so much can be drawn on an invoice. Why not is told, but neither how much is left nor who has the rest.
pub(super) fn check_free(paper: &Paper, money: Money) -> Result<(), Failure> {
    let refused = |code| Err(Failure::of(code).fact("paper", paper_fact(&paper.id).as_str()));
    let Some(worth) = paper.worth() else {
        return Err(wrong_kind(paper));
    };
    if worth.currency != money.currency {
        return Err(Failure::argument("money").fact("currency", worth.currency.code()));
    }
    if paper.denied > 0 {
        return refused(Code::PaperDenied);
    }
    if paper.usage.over_backed {
        return refused(Code::OverBacked);
    }
    let free = worth.minor.saturating_sub(paper.usage.drawn);
    if money.minor > free || paper.usage.live >= MAX_DRAWS {
        return refused(Code::InvoiceExhausted);
    }
    Ok(())
}

/// Draws for a new instrument what [`check`] has let pass.
pub(crate) fn draw(
    run: &mut Run<'_, '_>,
    number: &InstrumentNumber,
    by: &MemberId,
    backing: &[Backing],
) -> Result<(), Failure> {
    for one in backing {
        run.charge(DRAW)?;
        let new = NewDraw {
            financing: Financing::Instrument(*number),
            by,
            money: one.money,
            registered: true,
            notice: false,
        };
        draw_one(run, &one.paper, new)?;
    }
    Ok(())
}

/// What is said of a new draw; the rest follows from the invoice and the block.
pub(super) struct NewDraw<'a> {
    pub(super) financing: Financing,
    pub(super) by: &'a MemberId,
    pub(super) money: Money,
    pub(super) registered: bool,
    /// The buyer has notice of it by its being recorded.
    pub(super) notice: bool,
}

/// Writes a draw under the invoice's next number.
pub(super) fn draw_one(
    run: &mut Run<'_, '_>,
    id: &Hash,
    new: NewDraw<'_>,
) -> Result<(), StateFault> {
    let mut paper = existing_paper(run.state, id)?;
    let draw = Draw {
        number: paper.usage.draws,
        financing: new.financing,
        by: new.by.clone(),
        money: new.money,
        date: run.date(),
        height: run.block.height,
        registered: new.registered,
        notice_on: new.notice.then(|| run.date()),
    };
    paper.usage.draws = paper.usage.draws.saturating_add(1);
    paper.usage.live = paper.usage.live.saturating_add(1);
    paper.usage.drawn = paper.usage.drawn.saturating_add(new.money.minor);
    put_paper(run, &paper)?;
    DRAWS.put(run.state, id.as_bytes(), &draw.number.to_be_bytes(), &draw)?;
    BACKED.put(
        run.state,
        draw.financing.entity(),
        id.as_bytes(),
        &draw.number,
    )?;
    run.emit(BackingDrawn { paper: *id, draw });
    Ok(())
}

/// The instrument came to nothing: what it drew is free again. Called when it is revoked, returned unused, rejected,
/// cancelled or expired, never when it is paid.
pub(crate) fn free(run: &mut Run<'_, '_>, number: &InstrumentNumber) -> Result<(), StateFault> {
    free_all(run, &Financing::Instrument(*number))
}

/// Takes every draw of a financing out of the state.
pub(super) fn free_all(run: &mut Run<'_, '_>, financing: &Financing) -> Result<(), StateFault> {
    let entity = financing.entity();
    for (suffix, number) in BACKED.scan(run.state, entity, &[], usize::MAX)? {
        run.count(DRAW);
        let id = hash_of_suffix(&suffix)
            .ok_or_else(|| StateFault::new(BACKED.name(), "a key of wrong form"))?;
        let number = number.to_be_bytes();
        let draw = DRAWS
            .get(run.state, id.as_bytes(), &number)?
            .ok_or_else(|| StateFault::new(DRAWS.name(), format!("a draw on {id} is missing")))?;
        let mut paper = existing_paper(run.state, &id)?;
        paper.usage.live = paper.usage.live.saturating_sub(1);
        paper.usage.drawn = paper.usage.drawn.saturating_sub(draw.money.minor);
        put_paper(run, &paper)?;
        DRAWS.remove(run.state, id.as_bytes(), &number);
        BACKED.remove(run.state, entity, &suffix);
        run.emit(BackingFreed { paper: id, draw });
    }
    Ok(())
}
