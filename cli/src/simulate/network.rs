//! Where a run takes place: a network made for it, or one that runs already.

use super::stage::{Signer, Stage};
use super::world::{Kind, Party, World, built};
use crate::client::{ClientError, NodeClient, TransactionBuilder};
use crate::cluster::{Cluster, ClusterError, MemberSpec, Spec};
use crate::context::Context;
use crate::dice::Dice;
use crate::error::CliError;
use crate::keystore::{Keystore, public_key};
use allonge_contracts::bills::BankNumber;
use allonge_contracts::calls::{Admit, Mint};
use allonge_contracts::members::{Member, Role};
use allonge_contracts::{Call, Date, Text};
use ed25519_dalek::SigningKey;
use std::path::PathBuf;
use std::time::Duration;

/// How long reads go on trying, and how long a transaction of the preparation may take.
const ASK: Duration = Duration::from_secs(60);
/// Validators of a network made for a run.
const NODES: usize = 4;
/// Calls of the preparation that share a transaction.
const AT_ONCE: usize = 32;

/// The first day of networks made for a run, a Monday.
pub(super) fn first_day() -> Result<Date, CliError> {
    built("2027-01-04")
}

fn role(party: &Party) -> Role {
    match party.kind {
        Kind::Bank => Role::Bank,
        _ => Role::Enterprise,
    }
}

/// A bank's number in the payment system.
fn bank_number(party: &Party, base: u64, who: usize) -> Result<Option<BankNumber>, CliError> {
    match party.kind {
        Kind::Bank => Ok(Some(built(&format!("9{base:07}{who:04}"))?)),
        _ => Ok(None),
    }
}

/// Makes a network of four validators with everybody in its genesis, and starts it.
pub(super) async fn fresh(world: &World, dir: PathBuf) -> Result<(Cluster, Stage), CliError> {
    let mut spec = Spec::authorities(dir, vec![world.currency]).map_err(ClusterError::from)?;
    spec.network = built("simulation")?;
    spec.nodes = NODES;
    spec.start = Some(world.start);
    spec.members
        .retain(|member| !member.roles.contains(&Role::Bank));
    for (who, party) in world.parties.iter().enumerate() {
        let account_bank = (party.kind != Kind::Bank)
            .then(|| world.id(party.bank).cloned())
            .flatten();
        let balances = (party.cash > 0).then(|| world.money(party.cash));
        spec.members.push(MemberSpec {
            bank_number: bank_number(party, 0, who)?,
            account_bank,
            balances: balances.into_iter().collect(),
            ..MemberSpec::new(party.id.clone(), role(party))
        });
    }
    let cluster = Cluster::up(&spec).await?;
    let mut clients = Vec::new();
    for node in 0..cluster.len() {
        clients.push(cluster.client(node, ASK)?);
    }
    let mut signers = Vec::new();
    for party in &world.parties {
        signers.push(Signer {
            id: party.id.clone(),
            key: cluster.key(party.id.as_str())?.key,
        });
    }
    let stage = Stage::new(clients, signers).await?;
    Ok((cluster, stage))
}

/// The day on which a run on a network that runs begins: its business date, or the Monday after it, so that days
/// are the same ones of the week for every run.
pub(super) async fn day_of(context: &Context) -> Result<Date, CliError> {
    let status = context.client()?.status().await?.body;
    if !status.development_clock {
        return Err(CliError::input(
            "NO_DEVELOPMENT_CLOCK",
            "this network's clock cannot be moved, so that no half-year passes on it in minutes",
            "run with --fresh, or on a network made with the development clock",
        ));
    }
    let mut day = status.business_date.max(status.clock.date);
    loop {
        day = super::days::add(day, 1);
        if super::days::weekday(day) == 0 {
            return Ok(day);
        }
    }
}

