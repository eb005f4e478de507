//! What each word of a query shares with each word of a passage: the pairs of an attribution, summed
//! over all occurrences of the same two words, and cut to a size that can be sent.

use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use crate::encoder::{Attribution, Piece};
use crate::query::{MAX_QUERY_PARTNERS, MAX_RECORD_PARTNERS};
use crate::vocabulary::{PairShare, Partners};

/// The longest word in full, in characters. Text without spaces may be one word of any length.
const MAX_WORD: usize = 100;

/// The words of a text.
pub struct Words {
    /// For each piece of the text, its word and its place; `None` for special tokens.
    pub words: Vec<Option<(String, Range<usize>)>>,
}

impl Words {
    /// The words of a text from its pieces.
    pub fn of(text: &str, pieces: &[Piece]) -> Self {
        let word = |piece: &Piece| {
            let range = piece.range.clone().filter(|_| !piece.special)?;
            let word = text.get(range.clone()).unwrap_or_default();
            Some((cut(word), range))
        };
        Self {
            words: pieces.iter().map(word).collect(),
        }
    }
}

/// A word as it is sent.
pub fn cut(word: &str) -> String {
    match word.char_indices().nth(MAX_WORD) {
        Some((end, _)) => format!("{}\u{2026}", word.get(..end).unwrap_or_default()),
        None => word.to_owned(),
    }
}

/// The table of partners, and which of its words each piece of the two texts is.
pub struct Found {
    /// The table.
    pub table: Partners,
    /// For each piece of the query, its index among the words of the table.
    pub query_words: Vec<Option<u32>>,
    /// The same for the record.
    pub record_words: Vec<Option<u32>>,
}

/// The partners of an attribution with these words.
pub fn partners(attribution: &Attribution, query: &Words, record: &Words) -> Found {
    let query = Distinct::of(query, &attribution.by_query_word(), MAX_QUERY_PARTNERS);
    let record = Distinct::of(record, &attribution.by_record_word(), MAX_RECORD_PARTNERS);
    let width = record.words.len();
    let mut sums = vec![0.0f64; query.words.len() * width];
    let mut rest = 0.0f64;
    for (shares, (of_query, is_word)) in attribution.shares.iter().zip(query.pieces()) {
        for (&share, (of_record, is_other)) in shares.iter().zip(record.pieces()) {
            let listed = of_query.zip(of_record);
            let sum = listed.and_then(|(of_query, of_record)| {
                sums.get_mut(of_query as usize * width + of_record as usize)
            });
            match sum {
                Some(sum) => *sum += f64::from(share),
                None if is_word && is_other => rest += f64::from(share),
                None => {}
            }
        }
    }
    let row = |at: usize| {
        let row = sums.get(at * width..(at + 1) * width).unwrap_or_default();
        row.iter().map(|&sum| sum as f32).collect()
    };
    Found {
        table: Partners {
            shares: (0..query.words.len()).map(row).collect(),
            query: query.words,
            record: record.words,
            rest: rest as f32,
        },
        query_words: query.of_piece,
        record_words: record.of_piece,
    }
}

/// The pairs with the largest shares, largest first; equal ones in order. A comma has its share too,
/// but means nothing to a reader, so it is left out.
pub fn strongest(table: &Partners, most: usize) -> Vec<PairShare> {
    let says = |word: &str| word.chars().any(char::is_alphanumeric);
    let rows = table.query.iter().zip(&table.shares);
    let rows = rows.filter(|(word, _)| says(word));
    let pairs = rows.flat_map(|(query, shares)| {
        let pairs = table.record.iter().zip(shares);
        let pairs = pairs.filter(|(word, _)| says(word));
        pairs.map(move |(record, &share)| (query, record, share))
    });
    let mut pairs: Vec<(&String, &String, f32)> = pairs.collect();
    pairs.sort_by(|a, b| b.2.total_cmp(&a.2));
    let pairs = pairs.into_iter().take(most);
    let pairs = pairs.map(|(query, record, share)| PairShare {
        query: query.clone(),
        record: record.clone(),
        share,
    });
    pairs.collect()
}

/// The distinct words of a text, in order.
struct Distinct {
    /// As first spelled.
    words: Vec<String>,
    /// For each piece, the index of its word if it is listed.
    of_piece: Vec<Option<u32>>,
    /// For each piece, whether it is a word.
    is_word: Vec<bool>,
}

