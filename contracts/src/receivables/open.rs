//! A core enterprise opens a certificate (rule book 3.1, 3.2).

use crate::calls::OpenCertificate;
use crate::cash::{known_currency, require_no_due_debt};
use crate::codes::Code;
use crate::date::Date;
use crate::events::CertificateOpened;
use crate::instruments::{
    BankNumber, CERTIFICATE_TYPE, Circulation, Dishonour, Frozen, HandKind, InstrumentNumber, Lot,
    LotRange, NewHand, Receivable, Status, new_lot, next_number, payable_on, record_hand,
    take_serial,
};
use crate::member_id::MemberId;
use crate::members::{Member, Role, TRADING_ROLES, acting, named, require_active, require_role};
use crate::money::Money;
use crate::outcome::{CallResult, Failure};
use crate::receivables::find::line_named;
use crate::receivables::line::{check_room, draw};
use crate::receivables::{Certificate, Line, overdue, pool};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::tables::{CERTIFICATES_BY_ISSUER, instrument_entity};
use crate::trade::backing::{self, Sides};

/// What opening found: all that the certificate needs besides the call.
pub(crate) struct Checked {
    line: Line,
    bank: BankNumber,
    serial: u32,
    number: InstrumentNumber,
    payable_on: Date,
    max_tier: u16,
}

/// The number of the bank at which the issuer keeps its account.
fn bank_number(run: &Run<'_, '_>, issuer: &Member) -> Result<BankNumber, Failure> {
    let found = match &issuer.account_bank {
        Some(bank) => named(run.state, bank)?.bank_number,
        None => issuer.bank_number,
    };
    found.ok_or_else(|| Failure::of(Code::NoBankNumber).fact("issuer", &issuer.id))
}

/// The last day that a term of so many months reaches.
pub(super) fn term_end(from: Date, months: u64) -> Date {
    let months = u32::try_from(months).unwrap_or(u32::MAX);
    from.plus_months(months).unwrap_or(Date::LAST)
}

fn check_term(run: &Run<'_, '_>, call: &OpenCertificate) -> Result<(), Failure> {
    let (today, params) = (run.date(), &run.settings.params);
    if call.due <= today {
        return Err(Failure::of(Code::MaturityInPast)
            .fact("maturity", call.due)
            .fact("business date", today));
    }
    let latest = term_end(today, params.certificate_max_term_months);
    if call.due > latest {
        return Err(Failure::of(Code::TermTooLong)
            .fact("maturity", call.due)
            .fact("latest", latest));
    }
    Ok(())
}

/// Refuses a long term for which no reason is stated.
fn check_reason(run: &Run<'_, '_>, call: &OpenCertificate) -> Result<(), Failure> {
    let months = run.settings.params.certificate_free_term_months;
    let free = term_end(run.date(), months);
    if call.due > free && call.term_reason.is_empty() {
        return Err(Failure::of(Code::TermReasonMissing)
            .fact("maturity", call.due)
            .fact("without reason", free));
    }
    Ok(())
}

/// Refuses a promise that trade papers do not cover, where the ledger asks for them.
fn check_covered(run: &Run<'_, '_>, call: &OpenCertificate) -> Result<(), Failure> {
    let covered = call
        .backing
        .iter()
        .fold(0u64, |sum, one| sum.saturating_add(one.money.minor));
    if run.settings.params.opening_needs_papers != 0 && covered < call.sum.minor {
        return Err(Failure::of(Code::NotCovered)
            .fact("have", Money::new(call.sum.currency, covered))
            .fact("need", call.sum));
    }
    Ok(())
}

/// The ledger's own limit of tiers.
fn deepest(run: &Run<'_, '_>) -> u16 {
    u16::try_from(run.settings.params.max_tier).unwrap_or(u16::MAX)
}

impl Act for OpenCertificate {
    type Checked = Checked;

    fn check_stateless(&self) -> Result<(), Failure> {
        if self.max_tier == Some(0) {
            return Err(Failure::argument("max_tier"));
        }
        backing::check_words(&self.backing, self.sum)
    }

