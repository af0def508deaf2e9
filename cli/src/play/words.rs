//! A step as a command line: `noun.verb` and named options, whatever nouns, verbs and options there are.

use super::format::Act;
use super::toml::{At, Problem, Value, did_you_mean, kind};
use crate::args::Cli;
use clap::{Arg, ArgAction, Command, CommandFactory, Parser};

/// Nouns that are no acts on a ledger.
const NO_ACTS: [&str; 9] = [
    "demo", "cluster", "bench", "play", "node", "key", "events", "proof", "verify",
];

/// The whole command line, with what its parts inherit.
pub fn root() -> Command {
    let mut root = Cli::command();
    root.build();
    root
}

/// A step as a command line.
#[derive(Debug)]
pub struct CommandLine {
    /// The arguments after the program's name.
    pub args: Vec<String>,
    /// Whether something in it is only known while the scenario is played.
    open: bool,
}

impl CommandLine {
    /// Reads it as far as it is known.
    ///
    /// # Errors
    /// The command line does not take it.
    pub fn check(&self, act: &Act) -> Result<(), Problem> {
        if self.open {
            return Ok(());
        }
        self.read(act).map(drop)
    }

    /// Reads it.
    ///
    /// # Errors
    /// The command line does not take it.
    pub fn read(&self, act: &Act) -> Result<Cli, Problem> {
        let words = std::iter::once("allonge").chain(self.args.iter().map(String::as_str));
        Cli::try_parse_from(words).map_err(|error| {
            let text = error.render().to_string();
            let text = text.strip_prefix("error: ").unwrap_or(&text);
            let what: Vec<&str> = text
                .split("\n\n")
                .next()
                .unwrap_or_default()
                .split_whitespace()
                .collect();
            let verb = act.verb.value.replace('.', " ");
            Problem::at(
                self.line_of(act, text),
                format!("`{}`: {}", act.verb.value, what.join(" ")),
                format!("see `allonge {verb} --help`"),
            )
        })
    }

    /// The line of the option that a message names.
    fn line_of(&self, act: &Act, message: &str) -> usize {
        let first = message.lines().next().unwrap_or_default();
        let named = act.with.iter().find(|(key, value)| {
            let quoted = match &value.value {
                Value::Text(text) => first.contains(&format!("'{text}'")),
                _ => false,
            };
            quoted || first.contains(&format!("--{} ", dashed(&key.value)))
        });
        named.map_or(act.verb.line, |(key, _)| key.line)
    }
}

/// Makes the command line of a step; `fill` replaces what earlier steps saved.
///
/// # Errors
/// An unknown verb or option, a value of the wrong kind.
pub fn command_line(
    root: &Command,
    act: &Act,
    fill: impl Fn(&At<String>) -> Result<String, Problem>,
) -> Result<CommandLine, Problem> {
    let (command, mut args) = find(root, &act.verb)?;
    let mut with = Vec::new();
    flatten("", &act.with, &mut with)?;
    let open = with.iter().any(|(_, value)| is_open(value));
    let mut line = Line {
        command,
        fill: &fill,
        options: Vec::new(),
        positional: Vec::new(),
    };
    let with = line.lots(with)?;
    let with = line.amounts(with)?;
    for (key, value) in with {
        line.add(&key, value)?;
    }
    args.extend(line.options);
    line.positional.sort_by_key(|(index, _)| *index);
    if !line.positional.is_empty() {
        args.push("--".to_owned());
        args.extend(line.positional.into_iter().map(|(_, text)| text));
    }
    Ok(CommandLine { args, open })
}

/// The command of `noun.verb` and the words that lead to it.
fn find<'c>(root: &'c Command, verb: &At<String>) -> Result<(&'c Command, Vec<String>), Problem> {
    let mut command = root;
    let mut words = Vec::new();
    for word in verb.value.split('.') {
        let visible = |sub: &&Command| !(words.is_empty() && NO_ACTS.contains(&sub.get_name()));
        let found = command.find_subcommand(word).filter(visible);
        command = found.ok_or_else(|| {
            let have: Vec<String> = command
                .get_subcommands()
                .filter(visible)
                .map(|sub| sub.get_name().to_owned())
                .filter(|name| name != "help")
                .map(|name| {
                    words
                        .iter()
                        .chain([&name])
                        .cloned()
                        .collect::<Vec<_>>()
                        .join(".")
                })
                .collect();
            Problem::at(
                verb.line,
                format!("`do`: there is no act `{}`", verb.value),
                did_you_mean(&verb.value, have.iter().map(String::as_str)),
            )
        })?;
        words.push(command.get_name().to_owned());
    }
    if command.has_subcommands() {
        let have: Vec<String> = command
            .get_subcommands()
            .filter(|sub| sub.get_name() != "help")
            .map(|sub| format!("{}.{}", verb.value, sub.get_name()))
            .collect();
        return Err(Problem::at(
            verb.line,
            format!("`do`: `{}` is a noun without its verb", verb.value),
            format!("write one of {}", have.join(", ")),
        ));
    }
    Ok((command, words))
}

