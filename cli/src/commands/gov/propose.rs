//! `allonge gov propose`: one change from options, or several from a file.

use crate::commands::member::public_half;
use crate::commands::params::name as param_name;
use crate::context::Context;
use crate::error::CliError;
use crate::files::read_bounded;
use crate::parse::{AmountArg, DayArg, LotArg, role};
use allonge_contracts::bills::BankNumber;
use allonge_contracts::calls::{Admit, ProposeChange, Reinstate, SetParam, Suspend};
use allonge_contracts::gov::{
    Action, ActivateProtocol, AddObserver, AddValidator, ChangeRoles, CorrectCash, CorrectLot,
    MoveNode, Recover, RekeyValidator, RemoveObserver, RemoveValidator, ReplaceKeys,
    WeighValidator,
};
use allonge_contracts::members::{LegalId, Role};
use allonge_contracts::params::ParamName;
use allonge_contracts::{CallResult, Currency, MemberId, PublicKey, Text};
use clap::{Args, Subcommand};
use serde::Deserialize;
use std::path::{Path, PathBuf};

/// Sixteen changes with sixteen keys each take some thirty thousand bytes.
const MAX_BYTES: usize = 1024 * 1024;

/// What to propose.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  allonge gov propose suspend acme --reason \"licence withdrawn\" --as regulator
  allonge gov propose add-validator node-4 --consensus-key 3f… --peer-key 7a… \\
      --consensus-address n4.example:27000 --gossip-address n4.example:28000 --power 10 --as regulator
  allonge gov propose set-param recourse_rate 3.1% --since 2027-07-01 --deadline 10d --as regulator
  allonge gov propose file changes.json --as regulator

A file has the changes as the API has them, `{\"actions\": [{\"action\": \"member.suspend\", \"args\": {…}}]}`;
docs/governance.md lists them.")]
pub struct ProposeArgs {
    #[command(subcommand)]
    what: What,
}

/// A change, and what every proposal says besides.
#[derive(Debug, Args)]
struct Of<T: Args> {
    #[command(flatten)]
    change: T,
    #[command(flatten)]
    common: Common,
}

#[derive(Debug, Args)]
struct Common {
    /// Without enough approvals it lapses at the close of this day: a date, or a distance such as 10d
    #[arg(long, value_name = "DAY", default_value = "14d")]
    deadline: DayArg,
    /// Carried out when this day begins, not at once
    #[arg(long, value_name = "DAY")]
    on: Option<DayArg>,
    /// Why; kept on the ledger
    #[arg(long, value_name = "TEXT")]
    reason: Option<Text<256>>,
    /// The number of the order or resolution behind it
    #[arg(long, value_name = "NUMBER")]
    order: Option<Text<64>>,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Admit a member
    Admit(Of<AdmitArgs>),
    /// Suspend a member
    Suspend(Of<MemberArg>),
    /// Reinstate a suspended member
    Reinstate(Of<MemberArg>),
    /// Replace a member's keys
    RotateKeys(Of<KeysArgs>),
    /// Give a member other roles: all it has from then on
    ChangeRoles(Of<RolesArgs>),
    /// Give new keys to a member whose keys are all gone; needs --order
    Recover(Of<KeysArgs>),
    /// Move cash back that went to the wrong member; both sides must approve
    CorrectCash(Of<CashArgs>),
    /// Move a lot back that went to the wrong member; both sides must approve
    CorrectLot(Of<LotArgs>),
    /// Let a node vote on blocks; it may connect at once
    AddValidator(Of<ValidatorArgs>),
    /// Let a validator vote no more, and leave the list
    RemoveValidator(Of<RemoveArgs>),
    /// Give a validator another weight
    WeighValidator(Of<WeighArgs>),
    /// Let a validator sign its votes with another key
    RekeyValidator(Of<RekeyArgs>),
    /// Say where a node is found from now on
    MoveNode(Of<MoveArgs>),
    /// Let a node connect, follow and serve, without a vote
    AddObserver(Of<NodeArgs>),
    /// Let an observer connect no more
    RemoveObserver(Of<NameArg>),
    /// Set a parameter from a day on
    SetParam(Of<ParamArgs>),
    /// Activate the next version of the protocol
    Protocol(Of<ProtocolArgs>),
    /// Whatever a JSON file says
    File(Of<FileArgs>),
}

