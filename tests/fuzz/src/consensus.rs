//! The engine's messages: from peers, from the write-ahead log, in sync.

use super::chain::chain;
use super::{Form, Target, same};
use allonge_node::consensus::probe::{Collector, MessageKind, reread, response_length};
use allonge_node::consensus::{CodecError, peer_id};
use bytes::Bytes;
use std::collections::BTreeMap;

/// More is never kept of one peer's unfinished blocks, the part just received aside.
const KEPT_PER_PEER: usize = 2 * allonge_node::consensus::MAX_BLOCK_BYTES + 128 * 1024;

macro_rules! kinds {
    ($($name:literal $kind:ident;)*) => {
        vec![$(Target {
            name: $name,
            form: Form::Bytes,
            most: 64 * 1024,
            read: |bytes| read(MessageKind::$kind, bytes),
            seeds: || seeds(MessageKind::$kind),
        }),*]
    };
}

pub fn targets() -> Vec<Target> {
    let mut all = kinds! {
        "wire_consensus" Consensus;
        "wire_liveness" Liveness;
        "wire_polka" Polka;
        "wire_part" Part;
        "wire_stream" Stream;
        "wire_proof" Proof;
        "wire_proposed" Proposed;
        "wire_status" Status;
        "wire_request" Request;
        "wire_response" Response;
    };
    all.push(Target {
        name: "wire_parts",
        form: Form::Bytes,
        most: 512 * 1024,
        read: parts,
        seeds: parts_seeds,
    });
    all
}

fn read(kind: MessageKind, bytes: &[u8]) -> bool {
    let given = Bytes::copy_from_slice(bytes);
    match reread(kind, given.clone()) {
        Ok(again) => {
            same(&format!("{kind:?}"), bytes, &again);
            if kind == MessageKind::Response {
                assert_eq!(
                    response_length(given).ok(),
                    Some(bytes.len()),
                    "the length foretold"
                );
            }
            true
        }
        Err(CodecError::NoRound(_)) => panic!("{kind:?}: read, but it cannot be written"),
        Err(error) => {
            assert!(
                error.to_string().len() < 1_024,
                "a refusal that repeats the message"
            );
            false
        }
    }
}

/// A message put together by hand from the documented layout.
struct Message(Vec<u8>);

impl Message {
    fn new() -> Self {
        Message(vec![1])
    }

    fn byte(mut self, byte: u8) -> Self {
        self.0.push(byte);
        self
    }

    fn number(mut self, number: u32) -> Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn long(mut self, number: u64) -> Self {
        self.0.extend_from_slice(&number.to_le_bytes());
        self
    }

    fn many(mut self, byte: u8, times: usize) -> Self {
        self.0.resize(self.0.len() + times, byte);
        self
    }

    fn bytes(self, bytes: &[u8]) -> Self {
        let mut message = self.number(bytes.len() as u32);
        message.0.extend_from_slice(bytes);
        message
    }

    /// So many signatures: key and signature each.
    fn signatures(self, count: u32) -> Self {
        self.number(count).many(7, 96 * count as usize)
    }
}

fn vote(kind: u8, block: bool) -> Message {
    let begun = Message::new().byte(1).byte(kind).long(7).number(3);
    let block = match block {
        true => begun.byte(1).many(2, 32),
        false => begun.byte(0),
    };
    block.many(1, 32).many(3, 64)
}

fn head(length: u32) -> Message {
    let begun = Message(Vec::new())
        .byte(1)
        .long(7)
        .number(3)
        .byte(1)
        .number(1);
    begun.many(1, 32).many(2, 32).number(length).many(3, 64)
}

fn peer() -> Vec<u8> {
    let validator = &chain().genesis.validators[0];
    peer_id(&validator.peer).expect("a node key").to_bytes()
}

fn stream(sequence: u64, part: Option<&[u8]>) -> Message {
    let begun = Message::new().bytes(b"stream").long(sequence);
    match part {
        None => begun.byte(0),
        Some(part) => Message([begun.byte(1).0, part.to_vec()].concat()),
    }
}

fn data(bytes: &[u8]) -> Vec<u8> {
    Message(Vec::new()).byte(2).bytes(bytes).0
}

