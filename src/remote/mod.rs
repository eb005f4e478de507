//! A collection on a cluster. The cluster finds candidates ([`RemoteIndex`]); they become a small collection
//! in memory ([`Excerpt`](excerpt::Excerpt)), on which everything else is done by the same code as for a
//! collection in a folder: ranking, fusion, highlights, explanations.
//!
//! `keys.rs` computes what a cluster keeps of a record to find it by. Of a query, `asked.rs` determines the
//! terms to look for, and `filter.rs` what the cluster can check; `gather.rs` asks for the candidates.

mod asked;
mod excerpt;
mod filter;
mod gather;
mod index;
mod keys;

use std::sync::Arc;
use std::time::Instant;

use arc_swap::ArcSwapOption;

use crate::analysis::Analyzer;
use crate::collection::check_model;
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::query::{Answer, Counted, Query, Relation, Route};
use crate::record::Schema;
use crate::vocabulary::Explanation;

use gather::{Background, Gathered};

pub use index::{By, Described, Question, RemoteFilter, RemoteIndex};
pub use keys::{FacetKeys, Keys, keys_of, terms_of};

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
        Ok(self
            .index
            .counts(&[RemoteFilter::NONE])?
            .first()
            .copied()
            .unwrap_or(0))
    }

    /// Answers a query.
    ///
    /// # Errors
    /// As for [`crate::Collection::search`]; [`crate::Error::Cluster`].
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let start = Instant::now();
        let gathered = self.gather(query)?;
        let mut answer = self.on(&gathered, start, |searcher| {
            searcher.search(&gathered.query)
        })?;
        self.complete(&gathered, &mut answer)?;
        Ok(answer)
    }

    /// Answers a query and explains the rank of each hit.
    ///
    /// # Errors
    /// As for [`Remote::search`].
    pub fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
        let start = Instant::now();
        let gathered = self.gather(query)?;
        let (mut answer, explained) = self.on(&gathered, start, |searcher| {
            searcher.search_explained(&gathered.query)
        })?;
        self.complete(&gathered, &mut answer)?;
        Ok((answer, explained))
    }

    fn on<T>(
        &self,
        gathered: &Gathered,
        start: Instant,
        work: impl FnOnce(&crate::search::Searcher<'_>) -> Result<T>,
    ) -> Result<T> {
        let collection = (&self.name, &self.analyzer, &*self.encoder);
        gathered
            .excerpt
            .searching(collection, start.elapsed(), work)
    }

    /// Corrects what an answer says of all records, of which only some were gathered.
    fn complete(&self, gathered: &Gathered, answer: &mut Answer) -> Result<()> {
        if answer.route.is_some() {
            answer.route = Some(Route::Graph);
        }
        let matching = match answer.counted {
            Counted::All => RemoteFilter::NONE,
            Counted::Matching => RemoteFilter::Terms(gathered.terms.clone()),
            Counted::Answers | Counted::AtLeast => return Ok(()),
        };
        let counted = RemoteFilter::All(vec![gathered.filter.clone(), matching]);
        let total = self.index.counts(&[counted])?.first().copied().unwrap_or(0);
        (answer.total, answer.total_relation) = match gathered.decided {
            true => (u32::try_from(total).unwrap_or(u32::MAX), Relation::Equal),
            // The cluster counts some that do not pass.
            false => (answer.total, Relation::AtLeast),
        };
        Ok(())
    }
}
