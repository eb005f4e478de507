//! The flags of `parallax serve`, which have the names of settings.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::server::{Kind, address};

/// Settings given on the command line.
#[derive(Debug, Clone, Default, Args, Serialize)]
pub struct Flags {
    /// File with settings, in TOML [default: none]
    #[arg(id = "config", long, value_name = "FILE")]
    #[serde(skip)]
    pub file: Option<PathBuf>,
    #[command(flatten)]
    server: ServerFlags,
    #[command(flatten)]
    keys: KeysFlags,
    #[command(flatten)]
    qdrant: QdrantFlags,
}

impl Flags {
    /// With the flag `--model`, which all commands have.
    pub fn with_model(mut self, model: Option<PathBuf>) -> Self {
        self.server.model = model;
        self
    }
}

/// Settings of the section `server`.
#[derive(Debug, Clone, Default, Args, Serialize)]
struct ServerFlags {
    /// Address to listen on [default: 127.0.0.1:3000]
    #[arg(long, value_name = "HOST:PORT", value_parser = resolved)]
    #[serde(skip_serializing_if = "Option::is_none")]
    addr: Option<String>,
    /// The collection to use when a request names none [default: the one served last, else the
    /// first by name]
    #[arg(long, value_name = "NAME")]
    #[serde(skip_serializing_if = "Option::is_none")]
    collection: Option<String>,
    /// Where the collections are [default: embedded]
    #[arg(long, value_enum)]
    #[serde(skip_serializing_if = "Option::is_none")]
    backend: Option<Kind>,
    /// File with one key for everything; without any key, only this machine may write
    #[arg(long, value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_file: Option<PathBuf>,
    /// Let whoever may write judge, on the page and through the API, which records are relevant to
    /// a query
    #[arg(long)]
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    judgements: bool,
    /// Folder of the collections [default: the platform's data folder]
    #[arg(long, value_name = "DIR")]
    #[serde(skip_serializing_if = "Option::is_none")]
    data_dir: Option<PathBuf>,
    /// A flag of all commands, so it is parsed elsewhere.
    #[arg(skip)]
    #[serde(skip_serializing_if = "Option::is_none")]
    model: Option<PathBuf>,
}

/// Settings of the section `keys`.
#[derive(Debug, Clone, Default, Args, Serialize)]
struct KeysFlags {
    /// File with the keys (see `parallax key new`); it is read again when it changes. Another key,
    /// for everything, may be in the environment variable PARALLAX_KEY
    #[arg(id = "keys_file", long = "keys-file", value_name = "FILE")]
    #[serde(skip_serializing_if = "Option::is_none")]
    file: Option<PathBuf>,
}

/// Settings of the section `qdrant`.
#[derive(Debug, Clone, Default, Args, Serialize)]
struct QdrantFlags {
    /// The cluster: the port of its gRPC interface; several nodes are separated by commas [default:
    /// http://localhost:6334]
    #[arg(id = "qdrant_url", long = "qdrant-url", value_name = "URL")]
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    /// A file with the cluster's API key
    #[arg(
        id = "qdrant_api_key_file",
        long = "qdrant-api-key-file",
        value_name = "FILE"
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    api_key_file: Option<PathBuf>,
    /// How many shards a new collection has [default: Qdrant's]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    shards: Option<u32>,
    /// How many nodes have a copy of each shard of a new collection [default: Qdrant's]
    #[arg(long, value_name = "N")]
    #[serde(skip_serializing_if = "Option::is_none")]
    replicas: Option<u32>,
}

/// The address as given, if it can be resolved.
fn resolved(text: &str) -> Result<String, String> {
    address(text).map(|_| text.to_owned())
}
