//! BM25 over the parts of an index. Each part is immutable; deleted records are merely no longer
//! live. Statistics cover the live records of all parts together, so that the scores are those
//! of an index built in one go.
//!
//! The best records are found without scoring all: MaxScore (Turtle & Flood, "Query evaluation:
//! strategies and optimizations", 1995) over block bounds. Results and scores are bit-identical
//! to those of [`exhaustive`]: both add up in the order of the query's words, in f64, and bounds
//! are computed by the function that scores.

use std::cmp::Ordering;
use std::collections::{BinaryHeap, HashMap};

use roaring::RoaringBitmap;

use super::bm25::Bm25;
use super::coverage::scores_and_coverage;
use super::part::{TextPart, records};
use super::postings::{Cursor, Impact, OVER};
use super::query::{Alternative, TextQuery};

/// A record that contains a term of the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Position across all parts, from 0.
    pub position: u32,
    /// BM25 score, above 0.
    pub score: f32,
}

impl Match {
    fn best_first(a: &Self, b: &Self) -> Ordering {
        let by_score = b.score.total_cmp(&a.score);
        by_score.then(a.position.cmp(&b.position))
    }
}

/// The statistics that a query's scores are based on.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistics {
    /// The statistics of the records.
    pub bm25: Bm25,
    /// For each word of the query, its idf. The count is that of the commonest way to write it,
    /// since most records contain several of them, plus the counts of all guesses.
    pub idfs: Vec<f64>,
}

impl Statistics {
    /// The statistics of the live records of all parts.
    pub fn of(parts: &[TextPart<'_>], query: &TextQuery) -> Self {
        let records: u64 = parts.iter().map(TextPart::records).sum();
        let bm25 = Bm25::new(records, parts.iter().map(|part| part.terms).sum());
        let holding = |alternative: &Alternative| -> u64 {
            let parts = parts.iter().enumerate();
            let holding = parts.map(|(at, part)| u64::from(holding((at, part), alternative)));
            holding.sum()
        };
        let idfs = query.words.iter().map(|word| {
            let (guesses, own): (Vec<_>, Vec<_>) = word.terms.iter().partition(|way| way.guessed);
            let own = own.into_iter().map(holding).max().unwrap_or(0);
            let guesses: u64 = guesses.into_iter().map(holding).sum();
            bm25.idf((own + guesses).min(records) as u32)
        });
        Self {
            idfs: idfs.collect(),
            bm25,
        }
    }
}

/// How many live records of a part contain an alternative. The part comes with its index.
fn holding((at, part): (usize, &TextPart<'_>), alternative: &Alternative) -> u32 {
    if part.live.is_none() {
        return match &alternative.phrase {
            Some(phrase) => phrase.holding(at),
            None => {
                let term = part.index.term(&alternative.term);
                term.map_or(0, |term| part.index.holding(term))
            }
        };
    }
    let records = alternative.cursor(part, at).into_iter().flat_map(records);
    records.filter(|&record| part.is_live(record)).count() as u32
}

/// A query in the parts of an index for which it was read, with the statistics of its scores.
/// Whoever needs several answers to one query creates it once.
pub struct WordSearch<'a> {
    parts: &'a [TextPart<'a>],
    query: &'a TextQuery,
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
    /// The query must have been read for the same parts.
    pub fn new(parts: &'a [TextPart<'a>], query: &'a TextQuery) -> Self {
        Self { parts, query }
    }

    /// The best `k` records: see [`search`].
    pub fn search(&self, k: usize) -> Vec<Match> {
        search(self.parts, self.query, k)
    }

    /// The best `k` distinct records: see [`search_distinct`].
    pub fn search_distinct(&self, k: usize, text: &dyn Fn(u32) -> u64) -> Vec<Match> {
        search_distinct(self.parts, self.query, k, text)
    }

    /// The scores of some records, given in order of position, and the share of the query's words
    /// that each contains, 0 to 1, with each word weighted by its idf. A word that no record
    /// contains counts as missing.
    pub fn scores_and_coverage(&self, positions: &[u32]) -> Vec<(f32, f32)> {
        scores_and_coverage(self.parts, self.query, positions)
    }

    /// All records that match and pass, best first: see [`exhaustive`].
    pub fn exhaustive(&self) -> Vec<Match> {
        exhaustive(self.parts, self.query)
    }

    /// The live positions of each part that contain a word of the query, whether they pass or not.
    pub fn matching(&self) -> Vec<RoaringBitmap> {
        matching(self.parts, self.query)
    }

    /// How many live records contain a word of the query and pass: exact up to `limit`.
    pub fn count(&self, limit: u32) -> Count {
        let records = count(self.parts, self.query);
        Count {
            records: records.min(limit),
            exact: records <= limit,
        }
    }
}

