//! Proof files: what they show, and that nothing in them can be changed.

mod common;

use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{Code, Currency, Event, Outcome, cash, members};
use allonge_ledger::{
    CertificateError, Claim, ExecutedBlock, Fact, Genesis, HexBytes, LedgerState, NoProof,
    ProofFile, ProofReadError, SetChange, Validator, ValidatorSet, VerifyError, verify,
};
use common::market::Market;
use common::*;
use serde_json::Value;

/// One of each kind, at the latest block.
fn proofs(market: &Market) -> Vec<ProofFile> {
    let (block, certificate) = market.latest();
    let certificate = || certificate.clone();
    let none = Vec::new;
    vec![
        ProofFile::transaction(&block.block(), &block.receipts, 1, certificate(), none()).unwrap(),
        ProofFile::clock(&block.header, &block.receipts, certificate(), none()),
        ProofFile::bill(market.state(), &market.bill, certificate(), none()).unwrap(),
        ProofFile::member(market.state(), &id("t-1"), certificate(), none()).unwrap(),
        ProofFile::member(market.state(), &id("nobody"), certificate(), none()).unwrap(),
        ProofFile::balance(
            market.state(),
            &id("t-2"),
            currency(),
            certificate(),
            none(),
        )
        .unwrap(),
    ]
}

fn currency() -> Currency {
    "CNY".parse().unwrap()
}

fn checked(proof: &ProofFile) -> Result<Fact, VerifyError> {
    let text = proof.to_json();
    let read = ProofFile::from_json(text.as_bytes()).unwrap();
    assert_eq!(&read, proof);
    verify(&genesis(), &read).map(|verified| verified.fact)
}

#[test]
fn a_transaction_and_its_receipt_are_proved_at_every_height() {
    let market = Market::new();
    for (block, certificate) in &market.chain.blocks {
        for (index, transaction) in block.transactions.iter().enumerate() {
            let proof = ProofFile::transaction(
                &block.block(),
                &block.receipts,
                index as u32,
                certificate.clone(),
                Vec::new(),
            )
            .unwrap();
            let verified = verify(&genesis(), &proof).unwrap();
            assert_eq!(verified.height, block.header.height);
            assert_eq!(verified.block, block.hash);
            assert_eq!((verified.signers, verified.validators), (3, 4));
            assert_eq!(verified.network.as_str(), "test");
            assert_eq!(
                verified.fact,
                Fact::Transaction {
                    id: *transaction.id(),
                    index: index as u32,
                    transaction: Box::new(transaction.transaction().clone()),
                    receipt: Box::new(block.receipts.transactions[index].clone()),
                }
            );
            checked(&proof).unwrap();
        }
        let past = block.transactions.len() as u32;
        let missing = ProofFile::transaction(
            &block.block(),
            &block.receipts,
            past,
            certificate.clone(),
            Vec::new(),
        );
        assert!(matches!(missing, Err(NoProof::NoTransaction { .. })));
    }
}

#[test]
fn a_refused_transaction_is_proved_with_its_code() {
    let mut chain = Chain::new();
    let tx = chain.tx("t-0", vec![transfer("t-1", 5_000_000)]);
    let block = chain.append(&[tx]).clone();
    let certificate = chain.blocks[0].1.clone();
    let proof = ProofFile::transaction(&block.block(), &block.receipts, 0, certificate, Vec::new());
    let Fact::Transaction { receipt, .. } = checked(&proof.unwrap()).unwrap() else {
        panic!("another fact")
    };
    let Outcome::Rejected(rejection) = receipt.outcome else {
        panic!("not refused")
    };
    assert_eq!(rejection.code, Code::InsufficientFunds);
}

#[test]
fn a_bill_is_proved_with_its_whole_tiling() {
    let market = Market::new();
    let Fact::Bill { bill, lots } = checked(&proofs(&market)[2]).unwrap() else {
        panic!("another fact")
    };
    assert_eq!(bill.number, market.bill);
    assert_eq!(bill.sum, cny(100_000));
    let lots: Vec<(String, String)> = lots
        .iter()
        .map(|lot| (lot.range.to_string(), lot.holder.to_string()))
        .collect();
    let expected = [("1-12100", "t-2"), ("12101-100000", "t-1")];
    assert_eq!(lots, expected.map(|(a, b)| (a.to_owned(), b.to_owned())));
    let (_, certificate) = market.latest();
    let other = InstrumentNumber::compose(
        5,
        "102100099996".parse().unwrap(),
        "2027-01-04".parse().unwrap(),
        77,
    )
    .unwrap();
    assert_eq!(
        ProofFile::bill(market.state(), &other, certificate, Vec::new()),
        Err(NoProof::NoBill(other))
    );
}

