//! A small network for the ledger's tests: members with keys, four validators, a chain that grows.
// Each test takes what it needs; tests may read files.
#![allow(dead_code, clippy::disallowed_methods)]

pub mod asks;
pub mod chance;
pub mod deals;
pub mod life;
pub mod market;

use allonge_contracts::bills::BankNumber;
use allonge_contracts::calls::{CurrencyAuthority, Transfer};
use allonge_contracts::genesis::{GenesisRules, OpeningBalance, Params};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::{
    Call, Currency, Date, Hash, MemberId, Money, PublicKey, RequestId, Signature, tagged_hash,
};
use allonge_ledger::{
    Approval, Block, Body, Certificate, CheckedTransaction, ExecutedBlock, GENESIS_VERSION,
    Genesis, GenesisValidator, LedgerState, LeftOut, Limits, NoKeyCache, SetChange, Slot,
    Transaction, VoteKind, vote_sign_bytes,
};
use ed25519_dalek::{Signer, SigningKey};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::path::PathBuf;

pub const HOUR: u64 = 3_600_000;
pub const DAY: u64 = 24 * HOUR;

/// 2027-01-04 02:00 UTC, a Monday, 10:00 at UTC+8.
pub fn start_ms() -> u64 {
    u64::from("2027-01-04".parse::<Date>().unwrap().days()) * DAY + 2 * HOUR
}

/// The signing key of this name.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&tagged_hash("test/key", &[name.as_bytes()]).0)
}

pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

pub fn id(name: &str) -> MemberId {
    name.parse().unwrap()
}

pub fn cny(minor: u64) -> Money {
    Money {
        currency: "CNY".parse().unwrap(),
        minor,
    }
}

fn member(name: &str, roles: &[Role], bank_number: Option<&str>) -> Member {
    Member {
        id: id(name),
        roles: roles.to_vec(),
        legal_id: None,
        bank_number: bank_number.map(|text| text.parse::<BankNumber>().unwrap()),
        account_bank: None,
        keys: vec![public(&key(name))],
        threshold: 1,
        suspended: false,
    }
}

/// The keys of `duo`, ascending: two of these three must sign.
pub fn duo_keys() -> Vec<SigningKey> {
    let mut keys: Vec<_> = ["duo-a", "duo-b", "duo-c"].map(key).into();
    keys.sort_by_key(public);
    keys
}

/// The keys of the validators, ascending.
pub fn validator_keys() -> Vec<SigningKey> {
    let mut keys: Vec<_> = (0..4).map(|i| key(&format!("node-{i}"))).collect();
    keys.sort_by_key(public);
    keys
}

/// Enterprises with a million each.
pub const TRADERS: [&str; 4] = ["t-0", "t-1", "t-2", "t-3"];

pub fn genesis() -> Genesis {
    let mut members = vec![
        member("bank", &[Role::Bank], Some("102100099996")),
        member("bank-2", &[Role::Bank], Some("103100000026")),
        member("cb", &[Role::CentralBank], None),
        member("court", &[Role::Court], None),
        member("guarantor", &[Role::Guarantor], None),
        member("regulator", &[Role::Regulator], None),
        Member {
            keys: duo_keys().iter().map(public).collect(),
            threshold: 2,
            ..member("duo", &[Role::Enterprise], None)
        },
        Member {
            suspended: true,
            ..member("barred", &[Role::Enterprise], None)
        },
    ];
    members.extend(TRADERS.map(|name| member(name, &[Role::Enterprise], None)));
    members.sort_by(|a, b| a.id.cmp(&b.id));
    let currency: Currency = "CNY".parse().unwrap();
    let mut funded: Vec<&str> = TRADERS.into();
    funded.extend(["bank", "bank-2", "duo", "guarantor"]);
    funded.sort_unstable();
    Genesis {
        version: GENESIS_VERSION,
        network: "test".parse().unwrap(),
        time_ms: start_ms(),
        limits: Limits::default(),
        rules: GenesisRules {
            members,
            currencies: vec![CurrencyAuthority {
                currency,
                authority: id("cb"),
            }],
            balances: funded
                .into_iter()
                .map(|name| OpeningBalance {
                    member: id(name),
                    money: cny(1_000_000),
                })
                .collect(),
            holidays: Vec::new(),
            working_weekends: Vec::new(),
            utc_offset_minutes: 480,
            close_minute: 1200,
            development_clock: true,
            params: Params::default(),
            governance: Default::default(),
            protocol: 1,
        },
        validators: validator_keys()
            .iter()
            .enumerate()
            .map(|(i, key)| GenesisValidator {
                name: format!("node-{i}").parse().unwrap(),
                member: None,
                key: public(key),
                power: 1,
                peer: public(&self::key(&format!("peer-{i}"))),
                consensus_address: format!("127.0.0.1:{}", 9000 + i).parse().unwrap(),
                gossip_address: format!("127.0.0.1:{}", 9100 + i).parse().unwrap(),
            })
            .collect(),
        observers: Vec::new(),
    }
}

