//! Everything that both sides know, compared.

use crate::cast::{self, CAST, currency};
use crate::pair::Pair;
use crate::words;
use allonge_contracts::bills::{self as ledger, InstrumentNumber};
use allonge_contracts::cash::read::balance;
use allonge_contracts::gates::read as gates;
use allonge_contracts::requests::read as requests;
use allonge_contracts::{Date, MemberId, check_invariants};
use allonge_model as model;

/// How a lot stands, in the ledger's words but for people, who are places in the cast.
#[derive(Debug, PartialEq)]
struct Told {
    range: (u64, u64),
    holder: usize,
    status: &'static str,
    circulation: &'static str,
    marked_by: Option<usize>,
    discounted: bool,
    dishonour: &'static str,
    refused: Option<(&'static str, u32)>,
    frozen: &'static str,
    presented: (Option<u32>, Option<u32>),
    splittable: bool,
    limits: Option<Limits>,
    pledge: Option<(usize, u64, u32, usize)>,
    repo: Option<(usize, u32, u32, bool)>,
    claim: Option<(u64, u32, u64, u32, bool, bool)>,
    noticed: Vec<usize>,
    requested: bool,
    acts: usize,
}

#[derive(Debug, PartialEq)]
struct Limits {
    holders: Vec<usize>,
    roles: Vec<&'static str>,
    from: Option<u32>,
    until: Option<u32>,
    purpose: String,
}

fn who(id: &MemberId) -> usize {
    let at = CAST.iter().position(|part| part.0 == id.as_str());
    at.expect("a member of the cast")
}

fn of_model(lot: &model::Lot) -> Told {
    Told {
        range: lot.range(),
        holder: lot.holder,
        status: words::status(lot.status),
        circulation: words::circulation(lot.circulation),
        marked_by: lot.marked_by,
        discounted: lot.discounted,
        dishonour: words::dishonour(lot.dishonour),
        refused: lot.refused,
        frozen: words::frozen(lot.frozen),
        presented: (lot.presented_in_time, lot.presented_late),
        splittable: lot.splittable,
        limits: lot.limits.as_ref().map(|limits| {
            let mut holders = limits.holders.clone();
            holders.sort_unstable();
            let mut roles: Vec<_> = limits.roles.iter().map(|r| words::role(*r)).collect();
            roles.sort_unstable();
            Limits {
                holders,
                roles,
                from: limits.from,
                until: limits.until,
                purpose: limits.purpose.clone(),
            }
        }),
        pledge: lot.pledge.map(|p| (p.pledgee, p.debt, p.debt_due, p.act)),
        repo: lot
            .repo
            .map(|r| (r.seller, r.open_from, r.cut_off, r.discounted_before)),
        claim: lot
            .claim
            .as_ref()
            .map(|c| (c.base, c.interest_from, c.costs, c.since, c.again, c.late)),
        noticed: {
            let claim = lot.claim.iter();
            let mut noticed: Vec<usize> = claim.flat_map(|c| c.noticed.clone()).collect();
            noticed.sort_unstable();
            noticed
        },
        requested: lot.request.is_some(),
        acts: lot.chain.last().copied().unwrap_or(0),
    }
}

fn of_ledger(lot: &ledger::Lot) -> Told {
    Told {
        range: (lot.range.start, lot.range.end),
        holder: who(&lot.holder),
        status: lot.status.as_str(),
        circulation: lot.circulation.as_str(),
        marked_by: lot.not_transferable_by.as_ref().map(who),
        discounted: lot.discounted,
        dishonour: lot.dishonour.as_str(),
        refused: lot.refused.map(|(code, day)| (code.as_str(), day.days())),
        frozen: lot.frozen.as_str(),
        presented: (
            lot.presented_in_time.map(Date::days),
            lot.presented_late.map(Date::days),
        ),
        splittable: lot.splittable,
        limits: lot.limits.as_ref().map(|limits| {
            let mut holders: Vec<usize> = limits.holders.iter().map(who).collect();
            holders.sort_unstable();
            let mut roles: Vec<_> = limits.roles.iter().map(|role| role.as_str()).collect();
            roles.sort_unstable();
            Limits {
                holders,
                roles,
                from: limits.from.map(Date::days),
                until: limits.until.map(Date::days),
                purpose: limits.purpose.as_str().to_owned(),
            }
        }),
        pledge: lot.pledge.as_ref().map(|p| {
            let act = usize::try_from(p.hand).unwrap_or(usize::MAX);
            (who(&p.pledgee), p.debt.minor, p.debt_due.days(), act)
        }),
        repo: lot.repo.as_ref().map(|r| {
            let (open, cut) = (r.dates.open_from.days(), r.dates.cut_off.days());
            (who(&r.seller), open, cut, r.discounted_before)
        }),
        claim: lot.claim.as_ref().map(|c| {
            let (from, since) = (c.interest_from.days(), c.since.days());
            (c.base, from, c.costs, since, c.again, c.late)
        }),
        noticed: {
            let claim = lot.claim.iter();
            let mut noticed: Vec<usize> = claim.flat_map(|c| c.noticed.iter().map(who)).collect();
            noticed.sort_unstable();
            noticed
        },
        requested: lot.request.is_some(),
        acts: usize::try_from(lot.hand).unwrap_or(usize::MAX),
    }
}

fn differ(what: &str, ledger: &impl std::fmt::Debug, model: &impl std::fmt::Debug) -> String {
    format!("{what} differs\n  ledger: {ledger:?}\n  model:  {model:?}")
}

impl Pair {
    /// All balances, lots and live requests on both sides.
    pub fn compare(&self) -> Result<(), String> {
        self.compare_cash()?;
        self.compare_gates()?;
        for b in 0..self.model.bills.len() {
            self.compare_bill(b)?;
        }
        self.compare_requests()
    }

