//! The ERP of the examples against a real network: it signs what pays an invoice, and leaves the rest.

use super::{Folder, PATIENCE, PROGRAM};
use allonge_cli::cluster::{Cluster, Spec};
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc;

/// The example's program, which `cargo test` builds beside this one.
fn program() -> PathBuf {
    let own = std::env::current_exe().unwrap();
    let file = own.parent().unwrap().parent().unwrap().join("examples/erp");
    assert!(
        file.exists(),
        "{}: cargo build --workspace --examples",
        file.display()
    );
    file
}

struct Killed(Child);

impl Drop for Killed {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.0.kill();
        self.0.wait().unwrap();
    }
}

fn act(home: &Path, node: &str, line: &str) -> Value {
    let output = Command::new(PROGRAM)
        .args(line.split(' '))
        .args(["--output", "json", "--node", node, "--home"])
        .arg(home)
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{line}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Draws a bill on the bank, which accepts it, and hands it to supplier-1; its number.
fn delivered(home: &Path, node: &str, amount: &str) -> String {
    let day = act(home, node, "status")["clock"]["date"]
        .as_str()
        .unwrap()
        .to_owned();
    let day: allonge_contracts::Date = day.parse().unwrap();
    let maturity = allonge_contracts::Date::from_days(day.days() + 60).unwrap();
    let issue = format!(
        "bill issue --as core-enterprise --acceptor first-bank --payee supplier-1 --amount {amount} --maturity {maturity}"
    );
    let issued = act(home, node, &issue);
    let text = issued.to_string();
    let at = text.find("\"number\":\"").expect("a number") + 10;
    let bill = text[at..at + 30].to_owned();
    act(home, node, &format!("bill accept {bill} --as first-bank"));
    act(
        home,
        node,
        &format!("bill deliver {bill} --as core-enterprise"),
    );
    bill
}

#[tokio::test(flavor = "multi_thread")]
async fn the_example_signs_for_what_pays_an_invoice_and_leaves_the_rest() {
    let folder = Folder::new();
    let mut spec = Spec::standard(folder.0.join("net")).unwrap();
    spec.nodes = 1;
    spec.binary = Some(PROGRAM.into());
    let mut cluster = Cluster::up(&spec).await.unwrap();
    let (home, node) = (spec.dir.clone(), cluster.manifest().nodes[0].url.clone());
    let invoices = folder.0.join("open.csv");
    fs::write(
        &invoices,
        "2027-0016,supplier-2,800000.00,CNY\n2027-0017,core-enterprise,800000.00,CNY\n",
    )
    .unwrap();

    // One waits before it starts, the others come while it runs.
    let first = delivered(&home, &node, "800000");
    let child = Command::new(program())
        .args(["--as", "supplier-1", "--node", &node, "--home"])
        .arg(&home)
        .arg("--invoices")
        .arg(&invoices)
        .stdout(Stdio::piped())
        .spawn();
    let mut child = Killed(child.unwrap());
    let (send, lines) = mpsc::sync_channel(16);
    let out = BufReader::new(child.0.stdout.take().unwrap());
    std::thread::spawn(move || {
        for line in out.lines().map_while(Result::ok) {
            if send.send(line).is_err() {
                break;
            }
        }
    });
    let line = lines.recv_timeout(PATIENCE).unwrap();
    assert!(
        line.starts_with("signed ") && line.contains(&first) && line.contains("invoice 2027-0017"),
        "{line}"
    );
    // The invoice is paid; another bill of the same sum pays nothing.
    for amount in ["800000", "1000"] {
        let bill = delivered(&home, &node, amount);
        let line = lines.recv_timeout(PATIENCE).unwrap();
        assert!(line.starts_with("left ") && line.contains(&bill), "{line}");
    }
    let held = act(&home, &node, &format!("bill show {first}"));
    assert_eq!(held["lots"][0]["holder"], "supplier-1", "{held}");
    drop(child);
    cluster.stop_all().unwrap();
}