#[test]
fn members_and_balances_are_proved_and_so_is_their_absence() {
    let market = Market::new();
    let proofs = proofs(&market);
    assert!(matches!(
        checked(&proofs[3]).unwrap(),
        Fact::Member { member: Some(member), .. } if member.id == id("t-1")
    ));
    assert!(matches!(
        checked(&proofs[4]).unwrap(),
        Fact::Member { member: None, name } if name == id("nobody")
    ));
    let Fact::Balance {
        balance: Some(balance),
        ..
    } = checked(&proofs[5]).unwrap()
    else {
        panic!("no balance")
    };
    assert_eq!(balance.total, 1_000_005);
}

#[test]
fn a_payment_by_the_clock_is_proved_by_slot_0() {
    let mut market = Market::new();
    let days = u64::from(
        "2027-03-02"
            .parse::<allonge_contracts::Date>()
            .unwrap()
            .days(),
    );
    let slot = market.chain.slot_at(days * DAY);
    // The chain slept until the day after maturity; the clock works off day by day.
    let mut paid = Vec::new();
    for _ in 0..4 {
        let (block, _) = market.state().build(slot, &[]).unwrap();
        market.chain.commit(block);
        let (block, certificate) = market.latest();
        let proof = ProofFile::clock(&block.header, &block.receipts, certificate, Vec::new());
        let Fact::Clock { receipt } = checked(&proof).unwrap() else {
            panic!("another fact")
        };
        paid.extend(receipt.events.into_iter().filter_map(|event| match event {
            Event::BillPaid(paid) => Some((paid.to.to_string(), paid.money.minor)),
            _ => None,
        }));
    }
    paid.sort();
    assert_eq!(
        paid,
        [("t-1".to_owned(), 87_900), ("t-2".to_owned(), 12_100)]
    );
}

#[test]
fn a_proof_of_another_network_says_so() {
    let market = Market::new();
    let mut other = genesis();
    other.time_ms += 1;
    assert_eq!(
        verify(&other, &proofs(&market)[0]).unwrap_err(),
        VerifyError::Network {
            what: "proof",
            found: genesis().hash(),
            expected: other.hash()
        }
    );
}

/// All values that are text or numbers, with the way to them.
fn leaves(value: &Value, at: String, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(key, value)| leaves(value, format!("{at}/{key}"), found)),
        Value::Array(list) => list
            .iter()
            .enumerate()
            .for_each(|(i, value)| leaves(value, format!("{at}/{i}"), found)),
        _ => found.push(at),
    }
}

/// Other values of the same form.
fn others(value: &Value) -> Vec<Value> {
    match value {
        Value::Number(number) => vec![(number.as_u64().unwrap() + 1).into()],
        Value::String(text) => (0..text.len())
            // Long ones at some places only, and always at the ends.
            .filter(|at| {
                let step = if text.len() < 200 { 5 } else { 61 };
                at % step == 0 || *at + 3 > text.len()
            })
            .map(|at| {
                let mut bytes = text.clone().into_bytes();
                bytes[at] = match bytes[at] {
                    b'0' => b'1',
                    b'9' => b'8',
                    b'a' => b'b',
                    b'-' => b'0',
                    b => b ^ 1,
                };
                String::from_utf8(bytes).unwrap().into()
            })
            .collect(),
        other => panic!("{other}"),
    }
}

fn is_absent(state: &LedgerState, fact: &Fact) -> bool {
    let key = match fact {
        Fact::Member { name, member: None } => members::read::member_key(name),
        Fact::Balance {
            member,
            currency,
            balance: None,
        } => cash::read::balance_key(member, *currency),
        _ => return false,
    };
    state.trie.get(&key).is_none()
}

