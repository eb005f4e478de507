//! What the benchmark commands share.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use parallax::Encoder;
use parallax::encoder::QueryEncoder;
use parallax::evaluation::{Benchmark, benchmarks_in};

use crate::paths;
use crate::progress::Reporter;

/// The benchmarks in a folder, and what is needed to load them.
pub struct Benchmarks {
    folders: Vec<PathBuf>,
    encoder: Arc<QueryEncoder>,
    cache: PathBuf,
}

impl Benchmarks {
    /// Opens a folder that is a benchmark or contains some.
    pub fn open(folder: &Path, model: &Path) -> Result<Self> {
        let folders = benchmarks_in(folder)?;
        let encoder = Encoder::load(model)?;
        // Figures without the vectors of single words would not be those of the service.
        if encoder.piece_vectors().is_none() {
            eprintln!("making the vectors of single words, once for this model");
            encoder.make_piece_vectors()?;
        }
        Ok(Self {
            folders,
            encoder: Arc::new(QueryEncoder::new(encoder)),
            cache: paths::vector_cache()?,
        })
    }

    /// Their folders, sorted by name.
    pub fn folders(&self) -> &[PathBuf] {
        &self.folders
    }

    /// The hash of the model that encodes them.
    pub fn model_hash(&self) -> &str {
        self.encoder.model_hash()
    }

    /// Loads a benchmark and shows the progress.
    pub fn load(&self, folder: &Path, passages: bool) -> Result<Benchmark> {
        let reporter = Reporter::new();
        let show = |progress| reporter.show(progress);
        let benchmark = Benchmark::load(folder, passages, &self.cache, &self.encoder, &show);
        reporter.finish();
        Ok(benchmark?)
    }
}

/// Reports which parts of a benchmark's files its figures do not cover. This goes to standard
/// error, because a program may parse the figures.
pub fn tell_gaps(name: &str, benchmark: &Benchmark) {
    for line in benchmark.gaps().told() {
        eprintln!("{name}: {line}");
    }
}

/// The name of a benchmark, which is that of its folder.
pub fn name(folder: &Path) -> Result<String> {
    let whole = folder
        .canonicalize()
        .with_context(|| folder.display().to_string())?;
    let name = whole.file_name().unwrap_or(whole.as_os_str());
    Ok(name.to_string_lossy().into_owned())
}
