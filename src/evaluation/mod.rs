//! Measuring: ranking quality on judged queries, and the graph's recall.

mod beir;
mod filtered;
mod metrics;
mod recall;

pub use beir::{Benchmark, Quality};
pub use filtered::{FilteredRecall, filtered_recall};
pub use metrics::{Judgements, ndcg, recall};
pub use recall::{GraphRecall, graph_recall};
