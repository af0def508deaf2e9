//! Keys behind a passphrase: made, taken in, given out, used to sign, and replaced.

use crate::fake::{FakeNode, Home, Ran, Reply, accepted, final_at};
use allonge_contracts::Call;
use serde_json::{Value, json};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

const NOWHERE: &str = "http://127.0.0.1:1";
const SECRET: &str = "correct horse";

fn write(home: &Home, name: &str, text: impl AsRef<[u8]>) -> PathBuf {
    let path = home.path().join(name);
    fs::write(&path, text).unwrap();
    path
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Runs it offline with these variables.
fn with(home: &Home, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    at(home, NOWHERE, variables, args)
}

fn at(home: &Home, node: &str, variables: &[(&str, &str)], args: &[&str]) -> Ran {
    let mut command = home.command(node, args);
    command.args(["--output", "json"]);
    command.envs(variables.iter().copied());
    Ran::from(command.output().unwrap())
}

fn done(ran: Ran) -> Value {
    assert_eq!(ran.code, 0, "{ran:?}");
    ran.json()
}

fn refused(ran: &Ran, code: &str) {
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(ran.error()["error"]["code"], code, "{ran:?}");
    assert!(!ran.err.contains(SECRET), "{ran:?}");
}

fn openssl(args: &[&str]) -> Option<String> {
    let output = Command::new("openssl")
        .args(args)
        .stdin(Stdio::null())
        .output()
        .ok()?;
    assert!(
        output.status.success(),
        "openssl {args:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    Some(String::from_utf8(output.stdout).unwrap())
}

/// The public half that openssl finds.
fn public_by_openssl(file: &Path, passphrase: &str) -> Option<String> {
    let pass = format!("pass:{passphrase}");
    let said = openssl(&[
        "pkey",
        "-noout",
        "-text",
        "-in",
        text(file),
        "-passin",
        &pass,
    ])?;
    let public = said.split("pub:").nth(1).unwrap();
    Some(public.chars().filter(char::is_ascii_hexdigit).collect())
}

#[test]
fn an_encrypted_key_is_opened_by_openssl_and_by_its_passphrase_alone() {
    let home = Home::new();
    let file = write(&home, "secret", format!("{SECRET}\nnot this line\n"));
    let made = done(with(
        &home,
        &[],
        &["key", "new", "sealed", "--passphrase-file", text(&file)],
    ));
    assert_eq!(made["encrypted"], true);
    let path = home.path().join("keys/sealed.pem");
    assert_eq!(
        fs::metadata(&path).unwrap().permissions().mode() & 0o7777,
        0o600
    );
    let pem = fs::read_to_string(&path).unwrap();
    assert!(pem.contains("BEGIN ENCRYPTED PRIVATE KEY"), "{pem}");
    if let Some(public) = public_by_openssl(&path, SECRET) {
        assert_eq!(made["public_key"], public);
    }
    // What needs no secret needs no passphrase.
    let shown = done(with(&home, &[], &["key", "show", "sealed"]));
    assert_eq!(shown["public_key"], made["public_key"]);
    let list = done(with(&home, &[], &["key", "list"]));
    assert_eq!(list["keys"][1]["encrypted"], true);
    assert_eq!(list["keys"][1]["public_key"], made["public_key"]);

    let decrypt = ["key", "decrypt", "sealed"];
    refused(&with(&home, &[], &decrypt), "KEY_LOCKED");
    refused(
        &with(&home, &[("ALLONGE_PASSPHRASE", "guessed")], &decrypt),
        "KEY_WRONG_PASSPHRASE",
    );
    refused(
        &with(&home, &[("ALLONGE_PASSPHRASE", "")], &decrypt),
        "PASSPHRASE",
    );
    refused(
        &with(&home, &[("ALLONGE_PASSPHRASE_FILE", "/nowhere")], &decrypt),
        "PASSPHRASE",
    );
    assert_eq!(fs::read_to_string(&path).unwrap(), pem);
    let open = done(with(&home, &[("ALLONGE_PASSPHRASE", SECRET)], &decrypt));
    assert_eq!(open["encrypted"], false);
    assert_eq!(open["public_key"], made["public_key"]);
    let again = ["key", "encrypt", "sealed", "--passphrase-env", "NEW"];
    refused(&with(&home, &[], &again), "PASSPHRASE");
    done(with(&home, &[("NEW", "another")], &again));
    // And another passphrase for one that has one.
    done(with(
        &home,
        &[("NEW", "third"), ("ALLONGE_PASSPHRASE", "another")],
        &again,
    ));
    let third = [("ALLONGE_PASSPHRASE", "third")];
    assert_eq!(done(with(&home, &third, &decrypt))["encrypted"], false);
    refused(
        &with(
            &home,
            &[("NEW", "x")],
            &[
                "key",
                "new",
                "twice",
                "--passphrase-env",
                "NEW",
                "--passphrase",
            ],
        ),
        "PASSPHRASE",
    );
    refused(
        &with(&home, &[], &["key", "new", "twice", "--passphrase"]),
        "PASSPHRASE",
    );
    assert!(!home.path().join("keys/twice.pem").exists());
}

#[test]
fn a_signature_takes_the_passphrase_from_wherever_it_is() {
    let home = Home::new();
    let keep = home.path().join("keys/acme.pem");
    done(with(
        &home,
        &[("NEW", SECRET)],
        &["key", "encrypt", "acme", "--passphrase-env", "NEW"],
    ));
    assert!(fs::read_to_string(keep).unwrap().contains("ENCRYPTED"));
    // Another's key, under another passphrase, is left closed.
    done(with(
        &home,
        &[("NEW", "another")],
        &["key", "new", "acme-b", "--passphrase-env", "NEW"],
    ));
    let usual = home.usual();
    let node = FakeNode::start(move |asked, _| usual(asked).unwrap_or_else(|| accepted(asked)));
    let file = write(&home, "secret", SECRET);
    let send = ["cash", "send", "bob", "5"];
    refused(&at(&home, &node.url, &[], &send), "KEY_LOCKED");
    refused(
        &at(&home, &node.url, &[("ALLONGE_PASSPHRASE", "no")], &send),
        "KEY_WRONG_PASSPHRASE",
    );
    assert!(node.posts().is_empty() && !home.sent_log().exists());
    for variables in [
        [("ALLONGE_PASSPHRASE", SECRET)],
        [("ALLONGE_PASSPHRASE_FILE", text(&file))],
    ] {
        done(at(&home, &node.url, &variables, &send));
    }
    let named = [&send[..], &["--passphrase-file", text(&file)]].concat();
    // The option stands before the environment.
    done(at(
        &home,
        &node.url,
        &[("ALLONGE_PASSPHRASE", "no")],
        &named,
    ));
    assert_eq!(node.posts().len(), 3);
}

#[test]
fn keys_come_from_openssl_in_every_form_and_go_back() {
    let home = Home::new();
    let path = |name: &str| home.path().join(name);
    let (plain, sealed, der, sealed_der) = (
        path("plain.pem"),
        path("sealed.pem"),
        path("plain.der"),
        path("sealed.der"),
    );
    let pass = format!("pass:{SECRET}");
    let Some(_) = openssl(&["genpkey", "-algorithm", "ed25519", "-out", text(&plain)]) else {
        // No openssl here.
        return;
    };
    let (from, cipher) = (["-in", text(&plain)], ["-v2", "aes-256-cbc"]);
    let convert = |more: &[&str]| {
        openssl(&[&["pkcs8", "-topk8"][..], &from, more].concat()).unwrap();
    };
    convert(&[&cipher[..], &["-passout", &pass, "-out", text(&sealed)]].concat());
    convert(&[
        "-scrypt",
        "-passout",
        &pass,
        "-outform",
        "DER",
        "-out",
        text(&sealed_der),
    ]);
    convert(&["-nocrypt", "-outform", "DER", "-out", text(&der)]);
    let mut publics = Vec::new();
    for (file, name, encrypted) in [
        (&plain, "plain", false),
        (&sealed, "sealed", true),
        (&der, "der", false),
        (&sealed_der, "sealed-der", true),
    ] {
        let args = ["key", "import", text(file), "--name", name];
        if encrypted {
            refused(&with(&home, &[], &args), "KEY_LOCKED");
        }
        let taken = done(with(&home, &[("ALLONGE_PASSPHRASE", SECRET)], &args));
        assert_eq!(taken["encrypted"], encrypted, "{name}");
        publics.push(taken["public_key"].as_str().unwrap().to_owned());
        if encrypted {
            let kept = home.path().join(format!("keys/{name}.pem"));
            assert_eq!(public_by_openssl(&kept, SECRET).unwrap(), publics[0]);
        }
    }
    publics.dedup();
    assert_eq!(publics.len(), 1);
    refused(
        &with(
            &home,
            &[],
            &["key", "import", text(&plain), "--name", "sealed"],
        ),
        "KEY_EXISTS",
    );

    let out = path("copy.pem");
    let copy = [
        "key",
        "export",
        "plain",
        "--passphrase-env",
        "NEW",
        "--out",
        text(&out),
    ];
    done(with(&home, &[("NEW", "for the copy")], &copy));
    assert_eq!(public_by_openssl(&out, "for the copy").unwrap(), publics[0]);
    let public = done(with(&home, &[], &["key", "export", "sealed", "--public"]));
    let pem = public["pem"].as_str().unwrap();
    assert_eq!(
        pem,
        openssl(&["pkey", "-in", text(&plain), "-pubout"]).unwrap()
    );
    // As it is kept: no passphrase is needed, and none is lost.
    let kept = done(with(&home, &[], &["key", "export", "sealed"]));
    assert!(kept["pem"].as_str().unwrap().contains("ENCRYPTED"));
}

#[test]
fn what_is_no_key_is_not_taken_in() {
    let home = Home::new();
    let pem = |label: &str, body: &str| {
        format!("-----BEGIN {label}-----\n{body}\n-----END {label}-----\n")
    };
    let rows: Vec<(&str, Vec<u8>)> = vec![
        ("nothing", Vec::new()),
        ("words", b"no key".to_vec()),
        ("bytes", vec![0x30, 0x82, 0xff, 0xff, 0xff]),
        ("another-label", pem("RSA PRIVATE KEY", "AAAA").into_bytes()),
        ("no-base64", pem("PRIVATE KEY", "!!!!").into_bytes()),
        ("no-der", pem("ENCRYPTED PRIVATE KEY", "AAAA").into_bytes()),
        ("no-end", b"-----BEGIN PRIVATE KEY-----\n".to_vec()),
    ];
    for (name, bytes) in rows {
        let file = write(&home, name, bytes);
        let ran = with(
            &home,
            &[("ALLONGE_PASSPHRASE", "x")],
            &["key", "import", text(&file)],
        );
        refused(&ran, "KEY_UNREADABLE");
        assert!(ran.err.contains(name), "{ran:?}");
        assert!(!home.path().join(format!("keys/{name}.pem")).exists());
    }
    let large = write(&home, "large", vec![b'x'; 100_000]);
    refused(&with(&home, &[], &["key", "import", text(&large)]), "FILE");
    refused(
        &with(
            &home,
            &[],
            &["key", "import", text(&large), "--name", "../x"],
        ),
        "KEY_NAME",
    );
}

#[test]
fn a_rotated_key_takes_the_name_and_the_old_one_is_kept() {
    let home = Home::new();
    let old = done(with(&home, &[], &["key", "show", "acme"]))["public_key"].clone();
    let usual = home.usual();
    let posted = AtomicUsize::new(0);
    let node = FakeNode::start(move |asked, _| {
        usual(asked).unwrap_or_else(|| match posted.fetch_add(1, Ordering::SeqCst) {
            // Refused at first: then the same new key waits for the next attempt.
            0 => {
                let rejected = json!({ "code": "MEMBER_SUSPENDED", "call": 0, "facts": [] });
                let outcome = json!({ "rejected": rejected });
                Reply::Json(200, final_at(42, asked, outcome))
            }
            _ => accepted(asked),
        })
    });
    let rotate = ["key", "rotate", "acme"];
    let ran = at(&home, &node.url, &[], &rotate);
    assert_eq!(ran.code, 1, "{ran:?}");
    let waiting = done(with(&home, &[], &["key", "show", "acme.next"]))["public_key"].clone();
    let rotated = at(&home, &node.url, &[], &rotate);
    let rotated = done(rotated);
    assert_eq!(rotated["public_key"], waiting);
    assert_eq!(rotated["retired_key"], old);
    let posts = node.posts();
    let Call::RotateKeys(call) = &posts.last().unwrap().transaction().body.calls[0] else {
        panic!("{posts:?}");
    };
    assert_eq!(json!([waiting]), json!(call.keys));
    assert_eq!(call.threshold, 1);
    let now = done(with(&home, &[], &["key", "list"]));
    assert_eq!(now["keys"].as_array().unwrap().len(), 1, "{now}");
    assert_eq!(now["keys"][0]["public_key"], waiting);
    let retired = Path::new(rotated["retired_file"].as_str().unwrap()).to_owned();
    assert_eq!(
        fs::metadata(&retired).unwrap().permissions().mode() & 0o777,
        0o600
    );
    // The ledger still says the old key here, which is no longer in the keystore.
    refused(&at(&home, &node.url, &[], &rotate), "KEY_NOT_REGISTERED");
    assert_eq!(node.posts().len(), 2);
}
