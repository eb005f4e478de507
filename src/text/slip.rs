//! How likely a word is a typo for another one.
//!
//! The commonest slips (Damerau, "A technique for computer detection and correction of spelling
//! errors", 1964) are swapping adjacent letters and leaving out a letter. An extra letter is
//! mostly a doubled one, and vowels are confused in words long enough to be hard to spell.
//! Sometimes the wrong one of two adjacent letters is doubled (Rumelhart & Norman, "Simulating a
//! skilled typist", 1982), or a letter moves across two others. Any other difference of one
//! letter more often makes another word. The first letter is rarely wrong.

/// The cost of a likely slip, of any other difference of one letter, and the extra cost of
/// either at the first letter.
const LIKELY: u32 = 1;
const UNLIKELY: u32 = 2;
const FIRST: u32 = 1;

/// The word lengths from which one likely slip is allowed; two likely slips or an unlikely one;
/// one of each.
const ONE_FROM: usize = 4;
const TWO_FROM: usize = 8;
const EITHER_FROM: usize = 10;
/// The word length from which one vowel is easily mistaken for another.
const VOWELS_FROM: usize = 6;
/// Longer words are not corrected: they are not typos, and the search would be slow.
const MAX_LETTERS: usize = 32;

/// The highest cost of slips at which a word counts as a typo; `None` if it is too short or too
/// long.
pub fn allowed(word: &str) -> Option<u32> {
    match word.chars().count() {
        ONE_FROM..TWO_FROM => Some(LIKELY),
        TWO_FROM..EITHER_FROM => Some(2 * LIKELY),
        EITHER_FROM..=MAX_LETTERS => Some(LIKELY + UNLIKELY),
        _ => None,
    }
}

/// The cost of the cheapest slips that turn `meant` into `typed`: edit distance with
/// transpositions, where each edit is weighted by how rare it is.
pub fn cost(typed: &str, meant: &str) -> u32 {
    let (typed, meant): (Vec<char>, Vec<char>) = (typed.chars().collect(), meant.chars().collect());
    let width = meant.len() + 1;
    let mut table = vec![u32::MAX; (typed.len() + 1) * width];
    table[0] = 0;
    for i in 0..=typed.len() {
        for j in 0..=meant.len() {
            let so_far = table[i * width + j];
            let first = if i == 0 || j == 0 { FIRST } else { 0 };
            let mut reach = |i: usize, j: usize, cost: u32| {
                let cell = &mut table[i * width + j];
                *cell = (*cell).min(so_far + cost);
            };
            let (here, there) = (typed.get(i), meant.get(j));
            if let (Some(&here), Some(&there)) = (here, there) {
                let vowels = typed.len() >= VOWELS_FROM && is_vowel(here) && is_vowel(there);
                let likely = vowels || doubles_the_wrong_one(&typed, i, &meant, j);
                let another = if likely { LIKELY } else { UNLIKELY };
                reach(
                    i + 1,
                    j + 1,
                    if here == there { 0 } else { another + first },
                );
            }
            if let Some(&here) = here {
                let before = i.checked_sub(1).and_then(|before| typed.get(before));
                let doubled = before == Some(&here) || typed.get(i + 1) == Some(&here);
                reach(i + 1, j, if doubled { LIKELY } else { UNLIKELY + first });
            }
            if there.is_some() {
                reach(i, j + 1, LIKELY + first);
            }
            let exchanged = here.is_some()
                && there.is_some()
                && here == meant.get(j + 1)
                && there == typed.get(i + 1);
            if exchanged {
                reach(i + 2, j + 2, LIKELY);
            }
            if let (Some([a, b, c]), Some(there)) = (typed.get(i..i + 3), meant.get(j..j + 3))
                && ([b, c, a].into_iter().eq(there) || [c, a, b].into_iter().eq(there))
            {
                reach(i + 3, j + 3, 2 * LIKELY);
            }
        }
    }
    table.last().copied().unwrap_or_default()
}

/// Whether the wrong one of two adjacent letters is doubled here: `vaccum` for `vacuum`.
fn doubles_the_wrong_one(typed: &[char], i: usize, meant: &[char], j: usize) -> bool {
    let (Some(i), Some(j)) = (i.checked_sub(1), j.checked_sub(1)) else {
        return false;
    };
    match (typed.get(i..i + 3), meant.get(j..j + 3)) {
        (Some([a, b, c]), Some([x, y, z])) => {
            a == x && c == z && ((a == b && y == z) || (b == c && x == y))
        }
        _ => false,
    }
}

fn is_vowel(letter: char) -> bool {
    matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y')
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn likely_slips_cost_less_than_other_words() {
        for (typed, meant, expected) in [
            ("solar", "solar", 0),
            ("sloar", "solar", 1),
            ("oslar", "solar", 1),
            ("solr", "solar", 1),
            ("sollar", "solar", 1),
            ("olar", "solar", 2),
            ("sonar", "solar", 2),
            ("polar", "solar", 3),
            ("solaro", "solar", 2),
            ("grammer", "grammar", 1),
            ("mere", "mire", 2),
            ("pannellign", "panelling", 2),
            ("vaccum", "vacuum", 1),
            ("bokk", "book", 1),
            ("restaraunt", "restaurant", 2),
            ("garuantee", "guarantee", 2),
            ("maintainance", "maintenance", 3),
        ] {
            assert_eq!(cost(typed, meant), expected, "{typed} {meant}");
        }
    }

    #[test]
    fn short_and_endless_words_are_taken_as_they_are() {
        assert_eq!(allowed("sol"), None);
        assert_eq!(allowed("solr"), Some(1));
        assert_eq!(allowed("kintsugl"), Some(2));
        assert_eq!(allowed(&"x".repeat(33)), None);
    }

    proptest! {
        #[test]
        fn only_the_same_word_costs_nothing(one in "[abc]{0,6}", other in "[abc]{0,6}") {
            prop_assert_eq!(cost(&one, &other) == 0, one == other);
        }
    }
}
