//! Plays a scenario: moves the clock, carries out steps as the command line would, and looks at checks.

use super::check::{Failed, check, title};
use super::format::{Act, Check, Expect, Item, OWN_CODES, Outcome, Param, Scenario, Step};
use super::in_file;
use super::report::Line;
use super::saved::Saved;
use super::toml::{At, Problem};
use super::words::{command_line, root};
use crate::args::{Cli, GlobalArgs};
use crate::client::{ClientError, NodeClient};
use crate::commands;
use crate::context::Context;
use crate::error::{CliError, EXIT_NO_ANSWER, EXIT_REJECTED};
use crate::output::{Format, Kept};
use crate::parse::DayArg;
use allonge_contracts::calls::SetParam;
use allonge_contracts::{Code, Date, MemberId, Text};
use clap::Parser;
use serde_json::Value as Json;
use std::future::Future;
use std::path::{Path, PathBuf};
use std::pin::Pin;
use std::sync::PoisonError;
use std::time::Duration;

/// How often an act is tried again that came while the clock was at work.
const TRIES: usize = 5;

/// Where it is played.
pub struct Stage {
    /// The nodes.
    pub nodes: Vec<String>,
    /// The folder of keys.
    pub home: Option<PathBuf>,
    /// Who moves the clock.
    pub regulator: Option<MemberId>,
    /// How long an act may take.
    pub timeout: Duration,
}

/// A play.
pub struct Player<'f> {
    stage: Stage,
    pub(super) client: NodeClient,
    file: &'f str,
    progress: bool,
    root: clap::Command,
    saved: Saved,
    lines: Vec<Line>,
    date: Option<Date>,
}

/// What came of an act.
pub enum Came {
    /// It has its effect; what the command printed.
    Done(Json),
    /// The ledger refused it, or does not have what it is about.
    Refused {
        /// The code.
        code: String,
        /// In words.
        message: String,
        /// What to do next.
        hint: String,
    },
}

impl<'f> Player<'f> {
    /// A play that has not begun.
    ///
    /// # Errors
    /// A node's address that cannot be used.
    pub fn new(stage: Stage, file: &'f str, progress: bool) -> Result<Self, CliError> {
        Ok(Player {
            client: NodeClient::new(&stage.nodes, stage.timeout)?,
            stage,
            file,
            progress,
            root: root(),
            saved: Saved::default(),
            lines: Vec::new(),
            date: None,
        })
    }

    /// The business date, as far as it was seen.
    pub fn date(&self) -> String {
        self.date.map(|date| date.to_string()).unwrap_or_default()
    }

    /// What came of each step and check.
    pub fn into_lines(self) -> Vec<Line> {
        self.lines
    }

    /// Who moves the clock.
    pub fn regulator(&self) -> Option<MemberId> {
        self.stage.regulator.clone()
    }

    /// Says who moves the clock.
    pub fn set_regulator(&mut self, regulator: Option<MemberId>) {
        self.stage.regulator = regulator;
    }

    /// Plays it to its end or to the first surprise.
    ///
    /// # Errors
    /// The surprise; a file that turns out to be wrong; no answer.
    pub async fn play(&mut self, scenario: &Scenario) -> Result<(), CliError> {
        self.look().await?;
        for param in &scenario.params {
            self.set(param).await?;
        }
        for item in &scenario.items {
            match item {
                Item::Step(step) => self.step(step).await?,
                Item::Check(check) => self.check(check).await?,
            }
        }
        self.tell("");
        Ok(())
    }

    fn tell(&self, what: &str) {
        if self.progress {
            use std::io::Write;
            let mut err = std::io::stderr().lock();
            // Nobody is left to tell if this fails.
            let _ = write!(err, "\r\x1b[K{what}");
            let _ = err.flush();
        }
    }

    fn wrong(&self, problem: Problem) -> CliError {
        self.tell("");
        in_file(self.file, problem)
    }

    fn surprise(&self, code: &'static str, line: usize, what: String, hint: String) -> CliError {
        self.tell("");
        CliError::check_failed(code, format!("{}:{line}: {what}", self.file), hint)
    }

    async fn look(&mut self) -> Result<Date, CliError> {
        let status = self.client.status().await?.body;
        let date = status.business_date.max(status.clock.date);
        self.date = Some(date);
        Ok(date)
    }

