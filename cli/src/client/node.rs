//! The client of a network's nodes.

use super::builder::{Chain, Signed};
use super::error::ClientError;
use super::events::{EventFilter, EventStream};
use super::http::{Ask, Busy, Http};
use super::types::{
    At, BillBody, BillsBody, BlockView, CashBody, EvidenceBody, Final, GatesBody, HoldingsBody,
    InvariantsBody, MembersBody, ParamsBody, QuoteBody, RecourseBody, RequestBody, RequestsBody,
    StatusBody, TransactionState, TransactionView, chain_of,
};
use allonge_contracts::bills::{InstrumentNumber, LotRange};
use allonge_contracts::members::Member;
use allonge_contracts::{Code, Date, Hash, MemberId, RequestId};
use allonge_ledger::Genesis;
use allonge_node::api::types::{BlockBody, MemberBody};
use reqwest::Method;
use serde::de::DeserializeOwned;
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

mod gov;
mod settling;
mod trade;

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

/// The most pages that one answer is put together from.
pub(super) const MAX_PAGES: usize = 1_000;

/// Which of a member's live requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// Those that wait for its answer.
    Waiting,
    /// Those that it made.
    Made,
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
        Self::trusting(nodes, within, None)
    }

    /// The same, trusting the certificate authorities of this PEM file alone, if one is given.
    ///
    /// # Errors
    /// `BadUrl`, `Setup`, with the file's path where it is to blame.
    pub fn trusting<S: AsRef<str>>(
        nodes: &[S],
        within: Duration,
        ca: Option<&Path>,
    ) -> Result<Self, ClientError> {
        let nodes: Vec<String> = nodes.iter().map(|url| url.as_ref().to_owned()).collect();
        Ok(NodeClient {
            http: Arc::new(Http::new(&nodes, ca)?),
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
    pub async fn submit(
        &self,
        signed: &Signed,
        wait: Wait,
    ) -> Result<TransactionView, ClientError> {
        self.post(signed, wait, Busy::Report, self.within).await
    }

    /// What the transaction would come to on the present state; nothing is sent to the ledger.
    ///
    /// # Errors
    /// As [`NodeClient::submit`].
    pub async fn dry_run(&self, signed: &Signed) -> Result<TransactionView, ClientError> {
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
        let answer: At<TransactionView> = self.http.ask(&ask).await?;
        Ok(answer.body)
    }

    async fn post(
        &self,
        signed: &Signed,
        wait: Wait,
        busy: Busy,
        within: Duration,
    ) -> Result<TransactionView, ClientError> {
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
        let answer: At<TransactionView> = self.http.ask(&ask).await?;
        Ok(answer.body)
    }

    /// Sends a transaction and stays with it until it is final: busy nodes are asked again, a node that
    /// fails is left for the next, one that forgot it gets it again.
    ///
    /// # Errors
    /// `Refused` where it can never be final, `Dropped`, `NoNode`, `NotFinal` after `timeout`.
    /// A rejected transaction is final: see [`Final::accepted`].
    pub async fn submit_and_wait(
        &self,
        signed: &Signed,
        timeout: Duration,
    ) -> Result<Final, ClientError> {
        let deadline = Instant::now() + timeout;
        let mut pause = Duration::from_millis(50);
        let mut last = None;
        let mut sent_before = false;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ClientError::NotFinal {
                    id: signed.id,
                    within: timeout,
                    last,
                });
            }
            match self.post(signed, Wait::Final(left), Busy::Wait, left).await {
                Ok(view) => match final_or_last(view)? {
                    Ok(done) => return Ok(*done),
                    Err(heard) => last = Some(heard.to_owned()),
                },
                Err(error) if error.is_unsettled() => last = Some("waiting".to_owned()),
                Err(ClientError::Refused { error, .. }) if sent_before && error.retry => {
                    last = Some(error.code)
                }
                Err(error @ ClientError::Refused { .. }) if sent_before || is_duplicate(&error) => {
                    // An earlier sending may have made it: then its receipt stands, whatever is said of this one.
                    return match self.transaction(signed.id).await {
                        Ok(Some(view)) => match final_or_last(view) {
                            Ok(Ok(done)) => Ok(*done),
                            _ => Err(error),
                        },
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

    /// What is known of a transaction; `None` where the node does not know it.
    ///
    /// # Errors
    /// `Refused`, `NoNode`, `BadAnswer`.
    pub async fn transaction(&self, id: Hash) -> Result<Option<TransactionView>, ClientError> {
        let path = format!("/v1/transactions/{id}");
        match self.get::<At<TransactionView>>(&path, &[]).await {
            Ok(answer) => Ok(Some(answer.body)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
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
            let heard = match self.transaction(id).await?.map(final_or_last).transpose()? {
                Some(Ok(done)) => return Ok(*done),
                Some(Err(heard)) => heard,
                None => "unknown to the node",
            };
            let left = deadline.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(ClientError::NotFinal {
                    id,
                    within: timeout,
                    last: Some(heard.to_owned()),
                });
            }
            tokio::time::sleep(pause.min(left)).await;
            pause = (pause * 2).min(Duration::from_millis(500));
        }
    }

    /// How the node and its ledger are.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn status(&self) -> Result<At<StatusBody>, ClientError> {
        let status: At<StatusBody> = self.get("/v1/status", &[]).await?;
        *self.chain.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), chain_of(&status.body)));
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
            _ => Ok(chain_of(&self.status().await?.body)),
        }
    }

    /// What of the invariants does not hold over the node's whole state; only on a network with the
    /// development clock.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn invariants(&self) -> Result<At<InvariantsBody>, ClientError> {
        self.get("/v1/dev/invariants", &[]).await
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
    pub async fn members(&self, cursor: Option<&str>) -> Result<At<MembersBody>, ClientError> {
        self.get("/v1/members", &with_cursor(Vec::new(), cursor))
            .await
    }

    /// A member.
    ///
    /// # Errors
    /// `Refused` where there is none (see [`ClientError::is_not_found`]); `NoNode`, `BadAnswer`.
    pub async fn member(&self, id: &MemberId) -> Result<Member, ClientError> {
        let answer: At<MemberBody> = self.get(&format!("/v1/members/{id}"), &[]).await?;
        Ok(answer.body.member)
    }

    /// What the gates know of a member.
    ///
    /// # Errors
    /// `Refused` where there is none; `NoNode`, `BadAnswer`.
    pub async fn gates(&self, id: &MemberId) -> Result<At<GatesBody>, ClientError> {
        self.get(&format!("/v1/members/{id}/gates"), &[]).await
    }

    /// A member's balances and holds, all pages of them.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn cash(&self, member: &MemberId) -> Result<At<CashBody>, ClientError> {
        let path = format!("/v1/cash/{member}");
        let mut all: At<CashBody> = self.get(&path, &[]).await?;
        for _ in 0..MAX_PAGES {
            let Some(cursor) = all.body.next.take() else {
                break;
            };
            let page: At<CashBody> = self.get(&path, &[("cursor", cursor)]).await?;
            all.body.holds.extend(page.body.holds);
            all.body.next = page.body.next;
        }
        Ok(all)
    }

    /// A page of all bills.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn bills(&self, cursor: Option<&str>) -> Result<At<BillsBody>, ClientError> {
        self.get("/v1/bills", &with_cursor(Vec::new(), cursor))
            .await
    }

    /// A page of the lots that a member holds.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn holdings(
        &self,
        holder: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<HoldingsBody>, ClientError> {
        let query = vec![("holder", holder.to_string())];
        self.get("/v1/bills", &with_cursor(query, cursor)).await
    }

    /// A bill with all its lots, hands and live requests, however many pages they take.
    ///
    /// # Errors
    /// `Refused` where there is none (see [`ClientError::is_not_found`]); `NoNode`, `BadAnswer`.
    pub async fn bill(&self, number: &InstrumentNumber) -> Result<At<BillBody>, ClientError> {
        let path = format!("/v1/bills/{number}");
        let mut all: At<BillBody> = self.get(&path, &[]).await?;
        for _ in 0..MAX_PAGES {
            let Some(cursor) = all.body.next.take() else {
                break;
            };
            let page: At<BillBody> = self.get(&path, &[("cursor", cursor)]).await?;
            all.body.lots.extend(page.body.lots);
            all.body.requests.extend(page.body.requests);
            all.body.hands.extend(page.body.hands);
            all.body.next = page.body.next;
        }
        Ok(all)
    }

    /// A page of a member's live requests.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn requests(
        &self,
        member: &MemberId,
        side: Side,
        cursor: Option<&str>,
    ) -> Result<At<RequestsBody>, ClientError> {
        let side = match side {
            Side::Waiting => "waiting",
            Side::Made => "made",
        };
        let query = vec![("member", member.to_string()), ("side", side.to_owned())];
        self.get("/v1/requests", &with_cursor(query, cursor)).await
    }

    /// A live request by its id.
    ///
    /// # Errors
    /// `Refused` where there is none; `NoNode`, `BadAnswer`.
    pub async fn request(&self, id: &RequestId) -> Result<At<RequestBody>, ClientError> {
        self.get(&format!("/v1/requests/{id}"), &[]).await
    }

    /// What a sale of a lot would come to; the query is that of the API.
    ///
    /// # Errors
    /// `Refused` where there is no such lot or no price; `NoNode`, `BadAnswer`.
    pub async fn quote(
        &self,
        number: &InstrumentNumber,
        query: &[(&str, String)],
    ) -> Result<At<QuoteBody>, ClientError> {
        self.get(&format!("/v1/bills/{number}/quote"), query).await
    }

    /// Who is liable to whom for a lot, as of a day; today where none is named.
    ///
    /// # Errors
    /// `Refused` where there is no such lot; `NoNode`, `BadAnswer`.
    pub async fn recourse(
        &self,
        number: &InstrumentNumber,
        lot: LotRange,
        on: Option<Date>,
    ) -> Result<At<RecourseBody>, ClientError> {
        let mut query = vec![("lot", lot.to_string())];
        query.extend(on.map(|day| ("on", day.to_string())));
        self.get(&format!("/v1/bills/{number}/recourse"), &query)
            .await
    }

    /// The parameters that hold on a day; today where none is named.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn params(&self, on: Option<Date>) -> Result<At<ParamsBody>, ClientError> {
        let query: Vec<_> = on.map(|day| ("on", day.to_string())).into_iter().collect();
        self.get("/v1/params", &query).await
    }

    /// What a node knows of validators that contradicted themselves, by height; one page.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn evidence(&self, cursor: Option<&str>) -> Result<At<EvidenceBody>, ClientError> {
        self.get("/v1/evidence", &with_cursor(Vec::new(), cursor))
            .await
    }

    /// A block; the latest where no height is given. `full` brings its transactions and receipts.
    ///
    /// # Errors
    /// `Refused` where there is none (see [`ClientError::is_not_found`]); `NoNode`, `BadAnswer`.
    pub async fn block(&self, height: Option<u64>, full: bool) -> Result<BlockView, ClientError> {
        let which = height.map_or("latest".to_owned(), |height| height.to_string());
        let query: &[(&str, String)] = match full {
            true => &[("detail", "full".to_owned())],
            false => &[],
        };
        let answer: At<BlockBody> = self.get(&format!("/v1/blocks/{which}"), query).await?;
        Ok(answer.body.block)
    }

    /// The proof file of a final transaction and its receipt.
    ///
    /// # Errors
    /// `NoNode`, `Refused`.
    pub async fn transaction_proof(&self, id: Hash) -> Result<Vec<u8>, ClientError> {
        self.get_bytes(&format!("/v1/transactions/{id}/proof"))
            .await
    }

    /// The proof file of a bill with all its lots at the latest height.
    ///
    /// # Errors
    /// `NoNode`, `Refused`.
    pub async fn bill_proof(&self, number: &InstrumentNumber) -> Result<Vec<u8>, ClientError> {
        self.get_bytes(&format!("/v1/bills/{number}/proof")).await
    }

    /// The proof file of a certificate with all its lots at the latest height.
    ///
    /// # Errors
    /// `NoNode`, `Refused`.
    pub async fn receivable_proof(
        &self,
        number: &InstrumentNumber,
    ) -> Result<Vec<u8>, ClientError> {
        self.get_bytes(&format!("/v1/receivables/{number}/proof"))
            .await
    }

    /// Events from a height on, or from now on.
    pub fn events(&self, from: Option<u64>) -> EventStream {
        self.events_passing(from, EventFilter::default())
    }

    /// The same, as far as the filter lets them pass.
    pub fn events_passing(&self, from: Option<u64>, filter: EventFilter) -> EventStream {
        EventStream::new(self.http.clone(), from, filter)
    }

    pub(super) async fn get<T: DeserializeOwned>(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<T, ClientError> {
        self.http.ask(&self.reading(path, query)).await
    }

    async fn get_bytes(&self, path: &str) -> Result<Vec<u8>, ClientError> {
        self.get_bytes_with(path, &[]).await
    }

    pub(super) async fn get_bytes_with(
        &self,
        path: &str,
        query: &[(&str, String)],
    ) -> Result<Vec<u8>, ClientError> {
        Ok(self.http.ask_bytes(&self.reading(path, query)).await?.0)
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

pub(super) fn with_cursor<'a>(
    mut query: Vec<(&'a str, String)>,
    cursor: Option<&str>,
) -> Vec<(&'a str, String)> {
    query.extend(cursor.map(|cursor| ("cursor", cursor.to_owned())));
    query
}

fn is_duplicate(error: &ClientError) -> bool {
    matches!(error, ClientError::Refused { error, .. } if error.known() == Some(Code::Duplicate))
}

/// The receipt, or what was heard instead; an error where it can never be final.
fn final_or_last(view: TransactionView) -> Result<Result<Box<Final>, &'static str>, ClientError> {
    match view.status {
        TransactionState::Final {
            block_height,
            block,
            time_ms,
            index,
            receipt,
            ..
        } => Ok(Ok(Box::new(Final {
            id: view.id,
            height: block_height,
            block,
            time_ms,
            index,
            receipt,
        }))),
        TransactionState::Waiting => Ok(Err("waiting")),
        TransactionState::Dropped { problem, .. } if problem.code.layer() == "admission" => {
            Err(ClientError::Dropped {
                id: view.id,
                code: problem.code,
            })
        }
        TransactionState::Dropped { .. } => Ok(Err("dropped to make room")),
        TransactionState::DryRun { .. } => Ok(Err("only tried out")),
    }
}
