//! The client of a network's nodes.

use super::builder::{Chain, Signed};
use super::error::ClientError;
use super::events::EventStream;
use super::http::{Ask, Busy, Http};
use super::types::{
    BillView, BillsPage, BlockView, CashView, Final, FinalState, MemberView, MembersPage, RequestsPage, Status,
    TransactionState, TransactionView,
};
use allonge_contracts::bills::BillNumber;
use allonge_contracts::{Code, Hash, MemberId};
use allonge_ledger::Genesis;
use reqwest::Method;
use serde::de::DeserializeOwned;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// How long what is known of the chain is used before it is asked for again.
const CHAIN_AGE: Duration = Duration::from_secs(30);
/// How long a node is asked to hold an answer; longer waits are several requests.
const LONGEST_HOLD: Duration = Duration::from_secs(10);
/// What an answer may take on top of what it is asked to wait.
const GRACE: Duration = Duration::from_secs(10);

/// Talks to the nodes of one network: to the first that answers, and to the next when it fails.
/// Cheap to clone.
#[derive(Clone)]
pub struct NodeClient {
    http: Arc<Http>,
    within: Duration,
    chain: Arc<Mutex<Option<(Instant, Chain)>>>,
}

/// Whether to wait for a transaction's receipt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// Return once the node has taken it.
    No,
    /// Ask the node to answer when it is final, or after so long.
    Final(Duration),
}

impl NodeClient {
    /// A client of these nodes, `http://host:port` each. A read goes on trying for `within` when nodes are
    /// busy. Nothing is sent yet.
    ///
    /// # Errors
    /// `BadUrl`, `Setup`.
    pub fn new<S: AsRef<str>>(nodes: &[S], within: Duration) -> Result<Self, ClientError> {
        let nodes: Vec<String> = nodes.iter().map(|url| url.as_ref().to_owned()).collect();
        Ok(NodeClient {
            http: Arc::new(Http::new(&nodes)?),
            within,
            chain: Arc::default(),
        })
    }

    /// The URL of the node in use.
    pub fn node(&self) -> String {
        self.http.node().as_str().trim_end_matches('/').to_owned()
    }

    /// Sends a transaction once to a node, trying others where it cannot be reached. It has been
    /// written to the [`SentLog`](super::SentLog) before, and it is safe to send it again.
    ///
    /// # Errors
    /// `Refused` at once for every refusal, a busy node's included; `NoNode`; `BadAnswer`.
    pub async fn submit(&self, signed: &Signed, wait: Wait) -> Result<TransactionView, ClientError> {
        self.post(signed, wait, Busy::Report, self.within).await
    }

    /// What the transaction would come to on the present state; nothing is sent to the ledger.
    ///
    /// # Errors
    /// As [`NodeClient::submit`].
    pub async fn dry_run(&self, signed: &Signed) -> Result<serde_json::Value, ClientError> {
        let query = [("dry_run", "true".to_owned())];
        let ask = Ask {
            method: Method::POST,
            path: "/v1/transactions",
            query: &query,
            body: Some(&signed.bytes),
            id: Some(signed.id),
            patience: GRACE,
            within: self.within,
            busy: Busy::Wait,
        };
        self.http.ask(&ask).await
    }

    async fn post(&self, signed: &Signed, wait: Wait, busy: Busy, within: Duration) -> Result<TransactionView, ClientError> {
        let mut query = Vec::new();
        let mut patience = GRACE;
        if let Wait::Final(hold) = wait {
            let hold = hold.min(LONGEST_HOLD);
            query.push(("wait", "final".to_owned()));
            query.push(("timeout", format!("{}ms", hold.as_millis())));
            patience = patience.saturating_add(hold);
        }
        let ask = Ask {
            method: Method::POST,
            path: "/v1/transactions",
            query: &query,
            body: Some(&signed.bytes),
            id: Some(signed.id),
            patience,
            within,
            busy,
        };
        self.http.ask(&ask).await
    }

