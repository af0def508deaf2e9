//! A plain HTTP client of one node, written against the API's documentation and not with the
//! project's own client.

use allonge_contracts::bills::InstrumentNumber;
use allonge_contracts::{Hash, MemberId};
use allonge_node::api::types::{
    At, BillBody, BlockBody, BlockView, CashBody, MemberBody, RequestsBody, StatusBody,
    TransactionState, TransactionView,
};
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::time::Duration;

/// An answer over HTTP.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The body.
    pub text: String,
    /// The body as JSON; null if it is none.
    pub json: Value,
    /// `Retry-After`.
    pub retry_after: Option<String>,
}

impl Answer {
    /// The error's code, or an empty text.
    pub fn code(&self) -> &str {
        self.json["error"]["code"].as_str().unwrap_or_default()
    }

    /// The error's hint, or an empty text.
    pub fn hint(&self) -> &str {
        self.json["error"]["hint"].as_str().unwrap_or_default()
    }

    /// The error's message, or an empty text.
    pub fn message(&self) -> &str {
        self.json["error"]["message"].as_str().unwrap_or_default()
    }
}

/// The API of one node.
#[derive(Clone, Debug)]
pub struct Api {
    client: reqwest::Client,
    base: String,
}

impl Api {
    /// Of the node at `http://host:port`.
    ///
    /// # Panics
    /// The HTTP client cannot be set up.
    pub fn new(base: &str) -> Self {
        // Fails only if there is a provider already.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Api {
            client: reqwest::Client::builder()
                .no_proxy()
                // A node that refuses a body unread hangs up; the next request takes a new connection.
                .pool_max_idle_per_host(0)
                .timeout(Duration::from_secs(40))
                .build()
                .expect("an HTTP client"),
            base: base.trim_end_matches('/').to_owned(),
        }
    }

    /// `http://host:port`.
    pub fn base(&self) -> &str {
        &self.base
    }

    async fn answer(request: reqwest::RequestBuilder) -> Result<Answer, String> {
        let response = request.send().await.map_err(|e| format!("{e:?}"))?;
        let status = response.status().as_u16();
        let retry_after = response
            .headers()
            .get("retry-after")
            .and_then(|v| v.to_str().ok())
            .map(str::to_owned);
        let text = response.text().await.map_err(|e| format!("{e:?}"))?;
        Ok(Answer {
            status,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            text,
            retry_after,
        })
    }

    /// `GET`, from `/` on.
    ///
    /// # Errors
    /// No answer.
    pub async fn get(&self, path: &str) -> Result<Answer, String> {
        Self::answer(self.client.get(format!("{}{path}", self.base))).await
    }

    /// `GET` of something that is there, as the type that the API promises.
    ///
    /// # Errors
    /// No answer, another status than 200, or another form.
    pub async fn read<T: DeserializeOwned>(&self, path: &str) -> Result<T, String> {
        let answer = self.get(path).await?;
        if answer.status != 200 {
            return Err(format!("{path}: {} {}", answer.status, answer.text));
        }
        serde_json::from_str(&answer.text).map_err(|e| format!("{path}: {e}: {}", answer.text))
    }

    /// `POST` of bytes with a content type.
    ///
    /// # Errors
    /// No answer.
    pub async fn post(&self, path: &str, kind: &str, body: Vec<u8>) -> Result<Answer, String> {
        let request = self.client.post(format!("{}{path}", self.base));
        Self::answer(request.header("content-type", kind).body(body)).await
    }

    /// Sends a transaction's canonical bytes; `query` such as `?wait=final&timeout=10s`.
    ///
    /// # Errors
    /// No answer.
    pub async fn submit(&self, bytes: &[u8], query: &str) -> Result<Answer, String> {
        let path = format!("/v1/transactions{query}");
        self.post(&path, "application/octet-stream", bytes.to_vec())
            .await
    }

    /// Sends a transaction and waits until it is final.
    ///
    /// # Errors
    /// No answer, refused, or not final in 30 s.
    pub async fn settle(&self, bytes: &[u8]) -> Result<TransactionView, String> {
        let answer = self.submit(bytes, "?wait=final&timeout=30s").await?;
        if answer.status != 200 {
            return Err(format!("{} {}", answer.status, answer.text));
        }
        let view: TransactionView =
            serde_json::from_str(&answer.text).map_err(|e| format!("{e}: {}", answer.text))?;
        match view.status {
            TransactionState::Final { .. } => Ok(view),
            _ => Err(format!("not final: {}", answer.text)),
        }
    }

    /// What the node knows of a transaction; `None` where it knows nothing.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn transaction(&self, id: &Hash) -> Result<Option<TransactionView>, String> {
        let answer = self.get(&format!("/v1/transactions/{id}")).await?;
        match answer.status {
            404 => Ok(None),
            200 => serde_json::from_str(&answer.text)
                .map(Some)
                .map_err(|e| format!("{e}: {}", answer.text)),
            _ => Err(format!("{} {}", answer.status, answer.text)),
        }
    }

    /// `GET /v1/status`.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn status(&self) -> Result<At<StatusBody>, String> {
        self.read("/v1/status").await
    }

    /// A block.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn block(&self, height: u64) -> Result<BlockView, String> {
        let body: At<BlockBody> = self.read(&format!("/v1/blocks/{height}")).await?;
        Ok(body.body.block)
    }

    /// A member.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn member(&self, id: &MemberId) -> Result<At<MemberBody>, String> {
        self.read(&format!("/v1/members/{id}")).await
    }

    /// A member's cash.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn cash(&self, member: &MemberId) -> Result<At<CashBody>, String> {
        self.read(&format!("/v1/cash/{member}")).await
    }

    /// A bill.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn bill(&self, number: &InstrumentNumber) -> Result<At<BillBody>, String> {
        self.read(&format!("/v1/bills/{number}")).await
    }

    /// The requests that wait for a member's answer.
    ///
    /// # Errors
    /// No answer or another form.
    pub async fn requests(&self, member: &MemberId) -> Result<At<RequestsBody>, String> {
        self.read(&format!("/v1/requests?member={member}")).await
    }
}
