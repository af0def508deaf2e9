//! Wrong usage: exit code 2, the value and the next step on standard error, and nothing is sent or written.

use crate::fake::{FakeNode, Home, Ran, Reply, program};
use std::os::unix::fs::PermissionsExt;

const BILL: &str = "510210009999620270105000000011";

#[test]
fn wrong_arguments_are_refused_by_value_and_nothing_is_sent() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or(Reply::Drop));
    let lot = |text: &str| format!("{BILL}:{text}");
    let (empty, backwards) = (lot("0-5"), lot("9-3"));
    let rows: &[(&[&str], &str)] = &[
        (&["cash", "send", "bob", "5", "--colour"], "--colour"),
        (&["cash", "sned", "bob", "5"], "sned"),
        (&["cash", "send", "Bob", "5"], "`Bob` is not a member name"),
        (&["cash", "send", "bob", "-5"], "-5"),
        (&["cash", "send", "bob", "--", "-5"], "negative"),
        (&["cash", "send", "bob", "1.234"], "more decimals than CNY"),
        (&["cash", "send", "bob", "1,00"], "`1,00` is not an amount"),
        (
            &["cash", "send", "bob", "184467440737095516.16"],
            "too large",
        ),
        (&["cash", "send", "bob", "5", "--currency", "XXX"], "XXX"),
        (
            &["cash", "send", "bob", "5", "--timeout", "soon"],
            "`soon` is not a duration",
        ),
        (&["cash", "send", "bob", "5", "--output", "xml"], "xml"),
        (
            &["cash", "send", "bob", "5", "--key", "nokey"],
            "no key `nokey`",
        ),
        (
            &["cash", "send", "bob", "5", "--key", "../acme"],
            "not a key name",
        ),
        (
            &["cash", "send", "bob", "5", "--for", &"x".repeat(65)],
            "at most 64",
        ),
        (&["cash", "release", "12"], "16 bytes in hex"),
        (&["bill", "show", "12"], "30 digits"),
        (
            &["bill", "show", "510210009999620270105000000012"],
            "check digit",
        ),
        (&["bill", "sign", &empty], "`0-5` is not a lot"),
        (&["bill", "sign", &backwards], "`9-3` is not a lot"),
        (
            &["bill", "refuse", BILL, "--code", "because"],
            "contract-breach",
        ),
        (&["bill", "refuse", BILL, "--code", "other"], "--text"),
        (
            &["bill", "issue", "--acceptor", "a", "--payee", "b"],
            "--amount",
        ),
        (
            &[
                "bill",
                "issue",
                "--acceptor",
                "a",
                "--payee",
                "b",
                "--amount",
                "5",
                "--maturity",
                "2027-02-30",
            ],
            "2027-02-30",
        ),
        (
            &[
                "bill",
                "issue",
                "--acceptor",
                "a",
                "--payee",
                "b",
                "--invoice",
                "/nowhere.xml",
            ],
            "INVOICE_UNREADABLE",
        ),
        (
            &[
                "member",
                "admit",
                "x",
                "--role",
                "king",
                "--public-key",
                "acme",
            ],
            "central-bank",
        ),
        (
            &[
                "member",
                "admit",
                "x",
                "--role",
                "bank",
                "--public-key",
                "No Key",
            ],
            "32 bytes in hex",
        ),
        (&["calendar", "set"], "--closed"),
        (&["dev", "advance", "soon"], "`soon` is neither a date"),
        (&["tx", "show", "12"], "32 bytes in hex"),
        (&["block", "show", "first"], "latest"),
        (
            &["verify", "x", "--genesis", "/nowhere.json"],
            "/nowhere.json",
        ),
        (&["verify", "x"], "--genesis"),
    ];
    for (args, expected) in rows {
        let ran = home.run(&node.url, args);
        assert_eq!(ran.code, 2, "{args:?}: {ran:?}");
        assert!(ran.err.contains(expected), "{args:?}: {}", ran.err);
        assert!(ran.out.is_empty(), "{args:?}: {}", ran.out);
    }
    assert!(node.posts().is_empty());
    assert!(!home.sent_log().exists());
}

