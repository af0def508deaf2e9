//! The client library: no transaction is lost or doubled, whatever the nodes do.

use crate::fake::{FakeNode, GENESIS, Reply, accepted, error, final_at, status};
use allonge_cli::client::{
    Chain, ClientError, EventFilter, NodeClient, Signed, TransactionBuilder, Wait,
};
use allonge_contracts::calls::Revoke;
use allonge_contracts::{Code, Hash};
use ed25519_dalek::SigningKey;
use serde_json::json;
use std::time::Duration;

const PATIENCE: Duration = Duration::from_secs(5);

fn signed() -> Signed {
    let chain = Chain {
        genesis: GENESIS,
        header_time_ms: 0,
        max_life_ms: u64::MAX,
    };
    let number = "510210009999620270105000000011".parse().unwrap();
    TransactionBuilder::new(&chain, "acme".parse().unwrap())
        .call(Revoke {
            bill: allonge_contracts::calls::InstrumentRef::Number(number),
        })
        .sign([&SigningKey::from_bytes(&[1; 32])])
        .unwrap()
}

fn client(nodes: &[&str]) -> NodeClient {
    NodeClient::new(nodes, PATIENCE).unwrap()
}

/// An address where nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    format!("http://{}", listener.local_addr().unwrap())
}

#[tokio::test]
async fn a_lost_answer_is_made_good_by_sending_the_same_bytes_again() {
    let node = FakeNode::start(|asked, before| match before {
        0 => Reply::Drop,
        _ => accepted(asked),
    });
    let signed = signed();
    let done = client(&[&node.url])
        .submit_and_wait(&signed, PATIENCE)
        .await
        .unwrap();
    assert!(done.accepted());
    assert_eq!((done.id, done.height), (signed.id, 42));
    let posts = node.posts();
    assert_eq!(posts.len(), 2);
    assert!(posts.iter().all(|post| post.body == signed.bytes));
}

#[tokio::test]
async fn the_next_node_is_asked_when_one_is_down_or_busy() {
    let busy = FakeNode::start(|_, _| Reply::Later(429, error(Code::MempoolFull), 0));
    let good = FakeNode::start(|asked, _| accepted(asked));
    let signed = signed();
    let client = client(&[&nobody(), &busy.url, &good.url]);
    assert!(
        client
            .submit_and_wait(&signed, PATIENCE)
            .await
            .unwrap()
            .accepted()
    );
    assert_eq!((busy.posts().len(), good.posts().len()), (1, 1));
    // It stays with the node that answered.
    client.submit_and_wait(&signed, PATIENCE).await.unwrap();
    assert_eq!((busy.posts().len(), good.posts().len()), (1, 2));
}

#[tokio::test]
async fn waiting_goes_on_over_timeouts_and_busy_nodes() {
    let node = FakeNode::start(|asked, before| match before {
        0 => Reply::Later(503, error(Code::NotReady), 0),
        1 => Reply::Later(429, error(Code::RateLimited), 0),
        2 => Reply::Json(504, error(Code::Timeout)),
        3 => Reply::Json(409, error(Code::Dropped)),
        _ => accepted(asked),
    });
    let done = client(&[&node.url])
        .submit_and_wait(&signed(), PATIENCE)
        .await
        .unwrap();
    assert!(done.accepted());
    assert_eq!(node.posts().len(), 5);
}

#[tokio::test]
async fn a_refusal_after_a_lost_answer_does_not_hide_the_receipt() {
    let signed = signed();
    let bytes = signed.bytes.clone();
    let node = FakeNode::start(move |asked, before| match before {
        0 => Reply::Json(504, error(Code::Timeout)),
        1 => Reply::Json(422, error(Code::Expired)),
        _ => {
            let mut posted = asked.clone();
            posted.body = bytes.clone();
            Reply::Json(200, final_at(42, &posted, json!({ "accepted": ["done"] })))
        }
    });
    let done = client(&[&node.url])
        .submit_and_wait(&signed, PATIENCE)
        .await
        .unwrap();
    assert_eq!((done.id, done.height), (signed.id, 42));
}

#[tokio::test]
async fn what_no_block_may_hold_is_refused_at_once() {
    let node = FakeNode::start(|_, _| Reply::Json(403, error(Code::UnknownKey)));
    let refused = client(&[&node.url])
        .submit_and_wait(&signed(), PATIENCE)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, ClientError::Refused { error, .. } if error.known() == Some(Code::UnknownKey)),
        "{refused}"
    );
    assert_eq!(node.asked().len(), 1);
}

#[tokio::test]
async fn a_busy_node_is_reported_to_whoever_does_not_wait() {
    let node = FakeNode::start(|_, _| Reply::Later(429, error(Code::MemberShareFull), 7));
    let refused = client(&[&node.url])
        .submit(&signed(), Wait::No)
        .await
        .unwrap_err();
    assert!(
        matches!(&refused, ClientError::Refused { retry_after: Some(after), .. } if after.as_secs() == 7),
        "{refused:?}"
    );
    assert_eq!(node.asked().len(), 1);
}

