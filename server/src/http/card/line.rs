//! Lines of text: which glyphs they have, and how much of a text fits.
//!
//! The fonts have Latin, Greek and Cyrillic letters. Letters of other scripts, emoji and marks of
//! direction are left out, so no line depends on the direction of its text.

use skrifa::GlyphId;
use unicode_normalization::UnicodeNormalization;

use super::fonts::Face;

/// The most characters of a text that are looked at.
const LONGEST: usize = 400;

/// Stands for what does not fit.
const ELLIPSIS: char = '…';

/// A text in one size and weight.
pub struct Writing<'f, 'a> {
    /// The fonts.
    pub faces: &'f [Face<'a>],
    /// In pixels.
    pub size: f32,
}

/// A glyph in its place.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Placed {
    /// Index of its font.
    pub face: usize,
    /// The glyph.
    pub glyph: GlyphId,
    /// Its distance from the start of the line, in pixels.
    pub x: f32,
}

/// A line of glyphs.
#[derive(Debug, Default, PartialEq)]
pub struct Line {
    /// The glyphs, from left to right.
    pub glyphs: Vec<Placed>,
    /// Its width in pixels.
    pub width: f32,
}

impl Writing<'_, '_> {
    /// As much of a text as fits a width, in so many lines at most. They are broken at spaces, or
    /// within a word that does not fit by itself. No lines if the fonts have none of its letters.
    pub fn lines(&self, text: &str, width: f32, most: usize) -> Vec<Line> {
        let letters = self.drawable(text);
        let mut rest = letters.as_slice();
        let mut lines = Vec::new();
        while !rest.is_empty() && lines.len() < most {
            let fits = self.fitting(rest, width);
            if fits == rest.len() {
                lines.push(self.line(rest));
                return lines;
            }
            if lines.len() + 1 == most {
                lines.push(self.cut(rest, width));
                return lines;
            }
            let space = rest[..fits.min(rest.len() - 1) + 1]
                .iter()
                .rposition(|letter| *letter == ' ');
            let end = space.filter(|&at| at > 0).unwrap_or(fits.max(1));
            lines.push(self.line(&rest[..end]));
            rest = &rest[end..];
            if rest.first() == Some(&' ') {
                rest = &rest[1..];
            }
        }
        lines
    }

    /// As much of a text as fits a width, in one line.
    pub fn one_line(&self, text: &str, width: f32) -> Line {
        let lines = self.lines(text, width, 1);
        lines.into_iter().next().unwrap_or_default()
    }

    /// The beginning of the letters that fits, with an ellipsis.
    fn cut(&self, letters: &[char], width: f32) -> Line {
        let room = width - self.width_of(ELLIPSIS);
        let fits = self.fitting(letters, room);
        let mut kept: Vec<char> = letters[..fits].to_vec();
        while kept.last() == Some(&' ') {
            kept.pop();
        }
        kept.push(ELLIPSIS);
        self.line(&kept)
    }

    /// How many of the letters fit.
    fn fitting(&self, letters: &[char], width: f32) -> usize {
        let mut used = 0.0;
        let too_wide = letters.iter().position(|&letter| {
            used += self.width_of(letter);
            used > width
        });
        too_wide.unwrap_or(letters.len())
    }

    fn line(&self, letters: &[char]) -> Line {
        let mut line = Line::default();
        for &letter in letters {
            if let Some((face, glyph)) = self.glyph(letter) {
                let x = line.width;
                line.glyphs.push(Placed { face, glyph, x });
                line.width += self.faces[face].advance(glyph, self.size);
            }
        }
        line
    }

    fn width_of(&self, letter: char) -> f32 {
        let found = self.glyph(letter);
        found.map_or(0.0, |(face, glyph)| {
            self.faces[face].advance(glyph, self.size)
        })
    }

    fn glyph(&self, letter: char) -> Option<(usize, GlyphId)> {
        let mut faces = self.faces.iter().enumerate();
        faces.find_map(|(at, face)| Some((at, face.glyph(letter)?)))
    }

    /// The letters of a text that the fonts have, with accents joined to their letters. What is
    /// between them, left out or not, is one space.
    fn drawable(&self, text: &str) -> Vec<char> {
        let mut letters: Vec<char> = Vec::new();
        let mut gap = false;
        for letter in text.nfc().take(LONGEST) {
            let draws = !letter.is_whitespace() && !is_invisible(letter);
            if !draws || self.glyph(letter).is_none() {
                gap = true;
                continue;
            }
            if gap && !letters.is_empty() {
                letters.push(' ');
            }
            gap = false;
            letters.push(letter);
        }
        letters
    }
}

/// Whether a letter only says how others are drawn: marks of direction, joiners, soft hyphens.
fn is_invisible(letter: char) -> bool {
    let marks = [
        '\u{200b}'..='\u{200f}',
        '\u{202a}'..='\u{202e}',
        '\u{2060}'..='\u{206f}',
    ];
    let is_mark = marks.iter().any(|marks| marks.contains(&letter));
    is_mark || letter.is_control() || matches!(letter, '\u{ad}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::super::fonts::{Fonts, tests::site};
    use super::*;
    use crate::site::Files;

    fn with(test: impl Fn(Writing<'_, '_>)) {
        let fonts = Fonts::of(Files::InFolder(site()));
        let faces = fonts.at_weight(600.0);
        test(Writing {
            faces: &faces,
            size: 40.0,
        });
    }

    #[test]
    fn a_text_is_broken_at_spaces_and_cut_where_it_ends() {
        with(|writing| {
            let whole = writing.one_line("milk company", 2_000.0);
            let narrow = whole.width - 1.0;
            let two = writing.lines("milk company", narrow, 2);
            assert_eq!(two.len(), 2);
            assert_eq!(two[0], writing.one_line("milk", 2_000.0));
            assert_eq!(two[1], writing.one_line("company", 2_000.0));
            let cut = writing.one_line("milk company", narrow);
            assert!(cut.width <= narrow && cut.glyphs.len() < whole.glyphs.len());
            let ellipsis = writing.glyph(ELLIPSIS).unwrap();
            let last = cut.glyphs.last().unwrap();
            assert_eq!((last.face, last.glyph), ellipsis);
        });
    }

    #[test]
    fn a_word_without_end_fills_its_lines_and_no_more() {
        with(|writing| {
            let lines = writing.lines(&"w".repeat(100_000), 500.0, 2);
            assert_eq!(lines.len(), 2);
            assert!(lines.iter().all(|line| line.width <= 500.0));
            // Not even one letter fits.
            assert_eq!(writing.lines("www", 1.0, 2).len(), 2);
        });
    }

    #[test]
    fn what_the_fonts_do_not_have_leaves_one_space() {
        with(|writing| {
            let spelled = writing.one_line("a b", 500.0);
            for text in ["a 🪱 b", "a\u{202e}\u{0}b", " a\n\t牛乳 b 🐄 "] {
                assert_eq!(writing.one_line(text, 500.0), spelled, "{text:?}");
            }
            assert!(writing.lines("שלום 牛乳 🪱", 500.0, 2).is_empty());
            let joined = writing.one_line("é", 500.0);
            assert_eq!(writing.one_line("e\u{301}", 500.0), joined);
        });
    }
}
