//! The words of a text, as counted by the tokenizer, and its sentences, each short enough for the
//! encoder.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::markdown;

/// The words of a text. A text can be cut between words without changing any token, because the
/// tokenizer processes one word at a time.
pub struct Words<'a> {
    text: &'a str,
    /// In order and without overlaps.
    words: Vec<Word>,
    /// The number of tokens in the text.
    tokens: usize,
}

/// A word, or as much of one as the encoder can read.
struct Word {
    bytes: Range<usize>,
    /// The number of tokens before it.
    before: usize,
}

/// A sentence, or a piece of one that was too long.
#[derive(Debug)]
pub struct Sentence {
    /// Its range in the text, without surrounding white space.
    pub bytes: Range<usize>,
    /// Its number of tokens.
    pub tokens: usize,
    /// Whether it is or starts a heading.
    pub heading: bool,
}

impl<'a> Words<'a> {
    /// Groups the tokens of `text`, given by their byte ranges and word numbers, into words of at
    /// most `room` tokens.
    pub fn new(
        text: &'a str,
        tokens: impl IntoIterator<Item = ((usize, usize), Option<u32>)>,
        room: usize,
    ) -> Self {
        let mut words: Vec<Word> = Vec::new();
        let mut count = 0;
        let mut last = None;
        for ((start, end), number) in tokens {
            let end = text.ceil_char_boundary(end);
            match words.last_mut() {
                Some(word) if number.is_some() && number == last && count - word.before < room => {
                    word.bytes.end = end.max(word.bytes.end);
                }
                before => {
                    let earliest = before.map_or(0, |word| word.bytes.end);
                    let start = text.floor_char_boundary(start).max(earliest);
                    words.push(Word {
                        bytes: start..end.max(start),
                        before: count,
                    });
                }
            }
            last = number;
            count += 1;
        }
        Self {
            text,
            words,
            tokens: count,
        }
    }

    /// The number of tokens in the whole text.
    pub fn tokens(&self) -> usize {
        self.tokens
    }

    /// The first word that starts at or after a byte.
    fn at(&self, byte: usize) -> usize {
        self.words.partition_point(|word| word.bytes.start < byte)
    }

    /// The number of tokens before a word, or of all tokens if there is no such word.
    fn before(&self, word: usize) -> usize {
        self.words.get(word).map_or(self.tokens, |word| word.before)
    }

    /// Whether a byte is inside a word.
    fn inside_a_word(&self, byte: usize) -> bool {
        let word = self.at(byte).checked_sub(1);
        let word = word.and_then(|word| self.words.get(word));
        word.is_some_and(|word| word.bytes.end > byte)
    }

    /// The text's sentences, each of at most `room` tokens, as defined by Unicode (UAX #29). A line
    /// break counts as a space, but a blank line ends a sentence, and a Markdown heading is a
    /// sentence of its own.
    pub fn sentences(&self, room: usize) -> Vec<Sentence> {
        let mut sentences = Vec::new();
        for (block, heading) in blocks(self.text) {
            if heading {
                self.push(&mut sentences, block, true, room);
                continue;
            }
            // The replacement has the same length in bytes, so positions do not change.
            let flat = self.text[block.clone()].replace(['\n', '\r'], " ");
            let mut start = block.start;
            for (at, sentence) in flat.split_sentence_bound_indices() {
                let end = block.start + at + sentence.len();
                // For Unicode, a control character can end a sentence where the tokenizer ignores
                // it and reads on.
                if !self.inside_a_word(end) || end == block.end {
                    self.push(&mut sentences, start..end, false, room);
                    start = end;
                }
            }
        }
        sentences
    }

    /// Adds a sentence, split into pieces if it is too long.
    fn push(&self, to: &mut Vec<Sentence>, bytes: Range<usize>, heading: bool, room: usize) {
        let (mut from, end) = (self.at(bytes.start), self.at(bytes.end));
        let (mut start, mut heading) = (bytes.start, heading);
        let mut piece = |bytes: Range<usize>, from: usize, to_word: usize, heading: &mut bool| {
            let bytes = trimmed(self.text, bytes);
            if !bytes.is_empty() {
                to.push(Sentence {
                    bytes,
                    tokens: self.before(to_word) - self.before(from),
                    heading: std::mem::take(heading),
                });
            }
        };
        while self.before(end) - self.before(from) > room {
            let cut = self.cut(from, room);
            let at = self
                .words
                .get(cut)
                .map_or(bytes.end, |word| word.bytes.start);
            piece(start..at, from, cut, &mut heading);
            (start, from) = (at, cut);
        }
        piece(start..bytes.end, from, end, &mut heading);
    }

