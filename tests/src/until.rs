//! Waiting for a condition, with a deadline.

use std::future::Future;
use std::time::{Duration, Instant};

const PAUSE: Duration = Duration::from_millis(50);

/// Asks again and again until `condition` gives a value, for at most a minute.
///
/// # Panics
/// When the time is over, with `what` and the last reason.
pub async fn until<T, F>(what: &str, condition: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    until_for(Duration::from_secs(60), what, condition).await
}

/// As [`until`], for at most `patience`.
///
/// # Panics
/// When the time is over, with `what` and the last reason.
pub async fn until_for<T, F>(patience: Duration, what: &str, mut condition: impl FnMut() -> F) -> T
where
    F: Future<Output = Result<T, String>>,
{
    let begin = Instant::now();
    loop {
        let why = match condition().await {
            Ok(value) => return value,
            Err(why) => why,
        };
        assert!(
            begin.elapsed() < patience,
            "after {} s still waiting for {what}: {why}",
            patience.as_secs()
        );
        tokio::time::sleep(PAUSE).await;
    }
}
