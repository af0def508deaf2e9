//! A transaction's way through the ledger: encode, decode, verify, execute, prove.

#[path = "../tests/common/mod.rs"]
mod common;

use allonge_ledger::{
    CheckedTransaction, NoKeyCache, ProofFile, Transaction, transaction_root, verify,
};
use common::*;
use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use std::hint::black_box;

fn transactions(c: &mut Criterion) {
    let mut chain = Chain::new();
    let transaction = chain.tx("t-0", vec![transfer("t-1", 100)]);
    let genesis = chain.state.genesis_hash;
    let bytes = transaction.bytes().clone();
    let json = transaction.transaction().to_json();
    let mut group = c.benchmark_group("transaction");
    group.throughput(Throughput::Elements(1));
    group.bench_function("encode", |b| {
        b.iter(|| black_box(transaction.transaction()).to_bytes());
    });
    group.bench_function("decode", |b| {
        b.iter(|| Transaction::from_bytes(black_box(&bytes)).unwrap());
    });
    group.bench_function("decode JSON", |b| {
        b.iter(|| Transaction::from_json(black_box(json.as_bytes())).unwrap());
    });
    group.bench_function("decode and hash", |b| {
        b.iter(|| CheckedTransaction::certified(black_box(&bytes).clone(), &genesis).unwrap());
    });
    group.bench_function("decode, hash and verify one signature", |b| {
        b.iter(|| CheckedTransaction::check(black_box(&bytes).clone(), &genesis, &NoKeyCache));
    });
    group.finish();
}

fn blocks(c: &mut Criterion) {
    let mut genesis = genesis();
    genesis.limits.member_share_percent = 100;
    let mut chain = Chain::of(genesis.clone());
    let all: Vec<CheckedTransaction> = (0..1000)
        .map(|i| {
            let to = TRADERS[(i + 1) % 4];
            chain.tx(TRADERS[i % 4], vec![transfer(to, 1)])
        })
        .collect();
    let slot = chain.slot();
    let (block, left_out) = chain.state.build(slot, &all).unwrap();
    assert_eq!(left_out, []);
    let mut group = c.benchmark_group("block of 1,000 transfers");
    group.throughput(Throughput::Elements(1000));
    group.bench_function("admit", |b| {
        b.iter(|| {
            for transaction in &all {
                chain
                    .state
                    .admit(transaction, slot.time_ms)
                    .unwrap()
                    .unwrap();
            }
        });
    });
    group.bench_function("build", |b| {
        b.iter(|| chain.state.build(slot, black_box(&all)).unwrap());
    });
    group.bench_function("execute", |b| {
        b.iter_batched(
            || all.clone(),
            |all| chain.state.execute(&block.header, all).unwrap(),
            BatchSize::LargeInput,
        );
    });
    group.bench_function("transaction root", |b| {
        b.iter(|| transaction_root(black_box(&all)));
    });
    group.bench_function("receipt root", |b| b.iter(|| block.receipts.root()));
    group.bench_function("encode", |b| b.iter(|| block.block().to_bytes()));
    group.finish();

    let certificate = certify(&chain.state.genesis_hash, &block.header, &[0, 1, 2]);
    let body = block.block();
    let prove = || ProofFile::transaction(&body, &block.receipts, 500, certificate.clone(), vec![]);
    let proof = prove().unwrap();
    let mut group = c.benchmark_group("proof of one transaction of 1,000");
    group.bench_function("make", |b| b.iter(|| prove().unwrap()));
    group.bench_function("verify", |b| b.iter(|| verify(&genesis, &proof).unwrap()));
    group.finish();
}

criterion_group!(benches, transactions, blocks);
criterion_main!(benches);
