//! Transactions as files: made, read, signed further and sent.

use super::view::{View, check_network};
use crate::client::{
    MAX_TX_FILE_BYTES, NodeClient, Signed, Signers, read_tx_file, sign_with, tx_file_text,
};
use crate::context::{Acted, Context};
use crate::error::CliError;
use crate::files::{read_bounded, shown};
use allonge_contracts::{Call, PublicKey, Text};
use allonge_ledger::MAX_CALLS;
use clap::Args;
use std::path::{Path, PathBuf};

/// Arguments of `tx sign`.
#[derive(Debug, Args)]
pub struct SignArgs {
    /// A JSON list of calls, `[{"call": "cash.transfer", "args": {…}}]`, as docs/protocol.md has them
    calls: PathBuf,
    /// A note for the parties
    #[arg(long, default_value = "")]
    memo: Text<256>,
}

/// Arguments of `tx cosign`.
#[derive(Debug, Args)]
pub struct CosignArgs {
    /// The transaction's file
    file: PathBuf,
    /// Write the result to a new file, and leave this one as it is
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// Reads a transaction's file.
pub(super) fn read(file: &Path) -> Result<Signed, CliError> {
    let bytes = read_bounded(file, MAX_TX_FILE_BYTES)?;
    read_tx_file(&bytes).map_err(|error| {
        CliError::input(
            error.code(),
            format!("{}: {}", file.display(), shown(&error.to_string(), 400)),
            "give a file that --prepare, `allonge tx sign` or `allonge tx cosign` wrote",
        )
    })
}

/// `tx sign`: a transaction of calls that another program wrote down.
pub(super) async fn sign(context: &Context, args: SignArgs) -> Result<(), CliError> {
    let file = context.file(&args.calls);
    let bytes = read_bounded(&file, MAX_TX_FILE_BYTES)?;
    let wrong = |what: String| {
        CliError::input(
            "NOT_CALLS",
            format!("{}: {}", file.display(), shown(&what, 400)),
            "give a JSON list of calls, as docs/protocol.md has them",
        )
    };
    let calls: Vec<Call> = serde_json::from_slice(&bytes).map_err(|e| wrong(e.to_string()))?;
    if calls.is_empty() || calls.len() > MAX_CALLS {
        return Err(wrong(format!(
            "{} calls, 1 to {MAX_CALLS} are allowed",
            calls.len()
        )));
    }
    context.act(calls, args.memo).await?.finish(&context.out)
}

/// `tx read`.
pub(super) async fn show(context: &Context, file: &Path) -> Result<(), CliError> {
    let signed = read(&context.file(file))?;
    let view = View::of(context, &signed).await?;
    context
        .out
        .show("allonge.transaction-read/1", &view, |style| {
            view.text(style)
        })
}

/// `tx cosign`.
pub(super) async fn cosign(context: &Context, args: CosignArgs) -> Result<(), CliError> {
    let file = context.file(&args.file);
    let signed = read(&file)?;
    let signed = add_signatures(context, &signed).await?;
    let text = tx_file_text(&signed);
    match &args.out {
        Some(out) => crate::files::write_new(&context.file(out), &text, "--out")?,
        None => replace(&file, &text)?,
    }
    let view = View::of(context, &signed).await?;
    context
        .out
        .show("allonge.transaction-read/1", &view, |style| {
            view.text(style)
        })
}

/// Signs it with the keys named, or with those of the acting member that are here and have not signed.
pub(super) async fn add_signatures(context: &Context, signed: &Signed) -> Result<Signed, CliError> {
    let body = &signed.transaction.body;
    if let Ok(actor) = context.actor()
        && *actor != body.actor
    {
        return Err(CliError::input(
            "WRONG_MEMBER",
            format!("{} acts in this transaction, not {actor}", body.actor),
            format!("name --as {}, or nobody", body.actor),
        ));
    }
    let signers = signers(context, &context.client()?, signed).await?;
    Ok(sign_with(
        body.clone(),
        &signers,
        signed.transaction.signatures.clone(),
    )?)
}

async fn signers(
    context: &Context,
    client: &NodeClient,
    signed: &Signed,
) -> Result<Signers, CliError> {
    let body = &signed.transaction.body;
    let there: Vec<PublicKey> = signed
        .transaction
        .signatures
        .iter()
        .map(|approval| approval.key)
        .collect();
    let named = context.named_signers()?;
    let found = if named.is_empty() {
        check_network(signed, &client.chain().await?.genesis)?;
        context.all_signers_of(client, &body.actor, &there).await?
    } else {
        named
    };
    let fresh: Signers = found
        .into_iter()
        .filter(|signer| !there.contains(&signer.public()))
        .collect();
    if fresh.is_empty() {
        return Err(CliError::input(
            "NOTHING_TO_SIGN",
            format!(
                "no key is here that could sign for {} and has not signed",
                body.actor
            ),
            "name a key with --key, another folder with --home, or see `allonge tx read`",
        ));
    }
    Ok(fresh)
}

/// `tx submit`.
pub(super) async fn submit(context: &Context, file: &Path) -> Result<(), CliError> {
    let signed = read(&context.file(file))?;
    let client = context.client()?;
    check_network(&signed, &client.chain().await?.genesis)?;
    let acted: Acted = context.send(&client, &signed).await?;
    acted.finish(&context.out)
}

/// The file as it was, or as it is to be, whatever happens in between.
fn replace(file: &Path, text: &str) -> Result<(), CliError> {
    let mut name = file.as_os_str().to_owned();
    name.push(".new");
    let fresh = PathBuf::from(name);
    // What a crash left behind; what counts is in the file that is to be replaced.
    let _ = std::fs::remove_file(&fresh);
    crate::files::write_new(&fresh, text, "--out")?;
    std::fs::rename(&fresh, file).map_err(|e| {
        CliError::input(
            "FILE",
            format!("cannot write {}: {e}", file.display()),
            "name another file with --out",
        )
    })
}
