//! Checks a proof file with nothing but the genesis.

use crate::block::{BLOCK_VERSION, Header, Receipt, SystemReceipt};
use crate::bytes::HexBytes;
use crate::certificate::{Certificate, CertificateError};
use crate::genesis::Genesis;
use crate::merkle::{MerkleError, MerklePath};
use crate::proof::{Claim, MAX_SET_CHANGES, PROOF_VERSION, ProofFile, SetChange};
use crate::state::PROTOCOL_VERSION;
use crate::transaction::{CheckedTransaction, NoKeyCache, Transaction, transaction_leaf};
use crate::trie::{Proof, ProofError};
use crate::validators::{ValidatorSet, ValidatorSetError};
use allonge_contracts::bills::{Bill, InstrumentNumber, Lot};
use allonge_contracts::cash::{self, Balance};
use allonge_contracts::members::{self, Member};
use allonge_contracts::state::StateFault;
use allonge_contracts::{Currency, Date, Hash, MemberId, Text, receivables};
use borsh::BorshDeserialize;
use serde::Serialize;

mod lots;

/// What a proof file has shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// The network's name in its genesis.
    pub network: Text<64>,
    /// The hash of that genesis.
    pub genesis: Hash,
    /// The block that the fact is true at.
    #[serde(with = "allonge_contracts::json::string")]
    pub height: u64,
    /// Its hash.
    pub block: Hash,
    /// Its time in UTC milliseconds.
    #[serde(with = "allonge_contracts::json::string")]
    pub time_ms: u64,
    /// Its business date.
    pub business_date: Date,
    /// How many validators signed.
    pub signers: usize,
    /// How many there are.
    pub validators: usize,
    /// The fact.
    pub fact: Fact,
}

/// A proven fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Fact {
    /// A transaction is on the ledger, and this came of it.
    Transaction {
        /// Its id.
        id: Hash,
        /// Its place among the block's transactions, from 0.
        index: u32,
        /// The transaction.
        transaction: Box<Transaction>,
        /// What came of it.
        receipt: Box<Receipt>,
    },
    /// The clock did this at the start of the block.
    Clock {
        /// What happened.
        receipt: SystemReceipt,
    },
    /// A bill with all its lots, which tile it from the first unit to the last.
    Bill {
        /// What was fixed when it was registered.
        bill: Box<Bill>,
        /// Its lots, ascending.
        lots: Vec<Lot>,
    },
    /// A receivable certificate with all its lots, which tile it from the first unit to the last.
    Certificate {
        /// What was fixed when it was opened.
        certificate: Box<receivables::Certificate>,
        /// Its lots, ascending.
        lots: Vec<Lot>,
    },
    /// A member, or that there is none.
    Member {
        /// The name asked for.
        name: MemberId,
        /// As the state has it.
        member: Option<Box<Member>>,
    },
    /// A member's cash, or that it has none of this currency.
    Balance {
        /// Whose.
        member: MemberId,
        /// The currency.
        currency: Currency,
        /// As the state has it.
        balance: Option<Balance>,
    },
}

/// Why a proof file proves nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// Of another version than this program reads.
    #[error("the {what} has version {found}, this program reads {expected}")]
    Version {
        /// Proof, header or protocol.
        what: &'static str,
        /// What it says.
        found: u32,
        /// What can be read.
        expected: u32,
    },
    /// Made for another network.
    #[error("the {what} is of the network {found}, the genesis given is {expected}")]
    Network {
        /// Proof or header.
        what: &'static str,
        /// The genesis hash that it names.
        found: Hash,
        /// The hash of the genesis given.
        expected: Hash,
    },
    /// The genesis given or a change names no valid set of validators.
    #[error("the validators of the {what}: {source}")]
    Validators {
        /// Genesis or change.
        what: &'static str,
        /// What is wrong with them.
        source: ValidatorSetError,
    },
    /// More changes of the validator set than can be checked.
    #[error("{0} changes of the validator set; at most {MAX_SET_CHANGES} are read")]
    TooManyChanges(usize),
    /// The changes of the validator set do not lead from genesis to the block.
    #[error("at height {height} {what}")]
    Chain {
        /// The height of the header.
        height: u64,
        /// What does not fit.
        what: &'static str,
    },
    /// The certificate belongs to another block than the header.
    #[error("the certificate of height {height} is for another {what}")]
    OtherBlock {
        /// The height of the header.
        height: u64,
        /// Height, block or round.
        what: &'static str,
    },
    /// The certificate proves nothing.
    #[error("the certificate of height {height}: {source}")]
    Certificate {
        /// The height of the header.
        height: u64,
        /// What is wrong with it.
        source: CertificateError,
    },
    /// A path does not lead to the header.
    #[error("the path of the {what}: {source}")]
    Path {
        /// Transaction or receipt.
        what: &'static str,
        /// What is wrong with it.
        source: MerkleError,
    },
    /// An entry of the state does not lead to the header.
    #[error("the proof of the {what}: {source}")]
    State {
        /// Which entry.
        what: &'static str,
        /// What is wrong with it.
        source: ProofError,
    },
    /// What is shown cannot be read.
    #[error("the {what} cannot be read: {detail}")]
    Unreadable {
        /// Which part.
        what: &'static str,
        /// Why.
        detail: String,
    },
    /// The receipt is that of another transaction.
    #[error("the receipt is that of transaction {receipt}, not of {transaction}")]
    OtherTransaction {
        /// The id in the receipt.
        receipt: Hash,
        /// The id of the transaction.
        transaction: Hash,
    },
    /// There is no such bill at this height.
    #[error("there is no bill {0} at this height")]
    NoBill(InstrumentNumber),
    /// There is no such certificate at this height.
    #[error("there is no certificate {0} at this height")]
    NoCertificate(InstrumentNumber),
    /// The lots do not make up the bill or the certificate.
    #[error("the lots of {number} do not tile 1 to {sum}: {detail}")]
    Tiling {
        /// The bill or the certificate.
        number: InstrumentNumber,
        /// Its sum in minor units.
        sum: u64,
        /// Where they do not.
        detail: String,
    },
}

