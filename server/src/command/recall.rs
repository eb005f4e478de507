//! `parallax recall`.

use std::io::Write;
use std::path::Path;

use anyhow::{Result, bail};
use clap::Args;
use parallax::evaluation::{filtered_recall, graph_recall};

use super::Data;

#[derive(Args)]
pub struct Recall {
    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// How many records to hold out and ask as queries
    #[arg(long, default_value_t = 500)]
    queries: usize,
    /// How many pairs of a query and a filter are compared with a full scan in f32
    #[arg(long, default_value_t = 200)]
    pairs: usize,
    /// Which ones are drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    data: Data,
}

impl Recall {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        let recall = graph_recall(&collection, self.queries, self.seed);
        if recall.queries == 0 {
            bail!(
                "collection '{}' has {} records: too few to hold one out as a query",
                self.collection,
                recall.records
            );
        }
        writeln!(
            out,
            "graph of {} records built in {:.1} s; {} held out as queries (seed {})",
            recall.records,
            recall.build.as_secs_f64(),
            recall.queries,
            self.seed
        )?;
        writeln!(
            out,
            "recall@10 {:.4}  recall@100 {:.4}  graph {:.3} ms, exact scan {:.3} ms a query (median)",
            recall.recall_at_10,
            recall.recall_at_100,
            recall.graph_median.as_secs_f64() * 1e3,
            recall.scan_median.as_secs_f64() * 1e3,
        )?;
        let filtered = filtered_recall(&collection, self.pairs, self.seed)?;
        writeln!(
            out,
            "{} pairs of query and filter, {} to {} records passing: {} by scan, {} of them equal \
             to the oracle; {} by graph, recall@10 {:.4}; {} with fewer hits than exist",
            filtered.pairs,
            filtered.passing.0,
            filtered.passing.1,
            filtered.by_scan,
            filtered.scan_equal,
            filtered.by_graph,
            filtered.graph_recall,
            filtered.short,
        )?;
        Ok(())
    }
}
