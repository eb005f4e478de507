//! Whether a word is right in the language, though no record holds it.

/// Endings of English that leave a word right, as far as words are told by their pieces.
const ENDINGS: [&str; 6] = ["s", "es", "ed", "d", "ing", "ly"];

/// The fewest letters of what an ending is on.
const LEAST_LETTERS: usize = 3;

/// Whether a word, folded, is one that `is_word` knows, or an inflected form of one: a plural,
/// a past, a form in -ing or an adverb, with the letters that English changes before these.
pub fn is_known(word: &str, is_word: &dyn Fn(&str) -> bool) -> bool {
    is_word(word) || ENDINGS.iter().any(|ending| is_form(word, ending, is_word))
}

fn is_form(word: &str, ending: &str, is_word: &dyn Fn(&str) -> bool) -> bool {
    let Some(stem) = word.strip_suffix(ending) else {
        return false;
    };
    // "Boss" is no plural.
    if stem.chars().count() < LEAST_LETTERS || (ending.starts_with('s') && stem.ends_with('s')) {
        return false;
    }
    let begins_with_a_vowel = ending.starts_with(['e', 'i']);
    is_word(stem)
        // "Baking" is of "bake", "planned" of "plan", "happily" of "happy".
        || (begins_with_a_vowel && is_word(&format!("{stem}e")))
        || (begins_with_a_vowel && undoubled(stem).is_some_and(is_word))
        || stem.strip_suffix('i').is_some_and(|stem| is_word(&format!("{stem}y")))
}

/// A stem without the consonant that was doubled before an ending, as short words have it: in
/// longer ones that is as often a slip.
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
