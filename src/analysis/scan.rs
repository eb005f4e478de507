//! Splits a text at its breaks into compound words with their parts, runs of scripts without
//! spaces, and pictographs.
//!
//! A word is compound if a single mark joins two of its characters (`wi-fi`, `node.js`,
//! `sales@example.org`, `l'été`), or if it can be split without one (see [`super::parts`]).

use std::ops::Range;

use super::apostrophe;
use super::letters::{
    Script, is_digit, is_invisible, is_joining, is_picture, is_raised_digit, is_word,
};
use super::part::{Form, Joint, Part};
use super::parts::{Borders, split};

/// A compound word with more parts is cut; the rest is another word.
const MAX_GLUED: usize = 32;

/// What the scanner finds between two breaks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// A compound word, whose parts the scanner holds; usually just one.
    Word,
    /// Letters of scripts without spaces.
    Run(Range<usize>),
    /// An emoji or another pictograph, with its modifiers.
    Picture(Range<usize>),
}

/// Scans a text.
pub struct Scanner<'t> {
    text: &'t str,
    at: usize,
    borders: Borders,
    /// The parts of the last word found.
    pub parts: Vec<Part>,
}

impl<'t> Scanner<'t> {
    /// Starts at the beginning of a text.
    pub fn new(text: &'t str, borders: Borders) -> Self {
        Self {
            text,
            at: 0,
            borders,
            parts: Vec::new(),
        }
    }

    /// The next word, run or pictograph.
    pub fn next(&mut self) -> Option<Found> {
        loop {
            let rest = &self.text[self.at..];
            let skipped = rest.find(|c: char| is_word(c) || is_picture(c))?;
            self.at += skipped;
            let c = self.text[self.at..].chars().next()?;
            if is_picture(c) {
                let start = self.at;
                self.at += cluster(&self.text[start..]).len();
                return Some(Found::Picture(start..self.at));
            }
            if Script::of(c).is_unspaced() && !is_digit(c) {
                return Some(Found::Run(self.run(c)));
            }
            let start = self.at;
            if self.word() {
                return Some(Found::Word);
            }
            // A stray mark.
            self.at = self.at.max(start + c.len_utf8());
        }
    }

    /// Reads a run of a script without spaces. Hangul forms runs of its own: Korean puts spaces
    /// between words.
    fn run(&mut self, first: char) -> Range<usize> {
        let start = self.at;
        let hangul = Script::of(first) == Script::Hangul;
        let goes_on = |c: char| {
            let script = Script::of(c);
            let same = script.is_unspaced() && (script == Script::Hangul) == hangul;
            (same && is_word(c) && !is_digit(c)) || is_invisible(c)
        };
        let rest = &self.text[start..];
        let length = rest.find(|c| !goes_on(c)).unwrap_or(rest.len());
        let run = rest[..length].trim_end_matches(is_invisible);
        self.at = start + length;
        start..start + run.len()
    }

    /// Reads a word and everything joined to it; returns whether there was one.
    fn word(&mut self) -> bool {
        self.parts.clear();
        let start = self.at;
        let marked = self.begins_with_a_mark(start);
        let mut joint = Joint::Tight;
        loop {
            let atom = self.atom();
            if atom.is_empty() {
                break;
            }
            self.push_atom(atom, joint);
            if self.parts.len() >= MAX_GLUED {
                break;
            }
            let Some((next, length)) = self.glue() else {
                break;
            };
            joint = next;
            self.at += length;
        }
        apostrophe::read(self.text, &mut self.parts);
        if let Some(first) = self.parts.first_mut().filter(|_| marked)
            && first.form == Form::Plain
            // It may begin after marks of its own that are no letters.
            && first.range.start == start
        {
            first.form = Form::Signed;
            first.range.start -= 1;
        }
        !self.parts.is_empty()
    }

    /// Whether the word is preceded by a break and a mark that belongs to it, as in `.NET`,
    /// `#rust` and `@ada`.
    fn begins_with_a_mark(&self, start: usize) -> bool {
        let mut before = self.text[..start].chars().rev();
        let letter = self.text[start..].starts_with(char::is_alphabetic);
        letter
            && before.next().is_some_and(|c| matches!(c, '.' | '#' | '@'))
            && before
                .next()
                .is_none_or(|c| c.is_whitespace() || matches!(c, '(' | '"' | ',' | '/'))
    }

    /// The letters and digits from here on, including points inside a number.
    fn atom(&mut self) -> Range<usize> {
        let start = self.at;
        let bytes = self.text.as_bytes();
        let mut end = start;
        loop {
            while bytes.get(end).is_some_and(u8::is_ascii_alphanumeric) {
                end += 1;
            }
            let Some(c) = self.text[end..].chars().next() else {
                break;
            };
            let before = self.text[start..end].chars().next_back();
            let after = || self.text[end + c.len_utf8()..].chars().next();
            let goes_on = match c {
                '.' | ',' => before.is_some_and(is_digit) && after().is_some_and(is_digit),
                // An abbreviation, such as צה"ל.
                '"' => before.is_some_and(is_hebrew) && after().is_some_and(is_hebrew),
                _ if c.is_ascii() => false,
                _ if is_invisible(c) => true,
                _ if is_joining(c) => after().is_some_and(is_word),
                _ if apostrophe::is_apostrophe(c) => false,
                _ if is_raised_digit(c) => self.joins_raised(&self.text[start..end]),
                _ => is_word(c) && (!Script::of(c).is_unspaced() || is_digit(c)),
            };
            if !goes_on {
                break;
            }
            end += c.len_utf8();
        }
        self.at = end;
        let seen = self.text[start..end].trim_end_matches(is_invisible);
        let word = seen.trim_start_matches(|c| is_invisible(c) || is_joining(c));
        let start = start + seen.len() - word.len();
        start..start + word.len()
    }

