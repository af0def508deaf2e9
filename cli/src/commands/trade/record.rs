//! `allonge trade record`: papers by their facts.

use super::key::NumberArgs;
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_bounded;
use crate::parse::{AmountArg, DayArg};
use allonge_contracts::calls::RecordPaper;
use allonge_contracts::trade::{PaperBody, Quantity};
use allonge_contracts::{Currency, Date, Hash, MemberId, Money, Text};
use clap::{Args, Subcommand};
use sha2::{Digest, Sha256};
use std::path::{Path, PathBuf};

/// The largest document that is hashed.
const MAX_BYTES: usize = 256 * 1024 * 1024;

/// What is recorded.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// A contract of sale, by the salted hash of its text
    #[command(after_help = "Example:\n  \
        allonge trade record contract --file contract.pdf --buyer acme --date 2027-01-04 --as parts-1")]
    Contract(ContractArgs),
    /// An invoice, by its facts; its number stays here (its seller acts)
    #[command(after_help = "Example:\n  \
        allonge trade record invoice --number EX-2027-000118 --buyer acme --amount 1,000,000.00 --date 2027-01-07 --as parts-1")]
    Invoice(InvoiceArgs),
    /// A credit note, which lowers what an invoice is worth (the invoice's seller acts)
    #[command(after_help = "Example:\n  \
        allonge trade record credit-note --invoice e228ce521804eb8b9bd3429cbac06fde20176c23b4e57a1d8897ae867e35753e --number CN-7 --amount 50,000.00 --date 2027-01-20 --as parts-1")]
    CreditNote(CreditNoteArgs),
    /// A movement of goods (who gave or took them acts)
    #[command(after_help = "Example:\n  \
        allonge trade record goods --to acme --goods \"brake discs\" --quantity 1200 --unit pcs --date 2027-01-06 --as parts-1")]
    Goods(GoodsArgs),
    /// Any other document, by its salted hash
    #[command(
        after_help = "Example:\n  allonge trade record document --file waybill.pdf --as parts-1"
    )]
    Document(DocumentArgs),
}

/// A document by its salted hash, made here or elsewhere.
#[derive(Debug, Args)]
pub struct DocumentArgs {
    /// The document: its SHA-256 behind a salt of 32 bytes; the salt is told, and is to be kept
    #[arg(long, required_unless_present = "hash", conflicts_with = "hash")]
    file: Option<PathBuf>,
    /// The salt, 32 bytes in hex; a random one where absent
    #[arg(long, value_name = "HEX", requires = "file")]
    salt: Option<Hash>,
    /// Its salted hash, as it was made elsewhere
    #[arg(long, value_name = "HASH")]
    hash: Option<Hash>,
}

/// A contract.
#[derive(Debug, Args)]
pub struct ContractArgs {
    #[command(flatten)]
    document: DocumentArgs,
    /// Who sells; the acting member where absent
    #[arg(long, value_name = "MEMBER")]
    seller: Option<MemberId>,
    /// Who buys
    #[arg(long, value_name = "MEMBER")]
    buyer: MemberId,
    /// Its date: a day, or 0d for today
    #[arg(long, value_name = "DAY")]
    date: DayArg,
}

/// What an invoice or a credit note comes to.
#[derive(Debug, Args)]
pub struct SumArgs {
    /// What is payable on it: 1000000 or 1,000,000.00
    #[arg(long)]
    amount: AmountArg,
    /// Its currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// Its date: a day, or 0d for today
    #[arg(long, value_name = "DAY")]
    date: DayArg,
}

/// An invoice.
#[derive(Debug, Args)]
pub struct InvoiceArgs {
    /// Who issued it and is owed; the acting member where absent
    #[arg(long, value_name = "MEMBER")]
    seller: Option<MemberId>,
    /// Who owes
    #[arg(long, value_name = "MEMBER")]
    buyer: MemberId,
    #[command(flatten)]
    sum: SumArgs,
    #[command(flatten)]
    number: NumberArgs,
}

/// A credit note.
#[derive(Debug, Args)]
pub struct CreditNoteArgs {
    /// The commitment of the invoice that it lowers
    #[arg(long, value_name = "HASH")]
    invoice: Hash,
    #[command(flatten)]
    sum: SumArgs,
    #[command(flatten)]
    number: NumberArgs,
}

