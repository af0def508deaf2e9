//! What a command works with: the options, the node, the keys, and the way of a transaction.

use crate::args::GlobalArgs;
use crate::client::{ClientError, NodeClient, SentLog, Signed, TransactionBuilder, Wait};
use crate::error::CliError;
use crate::keystore::{Keystore, NamedKey};
use crate::output::{Kept, Output};
use crate::parse::DayArg;
use allonge_contracts::{Call, Date, MemberId, Text};
use std::path::{Path, PathBuf};
use std::time::Duration;

mod acted;

pub use acted::Acted;

/// What a command works with.
pub struct Context {
    /// Prints results and errors.
    pub out: Output,
    home: Option<PathBuf>,
    nodes: Vec<String>,
    ca: Option<PathBuf>,
    act_as: Option<MemberId>,
    key_names: Vec<String>,
    wait: bool,
    timeout: Duration,
    folder: Option<PathBuf>,
}

impl Context {
    /// From the global options; nothing is opened yet.
    pub fn new(global: GlobalArgs) -> Self {
        Context {
            out: Output::new(global.output),
            ..Context::keeping(global, Kept::default())
        }
    }

    /// As [`Context::new`], but results are kept, as JSON, and nothing is said.
    pub fn keeping(global: GlobalArgs, kept: Kept) -> Self {
        Context {
            out: Output::keeping(kept),
            home: global.home,
            nodes: global.nodes,
            ca: global.ca,
            act_as: global.act_as,
            key_names: global.keys,
            wait: !global.no_wait,
            timeout: global.timeout,
            folder: None,
        }
    }

    /// With files that are named relative to a folder other than the one the program runs in.
    pub fn in_folder(self, folder: PathBuf) -> Self {
        Context {
            folder: Some(folder),
            ..self
        }
    }

    /// Where a file is that was named on the command line.
    pub fn file(&self, named: &Path) -> PathBuf {
        match &self.folder {
            Some(folder) => folder.join(named),
            None => named.to_owned(),
        }
    }

    /// The folder of keys and of what was sent.
    ///
    /// # Errors
    /// None is named and there is no home directory.
    pub fn home(&self) -> Result<PathBuf, CliError> {
        self.home.clone().or_else(default_home).ok_or_else(|| {
            CliError::input(
                "NO_HOME",
                "there is no home directory to keep keys in",
                "name a folder with --home or ALLONGE_HOME",
            )
        })
    }

    /// The folder that was named with --home or ALLONGE_HOME.
    pub fn named_home(&self) -> Option<&Path> {
        self.home.as_deref()
    }

    /// The keys.
    ///
    /// # Errors
    /// As [`Context::home`].
    pub fn keystore(&self) -> Result<Keystore, CliError> {
        Ok(Keystore::of_home(&self.home()?))
    }

    /// How long to wait for an answer.
    pub fn timeout(&self) -> Duration {
        self.timeout
    }

    /// A client of the nodes named.
    ///
    /// # Errors
    /// An address that cannot be used.
    pub fn client(&self) -> Result<NodeClient, CliError> {
        self.client_of(&self.nodes)
    }

    /// A client of other nodes.
    ///
    /// # Errors
    /// As [`Context::client`].
    pub fn client_of<S: AsRef<str>>(&self, nodes: &[S]) -> Result<NodeClient, CliError> {
        Ok(NodeClient::trusting(
            nodes,
            self.timeout,
            self.ca.as_deref(),
        )?)
    }

    /// The nodes' addresses.
    pub fn nodes(&self) -> &[String] {
        &self.nodes
    }

    /// The acting member.
    ///
    /// # Errors
    /// None is named.
    pub fn actor(&self) -> Result<&MemberId, CliError> {
        self.act_as.as_ref().ok_or_else(|| {
            CliError::input(
                "NO_MEMBER",
                "this needs to know who acts",
                "name the member with --as MEMBER or ALLONGE_AS",
            )
        })
    }

