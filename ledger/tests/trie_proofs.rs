//! Proofs show what the trie holds, and nothing else passes.

use allonge_contracts::Hash;
use allonge_ledger::trie::{MAX_KEY_LEN, MAX_RANGE_ENTRIES, Proof, ProofError, RangeProof, Trie};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

type Pairs = Vec<(Vec<u8>, Vec<u8>)>;

/// A few entities with a few lots each: table, three bytes, one-byte suffix.
fn entries() -> impl Strategy<Value = BTreeMap<Vec<u8>, Vec<u8>>> {
    let part = 0u8..4;
    let key = (1u8..3, part.clone(), part.clone(), any::<u8>())
        .prop_map(|(table, a, b, suffix)| vec![table, a << 6, b * 85, 7, suffix]);
    proptest::collection::btree_map(key, proptest::collection::vec(any::<u8>(), 1..5), 0..60)
}

fn trie_of(entries: &BTreeMap<Vec<u8>, Vec<u8>>) -> Trie {
    Trie::from_sorted(entries.iter().map(|(k, v)| (k, Arc::from(v.as_slice())))).unwrap()
}

fn under(entries: &BTreeMap<Vec<u8>, Vec<u8>>, prefix: &[u8]) -> Pairs {
    let kept = entries.iter().filter(|(k, _)| k.starts_with(prefix));
    kept.map(|(k, v)| (k.clone(), v.clone())).collect()
}

/// A key or prefix near the entries.
fn probe() -> impl Strategy<Value = Vec<u8>> {
    let part = 0u8..4;
    (0u8..4, part.clone(), part, any::<u8>(), 0usize..7).prop_map(|(table, a, b, suffix, len)| {
        let mut key = vec![table, a << 6, b * 85, 7, suffix, 0];
        key.truncate(len);
        key
    })
}

// The written form, taken apart and put together so that a test can change it.
#[derive(Clone)]
struct Parts {
    path: Vec<(u16, [u8; 32])>,
    /// Key, value or hash of the value, whether it is the hash.
    entries: Vec<(Vec<u8>, Vec<u8>, bool)>,
}

impl Parts {
    fn of(proof: &impl borsh::BorshSerialize, range: bool) -> Parts {
        let bytes = borsh::to_vec(proof).unwrap();
        let mut rest = &bytes[1..];
        let mut take = |n: usize| {
            let (head, tail) = rest.split_at(n);
            rest = tail;
            head.to_vec()
        };
        let steps = u16::from_le_bytes(take(2).try_into().unwrap());
        let path = (0..steps)
            .map(|_| {
                let bit = u16::from_le_bytes(take(2).try_into().unwrap());
                (bit, take(32).try_into().unwrap())
            })
            .collect();
        let count = if range {
            u32::from_le_bytes(take(4).try_into().unwrap())
        } else {
            u32::from(take(1)[0])
        };
        let entries = (0..count)
            .map(|_| {
                let len = take(1)[0];
                let key = take(usize::from(len));
                let len = u32::from_le_bytes(take(4).try_into().unwrap());
                match len {
                    0 => (key, take(32), true),
                    _ => (key, take(len as usize), false),
                }
            })
            .collect();
        assert!(rest.is_empty());
        Parts { path, entries }
    }

    fn bytes(&self, range: bool) -> Vec<u8> {
        let mut out = vec![1];
        out.extend((self.path.len() as u16).to_le_bytes());
        for (bit, sibling) in &self.path {
            out.extend(bit.to_le_bytes());
            out.extend(sibling);
        }
        if range {
            out.extend((self.entries.len() as u32).to_le_bytes());
        } else {
            out.push(self.entries.len() as u8);
        }
        for (key, value, digest) in &self.entries {
            out.push(key.len() as u8);
            out.extend(key);
            let len = if *digest { 0 } else { value.len() as u32 };
            out.extend(len.to_le_bytes());
            out.extend(value);
        }
        out
    }

    fn proof(&self) -> Option<Proof> {
        borsh::from_slice(&self.bytes(false)).ok()
    }

    fn range(&self) -> Option<RangeProof> {
        borsh::from_slice(&self.bytes(true)).ok()
    }
}

