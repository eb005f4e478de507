//! Where things are, found from the platform's customs and from the binary's own place, so
//! that it starts from any folder without being told.

use std::path::PathBuf;

use anyhow::{Context, Result};
use directories::ProjectDirs;

fn platform() -> Result<ProjectDirs> {
    ProjectDirs::from("", "", "parallax")
        .context("this account has no home folder; give --data-dir and --model")
}

/// The data folder where none is given.
pub fn data_dir() -> Result<PathBuf> {
    Ok(platform()?.data_dir().to_owned())
}

/// The model's folder where none is given: apart from the data, so that a new data folder
/// needs no download.
pub fn model_dir() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("models/all-MiniLM-L6-v2"))
}

/// Where vectors of benchmarks are kept between runs.
pub fn vector_cache() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("vectors"))
}
