//! Netting: obligations wait in their payers' queues until a cycle settles, gross and at once, the largest set that
//! everybody's cash covers (rule book 4).

mod close;
mod cycle;
mod limits;
mod queue;
pub mod read;
mod record;
mod reorder;
mod resolve;

pub(crate) use close::{clock_cycle, deadline};
pub use record::{Cycle, Netting, Obligation, Queued, Wait};

use crate::member_id::MemberId;
use crate::money::Currency;

/// Most obligations of one payer that wait in one currency.
pub const MAX_OF_PAYER: u32 = 4_096;
/// Most obligations that wait in one currency: what one cycle looks at.
pub const MAX_WAITING: u32 = 10_000;
/// Most obligations of one payer that wait in a currency of whose places half are taken: few cannot crowd out all others.
pub const MAX_OF_CROWDED_PAYER: u32 = 256;
/// The last priority.
pub const LAST_PRIORITY: u8 = 9;
/// Most members toward whom a payer may set a limit.
pub const MAX_BILATERAL: usize = 64;

/// Work units of a cycle for each obligation that waits.
pub const LOOK: u64 = 4;
/// Work units of a cycle for each obligation that it drops.
pub const DROP: u64 = 1;
/// Work units of a cycle for each obligation that it settles.
pub const SETTLE: u64 = 8;
/// Work units of a cycle for each obligation that waits for a new reason.
pub const REASON: u64 = 3;
/// Work units of a cycle for each member with an obligation in it.
pub const PARTY: u64 = 8;
/// Work units of moving an obligation, for each of its priority that is looked at or moved.
pub const MOVE: u64 = 4;

/// Where a payer's queue begins in the list of its currency.
fn queue_start(payer: &MemberId) -> Vec<u8> {
    crate::tables::member_suffix(payer).to_vec()
}

fn queued_entity(member: &MemberId) -> &[u8] {
    member.as_str().as_bytes()
}

fn currency_entity(currency: &Currency) -> &[u8] {
    currency.bytes()
}
