//! What a query asks of a cluster.

use std::cell::{RefCell, RefMut};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Remote;
use super::asked::{AskedWord, words_of};
use super::filter::{decides, of_conditions, of_filter, of_wanted};
use super::index::RemoteFilter;
use crate::collection::Stored;
use crate::error::{Error, Result};
use crate::filter::{Filter, Wanted, resolve};
use crate::query::{Mode, Query};
use crate::search::Parsed;
use crate::segment::generation::KnownValues;
use crate::text::{Condition, conditions};
use crate::vector::unit;

/// What is to be gathered for a query.
#[derive(Clone, Copy)]
pub(super) struct Asking<'q> {
    /// The query.
    pub query: &'q Query,
    /// How many records of each list.
    pub depth: usize,
    /// How many different cosines to read among the nearest records.
    pub nearest: usize,
    /// Whether both engines are asked, whatever the mode.
    pub both: bool,
    /// Whether what is gathered only answers this query, so that only its terms are indexed.
    pub once: bool,
    /// Records that are needed beside those that are found.
    pub with: &'q [Stored],
}

impl Asking<'_> {
    /// Whether records are ranked by meaning and by words.
    pub fn fuses(&self) -> bool {
        self.both || self.query.mode == Mode::Hybrid
    }

    /// Whether words rank records.
    pub fn by_words(&self, request: &Request) -> bool {
        self.both || request.by_words(self.query.mode)
    }
}

/// What a query asks of a cluster.
pub(super) struct Request {
    /// What the cluster checks of its filters and conditions.
    pub filter: RemoteFilter,
    /// The same without the filters.
    pub conditions: RemoteFilter,
    /// Its own filters and those in its text.
    pub filters: Vec<Filter>,
    /// Whether nothing else has to be checked.
    pub decided: bool,
    /// Whether there is nothing to search for, so records are listed.
    pub lists: bool,
    /// Its words.
    pub words: Vec<AskedWord>,
    /// The terms of its conditions.
    pub demanded: Vec<String>,
    /// The vector to search for by meaning.
    pub vector: Option<Arc<[f32]>>,
    /// The vector of the text as typed, if words were corrected and both engines are asked: by meaning alone,
    /// no word is corrected.
    pub plain: Option<Arc<[f32]>>,
    /// The text that this is the vector of; empty if the vector was given.
    pub meaning: String,
    /// The pieces of this text that late interaction weighs.
    pub pieces: Vec<u32>,
    /// For the values that the filters ask for, whether any record has them.
    pub values: KnownValues,
    /// How long encoding took.
    pub encoding: Duration,
}

impl Request {
    /// Whether records are ranked by words. In the mode by meaning, they are if the model can read nothing of the query.
    pub fn by_words(&self, mode: Mode) -> bool {
        mode != Mode::Neural || self.vector.is_none()
    }

    /// Whether only some records pass.
    pub fn is_filtered(&self) -> bool {
        self.filter != RemoteFilter::NONE
    }
}

/// The terms of some conditions.
fn terms_of(conditions: &[Condition]) -> Vec<String> {
    let steps = conditions.iter().flat_map(|condition| &condition.steps);
    let terms = steps.flat_map(|step| &step.terms);
    terms.map(|(term, _)| term.clone()).collect()
}

impl Remote {
    /// What a query asks for. `meaning` is its text for search by meaning, if its words were corrected.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a query that cannot be answered as asked; [`Error::Cluster`]; those of the
    /// encoder.
    pub(super) fn request(&self, asking: &Asking<'_>, meaning: Option<&str>) -> Result<Request> {
        let query = asking.query;
        query.check_limits()?;
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
        let (filter, values) = self.resolved(&parsed.filters)?;
        let of_conditions = of_conditions(&conditions);
        let mut request = Request {
            filter: filter.and(of_conditions.clone()),
            conditions: of_conditions,
            filters: parsed.filters.clone(),
            decided: decides(&conditions),
            lists: parsed.lists,
            words: words_of(&self.analyzer, &parsed.clauses),
            demanded: terms_of(&conditions),
            vector: None,
            plain: None,
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
        let by_meaning = asking.both || query.mode != Mode::Text;
        if request.lists || query.sort.is_some() || !by_meaning {
            return Ok(request);
        }
        let start = Instant::now();
        let own = parsed.meaning(&[]);
        let meaning = meaning.unwrap_or(&own);
        if self.encoder.reads(meaning)? {
            request.vector = Some(self.encoder.encode(meaning)?);
            meaning.clone_into(&mut request.meaning);
            if asking.both && meaning != own {
                request.plain = Some(self.encoder.encode(&own)?);
            }
            if query.late_share > 0.0 && (asking.both || query.mode == Mode::Neural) {
                let texts = request.plain.iter().map(|_| own.as_str());
                for text in texts.chain([meaning]) {
                    let pieces = self.encoder.query_pieces(text)?;
                    request.pieces.extend_from_slice(&pieces);
                }
                request.pieces.sort_unstable();
                request.pieces.dedup();
            }
        }
        request.encoding = start.elapsed();
        Ok(request)
    }

    /// Filters, and what they depend on.
    pub(super) fn resolved(&self, filters: &[Filter]) -> Result<(RemoteFilter, KnownValues)> {
        if filters.is_empty() {
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
        let resolved = resolve(filters, &self.schema().facets, &holds);
        match failed.into_inner() {
            Some(error) => Err(error),
            None => Ok((of_filter(&resolved?), values.into_inner())),
        }
    }
}
