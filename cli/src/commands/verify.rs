//! `allonge verify`: checks a proof file offline.

use crate::context::Context;
use crate::error::CliError;
use crate::files::{read_bounded, read_genesis};
use crate::output::{Style, describe, fields, range_text};
use allonge_contracts::bills::Lot;
use allonge_contracts::{Currency, Event, Outcome};
use allonge_ledger::{Fact, MAX_PROOF_BYTES, ProofFile, Verified, verify};
use clap::Args;
use std::path::PathBuf;

/// Arguments of `verify`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example:\n  allonge verify payment.proof.json --genesis genesis.json\n\n\
    No node is asked: the signatures in the file are checked against the validators in the genesis.\n\
    Exit code 1: the file proves nothing."
)]
pub struct VerifyArgs {
    /// The proof file
    file: PathBuf,
    /// The network's genesis file, from somebody you trust
    #[arg(long, value_name = "FILE", env = "ALLONGE_GENESIS")]
    genesis: PathBuf,
}

/// Runs it.
///
/// # Errors
/// A file that cannot be read, or that proves nothing.
pub fn run(context: &Context, args: VerifyArgs) -> Result<(), CliError> {
    let genesis = read_genesis(&args.genesis)?;
    let bytes = read_bounded(&args.file, MAX_PROOF_BYTES)?;
    let not_a_proof = |message: String| {
        CliError::input(
            "NOT_A_PROOF",
            format!("{}: {message}", args.file.display()),
            "give a file as `allonge proof get` writes it",
        )
    };
    let proof = ProofFile::from_json(&bytes).map_err(|e| not_a_proof(e.to_string()))?;
    let verified = verify(&genesis, &proof).map_err(|e| {
        CliError::check_failed(
            "PROOF_FAILED",
            format!("{} proves nothing: {e}", args.file.display()),
            "do not rely on it; ask for a new proof, and check that the genesis is the right network's",
        )
    })?;
    context.out.show("allonge.verified/1", &verified, |style| {
        text(&verified, style)
    })
}

fn text(verified: &Verified, style: Style) -> String {
    let mut out = format!("{}\n", style.good("proved"));
    out.push_str(&fields(&[
        ("network", verified.network.to_string()),
        ("genesis", verified.genesis.to_string()),
        (
            "block",
            format!("{} of {}", verified.height, verified.business_date),
        ),
        ("hash", verified.block.to_string()),
        (
            "signed by",
            format!("{} of {} validators", verified.signers, verified.validators),
        ),
    ]));
    out.push('\n');
    match &verified.fact {
        Fact::Transaction {
            id,
            transaction,
            receipt,
            ..
        } => {
            let outcome = match &receipt.outcome {
                Outcome::Accepted(_) => style.good("accepted"),
                Outcome::Rejected(rejection) => {
                    style.bad(&format!("rejected: {} ({rejection})", rejection.code))
                }
            };
            out.push_str(&format!(
                "transaction {id}\nby {}, {outcome}\n",
                transaction.body.actor
            ));
            out.push_str(&events(&receipt.events));
        }
        Fact::Clock { receipt } => {
            out.push_str("the clock at the start of the block\n");
            out.push_str(&events(&receipt.events));
        }
        Fact::Bill { bill, lots } => {
            out.push_str(&format!(
                "bill {}: {}, {} on {}, matures {}\n",
                bill.number, bill.sum, bill.drawer, bill.acceptor, bill.maturity
            ));
            out.push_str(&tiling(lots, bill.sum.currency));
        }
        Fact::Certificate { certificate, lots } => {
            out.push_str(&format!(
                "certificate {}: {}, {} to {}, due {}\n",
                certificate.number,
                certificate.sum,
                certificate.issuer,
                certificate.payee,
                certificate.due
            ));
            out.push_str(&tiling(lots, certificate.sum.currency));
        }
        Fact::Member { name, member } => out.push_str(&match member {
            Some(member) => format!("{name} is a member with {} keys\n", member.keys.len()),
            None => format!("there is no member {name}\n"),
        }),
        Fact::Balance {
            member,
            currency,
            balance,
        } => out.push_str(&match balance {
            Some(balance) => format!(
                "{member} has {}\n",
                allonge_contracts::Money::new(*currency, balance.total)
            ),
            None => format!("{member} has no {currency}\n"),
        }),
    }
    out
}

fn tiling(lots: &[Lot], currency: Currency) -> String {
    lots.iter()
        .map(|lot| {
            format!(
                "  {}  {}, {}, {}\n",
                range_text(lot.range, currency),
                lot.holder,
                lot.status,
                lot.circulation
            )
        })
        .collect()
}

fn events(events: &[Event]) -> String {
    events
        .iter()
        .map(|event| format!("  {}\n", describe(event)))
        .collect()
}
