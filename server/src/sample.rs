//! The bundled sample: invented start-ups, written for this project, so that there is something
//! to search after the first start.

use std::io::Write;
use std::sync::atomic::AtomicBool;

use anyhow::{Context, Result};
use parallax::Catalogue;
use parallax::collection::{Build, Cores, SourceFile};
use parallax::record::FieldRoles;

use crate::progress::Reporter;

/// The name of the sample collection.
pub const NAME: &str = "sample";

/// The name of its file.
pub const FILE: &str = "startups.jsonl";

/// Its records, as lines of JSON.
pub const STARTUPS: &[u8] = include_bytes!("../sample/startups.jsonl");

/// Example queries for start-ups: some where meaning finds what words miss, some where the exact
/// word matters.
pub const EXAMPLES: [&str; 6] = [
    "affordable notebook for students",
    "somewhere to leave my dog while I travel",
    "wooden furniture",
    "milk company",
    "ISO 22000",
    "solar panels",
];

/// Builds the sample collection.
pub fn build(catalogue: &Catalogue) -> Result<()> {
    let mut file = tempfile::Builder::new()
        .suffix(".jsonl")
        .tempfile()
        .context("cannot create a temporary file for the sample")?;
    file.write_all(STARTUPS)
        .context("cannot write the sample")?;
    let source = SourceFile::look(file.path(), &FieldRoles::default())?;
    let reporter = Reporter::new();
    let encoder = catalogue.encoder();
    let build = Build {
        source: &source,
        vectors: None,
        encoder: encoder.encoder(),
        passages: true,
        cores: Cores::All,
        progress: &|progress| reporter.show(progress),
        cancelled: &AtomicBool::new(false),
    };
    catalogue.build(NAME, build, false)?;
    reporter.finish();
    Ok(())
}
