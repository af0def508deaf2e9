//! Reads of governance and of the network's nodes.

use super::{NodeClient, with_cursor};
use crate::client::error::ClientError;
use crate::client::types::{At, NodesBody, PolicyBody, ProposalView, ProposalsBody};
use allonge_contracts::RequestId;

impl NodeClient {
    /// A page of the proposals, the latest first.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn proposals(&self, cursor: Option<&str>) -> Result<At<ProposalsBody>, ClientError> {
        self.get("/v1/gov/proposals", &with_cursor(Vec::new(), cursor))
            .await
    }

    /// A proposal.
    ///
    /// # Errors
    /// `Refused` where there is none of this id; `NoNode`, `BadAnswer`.
    pub async fn proposal(&self, id: &RequestId) -> Result<At<ProposalView>, ClientError> {
        self.get(&format!("/v1/gov/proposals/{id}"), &[]).await
    }

    /// Whose approval each kind of change takes.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn policy(&self) -> Result<At<PolicyBody>, ClientError> {
        self.get("/v1/gov/policy", &[]).await
    }

    /// The nodes of the network and the version of the protocol.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn nodes(&self) -> Result<At<NodesBody>, ClientError> {
        self.get("/v1/nodes", &[]).await
    }
}
