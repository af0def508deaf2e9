//! The proof that a block is final: signatures of a quorum of its validators.

use crate::validators::{MAX_VALIDATORS, ValidatorSet};
use crate::vote::{VoteKind, vote_sign_bytes};
use allonge_contracts::{Hash, PublicKey, Signature};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::VerifyingKey;
use std::io;

/// The version that leads every encoded certificate.
const VERSION: u8 = 1;

/// Precommits for one block, from one round, sorted by key and unique.
///
/// A certificate stands outside the block's hash: two nodes may hold different signatures for the
/// same block, and each proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The block's height.
    pub height: u64,
    /// The round in which the quorum precommitted.
    pub round: u32,
    /// The hash of the block's header.
    pub block: Hash,
    /// Who signed, sorted by key.
    pub signatures: Vec<(PublicKey, Signature)>,
}

/// Why a certificate proves nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CertificateError {
    /// More signatures than a set can have validators.
    #[error("{0} signatures; the most is {MAX_VALIDATORS}")]
    TooMany(usize),
    /// One validator counted twice.
    #[error("validator {0} signed twice")]
    Duplicate(PublicKey),
    /// Not in the order of the keys.
    #[error("the signatures are not sorted by key")]
    Unsorted,
    /// Somebody signed who is not in the validator set.
    #[error("{0} is not a validator of this height")]
    Stranger(PublicKey),
    /// A signature that does not fit key, chain, height, round and block.
    #[error("the signature of validator {0} is wrong")]
    BadSignature(PublicKey),
    /// Right signatures, but too few.
    #[error("signatures with power {signed} of {total}; more than two thirds are needed")]
    NoQuorum {
        /// The power of those who signed.
        signed: u64,
        /// The power of the whole set.
        total: u64,
    },
}

impl Certificate {
    /// Checks that a quorum of `set` precommitted this block on the chain of `genesis`.
    ///
    /// `set` must be the validator set of the certificate's height. Every signature has to be
    /// right, not just enough of them; each is checked with `verify_strict`.
    ///
    /// # Errors
    /// The first [`CertificateError`] found.
    pub fn verify(&self, genesis: &Hash, set: &ValidatorSet) -> Result<(), CertificateError> {
        check_order(&self.signatures)?;
        let bytes = vote_sign_bytes(
            genesis,
            VoteKind::Precommit,
            self.height,
            self.round,
            Some(self.block),
        );
        // Cannot overflow: the keys are distinct members of a set whose total is bounded.
        let mut signed = 0u64;
        for (key, signature) in &self.signatures {
            let validator = set.get(key).ok_or(CertificateError::Stranger(*key))?;
            VerifyingKey::from_bytes(key.as_bytes())
                .and_then(|key| {
                    let signature = ed25519_dalek::Signature::from_bytes(signature.as_bytes());
                    key.verify_strict(&bytes, &signature)
                })
                .map_err(|_| CertificateError::BadSignature(*key))?;
            signed = signed.saturating_add(validator.power);
        }
        if !set.has_quorum(signed) {
            return Err(CertificateError::NoQuorum {
                signed,
                total: set.total_power(),
            });
        }
        Ok(())
    }
}

fn check_order(signatures: &[(PublicKey, Signature)]) -> Result<(), CertificateError> {
    if signatures.len() > MAX_VALIDATORS {
        return Err(CertificateError::TooMany(signatures.len()));
    }
    for ((before, _), (after, _)) in signatures.iter().zip(signatures.iter().skip(1)) {
        if before == after {
            return Err(CertificateError::Duplicate(*after));
        }
        if before > after {
            return Err(CertificateError::Unsorted);
        }
    }
    Ok(())
}

impl BorshSerialize for Certificate {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        VERSION.serialize(writer)?;
        self.height.serialize(writer)?;
        self.round.serialize(writer)?;
        self.block.serialize(writer)?;
        self.signatures.serialize(writer)
    }
}

