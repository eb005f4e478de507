//! Making a collection from a file: read, encode, store, index.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use sha2::{Digest, Sha256};

use super::generation::Words;
use super::index_file::{self, BuiltFrom};
use super::store::{About, Store};
use super::{GRAPH_FILE, STORE_FILE, WORDS_FILE};
use crate::Vector;
use crate::encoder::Encoder;
use crate::error::{Error, Result};
use crate::npy;
use crate::record::{FieldOptions, Import, Line, Payload, Schema};
use crate::vector::{ExactScan, Graph, normalise};

/// How many records are encoded and stored together: one transaction each.
const BATCH: usize = 1_024;

/// How many skipped lines a report lists by number; all are counted.
const LISTED: usize = 20;

/// A file to make a collection from, looked at before anything is made.
pub struct SourceFile {
    path: PathBuf,
    schema: Schema,
    sha256: String,
    lines: u64,
}

/// Vectors made before, read row by row.
pub type VectorFile = npy::Reader<std::io::BufReader<std::fs::File>>;

/// How far a build is.
#[derive(Debug, Clone, Copy)]
pub enum Progress {
    /// Records are read, encoded and stored.
    Records {
        /// Lines done.
        done: u64,
        /// Lines in all.
        of: u64,
    },
    /// The words' index is built.
    Words,
    /// The graph is built.
    Graph,
}

/// What a build took in and left out.
#[derive(Debug, Clone)]
pub struct Report {
    /// Records taken in.
    pub records: u64,
    /// Lines left out.
    pub skipped: u64,
    /// The first of them, with reasons.
    pub listed: Vec<Skipped>,
    /// Reading, encoding and storing.
    pub records_took: Duration,
    /// Building both indexes.
    pub indexes_took: Duration,
}

/// A line that was left out.
#[derive(Debug, Clone)]
pub struct Skipped {
    /// Line in the file, from 1.
    pub line: u64,
    /// Why.
    pub reason: String,
}

impl SourceFile {
    /// Reads the file once: which fields it has, how many lines, its hash.
    ///
    /// # Errors
    /// A file that cannot be read, has no record in it, or lacks a field the options name.
    pub fn look(path: &Path, options: &FieldOptions) -> Result<Self> {
        let mut first: Option<Payload> = None;
        let mut problem = None;
        let mut lines = 0;
        for line in Import::open(path)? {
            lines += 1;
            match line? {
                Line::Record { payload, .. } if first.is_none() => first = Some(payload),
                Line::Skipped { line, reason } if problem.is_none() => {
                    problem = Some(format!("line {line}: {reason}"));
                }
                Line::Record { .. } | Line::Skipped { .. } => {}
            }
        }
        let Some(first) = first else {
            let why = problem.unwrap_or_else(|| "it has no lines".into());
            return Err(Error::import(
                path,
                format!("no record in the file ({why})"),
            ));
        };
        let fields: Vec<&str> = first.keys().map(String::as_str).collect();
        let schema =
            Schema::choose(&fields, options).map_err(|message| Error::import(path, message))?;
        Ok(Self {
            path: path.to_owned(),
            schema,
            sha256: sha256(path)?,
            lines,
        })
    }

    /// How its records will be read.
    pub fn schema(&self) -> &Schema {
        &self.schema
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// How many lines it has, blank ones not counted.
    pub fn lines(&self) -> u64 {
        self.lines
    }

    /// Its hash, in hexadecimal.
    pub fn sha256(&self) -> &str {
        &self.sha256
    }
}

/// A build under way.
pub struct Build<'a> {
    /// The file.
    pub source: &'a SourceFile,
    /// Vectors made before, one a line, instead of encoding.
    pub vectors: Option<VectorFile>,
    /// What encodes, and whose hash the collection records.
    pub encoder: &'a Encoder,
    /// Told how far things are.
    pub progress: &'a (dyn Fn(Progress) + Sync),
}

