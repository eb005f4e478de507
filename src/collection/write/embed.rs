//! Computes the vectors of a file's records without a collection: the first step of the tutorial.

use std::path::Path;

use crate::atomic_file;
use crate::collection::write::build::{Progress, SourceFile};
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::record::Line;
use crate::{DIMENSIONS, Vector, npy};

/// How many lines are encoded together.
const BATCH: usize = 1_024;

/// Encodes every record of a file and writes the vectors as f32 [n, 384], one row per line. A line
/// without a record gets a row of zeros, so that rows and lines correspond. The output is written
/// to a temporary file and renamed. Returns the number of rows.
///
/// # Errors
/// The file or the encoder cannot be used, or the output cannot be written.
pub fn embed(
    source: &SourceFile,
    encoder: &Encoder,
    out: &Path,
    progress: &(dyn Fn(Progress) + Sync),
) -> Result<usize> {
    if same_file(source.path(), out) {
        let message = "would be overwritten by its own vectors; give another output file";
        return Err(Error::import(source.path(), message));
    }
    let mut vectors: Vec<Vector> = Vec::new();
    let mut texts: Vec<Option<String>> = Vec::with_capacity(BATCH);
    let mut lines = source.open()?;
    loop {
        for line in lines.by_ref().take(BATCH) {
            texts.push(match line? {
                Line::Record { payload, .. } if source.schema().check_text(&payload).is_ok() => {
                    Some(source.schema().encoded_text(&payload))
                }
                Line::Record { .. } | Line::Skipped { .. } => None,
            });
        }
        if texts.is_empty() {
            break;
        }
        let records: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
        let done = std::sync::atomic::AtomicU64::new(vectors.len() as u64);
        let encoded = encoder.encode_all(&records, |more| {
            let more = more as u64;
            let before = done.fetch_add(more, std::sync::atomic::Ordering::Relaxed);
            progress(Progress::Records {
                done: before + more,
                of: source.lines(),
            });
        })?;
        let mut encoded = encoded.into_iter();
        for text in texts.drain(..) {
            let vector = text.and_then(|_| encoded.next());
            vectors.push(vector.unwrap_or([0.0; DIMENSIONS]));
        }
    }
    write(out, &vectors)?;
    Ok(vectors.len())
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}

fn write(out: &Path, vectors: &[Vector]) -> Result<()> {
    atomic_file::write(out, |file| {
        npy::write(std::io::BufWriter::new(file), vectors).map_err(Error::npy(out))
    })
}
