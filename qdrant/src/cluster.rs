//! The connection to a cluster.

use std::time::Duration;

use qdrant_client::Qdrant;

use crate::error::{Error, Result, reason};

/// How long a request may take.
const TIMEOUT: Duration = Duration::from_secs(60);

/// A Qdrant cluster.
pub struct Cluster {
    pub(crate) client: Qdrant,
    pub(crate) url: String,
}

impl Cluster {
    /// The cluster with this URL, whose port is that of gRPC: `http://localhost:6334`. The API key is
    /// needed if the cluster has one.
    ///
    /// # Errors
    /// [`Error::Unreachable`] if it does not answer.
    pub async fn connect(url: &str, api_key: Option<String>) -> Result<Self> {
        let client = Qdrant::from_url(url)
            .api_key(api_key)
            .timeout(TIMEOUT)
            .skip_compatibility_check();
        let unreachable = |error| Error::Unreachable {
            url: url.to_owned(),
            why: reason(&error),
        };
        let client = client.build().map_err(unreachable)?;
        client.health_check().await.map_err(unreachable)?;
        Ok(Self {
            client,
            url: url.to_owned(),
        })
    }
}
