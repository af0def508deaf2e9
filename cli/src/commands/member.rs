//! `allonge member`: who may act.

use crate::client::GatesBody;
use crate::commands::court::order;
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_bounded;
use crate::keystore::{KeyFile, KeystoreError};
use crate::output::{Column, fields, table};
use crate::parse::{AmountArg, role};
use allonge_contracts::bills::BankNumber;
use allonge_contracts::calls::{Admit, Declare, RecordInsolvency, Reinstate, Suspend};
use allonge_contracts::gates::Total;
use allonge_contracts::members::{LegalId, Member, Role};
use allonge_contracts::{Currency, MemberId, PublicKey, Text, format_minor};
use clap::{Args, Subcommand};
use ed25519_dalek::VerifyingKey;
use ed25519_dalek::pkcs8::DecodePublicKey;
use serde::Serialize;
use std::path::Path;

/// The most members that `list` shows.
const MOST: usize = 100_000;
/// A public key in PEM is about 120 bytes.
const MAX_PUBLIC_BYTES: usize = 16 * 1024;

/// Arguments of `member`.
#[derive(Debug, Args)]
pub struct MemberArgs {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// List the members
    #[command(after_help = "Example:\n  allonge member list")]
    List,
    /// Show a member
    #[command(after_help = "Example:\n  allonge member show acme")]
    Show {
        /// The member; the acting one where absent
        member: Option<MemberId>,
    },
    /// Admit a member (a regulator or central bank acts)
    #[command(after_help = "Example:\n  \
        allonge key new acme\n  \
        allonge member admit acme --role enterprise --public-key acme --account-bank bank-a --as regulator")]
    Admit(AdmitArgs),
    /// Suspend a member (the regulator acts)
    #[command(
        after_help = "Example:\n  allonge member suspend acme --reason \"licence withdrawn\" --as regulator"
    )]
    Suspend(ReasonArgs),
    /// Reinstate a suspended member (the regulator acts)
    #[command(
        after_help = "Example:\n  allonge member reinstate acme --reason \"licence renewed\" --as regulator"
    )]
    Reinstate(ReasonArgs),
    /// Declare the figures against which acceptances and margins are held (the bank acts)
    #[command(after_help = "Example:\n  \
        allonge member declare --assets 9,000,000,000 --deposits 4,000,000,000 --margin 100,000,000 --as bank-a")]
    Declare(DeclareArgs),
    /// Record that a member is insolvent or was ordered to cease, or that it no longer is (a court or an
    /// attestor acts)
    #[command(after_help = "Examples:\n  \
        allonge member insolvency acme --order 2027-88 --as court-1\n  \
        allonge member insolvency acme --order 2027-131 --lift --as court-1")]
    Insolvency {
        /// The member
        member: MemberId,
        /// The number of the order
        #[arg(long, value_parser = order)]
        order: Text<64>,
        /// Take the record back
        #[arg(long)]
        lift: bool,
    },
    /// Show what holds a member back: what it declared, accepted, left unpaid, and may not do for now
    #[command(after_help = "Example:\n  allonge member gates bank-a")]
    Gates {
        /// The member; the acting one where absent
        member: Option<MemberId>,
    },
}

#[derive(Debug, Args)]
struct AdmitArgs {
    /// The new member's name
    member: MemberId,
    /// What it may do (may be given several times)
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    /// A key of the member: its public half in hex, the path of a PEM file, or the name of a key in
    /// the keystore (may be given several times)
    #[arg(long = "public-key", required = true, value_name = "KEY")]
    public_keys: Vec<String>,
    /// How many of its keys must sign
    #[arg(long, default_value_t = 1)]
    threshold: u8,
    /// Its unified social credit code or LEI
    #[arg(long)]
    legal_id: Option<LegalId>,
    /// Its number in the payment system, 12 digits
    #[arg(long)]
    bank_number: Option<BankNumber>,
    /// The bank at which it keeps its account
    #[arg(long, value_name = "MEMBER")]
    account_bank: Option<MemberId>,
}

