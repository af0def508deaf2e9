//! What supervisors and containers rely on: the health check, and a client that needs nothing of its system.

use crate::fake::{FakeNode, Home, Ran, Reply, status};

#[test]
fn a_node_is_healthy_when_it_is_ready() {
    let home = Home::new();
    let node = FakeNode::start(|_, _| Reply::Json(200, status()));
    let ran = home.run(&node.url, &["node", "health", "--output", "json"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let said = ran.json();
    assert_eq!(said["schema"], "allonge.node-health/1");
    assert_eq!(
        (&said["node"], &said["ready"], &said["peers"]),
        (&"node-0".into(), &true.into(), &3.into())
    );
    assert!(said["height"].is_string(), "{said}");
}

#[test]
fn a_node_that_is_not_ready_or_does_not_answer_is_not_healthy() {
    let home = Home::new();
    let node = FakeNode::start(|_, _| {
        let mut status = status();
        status["not_ready"] = "behind its peers".into();
        Reply::Json(200, status)
    });
    let ran = home.run(&node.url, &["node", "health", "--output", "json"]);
    assert_eq!(ran.code, 3, "{ran:?}");
    let error = &ran.error()["error"];
    assert_eq!(error["code"], "NOT_READY");
    let message = error["message"].as_str().unwrap();
    assert!(message.contains("behind its peers"), "{message}");
    let ran = home.run("http://127.0.0.1:1", &["node", "health"]);
    assert_eq!(ran.code, 3, "{ran:?}");
}

/// A slim image has no certificates.
#[test]
fn a_system_without_certificates_can_ask_a_node_over_plain_http() {
    let home = Home::new();
    let node = FakeNode::start(|_, _| Reply::Json(200, status()));
    let ask = |url: &str| {
        let mut command = home.command(url, &["status"]);
        command.env("SSL_CERT_FILE", home.path().join("none"));
        command.env("SSL_CERT_DIR", home.path().join("none"));
        Ran::from(command.output().unwrap())
    };
    let ran = ask(&node.url);
    assert_eq!(ran.code, 0, "{ran:?}");
    // With TLS there is nothing to check a node's name by.
    let ran = ask("https://127.0.0.1:1");
    assert_eq!(ran.code, 2, "{ran:?}");
    assert!(ran.err.contains("[SETUP]"), "{}", ran.err);
}
