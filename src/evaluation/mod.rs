//! Measurements: ranking quality on judged queries, and the graph's recall.

mod agreement;
mod beir;
mod bootstrap;
mod corpus;
mod filtered;
mod folder;
mod gaps;
mod leave_one_out;
mod metrics;
mod qrels;
mod queries;
mod recall;
mod run;
mod run_file;
mod sign;
mod significance;

pub use crate::split_mix::SplitMix64;
pub use agreement::{Agreement, agreement};
pub use beir::Benchmark;
pub use bootstrap::{Estimate, RESAMPLES, bootstrap};
pub use filtered::{FilteredRecall, filtered_recall};
pub use folder::benchmarks_in;
pub use gaps::Gaps;
pub use leave_one_out::{LeftOut, leave_one_out};
pub use metrics::{Judgements, first_relevant, ndcg, recall, reciprocal_rank};
pub use queries::first_queries;
pub use recall::{GraphRecall, graph_recall};
pub use run::{Answered, Quality, Run};
pub use run_file::check_ids;
pub use sign::{sign_test, standing};
pub use significance::{Difference, PERMUTATIONS, holm, randomisation};
