//! Where files are, according to the platform's conventions and the location of the binary, so
//! that it can be started from any folder without options.

use std::path::{Component, Path, PathBuf};

use anyhow::{Context, Result};
use directories::ProjectDirs;
use parallax::encoder::files::NAME;

fn platform() -> Result<ProjectDirs> {
    ProjectDirs::from("", "", "parallax")
        .context("this account has no home folder; give --data-dir and --model")
}

/// The default data folder.
pub fn data_dir() -> Result<PathBuf> {
    Ok(platform()?.data_dir().to_owned())
}

/// The default model folder.
pub fn model_dir() -> Result<PathBuf> {
    Ok(models_dir()?.join(NAME))
}

/// Where models are installed, each in a folder with its name. It is separate from the data, so that
/// a new data folder needs no download.
fn models_dir() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("models"))
}

/// The folder of a model, given as its folder or as the name of an installed one. A relative folder
/// that does not exist is written with a separator, such as ./name.
pub fn model(given: &Path) -> Result<PathBuf> {
    let mut parts = given.components();
    let is_name = matches!(
        (parts.next(), parts.next()),
        (Some(Component::Normal(_)), None)
    );
    if is_name && !given.to_string_lossy().contains(std::path::is_separator) && !given.is_dir() {
        return Ok(models_dir()?.join(given));
    }
    Ok(given.to_owned())
}

/// Where vectors of benchmarks are cached between runs.
pub fn vector_cache() -> Result<PathBuf> {
    Ok(platform()?.cache_dir().join("vectors"))
}
