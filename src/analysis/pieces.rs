//! The pieces of a text: words, the wholes of compound words, words with their accents, n-grams
//! of scripts without spaces.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::fold::{MAX_WORD_BYTES, accented, fold, fold_into, without_umlauts};
use super::letters::{Script, is_digit, is_invisible, is_picture};
use super::part::{Form, Joint, Part};
use super::parts::{Borders, is_grouped};
use super::scan::{Found, Scanner};
use super::{Analyzer, Language};

/// A word with more parts has no whole: it is a path or an address.
const MAX_WHOLE: usize = 8;
/// A hyphenated number with at least this many digits is a phone number, an ISBN or an order
/// number, which is also written without hyphens. `16-07` is not `1607`.
const LONG_NUMBER: usize = 7;

/// One piece of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Piece<'a> {
    /// Its folded letters.
    pub word: &'a str,
    /// Its byte range in the text.
    pub range: Range<usize>,
    /// Its number among the words of the text, from 0. Each part of a compound word counts, and
    /// so does each character of a script without spaces.
    pub position: u32,
    /// How many positions it covers.
    pub width: u32,
    /// Its kind.
    pub kind: Kind,
}

/// The kind of a piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// A word, or a part of a compound word.
    Word,
    /// An article before an apostrophe, which means as little as a stop word.
    Elided,
    /// The preceding word, with its accents.
    Accented,
    /// Several parts of a compound word as one, or another form of a word.
    Whole,
    /// Two characters of a script without spaces, or the only one of its run.
    Gram,
    /// One character of a longer run.
    Letter,
}

