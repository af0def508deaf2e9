//! The wall clock of this process, moved by what a development network's settings say.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

/// What is added to the machine's clock, in milliseconds. One a process, as the clock is.
static SHIFT_MS: AtomicI64 = AtomicI64::new(0);

/// Moves the clock of this process.
pub(crate) fn shift(ms: i64) {
    SHIFT_MS.store(ms, Ordering::Relaxed);
}

/// Now, in UTC milliseconds.
pub(crate) fn now_ms() -> u64 {
    let since = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default();
    u64::try_from(since.as_millis())
        .unwrap_or(u64::MAX)
        .saturating_add_signed(SHIFT_MS.load(Ordering::Relaxed))
}
