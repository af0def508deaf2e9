use super::super::context::{Head, ProposalMessage, Vote};
use super::super::wire::{MAX_ROUND, PART_BYTES};
use super::*;
use allonge_ledger::{MAX_VALIDATORS, VoteKind};
use arc_malachitebft_app_channel::app::types::core::{
    NilOrVal, PolkaSignature, Round, RoundCertificate, RoundCertificateType, RoundSignature,
    SignedMessage, VoteType,
};
use proptest::prelude::*;
use std::fmt::Debug;

const KEY: PublicKey = PublicKey([1; 32]);
const BLOCK: Hash = Hash([2; 32]);
const SIGNATURE: Signature = Signature([3; 64]);

fn codec() -> WireCodec {
    WireCodec::new(PeerTips::new([], Box::new(|_| {})))
}

fn peer() -> PeerId {
    let key = ed25519_dalek::SigningKey::from_bytes(&[1; 32]).verifying_key();
    let id = super::super::peers::peer_id(&PublicKey(key.to_bytes())).unwrap();
    PeerId::from_bytes(&id.to_bytes()).unwrap()
}

fn vote(kind: VoteKind, value: NilOrVal<Block>) -> SignedMessage<Context, Vote> {
    let vote = Vote {
        kind,
        height: Height(u64::MAX),
        round: Round::new(MAX_ROUND),
        value,
        validator: Address(KEY),
    };
    SignedMessage::new(vote, SIGNATURE)
}

fn consensus() -> Vec<SignedConsensusMsg<Context>> {
    let proposal = |pol_round| {
        let proposal = ProposalMessage {
            height: Height(7),
            round: Round::new(3),
            value: Block(BLOCK),
            pol_round,
            validator: Address(KEY),
        };
        SignedConsensusMsg::Proposal(SignedMessage::new(proposal, SIGNATURE))
    };
    vec![
        SignedConsensusMsg::Vote(vote(VoteKind::Prevote, NilOrVal::Val(Block(BLOCK)))),
        SignedConsensusMsg::Vote(vote(VoteKind::Precommit, NilOrVal::Nil)),
        proposal(Round::Nil),
        proposal(Round::new(2)),
    ]
}

fn polka(signatures: usize) -> PolkaCertificate<Context> {
    PolkaCertificate {
        height: Height(7),
        round: Round::new(3),
        value_id: Block(BLOCK),
        polka_signatures: (0..signatures)
            .map(|i| PolkaSignature::new(Address(PublicKey([i as u8; 32])), SIGNATURE))
            .collect(),
    }
}

fn liveness() -> Vec<LivenessMsg<Context>> {
    let round = |cert_type| {
        let sign = |kind, value| RoundSignature::new(kind, value, Address(KEY), SIGNATURE);
        LivenessMsg::SkipRoundCertificate(RoundCertificate {
            height: Height(7),
            round: Round::new(3),
            cert_type,
            round_signatures: vec![
                sign(VoteType::Prevote, NilOrVal::Nil),
                sign(VoteType::Precommit, NilOrVal::Val(Block(BLOCK))),
            ],
        })
    };
    vec![
        LivenessMsg::Vote(vote(VoteKind::Prevote, NilOrVal::Nil)),
        LivenessMsg::PolkaCertificate(polka(3)),
        round(RoundCertificateType::Skip),
        round(RoundCertificateType::Precommit),
    ]
}

fn parts() -> Vec<Part> {
    vec![
        Part::Head(Head {
            height: 7,
            round: 3,
            valid_round: Some(1),
            proposer: KEY,
            block: BLOCK,
            length: 9,
            signature: SIGNATURE,
        }),
        Part::Data(Bytes::from_static(b"block")),
    ]
}

fn streams() -> Vec<StreamMessage<Part>> {
    let id = StreamId::new(Bytes::from_static(b"id"));
    let mut contents: Vec<_> = parts().into_iter().map(StreamContent::Data).collect();
    contents.push(StreamContent::Fin);
    contents
        .into_iter()
        .map(|content| StreamMessage::new(id.clone(), u64::MAX, content))
        .collect()
}

