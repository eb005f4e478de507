//! Creates a collection from a file: reads, encodes, stores and indexes it.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use crate::Vector;
use crate::background;
use crate::collection::write::encode::{self, Cores, MAX_HELD_BYTES, encode};
use crate::collection::write::vector_file::VectorFile;
use crate::collection::{Collection, Tuning};
use crate::compactor::files;
use crate::digest::{Fingerprint, sha256, sha256_of};
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::record::{Bounds, Choice, FieldRoles, FieldTold, Import, Line, Payload, Schema, unread};
use crate::segment::Segment;
use crate::segment::generation::Part;
use crate::segment::pieces::Tokenize;
use crate::storage::STORE_FILE;
use crate::storage::layout::{About, BuiltFrom, Change, Encoded};
use crate::storage::store::Store;
use crate::vector::Graph;
use crate::vocabulary::SkippedLine;

/// How many records are encoded and stored together, in one transaction.
const BATCH: usize = 1_024;

/// How many skipped lines a report lists; all are counted.
pub const LISTED: usize = 20;

/// A file to create a collection from, examined before anything is created.
pub struct SourceFile {
    path: PathBuf,
    name: PathBuf,
    bounds: Bounds,
    schema: Schema,
    fields: Vec<FieldTold>,
    sha256: String,
    lines: u64,
    notes: Vec<String>,
}

/// The progress of a build.
#[derive(Debug, Clone)]
pub enum Progress {
    /// Records are being read, encoded and stored.
    Records {
        /// Lines done.
        done: u64,
        /// Lines in all.
        of: u64,
    },
    /// A line was skipped.
    Skipped(SkippedLine),
    /// The text index is being built.
    Words,
    /// The graph is being built.
    Graph,
}

/// The result of a build.
#[derive(Debug, Clone, Default)]
pub struct Report {
    /// Records added.
    pub records: u64,
    /// Lines skipped.
    pub skipped: u64,
    /// The first skipped lines, with reasons.
    pub listed: Vec<SkippedLine>,
    /// Records whose texts are too long to be encoded in full.
    pub partly_read: u64,
    /// Other remarks about the file, as sentences.
    pub notes: Vec<String>,
    /// Time for reading, encoding and storing.
    pub records_took: Duration,
    /// Time for building both indexes.
    pub indexes_took: Duration,
}

impl SourceFile {
    /// Reads the file once to determine its fields, number of lines and hash.
    ///
    /// # Errors
    /// The file cannot be read, contains no records, or lacks a field named by the options.
    pub fn look(path: &Path, options: &FieldRoles) -> Result<Self> {
        Self::look_as(path, path, options, &Bounds::default())
    }

    /// The same for a file whose name differs from its path, within bounds, which apply whenever it
    /// is read.
    ///
    /// # Errors
    /// As for [`SourceFile::look`] and [`Import::open_as`].
    pub fn look_as(
        path: &Path,
        name: &Path,
        options: &FieldRoles,
        bounds: &Bounds,
    ) -> Result<Self> {
        let mut sample: Vec<Payload> = Vec::new();
        let mut sampled = 0;
        let mut problem = None;
        let mut lines = 0;
        let mut import = Import::open_as(path, name, bounds)?;
        for line in import.by_ref() {
            let line = line.map_err(|error| broke_off(error, lines))?;
            lines += 1;
            match line {
                Line::Record { payload, .. }
                    if sample.len() < Schema::SAMPLE && sampled < MAX_HELD_BYTES =>
                {
                    sampled += encode::size(&payload);
                    sample.push(payload);
                }
                Line::Skipped { line, reason } if problem.is_none() => {
                    problem = Some(format!("line {line}: {reason}"));
                }
                Line::Record { .. } | Line::Skipped { .. } => {}
            }
        }
        if sample.is_empty() {
            let why = problem.unwrap_or_else(|| "it has no lines".into());
            return Err(Error::import(
                path,
                format!("no record in the file ({why})"),
            ));
        }
        let chosen =
            Choice::of(&sample, options).map_err(|message| Error::import(path, message))?;
        Ok(Self {
            path: path.to_owned(),
            bounds: bounds.clone(),
            schema: chosen.schema,
            fields: chosen.fields,
            name: name.to_owned(),
            sha256: digest_of(path, bounds)?,
            lines,
            notes: import.notes(),
        })
    }

