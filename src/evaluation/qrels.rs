//! The relevance judgements of a benchmark's queries.

use std::collections::BTreeMap;
use std::path::Path;

use super::folder::{QUERIES, judgements, lines, text};
use super::metrics::Judgements;
use super::queries;
use crate::error::{Error, Result};

/// A query and its judgements.
pub(super) struct Judged {
    pub id: String,
    pub text: String,
    pub judgements: Judgements,
}

/// A benchmark's judged queries.
pub(super) struct JudgedQueries {
    /// In order of id; queries without judgements are left out.
    pub queries: Vec<Judged>,
    /// How many more judged queries have no text.
    pub missing: usize,
    /// How many of them were longer than a query may be, and were cut.
    pub cut: usize,
}

/// Reads queries and judgements, and checks that all of the queries can be run.
///
/// # Errors
/// [`Error::Io`]; [`Error::Import`], which names file and line, or says that the judgements match
/// none of the queries.
pub(super) fn read(folder: &Path) -> Result<JudgedQueries> {
    let path = folder.join(QUERIES);
    let texts = queries::read(&path)?.into_iter();
    let mut texts: BTreeMap<_, _> = texts.map(|query| (query.id.clone(), query)).collect();
    let path_of_judgements = judgements(folder);
    let mut queries = Vec::new();
    let mut missing = 0;
    let mut cut = 0;
    for (id, judgements) in read_judgements(&path_of_judgements)? {
        let Some(mut query) = texts.remove(&id) else {
            missing += 1;
            continue;
        };
        cut += usize::from(query.cut());
        query.check(&path)?;
        queries.push(Judged {
            id,
            text: query.text,
            judgements,
        });
    }
    if queries.is_empty() {
        let message =
            format!("judges none of the queries in {QUERIES}; its first column is a query's _id");
        return Err(Error::import(path_of_judgements, message));
    }
    Ok(JudgedQueries {
        queries,
        missing,
        cut,
    })
}

fn read_judgements(path: &Path) -> Result<BTreeMap<String, Judgements>> {
    let mut judged: BTreeMap<String, Judgements> = BTreeMap::new();
    for (number, line) in lines(&text(path)?) {
        let columns: Vec<&str> = line.split('\t').map(str::trim).collect();
        // With an additional column, as in TREC, the columns would have other meanings.
        let [query, record, grade] = columns[..] else {
            let message = format!(
                "line {number} is not query, record, grade, separated by tabs; its number of \
                 columns is {}",
                columns.len()
            );
            return Err(Error::import(path, message));
        };
        // The first line may contain column names; a number in any form is not a name.
        if number == 1 && grade.parse::<f64>().is_err() {
            continue;
        }
        // A negative grade is not relevant either; some collections use it for worse than
        // irrelevant.
        let whole = grade.parse::<i64>().ok();
        let whole = whole.and_then(|grade| u32::try_from(grade.max(0)).ok());
        let whole = whole.ok_or_else(|| {
            let most = u32::MAX;
            let message =
                format!("line {number}: the grade '{grade}' is no whole number up to {most}");
            Error::import(path, message)
        })?;
        let of_query = judged.entry(query.into()).or_default();
        of_query.insert(record.into(), whole);
    }
    Ok(judged)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(queries: &str, judgements: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(QUERIES), queries).unwrap();
        std::fs::write(folder.path().join("qrels.tsv"), judgements).unwrap();
        folder
    }

    const TWO: &str = "{\"_id\":\"b\",\"text\":\"milk\"}\n\n{\"_id\":\"a\",\"text\":\"wood\"}\n";

    #[test]
    fn queries_come_with_their_judgements_whether_or_not_columns_are_named() {
        let named = "query-id\tcorpus-id\tscore\nb\td1\t2\nb\td2\t-1\nunknown\td1\t1\n";
        let bare = "b\td1\t2\r\nb\td2\t-1\r\n\r\nunknown\td1\t1\n";
        let marked = format!("\u{feff}{bare}");
        for judgements in [named, bare, &marked] {
            let JudgedQueries {
                queries, missing, ..
            } = read(folder(TWO, judgements.as_bytes()).path()).unwrap();
            assert_eq!((queries.len(), missing), (1, 1), "{judgements}");
            assert_eq!((&*queries[0].id, &*queries[0].text), ("b", "milk"));
            let expected: Judgements = [("d1".to_owned(), 2), ("d2".to_owned(), 0)].into();
            assert_eq!(queries[0].judgements, expected, "{judgements}");
        }
    }

    #[test]
    fn what_is_wrong_with_judgements_is_named_by_file_and_line() {
        for (judgements, expected) in [
            (
                &b"a\td\t1\na d 1"[..],
                "line 2 is not query, record, grade, separated by tabs; its number of columns is 1",
            ),
            (
                b"a\t0\td\t1",
                "line 1 is not query, record, grade, separated by tabs; its number of columns is 4",
            ),
            (
                b"a\td\t1\na\td\tmuch",
                "line 2: the grade 'much' is no whole number",
            ),
            (
                b"a\td\t1.0\nb\td\t1",
                "line 1: the grade '1.0' is no whole number",
            ),
            (
                b"a\td\t5000000000",
                "line 1: the grade '5000000000' is no whole",
            ),
            (b"a\td\t1\n\na\t\xe9\t1", "line 3 is not UTF-8"),
            (b"c\td\t1", "judges none of the queries"),
        ] {
            let folder = folder(TWO, judgements);
            let error = read(folder.path()).err().unwrap().to_string();
            assert!(error.contains(&format!("qrels.tsv: {expected}")), "{error}");
        }
    }

    #[test]
    fn an_empty_query_is_refused_if_it_is_judged_and_a_long_one_is_cut() {
        let with = |text: &str| format!("{TWO}{{\"_id\":\"c\",\"text\":\"{text}\"}}\n");
        let unasked = folder(&with(" "), b"a\td\t1");
        assert_eq!(read(unasked.path()).unwrap().queries.len(), 1);
        let asked = folder(&with(" "), b"a\td\t1\nc\td\t1");
        let error = read(asked.path()).err().unwrap().to_string();
        let expected = "queries.jsonl: line 4: query 'c': the query is empty";
        assert!(error.contains(expected), "{error}");

        let long = "\u{e9}".repeat(1_998) + " milk";
        let JudgedQueries { queries, cut, .. } =
            read(folder(&with(&long), b"a\td\t1\nc\td\t1").path()).unwrap();
        assert_eq!((queries.len(), cut), (2, 1));
        assert_eq!(queries[1].text, "\u{e9}".repeat(1_998), "cut between words");
    }
}
