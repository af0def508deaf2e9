//! Asking again where a machine is so busy that its nodes do not answer in time.

use crate::client::ClientError;
use std::time::{Duration, Instant};

/// How long in all, and the pause before asking again.
const LONGEST: Duration = Duration::from_secs(600);
const PAUSE: Duration = Duration::from_millis(500);

/// Asks until there is an answer, a refusal, or ten minutes are over. What is asked must be safe to ask twice, as
/// reading is, and sending the very same transaction.
pub(super) async fn patiently<T>(
    mut ask: impl AsyncFnMut() -> Result<T, ClientError>,
) -> Result<T, ClientError> {
    let deadline = Instant::now() + LONGEST;
    loop {
        match ask().await {
            Err(ClientError::NoNode { .. } | ClientError::NotFinal { .. })
                if Instant::now() < deadline =>
            {
                tokio::time::sleep(PAUSE).await;
            }
            done => return done,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn silence_is_waited_out_and_refusals_are_not() {
        let mut asked = 0;
        let answer = patiently(async || {
            asked += 1;
            match asked {
                1 => Err(ClientError::NoNode {
                    id: None,
                    tried: Vec::new(),
                }),
                _ => Ok(asked),
            }
        });
        assert_eq!(answer.await.unwrap(), 2);
        let mut asked = 0;
        let refused = patiently(async || {
            asked += 1;
            Err::<(), _>(ClientError::Setup("no".to_owned()))
        });
        assert!(refused.await.is_err());
        assert_eq!(asked, 1);
    }
}
