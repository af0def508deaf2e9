//! What a transaction can ask for: one struct per call, its module number and code fixed for ever.

use crate::bills::{BankNumber, InstrumentNumber, RefusalCode};
use crate::coded::{coded_enum, coded_structs};
use crate::date::Date;
use crate::hash::{Hash, PublicKey, RequestId};
use crate::member_id::MemberId;
use crate::members::{LegalId, Role};
use crate::money::{Currency, Money};
use crate::params::ParamName;
use crate::text::Text;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

mod bills;
mod gov;
mod measures;
mod netting;
mod pools;
mod receivables;
mod settlement;
mod trade;

pub use bills::*;
pub use gov::*;
pub use measures::*;
pub use netting::*;
pub use pools::*;
pub use receivables::*;
pub use settlement::*;
pub use trade::*;

coded_enum! {
    /// One act. In JSON `{"call": "bills.register", "args": {…}}`.
    pub enum Call tag "call" content "args" {
        1 . 1 "members.admit" => Admit,
        1 . 2 "members.suspend" => Suspend,
        1 . 3 "members.reinstate" => Reinstate,
        1 . 4 "members.rotate_keys" => RotateKeys,
        1 . 5 "members.declare" => Declare,
        1 . 6 "members.record_insolvency" => RecordInsolvency,
        2 . 1 "cash.mint" => Mint,
        2 . 2 "cash.redeem" => Redeem,
        2 . 3 "cash.transfer" => Transfer,
        2 . 4 "cash.hold" => PlaceHold,
        2 . 5 "cash.release" => ReleaseHold,
        3 . 1 "bills.register" => Register,
        3 . 2 "bills.request_acceptance" => RequestAcceptance,
        3 . 3 "bills.request_delivery" => RequestDelivery,
        3 . 4 "bills.request_endorsement" => RequestEndorsement,
        3 . 5 "bills.revoke" => Revoke,
        3 . 6 "bills.present" => Present,
        3 . 7 "bills.request_unused_return" => RequestUnusedReturn,
        3 . 8 "bills.request_unmark" => RequestUnmark,
        3 . 9 "bills.request_guarantee" => RequestGuarantee,
        3 . 10 "bills.request_discount" => RequestDiscount,
        3 . 11 "bills.request_redemption" => RequestRedemption,
        3 . 12 "lots.request_pledge" => RequestPledge,
        3 . 13 "lots.request_release" => RequestRelease,
        3 . 14 "bills.disclose" => Disclose,
        3 . 15 "bills.narrow" => Narrow,
        3 . 16 "lots.apply_proceeds" => ApplyProceeds,
        3 . 17 "lots.release_proceeds" => ReleaseProceeds,
        3 . 18 "bills.accept_part" => AcceptPart,
        4 . 1 "requests.agree" => Agree,
        4 . 2 "requests.refuse" => Refuse,
        4 . 3 "requests.withdraw" => Withdraw,
        5 . 1 "clock.advance" => AdvanceClock,
        6 . 1 "calendar.set" => SetCalendar,
        7 . 1 "recourse.notify" => Notify,
        7 . 2 "recourse.offer" => Offer,
        8 . 1 "court.freeze" => Freeze,
        8 . 2 "court.stop" => Stop,
        8 . 3 "court.unfreeze" => Unfreeze,
        8 . 4 "court.transfer" => OrderTransfer,
        9 . 1 "params.set" => SetParam,
        10 . 1 "receivables.grant_line" => GrantLine,
        10 . 2 "receivables.change_line" => ChangeLine,
        10 . 3 "receivables.open" => OpenCertificate,
        10 . 4 "receivables.request_confirmation" => RequestConfirmation,
        10 . 5 "receivables.request_signature" => RequestSignature,
        10 . 6 "receivables.cancel" => CancelCertificate,
        10 . 7 "receivables.transfer" => TransferLot,
        10 . 8 "receivables.finance" => FinanceLot,
        10 . 9 "receivables.ask_quotes" => AskQuotes,
        10 . 10 "receivables.quote" => GiveQuote,
        10 . 11 "receivables.take_quote" => TakeQuote,
        10 . 12 "receivables.close_quotes" => CloseQuotes,
        10 . 13 "receivables.ask_back" => AskBack,
        10 . 14 "receivables.redeem" => RedeemLot,
        10 . 15 "receivables.dispute" => DisputeLot,
        10 . 16 "receivables.settle_dispute" => SettleDispute,
        11 . 1 "trade.record" => RecordPaper,
        11 . 2 "trade.attest" => AttestPaper,
        11 . 3 "trade.condition" => SetCondition,
        11 . 4 "trade.fulfil" => FulfilCondition,
        11 . 6 "trade.claim_invoice" => ClaimInvoice,
        11 . 7 "trade.release_claim" => ReleaseClaim,
        11 . 8 "trade.escrow" => Escrow,
        12 . 1 "settle.propose" => Propose,
        12 . 2 "settle.affirm" => Affirm,
        12 . 3 "settle.cancel" => CancelInstruction,
        13 . 1 "netting.queue" => Queue,
        13 . 2 "netting.reorder" => Reorder,
        13 . 3 "netting.cancel" => CancelObligation,
        13 . 4 "netting.limits" => SetLimits,
        13 . 5 "netting.run" => RunCycle,
        14 . 1 "gov.propose" => ProposeChange,
        14 . 2 "gov.vote" => VoteOnChange,
        14 . 3 "gov.withdraw" => WithdrawChange,
    }
}

/// A bill by its number, or the bill that an earlier call of the same transaction registered
/// (`{"call": 0}` in JSON, counting from 0).
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(untagged)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum InstrumentRef {
    /// By number.
    Number(InstrumentNumber) = 0,
    /// Made by an earlier call.
    Call(CallIndex) = 1,
}

