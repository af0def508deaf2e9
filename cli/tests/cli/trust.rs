//! Which authorities a client trusts: `--ca`.

use crate::fake::status;
use rcgen::CertifiedKey;
use rustls::pki_types::PrivateKeyDer;
use rustls::{ServerConfig, ServerConnection, Stream};
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

fn made() -> CertifiedKey {
    rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap()
}

/// A node that says how it is, over TLS.
fn tls_node(made: &CertifiedKey) -> String {
    let key = PrivateKeyDer::try_from(made.key_pair.serialize_der()).unwrap();
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![made.cert.der().clone()], key)
        .unwrap();
    let config = Arc::new(config);
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for socket in listener.incoming() {
            let mut socket = socket.unwrap();
            let mut connection = ServerConnection::new(config.clone()).unwrap();
            let mut stream = Stream::new(&mut connection, &mut socket);
            let lines = BufReader::new(&mut stream).lines();
            // Whoever does not trust the certificate says nothing more.
            if !lines.map_while(Result::ok).any(|line| line.is_empty()) {
                continue;
            }
            let body = status().to_string();
            let head = format!(
                "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
                body.len()
            );
            stream.write_all((head + &body).as_bytes()).unwrap();
            stream.conn.send_close_notify();
            let _ = stream.flush();
        }
    });
    format!("https://localhost:{port}")
}

fn ask(url: &str, ca: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_allonge"))
        .args([
            "status",
            "--node",
            url,
            "--timeout",
            "2s",
            "--output",
            "json",
        ])
        .env("ALLONGE_CA", ca)
        .output()
        .unwrap()
}

#[test]
fn a_node_is_trusted_by_the_authority_that_is_named_and_no_other() {
    let (node, other) = (made(), made());
    let url = tls_node(&node);
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path
    };
    let trusted = file("ca.pem", &node.cert.pem());
    let answer = ask(&url, &trusted);
    let said = String::from_utf8_lossy(&answer.stderr);
    assert!(answer.status.success(), "{said}");
    for (ca, code, word) in [
        (file("other.pem", &other.cert.pem()), 3, "certificate"),
        (file("text.pem", "no PEM"), 2, "text.pem"),
        (folder.path().join("missing.pem"), 2, "missing.pem"),
    ] {
        let answer = ask(&url, &ca);
        let said = String::from_utf8_lossy(&answer.stderr);
        assert!(said.contains(word), "{said}");
        assert_eq!(answer.status.code(), Some(code), "{said}");
    }
}
