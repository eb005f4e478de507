//! The inverted index: for every term, which records hold it and how often.
//!
//! Immutable once built. Positions are those of the generation it belongs to. A record's
//! texts count as one field.

use std::collections::HashMap;

use roaring::RoaringBitmap;
use serde::{Deserialize, Serialize};

use super::analysis::{query_terms, tokens};
use super::bm25::Bm25;

/// Terms in order, and for each a run of postings.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct TextIndex {
    /// Sorted, so that a term is found by bisection.
    terms: Vec<String>,
    /// Where each term's postings end; they begin where the one before ends.
    ends: Vec<u64>,
    postings: Vec<Posting>,
    /// Length of each record in terms.
    lengths: Vec<u32>,
}

#[derive(Debug, Clone, Copy, Serialize, Deserialize)]
struct Posting {
    position: u32,
    frequency: u32,
}

/// A record that holds a term of the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Position in the index, from 0.
    pub position: u32,
    /// Its BM25 score.
    pub score: f32,
}

/// The best matches of a query, and how many there are in all.
#[derive(Debug, Default, PartialEq)]
pub struct Matches {
    /// Best first; equal scores in order of position.
    pub best: Vec<Match>,
    /// How many records hold a term of the query and pass the filter.
    pub total: u32,
}

impl TextIndex {
    /// The `k` records that match a query best, among those the filter lets through. A
    /// record matches when it holds any of the query's terms.
    pub fn search(&self, query: &str, k: usize, filter: Option<&RoaringBitmap>) -> Matches {
        let bm25 = self.statistics();
        let mut scores = vec![0.0f32; self.lengths.len()];
        for (term, repeats) in query_terms(query) {
            let postings = self.postings(&term);
            let weight = bm25.idf(postings.len() as u32) * repeats as f32;
            for posting in postings {
                let at = posting.position as usize;
                scores[at] += weight * bm25.saturation(posting.frequency, self.lengths[at]);
            }
        }
        let passes = |position: u32| filter.is_none_or(|filter| filter.contains(position));
        let mut best: Vec<Match> = (0u32..)
            .zip(scores)
            .filter(|&(position, score)| score > 0.0 && passes(position))
            .map(|(position, score)| Match { position, score })
            .collect();
        let total = best.len() as u32;
        let best_first = |a: &Match, b: &Match| {
            b.score
                .total_cmp(&a.score)
                .then(a.position.cmp(&b.position))
        };
        if best.len() > k && k > 0 {
            best.select_nth_unstable_by(k - 1, best_first);
        }
        best.truncate(k);
        best.sort_unstable_by(best_first);
        Matches { best, total }
    }

    /// How many records the index holds.
    pub fn len(&self) -> usize {
        self.lengths.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.lengths.is_empty()
    }

    fn statistics(&self) -> Bm25 {
        let terms: u64 = self.lengths.iter().copied().map(u64::from).sum();
        let records = self.lengths.len() as u32;
        Bm25 {
            records,
            average_length: (terms as f64 / f64::from(records.max(1))).max(1.0) as f32,
        }
    }

    fn postings(&self, term: &str) -> &[Posting] {
        let Ok(at) = self.terms.binary_search_by(|t| t.as_str().cmp(term)) else {
            return &[];
        };
        let start = at.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.postings[start as usize..self.ends[at] as usize]
    }
}

/// Collects records in order of position.
#[derive(Default)]
pub struct TextIndexBuilder {
    ids: HashMap<String, u32>,
    postings: Vec<Vec<Posting>>,
    lengths: Vec<u32>,
}

impl TextIndexBuilder {
    /// Adds the next record.
    pub fn add<'a>(&mut self, texts: impl IntoIterator<Item = &'a str>) {
        let position = self.lengths.len() as u32;
        let mut length = 0;
        for token in texts.into_iter().flat_map(tokens) {
            length += 1;
            let next = self.postings.len() as u32;
            let id = *self.ids.entry(token.term).or_insert(next);
            if id == next {
                self.postings.push(Vec::new());
            }
            let postings = &mut self.postings[id as usize];
            match postings.last_mut() {
                Some(last) if last.position == position => last.frequency += 1,
                _ => postings.push(Posting {
                    position,
                    frequency: 1,
                }),
            }
        }
        self.lengths.push(length);
    }

    /// The finished index.
    pub fn build(self) -> TextIndex {
        let mut terms: Vec<(String, u32)> = self.ids.into_iter().collect();
        terms.sort_unstable();
        let mut index = TextIndex {
            lengths: self.lengths,
            ..TextIndex::default()
        };
        for (term, id) in terms {
            index.postings.extend(&self.postings[id as usize]);
            index.ends.push(index.postings.len() as u64);
            index.terms.push(term);
        }
        index
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn index(texts: &[&str]) -> TextIndex {
        let mut builder = TextIndexBuilder::default();
        for text in texts {
            builder.add([*text]);
        }
        builder.build()
    }

    fn found(index: &TextIndex, query: &str) -> Vec<u32> {
        index
            .search(query, 10, None)
            .best
            .iter()
            .map(|m| m.position)
            .collect()
    }

    #[test]
    fn the_rarer_word_decides() {
        let index = index(&["milk company", "company", "company company", "goat company"]);
        assert_eq!(found(&index, "goat milk company")[..2], [0, 3]);
    }

    #[test]
    fn scores_follow_the_formula() {
        let index = index(&["goat milk milk", "milk", "wood"]);
        let matches = index.search("milk", 10, None);
        assert_eq!(matches.total, 2);
        // N = 3, n = 2, average length 5/3; record 0 has tf 2 and length 3.
        let idf = (1.0f64 + (3.0 - 2.0 + 0.5) / 2.5).ln();
        let part =
            |tf: f64, length: f64| idf * tf / (tf + 1.2 * (0.25 + 0.75 * length / (5.0 / 3.0)));
        for found in matches.best {
            let expected = if found.position == 0 {
                part(2.0, 3.0)
            } else {
                part(1.0, 1.0)
            };
            assert!((f64::from(found.score) - expected).abs() < 1e-6);
        }
    }

    #[test]
    fn a_filter_narrows_the_total_and_the_hits_but_not_the_scores() {
        let index = index(&["milk", "milk shake", "milk"]);
        let filter: RoaringBitmap = [1, 2].into_iter().collect();
        let all = index.search("milk", 10, None);
        let some = index.search("milk", 10, Some(&filter));
        assert_eq!((all.total, some.total), (3, 2));
        assert_eq!(
            some.best,
            all.best
                .into_iter()
                .filter(|m| m.position > 0)
                .collect::<Vec<_>>()
        );
    }

    #[test]
    fn ties_stand_in_order_of_position_and_nothing_is_found_by_nothing() {
        let index = index(&["milk", "milk", "milk"]);
        assert_eq!(index.search("milk", 2, None).best.len(), 2);
        assert_eq!(found(&index, "milk"), [0, 1, 2]);
        assert_eq!(index.search("the", 2, None), Matches::default());
        assert_eq!(
            TextIndexBuilder::default()
                .build()
                .search("milk", 2, None)
                .total,
            0
        );
    }
}
