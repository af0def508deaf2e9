//! One sample of every event of certificates.

use crate::samples::*;
use crate::support::*;
use allonge_contracts::bills::Settlement;
use allonge_contracts::events::*;
use allonge_contracts::receivables::{Certificate, Line, QuoteAsk};
use allonge_contracts::{DayCount, Event};

/// In order of number.
pub fn events() -> Vec<Event> {
    let (core, bank, s1, s2) = (member("core"), member("bank-b"), member("s1"), member("s2"));
    let certificate = certificate_number();
    let money = yuan("200,000.00");
    let part = lot("35000001-55000000");
    vec![
        LineGranted {
            line: Line {
                id: id(),
                grantor: bank.clone(),
                issuer: core.clone(),
                limit: yuan("5,000,000.00"),
                used: 0,
                until: Some(date("2027-12-31")),
            },
        }
        .into(),
        LineChanged {
            line: id(),
            limit: yuan("6,000,000.00"),
            until: None,
        }
        .into(),
        CertificateOpened {
            certificate: Certificate {
                number: certificate,
                sum: yuan("1,000,000.00"),
                issuer: core.clone(),
                line: id(),
                payee: s1.clone(),
                issue_date: date("2027-01-05"),
                due: date("2027-12-05"),
                payable_on: date("2027-12-06"),
                splittable: true,
                notice_only: false,
                max_tier: 4,
                term_reason: text("a machine built to order"),
                confirmed_by: None,
                hands: 1,
            },
        }
        .into(),
        CertificateConfirmed {
            certificate,
            by: bank.clone(),
        }
        .into(),
        CertificateSigned {
            certificate,
            issuer: core.clone(),
            payee: s1.clone(),
            money,
        }
        .into(),
        CertificateEnded {
            certificate,
            money,
            why: UnsignedEnd::Expired,
        }
        .into(),
        LotTransferred {
            certificate,
            lot: part,
            from: s1.clone(),
            to: s2.clone(),
            money,
            tier: 2,
            notice_only: false,
            purpose: text("steel"),
        }
        .into(),
        LotFinanced {
            certificate,
            lot: part,
            from: s1.clone(),
            to: bank.clone(),
            money,
            advance: money,
            price: yuan("192,500.00"),
            rate: rate("4.2%"),
            day_count: DayCount::Act360,
            recourse: true,
            registry: text("ZDW-2027-000017"),
            settlement: Settlement::Dvp,
            tier: 1,
        }
        .into(),
        QuotesAsked {
            ask: QuoteAsk {
                id: id(),
                certificate,
                lot: part,
                money,
                asker: s1.clone(),
                to: vec![bank.clone(), member("finco")],
                key: key(44),
                until: date("2027-01-08"),
            },
        }
        .into(),
        QuoteGiven {
            ask: id(),
            funder: bank.clone(),
            valid_until: 1_799_000_000_000,
        }
        .into(),
        QuotesEnded {
            ask: id(),
            why: QuotesEnd::Taken,
            taken: Some(bank),
        }
        .into(),
        LotDisputed {
            certificate,
            lot: part,
            by: core.clone(),
            reason: text("short delivery"),
        }
        .into(),
        DisputeSettled {
            certificate,
            lot: part,
            by: core.clone(),
        }
        .into(),
        CertificateRedeemed {
            certificate,
            lot: part,
            issuer: core.clone(),
            to: s2.clone(),
            money,
            seller: Some(s1.clone()),
            surplus: yuan("20,000.00"),
            by_clock: true,
        }
        .into(),
        CertificateOverdue {
            certificate,
            lot: part,
            issuer: core.clone(),
            holder: s2.clone(),
            money,
        }
        .into(),
        CertificateAskedBack {
            certificate,
            lot: part,
            from: s2,
            to: s1,
            money,
        }
        .into(),
        PoolRedeemed {
            issuer: core,
            due: date("2027-12-05"),
            currency: cny(),
            owed: 100_000_000,
            paid: 70_000_000,
            next: Some(date("2027-12-07")),
        }
        .into(),
    ]
}
