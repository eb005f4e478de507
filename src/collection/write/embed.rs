//! Computes the vectors of a file's records without a collection: the first step of the tutorial.

use std::io::BufWriter;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::atomic_file;
use crate::collection::write::build::{Progress, SourceFile};
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::npy;
use crate::record::Line;

/// How many lines are encoded together.
const BATCH: usize = 1_024;

/// Encodes every record of a file and writes the vectors as f32 [n, width], one row per line. A line
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
    let lines = usize::try_from(source.lines()).unwrap_or(usize::MAX);
    atomic_file::write(out, |file| {
        let rows = npy::Writer::new(BufWriter::new(file), lines, encoder.dimension());
        let mut rows = rows.map_err(Error::npy(out))?;
        encode_lines(source, encoder, progress, |vector| {
            rows.push(vector).map_err(Error::npy(out))
        })?;
        rows.finish().map_err(Error::npy(out))
    })?;
    Ok(lines)
}

/// Passes on the vector of every line, or zeros for a line without a record.
fn encode_lines(
    source: &SourceFile,
    encoder: &Encoder,
    progress: &(dyn Fn(Progress) + Sync),
    mut row: impl FnMut(&[f32]) -> Result<()>,
) -> Result<()> {
    let mut texts: Vec<Option<String>> = Vec::with_capacity(BATCH);
    let mut lines = source.open()?;
    let none = vec![0.0; encoder.dimension()];
    let done = AtomicU64::new(0);
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
            return Ok(());
        }
        let records: Vec<&str> = texts.iter().flatten().map(String::as_str).collect();
        let skipped = (texts.len() - records.len()) as u64;
        let encoded = encoder.encode_all(&records, |more| {
            let more = more as u64;
            let before = done.fetch_add(more, Ordering::Relaxed);
            progress(Progress::Records {
                done: before + more,
                of: source.lines(),
            });
        })?;
        done.fetch_add(skipped, Ordering::Relaxed);
        let mut encoded = encoded.into_iter();
        for text in texts.drain(..) {
            let vector = text.and_then(|_| encoded.next());
            row(vector.as_deref().unwrap_or(&none))?;
        }
    }
}

fn same_file(a: &Path, b: &Path) -> bool {
    match (a.canonicalize(), b.canonicalize()) {
        (Ok(a), Ok(b)) => a == b,
        _ => false,
    }
}