    fn nothing_usable(&self, report: &Report) -> Error {
        let message = match report.listed.first() {
            Some(first) => format!(
                "no record could be used (line {}: {})",
                first.line, first.reason
            ),
            None => "no record in the file".into(),
        };
        Error::import(&self.path, message)
    }

    /// The same file, to be read with another schema.
    pub fn for_schema(mut self, schema: Schema) -> Self {
        self.schema = schema;
        self
    }

    /// The schema its records will be read with.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// The choice made for each of its fields, and why.
    pub fn fields(&self) -> &[FieldTold] {
        &self.fields
    }

    /// Opens it again.
    ///
    /// # Errors
    /// As for [`Import::open`].
    pub fn open(&self) -> Result<Import> {
        Import::open_as(&self.path, &self.name, &self.bounds)
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Its number of lines, not counting blank ones.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Remarks about the file, as sentences: its encoding if that is not UTF-8, and the like.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Its hash, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// A build, or an import into an existing collection, in progress.
pub struct Build<'a> {
    /// The file.
    pub source: &'a SourceFile,
    /// Precomputed vectors, one per line, to be used instead of encoding.
    pub vectors: Option<VectorFile>,
    /// The encoder, whose model hash is stored with the collection.
    pub encoder: &'a Encoder,
    /// Whether long texts are encoded passage by passage.
    pub passages: bool,
    /// Which cores to use.
    pub cores: Cores,
    /// Called with the progress.
    pub progress: &'a (dyn Fn(Progress) + Sync),
    /// Set by another thread to cancel the work.
    pub cancelled: &'a AtomicBool,
}

impl Build<'_> {
    /// Fills an empty folder with the collection's store and indexes.
    ///
    /// # Errors
    /// The file, the encoder or the folder cannot be used; the vectors do not match the file;
    /// [`Error::Cancelled`]. The folder's contents are then unusable.
    pub fn run(self, folder: &Path, tuning: Tuning) -> Result<Report> {
        let start = Instant::now();
        let about = About {
            source: self.source.sha256.clone(),
            ..About::new(self.source.schema.clone(), self.encoder, self.passages)
        };
        let store = Store::create(&folder.join(STORE_FILE), about)?;
        let (source, encoder) = (self.source, self.encoder);
        let (progress, cores, cancelled) = (self.progress, self.cores, self.cancelled);
        let mut report = self.take_in(store.about(), 0, |batch, _| {
            store.apply(&[Change::Put(&batch)])?;
            Ok(())
        })?;
        report.records_took = start.elapsed();
        if report.records == 0 {
            return Err(source.nothing_usable(&report));
        }

        let start = Instant::now();
        save_indexes(
            (&store, encoder),
            folder,
            tuning,
            cores,
            progress,
            cancelled,
        )?;
        store.close_compactly();
        report.indexes_took = start.elapsed();
        Ok(report)
    }

    /// Adds the file's records to a collection in batches. Each batch is durable and searchable
    /// once it is written. If a name is given, the line reached is stored with each batch, and a
    /// later call with the same name resumes after it.
    ///
    /// # Errors
    /// As for [`Build::run`]; batches already written are kept. [`Error::BadQuery`] if the
    /// collection is one of points.
    pub fn add_to(self, collection: &Collection, name: Option<&str>) -> Result<Report> {
        if collection.schema().points {
            return Err(Error::BadQuery(format!(
                "the records of '{}' come with their vectors, so none can be added from a file; \
                 write them through the interface for Qdrant's clients",
                collection.name()
            )));
        }
        let start = Instant::now();
        let _held = collection.compactor.hold();
        let reached: Option<u64> = match name {
            Some(name) => collection.reached(name)?,
            None => None,
        };
        let about = collection.about().clone();
        let mut report = self.take_in(&about, reached.unwrap_or(0), |batch, line| {
            let note = name.map(|name| (name.to_owned(), line.to_string().into_bytes()));
            collection.put_encoded(batch, note)?;
            Ok(())
        })?;
        report.records_took = start.elapsed();
        Ok(report)
    }