#[tokio::test]
async fn without_a_node_the_id_is_named() {
    let signed = signed();
    let nodes = [nobody(), nobody()];
    let lost = client(&[&nodes[0], &nodes[1]])
        .submit_and_wait(&signed, PATIENCE)
        .await
        .unwrap_err();
    assert!(
        matches!(&lost, ClientError::NoNode { tried, .. } if tried.len() == 2),
        "{lost}"
    );
    assert_eq!(lost.transaction(), Some(signed.id));
}

#[tokio::test]
async fn not_final_in_time_names_the_id_too() {
    let node = FakeNode::start(|_, _| Reply::Json(504, error(Code::Timeout)));
    let signed = signed();
    let within = Duration::from_millis(300);
    let late = client(&[&node.url])
        .submit_and_wait(&signed, within)
        .await
        .unwrap_err();
    assert!(matches!(late, ClientError::NotFinal { .. }), "{late}");
    assert_eq!(late.transaction(), Some(signed.id));
}

#[tokio::test]
async fn a_node_that_takes_all_the_time_it_is_given_is_not_taken_for_dead() {
    let node = FakeNode::start(|asked, _| {
        let held = asked.target.split("timeout=").nth(1).unwrap();
        let held: u64 = held.trim_end_matches("ms").parse().unwrap();
        std::thread::sleep(Duration::from_millis(held));
        Reply::Json(504, error(Code::Timeout))
    });
    let within = Duration::from_millis(300);
    let late = client(&[&node.url])
        .submit_and_wait(&signed(), within)
        .await
        .unwrap_err();
    assert!(matches!(late, ClientError::NotFinal { .. }), "{late}");
}

#[tokio::test]
async fn what_is_no_node_is_told_apart() {
    let page = b"HTTP/1.1 404 X\r\ncontent-length: 5\r\n\r\nhello".to_vec();
    let node = FakeNode::start(move |_, _| Reply::Raw(page.clone()));
    let error = client(&[&node.url]).status().await.unwrap_err();
    assert!(error.to_string().contains("is this a node?"), "{error}");

    let node = FakeNode::start(|_, _| Reply::Json(200, json!({ "hello": 1 })));
    let error = client(&[&node.url]).status().await.unwrap_err();
    assert!(matches!(error, ClientError::BadAnswer { .. }), "{error}");

    for url in ["", "127.0.0.1:8080", "ftp://x", "http://", "not a url"] {
        let error = NodeClient::new(&[url], PATIENCE).err().unwrap();
        assert!(
            matches!(error, ClientError::BadUrl { .. }),
            "{url}: {error}"
        );
    }
}

#[tokio::test]
async fn what_the_chain_is_like_is_asked_once() {
    let node = FakeNode::start(|_, _| Reply::Json(200, status()));
    let client = client(&[&node.url]);
    assert_eq!(client.chain().await.unwrap().genesis, GENESIS);
    client.chain().await.unwrap();
    assert_eq!(node.asked().len(), 1);
}

#[tokio::test]
async fn an_unknown_transaction_is_no_error() {
    let node = FakeNode::start(|_, _| Reply::Json(404, error(Code::NotFound)));
    assert!(
        client(&[&node.url])
            .transaction(Hash([1; 32]))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_broken_event_stream_is_resumed_after_the_last_event() {
    let event = |height: u64, slot: u32| {
        format!(
            "id: {height}/{slot}/0\nevent: clock.day_began\ndata: {}\n\nid: {height}\n\n",
            json!({
                "height": height.to_string(), "slot": slot, "index": 0, "time_ms": "1",
                "business_date": "2027-01-05",
                "happened": { "event": "clock.day_began", "data": { "date": "2027-01-05" } }
            })
        )
    };
    let stream = |text: String| {
        let head = "HTTP/1.1 200 X\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n";
        Reply::Raw(format!("{head}{text}").into_bytes())
    };
    let node = FakeNode::start(move |_, before| match before {
        0 => stream(format!(": hello\n\n{}{}", event(3, 0), event(4, 1))),
        1 => Reply::Later(503, error(Code::TooManyStreams), 1),
        _ => stream(event(5, 0)),
    });
    let filter = EventFilter {
        member: Some("acme".parse().unwrap()),
        instrument: None,
        kinds: vec!["bill".to_owned(), "clock.day_began".to_owned()],
    };
    let mut events = client(&[&node.url]).events_passing(Some(3), filter);
    for height in [3, 4, 5] {
        assert_eq!(events.next().await.unwrap().height, height);
    }
    let asked = node.asked();
    let filter = "/v1/events?member=acme&kind=bill%2Cclock.day_began";
    assert_eq!(asked[0].target, format!("{filter}&from=3"));
    assert_eq!(asked[2].target, filter);
    assert!(!asked[0].headers.contains("last-event-id"));
    assert!(
        asked[2].headers.contains("last-event-id: 4\n"),
        "{}",
        asked[2].headers
    );
}
