//! The story: one bill from its invoice to its payment, and what must come of it.

use super::books::{Books, BooksError};
use super::checks::{ASK, level};
use super::plan::{Plan, TERM_DAYS};
use super::report::{Back, BillLine, Killed, Payment};
use super::stage::{Act, ClockEvent, Stage, bill_made, id, milliseconds, request_of};
use crate::client::Final;
use crate::cluster::names::{CENTRAL_BANK, CORE, FIRST_BANK, REGULATOR, SECOND_BANK, SUPPLIERS};
use crate::error::CliError;
use allonge_contracts::bills::{BillKind, InstrumentNumber};
use allonge_contracts::calls::{
    Admit, Agree, CallIndex, InstrumentRef, Mint, Present, Register, RequestAcceptance,
    RequestDelivery, RequestEndorsement, RequestRef, Transfer,
};
use allonge_contracts::members::Role;
use allonge_contracts::{Call, Event, Hash, MemberId, Money, RequestId, Text};
use std::time::Instant;

/// Everybody who may have cash at the end.
pub(super) const EVERYBODY: [&str; 8] = [
    CENTRAL_BANK,
    REGULATOR,
    FIRST_BANK,
    SECOND_BANK,
    CORE,
    SUPPLIERS[0],
    SUPPLIERS[1],
    SUPPLIERS[2],
];

/// What came of the story.
pub(super) struct Told {
    pub books: Books,
    pub bill: BillLine,
    pub killed: Killed,
    pub payments: Vec<Payment>,
    pub minted: Money,
    /// The transaction by which a lot was paid by hand.
    pub hand_payment: Final,
    /// The killed node, started again.
    pub back: Back,
}

/// The story while it is told.
struct Teller<'a> {
    stage: &'a mut Stage,
    plan: &'a Plan,
    books: Books,
}

/// Plays the whole story.
pub(super) async fn play(stage: &mut Stage, plan: &Plan) -> Result<Told, CliError> {
    let mut teller = Teller {
        books: Books::new(plan.sum.currency),
        stage,
        plan,
    };
    for name in EVERYBODY {
        teller.books.open(&id(name)?);
    }
    teller.stage.screen.heading("Members and cash")?;
    teller.admit().await?;
    let minted = teller.mint().await?;
    teller.stage.screen.heading("The bill")?;
    let bill = teller.draw().await?;
    teller.stage.screen.heading("Down the tiers")?;
    let [first, second, third] = SUPPLIERS;
    teller
        .endorse(&bill.number, first, second, plan.to_second, "for parts")
        .await?;
    let (request, terms, money) = teller
        .ask_endorsement(&bill.number, second, third, plan.to_third, "for steel")
        .await?;
    let (mut killed, before_kill) = teller.kill().await?;
    teller
        .sign_endorsement(second, third, money, (request, terms))
        .await?;
    teller
        .endorse(&bill.number, first, SECOND_BANK, plan.to_bank, "for a loan")
        .await?;
    teller
        .stage
        .screen
        .heading("Payment by hand, before maturity")?;
    teller.cover(&bill.number).await?;
    let (hand_payment, by_hand) = teller.pay_early(&bill.number, first).await?;
    teller.after_kill(&mut killed, before_kill).await?;
    teller
        .stage
        .screen
        .heading("Payment by the clock, at maturity")?;
    let mut payments = vec![by_hand];
    payments.extend(teller.mature(&bill).await?);
    teller.stage.screen.heading("The dead node comes back")?;
    let back = teller.come_back().await?;
    Ok(Told {
        books: teller.books,
        bill,
        killed,
        payments,
        minted,
        hand_payment,
        back,
    })
}