#[test]
fn nothing_in_a_proof_can_be_changed() {
    let market = Market::new();
    let mut tried = 0;
    for proof in proofs(&market) {
        let good: Value = serde_json::from_str(&proof.to_json()).unwrap();
        let mut paths = Vec::new();
        leaves(&good, String::new(), &mut paths);
        assert!(paths.len() > 25);
        for path in paths {
            for other in others(good.pointer(&path).unwrap()) {
                let mut changed = good.clone();
                *changed.pointer_mut(&path).unwrap() = other.clone();
                let text = serde_json::to_vec(&changed).unwrap();
                let verdict = ProofFile::from_json(&text).map(|p| verify(&genesis(), &p));
                if let Ok(Ok(verified)) = verdict {
                    // The way to one entry also shows that others are absent: another fact, but true.
                    assert!(
                        is_absent(market.state(), &verified.fact),
                        "{path} as {other}"
                    );
                }
                tried += 1;
            }
        }
    }
    assert!(tried > 2_000, "{tried}");
}

#[test]
fn a_claim_does_not_fit_another_block_and_a_certificate_no_other_header() {
    let market = Market::new();
    let blocks = &market.chain.blocks;
    let clock = |i: usize| {
        let (block, certificate) = &blocks[i];
        ProofFile::clock(&block.header, &block.receipts, certificate.clone(), vec![])
    };
    let (one, two) = (clock(1), clock(2));
    let mut mixed = one.clone();
    mixed.claim = proofs(&market)[2].claim.clone();
    assert!(matches!(
        checked(&mixed).unwrap_err(),
        VerifyError::State { what: "bill", .. }
    ));
    let mut mixed = one.clone();
    mixed.certificate = two.certificate.clone();
    assert_eq!(
        checked(&mixed).unwrap_err(),
        VerifyError::OtherBlock {
            height: 2,
            what: "height"
        }
    );
    let mut mixed = two.clone();
    mixed.header.round = 9;
    mixed.certificate.block = mixed.header.hash();
    assert_eq!(
        checked(&mixed).unwrap_err(),
        VerifyError::OtherBlock {
            height: 3,
            what: "round"
        }
    );
    let mut few = two.clone();
    few.certificate.signatures.truncate(2);
    assert_eq!(
        checked(&few).unwrap_err(),
        VerifyError::Certificate {
            height: 3,
            source: CertificateError::NoQuorum {
                signed: 2,
                total: 4
            }
        }
    );
}

#[test]
fn a_receipt_of_another_transaction_or_slot_is_refused() {
    let market = Market::new();
    let (block, certificate) = market.latest();
    let of = |index| {
        ProofFile::transaction(
            &block.block(),
            &block.receipts,
            index,
            certificate.clone(),
            Vec::new(),
        )
        .unwrap()
    };
    let (mut first, second) = (of(0), of(1));
    let Claim::Transaction {
        receipt: other,
        receipt_path: other_path,
        ..
    } = second.claim
    else {
        panic!("another claim")
    };
    let Claim::Transaction {
        receipt,
        receipt_path,
        ..
    } = &mut first.claim
    else {
        panic!("another claim")
    };
    *receipt = other;
    *receipt_path = other_path;
    assert!(matches!(
        checked(&first).unwrap_err(),
        VerifyError::Path {
            what: "receipt",
            ..
        }
    ));
}

#[test]
fn lots_that_were_hidden_are_missed() {
    let market = Market::new();
    let proof = &proofs(&market)[2];
    let Claim::Bill { lots, .. } = &proof.claim else {
        panic!("another claim")
    };
    let bytes = borsh::to_vec(lots).unwrap();
    for cut in 1..bytes.len() {
        let Ok(short) = borsh::from_slice(&bytes[..cut]) else {
            continue;
        };
        let mut changed = proof.clone();
        if let Claim::Bill { lots, .. } = &mut changed.claim {
            *lots = short;
        }
        assert!(checked(&changed).is_err());
    }
}