/// A movement of goods.
#[derive(Debug, Args)]
pub struct GoodsArgs {
    /// Who gave them; the acting member where absent
    #[arg(long, value_name = "MEMBER")]
    from: Option<MemberId>,
    /// Who took them
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// What they are
    #[arg(long)]
    goods: Text<128>,
    /// How much of them, with up to six decimals
    #[arg(long)]
    quantity: Quantity,
    /// In which unit of measure
    #[arg(long)]
    unit: Text<16>,
    /// The day on which they moved: a day, or 0d for today
    #[arg(long, value_name = "DAY")]
    date: DayArg,
    /// Where they come from
    #[arg(long, default_value = "")]
    origin: Text<64>,
    /// The price of all of them
    #[arg(long, value_name = "AMOUNT")]
    price: Option<AmountArg>,
    /// The price's currency
    #[arg(long, default_value = "CNY", value_name = "CODE")]
    currency: Currency,
    /// Their quality
    #[arg(long, default_value = "")]
    grade: Text<64>,
}

/// Records it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, verb: Verb) -> Result<(), CliError> {
    let paper = match verb {
        Verb::Contract(args) => PaperBody::Contract {
            seller: or_actor(context, args.seller)?,
            buyer: args.buyer,
            date: context.day(args.date).await?,
            document: args.document.hash(context)?,
        },
        Verb::Invoice(args) => {
            let seller = or_actor(context, args.seller)?;
            let (value, date) = args.sum.read(context).await?;
            let commitment = args.number.commitment(context, &seller, value, date);
            PaperBody::Invoice {
                commitment: commitment.await?,
                seller,
                buyer: args.buyer,
                value,
                date,
            }
        }
        Verb::CreditNote(args) => {
            let seller = context.actor()?.clone();
            let (value, date) = args.sum.read(context).await?;
            let commitment = args.number.commitment(context, &seller, value, date);
            PaperBody::CreditNote {
                commitment: commitment.await?,
                invoice: args.invoice,
                value,
                date,
            }
        }
        Verb::Goods(args) => PaperBody::Goods {
            from: or_actor(context, args.from)?,
            to: args.to,
            goods: args.goods,
            origin: args.origin,
            date: context.day(args.date).await?,
            quantity: args.quantity,
            unit: args.unit,
            price: match &args.price {
                Some(price) => Some(price.money(args.currency)?),
                None => None,
            },
            grade: args.grade,
        },
        Verb::Document(args) => PaperBody::Document {
            document: args.hash(context)?,
        },
    };
    context.carry_out(RecordPaper { paper }).await
}

fn or_actor(context: &Context, named: Option<MemberId>) -> Result<MemberId, CliError> {
    match named {
        Some(member) => Ok(member),
        None => context.actor().cloned(),
    }
}

impl SumArgs {
    async fn read(&self, context: &Context) -> Result<(Money, Date), CliError> {
        let money = self.amount.money(self.currency)?;
        Ok((money, context.day(self.date).await?))
    }
}

impl DocumentArgs {
    /// The salted hash. The salt is told: without it nobody can show later what was recorded.
    fn hash(&self, context: &Context) -> Result<Hash, CliError> {
        let file = match (&self.hash, &self.file) {
            (Some(hash), _) => return Ok(*hash),
            (None, file) => file.as_deref().unwrap_or(Path::new("")),
        };
        let bytes = read_bounded(&context.file(file), MAX_BYTES)?;
        let salt = match self.salt {
            Some(salt) => salt,
            None => random_salt()?,
        };
        let salted = Sha256::new_with_prefix(salt.as_bytes()).chain_update(&bytes);
        let hash = Hash(salted.finalize().into());
        context.out.note(&format!(
            "{} with salt {salt} is {hash}: keep file and salt to show later what was recorded",
            file.display()
        ));
        Ok(hash)
    }
}

fn random_salt() -> Result<Hash, CliError> {
    let mut salt = [0; 32];
    getrandom::fill(&mut salt).map_err(|e| {
        CliError::input(
            "RANDOM",
            format!("the operating system gives no random bytes: {e}"),
            "give a salt with --salt",
        )
    })?;
    Ok(Hash(salt))
}