/// Checks a proof file against a genesis; nothing else is needed, and nothing in the file is trusted.
///
/// It shows that a quorum of the validators that genesis names, or that followed from them, made the
/// block final. Whoever holds the keys of a quorum of an earlier set could sign another chain from there;
/// against that only a newer header from a source that you trust helps.
///
/// # Errors
/// The first thing that does not hold.
pub fn verify(genesis: &Genesis, proof: &ProofFile) -> Result<Verified, VerifyError> {
    expect_version("proof", proof.version.into(), PROOF_VERSION.into())?;
    let expected = genesis.hash();
    if proof.genesis != expected {
        return Err(VerifyError::Network {
            what: "proof",
            found: proof.genesis,
            expected,
        });
    }
    let set = validators_of(genesis, &expected, &proof.set_changes, &proof.header)?;
    check_final(&expected, &set, &proof.header, &proof.certificate)?;
    Ok(Verified {
        network: genesis.network.clone(),
        genesis: expected,
        height: proof.header.height,
        block: proof.certificate.block,
        time_ms: proof.header.time_ms,
        business_date: proof.header.business_date,
        signers: proof.certificate.signatures.len(),
        validators: set.validators().len(),
        fact: check_claim(&expected, &proof.header, &proof.claim)?,
    })
}

fn expect_version(what: &'static str, found: u32, expected: u32) -> Result<(), VerifyError> {
    if found == expected {
        Ok(())
    } else {
        Err(VerifyError::Version {
            what,
            found,
            expected,
        })
    }
}

/// The validators of the header's height, from genesis over all changes.
fn validators_of(
    genesis: &Genesis,
    genesis_hash: &Hash,
    changes: &[SetChange],
    header: &Header,
) -> Result<ValidatorSet, VerifyError> {
    if changes.len() > MAX_SET_CHANGES {
        return Err(VerifyError::TooManyChanges(changes.len()));
    }
    let mut set = genesis
        .validator_set()
        .map_err(|source| VerifyError::Validators {
            what: "genesis",
            source,
        })?;
    let mut height = 0;
    for change in changes {
        let chain = |what| VerifyError::Chain {
            height: change.header.height,
            what,
        };
        if change.header.height <= height || change.header.height >= header.height {
            return Err(chain("stands a change of the validator set out of order"));
        }
        height = change.header.height;
        check_final(genesis_hash, &set, &change.header, &change.certificate)?;
        set = ValidatorSet::new(change.validators.clone()).map_err(|source| {
            VerifyError::Validators {
                what: "change",
                source,
            }
        })?;
        if set.hash() != change.header.next_validators {
            return Err(chain(
                "the header names other next validators than those listed",
            ));
        }
    }
    Ok(set)
}