/// A term of the query in one part.
struct Term<'a> {
    cursor: Cursor<'a>,
    /// Index of the query's word it stands for.
    word: usize,
    /// The product of idf, repeats and boost.
    weight: f64,
    /// The most it can add to any record.
    max_score: f64,
}

/// Scores the records of one part for a query.
pub(super) struct Scorer<'a> {
    bm25: Bm25,
    lengths: &'a [u32],
    /// In the order of the query's words.
    terms: Vec<Term<'a>>,
}

impl<'a> Scorer<'a> {
    pub(super) fn new(
        part: (usize, &TextPart<'a>),
        query: &'a TextQuery,
        statistics: &Statistics,
    ) -> Self {
        let (at, part) = part;
        let bm25 = statistics.bm25;
        let mut terms = Vec::new();
        for (word, (asked, idf)) in query.words.iter().zip(&statistics.idfs).enumerate() {
            for alternative in &asked.terms {
                if let Some(cursor) = alternative.cursor(part, at) {
                    let weight = idf * f64::from(asked.repeats) * alternative.boost;
                    let max_score = max_score(bm25, weight, cursor.impacts());
                    terms.push(Term {
                        cursor,
                        word,
                        weight,
                        max_score,
                    });
                }
            }
        }
        Self {
            bm25,
            lengths: part.index.lengths(),
            terms,
        }
    }

    /// The score of a record that all cursors have reached: the sum of what each word's best
    /// term adds.
    pub(super) fn score(&mut self, record: u32) -> f64 {
        let length = self.lengths[record as usize];
        let (mut sum, mut word, mut best) = (0.0, usize::MAX, 0.0f64);
        for term in &mut self.terms {
            if term.cursor.record() != record {
                continue;
            }
            let part = term.weight * self.bm25.saturation(term.cursor.frequency(), length);
            if term.word != word {
                sum += best;
                (word, best) = (term.word, 0.0);
            }
            best = best.max(part);
        }
        sum + best
    }

    /// The sum of the weights of the words that a record contains, if all cursors have reached it.
    pub(super) fn covered(&self, record: u32, weights: &[f64]) -> f64 {
        let (mut sum, mut word) = (0.0, usize::MAX);
        for term in &self.terms {
            if term.word != word && term.cursor.record() == record {
                word = term.word;
                sum += weights.get(word).copied().unwrap_or(0.0);
            }
        }
        sum
    }

    pub(super) fn seek(&mut self, record: u32) {
        for term in &mut self.terms {
            term.cursor.seek(record);
        }
    }
}

/// The most a term can add to any record of some blocks.
fn max_score<'b>(bm25: Bm25, weight: f64, impacts: impl Iterator<Item = &'b Impact>) -> f64 {
    let parts = impacts.map(|of| weight * bm25.saturation(of.frequency, of.length));
    parts.fold(0.0, f64::max)
}

