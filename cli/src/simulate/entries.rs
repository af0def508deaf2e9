//! What each event of the ledger does to the book.

use super::book::{Book, Flow, LineOf};
use super::papers::{Paper, PaperKind, Standing};
use super::world::Who;
use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::requests::{Request, Terms};
use allonge_contracts::{Event, MemberId};

impl Book {
    /// Takes an event in; what the report tells of goes to `flows`.
    pub fn apply(&mut self, event: &Event, flows: &mut Vec<Flow>) {
        match event {
            Event::CashTransferred(e) => {
                let (from, to) = self.pay(&e.from, &e.to, e.money.minor);
                flows.push(Flow::Cash {
                    from,
                    to,
                    minor: e.money.minor,
                    purpose: e.purpose.as_str().to_owned(),
                });
            }
            Event::RequestMade(e) => self.request(&e.request),
            Event::RequestRefused(e) => self.free(&e.instrument, e.lot),
            Event::RequestLapsed(e) => self.free(&e.instrument, e.lot),
            Event::RequestWithdrawn(e) => self.free(&e.instrument, e.lot),
            Event::LotSplit(e) => {
                self.touched.insert(e.instrument);
                if let Some(paper) = self.papers.get_mut(&e.instrument) {
                    paper.cut(e.kept.start);
                }
            }
            Event::LotRejoined(e) => self.free(&e.instrument, e.lot),
            Event::ObligationSettled(e) => {
                let (from, to) = self.pay_netted(&e.payer, &e.payee, e.money.minor);
                flows.push(Flow::Netted {
                    id: e.obligation,
                    from,
                    to,
                    minor: e.money.minor,
                });
            }
            Event::ObligationEnded(e) => {
                let (from, to) = (self.who(&e.payer), self.who(&e.payee));
                flows.push(Flow::Ended {
                    id: e.obligation,
                    from,
                    to,
                    minor: e.money.minor,
                });
            }
            Event::CycleRun(e) => {
                self.settle_netted();
                flows.push(Flow::Cycle {
                    gross: e.cycle.gross,
                    net: e.cycle.net,
                    waiting: e.cycle.waiting,
                    settled: e.cycle.settled,
                });
            }
            _ => self.apply_paper(event, flows),
        }
    }

    /// All obligations of a cycle settle at once: what each has is looked at when the cycle is through.
    fn pay_netted(&mut self, from: &MemberId, to: &MemberId, minor: u64) -> (Who, Who) {
        let (from, to) = (self.who(from), self.who(to));
        let amount = i128::from(minor);
        self.netted
            .entry(from)
            .and_modify(|sum| *sum -= amount)
            .or_insert(-amount);
        self.netted
            .entry(to)
            .and_modify(|sum| *sum += amount)
            .or_insert(amount);
        (from, to)
    }

    fn settle_netted(&mut self) {
        for (who, change) in std::mem::take(&mut self.netted) {
            let Some(cash) = self.cash.get_mut(who) else {
                continue;
            };
            match u64::try_from(i128::from(*cash) + change) {
                Ok(left) => *cash = left,
                Err(_) => self
                    .faults
                    .push(format!("party {who} is overdrawn by a cycle")),
            }
        }
    }

    fn request(&mut self, request: &Request) {
        if let Terms::AskBack { money } = &request.terms {
            self.asked.insert(request.id, money.minor);
        }
        // A presentment by the clock is of paper that is due, which nobody uses any more.
        self.lot(&request.instrument, request.range, |lot| lot.locked = true);
    }