    fn compare_cash(&self) -> Result<(), String> {
        for who in 0..CAST.len() {
            let told = balance(self.ledger.view(), &cast::id(who), currency());
            let told = told.map_err(|fault| fault.to_string())?;
            let told = (told.total, told.held, told.frozen);
            let model = &self.model;
            let expected = (model.cash[who], model.held(who), model.frozen(who));
            if told != expected {
                let what = format!("{}'s cash (total, held, frozen)", cast::name(who));
                return Err(differ(&what, &told, &expected));
            }
        }
        Ok(())
    }

    /// What an acceptor owes, and what bars it.
    fn compare_gates(&self) -> Result<(), String> {
        let view = self.ledger.view();
        for who in 0..CAST.len() {
            let (member, id) = (&self.model.members[who], cast::id(who));
            let totals = gates::accepted(view, &id).map_err(|fault| fault.to_string())?;
            let gate = gates::gate(view, &id).map_err(|fault| fault.to_string())?;
            let told = (
                totals.iter().map(|total| total.minor).sum::<u128>(),
                gate.as_ref().map(|gate| gate.no_acceptance_until.days()),
                gate.and_then(|gate| gate.paper_barred_until)
                    .map(Date::days),
            );
            let barred = member.barred_until.max(member.persistent_until);
            let owed = u128::from(member.acceptances);
            let expected = (owed, barred, member.persistent_until);
            if told != expected {
                let what = format!("{} (accepted, barred, paper barred)", cast::name(who));
                return Err(differ(&what, &told, &expected));
            }
        }
        Ok(())
    }

    fn compare_bill(&self, b: usize) -> Result<(), String> {
        let bill = &self.model.bills[b];
        let view = self.ledger.view();
        let fault = |fault: allonge_contracts::state::StateFault| fault.to_string();
        let number: InstrumentNumber = bill.number.parse().map_err(|e| format!("{e}"))?;
        let lots = ledger::read::lots(view, &number, 0, usize::MAX).map_err(fault)?;
        if lots.len() != bill.lots.len() {
            let ranges: Vec<_> = lots.iter().map(|lot| lot.range).collect();
            let expected: Vec<_> = bill.lots.iter().map(model::Lot::range).collect();
            return Err(differ(&format!("the cut of bill {b}"), &ranges, &expected));
        }
        for (told, lot) in lots.iter().zip(&bill.lots) {
            let (told, expected) = (of_ledger(told), of_model(lot));
            if told != expected {
                let what = format!("bill {b}, lot {:?}", expected.range);
                let difference = differ(&what, &told, &expected);
                return Err(format!("{difference}\n{}", self.life(b, lot)));
            }
        }
        let record = ledger::read::bill(view, &number).map_err(fault)?;
        let record = record.ok_or_else(|| format!("bill {b} is missing"))?;
        let told = (
            record.payable_on.days(),
            record.window_end.days(),
            record.disclosed_on.map(Date::days),
            record.accepted,
            usize::try_from(record.hands).unwrap_or(usize::MAX),
        );
        let expected = (
            bill.payable_on,
            bill.window_end,
            bill.disclosed_on,
            bill.accepted,
            bill.history.len(),
        );
        if told != expected {
            let what = format!("bill {b} (payable, window, disclosed, accepted, acts)");
            return Err(differ(&what, &told, &expected));
        }
        Ok(())
    }

