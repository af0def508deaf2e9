//! The ledger and the model side by side.

use crate::call::as_call;
use crate::cast::{self, Who};
use crate::chance::Chance;
use crate::ledger::Ledger;
use crate::op::Op;
use crate::perform::{Made, in_model};
use allonge_contracts::bills::read::lot;
use allonge_contracts::requests::read::request;
use allonge_contracts::state::View;
use allonge_contracts::{CallResult, Hash, Outcome, RequestId};
use allonge_model::{Broken, World};
use std::collections::BTreeMap;

/// How the ledger names what the model made.
#[derive(Default)]
pub struct Ids {
    requests: BTreeMap<usize, (RequestId, Hash)>,
    holds: BTreeMap<usize, RequestId>,
}

/// The id of nothing.
const NOBODY: RequestId = RequestId([9; 16]);

impl Ids {
    /// A request's id and the hash of its terms.
    pub fn request(&self, at: usize) -> (RequestId, Hash) {
        let known = self.requests.get(&at).copied();
        known.unwrap_or((NOBODY, Hash::ZERO))
    }

    pub fn hold(&self, at: usize) -> RequestId {
        self.holds.get(&at).copied().unwrap_or(NOBODY)
    }
}

/// One play.
pub struct Pair {
    pub ledger: Ledger,
    pub model: World,
    pub ids: Ids,
    /// What was done, in words, the latest last.
    pub story: Vec<String>,
}

impl Pair {
    /// A new world: 5 January 2027 or some days later, with parameters and holidays as chance will have them.
    pub fn new(chance: &mut Chance) -> Pair {
        let start = 20_823 + chance.days(60);
        let params = params(chance);
        let holidays: Vec<u32> = (0..chance.below(8))
            .map(|_| start + 1 + chance.days(90))
            .collect();
        // Often so little that a busy day takes several blocks.
        let budget = [40, 400, 1_000_000][usize::try_from(chance.below(3)).unwrap_or(0)];
        let mut holidays = holidays;
        holidays.sort_unstable();
        holidays.dedup();
        Pair {
            ledger: Ledger::new(&cast::genesis(&params, &holidays), start, budget),
            model: cast::model(start, &params, &holidays),
            ids: Ids::default(),
            story: vec![format!(
                "genesis on day {start} with {params:?}, holidays {holidays:?}"
            )],
        }
    }

    /// Lets both sides carry an act out. The error says how their verdicts differ.
    pub fn act(
        &mut self,
        who: Who,
        op: &Op,
        expected: &Result<Made, Broken>,
    ) -> Result<(), String> {
        if let Op::Agree(at) | Op::AcceptPart(at, _) | Op::Refuse(at, _) = op {
            self.read_terms(*at)?;
        }
        let call = as_call(&self.model, &self.ids, op);
        let outcome = self.ledger.run(&cast::id(who), call);
        self.tell(format!("{} {op:?}: {expected:?}", cast::name(who)));
        match (outcome, expected) {
            (Outcome::Accepted(results), Ok(made)) => {
                self.learn(*made, results.first())?;
                Ok(())
            }
            (Outcome::Rejected(rejection), Err(broken)) => {
                if broken.contains(&rejection.code.name()) {
                    return Ok(());
                }
                Err(format!(
                    "the ledger refuses with {} ({rejection}), the model with {broken:?}",
                    rejection.code
                ))
            }
            (Outcome::Accepted(_), Err(broken)) => Err(format!(
                "the ledger carries it out, the model refuses with {broken:?}"
            )),
            (Outcome::Rejected(rejection), Ok(_)) => Err(format!(
                "the ledger refuses with {} ({rejection}), the model carries it out",
                rejection.code
            )),
        }
    }

    /// Whoever answers has read the request as it stands: a court may have cut it, or given it to another.
    fn read_terms(&mut self, at: usize) -> Result<(), String> {
        let (id, _) = self.ids.request(at);
        let found = request(self.ledger.view(), &id).map_err(|fault| fault.to_string())?;
        if let Some(found) = found {
            self.ids.requests.insert(at, (id, found.terms_hash()));
        }
        Ok(())
    }

    /// What the model says of an act; where it can be carried out, it is.
    pub fn expect(&mut self, who: Who, op: &Op) -> Result<Made, Broken> {
        in_model(&mut self.model, who, op)
    }

