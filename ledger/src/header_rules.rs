//! What every field of a header must be.

use crate::block::Header;
use crate::execute::InvalidBlock;

/// A field's name and how to read it.
pub(crate) type Field = (&'static str, fn(&Header) -> String);

/// The fields that follow from the parent, the round and the transactions. Of time only this is asked: it
/// does not go back; a header from before its parent is compared with one of its parent's time.
pub(crate) const BEFORE_EXECUTION: [Field; 13] = [
    ("version", |h| h.version.to_string()),
    ("genesis", |h| h.genesis.to_string()),
    ("height", |h| h.height.to_string()),
    ("round", |h| h.round.to_string()),
    ("parent", |h| h.parent.to_string()),
    ("time_ms", |h| h.time_ms.to_string()),
    ("business_date", |h| h.business_date.to_string()),
    ("proposer", |h| h.proposer.to_string()),
    ("validators", |h| h.validators.to_string()),
    ("next_validators", |h| h.next_validators.to_string()),
    ("protocol", |h| h.protocol.to_string()),
    ("transaction_root", |h| h.transaction_root.to_string()),
    ("params", |h| h.params.to_string()),
];

/// The fields that execution gives.
pub(crate) const AFTER_EXECUTION: [Field; 3] = [
    ("receipt_root", |h| h.receipt_root.to_string()),
    ("state_root", |h| h.state_root.to_string()),
    ("recent_ids_root", |h| h.recent_ids_root.to_string()),
];

/// Compares the fields named; the first that differs is the verdict.
pub(crate) fn compare(
    header: &Header,
    expected: &Header,
    fields: &[Field],
) -> Result<(), InvalidBlock> {
    for (field, read) in fields {
        let (found, expected) = (read(header), read(expected));
        if found != expected {
            return Err(InvalidBlock::Header {
                field,
                found,
                expected,
            });
        }
    }
    Ok(())
}
