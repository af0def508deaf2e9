//! A certificate before anybody holds it: confirmed, signed for, or ended (rule book 3.1, 3.2).

use crate::calendar::roll;
use crate::calls::{CancelCertificate, RequestConfirmation, RequestSignature};
use crate::codes::Code;
use crate::date::Date;
use crate::events::{CertificateConfirmed, CertificateEnded, CertificateSigned, UnsignedEnd};
use crate::instruments::{
    Circulation, Frozen, HandKind, Lot, NewHand, Paper, Status, change_lot, end_lot, put_lot,
    record_hand,
};
use crate::member_id::MemberId;
use crate::members::{Role, named, require_active, require_role};
use crate::outcome::{CallResult, Failure};
use crate::receivables::find::{certificate_named, whole_lot};
use crate::receivables::open::term_end;
use crate::receivables::rules::{CANCELLATION, REJECTION};
use crate::receivables::{Certificate, overdue, pool, rules};
use crate::requests::{
    Ask, Asked, Request, Terms, answer_by, check_asking, day_before_maturity, remove,
};
use crate::run::{Act, Caller, Run};
use crate::state::StateFault;
use crate::trade::backing;

impl Ask for RequestConfirmation {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate);
        let bank = named(run.state, &self.to)?;
        require_role(&bank, &[Role::Bank])?;
        require_active(&bank)?;
        if self.to == *caller.actor {
            return Err(Failure::of(Code::SelfDealing).fact("member", &self.to));
        }
        let certificate = certificate?;
        let lot = whole_lot(run, &certificate)?;
        check_asking(rules::CONFIRMATION, &certificate, &lot, caller.actor)?;
        let answer_by = answer_by(run, self.answer_by, day_before_maturity(&certificate))?;
        if certificate.confirmed_by.is_some() || !needs_confirmation(run, &certificate) {
            return Err(Failure::of(Code::NothingToConfirm).fact("certificate", certificate.number));
        }
        Ok(whole(
            certificate,
            lot,
            self.to.clone(),
            Terms::Confirmation {},
            answer_by,
        ))
    }
}

/// Whether its term is above that which needs no reason, as things are today.
fn needs_confirmation(run: &Run<'_, '_>, certificate: &Certificate) -> bool {
    let months = run.settings.params.certificate_free_term_months;
    certificate.due > term_end(certificate.issue_date, months)
}

fn whole(
    certificate: Certificate,
    lot: Lot,
    to: MemberId,
    terms: Terms,
    answer_by: crate::date::Date,
) -> Asked {
    Asked {
        units: certificate.sum.minor,
        instrument: certificate.into(),
        lot,
        to,
        terms,
        answer_by,
        work: 0,
    }
}

impl Ask for RequestSignature {
    fn check(&self, run: &Run<'_, '_>, caller: &Caller<'_>) -> Result<Asked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate)?;
        require_active(&named(run.state, &certificate.payee)?)?;
        let lot = whole_lot(run, &certificate)?;
        check_asking(rules::SIGNATURE, &certificate, &lot, caller.actor)?;
        let days = u32::try_from(run.settings.params.signature_answer_days).unwrap_or(u32::MAX);
        let last = day_before_maturity(&certificate);
        let latest = roll(run.state, run.date().plus_days(days).unwrap_or(Date::LAST))?.min(last);
        let answer_by = answer_by(run, self.answer_by, latest)?;
        if certificate.confirmed_by.is_none() && needs_confirmation(run, &certificate) {
            return Err(Failure::of(Code::NotConfirmed)
                .fact("certificate", certificate.number)
                .fact("due", certificate.due));
        }
        overdue::check(run, caller.actor)?;
        let payee = certificate.payee.clone();
        Ok(whole(
            certificate,
            lot,
            payee,
            Terms::Signature {},
            answer_by,
        ))
    }
}

impl Act for CancelCertificate {
    type Checked = (Certificate, Lot, UnsignedEnd);