impl Build<'_> {
    /// Fills an empty folder with the collection's store and indexes.
    ///
    /// # Errors
    /// What keeps the file, the encoder or the folder from being used; vectors that do not
    /// fit the file. What stands in the folder then is of no use.
    pub fn run(mut self, folder: &Path) -> Result<Report> {
        let start = Instant::now();
        let store = Store::create(
            &folder.join(STORE_FILE),
            About {
                schema: self.source.schema.clone(),
                model: self.encoder.model_hash().to_owned(),
                source: self.source.sha256.clone(),
            },
        )?;
        let mut report = self.take_in(&store)?;
        report.records_took = start.elapsed();
        if report.records == 0 {
            let message = match report.listed.first() {
                Some(first) => format!(
                    "no record could be used (line {}: {})",
                    first.line, first.reason
                ),
                None => "no record in the file".into(),
            };
            return Err(Error::import(&self.source.path, message));
        }

        let start = Instant::now();
        let from = BuiltFrom {
            sequence: store.sequence()?,
            model: store.about().model.clone(),
        };
        (self.progress)(Progress::Words);
        index_file::write(&folder.join(WORDS_FILE), &from, &Words::build(&store)?)?;
        (self.progress)(Progress::Graph);
        let scan = ExactScan::new(store.vectors()?);
        index_file::write(&folder.join(GRAPH_FILE), &from, &Graph::build(scan.codes()))?;
        report.indexes_took = start.elapsed();
        Ok(report)
    }

    /// Stores every usable record of the file.
    fn take_in(&mut self, store: &Store) -> Result<Report> {
        let path = &self.source.path;
        let mut taken = Taken::new(&self.source.schema);
        let mut batch: Vec<(Payload, Option<Vector>)> = Vec::with_capacity(BATCH);
        let mut lines = 0;
        let total = self.source.lines;
        let vectors = &mut self.vectors;
        let flush = |batch: &mut Vec<(Payload, Option<Vector>)>, lines: u64| -> Result<()> {
            let from = lines - batch.len() as u64;
            let progress = |done: u64| {
                (self.progress)(Progress::Records {
                    done: from + done,
                    of: total,
                });
            };
            store.append(&encoded(
                self.encoder,
                &self.source.schema,
                batch,
                &progress,
            )?)?;
            batch.clear();
            progress(lines - from);
            Ok(())
        };
        for line in Import::open(path)? {
            lines += 1;
            let vector = next_vector(vectors.as_mut(), lines, path)?;
            if let Some(payload) = taken.take(line?) {
                batch.push((payload, vector.map(|v| unit(v, lines, path)).transpose()?));
            }
            if batch.len() == BATCH {
                flush(&mut batch, lines)?;
            }
        }
        if !batch.is_empty() {
            flush(&mut batch, lines)?;
        }
        if let Some(vectors) = vectors {
            let given = vectors.expected() as u64;
            if given != lines {
                let message = format!("the file has {lines} lines, the vectors are {given}");
                return Err(Error::import(path, message));
            }
        }
        Ok(taken.report)
    }
}

/// Decides which lines become records.
struct Taken<'a> {
    schema: &'a Schema,
    ids: std::collections::HashMap<String, u64>,
    report: Report,
}

impl<'a> Taken<'a> {
    fn new(schema: &'a Schema) -> Self {
        Self {
            schema,
            ids: std::collections::HashMap::new(),
            report: Report {
                records: 0,
                skipped: 0,
                listed: Vec::new(),
                records_took: Duration::ZERO,
                indexes_took: Duration::ZERO,
            },
        }
    }

    fn take(&mut self, line: Line) -> Option<Payload> {
        let (line, checked) = match line {
            Line::Record { line, payload } => (line, self.check(line, &payload).map(|()| payload)),
            Line::Skipped { line, reason } => (line, Err(reason)),
        };
        match checked {
            Ok(payload) => {
                self.report.records += 1;
                Some(payload)
            }
            Err(reason) => {
                self.report.skipped += 1;
                if self.report.listed.len() < LISTED {
                    self.report.listed.push(Skipped { line, reason });
                }
                None
            }
        }
    }

    fn check(&mut self, line: u64, payload: &Payload) -> Result<(), String> {
        if !self.schema.has_text(payload) {
            return Err(format!("no text in {}", self.schema.encoded.join(" or ")));
        }
        let Some(field) = &self.schema.id else {
            return Ok(());
        };
        let id = self.schema.source_id(payload);
        let id = id.ok_or_else(|| format!("no id in {field}"))?;
        match self.ids.entry(id) {
            std::collections::hash_map::Entry::Occupied(earlier) => Err(format!(
                "the id '{}' was already given in line {}",
                earlier.key(),
                earlier.get()
            )),
            std::collections::hash_map::Entry::Vacant(free) => {
                free.insert(line);
                Ok(())
            }
        }
    }
}

/// A batch with its vectors: those given, or else made now.
fn encoded(
    encoder: &Encoder,
    schema: &Schema,
    batch: &mut Vec<(Payload, Option<Vector>)>,
    progress: &(dyn Fn(u64) + Sync),
) -> Result<Vec<(Payload, Vector)>> {
    let texts: Vec<String> = batch
        .iter()
        .filter(|(_, vector)| vector.is_none())
        .map(|(payload, _)| schema.encoded_text(payload))
        .collect();
    let done = std::sync::atomic::AtomicU64::new(0);
    let made = encoder.encode_all(&texts, |more| {
        let before = done.fetch_add(more as u64, std::sync::atomic::Ordering::Relaxed);
        progress(before + more as u64);
    })?;
    let mut made = made.into_iter();
    Ok(batch
        .drain(..)
        .filter_map(|(payload, vector)| Some((payload, vector.or_else(|| made.next())?)))
        .collect())
}

fn next_vector(vectors: Option<&mut VectorFile>, line: u64, path: &Path) -> Result<Option<Vector>> {
    let Some(vectors) = vectors else {
        return Ok(None);
    };
    let Some(vector) = vectors.next() else {
        let message = format!("the vectors end at {}, the file goes on", line - 1);
        return Err(Error::import(path, message));
    };
    Ok(Some(vector?))
}

/// A given vector at unit length.
fn unit(mut vector: Vector, row: u64, path: &Path) -> Result<Vector> {
    normalise(&mut vector)
        .map_err(|why| Error::import(path, format!("row {row} of its vectors: {why}")))?;
    Ok(vector)
}

/// SHA-256 of a file, in hexadecimal.
fn sha256(path: &Path) -> Result<String> {
    let mut file = std::fs::File::open(path).map_err(Error::io(path))?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).map_err(Error::io(path))?;
        if read == 0 {
            break;
        }
        hasher.update(&buffer[..read]);
    }
    let bytes = hasher.finalize();
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
