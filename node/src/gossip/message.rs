//! What peers tell each other: batches of transactions, and that they were read.

use std::sync::Arc;

/// The version that leads every message.
const VERSION: u8 = 1;
/// The bytes of transactions to which a batch is filled.
pub const BATCH_BYTES: usize = 512 * 1024;
/// The most transactions of a batch.
pub const BATCH_TRANSACTIONS: usize = 8_192;
/// The most bytes of a message: a full batch, its lengths, and one largest transaction over the brim.
pub const MAX_MESSAGE: usize = 1024 * 1024;
/// The bytes of an answer.
pub const ANSWER_BYTES: usize = 1;

/// Transactions in canonical bytes.
///
/// Version `u8`, count `u32`, and each transaction with its length `u32` before it; little-endian.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch(pub Vec<Arc<[u8]>>);

/// Bytes that are no message of this version.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a batch of transactions: {0}")]
pub struct NotABatch(pub String);

impl Batch {
    /// The message.
    pub fn to_bytes(&self) -> Vec<u8> {
        let size: usize = self.0.iter().map(|t| t.len().saturating_add(4)).sum();
        let mut bytes = Vec::with_capacity(size.saturating_add(5));
        bytes.push(VERSION);
        bytes.extend_from_slice(&(self.0.len() as u32).to_le_bytes());
        for transaction in &self.0 {
            bytes.extend_from_slice(&(transaction.len() as u32).to_le_bytes());
            bytes.extend_from_slice(transaction);
        }
        bytes
    }

    /// Reads a message; the transactions stay undecoded.
    ///
    /// # Errors
    /// Another version, too many transactions, a length beyond the bytes, bytes left over.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, NotABatch> {
        let wrong = |what: &str| NotABatch(what.to_owned());
        let (version, rest) = bytes.split_first().ok_or_else(|| wrong("no bytes"))?;
        if *version != VERSION {
            return Err(NotABatch(format!("version {version}, expected {VERSION}")));
        }
        let (count, mut rest) = number(rest).ok_or_else(|| wrong("no count"))?;
        // Every transaction takes at least its length.
        if count > BATCH_TRANSACTIONS || count > rest.len() / 4 {
            return Err(NotABatch(format!("{count} transactions announced")));
        }
        let mut transactions = Vec::with_capacity(count);
        for _ in 0..count {
            let (length, more) = number(rest).ok_or_else(|| wrong("truncated"))?;
            let (one, more) = more
                .split_at_checked(length)
                .ok_or_else(|| wrong("truncated"))?;
            transactions.push(Arc::from(one));
            rest = more;
        }
        if !rest.is_empty() {
            return Err(wrong("bytes left over"));
        }
        Ok(Batch(transactions))
    }
}

fn number(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let (number, rest) = bytes.split_first_chunk::<4>()?;
    Some((usize::try_from(u32::from_le_bytes(*number)).ok()?, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn batches_are_read_as_written_and_nothing_else_is() {
        let batch = Batch(vec![
            Arc::from([1u8, 2].as_slice()),
            Arc::from([].as_slice()),
        ]);
        let bytes = batch.to_bytes();
        assert_eq!(Batch::from_bytes(&bytes), Ok(batch));
        for cut in 0..bytes.len() {
            assert!(Batch::from_bytes(&bytes[..cut]).is_err(), "{cut}");
        }
        let mut longer = bytes.clone();
        longer.push(0);
        assert!(Batch::from_bytes(&longer).is_err());
        let mut other = bytes;
        other[0] = 2;
        assert!(
            Batch::from_bytes(&other)
                .unwrap_err()
                .0
                .contains("version 2")
        );
        let promises = [VERSION, 0xff, 0xff, 0xff, 0xff, 0, 0, 0, 0];
        assert!(Batch::from_bytes(&promises).is_err());
    }
}