impl Distinct {
    /// If there are more than `most`, those with the largest shares are listed.
    fn of(text: &Words, shares: &[f32], most: usize) -> Self {
        let mut indexes: HashMap<String, usize> = HashMap::new();
        let mut found: Vec<(&str, f64)> = Vec::new();
        let of_piece = text.words.iter().zip(shares).map(|(word, &share)| {
            let (word, _) = word.as_ref()?;
            let index = *indexes.entry(word.to_lowercase()).or_insert_with(|| {
                found.push((word, 0.0));
                found.len() - 1
            });
            if let Some((_, sum)) = found.get_mut(index) {
                *sum += f64::from(share);
            }
            Some(index)
        });
        let of_piece: Vec<Option<usize>> = of_piece.collect();
        let mut listed: Vec<usize> = (0..found.len()).collect();
        if listed.len() > most {
            let size = |&at: &usize| found.get(at).map_or(0, |(_, sum)| sum.abs().to_bits());
            listed.sort_by_key(|at| Reverse(size(at)));
            listed.truncate(most);
            listed.sort_unstable();
        }
        let place = |index: usize| listed.binary_search(&index).ok().map(|at| at as u32);
        let words = listed.iter().filter_map(|&at| found.get(at));
        Self {
            words: words.map(|(word, _)| (*word).to_owned()).collect(),
            is_word: of_piece.iter().map(Option::is_some).collect(),
            of_piece: of_piece
                .into_iter()
                .map(|index| index.and_then(place))
                .collect(),
        }
    }

    fn pieces(&self) -> impl Iterator<Item = (Option<u32>, bool)> + '_ {
        let pieces = self.of_piece.iter().zip(&self.is_word);
        pieces.map(|(&index, &is_word)| (index, is_word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pieces(count: usize) -> Vec<Piece> {
        let word = |at: usize| Piece {
            range: Some(2 * at..2 * at + 1),
            special: false,
        };
        let special = Piece {
            range: None,
            special: true,
        };
        let mut pieces = vec![special.clone()];
        pieces.extend((0..count).map(word));
        pieces.push(special);
        pieces
    }

    /// An attribution of the letters of two texts with spaces between them, with different shares.
    fn attributed(query: &str, record: &str) -> (Attribution, Found) {
        let of = |text: &str| pieces(text.len().div_ceil(2));
        let (asked, read) = (of(query), of(record));
        let shares: Vec<Vec<f32>> = (0..asked.len())
            .map(|row| {
                (0..read.len())
                    .map(|at| (row * 7 + at) as f32 / 64.0)
                    .collect()
            })
            .collect();
        let attribution = Attribution {
            cosine: shares.iter().flatten().sum(),
            query: asked,
            record: read,
            shares,
        };
        let found = partners(
            &attribution,
            &Words::of(query, &attribution.query),
            &Words::of(record, &attribution.record),
        );
        (attribution, found)
    }

    fn sum(found: &Found) -> f32 {
        found.table.shares.iter().flatten().sum::<f32>() + found.table.rest
    }

    #[test]
    fn no_pair_of_words_stands_twice_and_all_add_up() {
        let (attribution, found) = attributed("a b A", "x , x y");
        assert_eq!(found.table.query, ["a", "b"]);
        assert_eq!(found.table.record, ["x", ",", "y"]);
        assert_eq!(found.query_words, [None, Some(0), Some(1), Some(0), None]);
        assert_eq!(found.table.rest, 0.0);
        assert_eq!(sum(&found) + attribution.special(), attribution.cosine);
        let both: f32 = [1, 3]
            .into_iter()
            .flat_map(|row: usize| [attribution.shares[row][1], attribution.shares[row][3]])
            .sum();
        assert_eq!(found.table.shares[0][0], both);
        let pairs = strongest(&found.table, 9);
        assert_eq!(pairs.len(), 4, "no comma");
        assert!(pairs.is_sorted_by(|a, b| a.share >= b.share));
    }

    #[test]
    fn the_rest_of_a_long_text_is_summed() {
        let letter = |at: u32| char::from_u32(0x61 + at % 26).unwrap();
        let long: String = (0..26).flat_map(|at| [letter(at), ' ']).collect();
        let (attribution, _) = attributed("q", &long);
        let words = Words::of(&long, &attribution.record);
        let few = Distinct::of(&words, &attribution.by_record_word(), 3);
        assert_eq!(few.words, ["x", "y", "z"], "the largest shares, in order");
        assert_eq!(few.of_piece.iter().flatten().count(), 3);
        assert_eq!(few.is_word.iter().filter(|is_word| **is_word).count(), 26);
    }

    #[test]
    fn a_word_of_any_length_is_cut() {
        assert_eq!(cut("café"), "café");
        assert_eq!(cut(&"é".repeat(100_000)).chars().count(), MAX_WORD + 1);
    }
}