#[derive(Debug, Args)]
struct MemberArg {
    /// The member
    member: MemberId,
}

#[derive(Debug, Args)]
struct RolesArgs {
    /// The member
    member: MemberId,
    /// A role (may be given several times)
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
}

#[derive(Debug, Args)]
struct CashArgs {
    /// How much
    amount: AmountArg,
    /// Who has it
    #[arg(long, value_name = "MEMBER")]
    holder: MemberId,
    /// Who is to have it
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
    /// The currency, where the amount names none
    #[arg(long, value_name = "CODE", default_value = "CNY")]
    currency: Currency,
}

#[derive(Debug, Args)]
struct LotArgs {
    /// The lot as it stands, NUMBER:START-END
    lot: LotArg,
    /// Who holds it
    #[arg(long, value_name = "MEMBER")]
    holder: MemberId,
    /// Who is to hold it
    #[arg(long, value_name = "MEMBER")]
    to: MemberId,
}

#[derive(Debug, Args)]
struct ValidatorArgs {
    #[command(flatten)]
    node: NodeArgs,
    /// The ed25519 key that signs its votes, in hex
    #[arg(long, value_name = "KEY")]
    consensus_key: PublicKey,
    /// Its weight
    #[arg(long, default_value_t = 1)]
    power: u64,
    #[command(flatten)]
    when: WhenArgs,
}

#[derive(Debug, Args)]
struct RemoveArgs {
    /// Its name
    name: Text<32>,
    #[command(flatten)]
    when: WhenArgs,
}

#[derive(Debug, Args)]
struct WeighArgs {
    /// Its name
    name: Text<32>,
    /// Its weight
    #[arg(long)]
    power: u64,
    #[command(flatten)]
    when: WhenArgs,
}

#[derive(Debug, Args)]
struct RekeyArgs {
    /// Its name
    name: Text<32>,
    /// The new ed25519 key, in hex
    #[arg(long, value_name = "KEY")]
    consensus_key: PublicKey,
    #[command(flatten)]
    when: WhenArgs,
}

#[derive(Debug, Args)]
struct MoveArgs {
    /// Its name
    name: Text<32>,
    /// The ed25519 key of its node on the network, in hex
    #[arg(long, value_name = "KEY")]
    peer_key: Option<PublicKey>,
    /// Where its consensus swarm listens, HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    consensus_address: Option<Text<128>>,
    /// Where its transaction gossip listens, HOST:PORT
    #[arg(long, value_name = "ADDRESS")]
    gossip_address: Option<Text<128>>,
}

#[derive(Debug, Args)]
struct NameArg {
    /// Its name
    name: Text<32>,
}

#[derive(Debug, Args)]
struct ParamArgs {
    /// Which
    #[arg(value_parser = param_name)]
    name: ParamName,
    /// Its value, as `params show` writes it
    value: String,
    /// The first day on which it holds, after the deadline
    #[arg(long, value_name = "DAY")]
    since: DayArg,
}

#[derive(Debug, Args)]
struct ProtocolArgs {
    // Every command has an argument of the name `version` already.
    /// The version
    #[arg(id = "protocol_version", value_name = "VERSION")]
    version: u32,
    #[command(flatten)]
    when: WhenArgs,
}

#[derive(Debug, Args)]
struct FileArgs {
    /// The file
    file: PathBuf,
}

