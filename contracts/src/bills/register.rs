//! Registration of a bill by its drawer (rule book 2.1).

use crate::bills::limits::check_words;
use crate::bills::{
    BankNumber, Bill, BillKind, Circulation, Dishonour, Frozen, HandKind, InstrumentNumber, Lot,
    LotRange, NewHand, Status, UseLimits, new_lot, payable_on, profile, record_hand,
};
use crate::calls::Register;
use crate::cash::known_currency;
use crate::clock::{DueKey, DueKind, schedule};
use crate::codes::Code;
use crate::date::Date;
use crate::events::BillRegistered;
use crate::instruments::{next_number, take_serial};
use crate::member_id::MemberId;
use crate::members::{Member, Role, TRADING_ROLES, acting, named, require_active, require_role};
use crate::outcome::{CallResult, Failure};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::trade::backing::{self, Sides};

const MAX_BACKGROUND: usize = 16;

/// What registration found: all that the new bill needs besides the call.
pub(crate) struct Checked {
    bank: BankNumber,
    serial: u32,
    number: InstrumentNumber,
    payable_on: Date,
    window_end: Date,
}

/// Who may accept which kind: a bank a bank bill, a finance company its kind, and an enterprise that is
/// neither a commercial bill.
fn require_acceptor(kind: BillKind, acceptor: &Member) -> Result<(), Failure> {
    match kind {
        BillKind::Bank => require_role(acceptor, &[Role::Bank]),
        BillKind::FinanceCompany => require_role(acceptor, &[Role::FinanceCompany]),
        BillKind::Commercial => {
            require_role(acceptor, &[Role::Enterprise])?;
            if acceptor.has_any(&[Role::Bank, Role::FinanceCompany]) {
                return Err(Failure::of(Code::RoleRequired)
                    .fact("member", &acceptor.id)
                    .fact("kind", kind.as_str()));
            }
            Ok(())
        }
    }
}

/// The acceptor's own bank number, or for a commercial bill that of its account bank.
fn bank_number(
    run: &Run<'_, '_>,
    kind: BillKind,
    acceptor: &Member,
) -> Result<BankNumber, Failure> {
    let found = match (kind, &acceptor.account_bank) {
        (BillKind::Commercial, Some(bank)) => named(run.state, bank)?.bank_number,
        (BillKind::Commercial, None) => None,
        _ => acceptor.bank_number,
    };
    found.ok_or_else(|| Failure::of(Code::NoBankNumber).fact("acceptor", &acceptor.id))
}

/// A bank bill has three different parties. A commercial bill may be drawn by its acceptor or by its payee;
/// nobody accepts a bill payable to itself.
fn check_parties(call: &Register, drawer: &MemberId) -> Result<(), Failure> {
    let drawn_by_a_party = *drawer == call.acceptor || *drawer == call.payee;
    if call.acceptor == call.payee || (call.kind != BillKind::Commercial && drawn_by_a_party) {
        return Err(Failure::of(Code::SelfDealing)
            .fact("drawer", drawer)
            .fact("acceptor", &call.acceptor)
            .fact("payee", &call.payee));
    }
    Ok(())
}

fn check_dates(run: &Run<'_, '_>, call: &Register) -> Result<(), Failure> {
    let today = run.date();
    if call.maturity <= today {
        return Err(Failure::of(Code::MaturityInPast)
            .fact("maturity", call.maturity)
            .fact("business date", today));
    }
    let months = u32::try_from(run.settings.params.bill_max_term_months).unwrap_or(u32::MAX);
    let latest = today.plus_months(months).unwrap_or(Date::LAST);
    if call.maturity > latest {
        return Err(Failure::of(Code::TermTooLong)
            .fact("maturity", call.maturity)
            .fact("latest", latest));
    }
    match call.issue_date {
        Some(date) if date != today => Err(Failure::of(Code::IssueDateWrong)
            .fact("issue_date", date)
            .fact("business date", today)),
        _ => Ok(()),
    }
}

