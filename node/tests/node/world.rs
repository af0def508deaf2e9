//! A network in one thread: machines over stores in memory, and an agreement made by hand.

use allonge_contracts::calls::{CurrencyAuthority, Transfer};
use allonge_contracts::genesis::{GenesisRules, OpeningBalance, Params};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::{Call, Hash, MemberId, Money, PublicKey, RequestId, Signature, Text};
use allonge_ledger::{
    Approval, Block, Body, Certificate, CheckedTransaction, Genesis, GenesisValidator, Limits,
    NoKeyCache, Transaction, VoteKind, vote_sign_bytes,
};
use allonge_node::consensus::{Judgement, Origin, Proposal, ProposedBlock, StartHeight};
use allonge_node::handle::{Admitted, Refused, Source};
use allonge_node::machine::{
    Effect, Fatal, Machine, MachineConfig, Opened, Outcome, Received, Step,
};
use allonge_node::shell;
use allonge_node::store::{MemoryStore, Records, StoreError};
use ed25519_dalek::{Signer, SigningKey};
use std::sync::Arc;

/// When the network's first block may be: 2026-03-02, 08:00 UTC.
pub const GENESIS_MS: u64 = 1_772_438_400_000;

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

pub fn id(name: &str) -> MemberId {
    name.parse().unwrap()
}

/// Members and the seeds of their keys.
pub const MEMBERS: [(&str, Role, u8); 5] = [
    ("bank", Role::Bank, 1),
    ("central", Role::CentralBank, 2),
    ("core", Role::Enterprise, 3),
    ("regulator", Role::Regulator, 4),
    ("supplier", Role::Enterprise, 5),
];

/// The validators' keys in the order of the public keys.
pub fn validator_keys() -> Vec<SigningKey> {
    let mut keys: Vec<_> = (101..=104).map(key).collect();
    keys.sort_by_key(public);
    keys
}

pub fn cny(minor: u64) -> Money {
    Money::new("CNY".parse().unwrap(), minor)
}

pub fn genesis_with(validators: usize, limits: Limits, time_ms: u64) -> Genesis {
    let balance = |(name, _, _): &(&str, Role, u8)| OpeningBalance {
        member: id(name),
        money: cny(1_000_000_000),
    };
    Genesis {
        version: 1,
        network: "test".parse().unwrap(),
        time_ms,
        limits,
        rules: GenesisRules {
            members: MEMBERS
                .iter()
                .map(|(name, role, seed)| Member {
                    id: id(name),
                    roles: vec![*role],
                    legal_id: None,
                    bank_number: (*role == Role::Bank).then(|| "102100099996".parse().unwrap()),
                    account_bank: (*role == Role::Enterprise).then(|| id("bank")),
                    keys: vec![public(&key(*seed))],
                    threshold: 1,
                    suspended: false,
                })
                .collect(),
            currencies: vec![CurrencyAuthority {
                currency: "CNY".parse().unwrap(),
                authority: id("central"),
            }],
            balances: MEMBERS.iter().map(balance).collect(),
            holidays: vec![],
            working_weekends: vec![],
            utc_offset_minutes: 480,
            close_minute: 1_200,
            development_clock: true,
            params: Params::default(),
            governance: Default::default(),
            protocol: 1,
        },
        validators: validator_keys()
            .iter()
            .take(validators)
            .enumerate()
            .map(|(i, validator)| GenesisValidator {
                name: format!("node-{i}").parse().unwrap(),
                member: None,
                key: public(validator),
                power: 1,
                peer: public(&key(150 + i as u8)),
                consensus_address: format!("127.0.0.1:{}", 2 * i + 1).parse().unwrap(),
                gossip_address: format!("127.0.0.1:{}", 2 * i + 2).parse().unwrap(),
            })
            .collect(),
        observers: Vec::new(),
    }
}

pub fn genesis() -> Genesis {
    genesis_with(4, Limits::default(), GENESIS_MS)
}

pub fn transfer(to: &str, minor: u64) -> Call {
    Call::Transfer(Transfer {
        to: id(to),
        money: cny(minor),
        purpose: Text::default(),
        reference: Text::default(),
    })
}

/// A transaction signed by the key of a seed.
pub fn signed_by(
    seed: u8,
    genesis: &Genesis,
    actor: &str,
    salt: u32,
    valid_until: u64,
    call: Call,
) -> CheckedTransaction {
    let genesis = genesis.hash();
    let mut salt_bytes = [0; 16];
    salt_bytes[..4].copy_from_slice(&salt.to_be_bytes());
    let body = Body {
        genesis,
        actor: id(actor),
        calls: vec![call],
        valid_until,
        salt: RequestId(salt_bytes),
        annexes: vec![],
        memo: Text::default(),
    };
    let signature = key(seed).sign(&Body::sign_bytes(&body.id()));
    let signatures = vec![Approval {
        key: public(&key(seed)),
        signature: Signature(signature.to_bytes()),
    }];
    let bytes = Transaction { body, signatures }.to_bytes().into();
    CheckedTransaction::check(bytes, &genesis, &NoKeyCache).unwrap()
}

