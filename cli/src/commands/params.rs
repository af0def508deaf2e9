//! `allonge params`: the numbers of law and market that a regulator can change, each from a day on.

use crate::client::ParamView;
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, fields, table};
use crate::parse::DayArg;
use allonge_contracts::Date;
use allonge_contracts::calls::SetParam;
use allonge_contracts::params::ParamName;
use clap::{Args, Subcommand};
use serde::Serialize;

/// Arguments of `params`.
#[derive(Debug, Args)]
pub struct ParamsArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Show the parameters that hold on a day, and what they will change to
    #[command(
        after_help = "Examples:\n  allonge params show\n  allonge params show recourse_rate --on 2027-07-01"
    )]
    Show {
        /// One of them; all where absent
        #[arg(value_parser = name)]
        name: Option<ParamName>,
        /// On this day: a date, or a distance from today such as 30d; today where absent
        #[arg(long, value_name = "DAY")]
        on: Option<DayArg>,
    },
    /// Set a parameter from a day on (the regulator acts)
    #[command(
        after_help = "Example:\n  allonge params set recourse_rate 3.1% --from 2027-07-01 --as regulator"
    )]
    Set {
        /// Which
        #[arg(value_parser = name)]
        name: ParamName,
        /// Its value, as `params show` writes it: 6, 3.6%, 1 (yes) or 0 (no); sums in minor units
        value: String,
        /// The first day on which it holds, after today: a date, or a distance such as 30d
        #[arg(long, value_name = "DAY")]
        from: DayArg,
    },
}

#[derive(Serialize)]
struct Shown {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    on: Date,
    params: Vec<ParamView>,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: ParamsArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::Show { name, on } => show(context, name, on).await,
        Verb::Set { name, value, from } => {
            let value = name.parse(&value).map_err(|e| {
                CliError::input(
                    "PARAM_VALUE",
                    e.to_string(),
                    format!("see how it is written with `allonge params show {name}`"),
                )
            })?;
            let from = context.day(from).await?;
            context.carry_out(SetParam { name, value, from }).await
        }
    }
}

async fn show(
    context: &Context,
    name: Option<ParamName>,
    on: Option<DayArg>,
) -> Result<(), CliError> {
    let on = context.day_if_given(on).await?;
    let answer = context.client()?.params(on).await?;
    let mut params = answer.body.params;
    params.retain(|param| name.is_none_or(|name| param.name == name));
    let shown = Shown {
        height: answer.height,
        on: answer.body.on,
        params,
    };
    context.out.show("allonge.params/1", &shown, |_| {
        match (name, shown.params.as_slice()) {
            (Some(_), [one]) => one_text(one),
            _ => {
                let rows = shown.params.iter().map(|param| {
                    vec![
                        param.name.to_string(),
                        param.text.clone(),
                        since(param),
                        coming(param),
                    ]
                });
                let columns = [
                    Column::Left("PARAMETER"),
                    Column::Right("VALUE"),
                    Column::Left("SINCE"),
                    Column::Left("COMING"),
                ];
                table(&columns, rows.collect())
            }
        }
    })
}

fn one_text(param: &ParamView) -> String {
    fields(&[
        ("parameter", param.name.to_string()),
        ("value", param.text.clone()),
        ("since", since(param)),
        ("coming", coming(param)),
        ("what", param.name.summary().to_owned()),
    ])
}

fn since(param: &ParamView) -> String {
    match param.since {
        Date::FIRST => "genesis".to_owned(),
        day => day.to_string(),
    }
}

fn coming(param: &ParamView) -> String {
    let all: Vec<String> = param
        .coming
        .iter()
        .map(|change| format!("{} from {}", change.text, change.from))
        .collect();
    all.join(", ")
}

pub(crate) fn name(word: &str) -> Result<ParamName, String> {
    // As they are written in genesis, or with the hyphens of options.
    ParamName::from_word(&word.replace('-', "_")).ok_or_else(|| {
        let all: Vec<&str> = ParamName::ALL.iter().map(|name| name.as_str()).collect();
        format!("there is no such parameter; there are {}", all.join(", "))
    })
}
