use super::fields::{fields_of, variant};
use super::*;
use crate::api::types::*;
use allonge_contracts::gov::{Action, Policy, Proposal, Quorum, Rule, ScheduledProtocol, Vote};
use allonge_contracts::{Call, Event, bills, cash, gates, instruments, members, netting, nodes};
use allonge_contracts::{outcome, receivables, recourse, requests, settlement, trade};
use allonge_ledger as ledger;
use std::collections::BTreeSet;

fn names_in(schema: &Value) -> BTreeSet<&str> {
    schema["properties"]
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, _)| name.as_str())
        .collect()
}

/// Every name that is referred to.
fn referred<'a>(value: &'a Value, into: &mut BTreeSet<&'a str>) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(name)) = map.get("$ref") {
                into.insert(name.strip_prefix("#/components/schemas/").unwrap());
            }
            map.values().for_each(|inner| referred(inner, into));
        }
        Value::Array(list) => list.iter().for_each(|inner| referred(inner, into)),
        _ => {}
    }
}

#[test]
fn every_schema_is_there_and_used() {
    for text in SCHEMAS {
        serde_json::from_str::<Map<String, Value>>(text).unwrap();
    }
    let document = crate::api::routes::routes().document();
    let schemas = document["components"]["schemas"].as_object().unwrap();
    let mut used = BTreeSet::new();
    referred(&document, &mut used);
    let known: BTreeSet<&str> = schemas.keys().map(String::as_str).collect();
    assert_eq!(used.difference(&known).collect::<Vec<_>>(), [&""; 0]);
    assert_eq!(known.difference(&used).collect::<Vec<_>>(), [&""; 0]);
}

#[test]
fn every_route_says_what_it_takes_and_answers() {
    let routes = crate::api::routes::routes();
    let mut ids = BTreeSet::new();
    let mut faults = Vec::new();
    for (path, _, operation) in &routes.described {
        faults.extend(operation.faults(path));
        if !ids.insert(operation.json(path)["operationId"].to_string()) {
            faults.push(format!("{path}: its name is used twice"));
        }
    }
    assert_eq!(faults, Vec::<String>::new());
}