    fn check_state(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Checked, Failure> {
        let most = deepest(run);
        if self.max_tier.is_some_and(|tier| tier > most) {
            return Err(Failure::argument("max_tier").fact("most", u64::from(most)));
        }
        let line = line_named(run.state, &self.line);
        if let Ok(line) = &line
            && line.limit.currency != self.sum.currency
        {
            return Err(Failure::argument("sum").fact("currency", line.limit.currency.code()));
        }
        let issuer = acting(run.state, caller.actor)?;
        require_role(&issuer, &[Role::Enterprise])?;
        let payee = named(run.state, &self.payee)?;
        require_role(&payee, TRADING_ROLES)?;
        require_active(&payee)?;
        known_currency(run.state, self.sum.currency)?;
        if self.sum.minor == 0 {
            return Err(Failure::of(Code::AmountZero));
        }
        if self.payee == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.payee));
        }
        // While the clock still works off what fell due, nobody knows yet whether the issuer is overdue.
        require_no_due_debt(run, caller.actor)?;
        if let Ok(line) = &line
            && line.issuer != *caller.actor
        {
            return Err(Failure::of(Code::WrongParty).fact("issuer", &line.issuer));
        }
        check_term(run, self)?;
        let bank = bank_number(run, &issuer)?;
        let (number, serial) = next_number(run, CERTIFICATE_TYPE, bank)?;
        let line = line?;
        check_room(run, &line, self.sum)?;
        check_reason(run, self)?;
        check_covered(run, self)?;
        overdue::check(run, caller.actor)?;
        let sides = Sides {
            debtors: &[caller.actor],
            creditors: &[&self.payee],
        };
        backing::check(run, caller.actor, &sides, &self.backing)?;
        Ok(Checked {
            line,
            bank,
            serial,
            number,
            payable_on: payable_on(run.state, self.due)?,
            max_tier: self.max_tier.unwrap_or(most),
        })
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        caller: &Caller<'_>,
        checked: Checked,
    ) -> Result<CallResult, Failure> {
        take_serial(run, checked.bank, checked.serial)?;
        draw(run.state, checked.line, self.sum)?;
        let mut certificate = Certificate {
            number: checked.number,
            sum: self.sum,
            issuer: caller.actor.clone(),
            line: self.line,
            payee: self.payee.clone(),
            issue_date: run.date(),
            due: self.due,
            payable_on: checked.payable_on,
            splittable: self.splittable,
            notice_only: self.notice_only,
            max_tier: checked.max_tier,
            term_reason: self.term_reason.clone(),
            confirmed_by: None,
            hands: 0,
        };
        write_new(run, &mut certificate, caller.actor)?;
        backing::draw(run, &certificate.number, caller.actor, &self.backing)?;
        pool::enter(run, &certificate)?;
        let number = certificate.number;
        run.emit(CertificateOpened { certificate });
        Ok(CallResult::Certificate(number))
    }
}

/// Writes the certificate, its first hand, and its one lot, which its issuer has until the payee signs.
fn write_new(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    issuer: &MemberId,
) -> Result<(), StateFault> {
    let range = LotRange {
        start: 1,
        end: certificate.sum.minor,
    };
    let hand = NewHand {
        from: Some(issuer.clone()),
        ..NewHand::new(HandKind::Opened, range, None)
    };
    let hand = record_hand(run, certificate, hand)?;
    CERTIFICATES_BY_ISSUER.put(
        run.state,
        issuer.as_str().as_bytes(),
        instrument_entity(&certificate.number),
        &(),
    )?;
    let lot = Lot {
        range,
        holder: issuer.clone(),
        status: Status::Opened,
        circulation: Circulation::AwaitingReceipt,
        not_transferable_by: None,
        discounted: false,
        dishonour: Dishonour::None,
        refused: None,
        frozen: Frozen::No,
        hand,
        request: None,
        presented_in_time: None,
        presented_late: None,
        splittable: certificate.splittable,
        limits: None,
        pledge: None,
        repo: None,
        claim: None,
        receivable: Some(Receivable {
            tier: 1,
            funding: None,
            disputed_by: None,
        }),
    };
    new_lot(run.state, &certificate.number, &lot)
}
