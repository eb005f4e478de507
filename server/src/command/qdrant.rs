//! The Qdrant cluster that a command works with.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use parallax::Encoder;
use parallax::collection::About;
use parallax::encoder::QueryEncoder;
use parallax::remote::{Remote, RemoteIndex};
use parallax_qdrant::{Cluster, ClusterIndex, Patience, Threads};

use crate::cluster;
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
    /// Connects to the cluster, for what would have to begin again if it failed.
    pub fn connect(&self) -> Result<(Cluster, Arc<Threads>)> {
        cluster::connected(&self.url, self.api_key_file.as_deref(), Patience::COPY)
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
        let (cluster, threads) = self.connect()?;
        Ok(ClusterIndex::open(cluster, name, threads)?)
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