#[test]
fn calls_actions_and_events_have_the_fields_of_their_types() {
    let schemas = schemas();
    let check = |of: &str,
                 tag: &str,
                 content: &str,
                 names: &[(u8, u16, &'static str)],
                 fields: &dyn Fn(&'static str) -> &'static [&'static str]| {
        let alternatives = schemas[of]["oneOf"].as_array().unwrap();
        let told: Vec<&str> = alternatives
            .iter()
            .map(|one| one["properties"][tag]["const"].as_str().unwrap())
            .collect();
        let known: Vec<&str> = names.iter().map(|(_, _, name)| *name).collect();
        assert_eq!(told, known, "{of}");
        for ((_, _, name), one) in names.iter().zip(alternatives) {
            let shape = one["properties"][content]["$ref"].as_str().unwrap();
            let shape = shape.rsplit('/').next().unwrap();
            let fields: BTreeSet<&str> = fields(name).iter().copied().collect();
            assert_eq!(names_in(&schemas[shape]), fields, "{of} {name}");
        }
    };
    check(
        "Call",
        "call",
        "args",
        Call::NAMES,
        &variant::fields_of::<Call>,
    );
    check(
        "Action",
        "action",
        "args",
        Action::NAMES,
        &variant::fields_of::<Action>,
    );
    check(
        "Event",
        "event",
        "data",
        Event::NAMES,
        &variant::fields_of::<Event>,
    );
}

/// Holds schemas to the types of the same name.
macro_rules! same {
    ($schemas:ident, $faults:ident: $($($path:ident)::+),* $(,)?) => { $({
        let name = stringify!($($path)::+).rsplit("::").next().unwrap().trim();
        let fields: BTreeSet<&str> = fields_of::<$($path)::+>().iter().copied().collect();
        let told = $schemas.get(name).map(names_in).unwrap_or_default();
        if fields.is_empty() || told != fields {
            $faults.push(format!("{name}: told {told:?}, it has {fields:?}"));
        }
    })* };
}

#[test]
fn shapes_have_the_fields_of_their_types() {
    let schemas = schemas();
    let mut faults = Vec::new();
    same! { schemas, faults:
        Problem, ErrorBody, CommitSignature, CertificateView, BlockTransaction, BlockView, BlockBody, MembersBody,
        MemberBody, GatesBody, BalanceView, CashBody, EvidenceBody, ViolationView, InvariantsBody, Holding,
        HoldingsBody, BillsBody, RequestView, BillBody, RequestsBody, RequestBody, QuoteBody, RecourseBody,
        ParamChange, ParamView, ParamsBody, EventView, ClockView, CurrencyView, ValidatorView, MempoolView,
        StatusBody, SnapshotsBody, SnapshotView, ReadyBody, ProposalView, ProposalsBody, PolicyBody, NodesBody,
        NettingBody, QueueBody, ObligationBody, CertificatesBody, CertificateHolding, CertificateHoldingsBody,
        CertificateBody, CertificateReach, ReachBody, LinesBody, LineBody, QuoteAsksBody, QuoteAskBody,
        InstructionView, InstructionsBody, PaperFacts, PaperView, PapersBody, CheckBody, ClaimsBody, ClaimBody,
        ConditionsBody, ConditionBody,
        ledger::Transaction, ledger::Body, ledger::Approval, ledger::Header, ledger::Receipt, ledger::SystemReceipt,
        ledger::Evidence, ledger::Statement, ledger::Genesis, ledger::GenesisValidator, ledger::GenesisObserver,
        ledger::Limits,
        Policy, Proposal, Quorum, Rule, ScheduledProtocol, Vote,
        instruments::Lot, instruments::Hand, instruments::LotRange, instruments::Claim, instruments::Pledge,
        instruments::Repo, instruments::RepoDates, instruments::Sale, instruments::Funding,
        instruments::Receivable, instruments::UseLimits, bills::Bill, bills::quote::Quote,
        members::Member, cash::Hold, gates::AcceptorState, nodes::Node, nodes::ValidatorChange,
        netting::Netting, netting::Cycle, netting::Obligation, netting::Queued,
        outcome::Rejection, outcome::Fact, requests::Request, settlement::Instruction, settlement::Affirmation,
        receivables::Certificate, receivables::Line, receivables::QuoteAsk, receivables::SealedQuote,
        receivables::TierReach, recourse::read::RecourseView, recourse::read::RecourseRow,
        recourse::read::OfferView, trade::Attestation, trade::Condition, trade::InvoiceClaim, trade::Paper,
    }
    assert_eq!(faults, Vec::<String>::new());
}

/// The names of the properties that are of a shape, in all that events hold.
fn properties_of<'a>(
    value: &'a Value,
    name: &'a str,
    shape: &str,
    schemas: &'a Map<String, Value>,
    seen: &mut BTreeSet<&'a str>,
    found: &mut BTreeSet<&'a str>,
) {
    match value {
        Value::Object(map) => {
            if let Some(Value::String(to)) = map.get("$ref") {
                let to = to.rsplit('/').next().unwrap();
                if to == shape {
                    found.insert(name);
                } else if seen.insert(to) {
                    properties_of(&schemas[to], name, shape, schemas, seen, found);
                }
            }
            for (key, inner) in map {
                match inner.as_object() {
                    Some(properties) if key == "properties" => {
                        for (name, inner) in properties {
                            properties_of(inner, name, shape, schemas, seen, found);
                        }
                    }
                    _ => properties_of(inner, name, shape, schemas, seen, found),
                }
            }
        }
        Value::Array(list) => {
            for inner in list {
                properties_of(inner, name, shape, schemas, seen, found);
            }
        }
        _ => {}
    }
}

#[test]
fn a_filter_looks_at_every_field_that_names_a_member_or_an_instrument() {
    use crate::api::filter::{INSTRUMENT_FIELDS, MEMBER_FIELDS};
    let schemas = schemas();
    for (shape, fields) in [
        ("MemberId", MEMBER_FIELDS),
        ("InstrumentNumber", INSTRUMENT_FIELDS),
    ] {
        let (mut seen, mut found) = (BTreeSet::new(), BTreeSet::new());
        properties_of(
            &schemas["Event"],
            "",
            shape,
            &schemas,
            &mut seen,
            &mut found,
        );
        assert_eq!(found.into_iter().collect::<Vec<_>>(), fields, "{shape}");
    }
}
