//! What a block's changes and a proof cost in a state of 100,000 and of 1,000,000 entries.
//!
//! Divide the time of `apply` by the 1,000 keys of a batch.

use allonge_contracts::{Hash, tagged_hash};
use allonge_ledger::{merkle, trie::Trie};
use criterion::{BatchSize, BenchmarkId, Criterion, criterion_group, criterion_main};
use std::collections::BTreeMap;
use std::hint::black_box;
use std::sync::Arc;

const BATCH: u64 = 1_000;

/// A key as the state has them: table, 20 bytes of a hash, an eight-byte suffix.
fn key(n: u64) -> Vec<u8> {
    let hash = tagged_hash("bench", &[&n.to_le_bytes()]);
    [&[3], &hash.0[..20], &(n % 7).to_be_bytes()].concat()
}

fn value(n: u64) -> Arc<[u8]> {
    let mut value = vec![1; 40];
    value[1..9].copy_from_slice(&n.to_le_bytes());
    value.into()
}

fn state(count: u64) -> Trie {
    let entries: BTreeMap<_, _> = (0..count).map(|n| (key(n), value(n))).collect();
    Trie::from_sorted(entries).expect("sorted keys of one length")
}

/// Half of the keys are there already.
fn batch(round: u64, count: u64) -> BTreeMap<Vec<u8>, Option<Arc<[u8]>>> {
    let spread = |i: u64| (round * 7_919 + i * 104_729) % (2 * count);
    (0..BATCH)
        .map(|i| (key(spread(i)), Some(value(round + i))))
        .collect()
}

fn trie(c: &mut Criterion) {
    for count in [100_000u64, 1_000_000] {
        let trie = state(count);
        let mut round = 0;
        c.bench_with_input(BenchmarkId::new("apply", count), &count, |b, _| {
            b.iter_batched(
                || {
                    round += 1;
                    batch(round, count)
                },
                |batch| trie.apply(&batch),
                BatchSize::LargeInput,
            )
        });
        let mut n = 0;
        let mut next_key = || {
            n = (n + 7_919) % count;
            key(n)
        };
        c.bench_function(&format!("get/{count}"), |b| {
            b.iter_batched(
                &mut next_key,
                |k| trie.get(&k).is_some(),
                BatchSize::SmallInput,
            )
        });
        c.bench_function(&format!("prove/{count}"), |b| {
            b.iter_batched(&mut next_key, |k| trie.prove(&k), BatchSize::SmallInput)
        });
        let (root, proved) = (trie.root(), key(77));
        let proof = trie.prove(&proved);
        c.bench_function(&format!("verify/{count}"), |b| {
            b.iter(|| proof.verify(black_box(&root), &proved))
        });
    }
}

fn root(c: &mut Criterion) {
    let leaves: Vec<Hash> = (0..10_000u64)
        .map(|n| tagged_hash("bench", &[&n.to_le_bytes()]))
        .collect();
    c.bench_function("merkle root/10000", |b| {
        b.iter(|| merkle::root(black_box(&leaves)))
    });
}

criterion_group!(benches, trie, root);
criterion_main!(benches);
