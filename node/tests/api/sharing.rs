//! What the operator opens: the answers to other sites' pages, and TLS.

use crate::client::send;
use crate::world::World;
use crate::{config, serve};
use allonge_node::api::{Server, Tls, bind};
use std::path::Path;

#[tokio::test]
async fn other_sites_read_only_what_the_operator_lets_them() {
    let ask = |origin: &str, method: &str, more: &str| {
        format!("{method} /v1/status HTTP/1.1\r\nhost: x\r\nconnection: close\r\norigin: {origin}\r\n{more}\r\n").into_bytes()
    };
    let allowed = "access-control-allow-origin";
    let preflight = "access-control-request-method: GET\r\n";
    let (_world, address, _server) = serve(false).await;
    let closed = send(address, ask("https://books.example", "GET", "")).await;
    assert_eq!(
        (closed.status, closed.header(allowed), closed.header("vary")),
        (200, None, None)
    );
    assert_eq!(
        send(address, ask("https://books.example", "OPTIONS", preflight))
            .await
            .status,
        405
    );

    let world = World::new(false);
    let listener = bind("127.0.0.1:0".parse().unwrap(), false).unwrap();
    let mut config = config();
    config.cors = "https://books.example".parse().unwrap();
    let server = Server::start(listener, world, config).unwrap();
    let address = server.address();
    let open = send(address, ask("https://books.example", "GET", "")).await;
    assert_eq!(
        (open.status, open.header(allowed)),
        (200, Some("https://books.example"))
    );
    assert_eq!(open.header("vary"), Some("origin"));
    let first = send(address, ask("https://books.example", "OPTIONS", preflight)).await;
    assert_eq!(
        (first.status, first.header(allowed)),
        (204, Some("https://books.example"))
    );
    assert!(
        first
            .header("access-control-allow-headers")
            .unwrap()
            .contains("last-event-id")
    );
    let other = send(address, ask("https://evil.example", "GET", "")).await;
    assert_eq!((other.status, other.header(allowed)), (200, None));
    assert_eq!(
        send(address, ask("https://evil.example", "OPTIONS", preflight))
            .await
            .status,
        405
    );
}

fn written(folder: &Path, name: &str, text: &str) -> std::path::PathBuf {
    let path = folder.join(name);
    std::fs::write(&path, text).unwrap();
    path
}

#[tokio::test]
async fn it_serves_tls_with_the_operators_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = written(folder.path(), "cert.pem", &made.cert.pem());
    let key = written(folder.path(), "key.pem", &made.key_pair.serialize_pem());
    let mut config = config();
    config.tls = Some(Tls::read(&certificate, &key).unwrap());
    let listener = bind("127.0.0.1:0".parse().unwrap(), true).unwrap();
    let server = Server::start(listener, World::new(false), config).unwrap();
    let port = server.address().port();
    let url = format!("https://localhost:{port}/v1/status");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let trusted = reqwest::Certificate::from_pem(made.cert.pem().as_bytes()).unwrap();
    let trusting = reqwest::Client::builder()
        .tls_certs_only([trusted])
        .build()
        .unwrap();
    let answer = trusting.get(&url).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = reqwest::Certificate::from_pem(other.cert.pem().as_bytes()).unwrap();
    let doubting = reqwest::Client::builder()
        .tls_certs_only([other])
        .build()
        .unwrap();
    assert!(doubting.get(&url).send().await.is_err());
    // Not without TLS.
    let plain = reqwest::Client::builder()
        .tls_certs_only([])
        .build()
        .unwrap();
    assert!(
        plain
            .get(format!("http://localhost:{port}/v1/status"))
            .send()
            .await
            .is_err()
    );
}

#[test]
fn files_that_hold_no_certificate_or_key_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let other = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let certificate = written(folder.path(), "cert.pem", &made.cert.pem());
    let key = written(folder.path(), "key.pem", &made.key_pair.serialize_pem());
    let foreign = written(
        folder.path(),
        "foreign.pem",
        &other.key_pair.serialize_pem(),
    );
    let text = written(folder.path(), "text.pem", "no PEM");
    let missing = folder.path().join("missing.pem");
    for (certificate, key, named) in [
        (&text, &key, &text),
        (&missing, &key, &missing),
        (&certificate, &text, &text),
        (&certificate, &missing, &missing),
        (&certificate, &certificate, &certificate),
        (&certificate, &foreign, &foreign),
    ] {
        let error = Tls::read(certificate, key).err().unwrap().to_string();
        assert!(error.contains(&named.display().to_string()), "{error}");
    }
}
