//! Inconsistencies between the files of a benchmark. Public benchmarks have some, so they are
//! counted and reported. If nothing matches at all, the figures would be 0 whatever the engine
//! does, so that is an error.

use std::collections::BTreeSet;

use super::corpus::ids;
use super::folder::{CORPUS, QUERIES, judgements};
use super::qrels::Judged;
use crate::collection::SourceFile;
use crate::error::{Error, Result};
use crate::query::MAX_QUERY_CHARS;

/// The parts of a benchmark's files that could not be used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Gaps {
    /// Judged queries without a text.
    pub queries: usize,
    /// Judgements, for queries with a text, of records that are not in the corpus or are skipped
    /// because they have no text.
    pub judgements: usize,
    /// Lines of the corpus that did not become records.
    pub lines: u64,
    /// Judged queries that are longer than a query may be.
    pub cut: usize,
}

impl Gaps {
    /// One line for each kind of gap found, with its effect on the figures.
    pub fn told(&self) -> Vec<String> {
        let mut told = Vec::new();
        if self.queries > 0 {
            told.push(format!(
                "judged queries that are not in {QUERIES}, and were not asked: {}",
                self.queries
            ));
        }
        if self.judgements > 0 {
            told.push(format!(
                "judgements of records that are not in {CORPUS}, or have no text there; the \
                 relevant ones count as not found: {}",
                self.judgements
            ));
        }
        if self.lines > 0 {
            told.push(format!(
                "lines of {CORPUS} without a usable record, which were skipped: {}",
                self.lines
            ));
        }
        if self.cut > 0 {
            told.push(format!(
                "queries that are longer than {MAX_QUERY_CHARS} characters, and were cut: {}",
                self.cut
            ));
        }
        told
    }
}

/// The number of judgements of records that cannot be found, because the corpus lacks them or their
/// text.
///
/// # Errors
/// [`Error::Import`] if that is all of them; the corpus cannot be read.
pub(super) fn unknown_records(source: &SourceFile, queries: &[Judged]) -> Result<usize> {
    let judged = || queries.iter().flat_map(|query| query.judgements.keys());
    let mut sought: BTreeSet<&str> = judged().map(String::as_str).collect();
    for record in ids(source)? {
        let (_, id) = record?;
        sought.remove(&*id);
        if sought.is_empty() {
            return Ok(0);
        }
    }
    let unknown = judged().filter(|id| sought.contains(id.as_str())).count();
    if unknown == judged().count() {
        let message =
            format!("judges none of the records in {CORPUS}; its second column is a record's _id");
        let folder = source.path().parent().unwrap_or(source.path());
        return Err(Error::import(judgements(folder), message));
    }
    Ok(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::FieldRoles;

    /// The corpus starts with a byte order mark, and its last record has no text.
    fn unknown(judged: &[&str]) -> Result<usize> {
        let folder = tempfile::tempdir().unwrap();
        let corpus = folder.path().join(CORPUS);
        let records = "\u{feff}{\"_id\":\"d1\",\"title\":\"\",\"text\":\"Goats\"}\n\
                       {\"_id\":\"d2\",\"title\":\"\",\"text\":\"Trains\"}\n\
                       {\"_id\":\"d3\",\"title\":\"\",\"text\":\"\"}\n";
        std::fs::write(&corpus, records).unwrap();
        let source = SourceFile::look(&corpus, &FieldRoles::default()).unwrap();
        let query = |judgements: &[&str]| Judged {
            id: "q".into(),
            text: "milk".into(),
            judgements: judgements.iter().map(|&id| (id.to_owned(), 1)).collect(),
        };
        unknown_records(&source, &[query(judged), query(&judged[..1])])
    }

    #[test]
    fn judgements_of_records_that_cannot_be_found_are_counted() {
        assert_eq!(unknown(&["d1", "d2"]).unwrap(), 0);
        assert_eq!(unknown(&["d1", "d3", "d4"]).unwrap(), 2);
        // Counted for each query they belong to.
        assert_eq!(unknown(&["d4", "d1"]).unwrap(), 2);
        let error = unknown(&["d4", "d3"]).unwrap_err().to_string();
        let expected = "qrels.tsv: judges none of the records in corpus.jsonl";
        assert!(error.contains(expected), "{error}");
    }

    #[test]
    fn only_what_there_is_is_told() {
        assert!(Gaps::default().told().is_empty());
        let gaps = Gaps {
            queries: 2,
            judgements: 3,
            lines: 0,
            cut: 1,
        };
        let expected = [
            "judged queries that are not in queries.jsonl, and were not asked: 2",
            "judgements of records that are not in corpus.jsonl, or have no text there; the \
             relevant ones count as not found: 3",
            "queries that are longer than 2000 characters, and were cut: 1",
        ];
        assert_eq!(gaps.told(), expected);
    }
}