/// The `k` records that match a query best among those that pass, best first, with ties in order
/// of position. A record matches if it contains any of the query's words.
pub fn search(parts: &[TextPart<'_>], query: &TextQuery, k: usize) -> Vec<Match> {
    best(parts, query, Best::of(k, None))
}

/// The same for distinct records: of those with the same `text`, only the best match counts.
pub fn search_distinct(
    parts: &[TextPart<'_>],
    query: &TextQuery,
    k: usize,
    text: &dyn Fn(u32) -> u64,
) -> Vec<Match> {
    best(parts, query, Best::of(k, Some(text)))
}

fn best(parts: &[TextPart<'_>], query: &TextQuery, mut best: Best<'_>) -> Vec<Match> {
    let statistics = query.statistics(parts);
    for (at, part) in parts.iter().enumerate() {
        let mut scorer = Scorer::new((at, part), query, statistics);
        search_part(part, &mut scorer, &mut best);
    }
    let mut found: Vec<Match> = best.heap.into_iter().map(|worst| worst.found).collect();
    found.sort_unstable_by(Match::best_first);
    found
}

/// Searches a part window by window. A window ends at the first block end among the essential
/// terms, those without which no record can still get in.
fn search_part(part: &TextPart<'_>, scorer: &mut Scorer<'_>, best: &mut Best<'_>) {
    let mut by_max_score: Vec<usize> = (0..scorer.terms.len()).collect();
    by_max_score.sort_by(|&a, &b| {
        scorer.terms[a]
            .max_score
            .total_cmp(&scorer.terms[b].max_score)
    });
    let words = scorer.terms.last().map_or(0, |last| last.word + 1);
    let mut bound = Bound::of(words);
    loop {
        bound.clear();
        let mut of_others = 0.0;
        let essential = by_max_score.iter().position(|&at| {
            let term = &scorer.terms[at];
            let without = of_others;
            of_others = bound.with(term.word, term.max_score);
            let decides = of_others > best.threshold();
            if decides {
                of_others = without;
            }
            decides
        });
        let Some(essential) = essential else {
            return;
        };
        let essential = &by_max_score[essential..];
        let heads = essential.iter().map(|&at| scorer.terms[at].cursor.record());
        let start = heads.min().unwrap_or(OVER);
        if start == OVER {
            return;
        }
        let ends = essential
            .iter()
            .map(|&at| scorer.terms[at].cursor.block_end(start));
        let end = ends.min().unwrap_or(OVER);
        bound.clear();
        let mut of_window = 0.0;
        for &at in essential {
            let term = &scorer.terms[at];
            let impacts = term.cursor.block_impacts(start).iter();
            of_window = bound.with(term.word, max_score(scorer.bm25, term.weight, impacts));
        }
        if of_window + of_others > best.threshold() {
            search_window(part, scorer, best, essential, end);
        } else {
            for &at in essential {
                scorer.terms[at].cursor.seek(end.saturating_add(1));
            }
        }
    }
}

/// The most that some terms can add to a score: the sum of the most each word's best term can
/// add.
struct Bound {
    of_words: Vec<f64>,
}

impl Bound {
    fn of(words: usize) -> Self {
        Self {
            of_words: vec![0.0; words],
        }
    }

    fn clear(&mut self) {
        self.of_words.fill(0.0);
    }

    /// Adds a term of a word; returns the new bound.
    fn with(&mut self, word: usize, most: f64) -> f64 {
        self.of_words[word] = self.of_words[word].max(most);
        self.of_words.iter().sum()
    }
}

/// Scores the records that contain essential terms, up to `end`.
fn search_window(
    part: &TextPart<'_>,
    scorer: &mut Scorer<'_>,
    best: &mut Best<'_>,
    essential: &[usize],
    end: u32,
) {
    loop {
        let heads = essential.iter().map(|&at| scorer.terms[at].cursor.record());
        let record = heads.min().unwrap_or(OVER);
        if record > end || record == OVER {
            return;
        }
        if part.passes(record) {
            scorer.seek(record);
            best.offer(Match {
                position: part.offset + record,
                score: scorer.score(record) as f32,
            });
        }
        for &at in essential {
            if scorer.terms[at].cursor.record() == record {
                scorer.terms[at].cursor.advance();
            }
        }
    }
}

/// The best matches so far. They come in order of position, so that the earlier one wins a tie.
struct Best<'t> {
    k: usize,
    heap: BinaryHeap<WorstFirst>,
    /// What identical records have in common, if only one of them is kept.
    text: Option<&'t dyn Fn(u32) -> u64>,
    /// The score that each text is kept with.
    kept: HashMap<u64, f32>,
}

struct WorstFirst {
    found: Match,
    /// What it has in common with identical records; 0 if all are kept.
    text: u64,
}

impl<'t> Best<'t> {
    fn of(k: usize, text: Option<&'t dyn Fn(u32) -> u64>) -> Self {
        Self {
            k,
            heap: BinaryHeap::with_capacity(k + 1),
            text,
            kept: HashMap::new(),
        }
    }

    /// The score to exceed to get in.
    fn threshold(&self) -> f64 {
        if self.k == 0 {
            return f64::INFINITY;
        }
        let full = self.heap.len() >= self.k;
        let worst = self.heap.peek().filter(|_| full);
        worst.map_or(0.0, |worst| f64::from(worst.found.score))
    }

    fn offer(&mut self, found: Match) {
        if f64::from(found.score) <= self.threshold() {
            return;
        }
        let text = self.text.map_or(0, |text| text(found.position));
        if self.text.is_some() {
            match self.kept.insert(text, found.score) {
                Some(kept) if kept >= found.score => {
                    self.kept.insert(text, kept);
                    return;
                }
                // Rare: identical records score the same, except by the words of their facets.
                Some(_) => self.heap.retain(|other| other.text != text),
                None => {}
            }
        }
        self.heap.push(WorstFirst { found, text });
        if self.heap.len() > self.k
            && let Some(worst) = self.heap.pop()
        {
            self.kept.remove(&worst.text);
        }
    }
}

impl Ord for WorstFirst {
    fn cmp(&self, other: &Self) -> Ordering {
        Match::best_first(&self.found, &other.found)
    }
}

impl PartialOrd for WorstFirst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for WorstFirst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for WorstFirst {}

/// All records that match and pass, best first, by scoring every one: the oracle for [`search`].
pub fn exhaustive(parts: &[TextPart<'_>], query: &TextQuery) -> Vec<Match> {
    let matching = matching(parts, query);
    let positions = parts.iter().zip(&matching).flat_map(|(part, matching)| {
        let passing = matching.iter().filter(|&at| part.passes(at));
        passing.map(|at| part.offset + at)
    });
    let positions: Vec<u32> = positions.collect();
    let scores = scores(parts, query, &positions);
    let found = positions.into_iter().zip(scores);
    let mut found: Vec<Match> = found
        .map(|(position, score)| Match { position, score })
        .collect();
    found.sort_unstable_by(Match::best_first);
    found
}

/// The scores of some records, given in order of position; 0 for those that do not match.
pub fn scores(parts: &[TextPart<'_>], query: &TextQuery, positions: &[u32]) -> Vec<f32> {
    let statistics = query.statistics(parts);
    let mut scores = Vec::with_capacity(positions.len());
    for (at, part) in parts.iter().enumerate() {
        let mut scorer = Scorer::new((at, part), query, statistics);
        let own = part.offset..part.offset + part.index.len() as u32;
        for position in positions.iter().filter(|position| own.contains(position)) {
            let record = position - part.offset;
            scorer.seek(record);
            scores.push(scorer.score(record) as f32);
        }
    }
    scores
}

/// The live positions of each part that contain a word of the query, whether they pass or not.
pub fn matching(parts: &[TextPart<'_>], query: &TextQuery) -> Vec<RoaringBitmap> {
    let of_part = |(at, part): (usize, &TextPart<'_>)| {
        let matching = bits(at, part, query);
        let matching = RoaringBitmap::from_sorted_iter(ones(&matching)).unwrap_or_default();
        match part.live {
            Some(live) => matching & live,
            None => matching,
        }
    };
    parts.iter().enumerate().map(of_part).collect()
}

/// How many live records contain a word of the query and pass.
pub fn count(parts: &[TextPart<'_>], query: &TextQuery) -> u32 {
    let of_part = |(at, part): (usize, &TextPart<'_>)| {
        let matching = bits(at, part, query);
        match part.passing.or(part.live) {
            None => matching.iter().map(|word| word.count_ones()).sum(),
            Some(passing) => {
                let holds = |&at: &u32| matching[at as usize / 64] >> (at % 64) & 1 == 1;
                passing.iter().filter(holds).count() as u32
            }
        }
    };
    parts.iter().enumerate().map(of_part).sum::<u32>()
}

/// One bit for each record of a part, set if it contains a word of the query.
fn bits(at: usize, part: &TextPart<'_>, query: &TextQuery) -> Vec<u64> {
    let mut bits = vec![0u64; part.index.len().div_ceil(64)];
    for cursor in query.ways().filter_map(|way| way.cursor(part, at)) {
        for record in records(cursor) {
            bits[record as usize / 64] |= 1 << (record % 64);
        }
    }
    bits
}

fn ones(bits: &[u64]) -> impl Iterator<Item = u32> + '_ {
    (0u32..).zip(bits).flat_map(|(at, &word)| {
        let set = (0..64).filter(move |bit| word >> bit & 1 == 1);
        set.map(move |bit| at * 64 + bit)
    })
}
