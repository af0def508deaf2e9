//! The ledger and the model of certificates side by side.

use super::cast::{self, CAST};
use super::op::{Ids, Made, Op};
use crate::cast::{Who, currency, date};
use crate::chance::Chance;
use crate::ledger::Ledger;
use allonge_contracts::bills::read::lots;
use allonge_contracts::cash::read::balance;
use allonge_contracts::instruments::Lot;
use allonge_contracts::receivables::{pools, read};
use allonge_contracts::requests::read::waiting_for;
use allonge_contracts::{CallResult, Code, MemberId, Outcome, check_invariants};
use allonge_model::Broken;
use allonge_model::certificates as model;

/// One play.
pub struct Pair {
    pub ledger: Ledger,
    pub model: model::World,
    ids: Ids,
    /// What was done, in words, the latest last.
    pub story: Vec<String>,
}

/// How a lot stands, in the ledger's words but for people, who are places in the cast.
#[derive(Debug, PartialEq)]
struct Told {
    range: (u64, u64),
    holder: Who,
    status: &'static str,
    circulation: &'static str,
    tier: u64,
    /// Seller, principal, interest from, interest paid.
    funding: Option<(Who, u64, u32, u64)>,
    disputed_by: Option<Who>,
    frozen: &'static str,
    requested: bool,
    act: u64,
}

fn who(id: &MemberId) -> Who {
    let at = CAST.iter().position(|part| part.0 == id.as_str());
    at.expect("a member of the cast")
}

fn of_model(lot: &model::Lot) -> Told {
    Told {
        range: lot.range(),
        holder: lot.holder,
        status: match lot.status {
            model::Status::Opened => "opened",
            model::Status::Held => "held",
            model::Status::Overdue => "overdue",
            model::Status::Redeemed => "redeemed",
            model::Status::Rejected => "rejected",
            model::Status::Cancelled => "cancelled",
            model::Status::Expired => "expired",
        },
        circulation: match lot.circulation {
            model::Circulation::AwaitingReceipt => "awaiting receipt",
            model::Circulation::Circulable => "circulable",
            model::Circulation::Locked => "locked",
            model::Circulation::Ended => "ended",
        },
        tier: lot.tier,
        funding: lot
            .funding
            .map(|f| (f.seller, f.principal, f.interest_from, f.interest_paid)),
        disputed_by: lot.disputed_by,
        frozen: crate::words::frozen(lot.frozen),
        requested: lot.request.is_some(),
        act: lot.act,
    }
}

fn of_ledger(lot: &Lot) -> Told {
    let receivable = lot.receivable.as_ref().expect("a certificate's lot");
    Told {
        range: (lot.range.start, lot.range.end),
        holder: who(&lot.holder),
        status: lot.status.as_str(),
        circulation: lot.circulation.as_str(),
        tier: u64::from(receivable.tier),
        funding: receivable.funding.as_ref().map(|f| {
            let from = f.interest_from.days();
            (who(&f.seller), f.principal, from, f.interest_paid)
        }),
        disputed_by: receivable.disputed_by.as_ref().map(who),
        frozen: lot.frozen.as_str(),
        requested: lot.request.is_some(),
        act: lot.hand,
    }
}

fn differ(what: &str, ledger: &impl std::fmt::Debug, model: &impl std::fmt::Debug) -> String {
    format!("{what} differs\n  ledger: {ledger:?}\n  model:  {model:?}")
}

/// The code that the ledger tells of all rules that are broken: the lowest.
fn first(broken: &Broken) -> Option<Code> {
    let codes = broken.iter().filter_map(|name| Code::from_name(name));
    codes.min_by_key(|code| code.number())
}

impl Pair {
    /// A new world: 5 January 2027 or some days later, with numbers and holidays as chance will have them.
    pub fn new(chance: &mut Chance) -> Pair {
        let start = 20_823 + chance.days(60);
        let numbers = cast::numbers(chance);
        let mut holidays: Vec<u32> = (0..chance.below(8))
            .map(|_| start + 1 + chance.days(90))
            .collect();
        holidays.sort_unstable();
        holidays.dedup();
        // Often so little that a busy day takes several blocks.
        let budget = chance.one(&[40, 400, 1_000_000]).unwrap_or(400);
        Pair {
            ledger: Ledger::new(&cast::genesis(&numbers, &holidays), start, budget),
            model: cast::model(start, numbers, &holidays),
            ids: Ids::default(),
            story: vec![format!(
                "genesis on day {start} with {numbers:?}, holidays {holidays:?}"
            )],
        }
    }

    /// Lets both sides carry an act out. The error says how their verdicts differ.
    pub fn act(&mut self, by: Who, op: &Op, expected: &Result<Made, Broken>) -> Result<(), String> {
        let call = op.as_call(&self.ids);
        let outcome = self.ledger.run(&cast::id(by), call);
        self.tell(format!("{} {op:?}: {expected:?}", cast::name(by)));
        match (outcome, expected) {
            (Outcome::Accepted(results), Ok(made)) => self.learn(*made, results.first()),
            (Outcome::Rejected(rejection), Err(broken))
                if first(broken) == Some(rejection.code) =>
            {
                Ok(())
            }
            (Outcome::Rejected(rejection), expected) => Err(format!(
                "the ledger refuses with {} ({rejection}), the model says {expected:?}",
                rejection.code
            )),
            (Outcome::Accepted(_), Err(broken)) => Err(format!(
                "the ledger carries it out, the model refuses with {broken:?}"
            )),
        }
    }

