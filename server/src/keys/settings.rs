//! The settings of keys and limits.

use std::net::IpAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// The settings of keys and limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The file with the keys. It is read again when it has changed.
    pub file: Option<PathBuf>,
    /// Whether reading needs a key.
    pub read: Reading,
    /// The addresses of proxies whose header `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// How many requests per second an address may send; 0 for any number. Callers on this machine
    /// are not limited.
    pub requests_per_second: u32,
    /// How many requests an address may send at once before that rate applies.
    pub burst: u32,
    /// How many wrong keys per minute an address may send, this machine too; 0 for any number.
    pub wrong_keys_per_minute: u32,
}

/// Whether reading needs a key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Reading {
    /// If there is a key for searching: otherwise such a key would have no use.
    #[default]
    Auto,
    /// In any case.
    Key,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            file: None,
            read: Reading::default(),
            trusted_proxies: Vec::new(),
            requests_per_second: 50,
            burst: 200,
            wrong_keys_per_minute: 10,
        }
    }
}
