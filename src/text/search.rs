//! BM25 over the parts of an index: each part is immutable, and records are deleted by
//! leaving them out of what is live. Statistics are those of the live records of all parts
//! together, so that the scores are the ones that an index built at once would give.

use roaring::RoaringBitmap;

use super::analysis::query_terms;
use super::bm25::Bm25;
use super::index::TextIndex;

/// One part of what is searched.
#[derive(Clone, Copy)]
pub struct TextPart<'a> {
    /// Its words.
    pub index: &'a TextIndex,
    /// The positions that are not deleted; `None` where none is.
    pub live: Option<&'a RoaringBitmap>,
    /// How many terms the live records have in all.
    pub terms: u64,
    /// The live positions that pass the filters; `None` where all live ones do.
    pub passing: Option<&'a RoaringBitmap>,
    /// What is added to its positions to tell them from those of other parts.
    pub offset: u32,
}

/// A record that holds a term of the query.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Match {
    /// Position among all parts, from 0.
    pub position: u32,
    /// Its BM25 score.
    pub score: f32,
}

impl Match {
    /// Best first; equal scores in order of position, so that one query has one ranking.
    fn best_first(a: &Self, b: &Self) -> std::cmp::Ordering {
        b.score
            .total_cmp(&a.score)
            .then(a.position.cmp(&b.position))
    }
}

/// The best matches of a query, and how many there are in all.
#[derive(Debug, Default, PartialEq)]
pub struct Matches {
    /// Best first; equal scores in order of position.
    pub best: Vec<Match>,
    /// How many live records hold a term of the query and pass the filter.
    pub total: u32,
}

