//! One query on its way through the engine: the same stages as for any other query, with what each
//! of them read.

use std::time::Instant;

use crate::error::{Error, Result};
use crate::fusion::Scale;
use crate::query::{FUSION_DEPTH, Mode, Query, Route};
use crate::search::nearest::nearest_passages;
use crate::search::observed::Observed;
use crate::search::plan::Plan;
use crate::search::ranked::Fused;
use crate::search::retrieve::Candidates;
use crate::search::searcher::Searcher;
use crate::search::stopwatch::Stopwatch;
use crate::text::{BLOCK, WordSearch};
use crate::vocabulary::{
    FusedHit, FusionWalk, NearestWalk, QueryVector, ScaleEnds, ScoreOnScale, TermSearched, Tokens,
    Walkthrough, WordSearched, WordsWalk,
};

/// How many hits are placed on the scales.
const HITS: usize = 3;

/// How many of the nearest cosines are told.
const COSINES: usize = 10;

impl Searcher<'_> {
    /// Takes a query through the engine by both, and tells what each stage did. The mode of the query
    /// does not matter.
    ///
    /// # Errors
    /// [`Error::BadQuery`] for a query without words, and those of [`Searcher::search`].
    pub fn walkthrough(&self, query: &Query) -> Result<Walkthrough> {
        query.check()?;
        let query = Query {
            mode: Mode::Hybrid,
            limit: HITS,
            offset: 0,
            sort: None,
            facets: Vec::new(),
            sentences: false,
            ..query.clone()
        };
        // To be asked first: the plan puts the vector into the cache.
        let known = self.encoder.remembers(&query.text);
        let mut watch = Stopwatch::observing(self.waited);
        let plan = self.plan(&query, &mut watch)?;
        if plan.lists {
            return Err(Error::BadQuery(
                "records are only listed, so no engine runs: add a word to the query".into(),
            ));
        }
        let parts = self.generation.text_parts(&plan.passing);
        let words = WordSearch::new(&parts, &plan.words);
        let candidates = self.retrieve(&plan, &words, &mut watch);
        let ranking = self.rank(&plan, &words, &candidates)?;
        watch.lap(|timings| &mut timings.fusion);
        let best: Vec<u32> = ranking.hits.iter().map(|hit| hit.position).collect();
        self.fetch(&plan, ranking.hits)?;
        watch.lap(|timings| &mut timings.fetch);
        let observed = watch.observed.take().unwrap_or_default();
        let timings = watch.stop();

        let remembered = known && plan.meaning == query.text;
        let (tokens, vector) = match &plan.vector {
            Some(vector) => {
                let (tokens, vector) = self.read(&plan.meaning, vector, remembered)?;
                (Some(tokens), Some(vector))
            }
            None => (None, None),
        };
        Ok(Walkthrough {
            collection: self.name.to_string(),
            records: self.generation.records(),
            searched: self.generation.passing(&plan.passing),
            tokens,
            vector,
            nearest: self.nearest_walk(&plan, &candidates, &observed),
            words: self.words_walk(&plan, &words, &observed),
            fusion: self.fusion_walk((&plan, &words), &candidates, &best)?,
            corrections: plan.words.corrections.clone(),
            unread: plan.unread,
            timings,
        })
    }

    /// What the model reads of a text, and the text's vector, computed once more for its time.
    fn read(&self, text: &str, vector: &[f32], remembered: bool) -> Result<(Tokens, QueryVector)> {
        let encoder = self.encoder.encoder();
        let start = Instant::now();
        let (tokens, cut) = encoder.query_tokens(text)?;
        let tokens = Tokens {
            text: text.to_owned(),
            tokens,
            cut,
            vocabulary: encoder.vocabulary_size() as u32,
            took: start.elapsed(),
        };
        let start = Instant::now();
        encoder.encode_query(text)?;
        let vector = QueryVector {
            values: vector.to_vec(),
            remembered,
            took: start.elapsed(),
        };
        Ok((tokens, vector))
    }

    fn nearest_walk(
        &self,
        plan: &Plan<'_>,
        candidates: &Candidates,
        observed: &Observed,
    ) -> Option<NearestWalk> {
        let vector = plan.vector.as_ref()?;
        let nearest = candidates.near.iter().take(COSINES);
        Some(NearestWalk {
            route: candidates.route.unwrap_or(Route::Exact),
            wanted: FUSION_DEPTH as u32,
            graph_min_records: self.graph_min_records,
            parts: observed.near.clone(),
            cosines: nearest.map(|near| near.cosine).collect(),
            background: self.generation.mean_cosine(vector),
        })
    }

    fn words_walk(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        observed: &Observed,
    ) -> WordsWalk {
        let counts = words.records_of_words();
        let idfs = words.idfs();
        let each = plan.words.words.iter().zip(counts).zip(idfs).enumerate();
        let each = each.map(|(at, ((word, records), &idf))| {
            let terms = word.terms.iter().enumerate().map(|(way, term)| {
                let mut searched = TermSearched {
                    term: term.spelled(),
                    boost: term.boost as f32,
                    guessed: term.guessed,
                    postings: 0,
                    added: 0,
                    blocks: 0,
                    read: 0,
                };
                // One list for each part of the collection.
                let lists = observed.words.lists.iter();
                for list in lists.filter(|list| (list.word, list.way) == (at, way)) {
                    searched.postings += list.postings;
                    searched.added += list.added;
                    searched.blocks += list.blocks;
                    searched.read += list.read;
                }
                searched
            });
            WordSearched {
                word: word.text.clone(),
                is_title: word.is_title,
                terms: terms.collect(),
                records,
                idf: idf as f32,
            }
        });
        WordsWalk {
            words: each.collect(),
            matching: words.count(u32::MAX).records,
            candidates: observed.words.candidates,
            scored: observed.words.scored,
            // By words alone, only as many are searched for as are asked for.
            wanted: match plan.fuses() {
                true => FUSION_DEPTH as u32,
                false => HITS as u32,
            },
            block: BLOCK as u32,
            average_length: words.average_length() as f32,
            k1: plan.query.k1,
            b: plan.query.b,
        }
    }

    fn fusion_walk(
        &self,
        (plan, words): (&Plan<'_>, &WordSearch<'_>),
        candidates: &Candidates,
        best: &[u32],
    ) -> Result<Option<FusionWalk>> {
        if !plan.fuses() {
            return Ok(None);
        }
        let (order, group) = self.fused_order(plan, words, candidates);
        let scales = self.scales(plan, words, candidates);
        let rows = self.view.rows()?;
        let mut hits = Vec::with_capacity(best.len());
        for &position in best {
            let fused = self.fused(plan, words, candidates, group.as_ref(), position);
            if let Some(fused) = fused
                && let Some(number) = self.generation.number(position)
                && let Some(payload) = rows.payload(number)?
            {
                let record = self.schema.read(number, payload);
                hits.push(self.placed(plan, words, &fused, (record.id, record.title)));
            }
        }
        Ok(Some(FusionWalk {
            balance: plan.query.fusion.balance(),
            meaning: scales.and_then(|(meaning, _)| ends(meaning)),
            words: scales.and_then(|(_, words)| ends(words.score())),
            good_coverage: scales.map(|(_, words)| words.good_coverage()),
            candidates: order.len() as u32,
            hits,
        }))
    }

    /// A hit, given its id and title, with its scores on both scales.
    fn placed(
        &self,
        plan: &Plan<'_>,
        words: &WordSearch<'_>,
        fused: &Fused,
        (id, title): (String, String),
    ) -> FusedHit {
        let position = [fused.ranked.position];
        let near = plan.vector.as_ref().and_then(|vector| {
            let near = nearest_passages(&self.generation, vector, &position);
            near.first().copied()
        });
        let by_words = words.scores_and_coverage(&position);
        let (score, coverage) = by_words.first().copied().unwrap_or_default();
        let (words_on_scale, meaning_on_scale) = fused.on_scale;
        FusedHit {
            id,
            title,
            meaning: ScoreOnScale {
                score: near.map_or(0.0, |near| near.cosine),
                on_scale: meaning_on_scale,
                added: fused.from_meaning,
            },
            words: ScoreOnScale {
                score,
                on_scale: words_on_scale,
                added: fused.from_words,
            },
            coverage,
            from_neighbours: fused.neighbours.iter().map(|near| near.added).sum(),
            score: fused.ranked.score,
        }
    }
}

/// What 0 and 1 mean on a scale, unless nothing was ranked.
fn ends(scale: Scale) -> Option<ScaleEnds> {
    let (zero, one) = scale.ends();
    one.is_finite().then_some(ScaleEnds { zero, one })
}
