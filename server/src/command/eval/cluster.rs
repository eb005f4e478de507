//! A benchmark's corpus on a Qdrant cluster, while it is measured there.

use std::sync::Arc;

use anyhow::{Context, Result};
use parallax::backend::Backend;
use parallax::evaluation::Benchmark;
use parallax_qdrant::{Spread, Upload};
use tempfile::NamedTempFile;

use super::super::qdrant::{Qdrant, runtime};

/// Copies the corpus to the cluster, measures it there with `measure`, and deletes it there.
pub fn on_cluster<T>(
    benchmark: &Benchmark,
    name: &str,
    qdrant: &Qdrant,
    measure: impl FnOnce(&dyn Backend) -> Result<T>,
) -> Result<T> {
    let name = format!("parallax-eval-{name}");
    let mut snapshot = NamedTempFile::new().context("no temporary file could be created")?;
    let collection = benchmark.collection();
    collection.snapshot(snapshot.as_file_mut())?;
    let runtime = runtime()?;
    let cluster = qdrant.connect(&runtime)?;
    let encoder = Arc::clone(collection.shared_encoder());
    runtime.block_on(cluster.upload(&Upload {
        name: &name,
        snapshot: snapshot.path(),
        spread: Spread::default(),
        encoder: &encoder,
        replace: true,
        progress: &|_| {},
    }))?;
    let measured = qdrant
        .collection(&name, encoder)
        .and_then(|copy| measure(&copy));
    let deleted = runtime.block_on(cluster.delete(&name));
    let measured = measured?;
    deleted?;
    Ok(measured)
}
