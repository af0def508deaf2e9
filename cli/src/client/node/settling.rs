//! Reads of netting and of settlement instructions.

use super::{MAX_PAGES, NodeClient, with_cursor};
use crate::client::error::ClientError;
use crate::client::types::{
    At, InstructionView, InstructionsBody, NettingBody, ObligationBody, QueueBody,
};
use allonge_contracts::{Currency, MemberId, RequestId};

impl NodeClient {
    /// Where netting in a currency stands, and its last cycles: 1 to 1,000 of them, the latest first.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn netting(
        &self,
        currency: Currency,
        cycles: usize,
    ) -> Result<At<NettingBody>, ClientError> {
        let query = [
            ("currency", currency.to_string()),
            ("limit", cycles.to_string()),
        ];
        self.get("/v1/netting", &query).await
    }

    /// A member's queue in a currency with all that waits in it, however many pages that takes.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn queue(
        &self,
        payer: &MemberId,
        currency: Currency,
    ) -> Result<At<QueueBody>, ClientError> {
        let query = || {
            vec![
                ("payer", payer.to_string()),
                ("currency", currency.to_string()),
                ("limit", "1000".to_owned()),
            ]
        };
        let path = "/v1/netting/queue";
        let mut all: At<QueueBody> = self.get(path, &query()).await?;
        for _ in 0..MAX_PAGES {
            let Some(cursor) = all.body.next.take() else {
                break;
            };
            let page: At<QueueBody> = self.get(path, &with_cursor(query(), Some(&cursor))).await?;
            all.body.obligations.extend(page.body.obligations);
            all.body.next = page.body.next;
        }
        Ok(all)
    }

    /// An obligation that waits.
    ///
    /// # Errors
    /// `Refused` where none of this id waits; `NoNode`, `BadAnswer`.
    pub async fn obligation(&self, id: &RequestId) -> Result<At<ObligationBody>, ClientError> {
        self.get(&format!("/v1/netting/obligations/{id}"), &[])
            .await
    }

    /// A settlement instruction that waits.
    ///
    /// # Errors
    /// `Refused` where none of this id waits; `NoNode`, `BadAnswer`.
    pub async fn instruction(&self, id: &RequestId) -> Result<At<InstructionView>, ClientError> {
        self.get(&format!("/v1/instructions/{id}"), &[]).await
    }

    /// A page of the instructions that wait and have a member among their parties.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn instructions(
        &self,
        member: &MemberId,
        cursor: Option<&str>,
    ) -> Result<At<InstructionsBody>, ClientError> {
        let query = vec![("member", member.to_string())];
        self.get("/v1/instructions", &with_cursor(query, cursor))
            .await
    }
}