    /// A bill and what happened to one of its lots, as the model has it.
    fn life(&self, b: usize, lot: &model::Lot) -> String {
        let bill = &self.model.bills[b];
        let mut told = format!(
            "bill {b}: {:?}, {:?}, drawer {}, acceptor {}, payee {}, maturity {}, payable {}, window {}, accepted {}",
            bill.kind,
            bill.profile,
            bill.drawer,
            bill.acceptor,
            bill.payee,
            bill.maturity,
            bill.payable_on,
            bill.window_end,
            bill.accepted,
        );
        for at in &lot.chain {
            told += &format!("\n  {at}: {:?}", bill.history[*at]);
        }
        told
    }

    /// What happened to each lot of a bill, act by act.
    pub fn compare_history(&self, b: usize) -> Result<(), String> {
        let bill = &self.model.bills[b];
        let view = self.ledger.view();
        let number: InstrumentNumber = bill.number.parse().map_err(|e| format!("{e}"))?;
        for lot in &bill.lots {
            let told = ledger::read::lot(view, &number, lot.start);
            let told = told.map_err(|fault| fault.to_string())?;
            let Some(told) = told else { continue };
            let hands = ledger::read::chain(view, &number, &told, usize::MAX);
            let mut hands = hands.map_err(|fault| fault.to_string())?;
            hands.reverse();
            let told: Vec<_> = hands
                .iter()
                .map(|hand| (hand.kind.as_str(), hand.date.days()))
                .collect();
            let acts = lot.chain.iter().map(|at| &bill.history[*at]);
            let expected: Vec<_> = acts.map(|act| (words::what(act.what), act.day)).collect();
            if told != expected {
                let what = format!("the history of bill {b}, lot {:?}", lot.range());
                return Err(differ(&what, &told, &expected));
            }
        }
        Ok(())
    }

    fn compare_requests(&self) -> Result<(), String> {
        let view = self.ledger.view();
        let live = self
            .model
            .requests
            .iter()
            .enumerate()
            .filter(|(_, r)| r.live);
        let mut count = 0;
        for (at, expected) in live {
            count += 1;
            let (id, _) = self.ids.request(at);
            let fault = |fault: allonge_contracts::state::StateFault| fault.to_string();
            let found = requests::request(view, &id).map_err(fault)?;
            let found = found.ok_or_else(|| format!("the request {expected:?} is gone"))?;
            let presentment = requests::presentment(view, &id).map_err(fault)?;
            let told = (
                found.instrument.to_string(),
                (found.range.start, found.range.end),
                (who(&found.from), who(&found.to)),
                found.answer_by.map(Date::days),
                presentment.and_then(|p| p.due_on).map(Date::days),
            );
            let due = match expected.terms {
                model::Terms::Presentment { due, .. } => due,
                _ => None,
            };
            let bill = self.model.bills[expected.bill].number.clone();
            let people = (expected.from, expected.to);
            let expected = (bill, expected.range, people, expected.answer_by, due);
            if told != expected {
                return Err(differ("a request", &told, &expected));
            }
        }
        let waiting = (0..CAST.len()).map(|who| {
            let id = cast::id(who);
            requests::waiting_for(view, &id, None, usize::MAX).map(|requests| requests.len())
        });
        let waiting: Result<Vec<usize>, _> = waiting.collect();
        let told: usize = waiting.map_err(|fault| fault.to_string())?.iter().sum();
        if told != count {
            return Err(differ("the number of live requests", &told, &count));
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
