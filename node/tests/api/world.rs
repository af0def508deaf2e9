//! A node that executes for real and agrees with itself: what the API is tested against.

use allonge_contracts::calls::{CurrencyAuthority, Transfer};
use allonge_contracts::genesis::{GenesisRules, OpeningBalance, Params};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::{Call, Code, Hash, MemberId, Money, PublicKey, RequestId, Signature, Text};
use allonge_ledger::{
    Approval, Block, Body, Certificate, CheckedTransaction, Evidence, Genesis, GenesisValidator,
    LedgerState, Limits, SetChange, Slot, Transaction, VoteKind, vote_sign_bytes,
};
use allonge_node::handle::{
    Admitted, Decided, Health, NodeError, NodeHandle, Refused, Snapshot, Source, TransactionStatus,
};
use async_trait::async_trait;
use ed25519_dalek::{Signer, SigningKey};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::{SystemTime, UNIX_EPOCH};
use tokio::sync::broadcast;

pub fn now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap()
        .as_millis() as u64
}

pub fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

fn id(name: &str) -> MemberId {
    name.parse().unwrap()
}

fn member(name: &str, role: Role, seed: u8) -> Member {
    Member {
        id: id(name),
        roles: vec![role],
        legal_id: None,
        bank_number: (role == Role::Bank).then(|| "102100099996".parse().unwrap()),
        account_bank: (role == Role::Enterprise).then(|| id("bank")),
        keys: vec![public(&key(seed))],
        threshold: 1,
        suspended: false,
    }
}

pub const VALIDATOR: u8 = 200;

/// Seeds of the members' keys.
pub const KEYS: [(&str, u8); 5] = [
    ("bank", 1),
    ("central", 2),
    ("core", 3),
    ("regulator", 4),
    ("supplier", 5),
];

/// The offset from UTC at which it is ten in the morning now: no test meets the close of a day that it does not ask for.
fn mid_morning() -> i16 {
    let minute = i64::try_from(now() / 60_000 % 1_440).unwrap();
    let offset = (600 - minute + 720).rem_euclid(1_440) - 720;
    i16::try_from(offset).unwrap()
}

pub fn genesis() -> Genesis {
    let roles = [
        Role::Bank,
        Role::CentralBank,
        Role::Enterprise,
        Role::Regulator,
        Role::Enterprise,
    ];
    let cny = "CNY".parse().unwrap();
    let validator = public(&key(VALIDATOR));
    Genesis {
        version: 1,
        network: "test".parse().unwrap(),
        time_ms: now() - 60_000,
        limits: Limits::default(),
        rules: GenesisRules {
            members: KEYS
                .iter()
                .zip(roles)
                .map(|((name, seed), role)| member(name, role, *seed))
                .collect(),
            currencies: vec![CurrencyAuthority {
                currency: cny,
                authority: id("central"),
            }],
            balances: vec![OpeningBalance {
                member: id("bank"),
                money: Money::new(cny, 1_000_000),
            }],
            holidays: vec![],
            working_weekends: vec![],
            utc_offset_minutes: mid_morning(),
            close_minute: 1_200,
            development_clock: true,
            params: Params::default(),
            governance: Default::default(),
            protocol: 1,
        },
        validators: vec![GenesisValidator {
            name: "node-0".parse().unwrap(),
            member: None,
            key: validator,
            power: 10,
            peer: validator,
            consensus_address: "127.0.0.1:1".parse().unwrap(),
            gossip_address: "127.0.0.1:2".parse().unwrap(),
        }],
        observers: Vec::new(),
    }
}

pub fn transfer(minor: u64) -> Call {
    Call::Transfer(Transfer {
        to: id("core"),
        money: Money::new("CNY".parse().unwrap(), minor),
        purpose: Text::default(),
        reference: "<b>1</b>".parse().unwrap(),
    })
}