    /// Whether a raised digit belongs to what precedes it: to a short unit, as in `km²`, but not
    /// to a number, nor to a word, where it refers to a footnote.
    fn joins_raised(&self, before: &str) -> bool {
        let letters = before.chars().filter(|c| c.is_alphabetic()).count();
        let last = before.chars().next_back();
        match last {
            None => true,
            Some(last) if is_raised_digit(last) => true,
            Some(last) => last.is_alphabetic() && letters <= 2,
        }
    }

    /// What joins the next part to the last, and its length in bytes.
    fn glue(&self) -> Option<(Joint, usize)> {
        let rest = &self.text[self.at..];
        let mark = rest.chars().next()?;
        let joint = match mark {
            '-' | '\u{2010}' | '\u{2011}' | '.' | '_' | '&' | '\u{ff0d}' | '\u{ff0e}' => {
                Joint::Weak
            }
            '/' | '@' | ':' | '+' | '#' | '\\' | '\u{ff20}' => Joint::Strong,
            _ if apostrophe::is_apostrophe(mark) => Joint::Weak,
            _ => return None,
        };
        let mut length = mark.len_utf8();
        if mark == '_' {
            length = rest.len() - rest.trim_start_matches('_').len();
        }
        let next = rest[length..].chars().next()?;
        let follows = is_word(next) && (!Script::of(next).is_unspaced() || is_digit(next));
        follows.then_some((joint, length))
    }

    /// Adds the parts of an atom, with the signs after it.
    fn push_atom(&mut self, atom: Range<usize>, joint: Joint) {
        let word = &self.text[atom.clone()];
        let first = self.parts.len();
        let parts = &mut self.parts;
        let mut push = |start: usize, end: usize| {
            let range = atom.start + start..atom.start + end;
            parts.push(Part {
                core: range.clone(),
                range,
                joint: if start == 0 { joint } else { Joint::Tight },
                form: Form::Plain,
            });
        };
        if is_simple(word) {
            push(0, word.len());
        } else {
            split(word, self.borders, &mut push);
        }
        self.join_with_and(first);
        let signs = signs(&self.text[self.at..]);
        if signs > 0
            && word.ends_with(char::is_alphabetic)
            && let Some(last) = self.parts.last_mut()
        {
            last.range.end = self.at + signs;
            last.form = Form::Signed;
            self.at += signs;
        }
    }

    /// Makes `AT&T` one part: what an ampersand joins to a single letter is not a word by
    /// itself.
    fn join_with_and(&mut self, at: usize) {
        let Some((before, after)) = at.checked_sub(1).map(|before| (before, at)) else {
            return;
        };
        let between = self.parts[before].range.end..self.parts[after].range.start;
        let single = |part: &Part| self.text[part.core.clone()].chars().count() == 1;
        if &self.text[between] == "&" && (single(&self.parts[before]) || single(&self.parts[after]))
        {
            let end = self.parts[after].range.end;
            let joined = &mut self.parts[before];
            (joined.range.end, joined.core.end) = (end, end);
            self.parts.remove(after);
        }
    }
}

/// Whether a word is all capitals, or lower case after its first letter, like nearly all words.
pub(super) fn is_simple(word: &str) -> bool {
    let bytes = word.as_bytes();
    let Some(rest) = bytes.get(1..) else {
        return true;
    };
    bytes[0].is_ascii_alphabetic() && rest.iter().all(u8::is_ascii_lowercase)
        || bytes.iter().all(u8::is_ascii_uppercase)
}

/// How many bytes of signs after a letter belong to its word: `C++`, `C#`, `A+`.
fn signs(rest: &str) -> usize {
    let length = match rest.as_bytes() {
        [b'+', b'+', ..] => 2,
        [b'+' | b'#', ..] => 1,
        _ => return 0,
    };
    let next = rest[length..].chars().next();
    let plus = rest.starts_with('+') && length == 1;
    let goes_on = |c: char| matches!(c, '+' | '#') || c.is_alphabetic() || (plus && is_word(c));
    if next.is_some_and(goes_on) { 0 } else { length }
}

fn is_hebrew(c: char) -> bool {
    Script::of(c) == Script::Hebrew
}

/// The first user-perceived character of a text.
pub fn cluster(text: &str) -> &str {
    use unicode_segmentation::UnicodeSegmentation;
    text.graphemes(true).next().unwrap_or_default()
}