    async fn check(&mut self, claim: &Check) -> Result<(), CliError> {
        self.tell(&format!("line {}: {}", claim.line, title(&claim.claim)));
        let came = check(&self.client, &self.saved, claim).await;
        let (result, message) = match &came {
            Err(Failed::Otherwise(_, what)) => ("failed", what.clone()),
            Err(_) => ("unknown", String::new()),
            Ok(()) => ("ok", String::new()),
        };
        self.lines.push(Line {
            line: claim.line,
            date: self.date(),
            actor: String::new(),
            act: title(&claim.claim).to_owned(),
            result: result.to_owned(),
            expected: came.is_ok(),
            saved: String::new(),
            message,
        });
        match came {
            Ok(()) => Ok(()),
            Err(Failed::File(problem)) => Err(self.wrong(problem)),
            Err(Failed::Asking(error)) => match refusal(&error) {
                Some((code, message, hint)) => Err(self.surprise(
                    "CHECK_FAILED",
                    claim.line,
                    format!("{message} ({code})"),
                    hint,
                )),
                None => Err(error),
            },
            Err(Failed::Otherwise(line, what)) => Err(self.surprise(
                "CHECK_FAILED",
                line,
                what,
                "look at the steps above it; --keep keeps the network of --fresh".to_owned(),
            )),
        }
    }

    async fn step(&mut self, step: &Step) -> Result<(), CliError> {
        if let Some(when) = step.when.clone() {
            self.advance(when).await?;
        }
        let Some(act) = &step.act else {
            self.lines.push(Line {
                line: step.line,
                date: self.date(),
                actor: String::new(),
                act: "the clock".to_owned(),
                result: "ok".to_owned(),
                expected: true,
                saved: String::new(),
                message: String::new(),
            });
            return Ok(());
        };
        let actor = step.actor.as_ref().map(|actor| actor.value.clone());
        let who = actor.as_ref().map(MemberId::to_string).unwrap_or_default();
        self.tell(&format!("line {}: {who} {}", step.line, act.verb.value));
        let came = self.carry_out(act, actor, &step.expect.value).await?;
        let expected = came.is_one_of(&step.expect.value);
        if act.verb.value == "dev.advance" {
            self.look().await?;
        }
        let saved = match (&came, &step.save) {
            (Came::Done(printed), Some(name)) => {
                let what = self.saved.put(&name.value, printed);
                match what.is_empty() {
                    true => name.value.clone(),
                    false => format!("{} = {what}", name.value),
                }
            }
            _ => String::new(),
        };
        let (result, message) = match &came {
            Came::Done(_) => ("ok", ""),
            Came::Refused { code, message, .. } => (code.as_str(), message.as_str()),
        };
        self.lines.push(Line {
            line: step.line,
            date: self.date(),
            actor: who.clone(),
            act: act.verb.value.clone(),
            result: result.to_owned(),
            expected,
            saved,
            message: message.to_owned(),
        });
        if expected {
            return Ok(());
        }
        let (came, hint) = match came {
            Came::Done(_) => (
                "it was accepted".to_owned(),
                "look at the steps above it, or change `expect`".to_owned(),
            ),
            Came::Refused {
                code,
                message,
                hint,
            } => (format!("it was refused with {code}: {message}"), hint),
        };
        let what = format!(
            "{who} {}: expected {}, but {came}",
            act.verb.value, step.expect.value
        );
        Err(self.surprise("SURPRISE", step.line, what, hint))
    }

    /// Moves the clock to a day that has not come yet, and waits until what became due is done.
    ///
    /// # Errors
    /// The day lies behind; nobody may move the clock; the node's.
    pub async fn advance(&mut self, when: At<DayArg>) -> Result<(), CliError> {
        let today = self.look().await?;
        let to = when.value.from_day(today)?;
        if to < today {
            return Err(self.wrong(Problem::at(
                when.line,
                format!("the clock is at {today} already, and cannot go back to {to}"),
                "put the steps in the order of their days",
            )));
        }
        if to == today {
            return Ok(());
        }
        self.tell(&format!("line {}: the clock moves to {to}", when.line));
        let Some(regulator) = self.regulator() else {
            return Err(self.wrong(Problem::at(
                when.line,
                "nobody can move the clock",
                "add a member whose key is in the keystore",
            )));
        };
        let words = ["allonge", "dev", "advance", "--"].map(str::to_owned);
        let words = words.into_iter().chain([to.to_string()]);
        let line = when.line;
        self.must_do(words.collect(), Some(regulator), line, "moving the clock")
            .await?;
        self.look().await?;
        Ok(())
    }

    /// Announces a parameter that changes on a day.
    async fn set(&self, param: &Param) -> Result<(), CliError> {
        let Some(from) = &param.from else {
            return Ok(());
        };
        let call = SetParam {
            name: param.name,
            value: param.value,
            from: from.value,
        };
        let context = self.context(self.regulator(), Kept::default());
        let done = match context.act(vec![call.into()], Text::empty()).await {
            Ok(acted) => acted.into_result(),
            Err(error) => Err(error),
        };
        done.map_err(|error| match refusal(&error) {
            Some((code, message, hint)) => {
                let what = format!("{} was refused with {code}: {message}", param.name);
                self.surprise("SURPRISE", param.line, what, hint)
            }
            None => self.placed(error, param.line),
        })
    }

