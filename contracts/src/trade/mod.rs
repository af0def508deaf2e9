//! The trade behind the paper (rule book 3.3, 3.4): contracts, invoices, goods and documents on record, and what is
//! drawn on an invoice, which never exceeds its value; attestations, and conditions for which a request waits.

mod attest;
pub(crate) mod backing;
mod claims;
pub(crate) mod conditions;
pub(crate) mod escrow;
mod papers;
mod priority;
mod quantity;
pub mod read;
mod record;
mod terms;

pub use priority::{Rank, Ranked};
pub use quantity::{Quantity, QuantityError};
pub use record::{Backing, Draw, Financing, Paper, PaperBody, Usage};
pub use terms::{
    Attestation, ClaimEnd, ClaimKind, Condition, ConditionStatus, InvoiceClaim, Verdict,
};

/// Most invoices behind one instrument.
pub const MAX_BACKING: usize = 16;
/// Most draws that stand on one invoice at once.
pub const MAX_DRAWS: u32 = 256;

/// Most members that attest something of one paper.
pub const MAX_ATTESTORS: u32 = 64;

/// Work units of a draw, made or freed, besides what its call costs.
pub const DRAW: u64 = 10;
/// Work units of a credit note for each draw on the invoice that is alerted.
pub const ALERT: u64 = 3;
/// Work units of an attestation that carries out what was agreed in advance, besides what its call costs.
pub const AGREEMENT: u64 = 18;
