//! A leg as it is written: cash, or a lot of a bill or a certificate, from one member to another.

use crate::context::Context;
use crate::error::CliError;
use crate::output::range_text;
use crate::parse::{AmountArg, LotArg, ParseError};
use allonge_contracts::instruments::{Circulation, LotRange};
use allonge_contracts::settlement::{CashLeg, Leg, LotLeg};
use allonge_contracts::{Currency, MemberId, Text};
use std::fmt::Display;
use std::str::FromStr;

/// A leg as it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LegArg {
    /// What moves.
    pub what: What,
    /// Who pays or delivers.
    pub from: MemberId,
    /// Who is paid or receives.
    pub to: MemberId,
    /// What for.
    pub purpose: Text<64>,
}

/// What a leg moves.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Cash.
    Cash(AmountArg),
    /// A lot, or so much of its low end.
    Lot(LotArg, Option<AmountArg>),
}

const FORM: &str = "write a leg like `590.00 CNY from acme to bolt`, or of a lot `NUMBER:START-END from acme to bolt`, \
                    or of its low end `600.00 of NUMBER:START-END from acme to bolt`";

/// Reads a part of a leg; says which.
fn part<T: FromStr<Err: Display>>(text: &str) -> Result<T, ParseError> {
    text.trim()
        .parse()
        .map_err(|e: T::Err| ParseError(e.to_string()))
}

/// Whether a text begins with the 30 digits of an instrument.
fn is_paper(text: &str) -> bool {
    let number = text.split(':').next().unwrap_or_default();
    number.len() == 30 && number.bytes().all(|b| b.is_ascii_digit())
}

impl FromStr for LegArg {
    type Err = ParseError;
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let wrong = || {
            let shown: String = text.chars().take(80).collect();
            ParseError(format!("`{shown}` is no leg: {FORM}"))
        };
        let (what, rest) = text.split_once(" from ").ok_or_else(wrong)?;
        let (from, rest) = rest.split_once(" to ").ok_or_else(wrong)?;
        let (to, purpose) = rest.split_once(" for ").unwrap_or((rest, ""));
        let what = what.trim();
        let what = match what.split_once(" of ") {
            Some((amount, lot)) => What::Lot(part(lot)?, Some(part(amount)?)),
            None if is_paper(what) => What::Lot(part(what)?, None),
            None => What::Cash(part(what)?),
        };
        Ok(LegArg {
            what,
            from: part(from)?,
            to: part(to)?,
            purpose: part(purpose)?,
        })
    }
}

impl LegArg {
    /// The leg; the lot that is meant is looked for where only the bill or certificate is named.
    ///
    /// # Errors
    /// The node's; an amount of another currency; the deliverer holds no lot or several.
    pub async fn find(&self, context: &Context) -> Result<Leg, CliError> {
        let (from, to) = (self.from.clone(), self.to.clone());
        let purpose = self.purpose.clone();
        let (lot, part) = match &self.what {
            What::Cash(amount) => {
                let money = amount.money("CNY".parse()?)?;
                return Ok(Leg::Cash(CashLeg {
                    from,
                    to,
                    money,
                    purpose,
                }));
            }
            What::Lot(lot, part) => (lot, part),
        };
        let paper = context.client()?.paper(&lot.bill).await?.body;
        let (currency, lots) = (paper.currency(), paper.lots);
        let held: Vec<LotRange> = lots
            .iter()
            .filter(|one| one.holder == from && one.circulation != Circulation::Ended)
            .map(|one| one.range)
            .collect();
        let range = match (lot.range, held.as_slice()) {
            (Some(range), _) => range,
            (None, [range]) => *range,
            (None, held) => return Err(unclear(lot, &from, held, currency)),
        };
        let part = match part {
            Some(amount) => Some(amount.money_in(currency)?),
            None => None,
        };
        Ok(Leg::Lot(LotLeg {
            instrument: lot.bill,
            lot: range,
            part,
            from,
            to,
            purpose,
        }))
    }
}

/// Which lot is meant where the deliverer has none, or several.
fn unclear(lot: &LotArg, from: &MemberId, held: &[LotRange], currency: Currency) -> CliError {
    match held {
        [] => CliError::input(
            "NOT_HOLDER",
            format!("{from} holds no lot of {}", lot.bill),
            "name the lot, as NUMBER:START-END, to ask the ledger itself",
        ),
        [first, ..] => {
            let all: String = held
                .iter()
                .map(|range| format!("\n  {}", range_text(*range, currency)))
                .collect();
            CliError::input(
                "SEVERAL_LOTS",
                format!("{from} holds {} lots of {}:{all}", held.len(), lot.bill),
                format!("name one, such as {}:{first}", lot.bill),
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BILL: &str = "510210009999620270105000000011";

    #[test]
    fn legs_read_as_they_are_said() {
        let leg: LegArg = "590.00 CNY from acme to bolt for trade 7 to be settled"
            .parse()
            .unwrap();
        assert_eq!(leg.what, What::Cash("590.00 CNY".parse().unwrap()));
        assert_eq!((leg.from.as_str(), leg.to.as_str()), ("acme", "bolt"));
        assert_eq!(leg.purpose.as_str(), "trade 7 to be settled");
        let lot: LotArg = format!("{BILL}:1-100").parse().unwrap();
        let leg: LegArg = format!("{BILL}:1-100 from acme to bolt").parse().unwrap();
        assert_eq!(leg.what, What::Lot(lot, None));
        assert!(leg.purpose.is_empty());
        let leg: LegArg = format!("0.60 of {BILL}:1-100 from acme to bolt")
            .parse()
            .unwrap();
        assert_eq!(leg.what, What::Lot(lot, Some("0.60".parse().unwrap())));
    }

    #[test]
    fn what_is_no_leg_is_refused() {
        for bad in [
            "",
            "590.00 CNY",
            "590.00 CNY from acme",
            "590.00 CNY to bolt from acme",
            "-5 from acme to bolt",
            "five from acme to bolt",
            "5 from Acme to bolt",
            "5 from acme to bolt and cord",
            "5 XXX from acme to bolt",
            "5 of 12 from acme to bolt",
            &format!("{BILL}:5-1 from acme to bolt"),
            &format!("5 from acme to bolt for {}", "x".repeat(65)),
        ] {
            assert!(bad.parse::<LegArg>().is_err(), "{bad}");
        }
    }
}
