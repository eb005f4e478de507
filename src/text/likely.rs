//! Finds where words of a query may be in a text. Analysing the whole text would take several times
//! as long.

use std::ops::Range;

/// How some terms begin: for each ASCII character that a term starts with, a bit for each letter
/// that comes next.
pub struct Beginnings([u32; 128]);

/// The bit of terms that have only one character, or whose second one is not a letter.
const OTHER: u32 = 1 << 31;

/// The kinds of bytes that matter for where words begin.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Blank,
    Lower,
    Upper,
    Digit,
    Mark,
    /// Part of a character that is not ASCII.
    Foreign,
}

impl Beginnings {
    /// The beginnings of some terms.
    pub fn of<'t>(terms: impl Iterator<Item = &'t str>) -> Self {
        let mut all = [0; 128];
        for term in terms {
            let mut bytes = term.bytes();
            let first = bytes.next().map(usize::from);
            if let Some(seconds) = first.and_then(|first| all.get_mut(first)) {
                *seconds |= bytes.next().and_then(letter).unwrap_or(OTHER);
            }
        }
        Self(all)
    }

    /// Calls `call` with each part of a text between two blanks that may contain a word with one of
    /// the terms. This requires that terms begin as their words do (see
    /// [`crate::analysis::Analyzer::keeps_beginnings`]). Such a part can be analysed by itself,
    /// because no word continues after a blank. A part that is not entirely ASCII always counts as
    /// likely.
    ///
    /// A compound word is split before a capital, before and after a number, and at marks. As a
    /// whole, it begins with its first part.
    pub fn each_likely(&self, text: &str, mut call: impl FnMut(Range<usize>)) {
        let bytes = text.as_bytes();
        let (mut at, mut start) = (0, 0);
        let (mut before, mut likely) = (Kind::Mark, false);
        while let Some(&byte) = bytes.get(at) {
            let kind = Kind::of(byte);
            let begins = match kind {
                Kind::Blank | Kind::Foreign => false,
                Kind::Lower => matches!(before, Kind::Digit | Kind::Mark),
                Kind::Digit => before != Kind::Digit,
                Kind::Upper | Kind::Mark => true,
            };
            likely |= kind == Kind::Foreign || begins && self.may_begin(byte, bytes.get(at + 1));
            at += 1;
            before = kind;
            match kind {
                Kind::Blank => {
                    if likely {
                        call(start..at - 1);
                    }
                    (start, before, likely) = (at, Kind::Mark, false);
                }
                // No part begins with a lower-case letter after another letter.
                Kind::Lower | Kind::Upper => {
                    let rest = bytes[at..].iter();
                    let small = rest.take_while(|byte| byte.is_ascii_lowercase());
                    at += small.count();
                }
                _ => {}
            }
        }
        if likely {
            call(start..bytes.len());
        }
    }

    /// Whether one of the terms may be the term of a folded word.
    pub fn may_be_of(&self, word: &str) -> bool {
        let bytes = word.as_bytes();
        let first = bytes.first();
        first.is_some_and(|&first| self.may_begin(first, bytes.get(1)))
    }

    /// Whether a term may begin with this character of a text, given the next one.
    fn may_begin(&self, first: u8, next: Option<&u8>) -> bool {
        let at = usize::from(first.to_ascii_lowercase());
        let seconds = self.0.get(at).copied().unwrap_or(0);
        // After a mark or a digit, another part may begin.
        let next = next.filter(|_| first.is_ascii_alphabetic());
        match next.and_then(|&next| letter(next.to_ascii_lowercase())) {
            Some(next) => seconds & (next | OTHER) != 0,
            None => seconds != 0,
        }
    }
}

/// The bit of a lower-case letter. A stemmer may turn a y in second place into an i: `dying`,
/// `die`.
fn letter(byte: u8) -> Option<u32> {
    match byte {
        b'y' => letter(b'i'),
        b'a'..=b'z' => Some(1 << (byte - b'a')),
        _ => None,
    }
}

impl Kind {
    fn of(byte: u8) -> Self {
        match byte {
            b'a'..=b'z' => Self::Lower,
            b'A'..=b'Z' => Self::Upper,
            b'0'..=b'9' => Self::Digit,
            _ if byte.is_ascii_whitespace() => Self::Blank,
            _ if byte.is_ascii() => Self::Mark,
            _ => Self::Foreign,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::Analyzer;
    use proptest::prelude::*;

    fn likely<'t>(terms: &[&str], text: &'t str) -> Vec<&'t str> {
        let mut parts = Vec::new();
        let beginnings = Beginnings::of(terms.iter().copied());
        beginnings.each_likely(text, |part| parts.push(&text[part]));
        parts
    }

    #[test]
    fn only_what_may_hold_a_term_is_analysed() {
        let text = "Solar panels: a so-called non-solar café, iSolar2000 and SOLAR.";
        assert_eq!(
            likely(&["solar"], text),
            [
                "Solar",
                "so-called",
                "non-solar",
                "café,",
                "iSolar2000",
                "SOLAR."
            ]
        );
        assert_eq!(
            likely(&["call", "2000"], text),
            ["so-called", "café,", "iSolar2000"]
        );
        assert_eq!(likely(&["die"], "He is dying to do"), ["dying"]);
        assert!(likely(&[], "Solar").is_empty());
    }

    proptest! {
        /// Every piece is in a part that is likely for its term.
        #[test]
        fn no_word_is_missed(text in "([a-cXY0-9 .,'#@_/&+-]|sky|ing|é|日|\u{301}|1\\.2|dy){0,24}") {
            let analyzer = Analyzer::default();
            let mut all = Vec::new();
            analyzer.each(&text, |piece| {
                all.push((piece.range.clone(), analyzer.term(piece.word).into_owned()));
            });
            for (range, term) in all {
                let mut found = Vec::new();
                let beginnings = Beginnings::of(std::iter::once(term.as_str()));
                beginnings.each_likely(&text, |part| {
                    analyzer.each(&text[part.clone()], |piece| {
                        let at = part.start + piece.range.start..part.start + piece.range.end;
                        found.push((at, analyzer.term(piece.word).into_owned()));
                    });
                });
                prop_assert!(found.contains(&(range, term.clone())), "{:?} in {:?}", term, text);
            }
        }
    }
}
