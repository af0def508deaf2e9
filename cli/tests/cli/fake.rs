//! A scripted node: answers what a test tells it to, and keeps what it was asked.

use allonge_contracts::members::{Member, Role};
use allonge_contracts::{Code, Hash};
use allonge_ledger::{Receipt, Transaction};
use allonge_node::api::types::{
    At, ClockView, MemberBody, MempoolView, Problem, StatusBody, TransactionState, TransactionView,
};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

/// The genesis hash of the scripted network.
pub const GENESIS: Hash = Hash([7; 32]);

/// A request as the node got it.
#[derive(Clone, Debug)]
pub struct Asked {
    pub method: String,
    /// Path and query.
    pub target: String,
    pub headers: String,
    pub body: Vec<u8>,
}

impl Asked {
    pub fn is_post(&self) -> bool {
        self.method == "POST"
    }

    /// The transaction that was posted.
    pub fn transaction(&self) -> Transaction {
        Transaction::from_bytes(&self.body).unwrap()
    }
}

/// What the node does with a request.
pub enum Reply {
    Json(u16, Value),
    /// With a Retry-After of so many seconds.
    Later(u16, Value, u64),
    /// Anything else, written to the connection as it is.
    Raw(Vec<u8>),
    /// Lets the connection fall.
    Drop,
}

pub struct FakeNode {
    pub url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
}

impl FakeNode {
    /// Serves until the test ends; `answer` gets each request and how many came before it.
    pub fn start(answer: impl Fn(&Asked, usize) -> Reply + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (answer, log) = (Arc::new(answer), asked.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let (answer, log) = (answer.clone(), log.clone());
                std::thread::spawn(move || serve(&stream.unwrap(), &*answer, &log));
            }
        });
        FakeNode { url, asked }
    }

    /// Everything it was asked so far.
    pub fn asked(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }

    /// The transactions that were posted.
    pub fn posts(&self) -> Vec<Asked> {
        self.asked().into_iter().filter(Asked::is_post).collect()
    }
}

fn serve(stream: &TcpStream, answer: &dyn Fn(&Asked, usize) -> Reply, log: &Mutex<Vec<Asked>>) {
    let Some(asked) = read_request(stream) else {
        return;
    };
    let before = {
        let mut log = log.lock().unwrap();
        log.push(asked.clone());
        log.len() - 1
    };
    let mut out = stream;
    let mut respond = |status: u16, extra: &str, value: &Value| {
        let body = value.to_string();
        let head = format!(
            "HTTP/1.1 {status} X\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{extra}connection: close\r\n\r\n",
            body.len()
        );
        // The client may have gone away; that is its business.
        let _ = out
            .write_all(head.as_bytes())
            .and_then(|()| out.write_all(body.as_bytes()));
    };
    match answer(&asked, before) {
        Reply::Json(status, value) => respond(status, "", &value),
        Reply::Later(status, value, seconds) => {
            respond(status, &format!("retry-after: {seconds}\r\n"), &value);
        }
        Reply::Raw(bytes) => {
            let _ = out.write_all(&bytes);
        }
        Reply::Drop => {}
    }
}

fn read_request(stream: &TcpStream) -> Option<Asked> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split_whitespace();
    let (method, target) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = String::new();
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header).ok()?;
        let header = header.trim_end().to_ascii_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().ok()?;
        }
        headers.push_str(&header);
        headers.push('\n');
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Asked {
        method,
        target,
        headers,
        body,
    })
}

/// An answer of the API that is true at height 41.
pub fn at(body: impl serde::Serialize) -> Value {
    serde_json::to_value(At { height: 41, body }).unwrap()
}

/// The API's error object.
pub fn error(code: Code) -> Value {
    json!({ "error": problem(code) })
}

pub fn problem(code: Code) -> Problem {
    Problem {
        code,
        number: code.number(),
        message: code.summary().to_owned(),
        hint: code.hint().to_owned(),
        retry: code.retry(),
    }
}