/// Keys of inner tables become `outer-inner`.
fn flatten(
    outer: &str,
    entries: &[(At<String>, At<Value>)],
    into: &mut Vec<(At<String>, At<Value>)>,
) -> Result<(), Problem> {
    for (key, value) in entries {
        let name = format!("{outer}{}", dashed(&key.value));
        match &value.value {
            Value::Table(inner) => flatten(&format!("{name}-"), inner, into)?,
            _ if into.iter().any(|(other, _)| other.value == name) => {
                return Err(Problem::at(
                    key.line,
                    format!("`{}` is given twice", key.value),
                    "remove one of them",
                ));
            }
            _ => into.push((
                At {
                    line: key.line,
                    value: name,
                },
                value.clone(),
            )),
        }
    }
    Ok(())
}

fn dashed(key: &str) -> String {
    key.replace('_', "-")
}

fn is_open(value: &At<Value>) -> bool {
    match &value.value {
        Value::Text(text) => text.contains("${"),
        Value::Truth(_) => false,
        Value::List(items) => items.iter().any(is_open),
        Value::Table(entries) => entries.iter().any(|(_, value)| is_open(value)),
    }
}

type Given = Vec<(At<String>, At<Value>)>;

struct Line<'c, F> {
    command: &'c Command,
    fill: &'c F,
    options: Vec<String>,
    positional: Vec<(usize, String)>,
}