    /// Whether a record's vector in the file is used, rather than its text encoded.
    fn uses(&self, vectors: &VectorFile, about: &About, payload: &Payload) -> Result<bool> {
        if !(vectors.is_for_whole_texts() && about.passages) {
            return Ok(true);
        }
        let text = about.schema.encoded_text(payload);
        Ok(self.encoder.passages(&text)?.len() < 2)
    }

    /// Reads, checks and encodes every usable record of the file after a line, and passes them on
    /// in batches, each with its last line.
    pub(crate) fn take_in(
        mut self,
        about: &About,
        reached: u64,
        mut store: impl FnMut(Vec<Encoded>, u64) -> Result<()>,
    ) -> Result<Report> {
        let path = &self.source.path;
        if let Some(vectors) = &self.vectors {
            vectors.check_width(about.dimension)?;
        }
        let mut taken = Taken::new(about);
        let mut batch: Vec<(Payload, Option<Vector>)> = Vec::with_capacity(BATCH);
        let (mut lines, mut held) = (0, 0);
        let mut partly_read = 0;
        let mut flush = |batch: &mut Vec<_>, lines: u64| -> Result<()> {
            let total = self.source.lines;
            let from = lines - batch.len() as u64;
            let progress = |done: u64| {
                (self.progress)(Progress::Records {
                    done: from + done,
                    of: total,
                });
            };
            let records = encode(
                self.encoder,
                about,
                std::mem::take(batch),
                &progress,
                self.cores,
                self.cancelled,
            )?;
            let in_part = records.iter().filter(|record| record.read_in_part).count() as u64;
            store(records, lines)?;
            partly_read += in_part;
            progress(lines - from);
            Ok(())
        };
        for line in self.source.open()? {
            lines += 1;
            let row = self
                .vectors
                .as_mut()
                .map(VectorFile::next_row)
                .transpose()?;
            if let Some(None) = row {
                let message = format!("the vectors end at {}, the file goes on", lines - 1);
                return Err(Error::import(path, message));
            }
            match taken.take(line?) {
                Ok(payload) if lines > reached => {
                    let given = match (&self.vectors, row.flatten()) {
                        (Some(vectors), Some(row)) if self.uses(vectors, about, &payload)? => {
                            Some(vectors.unit(row)?)
                        }
                        _ => None,
                    };
                    held += encode::size(&payload);
                    batch.push((payload, given));
                }
                Ok(_) => {}
                Err(skipped) => (self.progress)(Progress::Skipped(skipped)),
            }
            if batch.len() == BATCH || held >= MAX_HELD_BYTES {
                flush(&mut batch, lines)?;
                held = 0;
            }
        }
        if !batch.is_empty() {
            flush(&mut batch, lines)?;
        }
        if let Some(vectors) = &self.vectors {
            let given = vectors.rows() as u64;
            if given != lines {
                let message = format!("the file has {lines} lines, the vectors are {given}");
                return Err(Error::import(path, message));
            }
        }
        taken.report.partly_read = partly_read;
        taken.report.notes.clone_from(&self.source.notes);
        Ok(taken.report)
    }
}