impl Teller<'_> {
    async fn say(
        &mut self,
        actor: &str,
        calls: Vec<Call>,
        text: String,
        money: Option<Money>,
    ) -> Result<Final, CliError> {
        self.stage
            .act(Act {
                actor,
                calls,
                text,
                money,
                lot: None,
            })
            .await
    }

    /// The enterprises become members; the parties of the invoice with the identifiers that it gives.
    async fn admit(&mut self) -> Result<(), CliError> {
        let parties = self.plan.parties();
        let legal_id = |name: &str| {
            let party = parties.iter().find(|party| party.member == name);
            party.and_then(|party| party.legal_id.clone())
        };
        let mut calls: Vec<Call> = Vec::new();
        for (name, bank) in [
            (CORE, FIRST_BANK),
            (SUPPLIERS[0], FIRST_BANK),
            (SUPPLIERS[1], SECOND_BANK),
            (SUPPLIERS[2], SECOND_BANK),
        ] {
            calls.push(
                Admit {
                    member: id(name)?,
                    roles: vec![Role::Enterprise],
                    legal_id: legal_id(name),
                    bank_number: None,
                    account_bank: Some(id(bank)?),
                    keys: vec![self.stage.cluster.key(name)?.public()],
                    threshold: 1,
                }
                .into(),
            );
        }
        let text = format!("admits {CORE} and suppliers 1 to 3");
        self.say(REGULATOR, calls, text, None).await?;
        Ok(())
    }

    /// Cash for the one who has to pay in the end, and for the bank that promises to.
    async fn mint(&mut self) -> Result<Money, CliError> {
        let sum = self.plan.sum;
        let mut calls: Vec<Call> = Vec::new();
        for name in [CORE, FIRST_BANK] {
            let to = id(name)?;
            self.books.mint(&to, sum.minor)?;
            calls.push(
                Mint {
                    to,
                    money: sum,
                    reference: Text::empty(),
                }
                .into(),
            );
        }
        let text = format!("mints {sum} each for {CORE} and {FIRST_BANK}");
        self.say(CENTRAL_BANK, calls, text, Some(sum)).await?;
        Ok(Money::new(sum.currency, sum.minor.saturating_mul(2)))
    }

    /// Registered and accepted, delivered and signed for.
    async fn draw(&mut self) -> Result<BillLine, CliError> {
        let sum = self.plan.sum;
        let payee = SUPPLIERS[0];
        let today = self.stage.client.status().await?.body.clock.date;
        let maturity = today.plus_days(TERM_DAYS).ok_or_else(|| {
            CliError::check_failed(
                "DEMO_DATE",
                format!("no date is {TERM_DAYS} days after {today}"),
                "set this machine's clock",
            )
        })?;
        let register = Register {
            profile: Default::default(),
            limits: None,
            kind: BillKind::Bank,
            acceptor: id(FIRST_BANK)?,
            payee: id(payee)?,
            sum,
            maturity,
            issue_date: None,
            splittable: true,
            not_transferable: false,
            trade_background: vec![self.plan.hash],
            backing: Vec::new(),
        };
        let ask = RequestAcceptance {
            bill: InstrumentRef::Call(CallIndex { call: 0 }),
            answer_by: None,
        };
        let text = format!(
            "draws a bill on {FIRST_BANK} for {sum}, due {maturity}, and asks it to accept"
        );
        let done = self
            .say(CORE, vec![register.into(), ask.into()], text, Some(sum))
            .await?;
        let number = bill_made(&done)?;
        self.books.draw(&id(CORE)?, sum.minor);
        let shown = format!("bill {number}");
        self.stage
            .screen
            .event("", &shown, "", |style, words| style.dim(words))?;
        self.agree(
            FIRST_BANK,
            request_of(&done)?,
            format!("accepts: promises to pay {sum}"),
            Some(sum),
        )
        .await?;
        let deliver = RequestDelivery {
            bill: InstrumentRef::Number(number),
            answer_by: None,
        };
        let done = self
            .say(
                CORE,
                vec![deliver.into()],
                format!("delivers the bill to {payee}"),
                Some(sum),
            )
            .await?;
        self.agree(
            payee,
            request_of(&done)?,
            "signs for the bill".to_owned(),
            Some(sum),
        )
        .await?;
        self.books.draw(&id(payee)?, sum.minor);
        let bill = self.stage.client.bill(&number).await?.body.bill;
        Ok(BillLine {
            number,
            sum,
            drawer: bill.drawer,
            acceptor: bill.acceptor,
            payee: bill.payee,
            issue_date: bill.issue_date,
            maturity: bill.maturity,
            payable_on: bill.payable_on,
        })
    }

    async fn agree(
        &mut self,
        actor: &str,
        (request, terms): Asked,
        text: String,
        money: Option<Money>,
    ) -> Result<Final, CliError> {
        let agree = Agree {
            request: RequestRef::Id(request),
            terms,
        };
        self.say(actor, vec![agree.into()], text, money).await
    }

    /// Request and answer.
    async fn endorse(
        &mut self,
        bill: &InstrumentNumber,
        from: &str,
        to: &str,
        money: Money,
        what_for: &str,
    ) -> Result<(), CliError> {
        let (request, terms, money) = self
            .ask_endorsement(bill, from, to, money, what_for)
            .await?;
        self.sign_endorsement(from, to, money, (request, terms))
            .await
    }

    async fn ask_endorsement(
        &mut self,
        bill: &InstrumentNumber,
        from: &str,
        to: &str,
        money: Money,
        what_for: &str,
    ) -> Result<(RequestId, Hash, Money), CliError> {
        let ask = RequestEndorsement {
            purpose: Default::default(),
            bill: InstrumentRef::Number(*bill),
            lot: self.books.lot_of(&id(from)?)?,
            part: Some(money),
            to: id(to)?,
            not_transferable: false,
            answer_by: None,
        };
        let text = format!("splits off {money} and endorses it to {to} {what_for}");
        let done = self.say(from, vec![ask.into()], text, Some(money)).await?;
        let (request, terms) = request_of(&done)?;
        Ok((request, terms, money))
    }

    async fn sign_endorsement(
        &mut self,
        from: &str,
        to: &str,
        money: Money,
        asked: Asked,
    ) -> Result<(), CliError> {
        self.agree(to, asked, "signs for it".to_owned(), Some(money))
            .await?;
        Ok(self.books.endorse(&id(from)?, &id(to)?, money.minor)?)
    }

    /// One node dies as in a power cut, in the middle of an endorsement.
    async fn kill(&mut self) -> Result<(Killed, usize), CliError> {
        let node = self.stage.cluster.len().saturating_sub(1);
        let height = self.stage.client.status().await?.height;
        let pid = self.stage.cluster.kill(node)?;
        let name = format!("node-{node}");
        self.stage.screen.event(
            &name,
            &format!("killed with kill -9 (process {pid})"),
            &format!("after block {height}"),
            |style, words| style.bad(words),
        )?;
        let killed = Killed {
            node: name,
            pid,
            height_before: height,
            height_after: height,
            final_without_it: 0,
            median_milliseconds: 0,
            slowest_milliseconds: 0,
        };
        Ok((killed, self.stage.steps.len()))
    }

    /// What became final since.
    async fn after_kill(
        &mut self,
        killed: &mut Killed,
        steps_before: usize,
    ) -> Result<(), CliError> {
        let mut times: Vec<u64> = self
            .stage
            .steps
            .iter()
            .skip(steps_before)
            .map(|step| step.milliseconds)
            .collect();
        times.sort_unstable();
        killed.height_after = self.stage.client.status().await?.height;
        killed.final_without_it = times.len();
        killed.median_milliseconds = times.get(times.len() / 2).copied().unwrap_or(0);
        killed.slowest_milliseconds = times.last().copied().unwrap_or(0);
        let running = self.stage.cluster.len().saturating_sub(1);
        let text = format!(
            "{running} nodes go on: {} acts final since, median {} ms",
            killed.final_without_it, killed.median_milliseconds
        );
        let place = format!("blocks {} to {}", killed.height_before, killed.height_after);
        self.stage
            .screen
            .event("", &text, &place, |style, words| style.good(words))
    }

    /// The drawer puts its bank in funds, as it must before maturity.
    async fn cover(&mut self, bill: &InstrumentNumber) -> Result<(), CliError> {
        let sum = self.plan.sum;
        let transfer = Transfer {
            to: id(FIRST_BANK)?,
            money: sum,
            purpose: crate::cluster::built_in("cover for a bill")
                .map_err(crate::cluster::ClusterError::from)?,
            reference: crate::cluster::built_in(bill.as_str())
                .map_err(crate::cluster::ClusterError::from)?,
        };
        let text = format!("pays {sum} to {FIRST_BANK}: cover for the bill");
        self.say(CORE, vec![transfer.into()], text, Some(sum))
            .await?;
        Ok(self
            .books
            .transfer(&id(CORE)?, &id(FIRST_BANK)?, sum.minor)?)
    }

    /// A holder presents before maturity, and the acceptor pays though it need not yet.
    async fn pay_early(
        &mut self,
        bill: &InstrumentNumber,
        holder: &str,
    ) -> Result<(Final, Payment), CliError> {
        let (from, to) = (id(FIRST_BANK)?, id(holder)?);
        let lot = self.books.lot_of(&to)?;
        let money = Money::new(self.plan.sum.currency, lot.amount().unwrap_or(0));
        let present = Present {
            part: None,
            bill: InstrumentRef::Number(*bill),
            lot,
            explanation: Text::empty(),
        };
        let done = self
            .say(
                holder,
                vec![present.into()],
                format!("presents its {money} early"),
                Some(money),
            )
            .await?;
        let done = self
            .agree(
                FIRST_BANK,
                request_of(&done)?,
                format!("pays {money} to {holder}"),
                Some(money),
            )
            .await?;
        self.books.pay(&from, &to)?;
        let payment = Payment {
            lot,
            from,
            to,
            money,
            by_clock: false,
            height: done.height,
        };
        Ok((done, payment))
    }

    /// On the day it is payable the clock presents what is left, and at that day's close it pays.
    async fn mature(&mut self, bill: &BillLine) -> Result<Vec<Payment>, CliError> {
        let day = bill.payable_on;
        let rolled = if day == bill.maturity {
            "maturity"
        } else {
            "the business day after maturity"
        };
        self.stage
            .advance(
                REGULATOR,
                day,
                format!("moves the network's clock to {day}, {rolled}"),
                &bill.number,
            )
            .await?;
        let next = day.plus_days(1).unwrap_or(day);
        let text = format!("moves the clock past that day's close, to {next}");
        let events = self
            .stage
            .advance(REGULATOR, next, text, &bill.number)
            .await?;
        // The demo's own books do not follow the events: by now every lot must be paid.
        let acceptor = id(FIRST_BANK)?;
        let unpaid: Vec<MemberId> = self
            .books
            .lots()
            .iter()
            .filter(|lot| !lot.paid)
            .map(|lot| lot.holder.clone())
            .collect();
        for holder in unpaid {
            self.books.pay(&acceptor, &holder)?;
        }
        let mut payments = Vec::new();
        for ClockEvent { height, event } in events {
            if let Event::BillPaid(paid) = event {
                payments.push(Payment {
                    lot: paid.lot,
                    from: paid.from,
                    to: paid.to,
                    money: paid.money,
                    by_clock: paid.by_clock,
                    height,
                });
            }
        }
        Ok(payments)
    }

    /// The killed node starts on what it has on its disk and fetches what it missed.
    async fn come_back(&mut self) -> Result<Back, CliError> {
        let node = self.stage.cluster.len().saturating_sub(1);
        let name = format!("node-{node}");
        let height = self.stage.client.status().await?.height;
        let started = Instant::now();
        let pid = self.stage.cluster.restart(node).await?;
        let client = self.stage.cluster.client(node, ASK)?;
        level(&client, node, height).await?;
        let back = Back {
            node: name,
            pid,
            height,
            milliseconds: milliseconds(started.elapsed()),
        };
        self.stage.screen.event(
            &back.node,
            &format!("started again (process {pid}) and has all blocks"),
            &format!("block {height:>4} {:>6} ms", back.milliseconds),
            |style, words| style.good(words),
        )?;
        Ok(back)
    }
}

/// A request and the hash of its terms.
type Asked = (RequestId, Hash);

impl From<BooksError> for CliError {
    fn from(error: BooksError) -> Self {
        CliError::check_failed(
            "DEMO_BOOKS",
            error.to_string(),
            "a node did what the rules do not allow, or the demo is wrong",
        )
    }
}
