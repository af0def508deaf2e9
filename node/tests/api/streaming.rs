use crate::client::{connect, get, head};
use crate::serve;
use crate::world::{World, signed, transfer};
use allonge_contracts::calls::PlaceHold;
use allonge_contracts::{Call, Money};
use allonge_ledger::NoKeyCache;
use allonge_node::handle::{NodeHandle, Source};
use serde_json::Value;
use std::net::SocketAddr;
use std::sync::Arc;
use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::net::TcpStream;

struct Stream(BufReader<TcpStream>);

#[derive(Debug, Default, PartialEq)]
struct Frame {
    id: String,
    event: String,
    data: Value,
}

impl Stream {
    async fn open(address: SocketAddr, query: &str, last: Option<&str>) -> Stream {
        let last = last.map_or(String::new(), |id| format!("last-event-id: {id}\r\n"));
        let request = format!("GET /v1/events{query} HTTP/1.1\r\nhost: x\r\n{last}\r\n");
        let mut reader = connect(address, request.as_bytes()).await;
        let (status, headers) = head(&mut reader).await;
        assert_eq!(status, 200);
        assert!(headers.contains(&("content-type".to_owned(), "text/event-stream".to_owned())));
        Stream(reader)
    }

    /// The next frame; the lines of the chunked encoding are skipped.
    async fn frame(&mut self) -> Frame {
        let mut frame = Frame::default();
        loop {
            let mut line = String::new();
            let read = self.0.read_line(&mut line);
            let read = tokio::time::timeout(std::time::Duration::from_secs(20), read).await;
            assert_ne!(
                read.expect("a frame in time").unwrap(),
                0,
                "the stream ended"
            );
            let line = line.trim_end();
            if let Some(id) = line.strip_prefix("id: ") {
                frame.id = id.to_owned();
            } else if let Some(event) = line.strip_prefix("event: ") {
                frame.event = event.to_owned();
            } else if let Some(data) = line.strip_prefix("data: ") {
                frame.data = serde_json::from_str(data).unwrap();
            } else if line.is_empty() && frame != Frame::default() {
                return frame;
            }
        }
    }

    async fn ids(&mut self, count: usize) -> Vec<String> {
        let mut ids = Vec::new();
        while ids.len() < count {
            ids.push(self.frame().await.id);
        }
        ids
    }
}

async fn transfers(world: &Arc<World>, salts: std::ops::Range<u8>) {
    for salt in salts {
        let transaction = signed(&world.genesis, "bank", salt, vec![transfer(1), transfer(2)]);
        let bytes = transaction.to_bytes().into();
        let checked =
            allonge_ledger::CheckedTransaction::check(bytes, &world.genesis, &NoKeyCache).unwrap();
        world.submit(checked, Source::Client).await.unwrap();
    }
    world.seal();
}

#[tokio::test]
async fn events_come_in_order_and_go_on_where_they_broke_off() {
    let (world, address, _server) = serve(false).await;
    transfers(&world, 0..2).await;
    let mut stream = Stream::open(address, "?from=1", None).await;
    let first = stream.frame().await;
    assert_eq!(
        (first.id.as_str(), first.event.as_str()),
        ("1/1/0", "cash.transferred")
    );
    assert_eq!(first.data["happened"]["data"]["reference"], "<b>1</b>");
    assert_eq!(first.data["height"], "1");
    assert_eq!(stream.ids(4).await, ["1/1/1", "1/2/0", "1/2/1", "1"]);
    // More blocks than the broadcast holds, while nobody reads.
    for block in 0..10u8 {
        transfers(&world, 10 + block..11 + block).await;
    }
    for height in 2..12 {
        let expected = [
            format!("{height}/1/0"),
            format!("{height}/1/1"),
            height.to_string(),
        ];
        assert_eq!(stream.ids(3).await, expected);
    }
    let mut resumed = Stream::open(address, "?from=11", Some("1/2/0")).await;
    assert_eq!(resumed.ids(3).await, ["1/2/1", "1", "2/1/0"]);
    let mut resumed = Stream::open(address, "", Some("10")).await;
    assert_eq!(resumed.ids(2).await, ["11/1/0", "11/1/1"]);
    // Without a height it begins with what comes next.
    let mut live = Stream::open(address, "", None).await;
    transfers(&world, 30..31).await;
    assert_eq!(live.ids(1).await, ["12/1/0"]);
}

