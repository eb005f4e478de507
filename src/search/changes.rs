//! Small changes of a query, as people make them by accident or on purpose. They are made from the query
//! alone, so a query always has the same.

use std::ops::Range;

use crate::analysis::{Analyzer, fold};
use crate::split_mix::SplitMix64;
use crate::vocabulary::{Change, WordCount};

/// The shortest word with a typo, in letters.
const LONG: usize = 4;

/// The letters next to each other on a keyboard.
const KEYS: [&str; 3] = ["qwertyuiop", "asdfghjkl", "zxcvbnm"];

/// A word of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Word {
    /// Its place in the query, in bytes.
    pub range: Range<usize>,
    /// The word as typed.
    pub text: String,
    /// The word without case and accents.
    pub folded: String,
    /// Whether it means something by itself.
    pub counts: bool,
}

/// A changed query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Made {
    /// What is changed.
    pub change: Change,
    /// The word that is changed.
    pub word: String,
    /// What stands in its place.
    pub instead: Option<String>,
    /// The query with the change.
    pub query: String,
}

/// The words of a query that can be changed: not those with operators.
pub fn words(query: &str, analyzer: &Analyzer) -> Vec<Word> {
    let mut at = 0;
    let words = query.split_whitespace().filter_map(|text| {
        let start = at + query.get(at..)?.find(text)?;
        at = start + text.len();
        let plain = text
            .chars()
            .all(|c| c.is_alphanumeric() || c == '\'' || c == '-');
        let has_letter = text.chars().any(char::is_alphabetic);
        if !plain || !has_letter || text.starts_with('-') {
            return None;
        }
        let folded = fold(text);
        Some(Word {
            range: start..at,
            text: text.to_owned(),
            counts: !analyzer.is_stop_word(&folded),
            folded,
        })
    });
    words.collect()
}

/// The query with a slip of the fingers in its longest word.
pub fn typo(query: &str, words: &[Word]) -> Option<Made> {
    // The first of the longest.
    let longest = words
        .iter()
        .rev()
        .max_by_key(|word| word.text.chars().count())?;
    if longest.text.chars().count() < LONG {
        return None;
    }
    let seed = query.bytes().fold(0, |seed, byte| {
        SplitMix64::new(seed ^ u64::from(byte)).bits()
    });
    let slipped = slip(&longest.text, &mut SplitMix64::new(seed))?;
    Some(replaced(query, Change::Typo, longest, slipped))
}

/// A word as it comes out when a finger slips, after its first letter: the key next to the right one,
/// two letters in the wrong order, one too few, or one too many.
fn slip(word: &str, random: &mut SplitMix64) -> Option<String> {
    let letters: Vec<char> = word.chars().collect();
    let first = random.below(4);
    let place = random.below(letters.len() as u64 - 1) as usize;
    let after_first = 1..letters.len();
    // Not every letter has a key next to it, or another letter after it.
    let ways = (first..first + 4).flat_map(|way| {
        let places = after_first.clone().cycle().skip(place);
        places.take(letters.len() - 1).map(move |at| (way % 4, at))
    });
    let mut slipped = ways.filter_map(|(way, at)| {
        let mut letters = letters.clone();
        match way {
            0 => letters[at] = neighbour(letters[at], random.below(2) == 0)?,
            1 => {
                let next = *letters.get(at + 1)?;
                (next != letters[at]).then(|| letters.swap(at, at + 1))?;
            }
            2 => {
                letters.remove(at);
            }
            _ => letters.insert(at, letters[at]),
        }
        Some(letters.into_iter().collect::<String>())
    });
    slipped.find(|slipped| slipped != word)
}

/// A letter on the key next to a letter's.
fn neighbour(letter: char, before: bool) -> Option<char> {
    let row = KEYS.iter().find(|row| row.contains(letter))?;
    let at = row.find(letter)?;
    let (one, other) = (at.checked_sub(1), Some(at + 1));
    let places = if before { [one, other] } else { [other, one] };
    let mut keys = places.into_iter().flatten();
    keys.find_map(|at| row.get(at..at + 1)?.chars().next())
}

/// The query with another word in the place of one.
pub fn replaced(query: &str, change: Change, word: &Word, instead: String) -> Made {
    let (before, after) = (&query[..word.range.start], &query[word.range.end..]);
    Made {
        change,
        word: word.text.clone(),
        query: [before, &instead, after].concat(),
        instead: Some(instead),
    }
}

/// The query with its last word left out by a hyphen. Something to look for must be left, and not
/// the same word.
pub fn exclusion(query: &str, words: &[Word]) -> Option<Made> {
    let (last, before) = last_that_counts(words)?;
    let same = words.iter().filter(|word| word.folded == last.folded);
    if !before || same.count() > 1 {
        return None;
    }
    let instead = format!("-{}", last.text);
    Some(Made {
        change: Change::Exclusion,
        word: last.text.clone(),
        query: format!("{} {instead}", without(query, last)),
        instead: Some(instead),
    })
}

/// The query with its last word negated as one would say it.
pub fn negation(query: &str, words: &[Word]) -> Option<Made> {
    let (last, before) = last_that_counts(words)?;
    let instead = if before {
        format!("without {}", last.text)
    } else {
        format!("not {}", last.text)
    };
    let query = if before {
        format!("{} {instead}", without(query, last))
    } else {
        replaced(query, Change::Negation, last, instead.clone()).query
    };
    Some(Made {
        change: Change::Negation,
        word: last.text.clone(),
        instead: Some(instead),
        query,
    })
}

