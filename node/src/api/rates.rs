//! How much one address and one member may ask of this node: so many requests a second, with some saved up.

use super::Api;
use super::error::ApiError;
use super::server::harden;
use crate::metrics::RateLimit;
use allonge_contracts::{Code, MemberId};
use axum::Router;
use axum::extract::{ConnectInfo, Request};
use axum::middleware::{Next, from_fn};
use axum::response::IntoResponse;
use governor::clock::{Clock, DefaultClock};
use governor::nanos::Nanos;
use governor::state::StateStore;
use governor::{Quota, RateLimiter};
use hashlink::LruCache;
use std::hash::Hash;
use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Addresses or members remembered at once. Who was quiet the longest is forgotten first, and starts anew.
const REMEMBERED: usize = 65_536;

/// A rate, and how much of it can be saved up.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rate {
    /// So many a second; 0 for no limit.
    pub per_second: u32,
    /// So many at once after a pause.
    pub burst: u32,
}

/// The limits of the API; none by default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Requests of one address.
    pub address: Rate,
    /// Transactions that one member submits here.
    pub member: Rate,
    /// Whether requests from this machine count as well.
    pub loopback: bool,
}

/// How far each key has used up its rate, for a bounded number of keys.
struct Recent<K>(Mutex<LruCache<K, Nanos>>);

impl<K: Eq + Hash + Clone> StateStore for Recent<K> {
    type Key = K;

    fn measure_and_replace<T, F, E>(&self, key: &K, measure: F) -> Result<T, E>
    where
        F: Fn(Option<Nanos>) -> Result<(T, Nanos), E>,
    {
        let mut recent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (answer, used) = measure(recent.get(key).copied())?;
        recent.insert(key.clone(), used);
        Ok(answer)
    }
}

/// One limit, for each key by itself.
pub struct Limiter<K>(Option<RateLimiter<K, Recent<K>, DefaultClock>>)
where
    K: Eq + Hash + Clone;

impl<K: Eq + Hash + Clone> Limiter<K> {
    fn new(rate: Rate, remembered: usize) -> Self {
        Limiter(NonZeroU32::new(rate.per_second).map(|per_second| {
            let burst = NonZeroU32::new(rate.burst).unwrap_or(per_second);
            RateLimiter::new(
                Quota::per_second(per_second).allow_burst(burst),
                Recent(Mutex::new(LruCache::new(remembered))),
                DefaultClock::default(),
            )
        }))
    }

    /// Counts one; over the limit nothing is counted, and the answer is when to come back.
    fn take(&self, key: &K) -> Result<(), Duration> {
        let Some(limiter) = &self.0 else {
            return Ok(());
        };
        limiter
            .check_key(key)
            .map_err(|until| until.wait_time_from(limiter.clock().now()))
    }
}

/// The limits that a running API keeps.
pub struct Limits {
    address: Limiter<IpAddr>,
    member: Limiter<MemberId>,
    loopback: bool,
}

impl Limits {
    pub fn new(rates: Rates) -> Self {
        Limits {
            address: Limiter::new(rates.address, REMEMBERED),
            member: Limiter::new(rates.member, REMEMBERED),
            loopback: rates.loopback,
        }
    }

    fn request(&self, from: IpAddr) -> Result<(), ApiError> {
        let from = from.to_canonical();
        if from.is_loopback() && !self.loopback {
            return Ok(());
        }
        self.address
            .take(&site(from))
            .map_err(|after| refusal(after, &format!("the address {from}")))
    }

    /// Counts a transaction of a member. Only what the member itself has signed may be counted, or others
    /// could use up its rate.
    pub fn transaction(&self, member: &MemberId) -> Result<(), ApiError> {
        self.member
            .take(member)
            .map_err(|after| refusal(after, &format!("the member {member}")))
    }

    /// Whether transactions are counted at all.
    pub fn counts_members(&self) -> bool {
        self.member.0.is_some()
    }
}

/// What is counted as one address: whoever has one address of IPv6 has a whole network of them.
fn site(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & (u128::MAX << 64))),
    }
}

fn refusal(after: Duration, who: &str) -> ApiError {
    ApiError {
        retry_after: Some(after),
        ..ApiError::new(Code::RateLimited, who)
    }
}

/// Holds every request to the rate of its address, before anything else is done for it.
pub(super) fn limited(router: Router, api: &Api) -> Router {
    let (limits, metrics) = (api.limits.clone(), api.metrics.clone());
    router.layer(from_fn(
        move |ConnectInfo(from): ConnectInfo<SocketAddr>, request: Request, next: Next| {
            let verdict = limits.request(from.ip());
            let metrics = Arc::clone(&metrics);
            async move {
                match verdict {
                    Ok(()) => next.run(request).await,
                    Err(refused) => {
                        metrics.rate_limited(RateLimit::Address);
                        harden(refused.into_response())
                    }
                }
            }
        },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: Rate = Rate {
        per_second: 1,
        burst: 2,
    };

    #[test]
    fn a_bounded_number_is_remembered_and_the_quietest_forgotten() {
        let limiter = Limiter::new(ONE, 2);
        for key in ["a", "a", "b", "c"] {
            assert!(limiter.take(&key).is_ok(), "{key}");
        }
        assert!(limiter.take(&"a").is_ok(), "forgotten for c");
        assert_eq!(
            limiter
                .0
                .unwrap()
                .into_state_store()
                .0
                .lock()
                .unwrap()
                .len(),
            2
        );
    }

    #[test]
    fn none_is_no_limit() {
        let limiter = Limiter::new(Rate::default(), 2);
        for _ in 0..1_000 {
            limiter.take(&"a").unwrap();
        }
    }

    #[test]
    fn an_address_of_ipv6_counts_as_its_network() {
        let limits = Limits::new(Rates {
            address: ONE,
            ..Rates::default()
        });
        let take = |text: &str| limits.request(text.parse().unwrap());
        take("2001:db8:0:1::1").unwrap();
        take("2001:db8:0:1:ffff::2").unwrap();
        let refused = take("2001:db8:0:1::3").unwrap_err();
        assert_eq!(refused.code, Code::RateLimited);
        assert!(refused.message.ends_with("2001:db8:0:1::3"), "{refused}");
        take("2001:db8:0:2::1").unwrap();
        // The same host over both families of a socket that listens to both.
        take("192.0.2.1").unwrap();
        take("::ffff:192.0.2.1").unwrap();
        take("192.0.2.1").unwrap_err();
        for _ in 0..10 {
            take("127.0.0.1").unwrap();
            take("::ffff:127.0.0.1").unwrap();
        }
    }
}
