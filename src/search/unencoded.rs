//! Answers a query without running the model, for when too many wait for it.

use crate::analysis::Analyzer;
use crate::encoder::QueryEncoder;
use crate::error::Result;
use crate::query::{Answer, Mode, Query};
use crate::record::Schema;
use crate::search::parsed::Parsed;
use crate::search::searcher::Searcher;
use crate::vocabulary::{Fallback, FallbackReason};

impl Searcher<'_> {
    /// Answers a query without running the model: as asked for if its vector is in the cache or is
    /// not needed, or else, in mode `hybrid`, by words. `None` if it cannot be answered so.
    ///
    /// # Errors
    /// Those of [`Searcher::search`].
    pub fn search_unencoded(&self, query: &Query) -> Result<Option<Answer>> {
        unencoded((self.schema, self.analyzer, self.encoder), query, |query| {
            self.search(query)
        })
    }
}

/// Answers a query of a collection with this schema, analyzer and encoder without running the model, by a
/// search that may run it: see [`Searcher::search_unencoded`].
///
/// # Errors
/// As there.
pub(crate) fn unencoded(
    collection: (&Schema, &Analyzer, &QueryEncoder),
    query: &Query,
    search: impl FnOnce(&Query) -> Result<Answer>,
) -> Result<Option<Answer>> {
    if !must_encode(collection, query)? {
        return search(query).map(Some);
    }
    if query.mode != Mode::Hybrid {
        return Ok(None);
    }
    let by_words = Query {
        mode: Mode::Text,
        sentences: false,
        ..query.clone()
    };
    let fallback = Fallback {
        from: query.mode,
        to: by_words.mode,
        reason: FallbackReason::EncodingSaturated,
    };
    let answer = search(&by_words)?;
    Ok(Some(Answer {
        fallback: Some(fallback),
        ..answer
    }))
}

/// Whether the model must run to answer a query. One that cannot be answered needs no model.
fn must_encode(
    (schema, analyzer, encoder): (&Schema, &Analyzer, &QueryEncoder),
    query: &Query,
) -> Result<bool> {
    query.check_limits()?;
    if query.mode == Mode::Text || query.sort.is_some() {
        return Ok(false);
    }
    let parsed = Parsed::of(query, schema, analyzer)?;
    Ok(!parsed.lists && !encoder.remembers(&parsed.meaning(&[])))
}
