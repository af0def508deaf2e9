//! What a user can mistype, and files that are no good: the exit code, the name of the problem, the value
//! that is wrong, and what to do next. Nothing is sent.

use serde_json::Value;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tests::{Network, Setup, Shell, tip};

struct Row {
    typed: String,
    exit: i32,
    /// The stable name.
    code: &'static str,
    says: String,
}

fn row(typed: impl Into<String>, exit: i32, code: &'static str, says: impl Into<String>) -> Row {
    Row {
        typed: typed.into(),
        exit,
        code,
        says: says.into(),
    }
}

/// What the command line itself refuses.
const USAGE: &str = "USAGE";
const NO_BILL: &str = "510210009999620270105000000011";

fn lines() -> Vec<Row> {
    let as_first = "--as supplier-1";
    let send = |rest: &str| format!("cash send supplier-2 {rest} {as_first}");
    vec![
        row("cash sned supplier-2 5", 2, USAGE, "sned"),
        row(send("5 --colour blue"), 2, USAGE, "--colour"),
        row("--output xml status", 2, USAGE, "xml"),
        row(send("5 --timeout soon"), 2, USAGE, "soon"),
        row("cash send supplier-2", 2, USAGE, "AMOUNT"),
        row(send("-5"), 2, USAGE, "-5"),
        row(
            send("1.234"),
            2,
            "AMOUNT",
            "`1.234` has more decimals than CNY",
        ),
        row(send("99999999999999999999"), 2, "AMOUNT", "is too large"),
        row(send("five"), 2, USAGE, "five"),
        row(send("1e3"), 2, USAGE, "1e3"),
        row(send("1,00"), 2, USAGE, "1,00"),
        row(send("5 --currency ABC"), 2, USAGE, "ABC"),
        row(send("5 --currency USD"), 1, "UNKNOWN_CURRENCY", "USD"),
        row(send("0"), 1, "AMOUNT_ZERO", ""),
        row(send("100,000,000"), 1, "INSUFFICIENT_FUNDS", "100,000.00"),
        row(
            format!("cash send Supplier-2 5 {as_first}"),
            2,
            USAGE,
            "Supplier-2",
        ),
        row(
            format!("cash send nobody 5 {as_first}"),
            1,
            "NO_SUCH_MEMBER",
            "nobody",
        ),
        row("cash send supplier-2 5", 2, "NO_MEMBER", "--as"),
        row(
            "cash send supplier-2 5 --as nobody",
            2,
            "UNKNOWN_MEMBER",
            "nobody",
        ),
        row("bill show 123", 2, USAGE, "123"),
        row(
            "bill show 510210009999620270105000000012",
            2,
            USAGE,
            "510210009999620270105000000012",
        ),
        row(format!("bill show {NO_BILL}"), 2, "NO_SUCH_BILL", NO_BILL),
        row(
            format!("bill endorse {NO_BILL}:9-3 --to supplier-2 {as_first}"),
            2,
            USAGE,
            "9-3",
        ),
        row(
            format!("bill endorse {NO_BILL}:1-3 --to supplier-2 {as_first}"),
            2,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            format!(
                "bill issue --acceptor first-bank --payee supplier-2 --amount 5 --maturity yesterday {as_first}"
            ),
            2,
            USAGE,
            "yesterday",
        ),
        row(
            format!(
                "bill issue --acceptor first-bank --payee supplier-2 --amount 5 --maturity 2020-01-01 {as_first}"
            ),
            1,
            "MATURITY_IN_PAST",
            "2020-01-01",
        ),
        row(
            format!(
                "bill issue --acceptor first-bank --payee supplier-2 --amount 5 --maturity 400d {as_first}"
            ),
            1,
            "TERM_TOO_LONG",
            "latest",
        ),
        row(
            format!(
                "bill issue --acceptor supplier-3 --payee supplier-2 --amount 5 --maturity 90d {as_first}"
            ),
            1,
            "ROLE_REQUIRED",
            "supplier-3",
        ),
        row(
            format!(
                "bill issue --acceptor first-bank --payee supplier-2 --amount 5 --maturity 90d --only-role king {as_first}"
            ),
            2,
            USAGE,
            "king",
        ),
        row(
            format!(
                "bill issue --acceptor first-bank --payee supplier-2 --amount 5 --maturity 90d --from 2027-03-02 --until 2027-03-01 {as_first}"
            ),
            1,
            "INVALID_ARGUMENT",
            "limits",
        ),
        row(
            format!("bill return {NO_BILL} {as_first}"),
            1,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            format!("bill disclose {NO_BILL} {as_first}"),
            1,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            format!("bill discount {NO_BILL} --to first-bank --rate 3.9 {as_first}"),
            2,
            USAGE,
            "3.9",
        ),
        row(
            format!("bill redeem {NO_BILL} {as_first}"),
            2,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            format!("bill pledge {NO_BILL} --to first-bank --debt 5 --debt-due soon {as_first}"),
            2,
            USAGE,
            "soon",
        ),
        row(
            format!("bill release {NO_BILL} --price -1 {as_first}"),
            2,
            USAGE,
            "-1",
        ),
        row(
            format!("bill guarantee {NO_BILL} --by Surety {as_first}"),
            2,
            USAGE,
            "Surety",
        ),
        row(
            format!("bill recourse {NO_BILL}:1-3"),
            2,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            "bill quote --amount 5 --rate 3.9%",
            2,
            "QUOTE_DAYS",
            "how many days",
        ),
        row("bill sign --request 00ff --as supplier-1", 2, USAGE, "00ff"),
        row(
            "bill sign --request 00112233445566778899aabbccddeeff --as supplier-1",
            2,
            "NO_SUCH_REQUEST",
            "00112233445566778899aabbccddeeff",
        ),
        row(
            format!("recourse notify {NO_BILL} {as_first}"),
            2,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            format!("recourse offer {NO_BILL}:1-3 --sum x {as_first}"),
            2,
            USAGE,
            "x",
        ),
        row(
            format!("court stop {NO_BILL}:1-3 {as_first}"),
            2,
            USAGE,
            "--order",
        ),
        row(
            format!("court unfreeze {NO_BILL}:1-3 --order 7 {as_first}"),
            2,
            "NO_SUCH_BILL",
            NO_BILL,
        ),
        row(
            format!("member insolvency nobody --order 7 {as_first}"),
            1,
            "ROLE_REQUIRED",
            "court",
        ),
        row(
            "member declare --assets 5 --deposits 5 EUR --as first-bank",
            2,
            USAGE,
            "EUR",
        ),
        row(
            "params set interest 5 --from 30d --as regulator",
            2,
            USAGE,
            "interest",
        ),
        row(
            "params set silent_days 61 --from 30d --as regulator",
            2,
            "PARAM_VALUE",
            "from 1 to 60",
        ),
        row(
            "params set silent_days 3 --from 2020-01-01 --as regulator",
            1,
            "DATE_IN_PAST",
            "2020-01-01",
        ),
        row("params show --on 2027-02-30", 2, USAGE, "2027-02-30"),
        row("tx show 00ff", 2, USAGE, "00ff"),
        row("block show 99999999", 2, "NOT_FOUND", "99999999"),
        row("--node not-a-url status", 2, "BAD_URL", "not-a-url"),
        row(
            "--node http://127.0.0.1:1 status",
            3,
            "NO_NODE",
            "127.0.0.1:1",
        ),
        row(
            "cluster status --dir /nowhere/at/all",
            2,
            "CLUSTER_NOT_FOUND",
            "/nowhere/at/all",
        ),
        row(
            "cluster up --nodes 0 --dir /tmp/allonge-never-made",
            2,
            "CLUSTER_NODES",
            "0 nodes",
        ),
    ]
}