fn proposed() -> Vec<ProposedValue<Context>> {
    [Validity::Valid, Validity::Invalid]
        .map(|validity| ProposedValue {
            height: Height(7),
            round: Round::new(3),
            valid_round: Round::new(2),
            proposer: Address(KEY),
            value: Block(BLOCK),
            validity,
        })
        .to_vec()
}

fn proof() -> ValidatorProof<Context> {
    ValidatorProof::new(KEY.0.to_vec(), peer().to_bytes(), SIGNATURE)
}

fn status() -> Status<Context> {
    Status {
        peer_id: peer(),
        tip_height: Height(9),
        history_min_height: Height(1),
    }
}

fn request() -> Request<Context> {
    Request::ValueRequest(ValueRequest::new(Height(3)..=Height(9)))
}

fn response(blocks: usize, signatures: usize) -> Response<Context> {
    let certificate = ExtendedCommitCertificate {
        height: Height(3),
        round: Round::new(0),
        value_id: Block(BLOCK),
        commit_signatures: (0..signatures)
            .map(|i| {
                let key = Address(PublicKey([i as u8; 32]));
                ExtendedCommitSignature::new(key, SIGNATURE, None)
            })
            .collect(),
    };
    let decided = RawDecidedValue::new(Bytes::from_static(b"block"), certificate);
    Response::ValueResponse(ValueResponse::new(Height(3), vec![decided; blocks]))
}

/// Round trip; and what is cut off, continued, or of another version is an error.
fn check<T: PartialEq + Debug>(message: &T)
where
    WireCodec: Codec<T, Error = CodecError>,
{
    let codec = codec();
    let bytes = codec.encode(message).unwrap();
    assert_eq!(&Codec::<T>::decode(&codec, bytes.clone()).unwrap(), message);
    for end in 0..bytes.len() {
        let cut = Codec::<T>::decode(&codec, bytes.slice(..end));
        assert!(cut.is_err(), "{message:?} cut at {end}");
    }
    let mut longer = bytes.to_vec();
    longer.push(0);
    assert!(Codec::<T>::decode(&codec, longer.into()).is_err());
    let mut newer = bytes.to_vec();
    newer[0] = VERSION + 1;
    let newer = Codec::<T>::decode(&codec, newer.into()).unwrap_err();
    assert!(matches!(newer, CodecError::Version(2)), "{newer}");
}

/// Bytes are refused, or they are the one encoding of what they decode to.
fn refused_or_canonical<T>(bytes: &[u8]) -> Result<(), TestCaseError>
where
    WireCodec: Codec<T, Error = CodecError>,
{
    let codec = codec();
    if let Ok(message) = Codec::<T>::decode(&codec, Bytes::copy_from_slice(bytes)) {
        prop_assert_eq!(&codec.encode(&message).unwrap()[..], bytes);
    }
    Ok(())
}

fn all_refuse_or_are_canonical(bytes: &[u8]) -> Result<(), TestCaseError> {
    refused_or_canonical::<SignedConsensusMsg<Context>>(bytes)?;
    refused_or_canonical::<LivenessMsg<Context>>(bytes)?;
    refused_or_canonical::<PolkaCertificate<Context>>(bytes)?;
    refused_or_canonical::<Part>(bytes)?;
    refused_or_canonical::<StreamMessage<Part>>(bytes)?;
    refused_or_canonical::<ValidatorProof<Context>>(bytes)?;
    refused_or_canonical::<ProposedValue<Context>>(bytes)?;
    refused_or_canonical::<Status<Context>>(bytes)?;
    refused_or_canonical::<Request<Context>>(bytes)?;
    refused_or_canonical::<Response<Context>>(bytes)
}

fn samples() -> Vec<Bytes> {
    fn encoded<T>(messages: Vec<T>) -> Vec<Bytes>
    where
        WireCodec: Codec<T, Error = CodecError>,
    {
        let codec = codec();
        messages.iter().map(|m| codec.encode(m).unwrap()).collect()
    }
    [
        encoded(consensus()),
        encoded(liveness()),
        encoded(vec![polka(2)]),
        encoded(parts()),
        encoded(streams()),
        encoded(vec![proof()]),
        encoded(proposed()),
        encoded(vec![status()]),
        encoded(vec![request()]),
        encoded(vec![response(2, 2)]),
    ]
    .concat()
}

