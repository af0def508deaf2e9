//! Blocks cut into parts for the network, and put together again.

use super::app::MAX_BLOCK_BYTES;
use super::context::{Head, Part};
use super::wire::PART_BYTES;
use arc_malachitebft_app_channel::app::streaming::{StreamContent, StreamId, StreamMessage};
use arc_malachitebft_app_channel::app::types::PeerId;
use bytes::Bytes;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The most streams that are remembered for one delivering peer, finished ones included.
const MAX_STREAMS_PER_PEER: usize = 8;

/// The most bytes that are kept of one delivering peer's unfinished streams.
const MAX_BYTES_PER_PEER: usize = 2 * MAX_BLOCK_BYTES;

/// The messages that carry a block: its head, its pieces, and the end marker.
pub fn split(id: StreamId, head: Head, bytes: &Arc<[u8]>) -> Vec<StreamMessage<Part>> {
    let bytes = Bytes::from_owner(bytes.clone());
    let mut contents = vec![StreamContent::Data(Part::Head(head))];
    let mut rest = bytes;
    while !rest.is_empty() {
        let piece = rest.split_to(rest.len().min(PART_BYTES));
        contents.push(StreamContent::Data(Part::Data(piece)));
    }
    contents.push(StreamContent::Fin);
    contents
        .into_iter()
        .enumerate()
        .map(|(sequence, content)| StreamMessage::new(id.clone(), sequence as u64, content))
        .collect()
}

/// How many pieces a block of this length is cut into.
fn pieces(length: u32) -> u64 {
    u64::from(length).div_ceil(PART_BYTES as u64)
}

/// Why a stream was given up.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// The head is not where it belongs, or a piece stands in its place.
    #[error("the parts are out of place")]
    OutOfPlace,
    /// A sequence number beyond what any block needs.
    #[error("part {0} is beyond the largest block")]
    TooMany(u64),
    /// A head that announces nothing, or more than a block may have.
    #[error("a block of {0} bytes; at least 1 and at most {MAX_BLOCK_BYTES}")]
    Length(u32),
    /// The pieces do not add up to the announced length.
    #[error("the parts do not have the announced length")]
    WrongLength,
    /// The head was not acceptable, for this reason.
    #[error("{0}")]
    Head(&'static str),
}

/// What came of a part.
#[derive(Debug, PartialEq, Eq)]
pub enum Received {
    /// The block is not complete yet, or the part was of no use.
    Nothing,
    /// The block is complete.
    Block(Head, Arc<[u8]>),
    /// The stream was at fault and is given up.
    Refused(Refusal),
}

type Key = (PeerId, Bytes);

enum State {
    Open {
        head: Option<Head>,
        pieces: BTreeMap<u64, Bytes>,
        bytes: usize,
    },
    /// Complete or refused: what still comes is ignored.
    Closed,
}

struct Stream {
    /// Who delivered its first part; pays for it.
    from: PeerId,
    /// Streams are numbered in the order of their first parts.
    born: u64,
    state: State,
}

impl Stream {
    fn bytes(&self) -> usize {
        match &self.state {
            State::Open { bytes, .. } => *bytes,
            State::Closed => 0,
        }
    }
}

/// Puts blocks together from parts that arrive in any order.
///
/// Streams are told apart by publisher and stream id. What is kept is bounded for every
/// delivering peer; when it exceeds the bound, that peer's oldest stream is forgotten.
#[derive(Default)]
pub struct Assembler {
    streams: BTreeMap<Key, Stream>,
    born: u64,
}

