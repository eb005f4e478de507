//! A run in trec_eval's format, so that others can evaluate it: `query Q0 record rank score tag`,
//! one line per hit.
//!
//! trec_eval ignores the rank: it sorts by score, stored as f32, and equal scores by id in
//! descending order. Our ties are in order of record number. So a score that is not lower than the
//! one before is written as the next f32 below that one: too small a difference to matter, but
//! enough to keep the order.

use std::io::Write;
use std::path::Path;

use super::corpus;
use super::folder::{CORPUS, QUERIES};
use super::qrels;
use super::run::Run;
use crate::collection::SourceFile;
use crate::error::{Error, Result};
use crate::record::FieldRoles;

/// Placeholder for a query without hits. With such a line, the query counts as 0 even if only
/// queries in the run are averaged. No record may have this id.
const NO_RECORD: &str = "-";

impl Run {
    /// Writes the run to a file, replacing its contents.
    ///
    /// # Errors
    /// [`Error::Import`] for an id that the format cannot represent; [`Error::Io`].
    pub fn write(&self, path: &Path) -> Result<()> {
        let lines = self.lines().map_err(|bad| Error::import(path, bad))?;
        let mut file = std::fs::File::create(path).map_err(Error::io(path))?;
        file.write_all(lines.as_bytes()).map_err(Error::io(path))
    }

    fn lines(&self) -> Result<String, String> {
        let mut lines = String::new();
        for answered in &self.answered {
            let query = column(&answered.id)?;
            let mut last = f32::INFINITY;
            let mut line = |record: &str, rank: usize, score: f32| {
                // Written as f64, its digits give the same f32 whether they are read as f32 or f64.
                let (score, mode) = (f64::from(score), self.mode);
                lines.push_str(&format!(
                    "{query} Q0 {record} {rank} {score} parallax-{mode}\n"
                ));
            };
            if answered.ranking.is_empty() {
                line(NO_RECORD, 1, 0.0);
            }
            for ((rank, record), score) in (1..).zip(&answered.ranking).zip(&answered.scores) {
                last = if *score < last {
                    *score
                } else {
                    last.next_down()
                };
                line(column(record)?, rank, last);
            }
        }
        Ok(lines)
    }
}

/// Checks that the ids of a benchmark can be written to a run, before spending minutes on its
/// queries.
///
/// # Errors
/// [`Error::Import`] for an id that the format cannot represent; the files cannot be read.
pub fn check_ids(folder: &Path) -> Result<()> {
    let path = folder.join(QUERIES);
    for query in qrels::read(folder)?.queries {
        column(&query.id).map_err(|bad| Error::import(&path, bad))?;
    }
    let path = folder.join(CORPUS);
    let source = SourceFile::look(&path, &FieldRoles::default())?;
    for record in corpus::ids(&source)? {
        let (line, id) = record?;
        column(&id).map_err(|bad| Error::import(&path, format!("line {line}: {bad}")))?;
    }
    Ok(())
}

/// An id as a column: columns are separated by blanks, which cannot be escaped.
fn column(id: &str) -> Result<&str, String> {
    if id.is_empty() || id == NO_RECORD || id.contains(char::is_whitespace) {
        return Err(format!(
            "the id '{}' cannot stand in a run for trec_eval, which parts its columns by \
             blanks and in which '{NO_RECORD}' is no record; give the benchmark other ids",
            id.escape_debug()
        ));
    }
    Ok(id)
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use proptest::prelude::*;

    use super::*;
    use crate::evaluation::Answered;
    use crate::query::Mode;

    fn run(ranking: &[&str], scores: &[f32]) -> Run {
        let answered = Answered {
            id: "q1".into(),
            text: "milk".into(),
            ranking: ranking.iter().map(|&id| id.to_owned()).collect(),
            scores: scores.to_vec(),
            ndcg_at_10: 0.0,
            recall_at_100: 0.0,
            reciprocal_rank_at_10: 0.0,
            first_relevant: None,
            time: Duration::ZERO,
        };
        Run {
            mode: Mode::Hybrid,
            answered: vec![answered],
        }
    }

    /// The records in the order in which trec_eval sorts them.
    fn as_trec_eval_sorts(lines: &str) -> Vec<String> {
        let mut hits: Vec<(f32, String)> = lines
            .lines()
            .map(|line| {
                let columns: Vec<&str> = line.split(' ').collect();
                assert_eq!(columns.len(), 6, "{line}");
                let score: f64 = columns[4].parse().unwrap();
                (score as f32, columns[2].to_owned())
            })
            .collect();
        hits.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| b.1.cmp(&a.1)));
        hits.into_iter().map(|(_, id)| id).collect()
    }

    #[test]
    fn a_line_is_what_trec_eval_reads() {
        let lines = run(&["a", "b"], &[0.5, 0.25]).lines().unwrap();
        let expected = "q1 Q0 a 1 0.5 parallax-hybrid\nq1 Q0 b 2 0.25 parallax-hybrid\n";
        assert_eq!(lines, expected);
        // A query without hits is still counted.
        let nothing = run(&[], &[]).lines().unwrap();
        assert_eq!(nothing, "q1 Q0 - 1 0 parallax-hybrid\n");
    }

    #[test]
    fn an_id_with_a_blank_is_refused_by_name() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("run.txt");
        for bad in ["a b", "", "a\u{a0}b", "line\nbreak", "-"] {
            let error = run(&[bad], &[0.5]).write(&path).unwrap_err().to_string();
            let named = bad.escape_debug().to_string();
            assert!(error.contains(&format!("'{named}'")), "{error}");
            assert!(!path.exists());
        }
    }

    #[test]
    fn ids_with_blanks_are_found_before_anything_is_asked() {
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path();
        let check = |query: &str, record: &str| {
            let write = |name, text: String| std::fs::write(folder.join(name), text).unwrap();
            let line = |id: &str| format!("{{\"_id\":\"{id}\",\"text\":\"Goats\"}}\n");
            write(QUERIES, line(query));
            write(CORPUS, line("d1") + &line(record));
            write("qrels.tsv", format!("{query}\td1\t1\n"));
            check_ids(folder).map_err(|error| error.to_string())
        };
        assert_eq!(check("q1", "d2"), Ok(()));
        let query = check("q 1", "d2").unwrap_err();
        assert!(query.contains("queries.jsonl: the id 'q 1'"), "{query}");
        let record = check("q1", "d 2").unwrap_err();
        assert!(
            record.contains("corpus.jsonl: line 2: the id 'd 2'"),
            "{record}"
        );
    }

    proptest! {
        #[test]
        fn sorted_by_trec_eval_the_order_is_ours(
            mut scores in prop::collection::vec(
                prop_oneof![
                    // Few values, so that many are equal; arbitrary ones; and tiny ones.
                    (-2i8..=2).prop_map(|n| f32::from(n) / 2.0),
                    -1.0f32..30.0,
                    Just(0.0), Just(-0.0), Just(f32::MIN_POSITIVE), Just(1e-45),
                ],
                1..100,
            ),
        ) {
            scores.sort_by(|a, b| b.total_cmp(a));
            let ids: Vec<String> = (0..scores.len()).map(|n| format!("d{n}")).collect();
            let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
            let run = run(&ids, &scores);
            let sorted = as_trec_eval_sorts(&run.lines().unwrap());
            prop_assert_eq!(sorted, run.answered[0].ranking.clone());
        }
    }
}
