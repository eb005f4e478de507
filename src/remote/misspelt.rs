//! What a word that no record contains may mean. A cluster has no list of its words, only hashes of their terms, so
//! each word that differs from it in one place is tried.

use std::collections::HashSet;

use super::keys::hash;
use crate::analysis::Analyzer;
use crate::text::may_mean;

/// How many of the words it may mean are looked for.
const MOST: usize = 4;

/// The alphabets in which words are written that are corrected.
const ALPHABETS: [(char, char); 3] = [('a', 'z'), ('α', 'ω'), ('а', 'я')];

/// The terms of the words that a misspelt word may mean, the most frequent first. `count` says how many records
/// contain a term, given by its hash.
pub fn meant(analyzer: &Analyzer, word: &str, count: impl Fn(u32) -> u64) -> Vec<(String, u64)> {
    let mut seen = HashSet::new();
    let mut found = Vec::new();
    for other in one_away(word) {
        if may_mean(word, &other) {
            let term = analyzer.term(&other).into_owned();
            let records = count(hash(&term));
            if records > 0 && seen.insert(term.clone()) {
                found.push((term, records));
            }
        }
    }
    found.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    found.truncate(MOST);
    found
}

/// The words with one letter more, less or different, or with two adjacent letters in the other order.
fn one_away(word: &str) -> impl Iterator<Item = String> {
    let letters: Vec<char> = word.chars().collect();
    let used = |(first, last): &&(char, char)| {
        let alphabet = *first..=*last;
        letters.iter().any(|letter| alphabet.contains(letter))
    };
    let alphabets = ALPHABETS.iter().filter(used);
    let alphabet: Vec<char> = alphabets.flat_map(|(first, last)| *first..=*last).collect();
    (0..=letters.len()).flat_map(move |at| {
        let (before, rest) = letters.split_at(at);
        let word = |middle: &[char], rest: &[char]| -> String {
            before.iter().chain(middle).chain(rest).collect()
        };
        let mut words: Vec<String> = alphabet
            .iter()
            .map(|letter| word(&[*letter], rest))
            .collect();
        if let [_, rest @ ..] = rest {
            words.push(word(&[], rest));
            words.extend(alphabet.iter().map(|letter| word(&[*letter], rest)));
        }
        if let [one, other, rest @ ..] = rest {
            words.push(word(&[*other, *one], rest));
        }
        words
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Language;

    #[test]
    fn words_with_one_difference_are_found() {
        let analyzer = Analyzer::new(Language::English);
        let known = ["coffee", "toffee", "bakery", "кофейня"];
        let count = |asked: u32| {
            let at = known
                .iter()
                .position(|word| hash(&analyzer.term(word)) == asked);
            at.map_or(0, |at| at as u64 + 1)
        };
        for (typed, word) in [
            ("cofee", "coffee"),
            ("coffeee", "coffee"),
            ("coffe", "coffee"),
            ("bakrey", "bakery"),
            ("кофенйя", "кофейня"),
        ] {
            let found = meant(&analyzer, typed, count);
            let term = analyzer.term(word);
            assert!(
                found.iter().any(|(found, _)| *found == term),
                "{typed}: {found:?}"
            );
        }
        // Too short, or nothing like it.
        assert_eq!(meant(&analyzer, "cof", count), []);
        assert_eq!(meant(&analyzer, "xylophone", count), []);
    }
}
