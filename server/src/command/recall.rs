//! `parallax recall`.

use std::io::Write;
use std::path::Path;
#[cfg(feature = "qdrant")]
use std::sync::Arc;

use anyhow::{Result, bail};
use clap::Args;
use clap::builder::RangedU64ValueParser;
use parallax::evaluation::{FilteredRecall, filtered_recall, graph_recall};
#[cfg(feature = "qdrant")]
use parallax::{Collection, evaluation::agreement, remote::Remote};

use super::Data;
#[cfg(feature = "qdrant")]
use super::make_pieces;
#[cfg(feature = "qdrant")]
use super::qdrant::On;
#[cfg(feature = "qdrant")]
use crate::config::Kind;

#[derive(Args)]
pub struct Recall {
    /// The collection
    #[arg(long, value_name = "NAME")]
    collection: String,
    /// How many records to hold out and use as queries
    #[arg(long, default_value_t = 500, value_parser = RangedU64ValueParser::<usize>::new().range(1..))]
    queries: usize,
    /// How many query-filter pairs are compared with a full scan in f32; 0 for none
    #[arg(long, default_value_t = 200)]
    pairs: usize,
    /// Seed of the random choice
    #[arg(long, default_value_t = 1)]
    seed: u64,
    #[cfg(feature = "qdrant")]
    #[command(flatten)]
    on: On,
    #[command(flatten)]
    data: Data,
}

impl Recall {
    pub fn run(self, model: &Path, out: &mut dyn Write) -> Result<()> {
        let catalogue = self.data.open_existing(model)?;
        let collection = catalogue.collection(&self.collection)?;
        #[cfg(feature = "qdrant")]
        if self.on.backend == Kind::Qdrant {
            let encoder = Arc::clone(collection.shared_encoder());
            let there = self.on.qdrant.collection_with(&self.collection, encoder)?;
            return self.agree(&collection, &there, out);
        }
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
            "graph of {} records ({} distinct vectors) built in {:.1} s; {} held out as queries \
             (seed {}); exact scan {:.3} ms (median)",
            recall.records,
            recall.distinct,
            recall.build.as_secs_f64(),
            recall.queries,
            self.seed,
            recall.scan_median.as_secs_f64() * 1e3,
        )?;
        for point in &recall.curve {
            let at_100 = match point.recall_at_100 {
                Some(recall) => format!("{recall:.4}"),
                None => "-".into(),
            };
            writeln!(
                out,
                "ef {:>5}  recall@10 {:.4}  recall@100 {at_100:>6}  {:.3} ms a query (median)",
                point.ef,
                point.recall_at_10,
                point.median.as_secs_f64() * 1e3,
            )?;
        }
        if self.pairs > 0 {
            let filtered = filtered_recall(&collection, self.pairs, self.seed)?;
            writeln!(out, "{}", under_filters(&filtered))?;
        }
        Ok(())
    }
}

#[cfg(feature = "qdrant")]
impl Recall {
    /// Compares a copy on a cluster with the collection here.
    fn agree(&self, here: &Collection, there: &Remote, out: &mut dyn Write) -> Result<()> {
        make_pieces(here.encoder().encoder());
        for agreement in agreement(here, there, self.queries, self.seed)? {
            let queries = agreement.queries;
            let (ours, theirs) = agreement.medians;
            writeln!(
                out,
                "{:<7} {} of {queries} queries have the same first ten hits ({:.1} %), overlap {:.4}; \
                 {:.2} ms here by the exact scan, {:.2} ms there (medians without encoding)",
                agreement.mode.name(),
                agreement.equal,
                100.0 * agreement.equal as f64 / queries.max(1) as f64,
                agreement.overlap,
                ours.as_secs_f64() * 1e3,
                theirs.as_secs_f64() * 1e3,
            )?;
        }
        Ok(())
    }
}

/// Summarises the pairs, and the graph only if it answered any.
fn under_filters(filtered: &FilteredRecall) -> String {
    if filtered.pairs == 0 {
        return "no pairs of query and filter: none of the records chosen has a title".into();
    }
    let by_graph = match filtered.by_graph {
        0 => String::new(),
        count => format!("; {count} by graph, recall@10 {:.4}", filtered.graph_recall),
    };
    format!(
        "{} pairs of query and filter, {} to {} matching records: {} by scan, {} of them equal \
         to the oracle{by_graph}; {} with fewer hits than exist",
        filtered.pairs,
        filtered.passing.0,
        filtered.passing.1,
        filtered.by_scan,
        filtered.scan_equal,
        filtered.short,
    )
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        recall: Recall,
    }

    fn parsed(option: &str, count: &str) -> Result<Recall, clap::Error> {
        let line = Line::try_parse_from(["recall", "--collection", "a", option, count])?;
        Ok(line.recall)
    }

    #[test]
    fn at_least_one_record_is_held_out() {
        let error = parsed("--queries", "0").err().unwrap().to_string();
        assert!(error.contains("--queries"), "{error}");
        assert!(error.contains("0 is not in 1.."), "{error}");
        assert_eq!(parsed("--queries", "1").unwrap().queries, 1);
        assert_eq!(parsed("--pairs", "0").unwrap().pairs, 0);
    }

    #[test]
    fn the_graph_is_named_where_it_answered() {
        let mut filtered = FilteredRecall {
            pairs: 3,
            passing: (1, 40),
            by_scan: 3,
            scan_equal: 3,
            ..FilteredRecall::default()
        };
        assert_eq!(
            under_filters(&filtered),
            "3 pairs of query and filter, 1 to 40 matching records: 3 by scan, 3 of them equal to \
             the oracle; 0 with fewer hits than exist"
        );
        filtered.by_graph = 1;
        filtered.graph_recall = 0.9;
        let told = under_filters(&filtered);
        assert!(
            told.contains("oracle; 1 by graph, recall@10 0.9000; 0 with"),
            "{told}"
        );
        let none = under_filters(&FilteredRecall::default());
        assert!(none.starts_with("no pairs"), "{none}");
    }
}
