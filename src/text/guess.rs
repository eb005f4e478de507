//! What a misspelt word may mean: corrections, from the words of live records.

use std::collections::BTreeMap;

use super::dictionary::{EditDistance, Edits};
use super::known::is_known;
use super::part::TextPart;
use super::query::Alternative;
use super::slip;
use crate::analysis::Analyzer;

/// The weight of a guessed word relative to a typed one: records that contain what was asked for
/// rank above those that contain what may have been meant.
pub const GUESS: f64 = 0.5;

/// What was meant by a word that no record contains.
pub enum Meant {
    /// A word with almost the same spelling.
    Word {
        /// The word.
        instead: String,
        /// Its term.
        term: Alternative,
    },
    /// A stop word, which is not looked up even if spelled correctly.
    StopWord,
    /// Cannot be determined.
    Unknown,
}

/// What was meant by a word. A correct word is left alone; `is_word` knows words in their plain
/// form. Otherwise it is a stop word, or the word of a live record that takes the likeliest
/// slips. Ties go to the word in the most records, then to the first in order. A stop word wins
/// a tie, since it is by far the commoner word.
pub fn meant(
    analyzer: &Analyzer,
    parts: &[TextPart<'_>],
    word: &str,
    is_word: &dyn Fn(&str) -> bool,
) -> Meant {
    let Some(allowed) = allowed(word) else {
        return Meant::Unknown;
    };
    if is_known(word, is_word) {
        return Meant::Unknown;
    }
    let edits = if allowed > 1 { Edits::Two } else { Edits::One };
    let automaton = EditDistance::new(word, edits);
    let mut found: BTreeMap<String, u32> = BTreeMap::new();
    for part in parts {
        for (candidate, at, _) in part.index.words().texts().near(&automaton) {
            let live = part.live_holders(at);
            if live > 0 && slip::cost(word, &candidate) <= allowed {
                *found.entry(candidate).or_default() += live;
            }
        }
    }
    let likeliest = found.into_iter().map(|(candidate, live)| {
        let cost = slip::cost(word, &candidate);
        (cost, std::cmp::Reverse(live), candidate)
    });
    let likeliest = likeliest.min();
    let stop = analyzer.stop_words();
    let stop = stop.map(|stop| slip::cost(word, stop)).min();
    let at_most = likeliest.as_ref().map_or(allowed, |(cost, ..)| *cost);
    if stop.is_some_and(|stop| stop <= at_most) {
        return Meant::StopWord;
    }
    let meant = likeliest.map(|(.., instead)| Meant::Word {
        term: Alternative::guess(analyzer.term(&instead).into_owned(), GUESS),
        instead,
    });
    meant.unwrap_or(Meant::Unknown)
}

/// Whether a misspelt word may mean another one, as far as can be told from their letters.
pub fn may_mean(typed: &str, other: &str) -> bool {
    allowed(typed).is_some_and(|allowed| slip::cost(typed, other) <= allowed)
}

/// The highest cost of the slips in a word that can be corrected.
fn allowed(word: &str) -> Option<u32> {
    slip::allowed(word).filter(|_| is_spelled(word))
}

/// Whether a word consists only of letters from an alphabet with capitals. With digits or signs
/// it is a number, a code or a name, and a similar one is a different thing. In scripts that
/// write syllables or leave out vowels, nearly every word one letter away is a different word,
/// too.
fn is_spelled(word: &str) -> bool {
    word.chars().all(char::is_lowercase)
}

#[cfg(test)]
mod tests {
    use crate::analysis::Analyzer;
    use crate::text::tests::{asked, index, part};
    use crate::text::{Lookup, TextQuery, parse};

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
    fn of_equally_likely_words_the_one_of_most_records_is_meant() {
        let query = corrected(&["marsh", "march", "march"], "marh");
        assert_eq!(query.corrections[0].instead, "march");
    }

    #[test]
    fn a_likely_slip_comes_before_the_word_of_more_records() {
        let query = corrected(&["received", "relieved", "relieved"], "recieved");
        assert_eq!(query.corrections[0].instead, "received");
    }

    #[test]
    fn a_word_that_is_right_is_not_taken_for_another() {
        let index = index(&["a passport", "the garden gates"]);
        let parts = [part(&index)];
        let lookup = Lookup {
            prefix: false,
            correct: true,
        };
        let is_word = |word: &str| ["password", "great"].contains(&word);
        for (query, corrections) in [
            ("password", 0),
            ("passwords", 0),
            ("great", 0),
            ("pasport", 1),
            ("gaates", 1),
        ] {
            let clauses = parse(query, |_| false);
            let asked = TextQuery::new(
                &Analyzer::default(),
                &parts,
                &clauses,
                |_| Vec::new(),
                lookup,
                &is_word,
            );
            assert_eq!(asked.corrections.len(), corrections, "{query}");
        }
    }

    #[test]
    fn another_letter_in_a_short_word_is_another_word() {
        for (text, query) in [
            ("bins", "bibs"),
            ("furnished", "burnished"),
            ("gasket", "basket"),
        ] {
            assert_eq!(corrected(&[text], query).corrections, [], "{query}");
        }
        assert_eq!(corrected(&["kintsugi"], "kintsugl").corrections.len(), 1);
    }

    #[test]
    fn codes_and_words_of_scripts_without_capitals_stay_as_they_are() {
        for (text, query) in [
            ("ab1234x", "ab1243x"),
            ("20240501", "20240510"),
            (
                "\u{92c}\u{93f}\u{932}\u{94d}\u{932}\u{940}",
                "\u{92c}\u{932}\u{94d}\u{932}\u{940}",
            ),
            (
                "\u{5e9}\u{5dc}\u{5d5}\u{5dd}",
                "\u{5e9}\u{5d5}\u{5dc}\u{5dd}",
            ),
        ] {
            assert_eq!(corrected(&[text], query).corrections, [], "{query}");
        }
    }
}
