//! Work units: what acts cost, one unit being of the class of one microsecond on one core.
//!
//! The numbers bound a block's time; they follow how many records an act reads and writes, hashing of their
//! keys included. They are part of the rules: changing one changes which transactions fit.
//!
//! They were compared with the bench `acts` of the ledger (docs/performance.md): its times for the acts, for the
//! clock's work and for a step along the hands, each with its share of writing the state, at a million lots. A number
//! is changed when it is off from the others by more than twice; a step along the hands was, and counts three.

use crate::calls::Call;

/// The clock: a day is begun or closed.
pub const DAY: u64 = 3;
/// The clock: a bill reaches its maturity or the end of its window.
pub const MATURITY: u64 = 12;
/// The clock: one lot is presented.
pub const PRESENT_LOT: u64 = 25;
/// The clock: one lot is paid or refused.
pub const SETTLE_LOT: u64 = 40;
/// The clock: one request lapses.
pub const LAPSE: u64 = 12;
/// The clock: a parameter changes.
pub const PARAM: u64 = 6;
/// The clock: a repo ends.
pub const REPO_END: u64 = 16;
/// The clock: a debt falls due that proceeds are held for.
pub const DEBT_DUE: u64 = 12;
/// The clock: an acceptor is looked at when a month ends.
pub const GATE: u64 = 16;
/// A step along the hands of a lot, to find who is liable.
pub const HAND: u64 = 3;
/// The clock: one hold ends.
pub const HOLD_END: u64 = 8;

/// The clock: a currency in which obligations wait is looked at, without its cycle.
pub const NETTING_DAY: u64 = 8;
/// The clock: an obligation ends at its deadline.
pub const OBLIGATION_END: u64 = 12;

/// The clock: a question for quotes ends.
pub const QUOTES_END: u64 = 30;
/// The clock: an instruction ends at its deadline, without its legs.
pub const INSTRUCTION_END: u64 = 16;
/// The clock: a pool of certificates is taken up, or goes on being worked on.
pub const POOL: u64 = 16;
/// The clock: a lot of a pool is added up.
pub const POOL_LOT: u64 = 5;
/// The clock: a lot of a pool is ranked by its remainder.
pub const POOL_RANK: u64 = 10;
/// The clock: one rank is passed.
pub const POOL_CHOOSE: u64 = 3;
/// The clock: a lot of a pool is redeemed or falls overdue.
pub const REDEEM_LOT: u64 = 60;

/// The clock: a condition lapses, with the request that waits for it.
pub const CONDITION: u64 = 22;

/// The clock: a proposal lapses.
pub const PROPOSAL_END: u64 = 12;

/// What a call costs.
pub const fn of_call(call: &Call) -> u64 {
    match call {
        Call::Transfer(_) | Call::Mint(_) | Call::Redeem(_) => 6,
        Call::PlaceHold(_) | Call::ReleaseHold(_) => 8,
        Call::Admit(_) | Call::Suspend(_) | Call::Reinstate(_) | Call::RotateKeys(_) => 6,
        Call::Register(_) => 20,
        Call::RequestAcceptance(_) | Call::RequestDelivery(_) => 12,
        Call::RequestEndorsement(_) => 18,
        Call::Revoke(_) => 10,
        Call::Present(_) => 18,
        Call::Agree(_) | Call::AcceptPart(_) => 18,
        Call::Refuse(_) | Call::Withdraw(_) => 14,
        Call::RequestUnusedReturn(_) | Call::Disclose(_) => 12,
        Call::RequestUnmark(_)
        | Call::RequestGuarantee(_)
        | Call::RequestDiscount(_)
        | Call::RequestRedemption(_)
        | Call::RequestPledge(_)
        | Call::RequestRelease(_)
        | Call::Narrow(_) => 18,
        Call::ApplyProceeds(_) | Call::ReleaseProceeds(_) => 10,
        Call::Notify(_) | Call::Offer(_) => 20,
        Call::Freeze(_) | Call::Stop(_) | Call::Unfreeze(_) | Call::OrderTransfer(_) => 18,
        Call::Declare(_) | Call::RecordInsolvency(_) => 5,
        Call::SetParam(_) => 6,
        Call::GrantLine(_) | Call::ChangeLine(_) => 8,
        Call::OpenCertificate(_) => 24,
        Call::RequestConfirmation(_) | Call::RequestSignature(_) | Call::CancelCertificate(_) => 12,
        Call::TransferLot(_) | Call::FinanceLot(_) => 20,
        // A question names up to 16 funders, each with records of its own.
        Call::AskQuotes(_) | Call::TakeQuote(_) | Call::CloseQuotes(_) => 60,
        Call::GiveQuote(_) => 8,
        Call::DisputeLot(_) | Call::SettleDispute(_) => 14,
        // Besides, each draw on an invoice is charged, and each alert (trade/mod.rs).
        Call::RecordPaper(_) | Call::ClaimInvoice(_) => 18,
        Call::AttestPaper(_) | Call::ReleaseClaim(_) => 12,
        Call::SetCondition(_) | Call::FulfilCondition(_) => 14,
        Call::Escrow(_) => 14,
        // Besides, an instruction is charged by its legs (settlement/mod.rs).
        Call::Propose(_) | Call::Affirm(_) => 20,
        Call::CancelInstruction(_) => 16,
        // Besides, a cycle is charged by what waits, and a move by what it shifts (netting/mod.rs).
        Call::Queue(_) => 16,
        Call::Reorder(_) | Call::CancelObligation(_) => 12,
        Call::SetLimits(_) | Call::RunCycle(_) => 8,
        // Besides, a proposal and a vote are charged by the changes in it, and a proposal by who is entitled
        // (gov/propose.rs).
        Call::ProposeChange(_) | Call::VoteOnChange(_) => 20,
        Call::WithdrawChange(_) => 12,
        Call::AskBack(_) => 18,
        Call::RedeemLot(_) => 30,
        Call::AdvanceClock(_) => 3,
        Call::SetCalendar(_) => 4,
    }
}