impl Assembler {
    /// Takes in one part. `accept` says whether a head is worth collecting pieces for.
    pub fn receive(
        &mut self,
        from: PeerId,
        published_by: Option<PeerId>,
        message: StreamMessage<Part>,
        accept: impl FnOnce(&Head) -> Result<(), &'static str>,
    ) -> Received {
        let key = (published_by.unwrap_or(from), message.stream_id.to_bytes());
        let born = self.born;
        let stream = self.streams.entry(key.clone()).or_insert_with(|| Stream {
            from,
            born,
            state: State::Open {
                head: None,
                pieces: BTreeMap::new(),
                bytes: 0,
            },
        });
        if stream.born == born {
            self.born += 1;
        }
        let payer = stream.from;
        let received = stream.receive(message.sequence, message.content, accept);
        if !matches!(received, Received::Nothing) {
            stream.state = State::Closed;
        }
        self.forget_excess(payer, &key);
        received
    }

    /// The bytes of all unfinished streams.
    pub fn kept_bytes(&self) -> usize {
        self.streams.values().map(Stream::bytes).sum()
    }

    /// Keeps a peer within its bounds by forgetting its oldest streams, but not `current`.
    fn forget_excess(&mut self, payer: PeerId, current: &Key) {
        loop {
            let own = || self.streams.iter().filter(|(_, s)| s.from == payer);
            let count = own().count();
            let bytes: usize = own().map(|(_, s)| s.bytes()).sum();
            if count <= MAX_STREAMS_PER_PEER && bytes <= MAX_BYTES_PER_PEER {
                return;
            }
            let oldest = own()
                .filter(|(key, _)| *key != current)
                .min_by_key(|(_, s)| s.born)
                .map(|(key, _)| key.clone());
            match oldest {
                Some(key) => self.streams.remove(&key),
                None => return,
            };
        }
    }
}

