//! The Qdrant cluster that a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::Args;
use parallax::Encoder;
use parallax::collection::About;
use parallax::encoder::QueryEncoder;
use parallax::remote::{Remote, RemoteIndex};
use parallax_qdrant::{Cluster, ClusterIndex, Patience, Threads};
use tokio::runtime::Runtime;

use crate::config::Kind;

#[derive(Args)]
pub struct Qdrant {
    /// The cluster: the port of its gRPC interface; several nodes are separated by commas
    #[arg(
        long = "qdrant-url",
        env = "PARALLAX_QDRANT_URL",
        value_name = "URL",
        default_value = "http://localhost:6334"
    )]
    pub url: String,
    /// A file with the cluster's API key
    #[arg(
        long = "qdrant-api-key-file",
        env = "PARALLAX_QDRANT_API_KEY_FILE",
        value_name = "FILE"
    )]
    api_key_file: Option<PathBuf>,
}

/// Where a collection is searched.
#[derive(Args)]
pub struct On {
    /// Where the collection is searched
    #[arg(long, value_enum, default_value = "embedded")]
    pub backend: Kind,
    #[command(flatten)]
    pub qdrant: Qdrant,
}

impl Qdrant {
    /// Connects to the cluster. Its requests run on `runtime`.
    pub fn connect(&self, runtime: &Runtime) -> Result<Cluster> {
        let api_key = self.api_key()?;
        Ok(runtime.block_on(Cluster::connect(&self.url, api_key, Patience::COPY))?)
    }

    /// A collection of the cluster, with its model from where it was when the collection was made, or from
    /// `model`.
    pub fn collection(&self, name: &str, model: &Path) -> Result<Remote> {
        let index = self.index(name)?;
        let encoder = encoder_of(&index.described().about, model)?;
        Ok(Remote::new(name, Box::new(index), encoder)?)
    }

    /// The same with its model.
    pub fn collection_with(&self, name: &str, encoder: Arc<QueryEncoder>) -> Result<Remote> {
        Ok(Remote::new(name, Box::new(self.index(name)?), encoder)?)
    }

    fn index(&self, name: &str) -> Result<ClusterIndex> {
        let threads = threads()?;
        let (url, api_key) = (self.url.clone(), self.api_key()?);
        let connected =
            threads.run(async move { Cluster::connect(&url, api_key, Patience::COPY).await });
        Ok(ClusterIndex::open(connected?, name, threads)?)
    }

    fn api_key(&self) -> Result<Option<String>> {
        self.api_key_file.as_deref().map(key_in).transpose()
    }
}

/// The API key of a cluster, which a file contains.
///
/// # Errors
/// If it cannot be read, or contains something else.
pub fn key_in(file: &Path) -> Result<String> {
    let key = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
    let key = key.trim();
    if !key.chars().all(|character| character.is_ascii_graphic()) {
        bail!(
            "{} must contain the API key alone: letters, digits and punctuation on one line",
            file.display()
        );
    }
    Ok(key.to_owned())
}

/// The model of a collection: from where it was when the collection was made, or from `model`.
pub fn encoder_of(about: &About, model: &Path) -> Result<Arc<QueryEncoder>> {
    let model = match about.model_dir.is_dir() {
        true => &about.model_dir,
        false => model,
    };
    Ok(Arc::new(QueryEncoder::new(Encoder::load(model)?)))
}

/// The threads that wait for the cluster during a copy.
pub fn runtime() -> Result<Runtime> {
    Runtime::new().context(NO_THREADS)
}

/// Threads for the requests of a search.
pub fn threads() -> Result<Arc<Threads>> {
    Ok(Arc::new(Threads::start().context(NO_THREADS)?))
}

const NO_THREADS: &str = "the threads for the cluster could not be started";
