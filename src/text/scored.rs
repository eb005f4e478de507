//! The exact scores of given records.

use super::bm25::Bm25;
use super::cursor::Cursor;
use super::part::TextPart;
use super::statistics::Term;

/// A word of a query in one part, with the terms that stand for it.
pub struct ScoredWord<'a> {
    /// Index among the query's words.
    pub word: usize,
    /// Its terms.
    pub lists: Vec<List<'a>>,
}

/// The postings of a term of the query.
pub struct List<'a> {
    /// A place in them.
    pub cursor: Cursor<'a>,
    /// What the saturation is multiplied by.
    pub weight: f64,
}

/// Scores the records of one part for a query.
pub struct Scored<'a> {
    bm25: Bm25,
    lengths: &'a [u32],
    words: Vec<ScoredWord<'a>>,
}

impl<'a> Scored<'a> {
    /// For a part with these terms, in the order of the query's words.
    pub fn new(part: &TextPart<'a>, terms: &[Term<'a>], bm25: Bm25) -> Self {
        let words = terms.chunk_by(|a, b| a.word == b.word).map(|same| {
            let lists = same.iter().map(|term| List {
                cursor: term.cursor(),
                weight: term.weight,
            });
            ScoredWord {
                word: same[0].word,
                lists: lists.collect(),
            }
        });
        Self {
            bm25,
            lengths: part.index.lengths(),
            words: words.collect(),
        }
    }

    /// The score of a record, which is at or after the one before. Calls `held` with each word
    /// it contains.
    pub fn score(&mut self, record: u32, mut held: impl FnMut(usize)) -> f64 {
        let length = self.lengths.get(record as usize).copied().unwrap_or(0);
        let mut sum = 0.0;
        for word in &mut self.words {
            let mut best: Option<f64> = None;
            for list in &mut word.lists {
                if let Some(frequency) = list.cursor.find(record) {
                    let part = list.weight * self.bm25.saturation(frequency, length);
                    best = Some(best.map_or(part, |best| best.max(part)));
                }
            }
            if let Some(best) = best {
                held(word.word);
                sum += best;
            }
        }
        sum
    }

    /// Calls `held` with each word that a record contains. This is faster than to score it, because
    /// no frequencies are read.
    pub fn each_held(&mut self, record: u32, mut held: impl FnMut(usize)) {
        for word in &mut self.words {
            let mut lists = word.lists.iter_mut();
            if lists.any(|list| list.cursor.holds(record)) {
                held(word.word);
            }
        }
    }
}