    /// Both clocks to a minute of a day.
    pub fn go(&mut self, day: u32, minute: u32) -> Result<(), String> {
        self.tell(format!("to day {day}, minute {minute}"));
        self.ledger.go(day, minute);
        self.model.go(day, minute);
        self.learn_requests()
    }

    fn tell(&mut self, what: String) {
        self.story.push(format!(
            "[day {} {:02}:{:02}] {what}",
            self.model.day,
            self.model.minute / 60,
            self.model.minute % 60
        ));
    }

    fn learn(&mut self, made: Made, result: Option<&CallResult>) -> Result<(), String> {
        match (made, result) {
            (Made::Nothing, Some(CallResult::Done)) => {}
            (Made::Bill(b), Some(CallResult::Bill(number))) => {
                let told = &self.model.bills[b].number;
                if *told != number.to_string() {
                    return Err(format!("the ledger numbers it {number}, the model {told}"));
                }
            }
            (Made::Request(r), Some(CallResult::Request { request, terms })) => {
                self.ids.requests.insert(r, (*request, *terms));
            }
            (Made::Hold(h), Some(CallResult::Hold(id))) => {
                self.ids.holds.insert(h, *id);
            }
            (made, result) => {
                return Err(format!("the ledger made {result:?}, the model {made:?}"));
            }
        }
        self.learn_requests()
    }

    /// Finds the ledger's ids of what the clock has asked for.
    fn learn_requests(&mut self) -> Result<(), String> {
        let view = self.ledger.view();
        for at in 0..self.model.requests.len() {
            if !self.model.requests[at].live || self.ids.requests.contains_key(&at) {
                continue;
            }
            let found = self.find_request(view, at);
            let found = found.ok_or_else(|| {
                let asked = &self.model.requests[at];
                format!("the ledger knows nothing of the request {asked:?}")
            })?;
            self.ids.requests.insert(at, found);
        }
        Ok(())
    }

    fn find_request(&self, view: &dyn View, at: usize) -> Option<(RequestId, Hash)> {
        let asked = &self.model.requests[at];
        let number = self.model.bills[asked.bill].number.parse().ok()?;
        let lot = lot(view, &number, asked.range.0).ok()??;
        let request = request(view, &lot.request?).ok()??;
        Some((request.id, request.terms_hash()))
    }
}

/// Parameters in genesis: mostly as they are by law, some tightened so that what takes years can happen in a play.
fn params(chance: &mut Chance) -> Vec<(&'static str, u64)> {
    let mut params = Vec::new();
    let mut maybe = |chance: &mut Chance, percent, name, values: &[u64]| {
        if chance.percent(percent)
            && let Some(value) = chance.one(values)
        {
            params.push((name, value));
        }
    };
    maybe(chance, 50, "disclosure_commercial", &[0]);
    maybe(chance, 50, "disclosure_finance_company", &[0]);
    maybe(chance, 20, "disclosure_bank", &[1]);
    maybe(chance, 30, "discount_needs_papers", &[0]);
    maybe(chance, 25, "silent_ecds", &[1]);
    maybe(chance, 30, "silent_days", &[1, 2, 5]);
    maybe(chance, 40, "overdue_events", &[1, 2]);
    maybe(chance, 40, "overdue_findings", &[1, 2]);
    maybe(chance, 30, "overdue_bar_months", &[1, 2]);
    maybe(chance, 30, "overdue_window_months", &[1, 3]);
    maybe(chance, 40, "bar_primary_months", &[1, 2]);
    maybe(chance, 40, "bar_endorser_months", &[1]);
    maybe(chance, 40, "bar_again_months", &[1]);
    maybe(chance, 40, "geneva_bar_primary_months", &[2]);
    maybe(chance, 40, "geneva_bar_endorser_months", &[1]);
    maybe(chance, 40, "geneva_bar_again_months", &[1]);
    maybe(chance, 20, "recourse_rate", &[0, 500_000]);
    maybe(chance, 20, "presentment_window_days", &[1, 3]);
    maybe(chance, 20, "bill_max_sum", &[250]);
    maybe(chance, 20, "bill_max_term_months", &[1, 2]);
    maybe(chance, 20, "acceptance_answer_days", &[1]);
    params
}
