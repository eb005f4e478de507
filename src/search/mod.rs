//! Answers queries. A [`Searcher`] is a collection in one state, and a query goes through it in
//! four stages (`answer.rs`), each of which passes one type to the next:
//!
//! 1. `plan.rs` interprets the query: its words, its conditions and filters, its vector. It makes
//!    a [`Plan`](plan::Plan).
//! 2. `retrieve.rs` asks the two indexes for records: [`Candidates`](retrieve::Candidates).
//! 3. `fuse.rs` ranks them: a [`Ranking`](ranked::Ranking). `listed.rs` orders records instead.
//! 4. `fetch.rs` reads the records of the requested part of the ranking.
//!
//! `nearest.rs` searches by meaning and `answers.rs` determines which records are answers;
//! `late.rs` scores the nearest by late interaction; `neighbours.rs` lets the scores of similar
//! records count, as `regularise.rs` computes; `remembered.rs` keeps the rankings of recent
//! queries; `facets.rs` counts facet values, of which `counted.rs` keeps the most frequent, and `histogram.rs` divides them into intervals;
//! `snippet.rs` selects the displayed part of a long text and `sentence.rs` its nearest sentence.
//! `explain.rs` explains a rank, `compare.rs` compares rankings, `recommend.rs` finds records
//! similar to some and different from others, `ask.rs` answers questions: all from the same stages.
//! `by_vector.rs` plans a query that is a
//! vector; `suggest.rs` only looks up what begins as typed, and `record_view.rs` reads a record for its own
//! page. `lab.rs` compares the rankings of a query with those of the same query with small changes
//! (`changes.rs`, `synonym.rs`), by rank-biased overlap (`rank_biased.rs`). `walkthrough.rs` tells
//! what each stage of a query did, as `observed.rs` collects it, and `recall.rs` measures the graph
//! on the spot. `unencoded.rs` answers without running the model. `on_map/` finds records on a map of the collection. `given.rs` is what
//! recommendations go by, and `shared_words.rs` finds the rare words that two records have in
//! common.

mod answer;
mod answers;
mod ask;
mod by_vector;
mod changes;
mod compare;
mod counted;
mod explain;
mod facets;
mod fetch;
mod fuse;
mod given;
mod histogram;
mod lab;
mod late;
mod listed;
mod members;
mod nearest;
mod neighbours;
mod next_hit;
mod observed;
mod on_map;
mod parsed;
mod partners;
mod plan;
mod rank_biased;
mod ranked;
mod recall;
mod recommend;
mod record_view;
mod regularise;
mod remembered;
mod retrieve;
mod searcher;
mod sentence;
mod shared_words;
mod snippet;
mod stopwatch;
mod suggest;
mod synonym;
mod terms;
mod unencoded;
mod walkthrough;

pub(crate) use ask::question_of;
pub(crate) use counted::{Best, asked_facets, check_values, counts, facet_of, others};
pub(crate) use histogram::{Extent, intervals};
pub(crate) use lab::lab;
pub(crate) use late::DEPTH as LATE_DEPTH;
pub(crate) use nearest::{NearRecord, NearSearch};
pub(crate) use parsed::Parsed;
pub(crate) use record_view::SIMILAR;
pub use remembered::Remembered;
pub use searcher::Searcher;
pub(crate) use suggest::{suggestion, typed_parts};
pub(crate) use synonym::Holds;
pub(crate) use terms::Terms;
pub(crate) use unencoded::unencoded;
