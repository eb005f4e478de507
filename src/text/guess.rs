//! What a word may mean that is unfinished or misspelt: completions and corrections, among
//! the words of live records.

use std::collections::BTreeMap;

use super::dictionary::{EditDistance, Edits};
use super::query::Alternative;
use super::search::TextPart;
use crate::analysis::Analyzer;

/// What a word that was guessed weighs, beside one that was typed: records that hold what
/// was asked for stand above those that hold what may have been meant.
const GUESS: f64 = 0.5;
/// How many completions of a word are looked for, those of most records first.
const MAX_COMPLETIONS: usize = 50;
/// From how many letters on a word may differ by one edit, and by two.
const ONE_EDIT_FROM: usize = 4;
const TWO_EDITS_FROM: usize = 8;
/// A longer word is no misspelling, and its automaton would be large.
const MAX_CORRECTED: usize = 32;

/// What was meant by a word that no record holds.
pub enum Meant {
    /// A word that is spelled almost the same.
    Word {
        /// The word.
        instead: String,
        /// Its term.
        term: Alternative,
    },
    /// A stop word, which is looked for no more when it is spelled right.
    StopWord,
    /// Nothing that can be told.
    Unknown,
}

/// The terms of the words that begin with a prefix, without its own, those of most records
/// first.
pub fn completions(
    analyzer: &Analyzer,
    parts: &[TextPart<'_>],
    prefix: &str,
    own: &str,
) -> Vec<Alternative> {
    let mut holding: BTreeMap<String, u32> = BTreeMap::new();
    for part in parts {
        for (word, at) in part.index.words().texts().beginning_with(prefix) {
            let live = part.live_holders(at);
            if live > 0 {
                *holding.entry(word).or_default() += live;
            }
        }
    }
    let mut terms: BTreeMap<String, u32> = BTreeMap::new();
    for (word, live) in holding {
        let term = analyzer.term(&word);
        if term != own {
            *terms.entry(term.into_owned()).or_default() += live;
        }
    }
    let mut terms: Vec<(String, u32)> = terms.into_iter().collect();
    // Stable: of equally many, the first in order of term.
    terms.sort_by_key(|(_, live)| std::cmp::Reverse(*live));
    terms.truncate(MAX_COMPLETIONS);
    let guess = |(term, _)| Alternative::guess(term, GUESS);
    terms.into_iter().map(guess).collect()
}

/// What was meant by a word: a stop word, or the word spelled most alike that a live record
/// holds, of equally near ones that of most records, then the first in order. A stop word
/// comes first where it is as near, since it is by far the commoner word; and what has a full
/// stop or a digit inside is a name, of which a near one is another.
pub fn meant(analyzer: &Analyzer, parts: &[TextPart<'_>], word: &str) -> Meant {
    let letters = word.chars().count();
    let edits = match letters {
        TWO_EDITS_FROM..=MAX_CORRECTED => Edits::Two,
        ONE_EDIT_FROM..TWO_EDITS_FROM => Edits::One,
        _ => return Meant::Unknown,
    };
    if word.chars().any(|c| c.is_numeric() || c == '.') {
        return Meant::Unknown;
    }
    let automaton = EditDistance::new(word, edits);
    let mut found: BTreeMap<String, (u8, u32)> = BTreeMap::new();
    for part in parts {
        for (candidate, at, distance) in part.index.words().texts().near(&automaton) {
            let live = part.live_holders(at);
            if live > 0 {
                found.entry(candidate).or_insert((distance, 0)).1 += live;
            }
        }
    }
    let best = found
        .into_iter()
        .min_by_key(|(_, (distance, live))| (*distance, std::cmp::Reverse(*live)));
    let nearest = best.as_ref().map(|(_, (distance, _))| *distance);
    let stop = analyzer.stop_words();
    let stop = stop.filter_map(|stop| automaton.to(stop));
    if stop
        .min()
        .is_some_and(|stop| nearest.is_none_or(|nearest| stop <= nearest))
    {
        return Meant::StopWord;
    }
    let meant = best.map(|(instead, _)| Meant::Word {
        term: Alternative::guess(analyzer.term(&instead).into_owned(), GUESS),
        instead,
    });
    meant.unwrap_or(Meant::Unknown)
}

#[cfg(test)]
mod tests {
    use crate::text::tests::{asked, index, part};
    use crate::text::{Lookup, TextQuery};

    fn corrected(texts: &[&str], query: &str) -> TextQuery {
        let index = index(texts);
        let lookup = Lookup {
            prefix: false,
            correct: true,
        };
        asked(&[part(&index)], query, lookup)
    }

    #[test]
    fn a_misspelt_stop_word_is_no_rare_word() {
        for query in ["thsi", "withh", "teh withh"] {
            let query = corrected(&["thai food", "a witch"], query);
            assert_eq!(query.corrections, []);
            assert_eq!(query.ways().count(), 0);
        }
        let query = corrected(&["thai food", "a witch"], "fodo withh");
        assert_eq!(query.words.len(), 1, "food, and nothing for with");
    }

    #[test]
    fn a_word_that_nothing_completes_is_misspelt() {
        let index = index(&["solar"]);
        let typing = Lookup {
            prefix: true,
            correct: true,
        };
        let query = asked(&[part(&index)], "sloar", typing);
        assert_eq!(query.corrections[0].instead, "solar");
    }

    #[test]
    fn names_with_a_full_stop_inside_stay_as_they_are() {
        let query = corrected(&["moo.com"], "foo.com");
        assert_eq!(query.corrections, []);
    }

    #[test]
    fn of_equally_near_words_the_one_of_most_records_is_meant() {
        let query = corrected(&["bark", "mark", "mark"], "zark");
        assert_eq!(query.corrections[0].instead, "mark");
    }
}
