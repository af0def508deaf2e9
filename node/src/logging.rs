//! Log lines on standard error, by a filter that can be changed while the process runs.

use crate::consensus::LastWords;
use std::sync::{Mutex, OnceLock, PoisonError};
use tracing::level_filters::LevelFilter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer, Registry, reload};

/// The log of this process.
struct Log {
    reload: Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync>,
    filter: Mutex<String>,
}

static LOG: OnceLock<Log> = OnceLock::new();

/// Starts logging for this process; later calls change nothing.
///
/// # Errors
/// The filter cannot be read.
pub fn start(filter: &str, json: bool) -> Result<(), String> {
    let (filter_layer, handle) = reload::Layer::new(read(filter)?);
    let lines = tracing_subscriber::fmt::layer().with_writer(std::io::stderr);
    let lines: Box<dyn Layer<Registry> + Send + Sync> = if json {
        lines.json().boxed()
    } else {
        lines.with_ansi(false).boxed()
    };
    let registry = tracing_subscriber::registry()
        .with(lines.with_filter(filter_layer))
        .with(LastWords.with_filter(LevelFilter::ERROR));
    // Starting fails only where a logger was started before, which then stays.
    if registry.try_init().is_err() {
        return Ok(());
    }
    let reload: Box<dyn Fn(EnvFilter) -> Result<(), String> + Send + Sync> =
        Box::new(move |filter| handle.reload(filter).map_err(|e| e.to_string()));
    // Nobody was before: `try_init` succeeds once.
    let _ = LOG.set(Log {
        reload,
        filter: Mutex::new(filter.to_owned()),
    });
    Ok(())
}

/// Logs by another filter from now on; the one before.
///
/// # Errors
/// The filter cannot be read, or this process has no log of its own.
pub fn change(filter: &str) -> Result<String, String> {
    let parsed = read(filter)?;
    let log = LOG
        .get()
        .ok_or("this process was started with another log, which cannot be changed")?;
    let mut current = log.filter.lock().unwrap_or_else(PoisonError::into_inner);
    (log.reload)(parsed)?;
    Ok(std::mem::replace(&mut current, filter.to_owned()))
}

/// The filter in force; `None` where this process has no log of its own.
pub fn filter() -> Option<String> {
    let log = LOG.get()?;
    let filter = log.filter.lock().unwrap_or_else(PoisonError::into_inner);
    Some(filter.clone())
}

fn read(filter: &str) -> Result<EnvFilter, String> {
    EnvFilter::try_new(filter)
        .map_err(|error| format!("the log filter `{filter}` cannot be read: {error}"))
}