/// Builds the indexes of everything in a store, and saves them next to it, unless that is
/// cancelled.
pub(super) fn save_indexes(
    (store, tokenize): (&Store, &dyn Tokenize),
    folder: &Path,
    tuning: Tuning,
    cores: Cores,
    progress: &(dyn Fn(Progress) + Sync),
    cancelled: &AtomicBool,
) -> Result<()> {
    progress(Progress::Words);
    check(cancelled)?;
    let view = store.read()?;
    let state = view.state()?;
    let index = || -> Result<Part> {
        let segment = Segment::read(&view, &store.about().schema, tokenize, 0..state.next)?;
        let mut base = Part::whole(segment);
        if base.segment.len() >= tuning.graph_min_records {
            progress(Progress::Graph);
            let graph = Graph::build_unless(base.segment.scan.codes(), cancelled);
            base.graph = Some(graph.ok_or(Error::Cancelled)?.into());
        }
        Ok(base)
    };
    let base: Part = match cores {
        Cores::All => index(),
        Cores::Half => background::merge(index),
    }?;
    check(cancelled)?;
    let from = BuiltFrom {
        state,
        model: store.about().model.clone(),
    };
    files::save(folder, &from, &base)
}

fn check(cancelled: &AtomicBool) -> Result<()> {
    match cancelled.load(Ordering::Relaxed) {
        true => Err(Error::Cancelled),
        false => Ok(()),
    }
}

/// Decides which lines become records.
struct Taken<'a> {
    about: &'a About,
    /// The line of each id, by a digest of the id: the ids of a large file take much more memory. Two
    /// of a million ids agree by chance once in 40 million files.
    lines: HashMap<u64, u64>,
    report: Report,
}

impl<'a> Taken<'a> {
    fn new(about: &'a About) -> Self {
        Self {
            about,
            lines: HashMap::new(),
            report: Report::default(),
        }
    }

    /// A line's record, if it is usable; otherwise what is wrong with it.
    fn take(&mut self, line: Line) -> Result<Payload, SkippedLine> {
        let (line, checked) = match line {
            Line::Record { line, payload } => (line, self.check(line, &payload).map(|()| payload)),
            Line::Skipped { line, reason } => (line, Err(reason)),
        };
        match checked {
            Ok(payload) => {
                self.report.records += 1;
                Ok(payload)
            }
            Err(reason) => {
                let skipped = SkippedLine { line, reason };
                self.report.skipped += 1;
                if self.report.listed.len() < LISTED {
                    self.report.listed.push(skipped.clone());
                }
                Err(skipped)
            }
        }
    }

    fn check(&mut self, line: u64, payload: &Payload) -> Result<(), String> {
        encode::check(self.about, payload)?;
        let Some(id) = self.about.schema.source_id(payload) else {
            return Ok(());
        };
        let mut digest = Fingerprint::default();
        digest.add(id.as_bytes());
        match self.lines.entry(digest.finish()) {
            Entry::Occupied(earlier) => Err(format!(
                "the id '{id}' was already given in line {}",
                earlier.get()
            )),
            Entry::Vacant(free) => {
                free.insert(line);
                Ok(())
            }
        }
    }
}

/// Reports how far a file could be read if reading failed, e.g. because it is truncated or damaged.
fn broke_off(error: Error, lines: u64) -> Error {
    match error {
        Error::Io { path, reason } if lines > 0 => {
            let what = format!("{reason}; {lines} records could be read before that");
            let reason = std::io::Error::new(reason.kind(), what);
            Error::Io { path, reason }
        }
        other => other,
    }
}

/// The identity of a source: for a file, its digest; for a folder, a digest of its files' names,
/// sizes and times.
fn digest_of(path: &Path, bounds: &Bounds) -> Result<String> {
    if !path.is_dir() {
        let file = std::fs::File::open(path).map_err(Error::io(path))?;
        return sha256_of(bounds.reader(file)).map_err(unread(path));
    }
    let mut entries: Vec<String> = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).map_err(Error::io(&folder))? {
            let entry = entry.map_err(Error::io(&folder))?;
            let about = entry.metadata().map_err(Error::io(&entry.path()))?;
            if about.is_dir() {
                folders.push(entry.path());
            }
            let changed = about.modified().ok();
            entries.push(format!("{:?} {} {changed:?}", entry.path(), about.len()));
        }
    }
    entries.sort_unstable();
    Ok(sha256(entries.join("\n").as_bytes()))
}
