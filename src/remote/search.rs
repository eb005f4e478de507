//! Queries to a collection on a cluster: what is needed is gathered, and answered by the stages of any query.

use std::time::Instant;

use super::Remote;
use super::gather::Gathered;
use super::request::Asking;
use crate::collection::Stored;
use crate::error::Result;
use crate::filter::Filter;
use crate::query::{
    Answer, Comparison, Counted, FUSION_DEPTH, MAX_DEPTH, MAX_LIMIT, Mode, Query, Reply, Route,
};
use crate::record::RecordNumber;
use crate::search::{LATE_DEPTH, asked_facets, lab, question_of, unencoded};
use crate::segment::unrelated::LOOKED_AT;
use crate::vocabulary::{Explanation, Lab};

/// How many times deeper than usual the cluster is asked at most, if too few of what it finds are hits.
pub(super) const DEEPEST: usize = 20;

/// How many more of the nearest records are read than are ranked. Our cosines may differ from the cluster's in the last
/// digit, which can reorder records that are almost equally near.
const SPARE: usize = 10;

/// How many records of each list are gathered to explain or compare ranks.
const THOROUGH: usize = 500;

impl Remote {
    /// Answers a query: see [`crate::Collection::search`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn search(&self, query: &Query) -> Result<Answer> {
        let start = Instant::now();
        query.check_limits()?;
        asked_facets(self.schema(), &query.facets)?;
        let plain = uncounted(query);
        let (gathered, mut answer) = self.deep_enough(&plain, depths_for(query))?;
        self.complete(query, &gathered, &mut answer)?;
        gathered.time(&mut answer.timings, start);
        Ok(answer)
    }

    /// Answers a query without running the model, if it can: see [`crate::Collection::search_unencoded`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn search_unencoded(&self, query: &Query) -> Result<Option<Answer>> {
        let collection = (self.schema(), &self.analyzer, &*self.encoder);
        unencoded(collection, query, |query| self.search(query))
    }

    /// Answers a query and explains each hit: see [`crate::Collection::search_explained`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn search_explained(&self, query: &Query) -> Result<(Answer, Vec<Option<Explanation>>)> {
        let start = Instant::now();
        asked_facets(self.schema(), &query.facets)?;
        let plain = uncounted(query);
        let gathered = self.gather_both(&plain, query.offset + query.limit, &[])?;
        let searched = self.on(&gathered.excerpt, |searcher| {
            searcher.search_explained(&plain)
        });
        let (mut answer, mut explained) = searched?;
        for (hit, explanation) in answer.hits.iter().zip(&mut explained) {
            if let Some(explanation) = explanation {
                self.place_explained(query, &gathered, hit.record.number, explanation)?;
            }
        }
        self.complete(query, &gathered, &mut answer)?;
        gathered.time(&mut answer.timings, start);
        Ok((answer, explained))
    }

    /// Why a record has its rank: see [`crate::Collection::explain`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn explain(&self, query: &Query, id: &str) -> Result<Explanation> {
        query.check_limits()?;
        let record = self.stored(id)?;
        let number = RecordNumber(record.number);
        let plain = uncounted(query);
        let gathered = self.gather_both(&plain, 0, &[record])?;
        let mut explanation =
            self.on(&gathered.excerpt, |searcher| searcher.explain(&plain, id))?;
        self.place_explained(query, &gathered, number, &mut explanation)?;
        Ok(explanation)
    }

    /// Compares the rankings of a query: see [`crate::Collection::compare`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn compare(&self, query: &Query) -> Result<Comparison> {
        let start = Instant::now();
        query.check_limits()?;
        asked_facets(self.schema(), &query.facets)?;
        let both = Query {
            mode: Mode::Hybrid,
            ..uncounted(query)
        };
        let gathered = self.gather_both(&both, MAX_LIMIT, &[])?;
        let mut comparison = self.on(&gathered.excerpt, |searcher| searcher.compare(&both))?;
        self.place_compared(query, &gathered, &mut comparison)?;
        let counted = match gathered.excerpt.line() {
            Some(_) if !comparison.unread => Counted::Answers,
            Some(_) => Counted::Matching,
            None => Counted::All,
        };
        comparison.facets = self.count_facets(query, &gathered, counted, None)?;
        gathered.time(&mut comparison.timings, start);
        Ok(comparison)
    }

    /// What small changes of a query do to its rankings: see [`crate::Collection::lab`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn lab(&self, text: &str) -> Result<Lab> {
        let commonest = self.statistics.commonest(&*self.index)?;
        let models = (&self.analyzer, self.encoder.encoder());
        lab(text, &self.name, models, &commonest, |query| {
            self.compare(query)
        })
    }

    /// Answers a question: see [`crate::Collection::ask`].
    ///
    /// # Errors
    /// As there; [`crate::Error::Cluster`].
    pub fn ask(&self, question: &str, filters: Vec<Filter>) -> Result<Reply> {
        let start = Instant::now();
        let query = question_of(self.schema(), &self.name, question, filters.clone())?;
        let gathered = self.gather(&Asking {
            query: &query,
            depth: FUSION_DEPTH,
            nearest: FUSION_DEPTH,
            both: false,
            once: false,
            with: &[],
        })?;
        let mut reply = self.on(&gathered.excerpt, |searcher| {
            searcher.ask(question, filters)
        })?;
        gathered.time(&mut reply.timings, start);
        Ok(reply)
    }

    /// Gathers what explains the first `wanted` ranks, and those of some records.
    fn gather_both(&self, query: &Query, wanted: usize, with: &[Stored]) -> Result<Gathered> {
        let depth = THOROUGH.max(wanted + wanted / 2);
        self.gather(&Asking {
            query,
            depth,
            nearest: depth,
            both: true,
            once: false,
            with,
        })
    }

    /// Answers a query on what is gathered for it, deeper and deeper until there are as many hits as the
    /// query wants, or all that the cluster has.
    fn deep_enough(
        &self,
        query: &Query,
        (mut depth, mut nearest): (usize, usize),
    ) -> Result<(Gathered, Answer)> {
        let deepest = DEEPEST * depth;
        loop {
            let gathered = self.gather(&Asking {
                query,
                depth,
                nearest,
                both: false,
                once: true,
                with: &[],
            })?;
            let answer = self.on(&gathered.excerpt, |searcher| searcher.search(query))?;
            // Many may be identical to others, or not pass what is checked here.
            if answer.hits.len() >= query.limit || gathered.all || depth >= deepest {
                return Ok((gathered, answer));
            }
            depth = (depth * 4).min(deepest);
            nearest = depth;
        }
    }

    /// Corrects what an answer says of all records, of which only some were gathered.
    fn complete(&self, query: &Query, gathered: &Gathered, answer: &mut Answer) -> Result<()> {
        if answer.route.is_some() && !self.index.scans() {
            answer.route = Some(Route::Graph);
        }
        let near = self.count_answers(query, gathered, answer)?;
        answer.facets = self.count_facets(query, gathered, answer.counted, near)?;
        Ok(())
    }
}

/// How many records each engine finds at first to answer a query, and how many different cosines are read of the
/// nearest. The same for most pages, so that no record is on two of them or on none: which of several records
/// with equal scores are candidates depends on how many there are. By meaning, all records with equal scores are read,
/// so only those that are ranked are needed.
fn depths_for(query: &Query) -> (usize, usize) {
    let last = query.offset + query.limit;
    let wanted = match last {
        ..=FUSION_DEPTH => FUSION_DEPTH,
        _ => MAX_DEPTH,
    };
    let ranked = match query.mode {
        Mode::Neural if query.late_share > 0.0 => last.max(LATE_DEPTH),
        Mode::Neural => last.max(LOOKED_AT),
        Mode::Hybrid | Mode::Text => wanted,
    };
    (wanted + wanted / 2, ranked + SPARE)
}

/// A query without what the cluster itself counts or cannot do: a cluster has no list of words with which
/// it could complete an unfinished word.
fn uncounted(query: &Query) -> Query {
    let mut query = query.clone();
    query.facets.clear();
    query.lookup.prefix = false;
    query
}