fn seeds(kind: MessageKind) -> Vec<Vec<u8>> {
    let proposal = |valid: bool| {
        let begun = Message::new().byte(2).long(7).number(3);
        let valid = match valid {
            true => begun.byte(1).number(2),
            false => begun.byte(0),
        };
        valid.many(2, 32).many(1, 32).many(3, 64)
    };
    let polka = |tag: Option<u8>| {
        let begun = tag.map_or_else(Message::new, |tag| Message::new().byte(tag));
        begun.long(7).number(3).many(2, 32).signatures(3)
    };
    let block = &chain().blocks[0].bytes;
    let decided = |response: Message, height: u64| {
        response
            .long(height)
            .number(0)
            .many(2, 32)
            .signatures(3)
            .bytes(block)
    };
    let messages = match kind {
        MessageKind::Consensus => vec![
            vote(1, true),
            vote(2, false),
            proposal(true),
            proposal(false),
        ],
        MessageKind::Liveness => vec![
            vote(1, true),
            polka(Some(2)),
            Message::new()
                .byte(3)
                .long(7)
                .number(3)
                .byte(1)
                .number(1)
                .byte(1)
                .byte(0)
                .many(1, 96),
        ],
        MessageKind::Polka => vec![polka(None)],
        MessageKind::Part => vec![
            Message([vec![1], head(9).0].concat()),
            Message([vec![1], data(b"block")].concat()),
        ],
        MessageKind::Stream => vec![
            stream(0, Some(&head(9).0)),
            stream(1, Some(&data(b"block"))),
            stream(2, None),
        ],
        MessageKind::Proof => vec![Message::new().bytes(&[1; 32]).bytes(&peer()).many(3, 64)],
        MessageKind::Proposed => vec![
            Message::new()
                .long(7)
                .number(3)
                .byte(1)
                .number(2)
                .many(1, 32)
                .many(2, 32)
                .byte(1),
        ],
        MessageKind::Status => vec![Message::new().bytes(&peer()).long(9).long(1)],
        MessageKind::Request => vec![
            Message::new().long(3).long(9),
            Message::new().long(9).long(3),
        ],
        MessageKind::Response => vec![
            Message::new().long(3).number(0),
            decided(decided(Message::new().long(3).number(2), 3), 4),
        ],
    };
    messages.into_iter().map(|message| message.0).collect()
}

/// Messages of streams, each after a byte for its peer and its length in three bytes.
fn parts(bytes: &[u8]) -> bool {
    let peers = [
        peer(),
        peer_id(&chain().genesis.validators[1].peer)
            .unwrap()
            .to_bytes(),
    ];
    let mut collector = Collector::default();
    let mut any = false;
    let mut taken = BTreeMap::<usize, usize>::new();
    let mut rest = bytes;
    while let Some(([from, a, b, c], more)) = rest.split_first_chunk::<4>() {
        let length = (u32::from_le_bytes([*a, *b, *c, 0]) as usize).min(more.len());
        let (message, more) = more.split_at(length);
        rest = more;
        let from = usize::from(*from) % peers.len();
        *taken.entry(from).or_default() += length;
        if let Ok(block) = collector.take(&peers[from], Bytes::copy_from_slice(message)) {
            any = true;
            assert!(block.is_none_or(|block| block.len() <= taken.values().sum()));
        }
        let kept = collector.kept_bytes();
        assert!(kept <= KEPT_PER_PEER * peers.len(), "{kept} bytes are kept");
        assert!(kept <= taken.values().sum(), "more is kept than was sent");
    }
    any
}

fn parts_seeds() -> Vec<Vec<u8>> {
    let framed = |from: u8, message: Message| {
        let length = (message.0.len() as u32).to_le_bytes();
        [&[from, length[0], length[1], length[2]][..], &message.0].concat()
    };
    let whole = |from| {
        [
            framed(from, stream(0, Some(&head(9).0))),
            framed(from, stream(1, Some(&data(b"block")))),
            framed(from, stream(2, Some(&data(b"rest")))),
            framed(from, stream(3, None)),
        ]
        .concat()
    };
    let large = [
        framed(0, stream(0, Some(&head(128 * 1024 + 1).0))),
        framed(0, stream(2, Some(&data(b"x")))),
        framed(0, stream(1, Some(&data(&[5; 128 * 1024])))),
    ];
    vec![whole(0), [whole(0), whole(1)].concat(), large.concat()]
}