impl Act for Register {
    type Checked = Checked;

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.trade_background.len() > MAX_BACKGROUND {
            return Err(Failure::argument("trade_background"));
        }
        if let Some(limits) = &self.limits {
            check_words(limits)?;
        }
        backing::check_words(&self.backing, self.sum)
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Checked, Failure> {
        require_role(&acting(run.state, caller.actor)?, TRADING_ROLES)?;
        let acceptor = named(run.state, &self.acceptor);
        let payee = named(run.state, &self.payee);
        if let Ok(acceptor) = &acceptor {
            require_acceptor(self.kind, acceptor)?;
        }
        if let Ok(payee) = &payee {
            require_role(payee, TRADING_ROLES)?;
        }
        let (acceptor, payee) = (acceptor?, payee?);
        require_active(&acceptor)?;
        require_active(&payee)?;
        known_currency(run.state, self.sum.currency)?;
        if self.sum.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        let ceiling = run.settings.params.bill_max_sum;
        if self.sum.minor > ceiling {
            return Err(Failure::of(Code::AmountTooLarge)
                .fact("sum", self.sum)
                .fact(
                    "ceiling",
                    crate::money::Money::new(self.sum.currency, ceiling),
                ));
        }
        check_parties(self, caller.actor)?;
        check_dates(run, self)?;
        let bank = bank_number(run, self.kind, &acceptor)?;
        let (number, serial) = next_number(run, self.kind as u8, bank)?;
        let sides = Sides {
            debtors: &[caller.actor, &self.acceptor],
            creditors: &[caller.actor, &self.payee],
        };
        backing::check(run, caller.actor, &sides, &self.backing)?;
        Ok(Checked {
            bank,
            serial,
            number,
            payable_on: payable_on(run.state, self.maturity)?,
            window_end: profile::window_end(run, self.profile, self.maturity)?,
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        checked: Checked,
    ) -> Result<CallResult, Failure> {
        take_serial(run, checked.bank, checked.serial)?;
        let mut bill = Bill {
            number: checked.number,
            kind: self.kind,
            sum: self.sum,
            drawer: caller.actor.clone(),
            acceptor: self.acceptor.clone(),
            payee: self.payee.clone(),
            issue_date: run.date(),
            maturity: self.maturity,
            splittable: self.splittable,
            trade_background: self.trade_background.clone(),
            window_end: checked.window_end,
            payable_on: checked.payable_on,
            profile: self.profile,
            disclosed_on: None,
            accepted: 0,
            hands: 0,
        };
        write_new(run, &mut bill, self.not_transferable, self.limits.clone())?;
        let due = DueKey::instrument(bill.maturity, DueKind::Maturity, &bill.number);
        schedule(run, &due, 0)?;
        let number = bill.number;
        run.emit(BillRegistered { bill });
        backing::draw(run, &number, caller.actor, &self.backing)?;
        Ok(CallResult::Bill(number))
    }
}

/// Writes the bill, its first hand, and its one lot in the drawer's hands.
fn write_new(
    run: &mut Run<'_, '_>,
    bill: &mut Bill,
    not_transferable: bool,
    limits: Option<UseLimits>,
) -> Result<(), StateFault> {
    let range = LotRange {
        start: 1,
        end: bill.sum.minor,
    };
    let hand = NewHand {
        from: Some(bill.drawer.clone()),
        not_transferable,
        ..NewHand::new(HandKind::Registered, range, None)
    };
    let hand = record_hand(run, bill, hand)?;
    let lot = Lot {
        range,
        holder: bill.drawer.clone(),
        status: Status::Issued,
        circulation: Circulation::AwaitingReceipt,
        not_transferable_by: not_transferable.then(|| bill.drawer.clone()),
        discounted: false,
        dishonour: Dishonour::None,
        refused: None,
        frozen: Frozen::No,
        hand,
        request: None,
        presented_in_time: None,
        presented_late: None,
        splittable: bill.splittable,
        limits,
        pledge: None,
        repo: None,
        claim: None,
        receivable: None,
    };
    new_lot(run.state, &bill.number, &lot)
}