#[test]
fn everything_comes_back_and_nothing_else_does() {
    consensus().iter().for_each(check);
    liveness().iter().for_each(check);
    check(&polka(0));
    check(&polka(MAX_VALIDATORS));
    parts().iter().for_each(check);
    streams().iter().for_each(check);
    proposed().iter().for_each(check);
    check(&proof());
    check(&status());
    check(&request());
    check(&response(0, 0));
    check(&response(3, 4));
}

#[test]
fn the_length_of_a_response_is_foretold() {
    let codec = codec();
    for (blocks, signatures) in [(0, 0), (1, 0), (3, 4), (MAX_SYNC_BLOCKS, 1)] {
        let response = response(blocks, signatures);
        let length = codec.encoded_len(&response).unwrap();
        assert_eq!(length, codec.encode(&response).unwrap().len());
    }
}

#[test]
fn what_exceeds_a_bound_is_neither_written_nor_read() {
    let codec = codec();
    assert!(codec.encode(&polka(MAX_VALIDATORS + 1)).is_err());
    assert!(codec.encode(&response(MAX_SYNC_BLOCKS + 1, 0)).is_err());
    let large = |bytes: usize| Part::Data(vec![0; bytes].into());
    assert!(codec.encode(&large(PART_BYTES)).is_ok());
    assert!(codec.encode(&large(PART_BYTES + 1)).is_err());

    // The counts of signatures, blocks and bytes, each as large as it can be written.
    let huge = |bytes: Bytes, at: usize| {
        let mut bytes = bytes.to_vec();
        bytes[at..at + 4].copy_from_slice(&u32::MAX.to_le_bytes());
        Bytes::from(bytes)
    };
    let bytes = huge(codec.encode(&polka(1)).unwrap(), 1 + 8 + 4 + 32);
    assert!(Codec::<PolkaCertificate<Context>>::decode(&codec, bytes).is_err());
    let bytes = huge(codec.encode(&response(1, 1)).unwrap(), 1 + 8);
    assert!(Codec::<Response<Context>>::decode(&codec, bytes).is_err());
    let bytes = huge(codec.encode(&large(5)).unwrap(), 1 + 1);
    assert!(Codec::<Part>::decode(&codec, bytes).is_err());
}

#[test]
fn rounds_must_be_set_and_within_reason() {
    let codec = codec();
    let at = |round| {
        let mut vote = vote(VoteKind::Prevote, NilOrVal::Nil);
        vote.message.round = round;
        codec.encode(&SignedConsensusMsg::Vote(vote))
    };
    assert!(matches!(at(Round::Nil), Err(CodecError::NoRound(_))));
    for round in [MAX_ROUND + 1, u32::MAX] {
        let bytes = at(Round::new(round)).unwrap();
        assert!(Codec::<SignedConsensusMsg<Context>>::decode(&codec, bytes).is_err());
    }
}

#[test]
fn a_status_is_noted_for_its_peer() {
    let tips = PeerTips::new([peer().to_bytes()], Box::new(|_| {}));
    let codec = WireCodec::new(tips.clone());
    let bytes = codec.encode(&status()).unwrap();
    assert!(Codec::<Status<Context>>::decode(&codec, bytes).is_ok());
    assert_eq!(tips.heights(), [9]);
}

proptest! {
    #[test]
    fn random_bytes_are_refused_or_canonical(
        mut bytes in prop::collection::vec(any::<u8>(), 0..400),
        versioned in any::<bool>(),
    ) {
        if let (true, Some(first)) = (versioned, bytes.first_mut()) {
            *first = VERSION;
        }
        all_refuse_or_are_canonical(&bytes)?;
    }

    #[test]
    fn damaged_messages_are_refused_or_canonical(
        sample in prop::sample::select(samples()),
        at in any::<prop::sample::Index>(),
        byte in any::<u8>(),
    ) {
        let mut bytes = sample.to_vec();
        let at = at.index(bytes.len());
        bytes[at] = byte;
        all_refuse_or_are_canonical(&bytes)?;
    }
}
