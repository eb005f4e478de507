//! A benchmark's corpus on a Qdrant cluster, while it is measured there.

use std::sync::Arc;

use anyhow::{Context, Result};
use parallax::backend::Backend;
use parallax::evaluation::Benchmark;
use parallax::remote::Copied;
use parallax_qdrant::{Spread, Upload};
use tempfile::NamedTempFile;

use super::super::qdrant::Qdrant;

/// Copies the corpus to the cluster, measures it there with `measure`, and deletes it there.
pub fn on_cluster<T>(
    benchmark: &Benchmark,
    name: &str,
    qdrant: &Qdrant,
    measure: impl FnOnce(&dyn Backend) -> Result<T>,
) -> Result<T> {
    // Of its own, so that no collection is replaced.
    let name = format!("parallax-eval-{name}-{}", std::process::id());
    let mut snapshot = NamedTempFile::new().context("no temporary file could be created")?;
    let collection = benchmark.collection();
    collection.snapshot(snapshot.as_file_mut())?;
    let (cluster, threads) = qdrant.connect()?;
    let encoder = Arc::clone(collection.shared_encoder());
    let uploaded = threads.block_on(cluster.upload(&Upload {
        name: &name,
        copied: Copied {
            snapshot: snapshot.path(),
            mined: None,
            replace: false,
        },
        spread: Spread::default(),
        encoder: Some(&encoder),
        progress: &|_| {},
    }));
    let copy = uploaded.map_err(anyhow::Error::from);
    let copy = copy.and_then(|_| qdrant.collection_with(&name, encoder));
    let measured = copy.and_then(|copy| measure(&copy));
    let deleted = threads.block_on(cluster.delete(&name));
    let measured = measured?;
    deleted?;
    Ok(measured)
}
