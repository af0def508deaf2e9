//! What an operator asks a node over the socket in its home, and who else cannot.

use serde_json::Value;
use std::fs::{self, OpenOptions};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream;
use std::path::Path;
use tests::{Network, Ran, Setup, Shell, until};

fn admin(shell: &Shell, home: &Path, words: &[&str]) -> Ran {
    let home = home.to_str().expect("a path in UTF-8");
    let args = [&["node", "admin"], words, &["--home", home]].concat();
    shell.json().runs(&args)
}

fn height(ran: &Ran, key: &str) -> u64 {
    let json = ran.json();
    let text = json[key].as_str().unwrap_or_else(|| panic!("{json}"));
    text.parse().expect("a height")
}

/// What the socket answers to these bytes.
fn raw(socket: &Path, bytes: &[u8]) -> Value {
    let mut stream = UnixStream::connect(socket).expect("a socket that listens");
    // A line that is too long is answered before all of it is taken.
    let _ = stream.write_all(bytes);
    let _ = stream.shutdown(Shutdown::Write);
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer");
    serde_json::from_str(&answer).unwrap_or_else(|e| panic!("{e}: {answer}"))
}

async fn with_blocks(network: &Network) {
    until("a block", || async {
        let status = network.api(0).status().await?;
        if status.height > 0 {
            Ok(())
        } else {
            Err("none yet".to_owned())
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_operator_asks_over_the_socket_and_nobody_else_can() {
    let mut network = Setup::new("admin").nodes(1).start().await;
    let shell = Shell::new(network.dir(), None);
    let home = network.home(0);
    let socket = home.join("admin.sock");

    // Off by default.
    assert!(!socket.exists());
    admin(&shell, &home, &["status"])
        .exits(2)
        .says("NO_ADMIN_SOCKET")
        .says("--admin");
    network.stop(0);
    let config = OpenOptions::new()
        .append(true)
        .open(home.join("config.toml"));
    config.unwrap().write_all(b"admin = true\n").unwrap();
    network.restart(0).await;
    with_blocks(&network).await;

    let mode = fs::metadata(&socket).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let status = admin(&shell, &home, &["status"]).exits(0).json();
    assert_eq!(status["schema"], "allonge.node-admin-status/1");
    assert_eq!(status["name"], "node-0");
    assert_eq!(status["genesis"], network.genesis_hash.to_string());
    assert_eq!(status["pid"], network.cluster().pid(0).unwrap());

    let written = height(&admin(&shell, &home, &["checkpoint"]).exits(0), "height");
    assert!(written > 0);
    let status = admin(&shell, &home, &["status"]).exits(0);
    assert!(height(&status, "checkpoint_height") >= written);
    assert!(network.log(0).contains("checkpoint written"));

    logs(&network, &shell, &home);
    wrong_input(&socket);
    not_over_tcp(&network).await;
    other_processes(&mut network, &shell, &home).await;

    let stopped = admin(&shell, &home, &["stop"]).exits(0).json();
    assert_eq!(stopped["schema"], "allonge.node-admin-stop/1");
    assert!(!socket.exists());
    assert!(network.api(0).status().await.is_err());
    assert!(
        network
            .log(0)
            .contains("asked to stop over the admin socket")
    );
    admin(&shell, &home, &["status"])
        .exits(2)
        .says("NO_ADMIN_SOCKET");
}

fn logs(network: &Network, shell: &Shell, home: &Path) {
    let before = admin(shell, home, &["status"]).json()["log"].clone();
    let quiet = admin(shell, home, &["log", "error"]).exits(0).json();
    assert_eq!(
        (&quiet["filter"], &quiet["before"]),
        (&"error".into(), &before)
    );
    let told = |network: &Network| network.log(0).matches("checkpoint written").count();
    let so_far = told(network);
    until_new_checkpoint(shell, home);
    assert_eq!(told(network), so_far, "it logs errors alone");
    admin(shell, home, &["log", "warn,allonge_node=info"]).exits(0);
    until_new_checkpoint(shell, home);
    assert!(told(network) > so_far);
    admin(shell, home, &["log", "allonge_node=loud"])
        .exits(2)
        .says("LOG_FILTER")
        .says("loud");
    assert_eq!(
        admin(shell, home, &["status"]).json()["log"],
        "warn,allonge_node=info"
    );
}

/// A checkpoint of a later height than there is one of: an idle node makes a block now and then.
fn until_new_checkpoint(shell: &Shell, home: &Path) {
    let last = height(&admin(shell, home, &["status"]), "checkpoint_height");
    while height(&admin(shell, home, &["checkpoint"]).exits(0), "height") == last {}
}

fn wrong_input(socket: &Path) {
    let long = format!(
        "{{\"call\":\"log\",\"filter\":\"{}\"}}\n",
        "x".repeat(64 * 1024)
    );
    let wrong: [&[u8]; 8] = [
        b"",
        b"\n",
        b"status\n",
        b"\xff\xfe\x00\n",
        b"{\"call\":\"halt\"}\n",
        b"{\"call\":\"stop\",\"now\":true}\n",
        b"GET /status HTTP/1.1\r\nhost: x\r\n\r\n",
        long.as_bytes(),
    ];
    for bytes in wrong {
        // Of what was not read the system may tell the sender before the answer comes.
        let answer = std::panic::catch_unwind(|| raw(socket, bytes));
        if let Ok(answer) = answer {
            assert_eq!(answer["error"]["code"], "BAD_REQUEST", "{answer}");
        } else {
            assert!(bytes.len() > 16 * 1024);
        }
    }
    // Whoever says nothing holds nobody up.
    let silent: Vec<_> = (0..4).map(|_| UnixStream::connect(socket)).collect();
    assert_eq!(
        raw(socket, b"{\"call\":\"status\"}\n")["status"]["name"],
        "node-0"
    );
    drop(silent);
}

async fn not_over_tcp(network: &Network) {
    let base = network.api(0).base();
    let client = reqwest::Client::new();
    for path in ["/admin", "/v1/admin", "/v1/admin/status", "/admin.sock"] {
        let url = format!("{base}{path}");
        assert_eq!(client.get(&url).send().await.unwrap().status(), 404);
        let post = client.post(&url).body("{\"call\":\"stop\"}").send().await;
        assert_eq!(post.unwrap().status(), 404);
    }
}

/// Another node does not take a living one's socket; the next one takes a dead one's.
async fn other_processes(network: &mut Network, shell: &Shell, home: &Path) {
    let home_text = home.to_str().unwrap();
    shell
        .runs(&["node", "run", "--admin", "--home", home_text])
        .exits(2)
        .says("in use");
    let pid = |ran: Ran| ran.json()["pid"].as_u64().unwrap();
    let first = pid(admin(shell, home, &["status"]).exits(0));
    network.kill(0);
    assert!(home.join("admin.sock").exists());
    admin(shell, home, &["stop"]).exits(3).says("NOT_READY");
    network.restart(0).await;
    assert_ne!(pid(admin(shell, home, &["status"]).exits(0)), first);
}