/// A transaction signed by its actor's key.
pub fn signed(
    genesis: &Genesis,
    actor: &str,
    salt: u32,
    until: u64,
    call: Call,
) -> CheckedTransaction {
    let seed = MEMBERS
        .iter()
        .find(|(name, _, _)| *name == actor)
        .unwrap()
        .2;
    signed_by(seed, genesis, actor, salt, until, call)
}

/// A payment that is good for ten minutes after genesis.
pub fn payment(genesis: &Genesis, actor: &str, salt: u32) -> CheckedTransaction {
    let to = if actor == "core" { "supplier" } else { "core" };
    let until = genesis.time_ms + 600_000;
    signed(
        genesis,
        actor,
        salt,
        until,
        transfer(to, 100 + u64::from(salt)),
    )
}

/// What three of the four validators precommitted.
pub fn certificate(genesis: &Genesis, height: u64, round: u32, block: Hash) -> Certificate {
    let bytes = vote_sign_bytes(
        &genesis.hash(),
        VoteKind::Precommit,
        height,
        round,
        Some(block),
    );
    let signatures = validator_keys()
        .iter()
        .filter(|key| genesis.validators.iter().any(|v| v.key == public(key)))
        .take(3)
        .map(|key| (public(key), Signature(key.sign(&bytes).to_bytes())))
        .collect();
    Certificate {
        height,
        round,
        block,
        signatures,
    }
}

/// A block in another form: what a dishonest proposer may send.
pub fn changed(bytes: &[u8], change: impl FnOnce(&mut Block)) -> Arc<[u8]> {
    let mut block = Block::from_bytes(bytes).unwrap();
    change(&mut block);
    block.to_bytes().into()
}

/// A proposal of these bytes as its header says.
pub fn proposal(genesis: &Genesis, bytes: &Arc<[u8]>) -> Proposal {
    let header = Block::from_bytes(bytes).unwrap().header;
    let validators = genesis.validator_set().unwrap();
    Proposal {
        height: header.height,
        round: header.round,
        valid_round: None,
        proposer: validators.proposer(header.height, header.round).key,
        block: Some(header.hash()),
        bytes: bytes.clone(),
        origin: Origin::Live,
    }
}

/// Takes a proposal apart and checks all its transactions.
pub fn received(genesis: &Genesis, proposal: &Proposal) -> Received {
    let opened = Opened::proposed(proposal).unwrap();
    let genesis = genesis.hash();
    let check = |bytes: &Arc<[u8]>| CheckedTransaction::check(bytes.clone(), &genesis, &NoKeyCache);
    let transactions = opened
        .transactions
        .iter()
        .map(check)
        .collect::<Result<_, _>>();
    Received {
        transactions: transactions.map_err(|error| error.to_string()),
        opened,
    }
}

/// Where a node is made to crash: after so many effects of the input with this number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CrashPoint {
    pub input: usize,
    pub effects: usize,
}

/// The node crashed: its answer is lost.
#[derive(Debug, PartialEq, Eq)]
pub struct Crashed;

/// A machine with its disk.
pub struct Node {
    pub genesis: Genesis,
    pub config: MachineConfig,
    pub store: MemoryStore,
    pub records: Records,
    pub machine: Machine,
    pub started: Vec<StartHeight>,
    pub gossiped: usize,
    pub inputs: usize,
    /// The effects of each input, to know where a crash can be.
    pub effects: Vec<usize>,
    pub crash: Option<CrashPoint>,
}

impl Node {
    pub fn new(genesis: &Genesis, validator: usize) -> Self {
        let config = MachineConfig {
            validator: validator_keys().get(validator).map(public),
            ..MachineConfig::default()
        };
        Self::boot(genesis, config, MemoryStore::new(), genesis.time_ms)
    }

    pub fn boot(genesis: &Genesis, config: MachineConfig, store: MemoryStore, now: u64) -> Self {
        let records = Records::open(Box::new(store.clone()), &genesis.hash()).unwrap();
        let restart = shell::restart(&records, genesis.clone()).unwrap();
        Node {
            genesis: genesis.clone(),
            machine: Machine::start(config.clone(), now, restart),
            config,
            records,
            store,
            started: vec![],
            gossiped: 0,
            inputs: 0,
            effects: vec![],
            crash: None,
        }
    }

