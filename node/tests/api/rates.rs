//! One address and one member ask so much, and no more; nobody else is held up by that.

use crate::client::{Answer, get, get_from, post};
use crate::serve_at;
use crate::world::{key, public, signed, transfer};
use allonge_ledger::{Body, Transaction};
use allonge_node::api::{Rate, Rates};
use ed25519_dalek::Signer;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::time::Duration;

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
const THERE: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));

/// So slow that none is let through again by the time that a test asks.
const SLOW: Rate = Rate {
    per_second: 1,
    burst: 3,
};

async fn submit(address: SocketAddr, transaction: &Transaction) -> Answer {
    let bytes = transaction.to_bytes();
    let kind = "application/octet-stream";
    post(address, "/v1/transactions", kind, &bytes).await
}

/// Asks until it is not refused any more, as long as the answers say.
async fn recovers(mut ask: impl AsyncFnMut() -> Answer) -> Answer {
    for _ in 0..20 {
        let answer = ask().await;
        if answer.status != 429 {
            return answer;
        }
        let after: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!((1..=3).contains(&after), "{after}");
        tokio::time::sleep(Duration::from_secs(after)).await;
    }
    panic!("it is refused for ever");
}

fn refused(answer: &Answer, who: &str) {
    assert_eq!(
        (answer.status, answer.code().as_str()),
        (429, "RATE_LIMITED")
    );
    assert!(answer.message().ends_with(who), "{}", answer.message());
}

async fn counted(address: SocketAddr, limit: &str) -> u64 {
    let text = String::from_utf8(get_from(THERE, address, "/metrics").await.body).unwrap();
    let name = format!("allonge_rate_limited_total{{limit=\"{limit}\"}} ");
    let line = text.lines().find_map(|line| line.strip_prefix(&name));
    line.map_or(0, |count| count.parse().unwrap())
}

#[tokio::test]
async fn an_address_has_its_own_rate() {
    let rates = Rates {
        address: SLOW,
        loopback: true,
        ..Rates::default()
    };
    let (_world, address, _server) = serve_at(false, rates).await;
    for _ in 0..3 {
        assert_eq!(get_from(HERE, address, "/v1/status").await.status, 200);
    }
    // Whatever is asked for, also what is not there.
    for path in ["/v1/status", "/healthz", "/nowhere"] {
        let answer = get_from(HERE, address, path).await;
        refused(&answer, "the address 127.0.0.1");
        assert_eq!(answer.header("cache-control"), Some("no-store"));
    }
    let other = get_from(THERE, address, "/v1/status").await;
    assert_eq!(other.status, 200);
    assert_eq!(counted(address, "address").await, 3);
    let again = recovers(async || get_from(HERE, address, "/v1/status").await).await;
    assert_eq!(again.status, 200);
}

#[tokio::test]
async fn this_machine_is_not_held_to_the_rate_of_an_address() {
    let rates = Rates {
        address: SLOW,
        ..Rates::default()
    };
    let (_world, address, _server) = serve_at(false, rates).await;
    for _ in 0..20 {
        assert_eq!(get(address, "/v1/status").await.status, 200);
    }
}

#[tokio::test]
async fn a_member_has_its_own_rate_which_only_it_uses_up() {
    let rates = Rates {
        member: SLOW,
        ..Rates::default()
    };
    let (world, address, _server) = serve_at(false, rates).await;
    let by = |actor: &str, salt: u8| signed(&world.genesis, actor, salt, vec![transfer(1)]);
    let forge = |salt: u8| {
        let stranger = key(99);
        let mut forged = by("bank", salt);
        let signature = stranger.sign(&Body::sign_bytes(&forged.body.id()));
        forged.signatures[0].key = public(&stranger);
        forged.signatures[0].signature.0 = signature.to_bytes();
        forged
    };
    // Others in its name, and dry runs, use nothing up.
    for salt in 0..10 {
        let answer = submit(address, &forge(salt)).await;
        assert_eq!(
            (answer.status, answer.code().as_str()),
            (403, "UNKNOWN_KEY")
        );
        let dry = by("bank", salt).to_bytes();
        let path = "/v1/transactions?dry_run=true";
        let answer = post(address, path, "application/octet-stream", &dry).await;
        assert_eq!(answer.status, 200);
    }
    for salt in 0..3 {
        assert_eq!(submit(address, &by("bank", salt)).await.status, 202);
    }
    let over = by("bank", 3);
    refused(&submit(address, &over).await, "the member bank");
    assert_eq!(world.waiting_count(), 3);
    assert_eq!(submit(address, &by("supplier", 1)).await.status, 202);
    assert_eq!(counted(address, "member").await, 1);
    let text = String::from_utf8(get(address, "/metrics").await.body).unwrap();
    let line = "allonge_refused_total{code=\"RATE_LIMITED\"} 1";
    assert!(text.lines().any(|l| l == line), "{text}");
    let again = recovers(async || submit(address, &over).await).await;
    assert_eq!(again.status, 202);
    assert_eq!(world.waiting_count(), 5);
}