#[derive(Debug, Args)]
struct AdmitArgs {
    /// The new member's name
    member: MemberId,
    /// What it may do (may be given several times)
    #[arg(long = "role", required = true, value_parser = role)]
    roles: Vec<Role>,
    #[command(flatten)]
    keys: KeyList,
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
struct KeysArgs {
    /// The member
    member: MemberId,
    #[command(flatten)]
    keys: KeyList,
}

#[derive(Debug, Args)]
struct KeyList {
    /// A key: its public half in hex, the path of a PEM file, or the name of a key in the keystore (may be given
    /// several times)
    #[arg(long = "public-key", required = true, value_name = "KEY")]
    public_keys: Vec<String>,
    /// How many of the keys must sign
    #[arg(long, default_value_t = 1)]
    threshold: u8,
}

#[derive(Debug, Args)]
struct NodeArgs {
    /// Its name, unlike that of any other node
    name: Text<32>,
    /// The member that runs it
    #[arg(long, value_name = "MEMBER")]
    member: Option<MemberId>,
    /// The ed25519 key of its node on the network, in hex
    #[arg(long, value_name = "KEY")]
    peer_key: PublicKey,
    /// Where its consensus swarm listens, HOST:PORT
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    consensus_address: Text<128>,
    /// Where its transaction gossip listens, HOST:PORT
    #[arg(long, value_name = "ADDRESS", default_value = "")]
    gossip_address: Text<128>,
}

#[derive(Debug, Args)]
struct WhenArgs {
    /// From this height on; as soon as may be where absent
    #[arg(long, value_name = "HEIGHT", default_value_t = 0)]
    height: u64,
}

/// A file: the changes, and what may also be said by options.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    actions: Vec<Action>,
    #[serde(default)]
    reason: Text<256>,
    #[serde(default)]
    order: Text<64>,
}

/// Runs it.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn run(context: &Context, args: ProposeArgs) -> Result<(), CliError> {
    let (written, common) = written(context, args.what).await?;
    let call = ProposeChange {
        actions: written.actions,
        deadline: context.day(common.deadline).await?,
        from: context.day_if_given(common.on).await?,
        reason: common.reason.unwrap_or(written.reason),
        order: common.order.unwrap_or(written.order),
    };
    let acted = context.act(vec![call.into()], Text::empty()).await?;
    let made = acted.results().iter().find_map(|result| match result {
        CallResult::Proposal { proposal, .. } => Some(*proposal),
        _ => None,
    });
    if let Some(id) = made {
        context.out.note(&format!(
            "see who has yet to approve with: allonge gov show {id}"
        ));
    }
    acted.finish(&context.out)
}

/// The changes that options name, or a file.
async fn written(context: &Context, what: What) -> Result<(Written, Common), CliError> {
    let (action, common) = match what {
        What::File(of) => return Ok((read(&context.file(&of.change.file))?, of.common)),
        What::Admit(of) => (admit(context, of.change)?, of.common),
        What::Suspend(of) => {
            let reason = of.common.reason.clone().unwrap_or_default();
            let member = of.change.member;
            (Suspend { member, reason }.into(), of.common)
        }
        What::Reinstate(of) => {
            let reason = of.common.reason.clone().unwrap_or_default();
            let member = of.change.member;
            (Reinstate { member, reason }.into(), of.common)
        }
        What::RotateKeys(of) => {
            let replace = ReplaceKeys {
                keys: keys(context, &of.change.keys)?,
                threshold: of.change.keys.threshold,
                member: of.change.member,
            };
            (replace.into(), of.common)
        }
        What::ChangeRoles(of) => {
            let change = ChangeRoles {
                member: of.change.member,
                roles: sorted(of.change.roles),
            };
            (change.into(), of.common)
        }
        What::Recover(of) => {
            let recover = Recover {
                keys: keys(context, &of.change.keys)?,
                threshold: of.change.keys.threshold,
                member: of.change.member,
                order: order(&of.common)?,
            };
            (recover.into(), of.common)
        }
        What::CorrectCash(of) => {
            let correct = CorrectCash {
                money: of.change.amount.money(of.change.currency)?,
                from: of.change.holder,
                to: of.change.to,
            };
            (correct.into(), of.common)
        }
        What::CorrectLot(of) => (correct_lot(of.change)?, of.common),
        What::SetParam(of) => (set_param(context, of.change).await?, of.common),
        What::Protocol(of) => {
            let activate = ActivateProtocol {
                version: of.change.version,
                height: of.change.when.height,
            };
            (activate.into(), of.common)
        }
        What::AddValidator(of) => (of.change.into(), of.common),
        What::RemoveValidator(of) => {
            let (name, height) = (of.change.name, of.change.when.height);
            (RemoveValidator { name, height }.into(), of.common)
        }
        What::WeighValidator(of) => {
            let weigh = WeighValidator {
                name: of.change.name,
                power: of.change.power,
                height: of.change.when.height,
            };
            (weigh.into(), of.common)
        }
        What::RekeyValidator(of) => {
            let rekey = RekeyValidator {
                name: of.change.name,
                consensus_key: of.change.consensus_key,
                height: of.change.when.height,
            };
            (rekey.into(), of.common)
        }
        What::MoveNode(of) => (of.change.into(), of.common),
        What::AddObserver(of) => (of.change.into(), of.common),
        What::RemoveObserver(of) => {
            let name = of.change.name;
            (RemoveObserver { name }.into(), of.common)
        }
    };
    let written = Written {
        actions: vec![action],
        reason: Text::empty(),
        order: Text::empty(),
    };
    Ok((written, common))
}

