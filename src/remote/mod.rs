//! A collection on a cluster. The cluster finds candidates ([`RemoteIndex`]); they become a small collection
//! in memory ([`Excerpt`](excerpt::Excerpt)), on which everything else is done by the same code as for a
//! collection in a folder: ranking, fusion, highlights.
//!
//! `keys.rs` computes what a cluster keeps of a record to find it by. `request.rs` is what a query asks of the
//! cluster: `asked.rs` determines the terms to look for, and `filter.rs` what the cluster can check.
//! `gather.rs` asks for the candidates, and `background.rs` for a sample of all texts.

mod asked;
mod background;
mod excerpt;
mod filter;
mod gather;
mod index;
mod keys;
mod request;

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;

use crate::analysis::Analyzer;
use crate::collection::check_model;
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::query::{Answer, Counted, FUSION_DEPTH, MAX_DEPTH, Query, Relation, Route};
use crate::record::Schema;
use crate::search::{Searcher, Terms};

use background::Background;
use gather::Gathered;

pub use index::{By, Described, Question, RemoteFilter, RemoteIndex};
pub use keys::{FacetKeys, Keys, keys_of, terms_of};

/// How many times deeper than usual the cluster is asked at most, if too few of what it finds are hits.
const DEEPEST: usize = 20;

/// A collection on a cluster. All methods may be called from many threads at once.
pub struct Remote {
    name: Arc<String>,
    index: Box<dyn RemoteIndex>,
    analyzer: Analyzer,
    encoder: Arc<QueryEncoder>,
    background: ArcSwapOption<Background>,
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
    pub fn records(&self) -> Result<u64> {
        self.count(RemoteFilter::NONE)
    }

    /// Answers a query.
    ///
    /// # Errors
    /// As for [`crate::Collection::search`]; [`crate::Error::Cluster`].
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let start = Instant::now();
        // The same for most pages, so that no record is on two of them or on none: which of several records
        // with equal scores are candidates depends on how many there are.
        let wanted = match query.offset + query.limit {
            ..=FUSION_DEPTH => FUSION_DEPTH,
            _ => MAX_DEPTH,
        };
        let mut depth = wanted + wanted / 2;
        loop {
            let gathered = self.gather(query, depth)?;
            let searched = self.on(&gathered, |searcher| searcher.search(query));
            let mut answer = searched?;
            // Many may be identical to others, or not pass what is checked here.
            if answer.hits.len() < query.limit && !gathered.all && depth < DEEPEST * wanted {
                depth *= 4;
                continue;
            }
            self.complete(&gathered, &mut answer)?;
            answer.timings.encode += gathered.encoding;
            answer.timings.total = start.elapsed();
            return Ok(answer);
        }
    }

    fn count(&self, filter: RemoteFilter) -> Result<u64> {
        let counts = self.index.counts(&[filter])?;
        Ok(counts.first().copied().unwrap_or(0))
    }

    /// The terms of a query, as they are read on what was gathered.
    fn terms(&self, gathered: &Gathered, query: &Query) -> Result<Terms> {
        self.on(gathered, |searcher| searcher.terms_of(query))
    }

    fn on<T>(
        &self,
        gathered: &Gathered,
        work: impl FnOnce(&Searcher<'_>) -> Result<T>,
    ) -> Result<T> {
        let collection = (&self.name, &self.analyzer, &*self.encoder);
        gathered.excerpt.searching(collection, work)
    }

    /// Corrects what an answer says of all records, of which only some were gathered.
    fn complete(&self, gathered: &Gathered, answer: &mut Answer) -> Result<()> {
        if answer.route.is_some() && !self.index.scans() {
            answer.route = Some(Route::Graph);
        }
        let matching = match answer.counted {
            Counted::All => RemoteFilter::NONE,
            Counted::Matching => RemoteFilter::Terms(gathered.terms.clone()),
            Counted::Answers | Counted::AtLeast => return Ok(()),
        };
        if !gathered.decided {
            // The cluster would count some that do not pass.
            answer.total_relation = Relation::AtLeast;
            return Ok(());
        }
        let counted = RemoteFilter::All(vec![gathered.filter.clone(), matching]);
        let counted = u32::try_from(self.count(counted)?).unwrap_or(u32::MAX);
        answer.total = answer.total.max(counted);
        let is_exact = answer.counted == Counted::All || !gathered.in_sequence;
        answer.total_relation = match is_exact {
            true => Relation::Equal,
            false => Relation::AtLeast,
        };
        Ok(())
    }
}
