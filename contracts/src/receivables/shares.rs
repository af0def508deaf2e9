//! Sharing out cash that does not go round: each in proportion, rounded down, and what that leaves over one minor unit
//! each to the largest remainders (rule book 3.2). Nothing here knows the state.

/// One lot's part of the cash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Share {
    /// In minor units, rounded down.
    pub(crate) floor: u64,
    /// What rounding down took off, in parts of the total.
    pub(crate) remainder: u128,
}

/// The part of a lot of so much, when all lots together are worth `total` and `cash` is there. `None` where the lot or
/// the cash is more than the total.
pub(crate) fn share(amount: u64, cash: u64, total: u128) -> Option<Share> {
    if u128::from(amount) > total || u128::from(cash) > total {
        return None;
    }
    let product = u128::from(amount).checked_mul(u128::from(cash))?;
    Some(Share {
        floor: u64::try_from(product.checked_div(total)?).ok()?,
        remainder: product.checked_rem(total)?,
    })
}
