//! A small ERP on top of the client library: it watches for bills that are handed to its company and signs for those
//! that pay an open invoice; every other one it leaves for a person.
//!
//! ```text
//! cargo run --example erp -- --node http://127.0.0.1:18080 --home NETWORK_FOLDER --as supplier-1 --invoices open.csv
//! ```
//!
//! `open.csv` has a line for each open invoice: `number,debtor,amount,currency`, such as
//! `2027-0017,core-enterprise,800000.00,CNY`. What it did stands on standard output, a line for each bill.

use allonge_cli::client::{NodeClient, SentLog, Side, TransactionBuilder};
use allonge_cli::keystore::Keystore;
use allonge_contracts::calls::{Agree, RequestRef};
use allonge_contracts::requests::Terms;
use allonge_contracts::{Event, MemberId, Money, RequestId};
use allonge_node::api::types::RequestView;
use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// How long it waits for a transaction to be final before it says so.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a customer owes.
struct Invoice {
    number: String,
    debtor: MemberId,
    money: Money,
}

struct Erp {
    client: NodeClient,
    company: MemberId,
    keys: Keystore,
    /// Where a transaction is written down before it is sent: what is sent again after a crash is the same one.
    sent: SentLog,
    open: Vec<Invoice>,
    left: BTreeSet<RequestId>,
}

fn read_invoices(file: &Path) -> Result<Vec<Invoice>, Box<dyn Error>> {
    let mut invoices = Vec::new();
    for (line, text) in std::fs::read_to_string(file)?.lines().enumerate() {
        let fields: Vec<&str> = text.split(',').map(str::trim).collect();
        let [number, debtor, amount, currency] = fields.as_slice() else {
            return Err(format!(
                "{}, line {}: number,debtor,amount,currency, not `{text}`",
                file.display(),
                line + 1
            )
            .into());
        };
        invoices.push(Invoice {
            number: (*number).to_owned(),
            debtor: debtor.parse()?,
            money: Money::parse(amount, currency.parse()?)?,
        });
    }
    Ok(invoices)
}

impl Erp {
    /// Looks at all that waits for the company's answer.
    async fn look(&mut self) -> Result<(), Box<dyn Error>> {
        let mut cursor: Option<String> = None;
        loop {
            let page = self
                .client
                .requests(&self.company, Side::Waiting, cursor.as_deref())
                .await?
                .body;
            for request in page.requests {
                self.decide(&request).await?;
            }
            match page.next {
                Some(next) => cursor = Some(next),
                None => return Ok(()),
            }
        }
    }

    async fn decide(&mut self, view: &RequestView) -> Result<(), Box<dyn Error>> {
        let request = &view.request;
        // A bill that is delivered or endorsed to us; what else may wait is for a person.
        let handed_over = matches!(
            request.terms,
            Terms::Delivery {} | Terms::Endorsement { .. }
        );
        if !handed_over || self.left.contains(&request.id) {
            return Ok(());
        }
        let pays =
            |invoice: &Invoice| invoice.debtor == request.from && invoice.money == view.money;
        let Some(at) = self.open.iter().position(pays) else {
            println!(
                "left    {} of {}: {} from {} pays no open invoice",
                request.id, request.instrument, view.money, request.from
            );
            self.left.insert(request.id);
            return Ok(());
        };
        let signed = {
            let member = self.client.member(&self.company).await?;
            let keys = self.keys.for_member(&member)?;
            // The answer names the terms that were read here: if the node told something else, the ledger refuses.
            TransactionBuilder::new(&self.client.chain().await?, self.company.clone())
                .call(Agree {
                    request: RequestRef::Id(request.id),
                    terms: request.terms_hash(),
                })
                .sign(keys.keys.iter().map(|key| &key.key))?
        };
        self.sent.append(&signed)?;
        let done = self.client.submit_and_wait(&signed, PATIENCE).await?;
        if !done.accepted() {
            println!(
                "refused {} of {}: see `allonge tx show {}`",
                request.id, request.instrument, done.id
            );
            self.left.insert(request.id);
            return Ok(());
        }
        let invoice = self.open.remove(at);
        println!(
            "signed  {} of {}: {} from {} pays invoice {}, final in block {}",
            request.id, request.instrument, view.money, request.from, invoice.number, done.height
        );
        Ok(())
    }

    async fn run(&mut self) -> Result<(), Box<dyn Error>> {
        // The stream begins before the first look, so that nothing is missed between the two.
        let mut events = self.client.events(Some(self.client.status().await?.height));
        self.look().await?;
        loop {
            let event = events.next().await?;
            let for_us = match &event.happened {
                Event::RequestMade(made) => made.request.to == self.company,
                _ => false,
            };
            if for_us {
                self.look().await?;
            }
        }
    }
}

fn options() -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let mut options = BTreeMap::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(name) = arguments.next() {
        let value = arguments.next().ok_or(format!("{name} needs a value"))?;
        options.insert(name, value);
    }
    Ok(options)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let options = options()?;
    let option = |name: &str| options.get(name).ok_or(format!("which {name}?"));
    let home = PathBuf::from(option("--home")?);
    let mut erp = Erp {
        client: NodeClient::new(&[option("--node")?], Duration::from_secs(10))?,
        company: option("--as")?.parse()?,
        keys: Keystore::of_home(&home),
        sent: SentLog::of_home(&home),
        open: read_invoices(Path::new(option("--invoices")?))?,
        left: BTreeSet::new(),
    };
    erp.run().await
}
