//! The two spellings of a nasal before a consonant in Devanagari: a separate letter or a dot
//! above, as in `हिन्दी` and `हिंदी`. Hindi and Marathi use both.

const VIRAMA: char = '\u{94d}';
const DOT: char = '\u{902}';
/// The moon dot (candrabindu), which many write as the plain dot.
const MOON_DOT: char = '\u{901}';

/// Each nasal, with the first and the last consonant of its row.
const ROWS: [(char, char, char); 5] = [
    ('\u{919}', '\u{915}', '\u{918}'),
    ('\u{91e}', '\u{91a}', '\u{91d}'),
    ('\u{923}', '\u{91f}', '\u{922}'),
    ('\u{928}', '\u{924}', '\u{927}'),
    ('\u{92e}', '\u{92a}', '\u{92d}'),
];

/// Rewrites the nasals after `start` as dots. A nasal before a consonant of another row stays,
/// since it is pronounced as itself.
pub fn write_dots(word: &mut String, start: usize) {
    if !word[start..].contains([VIRAMA, MOON_DOT]) {
        return;
    }
    let letters: Vec<char> = word[start..].chars().collect();
    word.truncate(start);
    let mut at = 0;
    while let Some(&letter) = letters.get(at) {
        let dotted = letters.get(at + 1) == Some(&VIRAMA)
            && letters.get(at + 2).is_some_and(|next| {
                let mut rows = ROWS.into_iter();
                rows.any(|(nasal, first, last)| letter == nasal && (first..=last).contains(next))
            });
        word.push(if dotted || letter == MOON_DOT {
            DOT
        } else {
            letter
        });
        at += if dotted { 2 } else { 1 };
    }
}
