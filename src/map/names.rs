//! Names regions by the words that are much more frequent in them than elsewhere.

use crate::analysis::Analyzer;
use crate::segment::generation::Generation;
use crate::text::each_spelled;

/// How many words name a region.
const WORDS: usize = 3;

/// The strength of the prior, in records: every word is counted as if each region had so many more
/// records in which it is as frequent as everywhere. Rare words need more evidence.
const PRIOR: f64 = 20.0;

/// A word must be more frequent by so many standard deviations.
const LEAST: f64 = 3.0;

/// It must be in so many records of the region.
const FEWEST: u32 = 3;

/// A word that more than one in so many records contain does not tell regions apart.
const FREQUENT: u32 = 3;

/// Of two divisions of the same records, the words of each region, most distinctive first. A
/// position of the generation belongs to `region(position)[level]`; `None` if the record is not on
/// the map. `records` are the numbers of records of each region.
///
/// Words are compared by weighted log-odds with an informative Dirichlet prior (Monroe, Colaresi &
/// Quinn, "Fightin' words", Political Analysis 2008, section 3.5), on the numbers of records that
/// contain them.
pub fn names(
    generation: &Generation,
    analyzer: &Analyzer,
    records: [&[u32]; 2],
    region: &dyn Fn(u32) -> Option<[u16; 2]>,
) -> [Vec<Vec<String>>; 2] {
    let parts = generation.text_parts(&None);
    let all: u32 = records[0].iter().sum();
    let least = (all / 5_000).max(FEWEST);
    let most = (all / FREQUENT).max(least);
    let mut best = records.map(|regions| vec![Vec::<(f64, String)>::new(); regions.len()]);
    let mut counts = records.map(|regions| vec![0u32; regions.len()]);
    each_spelled(&parts, least..=most, |word, positions| {
        if !is_readable(word) || analyzer.is_stop_word(word) {
            return;
        }
        counts.iter_mut().for_each(|level| level.fill(0));
        for &position in positions {
            for (counts, region) in counts
                .iter_mut()
                .zip(region(position).into_iter().flatten())
            {
                if let Some(count) = counts.get_mut(region as usize) {
                    *count += 1;
                }
            }
        }
        for (level, counts) in counts.iter().enumerate() {
            for (at, &count) in counts.iter().enumerate() {
                let inside = (f64::from(count), f64::from(records[level][at]));
                let everywhere = (positions.len() as f64, f64::from(all));
                let score = score(inside, everywhere);
                if count >= FEWEST && score >= LEAST {
                    keep(&mut best[level][at], score, word);
                }
            }
        }
    });
    best.map(|regions| {
        let words = |best: Vec<(f64, String)>| best.into_iter().map(|(_, word)| word).collect();
        regions.into_iter().map(words).collect()
    })
}

/// By how many standard deviations the log-odds of a word inside exceed those outside.
fn score((inside, of_inside): (f64, f64), (everywhere, all): (f64, f64)) -> f64 {
    let (outside, of_outside) = (everywhere - inside, all - of_inside);
    let prior = PRIOR * everywhere / all.max(1.0);
    let odds = |count: f64, of: f64| {
        let count = count + prior;
        (count / (of + PRIOR - count).max(f64::MIN_POSITIVE)).ln()
    };
    let difference = odds(inside, of_inside) - odds(outside, of_outside);
    let variance = 1.0 / (inside + prior) + 1.0 / (outside + prior);
    difference / variance.sqrt()
}

/// Keeps a word if it is among the best; of equal ones, the first.
fn keep(best: &mut Vec<(f64, String)>, score: f64, word: &str) {
    let at = best.partition_point(|(other, _)| *other >= score);
    if at < WORDS {
        best.insert(at, (score, word.to_owned()));
        best.truncate(WORDS);
    }
}

/// Whether a word says something by itself: letters only, and three of them in scripts where words
/// are longer than that.
fn is_readable(word: &str) -> bool {
    let letters = word.chars().count();
    let least = if word.is_ascii() { 3 } else { 2 };
    (least..=30).contains(&letters) && word.chars().all(char::is_alphabetic)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frequent_word_needs_less_excess_than_a_rare_one() {
        // Half of the records are inside.
        let everywhere = |count| (count, 1_000.0);
        let even = score((50.0, 500.0), everywhere(100.0));
        assert!(even.abs() < 0.01, "{even}");
        let more = score((80.0, 500.0), everywhere(100.0));
        let rare = score((4.0, 500.0), everywhere(5.0));
        assert!(more > LEAST && more > rare, "{more} {rare}");
        let less = score((20.0, 500.0), everywhere(100.0));
        assert!(less < -LEAST, "{less}");
    }

    #[test]
    fn the_best_words_are_kept_in_order() {
        let mut best = Vec::new();
        for (score, word) in [(4.0, "a"), (6.0, "b"), (5.0, "c"), (6.0, "d"), (3.0, "e")] {
            keep(&mut best, score, word);
        }
        let words: Vec<&str> = best.iter().map(|(_, word)| word.as_str()).collect();
        assert_eq!(words, ["b", "d", "c"]);
    }

    #[test]
    fn numbers_codes_and_single_letters_name_nothing() {
        let readable = ["milk", "café", "日本"];
        assert!(readable.into_iter().all(is_readable));
        let others = ["b2b", "2014", "ab", "é", "node.js", ""];
        assert!(!others.into_iter().any(is_readable));
    }
}
