//! The connection to a cluster.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use qdrant_client::{Qdrant, QdrantError};

use crate::error::{Error, Result, reason};
use crate::retry::{is_temporary, retried_after};

/// How long to wait for an answer, and before each repetition of a request that failed.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// How long a request may take.
    pub timeout: Duration,
    /// The pauses.
    pub pauses: &'static [Duration],
}

impl Patience {
    /// For copies, which would have to begin again.
    pub const COPY: Self = Self {
        timeout: Duration::from_mins(1),
        pauses: &[
            Duration::from_millis(250),
            Duration::from_millis(500),
            Duration::from_secs(1),
            Duration::from_secs(4),
            Duration::from_secs(10),
        ],
    };

    /// For requests that someone waits for.
    pub const SERVE: Self = Self {
        timeout: Duration::from_secs(5),
        pauses: &[
            Duration::from_millis(100),
            Duration::from_millis(250),
            Duration::from_millis(500),
            Duration::from_secs(1),
        ],
    };
}

/// A Qdrant cluster. Clones share the connections.
#[derive(Clone)]
pub struct Cluster {
    /// Its nodes, of which any answers for all.
    nodes: Vec<Qdrant>,
    /// The one that answered last.
    current: Arc<AtomicUsize>,
    /// How long to wait before each repetition. Another node is asked at once.
    pauses: Vec<Duration>,
    pub(crate) url: String,
}

impl Cluster {
    /// The cluster with this URL, whose port is that of gRPC: `http://localhost:6334`; or with those of several
    /// of its nodes, separated by commas. The API key is needed if the cluster has one.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if no node answers.
    pub async fn connect(url: &str, api_key: Option<String>, patience: Patience) -> Result<Self> {
        let unreachable = |error| Error::Unreachable {
            url: url.to_owned(),
            why: reason(&error),
        };
        let nodes = url.split(',').map(|url| {
            let node = Qdrant::from_url(url.trim())
                .api_key(api_key.clone())
                .timeout(patience.timeout)
                .skip_compatibility_check();
            node.build()
        });
        let nodes: Result<Vec<Qdrant>, QdrantError> = nodes.collect();
        let nodes = nodes.map_err(unreachable)?;
        let others = nodes.len().saturating_sub(1);
        let mut pauses = vec![Duration::ZERO; others];
        let cluster = Self {
            nodes,
            current: Arc::default(),
            pauses: pauses.clone(),
            url: url.to_owned(),
        };
        cluster.check().await?;
        pauses.extend(patience.pauses);
        Ok(Self { pauses, ..cluster })
    }

    /// Checks that a node answers.
    ///
    /// # Errors
    /// [`Error::Unreachable`].
    pub async fn check(&self) -> Result<()> {
        let mut last = None;
        for _ in &self.nodes {
            match self
                .once(|node| async move { node.health_check().await })
                .await
            {
                Ok(_) => return Ok(()),
                Err(error) => last = Some(error),
            }
        }
        let why = last.map_or_else(|| "no address is given".to_owned(), |error| reason(&error));
        Err(Error::Unreachable {
            url: self.url.clone(),
            why,
        })
    }

    /// Makes a request until it succeeds, or fails for a reason that does not go away, or too often. After a
    /// temporary failure, the next node is asked. `what` completes "Qdrant could not".
    ///
    /// # Errors
    /// [`Error::Request`] with the last reason.
    pub(crate) async fn ask<A, T, F>(
        &self,
        what: &str,
        asked: A,
        request: impl Fn(Qdrant, A) -> F,
    ) -> Result<T>
    where
        A: Clone,
        F: Future<Output = Result<T, QdrantError>>,
    {
        let once = || self.once(|node| request(node, asked.clone()));
        retried_after(&self.pauses, what, once).await
    }

    /// Makes a request once, which must not be repeated.
    ///
    /// # Errors
    /// That of the client.
    pub(crate) async fn once<T, F>(
        &self,
        request: impl FnOnce(Qdrant) -> F,
    ) -> Result<T, QdrantError>
    where
        F: Future<Output = Result<T, QdrantError>>,
    {
        let at = self.current.load(Ordering::Relaxed);
        let Some(node) = self.nodes.get(at % self.nodes.len().max(1)) else {
            return Err(QdrantError::ConversionError("no address is given".into()));
        };
        let answer = request(node.clone()).await;
        if answer.as_ref().err().is_some_and(is_temporary) {
            // Unless another request has already moved on.
            let next = (at + 1) % self.nodes.len();
            let order = Ordering::Relaxed;
            let _ = self.current.compare_exchange(at, next, order, order);
        }
        answer
    }
}
