//! Which lot or request is meant where only the bill is named.

use crate::client::{PaperBody, RequestView, shown_by};
use crate::context::Context;
use crate::error::CliError;
use crate::output::range_text;
use crate::parse::{AmountArg, DayArg, LotArg};
use allonge_contracts::bills::{Circulation, Frozen, InstrumentNumber, Lot, LotRange, Settlement};
use allonge_contracts::calls::InstrumentRef;
use allonge_contracts::requests::{Request, Terms};
use allonge_contracts::{Currency, Date, MemberId, Money, RequestId};
use clap::Args;

/// Which lots an act can be meant for, where only the bill is named.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pick {
    /// Those that the acting member holds.
    Held,
    /// Those that it holds and that are marked not transferable.
    Marked,
    /// Those that it bought under repo.
    UnderRepo,
    /// Those that are pledged to it.
    PledgedTo,
    /// Ended ones that it held, and pledged.
    PledgedEnded,
    /// Ended ones that were pledged to it.
    PledgedToEnded,
    /// Those for which it can claim: that it holds, or that are pledged to it.
    Claimed,
    /// Those in recourse, whoever holds them.
    InRecourse,
    /// All that have not ended, whoever holds them.
    Live,
    /// Those under a court's measure, whoever holds or held them.
    Measured,
}

impl Pick {
    fn fits(self, lot: &Lot, member: &MemberId) -> bool {
        let live = lot.circulation != Circulation::Ended;
        let held = lot.holder == *member;
        let pledgee = lot.pledge.as_ref().map(|pledge| &pledge.pledgee);
        match self {
            Pick::Held => held && live,
            Pick::Marked => held && live && lot.not_transferable_by.is_some(),
            Pick::UnderRepo => held && live && lot.repo.is_some(),
            Pick::PledgedTo => live && pledgee == Some(member),
            Pick::PledgedEnded => held && !live && pledgee.is_some(),
            Pick::PledgedToEnded => !live && pledgee == Some(member),
            Pick::Claimed => live && pledgee.unwrap_or(&lot.holder) == member,
            Pick::InRecourse => lot.circulation == Circulation::InRecourse,
            Pick::Live => live,
            Pick::Measured => lot.frozen != Frozen::No,
        }
    }

    /// `parts-1 holds`, to be followed by lots or by no lot.
    fn words(self, member: &MemberId, lots: &str, bill: &InstrumentNumber) -> String {
        match self {
            Pick::Held => format!("{member} holds {lots} of {bill}"),
            Pick::Marked => format!("{member} holds {lots} of {bill} marked not transferable"),
            Pick::UnderRepo => format!("{member} holds {lots} of {bill} under repo"),
            Pick::PledgedTo => format!("{lots} of {bill} pledged to {member}"),
            Pick::PledgedEnded => format!("{lots} of {bill} ended while {member} had it pledged"),
            Pick::PledgedToEnded => format!("{lots} of {bill} ended while pledged to {member}"),
            Pick::Claimed => format!("{member} holds {lots} of {bill}, in pledge or of its own"),
            Pick::InRecourse => format!("{lots} of {bill} in recourse"),
            Pick::Live => format!("{lots} of {bill} not ended"),
            Pick::Measured => format!("{lots} of {bill} frozen or stopped"),
        }
    }
}

/// The lot that was named, or the only one that fits. One that was named is not checked: that is for the
/// ledger.
///
/// # Errors
/// None fits, or several do.
pub fn the_lot(
    paper: &PaperBody,
    named: &LotArg,
    member: &MemberId,
    pick: Pick,
) -> Result<LotRange, CliError> {
    if let Some(range) = named.range {
        return Ok(range);
    }
    let found: Vec<LotRange> = paper
        .lots
        .iter()
        .filter(|lot| pick.fits(lot, member))
        .map(|lot| lot.range)
        .collect();
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(CliError::input(
            if matches!(pick, Pick::Held | Pick::Claimed) {
                "NOT_HOLDER"
            } else {
                "NO_LOT"
            },
            pick.words(member, "no lot", &named.bill),
            format!("see who holds what with {}", shown_by(&named.bill)),
        )),
        several => Err(CliError::input(
            "SEVERAL_LOTS",
            format!(
                "{}:{}",
                pick.words(member, &format!("{} lots", several.len()), &named.bill),
                listed(paper, several)
            ),
            format!("name one, such as {}:{}", named.bill, several[0]),
        )),
    }
}

/// A lot, and how much of it.
#[derive(Debug, Args)]
pub struct PartArgs {
    /// The bill, or a lot of it: NUMBER or NUMBER:START-END
    pub lot: LotArg,
    /// How much of the lot, in the bill's currency; all of it where absent. The part takes the low end
    /// of the lot
    #[arg(long)]
    pub amount: Option<AmountArg>,
}

/// A lot that was found, and how much of it is meant.
#[derive(Debug)]
pub struct Chosen {
    /// The bill, for the call.
    pub bill: InstrumentRef,
    /// The lot.
    pub lot: LotRange,
    /// How much of it; all of it where absent.
    pub part: Option<Money>,
    /// The bill's currency.
    pub currency: Currency,
    /// The lot as it stands, where there is such a one.
    pub record: Option<Lot>,
}

impl PartArgs {
    /// Reads the bill and finds the lot.
    ///
    /// # Errors
    /// Nobody acts, the node's, no lot fits or several do, an amount of another currency.
    pub async fn choose(&self, context: &Context, pick: Pick) -> Result<Chosen, CliError> {
        let actor = context.actor()?;
        let body = context.client()?.paper(&self.lot.bill).await?.body;
        let lot = the_lot(&body, &self.lot, actor, pick)?;
        let currency = body.currency();
        let part = match &self.amount {
            Some(amount) => Some(amount.money_in(currency)?),
            None => None,
        };
        Ok(Chosen {
            bill: InstrumentRef::Number(self.lot.bill),
            lot,
            part,
            currency,
            record: body.lots.into_iter().find(|record| record.range == lot),
        })
    }
}

