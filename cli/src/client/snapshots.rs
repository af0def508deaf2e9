//! Fetching what a node hands on: a snapshot to start from, or a backup. Nothing that comes is trusted here;
//! whoever takes the parts verifies them.

use super::ClientError;
use super::node::NodeClient;
use super::types::{At, SnapshotView, SnapshotsBody};
use allonge_node::archive::{Part, What, decode_frames};

/// What went wrong on the way: the node's answer, or what was done with a part.
#[derive(Debug)]
pub enum FetchError<E> {
    /// The node's.
    Node(ClientError),
    /// The taker's.
    Taker(E),
}

impl<E> From<ClientError> for FetchError<E> {
    fn from(error: ClientError) -> Self {
        FetchError::Node(error)
    }
}

impl NodeClient {
    /// What can be fetched, the latest first.
    ///
    /// # Errors
    /// `NoNode`, `Refused`, `BadAnswer`.
    pub async fn snapshots(&self) -> Result<At<SnapshotsBody>, ClientError> {
        self.get("/v1/snapshots", &[]).await
    }

    /// Fetches the latest snapshot and gives its parts out in order; `take` is told how far it is, in heights
    /// or entries.
    ///
    /// # Errors
    /// The node's, or the taker's.
    pub async fn fetch<E>(
        &self,
        what: What,
        take: &mut (dyn FnMut(Part) -> Result<(), E> + Send),
    ) -> Result<SnapshotView, FetchError<E>> {
        let mut listed = self.snapshots().await?.body.snapshots;
        if listed.is_empty() {
            return Err(self
                .wrong("there is no snapshot, for there is no block yet")
                .into());
        }
        let snapshot = listed.swap_remove(0);
        let height = snapshot.height;
        let blocks_from = match what {
            What::Backup => snapshot.history_start,
            What::Snapshot => height,
        };
        let query = [("from", blocks_from.to_string())];
        let head = self.piece(height, "head", &query).await?;
        for part in head {
            take(part).map_err(FetchError::Taker)?;
        }
        let (mut next, last) = (snapshot.window_start, blocks_from.saturating_sub(1));
        while next <= last {
            let query = [("from", next.to_string()), ("to", last.to_string())];
            let parts = self.piece(height, "window", &query).await?;
            next = self.pass_on(parts, next, take)?;
        }
        let mut next = blocks_from;
        while next <= height {
            let query = [("from", next.to_string())];
            let parts = self.piece(height, "blocks", &query).await?;
            next = self.pass_on(parts, next, take)?;
        }
        let mut query = Vec::new();
        loop {
            let parts = self.piece(height, "state", &query).await?;
            let Some(Part::State(entries)) = parts.last() else {
                return Ok(snapshot);
            };
            let Some((key, _)) = entries.last() else {
                return Ok(snapshot);
            };
            query = vec![("after", hex::encode(key))];
            for part in parts {
                take(part).map_err(FetchError::Taker)?;
            }
        }
    }

    /// Gives parts out; the height after the last one in them.
    fn pass_on<E>(
        &self,
        parts: Vec<Part>,
        next: u64,
        take: &mut (dyn FnMut(Part) -> Result<(), E> + Send),
    ) -> Result<u64, FetchError<E>> {
        let mut last = None;
        for part in parts {
            match &part {
                Part::Window(entries) => {
                    last = entries.last().map(|entry| entry.header.height).or(last);
                }
                Part::Block(block) => last = Some(block.certificate.height),
                _ => {}
            }
            take(part).map_err(FetchError::Taker)?;
        }
        match last {
            Some(last) if last >= next => Ok(last.saturating_add(1)),
            _ => Err(self.wrong(&format!("height {next} does not come")).into()),
        }
    }

    async fn piece(
        &self,
        height: u64,
        name: &str,
        query: &[(&str, String)],
    ) -> Result<Vec<Part>, ClientError> {
        let path = format!("/v1/snapshots/{height}/{name}");
        let bytes = self.get_bytes_with(&path, query).await?;
        decode_frames(&bytes).map_err(|error| self.wrong(&error.to_string()))
    }

    fn wrong(&self, what: &str) -> ClientError {
        ClientError::BadAnswer {
            node: self.node(),
            what: what.to_owned(),
        }
    }
}
