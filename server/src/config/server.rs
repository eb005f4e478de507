//! The section `[server]`.

use std::net::{SocketAddr, ToSocketAddrs};
use std::path::PathBuf;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

use crate::paths;
use crate::secret::Secret;

/// Where the service listens, and what it serves.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Server {
    /// The address to listen on: a host and a port.
    pub addr: String,
    /// The names, without port, by which this server may be addressed, apart from localhost and IP
    /// addresses; `*` allows all.
    pub hosts: Vec<String>,
    /// The data folder; by default, the platform's.
    pub data_dir: Option<PathBuf>,
    /// The name of an installed model, or a model's folder; by default, all-MiniLM-L6-v2.
    pub model: Option<PathBuf>,
    /// The collection to use when a request names none; by default, the one served last.
    pub collection: Option<String>,
    /// Where the collections are.
    pub backend: Kind,
    /// Whether judgements of relevance are kept.
    pub judgements: bool,
    /// A key for everything. Without any key, only this machine may write.
    pub key: Option<Secret>,
    /// A file with such a key.
    pub api_key_file: Option<PathBuf>,
}

/// Where collections are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// In the data folder
    Embedded,
    /// On a Qdrant cluster
    Qdrant,
}

impl Default for Server {
    fn default() -> Self {
        Self {
            addr: "127.0.0.1:3000".into(),
            hosts: Vec::new(),
            data_dir: None,
            model: None,
            collection: None,
            backend: Kind::Embedded,
            judgements: false,
            key: None,
            api_key_file: None,
        }
    }
}

impl Server {
    /// Checks what a value's type does not.
    pub(super) fn check(&self) -> Result<()> {
        if self.key.is_some() && self.api_key_file.is_some() {
            bail!("both `server.key` and `server.api_key_file` are given; give only one");
        }
        Ok(())
    }

    /// The address to listen on.
    ///
    /// # Errors
    /// If there is no such host, or the address has another form.
    pub fn address(&self) -> Result<SocketAddr> {
        let resolved = address(&self.addr).map_err(anyhow::Error::msg);
        resolved.with_context(|| format!("cannot listen on '{}'", self.addr))
    }

    /// The data folder.
    ///
    /// # Errors
    /// If none is given and this account has no home folder.
    pub fn data_dir(&self) -> Result<PathBuf> {
        self.data_dir.clone().map_or_else(paths::data_dir, Ok)
    }

    /// The model's folder.
    ///
    /// # Errors
    /// If this account has no home folder, in which installed models are.
    pub fn model(&self) -> Result<PathBuf> {
        let given = self.model.as_deref();
        given.map_or_else(paths::model_dir, paths::model)
    }

    /// The key for everything, if there is one, after what it is called in messages.
    ///
    /// # Errors
    /// If its file cannot be read, or it is not a key.
    pub fn key(&self) -> Result<Option<(&'static str, String)>> {
        let (name, key, place) = match (&self.key, &self.api_key_file) {
            (Some(key), _) => {
                let key = key.reveal().to_owned();
                ("PARALLAX_KEY", key, "`server.key`".to_owned())
            }
            (None, Some(file)) => {
                let place = file.display().to_string();
                let key = std::fs::read_to_string(file).with_context(|| place.clone())?;
                ("the API key", key, place)
            }
            (None, None) => return Ok(None),
        };
        let key = key.trim();
        if key.is_empty() || !key.chars().all(|c| c.is_ascii_graphic()) {
            bail!("{place}: a key is one line of printable characters without spaces");
        }
        Ok(Some((name, key.to_owned())))
    }
}

/// Resolves a host and port; of several addresses, the first IPv4 one is used, as in most tools.
///
/// # Errors
/// Why there is no such address.
pub fn address(text: &str) -> Result<SocketAddr, String> {
    let places = text.to_socket_addrs().map_err(|error| {
        format!("{error}; an address is a host and a port, such as 127.0.0.1:3000 or [::1]:3000")
    })?;
    let places: Vec<SocketAddr> = places.collect();
    let first = places.iter().find(|place| place.is_ipv4());
    let first = first.or(places.first());
    first.copied().ok_or_else(|| "there is no such host".into())
}
