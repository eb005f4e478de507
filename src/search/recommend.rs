//! Records similar to others by meaning: more of what is liked, less of what is disliked.

use std::borrow::Cow;
use std::collections::HashSet;

use crate::Vector;
use crate::encoder::pooling::unit;
use crate::error::{Error, Result};
use crate::filter::Filter;
use crate::query::{Answer, Mode, Query, check_page};
use crate::search::answers::Answers;
use crate::search::plan::Plan;
use crate::search::ranked::Ranking;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::segment::generation::{Generation, Passing};
use crate::text::{TextQuery, WordSearch};
use crate::vocabulary::Feedback;

/// The weights of a text, of the mean of what is liked and of the mean of what is disliked.
/// Rocchio's relevance feedback, with the weights called reasonable in Manning, Raghavan and
/// Schütze, "Introduction to Information Retrieval", section 9.1.1.
const TEXT: f32 = 1.0;
const LIKED: f32 = 0.75;
const DISLIKED: f32 = 0.15;

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
        let feedback = Feedback {
            like: vec![id.to_owned()],
            ..Feedback::default()
        };
        self.recommend(&feedback, limit, offset, filters)
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
    ) -> Result<Answer> {
        feedback.check()?;
        check_page(limit, offset)?;
        let mut watch = Stopwatch::start(self.waited);
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

        let liked = self.positions(&feedback.like)?;
        let disliked = self.positions(&feedback.dislike)?;
        let generation = &self.generation;
        let vector = wanted(text.as_deref(), generation, &liked, &disliked)?;
        let given = distinct(generation, liked.iter().chain(&disliked));
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
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let mut ranking = self.rank(&plan, &words, &candidates)?;
        self.leave_out(&mut ranking, &candidates.answers, &plan.passing, &given);
        ranking.hits = ranking.hits.into_iter().skip(offset).take(limit).collect();
        watch.lap(|timings| &mut timings.fusion);
        let mut answer = self.fetched(&plan, ranking)?;
        watch.lap(|timings| &mut timings.fetch);
        answer.timings = watch.stop();
        Ok(answer)
    }

    /// The positions of records, each once, in the order given.
    fn positions(&self, ids: &[String]) -> Result<Vec<u32>> {
        let mut positions = Vec::with_capacity(ids.len());
        for id in ids {
            let number = self.view.find(id)?;
            let position = number.and_then(|number| self.generation.position(number));
            let position = position.ok_or_else(|| self.no_record(id))?;
            if !positions.contains(&position) {
                positions.push(position);
            }
        }
        Ok(positions)
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

/// The unit vector to search for.
fn wanted(
    text: Option<&[f32]>,
    generation: &Generation,
    liked: &[u32],
    disliked: &[u32],
) -> Result<Vector> {
    let mut sum = Vec::new();
    let mut add = |weight: f32, vector: &[f32]| {
        sum.resize(vector.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(vector) {
            *sum += weight * value;
        }
    };
    if let Some(text) = text {
        add(TEXT, text);
    }
    for (weight, positions) in [(LIKED, liked), (-DISLIKED, disliked)] {
        for &position in positions {
            add(
                weight / positions.len() as f32,
                &whole(generation, position),
            );
        }
    }
    unit(sum.into()).ok_or_else(|| {
        Error::BadQuery("what is liked and what is disliked cancel each other out".into())
    })
}

/// One vector for a record: the mean of its passages, normalised.
fn whole(generation: &Generation, position: u32) -> Vector {
    let mut sum = Vec::new();
    for passage in generation.vectors(position) {
        sum.resize(passage.len(), 0.0);
        for (sum, value) in sum.iter_mut().zip(&*passage) {
            *sum += value;
        }
    }
    let sum = Vector::from(sum);
    unit(sum.clone()).unwrap_or(sum)
}

/// The first of each set of identical records.
fn distinct<'a>(generation: &Generation, positions: impl Iterator<Item = &'a u32>) -> Vec<u32> {
    let mut seen = HashSet::new();
    let first = positions.filter(|&&position| seen.insert(generation.fingerprint(position)));
    first.copied().collect()
}
