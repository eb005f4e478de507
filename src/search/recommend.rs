//! Records similar to others by meaning: more of what is liked, less of what is disliked.

use std::borrow::Cow;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};
use std::time::Duration;

use crate::Vector;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::{Answer, Mode, Query, Recommendations, check_page};
use crate::search::answers::Answers;
use crate::search::given::{Example, Given, by_nearness, told, whole};
use crate::search::plan::Plan;
use crate::search::ranked::Ranking;
use crate::search::searcher::Searcher;
use crate::search::shared_words::RareWords;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::{Generation, Passing};
use crate::text::{TextQuery, WordSearch};
use crate::vector::cosine;
use crate::vocabulary::{Feedback, Reason};

impl Searcher<'_> {
    /// Records similar to a given one by meaning, without that record and its copies.
    ///
    /// # Errors
    /// [`Error::NoRecord`], and those of [`Searcher::search`].
    pub fn similar(
        &self,
        id: &str,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Answer> {
        check_page(limit, offset)?;
        self.check_distance()?;
        let mut watch = Stopwatch::start(self.waited);
        let given = Given {
            text: None,
            liked: self.examples(&[id.to_owned()])?,
            disliked: Vec::new(),
        };
        let (mut answer, _) = self.near(&given, limit, offset, filters, &mut watch)?;
        watch.lap(|timings| &mut timings.fetch);
        answer.timings = watch.stop();
        Ok(answer)
    }

    /// Records near a text and what is liked, and away from what is disliked, without these
    /// records and their copies. A hit's score is its cosine to `text + 0.75 · mean(liked) −
    /// 0.15 · mean(disliked)`, each a unit vector (Rocchio's relevance feedback).
    ///
    /// # Errors
    /// [`Error::BadQuery`] for feedback that is empty or contradicts itself,
    /// [`Error::NoRecord`], and those of [`Searcher::search`].
    pub fn recommend(
        &self,
        feedback: &Feedback,
        limit: usize,
        offset: usize,
        filters: &[Filter],
    ) -> Result<Recommendations> {
        feedback.check()?;
        self.check_distance()?;
        check_page(limit, offset)?;
        let mut watch = Stopwatch::start(self.waited);
        let given = self.given(feedback, &mut watch)?;
        given.check(&self.generation)?;
        let (mut answer, passages) = self.near(&given, limit, offset, filters, &mut watch)?;
        let reasons = self.reasons(&given, &answer, &passages)?;
        watch.lap(|timings| &mut timings.fetch);
        answer.timings = watch.stop();
        Ok(Recommendations { answer, reasons })
    }

    /// The unit vector of what is wanted, and the fingerprints of the records that are given.
    ///
    /// # Errors
    /// Those of [`Searcher::recommend`].
    pub(crate) fn wanted(&self, feedback: &Feedback) -> Result<(Vector, HashSet<u64>)> {
        let given = self.given(feedback, &mut Stopwatch::start(Duration::ZERO))?;
        let all = given.all();
        let fingerprints = all.filter_map(|one| self.generation.fingerprint(one.position));
        Ok((given.wanted()?, fingerprints.collect()))
    }

    fn given(&self, feedback: &Feedback, watch: &mut Stopwatch) -> Result<Given> {
        let text = feedback.text.as_deref().map(str::trim);
        let text = text.filter(|text| !text.is_empty());
        if let Some(text) = text
            && !self.encoder.reads(text)?
        {
            return Err(Error::BadQuery(format!(
                "the model cannot read the text '{text}': rephrase it"
            )));
        }
        let text = text.map(|text| self.encoder.encode(text)).transpose()?;
        watch.lap(|timings| &mut timings.encode);
        Ok(Given {
            text,
            liked: self.examples(&feedback.like)?,
            disliked: self.examples(&feedback.dislike)?,
        })
    }

    /// The records nearest to what is wanted, without those given, and the position of each with the
    /// index of its nearest passage.
    fn near(
        &self,
        given: &Given,
        limit: usize,
        offset: usize,
        filters: &[Filter],
        watch: &mut Stopwatch,
    ) -> Result<(Answer, HashMap<u32, u32>)> {
        let generation = &self.generation;
        let vector = given.wanted()?;
        let given = distinct(generation, given.all().map(|example| example.position));
        // Ask for as many more as may have to be left out.
        let query = Query {
            mode: Mode::Neural,
            limit: offset + limit + given.len(),
            ..Query::new("")
        };
        let passing = generation.select(&self.schema.facets, filters)?;
        let plan = Plan {
            query: Cow::Owned(query),
            unread: false,
            lists: false,
            // Those given are left out of the total.
            marks_answers: true,
            filters: Vec::new(),
            words: TextQuery::default(),
            meaning: String::new(),
            vector: Some(vector.into()),
            late: None,
            fulfilling: None,
            passing,
        };
        let parts = generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, watch);
        let mut ranking = self.rank(&plan, &words, &candidates)?;
        self.leave_out(&mut ranking, &candidates.answers, &plan.passing, &given);
        ranking.hits = ranking.hits.into_iter().skip(offset).take(limit).collect();
        watch.lap(|timings| &mut timings.fusion);
        let passages = ranking.hits.iter();
        let passages = passages.map(|hit| (hit.position, hit.passage.unwrap_or(0)));
        let passages = passages.collect();
        Ok((self.fetched(&plan, ranking)?, passages))
    }

    /// The given records, each once, in the order given.
    fn examples(&self, ids: &[String]) -> Result<Vec<Example>> {
        let mut examples: Vec<Example> = Vec::with_capacity(ids.len());
        for id in ids {
            let number = self.view.find(id)?;
            let number = number.ok_or_else(|| self.no_record(id))?;
            let position = self.generation.position(number);
            let position = position.ok_or_else(|| self.no_record(id))?;
            if examples.iter().all(|other| other.position != position) {
                examples.push(Example {
                    id: id.clone(),
                    number,
                    position,
                    vector: whole(&self.generation, position),
                });
            }
        }
        Ok(examples)
    }

    /// Why each hit was recommended, from the passages that were nearest to what was wanted.
    fn reasons(
        &self,
        given: &Given,
        answer: &Answer,
        passages: &HashMap<u32, u32>,
    ) -> Result<Vec<Reason>> {
        let rows = self.view.rows()?;
        // The words of a liked record, once it is the nearest to any hit.
        let mut words: HashMap<u32, RareWords> = HashMap::new();
        let mut reasons = Vec::with_capacity(answer.hits.len());
        for hit in &answer.hits {
            let position = self.generation.position(hit.record.number);
            let passage = position.and_then(|position| {
                let index = *passages.get(&position)? as usize;
                self.generation.vectors(position).nth(index)
            });
            let Some(passage) = passage else {
                reasons.push(Reason::default());
                continue;
            };
            let liked = by_nearness(&given.liked, &passage);
            let mut shared = Vec::new();
            if let Some((nearest, _)) = liked.first() {
                let words = match words.entry(nearest.position) {
                    Entry::Occupied(entry) => entry.into_mut(),
                    Entry::Vacant(entry) => {
                        let payload = rows.payload(nearest.number)?;
                        entry.insert(self.rare_words(&payload.unwrap_or_default()))
                    }
                };
                shared = self.shared_words(words, &hit.record.payload);
            }
            reasons.push(Reason {
                text: given.text.as_ref().map(|text| cosine(text, &passage)),
                liked: told(liked),
                disliked: told(by_nearness(&given.disliked, &passage)),
                shared,
            });
        }
        Ok(reasons)
    }

    /// Removes the given records, and those identical to them, from a ranking of distinct records
    /// and from its total.
    fn leave_out(
        &self,
        ranking: &mut Ranking,
        answers: &Answers,
        passing: &Passing,
        given: &[u32],
    ) {
        let generation = &self.generation;
        let fingerprints = given
            .iter()
            .map(|&position| generation.fingerprint(position));
        let fingerprints: HashSet<Option<u64>> = fingerprints.collect();
        ranking
            .hits
            .retain(|hit| !fingerprints.contains(&generation.fingerprint(hit.position)));
        let signals = ranking
            .hits
            .iter_mut()
            .filter_map(|hit| hit.neural.as_mut());
        for (rank, signal) in (1..).zip(signals) {
            signal.rank = rank;
        }
        for &position in given {
            let itself = generation.passes(position, passing).then_some(position);
            let all = generation.copies(position, passing).into_iter();
            let all = all.chain(itself);
            let counted = all.filter(|&at| generation.passes(at, &answers.parts));
            ranking.total -= counted.count() as u32;
        }
        // The given records were among those judged, and they fit themselves.
        ranking.fits = None;
    }
}

/// The first of each set of identical records.
fn distinct(generation: &Generation, positions: impl Iterator<Item = u32>) -> Vec<u32> {
    let mut seen = HashSet::new();
    let first = positions.filter(|&position| seen.insert(generation.fingerprint(position)));
    first.collect()
}
