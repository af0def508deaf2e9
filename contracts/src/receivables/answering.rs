//! What agreement to a request on a certificate needs, and what it does.

use crate::events::UnsignedEnd;
use crate::instruments::Lot;
use crate::outcome::Failure;
use crate::receivables::movement::{check_free, check_move};
use crate::receivables::{Certificate, ask_back, finance, signing, transfer};
use crate::requests::{Request, Standing, Terms, restore};
use crate::run::Run;
use crate::state::StateFault;

/// What must hold when it is agreed, besides what every answer needs.
pub(crate) fn check_agree(
    run: &Run<'_, '_>,
    certificate: &Certificate,
    standing: &Standing,
) -> Result<(), Failure> {
    match &standing.request.terms {
        Terms::Transfer { .. } => check_move(certificate, &standing.lot, &standing.request.to),
        Terms::Finance { .. } => {
            check_free(&standing.lot)?;
            finance::check_agree(run, certificate, standing)
        }
        Terms::AskBack { money } => ask_back::check_agree(run, &standing.request, *money),
        _ => Ok(()),
    }
}

/// Carries it out.
pub(crate) fn agree(
    run: &mut Run<'_, '_>,
    certificate: Certificate,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    match &request.terms {
        Terms::Confirmation {} => signing::confirm(run, certificate, lot, request),
        Terms::Signature {} => signing::sign(run, certificate, lot, request),
        Terms::Transfer { purpose } => transfer::agree(run, certificate, &lot, request, purpose),
        Terms::Finance { .. } => finance::agree(run, certificate, &lot, request),
        Terms::AskBack { money } => ask_back::agree(run, certificate, lot, request, *money),
        _ => Err(StateFault::new(
            "requests",
            format!("{} is no act of certificates", request.rule().act),
        )),
    }
}

/// The payee does not sign for it.
pub(crate) fn refused(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: Lot,
    request: &Request,
) -> Result<(), StateFault> {
    let lot = restore(run, &certificate, request, lot)?;
    signing::end_unsigned(run, &mut certificate, &lot, UnsignedEnd::Rejected)
}

/// The payee has not signed in time; its request is gone.
pub(crate) fn not_signed(
    run: &mut Run<'_, '_>,
    mut certificate: Certificate,
    lot: &Lot,
) -> Result<(), StateFault> {
    signing::end_unsigned(run, &mut certificate, lot, UnsignedEnd::Expired)
}