fn admit(context: &Context, args: AdmitArgs) -> Result<Action, CliError> {
    Ok(Admit {
        keys: keys(context, &args.keys)?,
        threshold: args.keys.threshold,
        member: args.member,
        roles: sorted(args.roles),
        legal_id: args.legal_id,
        bank_number: args.bank_number,
        account_bank: args.account_bank,
    }
    .into())
}

fn correct_lot(args: LotArgs) -> Result<Action, CliError> {
    let lot = args.lot.range.ok_or_else(|| {
        CliError::input(
            "LOT",
            format!("`{}` names no lot", args.lot),
            "write it as NUMBER:START-END; see the lots with `allonge bill show`",
        )
    })?;
    Ok(CorrectLot {
        instrument: args.lot.bill,
        lot,
        from: args.holder,
        to: args.to,
    }
    .into())
}

async fn set_param(context: &Context, args: ParamArgs) -> Result<Action, CliError> {
    let name = args.name;
    Ok(SetParam {
        name,
        value: name.parse(&args.value).map_err(|e| {
            CliError::input(
                "PARAM_VALUE",
                e.to_string(),
                format!("see how it is written with `allonge params show {name}`"),
            )
        })?,
        from: context.day(args.since).await?,
    }
    .into())
}

impl From<ValidatorArgs> for Action {
    fn from(args: ValidatorArgs) -> Action {
        let node = args.node;
        AddValidator {
            name: node.name,
            member: node.member,
            consensus_key: args.consensus_key,
            peer_key: node.peer_key,
            consensus_address: node.consensus_address,
            gossip_address: node.gossip_address,
            power: args.power,
            height: args.when.height,
        }
        .into()
    }
}

impl From<MoveArgs> for Action {
    fn from(args: MoveArgs) -> Action {
        MoveNode {
            name: args.name,
            peer_key: args.peer_key,
            consensus_address: args.consensus_address,
            gossip_address: args.gossip_address,
        }
        .into()
    }
}

impl From<NodeArgs> for Action {
    fn from(node: NodeArgs) -> Action {
        AddObserver {
            name: node.name,
            member: node.member,
            peer_key: node.peer_key,
            consensus_address: node.consensus_address,
            gossip_address: node.gossip_address,
        }
        .into()
    }
}

fn sorted(mut roles: Vec<Role>) -> Vec<Role> {
    roles.sort_unstable();
    roles.dedup();
    roles
}

fn keys(context: &Context, list: &KeyList) -> Result<Vec<PublicKey>, CliError> {
    let mut keys = list
        .public_keys
        .iter()
        .map(|text| public_half(context, text))
        .collect::<Result<Vec<_>, _>>()?;
    keys.sort_unstable();
    Ok(keys)
}

fn order(common: &Common) -> Result<Text<64>, CliError> {
    match &common.order {
        Some(order) if !order.is_empty() => Ok(order.clone()),
        _ => Err(CliError::input(
            "ORDER",
            "no order is named by which the member gets new keys",
            "give its number with --order",
        )),
    }
}

fn read(file: &Path) -> Result<Written, CliError> {
    let bytes = read_bounded(file, MAX_BYTES)?;
    serde_json::from_slice(&bytes).map_err(|error| {
        CliError::input(
            "PROPOSAL_FILE",
            format!("{}: {error}", file.display()),
            "docs/governance.md shows how each change is written",
        )
    })
}