proptest! {
    #[test]
    fn every_key_has_a_proof(entries in entries(), probes in proptest::collection::vec(probe(), 20)) {
        let trie = trie_of(&entries);
        for key in entries.keys().chain(&probes) {
            let proof = trie.prove(key);
            prop_assert_eq!(proof.verify(&trie.root(), key), Ok(entries.get(key).cloned()));
            let bytes = borsh::to_vec(&proof).unwrap();
            prop_assert_eq!(borsh::from_slice::<Proof>(&bytes).unwrap(), proof.clone());
            let json = serde_json::to_string(&proof).unwrap();
            prop_assert_eq!(&json, &format!("\"{}\"", hex::encode(&bytes)));
            prop_assert_eq!(serde_json::from_str::<Proof>(&json).unwrap(), proof);
        }
    }

    #[test]
    fn every_prefix_has_a_proof(entries in entries(), probes in proptest::collection::vec(probe(), 20)) {
        let trie = trie_of(&entries);
        for prefix in &probes {
            let proof = trie.prove_prefix(prefix, 100).unwrap();
            let all = under(&entries, prefix);
            prop_assert_eq!(proof.verify(&trie.root(), prefix), Ok(all.clone()));
            let bytes = borsh::to_vec(&proof).unwrap();
            prop_assert_eq!(borsh::from_slice::<RangeProof>(&bytes).unwrap(), proof.clone());
            let json = serde_json::to_string(&proof).unwrap();
            prop_assert_eq!(serde_json::from_str::<RangeProof>(&json).unwrap(), proof);
            prop_assert_eq!(trie.prove_prefix(prefix, all.len()).is_ok(), true);
            if !all.is_empty() {
                prop_assert!(trie.prove_prefix(prefix, all.len() - 1).is_err());
            }
        }
    }

    /// A proof made for one key, shown for another, never says anything false.
    #[test]
    fn a_proof_for_another_key_never_lies(entries in entries(), made in probe(), shown in probe()) {
        let trie = trie_of(&entries);
        for made in entries.keys().chain([&made]) {
            let proof = trie.prove(made);
            if let Ok(value) = proof.verify(&trie.root(), &shown) {
                prop_assert_eq!(value, entries.get(&shown).cloned());
            }
            for shown in entries.keys() {
                if let Ok(value) = proof.verify(&trie.root(), shown) {
                    prop_assert_eq!(value, entries.get(shown).cloned());
                }
            }
        }
    }

    #[test]
    fn a_proof_for_another_prefix_never_lies(entries in entries(), made in probe(), shown in probe()) {
        let trie = trie_of(&entries);
        let proof = trie.prove_prefix(&made, 100).unwrap();
        for shown in [shown, made[..made.len() / 2].to_vec(), Vec::new(), vec![0; 9000]] {
            if let Ok(all) = proof.verify(&trie.root(), &shown) {
                prop_assert_eq!(all, under(&entries, &shown));
            }
        }
    }

    #[test]
    fn no_proof_for_another_root(mut entries in entries(), key in probe()) {
        let old = trie_of(&entries);
        let (proof, range) = (old.prove(&key), old.prove_prefix(&key, 100).unwrap());
        entries.insert(vec![2, 1, 1, 1, 1], vec![9; 6]);
        let new = trie_of(&entries).root();
        let other = matches!(proof.verify(&new, &key), Err(ProofError::Root { .. }));
        prop_assert!(other);
        let other = matches!(range.verify(&new, &key), Err(ProofError::Root { .. }));
        prop_assert!(other);
        let zero = proof.verify(&Hash::ZERO, &key);
        prop_assert_eq!(zero.is_ok(), old.is_empty());
    }

    /// Changes anything in a proof of one key.
    #[test]
    fn a_changed_proof_fails(entries in entries(), place in any::<prop::sample::Index>(), bit in 0u8..8) {
        let trie = trie_of(&entries);
        for key in entries.keys() {
            let parts = Parts::of(&trie.prove(key), false);
            let fails = |parts: &Parts| {
                parts.proof().is_none_or(|p| p.verify(&trie.root(), key).is_err())
            };
            prop_assert!(!fails(&parts));

            let mut changed = parts.clone();
            changed.entries[0].1[0] ^= 1 << bit;
            prop_assert!(fails(&changed));
            let mut changed = parts.clone();
            changed.entries[0].0[4] ^= 1 << bit;
            prop_assert!(fails(&changed));
            let mut changed = parts.clone();
            changed.entries.clear();
            prop_assert!(fails(&changed));
            for other in entries.iter().filter(|(k, _)| *k != key) {
                let mut changed = parts.clone();
                changed.entries[0] = (other.0.clone(), other.1.clone(), false);
                prop_assert!(fails(&changed));
            }
            // Key and value divided elsewhere.
            let mut changed = parts.clone();
            let moved = changed.entries[0].1.remove(0);
            changed.entries[0].0.push(moved);
            prop_assert!(fails(&changed));
            if !parts.path.is_empty() {
                let at = place.index(parts.path.len());
                let mut changed = parts.clone();
                changed.path[at].0 ^= 1 << bit;
                prop_assert!(fails(&changed));
                let mut changed = parts.clone();
                changed.path[at].1[7] ^= 1 << bit;
                prop_assert!(fails(&changed));
                let mut changed = parts.clone();
                changed.path.remove(at);
                prop_assert!(fails(&changed));
                let mut changed = parts.clone();
                changed.path.insert(at, changed.path[at]);
                prop_assert!(fails(&changed));
            }
        }
    }

    /// Drops, adds, or changes an entry of a range, or cuts the path so that fewer are seen.
    #[test]
    fn a_changed_range_fails(
        entries in entries(), prefix in probe(), place in any::<prop::sample::Index>(), bit in 0u8..8,
    ) {
        let trie = trie_of(&entries);
        let all = under(&entries, &prefix);
        let parts = Parts::of(&trie.prove_prefix(&prefix, 100).unwrap(), true);
        // Either refused, or the truth after all.
        let holds = |parts: &Parts| {
            let answer = parts.range().map(|p| p.verify(&trie.root(), &prefix));
            !matches!(answer, Some(Ok(found)) if found != all)
        };
        let fails = |parts: &Parts| {
            parts.range().is_none_or(|p| p.verify(&trie.root(), &prefix).is_err())
        };
        prop_assert!(!fails(&parts));
        for at in 0..parts.entries.len() {
            let mut changed = parts.clone();
            changed.entries.remove(at);
            prop_assert!(fails(&changed), "dropped {at}");
            let mut changed = parts.clone();
            changed.entries[at].1[0] ^= 1 << bit;
            prop_assert!(fails(&changed), "value {at}");
            let mut changed = parts.clone();
            changed.entries[at].0[4] ^= 1 << bit;
            prop_assert!(fails(&changed), "key {at}");
            let mut changed = parts.clone();
            changed.entries.insert(at, changed.entries[at].clone());
            prop_assert!(fails(&changed), "twice {at}");
        }
        if parts.entries.len() > 1 {
            let mut changed = parts.clone();
            changed.entries.swap(0, 1);
            prop_assert!(fails(&changed), "swapped");
        }
        let mut changed = parts.clone();
        changed.entries.clear();
        prop_assert_eq!(fails(&changed), !entries.is_empty());
        if !parts.path.is_empty() {
            let at = place.index(parts.path.len());
            let mut changed = parts.clone();
            changed.path.remove(at);
            prop_assert!(fails(&changed));
            let mut changed = parts.clone();
            changed.path[at].0 ^= 1 << bit;
            prop_assert!(fails(&changed));
            let mut changed = parts.clone();
            changed.path[at].1[0] ^= 1 << bit;
            prop_assert!(fails(&changed));
        }
        // True pieces of the same trie, put where they do not belong: a part of the range with the
        // longer path to it hides the rest; one entry outside it claims that there is nothing.
        for (key, value) in &entries {
            for cut in 0..=key.len() {
                let part = Parts::of(&trie.prove_prefix(&key[..cut], 100).unwrap(), true);
                prop_assert!(holds(&part));
            }
            let path = Parts::of(&trie.prove(key), false).path;
            let alone = Parts { path, entries: vec![(key.clone(), value.clone(), false)] };
            prop_assert!(holds(&alone));
        }
    }

    #[test]
    fn hostile_bytes_never_panic(
        entries in entries(), key in probe(), noise in proptest::collection::vec(any::<u8>(), 0..300),
        flips in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
    ) {
        let trie = trie_of(&entries);
        let proof = borsh::to_vec(&trie.prove(&key)).unwrap();
        let range = borsh::to_vec(&trie.prove_prefix(&key, 100).unwrap()).unwrap();
        for good in [proof, range, noise] {
            let mut flipped = good.clone();
            for (at, byte) in &flips {
                if !flipped.is_empty() {
                    let at = at.index(flipped.len());
                    flipped[at] = *byte;
                }
            }
            let mut longer = good.clone();
            longer.push(0);
            let shorter = good[..cut.index(good.len() + 1)].to_vec();
            for bytes in [flipped, longer, shorter] {
                if let Ok(proof) = borsh::from_slice::<Proof>(&bytes)
                    && let Ok(value) = proof.verify(&trie.root(), &key)
                {
                    prop_assert_eq!(value, entries.get(&key).cloned());
                }
                if let Ok(proof) = borsh::from_slice::<RangeProof>(&bytes)
                    && let Ok(all) = proof.verify(&trie.root(), &key)
                {
                    prop_assert_eq!(all, under(&entries, &key));
                }
            }
        }
    }
}