    /// Carries out a command line that has to succeed.
    ///
    /// # Errors
    /// It does not.
    pub async fn must_do(
        &self,
        words: Vec<String>,
        actor: Option<MemberId>,
        line: usize,
        what: &str,
    ) -> Result<Json, CliError> {
        let cli = Cli::try_parse_from(words).map_err(|error| {
            self.wrong(Problem::at(line, error.to_string(), "correct the value"))
        })?;
        match self.attempt(cli, actor).await {
            Ok(Came::Done(printed)) => Ok(printed),
            Ok(Came::Refused {
                code,
                message,
                hint,
            }) => Err(self.surprise(
                "SURPRISE",
                line,
                format!("{what} was refused with {code}: {message}"),
                hint,
            )),
            Err(error) => Err(self.placed(error, line)),
        }
    }

    async fn carry_out(
        &self,
        act: &Act,
        actor: Option<MemberId>,
        expect: &Expect,
    ) -> Result<Came, CliError> {
        let mut tries = 1;
        loop {
            let line = command_line(&self.root, act, |text| self.saved.fill(text))
                .map_err(|problem| self.wrong(problem))?;
            let cli = line.read(act).map_err(|problem| self.wrong(problem))?;
            let came = self
                .attempt(cli, actor.clone())
                .await
                .map_err(|error| self.placed(error, act.verb.line))?;
            match &came {
                // The real clock passed a close or midnight in this very moment.
                Came::Refused { code, .. }
                    if code == Code::DuePending.name()
                        && tries < TRIES
                        && !came.is_one_of(expect) =>
                {
                    tries += 1;
                }
                _ => return Ok(came),
            }
        }
    }

    /// An error that is no refusal: of the file, unless it is the network's.
    fn placed(&self, error: CliError, line: usize) -> CliError {
        let report = error.report();
        if report.exit == EXIT_NO_ANSWER {
            self.tell("");
            return error;
        }
        self.wrong(Problem::at(
            line,
            format!("{} ({})", report.message, report.code),
            report.hint,
        ))
    }

    /// What a command works with that acts as a member.
    fn context(&self, actor: Option<MemberId>, kept: Kept) -> Context {
        let global = GlobalArgs {
            nodes: self.stage.nodes.clone(),
            act_as: actor,
            keys: Vec::new(),
            ca: None,
            passphrase_file: None,
            signer: None,
            prepare: None,
            valid_for: None,
            home: self.stage.home.clone(),
            output: Format::Json,
            wait: true,
            no_wait: false,
            timeout: self.stage.timeout,
        };
        // A scenario names files as they lie beside it.
        let beside = Path::new(self.file).parent().unwrap_or(Path::new(""));
        Context::keeping(global, kept).in_folder(beside.to_owned())
    }

    /// Runs a command inside this program.
    async fn attempt(&self, cli: Cli, actor: Option<MemberId>) -> Result<Came, CliError> {
        let kept = Kept::default();
        let context = self.context(actor, kept.clone());
        // One command of which may be this one: the future cannot hold itself.
        let run: Pin<Box<dyn Future<Output = _> + '_>> =
            Box::pin(commands::run(&context, cli.command));
        match run.await {
            Ok(()) => {
                let kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
                let last = kept.last().and_then(|text| serde_json::from_str(text).ok());
                Ok(Came::Done(last.unwrap_or(Json::Null)))
            }
            Err(error) => match refusal(&error) {
                Some((code, message, hint)) => Ok(Came::Refused {
                    code,
                    message,
                    hint,
                }),
                None => Err(error),
            },
        }
    }
}

/// Code, words and hint, if an error says that the ledger refuses or does not have what was named.
fn refusal(error: &CliError) -> Option<(String, String, String)> {
    let report = error.report();
    let refused = match error {
        _ if report.exit == EXIT_REJECTED => true,
        CliError::Client(ClientError::Refused { error, .. }) => {
            error.known().is_some_and(|code| code.layer() != "api")
        }
        _ => OWN_CODES.contains(&report.code.as_str()),
    };
    let prefix = format!("{}: ", report.code);
    let message = report
        .message
        .strip_prefix(&prefix)
        .unwrap_or(&report.message)
        .to_owned();
    refused.then_some((report.code, message, report.hint))
}

impl Came {
    fn is_one_of(&self, expect: &Expect) -> bool {
        expect.0.iter().any(|outcome| match (outcome, self) {
            (Outcome::Ok, Came::Done(_)) | (Outcome::Rejected, Came::Refused { .. }) => true,
            (Outcome::Code(wanted), Came::Refused { code, .. }) => wanted == code,
            _ => false,
        })
    }
}

impl std::fmt::Display for Expect {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (i, outcome) in self.0.iter().enumerate() {
            let word = match outcome {
                Outcome::Ok => "ok",
                Outcome::Rejected => "rejected",
                Outcome::Code(code) => code,
            };
            write!(f, "{}{word}", if i == 0 { "" } else { " or " })?;
        }
        Ok(())
    }
}