#[test]
fn what_is_missing_is_named() {
    let run = |args: &[&str]| Ran::from(program().args(args).output().unwrap());
    let ran = run(&["cash", "send", "bob", "5", "--home", "/nowhere"]);
    assert_eq!(ran.code, 2);
    assert!(ran.err.contains("--as MEMBER or ALLONGE_AS"), "{}", ran.err);
    for bad in ["127.0.0.1:8080", "ftp://host"] {
        let ran = run(&["status", "--node", bad]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(
            ran.err.contains(bad) && ran.err.contains("http://"),
            "{}",
            ran.err
        );
    }
    // Its own --nodes stands beside the global --node.
    let ran = run(&["cluster", "up", "--nodes", "0", "--dir", "/nowhere/net"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(run(&[]).code, 2);
    let help = run(&["--help"]);
    assert_eq!(help.code, 0);
    assert!(help.out.contains("Exit codes:") && help.err.is_empty());
}

#[test]
fn every_verb_has_help_with_an_example() {
    let nouns: &[(&str, &[&str])] = &[
        (
            "key",
            &[
                "new", "import", "export", "encrypt", "decrypt", "rotate", "serve", "list", "show",
            ],
        ),
        ("member", &["list", "show", "admit", "suspend", "reinstate"]),
        (
            "cash",
            &["mint", "send", "balance", "redeem", "hold", "release"],
        ),
        (
            "bill",
            &[
                "issue", "accept", "deliver", "endorse", "sign", "present", "pay", "refuse",
                "withdraw", "revoke", "show", "list",
            ],
        ),
        (
            "receivable",
            &[
                "grant-line",
                "change-line",
                "lines",
                "open",
                "ask-confirmation",
                "ask-signature",
                "cancel",
                "sign",
                "refuse",
                "withdraw",
                "transfer",
                "finance",
                "ask-quotes",
                "quote",
                "quotes",
                "take-quote",
                "close-quotes",
                "pledge",
                "release",
                "apply-proceeds",
                "release-proceeds",
                "ask-back",
                "redeem",
                "dispute",
                "settle-dispute",
                "show",
                "tree",
                "reach",
                "list",
            ],
        ),
        (
            "netting",
            &["queue", "reorder", "cancel", "limits", "run", "show"],
        ),
        ("settle", &["propose", "affirm", "show", "list", "cancel"]),
        (
            "trade",
            &[
                "import",
                "show",
                "list",
                "attest",
                "condition",
                "escrow",
                "claim",
                "release",
                "check",
            ],
        ),
        (
            "trade record",
            &["contract", "invoice", "credit-note", "goods", "document"],
        ),
        ("tx", &["show", "wait", "sign", "read", "cosign", "submit"]),
        ("block", &["show"]),
        ("dev", &["advance"]),
        ("identity", &["new", "show"]),
        ("genesis", &["new", "show"]),
        ("node", &["init"]),
        ("node admin", &["status", "checkpoint", "log", "stop"]),
        ("calendar", &["set"]),
    ];
    let mut all: Vec<Vec<&str>> = nouns
        .iter()
        .flat_map(|(noun, verbs)| {
            let noun = noun.split(' ');
            verbs
                .iter()
                .map(move |verb| noun.clone().chain([*verb]).collect())
        })
        .collect();
    all.extend([
        vec!["events"],
        vec!["status"],
        vec!["verify"],
        vec!["proof", "get", "tx"],
        vec!["proof", "get", "bill"],
    ]);
    for verb in all {
        let ran = Ran::from(program().args(&verb).arg("--help").output().unwrap());
        assert_eq!(ran.code, 0, "{verb:?}");
        assert!(ran.out.contains("Example"), "{verb:?}");
        assert!(
            ran.out.contains(&format!("allonge {}", verb.join(" "))),
            "{verb:?}"
        );
    }
}

/// What a refusal tells people to type can be typed.
#[test]
fn every_command_that_a_hint_names_is_there() {
    let mut named: std::collections::BTreeSet<Vec<&str>> = Default::default();
    for code in allonge_contracts::Code::ALL {
        for quoted in code.hint().split('`').skip(1).step_by(2) {
            if let Some(rest) = quoted.strip_prefix("allonge ") {
                let words = rest.split(' ').take_while(|word| {
                    !word.starts_with('-')
                        && word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-')
                });
                named.insert(words.collect());
            }
        }
    }
    assert!(named.len() >= 8, "{named:?}");
    for verb in named {
        let ran = Ran::from(program().args(&verb).arg("--help").output().unwrap());
        assert_eq!(ran.code, 0, "{verb:?}: {}", ran.err);
    }
}

#[test]
fn a_key_that_others_can_read_is_not_used() {
    let home = Home::new();
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or(Reply::Drop));
    let file = home.path().join("keys/acme.pem");
    std::fs::set_permissions(&file, PermissionsExt::from_mode(0o644)).unwrap();
    let ran = home.run(&node.url, &["cash", "send", "bob", "5"]);
    assert_eq!(ran.code, 2);
    assert!(
        ran.err.contains(&format!("chmod 600 {}", file.display())),
        "{}",
        ran.err
    );
    assert!(node.posts().is_empty() && !home.sent_log().exists());
}

#[test]
fn a_member_whose_keys_are_elsewhere_cannot_act_from_here() {
    let home = Home::new();
    let usual = Home::new().usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or(Reply::Drop));
    let ran = home.run(&node.url, &["cash", "send", "bob", "5", "--output", "json"]);
    assert_eq!(ran.code, 2);
    assert_eq!(ran.error()["error"]["code"], "KEY_MISSING");
    assert!(node.posts().is_empty());
}

#[test]
fn keys_are_made_listed_and_shown() {
    let home = Home::new();
    let made = home.run(
        "http://127.0.0.1:1",
        &["key", "new", "acme-2", "--output", "json"],
    );
    assert_eq!(made.code, 0, "{made:?}");
    assert_eq!(made.json()["schema"], "allonge.key/1");
    let shown = home.run(
        "http://127.0.0.1:1",
        &["key", "show", "acme-2", "--output", "json"],
    );
    assert_eq!(shown.json()["public_key"], made.json()["public_key"]);
    let list = home.run("http://127.0.0.1:1", &["key", "list", "--output", "json"]);
    assert_eq!(list.json()["keys"][1]["name"], "acme-2");
    let again = home.run("http://127.0.0.1:1", &["key", "new", "acme-2"]);
    assert_eq!(again.code, 2);
    assert!(again.err.contains("[KEY_EXISTS]"), "{}", again.err);
}