    fn check_stateless(&self) -> Result<(), Failure> {
        Ok(())
    }

    fn check_state(
        &self,
        run: &Run<'_, '_>,
        caller: &Caller<'_>,
    ) -> Result<Self::Checked, Failure> {
        let certificate = certificate_named(run, caller, self.certificate)?;
        let lot = whole_lot(run, &certificate)?;
        let (rule, why) = if *caller.actor == certificate.payee {
            (REJECTION, UnsignedEnd::Rejected)
        } else {
            (CANCELLATION, UnsignedEnd::Cancelled)
        };
        check_asking(rule, &certificate, &lot, caller.actor)?;
        Ok((certificate, lot, why))
    }

    fn apply(
        &self,
        run: &mut Run<'_, '_>,
        _: &Caller<'_>,
        (mut certificate, lot, why): Self::Checked,
    ) -> Result<CallResult, Failure> {
        end_unsigned(run, &mut certificate, &lot, why)?;
        Ok(CallResult::Done)
    }
}

/// Ends a certificate that nobody holds: its line is free again. Its request, if there was one, is gone by now.
pub(super) fn end_unsigned(
    run: &mut Run<'_, '_>,
    certificate: &mut Certificate,
    lot: &Lot,
    why: UnsignedEnd,
) -> Result<(), StateFault> {
    let (kind, status, by) = match why {
        UnsignedEnd::Rejected => (
            HandKind::Rejected,
            Status::Rejected,
            Some(&certificate.payee),
        ),
        UnsignedEnd::Cancelled => (
            HandKind::Cancelled,
            Status::Cancelled,
            Some(&certificate.issuer),
        ),
        UnsignedEnd::Expired => (HandKind::Expired, Status::Expired, None),
    };
    let hand = NewHand {
        from: by.cloned(),
        ..NewHand::new(kind, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, certificate, hand)?;
    let ended = Lot {
        status,
        circulation: Circulation::Ended,
        // A measure has no object any more.
        frozen: Frozen::No,
        hand,
        request: None,
        ..lot.clone()
    };
    end_lot(run, certificate, lot, &ended)?;
    backing::free(run, &certificate.number)?;
    pool::leave(run, certificate)?;
    run.emit(CertificateEnded {
        certificate: certificate.number,
        money: certificate.sum,
        why,
    });
    Ok(())
}

/// The bank confirms.
pub(super) fn confirm(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    certificate.confirmed_by = Some(request.to.clone());
    let hand = NewHand {
        from: Some(request.to.clone()),
        to: Some(request.from.clone()),
        ..NewHand::new(HandKind::Confirmed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut certificate, hand)?;
    let (status, circulation) = rules::CONFIRMATION.agreed;
    let confirmed = Lot {
        status,
        circulation,
        hand,
        request: None,
        ..lot
    };
    put_lot(run.state, &certificate.number(), &confirmed)?;
    run.emit(CertificateConfirmed {
        certificate: certificate.number,
        by: request.to.clone(),
    });
    Ok(())
}

/// The payee signs: the promise stands, and the certificate is in its hands.
pub(super) fn sign(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    remove(run, request)?;
    let hand = NewHand {
        from: Some(certificate.issuer.clone()),
        to: Some(certificate.payee.clone()),
        ..NewHand::new(HandKind::Signed, lot.range, Some(lot.hand))
    };
    let hand = record_hand(run, &mut certificate, hand)?;
    let (status, circulation) = rules::SIGNATURE.agreed;
    let held = Lot {
        holder: certificate.payee.clone(),
        status,
        circulation,
        hand,
        request: None,
        ..lot.clone()
    };
    change_lot(run.state, &certificate.number, &lot, &held)?;
    run.emit(CertificateSigned {
        certificate: certificate.number,
        issuer: certificate.issuer,
        payee: certificate.payee,
        money: certificate.sum,
    });
    Ok(())
}