    /// Sends a transaction and stays with it until it is final: busy nodes are asked again, a node that
    /// fails is left for the next, one that forgot it gets it again.
    ///
    /// # Errors
    /// `Refused` where it can never be final, `Dropped`, `NoNode`, `NotFinal` after `timeout`.
    /// A rejected transaction is final: see [`Final::accepted`].
    pub async fn submit_and_wait(&self, signed: &Signed, timeout: Duration) -> Result<Final, ClientError> {
        let deadline = Instant::now() + timeout;
        let mut pause = Duration::from_millis(50);
        let mut last = None;
        let mut sent_before = false;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ClientError::NotFinal { id: signed.id, within: timeout, last });
            }
            match self.post(signed, Wait::Final(left), Busy::Wait, left).await {
                Ok(view) => match final_or_last(view)? {
                    Ok(done) => return Ok(done),
                    Err(heard) => last = Some(heard.to_owned()),
                },
                Err(error) if error.is_timeout() => last = Some("waiting".to_owned()),
                Err(ClientError::Refused { error, .. }) if sent_before && error.retry => last = Some(error.code),
                Err(error @ ClientError::Refused { .. }) if sent_before || is_duplicate(&error) => {
                    // An earlier sending may have made it: then its receipt stands, whatever is said of this one.
                    return match self.transaction(signed.id).await.map(final_or_last) {
                        Ok(Ok(Ok(done))) => Ok(done),
                        _ => Err(error),
                    };
                }
                Err(error) => return Err(error),
            }
            sent_before = true;
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(Duration::from_secs(1));
        }
    }

    /// What is known of a transaction.
    ///
    /// # Errors
    /// `Refused`, `NoNode`, `BadAnswer`.
    pub async fn transaction(&self, id: Hash) -> Result<TransactionView, ClientError> {
        match self.get(&format!("/v1/transactions/{id}"), &[]).await {
            Err(error) if error.is_not_found() => Ok(TransactionView {
                id,
                state: TransactionState::Unknown {},
            }),
            other => other,
        }
    }

    /// Waits until a transaction is final.
    ///
    /// # Errors
    /// `NotFinal` after `timeout`, `Dropped`, `NoNode`, `BadAnswer`.
    pub async fn wait_final(&self, id: Hash, timeout: Duration) -> Result<Final, ClientError> {
        let deadline = Instant::now() + timeout;
        let mut pause = Duration::from_millis(50);
        loop {
            let heard = match final_or_last(self.transaction(id).await?)? {
                Ok(done) => return Ok(done),
                Err(heard) => heard,
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ClientError::NotFinal { id, within: timeout, last: Some(heard.to_owned()) });
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// How the node and its ledger are.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn status(&self) -> Result<Status, ClientError> {
        let status: Status = self.get("/v1/status", &[]).await?;
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), status.chain()));
        Ok(status)
    }

    /// What is needed to make transactions; asked for at most every 30 s.
    ///
    /// # Errors
    /// As [`NodeClient::status`].
    pub async fn chain(&self) -> Result<Chain, ClientError> {
        let known = *self.chain.lock().unwrap_or_else(PoisonError::into_inner);
        match known {
            Some((at, chain)) if at.elapsed() < CHAIN_AGE => Ok(chain),
            _ => Ok(self.status().await?.chain()),
        }
    }

    /// The network's genesis document; its hash is what counts.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn genesis(&self) -> Result<Genesis, ClientError> {
        self.get("/v1/genesis", &[]).await
    }

    /// A page of the members, by name.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn members(&self, cursor: Option<&str>) -> Result<MembersPage, ClientError> {
        self.get("/v1/members", &with_cursor(Vec::new(), cursor)).await
    }

    /// A member.
    ///
    /// # Errors
    /// `Refused` with `NOT_FOUND`; `NoNode`, `BadAnswer`.
    pub async fn member(&self, id: &MemberId) -> Result<MemberView, ClientError> {
        self.get(&format!("/v1/members/{id}"), &[]).await
    }

    /// A member's balances and holds.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn cash(&self, member: &MemberId) -> Result<CashView, ClientError> {
        self.get(&format!("/v1/cash/{member}"), &[]).await
    }

    /// A page of bills: those with a lot of `holder`, or all.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn bills(&self, holder: Option<&MemberId>, cursor: Option<&str>) -> Result<BillsPage, ClientError> {
        let query = holder.map(|holder| ("holder", holder.to_string())).into_iter().collect();
        self.get("/v1/bills", &with_cursor(query, cursor)).await
    }

    /// A bill with its lots, hands and live requests.
    ///
    /// # Errors
    /// `Refused` with `NOT_FOUND`; `NoNode`, `BadAnswer`.
    pub async fn bill(&self, number: &BillNumber) -> Result<BillView, ClientError> {
        self.get(&format!("/v1/bills/{number}"), &[]).await
    }

    /// A page of the live requests that wait for a member's answer.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn requests(&self, to: &MemberId, cursor: Option<&str>) -> Result<RequestsPage, ClientError> {
        self.get("/v1/requests", &with_cursor(vec![("to", to.to_string())], cursor)).await
    }

    /// A block; the latest where no height is given.
    ///
    /// # Errors
    /// `Refused` with `NOT_FOUND`; `NoNode`, `BadAnswer`.
    pub async fn block(&self, height: Option<u64>) -> Result<BlockView, ClientError> {
        let which = height.map_or("latest".to_owned(), |height| height.to_string());
        self.get(&format!("/v1/blocks/{which}"), &[]).await
    }

    /// The proof file of a final transaction and its receipt.
    ///
    /// # Errors
    /// `NoNode`, `Refused`.
    pub async fn transaction_proof(&self, id: Hash) -> Result<Vec<u8>, ClientError> {
        self.get_bytes(&format!("/v1/transactions/{id}/proof")).await
    }

    /// The proof file of a bill with all its lots at the latest height.
    ///
    /// # Errors
    /// `NoNode`, `Refused`.
    pub async fn bill_proof(&self, number: &BillNumber) -> Result<Vec<u8>, ClientError> {
        self.get_bytes(&format!("/v1/bills/{number}/proof")).await
    }

    /// Events from a height on, or from now on.
    pub fn events(&self, from: Option<u64>) -> EventStream {
        EventStream::new(self.http.clone(), from)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, String)]) -> Result<T, ClientError> {
        self.http.ask(&self.reading(path, query)).await
    }

    async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        Ok(self.http.ask_bytes(&self.reading(path, &[])).await?.0)
    }

    fn reading<'a>(&self, path: &'a str, query: &'a [(&'a str, String)]) -> Ask<'a> {
        Ask {
            method: Method::GET,
            path,
            query,
            body: None,
            id: None,
            patience: GRACE,
            within: self.within,
            busy: Busy::Wait,
        }
    }
}

impl Status {
    /// What is needed to make transactions.
    pub fn chain(&self) -> Chain {
        Chain {
            genesis: self.genesis,
            header_time_ms: self.time_ms,
            max_life_ms: self.max_transaction_life_ms,
        }
    }
}

fn with_cursor<'a>(mut query: Vec<(&'a str, String)>, cursor: Option<&str>) -> Vec<(&'a str, String)> {
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    query
}

fn is_duplicate(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { error, .. } if error.known() == Some(Code::Duplicate))
}

/// The receipt, or what was heard instead; an error where it can never be final.
fn final_or_last(view: TransactionView) -> Result<Result<Final, &'static str>, ClientError> {
    match view.state {
        TransactionState::Final(state) => {
            let FinalState { height, index, receipt, .. } = *state;
            Ok(Ok(Final { id: view.id, height, index, receipt }))
        }
        TransactionState::Waiting {} => Ok(Err("waiting")),
        TransactionState::Unknown {} => Ok(Err("unknown to the node")),
        TransactionState::Dropped { code } if code.layer() == "admission" => {
            Err(ClientError::Dropped { id: view.id, code })
        }
        TransactionState::Dropped { .. } => Ok(Err("dropped to make room")),
    }
}
