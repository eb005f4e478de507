//! What the commands that measure on benchmarks share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use parallax::encoder::QueryEncoder;
use parallax::evaluation::{Benchmark, benchmarks_in};

use crate::paths;
use crate::progress::Reporter;

/// The benchmarks in a folder, and what it takes to load them.
pub struct Benchmarks {
    folders: Vec<PathBuf>,
    encoder: Arc<QueryEncoder>,
    cache: PathBuf,
}

impl Benchmarks {
    /// Looks into a folder that is a benchmark, or holds some.
    pub fn open(folder: &Path, model: &Path) -> Result<Self> {
        let folders = benchmarks_in(folder)?;
        Ok(Self {
            folders,
            encoder: super::encoder(model)?,
            cache: paths::vector_cache()?,
        })
    }

    /// Their folders, in order of name.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// Hash of the model that encodes them.
    pub fn model_hash(&self) -> &str {
        self.encoder.model_hash()
    }

    /// Loads one, and shows how far that is.
    pub fn load(&self, folder: &Path, passages: bool) -> Result<Benchmark> {
        let reporter = Reporter::new();
        let show = |progress| reporter.show(progress);
        let benchmark = Benchmark::load(folder, passages, &self.cache, &self.encoder, &show);
        reporter.finish();
        Ok(benchmark?)
    }
}

/// Tells whoever asked what of a benchmark's files is not in its figures: beside them, as
/// they may be read by a program.
pub fn tell_gaps(name: &str, benchmark: &Benchmark) {
    for line in benchmark.gaps().told() {
        eprintln!("{name}: {line}");
    }
}

/// What a benchmark is called: as its folder is.
pub fn name(folder: &Path) -> Result<String> {
    let whole = folder
        .canonicalize()
        .with_context(|| folder.display().to_string())?;
    let name = whole.file_name().unwrap_or(whole.as_os_str());
    Ok(name.to_string_lossy().into_owned())
}
