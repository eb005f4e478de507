//! The records of a cluster that a query can be answered with: the nearest ones, and those that words match
//! best, of all that pass, and the statistics that their scores depend on.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::Remote;
use super::asked::AskedWord;
use super::excerpt::Excerpt;
use super::filter::of_all;
use super::index::{Candidate, RemoteFilter};
use super::keys::{NoPieces, hash};
use super::ranked::{Found, NearAnswers};
use super::request::{Asking, Request};
use crate::error::Result;
use crate::filter::Filter;
use crate::query::Timings;
use crate::segment::generation::Whole;
use crate::segment::pieces::Tokenize;
use crate::segment::unrelated::Sample;

/// What was gathered for a query.
pub(super) struct Gathered {
    /// The records.
    pub excerpt: Excerpt,
    /// What the cluster checked of its filters and conditions.
    pub filter: RemoteFilter,
    /// The same without the filters.
    pub conditions: RemoteFilter,
    /// Its filters.
    pub filters: Vec<Filter>,
    /// Whether nothing else has to be checked.
    pub decided: bool,
    /// Whether all records that the cluster has were gathered.
    pub all: bool,
    /// The records near enough to be answers that pass the filter, if all of them were found.
    pub near: Option<NearAnswers>,
    /// The vector that was searched for by meaning.
    pub vector: Option<Arc<[f32]>>,
    /// The vector of the text as typed, if it was searched for as well.
    pub plain: Option<Arc<[f32]>>,
    /// The terms that were searched for, by hash, with their weights.
    pub weights: Vec<(u32, f32)>,
    /// A filter for the records that contain every word; `None` if the cluster cannot tell.
    pub holding_all: Option<RemoteFilter>,
    /// The hashes of the terms that score wherever they occur in a record.
    pub terms: Vec<u32>,
    /// The same for each word of the query; `None` for one that can also match as a sequence of terms.
    pub words: Vec<Option<Vec<u32>>>,
    /// Whether some terms count only in sequence, so that the cluster cannot count all matches.
    pub in_sequence: bool,
    /// For each sequence that was looked for, a filter for the records that contain all its terms.
    pub sequences: Vec<RemoteFilter>,
    /// How long encoding took.
    pub encoding: Duration,
    /// The hashes of all terms that the cluster counted.
    known: Vec<u32>,
    /// The text that was searched by meaning.
    meaning: String,
}

impl Gathered {
    /// A filter for the records that match by words. Those that have all terms of a sequence, but not next to each
    /// other, pass too.
    pub fn matching(&self) -> RemoteFilter {
        let alone = RemoteFilter::Terms(self.terms.clone());
        match self.in_sequence && !self.sequences.is_empty() {
            true => {
                let all = self.sequences.iter().cloned();
                RemoteFilter::Any(all.chain([alone]).collect())
            }
            false => alone,
        }
    }

    /// Completes the times of an answer: adds that of encoding, and sets the total since `start`.
    pub fn time(&self, timings: &mut Timings, start: Instant) {
        timings.encode += self.encoding;
        timings.total = start.elapsed();
    }
}

