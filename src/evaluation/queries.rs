//! A benchmark's queries.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;

use serde::Deserialize;

use super::folder::{QUERIES, check_folder, lines, no_benchmark, text};
use crate::error::{Error, Result};
use crate::query::{MAX_QUERY_CHARS, Query};

/// A query, as on its line.
pub(super) struct QueryLine {
    /// The line's number, from 1.
    line: usize,
    pub id: String,
    pub text: String,
}

#[derive(Deserialize)]
struct Fields {
    #[serde(rename = "_id")]
    id: String,
    text: String,
}

impl QueryLine {
    /// Cuts a text that is longer than a query may be, at white space if there is any. Returns
    /// whether it was longer.
    pub fn cut(&mut self) -> bool {
        let Some((end, _)) = self.text.char_indices().nth(MAX_QUERY_CHARS) else {
            return false;
        };
        let begins = self.text.get(..end).unwrap_or_default();
        let kept = begins.rfind(char::is_whitespace).unwrap_or(end);
        self.text.truncate(kept);
        true
    }

    /// Checks that it can be run. A benchmark may contain unused queries, so only those that will
    /// be run are checked.
    ///
    /// # Errors
    /// [`Error::Import`] with file, line and id, if the text is empty.
    pub fn check(&self, path: &Path) -> Result<()> {
        Query::new(&*self.text).check().map_err(|error| {
            let (line, id) = (self.line, &self.id);
            Error::import(path, format!("line {line}: query '{id}': {error}"))
        })
    }
}

/// The texts of a benchmark's first queries, in file order, for use elsewhere: neither judgements
/// nor a corpus are needed.
///
/// # Errors
/// [`Error::Io`]; [`Error::Import`] if there is no file of queries, or with the line that is
/// invalid.
pub fn first_queries(folder: &Path, at_most: usize) -> Result<Vec<String>> {
    check_folder(folder)?;
    let path = folder.join(QUERIES);
    if !path.is_file() {
        return Err(no_benchmark(folder, &format!("{QUERIES} is not in it")));
    }
    let queries = read(&path)?.into_iter().take(at_most);
    let checked = queries.map(|mut query| {
        query.cut();
        query.check(&path).map(|()| query.text)
    });
    checked.collect()
}

/// All queries in file order.
///
/// # Errors
/// [`Error::Io`]; [`Error::Import`] with the line that is not a query or repeats an id.
pub(super) fn read(path: &Path) -> Result<Vec<QueryLine>> {
    let mut queries = Vec::new();
    let mut known: HashMap<String, usize> = HashMap::new();
    for (line, written) in lines(&text(path)?) {
        let bad = |message: String| Error::import(path, format!("line {line}: {message}"));
        let Fields { id, text } =
            serde_json::from_str(written).map_err(|error| bad(error.to_string()))?;
        match known.entry(id.clone()) {
            Entry::Occupied(earlier) => {
                let earlier = earlier.get();
                return Err(bad(format!(
                    "the id '{id}' was already given in line {earlier}"
                )));
            }
            Entry::Vacant(free) => free.insert(line),
        };
        queries.push(QueryLine { line, id, text });
    }
    Ok(queries)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(queries: &[u8]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(QUERIES), queries).unwrap();
        folder
    }

    #[test]
    fn the_first_queries_come_in_the_order_of_the_file() {
        let written = "\u{feff}{\"_id\":\"b\",\"text\":\"milk\"}\n\n{\"_id\":\"a\",\"text\":\"wood\"}\n\
                       {\"_id\":\"c\",\"text\":\"\"}\n";
        let folder = folder(written.as_bytes());
        assert_eq!(first_queries(folder.path(), 2).unwrap(), ["milk", "wood"]);
        let error = first_queries(folder.path(), 3).unwrap_err().to_string();
        let expected = "queries.jsonl: line 4: query 'c': the query is empty";
        assert!(error.ends_with(expected), "{error}");
    }

    #[test]
    fn what_is_wrong_is_named_by_file_and_line() {
        let twice = "{\"_id\":\"a\",\"text\":\"x\"}\n{\"_id\":\"b\",\"text\":\"x\"}\n\
                     {\"_id\":\"a\",\"text\":\"y\"}\n";
        for (written, expected) in [
            (
                twice.as_bytes(),
                "line 3: the id 'a' was already given in line 1",
            ),
            (b"{\"_id\":\"a\"}", "line 1: missing field `text`"),
            (
                b"{\"_id\":\"a\",\"text\":\"x\"}\n\xff",
                "line 2 is not UTF-8",
            ),
        ] {
            let folder = folder(written);
            let error = first_queries(folder.path(), 9).unwrap_err().to_string();
            assert!(
                error.contains(&format!("queries.jsonl: {expected}")),
                "{error}"
            );
        }
    }

    #[test]
    fn a_folder_without_queries_is_told_what_one_holds() {
        let folder = tempfile::tempdir().unwrap();
        for (path, why) in [
            (folder.path().to_owned(), "queries.jsonl is not in it"),
            (folder.path().join("nowhere"), "it does not exist"),
        ] {
            let error = first_queries(&path, 1).unwrap_err().to_string();
            let expected = format!("is no benchmark folder, as {why}; one holds corpus.jsonl");
            assert!(error.contains(&expected), "{error}");
        }
    }
}