    fn apply_paper(&mut self, event: &Event, flows: &mut Vec<Flow>) {
        match event {
            Event::LineGranted(e) => {
                let core = self.who(&e.line.issuer);
                let limit = e.line.limit.minor;
                self.lines.insert(e.line.id, LineOf { core, limit });
            }
            Event::CertificateOpened(e) => {
                let debtor = self.who(&e.certificate.issuer);
                let paper = Paper::certificate(&e.certificate, debtor);
                self.touched.insert(e.certificate.number);
                self.papers.insert(e.certificate.number, paper);
            }
            Event::CertificateSigned(e) => {
                let to = self.who(&e.payee);
                let range = self.whole(&e.certificate);
                self.lot(&e.certificate, range, |lot| lot.give(to));
                flows.push(Flow::Issued {
                    kind: PaperKind::Certificate,
                    to,
                    minor: e.money.minor,
                });
            }
            Event::CertificateEnded(e) => {
                let range = self.whole(&e.certificate);
                self.lot(&e.certificate, range, |lot| lot.end_as(Standing::Void));
            }
            Event::LotTransferred(e) => {
                let (from, to, tier) = (self.who(&e.from), self.who(&e.to), e.tier);
                self.lot(&e.certificate, e.lot, |lot| {
                    lot.give(to);
                    lot.tier = tier;
                });
                flows.push(Flow::Moved {
                    kind: PaperKind::Certificate,
                    from,
                    to,
                    minor: e.money.minor,
                    tier,
                });
            }
            Event::LotFinanced(e) => {
                let (funder, seller) = self.pay(&e.to, &e.from, e.price.minor);
                let recourse = e.recourse.then_some(seller);
                self.lot(&e.certificate, e.lot, |lot| {
                    lot.give(funder);
                    lot.recourse_to = recourse;
                });
                flows.push(Flow::Financed {
                    kind: PaperKind::Certificate,
                    seller,
                    funder,
                    advance: e.advance.minor,
                    price: e.price.minor,
                    days: self.days_to(&e.certificate),
                    recourse: e.recourse,
                });
            }
            Event::CertificateRedeemed(e) => {
                let (_, to) = self.pay(&e.issuer, &e.to, e.money.minor);
                if let Some(seller) = &e.seller {
                    self.pay(&e.issuer, seller, e.surplus.minor);
                }
                self.lot(&e.certificate, e.lot, |lot| lot.end_as(Standing::Paid));
                flows.push(Flow::Paid {
                    kind: PaperKind::Certificate,
                    to,
                    minor: e.lot.amount().unwrap_or(0),
                });
            }
            Event::CertificateOverdue(e) => {
                let holder = self.who(&e.holder);
                self.lot(&e.certificate, e.lot, |lot| {
                    lot.standing = Standing::Overdue
                });
                flows.push(Flow::Overdue {
                    kind: PaperKind::Certificate,
                    debtor: self.debtor(&e.certificate),
                    holder,
                    minor: e.money.minor,
                });
            }
            Event::CertificateAskedBack(e) => {
                let (seller, funder) = self.pay(&e.to, &e.from, e.money.minor);
                self.lot(&e.certificate, e.lot, |lot| {
                    lot.holder = seller;
                    lot.recourse_to = None;
                    lot.locked = false;
                });
                flows.push(Flow::TakenBack {
                    funder,
                    seller,
                    minor: e.money.minor,
                });
            }
            Event::PoolRedeemed(e) => {
                let issuer = self.who(&e.issuer);
                flows.push(Flow::Pool {
                    issuer,
                    owed: e.owed,
                    paid: e.paid,
                });
            }
            _ => self.apply_bill(event, flows),
        }
    }

    fn apply_bill(&mut self, event: &Event, flows: &mut Vec<Flow>) {
        match event {
            Event::BillRegistered(e) => {
                let (debtor, drawer) = (self.who(&e.bill.acceptor), self.who(&e.bill.drawer));
                self.touched.insert(e.bill.number);
                let paper = Paper::bill(&e.bill, debtor, drawer);
                self.papers.insert(e.bill.number, paper);
            }
            Event::BillAccepted(e) => self.free(&e.bill, self.whole(&e.bill)),
            Event::BillDelivered(e) => {
                let to = self.who(&e.to);
                let range = self.whole(&e.bill);
                self.lot(&e.bill, range, |lot| lot.give(to));
                flows.push(Flow::Issued {
                    kind: PaperKind::Bill,
                    to,
                    minor: e.money.minor,
                });
            }
            Event::BillEndorsed(e) => {
                let (from, to) = (self.who(&e.from), self.who(&e.to));
                let mut tier = 0;
                self.lot(&e.bill, e.lot, |lot| {
                    lot.give(to);
                    lot.tier = lot.tier.saturating_add(1);
                    tier = lot.tier;
                });
                flows.push(Flow::Moved {
                    kind: PaperKind::Bill,
                    from,
                    to,
                    minor: e.money.minor,
                    tier,
                });
            }
            Event::BillDiscounted(e) => {
                let (funder, seller) = self.pay(&e.to, &e.from, e.price.minor);
                self.lot(&e.bill, e.lot, |lot| lot.give(funder));
                flows.push(Flow::Financed {
                    kind: PaperKind::Bill,
                    seller,
                    funder,
                    advance: e.money.minor,
                    price: e.price.minor,
                    days: self.days_to(&e.bill),
                    recourse: false,
                });
            }
            Event::BillPaid(e) => {
                let (_, to) = self.pay(&e.from, &e.to, e.money.minor);
                self.lot(&e.bill, e.lot, |lot| lot.end_as(Standing::Paid));
                flows.push(Flow::Paid {
                    kind: PaperKind::Bill,
                    to,
                    minor: e.money.minor,
                });
            }
            Event::BillDishonoured(e) => {
                let holder = self.who(&e.holder);
                self.lot(&e.bill, e.lot, |lot| {
                    lot.standing = Standing::Overdue;
                    lot.locked = false;
                });
                flows.push(Flow::Overdue {
                    kind: PaperKind::Bill,
                    debtor: self.debtor(&e.bill),
                    holder,
                    minor: e.lot.amount().unwrap_or(0),
                });
            }
            Event::BillTerminated(e) => {
                self.lot(&e.bill, e.lot, |lot| lot.end_as(Standing::Void));
            }
            _ => {}
        }
    }

    /// From today to the day on which a paper is to be paid.
    fn days_to(&self, number: &InstrumentNumber) -> u32 {
        let payable_on = self.papers.get(number).map(|paper| paper.payable_on);
        match (self.today, payable_on) {
            (Some(today), Some(on)) => allonge_contracts::days_between(today, on),
            _ => 0,
        }
    }
}
