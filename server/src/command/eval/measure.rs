//! Measures a benchmark in several settings: figures, differences, and their output.

use std::io::Write;
use std::time::Duration;

use anyhow::Result;
use parallax::backend::Backend;
use parallax::evaluation::{Benchmark, Difference, Estimate, Quality, Run, holm};
use parallax::query::{Fusion, Route};
use parallax::{Mode, Query};
use serde_json::{Map, Value, json};

use super::super::table::Table;

/// A setting in which all queries are run.
#[derive(Clone, Copy)]
pub struct Setting {
    pub mode: Mode,
    pub route: Route,
    /// How mode `hybrid` fuses.
    pub fusion: Fusion,
    /// Whether it counts the scores of similar records.
    pub neighbours: bool,
    /// The weight of late interaction in mode `neural`.
    pub late_share: f32,
}

impl Setting {
    /// The name of the setting: its mode, and what differs from the defaults.
    pub fn name(self) -> String {
        let mut name = self.mode.to_string();
        if self.route == Route::Graph && self.mode != Mode::Text {
            name.push_str(", graph");
        }
        if self.mode == Mode::Neural && self.late_share == 0.0 {
            name.push_str(", no late interaction");
        }
        if self.mode == Mode::Hybrid {
            match self.fusion {
                fusion if fusion == Fusion::default() => {}
                Fusion::Weighted { meaning } => name.push_str(&format!(", balance {meaning}")),
                Fusion::ReciprocalRank => name.push_str(", reciprocal ranks"),
            }
            if !self.neighbours {
                name.push_str(", no neighbours");
            }
        }
        name
    }

    /// A setting with the defaults of a query.
    pub fn new(mode: Mode, route: Route) -> Self {
        let Query {
            fusion,
            neighbours,
            late_share,
            ..
        } = Query::new("");
        Self {
            mode,
            route,
            fusion,
            neighbours,
            late_share,
        }
    }

    fn query(self) -> Query {
        Query {
            mode: self.mode,
            route: self.route,
            fusion: self.fusion,
            neighbours: self.neighbours,
            late_share: self.late_share,
            ..Query::new("")
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
        backend: &dyn Backend,
        settings: &[Setting],
    ) -> Result<Self> {
        let mut rows = Vec::with_capacity(settings.len());
        for &setting in settings {
            let run = benchmark.run_on(backend, &setting.query())?;
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
        let named = |(one, other): (&Row, &Row)| {
            let pair = format!("{} against {}", one.setting.name(), other.setting.name());
            (pair, one.run.against(&other.run))
        };
        self.pairs().map(named).collect()
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
        let differences = self.differences();
        let corrected = corrected(&differences);
        for ((pair, difference), corrected) in differences.iter().zip(corrected) {
            writeln!(
                out,
                "{pair}: nDCG@10 {:+.4}, p = {:.4}, corrected {corrected:.4}",
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

    /// The differences of a row from the others. Their p is also given corrected for all
    /// comparisons between the rows.
    fn versus(&self, row: &Row) -> Map<String, Value> {
        let pairs: Vec<(&Row, &Row)> = self.pairs().collect();
        let differences: Vec<Difference> = pairs
            .iter()
            .map(|(one, other)| one.run.against(&other.run))
            .collect();
        let values: Vec<f64> = differences.iter().map(|of| of.p).collect();
        let mut entries = Map::new();
        let all = pairs.into_iter().zip(differences).zip(holm(&values));
        for (((one, other), difference), corrected) in all {
            let (other, sign) = match (std::ptr::eq(one, row), std::ptr::eq(other, row)) {
                (true, _) => (other, 1.0),
                (_, true) => (one, -1.0),
                _ => continue,
            };
            // Adding 0 turns -0 into 0.
            let entry = json!({
                "difference": sign * difference.mean + 0.0,
                "p": difference.p,
                "p_corrected": corrected,
            });
            entries.insert(other.setting.name(), entry);
        }
        entries
    }

    /// Each two rows, the earlier one first.
    fn pairs(&self) -> impl Iterator<Item = (&Row, &Row)> {
        let rows = self.rows.iter().enumerate();
        rows.flat_map(|(at, one)| self.rows.iter().skip(at + 1).map(move |other| (one, other)))
    }
}

/// The values of p of all these comparisons, corrected for their number.
pub fn corrected(differences: &[(String, Difference)]) -> Vec<f64> {
    let values: Vec<f64> = differences.iter().map(|(_, of)| of.p).collect();
    holm(&values)
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
