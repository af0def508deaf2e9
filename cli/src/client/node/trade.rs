//! Reads of trade papers, claims on invoices and conditions.

use super::{MAX_PAGES, NodeClient, with_cursor};
use crate::client::error::ClientError;
use crate::client::types::{
    At, CheckBody, ClaimBody, ClaimsBody, ConditionBody, ConditionsBody, PaperFacts, PaperView,
    PapersBody,
};
use allonge_contracts::members::Member;
use allonge_contracts::{Hash, MemberId, Money, RequestId};

impl NodeClient {
    /// A trade paper, with what was attested of it.
    ///
    /// # Errors
    /// `Refused` where none of this id is on record; `NoNode`, `BadAnswer`.
    pub async fn trade_paper(&self, id: &Hash) -> Result<At<PaperView>, ClientError> {
        self.get(&format!("/v1/trade/papers/{id}"), &[]).await
    }

    /// A page of the papers to which a member is a party or that it recorded.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn trade_papers(
        &self,
        member: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<PapersBody>, ClientError> {
        let query = vec![("member", member.to_string())];
        self.get("/v1/trade/papers", &with_cursor(query, cursor))
            .await
    }

    /// All of them, however many pages they take.
    ///
    /// # Errors
    /// As [`NodeClient::trade_papers`].
    pub async fn all_trade_papers(
        &self,
        member: &MemberId,
    ) -> Result<Vec<PaperFacts>, ClientError> {
        let mut papers = Vec::new();
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let page = self.trade_papers(member, cursor.as_deref()).await?.body;
            papers.extend(page.papers);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(papers)
    }

    /// Whether so much of an invoice is free for a financing, or all of it where no amount is named: yes or no,
    /// and never who has drawn on it.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn check_invoice(
        &self,
        commitment: &Hash,
        money: Option<Money>,
    ) -> Result<At<CheckBody>, ClientError> {
        let query: Vec<(&str, String)> = match money {
            Some(money) => vec![
                ("amount", money.plain()),
                ("currency", money.currency.to_string()),
            ],
            None => Vec::new(),
        };
        self.get(&format!("/v1/trade/check/{commitment}"), &query)
            .await
    }

    /// A page of the claims that a member was given.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn claims(
        &self,
        holder: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<ClaimsBody>, ClientError> {
        let query = vec![("holder", holder.to_string())];
        self.get("/v1/trade/claims", &with_cursor(query, cursor))
            .await
    }

    /// A claim on an invoice, ended or not.
    ///
    /// # Errors
    /// `Refused` where there is none; `NoNode`, `BadAnswer`.
    pub async fn claim(&self, id: &RequestId) -> Result<At<ClaimBody>, ClientError> {
        self.get(&format!("/v1/trade/claims/{id}"), &[]).await
    }

    /// A page of the open conditions that a member is to attest.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn conditions(
        &self,
        attestor: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<ConditionsBody>, ClientError> {
        let query = vec![("attestor", attestor.to_string())];
        self.get("/v1/trade/conditions", &with_cursor(query, cursor))
            .await
    }

    /// A condition, whatever became of it.
    ///
    /// # Errors
    /// `Refused` where there is none; `NoNode`, `BadAnswer`.
    pub async fn condition(&self, id: &RequestId) -> Result<At<ConditionBody>, ClientError> {
        self.get(&format!("/v1/trade/conditions/{id}"), &[]).await
    }

    /// All members, however many pages they take.
    ///
    /// # Errors
    /// As [`NodeClient::members`].
    pub async fn all_members(&self) -> Result<Vec<Member>, ClientError> {
        let mut members = Vec::new();
        let mut cursor = None;
        for _ in 0..MAX_PAGES {
            let page = self.members(cursor.as_deref()).await?.body;
            members.extend(page.members);
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        Ok(members)
    }
}
