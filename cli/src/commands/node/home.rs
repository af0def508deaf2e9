//! A node's home, as the commands beside `node run` use it.

use super::check::{damaged, unusable};
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_genesis;
use allonge_ledger::Genesis;
use allonge_node::config::{NodeConfig, Settings};
use allonge_node::store::{Home, HomeError, Records, SledStore, StoreError};
use std::path::Path;

/// What a stopped node has.
pub struct Stopped {
    pub home: Home,
    pub genesis: Genesis,
}

/// A node's home, and whether the node runs.
pub enum Found {
    Stopped(Stopped),
    /// It has the home to itself and serves its API here.
    Running {
        url: String,
        genesis: Genesis,
    },
}

/// The folder named with --home; a node's is never guessed.
///
/// # Errors
/// None is named.
pub fn named(context: &Context) -> Result<&Path, CliError> {
    let home = context.named_home();
    home.ok_or_else(|| unusable("the node's folder is not given".to_owned()))
}

/// Looks at the home that is named.
///
/// # Errors
/// It cannot be used.
pub fn find(context: &Context) -> Result<Found, CliError> {
    let path = named(context)?;
    match Home::take(path) {
        Ok(home) => {
            let genesis = read_genesis(&home.genesis())?;
            Ok(Found::Stopped(Stopped { home, genesis }))
        }
        Err(HomeError::InUse(_)) => {
            let genesis = read_genesis(&path.join("genesis.json"))?;
            let settings = Settings::default();
            let variable = |name: &str| std::env::var(name).ok();
            let config = NodeConfig::load(&path.join("config.toml"), &settings, &variable)
                .map_err(|e| unusable(e.to_string()))?;
            let mut address = config.http;
            if address.ip().is_unspecified() {
                address.set_ip(std::net::Ipv4Addr::LOCALHOST.into());
            }
            let url = format!("http://{address}");
            Ok(Found::Running { url, genesis })
        }
        Err(error) => Err(unusable(error.to_string())),
    }
}

/// The home of a node that must be stopped.
///
/// # Errors
/// It runs, or the home cannot be used.
pub fn stopped(context: &Context) -> Result<Stopped, CliError> {
    match find(context)? {
        Found::Stopped(stopped) => Ok(stopped),
        Found::Running { .. } => Err(unusable(
            HomeError::InUse(named(context)?.to_owned()).to_string(),
        )),
    }
}

impl Stopped {
    /// The store.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub fn store(&self) -> Result<SledStore, CliError> {
        let folder = self.home.store();
        if !SledStore::exists(&folder) {
            let what = format!("there is no store in {}", folder.display());
            return Err(unusable(what));
        }
        self.home.open_store().map_err(|e| store_error(&e))
    }

    /// What is in the store.
    ///
    /// # Errors
    /// There is none, or it cannot be opened.
    pub fn records(&self) -> Result<Records, CliError> {
        let store = Box::new(self.store()?);
        Records::open(store, &self.genesis.hash()).map_err(|e| store_error(&e))
    }
}

/// A store that fails, in the words for its cause.
pub fn store_error(error: &StoreError) -> CliError {
    match error {
        StoreError::OldFormat { .. } => CliError::input(
            "STORE_FORMAT",
            error.to_string(),
            "take a backup with the program that wrote it, then run `allonge node migrate`",
        ),
        StoreError::Foreign { .. } => unusable(error.to_string()),
        StoreError::Failed { .. } => CliError::input(
            "NODE_STORE",
            error.to_string(),
            "make room on the disk, or make the folder readable and writable, and try again",
        ),
        StoreError::Damaged { .. } => damaged(error.to_string()),
    }
}
