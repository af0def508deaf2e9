//! Measures of a court on lots: freeze, stop of payment, transfer by order (rule book 2.2).
//!
//! A frozen lot stands still for its holder: no act of a party is possible on it, but a presentment goes on, and
//! what is paid stays frozen on the holder's account. Its acceptor may pay or refuse as ever, the court's freeze
//! being one of the reasons. Of a lot whose payment is stopped nobody pays or refuses anything.

mod effect;
mod measure;
mod transfer;

use crate::member_id::MemberId;
use crate::members::{Role, acting, require_role};
use crate::outcome::Failure;
use crate::run::Run;
use crate::text::Text;

use effect::{cut, end_frozen, proceed};

/// Every measure names the order on which it rests.
fn check_order(order: &Text<64>) -> Result<(), Failure> {
    if order.is_empty() {
        return Err(Failure::argument("order"));
    }
    Ok(())
}

fn require_court(run: &Run<'_, '_>, actor: &MemberId) -> Result<(), Failure> {
    require_role(&acting(run.state, actor)?, &[Role::Court])
}
