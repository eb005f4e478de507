//! The connection to the cluster that has the collections.

use std::sync::Arc;

use anyhow::Result;
use parallax::encoder::QueryEncoder;
use parallax::remote::Remotes;

use crate::config::Qdrant;

/// The collections of a cluster, whose vectors this encoder made.
///
/// # Errors
/// If it does not answer.
#[cfg(feature = "qdrant")]
pub fn connect(settings: &Qdrant, encoder: Arc<QueryEncoder>) -> Result<Remotes> {
    use parallax_qdrant::{Cluster, Collections, Patience, Spread};

    use crate::command::qdrant::{key_in, threads};

    let threads = threads()?;
    let api_key = settings.api_key_file.as_deref().map(key_in).transpose()?;
    let url = settings.url.clone();
    let connected =
        threads.run(async move { Cluster::connect(&url, api_key, Patience::SERVE).await });
    let spread = Spread {
        shards: settings.shards,
        replicas: settings.replicas,
    };
    let collections = Collections::of(connected?, spread, threads);
    Ok(Remotes::new(Box::new(collections), encoder))
}

#[cfg(not(feature = "qdrant"))]
pub fn connect(_: &Qdrant, _: Arc<QueryEncoder>) -> Result<Remotes> {
    anyhow::bail!("this program was built without the feature `qdrant`, so it cannot use a cluster")
}