    /// The process is killed and started again.
    pub fn restart(&mut self, now: u64) {
        let store = self.store.crashed(0);
        *self = Self::boot(&self.genesis, self.config.clone(), store, now);
    }

    fn perform(&mut self, effect: Effect) -> Result<(), StoreError> {
        match effect {
            Effect::Persist(writes) => self.records.write(&writes)?,
            Effect::Start(start) => self.started.push(start),
            Effect::Gossip(_) => self.gossiped += 1,
            Effect::Checkpoint(state) => {
                self.records.write_checkpoint(&state)?;
                self.machine.checkpoint_written(state.height());
            }
            Effect::Publish(..)
            | Effect::Dropped(_)
            | Effect::Invalid { .. }
            | Effect::Evidence(_) => {}
        }
        Ok(())
    }

    /// Performs the effects in order, and gives the answer out unless a crash comes first.
    pub fn run<T>(&mut self, step: Step<T>) -> Result<T, Crashed> {
        let input = self.inputs;
        self.inputs += 1;
        self.effects.push(step.effects.len());
        let crash = self.crash.filter(|crash| crash.input == input);
        for (done, effect) in step.effects.into_iter().enumerate() {
            if crash.is_some_and(|crash| crash.effects == done) {
                return Err(Crashed);
            }
            self.perform(effect).unwrap();
        }
        if crash.is_some() {
            Err(Crashed)
        } else {
            Ok(step.answer)
        }
    }

    pub fn settle<T>(&mut self, outcome: Outcome<T>) -> Result<T, Crashed> {
        self.run(outcome.unwrap())
    }

    pub fn submit(&mut self, now: u64, one: &CheckedTransaction) -> Result<Admitted, Refused> {
        let outcome = self.machine.submit(now, one.clone(), Source::Client);
        self.settle(outcome).unwrap()
    }

    pub fn build(&mut self, now: u64, round: u32) -> Result<(ProposedBlock, Arc<[u8]>), Crashed> {
        let height = self.machine.next_height();
        let outcome = self.machine.build(now, height, round);
        let (proposed, bytes) = self.settle(outcome)?;
        let stored = self.records.block(height, &proposed.block).unwrap();
        let stored = stored.expect("a block is on disk before it is given out");
        if let Some(bytes) = bytes {
            assert_eq!(bytes, stored);
        }
        Ok((proposed, stored))
    }

    pub fn judge(&mut self, now: u64, proposal: &Proposal) -> Result<Judgement, Crashed> {
        let received = received(&self.genesis, proposal);
        let outcome = self.machine.judge(now, proposal, received);
        let judgement = self.settle(outcome)?;
        if let Judgement::Verdict(verdict) = &judgement
            && verdict.valid
        {
            let stored = self.records.block(verdict.height, &verdict.block).unwrap();
            assert_eq!(
                stored.as_ref(),
                Some(&proposal.bytes),
                "a block is on disk before it is vouched for"
            );
        }
        Ok(judgement)
    }

    pub fn try_decide(&mut self, now: u64, certificate: Certificate) -> Outcome<()> {
        let stored = if self.machine.needs_bytes(&certificate) {
            self.records
                .block(certificate.height, &certificate.block)
                .unwrap()
        } else {
            None
        };
        self.machine.decided(now, certificate, stored)
    }

    pub fn decide(&mut self, now: u64, certificate: Certificate) -> Result<(), Crashed> {
        let outcome = self.try_decide(now, certificate);
        self.settle(outcome)
    }

    pub fn height(&self) -> u64 {
        self.machine.snapshot().state.height()
    }

    pub fn tip(&self) -> Hash {
        self.machine.snapshot().state.tip()
    }

    pub fn root(&self) -> Hash {
        self.machine.snapshot().state.trie.root()
    }

    /// The first round of the next height in which this node proposes.
    pub fn own_round(&self) -> u32 {
        let height = self.machine.next_height();
        let own = self.config.validator.unwrap();
        let validators = self.genesis.validator_set().unwrap();
        (0..4)
            .find(|round| validators.proposer(height, *round).key == own)
            .unwrap()
    }

    /// Builds and decides one block by itself.
    pub fn advance(&mut self, now: u64) -> Arc<[u8]> {
        let (height, round) = (self.machine.next_height(), self.own_round());
        let (proposed, bytes) = self.build(now, round).unwrap();
        let certificate = certificate(&self.genesis, height, round, proposed.block);
        self.decide(now, certificate).unwrap();
        bytes
    }
}

pub fn fatal<T>(outcome: Outcome<T>) -> Fatal {
    match outcome {
        Err(fatal) => fatal,
        Ok(_) => panic!("the node should have stopped"),
    }
}
