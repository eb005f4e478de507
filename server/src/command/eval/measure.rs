//! Measures a benchmark in several settings: figures, differences, and their output.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use parallax::Mode;
use parallax::evaluation::{Benchmark, Difference, Estimate, Quality, Run};
use parallax::query::Route;
use serde_json::{Map, Value, json};

use super::super::table::Table;

/// A setting in which all queries are run.
#[derive(Clone, Copy)]
pub struct Setting {
    pub mode: Mode,
    pub route: Route,
}

impl Setting {
    /// The name of the setting; the graph is mentioned if it is forced.
    pub fn name(self) -> String {
        match self.route {
            Route::Graph if self.mode != Mode::Text => format!("{}, graph", self.mode),
            _ => self.mode.to_string(),
        }
    }
}

/// A setting with its run and the figures.
pub struct Row {
    pub setting: Setting,
    pub run: Run,
    pub quality: Quality,
}

/// The measurements of a benchmark.
pub struct Measured {
    pub name: String,
    pub passages: bool,
    pub records: u32,
    pub rows: Vec<Row>,
}

impl Measured {
    pub fn new(
        name: String,
        passages: bool,
        benchmark: &Benchmark,
        settings: &[Setting],
    ) -> Result<Self> {
        let mut rows = Vec::with_capacity(settings.len());
        for &setting in settings {
            let run = benchmark.run(setting.mode, setting.route)?;
            let quality = run.quality();
            rows.push(Row {
                setting,
                run,
                quality,
            });
        }
        Ok(Self {
            name,
            passages,
            records: benchmark.records(),
            rows,
        })
    }

    pub fn first(&self) -> Option<&Row> {
        self.rows.first()
    }

    pub fn queries(&self) -> usize {
        self.first().map_or(0, |row| row.quality.queries)
    }

    /// The figures, one row per setting.
    pub fn figures(&self) -> Table {
        let mut table = Table::new(&[
            "mode",
            "nDCG@10 [95 %]",
            "recall@100 [95 %]",
            "MRR@10 [95 %]",
            "p50",
            "p99",
        ]);
        for Row {
            setting, quality, ..
        } in &self.rows
        {
            table.row([
                setting.name(),
                estimate(quality.ndcg_at_10),
                estimate(quality.recall_at_100),
                estimate(quality.mrr_at_10),
                time(quality.p50),
                time(quality.p99),
            ]);
        }
        table
    }

    /// The differences in nDCG@10 between each setting and those after it.
    pub fn differences(&self) -> Vec<(String, Difference)> {
        let mut differences = Vec::new();
        for (at, one) in self.rows.iter().enumerate() {
            for other in self.rows.iter().skip(at + 1) {
                let pair = format!("{} against {}", one.setting.name(), other.setting.name());
                differences.push((pair, one.run.against(&other.run)));
            }
        }
        differences
    }

    pub fn print(&self, out: &mut dyn Write) -> Result<()> {
        let passages = if self.passages { ", with passages" } else { "" };
        writeln!(
            out,
            "{}: {} records, {} judged queries{passages}",
            self.name,
            self.records,
            self.queries()
        )?;
        write!(out, "{}", self.figures().text())?;
        for (pair, difference) in self.differences() {
            writeln!(
                out,
                "{pair}: nDCG@10 {:+.4}, p = {:.4}",
                difference.mean, difference.p
            )?;
        }
        writeln!(out)?;
        Ok(())
    }

    /// One object per setting; if there are several, with the differences from the others.
    pub fn json(&self) -> Vec<Value> {
        let objects = self.rows.iter().map(|row| {
            let quality = &row.quality;
            let mut object = json!({
                "benchmark": self.name,
                "passages": self.passages,
                "mode": row.setting.mode.name(),
                "route": route(row.setting.route),
                "ndcg@10": quality.ndcg_at_10.mean,
                "ndcg@10_ci": interval(quality.ndcg_at_10),
                "recall@100": quality.recall_at_100.mean,
                "recall@100_ci": interval(quality.recall_at_100),
                "mrr@10": quality.mrr_at_10.mean,
                "mrr@10_ci": interval(quality.mrr_at_10),
                "queries": quality.queries,
                "median_ms": millis(quality.p50),
                "p50_ms": millis(quality.p50),
                "p99_ms": millis(quality.p99),
            });
            let versus = self.versus(row);
            if let (Value::Object(object), false) = (&mut object, versus.is_empty()) {
                object.insert("versus".into(), Value::Object(versus));
            }
            object
        });
        objects.collect()
    }

    fn versus(&self, row: &Row) -> Map<String, Value> {
        let others = self.rows.iter().filter(|other| !std::ptr::eq(*other, row));
        let entries = others.map(|other| {
            let difference = row.run.against(&other.run);
            let entry = json!({ "difference": difference.mean, "p": difference.p });
            (other.setting.name(), entry)
        });
        entries.collect()
    }
}

fn route(route: Route) -> &'static str {
    match route {
        Route::Auto => "auto",
        Route::Graph => "graph",
        Route::Exact => "exact",
    }
}

fn estimate(estimate: Estimate) -> String {
    let Estimate { mean, low, high } = estimate;
    format!("{mean:.4} [{low:.3}, {high:.3}]")
}

fn interval(estimate: Estimate) -> [f64; 2] {
    [estimate.low, estimate.high]
}

fn time(time: Duration) -> String {
    format!("{:.2} ms", millis(time))
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}