/// Admits everybody on a network that runs, with keys from the seed, issues the opening cash, and moves the clock to
/// the first day. The keys of the authority are looked for in the keystore.
pub(super) async fn remote(context: &Context, world: &World, seed: u64) -> Result<Stage, CliError> {
    let client = context.client()?;
    let status = client.status().await?.body;
    let authority = status
        .currencies
        .iter()
        .find(|line| line.currency == world.currency)
        .map(|line| line.authority.clone())
        .ok_or_else(|| {
            CliError::input(
                "NO_CURRENCY",
                format!("{} is not issued on this network", world.currency.code()),
                "run with --fresh",
            )
        })?;
    for party in &world.parties {
        match client.member(&party.id).await {
            Err(error) if error.is_not_found() => {}
            Err(error) => return Err(error.into()),
            Ok(_) => {
                return Err(CliError::input(
                    "SIMULATED_BEFORE",
                    format!("{} is a member already", party.id),
                    "each network takes one run: make another one, or run with --fresh",
                ));
            }
        }
    }
    let central = Central {
        store: context.keystore()?,
        member: client.member(&authority).await?,
        client: client.clone(),
    };
    let signers: Vec<Signer> = world
        .parties
        .iter()
        .map(|party| Signer {
            id: party.id.clone(),
            key: key_of(world.dice, party),
        })
        .collect();
    // Banks first: the others name them as keepers of their accounts.
    for banks in [true, false] {
        let mut calls: Vec<Call> = Vec::new();
        for (who, (party, signer)) in world.parties.iter().zip(&signers).enumerate() {
            if (party.kind == Kind::Bank) == banks {
                calls.push(admission(world, who, party, signer, seed)?);
            }
        }
        central.act(calls).await?;
    }
    let mints = world.parties.iter().filter(|party| party.cash > 0);
    let mints = mints.map(|party| {
        Mint {
            to: party.id.clone(),
            money: world.money(party.cash),
            reference: Text::empty(),
        }
        .into()
    });
    central.act(mints.collect()).await?;
    let nodes: Result<Vec<NodeClient>, ClientError> = context
        .nodes()
        .iter()
        .map(|url| NodeClient::new(&[url], ASK))
        .collect();
    let mut stage = Stage::new(nodes?, signers).await?;
    stage.advance(world.start).await?;
    Ok(stage)
}

fn key_of(dice: Dice, party: &Party) -> SigningKey {
    SigningKey::from_bytes(&dice.bytes(&format!("key of {}", party.id), &[]))
}

fn admission(
    world: &World,
    who: usize,
    party: &Party,
    signer: &Signer,
    seed: u64,
) -> Result<Call, CliError> {
    let account_bank = (party.kind != Kind::Bank)
        .then(|| world.id(party.bank).cloned())
        .flatten();
    Ok(Admit {
        member: party.id.clone(),
        roles: vec![role(party)],
        legal_id: None,
        bank_number: bank_number(party, 5_000_000 + seed % 1_000_000, who)?,
        account_bank,
        keys: vec![public_key(&signer.key)],
        threshold: 1,
    }
    .into())
}

/// The authority that admits members and issues cash.
struct Central {
    client: NodeClient,
    store: Keystore,
    member: Member,
}

impl Central {
    async fn act(&self, calls: Vec<Call>) -> Result<(), CliError> {
        let keys = self.store.for_member(&self.member)?.keys;
        if keys.len() < usize::from(self.member.threshold) {
            return Err(CliError::input(
                "NO_KEY",
                format!("the keys of {} are not in the keystore", self.member.id),
                "name the folder of its keys with --home, or run with --fresh",
            ));
        }
        let chain = self.client.chain().await?;
        for calls in calls.chunks(AT_ONCE) {
            let signed = TransactionBuilder::new(&chain, self.member.id.clone())
                .calls(calls.to_vec())
                .sign(keys.iter().map(|key| &key.key))?;
            let done = self.client.submit_and_wait(&signed, ASK).await?;
            if let Err(rejection) = done.results() {
                return Err(ClientError::Rejected {
                    id: done.id,
                    height: done.height,
                    rejection: rejection.clone(),
                }
                .into());
            }
        }
        Ok(())
    }
}
