//! `allonge key`: keys in files.

mod files;
mod rotate;
mod serve;

use crate::context::Context;
use crate::error::CliError;
use crate::keystore::{Keystore, KeystoreError, NewPassphrase, Passphrase, new_key, public_key};
use crate::output::{Column, fields, table};
use allonge_contracts::PublicKey;
use clap::{Args, Subcommand};
use serde::Serialize;
use std::path::PathBuf;

/// Arguments of `key`.
#[derive(Debug, Args)]
pub struct KeyArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Make a key and write it as PKCS#8 PEM, which `openssl pkey` reads; encrypted if a passphrase is named
    #[command(
        after_help = "Examples:\n  allonge key new acme --passphrase\n  allonge key new acme --passphrase-file /run/secrets/acme"
    )]
    New {
        /// Its name, which is its file's name
        name: String,
        #[command(flatten)]
        sealing: Sealing,
    },
    /// Take a key into the keystore: PKCS#8, PEM or DER, encrypted or not; an encrypted one stays so
    #[command(after_help = "Example:\n  allonge key import acme.pem --name acme-2 --passphrase")]
    Import(files::ImportArgs),
    /// Give a key's PEM as it is kept, or encrypted with a passphrase; or its public half
    #[command(
        after_help = "Examples:\n  allonge key export acme --public\n  allonge key export acme --passphrase --out acme.pem"
    )]
    Export(files::ExportArgs),
    /// Encrypt a key's file, or give it another passphrase
    #[command(after_help = "Example:\n  allonge key encrypt acme --passphrase")]
    Encrypt {
        /// Its name
        name: String,
        #[command(flatten)]
        sealing: Sealing,
    },
    /// Keep a key unencrypted from now on
    #[command(after_help = "Example:\n  allonge key decrypt acme")]
    Decrypt {
        /// Its name
        name: String,
    },
    /// Make a new key in the place of one of the member's; the old file goes to the folder `retired`
    #[command(after_help = "Example:\n  allonge key rotate acme --as acme")]
    Rotate(rotate::RotateArgs),
    /// Hold the keys named with --key and sign for other processes of this user, which cannot read them
    #[command(
        after_help = "Example:\n  allonge key serve --socket /run/user/1000/allonge.sock --key acme"
    )]
    Serve(serve::ServeArgs),
    /// List the keys of the keystore
    #[command(after_help = "Example:\n  allonge key list")]
    List,
    /// Show a key's public half and where it is
    #[command(after_help = "Example:\n  allonge key show acme")]
    Show {
        /// Its name
        name: String,
    },
}

/// The passphrase of a key that is written; with the global --passphrase-file, which counts too.
#[derive(Debug, Args)]
struct Sealing {
    /// Ask for the passphrase of the key that is written, on the terminal
    #[arg(long)]
    passphrase: bool,
    /// Take it from this environment variable
    #[arg(long, value_name = "VAR")]
    passphrase_env: Option<String>,
}

impl Sealing {
    /// What was named; `None` where nothing was.
    fn named(&self, context: &Context) -> Result<Option<NewPassphrase>, CliError> {
        let mut named: Vec<NewPassphrase> = Vec::new();
        named.extend(self.passphrase.then_some(NewPassphrase::Asked));
        named.extend(self.passphrase_env.clone().map(NewPassphrase::Variable));
        let file = context.passphrase_file().map(|file| context.file(file));
        named.extend(file.map(NewPassphrase::File));
        if named.len() > 1 {
            return Err(CliError::input(
                "PASSPHRASE",
                "the passphrase of the key is named twice",
                "name one of --passphrase, --passphrase-env and --passphrase-file",
            ));
        }
        Ok(named.pop())
    }

    /// The passphrase that was named.
    fn passphrase(&self, context: &Context) -> Result<Option<Passphrase>, CliError> {
        match self.named(context)? {
            Some(named) => Ok(Some(named.get()?)),
            None => Ok(None),
        }
    }
}

#[derive(Serialize)]
struct KeyLine {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKey>,
    file: PathBuf,
    #[serde(skip_serializing_if = "Option::is_none")]
    encrypted: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    problem: Option<String>,
}

#[derive(Serialize)]
struct KeyList {
    folder: PathBuf,
    keys: Vec<KeyLine>,
}

/// Runs it.
///
/// # Errors
/// The keystore's; the node's and the ledger's where a key is rotated.
pub async fn run(context: &Context, args: KeyArgs) -> Result<(), CliError> {
    let store = context.keystore()?;
    match args.verb {
        Verb::New { name, sealing } => {
            let key = new_key()?;
            let passphrase = sealing.passphrase(context)?;
            store.insert(&name, &key, passphrase.as_ref())?;
            show(context, &store, &name, public_key(&key))
        }
        Verb::Show { name } => show(context, &store, &name, store.public(&name)?),
        Verb::List => list(context, &store),
        Verb::Import(args) => files::import(context, &store, &args),
        Verb::Export(args) => files::export(context, &store, &args),
        Verb::Encrypt { name, sealing } => files::encrypt(context, &store, &name, &sealing),
        Verb::Decrypt { name } => files::decrypt(context, &store, &name),
        Verb::Rotate(args) => rotate::run(context, &store, &args).await,
        Verb::Serve(args) => serve::run(context, &args).await,
    }
}

fn show(
    context: &Context,
    store: &Keystore,
    name: &str,
    public: PublicKey,
) -> Result<(), CliError> {
    let encrypted = store.file(name)?.is_encrypted();
    let line = KeyLine {
        name: name.to_owned(),
        public_key: Some(public),
        file: store.path(name)?,
        encrypted: Some(encrypted),
        problem: None,
    };
    context.out.show("allonge.key/1", &line, |_| {
        fields(&[
            ("name", line.name.clone()),
            ("public key", public.to_string()),
            ("file", line.file.display().to_string()),
            ("encrypted", if encrypted { "yes" } else { "no" }.to_owned()),
        ])
    })
}

fn list(context: &Context, store: &Keystore) -> Result<(), CliError> {
    let mut keys = Vec::new();
    for name in store.names()? {
        let path = store.path(&name)?;
        keys.push(match store.file(&name) {
            Ok(file) => KeyLine {
                name,
                public_key: file.public(),
                file: path,
                encrypted: Some(file.is_encrypted()),
                problem: None,
            },
            Err(error) => KeyLine {
                name,
                public_key: None,
                file: path,
                encrypted: None,
                problem: Some(problem(&error)),
            },
        });
    }
    let list = KeyList {
        folder: store.folder().to_owned(),
        keys,
    };
    if list.keys.is_empty() && !context.out.is_json() {
        context.out.note(&format!(
            "no keys in {}; make one with `allonge key new NAME`",
            list.folder.display()
        ));
        return Ok(());
    }
    context.out.show("allonge.keys/1", &list, |_| {
        let rows = list.keys.iter().map(|key| {
            let public = key.public_key.map(|key| key.to_string());
            let shown = public.or(key.problem.clone());
            let encrypted = match key.encrypted {
                Some(true) => "yes",
                Some(false) => "no",
                None => "",
            };
            vec![
                key.name.clone(),
                shown.unwrap_or_else(|| "known once it is opened".to_owned()),
                encrypted.to_owned(),
            ]
        });
        table(
            &[
                Column::Left("NAME"),
                Column::Left("PUBLIC KEY"),
                Column::Left("ENCRYPTED"),
            ],
            rows.collect(),
        )
    })
}

fn problem(error: &KeystoreError) -> String {
    format!("{error}; {}", error.hint())
}
