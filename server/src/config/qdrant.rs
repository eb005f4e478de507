//! The section `[qdrant]`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The Qdrant cluster that has the collections, if `server.backend` is `qdrant`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Qdrant {
    /// Its address, with the port of its gRPC interface; several nodes are separated by commas.
    pub url: String,
    /// A file with its API key.
    pub api_key_file: Option<PathBuf>,
    /// How many shards a new collection has; Qdrant's default if not given.
    pub shards: Option<u32>,
    /// How many nodes have a copy of each shard of a new collection; Qdrant's default if not given.
    pub replicas: Option<u32>,
}

impl Default for Qdrant {
    fn default() -> Self {
        Self {
            url: "http://localhost:6334".into(),
            api_key_file: None,
            shards: None,
            replicas: None,
        }
    }
}
