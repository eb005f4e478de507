//! The connection to a Qdrant cluster, for commands and for the service.

use std::sync::Arc;

use anyhow::Result;
use parallax::encoder::QueryEncoder;
use parallax::remote::Remotes;
#[cfg(feature = "qdrant")]
use parallax_qdrant::{Cluster, Collections, Patience, Spread, Threads};

use crate::config::Qdrant;

/// The collections of a cluster, whose vectors this encoder made.
///
/// # Errors
/// If it does not answer.
#[cfg(feature = "qdrant")]
pub fn connect(settings: &Qdrant, encoder: Arc<QueryEncoder>) -> Result<Remotes> {
    let api_key_file = settings.api_key_file.as_deref();
    let (cluster, threads) = connected(&settings.url, api_key_file, Patience::SERVE)?;
    let spread = Spread {
        shards: settings.shards,
        replicas: settings.replicas,
    };
    let collections = Collections::of(cluster, spread, threads);
    Ok(Remotes::new(Box::new(collections), encoder))
}

#[cfg(not(feature = "qdrant"))]
pub fn connect(_: &Qdrant, _: Arc<QueryEncoder>) -> Result<Remotes> {
    anyhow::bail!("this program was built without the feature `qdrant`, so it cannot use a cluster")
}

/// A cluster, and the threads on which its requests run.
///
/// # Errors
/// If it does not answer, or its API key cannot be read.
#[cfg(feature = "qdrant")]
pub fn connected(
    url: &str,
    api_key_file: Option<&std::path::Path>,
    patience: Patience,
) -> Result<(Cluster, Arc<Threads>)> {
    use anyhow::Context;

    let threads = Threads::start().context("the threads for the cluster could not be started")?;
    let api_key = api_key_file.map(key_in).transpose()?;
    let cluster = threads.block_on(Cluster::connect(url, api_key, patience))?;
    Ok((cluster, Arc::new(threads)))
}

/// The API key of a cluster, which a file contains.
#[cfg(feature = "qdrant")]
fn key_in(file: &std::path::Path) -> Result<String> {
    use anyhow::Context;

    let key = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let key = key.trim();
    if !key.chars().all(|character| character.is_ascii_graphic()) {
        anyhow::bail!(
            "{} must contain the API key alone: letters, digits and punctuation on one line",
            file.display()
        );
    }
    Ok(key.to_owned())
}
