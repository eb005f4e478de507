//! The Qdrant cluster that a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use parallax::Encoder;
use parallax::collection::About;
use parallax::encoder::QueryEncoder;
use parallax::remote::{Remote, RemoteIndex};
use parallax_qdrant::{Cluster, ClusterIndex};
use tokio::runtime::Runtime;

#[derive(Args)]
pub struct Qdrant {
    /// The cluster: the port of its gRPC interface
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// In the data folder
    Embedded,
    /// On a Qdrant cluster, to which `parallax copy` copied it
    Qdrant,
}

impl Qdrant {
    /// Connects to the cluster. Its requests run on `runtime`.
    pub fn connect(&self, runtime: &Runtime) -> Result<Cluster> {
        Ok(runtime.block_on(Cluster::connect(&self.url, self.api_key()?))?)
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
        let runtime = Arc::new(runtime()?);
        Ok(ClusterIndex::open(self.connect(&runtime)?, name, runtime)?)
    }

    fn api_key(&self) -> Result<Option<String>> {
        let Some(file) = &self.api_key_file else {
            return Ok(None);
        };
        let key = std::fs::read_to_string(file).with_context(|| file.display().to_string())?;
        let key = key.trim();
        if !key.chars().all(|character| character.is_ascii_graphic()) {
            bail!(
                "{} must contain the API key alone: letters, digits and punctuation on one line",
                file.display()
            );
        }
        Ok(Some(key.to_owned()))
    }
}

/// The model of a collection: from where it was when the collection was made, or from `model`.
pub fn encoder_of(about: &About, model: &Path) -> Result<Arc<QueryEncoder>> {
    let model = match about.model_dir.is_dir() {
        true => &about.model_dir,
        false => model,
    };
    Ok(Arc::new(QueryEncoder::new(Encoder::load(model)?)))
}

/// The threads that wait for the cluster.
pub fn runtime() -> Result<Runtime> {
    Runtime::new().context("the threads for the cluster could not be started")
}