/// A request, an instruction or a proposal by its id, or the one that an earlier call of the same transaction made.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize,
)]
#[serde(untagged)]
#[borsh(use_discriminant = true)]
#[repr(u8)]
pub enum RequestRef {
    /// By id.
    Id(RequestId) = 0,
    /// Made by an earlier call.
    Call(CallIndex) = 1,
}

coded_structs! {
    /// The position of an earlier call in the same transaction, counting from 0.
    #[derive(Copy)]
    pub struct CallIndex {
        /// Position.
        pub call: u8,
    }

    /// A regulator or central bank admits a member (rule book 1).
    pub struct Admit {
        /// The new member's name.
        pub member: MemberId,
        /// What it may do; at least one.
        pub roles: Vec<Role>,
        /// Its legal identifier.
        pub legal_id: Option<LegalId>,
        /// Its number in the payment system; needed of whoever is the acceptor or account bank of a bill.
        pub bank_number: Option<BankNumber>,
        /// The bank at which an enterprise keeps its account; gives the bank number of commercial bills.
        pub account_bank: Option<MemberId>,
        /// Its keys, 1 to 16, in ascending order.
        pub keys: Vec<PublicKey>,
        /// How many of its keys must sign.
        pub threshold: u8,
    }

    /// The regulator suspends a member.
    pub struct Suspend {
        /// Who.
        pub member: MemberId,
        /// Why; kept in the event.
        pub reason: Text<256>,
    }

    /// The regulator reinstates a suspended member.
    pub struct Reinstate {
        /// Who.
        pub member: MemberId,
        /// Why; kept in the event.
        pub reason: Text<256>,
    }

    /// The acting member replaces its own keys; they hold from the next block.
    pub struct RotateKeys {
        /// The new keys, 1 to 16, in ascending order.
        pub keys: Vec<PublicKey>,
        /// How many of them must sign.
        pub threshold: u8,
    }

    /// The currency's authority issues digital cash.
    pub struct Mint {
        /// Who receives it.
        pub to: MemberId,
        /// How much.
        pub money: Money,
        /// The issuer's reference.
        #[serde(default)]
        pub reference: Text<64>,
    }

    /// The currency's authority takes digital cash that it holds itself out of circulation.
    pub struct Redeem {
        /// How much.
        pub money: Money,
        /// The issuer's reference.
        #[serde(default)]
        pub reference: Text<64>,
    }

    /// The acting member pays another member; final in its block.
    pub struct Transfer {
        /// Who receives it.
        pub to: MemberId,
        /// How much.
        pub money: Money,
        /// What for.
        #[serde(default)]
        pub purpose: Text<64>,
        /// The payer's reference.
        #[serde(default)]
        pub reference: Text<64>,
    }

    /// The acting member sets cash aside; it stays its own but is not available.
    pub struct PlaceHold {
        /// How much.
        pub money: Money,
        /// Who may release it; the owner itself where absent.
        pub releaser: Option<MemberId>,
        /// The hold ends at the close of this day by itself.
        pub until: Date,
        /// The owner's reference.
        #[serde(default)]
        pub reference: Text<64>,
    }

    /// The one who may release a hold ends it.
    pub struct ReleaseHold {
        /// The hold's id, from the receipt of the transaction that placed it.
        pub hold: RequestId,
    }

    /// Agrees to a request: accepts, signs for, or pays, as the request asks.
    pub struct Agree {
        /// The request.
        pub request: RequestRef,
        /// The hash of the terms that are agreed to.
        pub terms: Hash,
    }

    /// Refuses a request.
    pub struct Refuse {
        /// The request.
        pub request: RequestRef,
        /// The hash of the terms that are refused.
        pub terms: Hash,
        /// Why.
        pub code: RefusalCode,
        /// In words; required with code `other`.
        #[serde(default)]
        pub text: Text<256>,
    }

    /// The requester takes its request back before it is answered.
    pub struct Withdraw {
        /// The request.
        pub request: RequestRef,
    }

    /// Moves the development clock forward; only where genesis allows it.
    pub struct AdvanceClock {
        /// To the start of this day, at the ledger's offset; after the current business date, at most
        /// 3,660 days ahead.
        pub to: Date,
    }

    /// The regulator declares days closed or open.
    pub struct SetCalendar {
        /// Holidays, at most 64.
        #[serde(default)]
        pub closed: Vec<Date>,
        /// Working days again (a working weekend too), at most 64.
        #[serde(default)]
        pub open: Vec<Date>,
    }

    /// A bank declares the figures against which its acceptances and margins are held (rule book 2.5).
    pub struct Declare {
        /// Total assets.
        pub assets: Money,
        /// Total deposits, in the same currency.
        pub deposits: Money,
        /// Margins that it holds for acceptances, in the same currency.
        pub margin: Money,
    }

    /// A court or an attestor records that a member is insolvent or ordered to cease, or that it no longer is.
    pub struct RecordInsolvency {
        /// Who.
        pub member: MemberId,
        /// The number of the court's or authority's order.
        pub order: Text<64>,
        /// The record is taken back.
        #[serde(default)]
        pub lifted: bool,
    }

    /// The regulator sets a parameter from a date on.
    pub struct SetParam {
        /// Which.
        pub name: ParamName,
        /// Its value in the parameter's unit: minor units, days, months, millionths of a rate, 0 or 1.
        #[serde(with = "crate::json::string")]
        pub value: u64,
        /// The day from whose first moment it holds; after the current business date.
        pub from: Date,
    }
}

/// Where a currency's authority is named, in genesis.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct CurrencyAuthority {
    /// The currency.
    pub currency: Currency,
    /// Who issues it; must have the role `central-bank`.
    pub authority: MemberId,
}
