//! What organisations hand to each other before there is a network, and what an operator tells a node.

use super::texts::deep_toml;
use super::{Form, Target};
use allonge_cli::founding::{Identity, NetworkSpec, Organisation, Signers};
use allonge_contracts::members::Role;
use allonge_contracts::{PublicKey, Text};
use allonge_node::admin::Request;
use ed25519_dalek::SigningKey;
use std::path::Path;

pub fn targets() -> Vec<Target> {
    let target = |name, form, read, seeds| Target {
        name,
        form,
        most: 64 * 1024,
        read,
        seeds,
    };
    vec![
        target("identity", Form::Json, identity, identity_seeds),
        target("network_spec", Form::Text, network_spec, network_spec_seeds),
        target("admin", Form::Json, admin, admin_seeds),
    ]
}

fn fit_to_show(error: &str) {
    assert!(error.len() < 4_096, "a refusal that repeats the file");
    assert!(
        !error.chars().any(char::is_control),
        "a refusal with control characters: {error:?}"
    );
}

fn identity(bytes: &[u8]) -> bool {
    let file = Path::new("identity.json");
    match Identity::read(bytes, file) {
        Ok(identity) => {
            let again = serde_json::to_vec(&identity).unwrap();
            assert_eq!(Identity::read(&again, file).unwrap(), identity);
            true
        }
        Err(error) => {
            fit_to_show(&error.to_string());
            false
        }
    }
}

fn identity_seeds() -> Vec<Vec<u8>> {
    let [member, validator, node] = [1, 2, 3].map(|seed| SigningKey::from_bytes(&[seed; 32]));
    let public = |key: &SigningKey| PublicKey(key.verifying_key().to_bytes());
    let alone = Organisation {
        name: "mill".parse().unwrap(),
        roles: vec![Role::Enterprise],
        legal_id: None,
        bank_number: None,
        account_bank: Some("bank-a".parse().unwrap()),
        keys: vec![public(&member)],
        threshold: 1,
        node: None,
    };
    let address = |text: &str| -> Text<128> { text.parse().unwrap() };
    let with_node = Organisation {
        name: "bank-a".parse().unwrap(),
        roles: vec![Role::Bank],
        bank_number: Some("901000000011".parse().unwrap()),
        account_bank: None,
        node: Some(allonge_cli::founding::NodeIdentity {
            name: "bank-a".parse().unwrap(),
            validator_key: Some(public(&validator)),
            node_key: public(&node),
            consensus_address: address("node.bank-a.example:26656"),
            gossip_address: address("node.bank-a.example:26657"),
        }),
        ..alone.clone()
    };
    let keys = [member];
    let none = Signers {
        member: &keys,
        validator: None,
        node: None,
    };
    let all = Signers {
        member: &keys,
        validator: Some(&validator),
        node: Some(&node),
    };
    [(alone, none), (with_node, all)]
        .map(|(organisation, signers)| {
            let identity = Identity::sign(organisation, &signers).unwrap();
            serde_json::to_vec(&identity).unwrap()
        })
        .to_vec()
}

fn network_spec(bytes: &[u8]) -> bool {
    let Ok(text) = std::str::from_utf8(bytes) else {
        return false;
    };
    let read = NetworkSpec::read(text, Path::new("network.toml"));
    let used = read.and_then(|spec| {
        spec.issuers()?;
        spec.policy().map(|_| ())
    });
    if let Err(error) = &used {
        fit_to_show(&error.to_string());
    }
    used.is_ok()
}

fn network_spec_seeds() -> Vec<Vec<u8>> {
    let least = "network = \"delta bills\"\n[currencies]\nCNY = \"central-bank\"\n";
    let more = "network = \"delta bills\"\nbusiness_date = \"2027-01-04\"\nutc_offset_minutes = -300\nclose_minute = 1080\n\
        protocol = 2\nholidays = [\"2027-01-01\"]\nworking_weekends = []\n[currencies]\nCNY = \"central-bank\"\nEUR = \"ecb\"\n\
        [power]\nbank-a = 20\n[limits]\nblock_work = \"200000\"\n[governance.admit]\nroles = [\"regulator\"]\nneed = 1\n\
        [governance.validators]\noperators = true\nneed = \"3/4\"\n";
    vec![least.into(), more.into(), deep_toml()]
}

fn admin(bytes: &[u8]) -> bool {
    match serde_json::from_slice::<Request>(bytes) {
        Ok(request) => {
            let again = serde_json::to_vec(&request).unwrap();
            assert_eq!(serde_json::from_slice::<Request>(&again).unwrap(), request);
            true
        }
        Err(_) => false,
    }
}

fn admin_seeds() -> Vec<Vec<u8>> {
    let calls = [
        &b"{\"call\":\"status\"}"[..],
        b"{\"call\":\"checkpoint\"}",
        b"{\"call\":\"log\",\"filter\":\"warn,allonge_node=debug\"}",
        b"{\"call\":\"stop\"}",
    ];
    calls.map(<[u8]>::to_vec).to_vec()
}