/// The query with its last word first.
pub fn order(query: &str, words: &[Word]) -> Option<Made> {
    let last = words.last().filter(|_| words.len() > 1)?;
    let changed = format!("{} {}", last.text, without(query, last));
    (changed != query).then(|| Made {
        change: Change::Order,
        word: last.text.clone(),
        instead: None,
        query: changed,
    })
}

/// The query without the word that most records contain; of equal ones, the last.
pub fn dropped(query: &str, words: &[Word], counts: &[WordCount]) -> Option<Made> {
    let counting: Vec<&Word> = words.iter().filter(|word| word.counts).collect();
    if counting.len() < 2 {
        return None;
    }
    let records = |word: &Word| {
        let same = |count: &&WordCount| fold(&count.word) == word.folded;
        counts.iter().find(same).map_or(0, |count| count.records)
    };
    let word = counting.into_iter().max_by_key(|word| records(word))?;
    Some(Made {
        change: Change::Dropped,
        word: word.text.clone(),
        instead: None,
        query: without(query, word),
    })
}

/// The last word that means something, and whether there is another before it.
fn last_that_counts(words: &[Word]) -> Option<(&Word, bool)> {
    let mut counting = words.iter().rev().filter(|word| word.counts);
    let last = counting.next()?;
    Some((last, counting.next().is_some()))
}

/// The query without a word.
fn without(query: &str, word: &Word) -> String {
    let (before, after) = (&query[..word.range.start], &query[word.range.end..]);
    let left = [before.trim(), after.trim()];
    let left: Vec<&str> = left.into_iter().filter(|part| !part.is_empty()).collect();
    left.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(query: &str) -> Vec<Word> {
        words(query, &Analyzer::default())
    }

    fn query(made: Option<Made>) -> String {
        made.map(|made| made.query).unwrap_or_default()
    }

    #[test]
    fn words_with_operators_are_left_alone() {
        let found = of("goat -cheese \"raw milk\" city:Oslo e-mail 22000 the");
        let found: Vec<_> = found.iter().map(|w| (w.text.as_str(), w.counts)).collect();
        assert_eq!(found, [("goat", true), ("e-mail", true), ("the", false)]);
    }

    #[test]
    fn a_word_is_negated_moved_and_dropped() {
        let typed = "milk from a goat";
        let words = of(typed);
        assert_eq!(query(exclusion(typed, &words)), "milk from a -goat");
        assert_eq!(query(negation(typed, &words)), "milk from a without goat");
        assert_eq!(query(order(typed, &words)), "goat milk from a");
        let counts = [("milk", 12), ("goat", 4)].map(|(word, records)| WordCount {
            word: word.into(),
            records,
        });
        assert_eq!(query(dropped(typed, &words, &counts)), "from a goat");
    }

    #[test]
    fn a_single_word_is_only_misspelt_or_negated() {
        let words = of("goat");
        assert_eq!(query(negation("goat", &words)), "not goat");
        assert_eq!(exclusion("goat", &words), None);
        assert_eq!(exclusion("goat Goat", &of("goat Goat")), None);
        assert_eq!(order("goat", &words), None);
        assert_eq!(dropped("goat", &words, &[]), None);
        assert_eq!(typo("cow", &of("cow")), None);
    }

    #[test]
    fn keys_have_neighbours_in_their_row() {
        assert_eq!(neighbour('s', true), Some('a'));
        assert_eq!(neighbour('q', true), Some('w'));
        assert_eq!(neighbour('m', false), Some('n'));
        assert_eq!(neighbour('é', true), None);
    }

    proptest! {
        /// One letter more or less, or another; or two exchanged. And the same every time.
        #[test]
        fn a_typo_is_one_slip(word in "[a-zé]{4,12}", other in "[a-z]{1,3}") {
            let typed = format!("{other} {word}");
            let made = typo(&typed, &of(&typed));
            prop_assert_eq!(&made, &typo(&typed, &of(&typed)));
            let Some(made) = made else {
                return Err(TestCaseError::fail("no typo"));
            };
            let slipped: Vec<char> = made.instead.unwrap_or_default().chars().collect();
            let right: Vec<char> = word.chars().collect();
            prop_assert_ne!(&slipped, &right);
            prop_assert!(slipped.len().abs_diff(right.len()) <= 1);
            prop_assert_eq!(slipped.first(), right.first());
            if slipped.len() == right.len() {
                let differ = slipped.iter().zip(&right).filter(|(a, b)| a != b).count();
                prop_assert!(differ <= 2, "{differ}");
            }
            prop_assert!(made.query.starts_with(&other));
        }

        #[test]
        fn any_query_can_be_changed(typed in r#"[-a-dé\":' ]{0,24}"#) {
            let words = of(&typed);
            for made in [
                typo(&typed, &words),
                exclusion(&typed, &words),
                negation(&typed, &words),
                order(&typed, &words),
                dropped(&typed, &words, &[]),
            ].into_iter().flatten() {
                prop_assert_ne!(made.query, typed.clone());
            }
        }
    }
}
