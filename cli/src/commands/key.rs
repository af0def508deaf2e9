//! `allonge key`: keys in files.

use crate::context::Context;
use crate::error::CliError;
use crate::keystore::{Keystore, KeystoreError, NamedKey};
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
    /// Make a key and write it as PKCS#8 PEM, which `openssl pkey` reads
    #[command(after_help = "Example:\n  allonge key new acme")]
    New {
        /// Its name, which is its file's name
        name: String,
    },
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

#[derive(Serialize)]
struct KeyLine {
    name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    public_key: Option<PublicKey>,
    file: PathBuf,
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
/// The keystore's.
pub fn run(context: &Context, args: KeyArgs) -> Result<(), CliError> {
    let store = context.keystore()?;
    match args.verb {
        Verb::New { name } => show(context, &store, &store.create(&name)?),
        Verb::Show { name } => show(context, &store, &store.load(&name)?),
        Verb::List => list(context, &store),
    }
}

fn show(context: &Context, store: &Keystore, key: &NamedKey) -> Result<(), CliError> {
    let line = KeyLine {
        name: key.name.clone(),
        public_key: Some(key.public()),
        file: store.path(&key.name)?,
        problem: None,
    };
    context.out.show("allonge.key/1", &line, |_| {
        fields(&[
            ("name", line.name.clone()),
            ("public key", key.public().to_string()),
            ("file", line.file.display().to_string()),
        ])
    })
}

fn list(context: &Context, store: &Keystore) -> Result<(), CliError> {
    let mut keys = Vec::new();
    for name in store.names()? {
        let file = store.path(&name)?;
        let (public_key, problem) = match store.load(&name) {
            Ok(key) => (Some(key.public()), None),
            Err(error) => (None, Some(problem(&error))),
        };
        keys.push(KeyLine {
            name,
            public_key,
            file,
            problem,
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
            let problem = key.problem.clone();
            vec![key.name.clone(), public.or(problem).unwrap_or_default()]
        });
        table(
            &[Column::Left("NAME"), Column::Left("PUBLIC KEY")],
            rows.collect(),
        )
    })
}

fn problem(error: &KeystoreError) -> String {
    format!("{error}; {}", error.hint())
}
