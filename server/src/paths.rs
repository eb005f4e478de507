//! Where files are, according to the platform's conventions and the location of the binary, so
//! that it can be started from any folder without options.

use std::path::PathBuf;

use anyhow::{Context, Result};
use directories::ProjectDirs;

fn platform() -> Result<ProjectDirs> {
    ProjectDirs::from("", "", "parallax")
        .context("this account has no home folder; give --data-dir and --model")
}

/// The default data folder.
pub fn data_dir() -> Result<PathBuf> {
    Ok(platform()?.data_dir().to_owned())
}

/// The default model folder. It is separate from the data, so that a new data folder needs no
/// download.
pub fn model_dir() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("models/all-MiniLM-L6-v2"))
}

/// Where vectors of benchmarks are cached between runs.
pub fn vector_cache() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("vectors"))
}
