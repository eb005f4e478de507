//! Where things are, found from the platform's customs and from the binary's own place, so
//! that it starts from any folder without being told.

use std::path::{Path, PathBuf};

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

/// The built site: beside the binary, or where `cargo leptos build` puts it. The list of
/// its hashed file names must stand beside the binary too.
pub fn site_root() -> Result<PathBuf> {
    let binary = std::env::current_exe().context("where this binary is")?;
    let folder = binary.parent().unwrap_or(Path::new("."));
    [folder.join("site"), folder.join("../site")]
        .into_iter()
        .find(|site| site.join("pkg").is_dir() && folder.join("hash.txt").is_file())
        .map(|site| site.canonicalize().unwrap_or(site))
        .with_context(|| {
            format!(
                "no built page beside {}: build it with `make build`, and when the binary is \
                 copied, take `site` and `hash.txt` along",
                binary.display()
            )
        })
}
