//! `allonge node guard`, `trust-guard` and `next-key`: a validator's key and what keeps it from contradicting itself.

use super::check::unusable;
use super::home::stopped;
use crate::context::Context;
use crate::error::CliError;
use crate::keystore::new_key;
use crate::keystore::public_key;
use crate::output::fields;
use allonge_contracts::PublicKey;
use allonge_node::guard::{Guard, GuardError, Memory, Signed};
use allonge_node::keyfile;
use clap::Args;
use serde::Serialize;
use std::path::{Path, PathBuf};

/// At which height a guard is trusted.
#[derive(Debug, Args)]
pub struct TrustArgs {
    /// The last height at which any copy of this key can have signed anything
    #[arg(long, value_name = "HEIGHT")]
    height: u64,
    /// Forget signatures above that height too: only where they count nowhere, as when all nodes went back together
    #[arg(long)]
    forget_votes: bool,
}

/// `allonge.node-guard/1`.
#[derive(Serialize)]
struct Shown {
    home: PathBuf,
    key: PublicKey,
    /// `free`, `held`, `unused` or `missing`.
    state: &'static str,
    #[serde(with = "allonge_contracts::json::string")]
    signs_above: u64,
    proposal: Option<ShownSigned>,
    prevote: Option<ShownSigned>,
    precommit: Option<ShownSigned>,
}

#[derive(Serialize)]
struct ShownSigned {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    round: u32,
}

impl From<Signed> for ShownSigned {
    fn from(signed: Signed) -> Self {
        ShownSigned {
            height: signed.height,
            round: signed.round,
        }
    }
}

fn home(context: &Context) -> Result<&Path, CliError> {
    context
        .named_home()
        .ok_or_else(|| unusable("the node's folder is not given".to_owned()))
}

fn validator_key(home: &Path) -> Result<PublicKey, CliError> {
    let key = keyfile::read(&home.join("validator_key")).map_err(|e| unusable(e.to_string()))?;
    Ok(public_key(&key))
}

fn refused(error: GuardError) -> CliError {
    CliError::input(
        "NODE_GUARD",
        error.to_string(),
        "nothing was changed; `allonge node guard` shows what the guard remembers",
    )
}

/// Shows what a guard remembers.
///
/// # Errors
/// No validator's folder, or a damaged guard.
pub fn show(context: &Context) -> Result<(), CliError> {
    let home = home(context)?;
    let key = validator_key(home)?;
    let memory = Guard::look(&home.join("guard"), &key).map_err(refused)?;
    shown(context, home, key, memory)
}

fn shown(
    context: &Context,
    home: &Path,
    key: PublicKey,
    memory: Option<Memory>,
) -> Result<(), CliError> {
    let state = match &memory {
        None => "missing",
        Some(memory) if memory.held_since_ms.is_some() => "held",
        Some(memory) if memory.floor == 0 && memory.prevote.is_none() => "unused",
        Some(_) => "free",
    };
    let last =
        |of: fn(&Memory) -> Option<Signed>| memory.as_ref().and_then(of).map(ShownSigned::from);
    let shown = Shown {
        home: home.to_owned(),
        key,
        state,
        signs_above: memory.as_ref().map_or(0, |memory| memory.floor),
        proposal: last(|m| m.proposal),
        prevote: last(|m| m.prevote),
        precommit: last(|m| m.precommit),
    };
    context.out.show("allonge.node-guard/1", &shown, |_| {
        let at = |signed: &Option<ShownSigned>| match signed {
            Some(signed) => format!("height {} round {}", signed.height, signed.round),
            None => "never".to_owned(),
        };
        fields(&[
            ("validator key", shown.key.to_string()),
            ("state", explained(shown.state)),
            ("signs above height", shown.signs_above.to_string()),
            ("last proposal", at(&shown.proposal)),
            ("last prevote", at(&shown.prevote)),
            ("last precommit", at(&shown.precommit)),
        ])
    })
}

fn explained(state: &str) -> String {
    let why = match state {
        "held" => "held: it follows without a vote until blocks show that it is safe to vote",
        "missing" => "missing: it will be made anew, held",
        "unused" => "unused: its key has never signed",
        _ => "free",
    };
    why.to_owned()
}

/// Takes the operator's word on what a key has signed.
///
/// # Errors
/// The node runs, no validator's folder, or the guard remembers more.
pub fn trust(context: &Context, args: &TrustArgs) -> Result<(), CliError> {
    let stopped = stopped(context)?;
    let home = stopped.home.path();
    let key = validator_key(home)?;
    let folder = home.join("guard");
    // Its hold, if it is new or a copy, ends at once.
    let guard = Guard::open(&folder, &key, 0).map_err(refused)?;
    guard
        .trust(args.height, args.forget_votes)
        .map_err(refused)?;
    drop(guard);
    let memory = Guard::look(&folder, &key).map_err(refused)?;
    shown(context, home, key, memory)
}

/// `allonge.node-next-key/1`.
#[derive(Serialize)]
struct NextKey {
    file: PathBuf,
    key: PublicKey,
    present: PublicKey,
}

/// Makes the next validator key of a node, which may run.
///
/// # Errors
/// No validator's folder, or there is a next key already.
pub fn next_key(context: &Context) -> Result<(), CliError> {
    let home = home(context)?;
    let present = validator_key(home)?;
    let file = home.join("validator_key.next");
    let taken = |message: String| {
        CliError::input(
            "NODE_NEXT_KEY",
            message,
            "propose the key that is there with `allonge gov propose rekey-validator`, or remove the file",
        )
    };
    if file.exists() {
        return Err(taken(format!("{} exists already", file.display())));
    }
    let new = new_key()?;
    let key = public_key(&new);
    // The guard first: a key without its guard would be held.
    Guard::create(&home.join("guard"), &key).map_err(refused)?;
    keyfile::write(&file, &new).map_err(|error| taken(error.to_string()))?;
    let made = NextKey { file, key, present };
    context.out.show("allonge.node-next-key/1", &made, |style| {
        let mut text = format!("{}\n", style.good("the next validator key is made"));
        text.push_str(&fields(&[
            ("file", made.file.display().to_string()),
            ("key", made.key.to_string()),
            ("present key", made.present.to_string()),
        ]));
        text.push_str(
            "propose it with `allonge gov propose rekey-validator NAME --consensus-key KEY`; the node, which need not stop, \
             votes with it from the height at which it counts\n",
        );
        text
    })
}
