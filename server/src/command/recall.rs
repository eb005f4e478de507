//! `parallax recall`.

use std::path::Path;

use anyhow::Result;
use clap::Args;
use parallax::evaluation::graph_recall;

use super::Data;

#[derive(Args)]
pub struct Recall {
    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// How many records to hold out and ask as queries
    #[arg(long, default_value_t = 500)]
    queries: usize,
    /// Which ones are drawn
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[command(flatten)]
    data: Data,
}

impl Recall {
    pub fn run(self, model: &Path) -> Result<()> {
        let catalogue = self.data.open(model)?;
        let collection = catalogue.collection(&self.collection)?;
        let recall = graph_recall(&collection, self.queries, self.seed);
        println!(
            "graph of {} records built in {:.1} s; {} held out as queries (seed {})",
            recall.records,
            recall.build.as_secs_f64(),
            recall.queries,
            self.seed
        );
        println!(
            "recall@10 {:.4}  recall@100 {:.4}  graph {:.3} ms, exact scan {:.3} ms a query (median)",
            recall.recall_at_10,
            recall.recall_at_100,
            recall.graph_median.as_secs_f64() * 1e3,
            recall.scan_median.as_secs_f64() * 1e3,
        );
        Ok(())
    }
}