impl<F: Fn(&At<String>) -> Result<String, Problem>> Line<'_, F> {
    fn args(&self) -> impl Iterator<Item = &Arg> {
        self.command.get_arguments().filter(|arg| {
            !arg.is_global_set()
                && !arg.is_hide_set()
                && !matches!(arg.get_id().as_str(), "help" | "version")
        })
    }

    fn option(&self, key: &str) -> Option<&Arg> {
        self.args().find(|arg| {
            arg.get_long_and_visible_aliases()
                .is_some_and(|names| names.contains(&key))
        })
    }

    fn place(&self, key: &str) -> Option<&Arg> {
        self.args()
            .filter(|arg| arg.is_positional())
            .find(|arg| dashed(arg.get_id().as_str()) == key)
    }

    /// `bill` (or `number`) and `lot` stand for the place that is written NUMBER or NUMBER:START-END.
    fn lots(&self, with: Given) -> Result<Given, Problem> {
        let Some(place) = ["lot", "number", "bill"]
            .iter()
            .find_map(|key| self.place(key))
        else {
            return Ok(with);
        };
        let id = place.get_id().as_str();
        let mut bill = None;
        let mut lot = None;
        let mut rest = Vec::new();
        for (key, value) in with {
            let own = self.option(&key.value).is_some();
            match key.value.as_str() {
                "bill" | "certificate" | "number" if !own && bill.is_none() => {
                    bill = Some((key, value))
                }
                "lot" if !own && (id == "lot" || self.place("lot").is_none()) => {
                    lot = Some((key, value))
                }
                _ => rest.push((key, value)),
            }
        }
        let both = match (bill, lot) {
            (None, None) => return Ok(rest),
            (Some(one), None) | (None, Some(one)) => one,
            (Some((_, bill)), Some((key, lot))) => {
                let text = match (bill.value, lot.value) {
                    (Value::Text(_), Value::Text(lot)) if lot.contains(':') => lot,
                    (Value::Text(bill), Value::Text(lot)) => format!("{bill}:{lot}"),
                    (bill, lot) => {
                        let other = if matches!(bill, Value::Text(_)) {
                            lot
                        } else {
                            bill
                        };
                        return Err(Problem::at(
                            key.line,
                            format!("`{}` is {}", key.value, kind(&other)),
                            "write it in quotes",
                        ));
                    }
                };
                let line = key.line;
                (
                    key,
                    At {
                        line,
                        value: Value::Text(text),
                    },
                )
            }
        };
        let (key, value) = both;
        rest.push((
            At {
                line: key.line,
                value: id.to_owned(),
            },
            value,
        ));
        Ok(rest)
    }

    /// A `currency` that is no option of its own is written behind the amount.
    fn amounts(&self, mut with: Given) -> Result<Given, Problem> {
        if self.option("currency").is_some() {
            return Ok(with);
        }
        let Some(at) = with.iter().position(|(key, _)| key.value == "currency") else {
            return Ok(with);
        };
        let Some(amount) = with.iter().position(|(key, _)| key.value == "amount") else {
            return Ok(with);
        };
        let currency = match with.get(at) {
            Some((
                _,
                At {
                    value: Value::Text(text),
                    ..
                },
            )) => text.clone(),
            _ => return Ok(with),
        };
        if let Some((
            _,
            At {
                value: Value::Text(text),
                ..
            },
        )) = with.get_mut(amount)
        {
            text.push(' ');
            text.push_str(&currency);
        }
        with.remove(at);
        Ok(with)
    }

    fn add(&mut self, key: &At<String>, value: At<Value>) -> Result<(), Problem> {
        if let Some(arg) = self.option(&key.value) {
            let flag = matches!(arg.get_action(), ArgAction::SetTrue);
            let long = key.value.clone();
            return self.add_option(&long, flag, key, value);
        }
        if let Some(arg) = self.place(&key.value) {
            let index = arg.get_index().unwrap_or(0);
            for text in self.texts(key, value)? {
                self.positional.push((index, text));
            }
            return Ok(());
        }
        // `splittable = false` is --not-splittable.
        for against in ["not", "no", "without"] {
            let long = format!("{against}-{}", key.value);
            if let (Some(_), Value::Truth(truth)) = (self.option(&long), &value.value) {
                if !truth {
                    self.options.push(format!("--{long}"));
                }
                return Ok(());
            }
        }
        Err(self.unknown(key))
    }

    fn add_option(
        &mut self,
        long: &str,
        flag: bool,
        key: &At<String>,
        value: At<Value>,
    ) -> Result<(), Problem> {
        match (flag, &value.value) {
            (true, Value::Truth(true)) => self.options.push(format!("--{long}")),
            (true, Value::Truth(false)) => {}
            (true, other) => {
                return Err(Problem::at(
                    value.line,
                    format!("`{}` is {}, not true or false", key.value, kind(other)),
                    "write true or false, without quotes",
                ));
            }
            (false, _) => {
                for text in self.texts(key, value)? {
                    self.options.push(format!("--{long}={text}"));
                }
            }
        }
        Ok(())
    }

    fn texts(&self, key: &At<String>, value: At<Value>) -> Result<Vec<String>, Problem> {
        let line = value.line;
        match value.value {
            Value::Text(value) => Ok(vec![(self.fill)(&At { line, value })?]),
            Value::Truth(truth) => Ok(vec![truth.to_string()]),
            Value::List(items) => {
                let mut all = Vec::new();
                for item in items {
                    match item.value {
                        Value::Text(value) => all.push((self.fill)(&At {
                            line: item.line,
                            value,
                        })?),
                        other => {
                            return Err(Problem::at(
                                item.line,
                                format!("`{}` has {} in its list", key.value, kind(&other)),
                                "write texts in quotes",
                            ));
                        }
                    }
                }
                Ok(all)
            }
            Value::Table(_) => Err(self.unknown(key)),
        }
    }

    fn unknown(&self, key: &At<String>) -> Problem {
        let mut have: Vec<String> = Vec::new();
        for arg in self.args() {
            match arg.get_long() {
                Some(long) => have.push(long.replace('-', "_")),
                None => have.push(dashed(arg.get_id().as_str()).replace('-', "_")),
            }
        }
        let name = key.value.replace('-', "_");
        Problem::at(
            key.line,
            format!(
                "`with`: `{}` has no option `{name}`",
                self.command.get_name()
            ),
            did_you_mean(&name, have.iter().map(String::as_str)),
        )
    }
}