impl Remote {
    /// Gathers what a query needs.
    ///
    /// # Errors
    /// [`crate::Error::BadQuery`] for an invalid query; [`crate::Error::Cluster`]; those of the encoder.
    pub(super) fn gather(&self, asking: &Asking<'_>) -> Result<Gathered> {
        let query = asking.query;
        let request = self.request(asking, None)?;
        if request.lists {
            return self.gather_in_order(asking, request, RemoteFilter::NONE);
        }
        let given = query.vector.is_some();
        let mut gathered = self.gather_ranked(asking, request)?;
        let mut terms = self.terms(&gathered, query)?;
        // Words that no record contains may have been read as others, which the records contain.
        let all = terms.alone.iter().chain(&terms.in_sequence);
        let others = all.filter(|(term, _)| !gathered.known.contains(&hash(term)));
        let others = others.map(|other| AskedWord {
            terms: vec![other.clone()],
            own: 1,
            ..AskedWord::default()
        });
        let others: Vec<AskedWord> = others.collect();
        let is_corrected = !gathered.meaning.is_empty() && gathered.meaning != terms.meaning;
        let again = !given && (is_corrected || !others.is_empty());
        if again || query.sort.is_some() {
            let encoding = gathered.encoding;
            let mut request = self.request(asking, Some(&terms.meaning))?;
            request.encoding += encoding;
            request.words.extend(others);
            gathered = match query.sort {
                Some(_) => {
                    let terms = terms.alone.iter().chain(&terms.in_sequence);
                    let terms = terms.map(|(term, _)| hash(term)).collect();
                    self.gather_in_order(asking, request, RemoteFilter::Terms(terms))?
                }
                None => self.gather_ranked(asking, request)?,
            };
            terms = self.terms(&gathered, query)?;
        }
        gathered.in_sequence |= !terms.in_sequence.is_empty();
        let words = terms.words.into_iter();
        let hashes = |terms: Vec<String>| terms.iter().map(|term| hash(term)).collect();
        gathered.words = words.map(|terms| terms.map(hashes)).collect();
        gathered.holding_all = of_all(&terms.holding);
        gathered.terms = terms.alone.iter().map(|(term, _)| hash(term)).collect();
        Ok(gathered)
    }

    /// Gathers the first records of a list.
    fn gather_in_order(
        &self,
        asking: &Asking<'_>,
        request: Request,
        matching: RemoteFilter,
    ) -> Result<Gathered> {
        let filter = request.filter.clone().and(matching);
        let is_whole = filter == RemoteFilter::NONE;
        let records = match &asking.query.sort {
            Some(sort) => self.sorted(sort, filter, asking.depth, asking.both)?,
            None => self.index.listed(&filter, 0, asking.depth, asking.both)?,
        };
        let found = Found {
            all: records.len() < asking.depth,
            records: records.into_iter().map(Candidate::from).collect(),
            depth: asking.depth,
            ..Found::default()
        };
        let mut whole = self.whole(&request)?;
        if is_whole && found.all {
            // The number that is remembered may be older than the list.
            whole.text.records = u64::try_from(found.records.len()).unwrap_or(u64::MAX);
        }
        self.gathered(asking, request, found, whole)
    }

    fn gather_ranked(&self, asking: &Asking<'_>, mut request: Request) -> Result<Gathered> {
        let (found, whole) = self.ranked(asking, &mut request)?;
        self.gathered(asking, request, found, whole)
    }

    fn gathered(
        &self,
        asking: &Asking<'_>,
        request: Request,
        mut found: Found,
        whole: Whole,
    ) -> Result<Gathered> {
        // Only cosines are compared with those of the sample.
        let sample = match &request.vector {
            Some(_) => self.sample(whole.text.records)?,
            None => Sample::of(&[], |_| None, None),
        };
        // Only late interaction compares pieces.
        let tokenize: &dyn Tokenize = match request.pieces.is_empty() {
            true => &NoPieces,
            false => &*self.encoder,
        };
        let known = whole.text.holding.keys().map(|term| hash(term)).collect();
        let about = &self.index.described().about;
        let unrelated = sample.unrelated(whole.text.records as u32);
        let near = match unrelated.map(|unrelated| unrelated.line()) {
            Some(line) => found.near_enough(line, &about.schema)?,
            None => None,
        };
        let with = asking.with.iter().cloned().map(Candidate::from);
        found.records.extend(with);
        let only = self.only(asking, &request, &whole);
        let records = found.records;
        Ok(Gathered {
            excerpt: Excerpt::of(about, tokenize, only, records, Arc::new(whole), sample)?,
            filter: request.filter,
            conditions: request.conditions,
            filters: request.filters,
            decided: request.decided,
            all: found.all,
            near,
            vector: request.vector,
            weights: found.weights,
            holding_all: None,
            plain: request.plain,
            terms: Vec::new(),
            words: Vec::new(),
            in_sequence: found.in_sequence,
            sequences: found.sequences,
            encoding: request.encoding,
            known,
            meaning: request.meaning,
        })
    }
}