    /// A day that may be given as a distance from the business date.
    ///
    /// # Errors
    /// The node's, or a day after 9999-12-31.
    pub async fn day(&self, day: DayArg) -> Result<Date, CliError> {
        let today = match day {
            DayArg::On(date) => return Ok(date),
            DayArg::Days(_) | DayArg::Months(_) => {
                let status = self.client()?.status().await?.body;
                status.business_date.max(status.clock.date)
            }
        };
        Ok(day.from_day(today)?)
    }

    /// The same of a day that may be left out.
    ///
    /// # Errors
    /// As [`Context::day`].
    pub async fn day_if_given(&self, day: Option<DayArg>) -> Result<Option<Date>, CliError> {
        match day {
            Some(day) => Ok(Some(self.day(day).await?)),
            None => Ok(None),
        }
    }

    /// Signs calls with the acting member's keys, writes the transaction down, sends it, and waits for
    /// it to be final if that is wanted.
    ///
    /// # Errors
    /// Whatever stops it before it is final. A rejected transaction is no error here: see
    /// [`Acted::finish`].
    pub async fn act(&self, calls: Vec<Call>, memo: Text<256>) -> Result<Acted, CliError> {
        let actor = self.actor()?.clone();
        let client = self.client()?;
        let keys = self.keys_of(&client, &actor).await?;
        let chain = client.chain().await?;
        let signed = TransactionBuilder::new(&chain, actor)
            .calls(calls)
            .memo(memo)
            .sign(keys.iter().map(|key| &key.key))?;
        self.send(&client, &signed).await
    }

    /// As [`Context::act`] with one call, then prints what came of it.
    ///
    /// # Errors
    /// As [`Context::act`] and [`Acted::finish`].
    pub async fn carry_out(&self, call: impl Into<Call>) -> Result<(), CliError> {
        self.act(vec![call.into()], Text::empty())
            .await?
            .finish(&self.out)
    }

    /// Writes a signed transaction down and sends it.
    ///
    /// # Errors
    /// As [`Context::act`].
    pub async fn send(&self, client: &NodeClient, signed: &Signed) -> Result<Acted, CliError> {
        SentLog::of_home(&self.home()?).append(signed)?;
        let started = std::time::Instant::now();
        if self.wait {
            let done = client.submit_and_wait(signed, self.timeout).await?;
            Ok(Acted::final_after(done, started.elapsed()))
        } else {
            let view = client.submit(signed, Wait::No).await?;
            Ok(Acted::taken(view))
        }
    }

    /// The keys to sign with: those named, or those that the ledger knows of the member.
    async fn keys_of(
        &self,
        client: &NodeClient,
        actor: &MemberId,
    ) -> Result<Vec<NamedKey>, CliError> {
        let store = self.keystore()?;
        if !self.key_names.is_empty() {
            let named = self.key_names.iter().map(|name| store.load(name));
            return Ok(named.collect::<Result<_, _>>()?);
        }
        let member = client
            .member(actor)
            .await
            .map_err(|e| unknown_actor(e, actor))?;
        let mut found = store.for_member(&member)?;
        if found.keys.len() >= usize::from(member.threshold) {
            return Ok(found.keys);
        }
        // A file that cannot be read may hold the key that is missing.
        if !found.unreadable.is_empty() {
            return Err(found.unreadable.swap_remove(0).into());
        }
        Err(CliError::input(
            "KEY_MISSING",
            format!(
                "{actor} acts with {} of its keys, and {} of them are in {}",
                member.threshold,
                found.keys.len(),
                store.folder().display()
            ),
            format!(
                "put the key files there, name another folder with --home, or see `allonge member show {actor}`"
            ),
        ))
    }
}

fn unknown_actor(error: ClientError, actor: &MemberId) -> CliError {
    if error.is_not_found() {
        CliError::input(
            "UNKNOWN_MEMBER",
            format!("no member {actor} acts on this network"),
            "check the name with `allonge member list`",
        )
    } else {
        error.into()
    }
}

fn default_home() -> Option<PathBuf> {
    std::env::home_dir()
        .filter(|home| !home.as_os_str().is_empty())
        .map(|home| home.join(".allonge"))
}