pub fn transfer(to: &str, minor: u64) -> Call {
    Transfer {
        to: id(to),
        money: cny(minor),
        purpose: Default::default(),
        reference: Default::default(),
    }
    .into()
}

/// Signs a body with these keys, in the order of the keys.
pub fn sign(body: Body, keys: &[SigningKey]) -> Transaction {
    let message = Body::sign_bytes(&body.id());
    let mut signatures: Vec<Approval> = keys
        .iter()
        .map(|key| Approval {
            key: public(key),
            signature: Signature(key.sign(&message).to_bytes()),
        })
        .collect();
    signatures.sort_by_key(|approval| approval.key);
    Transaction { body, signatures }
}

/// A chain that grows block by block, each final by three of the four validators.
pub struct Chain {
    pub state: LedgerState,
    pub blocks: Vec<(ExecutedBlock, Certificate)>,
    salt: u64,
}

impl Chain {
    pub fn new() -> Self {
        Chain::of(genesis())
    }

    pub fn of(genesis: Genesis) -> Self {
        Chain {
            state: LedgerState::genesis(genesis).unwrap(),
            blocks: Vec::new(),
            salt: 0,
        }
    }

    /// A body that is valid for an hour, with a salt of its own.
    pub fn body(&mut self, actor: &str, calls: Vec<Call>) -> Body {
        self.salt += 1;
        let salt = tagged_hash("test/salt", &[&self.salt.to_le_bytes()]);
        Body {
            genesis: self.state.genesis_hash,
            actor: id(actor),
            calls,
            valid_until: self.state.time_ms() + HOUR,
            salt: RequestId(salt.0[..16].try_into().unwrap()),
            annexes: Vec::new(),
            memo: Default::default(),
        }
    }

    /// Signed by the member's only key.
    pub fn tx(&mut self, actor: &str, calls: Vec<Call>) -> CheckedTransaction {
        let body = self.body(actor, calls);
        self.check(&sign(body, &[key(actor)]))
    }

    pub fn check(&self, transaction: &Transaction) -> CheckedTransaction {
        CheckedTransaction::check(
            transaction.to_bytes().into(),
            &self.state.genesis_hash,
            &NoKeyCache,
        )
        .unwrap()
    }

    /// The slot of round 0, a second after the last block.
    pub fn slot(&self) -> Slot {
        self.slot_at(self.state.time_ms() + 1000)
    }

    pub fn slot_at(&self, time_ms: u64) -> Slot {
        let proposer = self.state.validators.proposer(self.state.height() + 1, 0);
        Slot {
            round: 0,
            proposer: proposer.key,
            time_ms,
        }
    }

    pub fn build(&self, candidates: &[CheckedTransaction]) -> (ExecutedBlock, Vec<LeftOut>) {
        self.state.build(self.slot(), candidates).unwrap()
    }

    /// Builds a block of these, all of which must fit, and makes it final.
    pub fn append(&mut self, candidates: &[CheckedTransaction]) -> &ExecutedBlock {
        let (block, left_out) = self.build(candidates);
        assert_eq!(left_out, []);
        self.commit(block)
    }