    fn learn(&mut self, made: Made, result: Option<&CallResult>) -> Result<(), String> {
        match (made, result) {
            (Made::Nothing, Some(CallResult::Done)) => {}
            (Made::Line(at), Some(CallResult::Line(id))) if at == self.ids.lines.len() => {
                self.ids.lines.push(*id);
            }
            (Made::Certificate(at), Some(CallResult::Certificate(number)))
                if at == self.ids.certificates.len() =>
            {
                self.ids.certificates.push(*number);
            }
            (Made::Request(at), Some(CallResult::Request { request, terms }))
                if at == self.ids.requests.len() =>
            {
                self.ids.requests.push((*request, *terms));
            }
            (made, result) => {
                return Err(format!("the ledger made {result:?}, the model {made:?}"));
            }
        }
        Ok(())
    }

    /// Both clocks to a minute of a day.
    pub fn go(&mut self, day: u32, minute: u32) {
        self.tell(format!("to day {day}, minute {minute}"));
        self.ledger.go(day, minute);
        self.model.go(day, minute);
    }

    fn tell(&mut self, what: String) {
        let (day, minute) = (self.model.day, self.model.minute);
        let time = format!("[day {day} {:02}:{:02}]", minute / 60, minute % 60);
        self.story.push(format!("{time} {what}"));
    }

    /// All cash, lots, lines, pools and live requests on both sides.
    pub fn compare(&self) -> Result<(), String> {
        self.compare_members()?;
        self.compare_lines()?;
        for c in 0..self.model.certificates.len() {
            self.compare_certificate(c)?;
        }
        self.compare_pools()
    }

    fn compare_members(&self) -> Result<(), String> {
        let view = self.ledger.view();
        for member in 0..CAST.len() {
            let id = cast::id(member);
            let cash = balance(view, &id, currency()).map_err(|fault| fault.to_string())?;
            let overdue = pools::overdue(view, &id, currency()).map_err(|f| f.to_string())?;
            let waiting = waiting_for(view, &id, None, usize::MAX).map_err(|f| f.to_string())?;
            let told = (
                (cash.total, cash.held, cash.frozen),
                (overdue.minor, overdue.fences > 0),
                waiting.len(),
            );
            let model = &self.model;
            let asked = model.requests.iter().filter(|r| r.live && r.to == member);
            let expected = (
                (model.cash[member], 0, model.frozen(member)),
                (u128::from(model.overdue(member)), model.is_fenced(member)),
                asked.count(),
            );
            if told != expected {
                let what = format!("{} (cash, overdue, asked)", cast::name(member));
                return Err(differ(&what, &told, &expected));
            }
        }
        Ok(())
    }

    fn compare_lines(&self) -> Result<(), String> {
        for (at, id) in self.ids.lines.iter().enumerate() {
            let told = read::line(self.ledger.view(), id).map_err(|fault| fault.to_string())?;
            let told = told.map(|line| (line.limit.minor, line.used, line.until.map(|d| d.days())));
            let line = &self.model.lines[at];
            let expected = Some((line.limit, self.model.used(at), line.until));
            if told != expected {
                return Err(differ(
                    &format!("line {at} (limit, used, until)"),
                    &told,
                    &expected,
                ));
            }
        }
        Ok(())
    }

    fn compare_certificate(&self, c: usize) -> Result<(), String> {
        let (view, number) = (self.ledger.view(), &self.ids.certificates[c]);
        let fault = |fault: allonge_contracts::state::StateFault| fault.to_string();
        let told: Vec<Told> = lots(view, number, 0, usize::MAX)
            .map_err(fault)?
            .iter()
            .map(of_ledger)
            .collect();
        let certificate = &self.model.certificates[c];
        let expected: Vec<Told> = certificate.lots.iter().map(of_model).collect();
        if told != expected {
            return Err(differ(&format!("certificate {c}"), &told, &expected));
        }
        let told = read::certificate(view, number).map_err(fault)?.map(|c| {
            (
                c.payable_on.days(),
                c.confirmed_by.as_ref().map(who),
                c.hands,
            )
        });
        let (payable_on, confirmed_by) = (certificate.payable_on, certificate.confirmed_by);
        let expected = Some((payable_on, confirmed_by, certificate.acts));
        if told != expected {
            let what = format!("certificate {c} (payable, confirmed, acts)");
            return Err(differ(&what, &told, &expected));
        }
        Ok(())
    }

    /// The next day and the retries of each pool in which something is owed.
    fn compare_pools(&self) -> Result<(), String> {
        for pool in &self.model.pools {
            let certificates = self.model.certificates.iter();
            let mut of =
                certificates.filter(|c| c.issuer == pool.issuer && c.opening.due == pool.due);
            let live = of.any(|c| {
                c.lots
                    .iter()
                    .any(|l| l.circulation != model::Circulation::Ended)
            });
            let (id, due) = (cast::id(pool.issuer), date(pool.due));
            let told = pools::pool(self.ledger.view(), &id, due, currency())
                .map_err(|fault| fault.to_string())?
                .map(|told| (told.next.map(|day| day.days()), told.retries));
            let expected = (live || pool.retries.is_some()).then_some((pool.next, pool.retries));
            if told != expected {
                return Err(differ(&format!("{pool:?}"), &told, &expected));
            }
        }
        Ok(())
    }

    /// What must hold in the ledger's state, whatever the model says.
    pub fn check_invariants(&self) -> Result<(), String> {
        let found = check_invariants(self.ledger.view()).map_err(|fault| fault.to_string())?;
        match found.first() {
            Some(violation) => Err(format!("{violation} (of {})", found.len())),
            None => Ok(()),
        }
    }
}
