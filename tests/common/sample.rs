//! The bundled sample as a collection, and helpers to query it.

use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, OnceLock};

use parallax::collection::{Build, Cores, Progress, Report, SourceFile, VectorFile};
use parallax::record::FieldRoles;
use parallax::{Catalogue, Collection, Mode, Query, Result};
use serde_json::Value;
use tempfile::TempDir;

use super::{encoder, query_encoder};

/// The bundled sample.
pub fn sample_file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("server/sample/startups.jsonl")
}

/// Builds a collection from a file.
pub fn build(catalogue: &Catalogue, name: &str, file: &Path, replace: bool) -> Result<Report> {
    build_with(catalogue, name, file, replace, None, &FieldRoles::default())
}

/// The same, with precomputed vectors and field options.
pub fn build_with(
    catalogue: &Catalogue,
    name: &str,
    file: &Path,
    replace: bool,
    vectors: Option<&Path>,
    options: &FieldRoles,
) -> Result<Report> {
    let source = SourceFile::look(file, options)?;
    let vectors = vectors.map(VectorFile::open).transpose()?;
    let build = Build {
        source: &source,
        vectors,
        encoder: encoder(),
        passages: true,
        cores: Cores::All,
        progress: &|_: Progress| {},
        cancelled: &AtomicBool::new(false),
    };
    catalogue.build(name, build, replace)
}

/// A new collection of these records called `name`, its catalogue and its folder.
pub fn collection_of(name: &str, records: &[Value], options: &FieldRoles) -> (TempDir, Catalogue) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("records.jsonl");
    let lines: Vec<String> = records.iter().map(Value::to_string).collect();
    std::fs::write(&file, lines.join("\n")).unwrap();
    let catalogue = Catalogue::open(&folder.path().join("data"), query_encoder()).unwrap();
    build_with(&catalogue, name, &file, false, None, options).unwrap();
    (folder, catalogue)
}

/// The sample's collection, built once for all tests.
pub fn sample() -> Arc<Collection> {
    static SAMPLE: OnceLock<(TempDir, Catalogue)> = OnceLock::new();
    let (_, catalogue) = SAMPLE.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let catalogue = Catalogue::open(folder.path(), query_encoder()).unwrap();
        build(&catalogue, "sample", &sample_file(), false).unwrap();
        (folder, catalogue)
    });
    catalogue.collection("sample").unwrap()
}

/// The titles of the hits, in order.
pub fn titles(collection: &Collection, query: &Query) -> Vec<String> {
    let answer = collection.search(query).unwrap();
    answer
        .hits
        .into_iter()
        .map(|hit| hit.record.title)
        .collect()
}

/// A query in a mode.
pub fn ask(text: &str, mode: Mode) -> Query {
    Query {
        mode,
        ..Query::new(text)
    }
}