/// Absence is shown by a neighbour's key and the hash of its value, never by the value itself.
#[test]
fn a_proof_of_absence_shows_no_value() {
    let secret = b"\x01nobody else's business".to_vec();
    let trie = trie_of(&[(b"key-a".to_vec(), secret.clone())].into_iter().collect());
    let holds_secret = |bytes: Vec<u8>| bytes.windows(secret.len()).any(|w| w == secret);
    let there = trie.prove(b"key-a");
    assert!(holds_secret(borsh::to_vec(&there).unwrap()));
    let absent = trie.prove(b"key-b");
    assert_eq!(absent.verify(&trie.root(), b"key-b"), Ok(None));
    assert!(!holds_secret(borsh::to_vec(&absent).unwrap()));
    let nothing = trie.prove_prefix(b"other", 10).unwrap();
    assert_eq!(nothing.verify(&trie.root(), b"other"), Ok(vec![]));
    assert!(!holds_secret(borsh::to_vec(&nothing).unwrap()));
    // The neighbour's own key asked of such a proof: no answer rather than a wrong one.
    assert!(absent.verify(&trie.root(), b"key-a").is_err());
}

#[test]
fn lengths_are_bounded_before_anything_is_read() {
    let too_many_steps = [&[1u8][..], &(MAX_KEY_LEN as u16 * 8 + 1).to_le_bytes()].concat();
    let long_key = [1, 0, 0, 1, MAX_KEY_LEN as u8 + 1];
    let empty_key = [1, 0, 0, 1, 0];
    let long_value = [&[1u8, 0, 0, 1, 1, b'k'][..], &(1u32 << 21).to_le_bytes()].concat();
    let no_digest = [1, 0, 0, 1, 1, b'k', 0, 0, 0, 0, 7];
    for (bytes, word) in [
        (&too_many_steps[..], "path"),
        (&long_key, "key"),
        (&empty_key, "key"),
        (&long_value, "value"),
        (&no_digest, "length of input"),
        (&[2, 0, 0, 0], "version"),
        (&[1, 0, 0, 2], "neither"),
    ] {
        let error = borsh::from_slice::<Proof>(bytes).unwrap_err().to_string();
        assert!(error.contains(word), "{error}");
    }
    let many = (MAX_RANGE_ENTRIES as u32 + 1).to_le_bytes();
    let bytes = [&[1u8, 0, 0][..], &many].concat();
    let error = borsh::from_slice::<RangeProof>(&bytes).unwrap_err();
    assert!(error.to_string().contains("more entries"), "{error}");
    assert!(serde_json::from_str::<Proof>("\"01zz\"").is_err());
    assert!(serde_json::from_str::<RangeProof>("7").is_err());
}
