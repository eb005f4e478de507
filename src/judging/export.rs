//! The judgements of a collection as a benchmark in BEIR format: `corpus.jsonl` with every record,
//! judged or not, `queries.jsonl`, and `qrels/test.tsv`. A record without a judgement counts as not
//! relevant when the benchmark is run, as in trec_eval. A record that reads the same as a judged one
//! has its grade: the visitor saw only one of them, and the benchmark ranks both.

use std::collections::{BTreeMap, HashMap};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use serde_json::json;
use zip::ZipWriter;
use zip::write::{SimpleFileOptions, StreamWriter};

use super::plain::key;
use crate::atomic_file;
use crate::collection::Collection;
use crate::digest::sha256;
use crate::error::{Error, Result};
use crate::vocabulary::JudgedQuery;

/// How much of a digest names a query, or a record whose id cannot stand in a line.
const DIGITS: usize = 16;

/// Fills one file.
type Fill<'a> = &'a mut dyn FnMut(&mut dyn Write) -> Result<()>;

/// Where the files of a benchmark are written.
pub trait Files {
    /// Writes a file, whose name may contain a folder.
    ///
    /// # Errors
    /// Those of `fill`, and if the file cannot be written.
    fn file(&mut self, name: &str, fill: Fill<'_>) -> Result<()>;
}

/// What was exported.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Exported {
    /// All records.
    pub records: u32,
    /// Queries with at least one relevant record.
    pub queries: u32,
    /// Their judgements, including those of records that read the same as a judged one.
    pub judgements: u32,
    /// Queries that were left out because none of the records judged for them is relevant, so that
    /// they cannot tell one ranking from another.
    pub without_relevant: u32,
    /// Judgements that were left out because their record is no longer in the collection.
    pub gone: u32,
}

/// Writes a collection's judgements as a benchmark.
///
/// # Errors
/// [`Error::BadQuery`] if there is nothing to measure by; the store's read errors, and those of the
/// files.
pub fn export(
    collection: &Collection,
    judged: &[JudgedQuery],
    to: &mut dyn Files,
) -> Result<Exported> {
    check(&collection.name(), judged)?;
    let mut exported = Exported::default();
    let wanted = Wanted::of(collection, judged, &mut exported)?;
    let mut grades: Vec<BTreeMap<String, u8>> = vec![BTreeMap::new(); judged.len()];
    to.file("corpus.jsonl", &mut |file| {
        collection.each_record(|record| {
            exported.records += 1;
            let id = in_line(&record.id);
            for (query, grade) in wanted.grades(&record.id, &key(&record)) {
                grades[query].insert(id.clone(), grade);
            }
            let line = collection.schema().as_beir(&id, &record.payload);
            write_line(file, &serde_json::Value::from(line).to_string())
        })
    })?;
    let relevant = |grades: &BTreeMap<String, u8>| grades.values().any(|&grade| grade > 0);
    let queries = judged.iter().zip(&grades);
    let queries: Vec<_> = queries.filter(|(_, grades)| relevant(grades)).collect();
    exported.queries = queries.len() as u32;
    exported.without_relevant = (judged.len() - queries.len()) as u32;
    to.file("queries.jsonl", &mut |file| {
        queries.iter().try_for_each(|(judged, _)| {
            let line = json!({"_id": query_id(&judged.q), "text": judged.q});
            write_line(file, &line.to_string())
        })
    })?;
    to.file("qrels/test.tsv", &mut |file| {
        write_line(file, "query-id\tcorpus-id\tscore")?;
        for (judged, grades) in &queries {
            let query = query_id(&judged.q);
            for (id, grade) in *grades {
                exported.judgements += 1;
                write_line(file, &format!("{query}\t{id}\t{grade}"))?;
            }
        }
        Ok(())
    })?;
    Ok(exported)
}

/// Checks that there is something to measure by.
///
/// # Errors
/// [`Error::BadQuery`] if there is not.
pub fn check(name: &str, judged: &[JudgedQuery]) -> Result<()> {
    let mut grades = judged.iter().flat_map(|judged| &judged.grades);
    if grades.any(|(_, grade)| *grade > 0) {
        return Ok(());
    }
    Err(Error::BadQuery(format!(
        "no record of collection '{name}' has been judged relevant to a query yet: judge some first"
    )))
}

/// Which records have which grades.
struct Wanted {
    /// By id: the query's place and the grade.
    by_id: HashMap<String, Vec<(usize, u8)>>,
    /// The same by what identical records have in common. If they were given different grades, the
    /// highest counts.
    by_key: HashMap<String, Vec<(usize, u8)>>,
}