#[test]
fn a_file_that_is_no_proof() {
    let good: Value = serde_json::from_str(&proofs(&Market::new())[1].to_json()).unwrap();
    let with = |pointer: &str, put: Value| {
        let mut value = good.clone();
        let (parent, field) = pointer.rsplit_once('/').unwrap();
        value.pointer_mut(parent).unwrap()[field] = put;
        serde_json::to_string(&value).unwrap()
    };
    for (text, said) in [
        (String::new(), "EOF"),
        ("[]".to_owned(), "struct ProofFile"),
        (with("/extra", 1.into()), "unknown field `extra`"),
        (with("/header/extra", 1.into()), "unknown field `extra`"),
        (with("/claim/extra", 1.into()), "unknown field `extra`"),
        (with("/claim/kind", "wish".into()), "unknown variant `wish`"),
        (
            with("/claim/receipt", "0".into()),
            "bytes in hex are expected",
        ),
    ] {
        let Err(ProofReadError::Malformed(error)) = ProofFile::from_json(text.as_bytes()) else {
            panic!("{said}: was read")
        };
        assert!(error.contains(said), "{error}");
    }
    let long = vec![b' '; allonge_ledger::MAX_PROOF_BYTES + 1];
    assert!(matches!(
        ProofFile::from_json(&long),
        Err(ProofReadError::TooLarge(_))
    ));
    let newer = ProofFile::from_json(with("/version", 2.into()).as_bytes()).unwrap();
    assert_eq!(
        checked(&newer).unwrap_err().to_string(),
        "the proof has version 2, this program reads 1"
    );
}

/// A header of a chain whose validators change at height 2 to the last three.
fn changed_set(base: &ExecutedBlock) -> (ProofFile, Genesis) {
    let genesis = genesis();
    let old = genesis.validator_set().unwrap();
    let new = ValidatorSet::new(old.validators()[1..].to_vec()).unwrap();
    let mut change = (*base.header).clone();
    change.height = 2;
    change.next_validators = new.hash();
    let mut header = change.clone();
    header.height = 5;
    header.validators = new.hash();
    let mut proof = ProofFile::clock(
        &header,
        &base.receipts,
        certify(&genesis.hash(), &header, &[1, 2, 3]),
        Vec::new(),
    );
    proof.set_changes = vec![SetChange {
        certificate: certify(&genesis.hash(), &change, &[0, 1, 2]),
        header: change,
        validators: new.validators().to_vec(),
    }];
    (proof, genesis)
}

#[test]
fn a_change_of_validators_is_followed() {
    let mut chain = Chain::new();
    let base = chain.append(&[]).clone();
    let (good, genesis) = changed_set(&base);
    let verified = verify(&genesis, &good).unwrap();
    assert_eq!((verified.signers, verified.validators), (3, 3));

    let refused = |change: &dyn Fn(&mut ProofFile)| {
        let mut proof = good.clone();
        change(&mut proof);
        verify(&genesis, &proof).unwrap_err()
    };
    assert!(matches!(
        refused(&|p| p.set_changes.clear()),
        VerifyError::Chain { height: 5, .. }
    ));
    assert!(matches!(
        refused(&|p| p.set_changes.push(p.set_changes[0].clone())),
        VerifyError::Chain { height: 2, .. }
    ));
    assert!(matches!(
        refused(&|p| p.set_changes[0].header.height = 5),
        VerifyError::Chain { height: 5, .. }
    ));
    assert!(matches!(
        refused(&|p| p.set_changes[0].validators[0].power = 9),
        VerifyError::Chain { height: 2, .. }
    ));
    assert!(matches!(
        refused(&|p| p.set_changes[0].validators.clear()),
        VerifyError::Validators { what: "change", .. }
    ));
    assert!(matches!(
        refused(&|p| p.set_changes[0].certificate.signatures[0].1.0[0] ^= 1),
        VerifyError::Certificate { height: 2, .. }
    ));
    // The new validators cannot vote themselves in.
    assert!(matches!(
        refused(&|p| {
            let change = &mut p.set_changes[0];
            change.header.validators = change.header.next_validators;
            change.certificate = certify(&genesis.hash(), &change.header, &[1, 2, 3]);
        }),
        VerifyError::Chain { height: 2, .. }
    ));
    assert!(matches!(
        refused(&|p| p.set_changes = vec![p.set_changes[0].clone(); 1025]),
        VerifyError::TooManyChanges(1025)
    ));
    let stranger = Validator {
        key: public(&key("stranger")),
        power: 1,
    };
    assert!(matches!(
        refused(&|p| p.set_changes[0].validators[0] = stranger),
        VerifyError::Chain { height: 2, .. }
    ));
}

#[test]
fn hex_is_read_in_either_case_and_shown_in_one() {
    let bytes: HexBytes = serde_json::from_str("\"00Ff\"").unwrap();
    assert_eq!(bytes, HexBytes(vec![0, 255]));
    assert_eq!(serde_json::to_string(&bytes).unwrap(), "\"00ff\"");
}