impl Analyzer {
    /// Calls `call` with every piece of a text, in order of their ends. Of one word, the word
    /// itself comes first.
    pub fn each(&self, text: &str, mut call: impl FnMut(&Piece<'_>)) {
        let mut scanner = Scanner::new(text, Borders::Sure);
        let mut buffers = Buffers::default();
        let mut position = 0;
        while let Some(found) = scanner.next() {
            match found {
                Found::Word => {
                    self.each_of_word(text, &scanner.parts, position, &mut buffers, &mut call);
                    position += scanner.parts.len() as u32;
                }
                Found::Run(run) => position += each_of_run(text, run, position, &mut call),
                Found::Picture(range) => {
                    let word = picture(&text[range.clone()]);
                    call(&Piece {
                        word: &word,
                        range,
                        position,
                        width: 1,
                        kind: Kind::Word,
                    });
                    position += 1;
                }
            }
        }
    }

    fn each_of_word(
        &self,
        text: &str,
        parts: &[Part],
        position: u32,
        buffers: &mut Buffers,
        call: &mut impl FnMut(&Piece<'_>),
    ) {
        for (at, part) in parts.iter().enumerate() {
            let place = position + at as u32;
            let piece = |word: &str, kind: Kind, call: &mut dyn FnMut(&Piece<'_>)| {
                if !word.is_empty() {
                    // The mark before a word, as in `.NET`, belongs to that form only.
                    let start = match kind {
                        Kind::Whole => part.range.start,
                        _ => part.core.start,
                    };
                    call(&Piece {
                        word,
                        range: start..part.range.end,
                        position: place,
                        width: 1,
                        kind,
                    });
                }
            };
            let word = &mut buffers.word;
            word.clear();
            word_of(text, part, word);
            let kind = if part.form == Form::Elided {
                Kind::Elided
            } else {
                Kind::Word
            };
            piece(word, kind, call);
            if !text[part.core.clone()].is_ascii() || self.language == Language::Turkish {
                let accented =
                    accented(&text[part.core.clone()], self.language == Language::Turkish);
                if let Some(accented) = accented.filter(|accented| accented != word) {
                    piece(&accented, Kind::Accented, call);
                    if let Some(spelled) = self.without_umlauts(&accented) {
                        piece(&spelled, Kind::Accented, call);
                    }
                }
            }
            if let Some(other) = other_form(text, part, word) {
                piece(&other, Kind::Whole, call);
            }
            if parts.len() == 1 {
                continue;
            }
            wholes_ending_at(parts, at, |from| {
                let whole = &mut buffers.whole;
                whole.clear();
                join(text, &parts[from..=at], whole);
                if whole.is_empty() {
                    return;
                }
                call(&Piece {
                    word: whole,
                    range: parts[from].range.start..part.range.end,
                    position: position + from as u32,
                    width: (at - from + 1) as u32,
                    kind: Kind::Whole,
                });
            });
        }
    }
}

impl Analyzer {
    /// A word with its umlauts spelled out, if the texts may be German or contain German names.
    fn without_umlauts(&self, accented: &str) -> Option<String> {
        let german = matches!(
            self.language,
            Language::German | Language::English | Language::None
        );
        german.then(|| without_umlauts(accented)).flatten()
    }
}

#[derive(Default)]
struct Buffers {
    word: String,
    whole: String,
}

/// Appends the folded word of a part.
pub(super) fn word_of(text: &str, part: &Part, word: &mut String) {
    let start = word.len();
    let core = &text[part.core.clone()];
    match part.form {
        Form::Joined => {
            fold_into(core, word);
            word.retain(|c| c != '\'');
        }
        Form::Signed if is_single(core) => {
            fold_into(core, word);
            word.push_str(text[part.core.end..part.range.end].trim_matches(is_invisible));
        }
        _ => fold_into(core, word),
    }
    if word.len() - start > MAX_WORD_BYTES {
        word.truncate(start);
    }
}

/// Another form of a single part: with its signs, with its possessive s but no apostrophe, or a
/// number without group separators.
pub(super) fn other_form(text: &str, part: &Part, word: &str) -> Option<String> {
    match part.form {
        Form::Signed if !is_single(&text[part.core.clone()]) => {
            let before = &text[part.range.start..part.core.start];
            let behind = &text[part.core.end..part.range.end];
            Some(format!("{before}{word}{behind}"))
        }
        Form::Possessive => Some(format!("{word}s")),
        Form::Plain if word.contains('.') && is_grouped(word) => Some(word.replace('.', "")),
        _ => None,
    }
}

fn is_single(core: &str) -> bool {
    let mut letters = core.chars();
    letters.next().is_some() && letters.next().is_none()
}

/// Calls `call` with the start of each whole that ends with a part: of the parts joined without
/// a mark, of those joined by hyphens and full stops, and of the entire compound.
pub(super) fn wholes_ending_at(parts: &[Part], at: usize, mut call: impl FnMut(usize)) {
    let next = parts.get(at + 1).map(|next| next.joint);
    let mut taken = at;
    for level in [Joint::Tight, Joint::Weak, Joint::Strong] {
        if next.is_some_and(|joint| joint <= level) {
            return;
        }
        let mut from = at;
        while from > 0 && parts[from].joint <= level {
            from -= 1;
        }
        if from < taken && at - from < MAX_WHOLE {
            call(from);
        }
        taken = taken.min(from);
    }
}

/// Appends several parts in their joined form.
pub(super) fn join(text: &str, parts: &[Part], whole: &mut String) {
    let digits = |part: &Part| {
        text[part.core.clone()]
            .chars()
            .filter(|&c| is_digit(c))
            .count()
    };
    let long = || parts.iter().map(digits).sum::<usize>() >= LONG_NUMBER;
    for part in parts {
        let start = whole.len();
        word_of(text, part, whole);
        let starts_with_digit = whole[start..].starts_with(|c: char| c.is_ascii_digit());
        let ends_with_digit = whole[..start].ends_with(|c: char| c.is_ascii_digit());
        if starts_with_digit && ends_with_digit && !long() {
            whole.insert(start, '.');
        }
        if whole.len() > MAX_WORD_BYTES {
            let end = (0..=MAX_WORD_BYTES)
                .rev()
                .find(|&end| whole.is_char_boundary(end));
            whole.truncate(end.unwrap_or(0));
            return;
        }
    }
}

/// The n-grams of a run; returns how many positions it covers.
fn each_of_run(
    text: &str,
    run: Range<usize>,
    position: u32,
    call: &mut impl FnMut(&Piece<'_>),
) -> u32 {
    let clusters = clusters(text, run);
    let alone = clusters.len() == 1;
    let mut pair = String::new();
    for (at, (range, letter)) in clusters.iter().enumerate() {
        let place = position + at as u32;
        call(&Piece {
            word: letter,
            range: range.clone(),
            position: place,
            width: 1,
            kind: if alone { Kind::Gram } else { Kind::Letter },
        });
        if let Some((next, other)) = clusters.get(at + 1) {
            pair.clear();
            pair.push_str(letter);
            pair.push_str(other);
            call(&Piece {
                word: &pair,
                range: range.start..next.end,
                position: place,
                width: 2,
                kind: Kind::Gram,
            });
        }
    }
    clusters.len() as u32
}

/// The user-perceived characters of a run, each with its folded form.
pub(super) fn clusters(text: &str, run: Range<usize>) -> Vec<(Range<usize>, String)> {
    let mut clusters: Vec<(Range<usize>, String)> = Vec::new();
    for (at, cluster) in text[run.clone()].grapheme_indices(true) {
        let start = run.start + at;
        let end = start + cluster.len();
        let letter = fold(cluster);
        match clusters
            .last_mut()
            .filter(|last| parts_am(&last.1, &letter))
        {
            Some(last) => *last = (last.0.start..end, with_am(&last.1, &letter)),
            None if letter.is_empty() => {}
            None => clusters.push((start..end, letter)),
        }
    }
    clusters
}

/// The Thai and Lao vowel AM, and the two signs it may be typed as.
const AM: [(char, char, char); 2] = [
    ('\u{e33}', '\u{e4d}', '\u{e32}'),
    ('\u{eb3}', '\u{ecd}', '\u{eb2}'),
];

/// Whether a vowel AM was typed as two signs, the second of which starts another character.
fn parts_am(before: &str, letter: &str) -> bool {
    let mut vowels = AM.into_iter();
    vowels.any(|(_, ring, stroke)| before.contains(ring) && letter.starts_with(stroke))
}

/// Joins two characters into the one with the vowel AM.
fn with_am(before: &str, letter: &str) -> String {
    let mut whole = format!("{before}{letter}");
    for (am, ring, stroke) in AM {
        if whole.contains(ring) {
            whole = whole
                .replace(ring, "")
                .replace(stroke, am.encode_utf8(&mut [0; 4]));
        }
    }
    whole
}

/// A pictograph without what only affects how it is drawn: its variant, its skin tone.
pub(super) fn picture(cluster: &str) -> String {
    let is_tone = |c: char| matches!(c, '\u{1f3fb}'..='\u{1f3ff}');
    let is_joiner = |c: char| c == '\u{200d}';
    let drawn = |c: &char| !is_tone(*c) && (is_joiner(*c) || !is_invisible(*c));
    let picture: String = cluster.chars().filter(drawn).collect();
    if picture.chars().any(is_picture) {
        picture
    } else {
        cluster.to_owned()
    }
}

/// Whether a run is Korean, which puts spaces between words.
pub(super) fn is_hangul(run: &str) -> bool {
    run.chars()
        .next()
        .is_some_and(|c| Script::of(c) == Script::Hangul)
}
