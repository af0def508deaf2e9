//! `allonge demo --output json`: what it says is worked out once more, from the chain that it leaves on
//! disk and from the proof file's own bytes.

use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::{Event, Hash, MemberId, Signature, tagged_hash};
use allonge_ledger::{Genesis, Header, Receipt, VoteKind, vote_sign_bytes};
use allonge_node::store::{Records, SledStore};
use ed25519_dalek::VerifyingKey;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tests::{MachineLock, Shell};

/// Balances and lots by replaying nothing but what the receipts say happened.
#[derive(Default)]
struct Books {
    cash: BTreeMap<MemberId, i128>,
    minted: i128,
    lots: BTreeMap<u64, (u64, MemberId, bool)>,
    bill: Option<InstrumentNumber>,
    paid: Vec<(LotRange, MemberId, u64, bool)>,
    kinds: BTreeMap<&'static str, usize>,
}

impl Books {
    fn credit(&mut self, member: &MemberId, minor: i128) {
        *self.cash.entry(member.clone()).or_default() += minor;
    }

    fn cut(&mut self, at: u64) {
        let Some((start, (end, holder, paid))) = self
            .lots
            .range(..=at)
            .next_back()
            .map(|(s, l)| (*s, l.clone()))
        else {
            return;
        };
        if start < at && at <= end {
            self.lots.insert(start, (at - 1, holder.clone(), paid));
            self.lots.insert(at, (end, holder, paid));
        }
    }

    fn lot(&mut self, range: LotRange, change: impl Fn(&mut (u64, MemberId, bool))) {
        self.cut(range.start);
        self.cut(range.end + 1);
        for (_, lot) in self.lots.range_mut(range.start..=range.end) {
            change(lot);
        }
    }

    fn note(&mut self, event: &Event) {
        *self.kinds.entry(event.name()).or_default() += 1;
        match event {
            Event::CashMinted(e) => {
                self.minted += i128::from(e.money.minor);
                self.credit(&e.to, e.money.minor.into());
            }
            Event::CashTransferred(e) => {
                self.credit(&e.from, -i128::from(e.money.minor));
                self.credit(&e.to, e.money.minor.into());
            }
            Event::BillRegistered(e) => {
                self.bill = Some(e.bill.number);
                self.lots = BTreeMap::from([(1, (e.bill.sum.minor, e.bill.drawer.clone(), false))]);
            }
            Event::BillDelivered(e) => {
                for lot in self.lots.values_mut() {
                    lot.1 = e.to.clone();
                }
            }
            Event::BillEndorsed(e) => self.lot(e.lot, |lot| lot.1 = e.to.clone()),
            Event::BillPaid(e) => {
                self.credit(&e.from, -i128::from(e.money.minor));
                self.credit(&e.to, e.money.minor.into());
                self.lot(e.lot, |lot| lot.2 = true);
                self.paid
                    .push((e.lot, e.to.clone(), e.money.minor, e.by_clock));
            }
            _ => {}
        }
    }
}

fn path_at(value: &Value) -> PathBuf {
    PathBuf::from(value.as_str().expect("a path"))
}

