//! Whether a word is correct in the language, even if no record contains it.

/// English endings that leave a word correct, as far as that can be judged from its parts.
const ENDINGS: [&str; 6] = ["s", "es", "ed", "d", "ing", "ly"];

/// The fewest letters before an ending.
const LEAST_LETTERS: usize = 3;

/// Whether `is_word` knows a folded word, or the word it is an inflected form of: a plural, a
/// past tense, an -ing form or an adverb, with the spelling changes that these cause in English.
pub fn is_known(word: &str, is_word: &dyn Fn(&str) -> bool) -> bool {
    is_word(word) || ENDINGS.iter().any(|ending| is_form(word, ending, is_word))
}

fn is_form(word: &str, ending: &str, is_word: &dyn Fn(&str) -> bool) -> bool {
    let Some(stem) = word.strip_suffix(ending) else {
        return false;
    };
    // "Boss" is not a plural.
    if stem.chars().count() < LEAST_LETTERS || (ending.starts_with('s') && stem.ends_with('s')) {
        return false;
    }
    let begins_with_a_vowel = ending.starts_with(['e', 'i']);
    is_word(stem)
        // "Baking" comes from "bake", "planned" from "plan", "happily" from "happy".
        || (begins_with_a_vowel && is_word(&format!("{stem}e")))
        || (begins_with_a_vowel && undoubled(stem).is_some_and(is_word))
        || stem.strip_suffix('i').is_some_and(|stem| is_word(&format!("{stem}y")))
}

/// A stem without the consonant doubled before an ending, for words of one syllable: in longer
/// ones, a doubled consonant is as often a typo.
fn undoubled(stem: &str) -> Option<&str> {
    let is_vowel = |letter: char| matches!(letter, 'a' | 'e' | 'i' | 'o' | 'u' | 'y');
    let last = stem.chars().next_back()?;
    let shorter = &stem[..stem.len() - last.len_utf8()];
    let syllables = shorter.split(|letter| !is_vowel(letter));
    let one_syllable = syllables.filter(|vowels| !vowels.is_empty()).count() == 1;
    (shorter.ends_with(last) && !is_vowel(last) && one_syllable).then_some(shorter)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_of_a_known_word_are_known() {
        let words = [
            "bake", "box", "plan", "happy", "shark", "city", "class", "travel",
        ];
        let is_word = |word: &str| words.contains(&word);
        for known in [
            "bake", "baking", "baked", "boxes", "planned", "happily", "sharks", "cities", "bakes",
        ] {
            assert!(is_known(known, &is_word), "{known}");
        }
        for unknown in [
            "bakking", "classs", "travvel", "shrak", "s", "ing", "travelll",
        ] {
            assert!(!is_known(unknown, &is_word), "{unknown}");
        }
    }
}
