//! Reading certificates, credit lines and quotes from a node.

use super::ClientError;
use super::node::{MAX_PAGES, NodeClient, with_cursor};
use super::types::{
    At, CertificateBody, CertificateHoldingsBody, CertificatesBody, LineBody, LinesBody,
    QuoteAskBody, QuoteAsksBody, ReachBody,
};
use allonge_contracts::instruments::InstrumentNumber;
use allonge_contracts::{MemberId, RequestId};

impl NodeClient {
    /// A page of the certificates that a member opened, ended ones too.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn certificates(
        &self,
        issuer: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<CertificatesBody>, ClientError> {
        let query = vec![("issuer", issuer.to_string())];
        self.get("/v1/receivables", &with_cursor(query, cursor))
            .await
    }

    /// A page of the lots of certificates that a member holds.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn certificate_holdings(
        &self,
        holder: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<CertificateHoldingsBody>, ClientError> {
        let query = vec![("holder", holder.to_string())];
        self.get("/v1/receivables", &with_cursor(query, cursor))
            .await
    }

    /// A certificate with all its lots, hands and live requests, however many pages they take.
    ///
    /// # Errors
    /// `Refused` where there is none (see [`ClientError::is_not_found`]); `NoNode`, `BadAnswer`.
    pub async fn certificate(
        &self,
        number: &InstrumentNumber,
    ) -> Result<At<CertificateBody>, ClientError> {
        let path = format!("/v1/receivables/{number}");
        let mut all: At<CertificateBody> = self.get(&path, &[]).await?;
        for _ in 0..MAX_PAGES {
            let Some(cursor) = all.body.next.take() else {
                break;
            };
            let page: At<CertificateBody> = self.get(&path, &[("cursor", cursor)]).await?;
            all.body.lots.extend(page.body.lots);
            all.body.requests.extend(page.body.requests);
            all.body.hands.extend(page.body.hands);
            all.body.next = page.body.next;
        }
        Ok(all)
    }

    /// How far the certificates of an issuer have reached, all pages.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn reach(&self, issuer: &MemberId) -> Result<At<ReachBody>, ClientError> {
        let query = || vec![("issuer", issuer.to_string())];
        let mut all: At<ReachBody> = self.get("/v1/receivables/reach", &query()).await?;
        for _ in 0..MAX_PAGES {
            let Some(cursor) = all.body.next.take() else {
                break;
            };
            let query = with_cursor(query(), Some(&cursor));
            let page: At<ReachBody> = self.get("/v1/receivables/reach", &query).await?;
            all.body.certificates.extend(page.body.certificates);
            all.body.next = page.body.next;
        }
        Ok(all)
    }

    /// A page of the credit lines that a member granted or was granted.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn lines(
        &self,
        member: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<LinesBody>, ClientError> {
        let query = vec![("member", member.to_string())];
        self.get("/v1/lines", &with_cursor(query, cursor)).await
    }

    /// A credit line.
    ///
    /// # Errors
    /// `Refused` where there is none; `NoNode`, `BadAnswer`.
    pub async fn line(&self, id: &RequestId) -> Result<At<LineBody>, ClientError> {
        self.get(&format!("/v1/lines/{id}"), &[]).await
    }

    /// A page of the questions for quotes that a member asked or is asked.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn quote_asks(
        &self,
        member: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<QuoteAsksBody>, ClientError> {
        let query = vec![("member", member.to_string())];
        self.get("/v1/quotes", &with_cursor(query, cursor)).await
    }

    /// A question for quotes with its sealed answers.
    ///
    /// # Errors
    /// `Refused` where there is none; `NoNode`, `BadAnswer`.
    pub async fn quote_ask(&self, id: &RequestId) -> Result<At<QuoteAskBody>, ClientError> {
        self.get(&format!("/v1/quotes/{id}"), &[]).await
    }
}
