//! The trie against a `BTreeMap`: what it answers, and that its root depends on nothing else.

use allonge_contracts::Hash;
use allonge_ledger::trie::{MAX_KEY_LEN, MAX_VALUE_LEN, Trie, TrieError};
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

type Model = BTreeMap<Vec<u8>, Arc<[u8]>>;
type Batch = BTreeMap<Vec<u8>, Option<Arc<[u8]>>>;

/// Keys of three tables with a fixed length each; few byte values, so that batches meet.
fn key() -> impl Strategy<Value = Vec<u8>> {
    let byte = prop_oneof![Just(0u8), Just(1), Just(0x7f), Just(0x80), Just(0xff)];
    prop_oneof![
        proptest::collection::vec(byte.clone(), 2).prop_map(|tail| (1, 2, tail)),
        proptest::collection::vec(byte.clone(), 4).prop_map(|tail| (2, 4, tail)),
        proptest::collection::vec(byte, 3).prop_map(|tail| (0x82, 63, tail)),
    ]
    .prop_map(|(table, len, tail)| {
        let mut key = vec![0u8; len + 1];
        key[0] = table;
        let start = key.len() - tail.len();
        key[start..].copy_from_slice(&tail);
        key
    })
}

fn value() -> impl Strategy<Value = Arc<[u8]>> {
    proptest::collection::vec(any::<u8>(), 1..4).prop_map(Arc::from)
}

fn batch() -> impl Strategy<Value = Batch> {
    proptest::collection::btree_map(key(), proptest::option::weighted(0.7, value()), 0..40)
}

/// Any bytes near the keys: cut, lengthened, or unlike any key.
fn near_key() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![
        3 => key(),
        2 => (key(), 0usize..5).prop_map(|(mut k, n)| { k.truncate(n); k }),
        1 => (key(), any::<u8>()).prop_map(|(mut k, b)| { k.push(b); k }),
        1 => proptest::collection::vec(any::<u8>(), 0..70),
    ]
}

fn change(model: &mut Model, batch: &Batch) {
    for (key, value) in batch {
        match value {
            Some(value) => model.insert(key.clone(), value.clone()),
            None => model.remove(key),
        };
    }
}

fn built(model: &Model) -> Trie {
    Trie::from_sorted(model.iter().map(|(k, v)| (k, v.clone()))).unwrap()
}

fn pairs<'a>(entries: impl Iterator<Item = (&'a [u8], &'a Arc<[u8]>)>) -> Vec<(Vec<u8>, Vec<u8>)> {
    entries.map(|(k, v)| (k.to_vec(), v.to_vec())).collect()
}

fn model_pairs(model: &Model, keep: impl Fn(&[u8]) -> bool) -> Vec<(Vec<u8>, Vec<u8>)> {
    let kept = model.iter().filter(|(k, _)| keep(k));
    kept.map(|(k, v)| (k.clone(), v.to_vec())).collect()
}

proptest! {
    #[test]
    fn answers_as_a_map_does(
        batches in proptest::collection::vec(batch(), 1..6),
        probes in proptest::collection::vec((near_key(), near_key()), 30),
    ) {
        let mut model = Model::new();
        let mut trie = Trie::new();
        for batch in &batches {
            let before = (trie.clone(), pairs(trie.iter()));
            trie = trie.apply(batch).unwrap();
            change(&mut model, batch);
            prop_assert_eq!(trie.len(), model.len());
            prop_assert_eq!(trie.is_empty(), model.is_empty());
            prop_assert_eq!(pairs(trie.iter()), model_pairs(&model, |_| true));
            // The version before is as it was.
            prop_assert_eq!(pairs(before.0.iter()), before.1);
        }
        for (a, b) in &probes {
            prop_assert_eq!(trie.get(a), model.get(a));
            let next = model
                .range::<[u8], _>((Bound::Included(a.as_slice()), Bound::Unbounded))
                .next();
            prop_assert_eq!(trie.next(a), next.map(|(k, v)| (k.as_slice(), v)));
            let under = model_pairs(&model, |k| k.starts_with(a));
            prop_assert_eq!(pairs(trie.scan_prefix(a)), under.clone());
            let from = model_pairs(&model, |k| k.starts_with(a) && k >= b.as_slice());
            prop_assert_eq!(pairs(trie.scan_from(a, b)), from);
            let part = Trie::from_sorted(under.into_iter().map(|(k, v)| (k, Arc::from(v)))).unwrap();
            prop_assert_eq!(trie.prefix_root(a), part.root());
        }
    }

    #[test]
    fn root_depends_on_the_entries_alone(
        batches in proptest::collection::vec(batch(), 1..6),
    ) {
        let mut model = Model::new();
        let mut trie = Trie::new();
        for batch in &batches {
            trie = trie.apply(batch).unwrap();
            change(&mut model, batch);
        }
        prop_assert_eq!(trie.root(), built(&model).root());

        let mut singly = Trie::new();
        for (key, value) in model.iter().rev() {
            singly = singly.apply([(key, &Some(value.clone()))]).unwrap();
        }
        prop_assert_eq!(trie.root(), singly.root());
        for key in model.keys() {
            singly = singly.apply([(key, &None)]).unwrap();
        }
        prop_assert_eq!(singly.root(), Hash::ZERO);
        prop_assert_eq!(singly.len(), 0);
    }

    #[test]
    fn undoing_a_batch_restores_the_root(first in batch(), second in batch()) {
        let mut model = Model::new();
        change(&mut model, &first);
        let trie = Trie::new().apply(&first).unwrap();
        let after = trie.apply(&second).unwrap();
        let undo: Batch = second.keys().map(|k| (k.clone(), model.get(k).cloned())).collect();
        prop_assert_eq!(after.apply(&undo).unwrap().root(), trie.root());

        let mut changed = model.clone();
        change(&mut changed, &second);
        prop_assert_eq!(after.root() == trie.root(), changed == model);
    }
}