    pub fn commit(&mut self, block: ExecutedBlock) -> &ExecutedBlock {
        let certificate = certify(&self.state.genesis_hash, &block.header, &[0, 1, 3]);
        self.state = block.state.clone();
        self.blocks.push((block, certificate));
        &self.blocks.last().unwrap().0
    }
}

impl Chain {
    /// Every change of the validators up to the last block, as a proof has them.
    pub fn set_changes(&self) -> Vec<SetChange> {
        let changes = self.state.set_changes().unwrap().into_iter();
        changes
            .map(|(first, validators)| {
                let (block, certificate) = &self.blocks[first as usize - 2];
                SetChange {
                    header: (*block.header).clone(),
                    certificate: certificate.clone(),
                    validators,
                }
            })
            .collect()
    }
}

/// A certificate by the validators at these places.
pub fn certify(genesis: &Hash, header: &allonge_ledger::Header, signers: &[usize]) -> Certificate {
    let keys = validator_keys();
    let bytes = vote_sign_bytes(
        genesis,
        VoteKind::Precommit,
        header.height,
        header.round,
        Some(header.hash()),
    );
    Certificate {
        height: header.height,
        round: header.round,
        block: header.hash(),
        signatures: signers
            .iter()
            .map(|i| {
                (
                    public(&keys[*i]),
                    Signature(keys[*i].sign(&bytes).to_bytes()),
                )
            })
            .collect(),
    }
}

/// What a voter makes of a block that came as bytes.
pub fn receive(
    state: &LedgerState,
    block: &Block,
) -> Result<ExecutedBlock, allonge_ledger::ExecuteError> {
    let block = Block::from_bytes(&block.to_bytes()).unwrap();
    let transactions = block
        .transactions
        .iter()
        .map(|bytes| {
            CheckedTransaction::check(bytes.clone(), &state.genesis_hash, &NoKeyCache).unwrap()
        })
        .collect();
    state.execute(&block.header, transactions)
}

/// Compares what the code makes with the vectors written down; `ALLONGE_WRITE_VECTORS=1` writes them.
pub fn compare<T: Serialize + DeserializeOwned + PartialEq>(name: &str, made: &T) {
    let path = PathBuf::from(env!("CARGO_MANIFEST_DIR"))
        .join("../tests/vectors")
        .join(name);
    if std::env::var("ALLONGE_WRITE_VECTORS").is_ok_and(|v| v == "1") {
        let text = serde_json::to_string_pretty(made).unwrap() + "\n";
        std::fs::write(&path, text).unwrap();
    }
    let hint = "if the change is meant, write it with ALLONGE_WRITE_VECTORS=1";
    let text = std::fs::read_to_string(&path)
        .unwrap_or_else(|e| panic!("{}: {e}; {hint}", path.display()));
    let written: Value = serde_json::from_str(&text).unwrap();
    if let Some(place) = difference(&written, &serde_json::to_value(made).unwrap()) {
        panic!("{name} is not what the code makes, first at {place}; {hint}");
    }
    assert!(serde_json::from_value::<T>(written).unwrap() == *made);
}

/// Where two documents first differ.
fn difference(a: &Value, b: &Value) -> Option<String> {
    let inside = |key: String, a: Option<&Value>, b: Option<&Value>| match (a, b) {
        (Some(a), Some(b)) => difference(a, b).map(|rest| format!("/{key}{rest}")),
        _ => Some(format!("/{key}")),
    };
    match (a, b) {
        (Value::Object(a), Value::Object(b)) => a
            .keys()
            .chain(b.keys())
            .find_map(|key| inside(key.clone(), a.get(key), b.get(key))),
        (Value::Array(a), Value::Array(b)) => {
            (0..a.len().max(b.len())).find_map(|i| inside(i.to_string(), a.get(i), b.get(i)))
        }
        _ => (a != b).then(|| format!(": {a} is written, {b} is made")),
    }
}
