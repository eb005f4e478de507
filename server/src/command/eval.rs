//! `parallax eval`.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Result;
use clap::{Args, ValueEnum};
use parallax::Mode;
use parallax::evaluation::{Benchmark, Quality};
use parallax::query::Route;
use serde_json::json;

use crate::paths;
use crate::progress::Reporter;

#[derive(Args)]
pub struct Eval {
    /// Folder with corpus.jsonl, queries.jsonl and qrels.tsv
    folder: PathBuf,
    /// neural, text or hybrid [default: all three]
    #[arg(long)]
    mode: Option<String>,
    /// How neighbours are looked for
    #[arg(long, value_enum, default_value = "auto")]
    route: RouteOption,
    /// Print JSON
    #[arg(long)]
    json: bool,
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
        let modes = match &self.mode {
            Some(mode) => vec![mode.parse()?],
            None => Mode::ALL.to_vec(),
        };
        let route = match self.route {
            RouteOption::Auto => Route::Auto,
            RouteOption::Graph => Route::Graph,
            RouteOption::Exact => Route::Exact,
        };
        let encoder = super::encoder(model)?;
        let reporter = Reporter::new();
        let cache = paths::vector_cache()?;
        let benchmark = Benchmark::load(&self.folder, &cache, &encoder, &|progress| {
            reporter.show(progress);
        })?;
        reporter.finish();
        let mut results = Vec::new();
        for mode in modes {
            let quality = benchmark.run(mode, route)?;
            if self.json {
                results.push(as_json(mode, &quality));
            } else {
                writeln!(
                    out,
                    "{mode:8} nDCG@10 {:.4}  recall@100 {:.4}  {:.2} ms a query (median of {})",
                    quality.ndcg_at_10,
                    quality.recall_at_100,
                    quality.median.as_secs_f64() * 1e3,
                    quality.queries,
                )?;
            }
        }
        if self.json {
            let results = match results.as_slice() {
                [only] => only.clone(),
                _ => json!(results),
            };
            writeln!(out, "{}", serde_json::to_string_pretty(&results)?)?;
        }
        Ok(())
    }
}

fn as_json(mode: Mode, quality: &Quality) -> serde_json::Value {
    json!({
        "mode": mode.name(),
        "ndcg@10": quality.ndcg_at_10,
        "recall@100": quality.recall_at_100,
        "queries": quality.queries,
        "median_ms": quality.median.as_secs_f64() * 1e3,
    })
}