pub fn status() -> Value {
    at(StatusBody {
        genesis: GENESIS,
        network: "test".to_owned(),
        node: "node-0".to_owned(),
        version: "0.1.0".to_owned(),
        block: Hash([9; 32]),
        time_ms: allonge_cli::client::now_ms(),
        business_date: "2027-01-05".parse().unwrap(),
        state_root: Hash([8; 32]),
        round: 0,
        clock: ClockView {
            date: "2027-01-05".parse().unwrap(),
            closed: false,
            offset_ms: 0,
            due_pending: false,
        },
        development_clock: true,
        mempool: MempoolView {
            transactions: 0,
            bytes: 0,
        },
        peers: 3,
        signing: Default::default(),
        best_peer_height: 41,
        since_last_block_ms: 12,
        checkpoint_height: 0,
        history_start: 1,
        not_ready: None,
        max_transaction_life_ms: 86_400_000,
        currencies: Vec::new(),
        validators: Vec::new(),
    })
}

/// A transaction that is final with this outcome.
pub fn final_at(height: u64, asked: &Asked, outcome: Value) -> Value {
    let id = asked.transaction().body.id();
    let receipt: Receipt = serde_json::from_value(json!({
        "transaction": id, "outcome": outcome, "events": [], "work": "1"
    }))
    .unwrap();
    at(TransactionView {
        id,
        status: TransactionState::Final {
            block_height: height,
            block: Hash([9; 32]),
            time_ms: 1,
            index: 0,
            receipt,
            rejection: None,
        },
    })
}

pub fn accepted(asked: &Asked) -> Reply {
    Reply::Json(200, final_at(42, asked, json!({ "accepted": ["done"] })))
}

/// A home with the key of a member `acme`, and what the ledger says of it.
pub struct Home {
    folder: tempfile::TempDir,
    pub member: Value,
}

impl Home {
    pub fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let store = allonge_cli::keystore::Keystore::of_home(folder.path());
        let key = store.create("acme").unwrap();
        let member = Member {
            id: "acme".parse().unwrap(),
            roles: vec![Role::Enterprise],
            legal_id: None,
            bank_number: None,
            account_bank: None,
            keys: vec![key.public()],
            threshold: 1,
            suspended: false,
        };
        Home {
            folder,
            member: at(MemberBody { member }),
        }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn sent_log(&self) -> PathBuf {
        self.path().join("sent.jsonl")
    }

    /// What is asked on the way to any transaction; `None` for anything else.
    pub fn usual(&self) -> impl Fn(&Asked) -> Option<Reply> + Send + Sync + use<> {
        let member = self.member.clone();
        move |asked| match asked.target.as_str() {
            "/v1/status" => Some(Reply::Json(200, status())),
            "/v1/members/acme" => Some(Reply::Json(200, member.clone())),
            _ => None,
        }
    }

    /// The program, acting for `acme`, with nothing of this environment.
    pub fn command(&self, node: &str, args: &[&str]) -> Command {
        let mut command = program();
        command
            .args(["--node", node, "--as", "acme", "--timeout", "5s", "--home"])
            .arg(self.path())
            .args(args)
            .stdin(Stdio::null());
        command
    }

    pub fn run(&self, node: &str, args: &[&str]) -> Ran {
        Ran::from(self.command(node, args).output().unwrap())
    }
}

/// The program without any settings from this environment.
pub fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_allonge"));
    for name in [
        "ALLONGE_NODE",
        "ALLONGE_AS",
        "ALLONGE_HOME",
        "ALLONGE_GENESIS",
        "ALLONGE_PASSPHRASE",
        "ALLONGE_PASSPHRASE_FILE",
        "ALLONGE_SIGNER",
    ] {
        command.env_remove(name);
    }
    command
}

/// How the program ended.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl From<Output> for Ran {
    fn from(output: Output) -> Self {
        Ran {
            code: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

impl Ran {
    /// Standard output as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// The last line of standard error as JSON.
    pub fn error(&self) -> Value {
        let line = self.err.lines().last().unwrap_or_default();
        serde_json::from_str(line).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }
}