impl Stream {
    fn receive(
        &mut self,
        sequence: u64,
        content: StreamContent<Part>,
        accept: impl FnOnce(&Head) -> Result<(), &'static str>,
    ) -> Received {
        let State::Open {
            head,
            pieces: kept,
            bytes,
        } = &mut self.state
        else {
            return Received::Nothing;
        };
        let most = pieces(MAX_BLOCK_BYTES as u32);
        match content {
            StreamContent::Data(Part::Head(new)) => {
                if sequence != 0 {
                    return Received::Refused(Refusal::OutOfPlace);
                }
                if new.length == 0 || new.length as usize > MAX_BLOCK_BYTES {
                    return Received::Refused(Refusal::Length(new.length));
                }
                if head.is_some() {
                    return Received::Nothing;
                }
                if let Err(reason) = accept(&new) {
                    return Received::Refused(Refusal::Head(reason));
                }
                *head = Some(new);
            }
            StreamContent::Data(Part::Data(piece)) => {
                if sequence == 0 {
                    return Received::Refused(Refusal::OutOfPlace);
                }
                if sequence > most {
                    return Received::Refused(Refusal::TooMany(sequence));
                }
                if piece.is_empty() || piece.len() > PART_BYTES {
                    return Received::Refused(Refusal::WrongLength);
                }
                let length = piece.len();
                if let std::collections::btree_map::Entry::Vacant(place) = kept.entry(sequence) {
                    place.insert(piece);
                    *bytes += length;
                }
            }
            StreamContent::Fin => {
                if sequence == 0 || sequence > most + 1 {
                    return Received::Refused(Refusal::TooMany(sequence));
                }
            }
        }
        let Some(head) = head else {
            return Received::Nothing;
        };
        let needed = pieces(head.length);
        if kept.keys().next_back().is_some_and(|last| *last > needed) {
            return Received::Refused(Refusal::WrongLength);
        }
        if (kept.len() as u64) < needed {
            return Received::Nothing;
        }
        // Pieces 1 to `needed` are all there; only their lengths can still be wrong.
        if *bytes != head.length as usize {
            return Received::Refused(Refusal::WrongLength);
        }
        let mut whole = Vec::with_capacity(*bytes);
        for piece in kept.values() {
            whole.extend_from_slice(piece);
        }
        Received::Block(head.clone(), whole.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use allonge_contracts::{Hash, PublicKey, Signature};
    use proptest::prelude::*;

    fn head(length: usize) -> Head {
        Head {
            height: 1,
            round: 0,
            valid_round: None,
            proposer: PublicKey([1; 32]),
            block: Hash([2; 32]),
            length: length as u32,
            signature: Signature([3; 64]),
        }
    }

    fn block(length: usize) -> Arc<[u8]> {
        (0..length).map(|i| (i % 251) as u8).collect()
    }

    fn id(name: &'static str) -> StreamId {
        StreamId::new(Bytes::from_static(name.as_bytes()))
    }

    fn peer(seed: u8) -> PeerId {
        let key = super::super::peers::peer_id(&PublicKey(
            ed25519_dalek::SigningKey::from_bytes(&[seed; 32])
                .verifying_key()
                .to_bytes(),
        ));
        PeerId::from_bytes(&key.unwrap().to_bytes()).unwrap()
    }

    fn data(name: &'static str, sequence: u64, length: usize) -> StreamMessage<Part> {
        let part = Part::Data(vec![0; length].into());
        StreamMessage::new(id(name), sequence, StreamContent::Data(part))
    }

    #[test]
    fn every_length_comes_back_in_any_order() {
        for length in [
            1,
            PART_BYTES - 1,
            PART_BYTES,
            PART_BYTES + 1,
            3 * PART_BYTES,
            MAX_BLOCK_BYTES,
        ] {
            for reversed in [false, true] {
                let bytes = block(length);
                let mut messages = split(id("a"), head(length), &bytes);
                assert_eq!(messages.len() as u64, pieces(length as u32) + 2);
                assert!(messages.last().unwrap().is_fin());
                if reversed {
                    messages.reverse();
                }
                let mut assembler = Assembler::default();
                let blocks: Vec<_> = messages
                    .into_iter()
                    .map(|m| assembler.receive(peer(1), None, m, |_| Ok(())))
                    .filter(|r| *r != Received::Nothing)
                    .collect();
                assert_eq!(blocks, [Received::Block(head(length), bytes)]);
            }
        }
    }

    #[test]
    fn parts_of_one_publisher_may_come_through_several_peers() {
        let bytes = block(2 * PART_BYTES);
        let mut assembler = Assembler::default();
        let mut last = Received::Nothing;
        for (i, message) in split(id("a"), head(bytes.len()), &bytes)
            .into_iter()
            .enumerate()
            .take(3)
        {
            last = assembler.receive(peer(i as u8 + 2), Some(peer(1)), message, |_| Ok(()));
        }
        assert_eq!(last, Received::Block(head(bytes.len()), bytes));
    }

    #[test]
    fn streams_of_two_publishers_do_not_mix() {
        let bytes = block(2 * PART_BYTES);
        let messages = split(id("a"), head(bytes.len()), &bytes);
        let mut assembler = Assembler::default();
        assembler.receive(peer(1), None, messages[0].clone(), |_| Ok(()));
        assembler.receive(peer(1), None, messages[1].clone(), |_| Ok(()));
        let other = assembler.receive(peer(2), None, messages[2].clone(), |_| Ok(()));
        assert_eq!(other, Received::Nothing);
    }

    #[test]
    fn a_block_completes_once() {
        let bytes = block(10);
        let mut assembler = Assembler::default();
        let messages = split(id("a"), head(10), &bytes);
        let twice = messages.clone().into_iter().chain(messages);
        let blocks = twice
            .map(|m| assembler.receive(peer(1), None, m, |_| Ok(())))
            .filter(|r| matches!(r, Received::Block(..)))
            .count();
        assert_eq!(blocks, 1);
    }

    #[test]
    fn misplaced_oversized_and_refused_streams_end() {
        let bytes = block(10);
        let good = split(id("a"), head(10), &bytes);
        let moved = |at| StreamMessage::new(id("a"), at, good[0].content.clone());
        let announce = |length: usize| {
            StreamMessage::new(id("a"), 0, StreamContent::Data(Part::Head(head(length))))
        };
        let most = pieces(MAX_BLOCK_BYTES as u32);
        for (messages, refusal) in [
            (vec![moved(1)], Refusal::OutOfPlace),
            (vec![data("a", 0, 5)], Refusal::OutOfPlace),
            (vec![data("a", most + 1, 5)], Refusal::TooMany(most + 1)),
            (vec![data("a", u64::MAX, 5)], Refusal::TooMany(u64::MAX)),
            (
                vec![StreamMessage::new(id("a"), u64::MAX, StreamContent::Fin)],
                Refusal::TooMany(u64::MAX),
            ),
            (vec![announce(0)], Refusal::Length(0)),
            (
                vec![announce(MAX_BLOCK_BYTES + 1)],
                Refusal::Length(MAX_BLOCK_BYTES as u32 + 1),
            ),
            (vec![data("a", 1, 0)], Refusal::WrongLength),
            (vec![data("a", 1, PART_BYTES + 1)], Refusal::WrongLength),
            (vec![good[0].clone(), data("a", 1, 9)], Refusal::WrongLength),
            (
                vec![good[0].clone(), data("a", 2, 10)],
                Refusal::WrongLength,
            ),
        ] {
            let mut assembler = Assembler::default();
            let last = messages
                .into_iter()
                .map(|m| assembler.receive(peer(1), None, m, |_| Ok(())))
                .last();
            assert_eq!(last, Some(Received::Refused(refusal)));
            // What comes after is ignored.
            for message in good.clone() {
                let received = assembler.receive(peer(1), None, message, |_| Ok(()));
                assert_eq!(received, Received::Nothing);
            }
        }
        let mut assembler = Assembler::default();
        let refused = assembler.receive(peer(1), None, good[0].clone(), |_| Err("too old"));
        assert_eq!(refused, Received::Refused(Refusal::Head("too old")));
    }

    #[test]
    fn a_peer_that_opens_streams_without_end_forgets_only_its_own() {
        let names: Vec<&'static str> = (0..100).map(|i| &*format!("{i}").leak()).collect();
        let bytes = block(2 * PART_BYTES);
        let honest = split(id("honest"), head(bytes.len()), &bytes);
        let mut assembler = Assembler::default();
        assembler.receive(peer(2), None, honest[0].clone(), |_| Ok(()));
        for name in names {
            for sequence in 1..=pieces(MAX_BLOCK_BYTES as u32) {
                assembler.receive(peer(1), None, data(name, sequence, PART_BYTES), |_| Ok(()));
                let kept: usize = assembler.streams.values().map(Stream::bytes).sum();
                assert!(kept <= MAX_BYTES_PER_PEER);
                assert!(assembler.streams.len() <= MAX_STREAMS_PER_PEER + 1);
            }
        }
        assembler.receive(peer(2), None, honest[1].clone(), |_| Ok(()));
        let last = assembler.receive(peer(2), None, honest[2].clone(), |_| Ok(()));
        assert_eq!(last, Received::Block(head(bytes.len()), bytes));
    }

    proptest! {
        #[test]
        fn no_sequence_of_parts_panics_or_yields_a_wrong_length(
            parts in prop::collection::vec((0u64..40, 0u8..3, 0usize..300_000, 0u8..2), 0..60)
        ) {
            let mut assembler = Assembler::default();
            for (sequence, kind, length, from) in parts {
                let content = match kind {
                    0 => StreamContent::Data(Part::Head(head(length))),
                    1 => StreamContent::Data(Part::Data(vec![0; length].into())),
                    _ => StreamContent::Fin,
                };
                let message = StreamMessage::new(id("a"), sequence, content);
                if let Received::Block(head, bytes) =
                    assembler.receive(peer(from + 1), None, message, |_| Ok(()))
                {
                    prop_assert_eq!(head.length as usize, bytes.len());
                }
            }
        }
    }
}