/// A transaction signed by a member's key.
pub fn signed(genesis: &Hash, actor: &str, salt: u8, calls: Vec<Call>) -> Transaction {
    let seed = KEYS.iter().find(|(name, _)| *name == actor).unwrap().1;
    let body = Body {
        genesis: *genesis,
        actor: id(actor),
        calls,
        valid_until: now() + 600_000,
        salt: RequestId([salt; 16]),
        annexes: vec![],
        memo: Text::default(),
    };
    let key = key(seed);
    let signature = key.sign(&Body::sign_bytes(&body.id()));
    Transaction {
        body,
        signatures: vec![Approval {
            key: public(&key),
            signature: Signature(signature.to_bytes()),
        }],
    }
}

struct Inner {
    snapshot: Arc<Snapshot>,
    waiting: Vec<CheckedTransaction>,
    blocks: Vec<Arc<Decided>>,
    places: BTreeMap<Hash, (u64, u32)>,
    dropped: BTreeMap<Hash, Code>,
    refuse: Option<Refused>,
    health: Health,
    stall: bool,
}

/// The node. A block is made when a test says so, or at once with `eager`.
pub struct World {
    inner: Mutex<Inner>,
    decided: Mutex<Option<broadcast::Sender<Arc<Decided>>>>,
    pub eager: bool,
    pub genesis: Hash,
}

impl World {
    pub fn new(eager: bool) -> Arc<Self> {
        let state = LedgerState::genesis(genesis()).unwrap();
        let genesis = state.genesis_hash;
        Arc::new(World {
            inner: Mutex::new(Inner {
                snapshot: Arc::new(Snapshot {
                    state,
                    certificate: None,
                }),
                waiting: vec![],
                blocks: vec![],
                places: BTreeMap::new(),
                dropped: BTreeMap::new(),
                refuse: None,
                health: Health::default(),
                stall: false,
            }),
            decided: Mutex::new(Some(broadcast::channel(4).0)),
            eager,
            genesis,
        })
    }

    /// Makes a block of all that waits.
    pub fn seal(&self) -> u64 {
        let mut inner = self.inner.lock().unwrap();
        let state = inner.snapshot.state.clone();
        let validator = key(VALIDATOR);
        let slot = Slot {
            round: 0,
            proposer: public(&validator),
            time_ms: now(),
        };
        let candidates = std::mem::take(&mut inner.waiting);
        let (built, left_out) = state.build(slot, &candidates).unwrap();
        for left in left_out {
            inner.dropped.insert(left.id, left.code.unwrap());
        }
        let height = built.header.height;
        let bytes = vote_sign_bytes(
            &self.genesis,
            VoteKind::Precommit,
            height,
            0,
            Some(built.hash),
        );
        let certificate = Arc::new(Certificate {
            height,
            round: 0,
            block: built.hash,
            signatures: vec![(
                public(&validator),
                Signature(validator.sign(&bytes).to_bytes()),
            )],
        });
        let ids: Vec<Hash> = built.transactions.iter().map(|t| *t.id()).collect();
        for (index, id) in ids.iter().enumerate() {
            inner.places.insert(*id, (height, index as u32));
        }
        let decided = Arc::new(Decided {
            hash: built.hash,
            block: Block {
                header: built.header.as_ref().clone(),
                transactions: built
                    .transactions
                    .iter()
                    .map(|t| t.bytes().clone())
                    .collect(),
            },
            ids,
            receipts: built.receipts.clone(),
            certificate: certificate.clone(),
        });
        inner.blocks.push(decided.clone());
        inner.snapshot = Arc::new(Snapshot {
            state: built.state,
            certificate: Some(certificate),
        });
        drop(inner);
        if let Some(sender) = &*self.decided.lock().unwrap() {
            // Nobody listening is fine.
            let _ = sender.send(decided);
        }
        height
    }

    /// How many transactions wait.
    pub fn waiting_count(&self) -> usize {
        self.inner.lock().unwrap().waiting.len()
    }

    /// Lets go of everything that waits.
    pub fn drop_all(&self, code: Code) {
        let mut inner = self.inner.lock().unwrap();
        for transaction in std::mem::take(&mut inner.waiting) {
            inner.dropped.insert(*transaction.id(), code);
        }
    }

