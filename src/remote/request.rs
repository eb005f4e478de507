//! What a query asks of a cluster.

use std::cell::{RefCell, RefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Remote;
use super::asked::{AskedWord, words_of};
use super::filter::{decides, of_conditions, of_filter, of_wanted};
use super::index::RemoteFilter;
use crate::error::{Error, Result};
use crate::filter::{Wanted, resolve};
use crate::query::{Mode, Query};
use crate::search::Parsed;
use crate::segment::generation::KnownValues;
use crate::text::conditions;
use crate::vector::unit;

/// What a query asks of a cluster.
pub(super) struct Request {
    /// What the cluster checks of its filters and conditions.
    pub filter: RemoteFilter,
    /// Whether nothing else has to be checked.
    pub decided: bool,
    /// Whether there is nothing to search for, so records are listed.
    pub lists: bool,
    /// Its words.
    pub words: Vec<AskedWord>,
    /// The vector to search for by meaning.
    pub vector: Option<Arc<[f32]>>,
    /// The text that this is the vector of; empty if the vector was given.
    pub meaning: String,
    /// The pieces of this text that late interaction weighs.
    pub pieces: Vec<u32>,
    /// Whether any record has what the filters ask for.
    pub values: KnownValues,
    /// How long encoding took.
    pub encoding: Duration,
}

impl Request {
    /// Whether only some records pass.
    pub fn is_filtered(&self) -> bool {
        self.filter != RemoteFilter::NONE
    }
}

impl Remote {
    /// What a query asks for. `meaning` is its text for search by meaning, if its words were corrected.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a query that cannot be answered as asked; [`Error::Cluster`]; those of the
    /// encoder.
    pub(super) fn request(&self, query: &Query, meaning: Option<&str>) -> Result<Request> {
        query.check_limits()?;
        if query.sort.is_some() || !query.facets.is_empty() || query.lookup.prefix {
            return Err(Error::BadQuery(
                "a collection on a cluster cannot be sorted, its facets cannot be counted, and unfinished \
                 words cannot be completed: leave out sort, facets and prefix, or copy the collection here \
                 with `parallax copy`"
                    .into(),
            ));
        }
        let schema = self.schema();
        let parsed = match &query.vector {
            Some(_) => Parsed {
                filters: query.filters.clone(),
                ..Parsed::default()
            },
            None => Parsed::of(query, schema, &self.analyzer)?,
        };
        let conditions = conditions(&self.analyzer, &parsed.clauses, |name| {
            schema.word_fields_named(name)
        });
        let (filter, values) = self.resolved(&parsed)?;
        let filters = [filter, of_conditions(&conditions)].into_iter();
        let filters = filters.filter(|filter| *filter != RemoteFilter::NONE);
        let mut filters: Vec<RemoteFilter> = filters.collect();
        let mut request = Request {
            filter: match filters.len() {
                1 => filters.remove(0),
                _ => RemoteFilter::All(filters),
            },
            decided: decides(&conditions),
            lists: parsed.lists,
            words: words_of(&self.analyzer, &parsed.clauses),
            vector: None,
            meaning: String::new(),
            pieces: Vec::new(),
            values,
            encoding: Duration::ZERO,
        };
        if let Some(vector) = &query.vector {
            let vector = unit(vector.clone(), self.encoder.dimension());
            request.vector = Some(vector.map_err(Error::BadQuery)?.into());
            return Ok(request);
        }
        if request.lists || query.mode == Mode::Text {
            return Ok(request);
        }
        let start = Instant::now();
        let own = parsed.meaning(&[]);
        let meaning = meaning.unwrap_or(&own);
        if self.encoder.reads(meaning)? {
            request.vector = Some(self.encoder.encode(meaning)?);
            meaning.clone_into(&mut request.meaning);
            if query.mode == Mode::Neural {
                request.pieces = self.encoder.query_pieces(meaning)?.to_vec();
                request.pieces.sort_unstable();
                request.pieces.dedup();
            }
        }
        request.encoding = start.elapsed();
        Ok(request)
    }

    /// The filters of a query, and what they depend on.
    fn resolved(&self, parsed: &Parsed) -> Result<(RemoteFilter, KnownValues)> {
        if parsed.filters.is_empty() {
            return Ok((RemoteFilter::NONE, Vec::new()));
        }
        let (values, failed) = (RefCell::default(), RefCell::new(None));
        let holds = |facet: usize, wanted: &Wanted| match self.count(of_wanted(facet, wanted)) {
            Ok(count) => {
                let mut values: RefMut<'_, KnownValues> = values.borrow_mut();
                values.push(((facet, wanted.clone()), count > 0));
                count > 0
            }
            Err(error) => {
                failed.replace(Some(error));
                false
            }
        };
        let resolved = resolve(&parsed.filters, &self.schema().facets, &holds);
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok((of_filter(&resolved?), values.into_inner())),
        }
    }
}
