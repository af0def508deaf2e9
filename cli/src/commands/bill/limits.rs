//! Use limits: said when a bill is drawn, and narrowed by a holder.

use super::select::{PartArgs, Pick};
use crate::context::Context;
use crate::error::CliError;
use crate::parse::{DayArg, role};
use allonge_contracts::bills::UseLimits;
use allonge_contracts::calls::Narrow;
use allonge_contracts::members::Role;
use allonge_contracts::{MemberId, Text};
use clap::Args;

/// To whom, when and for what a lot may move.
#[derive(Debug, Args)]
#[command(next_help_heading = "Use limits")]
pub struct LimitArgs {
    /// A lot may move to this member (may be given several times)
    #[arg(long = "only-to", value_name = "MEMBER")]
    only_to: Vec<MemberId>,
    /// A lot may move to members of this role (may be given several times)
    #[arg(long = "only-role", value_name = "ROLE", value_parser = role)]
    only_role: Vec<Role>,
    /// The first day on which it may move: a date, or a distance such as 10d
    #[arg(long, value_name = "DAY")]
    from: Option<DayArg>,
    /// The last day on which it may move
    #[arg(long, value_name = "DAY")]
    until: Option<DayArg>,
    /// The purpose that a request to move it must state
    #[arg(long)]
    purpose: Option<Text<64>>,
}

/// Narrowing.
#[derive(Debug, Args)]
pub struct NarrowArgs {
    #[command(flatten)]
    part: PartArgs,
    /// It may no longer be split
    #[arg(long)]
    unsplittable: bool,
    #[command(flatten)]
    limits: LimitArgs,
}

impl LimitArgs {
    /// What was said, over what holds already; nothing where nothing was said.
    ///
    /// # Errors
    /// The node's, or a day after 9999-12-31.
    pub async fn over(
        self,
        context: &Context,
        old: Option<UseLimits>,
    ) -> Result<Option<UseLimits>, CliError> {
        let LimitArgs {
            mut only_to,
            mut only_role,
            from,
            until,
            purpose,
        } = self;
        let receivers = !only_to.is_empty() || !only_role.is_empty();
        if !receivers && from.is_none() && until.is_none() && purpose.is_none() {
            return Ok(None);
        }
        let mut limits = old.unwrap_or_default();
        if receivers {
            only_to.sort_unstable();
            only_to.dedup();
            only_role.sort_unstable();
            only_role.dedup();
            limits.holders = only_to;
            limits.roles = only_role;
        }
        limits.from = context.day_if_given(from).await?.or(limits.from);
        limits.until = context.day_if_given(until).await?.or(limits.until);
        limits.purpose = purpose.unwrap_or(limits.purpose);
        Ok(Some(limits))
    }
}

/// Narrows what may be done with a lot.
///
/// # Errors
/// Wrong input, the node's, the ledger's.
pub async fn narrow(context: &Context, args: NarrowArgs) -> Result<(), CliError> {
    let chosen = args.part.choose(context, Pick::Held).await?;
    let old = chosen.record.and_then(|lot| lot.limits);
    let call = Narrow {
        bill: chosen.bill,
        lot: chosen.lot,
        part: chosen.part,
        unsplittable: args.unsplittable,
        limits: args.limits.over(context, old).await?,
    };
    context.carry_out(call).await
}
