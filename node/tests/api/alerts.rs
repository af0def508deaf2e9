//! The alert rules and the dashboard in `docs/operations/` name nothing that a node does not export.

use crate::client::{get, post};
use crate::serve;
use crate::world::{signed, transfer};
use allonge_contracts::Code;
use allonge_node::handle::Refused;
use std::collections::BTreeSet;
use std::path::Path;

/// The metrics that a text names.
fn named(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
        .filter(|word| word.starts_with("allonge_") || word.starts_with("process_"))
        .map(str::to_owned)
        .collect()
}

#[tokio::test]
async fn alerts_and_dashboard_use_metrics_that_are_there() {
    let (world, address, _server) = serve(true).await;
    // Counters by code are there once they have counted.
    let mut answers = Vec::new();
    for salt in [1, 2] {
        let body = signed(&world.genesis, "bank", salt, vec![transfer(1)]).to_bytes();
        let path = "/v1/transactions?wait=final";
        answers.push(
            post(address, path, "application/octet-stream", &body)
                .await
                .status,
        );
        world.refuse(Some(Refused {
            code: Code::MempoolFull,
            detail: String::new(),
            retry_after_ms: Some(1_000),
        }));
    }
    assert_eq!(answers, [200, 429]);
    let exported = String::from_utf8(get(address, "/metrics").await.body).unwrap();
    let exported: BTreeSet<String> = exported
        .lines()
        .filter(|line| !line.starts_with('#'))
        .filter_map(|line| line.split(['{', ' ']).next())
        .map(str::to_owned)
        .collect();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/operations");
    let mut used = 0;
    for file in ["allonge.rules.yml", "grafana-dashboard.json"] {
        let text = std::fs::read_to_string(folder.join(file)).unwrap();
        let missing: Vec<String> = named(&text).difference(&exported).cloned().collect();
        assert_eq!(missing, [""; 0], "{file} names what a node does not export");
        used += named(&text).len();
    }
    assert!(used > 30, "{used} names were found");
}

/// Every alert has its part in the runbook and its two series in the test of the rules.
#[test]
fn every_alert_is_explained_and_tested() {
    let docs = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs");
    let read = |name: &str| std::fs::read_to_string(docs.join(name)).unwrap();
    let rules = read("operations/allonge.rules.yml");
    let (runbook, tests) = (
        read("runbook.md"),
        read("operations/allonge.rules.test.yml"),
    );
    let alerts: Vec<&str> = rules
        .lines()
        .filter_map(|line| line.trim().strip_prefix("- alert: "))
        .collect();
    assert!(alerts.len() > 15, "{alerts:?}");
    for alert in alerts {
        assert!(
            runbook.contains(&format!("### {alert}\n")),
            "{alert} is not in docs/runbook.md"
        );
        let anchor = format!("docs/runbook.md#{}", alert.to_lowercase());
        assert!(
            rules.contains(&anchor),
            "{alert} does not lead to the runbook"
        );
        for what in ["fires", "is quiet"] {
            let test = format!("name: {alert} {what}");
            assert!(tests.contains(&test), "no test says that {alert} {what}");
        }
    }
}