/// The `k` records that match a query best, among those that pass. A record matches when it
/// holds any of the query's terms.
pub fn search(parts: &[TextPart<'_>], query: &str, k: usize) -> Matches {
    let terms = query_terms(query);
    let weights = weights(parts, &terms);
    let mut found = Matches::default();
    for part in parts {
        let scores = scores(part, &terms, &weights);
        let passes = |position: u32| {
            let passing = part.passing.or(part.live);
            passing.is_none_or(|passing| passing.contains(position))
        };
        let before = found.best.len();
        let matching = (0u32..)
            .zip(scores)
            .filter(|&(position, score)| score > 0.0 && passes(position));
        found.best.extend(matching.map(|(position, score)| Match {
            position: part.offset + position,
            score,
        }));
        found.total += (found.best.len() - before) as u32;
        // The first parts are the large ones; what cannot be in the answer goes at once.
        if found.best.len() > k && k > 0 {
            found.best.select_nth_unstable_by(k - 1, Match::best_first);
        }
        found.best.truncate(k);
    }
    found.best.sort_unstable_by(Match::best_first);
    found
}

/// The live positions of each part that hold a term of the query, whether they pass or not.
pub fn matching(parts: &[TextPart<'_>], query: &str) -> Vec<RoaringBitmap> {
    let terms = query_terms(query);
    let of_part = |part: &TextPart<'_>| {
        let mut matching = RoaringBitmap::new();
        for (term, _) in &terms {
            matching.extend(part.index.postings(term).iter().map(|p| p.position));
        }
        match part.live {
            Some(live) => matching & live,
            None => matching,
        }
    };
    parts.iter().map(of_part).collect()
}

/// BM25's statistics with, for each term, its idf times its repetitions in the query.
struct Weights {
    bm25: Bm25,
    of_terms: Vec<f32>,
}

fn weights(parts: &[TextPart<'_>], terms: &[(String, u32)]) -> Weights {
    let records: u64 = parts.iter().map(records).sum();
    let length: u64 = parts.iter().map(|part| part.terms).sum();
    let bm25 = Bm25 {
        records: records as u32,
        average_length: (length as f64 / records.max(1) as f64).max(1.0) as f32,
    };
    let holding = |term: &str| -> u32 {
        let of_part = |part: &TextPart<'_>| {
            let postings = part.index.postings(term);
            part.live.map_or(postings.len(), |live| {
                postings
                    .iter()
                    .filter(|p| live.contains(p.position))
                    .count()
            })
        };
        parts.iter().map(of_part).sum::<usize>() as u32
    };
    let of_terms = terms
        .iter()
        .map(|(term, repeats)| bm25.idf(holding(term)) * *repeats as f32);
    Weights {
        of_terms: of_terms.collect(),
        bm25,
    }
}

fn records(part: &TextPart<'_>) -> u64 {
    part.live
        .map_or(part.index.len() as u64, RoaringBitmap::len)
}

/// A score for every position of a part; deleted ones may have one too.
fn scores(part: &TextPart<'_>, terms: &[(String, u32)], weights: &Weights) -> Vec<f32> {
    let lengths = part.index.lengths();
    let mut scores = vec![0.0f32; lengths.len()];
    for ((term, _), weight) in terms.iter().zip(&weights.of_terms) {
        for posting in part.index.postings(term) {
            let at = posting.position as usize;
            scores[at] += weight * weights.bm25.saturation(posting.frequency, lengths[at]);
        }
    }
    scores
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::TextIndexBuilder;

    fn index(texts: &[&str]) -> TextIndex {
        let mut builder = TextIndexBuilder::default();
        for text in texts {
            builder.add([*text]);
        }
        builder.build()
    }

    fn part(index: &TextIndex) -> TextPart<'_> {
        TextPart {
            index,
            live: None,
            terms: index.lengths().iter().copied().map(u64::from).sum(),
            passing: None,
            offset: 0,
        }
    }

    fn found(index: &TextIndex, query: &str) -> Vec<u32> {
        let matches = search(&[part(index)], query, 10);
        matches.best.iter().map(|m| m.position).collect()
    }

    #[test]
    fn the_rarer_word_decides() {
        let index = index(&["milk company", "company", "company company", "goat company"]);
        assert_eq!(found(&index, "goat milk company")[..2], [0, 3]);
    }

    #[test]
    fn scores_follow_the_formula() {
        let index = index(&["goat milk milk", "milk", "wood"]);
        let matches = search(&[part(&index)], "milk", 10);
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
        let all = search(&[part(&index)], "milk", 10);
        let filtered = TextPart {
            passing: Some(&filter),
            ..part(&index)
        };
        let some = search(&[filtered], "milk", 10);
        assert_eq!((all.total, some.total), (3, 2));
        let passing: Vec<Match> = all.best.into_iter().filter(|m| m.position > 0).collect();
        assert_eq!(some.best, passing);
    }

    #[test]
    fn parts_and_deletions_score_as_one_index_of_what_is_left() {
        let (first, second) = (
            index(&["milk", "milk shake", "wood"]),
            index(&["milk milk"]),
        );
        let live: RoaringBitmap = [0, 2].into_iter().collect();
        let parts = [
            TextPart {
                live: Some(&live),
                terms: 2,
                ..part(&first)
            },
            TextPart {
                offset: 3,
                ..part(&second)
            },
        ];
        let split = search(&parts, "milk", 10);
        let whole = index(&["milk", "wood", "milk milk"]);
        let whole = search(&[part(&whole)], "milk", 10);
        assert_eq!(split.total, whole.total);
        let scores =
            |matches: Matches| -> Vec<f32> { matches.best.into_iter().map(|m| m.score).collect() };
        assert_eq!(scores(split), scores(whole));
        let holding = matching(&parts, "milk");
        assert_eq!(holding, [[0].into(), [0].into()]);
    }

    #[test]
    fn ties_stand_in_order_of_position_and_nothing_is_found_by_nothing() {
        let index = index(&["milk", "milk", "milk"]);
        assert_eq!(search(&[part(&index)], "milk", 2).best.len(), 2);
        assert_eq!(found(&index, "milk"), [0, 1, 2]);
        assert_eq!(search(&[part(&index)], "the", 2), Matches::default());
        assert_eq!(search(&[], "milk", 2), Matches::default());
    }
}