/// A quorum of `set` made the block of this header final.
fn check_final(
    genesis: &Hash,
    set: &ValidatorSet,
    header: &Header,
    certificate: &Certificate,
) -> Result<(), VerifyError> {
    expect_version("header", header.version.into(), BLOCK_VERSION.into())?;
    if !(1..=PROTOCOL_VERSION).contains(&header.protocol) {
        expect_version("protocol", header.protocol, PROTOCOL_VERSION)?;
    }
    let height = header.height;
    if header.genesis != *genesis {
        return Err(VerifyError::Network {
            what: "header",
            found: header.genesis,
            expected: *genesis,
        });
    }
    if header.validators != set.hash() {
        let what = "the header names other validators than genesis and the changes lead to";
        return Err(VerifyError::Chain { height, what });
    }
    for (what, same) in [
        ("height", certificate.height == height),
        ("block", certificate.block == header.hash()),
        ("round", certificate.round >= header.round),
    ] {
        if !same {
            return Err(VerifyError::OtherBlock { height, what });
        }
    }
    certificate
        .verify(genesis, set)
        .map_err(|source| VerifyError::Certificate { height, source })
}

fn check_claim(genesis: &Hash, header: &Header, claim: &Claim) -> Result<Fact, VerifyError> {
    match claim {
        Claim::Transaction {
            index,
            count,
            transaction,
            path,
            receipt,
            receipt_path,
        } => {
            let leaf = transaction_leaf(&transaction.0);
            let (place, places) = (u64::from(*index), u64::from(*count));
            check_path(
                "transaction",
                path,
                &header.transaction_root,
                &leaf,
                (place, places),
            )?;
            let receipt: Receipt = read("receipt", receipt)?;
            let root = &header.receipt_root;
            check_path(
                "receipt",
                receipt_path,
                root,
                &receipt.leaf(),
                (place.saturating_add(1), places.saturating_add(1)),
            )?;
            let checked =
                CheckedTransaction::check(transaction.0.as_slice().into(), genesis, &NoKeyCache)
                    .map_err(|e| VerifyError::Unreadable {
                        what: "transaction",
                        detail: e.to_string(),
                    })?;
            if receipt.transaction != *checked.id() {
                return Err(VerifyError::OtherTransaction {
                    receipt: receipt.transaction,
                    transaction: *checked.id(),
                });
            }
            Ok(Fact::Transaction {
                id: *checked.id(),
                index: *index,
                transaction: Box::new(checked.transaction().clone()),
                receipt: Box::new(receipt),
            })
        }
        Claim::Clock {
            count,
            receipt,
            receipt_path,
        } => {
            let receipt: SystemReceipt = read("receipt", receipt)?;
            let root = &header.receipt_root;
            let place = (0, u64::from(*count).saturating_add(1));
            check_path("receipt", receipt_path, root, &receipt.leaf(), place)?;
            Ok(Fact::Clock { receipt })
        }
        Claim::Bill { number, bill, lots } => lots::check_bill(header, number, bill, lots),
        Claim::Certificate {
            number,
            certificate,
            lots,
        } => lots::check_certificate(header, number, certificate, lots),
        Claim::Member { member, proof } => {
            let key = members::read::member_key(member);
            let found = entry(header, "member", members::read::decode_member, &key, proof)?;
            Ok(Fact::Member {
                name: member.clone(),
                member: found.map(Box::new),
            })
        }
        Claim::Balance {
            member,
            currency,
            proof,
        } => {
            let key = cash::read::balance_key(member, *currency);
            let balance = entry(header, "balance", cash::read::decode_balance, &key, proof)?;
            Ok(Fact::Balance {
                member: member.clone(),
                currency: *currency,
                balance,
            })
        }
    }
}

fn read<T: BorshDeserialize>(what: &'static str, bytes: &HexBytes) -> Result<T, VerifyError> {
    borsh::from_slice(&bytes.0).map_err(|e| VerifyError::Unreadable {
        what,
        detail: e.to_string(),
    })
}

fn check_path(
    what: &'static str,
    path: &MerklePath,
    root: &Hash,
    leaf: &Hash,
    (index, count): (u64, u64),
) -> Result<(), VerifyError> {
    path.verify(root, leaf, index, count)
        .map_err(|source| VerifyError::Path { what, source })
}

/// An entry of the state, or that there is none.
fn entry<V>(
    header: &Header,
    what: &'static str,
    decode: fn(&[u8]) -> Result<V, StateFault>,
    key: &[u8],
    proof: &Proof,
) -> Result<Option<V>, VerifyError> {
    proof
        .verify(&header.state_root, key)
        .map_err(|source| VerifyError::State { what, source })?
        .map(|bytes| decode(&bytes).map_err(|e| unreadable(what, &e)))
        .transpose()
}

fn unreadable(what: &'static str, fault: &StateFault) -> VerifyError {
    VerifyError::Unreadable {
        what,
        detail: fault.to_string(),
    }
}
