//! The configuration of the service. Each setting has a default and may be given in a file, by an
//! environment variable, or by a flag of `parallax serve`; a later one of these takes precedence.
//!
//! A new section is one field of [`Config`]. Its settings are then known in the file and as
//! environment variables: `request_seconds` of the section `timeouts` is
//! `PARALLAX_TIMEOUTS_REQUEST_SECONDS`. The settings of the section `server` have no prefix, as in
//! `PARALLAX_ADDR`.

mod flags;
mod layers;
mod nearest;
mod print;
mod secret;
mod server;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

pub use self::flags::Flags;
use self::layers::{Layers, Sources};
pub use self::secret::Secret;
pub use self::server::Server;
use crate::http::settings::{Cors, Limits, Log, Timeouts};

/// Names the file, unless a flag does.
const FILE: &str = "PARALLAX_CONFIG";

/// All settings of the service, by section.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Where the service listens, and what it serves.
    pub server: Server,
    /// How much it does at once.
    pub limits: Limits,
    /// How long it waits.
    pub timeouts: Timeouts,
    /// What it logs.
    pub log: Log,
    /// Which other websites may use the API.
    pub cors: Cors,
}

/// A configuration, and where its settings are from.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    file: Option<PathBuf>,
    sources: Sources,
}

/// Reads the configuration from the file, the environment of this process, and the flags.
///
/// # Errors
/// What is wrong, and where: a file that cannot be read, an unknown setting, or an invalid value.
pub fn load(flags: &Flags) -> Result<Loaded> {
    load_with(flags, std::env::vars_os())
}

fn load_with(
    flags: &Flags,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Loaded> {
    let environment = layers::ours(environment)?;
    let file = flags.file.clone();
    let file = file.or_else(|| environment.get(FILE).map(PathBuf::from));
    let mut layers = Layers::new()?;
    if let Some(file) = &file {
        let text = std::fs::read_to_string(file);
        let text = text.with_context(|| format!("the configuration file {}", file.display()))?;
        layers.file(file, &text)?;
    }
    layers.environment(&environment)?;
    layers.flags(flags)?;
    let (config, sources) = layers.finish()?;
    config.server.check()?;
    Ok(Loaded {
        config,
        file,
        sources,
    })
}

/// A path among the settings of the section `server` that the environment gives, for commands that
/// need nothing else of the configuration.
pub fn path_from_environment(setting: &str) -> Option<PathBuf> {
    let path = std::env::var_os(layers::variable("server", setting))?;
    (!path.is_empty()).then(|| path.into())
}
