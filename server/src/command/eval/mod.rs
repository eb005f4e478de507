//! `parallax eval`.

mod balance;
mod measure;
mod report;

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use clap::{Args, ValueEnum};
use parallax::Mode;
use parallax::query::Route;
use serde_json::json;

use self::balance::Balances;
use self::measure::{Measured, Setting};
use super::benchmarks::{self, Benchmarks};

#[derive(Args)]
pub struct Eval {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv, or with several such folders
    folder: PathBuf,
    /// neural, text or hybrid [default: all three]
    #[arg(long)]
    mode: Option<String>,
    /// How neighbours are looked for
    #[arg(long, value_enum, default_value = "auto")]
    route: RouteOption,
    /// Encode long texts passage by passage; otherwise their beginning only
    #[arg(long)]
    passages: bool,
    /// Print JSON
    #[arg(long)]
    json: bool,
    /// Write the hits of one mode as trec_eval reads them
    #[arg(long, value_name = "FILE", requires = "mode")]
    run: Option<PathBuf>,
    /// Write a report in Markdown: all modes, with and without passages, how they differ
    #[arg(long, value_name = "FILE", conflicts_with_all = ["mode", "route", "passages", "run"])]
    write: Option<PathBuf>,
}

#[derive(Clone, Copy, ValueEnum)]
enum RouteOption {
    /// As any query does
    Auto,
    /// Through the graph, whatever the collection's size
    Graph,
    /// By the exact scan
    Exact,
}

impl Eval {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let parts = self.parts()?;
        if let Some(file) = &self.write {
            writable(file)?;
        }
        let benchmarks = Benchmarks::open(&self.folder, model)?;
        if let (Some(_), [_, _, ..]) = (&self.run, benchmarks.folders()) {
            bail!(
                "{} holds several benchmarks, and a run file is of one: name its folder",
                self.folder.display()
            );
        }
        let mut measured = Vec::new();
        let mut balances = Balances::default();
        for folder in benchmarks.folders() {
            for (passages, settings) in &parts {
                let benchmark = benchmarks.load(folder, *passages)?;
                let name = benchmarks::name(folder)?;
                if self.write.is_some() && !passages {
                    balances.measure(&name, &benchmark)?;
                }
                let one = Measured::new(name, *passages, &benchmark, settings)?;
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
            report.push_str(&balances.markdown());
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

    /// What is measured on each benchmark: without or with passages, and in which settings.
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
        let settings = modes.into_iter().map(|mode| Setting { mode, route });
        Ok(vec![(self.passages, settings.collect())])
    }
}

/// Whether a report can be put there, asked before the minutes it takes.
fn writable(file: &Path) -> Result<()> {
    let folder = match file.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    if file.is_dir() || !folder.is_dir() {
        bail!(
            "{}: give a file in a folder that exists, as in QUALITY.md",
            file.display()
        );
    }
    Ok(())
}
