//! Who may vote, with what weight, and whose turn it is.

use allonge_contracts::{Hash, PublicKey, tagged_hash};
use borsh::{BorshDeserialize, BorshSerialize};
use ed25519_dalek::VerifyingKey;
use serde::{Deserialize, Serialize};
use std::io;

pub use allonge_contracts::nodes::{MAX_TOTAL_POWER, MAX_VALIDATORS};

/// One voter: its consensus key and its weight.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    BorshSerialize,
    BorshDeserialize,
    Serialize,
    Deserialize,
)]
#[serde(deny_unknown_fields)]
pub struct Validator {
    /// The ed25519 key that signs its votes and proposals.
    pub key: PublicKey,
    /// Its weight in every quorum; at least 1.
    #[serde(with = "allonge_contracts::json::string")]
    pub power: u64,
}

/// Why a list of validators is not a validator set.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ValidatorSetError {
    /// No validator at all.
    #[error("a validator set needs at least one validator")]
    Empty,
    /// More than [`MAX_VALIDATORS`].
    #[error("{0} validators; the most is {MAX_VALIDATORS}")]
    TooMany(usize),
    /// The same key twice.
    #[error("validator {0} is listed twice")]
    Duplicate(PublicKey),
    /// A validator without weight.
    #[error("validator {0} has power 0; the least is 1")]
    NoPower(PublicKey),
    /// The powers add up to more than [`MAX_TOTAL_POWER`].
    #[error("the powers add up to more than {MAX_TOTAL_POWER}")]
    TooMuchPower,
    /// The key is no point on the curve, or one of small order, which could never sign.
    #[error("validator key {0} is not a usable ed25519 public key")]
    BadKey(PublicKey),
    /// Encoded in another order than by key.
    #[error("the validators are not sorted by key")]
    Unsorted,
}

/// The validators of one height: sorted by key, unique, not empty, with bounded total power.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidatorSet {
    validators: Vec<Validator>,
    total_power: u64,
}

impl ValidatorSet {
    /// A set of these validators, in whatever order they come.
    ///
    /// # Errors
    /// [`ValidatorSetError`], except `Unsorted`.
    pub fn new(mut validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        if validators.len() > MAX_VALIDATORS {
            return Err(ValidatorSetError::TooMany(validators.len()));
        }
        validators.sort_unstable_by_key(|v| v.key);
        Self::from_sorted(validators)
    }

    fn from_sorted(validators: Vec<Validator>) -> Result<Self, ValidatorSetError> {
        if validators.is_empty() {
            return Err(ValidatorSetError::Empty);
        }
        let mut total_power = 0u64;
        let mut before: Option<PublicKey> = None;
        for validator in &validators {
            if before == Some(validator.key) {
                return Err(ValidatorSetError::Duplicate(validator.key));
            }
            if before.is_some_and(|key| key > validator.key) {
                return Err(ValidatorSetError::Unsorted);
            }
            before = Some(validator.key);
            if validator.power == 0 {
                return Err(ValidatorSetError::NoPower(validator.key));
            }
            match VerifyingKey::from_bytes(validator.key.as_bytes()) {
                Ok(key) if !key.is_weak() => {}
                _ => return Err(ValidatorSetError::BadKey(validator.key)),
            }
            total_power = total_power
                .checked_add(validator.power)
                .filter(|total| *total <= MAX_TOTAL_POWER)
                .ok_or(ValidatorSetError::TooMuchPower)?;
        }
        Ok(Self {
            validators,
            total_power,
        })
    }

    /// The validators, sorted by key; never empty.
    pub fn validators(&self) -> &[Validator] {
        &self.validators
    }

    /// The sum of all powers.
    pub fn total_power(&self) -> u64 {
        self.total_power
    }

    /// The validator with this key.
    pub fn get(&self, key: &PublicKey) -> Option<&Validator> {
        self.validators
            .binary_search_by_key(key, |v| v.key)
            .ok()
            .and_then(|at| self.validators.get(at))
    }

    /// Whether this much power is a quorum: strictly more than two thirds of the total.
    pub fn has_quorum(&self, power: u64) -> bool {
        u128::from(power) * 3 > u128::from(self.total_power) * 2
    }

    /// Whose turn it is to propose: the validators take turns in the order of their keys, one step
    /// further with every height and with every round, whatever their power.
    pub fn proposer(&self, height: u64, round: u32) -> &Validator {
        let count = self.validators.len() as u64;
        let turn = (height % count + u64::from(round) % count) % count;
        &self.validators[turn as usize]
    }

    /// The hash that headers carry: `allonge/validators/1` over the canonical encoding.
    pub fn hash(&self) -> Hash {
        let mut bytes = Vec::with_capacity(4 + 40 * self.validators.len());
        bytes.extend_from_slice(&(self.validators.len() as u32).to_le_bytes());
        for validator in &self.validators {
            bytes.extend_from_slice(validator.key.as_bytes());
            bytes.extend_from_slice(&validator.power.to_le_bytes());
        }
        tagged_hash("allonge/validators/1", &[&bytes])
    }
}

impl BorshSerialize for ValidatorSet {
    fn serialize<W: io::Write>(&self, writer: &mut W) -> io::Result<()> {
        BorshSerialize::serialize(&self.validators, writer)
    }
}

impl BorshDeserialize for ValidatorSet {
    fn deserialize_reader<R: io::Read>(reader: &mut R) -> io::Result<Self> {
        let count = u32::deserialize_reader(reader)? as usize;
        if count > MAX_VALIDATORS {
            return Err(invalid(ValidatorSetError::TooMany(count)));
        }
        let mut validators = Vec::with_capacity(count);
        for _ in 0..count {
            validators.push(Validator::deserialize_reader(reader)?);
        }
        Self::from_sorted(validators).map_err(invalid)
    }
}