fn invoices() -> Vec<Row> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/bad-invoices");
    let mut rows = Vec::new();
    for (file, code) in [
        ("not-xml", "INVOICE_NOT_XML"),
        ("not-ubl", "INVOICE_NOT_UBL"),
        ("cii", "INVOICE_ELEMENT_MISSING"),
        ("entity-bomb", "INVOICE_DOCTYPE"),
        ("external-entity", "INVOICE_DOCTYPE"),
        ("two-currencies-payable", "INVOICE_TWO_CURRENCIES"),
        ("two-currencies-line", "INVOICE_TWO_CURRENCIES"),
        ("truncated", "INVOICE_TRUNCATED"),
        ("negative", "INVOICE_AMOUNT_NOT_POSITIVE"),
        ("three-decimals", "INVOICE_TOO_MANY_DECIMALS"),
        ("too-large", "INVOICE_AMOUNT_TOO_LARGE"),
        ("unknown-currency", "INVOICE_UNKNOWN_CURRENCY"),
        ("missing", "INVOICE_UNREADABLE"),
    ] {
        let path = folder.join(format!("{file}.xml"));
        let path = path.to_str().unwrap();
        let typed = format!(
            "bill issue --acceptor first-bank --payee supplier-1 --maturity 90d --invoice {path} --as core-enterprise"
        );
        rows.push(row(typed, 2, code, format!("{file}.xml")));
    }
    rows
}