    /// The word to cut before, after at most `room` tokens from a word on. In the second half of
    /// these tokens, this is the last word that starts a line, otherwise the last one after white
    /// space, otherwise the last one.
    fn cut(&self, from: usize, room: usize) -> usize {
        let start = self.before(from);
        let fitting = self
            .words
            .partition_point(|word| word.before <= start + room);
        let last = fitting.saturating_sub(1).max(from + 1);
        let half = self
            .words
            .partition_point(|word| word.before < start + room.div_ceil(2));
        let first = half.clamp(from + 1, last);
        let best = (first..=last).max_by_key(|&word| (self.parting(word), word));
        best.unwrap_or(last)
    }

    /// How well a word is separated from the one before it: by a line break, by white space, or not
    /// at all.
    fn parting(&self, word: usize) -> u8 {
        let gap = match (self.words.get(word.wrapping_sub(1)), self.words.get(word)) {
            (Some(before), Some(word)) => self.text.get(before.bytes.end..word.bytes.start),
            _ => None,
        };
        match gap.unwrap_or_default() {
            gap if gap.contains('\n') => 2,
            gap if gap.contains(char::is_whitespace) => 1,
            _ => 0,
        }
    }
}

/// A part of a text without surrounding white space.
pub fn trimmed(text: &str, bytes: Range<usize>) -> Range<usize> {
    let part = text.get(bytes.clone()).unwrap_or_default();
    let start = bytes.start + (part.len() - part.trim_start().len());
    start..start + part.trim().len()
}

/// The blocks between blank lines and headings, and the headings. The flag marks headings.
fn blocks(text: &str) -> Vec<(Range<usize>, bool)> {
    let mut blocks: Vec<(Range<usize>, bool)> = Vec::new();
    let mut open = false;
    let mut start = 0;
    let mut headings = markdown::Headings::default();
    for line in text.split_inclusive('\n') {
        let bytes = start..start + line.len();
        start = bytes.end;
        let heading = headings.next(line).is_some();
        if line.trim().is_empty() {
            open = false;
            continue;
        }
        match blocks.last_mut() {
            Some((block, _)) if open && !heading => block.end = bytes.end,
            _ => blocks.push((bytes, heading)),
        }
        open = !heading;
    }
    blocks
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// Words as a simple tokenizer would produce them: separated by spaces, with one token per
    /// letter.
    pub fn words(text: &str, room: usize) -> Words<'_> {
        let word = |(number, word): (usize, &str)| {
            let start = word.as_ptr().addr() - text.as_ptr().addr();
            let letters = word.char_indices().map(|(at, letter)| {
                let at = start + at;
                ((at, at + letter.len_utf8()), u32::try_from(number).ok())
            });
            letters.collect::<Vec<_>>()
        };
        let tokens = text.split_whitespace().enumerate().flat_map(word);
        Words::new(text, tokens, room)
    }

    fn sentences(text: &str, room: usize) -> Vec<(&str, usize)> {
        let sentences = words(text, room).sentences(room);
        let read = sentences.into_iter().map(|s| (&text[s.bytes], s.tokens));
        read.collect()
    }

    #[test]
    fn sentences_go_over_lines_and_end_at_blank_ones_and_headings() {
        let text = "One is\r\nhere. Two e.g. so!\n \nno stop\n# Head. Line\nthree\n## 2\n";
        assert_eq!(
            sentences(text, 99),
            [
                ("One is\r\nhere.", 10),
                ("Two e.g. so!", 10),
                ("no stop", 6),
                ("# Head. Line", 10),
                ("three", 5),
                ("## 2", 3),
            ]
        );
    }

    #[test]
    fn a_long_sentence_is_cut_at_a_line_or_a_blank_of_the_second_half() {
        assert_eq!(
            sentences("aa bb cc dd", 5),
            [("aa bb", 4), ("cc dd", 4)],
            "never inside a word"
        );
        assert_eq!(sentences("aaa\nb c d", 5), [("aaa", 3), ("b c d", 3)]);
        assert_eq!(sentences("a\nbb c d", 4), [("a\nbb c", 4), ("d", 1)]);
        assert_eq!(
            sentences("aaaaaaa b", 3),
            [("aaa", 3), ("aaa", 3), ("a b", 2)]
        );
    }

    #[test]
    fn only_the_first_piece_of_a_long_heading_begins_one() {
        let pieces = words("# aa bb cc", 3).sentences(3);
        let headings: Vec<bool> = pieces.iter().map(|piece| piece.heading).collect();
        assert_eq!(headings, [true, false, false]);
    }
}
