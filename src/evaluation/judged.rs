//! The files of a benchmark beside its corpus: what is asked, and what is relevant to it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::metrics::Judgements;
use crate::error::{Error, Result};

/// The records, in the form of BEIR.
pub(super) const CORPUS: &str = "corpus.jsonl";
/// The queries.
pub(super) const QUERIES: &str = "queries.jsonl";
/// Which records are relevant to which query.
pub(super) const JUDGEMENTS: &str = "qrels.tsv";

/// A query and what is relevant to it.
pub(super) struct Judged {
    pub id: String,
    pub text: String,
    pub judgements: Judgements,
}

#[derive(Deserialize)]
struct QueryLine {
    #[serde(rename = "_id")]
    id: String,
    text: String,
}

/// The benchmarks a folder holds: itself, or those of its subfolders, by name.
///
/// # Errors
/// [`Error::Io`] for a folder that cannot be read, [`Error::Import`] where there is no
/// benchmark.
pub fn benchmarks_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_benchmark = |folder: &Path| {
        let mut files = [CORPUS, QUERIES, JUDGEMENTS].into_iter();
        files.all(|file| folder.join(file).is_file())
    };
    if is_benchmark(folder) {
        return Ok(vec![folder.to_owned()]);
    }
    let entries = std::fs::read_dir(folder).map_err(Error::io(folder))?;
    let mut found = Vec::new();
    for entry in entries {
        let path = entry.map_err(Error::io(folder))?.path();
        if is_benchmark(&path) {
            found.push(path);
        }
    }
    found.sort_unstable();
    if found.is_empty() {
        return Err(Error::import(
            folder,
            format!(
                "there is no benchmark, which is a folder with {CORPUS}, {QUERIES} and \
                 {JUDGEMENTS}, neither here nor in the folders in it"
            ),
        ));
    }
    Ok(found)
}

/// The judged queries in order of id; a query without judgements is not asked.
pub(super) fn read(folder: &Path) -> Result<Vec<Judged>> {
    let mut texts = read_texts(&folder.join(QUERIES))?;
    let path = folder.join(JUDGEMENTS);
    let queries: Vec<Judged> = read_judgements(&path)?
        .into_iter()
        .filter_map(|(id, judgements)| {
            let text = texts.remove(&id)?;
            Some(Judged {
                id,
                text,
                judgements,
            })
        })
        .collect();
    if queries.is_empty() {
        return Err(Error::import(
            path,
            format!("judges none of the queries in {QUERIES}"),
        ));
    }
    Ok(queries)
}

fn read_texts(path: &Path) -> Result<BTreeMap<String, String>> {
    let mut texts = BTreeMap::new();
    for (number, line) in lines(&text(path)?) {
        let query: QueryLine = serde_json::from_str(line)
            .map_err(|error| Error::import(path, format!("line {number}: {error}")))?;
        texts.insert(query.id, query.text);
    }
    Ok(texts)
}

fn read_judgements(path: &Path) -> Result<BTreeMap<String, Judgements>> {
    let mut judged: BTreeMap<String, Judgements> = BTreeMap::new();
    for (number, line) in lines(&text(path)?) {
        let mut fields = line.split('\t').map(str::trim);
        let fields = (fields.next(), fields.next(), fields.next());
        let (Some(query), Some(record), Some(grade)) = fields else {
            return Err(bad_line(path, number));
        };
        let grade: i64 = match grade.parse() {
            Ok(grade) => grade,
            // The first line names the columns.
            Err(_) if number == 1 => continue,
            Err(_) => return Err(bad_line(path, number)),
        };
        // Below 0 is not relevant either, as some collections grade what is worse than that.
        let grade = u32::try_from(grade.max(0)).map_err(|_| bad_line(path, number))?;
        let of_query = judged.entry(query.into()).or_default();
        of_query.insert(record.into(), grade);
    }
    Ok(judged)
}

fn bad_line(path: &Path, number: usize) -> Error {
    let message = format!("line {number} is not query, record, grade, parted by tabs");
    Error::import(path, message)
}

fn text(path: &Path) -> Result<String> {
    std::fs::read_to_string(path).map_err(Error::io(path))
}

/// Lines with something on them, and their numbers.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = (1..).zip(text.lines());
    numbered.filter(|(_, line)| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(queries: &str, judgements: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CORPUS), "{}\n").unwrap();
        std::fs::write(folder.path().join(QUERIES), queries).unwrap();
        std::fs::write(folder.path().join(JUDGEMENTS), judgements).unwrap();
        folder
    }

    const TWO: &str = "{\"_id\":\"b\",\"text\":\"milk\"}\n\n{\"_id\":\"a\",\"text\":\"wood\"}\n";

    #[test]
    fn queries_come_with_their_judgements_whether_or_not_columns_are_named() {
        let named = "query-id\tcorpus-id\tscore\nb\td1\t2\nb\td2\t-1\nunknown\td1\t1\n";
        let bare = "b\td1\t2\r\nb\td2\t-1\r\n\r\n";
        for judgements in [named, bare] {
            let queries = read(folder(TWO, judgements).path()).unwrap();
            assert_eq!(queries.len(), 1, "{judgements}");
            assert_eq!((&*queries[0].id, &*queries[0].text), ("b", "milk"));
            let expected: Judgements = [("d1".to_owned(), 2), ("d2".to_owned(), 0)].into();
            assert_eq!(queries[0].judgements, expected, "{judgements}");
        }
    }

    #[test]
    fn what_is_wrong_is_named_by_file_and_line() {
        let message = |queries, judgements| {
            let folder = folder(queries, judgements);
            read(folder.path()).err().unwrap().to_string()
        };
        let no_text = message("{\"_id\":\"a\"}", "a\td\t1");
        assert!(no_text.contains("queries.jsonl: line 1"), "{no_text}");
        let columns = message(TWO, "a\td\t1\na d 1");
        assert!(columns.contains("qrels.tsv: line 2 is not"), "{columns}");
        let grade = message(TWO, "a\td\t1\na\td\tmuch");
        assert!(grade.contains("line 2 is not"), "{grade}");
        let none = message(TWO, "c\td\t1");
        assert!(none.contains("judges none of the queries"), "{none}");
    }

    #[test]
    fn a_folder_is_a_benchmark_or_holds_some() {
        let one = folder(TWO, "a\td\t1");
        assert_eq!(benchmarks_in(one.path()).unwrap(), [one.path()]);
        let several = tempfile::tempdir().unwrap();
        for name in ["second", "first", "empty"] {
            std::fs::create_dir(several.path().join(name)).unwrap();
        }
        let error = benchmarks_in(several.path()).err().unwrap().to_string();
        assert!(error.contains("there is no benchmark"), "{error}");
        for name in ["second", "first"] {
            for file in [CORPUS, QUERIES, JUDGEMENTS] {
                std::fs::write(several.path().join(name).join(file), "").unwrap();
            }
        }
        let expected = ["first", "second"].map(|name| several.path().join(name));
        assert_eq!(benchmarks_in(several.path()).unwrap(), expected);
        assert!(benchmarks_in(&several.path().join("nowhere")).is_err());
    }
}