fn some(bytes: &[u8]) -> Option<Arc<[u8]>> {
    Some(Arc::from(bytes))
}

#[test]
fn refuses_keys_that_begin_others_and_stays_as_it_was() {
    let trie = Trie::new()
        .apply([
            (&[1u8, 2, 3][..], &some(b"a")),
            (&[1, 2, 4], &some(b"b")),
            (&[9, 0, 0], &some(b"c")),
        ])
        .unwrap();
    let root = trie.root();
    for key in [&[1u8, 2][..], &[1], &[1, 2, 3, 0], &[1, 2, 4, 0xff], &[9]] {
        for value in [some(b"x"), None] {
            let refused = trie.apply([(key, &value)]);
            assert!(matches!(refused, Err(TrieError::Prefix { .. })), "{key:?}");
        }
    }
    let fresh = Trie::new().apply([(&[5u8][..], &some(b"x")), (&[5, 0], &some(b"y"))]);
    assert!(matches!(fresh, Err(TrieError::Prefix { .. })));
    let sorted = Trie::from_sorted([
        ([5u8].to_vec(), Arc::from([1u8])),
        (vec![5, 0], Arc::from([1u8])),
    ]);
    assert!(matches!(sorted, Err(TrieError::Prefix { .. })));
    assert_eq!((trie.root(), trie.len()), (root, 3));
}

#[test]
fn refuses_what_is_too_long_empty_or_out_of_order() {
    let trie = Trie::new();
    let one = |key: &[u8], value: &[u8]| trie.apply([(key, &some(value))]);
    assert_eq!(one(&[], b"x").unwrap_err(), TrieError::KeyLength(0));
    let long = [7; MAX_KEY_LEN + 1];
    assert_eq!(
        one(&long, b"x").unwrap_err(),
        TrieError::KeyLength(MAX_KEY_LEN + 1)
    );
    assert_eq!(one(&long[1..], b"x").unwrap().len(), 1);
    assert!(matches!(
        one(b"k", b""),
        Err(TrieError::ValueLength { len: 0, .. })
    ));
    assert!(one(b"k", &vec![1; MAX_VALUE_LEN]).is_ok());
    assert!(matches!(
        one(b"k", &vec![1; MAX_VALUE_LEN + 1]),
        Err(TrieError::ValueLength { .. })
    ));
    for second in [b"b", b"a"] {
        let unsorted = trie.apply([(b"b", &some(b"x")), (second, &some(b"x"))]);
        assert!(matches!(unsorted, Err(TrieError::Unsorted { .. })));
        let unsorted = Trie::from_sorted([(b"b", Arc::from(*b"x")), (second, Arc::from(*b"x"))]);
        assert!(matches!(unsorted, Err(TrieError::Unsorted { .. })));
    }
}

/// As deep as keys allow: each key parts from the last one bit further on.
#[test]
fn the_deepest_trie_works() {
    let keys: Vec<[u8; MAX_KEY_LEN]> = (0..MAX_KEY_LEN * 8)
        .map(|bit| {
            let mut key = [0; MAX_KEY_LEN];
            key[bit / 8] = 0x80 >> (bit % 8);
            key
        })
        .collect();
    let batch: BTreeMap<_, _> = keys.iter().map(|k| (k.to_vec(), some(b"v"))).collect();
    let trie = Trie::new().apply(&batch).unwrap();
    assert_eq!(trie.len(), MAX_KEY_LEN * 8);
    for key in &keys {
        let proof = trie.prove(key);
        assert_eq!(proof.verify(&trie.root(), key), Ok(Some(b"v".to_vec())));
    }
    let gone: Batch = batch.into_keys().map(|k| (k, None)).collect();
    assert_eq!(trie.apply(&gone).unwrap().root(), Hash::ZERO);
}

#[test]
fn is_shared_by_threads() {
    fn check<T: Clone + Send + Sync>() {}
    check::<Trie>();
}
