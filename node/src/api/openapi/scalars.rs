//! The shapes that are no objects: texts of a fixed form, and closed lists of words.

use allonge_contracts::{Code, DayCount, bills, events, gov, instruments, members, netting, nodes};
use allonge_contracts::{params, recourse, trade};
use serde_json::{Map, Value, json};

/// `(name, pattern, example, description)`.
const TEXTS: &[(&str, &str, &str, &str)] = &[
    (
        "Digits",
        "^[0-9]+$",
        "4711",
        "A whole number of up to 64 bits (totals: 128) as decimal digits.",
    ),
    (
        "Hash",
        "^[0-9a-f]{64}$",
        "0231315889c0c05c07d2e9e4b386b47e6c4093be5670b6e36b0d48cccf6fb8d4",
        "32 bytes in hex.",
    ),
    (
        "PublicKey",
        "^[0-9a-f]{64}$",
        "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c",
        "A public key of Ed25519 in hex.",
    ),
    (
        "Signature",
        "^[0-9a-f]{128}$",
        "22044905f9a973682b85d74037b83b94e6a532eb2ff239d5a8bf5b734d9f1cd1ddf3ac396e4fb6189bc88c83e3f64a844ac22448306568f701f812234ec25406",
        "A signature of Ed25519 in hex.",
    ),
    (
        "RequestId",
        "^[0-9a-f]{32}$",
        "31457ab511d49592ed9363d83dfbba3c",
        "An id of 16 bytes in hex.",
    ),
    (
        "Salt",
        "^[0-9a-f]{32}$",
        "01010101010101010101010101010101",
        "16 bytes in hex.",
    ),
    (
        "MemberId",
        "^[a-z0-9-]{1,32}$",
        "supplier",
        "A member's name on the ledger.",
    ),
    (
        "Date",
        "^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        "2027-03-01",
        "A business date.",
    ),
    (
        "Rate",
        "^[0-9]+(\\.[0-9]{1,4})?%$",
        "3.9%",
        "An annual rate in percent, with at most four decimals.",
    ),
    ("Currency", "^[A-Z]{3}$", "CNY", "A currency's code."),
    (
        "InstrumentNumber",
        "^[0-9]{30}$",
        "510210009999620270105000000011",
        "The 30 digits of a bill package or certificate.",
    ),
    (
        "BankNumber",
        "^[0-9]{12}$",
        "102100099996",
        "A bank's number in the payment system.",
    ),
    (
        "LegalId",
        "^[0-9A-Z]{18,20}$",
        "91110000710931133W",
        "A unified social credit code or an LEI.",
    ),
    (
        "Quantity",
        "^[0-9]+(\\.[0-9]{1,6})?$",
        "12.5",
        "A quantity of goods, with at most six decimals.",
    ),
    (
        "Amount",
        "^[0-9]+(\\.[0-9]+)?$",
        "1234.50",
        "An amount in the currency's unit, with its decimals.",
    ),
    (
        "RangeText",
        "^[0-9]+-[0-9]+$",
        "1-1200000",
        "A lot by its first and last unit.",
    ),
];

macro_rules! words {
    ($into:ident: $($name:literal => $ty:ty),* $(,)?) => {
        $( $into.insert($name.to_owned(), list(<$ty>::ALL.iter().map(|word| word.as_str()))); )*
    };
}

fn list(words: impl Iterator<Item = &'static str>) -> Value {
    json!({ "type": "string", "enum": words.collect::<Vec<_>>() })
}

/// All of them, by name.
pub fn schemas() -> Map<String, Value> {
    let mut all = Map::new();
    for (name, pattern, example, description) in TEXTS {
        let schema = json!({ "type": "string", "pattern": pattern, "examples": [example], "description": description });
        all.insert((*name).to_owned(), schema);
    }
    words! { all:
        "ActionKind" => gov::ActionKind,
        "BillKind" => bills::BillKind,
        "Circulation" => instruments::Circulation,
        "ClaimEnd" => trade::ClaimEnd,
        "ClaimKind" => trade::ClaimKind,
        "ConditionStatus" => trade::ConditionStatus,
        "DayCount" => DayCount,
        "Dishonour" => instruments::Dishonour,
        "Frozen" => instruments::Frozen,
        "HandKind" => instruments::HandKind,
        "Market" => instruments::Market,
        "NodeKind" => nodes::NodeKind,
        "ParamName" => params::ParamName,
        "Profile" => instruments::Profile,
        "ProposalStatus" => gov::ProposalStatus,
        "QuotesEnd" => events::QuotesEnd,
        "Rank" => trade::Rank,
        "RecourseClass" => recourse::RecourseClass,
        "RecourseRule" => recourse::RecourseRule,
        "RefusalCode" => instruments::RefusalCode,
        "Role" => members::Role,
        "Settlement" => instruments::Settlement,
        "SignerKind" => recourse::read::SignerKind,
        "Status" => instruments::Status,
        "UnsignedEnd" => events::UnsignedEnd,
        "Verdict" => trade::Verdict,
        "Wait" => netting::Wait,
    }
    all.insert(
        "Code".to_owned(),
        list(Code::ALL.iter().map(|code| code.name())),
    );
    all.insert(
        "Money".to_owned(),
        json!({
            "type": "object", "description": "An amount of a currency; never a binary fraction.",
            "properties": { "amount": r("Amount"), "currency": r("Currency") }, "required": ["amount", "currency"]
        }),
    );
    all.insert(
        "Params".to_owned(),
        json!({
            "type": "object", "description": "Parameters by name, each as people write it.",
            "propertyNames": r("ParamName"), "additionalProperties": { "type": "string" }
        }),
    );
    all.insert(
        "Need".to_owned(),
        json!({
            "description": "How many must approve: a number, or a share such as 2/3.",
            "oneOf": [{ "type": "integer", "minimum": 1, "maximum": 65535 }, { "type": "string", "pattern": "^[0-9]+/[0-9]+$" }]
        }),
    );
    all
}

/// A reference to a schema by its name.
pub fn r(name: &str) -> Value {
    json!({ "$ref": format!("#/components/schemas/{name}") })
}
