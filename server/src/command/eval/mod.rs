//! `parallax eval`.

mod balance;
#[cfg(feature = "qdrant")]
mod cluster;
mod measure;
mod report;

use std::fs::OpenOptions;
use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use parallax::evaluation::{Benchmark, check_ids};
use parallax::query::Route;
use parallax::{Mode, Query};
use serde_json::json;

use self::balance::{Choice, HYBRID, LATE};
#[cfg(feature = "qdrant")]
use self::cluster::on_cluster;
use self::measure::{Measured, Setting};
use super::FusionOptions;
use super::benchmarks::{self, Benchmarks};
#[cfg(feature = "qdrant")]
use super::qdrant::On;
#[cfg(feature = "qdrant")]
use crate::config::Kind;

#[derive(Args)]
pub struct Eval {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv or qrels/test.tsv, or with several
    /// such folders
    folder: PathBuf,
    /// neural, text or hybrid [default: all three]
    #[arg(long)]
    mode: Option<String>,
    /// How neighbours are searched for
    #[arg(long, value_enum, default_value = "auto")]
    route: RouteOption,
    #[command(flatten)]
    fusion: FusionOptions,
    /// Encode long texts passage by passage; otherwise only their beginning
    #[arg(long)]
    passages: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write the hits of one mode in trec_eval format
    #[arg(long, value_name = "FILE", requires = "mode")]
    run: Option<PathBuf>,
    #[cfg(feature = "qdrant")]
    #[command(flatten)]
    on: On,
    /// Write a report in Markdown: all modes, with and without passages, and their differences
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mode", "route", "balance", "fusion", "no_neighbours", "no_late_interaction", "k1", "b", "passages", "run"])]
    write: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RouteOption {
    /// As for any query
    Auto,
    /// Through the graph, regardless of the collection's size
    Graph,
    /// By the exact scan
    Exact,
}

impl Eval {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        #[cfg(feature = "qdrant")]
        if self.on.backend == Kind::Qdrant {
            if self.write.is_some() {
                bail!("--write measures what is here: leave out --write or --backend qdrant");
            }
            if !matches!(self.route, RouteOption::Auto) {
                bail!("a cluster decides how it searches: leave out --route or --backend qdrant");
            }
        }
        let parts = self.parts()?;
        for file in self.write.iter().chain(&self.run) {
            writable(file)?;
        }
        let benchmarks = Benchmarks::open(&self.folder, model)?;
        if let (Some(_), [_, _, ..]) = (&self.run, benchmarks.folders()) {
            bail!(
                "{} contains several benchmarks, but a run file covers only one: name its folder",
                self.folder.display()
            );
        }
        if let (Some(_), [folder]) = (&self.run, benchmarks.folders()) {
            check_ids(folder)?;
        }
        let mut measured = Vec::new();
        let mut choices = [Choice::new(&HYBRID), Choice::new(&LATE)];
        for folder in benchmarks.folders() {
            for (part, (passages, settings)) in parts.iter().enumerate() {
                let benchmark = benchmarks.load(folder, *passages)?;
                let name = benchmarks::name(folder)?;
                // The files are the same with and without passages.
                if part == 0 {
                    benchmarks::tell_gaps(&name, &benchmark);
                }
                if self.write.is_some() && !passages {
                    for choice in &mut choices {
                        choice.measure(&name, &benchmark)?;
                    }
                }
                let one = self.measure(name, *passages, &benchmark, settings)?;
                if !self.json {
                    one.print(out)?;
                }
                measured.push(one);
            }
        }
        if let (Some(file), Some(row)) = (&self.run, measured.first().and_then(Measured::first)) {
            row.run.write(file)?;
        }
        if let Some(file) = &self.write {
            let command = format!(
                "parallax eval {} --write {}",
                self.folder.display(),
                file.display()
            );
            let mut report = report::markdown(&command, model, benchmarks.model_hash(), &measured);
            report.extend(choices.iter().map(Choice::markdown));
            std::fs::write(file, report).with_context(|| file.display().to_string())?;
        }
        if self.json {
            let results: Vec<_> = measured.iter().flat_map(Measured::json).collect();
            let results = match results.as_slice() {
                [only] => only.clone(),
                _ => json!(results),
            };
            writeln!(out, "{}", serde_json::to_string_pretty(&results)?)?;
        }
        Ok(())
    }

    /// Measures a benchmark here or on a cluster.
    fn measure(
        &self,
        name: String,
        passages: bool,
        benchmark: &Benchmark,
        settings: &[Setting],
    ) -> Result<Measured> {
        #[cfg(feature = "qdrant")]
        if self.on.backend == Kind::Qdrant {
            let own = name.clone();
            return on_cluster(benchmark, &own, &self.on.qdrant, |copy| {
                Measured::new(name, passages, benchmark, copy, settings)
            });
        }
        Measured::new(name, passages, benchmark, benchmark.collection(), settings)
    }

    /// What is measured on each benchmark: with or without passages, and in which settings.
    fn parts(&self) -> Result<Vec<(bool, Vec<Setting>)>> {
        if self.write.is_some() {
            return Ok(report::parts());
        }
        let route = match self.route {
            RouteOption::Auto => Route::Auto,
            RouteOption::Graph => Route::Graph,
            RouteOption::Exact => Route::Exact,
        };
        let modes = match &self.mode {
            Some(mode) => vec![mode.parse()?],
            None => Mode::ALL.to_vec(),
        };
        let Query {
            fusion,
            neighbours,
            late_share,
            ..
        } = self.fusion.query()?;
        let settings = modes.into_iter().map(|mode| Setting {
            mode,
            route,
            fusion,
            neighbours,
            late_share,
        });
        Ok(vec![(self.passages, settings.collect())])
    }
}

/// Checks that a file can be written before spending minutes on its contents. An existing file
/// is not changed.
fn writable(file: &Path) -> Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if file.is_dir() || !folder.is_dir() {
        bail!("{}: give a file in a folder that exists", file.display());
    }
    let is_new = !file.exists();
    // Do not try a pipe: closing it would signal the end to its reader.
    if is_new || file.is_file() {
        let mut options = OpenOptions::new();
        let tried = options.append(true).create(true).open(file);
        tried.with_context(|| format!("cannot write {}", file.display()))?;
    }
    if is_new {
        // If the path is a link, remove the file it points to, and keep the link.
        let made = file.canonicalize();
        let removed = made.and_then(std::fs::remove_file);
        removed.with_context(|| file.display().to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whether_a_file_can_be_written_is_found_out_without_a_trace() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("run.txt");
        writable(&file).unwrap();
        assert!(!file.exists());
        std::fs::write(&file, "earlier").unwrap();
        writable(&file).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "earlier");
        for bad in [folder.path().to_owned(), folder.path().join("no/run.txt")] {
            let error = writable(&bad).unwrap_err().to_string();
            assert!(error.contains("folder that exists"), "{error}");
        }
        let long = folder.path().join("x".repeat(300));
        let error = writable(&long).unwrap_err().to_string();
        assert!(error.starts_with("cannot write"), "{error}");
    }
}