impl BorshDeserialize for Certificate {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let version = u8::deserialize_reader(reader)?;
        if version != VERSION {
            return Err(invalid(format!(
                "certificate version {version} is unknown; this program reads {VERSION}"
            )));
        }
        let height = u64::deserialize_reader(reader)?;
        let round = u32::deserialize_reader(reader)?;
        let block = Hash::deserialize_reader(reader)?;
        let count = u32::deserialize_reader(reader)? as usize;
        if count > MAX_VALIDATORS {
            return Err(invalid(CertificateError::TooMany(count)));
        }
        let mut signatures = Vec::with_capacity(count);
        for _ in 0..count {
            signatures.push(BorshDeserialize::deserialize_reader(reader)?);
        }
        check_order(&signatures).map_err(invalid)?;
        Ok(Self {
            height,
            round,
            block,
            signatures,
        })
    }
}

fn invalid(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validators::Validator;
    use ed25519_dalek::{Signer, SigningKey};

    const GENESIS: Hash = Hash([7; 32]);
    const BLOCK: Hash = Hash([9; 32]);

    /// Four signing keys in the order of their public keys.
    fn keys() -> Vec<SigningKey> {
        let mut keys: Vec<_> = (1..=4)
            .map(|seed| SigningKey::from_bytes(&[seed; 32]))
            .collect();
        keys.sort_by_key(public);
        keys
    }

    fn public(key: &SigningKey) -> PublicKey {
        PublicKey(key.verifying_key().to_bytes())
    }

    fn set(powers: [u64; 4]) -> ValidatorSet {
        let validators = keys()
            .into_iter()
            .zip(powers)
            .map(|(key, power)| Validator {
                key: public(&key),
                power,
            });
        ValidatorSet::new(validators.collect()).unwrap()
    }

    fn signed(key: &SigningKey, bytes: &[u8]) -> (PublicKey, Signature) {
        (public(key), Signature(key.sign(bytes).to_bytes()))
    }

    fn certificate(signers: &[usize]) -> Certificate {
        let bytes = vote_sign_bytes(&GENESIS, VoteKind::Precommit, 5, 1, Some(BLOCK));
        let keys = keys();
        Certificate {
            height: 5,
            round: 1,
            block: BLOCK,
            signatures: signers.iter().map(|&i| signed(&keys[i], &bytes)).collect(),
        }
    }

    #[test]
    fn three_of_four_prove_a_block() {
        let set = set([1; 4]);
        for signers in [&[0, 1, 2][..], &[0, 2, 3], &[1, 2, 3], &[0, 1, 2, 3]] {
            assert_eq!(certificate(signers).verify(&GENESIS, &set), Ok(()));
        }
    }

    #[test]
    fn power_counts_not_heads() {
        let set = set([7, 1, 1, 1]);
        assert_eq!(certificate(&[0]).verify(&GENESIS, &set), Ok(()));
        assert_eq!(
            certificate(&[1, 2, 3]).verify(&GENESIS, &set),
            Err(CertificateError::NoQuorum {
                signed: 3,
                total: 10
            })
        );
    }

    #[test]
    fn too_few_signatures_prove_nothing() {
        let set = set([1; 4]);
        for (signers, power) in [(&[][..], 0), (&[0], 1), (&[0, 3], 2)] {
            assert_eq!(
                certificate(signers).verify(&GENESIS, &set),
                Err(CertificateError::NoQuorum {
                    signed: power,
                    total: 4
                })
            );
        }
    }

    #[test]
    fn every_wrong_field_is_a_wrong_signature() {
        let set = set([1; 4]);
        let first = public(&keys()[0]);
        let good = certificate(&[0, 1, 2]);
        let other = Hash([8; 32]);
        for bad in [
            Certificate {
                height: 6,
                ..good.clone()
            },
            Certificate {
                round: 0,
                ..good.clone()
            },
            Certificate {
                block: other,
                ..good.clone()
            },
        ] {
            assert_eq!(
                bad.verify(&GENESIS, &set),
                Err(CertificateError::BadSignature(first))
            );
        }
        assert_eq!(
            good.verify(&other, &set),
            Err(CertificateError::BadSignature(first))
        );
    }

    #[test]
    fn only_precommits_for_the_block_count() {
        let set = set([1; 4]);
        for bytes in [
            vote_sign_bytes(&GENESIS, VoteKind::Prevote, 5, 1, Some(BLOCK)),
            vote_sign_bytes(&GENESIS, VoteKind::Precommit, 5, 1, None),
        ] {
            let mut bad = certificate(&[0, 1, 2]);
            bad.signatures[2] = signed(&keys()[2], &bytes);
            assert_eq!(
                bad.verify(&GENESIS, &set),
                Err(CertificateError::BadSignature(public(&keys()[2])))
            );
        }
    }

    #[test]
    fn one_wrong_signature_spoils_a_quorum_of_right_ones() {
        let set = set([1; 4]);
        let mut bad = certificate(&[0, 1, 2, 3]);
        bad.signatures[3].1.0[5] ^= 1;
        assert_eq!(
            bad.verify(&GENESIS, &set),
            Err(CertificateError::BadSignature(public(&keys()[3])))
        );
        // One validator's signature under another's name.
        let mut bad = certificate(&[0, 1, 2]);
        bad.signatures[1].1 = bad.signatures[0].1;
        assert_eq!(
            bad.verify(&GENESIS, &set),
            Err(CertificateError::BadSignature(public(&keys()[1])))
        );
    }

    #[test]
    fn strangers_duplicates_and_disorder_are_refused() {
        let four = set([1; 4]);
        let three = ValidatorSet::new(four.validators()[..3].to_vec()).unwrap();
        assert_eq!(
            certificate(&[0, 1, 2, 3]).verify(&GENESIS, &three),
            Err(CertificateError::Stranger(public(&keys()[3])))
        );
        assert_eq!(
            certificate(&[0, 0, 0]).verify(&GENESIS, &four),
            Err(CertificateError::Duplicate(public(&keys()[0])))
        );
        assert_eq!(
            certificate(&[1, 0, 2]).verify(&GENESIS, &four),
            Err(CertificateError::Unsorted)
        );
        let many = vec![0; MAX_VALIDATORS + 1];
        assert_eq!(
            certificate(&many).verify(&GENESIS, &four),
            Err(CertificateError::TooMany(MAX_VALIDATORS + 1))
        );
    }

    #[test]
    fn decoding_is_strict_and_bounded() {
        let good = certificate(&[0, 1, 2]);
        let bytes = borsh::to_vec(&good).unwrap();
        assert_eq!(bytes[0], VERSION);
        assert_eq!(borsh::from_slice::<Certificate>(&bytes).unwrap(), good);
        for end in 0..bytes.len() {
            assert!(borsh::from_slice::<Certificate>(&bytes[..end]).is_err());
        }
        let mut trailing = bytes.clone();
        trailing.push(0);
        assert!(borsh::from_slice::<Certificate>(&trailing).is_err());

        let mut unknown = bytes.clone();
        unknown[0] = 2;
        let error = borsh::from_slice::<Certificate>(&unknown).unwrap_err();
        assert!(
            error.to_string().contains("version 2 is unknown"),
            "{error}"
        );

        let mut many = bytes.clone();
        many[45..49].copy_from_slice(&u32::MAX.to_le_bytes());
        let error = borsh::from_slice::<Certificate>(&many).unwrap_err();
        assert!(error.to_string().contains("the most is"), "{error}");

        for disorder in [certificate(&[0, 0]), certificate(&[1, 0])] {
            let bytes = borsh::to_vec(&disorder).unwrap();
            assert!(borsh::from_slice::<Certificate>(&bytes).is_err());
        }
    }
}