    /// What the next submission is refused with.
    pub fn refuse(&self, refused: Option<Refused>) {
        self.inner.lock().unwrap().refuse = refused;
    }

    pub fn not_ready(&self, why: Option<&str>) {
        self.inner.lock().unwrap().health.not_ready = why.map(str::to_owned);
    }

    /// From now on asking for a transaction panics.
    pub fn panic_on_lookup(&self) {
        self.inner.lock().unwrap().stall = true;
    }
}

#[async_trait]
impl NodeHandle for World {
    fn snapshot(&self) -> Arc<Snapshot> {
        self.inner.lock().unwrap().snapshot.clone()
    }

    async fn submit(
        &self,
        transaction: CheckedTransaction,
        _: Source,
    ) -> Result<Admitted, Refused> {
        {
            let mut inner = self.inner.lock().unwrap();
            if let Some(refused) = &inner.refuse {
                return Err(refused.clone());
            }
            let state = &inner.snapshot.state;
            match state.admit(&transaction, now()).unwrap() {
                Ok(()) => {}
                Err(Code::Duplicate) => return Ok(Admitted::AlreadyFinal),
                Err(code) => {
                    return Err(Refused {
                        code,
                        detail: String::new(),
                        retry_after_ms: None,
                    });
                }
            }
            if inner.waiting.iter().any(|t| t.id() == transaction.id()) {
                return Ok(Admitted::AlreadyWaiting);
            }
            inner.waiting.push(transaction);
        }
        if self.eager {
            self.seal();
        }
        Ok(Admitted::Waiting)
    }

    async fn transaction(&self, id: Hash) -> Result<TransactionStatus, NodeError> {
        let (status, panic) = {
            let inner = self.inner.lock().unwrap();
            let status = if let Some((height, index)) = inner.places.get(&id) {
                let block = &inner.blocks[*height as usize - 1];
                TransactionStatus::Final {
                    height: *height,
                    index: *index,
                    receipt: block.receipts.transactions[*index as usize].clone(),
                }
            } else if inner.waiting.iter().any(|t| *t.id() == id) {
                TransactionStatus::Waiting
            } else if let Some(code) = inner.dropped.get(&id) {
                TransactionStatus::Dropped {
                    code: *code,
                    at_ms: 7,
                }
            } else {
                TransactionStatus::Unknown
            };
            (status, inner.stall)
        };
        assert!(!panic, "told to panic");
        Ok(status)
    }

    async fn decided(&self, height: u64) -> Result<Option<Arc<Decided>>, NodeError> {
        let inner = self.inner.lock().unwrap();
        Ok((height as usize)
            .checked_sub(1)
            .and_then(|at| inner.blocks.get(at))
            .cloned())
    }

    async fn set_changes(&self, to: u64) -> Result<Vec<SetChange>, NodeError> {
        let inner = self.inner.lock().unwrap();
        let changes = inner.snapshot.state.set_changes().unwrap();
        let proved = changes.into_iter().map(|(height, validators)| {
            let decided = &inner.blocks[height as usize - 2];
            SetChange {
                header: decided.block.header.clone(),
                certificate: (*decided.certificate).clone(),
                validators,
            }
        });
        Ok(proved.filter(|change| change.header.height <= to).collect())
    }

    async fn evidence(
        &self,
        _: Option<Vec<u8>>,
        _: usize,
    ) -> Result<Vec<(Vec<u8>, Evidence)>, NodeError> {
        Ok(Vec::new())
    }

    fn subscribe(&self) -> broadcast::Receiver<Arc<Decided>> {
        self.decided.lock().unwrap().as_ref().unwrap().subscribe()
    }

    fn waiting(&self, _: usize) -> Vec<CheckedTransaction> {
        self.inner.lock().unwrap().waiting.clone()
    }

    fn health(&self) -> Health {
        self.inner.lock().unwrap().health.clone()
    }
}
