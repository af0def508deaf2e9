//! What a command works with: the options, the node, the keys, and the way of a transaction.

use crate::args::GlobalArgs;
use crate::client::{
    Chain, DEFAULT_LIFE, NodeClient, SentLog, Signed, TransactionBuilder, Wait, sign_with,
    tx_file_text,
};
use crate::error::CliError;
use crate::files::write_new;
use crate::keystore::{Keystore, Passphrases};
use crate::output::{Kept, Output};
use crate::parse::DayArg;
use allonge_contracts::{Call, Date, MemberId, Text};
use std::path::{Path, PathBuf};
use std::time::Duration;

mod acted;
mod signers;

pub use acted::{Acted, Prepared};

/// How long a transaction stays valid that waits for other signatures.
const WAITING_LIFE: Duration = Duration::from_secs(24 * 3600);

/// What a command works with.
pub struct Context {
    /// Prints results and errors.
    pub out: Output,
    home: Option<PathBuf>,
    nodes: Vec<String>,
    ca: Option<PathBuf>,
    act_as: Option<MemberId>,
    key_names: Vec<String>,
    passphrase_file: Option<PathBuf>,
    signer: Option<String>,
    prepare: Option<PathBuf>,
    life: Option<Duration>,
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
            passphrase_file: global.passphrase_file,
            signer: global.signer,
            prepare: global.prepare,
            life: global.valid_for,
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
        Ok(Keystore::of_home(&self.home()?).with_passphrases(self.passphrases()))
    }

    /// Where the passphrases of encrypted keys come from.
    pub fn passphrases(&self) -> Passphrases {
        Passphrases {
            file: self.passphrase_file().map(|file| self.file(file)),
        }
    }

    /// The file that was named with --passphrase-file.
    pub fn passphrase_file(&self) -> Option<&Path> {
        self.passphrase_file.as_deref()
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
    /// it to be final if that is wanted; or writes it to a file where that was asked for.
    ///
    /// # Errors
    /// Whatever stops it before it is final. A rejected transaction is no error here: see
    /// [`Acted::finish`].
    pub async fn act(&self, calls: Vec<Call>, memo: Text<256>) -> Result<Acted, CliError> {
        let actor = self.actor()?.clone();
        let client = self.client()?;
        let waits = self.prepare.is_some();
        let found = self.signers_of(&client, &actor, !waits).await?;
        let chain = client.chain().await?;
        let body = TransactionBuilder::new(&chain, actor)
            .calls(calls)
            .memo(memo)
            .valid_until(self.valid_until(&chain, waits))
            .body()?;
        let signed = sign_with(body, &found.signers, Vec::new())?;
        match &self.prepare {
            Some(file) => self.prepare(&signed, &self.file(file), found.threshold),
            None => self.send(&client, &signed).await,
        }
    }

    /// Until when a transaction may become final; one that waits for others gets a day unless told otherwise.
    pub fn valid_until(&self, chain: &Chain, waits: bool) -> u64 {
        chain.valid_until(
            self.life
                .unwrap_or(if waits { WAITING_LIFE } else { DEFAULT_LIFE }),
        )
    }

    /// Writes a transaction to a new file.
    fn prepare(
        &self,
        signed: &Signed,
        file: &Path,
        threshold: Option<u8>,
    ) -> Result<Acted, CliError> {
        write_new(file, &tx_file_text(signed), "--prepare")?;
        Ok(Acted::prepared(Prepared::new(
            signed,
            threshold,
            Some(file.to_owned()),
        )))
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
}

fn default_home() -> Option<PathBuf> {
    std::env::home_dir()
        .filter(|home| !home.as_os_str().is_empty())
        .map(|home| home.join(".allonge"))
}
