//! Records near others: similar ones, recommendations, and a record's own page.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Instant;

use super::Remote;
use super::excerpt::Excerpt;
use super::index::{By, Candidate, Question, Reach, Reads, RemoteFilter, With};
use super::keys::{NoPieces, parsed};
use super::search::DEEPEST;
use crate::collection::Stored;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::{Answer, Counted, MAX_COUNTED, Recommendations, Relation, check_page};
use crate::search::{SIMILAR, Searcher};
use crate::segment::generation::{KnownValues, Whole};
use crate::segment::unrelated::{Sample, Unrelated};
use crate::vocabulary::{Feedback, RecordView};

/// How many records more than wanted are gathered.
const SPARE: usize = 50;

/// The most words of given records whose frequency is looked up. Others do not count as rare.
const MAX_TERMS: usize = 500;

impl Remote {
    /// Records similar to one: see [`crate::Collection::similar`].
    ///
    /// # Errors
    /// As there; [`Error::Cluster`].
    pub fn similar(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Answer> {
        let start = Instant::now();
        check_page(limit, offset)?;
        let near = self.near(&like(id), (limit, offset), filters)?;
        let mut answer = near.deep_enough(self, limit, |searcher| {
            let answer = searcher.similar(id, limit, offset, filters)?;
            let hits = answer.hits.len();
            Ok((answer, hits))
        })?;
        near.count(self, &mut answer)?;
        answer.timings.total = start.elapsed();
        Ok(answer)
    }

    /// Records similar to some and different from others: see [`crate::Collection::recommend`].
    ///
    /// # Errors
    /// As there; [`Error::Cluster`].
    pub fn recommend(
        &self,
        feedback: &Feedback,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Recommendations> {
        let start = Instant::now();
        feedback.check()?;
        check_page(limit, offset)?;
        let near = self.near(feedback, (limit, offset), filters)?;
        let mut recommended = near.deep_enough(self, limit, |searcher| {
            let recommended = searcher.recommend(feedback, limit, offset, filters)?;
            let hits = recommended.answer.hits.len();
            Ok((recommended, hits))
        })?;
        near.count(self, &mut recommended.answer)?;
        recommended.answer.timings.total = start.elapsed();
        Ok(recommended)
    }

    /// A record for its own page: see [`crate::Collection::record_view`].
    ///
    /// # Errors
    /// As there; [`Error::Cluster`].
    pub fn record_view(&self, id: &str) -> Result<RecordView> {
        let near = self.near(&like(id), (SIMILAR, 0), &[])?;
        near.deep_enough(self, SIMILAR, |searcher| {
            let view = searcher.record_view(id)?;
            let hits = view.similar.len();
            Ok((view, hits))
        })
    }

    /// What is near to feedback, gathered deep enough for a page at an offset.
    fn near(
        &self,
        feedback: &Feedback,
        (limit, offset): (usize, usize),
        filters: &[Filter],
    ) -> Result<Near> {
        let ids = feedback.like.iter().chain(&feedback.dislike);
        let ids: Vec<String> = ids.cloned().collect();
        let given = self.all_stored(&ids)?;
        let (filter, values) = self.resolved(filters)?;
        let mut near = Near {
            wanted: None,
            fingerprints: HashSet::new(),
            filter,
            whole: Arc::new(self.whole_of(Vec::new(), &[], values.clone())?),
            given,
            depth: offset + limit + ids.len() + SPARE,
        };
        let alone = near.excerpt(self, Vec::new())?;
        let (wanted, terms) = self.on(&alone, |searcher| {
            let wanted = match searcher.wanted(feedback) {
                Ok(wanted) => Some(wanted),
                // Nothing is near a vector of zeros, but a page shows the record.
                Err(Error::BadQuery(_)) => None,
                Err(other) => return Err(other),
            };
            let mut terms = Vec::new();
            for record in near.given.iter().take(feedback.like.len()) {
                terms.extend(searcher.terms_to_share(&parsed(record)?));
            }
            Ok((wanted, terms))
        })?;
        if let Some((vector, fingerprints)) = wanted {
            (near.wanted, near.fingerprints) = (Some(vector), fingerprints);
        }
        near.whole = Arc::new(self.shared_whole(terms, values)?);
        Ok(near)
    }

    /// The statistics with which it is determined which of these terms are rare.
    fn shared_whole(&self, mut terms: Vec<String>, values: KnownValues) -> Result<Whole> {
        terms.sort_unstable();
        terms.dedup();
        let others = terms.split_off(terms.len().min(MAX_TERMS));
        let mut whole = self.whole_of(terms, &[], values)?;
        let all = whole.text.records as u32;
        whole
            .text
            .holding
            .extend(others.into_iter().map(|term| (term, all)));
        Ok(whole)
    }
}

fn like(id: &str) -> Feedback {
    Feedback {
        like: vec![id.to_owned()],
        ..Feedback::default()
    }
}

/// Some given records, and what is near to them.
struct Near {
    /// What is searched for; `None` if nothing is near.
    wanted: Option<crate::Vector>,
    /// The fingerprints of the records that are given.
    fingerprints: HashSet<u64>,
    filter: RemoteFilter,
    whole: Arc<Whole>,
    given: Vec<Stored>,
    depth: usize,
}

impl Near {
    /// Answers on more and more records, until there are `limit` hits or all records were gathered. `work`
    /// returns an answer and how many hits it has.
    fn deep_enough<T>(
        &self,
        remote: &Remote,
        limit: usize,
        work: impl Fn(&Searcher<'_>) -> Result<(T, usize)>,
    ) -> Result<T> {
        let (mut depth, deepest) = (self.depth, DEEPEST * self.depth);
        loop {
            let (records, all) = self.nearest(remote, depth)?;
            let (answer, hits) = remote.on(&self.excerpt(remote, records)?, &work)?;
            if hits >= limit || all || depth >= deepest {
                return Ok(answer);
            }
            depth = (depth * 4).min(deepest);
        }
    }

    /// The records nearest to what is searched for, and whether these are all.
    fn nearest(&self, remote: &Remote, limit: usize) -> Result<(Vec<Candidate>, bool)> {
        let Some(vector) = &self.wanted else {
            return Ok((Vec::new(), true));
        };
        let question = Question {
            by: Some(By::Meaning(vector)),
            filter: &self.filter,
            limit,
        };
        let lists = remote.index.best(&[question])?;
        let numbers: Vec<u64> = lists.iter().flatten().map(|(number, _)| *number).collect();
        let with = With {
            vectors: true,
            pieces: false,
        };
        let records = remote.index.candidates(&numbers, with)?;
        Ok((records, numbers.len() < limit))
    }

    fn excerpt(&self, remote: &Remote, mut records: Vec<Candidate>) -> Result<Excerpt> {
        records.extend(self.given.iter().cloned().map(Candidate::from));
        let sample = match &self.wanted {
            Some(_) => remote.sample(self.whole.text.records)?,
            None => Sample::of(&[], |_| None, None),
        };
        let about = &remote.index.described().about;
        Excerpt::of(
            about,
            &NoPieces,
            None,
            records,
            Arc::clone(&self.whole),
            sample,
        )
    }

    /// Corrects the total of an answer.
    fn count(&self, remote: &Remote, answer: &mut Answer) -> Result<()> {
        let Some(vector) = &self.wanted else {
            return Ok(());
        };
        let sample = remote.sample(self.whole.text.records)?;
        let unrelated = sample.unrelated(self.whole.text.records as u32);
        let reached = remote.reached(vec![Reach {
            by: Some(By::Meaning(vector)),
            least: unrelated.as_ref().map_or(f32::MIN, Unrelated::line),
            filter: &self.filter,
            limit: MAX_COUNTED as usize,
            reads: Reads::Fingerprint,
        }])?;
        let reached = reached.into_iter().next().unwrap_or_default();
        let others = reached
            .iter()
            .filter(|reached| !self.fingerprints.contains(&reached.fingerprint));
        answer.total = others.count() as u32;
        let is_exact = reached.len() < MAX_COUNTED as usize && remote.index.scans();
        (answer.counted, answer.total_relation) = match (is_exact, unrelated) {
            (false, _) => (Counted::AtLeast, Relation::AtLeast),
            (true, Some(_)) => (Counted::Answers, Relation::Equal),
            (true, None) => (Counted::All, Relation::Equal),
        };
        Ok(())
    }
}