#[tokio::test]
async fn streams_are_bounded_and_given_back() {
    let (world, address, _server) = serve(false).await;
    let mut open = Vec::new();
    for _ in 0..64 {
        open.push(Stream::open(address, "", None).await);
    }
    let refused = get(address, "/v1/events").await;
    assert_eq!(
        (refused.status, refused.code().as_str()),
        (503, "TOO_MANY_STREAMS")
    );
    // Other requests are served all the same.
    assert_eq!(get(address, "/v1/status").await.status, 200);
    drop(open);
    loop {
        // A block makes the node notice who has gone.
        world.seal();
        let mut reader = connect(address, b"GET /v1/events HTTP/1.1\r\nhost: x\r\n\r\n").await;
        if head(&mut reader).await.0 == 200 {
            break;
        }
    }
    let bad = "GET /v1/events HTTP/1.1\r\nhost: x\r\nlast-event-id: 1/2\r\n\r\n";
    let answer = crate::client::send(address, bad.into()).await;
    assert_eq!(answer.code(), "BAD_REQUEST");
}

#[tokio::test]
async fn filters_leave_events_out_and_go_on_where_the_stream_broke_off() {
    let (world, address, _server) = serve(false).await;
    transfers(&world, 0..1).await;
    let hold = Call::PlaceHold(PlaceHold {
        money: Money::new("CNY".parse().unwrap(), 5),
        releaser: None,
        until: "2090-01-05".parse().unwrap(),
        reference: Default::default(),
    });
    let held = signed(&world.genesis, "bank", 9, vec![hold, transfer(3)]);
    let checked = allonge_ledger::CheckedTransaction::check(
        held.to_bytes().into(),
        &world.genesis,
        &NoKeyCache,
    );
    world
        .submit(checked.unwrap(), Source::Client)
        .await
        .unwrap();
    world.seal();
    for (query, expected) in [
        ("?from=1&kind=cash.held", &["1", "2/1/0", "2"] as &[&str]),
        (
            "?from=1&member=core",
            &["1/1/0", "1/1/1", "1", "2/1/1", "2"],
        ),
        ("?from=1&member=core&kind=cash.held", &["1", "2"]),
        (
            "?from=1&kind=cash.held,bill&member=bank",
            &["1", "2/1/0", "2"],
        ),
        ("?from=2&kind=cash", &["2/1/0", "2/1/1", "2"]),
        (
            "?from=1&instrument=510210009999620270105000000011",
            &["1", "2"],
        ),
    ] {
        let mut stream = Stream::open(address, query, None).await;
        assert_eq!(stream.ids(expected.len()).await, expected, "{query}");
    }
    // After an event that the filter would have left out, too.
    for (last, expected) in [
        ("1/1/0", &["1/1/1", "1", "2/1/1", "2"] as &[&str]),
        ("1", &["2/1/1", "2"]),
        ("2/1/0", &["2/1/1", "2"]),
    ] {
        let mut stream = Stream::open(address, "?member=core", Some(last)).await;
        assert_eq!(stream.ids(expected.len()).await, expected, "{last}");
    }
    for (query, word) in [
        ("?kind=cash.hold", "cash.hold"),
        ("?kind=cash,", "kind"),
        ("?member=A", "`A`"),
        ("?instrument=12", "12"),
        ("?sort=kind", "sort"),
    ] {
        let refused = get(address, &format!("/v1/events{query}")).await;
        assert_eq!(refused.code(), "BAD_REQUEST", "{query}");
        assert!(refused.message().contains(word), "{}", refused.message());
    }
}