fn minor(value: &Value) -> i128 {
    let text = value["amount"].as_str().expect("an amount");
    text.replace('.', "").parse().expect("a decimal amount")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_demo_says_what_the_chain_says() {
    let _lock = MachineLock::take().await;
    let folder = tempfile::tempdir().unwrap();
    let dir = folder.path().join("demo");
    let mut shell = Shell::new(folder.path(), None).json();
    shell.patience = Duration::from_secs(180);
    let ran = shell
        .runs(&["demo", "--dir", dir.to_str().unwrap(), "--keep"])
        .exits(0);
    let report = ran.json();
    assert_eq!(report["schema"], "allonge.demo/1");
    assert_eq!(report["ok"], true, "{}", report["checks"]);
    let genesis_file = path_at(&report["genesis_file"]);
    let genesis: Genesis = serde_json::from_slice(&std::fs::read(genesis_file).unwrap()).unwrap();
    assert_eq!(report["genesis"], genesis.hash().to_string());
    println!(
        "demo: {} ms, {} steps, {} blocks",
        report["milliseconds"],
        report["steps"].as_array().map_or(0, Vec::len),
        report["final_height"]
    );

    the_processes_are_gone(&report);
    let homes: Vec<PathBuf> = report["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|n| path_at(&n["home"]))
        .collect();
    let living = report["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .position(|node| node["name"] != report["killed"]["node"])
        .unwrap();
    let books = read_books(&homes[living], &genesis, &report);
    compare(&books, &report);
    for proof in report["proofs"].as_array().unwrap() {
        let content: Value =
            serde_json::from_slice(&std::fs::read(path_at(&proof["file"])).unwrap()).unwrap();
        assert_eq!(
            content, proof["content"],
            "the file is what the document shows"
        );
        certified(&content, &genesis);
    }
    the_payment_is_proved(&report, &books);
    for home in &homes {
        let ran = shell
            .runs(&["node", "check", "--home", home.to_str().unwrap()])
            .exits(0);
        let checked = ran.json();
        if Some(home) == homes.get(living) {
            assert_eq!(
                checked["height"],
                report["final_height"],
                "{}",
                home.display()
            );
        }
        println!(
            "demo: node check of {}: height {}",
            home.display(),
            checked["height"]
        );
    }
}

fn the_processes_are_gone(report: &Value) {
    let nodes = report["nodes"].as_array().unwrap();
    assert_eq!(nodes.len(), 4);
    let killed = &report["killed"];
    assert!(nodes.iter().any(|node| node["name"] == killed["node"]));
    let mut pids: Vec<&Value> = nodes.iter().map(|node| &node["pid"]).collect();
    pids.push(&killed["pid"]);
    for pid in pids.into_iter().filter_map(Value::as_u64) {
        let line = std::fs::read_to_string(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        assert!(
            !line.contains("allonge"),
            "process {pid} still runs: {line}"
        );
    }
    let number = |name: &str| killed[name].as_str().unwrap().parse::<u64>().unwrap();
    assert!(
        number("height_after") > number("height_before"),
        "blocks came without it"
    );
    assert!(killed["final_without_it"].as_u64().unwrap() > 0);
}

fn read_books(home: &Path, genesis: &Genesis, report: &Value) -> Books {
    let store = SledStore::open(&home.join("store")).unwrap();
    let records = Records::open(Box::new(store), &genesis.hash()).unwrap();
    let tip = records.tip().unwrap();
    assert_eq!(report["final_height"], tip.to_string(), "the chain on disk");
    let mut books = Books::default();
    for opening in &genesis.rules.balances {
        books.minted += i128::from(opening.money.minor);
        books.credit(&opening.member, opening.money.minor.into());
    }
    let mut last = Hash::ZERO;
    for height in 1..=tip {
        let decided = records.decided(height).unwrap().expect("a block");
        last = decided.certificate.block;
        let receipts = &decided.receipts;
        for event in &receipts.system.events {
            books.note(event);
        }
        for event in receipts
            .transactions
            .iter()
            .flat_map(|receipt| &receipt.events)
        {
            books.note(event);
        }
    }
    assert_eq!(report["final_block"], last.to_string());
    books
}

fn compare(books: &Books, report: &Value) {
    assert_eq!(
        report["bill"]["number"],
        books.bill.expect("a bill").to_string()
    );
    assert_eq!(minor(&report["minted"]), books.minted);
    let mut held = 0;
    let mut next = 1;
    let mut lots: BTreeMap<String, Vec<Value>> = BTreeMap::new();
    for (start, (end, holder, paid)) in &books.lots {
        assert_eq!(*start, next, "the lots tile the bill");
        assert!(paid, "lot {start}-{end} is paid");
        next = end + 1;
        let range = serde_json::to_value(LotRange {
            start: *start,
            end: *end,
        })
        .unwrap();
        lots.entry(holder.to_string()).or_default().push(range);
    }
    assert_eq!(
        i128::from(next - 1),
        minor(&report["bill"]["sum"]),
        "the lots tile the bill"
    );
    let holdings = report["holdings"].as_array().unwrap();
    for holding in holdings {
        let member: MemberId = holding["member"].as_str().unwrap().parse().unwrap();
        let cash = books.cash.get(&member).copied().unwrap_or_default();
        assert_eq!(minor(&holding["cash"]), cash, "{member}");
        held += cash;
        let mine = lots.remove(member.as_str()).unwrap_or_default();
        assert_eq!(holding["lots"], Value::Array(mine), "{member}");
    }
    assert!(
        lots.is_empty(),
        "held by somebody whom the table leaves out: {lots:?}"
    );
    assert_eq!(held, books.minted, "cash is conserved");
    assert!(
        books
            .cash
            .keys()
            .all(|m| holdings.iter().any(|h| h["member"] == m.as_str())),
        "everybody with cash is in the table"
    );
    let payments = report["payments"].as_array().unwrap();
    assert_eq!(payments.len(), books.paid.len());
    for (payment, (lot, to, minor_units, by_clock)) in payments.iter().zip(&books.paid) {
        assert_eq!(payment["lot"], serde_json::to_value(lot).unwrap());
        assert_eq!(payment["to"], to.as_str());
        assert_eq!(minor(&payment["money"]), i128::from(*minor_units));
        assert_eq!(payment["by_clock"], *by_clock);
    }
    assert!(
        books.paid.iter().any(|p| p.3) && books.paid.iter().any(|p| !p.3),
        "by hand and by the clock"
    );
    for kind in [
        "bill.registered",
        "bill.accepted",
        "bill.delivered",
        "lot.split",
        "bill.endorsed",
        "bill.presented",
        "bill.paid",
    ] {
        assert!(
            books.kinds.contains_key(kind),
            "no {kind} in {:?}",
            books.kinds
        );
    }
}

/// A quorum of genesis' validators signed the header, one signature checked after the other.
fn certified(proof: &Value, genesis: &Genesis) {
    let header: Header = serde_json::from_value(proof["header"].clone()).unwrap();
    assert_eq!(header.genesis, genesis.hash());
    assert_eq!(
        proof["set_changes"].as_array().map_or(0, Vec::len),
        0,
        "the validators never changed"
    );
    let certificate = &proof["certificate"];
    let hash = header.hash();
    assert_eq!(certificate["block"], hash.to_string());
    let round = u32::try_from(certificate["round"].as_u64().unwrap()).unwrap();
    let message = vote_sign_bytes(
        &genesis.hash(),
        VoteKind::Precommit,
        header.height,
        round,
        Some(hash),
    );
    let mut power: BTreeMap<String, u64> = genesis
        .validators
        .iter()
        .map(|v| (v.key.to_string(), v.power))
        .collect();
    let total: u64 = power.values().sum();
    let mut signed = 0;
    for entry in certificate["signatures"].as_array().unwrap() {
        let key = entry["key"].as_str().unwrap();
        signed += power.remove(key).expect("a validator of genesis, once");
        let bytes: [u8; 32] = hex::decode(key).unwrap().try_into().unwrap();
        let signature: Signature = entry["signature"].as_str().unwrap().parse().unwrap();
        VerifyingKey::from_bytes(&bytes)
            .unwrap()
            .verify_strict(
                &message,
                &ed25519_dalek::Signature::from_bytes(signature.as_bytes()),
            )
            .expect("a right signature");
    }
    assert!(signed * 3 > total * 2, "{signed} of {total} is no quorum");
}

/// From a leaf to the root, as RFC 6962 shapes the tree and the project tags it.
fn climb(leaf: Hash, siblings: &Value, index: u64, count: u64) -> Hash {
    let tag = |parts: &[&[u8]]| tagged_hash("allonge/merkle/1", parts);
    let mut siblings = siblings
        .as_array()
        .unwrap()
        .iter()
        .map(|s| s.as_str().unwrap().parse::<Hash>().unwrap());
    let mut hash = tag(&[&[0], leaf.as_bytes()]);
    let (mut place, mut last) = (index, count - 1);
    while last > 0 {
        if place % 2 == 1 {
            hash = tag(&[&[1], siblings.next().unwrap().as_bytes(), hash.as_bytes()]);
        } else if place < last {
            hash = tag(&[&[1], hash.as_bytes(), siblings.next().unwrap().as_bytes()]);
        }
        place /= 2;
        last /= 2;
    }
    assert_eq!(siblings.next(), None, "no sibling is left over");
    tag(&[&[2], &count.to_le_bytes(), hash.as_bytes()])
}

fn the_payment_is_proved(report: &Value, books: &Books) {
    let proof = report["proofs"]
        .as_array()
        .unwrap()
        .iter()
        .map(|proof| &proof["content"])
        .find(|content| content["claim"]["kind"] == "transaction")
        .expect("a proof of a payment");
    let claim = &proof["claim"];
    let bytes = |name: &str| hex::decode(claim[name].as_str().unwrap()).unwrap();
    let (index, count) = (
        claim["index"].as_u64().unwrap(),
        claim["count"].as_u64().unwrap(),
    );
    let leaf = tagged_hash("allonge/tx-leaf/1", &[&bytes("transaction")]);
    let root = climb(leaf, &claim["path"], index, count);
    assert_eq!(proof["header"]["transaction_root"], root.to_string());
    let leaf = tagged_hash("allonge/receipt/1", &[&bytes("receipt")]);
    // The clock's receipt comes first.
    let root = climb(leaf, &claim["receipt_path"], index + 1, count + 1);
    assert_eq!(proof["header"]["receipt_root"], root.to_string());
    let receipt: Receipt = borsh::from_slice(&bytes("receipt")).unwrap();
    let paid = receipt.events.iter().find_map(|event| match event {
        Event::BillPaid(paid) => Some(paid),
        _ => None,
    });
    let paid = paid.expect("what is proved is a payment");
    assert!(
        books
            .paid
            .iter()
            .any(|p| p.0 == paid.lot && p.1 == paid.to && p.2 == paid.money.minor && !p.3)
    );
}