#[derive(Debug, Args)]
struct DeclareArgs {
    /// Total assets
    #[arg(long, value_name = "AMOUNT")]
    assets: AmountArg,
    /// Total deposits
    #[arg(long, value_name = "AMOUNT")]
    deposits: AmountArg,
    /// Margins that it holds for acceptances
    #[arg(long, value_name = "AMOUNT", default_value = "0")]
    margin: AmountArg,
    /// The currency of all three
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: Currency,
}

#[derive(Debug, Args)]
struct ReasonArgs {
    /// The member
    member: MemberId,
    /// Why; kept on the ledger
    #[arg(long)]
    reason: Text<256>,
}

#[derive(Serialize)]
struct MemberList {
    #[serde(with = "allonge_contracts::json::string")]
    height: u64,
    members: Vec<Member>,
}

#[derive(Serialize)]
struct MemberShown {
    member: Member,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: MemberArgs) -> Result<(), CliError> {
    match args.verb {
        Verb::List => list(context).await,
        Verb::Show { member } => show(context, member).await,
        Verb::Admit(args) => admit(context, args).await,
        Verb::Suspend(ReasonArgs { member, reason }) => {
            let call = Suspend { member, reason };
            context.carry_out(call).await
        }
        Verb::Reinstate(ReasonArgs { member, reason }) => {
            let call = Reinstate { member, reason };
            context.carry_out(call).await
        }
        Verb::Declare(args) => {
            let call = Declare {
                assets: args.assets.money(args.currency)?,
                deposits: args.deposits.money(args.currency)?,
                margin: args.margin.money(args.currency)?,
            };
            context.carry_out(call).await
        }
        Verb::Gates { member } => gates(context, member).await,
        Verb::Insolvency {
            member,
            order,
            lift,
        } => {
            let call = RecordInsolvency {
                member,
                order,
                lifted: lift,
            };
            context.carry_out(call).await
        }
    }
}

async fn list(context: &Context) -> Result<(), CliError> {
    let client = context.client()?;
    let mut page = client.members(None).await?;
    let mut list = MemberList {
        height: page.height,
        members: page.body.members,
    };
    while let Some(cursor) = page.body.next.take().filter(|_| list.members.len() < MOST) {
        let next = client.members(Some(&cursor)).await?;
        list.members.extend(next.body.members);
        page.body.next = next.body.next;
    }
    context.out.show("allonge.members/1", &list, |_| {
        let rows = list.members.iter().map(|member| {
            vec![
                member.id.to_string(),
                roles(member),
                format!("{} of {}", member.threshold, member.keys.len()),
                if member.suspended {
                    "suspended"
                } else {
                    "active"
                }
                .to_owned(),
            ]
        });
        let columns = [
            Column::Left("MEMBER"),
            Column::Left("ROLES"),
            Column::Left("KEYS"),
            Column::Left("STATE"),
        ];
        table(&columns, rows.collect())
    })
}

async fn show(context: &Context, member: Option<MemberId>) -> Result<(), CliError> {
    let id = match member {
        Some(id) => id,
        None => context.actor()?.clone(),
    };
    let member = context.client()?.member(&id).await?;
    let shown = MemberShown { member };
    context.out.show("allonge.member/1", &shown, |style| {
        let member = &shown.member;
        let legal = member.legal_id.as_ref().map(|id| match id.warning() {
            None => id.to_string(),
            Some(warning) => format!("{id} (warning: {warning})"),
        });
        let text = |value: Option<String>| value.unwrap_or_default();
        let mut text = fields(&[
            ("member", member.id.to_string()),
            (
                "state",
                if member.suspended {
                    style.bad("suspended")
                } else {
                    "active".to_owned()
                },
            ),
            ("roles", roles(member)),
            ("legal id", text(legal)),
            (
                "bank number",
                text(member.bank_number.map(|n| n.to_string())),
            ),
            (
                "account bank",
                text(member.account_bank.as_ref().map(MemberId::to_string)),
            ),
            (
                "signs with",
                format!("{} of {} keys", member.threshold, member.keys.len()),
            ),
        ]);
        for key in &member.keys {
            text.push_str(&format!("  {key}\n"));
        }
        text
    })
}

