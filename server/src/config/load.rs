//! Loads the configuration from all its sources.

use std::ffi::OsString;
use std::path::PathBuf;

use anyhow::{Context, Result};

use super::Config;
use super::flags::Flags;
use super::layers::{FILE, Layers, Sources, ours, variable};

/// A configuration, and where its settings are from.
#[derive(Debug)]
pub struct Loaded {
    /// The configuration.
    pub config: Config,
    /// The configuration file.
    pub(super) file: Option<PathBuf>,
    pub(super) sources: Sources,
}

/// Reads the configuration from the file, the environment of this process, and the flags.
///
/// # Errors
/// What is wrong, and where: a file that cannot be read, an unknown setting, or an invalid value.
pub fn load(flags: &Flags) -> Result<Loaded> {
    load_with(flags, std::env::vars_os())
}

pub(super) fn load_with(
    flags: &Flags,
    environment: impl Iterator<Item = (OsString, OsString)>,
) -> Result<Loaded> {
    let environment = ours(environment)?;
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
    config.check()?;
    Ok(Loaded {
        config,
        file,
        sources,
    })
}

/// A path among the settings of the section `server` that the environment gives, for commands that
/// need nothing else of the configuration.
pub fn path_from_environment(setting: &str) -> Option<PathBuf> {
    let path = std::env::var_os(variable("server", setting))?;
    (!path.is_empty()).then(|| path.into())
}
