//! `parallax index`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use anyhow::{Result, anyhow};
use clap::Args;
use parallax::collection::{Build, Cores, Report, SourceFile, VectorFile};
use parallax::record::FieldTold;
use parallax::{Catalogue, Error};

use super::{Data, Fields};
use crate::explored::explored;
use crate::progress::Reporter;

#[derive(Args)]
pub struct Index {
    /// The file, or a folder of documents (text, Markdown, PDF, EPUB, DOCX)
    file: PathBuf,
    /// Name of the collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// Vectors computed in advance, one row per record: f32 [n, width] as .npy
    #[arg(long, value_name = "FILE.npy")]
    vectors: Option<PathBuf>,
    /// Rebuild an existing collection; the old one stays in use until the new one is complete
    #[arg(long)]
    replace: bool,
    /// Add to an existing collection, whose choice of fields and model apply; records with existing
    /// ids are replaced
    #[arg(long, conflicts_with_all = [
        "replace", "if_changed", "no_passages", "id", "title", "text", "question", "answer", "url",
        "image", "facets", "weights",
    ])]
    add: bool,
    /// Encode only the beginning of long texts, rather than passage by passage
    #[arg(long)]
    no_passages: bool,
    /// Do nothing if the collection was built from this exact file
    #[arg(long)]
    if_changed: bool,
    #[command(flatten)]
    fields: Fields,
    #[command(flatten)]
    data: Data,
}

impl Index {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let mut source = SourceFile::look(&self.file, &self.fields.options())?;
        let catalogue = self.data.open(model)?;
        let added_to = self.add.then(|| catalogue.collection(&self.collection));
        let added_to = added_to.transpose()?;
        if let Some(collection) = &added_to {
            source = source.for_schema(collection.schema().clone());
        }
        if self.if_changed && is_current(&catalogue, &self.collection, &source) {
            writeln!(out, "collection '{}' is up to date", self.collection)?;
            return Ok(());
        }
        let reporter = Reporter::new();
        let vectors = self.vectors.as_deref().map(VectorFile::open).transpose()?;
        let encoder = match &added_to {
            Some(collection) => collection.encoder(),
            None => catalogue.encoder().as_ref(),
        };
        let build = Build {
            source: &source,
            vectors,
            encoder: encoder.encoder(),
            passages: !self.no_passages,
            cores: Cores::All,
            progress: &|progress| reporter.show(progress),
            cancelled: &AtomicBool::new(false),
        };
        let report = if let Some(collection) = &added_to {
            let report = build.add_to(collection, None)?;
            collection.settle();
            report
        } else {
            let built = catalogue.build(&self.collection, build, self.replace);
            let mut report = built.map_err(|error| match error {
                Error::CollectionExists(_) => {
                    anyhow!(
                        "collection '{}' already exists; use --replace, --add or another --collection",
                        self.collection
                    )
                }
                other => other.into(),
            })?;
            let told = explored(&catalogue, &self.collection, &AtomicBool::new(false));
            report.notes.extend(told?);
            report
        };
        reporter.finish();
        writeln!(out, "{}", summary(&self.collection, &report))?;
        if !self.add {
            for line in lines(source.fields()) {
                writeln!(out, "  {line}")?;
            }
            writeln!(out, "  language: {}", source.schema().language)?;
        }
        if report.partly_read > 0 {
            writeln!(
                out,
                "  {} too long for the model to read in full; search by words covers all of it",
                numbered(report.partly_read, "record is", "records are")
            )?;
        }
        for note in &report.notes {
            writeln!(out, "  {note}")?;
        }
        for skipped in &report.listed {
            writeln!(out, "  line {}: {}", skipped.line, skipped.reason)?;
        }
        let more = report.skipped - report.listed.len() as u64;
        if more > 0 {
            writeln!(out, "  and {more} more")?;
        }
        Ok(())
    }
}

/// A count and what is counted, in the singular or plural.
fn numbered(count: u64, one: &str, several: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { several })
}

fn is_current(catalogue: &Catalogue, name: &str, source: &SourceFile) -> bool {
    catalogue.collection(name).is_ok_and(|collection| {
        collection.source() == source.sha256()
            && collection.schema() == source.schema()
            && collection.about().model == catalogue.encoder().model_hash()
    })
}

/// How each field is used, one line per field. The list of a very wide table is cut.
fn lines(fields: &[FieldTold]) -> Vec<String> {
    const SHOWN: usize = 40;
    let width = fields
        .iter()
        .take(SHOWN)
        .map(|told| told.field.chars().count());
    let width = width.max().unwrap_or(0).min(24);
    let line = |told: &FieldTold| format!("{:width$}  {}: {}", told.field, told.part, told.why);
    let more = fields.len().saturating_sub(SHOWN);
    let more = (more > 0).then(|| format!("and {more} more fields"));
    fields.iter().take(SHOWN).map(line).chain(more).collect()
}

fn summary(name: &str, report: &Report) -> String {
    let seconds = |time: Duration| time.as_secs_f64();
    let mut text = format!(
        "collection '{name}': {} records in {:.1} s ({:.0}/s), indexes in {:.1} s",
        report.records,
        seconds(report.records_took),
        report.records as f64 / seconds(report.records_took).max(0.001),
        seconds(report.indexes_took),
    );
    if report.skipped > 0 {
        text += &format!("; {} skipped:", report.skipped);
    }
    text
}