async fn gates(context: &Context, member: Option<MemberId>) -> Result<(), CliError> {
    let id = match member {
        Some(id) => id,
        None => context.actor()?.clone(),
    };
    let gates = context.client()?.gates(&id).await?;
    context
        .out
        .show("allonge.gates/1", &gates, |_| gates_text(&gates.body))
}

fn gates_text(body: &GatesBody) -> String {
    let state = &body.gates;
    let totals = |totals: &[Total]| {
        let all: Vec<String> = totals
            .iter()
            .map(|total| {
                let sum = format_minor(total.minor, total.currency.decimals(), true);
                format!("{sum} {}", total.currency)
            })
            .collect();
        match all.as_slice() {
            [] => "nothing".to_owned(),
            some => some.join(", "),
        }
    };
    let declared = state.declared.as_ref().map(|declared| {
        format!(
            "assets {}, deposits {}, margins {}, on {}",
            declared.assets, declared.deposits, declared.margin, declared.on
        )
    });
    let findings: Vec<String> = state.findings.iter().map(|day| day.to_string()).collect();
    let gate = state.gate.as_ref();
    let mut text = fields(&[
        ("member", body.member.to_string()),
        ("declared", declared.unwrap_or_else(|| "nothing".to_owned())),
        ("accepted", totals(&state.accepted)),
        ("unpaid", totals(&state.overdue)),
        ("found overdue", findings.join(", ")),
        (
            "no acceptance",
            gate.map(|gate| format!("until {}", gate.no_acceptance_until))
                .unwrap_or_default(),
        ),
        (
            "paper barred",
            gate.and_then(|gate| gate.paper_barred_until)
                .map(|day| format!("until {day}"))
                .unwrap_or_default(),
        ),
    ]);
    for event in &state.events {
        text.push_str(&format!("unpaid on {}: {}\n", event.date, event.bill));
    }
    text
}

async fn admit(context: &Context, args: AdmitArgs) -> Result<(), CliError> {
    let mut keys = args
        .public_keys
        .iter()
        .map(|text| public_half(context, text))
        .collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable();
    let mut roles = args.roles;
    roles.sort_unstable();
    roles.dedup();
    if let Some(warning) = args.legal_id.as_ref().and_then(LegalId::warning) {
        context.out.note(&format!("warning: {warning}"));
    }
    let call = Admit {
        member: args.member,
        roles,
        legal_id: args.legal_id,
        bank_number: args.bank_number,
        account_bank: args.account_bank,
        keys,
        threshold: args.threshold,
    };
    context.carry_out(call).await
}

fn roles(member: &Member) -> String {
    let all: Vec<&str> = member.roles.iter().map(|role| role.as_str()).collect();
    all.join(", ")
}

/// Of a private key's file, or of one that holds the public half alone, as `allonge key export --public` writes it.
fn public_of_file(context: &Context, file: &Path) -> Result<PublicKey, CliError> {
    if let Ok(bytes) = read_bounded(file, MAX_PUBLIC_BYTES)
        && let Ok(text) = std::str::from_utf8(&bytes)
        && let Ok(key) = VerifyingKey::from_public_key_pem(text)
    {
        return Ok(PublicKey(key.to_bytes()));
    }
    Ok(KeyFile::read(file)?.known_public(&context.passphrases())?)
}

/// Hex, a PEM file, or a name in the keystore.
pub(crate) fn public_half(context: &Context, text: &str) -> Result<PublicKey, CliError> {
    if let Ok(key) = text.parse() {
        return Ok(key);
    }
    if text.contains('/') || text.ends_with(".pem") {
        return public_of_file(context, Path::new(text));
    }
    match context.keystore()?.public(text) {
        Ok(key) => Ok(key),
        Err(KeystoreError::Name(_)) => Err(CliError::input(
            "PUBLIC_KEY",
            format!("`{text}` is neither 32 bytes in hex, nor a PEM file, nor a key's name"),
            "give the public half as `allonge key show` prints it",
        )),
        Err(error) => Err(error.into()),
    }
}
