//! BM25 over the parts of an index. Each part is immutable; deleted records are merely no longer
//! live. Statistics cover the live records of all parts together, so that the scores are those
//! of an index built in one go.

use roaring::RoaringBitmap;

use super::best::Best;
use super::matched::Match;
use super::part::TextPart;
use super::pruned;
use super::query::TextQuery;
use super::scored::Scored;
use super::statistics::{Statistics, Term};
use super::union::{self, union};
use super::watched::Watched;

/// A query's terms in the parts of an index, with the statistics of its scores. Whoever needs
/// several answers to one query creates it once.
pub struct WordSearch<'a> {
    pub(super) parts: &'a [TextPart<'a>],
    pub(super) query: &'a TextQuery,
    pub(super) statistics: Statistics,
    /// For each part, the terms it contains, in the order of the query's words.
    pub(super) terms: Vec<Vec<Term<'a>>>,
}

/// How many records match.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Count {
    /// How many; if they are not exact, there are more.
    pub records: u32,
    /// Whether all of them were counted.
    pub exact: bool,
}

impl<'a> WordSearch<'a> {
    /// Looks up the terms of a query, which must have been read for the same parts.
    pub fn new(parts: &'a [TextPart<'a>], query: &'a TextQuery) -> Self {
        let (statistics, terms) = Statistics::of(parts, query);
        Self {
            parts,
            query,
            statistics,
            terms,
        }
    }

    /// The idf of each word of the query.
    pub fn idfs(&self) -> &[f64] {
        &self.statistics.idfs
    }

    /// The average length of a record, in terms.
    pub fn average_length(&self) -> f64 {
        self.statistics.bm25.average_length
    }

    /// The same search with other filters. The parts are the same but for those.
    pub fn filtered<'b>(&self, parts: &'b [TextPart<'b>]) -> WordSearch<'b>
    where
        'a: 'b,
    {
        WordSearch {
            parts,
            query: self.query,
            statistics: self.statistics.clone(),
            terms: self.terms.clone(),
        }
    }

    /// The `k` records that match best among those that pass, best first, with ties in order of
    /// position. A record matches if it contains any of the query's words.
    pub fn search(&self, k: usize) -> Vec<Match> {
        self.best(Best::new(k, None), k, None)
    }

    /// The same for distinct records: of those with the same `text`, only the best match counts.
    pub fn search_distinct(&self, k: usize, text: &dyn Fn(u32) -> u64) -> Vec<Match> {
        self.best(Best::new(k, Some(text)), k, None)
    }

    /// [`WordSearch::search_distinct`] or, without `text`, [`WordSearch::search`]; adds to `watched`
    /// what was read for it.
    pub fn search_watched(
        &self,
        k: usize,
        text: Option<&dyn Fn(u32) -> u64>,
        watched: &mut Watched,
    ) -> Vec<Match> {
        self.best(Best::new(k, text), k, Some(watched))
    }

    fn best(&self, mut best: Best<'_>, k: usize, mut watched: Option<&mut Watched>) -> Vec<Match> {
        if k > 0 {
            for (part, terms) in self.parts.iter().zip(&self.terms) {
                let watched = watched.as_deref_mut();
                pruned::search(part, terms, self.statistics.bm25, &mut best, watched);
            }
        }
        best.into_sorted()
    }

    /// The scores of some records, given in order of position; 0 for those that do not match.
    pub fn scores(&self, positions: &[u32]) -> Vec<f32> {
        let mut scores = Vec::with_capacity(positions.len());
        self.each_scored(positions, &[], |score, _| scores.push(score));
        scores
    }

    /// The scores of some records, given in order of position, and the share of the query's words
    /// that each contains, 0 to 1, with each word weighted by its idf. A word that no record contains
    /// counts as missing.
    pub fn scores_and_coverage(&self, positions: &[u32]) -> Vec<(f32, f32)> {
        let mut both = Vec::with_capacity(positions.len());
        self.each_scored(positions, &[], |score, share| both.push((score, share)));
        both
    }

    /// The same if some of the records have been found by this search, perhaps with other filters,
    /// so that their scores are known.
    pub fn scores_and_coverage_with(
        &self,
        positions: &[u32],
        mut found: Vec<Match>,
    ) -> Vec<(f32, f32)> {
        found.sort_unstable_by_key(|found| found.position);
        let mut both = Vec::with_capacity(positions.len());
        self.each_scored(positions, &found, |score, share| both.push((score, share)));
        both
    }

    /// Calls `call` with the score and the share of each of some records, given in order of position,
    /// as are those whose scores are known.
    fn each_scored(&self, positions: &[u32], known: &[Match], mut call: impl FnMut(f32, f32)) {
        let words = self.query.words.iter().zip(&self.statistics.idfs);
        let weights: Vec<f64> = words
            .map(|(word, idf)| idf * f64::from(word.repeats))
            .collect();
        let all: f64 = weights.iter().sum();
        self.each_at(positions, |scored, record, position| {
            let mut held = 0.0;
            let add = |word: usize| held += weights[word];
            let found = known.binary_search_by_key(&position, |found| found.position);
            let score = match found.ok().and_then(|at| known.get(at)) {
                Some(found) => {
                    scored.each_held(record, add);
                    found.score
                }
                None => scored.score(record, add) as f32,
            };
            call(score, if all > 0.0 { (held / all) as f32 } else { 0.0 });
        });
    }

    /// Calls `call` with each of some positions, given in order, after its record in the part that
    /// it is in and what scores the records of that part.
    pub(super) fn each_at(
        &self,
        positions: &[u32],
        mut call: impl FnMut(&mut Scored<'_>, u32, u32),
    ) {
        for (part, terms) in self.parts.iter().zip(&self.terms) {
            let mut scored = Scored::new(part, terms, self.statistics.bm25);
            let own = part.offset..part.offset + part.index.len() as u32;
            let start = positions.partition_point(|&position| position < own.start);
            let of_part = positions[start..].iter();
            for &position in of_part.take_while(|position| own.contains(position)) {
                call(&mut scored, position - part.offset, position);
            }
        }
    }

    /// All records that match and pass, best first, by scoring every one: the oracle for
    /// [`WordSearch::search`].
    pub fn exhaustive(&self) -> Vec<Match> {
        let matching = self.matching();
        let positions = self
            .parts
            .iter()
            .zip(&matching)
            .flat_map(|(part, matching)| {
                let passing = matching.iter().filter(|&at| part.passes(at));
                passing.map(|at| part.offset + at)
            });
        let positions: Vec<u32> = positions.collect();
        let scores = self.scores(&positions);
        let found = positions.into_iter().zip(scores);
        let mut found: Vec<Match> = found
            .map(|(position, score)| Match { position, score })
            .collect();
        found.sort_unstable_by(Match::best_first);
        found
    }

    /// The live positions of each part that contain a word of the query, whether they pass or
    /// not.
    pub fn matching(&self) -> Vec<RoaringBitmap> {
        let parts = self.parts.iter().zip(&self.terms);
        let of_part = parts.map(|(part, terms)| {
            let matching = union(part, terms.iter());
            match part.live {
                Some(live) => matching & &**live,
                None => matching,
            }
        });
        of_part.collect()
    }

    /// How many live records contain a word of the query and pass: exact up to `limit`. If there
    /// are more, counting ends there.
    pub fn count(&self, limit: u32) -> Count {
        let mut records = 0;
        for (part, terms) in self.parts.iter().zip(&self.terms) {
            records += union::count(part, terms.iter(), limit - records);
            if records > limit {
                return Count {
                    records: limit,
                    exact: false,
                };
            }
        }
        Count {
            records,
            exact: true,
        }
    }
}

/// The best `k` records for a query: see [`WordSearch::search`].
pub fn search(parts: &[TextPart<'_>], query: &TextQuery, k: usize) -> Vec<Match> {
    WordSearch::new(parts, query).search(k)
}

/// All records that match a query: see [`WordSearch::exhaustive`].
pub fn exhaustive(parts: &[TextPart<'_>], query: &TextQuery) -> Vec<Match> {
    WordSearch::new(parts, query).exhaustive()
}

/// How many records match a query, exact up to `limit`: see [`WordSearch::count`].
pub fn count(parts: &[TextPart<'_>], query: &TextQuery, limit: u32) -> Count {
    WordSearch::new(parts, query).count(limit)
}
