//! The network of a seed: its genesis, its validators, its members and their keys.

use allonge_contracts::calls::CurrencyAuthority;
use allonge_contracts::genesis::{GenesisRules, OpeningBalance, Params};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::{Date, Hash, MemberId, Money, PublicKey, tagged_hash};
use allonge_ledger::{GENESIS_VERSION, Genesis, GenesisValidator, Limits};
use ed25519_dalek::SigningKey;

/// What every member opens with, in minor units.
pub const OPENING: u64 = 1_000_000_000;

const DAY_MS: u64 = 24 * 3_600_000;

/// The members and their roles.
const MEMBERS: [(&str, Role); 7] = [
    ("bank", Role::Bank),
    ("cb", Role::CentralBank),
    ("regulator", Role::Regulator),
    ("t-0", Role::Enterprise),
    ("t-1", Role::Enterprise),
    ("t-2", Role::Enterprise),
    ("t-3", Role::Enterprise),
];

/// Those who trade.
pub const TRADERS: [&str; 4] = ["t-0", "t-1", "t-2", "t-3"];

/// A day as it is written.
///
/// # Panics
/// It is none.
pub fn date(text: &str) -> Date {
    text.parse().expect("a day")
}

/// A member's id.
///
/// # Panics
/// It is none.
pub fn id(name: &str) -> MemberId {
    name.parse().expect("a member's id")
}

/// An amount.
///
/// # Panics
/// Never: the currency is one.
pub fn cny(minor: u64) -> Money {
    Money::new("CNY".parse().expect("a currency"), minor)
}

/// The key of a name.
pub fn key(name: &str) -> SigningKey {
    SigningKey::from_bytes(&tagged_hash("storm/key", &[name.as_bytes()]).0)
}

/// Its public half.
pub fn public(key: &SigningKey) -> PublicKey {
    PublicKey(key.verifying_key().to_bytes())
}

/// What the nodes of a seed agreed on before its first block.
pub struct World {
    /// The document.
    pub genesis: Genesis,
    /// Its hash.
    pub hash: Hash,
    /// The validators' keys, in the order of the nodes.
    pub keys: Vec<SigningKey>,
}

impl World {
    /// A network of so many validators.
    pub fn new(nodes: usize) -> Self {
        let mut keys: Vec<SigningKey> = (0..nodes).map(|i| key(&format!("node-{i}"))).collect();
        keys.sort_by_key(public);
        let genesis = genesis(&keys);
        World {
            hash: genesis.hash(),
            genesis,
            keys,
        }
    }
}

fn genesis(validators: &[SigningKey]) -> Genesis {
    let member = |(name, role): &(&str, Role)| Member {
        id: id(name),
        roles: vec![*role],
        legal_id: None,
        bank_number: (*role == Role::Bank).then(|| "102100099996".parse().expect("a bank number")),
        account_bank: (*role == Role::Enterprise).then(|| id("bank")),
        keys: vec![public(&key(name))],
        threshold: 1,
        suspended: false,
    };
    let balance = |(name, _): &(&str, Role)| OpeningBalance {
        member: id(name),
        money: cny(OPENING),
    };
    // A Monday, 10:00 at the ledger's offset.
    let time_ms = u64::from(date("2027-01-04").days()) * DAY_MS + 2 * 3_600_000;
    Genesis {
        version: GENESIS_VERSION,
        network: "storm".parse().expect("a name"),
        time_ms,
        limits: Limits::default(),
        rules: GenesisRules {
            members: MEMBERS.iter().map(member).collect(),
            currencies: vec![CurrencyAuthority {
                currency: "CNY".parse().expect("a currency"),
                authority: id("cb"),
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
        validators: validators
            .iter()
            .enumerate()
            .map(|(i, validator)| GenesisValidator {
                name: format!("node-{i}").parse().expect("a name"),
                key: public(validator),
                power: 1,
                member: None,
                peer: public(&key(&format!("peer-{i}"))),
                consensus_address: format!("127.0.0.1:{}", 9_000 + i).parse().expect("short"),
                gossip_address: format!("127.0.0.1:{}", 9_100 + i).parse().expect("short"),
            })
            .collect(),
        observers: Vec::new(),
    }
}
