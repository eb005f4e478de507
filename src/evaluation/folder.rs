//! A benchmark's folder: its files, and the lines of the small ones.

use std::path::{Path, PathBuf};

use crate::error::{Error, Result};

/// The records, in BEIR format.
pub(super) const CORPUS: &str = "corpus.jsonl";
/// The queries.
pub(super) const QUERIES: &str = "queries.jsonl";
/// Which records are relevant to which query.
pub(super) const JUDGEMENTS: &str = "qrels.tsv";
/// The same in the folders that BEIR publishes, with one file for each part of the queries.
const TEST_JUDGEMENTS: &str = "qrels/test.tsv";

/// The file of judgements in a benchmark's folder: `qrels.tsv`, or the test part of a folder as
/// BEIR publishes it.
pub(super) fn judgements(folder: &Path) -> PathBuf {
    let own = folder.join(JUDGEMENTS);
    let test = folder.join(TEST_JUDGEMENTS);
    if !own.is_file() && test.is_file() {
        return test;
    }
    own
}

/// The benchmarks in a folder: the folder itself, or its subfolders by name.
///
/// # Errors
/// [`Error::Io`] if a folder cannot be read; [`Error::Import`] if there is no benchmark.
pub fn benchmarks_in(folder: &Path) -> Result<Vec<PathBuf>> {
    let is_benchmark = |folder: &Path| {
        let files = [
            folder.join(CORPUS),
            folder.join(QUERIES),
            judgements(folder),
        ];
        files.iter().all(|file| file.is_file())
    };
    check_folder(folder)?;
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
                 {JUDGEMENTS} or {TEST_JUDGEMENTS}, neither here nor in the folders in it"
            ),
        ));
    }
    Ok(found)
}

/// Checks that the folder exists.
///
/// # Errors
/// [`Error::Import`], which says what was expected.
pub(super) fn check_folder(folder: &Path) -> Result<()> {
    if folder.is_dir() {
        return Ok(());
    }
    let why = if folder.exists() {
        "it is a file"
    } else {
        "it does not exist"
    };
    Err(no_benchmark(folder, why))
}

/// The error for a folder that is not a benchmark.
pub(super) fn no_benchmark(folder: &Path, why: &str) -> Error {
    let message = format!(
        "is no benchmark folder, as {why}; one holds {CORPUS}, {QUERIES} and {JUDGEMENTS} or \
         {TEST_JUDGEMENTS}"
    );
    Error::import(folder, message)
}

/// A file's text without the byte order mark that some editors add.
///
/// # Errors
/// [`Error::Io`]; [`Error::Import`] with the first line that is not UTF-8.
pub(super) fn text(path: &Path) -> Result<String> {
    let bytes = std::fs::read(path).map_err(Error::io(path))?;
    let mut text = String::from_utf8(bytes).map_err(|error| {
        let good = error.utf8_error().valid_up_to();
        let ends = error.as_bytes().iter().take(good);
        let line = ends.filter(|&&byte| byte == b'\n').count() + 1;
        Error::import(path, format!("line {line} is not UTF-8"))
    })?;
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    Ok(text)
}

/// Non-blank lines with their numbers.
pub(super) fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let numbered = (1..).zip(text.lines());
    numbered.filter(|(_, line)| !line.trim().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_a_benchmark_or_holds_some() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        for name in ["second", "first", "empty"] {
            std::fs::create_dir(folder.join(name)).unwrap();
        }
        let error = benchmarks_in(folder).err().unwrap().to_string();
        assert!(error.contains("there is no benchmark"), "{error}");
        for name in ["second", "first"] {
            for file in [CORPUS, QUERIES, JUDGEMENTS] {
                std::fs::write(folder.join(name).join(file), "").unwrap();
            }
        }
        let expected = ["first", "second"].map(|name| folder.join(name));
        assert_eq!(benchmarks_in(folder).unwrap(), expected);
        assert_eq!(benchmarks_in(&expected[0]).unwrap(), expected[..1]);

        // As BEIR publishes it: only the test part of the judgements is used.
        let second = folder.join("second");
        std::fs::remove_file(second.join(JUDGEMENTS)).unwrap();
        assert_eq!(benchmarks_in(folder).unwrap(), expected[..1]);
        std::fs::create_dir(second.join("qrels")).unwrap();
        for part in ["train", "test"] {
            std::fs::write(second.join(format!("qrels/{part}.tsv")), "").unwrap();
        }
        assert_eq!(benchmarks_in(folder).unwrap(), expected);
        assert_eq!(judgements(&second), second.join("qrels/test.tsv"));
        std::fs::write(second.join(JUDGEMENTS), "").unwrap();
        assert_eq!(judgements(&second), second.join(JUDGEMENTS));
    }

    #[test]
    fn what_is_no_folder_is_told_what_one_holds() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join(CORPUS);
        std::fs::write(&file, "{}").unwrap();
        let nowhere = folder.path().join("nowhere");
        for (path, why) in [(file, "it is a file"), (nowhere, "it does not exist")] {
            let error = benchmarks_in(&path).err().unwrap().to_string();
            let expected = format!(
                "{}: is no benchmark folder, as {why}; one holds corpus.jsonl, queries.jsonl \
                 and qrels.tsv or qrels/test.tsv",
                path.display()
            );
            assert_eq!(error, expected);
        }
    }
}
