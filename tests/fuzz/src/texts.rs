//! What people write by hand: names, amounts, days, numbers, hashes.

use super::{Form, Target};
use allonge_contracts::bills::{BankNumber, InstrumentNumber, LotRange};
use allonge_contracts::members::LegalId;
use allonge_contracts::trade::Quantity;
use allonge_contracts::{Currency, Date, Hash, MemberId, Money, Rate, Text};
use std::fmt::{Debug, Display};
use std::str::FromStr;

pub fn targets() -> Vec<Target> {
    vec![Target {
        name: "words",
        form: Form::Text,
        most: 512,
        read: words,
        seeds,
    }]
}

/// TOML as deep as the parser lets it be: dotted keys in inline tables in dotted keys.
#[cfg(feature = "node")]
pub fn deep_toml() -> Vec<u8> {
    let key = vec!["a"; 70].join(".");
    let open = format!("{key} = {{ ").repeat(70);
    format!("[{key}]\n{open}b = 1{}\n", " }".repeat(70)).into_bytes()
}

/// What is read from text is shown as text that says the same.
fn shown_same<T: FromStr + Display + PartialEq + Debug>(text: &str) -> bool
where
    T::Err: Display,
{
    match text.parse::<T>() {
        Ok(value) => {
            let again = value.to_string().parse::<T>();
            assert_eq!(again.ok(), Some(value), "`{text}` shown and read again");
            true
        }
        Err(error) => {
            let shown = error.to_string();
            assert!(shown.len() <= 1_024, "a refusal of {} bytes", shown.len());
            false
        }
    }
}

fn money(text: &str) -> bool {
    let mut any = false;
    for code in ["CNY", "JPY", "KWD"] {
        let currency: Currency = code.parse().unwrap();
        if let Ok(money) = Money::parse(text, currency) {
            assert_eq!(Money::parse(&money.plain(), currency), Ok(money));
            assert_eq!(Money::parse(&money.grouped(), currency), Ok(money));
            any = true;
        }
    }
    any
}

fn words(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let read = [
        shown_same::<MemberId>(text),
        shown_same::<Text<256>>(text),
        shown_same::<Date>(text),
        shown_same::<InstrumentNumber>(text),
        shown_same::<BankNumber>(text),
        shown_same::<LotRange>(text),
        shown_same::<Currency>(text),
        shown_same::<LegalId>(text),
        shown_same::<Quantity>(text),
        shown_same::<Rate>(text),
        shown_same::<Hash>(text),
        money(text),
    ];
    read.contains(&true)
}

fn seeds() -> Vec<Vec<u8>> {
    [
        "acme",
        "bank-a",
        "2027-03-01",
        "2026-02-29",
        "9999-12-31",
        "510210009999620270105000000011",
        "102100099996",
        "1-100000",
        "CNY",
        "529900T8BM49AURSDO55",
        "91110000100006640R",
        "1,234,567.89",
        "184467440737095516.15",
        "3.85",
        "12.500",
        "beaecfa7eec9357daa22a249485807ecba3aee104d8ab4db1640972b89c68b82",
        "运费 freight",
    ]
    .map(|text| text.as_bytes().to_vec())
    .to_vec()
}
