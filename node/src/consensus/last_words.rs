//! What the engine says last before it stands still.
//!
//! A log that cannot be written makes it hang, so that it signs nothing more; the reason goes into its log lines
//! and nowhere else.

use std::fmt::Debug;
use std::sync::{Mutex, PoisonError};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::Layer;
use tracing_subscriber::layer::Context;

/// One a process, as the log lines are.
static REASON: Mutex<Option<String>> = Mutex::new(None);

/// Where the engine says it.
const TARGET: &str = "arc_malachitebft_engine";
/// The most bytes kept.
const MOST: usize = 500;

/// The reason that the engine gave last for standing still.
pub(super) fn of_engine() -> Option<String> {
    REASON
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .clone()
}

/// Listens to log lines for the reason that the engine gives for standing still.
pub struct LastWords;

impl<S: Subscriber> Layer<S> for LastWords {
    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let from = event.metadata();
        if *from.level() != Level::ERROR || !from.target().starts_with(TARGET) {
            return;
        }
        let mut reason = Reason(None);
        event.record(&mut reason);
        if reason.0.is_some() {
            *REASON.lock().unwrap_or_else(PoisonError::into_inner) = reason.0;
        }
    }
}

struct Reason(Option<String>);

impl Visit for Reason {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        if field.name() == "reason" {
            self.0 = Some(format!("{value:?}").chars().take(MOST).collect());
        }
    }
}
