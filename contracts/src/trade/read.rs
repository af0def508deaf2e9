//! What can be read of trade papers.

use crate::hash::{Hash, RequestId};
use crate::instruments::InstrumentNumber;
use crate::member_id::MemberId;
use crate::state::{StateFault, View};
use crate::tables::{
    ATTESTATIONS, BACKED, CLAIMS, CLAIMS_BY_HOLDER, CONDITIONS, CONDITIONS_BY_ATTESTOR, DRAWS,
    PAPERS, PAPERS_BY_PARTY, hash_of_suffix, id_bytes,
};
use crate::trade::claims::existing_claim;
use crate::trade::conditions::existing_condition;
use crate::trade::papers::existing_paper;
use crate::trade::priority::rank;
use crate::trade::{
    Attestation, Backing, Condition, ConditionStatus, Draw, Financing, InvoiceClaim, Paper, Ranked,
};

/// A paper by its id: an invoice's commitment, a document's hash.
pub fn paper(view: &dyn View, id: &Hash) -> Result<Option<Paper>, StateFault> {
    PAPERS.get(view, id.as_bytes(), &[])
}

/// The key of a paper, for a proof.
pub fn paper_key(id: &Hash) -> Vec<u8> {
    PAPERS.key(id.as_bytes(), &[])
}

/// The paper in the bytes stored under its key.
pub fn decode_paper(bytes: &[u8]) -> Result<Paper, StateFault> {
    PAPERS.decode(bytes)
}

/// Up to `limit` papers to which a member is a party or that it recorded, in order of id, after one of them or from the
/// first.
pub fn of_party(
    view: &dyn View,
    member: &MemberId,
    after: Option<&Hash>,
    limit: usize,
) -> Result<Vec<Paper>, StateFault> {
    PAPERS_BY_PARTY
        .scan(view, member.as_str().as_bytes(), &behind(after), limit)?
        .into_iter()
        .map(|(suffix, ())| existing_paper(view, &hash_in(PAPERS_BY_PARTY.name(), &suffix)?))
        .collect()
}

/// Up to `limit` draws that stand on an invoice, in the order in which they were made, from a number on.
pub fn draws(
    view: &dyn View,
    paper: &Hash,
    from: u64,
    limit: usize,
) -> Result<Vec<Draw>, StateFault> {
    let found = DRAWS.scan(view, paper.as_bytes(), &from.to_be_bytes(), limit)?;
    Ok(found.into_iter().map(|(_, draw)| draw).collect())
}

/// The invoices behind a bill or a certificate, in order of commitment; at most 16.
pub fn behind_instrument(
    view: &dyn View,
    number: &InstrumentNumber,
) -> Result<Vec<Backing>, StateFault> {
    let financing = Financing::Instrument(*number);
    BACKED
        .scan(view, financing.entity(), &[], usize::MAX)?
        .into_iter()
        .map(|(suffix, number)| {
            let paper = hash_in(BACKED.name(), &suffix)?;
            let draw = DRAWS
                .get(view, paper.as_bytes(), &number.to_be_bytes())?
                .ok_or_else(|| StateFault::new(DRAWS.name(), "a draw is missing"))?;
            Ok(Backing {
                paper,
                money: draw.money,
            })
        })
        .collect()
}

/// The draws that stand on an invoice in order of priority, and how much of each its worth covers; at most 256.
pub fn priority(view: &dyn View, paper: &Hash) -> Result<Vec<Ranked>, StateFault> {
    let Some(worth) = self::paper(view, paper)?.and_then(|paper| paper.worth()) else {
        return Ok(Vec::new());
    };
    Ok(rank(draws(view, paper, 0, usize::MAX)?, worth.minor))
}

/// What members last attested of a paper, in order of name; at most 64.
pub fn attestations(view: &dyn View, paper: &Hash) -> Result<Vec<Attestation>, StateFault> {
    let found = ATTESTATIONS.scan(view, paper.as_bytes(), &[], usize::MAX)?;
    Ok(found.into_iter().map(|(_, one)| one).collect())
}

/// A claim by its id, ended or not.
pub fn claim(view: &dyn View, id: &RequestId) -> Result<Option<InvoiceClaim>, StateFault> {
    CLAIMS.get(view, id_bytes(id), &[])
}

/// Up to `limit` claims that a member was given, in order of id, after one of them or from the first.
pub fn claims_of(
    view: &dyn View,
    holder: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<InvoiceClaim>, StateFault> {
    CLAIMS_BY_HOLDER
        .scan(view, holder.as_str().as_bytes(), &behind_id(after), limit)?
        .into_iter()
        .map(|(suffix, ())| existing_claim(view, &id_in(CLAIMS_BY_HOLDER.name(), &suffix)?))
        .collect()
}

/// A condition by its id, whatever became of it.
pub fn condition(view: &dyn View, id: &RequestId) -> Result<Option<Condition>, StateFault> {
    CONDITIONS.get(view, id_bytes(id), &[])
}

/// Whether a condition was attested in time; false where there is none.
pub fn is_fulfilled(view: &dyn View, id: &RequestId) -> Result<bool, StateFault> {
    let found = condition(view, id)?;
    Ok(found.is_some_and(|condition| condition.status == ConditionStatus::Fulfilled))
}

/// Up to `limit` open conditions that a member is to attest, in order of id, after one of them or from the first.
pub fn to_attest(
    view: &dyn View,
    attestor: &MemberId,
    after: Option<&RequestId>,
    limit: usize,
) -> Result<Vec<Condition>, StateFault> {
    CONDITIONS_BY_ATTESTOR
        .scan(view, attestor.as_str().as_bytes(), &behind_id(after), limit)?
        .into_iter()
        .map(|(suffix, ())| {
            existing_condition(view, &id_in(CONDITIONS_BY_ATTESTOR.name(), &suffix)?)
        })
        .collect()
}

fn behind_id(after: Option<&RequestId>) -> Vec<u8> {
    after.map_or_else(Vec::new, |id| {
        let mut from = id_bytes(id).to_vec();
        from.push(0);
        from
    })
}

fn id_in(table: &'static str, suffix: &[u8]) -> Result<RequestId, StateFault> {
    suffix
        .try_into()
        .map(RequestId)
        .map_err(|_| StateFault::new(table, "a key of wrong form"))
}

fn behind(after: Option<&Hash>) -> Vec<u8> {
    after.map_or_else(Vec::new, |id| {
        let mut from = id.as_bytes().to_vec();
        from.push(0);
        from
    })
}

fn hash_in(table: &'static str, suffix: &[u8]) -> Result<Hash, StateFault> {
    hash_of_suffix(suffix).ok_or_else(|| StateFault::new(table, "a key of wrong form"))
}