/// Until when a request waits.
#[derive(Debug, Args)]
pub struct AnswerBy {
    /// The request lapses at the close of this day: a date, or a distance such as 10d
    #[arg(long, value_name = "DAY")]
    answer_by: Option<DayArg>,
}

impl AnswerBy {
    /// The day.
    ///
    /// # Errors
    /// The node's, or a day after 9999-12-31.
    pub async fn day(&self, context: &Context) -> Result<Option<Date>, CliError> {
        context.day_if_given(self.answer_by).await
    }
}

/// How the money of a deal moves.
#[derive(Debug, Args)]
pub struct Pays {
    /// Free of payment: the ledger moves the paper only, and says so
    #[arg(long)]
    free: bool,
}

impl Pays {
    /// In the call's words.
    pub fn settlement(&self) -> Settlement {
        if self.free {
            Settlement::Free
        } else {
            Settlement::Dvp
        }
    }
}

/// What a request has to be for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum By {
    /// The member must answer it.
    Answerer(Answer),
    /// The member made it.
    Asker(Answer),
}

/// Which requests an answer can be meant for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// All.
    Any,
    /// Those of a drawer to its drawee.
    Acceptance,
    /// Those whose answerer pays nothing by agreeing.
    Accepting,
    /// Those whose answerer pays by agreeing.
    Paying,
    /// Offers under recourse.
    Offer,
}

impl Answer {
    fn fits(self, terms: &Terms) -> bool {
        match self {
            Answer::Any => true,
            Answer::Acceptance => matches!(terms, Terms::Acceptance {}),
            Answer::Accepting => !pays(terms),
            Answer::Paying => pays(terms),
            Answer::Offer => matches!(terms, Terms::Offer { .. }),
        }
    }

    const fn words(self) -> &'static str {
        match self {
            Answer::Any => "no request",
            Answer::Acceptance | Answer::Accepting => "no request for acceptance",
            Answer::Paying => "no request for payment",
            Answer::Offer => "no offer",
        }
    }
}

/// Whether whoever agrees pays by it.
fn pays(terms: &Terms) -> bool {
    match terms {
        Terms::Presentment { .. } => true,
        Terms::Discount { settlement, .. } | Terms::Redemption { settlement } => {
            *settlement == Settlement::Dvp
        }
        Terms::Finance { settlement, .. } => *settlement == Settlement::Dvp,
        Terms::AskBack { .. } => true,
        Terms::Release { price, settlement } => price.is_some() && *settlement == Settlement::Dvp,
        _ => false,
    }
}

impl By {
    /// Whether the request is of this kind.
    pub fn fits(self, request: &Request, member: &MemberId) -> bool {
        let (party, answer) = match self {
            By::Answerer(answer) => (&request.to, answer),
            By::Asker(answer) => (&request.from, answer),
        };
        party == member && answer.fits(&request.terms)
    }

    /// What to say where there is none.
    pub fn missing(self, named: &str, member: &MemberId) -> String {
        match self {
            By::Answerer(answer) => format!("{} on {named} waits for {member}", answer.words()),
            By::Asker(Answer::Offer) => format!("no offer of {member} on {named} waits"),
            By::Asker(_) => format!("no request of {member} on {named} waits for an answer"),
        }
    }
}

/// The one request on the bill or certificate, on the lot that was named, or of the id that was named, that the member must
/// answer or has made.
///
/// # Errors
/// There is none, or there are several.
pub fn request<'b>(
    paper: &'b PaperBody,
    named: &LotArg,
    id: Option<RequestId>,
    member: &MemberId,
    by: By,
) -> Result<&'b RequestView, CliError> {
    let fits = |view: &&RequestView| {
        let request = &view.request;
        by.fits(request, member)
            && named.range.is_none_or(|range| request.range == range)
            && id.is_none_or(|id| request.id == id)
    };
    let found: Vec<&RequestView> = paper.requests.iter().filter(fits).collect();
    match found.as_slice() {
        [one] => Ok(one),
        [] => {
            let what = by.missing(&named.to_string(), member);
            let others: String = paper.requests.iter().map(line).collect();
            let others = match others.as_str() {
                "" => "; none waits on it".to_owned(),
                some => format!("; these wait on it:{some}"),
            };
            Err(CliError::input(
                "NO_REQUEST",
                format!("{what}{others}"),
                format!("see {}", shown_by(&named.bill)),
            ))
        }
        several => {
            let all: String = several.iter().map(|view| line(view)).collect();
            let first = &several[0].request;
            let one_lot = several.iter().all(|view| view.request.range == first.range);
            let hint = if one_lot {
                format!("name the request, such as --request {}", first.id)
            } else {
                format!("name the lot, such as {}:{}", named.bill, first.range)
            };
            Err(CliError::input(
                "SEVERAL_REQUESTS",
                format!("{} requests on {named} fit:{all}", several.len()),
                hint,
            ))
        }
    }
}

fn listed(paper: &PaperBody, ranges: &[LotRange]) -> String {
    ranges
        .iter()
        .map(|range| format!("\n  {}", range_text(*range, paper.currency())))
        .collect()
}

/// A request on a line of its own.
fn line(view: &RequestView) -> String {
    let request = &view.request;
    format!(
        "\n  {} {}: {} asks {} (request {})",
        request.rule().act,
        range_text(request.range, view.money.currency),
        request.from,
        request.to,
        request.id
    )
}