fn invalid(error: ValidatorSetError) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use ed25519_dalek::SigningKey;

    fn key(seed: u8) -> PublicKey {
        PublicKey(
            SigningKey::from_bytes(&[seed; 32])
                .verifying_key()
                .to_bytes(),
        )
    }

    fn with_powers(powers: &[u64]) -> Result<ValidatorSet, ValidatorSetError> {
        ValidatorSet::new(
            powers
                .iter()
                .enumerate()
                .map(|(i, &power)| Validator {
                    key: key(i as u8 + 1),
                    power,
                })
                .collect(),
        )
    }

    #[test]
    fn is_sorted_whatever_the_order_given() {
        let set = with_powers(&[1, 2, 3, 4]).unwrap();
        let mut reversed = set.validators().to_vec();
        reversed.reverse();
        assert_eq!(ValidatorSet::new(reversed).unwrap(), set);
        assert!(set.validators().is_sorted_by_key(|v| v.key));
        assert_eq!(set.total_power(), 10);
        for validator in set.validators() {
            assert_eq!(set.get(&validator.key), Some(validator));
        }
        assert_eq!(set.get(&key(99)), None);
    }

    #[test]
    fn refuses_what_is_no_set() {
        assert_eq!(with_powers(&[]), Err(ValidatorSetError::Empty));
        assert_eq!(
            with_powers(&[1, 0]),
            Err(ValidatorSetError::NoPower(key(2)))
        );
        assert_eq!(
            with_powers(&[u64::MAX, 1]),
            Err(ValidatorSetError::TooMuchPower)
        );
        assert_eq!(
            with_powers(&[MAX_TOTAL_POWER, 1]),
            Err(ValidatorSetError::TooMuchPower)
        );
        assert!(with_powers(&[MAX_TOTAL_POWER]).is_ok());
        assert_eq!(
            with_powers(&vec![1; MAX_VALIDATORS + 1]),
            Err(ValidatorSetError::TooMany(MAX_VALIDATORS + 1))
        );
        let one = Validator {
            key: key(1),
            power: 1,
        };
        assert_eq!(
            ValidatorSet::new(vec![one, Validator { power: 2, ..one }]),
            Err(ValidatorSetError::Duplicate(key(1)))
        );
        // The neutral element: a point of small order, for which anybody can sign.
        let mut neutral = [0; 32];
        neutral[0] = 1;
        let weak = PublicKey(neutral);
        assert_eq!(
            ValidatorSet::new(vec![Validator {
                key: weak,
                power: 1
            }]),
            Err(ValidatorSetError::BadKey(weak))
        );
    }

    #[test]
    fn a_quorum_is_strictly_more_than_two_thirds() {
        for (total, not_enough, enough) in [(1, 0, 1), (3, 2, 3), (4, 2, 3), (6, 4, 5), (7, 4, 5)] {
            let set = with_powers(&[total]).unwrap();
            assert!(!set.has_quorum(not_enough), "{not_enough} of {total}");
            assert!(set.has_quorum(enough), "{enough} of {total}");
        }
        assert!(
            with_powers(&[MAX_TOTAL_POWER])
                .unwrap()
                .has_quorum(u64::MAX)
        );
    }

    #[test]
    fn proposers_take_turns_by_height_and_round() {
        let set = with_powers(&[9, 1, 1, 1]).unwrap();
        let turn = |height, round| set.proposer(height, round).key;
        let all: Vec<_> = set.validators().iter().map(|v| v.key).collect();
        assert_eq!((0..4).map(|h| turn(h, 0)).collect::<Vec<_>>(), all);
        assert_eq!((0..4).map(|r| turn(8, r)).collect::<Vec<_>>(), all);
        assert_eq!(turn(5, 2), turn(7, 0));
        assert_eq!(turn(u64::MAX, u32::MAX), all[2]);
    }

    #[test]
    fn decoding_checks_what_building_checks() {
        let set = with_powers(&[1, 2, 3]).unwrap();
        let bytes = borsh::to_vec(&set).unwrap();
        assert_eq!(borsh::from_slice::<ValidatorSet>(&bytes).unwrap(), set);
        assert!(borsh::from_slice::<ValidatorSet>(&bytes[..bytes.len() - 1]).is_err());

        let reject = |validators: Vec<Validator>| {
            borsh::from_slice::<ValidatorSet>(&borsh::to_vec(&validators).unwrap()).unwrap_err()
        };
        let mut swapped = set.validators().to_vec();
        swapped.swap(0, 1);
        assert!(reject(swapped).to_string().contains("sorted"));
        assert!(reject(vec![]).to_string().contains("at least one"));
        let one = set.validators()[0];
        assert!(reject(vec![one, one]).to_string().contains("twice"));
        // A count that promises far more than there is.
        assert!(borsh::from_slice::<ValidatorSet>(&u32::MAX.to_le_bytes()).is_err());
    }

    #[test]
    fn the_hash_is_over_the_encoding_and_sees_every_change() {
        let set = with_powers(&[1, 2, 3]).unwrap();
        assert_eq!(
            set.hash(),
            tagged_hash("allonge/validators/1", &[&borsh::to_vec(&set).unwrap()])
        );
        assert_ne!(set.hash(), with_powers(&[1, 2, 4]).unwrap().hash());
        assert_ne!(set.hash(), with_powers(&[1, 2]).unwrap().hash());
    }
}