impl Wanted {
    fn of(
        collection: &Collection,
        judged: &[JudgedQuery],
        exported: &mut Exported,
    ) -> Result<Self> {
        let mut by_id: HashMap<String, Vec<(usize, u8)>> = HashMap::new();
        for (query, judged) in judged.iter().enumerate() {
            for (id, grade) in &judged.grades {
                by_id.entry(id.clone()).or_default().push((query, *grade));
            }
        }
        let mut by_key: HashMap<String, Vec<(usize, u8)>> = HashMap::new();
        for (id, grades) in &by_id {
            match collection.record(id) {
                Ok(record) => {
                    by_key.entry(key(&record)).or_default().extend(grades);
                }
                Err(Error::NoRecord { .. }) => exported.gone += grades.len() as u32,
                Err(error) => return Err(error),
            }
        }
        for grades in by_key.values_mut() {
            // Of a query, the highest grade comes last, and is the one that remains.
            grades.sort_unstable();
        }
        Ok(Self { by_id, by_key })
    }

    /// The queries that a record was judged for, itself or through an identical one, and its grades;
    /// its own come last.
    fn grades<'a>(&'a self, id: &str, key: &str) -> impl Iterator<Item = (usize, u8)> + use<'a> {
        let same = self.by_key.get(key).into_iter().flatten();
        same.chain(self.by_id.get(id).into_iter().flatten())
            .copied()
    }
}

/// A query's id: the same in every export, whichever other queries are judged.
fn query_id(q: &str) -> String {
    short(q)
}

/// A record's id, or a name for one that cannot stand in a line of judgements.
fn in_line(id: &str) -> String {
    if id.trim() == id && !id.contains(['\t', '\n', '\r']) {
        id.to_owned()
    } else {
        short(id)
    }
}

fn short(text: &str) -> String {
    let mut digest = sha256(text.as_bytes());
    digest.truncate(DIGITS);
    digest
}

fn write_line(file: &mut dyn Write, line: &str) -> Result<()> {
    writeln!(file, "{line}").map_err(failed)
}

/// The reason why writing failed: the writer's own, or the system's.
fn failed(error: io::Error) -> Error {
    match error.downcast::<Error>() {
        Ok(error) => error,
        Err(error) => Error::io(Path::new("the export"))(error),
    }
}

/// A folder on the disk; each file is there whole or not at all.
pub struct OnDisk(PathBuf);

impl OnDisk {
    /// The folder at a path, created if it does not exist.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn new(folder: &Path) -> Result<Self> {
        atomic_file::create_folder(folder).map_err(Error::io(folder))?;
        Ok(Self(folder.to_owned()))
    }
}

impl Files for OnDisk {
    fn file(&mut self, name: &str, fill: Fill<'_>) -> Result<()> {
        let path = self.0.join(name);
        if let Some(folder) = path.parent() {
            atomic_file::create_folder(folder).map_err(Error::io(folder))?;
        }
        atomic_file::write(&path, |file| {
            let mut file = BufWriter::new(file);
            fill(&mut file)?;
            file.flush().map_err(Error::io(&path))
        })
    }
}

/// A ZIP archive, written from beginning to end without going back.
pub struct Archive<W: Write> {
    zip: ZipWriter<StreamWriter<W>>,
    /// The folder that contains the files.
    folder: String,
}

impl<W: Write> Archive<W> {
    /// An archive with everything in a folder of that name.
    pub fn new(to: W, folder: &str) -> Self {
        Self {
            zip: ZipWriter::new_stream(to),
            folder: folder.to_owned(),
        }
    }

    /// Writes the end of the archive.
    ///
    /// # Errors
    /// [`Error::Io`].
    pub fn finish(self) -> Result<()> {
        let mut to = self.zip.finish().map_err(zip_error)?.into_inner();
        to.flush().map_err(failed)
    }
}

impl<W: Write> Files for Archive<W> {
    fn file(&mut self, name: &str, fill: Fill<'_>) -> Result<()> {
        // Its size is not known yet.
        let options = SimpleFileOptions::default().large_file(true);
        let name = format!("{}/{name}", self.folder);
        self.zip.start_file(name, options).map_err(zip_error)?;
        // Small writes would each be compressed by themselves.
        let mut file = BufWriter::new(&mut self.zip);
        fill(&mut file)?;
        file.flush().map_err(failed)
    }
}

fn zip_error(error: zip::result::ZipError) -> Error {
    failed(io::Error::from(error))
}
