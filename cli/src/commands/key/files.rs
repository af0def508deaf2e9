//! Keys that come and go as files, and that are encrypted or not.

use super::{Sealing, show};
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_bounded;
use crate::keystore::{KeyFile, Keystore, Passphrases, public_key, text_of};
use allonge_contracts::PublicKey;
use allonge_node::keyfile;
use clap::Args;
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::EncodePublicKey;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use serde::Serialize;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// A key file is some hundred bytes.
const MAX_BYTES: usize = 16 * 1024;

/// Arguments of `key import`.
#[derive(Debug, Args)]
pub struct ImportArgs {
    /// The file: PKCS#8, PEM or DER
    file: PathBuf,
    /// The key's name in the keystore [default: the file's name without its ending]
    #[arg(long)]
    name: Option<String>,
    #[command(flatten)]
    sealing: Sealing,
}

/// Arguments of `key export`.
#[derive(Debug, Args)]
pub struct ExportArgs {
    /// Its name
    name: String,
    /// The public half alone, as PEM
    #[arg(long, conflicts_with_all = ["passphrase", "passphrase_env"])]
    public: bool,
    /// Write a new file, mode 0600, instead of printing it
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    #[command(flatten)]
    sealing: Sealing,
}

#[derive(Serialize)]
struct Exported {
    name: String,
    public_key: PublicKey,
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pem: Option<String>,
}

/// Takes a key in.
pub(super) fn import(
    context: &Context,
    store: &Keystore,
    args: &ImportArgs,
) -> Result<(), CliError> {
    let path = context.file(&args.file);
    let name = match &args.name {
        Some(name) => name.clone(),
        None => path
            .file_stem()
            .and_then(|stem| stem.to_str())
            .unwrap_or_default()
            .to_owned(),
    };
    // A name that is no good is told before a passphrase is asked for.
    store.path(&name)?;
    let bytes = Zeroizing::new(read_bounded(&path, MAX_BYTES)?);
    let file = KeyFile::decode(&path, &bytes)?;
    let passphrase = match args.sealing.named(context)? {
        // It is there already and is not made up: asked for once.
        None | Some(crate::keystore::NewPassphrase::Asked) if file.is_encrypted() => {
            Some(Passphrases::default().opening(&path)?)
        }
        Some(named) => Some(named.get()?),
        None => None,
    };
    let key = match &passphrase {
        Some(passphrase) => file.open_with(passphrase)?,
        None => file.open(&Passphrases::default())?,
    };
    store.insert(&name, &key, passphrase.as_ref())?;
    show(context, store, &name, public_key(&key))
}

/// Gives a key out.
pub(super) fn export(
    context: &Context,
    store: &Keystore,
    args: &ExportArgs,
) -> Result<(), CliError> {
    let path = store.path(&args.name)?;
    let file = store.file(&args.name)?;
    let (public, text) = if args.public {
        let public = store.public(&args.name)?;
        let pem = VerifyingKey::from_bytes(public.as_bytes())
            .ok()
            .and_then(|key| key.to_public_key_pem(LineEnding::LF).ok())
            .ok_or_else(|| {
                CliError::input(
                    "KEY_UNREADABLE",
                    format!(
                        "{public}, which stands in {}, is no public key",
                        path.display()
                    ),
                    "open the key once with `allonge key decrypt`, or import it again",
                )
            })?;
        (public, Zeroizing::new(pem))
    } else if let Some(passphrase) = args.sealing.passphrase(context)? {
        // The passphrase that was named is that of the copy.
        let key = file.open(&Passphrases::default())?;
        (public_key(&key), text_of(&key, Some(&passphrase))?)
    } else {
        let text = keyfile::read_text(&path).map_err(|e| {
            CliError::input("KEY_UNREADABLE", e.to_string(), "check the key's file")
        })?;
        (file.known_public(&context.passphrases())?, text)
    };
    let mut exported = Exported {
        name: args.name.clone(),
        public_key: public,
        file: args.out.as_ref().map(|out| context.file(out)),
        pem: None,
    };
    match &exported.file {
        Some(out) => {
            keyfile::write_text(out, &text).map_err(|e| {
                CliError::input("FILE", e.to_string(), "name another file with --out")
            })?;
        }
        None => exported.pem = Some(text.to_string()),
    }
    context.out.show("allonge.key_export/1", &exported, |_| {
        match &exported.file {
            Some(out) => format!("written to {}", out.display()),
            None => text.to_string(),
        }
    })
}

/// Encrypts a key's file.
pub(super) fn encrypt(
    context: &Context,
    store: &Keystore,
    name: &str,
    sealing: &Sealing,
) -> Result<(), CliError> {
    let file = store.file(name)?;
    if sealing.named(context)?.is_none() {
        return Err(CliError::input(
            "PASSPHRASE",
            "there is no passphrase to encrypt the key with",
            "name one of --passphrase, --passphrase-env and --passphrase-file",
        ));
    }
    // The passphrase that was named is the new one; an old one comes from the environment or the terminal.
    let key = file.open(&Passphrases::default())?;
    let passphrase = sealing.passphrase(context)?;
    store.replace(name, &key, passphrase.as_ref())?;
    show(context, store, name, public_key(&key))
}

/// Keeps a key unencrypted.
pub(super) fn decrypt(context: &Context, store: &Keystore, name: &str) -> Result<(), CliError> {
    let key = store.load(name)?;
    store.replace(name, &key.key, None)?;
    show(context, store, name, key.public())
}
