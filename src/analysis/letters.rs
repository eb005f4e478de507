//! What the analysis needs to know about a character: its script, whether it is visible, whether
//! it is a digit.

use unicode_normalization::char::is_combining_mark;

/// The scripts that are treated differently.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Script {
    Latin,
    Greek,
    Cyrillic,
    Armenian,
    Hebrew,
    Arabic,
    Devanagari,
    Tamil,
    Han,
    Kana,
    Hangul,
    Thai,
    Lao,
    Khmer,
    Burmese,
    /// Any other.
    Other,
}

impl Script {
    /// The script of a letter.
    pub fn of(letter: char) -> Self {
        match letter as u32 {
            0x41..=0x24f
            | 0x1e00..=0x1eff
            | 0x2c60..=0x2c7f
            | 0xa720..=0xa7ff
            | 0xfb00..=0xfb06
            | 0xff21..=0xff5a => Self::Latin,
            0x370..=0x3ff | 0x1f00..=0x1fff => Self::Greek,
            0x400..=0x52f | 0x1c80..=0x1c8f | 0x2de0..=0x2dff | 0xa640..=0xa69f => Self::Cyrillic,
            0x530..=0x58f | 0xfb13..=0xfb17 => Self::Armenian,
            0x590..=0x5ff | 0xfb1d..=0xfb4f => Self::Hebrew,
            0x600..=0x6ff | 0x750..=0x77f | 0x870..=0x8ff | 0xfb50..=0xfdff | 0xfe70..=0xfefe => {
                Self::Arabic
            }
            0x900..=0x97f | 0xa8e0..=0xa8ff => Self::Devanagari,
            0xb80..=0xbff => Self::Tamil,
            0xe00..=0xe7f => Self::Thai,
            0xe80..=0xeff => Self::Lao,
            0x1000..=0x109f | 0xa9e0..=0xa9ff | 0xaa60..=0xaa7f => Self::Burmese,
            0x1780..=0x17ff | 0x19e0..=0x19ff => Self::Khmer,
            0x1100..=0x11ff
            | 0x3131..=0x318e
            | 0xa960..=0xa97f
            | 0xac00..=0xd7ff
            | 0xffa0..=0xffdc => Self::Hangul,
            0x3031..=0x3035
            | 0x3041..=0x30fa
            | 0x30fc..=0x30ff
            | 0x31f0..=0x31ff
            | 0xff66..=0xff9f
            | 0x1b000..=0x1b16f => Self::Kana,
            0x2e80..=0x2fdf
            | 0x3005..=0x3007
            | 0x3021..=0x3029
            | 0x3038..=0x303b
            | 0x3105..=0x312f
            | 0x31a0..=0x31bf
            | 0x3400..=0x4dbf
            | 0x4e00..=0x9fff
            | 0xf900..=0xfaff
            | 0x20000..=0x3ffff => Self::Han,
            _ => Self::Other,
        }
    }

    /// Whether it is written without spaces between words or, like Korean, with separate words
    /// attached as endings.
    pub fn is_unspaced(self) -> bool {
        matches!(
            self,
            Self::Han
                | Self::Kana
                | Self::Hangul
                | Self::Thai
                | Self::Lao
                | Self::Khmer
                | Self::Burmese
        )
    }

    /// Whether its combining marks are accents, which readers can do without. In other scripts
    /// they are letters.
    pub fn has_accents(self) -> bool {
        matches!(
            self,
            Self::Latin | Self::Greek | Self::Cyrillic | Self::Hebrew | Self::Arabic
        )
    }
}

/// Invisible marks inside a word, which nobody types: for hyphenation and line breaks, writing
/// direction, variants of a character.
pub fn is_invisible(mark: char) -> bool {
    matches!(
        mark,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
            | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}'
    )
}

/// Marks among the letters of a word that change nothing else: the Catalan middle dot, the
/// Arabic tatweel, the Hebrew geresh and gershayim and the quote typed for it, the Armenian
/// marks for stress, exclamation and question.
pub fn is_joining(mark: char) -> bool {
    matches!(
        mark,
        '"' | '\u{b7}'
            | '\u{2027}'
            | '\u{640}'
            | '\u{5f3}'
            | '\u{5f4}'
            | '\u{55b}'
            | '\u{55c}'
            | '\u{55e}'
    )
}

/// Whether a text has no visible characters.
pub fn is_blank(text: &str) -> bool {
    let shows_nothing = |c: char| c.is_whitespace() || c.is_control() || is_invisible(c);
    text.chars().all(shows_nothing)
}

/// The multiplication sign between two measures, typed as an x on keyboards.
pub const TIMES: char = '\u{d7}';

/// Whether a character is part of a word. The square unit symbols, such as `㎏`, are letters in a
/// box.
pub fn is_word(character: char) -> bool {
    character.is_alphanumeric()
        || character == TIMES
        || matches!(character, '\u{3371}'..='\u{33df}')
        || (is_combining_mark(character) && !is_invisible(character))
}

/// Whether a character is a digit of any script, or a number such as `②`.
pub fn is_digit(character: char) -> bool {
    character.is_ascii_digit()
        || (!character.is_ascii() && character.is_numeric() && !is_letter_number(character))
}

/// Numbers written as letters: Roman and Chinese numerals.
fn is_letter_number(character: char) -> bool {
    matches!(character, '\u{2160}'..='\u{2188}') || Script::of(character) == Script::Han
}

/// The decimal digit a character represents, if its script has digits of its own.
pub fn ascii_digit(character: char) -> Option<char> {
    /// The zero of each script; its other digits follow.
    const ZEROS: [u32; 18] = [
        0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xe50,
        0xed0, 0xf20, 0x1040, 0x17e0, 0x1810,
    ];
    let code = character as u32;
    let zero = ZEROS
        .into_iter()
        .find(|zero| (*zero..zero + 10).contains(&code))?;
    char::from_digit(code - zero, 10)
}

/// Whether a digit is a superscript.
pub fn is_raised_digit(character: char) -> bool {
    matches!(
        character,
        '\u{b2}' | '\u{b3}' | '\u{b9}' | '\u{2070}' | '\u{2074}'..='\u{2079}'
    )
}

/// Whether a character starts an emoji or another pictograph.
pub fn is_picture(character: char) -> bool {
    matches!(
        character,
        '\u{231a}' | '\u{231b}' | '\u{23e9}'..='\u{23fa}' | '\u{2600}'..='\u{2775}'
            | '\u{2794}'..='\u{27bf}' | '\u{2b1b}' | '\u{2b1c}' | '\u{2b50}' | '\u{2b55}'
            | '\u{1f000}'..='\u{1f0ff}' | '\u{1f18e}'..='\u{1faff}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_of_every_script_are_digits() {
        for digits in ["٣", "۳", "३", "๓", "໓", "၃", "៣"] {
            let digit = digits.chars().next().unwrap();
            assert_eq!(ascii_digit(digit), Some('3'), "{digits}");
            assert!(is_digit(digit));
        }
        assert!(is_digit('②') && !is_digit('三') && !is_digit('Ⅳ'));
    }

    #[test]
    fn a_sign_is_no_picture() {
        for (sign, picture) in [
            ('™', false),
            ('®', false),
            ('©', false),
            ('😀', true),
            ('♥', true),
        ] {
            assert_eq!(is_picture(sign), picture, "{sign}");
            assert!(!is_word(sign));
        }
    }
}
