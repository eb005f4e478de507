//! A collection on a cluster. The cluster finds candidates ([`RemoteIndex`]); they become a small collection
//! in memory ([`Excerpt`](excerpt::Excerpt)), on which everything else is done by the same code as for a
//! collection in a folder: ranking, fusion, highlights, explanations.
//!
//! `cluster.rs` has the collections of a cluster. `keys.rs` computes what a cluster keeps of a record to find it
//! by. `request.rs` is what a query asks of the cluster: `asked.rs` determines the terms to look for,
//! `misspelt.rs` those that a misspelt word may mean, and `filter.rs` what the cluster can check; `terms.rs`
//! chooses which of the terms to search for, and which to index. `gather.rs` gathers candidates: `ranked.rs` finds
//! those that rank highest, and `order.rs` the first in the order of a facet. `whole.rs` has the statistics that
//! scores depend on; `statistics.rs` counts them, and `background.rs` takes a sample of all texts. `search.rs`
//! answers queries, `near.rs` finds records near others, and `suggest.rs` completes what is typed; `answers.rs`
//! counts answers and values of facets among all records, and `places.rs` determines ranks further down than what
//! was gathered. `records.rs` reads records, `write.rs` writes them.

mod answers;
mod asked;
mod background;
mod cluster;
mod excerpt;
mod filter;
mod gather;
mod index;
mod keys;
mod misspelt;
mod near;
mod order;
mod places;
mod ranked;
mod records;
mod request;
mod search;
mod statistics;
mod suggest;
mod terms;
mod whole;
mod write;

use std::sync::Arc;

use arc_swap::ArcSwapOption;

use crate::analysis::Analyzer;
use crate::collection::{About, check_model};
use crate::encoder::QueryEncoder;
use crate::error::{Error, Result};
use crate::query::Query;
use crate::record::Schema;
use crate::search::{Searcher, Terms};
use crate::vocabulary::limits::MIN_EXPLORED;
use crate::vocabulary::{Exploration, GraphState};

use background::Background;
use excerpt::Excerpt;
use gather::Gathered;
use statistics::Statistics;

pub use cluster::Remotes;
pub use index::{
    By, Candidate, Cluster, Copied, Described, Frequencies, Question, Reach, Reached, Reads,
    RemoteFilter, RemoteIndex, Sampled, Vocabulary, With,
};
pub use keys::{FacetKeys, Keys, keys_of, terms_of};

/// A collection on a cluster. All methods may be called from many threads at once.
pub struct Remote {
    name: Arc<String>,
    index: Box<dyn RemoteIndex>,
    analyzer: Analyzer,
    encoder: Arc<QueryEncoder>,
    background: ArcSwapOption<Background>,
    statistics: Statistics,
}

impl Remote {
    /// The collection with a name, as a cluster holds it.
    ///
    /// # Errors
    /// [`crate::Error::OtherModel`] if another model made its vectors.
    pub fn new(
        name: &str,
        index: Box<dyn RemoteIndex>,
        encoder: Arc<QueryEncoder>,
    ) -> Result<Self> {
        let about = &index.described().about;
        check_model(name, about, &encoder)?;
        Ok(Self {
            name: Arc::new(name.to_owned()),
            analyzer: Analyzer::new(about.schema.language),
            index,
            encoder,
            background: ArcSwapOption::empty(),
            statistics: Statistics::default(),
        })
    }

    /// The schema its records are read with.
    pub fn schema(&self) -> &Schema {
        &self.index.described().about.schema
    }

    /// The encoder for its queries.
    pub fn encoder(&self) -> &QueryEncoder {
        &self.encoder
    }

    /// The number of records.
    ///
    /// # Errors
    /// [`crate::Error::Cluster`].
    pub fn records(&self) -> Result<u32> {
        self.count(RemoteFilter::NONE)
    }

    /// Its name.
    pub fn name(&self) -> &Arc<String> {
        &self.name
    }

    /// Its schema, model and vectors.
    pub fn about(&self) -> &About {
        &self.index.described().about
    }

    /// A number that no other collection of this name has or had.
    pub fn id(&self) -> u64 {
        self.index.described().id
    }

    /// Whether the cluster has a graph of its vectors.
    pub fn graph_state(&self) -> GraphState {
        match self.index.scans() {
            true => GraphState::NotNeeded,
            false => GraphState::Ready,
        }
    }

    /// The queries on which the engines disagree most, as they were found before the collection was copied to the
    /// cluster.
    ///
    /// # Errors
    /// [`Error::BadQuery`] if none were tried then, although there are enough records; [`Error::Cluster`].
    pub fn explore(&self) -> Result<Exploration> {
        let (mined, records) = (&self.index.described().mined, self.records()?);
        if mined.is_none() && records >= MIN_EXPLORED {
            return Err(Error::BadQuery(format!(
                "collection '{}' has no queries to explore: none had been tried when it came to the cluster, and none \
                 are tried there; they are tried when a file is imported as a new collection, and by `parallax copy`",
                self.name
            )));
        }
        let then = mined.as_ref().map_or(records, |mined| mined.records);
        Ok(Exploration {
            collection: self.name.to_string(),
            records,
            mining: false,
            mined: mined.clone(),
            // At least: additions and deletions cancel out.
            changes_since: u64::from(records.abs_diff(then)),
        })
    }

    fn count(&self, filter: RemoteFilter) -> Result<u32> {
        let counts = self.index.counts(&[filter], true)?;
        let count = counts.first().copied().unwrap_or(0);
        Ok(u32::try_from(count).unwrap_or(u32::MAX))
    }

    /// The terms of a query, as they are read on what was gathered.
    fn terms(&self, gathered: &Gathered, query: &Query) -> Result<Terms> {
        self.on(&gathered.excerpt, |searcher| searcher.terms_of(query))
    }

    fn on<T>(&self, excerpt: &Excerpt, work: impl FnOnce(&Searcher<'_>) -> Result<T>) -> Result<T> {
        excerpt.searching((&self.name, &self.analyzer, &*self.encoder), work)
    }
}