/// Files of the user's own that are no good.
fn files(network: &Network) -> Vec<Row> {
    let folder = network.own_folder("files");
    let file = |name: &str, bytes: &[u8]| -> PathBuf {
        let path = folder.join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    let key = network.dir().join("keys/supplier-3.pem");
    fs::set_permissions(&key, fs::Permissions::from_mode(0o644)).unwrap();
    let broken = network.dir().join("keys/broken.pem");
    fs::write(
        &broken,
        "-----BEGIN PRIVATE KEY-----\nbm90aGluZw==\n-----END PRIVATE KEY-----\n",
    )
    .unwrap();
    fs::set_permissions(&broken, fs::Permissions::from_mode(0o600)).unwrap();
    let genesis = network.dir().join("genesis.json");
    let proof = file("empty.proof", b"");
    let other = file("other.proof", b"{\"version\": 1}");
    let bad_genesis = file("genesis.json", b"{\"version\": 1, \"colour\": \"red\"}");
    vec![
        row(
            "key show supplier-3",
            2,
            "KEY_PERMISSIONS",
            key.to_str().unwrap(),
        ),
        row(
            "cash send supplier-2 5 --as supplier-3",
            2,
            "KEY_PERMISSIONS",
            key.to_str().unwrap(),
        ),
        row(
            "key show broken",
            2,
            "KEY_UNREADABLE",
            broken.to_str().unwrap(),
        ),
        row("key show absent", 2, "KEY_NOT_FOUND", "absent"),
        row("key new first-bank", 2, "KEY_EXISTS", "first-bank"),
        row(
            format!("verify {} --genesis {}", proof.display(), genesis.display()),
            2,
            "",
            "empty.proof",
        ),
        row(
            format!("verify {} --genesis {}", other.display(), genesis.display()),
            2,
            "",
            "other.proof",
        ),
        row(
            format!(
                "verify {} --genesis {}",
                proof.display(),
                bad_genesis.display()
            ),
            2,
            "",
            "genesis.json",
        ),
        row(
            format!("verify /nowhere/x --genesis {}", genesis.display()),
            2,
            "",
            "/nowhere/x",
        ),
    ]
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn on_the_command_line() {
    let network = Setup::new("bad-commands").nodes(1).start().await;
    let shell = Shell::new(network.dir(), Some(network.api(0).base()));
    let sent = network.dir().join("sent.jsonl");
    let mut rows = lines();
    rows.extend(invoices());
    rows.extend(files(&network));
    // The first block does what the hour makes due, such as the close of a day that is over.
    network.reach(&[0], 2).await;
    let root = network.api(0).status().await.unwrap().body.state_root;
    for row in &rows {
        let before = (
            tip(network.api(0)).await,
            fs::read(&sent).unwrap_or_default(),
        );
        in_words(&shell, row);
        in_json(&shell, row);
        let after = (
            tip(network.api(0)).await,
            fs::read(&sent).unwrap_or_default(),
        );
        if row.exit == 2 {
            assert_eq!(after.1, before.1, "{}: nothing is sent", row.typed);
        }
        let now = network.api(0).status().await.unwrap().body.state_root;
        assert_eq!(now, root, "{}: the state", row.typed);
    }
    println!(
        "bad input: {} rows typed, each in words and as JSON",
        rows.len()
    );
    assert!(!Path::new("/tmp/allonge-never-made").exists());
}

fn in_words(shell: &Shell, row: &Row) {
    let ran = shell.types(&row.typed).exits(row.exit);
    assert!(
        ran.err.contains(&row.says),
        "{} must name `{}`: {}",
        row.typed,
        row.says,
        ran.err
    );
    assert!(ran.err.contains("error:"), "{}: {}", row.typed, ran.err);
    if row.code == USAGE {
        assert!(
            ran.err.contains("--help"),
            "{} must point to help: {}",
            row.typed,
            ran.err
        );
    } else {
        assert!(
            ran.err.contains(row.code),
            "{} must name {}: {}",
            row.typed,
            row.code,
            ran.err
        );
        assert!(
            ran.err.contains("next:"),
            "{} must say what to do next: {}",
            row.typed,
            ran.err
        );
    }
}

fn in_json(shell: &Shell, row: &Row) {
    if row.typed.contains("--output") {
        return;
    }
    let ran = shell.json().types(&row.typed).exits(row.exit);
    let last = ran.err.lines().last().unwrap_or_default();
    let error: Value =
        serde_json::from_str(last).unwrap_or_else(|e| panic!("{}: {e}: {}", row.typed, ran.err));
    assert_eq!(error["schema"], "allonge.error/1", "{}", row.typed);
    let error = &error["error"];
    if !row.code.is_empty() {
        assert_eq!(error["code"], row.code, "{}: {error}", row.typed);
    }
    assert_eq!(error["exit"], row.exit, "{}: {error}", row.typed);
    let text = |name: &str| error[name].as_str().unwrap_or_default().to_owned();
    assert!(text("hint").len() > 5, "{}: {error}", row.typed);
    let said = format!("{error}");
    assert!(
        said.contains(&row.says),
        "{} must name `{}`: {error}",
        row.typed,
        row.says
    );
}
