//! A member as the state keeps it.

use crate::bills::BankNumber;
use crate::hash::PublicKey;
use crate::member_id::MemberId;
use crate::members::LegalId;
use crate::words::words;
use borsh::{BorshDeserialize, BorshSerialize};
use serde::{Deserialize, Serialize};

words! {
    /// What a member may do (rule book 1).
    pub enum Role {
        /// Draws, accepts, endorses, presents.
        Enterprise = 1 "enterprise",
        /// As an enterprise; accepts bank bills, discounts, finances, guarantees.
        Bank = 2 "bank",
        /// As a bank; accepts finance-company bills.
        FinanceCompany = 3 "finance-company",
        /// Issues and redeems digital cash; admits members.
        CentralBank = 4 "central-bank",
        /// Guarantees.
        Guarantor = 5 "guarantor",
        /// Insures.
        Insurer = 6 "insurer",
        /// Finances certificates.
        Factor = 7 "factor",
        /// Puts signed facts on the ledger.
        Attestor = 8 "attestor",
        /// Reads everything, sets parameters, admits, suspends and reinstates members.
        Regulator = 9 "regulator",
        /// Freezes, stops payment, transfers by order.
        Court = 10 "court",
    }
}

/// A member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, BorshSerialize, BorshDeserialize)]
#[serde(deny_unknown_fields)]
pub struct Member {
    /// Its name.
    pub id: MemberId,
    /// Its roles, ascending, at least one.
    pub roles: Vec<Role>,
    /// Its legal identifier.
    pub legal_id: Option<LegalId>,
    /// Its number in the payment system.
    pub bank_number: Option<BankNumber>,
    /// The bank at which it keeps its account.
    pub account_bank: Option<MemberId>,
    /// Its keys, ascending and unique, 1 to 16.
    pub keys: Vec<PublicKey>,
    /// How many of them must sign.
    pub threshold: u8,
    /// Suspended: its own acts are refused, the clock goes on for it.
    #[serde(default)]
    pub suspended: bool,
}
