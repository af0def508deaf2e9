//! `allonge settle show` and `list`: instructions that wait, leg by leg in words.

use crate::client::{InstructionView, NodeClient};
use crate::context::Context;
use crate::error::CliError;
use crate::output::{Column, Style, fields, leg_text, table};
use allonge_contracts::instruments::InstrumentNumber;
use allonge_contracts::settlement::Leg;
use allonge_contracts::{Currency, MemberId, RequestId};
use clap::Args;
use serde::Serialize;
use std::collections::BTreeMap;

/// What to list.
#[derive(Debug, Args)]
pub struct ListArgs {
    /// Whose; the acting member's where absent
    member: Option<MemberId>,
    /// Only those that wait for the member's affirmation
    #[arg(long)]
    waiting: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    limit: usize,
}

#[derive(Serialize)]
struct Listed {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    member: MemberId,
    instructions: Vec<InstructionView>,
    more: bool,
}

/// The legs in words; of lots with their amounts, for which their papers are asked for.
///
/// # Errors
/// The node's.
pub async fn legs_in_words(client: &NodeClient, legs: &[Leg]) -> Result<Vec<String>, CliError> {
    let mut known: BTreeMap<InstrumentNumber, Currency> = BTreeMap::new();
    let mut words = Vec::with_capacity(legs.len());
    for leg in legs {
        let currency = match leg {
            Leg::Cash(_) => None,
            Leg::Lot(leg) => Some(match known.get(&leg.instrument) {
                Some(currency) => *currency,
                None => {
                    let currency = client.paper(&leg.instrument).await?.body.currency();
                    known.insert(leg.instrument, currency);
                    currency
                }
            }),
        };
        words.push(leg_text(leg, currency));
    }
    Ok(words)
}

/// Shows an instruction.
///
/// # Errors
/// The node's; none of this id waits.
pub async fn run(context: &Context, id: RequestId) -> Result<(), CliError> {
    let client = context.client()?;
    let answer = client.instruction(&id).await?;
    let words = legs_in_words(&client, &answer.body.instruction.legs).await?;
    context.out.show("allonge.instruction/1", &answer, |style| {
        text(&answer.body, &words, style)
    })
}

fn text(view: &InstructionView, words: &[String], style: Style) -> String {
    let one = &view.instruction;
    let mut text = format!("{}\n", style.bold(&format!("INSTRUCTION {}", one.id)));
    text.push_str(&fields(&[
        ("proposed", format!("by {} on {}", one.by, one.proposed_on)),
        ("deadline", one.deadline.to_string()),
        ("reference", one.reference.to_string()),
        ("terms", view.terms_hash.to_string()),
    ]));
    text.push_str(&format!("\n{}\n", style.bold("LEGS")));
    for (number, words) in words.iter().enumerate() {
        text.push_str(&format!("{number}  {words}\n"));
    }
    text.push_str(&format!("\n{}\n", style.bold("AFFIRMATIONS")));
    let rows = one.affirmations.iter().map(|one| {
        let answer = if one.affirmed {
            "affirmed"
        } else {
            "waited for"
        };
        vec![one.member.to_string(), answer.to_owned()]
    });
    let columns = [Column::Left("MEMBER"), Column::Left("ANSWER")];
    text.push_str(&table(&columns, rows.collect()));
    text
}

/// Lists instructions.
///
/// # Errors
/// No member named, the node's.
pub async fn list(context: &Context, args: ListArgs) -> Result<(), CliError> {
    let client = context.client()?;
    let member = match args.member {
        Some(member) => member,
        None => context.actor()?.clone(),
    };
    let first = client.instructions(&member, None).await?;
    let height = first.height;
    let fits = |view: &InstructionView| !args.waiting || view.waits_for.contains(&member);
    let mut found: Vec<InstructionView> = Vec::new();
    found.extend(first.body.instructions.into_iter().filter(fits));
    let mut next = first.body.next;
    while let Some(cursor) = next.take_if(|_| found.len() <= args.limit) {
        let page = client.instructions(&member, Some(&cursor)).await?.body;
        found.extend(page.instructions.into_iter().filter(fits));
        next = page.next;
    }
    let more = found.len() > args.limit;
    found.truncate(args.limit);
    if more {
        context.out.note(&format!(
            "only the first {} are shown; ask for more with --limit",
            args.limit
        ));
    }
    let listed = Listed {
        height,
        member,
        instructions: found,
        more,
    };
    context.out.show("allonge.instructions/1", &listed, |_| {
        if listed.instructions.is_empty() {
            return format!("no instruction waits for {}\n", listed.member);
        }
        let rows = listed.instructions.iter().map(|view| {
            let one = &view.instruction;
            let waits: Vec<&str> = view.waits_for.iter().map(MemberId::as_str).collect();
            vec![
                one.id.to_string(),
                one.by.to_string(),
                one.legs.len().to_string(),
                one.deadline.to_string(),
                waits.join(", "),
            ]
        });
        let columns = [
            Column::Left("INSTRUCTION"),
            Column::Left("PROPOSED BY"),
            Column::Right("LEGS"),
            Column::Left("DEADLINE"),
            Column::Left("WAITS FOR"),
        ];
        table(&columns, rows.collect())
    })
}
